"""The commands of the order screen: lines, undo, prices, holding and entering (U-2)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from fluorders_tui.domain.draft_lines import repeat_line, value_above
from fluorders_tui.domain.errors import Conflict, DeskError, Invalid, Refused, Several
from fluorders_tui.domain.header import price_lines_again
from fluorders_tui.domain.item_entry import parse_block
from fluorders_tui.domain.order import LineType, OrderLine
from fluorders_tui.domain.pricing import explain_price
from fluorders_tui.screens.base import DeskScreen
from fluorders_tui.screens.order_summary import conflict_text, summary
from fluorders_tui.services.autosave import Typing
from fluorders_tui.services.conditions import new_draft
from fluorders_tui.services.holding import hold
from fluorders_tui.services.orders import change_order, enter_order, next_number
from fluorders_tui.services.saved_order import SavedOrder
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.virtual_table import VirtualTable

if TYPE_CHECKING:
    from fluorders_tui.screens.order_session import OrderSession

__all__ = ["OrderCommands"]


class OrderCommands(DeskScreen):
    """What keys do on the order screen beside moving through its fields."""

    lines_table: VirtualTable
    provisional: str

    if TYPE_CHECKING:

        @property
        def session(self) -> OrderSession: ...
        @property
        def lookups(self) -> Any: ...
        def show_all(self) -> None: ...
        def show_header(self) -> None: ...
        def show_strip(self, keep: str = "") -> None: ...

    # -- lines -------------------------------------------------------------------------------------

    def put_line(self) -> None:
        """The strip's line goes into the order, and the caret to the next one."""
        place = self.session.put_line()
        self.clear_strip()
        self.lines_table.cursor = place
        warned = self.session.draft.lines[place].warnings
        if warned:
            self.message_line.say(warned[0], "warning")
        self.field("item").focus()

    def clear_strip(self) -> None:
        """Empty the strip for a new line."""
        for name in ("item", "quantity"):
            self.field(name).clear()
        self.show_strip()

    def drop_line(self) -> None:
        """Leave the line being typed or changed as it was."""
        self.session.drop_line()
        self.session.type(Typing())
        self.clear_strip()
        self.field("item").focus()

    def load_line(self, place: int) -> None:
        """Take a line into the strip to change it."""
        self.session.load_line(place)
        line = self.session.draft.lines[place]
        self.lines_table.cursor = place
        item = self.field("item")
        item.set_value(line.item or line.description, line.item or _typed(line))
        self.field("quantity").set_value(line.quantity if line.line_type is not LineType.NOTE else None)
        self.show_strip()

    async def settle_line(self) -> None:
        """Put a finished line into the order before going elsewhere; raises `DeskError` where it isn't finished."""
        field = self.current_field
        if field is not None and field.dirty and not await self._accept(field):
            raise Invalid("Correct the field first, or F12 takes it back.", field=field.field_name)
        session = self.session
        if session.line is None:
            return
        quantity = self.field("quantity")
        if session.editing < 0 and quantity.value is None and session.line.line_type is not LineType.NOTE:
            quantity.focus()
            raise Invalid("The line has no quantity yet. F12 drops it.", field="quantity", rule="D-6.3")
        session.put_line()
        self.clear_strip()

    async def line_wanted(self, delta: int) -> None:
        count = len(self.session.draft.lines)
        if not count and self.session.line is None:
            return
        place = self.session.editing if self.session.editing >= 0 else count
        await self.settle_line()
        await self._go_to_line(place + delta)

    async def page_wanted(self, delta: int) -> None:
        page = max(1, self.lines_table.window - 1)
        place = self.session.editing if self.session.editing >= 0 else len(self.session.draft.lines)
        await self.settle_line()
        await self._go_to_line(place + delta * page)

    async def _go_to_line(self, place: int) -> None:
        count = len(self.session.draft.lines)
        if place >= count:
            self.drop_line()
            self.lines_table.cursor = count - 1
            return
        await self._edit(max(0, place))

    async def _edit(self, place: int) -> None:
        session = self.session
        line = session.draft.lines[place]
        if line.item and line.item not in session.cards:
            session.cards |= await self.desk_app.ask(lambda: session.read_cards([line.item]))
        self.load_line(place)
        field = self.current_field
        if field is None or field.field_name in ("customer", "item") or not field.text:
            self.field("quantity" if line.line_type is not LineType.NOTE else "item").focus()
        else:
            field.input.action_select_all()

    async def action_edit(self) -> None:
        if not self.session.draft.lines:
            raise Refused("There is no line yet.", field="lines")
        place = self.session.editing if self.session.editing >= 0 else self.lines_table.cursor
        await self._edit(max(0, place))

    async def action_delete_line(self) -> None:
        session = self.session
        if session.editing < 0 and session.line is not None:
            self.drop_line()
            self.message_line.say("The line being typed was dropped.")
            return
        place = session.editing if session.editing >= 0 else self.lines_table.cursor
        if not 0 <= place < len(session.draft.lines):
            raise Refused("There is no line to delete.", field="lines")
        gone = session.draft.lines[place]
        session.delete(place)
        self.clear_strip()
        self.field("item").focus()
        self.message_line.say(
            f"Line {place + 1} ({gone.item or gone.description[:30]}) deleted. Ctrl+Z brings it back."
        )

    async def action_repeat_line(self) -> None:
        await self.settle_line()
        if not self.session.draft.lines:
            raise Refused("There is no line to repeat.", field="lines")
        place = self.session.editing if self.session.editing >= 0 else -1
        self.session.change(repeat_line(self.session.draft, place))
        self.lines_table.cursor = len(self.session.draft.lines) - 1

    async def action_copy_above(self) -> None:
        field = self.current_field
        if field is None or not self._is_line_field(field):
            raise Refused("Only fields of a line are copied from the line above.")
        names = {"line_note": "note", "line_delivery": "delivery_date", "line_discounts": "discounts"}
        session = self.session
        index = session.editing if session.editing >= 0 else len(session.draft.lines)
        value = value_above(session.draft, index, names.get(field.field_name, field.field_name))
        text = getattr(value, "code", None) or (value if isinstance(value, str) else None)
        field.set_value(value if text is None else None, text)
        # As if it had been typed: Enter accepts it, the rules look at it.
        typed, field.input.value = field.text, ""
        field.set_value(None, "")
        field.input.value = typed

    def _is_line_field(self, field: Field) -> bool:
        return field.field_name in (
            "item", "quantity", "uom", "price", "line_discounts", "description", "line_note", "vat", "line_delivery",
        )  # fmt: skip

    async def paste_block(self, text: str) -> None:
        """A pasted block of codes and quantities becomes lines; all errors together, good lines kept (D-6.6b)."""
        session, lookups = self.session, self.lookups
        if session.conditions is None:
            raise Refused("Choose the customer first.", field="customer", rule="D-3.1")
        parsed = parse_block(text)
        errors: list[DeskError] = [
            Invalid(entry.message, field=f"row {row}", rule=entry.rule, hint=entry.hint)
            for row, entry in parsed
            if isinstance(entry, Invalid)
        ]
        entries = [(row, entry.item, entry.quantity) for row, entry in parsed if not isinstance(entry, Invalid)]
        good, bad = await self.desk_app.ask(lambda: lookups.block(entries), what="Finding the items…")
        errors += bad
        codes = [code for _, code, _, _ in good]
        session.cards |= await self.desk_app.ask(lambda: session.read_cards(codes), what="Reading the items…")
        added = session.add_block(good, errors)
        self.lines_table.cursor = len(session.draft.lines) - 1
        if errors:
            errors.sort(key=lambda error: int(error.field.partition(" ")[2] or 0))
            self.pane.open(f"{added} lines added, {len(errors)} not", [str(error) for error in errors])
        self.message_line.say(f"{added} lines added.", "done" if not errors else "warning")

    # -- the order ---------------------------------------------------------------------------------

    async def action_undo(self) -> None:
        self._after_step(self.session.undo(), "Undone. Ctrl+Y does it again.", "Nothing to undo.")

    async def action_redo(self) -> None:
        self._after_step(self.session.redo(), "Done again.", "Nothing to do again.")

    def _after_step(self, moved: bool, done: str, otherwise: str) -> None:
        self.message_line.say(done if moved else otherwise)
        if moved and self.session.editing >= 0:
            self.load_line(self.session.editing)

    async def action_header(self) -> None:
        more = self.query_one("#header-more")
        shown = bool(more.display) and not more.has_class("-open")
        more.toggle_class("-open")
        opened = shown or more.has_class("-open")
        self.field("type" if opened else "item").focus()

    async def action_why_price(self) -> None:
        line = self._line_at_hand()
        if line is None:
            raise Refused("There is no line to explain.", field="price", rule="D-4.8b")
        self.pane.open(f"Why this price? {line.item or line.description}", explain_price(line))

    async def action_last_price(self) -> None:
        self.session.take_last()
        self.show_strip(keep="price")

    def _line_at_hand(self) -> OrderLine | None:
        if self.session.line is not None:
            return self.session.line
        lines, cursor = self.session.draft.lines, self.lines_table.cursor
        return lines[cursor] if 0 <= cursor < len(lines) else None

    async def action_refresh(self) -> None:
        """Read conditions, stock and prices again; the order follows them, manual prices stay."""
        session = self.session
        if not session.draft.customer:
            return
        read = await self.desk_app.ask(lambda: session.read_customer(session.draft.customer))
        session.conditions, session.cards = read.conditions, dict(read.cards)
        if not session.draft.number:
            session.change(price_lines_again(session.draft, read.conditions, read.cards, discounts_too=True))
        self.show_all()
        self.message_line.say("Conditions, prices and stock were read again.", "done")

    async def action_next_step(self) -> None:
        """F9: everything that will be entered, before it is."""
        self.pane.open("The order as it stands", summary(self.session, self.amount, self.day))

    def say_totals(self) -> None:
        """Enter on an empty line: say how to go on."""
        lines, totals = self.session.draft.lines, self.session.totals
        currency = self.session.draft.currency
        total = f"{self.amount(totals.total, currency.decimals)} {currency.code}"
        self.message_line.say(f"{len(lines)} lines, {total}. F10 enters the order, F9 shows it whole.")

    async def action_new(self) -> None:
        """F6 in a field that looks up: a new row in its registry, and back to the same field."""
        field = self.current_field
        registry = {"customer": "customers", "item": "items"}.get(field.field_name if field else "", "")
        if field is None or not registry:
            raise Refused("F6 adds a customer or an item where one is asked for.")
        typed = field.text.strip() if field.dirty else ""
        named = "name" if registry == "customers" else "description"

        async def created(code: str | None) -> None:
            field.focus()
            if code:
                field.input.value = code
                await self.action_accept()

        preset = {named: typed} if typed else {}
        await self.desk_app.open_screen("registry_form", then=created, name=registry, preset=preset)

    async def action_hold(self) -> None:
        """Put the order aside and take the next call (D-12.9)."""
        await self._hold()
        await self._start_new()
        self.message_line.say("Put on hold. The desk's first screen lists it.", "done")

    async def _hold(self) -> None:
        session = self.session
        with suppress(DeskError):
            await self.settle_line()
        if session.draft.customer or session.draft.lines:
            await self.desk_app.run_write(lambda: hold(self.desk, session.draft), what="Putting on hold…")

    async def action_leave(self) -> None:
        """F3: what isn't entered is put on hold, never lost (U-2)."""
        session = getattr(self, "_session", None)
        if session is not None and session.dirty:
            await self._hold()
        if session is not None:
            session.saved = session.draft
        await super().action_leave()

    async def back_wanted(self) -> None:
        session = self.session
        if session.line is not None or session.editing >= 0:
            self.drop_line()
            return
        if session.dirty:
            self.message_line.say("F3 leaves and puts the order on hold; F10 enters it.", "warning")
            return
        await self.action_leave()

    async def action_save(self) -> None:
        """F10: enter the order, or save the changes to one that was entered."""
        session = self.session
        await self.settle_line()
        try:
            session.refuse_problems()
        except DeskError as error:
            self._show_problems(error)
            return
        draft, desk = session.draft, self.desk
        try:
            if draft.number:
                saved = await self.desk_app.run_write(lambda: change_order(desk, draft), what="Saving…")
            else:
                saved = await self.desk_app.run_write(lambda: enter_order(desk, draft), what="Entering…")
        except Conflict as error:
            await self._show_conflict(error)
            return
        except DeskError as error:
            self._show_problems(error)
            return
        await self._after_saving(saved, changed=bool(draft.number))

    async def _after_saving(self, saved: SavedOrder, *, changed: bool) -> None:
        total = f"{self.amount(saved.totals.total, saved.draft.currency.decimals)} {saved.draft.currency.code}"
        status = "" if saved.draft.status.value == "entered" else f" · {saved.draft.status.value}"
        done = "saved" if changed else "entered"
        text = f"Order {saved.number} {done}{status}: {len(saved.draft.lines)} lines, {total}."
        if changed:
            self.session.restart(saved.draft)
            await super().action_leave()
            below = self.app.screen
            if isinstance(below, DeskScreen):
                below.message_line.say(text, "done")
            return
        await self._start_new()
        self.message_line.say(text, "done")

    async def _start_new(self) -> None:
        desk = self.desk

        def read() -> tuple[Any, str]:
            draft = new_draft(desk)
            return draft, next_number(desk, draft)

        draft, self.provisional = await self.desk_app.ask(read)
        self.session.restart(draft)
        for field in self.query(Field):
            field.clear()
        self.show_all()
        self.field("customer").focus()

    def _show_problems(self, error: DeskError) -> None:
        errors: Sequence[DeskError] = error.errors if isinstance(error, Several) else (error,)
        if len(errors) > 1:
            self.pane.open("To put right before the order is entered", [f"✗ {one}" for one in errors])
        self.message_line.tell(errors[0])
        with suppress(KeyError):
            self.field(errors[0].field).focus()

    async def _show_conflict(self, error: Conflict) -> None:
        session, desk = self.session, self.desk
        text = await self.desk_app.ask(lambda: conflict_text(desk, session.draft, self.form))
        self.pane.open("Somebody else changed this order", text)
        self.message_line.tell(error)

    # -- saving what is typed ----------------------------------------------------------------------

    def save_now(self) -> bool:
        """A hang-up or an unexpected error: the draft is on disk already, this makes sure of the disk (U-1.7)."""
        session = getattr(self, "_session", None)
        if session is None:
            return False
        with suppress(OSError):
            session.autosave.sync()
        return bool(session.dirty or session.typing.text)

    async def on_unmount(self) -> None:
        session = getattr(self, "_session", None)
        if session is not None:
            try:
                await asyncio.to_thread(session.autosave.close, keep=bool(session.dirty or session.typing.text))
            except OSError:
                logging.getLogger(__name__).exception("the draft's file could not be closed")


def _typed(line: OrderLine) -> str:
    marks = {LineType.UNCODED: ".", LineType.CHARGE: "+", LineType.NOTE: "'"}
    return f"{marks.get(line.line_type, '')}{line.description}"
