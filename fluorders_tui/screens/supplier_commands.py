"""The commands on a supplier order that is typed: lines, registries, what is beside it, and entering (U-2, D-14)."""

from __future__ import annotations

from typing import Any

from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.errors import DeskError, Invalid, Refused
from fluorders_tui.domain.item_entry import ItemEntry
from fluorders_tui.domain.purchasing import choose_supplier, line_notices, purchase_price
from fluorders_tui.domain.supplier_orders import SupplierOrderDraft
from fluorders_tui.screens.document_holding import DocumentHolding
from fluorders_tui.screens.document_typing import counted
from fluorders_tui.screens.item_finding import BlockRow, ItemPick, block_rows, item_hits, resolve_entry
from fluorders_tui.screens.supplier_fields import SHIP_TO, places_of
from fluorders_tui.screens.supplier_opening import read_beside, why_read_only
from fluorders_tui.screens.supplier_session import SupplierSession
from fluorders_tui.screens.supplier_showing import SUPPLIER_LINE_FIELDS, SupplierShowing, promise_text
from fluorders_tui.services.registries import Found, find
from fluorders_tui.services.registry_saving import check_allowed
from fluorders_tui.services.supplier_drafts import empty_supplier_order, find_purchased
from fluorders_tui.services.supplier_holding import SupplierTyping, hold_supply
from fluorders_tui.services.supplier_orders import (
    change_supplier_order,
    changes,
    enter_supplier_order,
    next_supplier_number,
    open_supplier_order_row,
)
from fluorders_tui.widgets.choices import Choice, Resolution
from fluorders_tui.widgets.field import Field

__all__ = ["SupplierCommands"]

LIMIT = 20


