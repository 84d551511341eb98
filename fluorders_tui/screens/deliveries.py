"""The list of deliveries: what went when to whom, by which document; read, filtered, and taken back (§15)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.binding import BindingType

from fluorders_tui.bindings import bindings
from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.fulfilment import FulfilmentKind, FulfilmentStatus
from fluorders_tui.domain.links import DocumentKind
from fluorders_tui.domain.order_listing import StatusCount
from fluorders_tui.screens.filtered_list import ListSort
from fluorders_tui.screens.list_actions import Acted, ListActions, RowAction, Step, Today
from fluorders_tui.screens.list_pages import Asked
from fluorders_tui.screens.paged_list import Sorting
from fluorders_tui.services.delivery_list import (
    ALL_DELIVERIES,
    DeliveryFilter,
    DeliveryRow,
    DeliverySort,
    DeliveryWindow,
    deliveries_in_rows,
    delivery_status_counts,
    find_deliveries,
    open_delivery_row,
)
from fluorders_tui.services.delivery_undo import undo
from fluorders_tui.services.desk import Desk
from fluorders_tui.widgets.row_sources import Row
from fluorders_tui.widgets.table_layout import Column

__all__ = ["DeliveriesScreen"]

Sort = ListSort[DeliverySort]

_LOOKS = {FulfilmentStatus.ISSUED: "", FulfilmentStatus.PARTLY_UNDONE: "warning", FulfilmentStatus.UNDONE: "muted"}
_KINDS = {
    FulfilmentKind.DELIVERY_NOTE: "note",
    FulfilmentKind.INVOICE: "invoice",
    FulfilmentKind.SUPPLIER_SHIPMENT: "supplier",
}


def _undo(text: str, today: Today) -> Step[DeliveryRow]:
    if not text:
        raise Invalid("Say why it is taken back.", field="reason", rule="D-15.2")

    def step(desk: Desk, one: DeliveryRow) -> Acted:
        done = undo(desk, one.id, reason=text, version=one.version)
        now = ", ".join(f"{number} is {status.value}" for _, number, status in done.orders[:3])
        return Acted(f"taken back: {now}.")

    return step


class DeliveriesScreen(ListActions[DeliveryFilter, Sort, DeliveryRow]):
    """All deliveries. Space selects several, to be taken back together."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("edit", "mark", "delete_line")
    TITLE_TEXT = "Deliveries"
    NAME = ("delivery", "deliveries")
    MARKABLE = True
    HELP_TEXT: ClassVar[tuple[str, ...]] = (
        "Type any part of a number, a customer, or an order: the list follows. Enter tells its story, F2 its order's.",
        "F4 chooses what is shown: issued, partly undone, undone, invoices, or a filter you saved with F10.",
        "Ctrl+T takes back what is selected: the quantities are open again, and the goods are in stock.",
        "What a supplier shipped stands here too; it is taken back on the supplier order.",
    )
    FIND_HELP = "Part of a number, a customer, or an order's number or reference."
    SHOW_HELP = "all, issued, partly, undone, notes, invoices, supplier, or the name of a saved filter."
    COLUMNS = (
        Column("number", "Number", 13),
        Column("kind", "Kind", 8, drop=3),
        Column("status", "Status", 13),
        Column("date", "Date", 10),
        Column("customer", "Customer", 16, flex=True),
        Column("orders", "Orders", 18, flex=True),
        Column("warehouse", "From", 8, drop=4),
        Column("lines", "Lines", 5, align="right", drop=2),
        Column("by", "By", 10, drop=5),
    )
    SORTS = (
        Sorting(Sort(DeliverySort.NEWEST), "number", "newest first", descending=True),
        Sorting(Sort(DeliverySort.NEWEST, descending=False), "number", "oldest first"),
        Sorting(Sort(DeliverySort.DATE), "date", "by date", descending=True),
        Sorting(Sort(DeliverySort.CUSTOMER, descending=False), "customer", "by customer"),
    )
    SHOWN: ClassVar[Mapping[str, tuple[DeliveryFilter, str]]] = {
        "all": (ALL_DELIVERIES, "every delivery"),
        "issued": (DeliveryFilter(statuses=(FulfilmentStatus.ISSUED,)), "nothing of it came back"),
        "partly": (DeliveryFilter(statuses=(FulfilmentStatus.PARTLY_UNDONE,)), "a part of it came back"),
        "undone": (DeliveryFilter(statuses=(FulfilmentStatus.UNDONE,)), "taken back"),
        "notes": (DeliveryFilter(kinds=(FulfilmentKind.DELIVERY_NOTE,)), "delivery notes"),
        "invoices": (DeliveryFilter(kinds=(FulfilmentKind.INVOICE,)), "invoices that deliver"),
        "supplier": (DeliveryFilter(kinds=(FulfilmentKind.SUPPLIER_SHIPMENT,)), "suppliers shipped to customers"),
    }
    ACTIONS: ClassVar[Mapping[str, RowAction[DeliveryRow]]] = {
        "undo": RowAction("Take it back: quantities are open again, goods are in stock", _undo, "the reason"),
    }

    def open_window(self, desk: Desk, asked: Asked[DeliveryFilter, Sort]) -> DeliveryWindow:
        return DeliveryWindow(desk, asked.filter, asked.sort.field, asked.sort.descending)

    def find_first(self, desk: Desk, text: str) -> Sequence[DeliveryRow]:
        return find_deliveries(desk, text, 1)

    def sort_named(self, field: str, descending: bool) -> Sort:
        return Sort(DeliverySort(field), descending)

    def rows_by_id(self, desk: Desk, ids: Sequence[int]) -> Sequence[DeliveryRow]:
        return deliveries_in_rows(desk, ids)

    def status_counts(self, desk: Desk) -> Mapping[FulfilmentStatus, StatusCount]:
        return delivery_status_counts(desk)

    def row(self, one: DeliveryRow) -> Row:
        return Row(
            one.id,
            (
                one.number,
                _KINDS[one.kind],
                one.status.value,
                self.day(one.date),
                one.customer_name or one.customer,
                one.orders,
                one.warehouse,
                str(one.lines),
                one.entered_by,
            ),
            _LOOKS[one.status],
        )

    async def row_chosen(self, row: Row) -> None:
        await self.desk_app.open_screen("order_status", row=row.key, kind=DocumentKind.DELIVERY)

    # -- commands ----------------------------------------------------------------------------------

    async def action_edit(self) -> None:
        """F2: the order it delivers; the first of them."""
        row = await self.row_here()
        if row is None or not isinstance(row.key, int):
            return
        desk, key = self.desk, row.key
        opened = await self.desk_app.ask(lambda: open_delivery_row(desk, key))
        if opened.lines:
            await self.desk_app.open_screen("order_status", number=opened.lines[0].order)

    async def action_delete_line(self) -> None:
        """Ctrl+T: take back what is selected, or what the cursor is on."""
        await self.begin("undo")

    async def action_go_to_number(self) -> None:
        if await self.desk_app.desk_there():
            await self.desk_app.open_screen("order_status")
