"""Supplier orders typed as customer orders are: supplier, Enter, then item, Enter, quantity, Enter; F10 (U-3, D-14).

What the supplier then does (confirms, delivers, moves or cancels) is done from F9.
"""

from __future__ import annotations

from typing import Any, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal, Vertical

from fluorders_tui.bindings import bindings
from fluorders_tui.domain.errors import Invalid
from fluorders_tui.screens.document_typing import in_strip
from fluorders_tui.screens.item_finding import ItemPick
from fluorders_tui.screens.supplier_commands import SupplierCommands
from fluorders_tui.screens.supplier_fields import SUPPLIER_FIELDS, SupplierField
from fluorders_tui.screens.supplier_lines import NEW_COLUMNS, SupplierRows
from fluorders_tui.screens.supplier_opening import SupplierOpening, open_supplier_session
from fluorders_tui.screens.supplier_showing import SUPPLIER_FIGURES
from fluorders_tui.services.supplier_holding import SupplierRecovered, SupplierTyping
from fluorders_tui.services.supplier_orders import next_supplier_number
from fluorders_tui.widgets.choices import Choice
from fluorders_tui.widgets.command_bar import CommandBar
from fluorders_tui.widgets.edit_strip import EditStrip
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.info_line import InfoLine
from fluorders_tui.widgets.lookup import Lookup
from fluorders_tui.widgets.message_line import MessageLine
from fluorders_tui.widgets.reading_pane import ReadingPane
from fluorders_tui.widgets.side_panel import SidePanel
from fluorders_tui.widgets.title_bar import TitleBar
from fluorders_tui.widgets.totals_bar import TotalsBar
from fluorders_tui.widgets.typed_fields import DateField, DecimalField
from fluorders_tui.widgets.virtual_table import VirtualTable

__all__ = ["SupplierOrderEntryScreen"]


