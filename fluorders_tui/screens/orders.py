"""The orders list: find while typing, filter, sort, and open from the row; any depth, at any size (U-3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

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
from fluorders_tui.screens.list_pages import Asked
from fluorders_tui.screens.paged_list import PagedList, Sorting
from fluorders_tui.screens.status_words import ORDER_STATUS
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.order_list import OrderWindow, status_counts
from fluorders_tui.services.order_list import find as find_orders
from fluorders_tui.services.saved_filters import SavedFilter, load_filters, save_filters
from fluorders_tui.widgets.choices import Choice, Resolution
from fluorders_tui.widgets.command_bar import CommandBar
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.lookup import Lookup
from fluorders_tui.widgets.message_line import MessageLine
from fluorders_tui.widgets.reading_pane import ReadingPane
from fluorders_tui.widgets.row_sources import Row
from fluorders_tui.widgets.table_layout import Column
from fluorders_tui.widgets.title_bar import TitleBar
from fluorders_tui.widgets.virtual_table import VirtualTable

__all__ = ["OrdersScreen"]

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

SORTS = (
    Sorting(NEWEST_FIRST, "number", "newest first", descending=True),
    Sorting(OrderSort(SortField.NEWEST, descending=False), "number", "oldest first"),
    Sorting(OrderSort(SortField.DELIVERY_DATE, descending=False), "delivery", "by delivery date"),
    Sorting(OrderSort(SortField.CUSTOMER, descending=False), "customer", "by customer"),
    Sorting(OrderSort(SortField.TOTAL), "total", "largest first", descending=True),
    Sorting(OrderSort(SortField.REFERENCE, descending=False), "reference", "by reference"),
)
"""What F8 goes through."""

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


class OrdersScreen(PagedList[OrderFilter, OrderSort, OrderRow]):
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
    SORTS = SORTS
    HELP_TEXT: ClassVar[tuple[str, ...]] = (
        "Type any part of a number, customer or reference, or an item's code: the list follows. Enter opens.",
        "F4 chooses what is shown: all, open, late, a status, or a filter you saved.",
        "F10 saves what is shown, found and sorted by under a name; the same with the name emptied removes it.",
        "‘!’ before a delivery date: the order is late.",
    )

    def __init__(self, *, choose: str = "all", find: str = "") -> None:
        super().__init__()
        self._show_name = choose if choose in BUILT_IN else "all"
        self._first_text = find
        self._filters: dict[str, SavedFilter] = {}
        self._saved_name = ""
        self.table = VirtualTable(COLUMNS, can_focus=False, empty="No order fits.")

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
        self.ask_again()

    # -- asking ------------------------------------------------------------------------------------

    def wanted(self) -> OrderFilter:
        return replace(BUILT_IN[self._show_name][0], text=self.field("find").text.strip())

    def open_window(self, desk: Desk, asked: Asked[OrderFilter, OrderSort]) -> OrderWindow:
        return OrderWindow(desk, asked.filter, asked.sort)

    def row_meant(self, desk: Desk, asked: Asked[OrderFilter, OrderSort]) -> int | None:
        """The order whose number was typed, wherever the sort puts it."""
        text = asked.filter.text
        best = next(iter(find_orders(desk, text, 1)), None) if text else None
        return best.id if best is not None and best.number.casefold().endswith(text.casefold()) else None

    def show_title(self) -> None:
        count, opened = self.count, self.opened
        if count is None or opened is None:
            said = "counting…"
        else:
            shown = self.number(Decimal(count))
            if opened.pages.asked.filter.text:
                said = f"{shown} found" if opened.pages.counted_all else f"≥ {shown} found"
            else:
                said = f"{shown} order" if count == 1 else f"{shown} orders"
        sort = self.sorting.name if self.sorting else ""
        show = "" if self._show_name == "all" else f"{self._show_name} · "
        self.title_bar.show(f"Orders · {show}{said} · {sort}")

    def row(self, order: OrderRow) -> Row:
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
            await self.catch_up()

    async def _choose(self, name: str) -> None:
        saved = self._filters.get(name)
        if saved is not None:
            self._show_name = saved.show if saved.show in BUILT_IN else "all"
            self.sort, self._saved_name = saved.sort, name
            self.field("find").set_value(saved.find or None)
        else:
            self._show_name, self._saved_name = name if name in BUILT_IN else "all", ""
            self.field("choice").set_value(self._show_name)
        self.field("find").focus()
        await self.catch_up()

    async def fields_done(self) -> None:
        """Enter in the find field: the order under the cursor."""
        field = self.current_field
        if field is not None and field.field_name == "find":
            row = await self.row_here()
            if row is not None:
                await self.desk_app.open_screen("order_status", row=row.key)

    # -- commands ----------------------------------------------------------------------------------

    async def action_lookup(self) -> None:
        field = self.current_field
        if field is not None and field.field_name == "find":
            await self.catch_up()
            self.field("choice").focus()
        await super().action_lookup()

    async def action_back(self) -> None:
        field = self.current_field
        hits = self.lookup_list
        if self.is_reading or field is None or (hits is not None and hits.is_open):
            await super().action_back()
        elif field.field_name == "find" and field.text:
            field.clear()
            await self.catch_up()
        elif field.field_name == "find":
            await super().action_back()
        else:
            if field.field_name == "choice":
                field.set_value(self._saved_name or self._show_name)
            self._close_name()
            self.message_line.clear()

    async def action_find(self) -> None:
        self._close_name()

    async def action_edit(self) -> None:
        row = await self.row_here()
        if row is not None:
            await self.desk_app.open_screen("order_entry", number=row.cells[0])

    async def action_order_lines(self) -> None:
        row = await self.row_here()
        if row is not None:
            await self.desk_app.open_screen("lines", show="all", number=row.cells[0])

    async def action_new(self) -> None:
        if await self.desk_app.desk_there():
            await self.desk_app.open_screen("order_entry")

    async def action_go_to_number(self) -> None:
        if await self.desk_app.desk_there():
            await self.desk_app.open_screen("order_status")

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
            filters[name] = SavedFilter(self._show_name, self.field("find").text.strip(), self.sort)
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
