"""Order entry: everything on one screen, typed at the speed of a phone call (U-3, D-3 to D-7).

Customer, Enter; then item, Enter, quantity, Enter for each line; F10. Everything else has a default
and is reached only when wanted. The order itself lives in `OrderSession`; this file moves it between
the fields and the services.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, TypeVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.widget import Widget

from fluorders_tui.bindings import bindings
from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.errors import DeskError, Refused
from fluorders_tui.domain.money import plain
from fluorders_tui.domain.order import LineType
from fluorders_tui.screens.base import DeskScreen
from fluorders_tui.screens.order_commands import OrderCommands
from fluorders_tui.screens.order_header import HEADER_FIELDS, HeaderField
from fluorders_tui.screens.order_lines import LINE_COLUMNS, LineRows
from fluorders_tui.screens.order_lookups import FreeText, ItemPick, Lookups
from fluorders_tui.screens.order_opening import Opening, open_session
from fluorders_tui.screens.order_panel import PanelText
from fluorders_tui.screens.order_session import OrderSession
from fluorders_tui.services.autosave import Recovered, Typing
from fluorders_tui.widgets.choices import Choice, Resolution
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

__all__ = ["OrderEntryScreen"]

T = TypeVar("T")

FIGURES = (
    ("weight", "Weight"),
    ("margin", "Margin"),
    ("give_away", "Free goods"),
    ("items_gross", "Gross"),
    ("final_discounts", "Final disc."),
    ("expenses", "Charges, exp."),
    ("discounts", "Discounts"),
    ("items_net", "Net"),
    ("taxable", "Taxable"),
    ("vat", "VAT"),
    ("total", "Total"),
)


class OrderEntryScreen(OrderCommands, DeskScreen):
    """A new order; or a saved one (`number`), a held one (`held`), one that a dead desk left (`recovered`)."""

    CSS_PATH = "order_entry.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (40, "-tall")]
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "save", "edit", "new", "next_step", "hold", "refresh", "repeat_line", "copy_above", "delete_line", "undo",
        "redo", "header", "why_price", "last_price",
    )  # fmt: skip
    TITLE_TEXT = "New order"
    HELP_TEXT: ClassVar[tuple[str, ...]] = (
        "Customer, Enter, then item Enter quantity Enter for every line. F10 enters the order.",
        "Item field: code, barcode, the customer's code, or part of the description.",
        "  12*ABC or ABC 12    item with its quantity",
        "  .text  +text  'text free-text line, charge, note",
        "  !ABC                goods free of charge",
        "A pasted block of codes and quantities becomes lines.",
    )

    def __init__(self, *, number: str = "", held: int = 0, recovered: Recovered | None = None) -> None:
        super().__init__()
        self.opening = Opening(number, held, recovered)
        self._session: OrderSession | None = None
        self._opened = asyncio.Event()
        self.provisional = ""
        self.lines_table = VirtualTable(LINE_COLUMNS, can_focus=False, empty="No lines yet.", id="lines")

    # -- building ----------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        yield TitleBar(self.TITLE_TEXT)
        with Horizontal(classes="row"):
            yield Field(
                "customer", "Customer", id="customer-field", needed=True, label_width=10, width=16,
                resolver=self._resolver(self._customers), suggest=self._customers, help="Code or part of the name. F4 lists, F6 adds a new customer.",
            )  # fmt: skip
        with Horizontal(classes="row"):
            for spec in HEADER_FIELDS:
                if spec.main:
                    yield self._header_field(spec)
        with Container(id="header-more"):
            for spec in HEADER_FIELDS:
                if not spec.main:
                    yield self._header_field(spec)
        with Horizontal(id="body"):
            with Vertical():
                yield self.lines_table
                yield EditStrip(self.lines_table, self._strip_fields())
                with Horizontal(id="strip-more"):
                    yield Field("description", "Text", label_width=5, width=0, help="The line's description.")
                    yield Field("line_note", "Note", label_width=5, width=0, help="Printed under the line.")
                    yield Field("vat", "VAT", label_width=4, width=6, classes="short",
                                resolver=self._resolver(lambda text: self._codes("vat-codes", text)),
                                suggest=lambda text: self._codes("vat-codes", text))  # fmt: skip
                    yield DateField("line_delivery", "Delivery", label_width=9, classes="date", today=self._today,
                                    show=self.day, day_first=self.form.day_first)  # fmt: skip
                yield InfoLine(id="info")
            yield SidePanel(classes="wide-only")
        yield TotalsBar(FIGURES)
        yield MessageLine()
        yield CommandBar()
        yield Lookup()
        yield ReadingPane()

    def _strip_fields(self) -> dict[str, Field]:
        def number(name: str, *, needed: bool = False, help: str = "") -> DecimalField:  # noqa: A002
            show = self.price if name == "price" else self.number
            return DecimalField(name, width=0, needed=needed, show=show, help=help)

        return {
            "item": Field(
                "item", width=0, needed=True, resolver=self._ask(lambda text: self.lookups.resolve_item(text)),
                suggest=lambda text: self.lookups.items(text), on_block=self.paste_block,
                help="Code, barcode, customer's code or part of the description; 12*ABC; .text +charge 'note !free",
            ),
            "quantity": number("quantity", needed=True, help="In the unit beside it. 3*12 multiplies."),
            "uom": Field("uom", width=0, suggest=self._units, resolver=self._resolver(self._units),
                         help="Unit of measure; the item's other units are listed with F4."),
            "price": number("price", help="A price by hand stays when the quantity changes (D-4.6)."),
            "discounts": Field("line_discounts", width=0, help="50+10+5; -3 is a surcharge; 5# an amount (D-5.1)."),
        }  # fmt: skip

    def _header_field(self, spec: HeaderField) -> Field:
        label = 10 if spec.main else 12
        classes = "field-wide" if spec.main and not spec.width else None
        if spec.kind == "date":
            return DateField(
                spec.name, spec.label, today=self._today, show=self.day, day_first=self.form.day_first,
                past_ok=spec.name == "date", label_width=label, width=spec.width, help=spec.help, classes=classes,
            )  # fmt: skip
        if spec.kind == "amount":
            return DecimalField(
                spec.name, spec.label, show=self.number, label_width=label, width=spec.width, help=spec.help
            )
        if spec.registry:

            def suggest(text: str) -> list[Choice]:
                return self._codes(spec.registry, text)

            return Field(
                spec.name, spec.label, label_width=label, width=spec.width, help=spec.help, suggest=suggest,
                resolver=self._resolver(suggest),
            )  # fmt: skip
        return Field(
            spec.name, spec.label, label_width=label, width=spec.width, help=spec.help, classes=classes,
        )  # fmt: skip

    # -- opening -----------------------------------------------------------------------------------

    @property
    def session(self) -> OrderSession:
        """The order being typed. Only after the desk has opened."""
        if self._session is None:
            raise Refused("The database is not open yet.")
        return self._session

    @property
    def lookups(self) -> Lookups:
        """What fields find, asked in threads."""
        return Lookups(self.session)

    async def desk_ready(self) -> None:
        if self._session is not None:
            return
        opened = await self.desk_app.ask(lambda: open_session(self.desk, self.opening, self._changed), what="Opening…")
        self._session = opened.session
        self.provisional = opened.provisional
        rows = LineRows(
            lambda: opened.session.draft.lines,
            lambda: opened.session.draft.currency.decimals,
            self.number,
            self.price,
            self.amount,
            self.day,
        )
        self.lines_table.refresh_source(rows)
        self.panel_text = PanelText(self.number, self.price, self.amount, self.day)
        self.show_all()
        self._opened.set()
        if opened.told:
            self.message_line.say(opened.told, "warning")
        await self._restore_typing(opened.typing)

    async def _restore_typing(self, typing: Typing) -> None:
        """Put the caret where the work goes on, with the text that stood there when the desk died (U-1.7)."""
        if not self.session.draft.customer:
            self.field("customer").focus()
        else:
            if 0 <= typing.line < len(self.session.draft.lines):
                self.load_line(typing.line)
            self.field("item").focus()
        if typing.text:
            names = [field.field_name for field in self.query(Field)]
            if typing.field in names:
                field = self.field(typing.field)
                field.focus()
                field.input.value = typing.text

    def _today(self) -> Any:
        return self.desk.today()

    # -- lookups -----------------------------------------------------------------------------------

    def _ask(self, find: Callable[[str], Resolution]) -> Callable[[str], Awaitable[Resolution]]:
        async def resolve(text: str) -> Resolution:
            await self._opened.wait()
            return await self.desk_app.ask(lambda: find(text), what="Looking up…")

        return resolve

    def _resolver(self, suggest: Callable[[str], list[Choice]]) -> Callable[[str], Awaitable[Resolution]]:
        return self._ask(lambda text: Resolution.of(text, suggest(text)))

    def _customers(self, text: str) -> list[Choice]:
        return self.lookups.customers(text)

    def _codes(self, registry: str, text: str) -> list[Choice]:
        return self.lookups.codes(registry, text)

    def _units(self, text: str) -> list[Choice]:
        card = self.session.card
        if card is None:
            return []
        wanted = text.strip().casefold()
        main = card.main_uom.code
        return [Choice(uom.code, f"{plain(uom.factor)} {main}") for uom in card.uoms if wanted in uom.code.casefold()]

    # -- a field was accepted ----------------------------------------------------------------------

    async def field_accepted(self, field: Field) -> None:
        await self._opened.wait()
        name = field.field_name
        if name == "customer":
            await self._take_customer(field)
        elif spec := next((one for one in HEADER_FIELDS if one.name == name), None):
            await self._take_header(spec, field.value)
        else:
            await self._take_line_field(name, field)
        self.session.type(Typing())

    async def _take_customer(self, field: Field) -> None:
        code = field.choice.code if field.choice else field.text
        if code == self.session.draft.customer:
            return
        self.session.take_customer(await self.desk_app.ask(lambda: self.session.read_customer(code)))
        conditions = self.session.conditions
        if conditions is not None and conditions.pop_up_note:
            self.message_line.say(conditions.pop_up_note, "warning")
        if self.session.draft.warnings:
            self.message_line.say(self.session.draft.warnings[-1], "warning")

    async def _take_header(self, spec: HeaderField, value: Any) -> None:
        session, read = self.session, spec.read
        missing = [line.item for line in session.draft.lines if line.item and line.item not in session.cards]
        if missing:
            session.cards |= await self.desk_app.ask(lambda: session.read_cards(missing))
        if read is not None:
            value = await self.desk_app.ask(lambda: read(session, value))
        before = session.draft
        session.change(spec.apply(before, value, session))
        told = [text for text in session.draft.warnings if text not in before.warnings]
        if told:
            self.message_line.say(told[-1], "warning")
        elif spec.name == "discounts" and session.draft.lines:
            self.message_line.say("On new lines only (D-3.2). F5 gives them to the present lines too.")
        self.show_header()

    async def _take_line_field(self, name: str, field: Field) -> None:
        session = self.session
        if name == "item":
            if field.choice is not None:
                await self._take_item(field.choice.value)
        elif name == "quantity":
            if field.value is not None:
                session.set_quantity(cast(Any, field.value))
        elif session.line is None and not field.text:
            return
        elif name == "uom":
            session.set_uom(field.choice.code if field.choice else field.text)
        elif name == "price":
            session.set_price(cast(Any, field.value))
        elif name == "line_discounts":
            session.set_discounts(field.text)
        elif name == "vat":
            code = field.choice.code if field.choice else field.text
            read = next(one.read for one in HEADER_FIELDS if one.name == "customer_vat")
            if code and read is not None:
                session.set_vat(await self.desk_app.ask(lambda: read(session, code)))
        elif name == "line_delivery":
            session.set_delivery(cast(Any, field.value))
        elif name == "line_note":
            session.set_note(field.text.strip())
        elif name == "description":
            session.set_description(field.text)
        self.show_strip(keep=name)

    async def _take_item(self, value: object) -> None:
        session = self.session
        if isinstance(value, FreeText):
            session.start_free(value.line_type, value.text)
            return
        if not isinstance(value, ItemPick):
            return
        code = value.code
        if code not in session.cards:
            cards = await self.desk_app.ask(lambda: session.read_cards([code]))
            session.cards |= cards
        session.start_item(code, value.quantity, value.unit, value.line_type)
        if value.quantity is not None:
            self.field("quantity").set_value(value.quantity)
        if session.line is not None and session.line.warnings:
            self.message_line.say(session.line.warnings[0], "warning")

    async def fields_done(self) -> None:
        """Enter on the last needed field: the line is done, or from the header on to the lines."""
        field = self.current_field
        if field is None or not self._in_strip(field):
            self.field("item").focus()
            return
        if self.session.line is None:
            self.field("item").focus()
            return
        self.put_line()

    async def action_accept(self) -> None:
        field = self.current_field
        # Enter on an empty item: the lines are done.
        if field is not None and field.field_name == "item" and not field.text.strip() and self._session is not None:
            if self.session.editing >= 0:
                self.drop_line()
            elif self.session.draft.lines:
                self.say_totals()
            else:
                await super().action_accept()
            return
        await super().action_accept()

    @staticmethod
    def _in_strip(field: Field) -> bool:
        node: Widget | None = field
        while node is not None:
            if isinstance(node, EditStrip) or node.id == "strip-more":
                return True
            node = cast("Widget | None", node.parent) if isinstance(node.parent, Widget) else None
        return False

    @on(Field.Edited)
    def _remember_typing(self, message: Field.Edited) -> None:
        if self._session is not None:
            self.session.type(Typing(message.field.field_name, message.text, self.session.editing))

    # -- showing -----------------------------------------------------------------------------------

    def _changed(self) -> None:
        if self._session is not None:
            self.show_all()

    def show_all(self) -> None:
        """Read the draft again into every widget; what did not change is not painted."""
        self.show_header()
        self.lines_table.refresh_source()
        self.show_totals()
        self.show_strip()

    def show_header(self) -> None:
        """The header fields from the draft."""
        draft = self.session.draft
        customer = self.field("customer")
        if not customer.input.has_focus or not customer.dirty:
            place = ", ".join(part for part in (draft.address.city, draft.address.country) if part)
            customer.set_value(draft.customer or None, note=" · ".join(one for one in (draft.name, place) if one))
        for spec in HEADER_FIELDS:
            value, note = spec.show(draft)
            field = self.field(spec.name)
            if field.input.has_focus and field.dirty:
                continue
            field.set_value(value or None, note=note)
        if draft.number:
            changed = f" · revision {draft.revision}" if draft.revision else ""
            self.title_bar.show(f"Order {draft.number} · {draft.status.value}{changed}")
        else:
            number = f" · {self.provisional} (provisional)" if self.provisional else ""
            self.title_bar.show(f"New order {draft.type.code}{number}")

    def show_totals(self) -> None:
        """The totals bar, every figure of D-7."""
        try:
            totals = self.session.totals
        except DeskError as error:
            self.message_line.tell(error)
            return
        decimals = self.session.draft.currency.decimals
        shown = self.desk.sees_margin and totals.margin is not None
        figures = {
            "items_gross": totals.items_gross,
            "discounts": totals.discounts,
            "items_net": totals.items_net,
            "final_discounts": totals.final_discounts,
            "expenses": totals.charges + totals.expenses_total,
            "give_away": totals.give_away,
            "taxable": totals.taxable,
            "vat": totals.vat,
        }
        bar = self.query_one(TotalsBar)
        bar.update_figures({name: self.amount(value, decimals) for name, value in figures.items()})
        bar.update_figures(
            {
                "total": f"{self.amount(totals.total, decimals)} {self.session.draft.currency.code}",
                "margin": self.amount(totals.margin, decimals) if shown else "",
                "weight": f"{self.number(totals.weight)} kg" if totals.weight else "",
            }
        )

    def show_strip(self, keep: str = "") -> None:
        """The strip's fields from the line in it; what a person is typing is left alone."""
        session = self.session
        line, draft = session.line, session.draft
        new = session.editing < 0
        texts = {"line": f"{(len(draft.lines) if new else session.editing) + 1}", "net": "", "description": ""}
        values: dict[str, tuple[object, str]] = dict.fromkeys(
            ("uom", "price", "line_discounts", "description", "line_note", "vat", "line_delivery"), (None, "")
        )
        if line is not None:
            quantity = self.field("quantity")
            typed = not new or quantity.value is not None
            priced = line.line_type is not LineType.NOTE
            values["uom"] = (line.uom.code or None, "")
            values["price"] = (line.price if priced else None, "")
            values["line_discounts"] = (format_discounts(line.discounts) or None, "")
            values["description"] = (line.description, "")
            values["line_note"] = (line.note or None, "")
            values["vat"] = (line.vat.code if line.vat else None, "")
            values["line_delivery"] = (line.delivery_date, "")
            if typed and priced:
                quantity.set_value(line.quantity)
                texts["net"] = self.amount(line.net, draft.currency.decimals)
            texts["description"] = line.description
        for name, (value, note) in values.items():
            field = self.field(name)
            if name == keep or not (field.input.has_focus and field.dirty):
                field.set_value(value, note=note)
        free = line is not None and line.line_type in (LineType.UNCODED, LineType.CHARGE)
        self.field("price").needed = free
        self.field("quantity").needed = line is None or line.line_type is not LineType.NOTE
        if free and new and line is not None and not line.price:
            self.field("price").set_value(None)
        self.query_one(EditStrip).show_texts(texts)
        self.show_panel()

    def show_panel(self) -> None:
        """What stands beside the field being typed (D-6.7)."""
        session = self.session
        line, card = session.line, session.card
        text = self.panel_text
        if line is not None and card is not None:
            blocks = text.item(session.draft, line, card, margin=self.desk.sees_margin)
        else:
            blocks = text.customer(session.draft, session.conditions)
        self.query_one(SidePanel).show(blocks)
        self.query_one(InfoLine).show(text.in_short(session.draft, line, card))