class SupplierCommands(SupplierShowing, DocumentHolding):
    """What keys do on the screen of a supplier order beside moving through its fields and lines."""

    @property
    def word(self) -> str:
        """What sentences call it."""
        return "supplier order"

    def put_aside(self, draft: SupplierOrderDraft, typing: SupplierTyping) -> object:
        return hold_supply(self.desk, draft, typing)

    # -- what fields find, asked in threads --------------------------------------------------------

    def suppliers(self, text: str) -> list[Choice]:
        """Suppliers by code, name or fragment."""
        found = find(self.desk, "suppliers", text, LIMIT)
        return [Choice(one.code, one.name, str(one.extra.get("city") or "")) for one in found]

    def codes(self, registry: str, text: str) -> list[Choice]:
        if registry == SHIP_TO:
            return places_of(self.session, text)
        return [Choice(one.code, one.name) for one in find(self.desk, registry, text, LIMIT)]

    def items(self, text: str) -> list[Choice]:
        """Items by our code, the supplier's, barcode or fragments of the description."""
        return item_hits(text.strip(), self._found, self._choice)

    def resolve_item(self, text: str) -> Resolution:
        """What `ABC`, `12*ABC`, a barcode or the supplier's code means."""
        return resolve_entry(text.strip(), self._found, self._choice)

    def _found(self, text: str) -> list[Found]:
        return find_purchased(self.desk, text, self.session.draft.supplier, LIMIT)

    @staticmethod
    def _choice(found: Found, quantity: Any) -> Choice:
        note = f"{found.typed_code}: " if found.via else ""
        return Choice(found.code, note + found.name, "", ItemPick(found.code, quantity, found.unit))

    def check_party(self) -> None:
        if not self.session.draft.supplier:
            raise Refused("Choose the supplier first.", field="supplier", rule="D-2.3")

    def read_block(self, entries: list[tuple[int, ItemEntry]]) -> tuple[list[BlockRow], list[Invalid], Any]:
        known = self.session.read_items([entry.item for _, entry in entries])
        good, bad = block_rows(entries, known, self.resolve_item)
        return good, bad, known | self.session.read_items([code for _, code, _, _ in good if code not in known])

    def know_items(self, known: Any) -> None:
        self.session.items |= known

    # -- lines -------------------------------------------------------------------------------------

    async def settle_line(self) -> None:
        await self.accept_typed()
        session = self.session
        if session.line is None:
            return
        if session.editing < 0 and not session.counted:
            self.field("quantity").focus()
            raise Invalid("The line has no quantity yet.", field="quantity", rule="D-6.3")
        session.put_line()
        self.clear_strip()

    async def put_line(self) -> None:
        """The strip's line goes into the order, and the caret to the next one."""
        await self.accept_typed()
        session = self.session
        told = session.notices
        place = session.put_line()
        self.clear_strip()
        self.lines_table.cursor = place
        if told:
            self.message_line.say(f"Line {place + 1}: {told[0]}", "warning")
        self.field("item").focus()

    async def edit_line(self, place: int, name: str = "") -> None:
        session = self.session
        line = session.draft.lines[place]
        if line.item not in session.items:
            session.items |= await self.desk_app.ask(lambda: session.read_items([line.item]))
        session.load_line(place)
        self.lines_table.cursor = place
        self.fill_strip()
        self.focus_strip(name)

    async def action_repeat_line(self) -> None:
        await self.settle_line()
        self.to_next_line()
        session = self.session
        if not session.draft.lines:
            raise Refused("There is no line to repeat.", field="lines")
        session.repeat()
        count = len(session.draft.lines)
        self.lines_table.cursor = count - 1
        self.message_line.say(f"Line {count} repeats line {count - 1}.")

    async def action_copy_above(self) -> None:
        field, session = self.current_field, self.session
        names = {shown: name for name, shown in SUPPLIER_LINE_FIELDS.items() if name != "confirmed_date"}
        if field is None or field.field_name not in names:
            raise Refused("Only fields of a line are copied from the line above.")
        at = (session.editing if session.editing >= 0 else len(session.draft.lines)) - 1
        if at < 0:
            raise Refused("There is no line above.", field="lines")
        above, name = session.draft.lines[at], names[field.field_name]
        accepted = field.state
        if name == "uom":
            field.set_value(above.uom.code)
        elif name == "discounts":
            field.set_value(format_discounts(above.discounts) or None)
        else:
            field.set_value(getattr(above, name) or None)
        # As if it had been typed: Enter accepts it, the rules look at it.
        typed = field.text
        field.set_value(accepted[0], accepted[2], choice=accepted[1])
        field.input.value = typed
        field.input.action_end()
        if not typed:
            self.message_line.say("The line above has nothing there.")

    async def action_why_price(self) -> None:
        """Where the price of the line at hand comes from: the item's supplier, a break of their list, or by hand."""
        session = self.session
        lines, cursor = session.draft.lines, self.lines_table.cursor
        line = session.line or (lines[cursor] if 0 <= cursor < len(lines) else None)
        if line is None:
            raise Refused("There is no line to explain.", field="price", rule="D-4.8b")
        item = session.items.get(line.item)
        if item is None:
            item = (await self.desk_app.ask(lambda: session.read_items([line.item]))).get(line.item)
        said = [
            f"{self.number(line.quantity)} {line.uom.code} at {self.price(line.price)} {session.draft.currency.code}"
        ]
        if item is not None:
            usual, discounts = purchase_price(item, line.uom, line.quantity)
            where = "the item's suppliers" if item.price else "the supplier's price list"
            less = f" less {format_discounts(discounts)}" if discounts else ""
            if not usual:
                said.append("Neither the item's suppliers nor the supplier's price list name a price.")
            elif (line.price, line.discounts) == (usual, discounts):
                said.append(f"From {where}, for this quantity.")
            else:
                said.append(f"By hand. From {where} it would be {self.price(usual)}{less}.")
            said += [
                f"  from {self.number(one.min_quantity)} {one.uom}: {self.price(one.price)}"
                + (f" less {format_discounts(one.discounts)}" if one.discounts else "")
                for one in sorted(item.prices, key=lambda one: (one.uom, one.min_quantity))
            ]
        promised = session.promised(line)
        if promised:
            said += ["", "Promised to", *(promise_text(link, self.forms) for link in promised)]
        self.open_pane(f"Why this price? {line.item}", said)

    # -- the whole order ---------------------------------------------------------------------------

    async def action_new(self) -> None:
        """F6 in a field that looks up: a new row in its registry, and back to the same field."""
        field = self.current_field
        registry = {"supplier": "suppliers", "item": "items"}.get(field.field_name if field else "", "")
        if field is None or not registry:
            raise Refused("F6 adds a supplier or an item where one is asked for.")
        check_allowed(self.desk, registry)
        typed = field.text.strip() if field.dirty else ""
        named = "name" if registry == "suppliers" else "description"

        async def created(code: str | None) -> None:
            field.focus()
            if code:
                field.input.value = code
                await self.action_accept()

        preset = {named: typed} if typed else {}
        await self.desk_app.open_screen("registry_form", then=created, name=registry, preset=preset)

    async def action_refresh(self) -> None:
        """Read the supplier, their prices and the links again; a new order's looked-up prices follow."""
        if self._session is None:
            await self.open_again()
            return
        session = self.session
        draft = session.draft
        if not draft.supplier:
            self.message_line.say("There is nothing to read again: no supplier yet.")
            return
        if draft.number:
            if not session.worth_keeping:
                await self.reload()
            else:
                told = await self.desk_app.ask(lambda: read_beside(session))
                self.show_all()
                self.message_line.say(told or "Read again; what you changed is still there.", "done")
            return
        read = await self.desk_app.ask(lambda: session.read_supplier(draft.supplier))
        session.conditions, session.items = read.conditions, dict(read.items)
        session.change_header(choose_supplier(draft, read.conditions, read.items))
        self.show_all()
        self.message_line.say("The supplier's conditions and prices were read again.", "done")

    async def open_again(self) -> None:
        """The database did not answer when the screen opened: try once more."""

    async def reload(self) -> None:
        """Show the stored order as it is now; nothing of it was changed here."""
        session = self.session

        def read() -> SupplierOrderDraft:
            return open_supplier_order_row(session.desk, session.draft.id).draft

        draft = await self.desk_app.ask(read)
        session.restart(draft)
        told = await self.desk_app.ask(lambda: read_beside(session))
        self.show_all()
        self.message_line.say(told or why_read_only(draft) or "Read again.", "info")

    async def action_next_step(self) -> None:
        """F9: of a stored order what the supplier does next, of a new one all that will be entered."""
        await self._opened.wait()
        session = self.session
        number = session.draft.number
        if not number:
            await self.accept_typed()
            self.open_pane("The supplier order as it stands", self._summary(session))
            return
        if session.worth_keeping:
            raise Refused("Save the changes first.", field="order", hint="F10 saves them, F12 goes back.")
        await self.desk_app.open_screen("supplier_order_steps", number=number)

    def _summary(self, session: SupplierSession) -> list[str]:
        draft, totals = session.draft, session.totals
        decimals = draft.currency.decimals

        def row(label: str, value: Any) -> str:
            return f"{label:<34}{self.amount(value, decimals):>16}"

        to = draft.destination.one_line() if draft.drop_ship else f"warehouse {draft.warehouse or '–'}"
        text = [
            f"{draft.name or 'No supplier yet'} · {counted(len(draft.lines), 'line')} · {draft.currency.code}",
            f"To {to}, by {self.day(draft.delivery_date) or 'no date'}",
            "",
            row("Gross", totals.gross),
            row("less discounts", totals.discounts),
            row("Net", totals.net),
            *(row(f"  VAT {code or 'none'} on", net) for code, net in totals.by_vat),
        ]
        told = [
            f"! Line {place}: {one}"
            for place, line in enumerate(draft.lines, 1)
            for one in line_notices(draft, line, session.items.get(line.item))
        ]
        problems = [f"✗ {one}" for one in session.problems()]
        return [*text, *(["", *problems, *told] if problems or told else [])]

    def say_totals(self) -> None:
        """Enter on an empty line: say how to go on."""
        draft, totals = self.session.draft, self.session.totals
        net = f"{self.amount(totals.net, draft.currency.decimals)} {draft.currency.code}"
        then = "F10 saves it, F9 shows what comes next." if draft.number else "F10 enters it, F9 shows it whole."
        self.message_line.say(f"{counted(len(draft.lines), 'line')}, {net}. {then}")

    # -- entering ----------------------------------------------------------------------------------

    async def action_save(self) -> None:
        """F10: enter the order, or save the changes to one that was entered."""
        self.pane.close()
        session, desk = self.session, self.desk
        await self.settle_line()
        self.to_next_line()
        problems = session.problems()
        if problems:
            await self.show_problems(problems)
            return
        draft = session.draft
        if draft.number and not session.dirty:
            self.message_line.say(f"Nothing was changed in supplier order {draft.number}.")
            return
        if draft.number:
            saved = await self.write(lambda: change_supplier_order(desk, draft), "Saving…")
        else:
            saved = await self.write(lambda: enter_supplier_order(desk, draft), "Entering…")
        if saved is not None:
            await self._after_saving(saved.draft, changed=bool(draft.number))

    async def _after_saving(self, draft: SupplierOrderDraft, *, changed: bool) -> None:
        net = f"{self.amount(self.session.totals.net, draft.currency.decimals)} {draft.currency.code}"
        done = "saved" if changed else "entered"
        lines = counted(len(draft.lines), "line")
        text = f"Supplier order {draft.number} {done}: {draft.name}, {lines}, {net}."
        # Before anything else can fail: what was entered must not be offered again.
        self.session.restart(draft)
        if changed and len(self.app.screen_stack) > 2:
            await self.action_leave()
            self.say_below(text)
            return
        try:
            await (self.reload() if changed else self.start_new())
        except DeskError:
            text += " The database doesn't answer for a new one: F3 leaves."
        self.message_line.say(text, "done")

    async def start_new(self) -> None:
        desk = self.desk

        def read() -> tuple[SupplierOrderDraft, str]:
            draft = empty_supplier_order(desk)
            return draft, next_supplier_number(desk, draft)

        draft, self.provisional = await self.desk_app.ask(read)
        self.session.restart(draft)
        self._typing_undone = None
        for field in self.query(Field):
            field.clear()
        self.query_one("#header-more").remove_class("-open")
        self.show_all()
        self.field("supplier").focus()

    def conflict_text(self) -> list[str]:
        mine = self.session.draft
        theirs = open_supplier_order_row(self.desk, mine.id).draft
        was, becomes = changes(theirs, mine)
        text = ["Nothing was overwritten.", ""]
        text += [f"{name}: theirs {was.get(name)!s}, yours {becomes.get(name)!s}" for name in sorted({*was, *becomes})]
        return [*text, "", "F3 leaves and puts your version on hold. Open the supplier order again for theirs."]
