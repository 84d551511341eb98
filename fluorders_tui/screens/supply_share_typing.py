"""Typing who gets how much of a supplier order's lines (D-14.1)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal
from typing import cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.supplier_orders import SupplierOrderDraft
from fluorders_tui.screens.awaited import AwaitedScreen
from fluorders_tui.screens.document_typing import counted
from fluorders_tui.screens.supplier_lines import SupplierForms
from fluorders_tui.screens.supply_shares import (
    ORDER_COLUMNS,
    SHARE_COLUMNS,
    SUPPLY_COLUMNS,
    TypedShare,
    left_of,
    read_line,
    share_rows,
    shares_from,
    shares_to,
    supply_rows,
)
from fluorders_tui.services.conditions import customer_conditions
from fluorders_tui.services.form_drafts import FormDraft, FormTyping
from fluorders_tui.services.registries import find
from fluorders_tui.services.supplier_orders import open_supplier_order
from fluorders_tui.services.supply_sharing import (
    SupplyMode,
    unpromised,
)
from fluorders_tui.widgets.choices import Choice, Resolution
from fluorders_tui.widgets.command_bar import CommandBar
from fluorders_tui.widgets.edit_strip import EditStrip
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.lookup import Lookup
from fluorders_tui.widgets.message_line import MessageLine
from fluorders_tui.widgets.reading_pane import ReadingPane
from fluorders_tui.widgets.row_sources import ListSource
from fluorders_tui.widgets.title_bar import TitleBar
from fluorders_tui.widgets.typed_fields import DecimalField
from fluorders_tui.widgets.virtual_table import VirtualTable

__all__ = ["MODES", "ShareTyping"]

MODES = {
    "on demand": (SupplyMode.ON_DEMAND, "goods come here and are kept for the order"),
    "drop-ship": (SupplyMode.DROP_SHIP, "the supplier ships to the customer; no stock is involved"),
}
STRIP = ("customer", "place", "line", "quantity")


class ShareTyping(AwaitedScreen):
    """A supplier order and what of it is shared out so far; that is on disk after every key (U-1.7)."""

    def __init__(self, *, number: str) -> None:
        super().__init__()
        self._number = number
        self._draft: SupplierOrderDraft | None = None
        self._free: tuple[Decimal, ...] = ()
        self._shares: list[TypedShare] = []
        self._editing = -1
        self._kept: FormDraft | None = None
        self.supply_table = VirtualTable(SUPPLY_COLUMNS, can_focus=False, empty="No lines.", id="supply")
        self.share_table = VirtualTable(
            SHARE_COLUMNS, can_focus=False, grows=True, empty="Nothing is shared out yet.", id="shares"
        )
        self.order_table = VirtualTable(ORDER_COLUMNS, empty="No order would come.", id="orders")

    def compose(self) -> ComposeResult:
        yield TitleBar(self.TITLE_TEXT)
        with Horizontal(classes="row"):
            yield Field("mode", "How", text="on demand", label_width=5, width=11, suggest=self._modes,
                        resolver=self._resolve_mode, help="on demand, or drop-ship.")  # fmt: skip
            yield DecimalField("markup", "Cost plus %", label_width=12, width=8, show=self.number,
                               help="Empty: the customers' own prices.")  # fmt: skip
            yield self._code("type", "Type", "order-types", "Type of the customer orders; empty: the company's.")
        with Vertical(id="lists"):
            yield self.supply_table
            yield self.share_table
            yield EditStrip(
                self.share_table,
                {
                    "customer": self._code("customer", "", "customers", "Who gets it; empty: as above.", width=0),
                    "place": Field("place", width=0, suggest=self._places, resolver=self._ask(self._places),
                                   help="One of their destinations; empty: the usual one."),
                    "line": Field("line", width=0, help="The supplier line's number or item; * for all that is left."),
                    "quantity": DecimalField("quantity", width=0, show=self.number, help="In the line's unit."),
                },
            )  # fmt: skip
            yield self.order_table
        yield MessageLine()
        yield CommandBar()
        yield Lookup()
        yield ReadingPane()

    def _code(self, name: str, label: str, registry: str, said: str, *, width: int = 10) -> Field:
        def suggest(text: str) -> list[Choice]:
            return [Choice(one.code, one.name) for one in find(self.desk, registry, text)]

        return Field(
            name, label, label_width=len(label) + 1 if label else 0, width=width, suggest=suggest,
            resolver=self._ask(suggest), help=said,
        )  # fmt: skip

    def _ask(self, suggest: Callable[[str], list[Choice]]) -> Callable[[str], asyncio.Future[Resolution]]:
        async def resolve(text: str) -> Resolution:
            return Resolution.of(text, await self.desk_app.ask(lambda: suggest(text), what="Looking up…"))

        return cast("Callable[[str], asyncio.Future[Resolution]]", resolve)

    def _modes(self, text: str) -> list[Choice]:
        wanted = text.strip().casefold()
        return [Choice(word, about, "", word) for word, (_, about) in MODES.items() if word.startswith(wanted)]

    async def _resolve_mode(self, text: str) -> Resolution:
        return Resolution.of(text, self._modes(text))

    def _places(self, text: str) -> list[Choice]:
        """The destinations of the customer in the strip; asked in a thread."""
        customer = self.field("customer").text.strip()
        if not customer:
            return []
        wanted = text.strip().casefold()
        return [
            Choice(place.code, place.one_line())
            for place in customer_conditions(self.desk, customer).destinations
            if place.code and wanted in f"{place.code} {place.one_line()}".casefold()
        ]

    # -- opening -----------------------------------------------------------------------------------

    async def open_first(self) -> None:
        await self._again()
        draft = self.draft
        if draft.drop_ship:
            self.field("mode").set_value("drop-ship")
        found: FormTyping | None = None
        try:
            self._kept = FormDraft(self.desk, "supply-sharing", draft.id)
            found = self._kept.found
        except OSError:
            # The same order is shared out at another desk of this person, or there is no room: it works without.
            self._kept = None
        if found is not None:
            self._shares = [one for one in shares_from(found.values) if one.line < len(draft.lines)]
            self.field("mode").set_value(str(found.values.get("mode") or self.field("mode").text))
            self.field("markup").set_value(found.values.get("markup"))
            self.message_line.say("This was typed and not shared out when the desk ended.", "warning")
        self._show()
        self._begin()
        if not any(left > 0 for left in self._free):
            self.message_line.say("All that is to come is promised already: nothing is left to share out.", "warning")
        if found is not None and found.field in STRIP and found.text:
            self.field(found.field).focus()
            self.field(found.field).input.value = found.text

    @property
    def draft(self) -> SupplierOrderDraft:
        """The supplier order as it was read."""
        if self._draft is None:
            raise Refused("The order is not open: the database didn't answer.", hint="F3 leaves.")
        return self._draft

    async def _again(self) -> None:
        desk, number = self.desk, self._number

        def read() -> tuple[SupplierOrderDraft, tuple[Decimal, ...]]:
            draft = open_supplier_order(desk, number).draft
            return draft, unpromised(desk, draft.id)

        self._draft, self._free = await self.desk_app.ask(read, what="Opening…")

    # -- what is shown -----------------------------------------------------------------------------

    @property
    def _forms(self) -> SupplierForms:
        return SupplierForms(self.number, self.price, self.amount, self.day)

    def _show(self) -> None:
        draft, forms = self.draft, self._forms
        self.supply_table.refresh_source(ListSource(supply_rows(draft, self._free, self._shares, forms)))
        self.share_table.refresh_source(ListSource(share_rows(draft, self._shares, forms)))
        customers = len({(one.customer, one.place) for one in self._shares})
        self.title_bar.show(
            f"Share out {draft.number} · {draft.name} · {counted(len(self._shares), 'share')} for "
            f"{counted(customers, 'customer')}"
        )

    def _begin(self) -> None:
        """The strip empty, the caret on the customer of the next share."""
        self._editing = -1
        for name in STRIP:
            self.field(name).clear()
        self.share_table.cursor = len(self._shares) - 1
        self._show_strip(None)
        self.field("customer").focus()

    def _show_strip(self, line: int | None) -> None:
        """The texts beside the strip's fields: which item the line is."""
        known = self.draft.lines[line] if line is not None and line < len(self.draft.lines) else None
        texts = {"name": self.field("customer").note, "item": "", "uom": ""}
        if known is not None:
            texts |= {"item": known.item, "uom": known.uom.code}
            self.supply_table.cursor = line or 0
        self.query_one(EditStrip).show_texts(texts)

    def _left(self) -> list[Decimal]:
        return left_of(self._free, self._shares, self._editing)

    # -- typing ------------------------------------------------------------------------------------

    async def field_accepted(self, field: Field) -> None:
        name = field.field_name
        if name == "mode":
            field.set_value(str(field.value or "on demand"))
        elif name == "customer" and field.choice is not None:
            self._show_strip(None)
        elif name == "line" and field.text.strip():
            place = read_line(field.text, self.draft)
            if place is not None:
                field.set_value(str(place + 1))
                self._offer_quantity(place)
        elif name == "quantity" and field.value is not None:
            self._check(cast(Decimal, field.value))
        self._forget_preview()
        self._keep()

    def _offer_quantity(self, place: int) -> None:
        quantity = self.field("quantity")
        left = self._left()[place]
        if not quantity.dirty:
            quantity.set_value(left if left > 0 else None)
        self._show_strip(place)

    def _check(self, quantity: Decimal) -> None:
        text = self.field("line").text.strip()
        place = read_line(text, self.draft) if text else None
        if quantity <= 0:
            raise Invalid("The quantity must be more than 0.", field="quantity", rule="D-6.3")
        if place is not None and quantity > self._left()[place]:
            left = self.number(max(self._left()[place], Decimal(0)))
            raise Refused(f"Only {left} are left of line {place + 1}.", field="quantity", rule="D-14.3")

    async def action_accept(self) -> None:
        field = self.current_field
        self.pane.close()
        if field is not None and field.field_name == "customer" and not field.text.strip():
            if not self._shares:
                raise Invalid("Type a customer.", field="customer", hint="F4 lists them.")
            last = self._shares[self._editing if self._editing >= 0 else -1]
            field.set_value(last.customer, note=last.name)
            self.field("place").set_value(last.place or None)
        await super().action_accept()

    async def fields_done(self) -> None:
        field = self.current_field
        name = field.field_name if field is not None else ""
        if name not in STRIP:
            self.field("customer").focus()
        elif name in ("customer", "place"):
            self._to_line()
        elif name == "line" and self.field("line").text.strip() != "*":
            self.field("quantity").focus()
            self.field("quantity").input.action_select_all()
        else:
            self._put()

    def _to_line(self) -> None:
        """The caret to the line, with the next one offered that has something left."""
        line = self.field("line")
        if self._editing < 0 and not line.text.strip():
            place = next((at for at, left in enumerate(self._left()) if left > 0), None)
            if place is None:
                self.message_line.say("Nothing is left to share out. F9 shows the orders, F10 makes them.", "warning")
                return
            line.set_value(str(place + 1))
            self._offer_quantity(place)
        line.focus()
        line.input.action_select_all()

    def _put(self) -> None:
        """The strip's share into the list."""
        customer, text = self.field("customer"), self.field("line").text.strip()
        quantity = cast("Decimal | None", self.field("quantity").value)
        if not customer.text.strip():
            customer.focus()
            raise Invalid("Type a customer.", field="customer", hint="F4 lists them.")
        name = customer.choice.description if customer.choice is not None else customer.note
        place, where = self.field("place").text.strip(), read_line(text or "*", self.draft)
        code = customer.text.strip()
        if where is None:
            made = [TypedShare(code, at, left, place, name) for at, left in enumerate(self._left()) if left > 0]
        elif quantity is None:
            raise Invalid("Type a quantity.", field="quantity", rule="D-6.3")
        else:
            self._check(quantity)
            made = [TypedShare(code, where, quantity, place, name)]
        if self._editing >= 0:
            self._shares[self._editing : self._editing + 1] = made
        else:
            self._shares += made
        self._show()
        self._begin()
        self._keep()

    async def line_wanted(self, delta: int) -> None:
        if self.order_table.display and self.query_one("#lists").has_class("-orders"):
            self.order_table.action_cursor_down() if delta > 0 else self.order_table.action_cursor_up()
            return
        field = self.current_field
        if field is not None and field.dirty and not await self._accept(field):
            return
        at = (self._editing if self._editing >= 0 else len(self._shares)) + delta
        if at >= len(self._shares) or not self._shares:
            self._begin()
        else:
            self._load(max(0, at))

    def _load(self, at: int) -> None:
        one = self._shares[at]
        self._editing = at
        self.share_table.cursor = at
        self.field("customer").set_value(one.customer, note=one.name)
        self.field("place").set_value(one.place or None)
        self.field("line").set_value(str(one.line + 1))
        self.field("quantity").set_value(one.quantity)
        self._show_strip(one.line)
        self.field("quantity").focus()
        self.field("quantity").input.action_select_all()

    async def action_edit(self) -> None:
        """F2: the last share again."""
        if self._shares:
            self._load(max(0, self.share_table.cursor))

    async def action_delete_line(self) -> None:
        at = self._editing if self._editing >= 0 else self.share_table.cursor
        if not 0 <= at < len(self._shares):
            raise Refused("There is no share to drop.", field="shares")
        gone = self._shares.pop(at)
        self._show()
        self._begin()
        self._keep()
        self.message_line.say(f"Dropped: {self.number(gone.quantity)} of line {gone.line + 1} for {gone.customer}.")

    @on(Field.Edited)
    def _keep(self) -> None:
        if self._kept is None or self._draft is None:
            return
        field = self.current_field
        typed = field is not None and field.dirty
        name, text = (field.field_name, field.text) if field is not None and typed else ("", "")
        values = shares_to(self._shares)
        if values or typed:
            values |= {"mode": self.field("mode").text, "markup": cast("Decimal | None", self.field("markup").value)}
        try:
            self._kept.save(FormTyping(values, {}, name, text))
        except OSError as error:
            self.message_line.say(f"What you type can't be kept: {error.strerror or error}.", "warning")

    def on_unmount(self) -> None:
        if self._kept is not None:
            self._kept.close(keep=not self._kept.written.is_empty)
            self._kept = None

    def _forget_preview(self) -> None:
        """Back to the shares."""
        self.query_one("#lists").remove_class("-orders")

    async def back_wanted(self) -> None:
        if self.query_one("#lists").has_class("-orders"):
            self._forget_preview()
            self._begin()
        elif self._editing >= 0 or any(self.field(name).text for name in STRIP):
            self._begin()
            self._keep()
        else:
            await self.action_leave()
