"""The list of supplier orders: what is open, late or not confirmed, and what is done to them (§14, U-3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.binding import BindingType

from fluorders_tui.bindings import bindings
from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.links import DocumentKind
from fluorders_tui.domain.order_listing import StatusCount
from fluorders_tui.domain.supplier_orders import OPEN, SupplierOrderStatus
from fluorders_tui.screens.filtered_list import ListSort
from fluorders_tui.screens.list_actions import Acted, ListActions, RowAction, Step, Today, date_typed
from fluorders_tui.screens.list_pages import Asked
from fluorders_tui.screens.paged_list import Sorting
from fluorders_tui.screens.status_words import SUPPLIER_STATUS
from fluorders_tui.services import supplier_orders as supply
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.supplier_order_list import (
    ALL_SUPPLIER_ORDERS,
    LATE_SUPPLIER_ORDERS,
    UNCONFIRMED,
    SupplierFilter,
    SupplierOrderWindow,
    SupplierRow,
    SupplierSort,
    find_supplier_orders,
    supplier_orders_in_rows,
    supplier_status_counts,
)
from fluorders_tui.widgets.row_sources import Row
from fluorders_tui.widgets.table_layout import Column

__all__ = ["SupplierOrdersScreen"]

Sort = ListSort[SupplierSort]


def _confirm(text: str, today: Today) -> Step[SupplierRow]:
    day = date_typed(text, today)

    def step(desk: Desk, one: SupplierRow) -> Acted:
        supply.confirm(desk, one.id, on=day)
        return Acted("confirmed as it was ordered.")

    return step


def _move(text: str, today: Today) -> Step[SupplierRow]:
    day = date_typed(text, today)
    if day is None:
        raise Invalid("Type the day on which it comes.", field="delivery_date", rule="D-14.4")

    def step(desk: Desk, one: SupplierRow) -> Acted:
        lines = supply.open_supplier_order_row(desk, one.id).draft.lines
        supply.move_dates(desk, one.id, {place: day for place, line in enumerate(lines) if line.open})
        return Acted("moved; the customers' lines that are too late now are flagged.")

    return step


def _receive(text: str, today: Today) -> Step[SupplierRow]:
    def step(desk: Desk, one: SupplierRow) -> Acted:
        supply.receive_goods(desk, one.id)
        return Acted("received whole.")

    return step


def _cancel(text: str, today: Today) -> Step[SupplierRow]:
    if not text:
        raise Invalid("Say why it is cancelled.", field="reason", rule="D-14.4")

    def step(desk: Desk, one: SupplierRow) -> Acted:
        supply.cancel(desk, one.id, text)
        return Acted("cancelled; the customers' lines behind it are flagged.")

    return step


class SupplierOrdersScreen(ListActions[SupplierFilter, Sort, SupplierRow]):
    """All supplier orders. Space selects several, to be confirmed, received or cancelled together."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("edit", "new", "next_step", "mark")
    TITLE_TEXT = "Supplier orders"
    NAME = ("supplier order", "supplier orders")
    MARKABLE = True
    HELP_TEXT: ClassVar[tuple[str, ...]] = (
        "Type any part of a number, reference or supplier: the list follows. Enter shows the story, F2 opens it.",
        "F4 chooses what is shown: open, late, unconfirmed, a status, or a filter you saved with F10.",
        "F9 opens it to confirm or receive line by line. Space selects, in the list (Tab) or while nothing is typed.",
        "Insert does something to all that is selected: confirm, move, receive, cancel.",
        "‘!’ before a delivery: the day is past. ‘?’ before a status: the supplier should have confirmed by now.",
    )
    FIND_HELP = "Part of a number, a reference, or a supplier's name."
    SHOW_HELP = "all, open, late, unconfirmed, a status, or the name of a saved filter."
    COLUMNS = (
        Column("number", "Number", 12),
        Column("status", "Status", 13),
        Column("supplier", "Supplier", 16, flex=True),
        Column("date", "Date", 10, drop=3),
        Column("delivery", "Delivery", 12),
        Column("confirmed", "Confirmed", 10, drop=5),
        Column("way", "Goes to", 9, drop=4),
        Column("reference", "Reference", 14, drop=6),
        Column("lines", "Lines", 5, align="right", drop=7),
        Column("total", "Net", 12, align="right", drop=1),
        Column("currency", "", 3, drop=2),
    )
    SORTS = (
        Sorting(Sort(SupplierSort.NEWEST), "number", "newest first", descending=True),
        Sorting(Sort(SupplierSort.NEWEST, descending=False), "number", "oldest first"),
        Sorting(Sort(SupplierSort.DELIVERY_DATE, descending=False), "delivery", "by delivery date"),
        Sorting(Sort(SupplierSort.SUPPLIER, descending=False), "supplier", "by supplier"),
        Sorting(Sort(SupplierSort.TOTAL), "total", "largest first", descending=True),
    )
    SHOWN: ClassVar[Mapping[str, tuple[SupplierFilter, str]]] = {
        "all": (ALL_SUPPLIER_ORDERS, "every supplier order"),
        "open": (SupplierFilter(statuses=tuple(sorted(OPEN))), "something is still to come"),
        "late": (LATE_SUPPLIER_ORDERS, "open, and its delivery date is past"),
        "unconfirmed": (UNCONFIRMED, "the supplier should have confirmed by now"),
        **{
            look.word: (SupplierFilter(statuses=(status,)), "" if look.word == status.value else status.value)
            for status, look in SUPPLIER_STATUS.items()
            if status is not SupplierOrderStatus.DRAFT
        },
    }
    ACTIONS: ClassVar[Mapping[str, RowAction[SupplierRow]]] = {
        "confirm": RowAction("The supplier confirmed it as it is", _confirm, "the day they did, today when empty"),
        "move": RowAction("What is open comes on another day", _move, "the day"),
        "receive": RowAction("All that was open came", _receive),
        "cancel": RowAction("What is open won't come", _cancel, "the reason"),
    }

    def open_window(self, desk: Desk, asked: Asked[SupplierFilter, Sort]) -> SupplierOrderWindow:
        return SupplierOrderWindow(desk, asked.filter, asked.sort.field, asked.sort.descending)

    def find_first(self, desk: Desk, text: str) -> Sequence[SupplierRow]:
        return find_supplier_orders(desk, text, 1)

    def sort_named(self, field: str, descending: bool) -> Sort:
        return Sort(SupplierSort(field), descending)

    def rows_by_id(self, desk: Desk, ids: Sequence[int]) -> Sequence[SupplierRow]:
        return supplier_orders_in_rows(desk, ids)

    def status_counts(self, desk: Desk) -> Mapping[SupplierOrderStatus, StatusCount]:
        return supplier_status_counts(desk)

    def row(self, one: SupplierRow) -> Row:
        look = SUPPLIER_STATUS[one.status]
        status = f"? {look.word}" if one.unconfirmed else str(look)
        return Row(
            one.id,
            (
                one.number,
                status,
                one.supplier_name or one.supplier,
                self.day(one.date),
                f"{'! ' if one.late else '  '}{self.day(one.delivery_date)}" if one.delivery_date else "",
                self.day(one.confirmed_on),
                "customer" if one.drop_ship else "warehouse",
                one.reference,
                str(one.lines),
                self.money(one.total),
                one.currency,
            ),
            "warning" if one.late or one.unconfirmed else look.look,
        )

    async def row_chosen(self, row: Row) -> None:
        await self.desk_app.open_screen("order_status", kind=DocumentKind.SUPPLIER_ORDER, row=row.key)

    # -- commands ----------------------------------------------------------------------------------

    async def action_edit(self) -> None:
        row = await self.row_here()
        if row is not None:
            await self.desk_app.open_screen("supplier_order_entry", number=row.cells[0])

    async def action_next_step(self) -> None:
        """F9: confirm, receive, move or cancel it line by line."""
        row = await self.row_here()
        if row is not None:
            await self.desk_app.open_screen("supplier_order_steps", number=row.cells[0])

    async def action_new(self) -> None:
        if await self.desk_app.desk_there():
            await self.desk_app.open_screen("supplier_order_entry")

    async def action_go_to_number(self) -> None:
        if await self.desk_app.desk_there():
            await self.desk_app.open_screen("order_status", kind=DocumentKind.SUPPLIER_ORDER)
