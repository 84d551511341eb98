"""Order entry: everything on one screen, typed at the speed of a phone call (U-3, D-3 to D-7).

Customer, Enter; then item, Enter, quantity, Enter for each line; F10. Everything else has a default
and is reached only when wanted. The order itself lives in `OrderSession`; this file moves it between
the fields and the services.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal, Vertical

from fluorders_tui.bindings import bindings
from fluorders_tui.domain.money import plain
from fluorders_tui.domain.shorthand import parse_decimal
from fluorders_tui.screens.document_typing import in_strip
from fluorders_tui.screens.order_action_text import action_help
from fluorders_tui.screens.order_kind import ORDER, Typed
from fluorders_tui.screens.order_lines import LINE_COLUMNS, LineRows
from fluorders_tui.screens.order_lookups import Lookups
from fluorders_tui.screens.order_opening import Opening, open_session
from fluorders_tui.screens.order_showing import FIGURES
from fluorders_tui.screens.order_taking import OrderTaking
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

if TYPE_CHECKING:
    pass

__all__ = ["OrderEntryScreen"]


class OrderEntryScreen(OrderTaking):
    """A new order; or a saved one (`number` or `row`), a held one (`held`), one that a dead desk left (`recovered`).

    `copied` is a new one that begins with what stands there. What is entered is its `kind`.
    """

    CSS_PATH = "order_entry.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (40, "-tall")]
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "save", "edit", "new", "next_step", "hold", "refresh", "repeat_line", "copy_above", "delete_line", "undo",
        "redo", "header", "actions", "why_price", "last_price", "find",
    )  # fmt: skip
    TITLE_TEXT = "New order"
    CUSTOMER_HELP = "Code or part of the name. F4 lists, F6 adds a new customer."
    TYPING_HELP: ClassVar[tuple[str, ...]] = (
        "Item field: code, barcode, the customer's code, or part of the description.",
        "  12*ABC or ABC 12    item with its quantity",
        "  .text  +text  'text free-text line, charge, note",
        "  !ABC                goods free of charge",
        "A pasted block of codes and quantities becomes lines.",
        "",
        "Actions, by Insert or / in the item field, on the line at hand or on lines like #1-5,8.",
        "Enter shows what would change, Enter again does it, Ctrl+Z takes it back:",
    )
    HELP_TEXT: ClassVar[tuple[str, ...]] = (
        "Customer, Enter, then item Enter quantity Enter for every line. F10 enters the order.",
        *TYPING_HELP,
        *action_help(ORDER.actions),
    )

    def __init__(
        self,
        *,
        number: str = "",
        row: int = 0,
        held: int = 0,
        recovered: Recovered | None = None,
        copied: Typed | None = None,
    ) -> None:
        super().__init__()
        self.opening = Opening(number, row, held, recovered, copied)
        self.lines_table = VirtualTable(LINE_COLUMNS, can_focus=False, grows=True, empty="No lines yet.", id="lines")

    # -- building ----------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        yield TitleBar(self.TITLE_TEXT)
        with Horizontal(classes="row"):
            yield Field(
                "customer", "Customer", id="customer-field", needed=True, label_width=10, width=16,
                resolver=self._ask(self.resolve_customer), suggest=self._customers,
                missing=lambda: self.how_to_add("customers"),
                help=self.CUSTOMER_HELP,
            )  # fmt: skip
        yield from self.beside_the_customer()
        with Horizontal(classes="row"):
            yield from [self.header_input(spec) for spec in self.draft_fields if spec.main]
        if self.terms_fields:
            with Horizontal(classes="row"):
                yield from [self.header_input(spec) for spec in self.terms_fields if spec.main]
        with Container(id="header-more"):
            yield from [self.header_input(spec) for spec in self.terms_fields if not spec.main]
            yield from [self.header_input(spec) for spec in self.draft_fields if not spec.main]
        with Horizontal(id="body"):
            with Vertical():
                yield self.lines_table
                yield EditStrip(self.lines_table, self._strip_fields())
                with Horizontal(id="strip-more"):
                    yield Field(
                        "vat_recourse",
                        "VAT paid",
                        label_width=9,
                        width=4,
                        classes="short flag",
                        help="y: the customer pays the VAT of these free goods (D-7 step 7).",
                    )
                    yield Field("description", "Text", label_width=5, width=0, help="The line's description.")
                    yield Field("line_note", "Note", label_width=5, width=0, help="Printed under the line.")
                    yield Field("vat", "VAT", label_width=4, width=6, classes="short",
                                resolver=self._resolver(lambda text: self.codes("vat-codes", text)),
                                suggest=lambda text: self.codes("vat-codes", text))  # fmt: skip
                    yield DateField("line_delivery", "Delivery", label_width=9, classes="date", today=self._today,
                                    show=self.day, day_first=self.form.day_first)  # fmt: skip
                yield InfoLine(id="info")
            yield SidePanel(classes="wide-only")
        yield TotalsBar(FIGURES)
        yield MessageLine()
        yield CommandBar()
        yield Lookup()
        yield ReadingPane()

    def beside_the_customer(self) -> ComposeResult:
        """More rows about whom it is for."""
        yield from ()

    def _strip_fields(self) -> dict[str, Field]:
        def number(name: str, *, needed: bool = False, help: str = "") -> DecimalField:  # noqa: A002
            return DecimalField(name, width=0, needed=needed, show=self.number, help=help)

        return {
            "item": Field(
                "item", width=0, needed=True, resolver=self._ask(lambda text: self.lookups.resolve_item(text)),
                suggest=lambda text: self.lookups.items(text), on_block=self.paste_block,
                missing=lambda: self.how_to_add("items"),
                help="Code, barcode, customer's code or part of the description; 12*ABC; .text +charge 'note !free",
            ),
            "quantity": number("quantity", needed=True, help="In the unit beside it. 3*12 multiplies."),
            "uom": Field("uom", width=0, suggest=self._units, resolver=self._resolver(self._units),
                         help="Unit of measure; the item's other units are listed with F4."),
            "price": Field("price", width=0, parse=self._price_or_list, show=self._shown_price,
                           suggest=self._tied_lists,
                           help="A price by hand stays when the quantity changes (D-4.6); emptied, it is looked up "
                                "again. Where two lists tie, F4 lists them (D-4.8)."),
            "discounts": Field("line_discounts", width=0, help="50+10+5; -3 is a surcharge; 5# an amount (D-5.1)."),
        }  # fmt: skip

    # -- opening -----------------------------------------------------------------------------------

    @property
    def lookups(self) -> Lookups:
        """What fields find, asked in threads."""
        session = self.session
        place = session.editing if session.editing >= 0 else self.lines_table.cursor
        return Lookups(session, self.form, place)

    async def _open(self) -> None:
        opened = await self.desk_app.ask(
            lambda: open_session(self.desk, self.opening, self.order_changed, self.kind), what="Opening…"
        )
        session = self._session = opened.session
        self.provisional = opened.provisional
        rows = LineRows(
            lambda: session.draft.lines,
            lambda: session.draft.currency.decimals,
            self.number,
            self.price,
            self.amount,
            self.day,
        )
        self.lines_table.refresh_source(rows)
        self.lines_table.cursor = len(session.draft.lines) - 1
        self._restore_typing(opened.typing)
        self.show_all()
        if opened.told:
            self.message_line.say(opened.told, "warning")
        if session.draft.number:
            self.be_present()

    async def open_again(self) -> None:
        if self.desk_app.desk is None:
            self.desk_app.connect()
            await self.desk_app.desk_there()
        if self.desk_app.desk is not None and self._session is None:
            await self._open()
            self.message_line.say(f"The {self.kind.word} is open.", "done")

    def _restore_typing(self, typing: Typing) -> None:
        """Put the caret where the work goes on, with the text that stood there when the desk died (U-1.7)."""
        session = self.session
        fresh = not session.is_for_somebody and not session.draft.lines and typing.is_empty
        if fresh:
            # Somebody may be typing already.
            return
        session.take_typing(typing)
        if session.line is not None:
            self.fill_strip()
            self.field(self.first_strip_field()).focus()
        else:
            self.field("item" if session.is_for_somebody else "customer").focus()
        self.restore_text(typing.field, typing.text)

    # -- lookups -----------------------------------------------------------------------------------

    def _customers(self, text: str) -> list[Choice]:
        return self.lookups.customers(text)

    def resolve_customer(self, text: str) -> Resolution:
        """Whom a text in the customer field means; asked in a thread."""
        return Resolution.of(text, self._customers(text))

    def codes(self, registry: str, text: str) -> list[Choice]:
        return self.lookups.codes(registry, text)

    def _price_or_list(self, text: str) -> object:
        """A typed price, or the code of one of the tied lists (D-4.8)."""
        line = self._session.line if self._session is not None else None
        tied = line.price_source.tied if line is not None else ()
        return next((one for one in tied if one.casefold() == text.casefold()), None) or parse_decimal(text)

    def _shown_price(self, value: object) -> str:
        return self.price(value) if isinstance(value, Decimal) else str(value)

    def _tied_lists(self, text: str) -> list[Choice]:
        wanted = text.casefold()
        return [
            Choice(code, self.price(price), "", code)
            for code, price in self.session.tied_prices()
            if code.casefold().startswith(wanted)
        ]

    def _units(self, text: str) -> list[Choice]:
        card = self.session.card
        if card is None:
            return []
        wanted = text.strip().casefold()
        main = card.main_uom.code
        return [Choice(uom.code, f"{plain(uom.factor)} {main}") for uom in card.uoms if wanted in uom.code.casefold()]

    # -- Enter -------------------------------------------------------------------------------------

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
        if await self.typed_action():
            return
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
        self._say_undecided(field)

    def _say_undecided(self, before: Field | None) -> None:
        """The caret went to the price because two lists tie: say so, or the clerk wonders why (D-4.8)."""
        field, line = self.current_field, self._session.line if self._session is not None else None
        if field is not None and field is not before and field.field_name == "price" and line is not None:
            tied = line.price_source.tied
            if tied:
                self.message_line.say(
                    f"{' and '.join(tied)} have different prices (D-4.8). F4 lists them; or type the price.", "warning"
                )
