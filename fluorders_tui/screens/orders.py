"""The orders list: find while typing, filter, sort, and open from the row; any depth, at any size (U-3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.timer import Timer

from fluorders_tui.bindings import bindings
from fluorders_tui.domain.errors import DeskError, Invalid
from fluorders_tui.domain.order import OrderStatus
from fluorders_tui.domain.order_listing import (
    ALL_ORDERS,
    LATE_ORDERS,
    NEWEST_FIRST,
    OPEN_ORDERS,
    OrderFilter,
    OrderRow,
    OrderSort,
    SortField,
)
from fluorders_tui.places import state_dir
from fluorders_tui.screens.base import DeskScreen
from fluorders_tui.screens.order_pages import PAGE, Asked, Opened, OrderPages, found_all, open_pages
from fluorders_tui.screens.status_words import ORDER_STATUS
from fluorders_tui.services.order_list import status_counts
from fluorders_tui.services.saved_filters import SavedFilter, load_filters, save_filters
from fluorders_tui.widgets.choices import Choice, Resolution
from fluorders_tui.widgets.command_bar import CommandBar
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.lookup import Lookup
from fluorders_tui.widgets.message_line import MessageLine
from fluorders_tui.widgets.reading_pane import ReadingPane
from fluorders_tui.widgets.row_sources import PagedSource, Row
from fluorders_tui.widgets.table_layout import Column
from fluorders_tui.widgets.title_bar import TitleBar
from fluorders_tui.widgets.virtual_table import VirtualTable

__all__ = ["OrdersScreen"]

FIND_SECONDS = 0.03
"""How long the text stands still before it is searched for."""

COLUMNS = (
    Column("number", "Number", 12),
    Column("status", "Status", 11),
    Column("customer", "Customer", 16, flex=True),
    Column("date", "Date", 10, drop=3),
    Column("delivery", "Delivery", 12, drop=2),
    Column("reference", "Reference", 14, drop=4),
    Column("lines", "Lines", 5, align="right", drop=5),
    Column("total", "Total", 13, align="right"),
    Column("currency", "", 3, drop=1),
)

SORTS: tuple[tuple[OrderSort, str, str], ...] = (
    (NEWEST_FIRST, "number", "newest first"),
    (OrderSort(SortField.NEWEST, descending=False), "number", "oldest first"),
    (OrderSort(SortField.DELIVERY_DATE, descending=False), "delivery", "by delivery date"),
    (OrderSort(SortField.CUSTOMER, descending=False), "customer", "by customer"),
    (OrderSort(SortField.TOTAL), "total", "largest first"),
    (OrderSort(SortField.REFERENCE, descending=False), "reference", "by reference"),
)
"""What F8 goes through: the sort, the column that shows it, and its name."""

BUILT_IN: Mapping[str, tuple[OrderFilter, str]] = {
    "all": (ALL_ORDERS, "every order"),
    "open": (OPEN_ORDERS, "still something to deliver"),
    "late": (LATE_ORDERS, "open, and its delivery date is past"),
    **{
        look.word: (OrderFilter(statuses=(status,)), "" if look.word == status.value else status.value)
        for status, look in ORDER_STATUS.items()
        if status is not OrderStatus.DRAFT
    },
}
"""What can be shown, by the word that is typed for it."""


class OrdersScreen(DeskScreen):
    """All orders. The focus stays in the find field; the arrows move the cursor in the list below it."""

    CSS_PATH = "orders.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "edit",
        "refresh",
        "new",
        "save",
        "find",
        "go_to_number",
        "sort",
        "first_row",
        "last_row",
        "order_lines",
    )
    TITLE_TEXT = "Orders"
    HELP_TEXT: ClassVar[tuple[str, ...]] = (
        "Type any part of a number, customer or reference, or an item's code: the list follows. Enter opens.",
        "F4 chooses what is shown: all, open, late, a status, or a filter you saved.",
        "F10 saves what is shown, found and sorted by under a name; the same with the name emptied removes it.",
        "‘!’ before a delivery date: the order is late.",
    )

    def __init__(self, *, choose: str = "all", find: str = "") -> None:
        super().__init__()
        self._asked = Asked(ALL_ORDERS, NEWEST_FIRST)
        self._opened: Opened | None = None
        self._source = PagedSource(lambda start, stop: None, 0)
        self._timer: Timer | None = None
        self._show_name = choose if choose in BUILT_IN else "all"
        self._first_text = find
        self._sort = NEWEST_FIRST
        self._filters: dict[str, SavedFilter] = {}
        self._saved_name = ""
        self.table = VirtualTable(COLUMNS, self._source, can_focus=False, empty="No order fits.")

    def compose(self) -> ComposeResult:
        yield TitleBar(self.TITLE_TEXT)
        with Horizontal(id="filter"):
            yield Field("find", "Find", text=self._first_text, label_width=6, width=0,
                        help="Part of a number, a customer, a reference, or an item's code.")  # fmt: skip
            yield Field("choice", "  Show", text=self._show_name, label_width=7, width=20, id="choice",
                        suggest=self._choices, resolver=self._resolve,
                        help="all, open, late, a status, or the name of a saved filter.")  # fmt: skip
        yield Field("name", "Save as", label_width=8, width=30, id="name", max_length=40,
                    help="A name for what is shown now; emptied it removes the saved filter.")  # fmt: skip
        yield self.table
        yield MessageLine()
        yield CommandBar()
        yield Lookup()
        yield ReadingPane()

    async def on_mount(self) -> None:
        self.field("find").focus()

    async def desk_ready(self) -> None:
        try:
            self._filters = load_filters(state_dir())
        except DeskError as error:
            self.message_line.tell(error)
        self._ask()

    def on_screen_resume(self) -> None:
        if self._opened is not None:
            self._ask(keep=True)

    # -- asking ------------------------------------------------------------------------------------

    def _wanted(self) -> OrderFilter:
        return replace(BUILT_IN[self._show_name][0], text=self.field("find").text.strip())

    def _ask(self, *, keep: bool = False) -> None:
        """Read the list anew in the background; what is shown stays until the answer is there."""
        self._stop_timer()
        desk, asked, kept = self.desk, self._new_question(), self._kept() if keep else None
        self.desk_app.run_read(self, lambda: open_pages(desk, asked, self._row, kept), self._show_opened, group="list")

    async def _catch_up(self) -> None:
        """The list answers what is typed, so that the next key acts on the rows it means (U-1.1)."""
        if not await self.desk_app.desk_there():
            return
        shown = self._opened.pages.asked if self._opened else None
        if shown is None or shown.filter != self._wanted() or shown.sort != self._sort:
            self._stop_timer()
            desk, asked = self.desk, self._new_question()
            self._show_opened(
                await self.desk_app.ask(lambda: open_pages(desk, asked, self._row, None), what="Finding…")
            )

    def _new_question(self) -> Asked:
        self._asked = Asked(self._wanted(), self._sort)
        return self._asked

    def _kept(self) -> tuple[int, int] | None:
        row = self.table.current
        return (row.key, self.table.cursor) if row is not None and isinstance(row.key, int) else None

    def _show_opened(self, opened: Opened) -> None:
        pages = opened.pages
        if pages.asked is not self._asked or (self._opened and self._opened.pages is pages):
            return
        before = self._opened.pages.asked if self._opened else None
        same = before is not None and (before.filter, before.sort) == (pages.asked.filter, pages.asked.sort)
        self._opened = opened
        self._source = PagedSource(lambda start, stop: self._fetch(pages, start, stop), opened.count, page=PAGE)
        for start, rows in opened.first.items():
            self._source.deliver(start, rows)
        self.table.refresh_source(self._source, keep_key=same)
        if not same:
            self.table.cursor = opened.cursor
        self._show_sort()
        self._show_count(opened.count if opened.counted else None)
        if not opened.counted:
            self.desk_app.run_read(self, pages.count, lambda count: self._take_count(pages, count), group="count")

    def _fetch(self, pages: OrderPages, start: int, stop: int) -> None:
        source = self._source

        def deliver(rows: list[Row]) -> None:
            source.deliver(start, rows)
            self.table.rows_arrived()

        def fail(error: DeskError) -> None:
            source.failed(start)
            self.message_line.tell(error)

        self.desk_app.run_read(self, lambda: pages.read(start, stop), deliver, group=f"page {start}", failed=fail)

    def _take_count(self, pages: OrderPages, count: int) -> None:
        if self._opened is not None and self._opened.pages is pages:
            self._source.set_count(count)
            self.table.count_changed()
            self._show_count(count)

    def _show_count(self, count: int | None) -> None:
        if count is None:
            said = "counting…"
        else:
            shown = self.number(Decimal(count))
            if self._asked.filter.text:
                said = f"{shown} found" if found_all(self._asked, count) else f"≥ {shown} found"
            else:
                said = f"{shown} order" if count == 1 else f"{shown} orders"
        sort = next((name for sort, _, name in SORTS if sort == self._sort), "")
        show = "" if self._show_name == "all" else f"{self._show_name} · "
        self.title_bar.show(f"Orders · {show}{said} · {sort}")

    def _show_sort(self) -> None:
        column = next((column for sort, column, _ in SORTS if sort == self._sort), "")
        self.table.show_sort(column, descending=self._sort.descending)

    def _row(self, order: OrderRow) -> Row:
        look = ORDER_STATUS[order.status]
        late = "! " if order.late else "  "
        return Row(
            order.id,
            (
                order.number,
                str(look),
                order.customer_name or order.customer,
                self.day(order.date),
                f"{late}{self.day(order.delivery_date)}" if order.delivery_date else "",
                order.reference,
                str(order.lines),
                self.money(order.total),
                order.currency,
            ),
            "warning" if order.late else look.look,
        )

    # -- typing ------------------------------------------------------------------------------------

    @on(Field.Edited)
    def _typed(self, message: Field.Edited) -> None:
        if message.field.field_name == "find" and self.desk_app.desk is not None:
            self._stop_timer()
            self._timer = self.set_timer(FIND_SECONDS, self._ask)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    @on(VirtualTable.RowHighlighted)
    def _read_ahead(self, message: VirtualTable.RowHighlighted) -> None:
        beyond = (message.index // PAGE + 1) * PAGE
        if message.index % PAGE > PAGE // 2 and beyond < self._source.count:
            self._source.rows(beyond, beyond + 1)

    def _choices(self, text: str) -> list[Choice]:
        counts = status_counts(self.desk)
        wanted = text.strip().casefold()
        found: list[Choice] = []
        for name, (one, said) in BUILT_IN.items():
            number = sum(counts[status].count for status in one.statuses if status in counts)
            shown = self.number(Decimal(number)) if one.statuses else ""
            found.append(Choice(name, said, shown, name))
        for name, saved in self._filters.items():
            found.append(Choice(name, " ".join(part for part in (saved.show, saved.find) if part), "saved", name))
        return [one for one in found if one.code.casefold().startswith(wanted)]

    async def _resolve(self, text: str) -> Resolution:
        await self.desk_app.desk_there()
        return Resolution.of(text, await self.desk_app.ask(lambda: self._choices(text)))

    async def field_accepted(self, field: Field) -> None:
        if field.field_name == "choice":
            await self._choose(field.text or "all")
        elif field.field_name == "name":
            self._save_as(field.text.strip())
        else:
            await self._catch_up()

    async def _choose(self, name: str) -> None:
        saved = self._filters.get(name)
        if saved is not None:
            self._show_name = saved.show if saved.show in BUILT_IN else "all"
            self._sort, self._saved_name = saved.sort, name
            self.field("find").set_value(saved.find or None)
        else:
            self._show_name, self._saved_name = name if name in BUILT_IN else "all", ""
            self.field("choice").set_value(self._show_name)
        self.field("find").focus()
        await self._catch_up()

    async def fields_done(self) -> None:
        """Enter in the find field: the order under the cursor."""
        field = self.current_field
        if field is not None and field.field_name == "find":
            row = await self._row_here()
            if row is not None:
                await self.desk_app.open_screen("order_status", row=row.key)

    async def line_wanted(self, delta: int) -> None:
        await self._catch_up()
        self.table.action_cursor_down() if delta > 0 else self.table.action_cursor_up()

    async def page_wanted(self, delta: int) -> None:
        await self._catch_up()
        self.table.action_cursor_page_down() if delta > 0 else self.table.action_cursor_page_up()

    async def _row_here(self) -> Row | None:
        """The row under the cursor, read now if it isn't there yet."""
        await self._catch_up()
        row, at, opened = self.table.current, self.table.cursor, self._opened
        if row is None and at >= 0 and opened is not None:
            row = next(iter(await self.desk_app.ask(lambda: opened.pages.read(at, at + 1))), None)
        return row

    # -- commands ----------------------------------------------------------------------------------

    async def action_lookup(self) -> None:
        field = self.current_field
        if field is not None and field.field_name == "find":
            await self._catch_up()
            self.field("choice").focus()
        await super().action_lookup()

    async def action_back(self) -> None:
        field = self.current_field
        hits = self.lookup_list
        if self.is_reading or field is None or (hits is not None and hits.is_open):
            await super().action_back()
        elif field.field_name == "find" and field.text:
            field.clear()
            await self._catch_up()
        elif field.field_name == "find":
            await super().action_back()
        else:
            if field.field_name == "choice":
                field.set_value(self._saved_name or self._show_name)
            self._close_name()
            self.message_line.clear()

    async def action_find(self) -> None:
        self._close_name()

    async def action_sort(self) -> None:
        sorts = [sort for sort, _, _ in SORTS]
        at = sorts.index(self._sort) if self._sort in sorts else -1
        self._sort = sorts[(at + 1) % len(sorts)]
        await self._catch_up()

    async def action_first_row(self) -> None:
        await self._catch_up()
        self.table.action_cursor_first()

    async def action_last_row(self) -> None:
        await self._catch_up()
        self.table.action_cursor_last()

    async def action_edit(self) -> None:
        row = await self._row_here()
        if row is not None:
            await self.desk_app.open_screen("order_entry", number=row.cells[0])

    async def action_order_lines(self) -> None:
        row = await self._row_here()
        if row is not None:
            await self.desk_app.open_screen("lines", show="all", number=row.cells[0])

    async def action_new(self) -> None:
        if await self.desk_app.desk_there():
            await self.desk_app.open_screen("order_entry")

    async def action_go_to_number(self) -> None:
        if await self.desk_app.desk_there():
            await self.desk_app.open_screen("order_status")

    async def action_refresh(self) -> None:
        if await self.desk_app.desk_there():
            kept, desk, asked = self._kept(), self.desk, self._new_question()
            self._show_opened(await self.desk_app.ask(lambda: open_pages(desk, asked, self._row, kept)))
            self.message_line.say("Read again.", "done")

    # -- saved filters -----------------------------------------------------------------------------

    async def action_save(self) -> None:
        name = self.field("name")
        name.add_class("-open")
        name.set_value(self._saved_name or None)
        name.focus()
        self.message_line.say("Give what is shown a name, then Enter. F12 gives up.")

    def _close_name(self) -> None:
        self.field("find").focus()
        self.field("name").remove_class("-open")

    def _save_as(self, name: str) -> None:
        if name.casefold() in BUILT_IN:
            raise Invalid(f"“{name}” is always there; choose another name.", field="name")
        filters = dict(self._filters)
        if name:
            filters[name] = SavedFilter(self._show_name, self.field("find").text.strip(), self._sort)
            said = f"Saved as “{name}”: F4 lists it."
        elif self._saved_name:
            filters.pop(self._saved_name, None)
            said = f"The filter “{self._saved_name}” is removed."
        else:
            said = ""
        save_filters(state_dir(), filters)
        self._filters, self._saved_name = filters, name
        self.field("choice").set_value(name or self._show_name)
        self._close_name()
        if said:
            self.message_line.say(said, "done")