class SupplierOrderEntryScreen(SupplierCommands):
    """A new order, perhaps for `supplier`; a saved one (`number`), a held one, or one that a dead desk left."""

    CSS_PATH = "supplier_order_entry.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (40, "-tall")]
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "save", "edit", "new", "next_step", "hold", "refresh", "repeat_line", "copy_above", "delete_line", "undo",
        "redo", "header", "why_price",
    )  # fmt: skip
    TITLE_TEXT = "New supplier order"
    HELP_TEXT: ClassVar[tuple[str, ...]] = (
        "Supplier, Enter, then item Enter quantity Enter for every line. F10 enters the order.",
        "Item field: our code, the supplier's, a barcode, or part of the description; 12*ABC or ABC 12.",
        "A pasted block of codes and quantities becomes lines.",
        "A price comes from the item's suppliers, else from the supplier's list; typed, it stays. Ctrl+L says why.",
        "Ctrl+D opens the header: ship to a customer instead of a warehouse, terms, currency.",
        "F9 of an entered order: confirm, receive, move dates, cancel, sell its goods on, and its story.",
    )

    def __init__(
        self, *, number: str = "", held: int = 0, recovered: SupplierRecovered | None = None, supplier: str = ""
    ) -> None:
        super().__init__()
        self.opening = SupplierOpening(number, held, recovered, supplier)
        self.lines_table = VirtualTable(NEW_COLUMNS, can_focus=False, grows=True, empty="No lines yet.", id="lines")

    # -- building ----------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        yield TitleBar(self.TITLE_TEXT)
        with Horizontal(classes="row"):
            yield Field(
                "supplier", "Supplier", id="supplier-field", needed=True, label_width=10, width=16,
                resolver=self._resolver(self.suppliers), suggest=self.suppliers,
                missing=lambda: self.how_to_add("suppliers"),
                help="Code or part of the name. F4 lists, F6 adds a new supplier.",
            )  # fmt: skip
        with Horizontal(classes="row"):
            yield from [self.header_input(spec) for spec in SUPPLIER_FIELDS if spec.main]
        with Container(id="header-more"):
            yield from [self.header_input(spec) for spec in SUPPLIER_FIELDS if not spec.main]
        with Horizontal(id="body"):
            with Vertical():
                yield self.lines_table
                yield EditStrip(self.lines_table, self._strip_fields())
                with Horizontal(id="strip-more"):
                    yield Field("description", "Text", label_width=5, width=0, help="The line's description.")
                    yield Field("line_note", "Note", label_width=5, width=0, help="Printed under the line.")
                    yield DateField("line_delivery", "Delivery", label_width=9, classes="date", today=self._today,
                                    show=self.day, day_first=self.form.day_first,
                                    help="When it comes; on a confirmed order what the supplier says.")  # fmt: skip
                yield InfoLine(id="info")
            yield SidePanel(classes="wide-only")
        yield TotalsBar(SUPPLIER_FIGURES)
        yield MessageLine()
        yield CommandBar()
        yield Lookup()
        yield ReadingPane()

    def _strip_fields(self) -> dict[str, Field]:
        return {
            "item": Field(
                "item", width=0, needed=True, resolver=self._ask(self.resolve_item), suggest=self.items,
                on_block=self.paste_block,
                missing=lambda: self.how_to_add("items"),
                help="Our code, the supplier's, a barcode or part of the description; 12*ABC.",
            ),
            "quantity": DecimalField("quantity", width=0, needed=True, show=self.number,
                                     help="In the unit beside it. 3*12 multiplies."),
            "uom": Field("uom", width=0, suggest=self._units, resolver=self._resolver(self._units),
                         help="Unit of measure; the item's other units are listed with F4."),
            "price": DecimalField("price", width=0, show=self.price,
                                  help="A price by hand stays when the quantity changes; emptied, it is looked up."),
            "discounts": Field("line_discounts", width=0, help="50+10+5; -3 is a surcharge; 5# an amount (D-5.1)."),
        }  # fmt: skip

    def _units(self, text: str) -> list[Choice]:
        item = self.session.item
        if item is None:
            return []
        wanted, main = text.strip().casefold(), item.main_uom.code
        return [
            Choice(uom.code, f"{self.number(uom.factor)} {main}") for uom in item.uoms if wanted in uom.code.casefold()
        ]

    # -- opening -----------------------------------------------------------------------------------

    async def _open(self) -> None:
        opened = await self.desk_app.ask(
            lambda: open_supplier_session(self.desk, self.opening, self.order_changed), what="Opening…"
        )
        session = self._session = opened.session
        self.provisional = opened.provisional
        self.lines_table.refresh_source(SupplierRows(lambda: session.draft, self.minded, self.forms))
        self.lines_table.cursor = len(session.draft.lines) - 1
        self._restore_typing(opened.typing)
        self.show_all()
        if opened.told:
            self.message_line.say(opened.told, "warning")

    async def open_again(self) -> None:
        if self.desk_app.desk is None:
            self.desk_app.connect()
            await self.desk_app.desk_there()
        if self.desk_app.desk is not None and self._session is None:
            await self._open()
            self.message_line.say("The supplier order is open.", "done")

    def _restore_typing(self, typing: SupplierTyping) -> None:
        """Put the caret where the work goes on, with the text that stood there when the desk died (U-1.7)."""
        session = self.session
        if not session.draft.supplier and not session.draft.lines and typing.is_empty:
            # Somebody may be typing already.
            return
        session.take_typing(typing)
        if session.line is not None:
            self.fill_strip()
            self.field("quantity").focus()
        else:
            self.field("item" if session.draft.supplier else "supplier").focus()
        self.restore_text(typing.field, typing.text)

    async def on_screen_resume(self) -> None:
        """Back from a step or from another desk's work: what is shown is what is stored, unless it was changed here."""
        session = self._session
        if session is not None and session.draft.number and not session.worth_keeping:
            await self.reload()

    # -- a field was accepted ----------------------------------------------------------------------

    async def field_accepted(self, field: Field) -> None:
        await self._opened.wait()
        session, name = self.session, field.field_name
        self._typing_undone = None
        if name == "supplier":
            await self._take_supplier(field)
        elif spec := next((one for one in SUPPLIER_FIELDS if one.name == name), None):
            await self._take_header(spec, field)
        else:
            await self._take_line_field(name, field)
        session.type()
        self.tell_unsaved()

    async def _take_supplier(self, field: Field) -> None:
        session = self.session
        code = field.choice.code if field.choice else field.text
        if not code or code == session.draft.supplier:
            return
        before = session.draft
        session.take_supplier(await self.desk_app.ask(lambda: session.read_supplier(code)))
        self.show_strip()
        if before.supplier and before.lines:
            self.message_line.say("The lines have this supplier's codes and prices now.", "warning")

    async def _take_header(self, spec: SupplierField, field: Field) -> None:
        session, read = self.session, spec.read
        value: Any = field.choice.code if field.choice else field.value
        if read is not None:
            value = await self.desk_app.ask(lambda: read(session, value))
        before = session.draft
        session.change_header(spec.apply(before, value))
        if spec.name in ("date", "type") and not session.draft.number:
            self.provisional = await self.desk_app.ask(lambda: next_supplier_number(session.desk, session.draft))
        if spec.name == "currency" and before.currency != session.draft.currency and before.lines:
            self.message_line.say("The prices were converted at the rates of the order's date.", "warning")
        self.show_header()

    async def _take_line_field(self, name: str, field: Field) -> None:
        session, value = self.session, cast(Any, field.value)
        if name == "item":
            if field.choice is not None and isinstance(field.choice.value, ItemPick):
                await self._take_item(field.choice.value)
        elif session.line is None and not field.text:
            return
        elif name == "quantity":
            if value is not None:
                session.set_quantity(value)
        elif name == "uom":
            code = field.choice.code if field.choice else field.text
            if code:
                session.set_uom(code)
        elif name == "price":
            session.set_price(value)
        elif name == "line_discounts":
            session.set_discounts(field.text)
        elif name == "line_delivery":
            session.set_date(value)
        elif name == "line_note":
            session.set_note(field.text.strip())
        elif name == "description":
            session.set_description(field.text)
        self.show_strip(keep=name)

    async def _take_item(self, pick: ItemPick) -> None:
        session, code = self.session, pick.code
        self.check_party()
        if code not in session.items:
            session.items |= await self.desk_app.ask(lambda: session.read_items([code]))
        if code not in session.items:
            raise Invalid(f"There is no item {code!r}.", field="item", rule="D-6.6")
        session.start_item(code, pick.quantity, pick.unit)
        if session.counted and session.line is not None:
            self.field("quantity").set_value(session.line.quantity)
        if session.notices:
            self.message_line.say(session.notices[0], "warning")

    async def fields_done(self) -> None:
        """Enter on the last needed field: the line is done, or from the header on to the lines."""
        field = self.current_field
        if field is not None and self.session.line is not None and in_strip(field):
            await self.put_line()
            return
        # The lines need the room again.
        self.query_one("#header-more").remove_class("-open")
        self.field("item").focus()

    async def action_accept(self) -> None:
        field, session = self.current_field, self._session
        self.pane.close()
        # Enter on an empty item: the lines are done.
        if field is not None and field.field_name == "item" and not field.text.strip() and session is not None:
            if session.line is not None:
                self.drop_line()
            elif session.draft.lines:
                self.say_totals()
            else:
                await super().action_accept()
            return
        await super().action_accept()

    @on(VirtualTable.RowHighlighted, "#lines")
    def _line_at_hand(self) -> None:
        if self._session is not None and self._session.line is None:
            self.show_panel()
