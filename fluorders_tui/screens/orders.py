"""The orders list: find while typing, filter, sort, and open from the row; any depth, at any size (U-3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.binding import BindingType

from fluorders_tui.bindings import bindings
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
    StatusCount,
)
from fluorders_tui.screens.list_actions import Acted, ListActions, RowAction, Step, Today
from fluorders_tui.screens.list_pages import Asked
from fluorders_tui.screens.order_kind import Typed
from fluorders_tui.screens.paged_list import Sorting
from fluorders_tui.screens.status_words import ORDER_STATUS
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.offer_drafts import order_into_offer
from fluorders_tui.services.order_copies import duplicate
from fluorders_tui.services.order_list import OrderWindow, find, orders_in_rows, status_counts
from fluorders_tui.services.orders import open_order_row
from fluorders_tui.widgets.row_sources import Row
from fluorders_tui.widgets.table_layout import Column

__all__ = ["OrdersScreen"]


def _duplicate(text: str, today: Today) -> Step[OrderRow]:
    def step(desk: Desk, one: OrderRow) -> Acted:
        made = duplicate(desk, open_order_row(desk, one.id).draft, customer=text.upper())
        return Acted("copied.", "order_entry", {"copied": Typed(made.draft)})

    return step


def _offer(text: str, today: Today) -> Step[OrderRow]:
    def step(desk: Desk, one: OrderRow) -> Acted:
        made = order_into_offer(desk, open_order_row(desk, one.id).draft, text.upper())
        return Acted("copied into an offer.", "offer_entry", {"copied": Typed(made.draft, made.terms)})

    return step


class OrdersScreen(ListActions[OrderFilter, OrderSort, OrderRow]):
    """All orders. The focus stays in the find field; the arrows move the cursor in the list below it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("edit", "new", "order_lines", "next_step", "mark", "duplicate")
    TITLE_TEXT = "Orders"
    NAME = ("order", "orders")
    MARKABLE = True
    HELP_TEXT: ClassVar[tuple[str, ...]] = (
        "Type any part of a number, customer or reference, or an item's code: the list follows. Enter opens.",
        "F4 chooses what is shown: all, open, late, a status, or a filter you saved.",
        "F10 saves what is shown, found and sorted by under a name; the same with the name emptied removes it.",
        "F9 takes the order a step on: confirm, cancel, close by force, open again, archive. Space selects several.",
        "F7 copies it into a new order. Insert does that too, for another customer, or makes an offer of it.",
        "‘!’ before a delivery date: the order is late.",
    )
    FIND_HELP = "Part of a number, a customer, a reference, or an item's code."
    SHOW_HELP = "all, open, late, a status, or the name of a saved filter."
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
    SHOWN: ClassVar[Mapping[str, tuple[OrderFilter, str]]] = {
        "all": (ALL_ORDERS, "every order"),
        "open": (OPEN_ORDERS, "still something to deliver"),
        "late": (LATE_ORDERS, "open, and its delivery date is past"),
        **{
            look.word: (OrderFilter(statuses=(status,)), "" if look.word == status.value else status.value)
            for status, look in ORDER_STATUS.items()
            if status is not OrderStatus.DRAFT
        },
    }

    ACTIONS: ClassVar[Mapping[str, RowAction[OrderRow]]] = {
        "duplicate": RowAction(
            "A new order like it", _duplicate, "for which customer, the same when empty", single=True
        ),
        "offer": RowAction("An offer like it", _offer, "of which offer type, the usual one when empty", single=True),
    }

    def open_window(self, desk: Desk, asked: Asked[OrderFilter, OrderSort]) -> OrderWindow:
        return OrderWindow(desk, asked.filter, asked.sort)

    def find_first(self, desk: Desk, text: str) -> Sequence[OrderRow]:
        return find(desk, text, 1)

    def rows_by_id(self, desk: Desk, ids: Sequence[int]) -> Sequence[OrderRow]:
        return orders_in_rows(desk, ids)

    def sort_named(self, field: str, descending: bool) -> OrderSort:
        return OrderSort(SortField(field), descending)

    def status_counts(self, desk: Desk) -> Mapping[OrderStatus, StatusCount]:
        return status_counts(desk)

    def row(self, one: OrderRow) -> Row:
        look = ORDER_STATUS[one.status]
        late = "! " if one.late else "  "
        return Row(
            one.id,
            (
                one.number,
                str(look),
                one.customer_name or one.customer,
                self.day(one.date),
                f"{late}{self.day(one.delivery_date)}" if one.delivery_date else "",
                one.reference,
                str(one.lines),
                self.money(one.total),
                one.currency,
            ),
            "warning" if one.late else look.look,
        )

    async def row_chosen(self, row: Row) -> None:
        await self.desk_app.open_screen("order_status", row=row.key)

    # -- commands ----------------------------------------------------------------------------------

    async def action_edit(self) -> None:
        row = await self.row_here()
        if row is not None:
            await self.desk_app.open_screen("order_entry", number=row.cells[0])

    async def action_order_lines(self) -> None:
        row = await self.row_here()
        if row is not None:
            await self.desk_app.open_screen("lines", show="all", number=row.cells[0])

    async def action_next_step(self) -> None:
        """F9: a step with the selected orders, or with the one under the cursor."""
        row = await self.row_here()
        marks = sorted((key for key in self.table.marks if isinstance(key, int)), reverse=True)
        orders = marks or [row.key for row in (row,) if row is not None and isinstance(row.key, int)]
        if orders:
            await self.desk_app.open_screen("order_steps", then=self._steps_taken, orders=orders)

    def _steps_taken(self, done: int | None) -> None:
        if done:
            self.table.clear_marks()

    async def action_duplicate(self) -> None:
        await self.begin("duplicate")

    async def action_new(self) -> None:
        if await self.desk_app.desk_there():
            await self.desk_app.open_screen("order_entry")

    async def action_go_to_number(self) -> None:
        if await self.desk_app.desk_there():
            await self.desk_app.open_screen("order_status")
