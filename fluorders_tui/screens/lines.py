"""All lines of all orders: filters, sort, selection, and changes to many of them with preview and undo (D-17.4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from fluorders_tui.bindings import bindings
from fluorders_tui.domain.errors import DeskError
from fluorders_tui.domain.line_listing import LineFilter, LineRow, LineSort
from fluorders_tui.screens.lines_changing import LineChanging
from fluorders_tui.screens.lines_words import SHOWN
from fluorders_tui.screens.list_pages import Asked
from fluorders_tui.screens.paged_list import PagedList, Sorting
from fluorders_tui.screens.status_words import LINE_STATUS
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.line_list import LineWindow, line_ids
from fluorders_tui.services.registries import find, find_items
from fluorders_tui.widgets.choices import Choice, Resolution
from fluorders_tui.widgets.command_bar import CommandBar
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.lookup import Lookup
from fluorders_tui.widgets.message_line import MessageLine
from fluorders_tui.widgets.question import Question
from fluorders_tui.widgets.reading_pane import ReadingPane
from fluorders_tui.widgets.row_sources import Row
from fluorders_tui.widgets.table_layout import Column
from fluorders_tui.widgets.title_bar import TitleBar
from fluorders_tui.widgets.typed_fields import DateField
from fluorders_tui.widgets.virtual_table import VirtualTable

__all__ = ["LinesScreen"]

COLUMNS = (
    Column("number", "Order", 11),
    Column("line", "Ln", 3, align="right"),
    Column("status", "Status", 11),
    Column("customer", "Customer", 9, flex=True, drop=4),
    Column("item", "Item", 9),
    Column("description", "Description", 12, flex=True, drop=6),
    Column("remaining", "To go", 7, align="right"),
    Column("unit", "UM", 3, drop=7),
    Column("price", "Price", 9, align="right", drop=2),
    Column("origin", "From", 8, drop=8),
    Column("discounts", "Discount", 9, drop=9),
    Column("net", "Net", 10, align="right", drop=5),
    Column("delivery", "Delivery", 12),
)

SORTS = (
    Sorting(LineSort.NEWEST, "number", "newest orders first", descending=True),
    Sorting(LineSort.OLDEST, "number", "oldest orders first"),
    Sorting(LineSort.DELIVERY_DATE, "delivery", "by delivery date"),
    Sorting(LineSort.ITEM, "item", "by item"),
    Sorting(LineSort.CUSTOMER, "customer", "by customer"),
    Sorting(LineSort.NET, "net", "smallest first"),
)
"""What F8 goes through."""


class LinesScreen(PagedList[LineFilter, LineSort, LineRow], LineChanging):
    """The list takes keys itself: Space selects. Enter in a filter goes there, Ctrl+F back to what is looked for."""

    CSS_PATH = "lines.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "refresh", "next_step", "save", "find", "sort", "undo", "first_row", "last_row", "go_to_number"
    )
    TITLE_TEXT = "Lines"
    SORTS = SORTS
    HELP_TEXT: ClassVar[tuple[str, ...]] = (
        "Find takes an item, or part of an order's number, reference or customer. F4 in Show chooses what is listed.",
        "In the list Space selects lines; without a selection a change is meant for all lines shown.",
        "F9 changes them: delivery, price, discount, quantity, list, note, agent, closing the rest, updating prices.",
        "The change is shown line by line first; F10 does it, an order at a time, and F12 stops between two orders.",
        "Ctrl+Z takes your last mass change back, except where somebody changed the order since.",
    )

    def __init__(self, *, show: str = "open", number: str = "", change: str = "") -> None:
        super().__init__()
        self._show_name = show if show in SHOWN else "open"
        self._number = number
        self._first_change = change
        self.table = VirtualTable(COLUMNS, markable=True, empty="No line fits.", id="lines")

    def compose(self) -> ComposeResult:
        yield TitleBar(self.TITLE_TEXT)
        with Horizontal(classes="filter"):
            yield Field("find", "Find", label_width=6, width=0,
                        help="An item's code or words, or part of an order's number, reference, customer.")  # fmt: skip
            yield Field("choice", "  Show", text=self._show_name, label_width=7, width=11, id="choice",
                        suggest=self._choices, resolver=self._resolve,
                        help="open, late, all, manual (prices), or a status of lines.")  # fmt: skip
        with Horizontal(classes="filter"):
            yield Field("item", "Item", label_width=6, width=12, suggest=self._items, resolver=self._resolve_item,
                        id="item", help="Only this item's lines: its code, or a part of its description.")  # fmt: skip
            yield Field("customer", "Customer", label_width=9, width=10, suggest=self._customers,
                        resolver=self._resolve_customer, id="customer", help="Only this customer's lines.")  # fmt: skip
            yield self._day_field("delivery_since", "From", "Delivered on this day or later.")
            yield self._day_field("delivery_until", "to", "Delivered on this day or earlier.")
        with Vertical(id="lists"):
            yield self.table
            yield self.preview_table
        with Horizontal(id="change"):
            yield Field("kind", "Change", label_width=8, width=12, id="kind", suggest=self.kinds,
                        resolver=self.resolve_kind, help="What to do with the lines; F4 lists it.")  # fmt: skip
            yield Field("value", " to", label_width=5, width=0, suggest=self.values,
                        help="What is typed depends on the change; the message line says it.")  # fmt: skip
        yield Question()
        yield MessageLine()
        yield CommandBar()
        yield Lookup()
        yield ReadingPane()

    def _day_field(self, name: str, label: str, said: str) -> DateField:
        return DateField(
            name, label, today=lambda: self.desk.today(), show=self.day, past_ok=True, label_width=len(label) + 1,
            width=11, id=name, help=said,
        )  # fmt: skip

    async def on_mount(self) -> None:
        self.field("find").focus()

    async def desk_ready(self) -> None:
        if self._number:
            self.table.focus()
        self.ask_again()
        if self._first_change:
            await self.open_change(self._first_change)

    @property
    def reads_again(self) -> bool:
        return not self.is_changing

    # -- asking ------------------------------------------------------------------------------------

    def wanted(self) -> LineFilter:
        days = {field.field_name: field.date for field in self.query(DateField)}
        return replace(
            SHOWN[self._show_name][0],
            text=self.field("find").text.strip(),
            item=self.field("item").text.strip(),
            customer=self.field("customer").text.strip(),
            delivery_since=days["delivery_since"],
            delivery_until=days["delivery_until"],
            number=self._number,
        )

    def open_window(self, desk: Desk, asked: Asked[LineFilter, LineSort]) -> LineWindow:
        return LineWindow(desk, asked.filter, asked.sort)

    def filter_changed(self) -> None:
        """What is no longer shown must not be changed unseen."""
        self.table.clear_marks()

    def show_title(self) -> None:
        count = self.count
        if count is None or self.opened is None:
            said = "counting…"
        else:
            more = "" if self.opened.pages.counted_all else "≥ "
            said = f"{more}{self.number(Decimal(count))} {'line' if count == 1 else 'lines'}"
        order = f" · order {self._number}" if self._number else ""
        marks = f" · {len(self.table.marks)} selected" if self.table.marks else ""
        sort = self.sorting.name if self.sorting else ""
        self.title_bar.show(f"Lines{order} · {self._show_name} · {said}{marks} · {sort}")

    def row(self, line: LineRow) -> Row:
        look = LINE_STATUS[line.status]
        late = "! " if line.late else "  "
        return Row(
            line.id,
            (
                line.number,
                str(line.line),
                str(look),
                line.customer_name or line.customer,
                line.item or line.line_type.value,
                line.description,
                self.number(line.remaining),
                line.uom,
                self.price(line.price),
                line.price_origin.value,
                line.discounts,
                self.money(line.net),
                f"{late}{self.day(line.delivery_date)}" if line.delivery_date else "",
            ),
            "warning" if line.late else look.look,
        )

    # -- typing ------------------------------------------------------------------------------------

    @on(VirtualTable.MarksChanged, "#lines")
    def _marked(self) -> None:
        self.show_title()

    @on(VirtualTable.RowSelected, "#lines")
    async def _open_order(self, message: VirtualTable.RowSelected) -> None:
        await self.desk_app.open_screen("order_status", number=message.row.cells[0])

    def _choices(self, text: str) -> list[Choice]:
        wanted = text.strip().casefold()
        return [Choice(name, said, "", name) for name, (_, said) in SHOWN.items() if name.startswith(wanted)]

    async def _resolve(self, text: str) -> Resolution:
        return Resolution.of(text, self._choices(text))

    def _items(self, text: str) -> list[Choice]:
        return [Choice(one.code, one.name) for one in find_items(self.desk, text)]

    async def _resolve_item(self, text: str) -> Resolution:
        await self.desk_app.desk_there()
        return Resolution.of(text, await self.desk_app.ask(lambda: self._items(text)))

    def _customers(self, text: str) -> list[Choice]:
        found = find(self.desk, "customers", text, include_inactive=True)
        return [Choice(one.code, one.name, str(one.extra.get("city") or "")) for one in found]

    async def _resolve_customer(self, text: str) -> Resolution:
        await self.desk_app.desk_there()
        return Resolution.of(text, await self.desk_app.ask(lambda: self._customers(text)))

    async def field_accepted(self, field: Field) -> None:
        if await self.change_accepted(field):
            return
        if field.field_name == "choice":
            self._show_name = field.text if field.text in SHOWN else "open"
            field.set_value(self._show_name)
        await self.catch_up()

    async def fields_done(self) -> None:
        """Enter: from a filter to the list, from the change to its preview."""
        field = self.current_field
        if field is not None and field.field_name in ("kind", "value"):
            await self.counted()
            try:
                await self.change_done()
            except DeskError as error:
                field.show_error(error)
        else:
            self.table.focus()

    # -- commands ----------------------------------------------------------------------------------

    async def action_back(self) -> None:
        field = self.current_field
        hits = self.lookup_list
        if self.is_reading or (hits is not None and hits.is_open):
            await super().action_back()
        elif self.stop_work():
            return
        elif self._preview is not None:
            self.close_preview()
            self.field("value").focus()
        elif self.is_changing and (field is None or field.field_name in ("kind", "value")):
            self.close_change()
        elif self.table.marks and self.table.has_focus:
            self.table.clear_marks()
        elif self._number and field is None:
            self._number = ""
            await self.catch_up()
        elif field is not None and field.text and field.field_name not in ("choice", "kind", "value"):
            field.clear()
            await self.catch_up()
        else:
            await super().action_back()

    async def action_leave(self) -> None:
        if await self._quiet():
            await super().action_leave()

    async def action_find(self) -> None:
        if self._preview is None:
            self.field("find").focus()

    async def action_go_to_number(self) -> None:
        if await self.desk_app.desk_there():
            await self.desk_app.open_screen("order_status")

    async def action_refresh(self) -> None:
        if self._preview is None:
            await super().action_refresh()

    # -- what a change needs of the list -----------------------------------------------------------

    async def action_next_step(self) -> None:
        await self.counted()
        await super().action_next_step()

    def lines_meant(self) -> tuple[int, bool]:
        marks = len(self.table.marks)
        return (marks, True) if marks else (self.count or 0, False)

    def read_meant(self) -> Callable[[], Sequence[int]]:
        marks = sorted(key for key in self.table.marks if isinstance(key, int))
        if marks:
            return lambda: marks
        desk, wanted = self.desk, self.opened.pages.asked.filter if self.opened else self.wanted()
        return lambda: line_ids(desk, wanted)

    async def lines_changed(self) -> None:
        self.table.clear_marks()
        await self.catch_up(again=True)

    def show_list(self) -> None:
        self.show_title()
        self.table.focus()
