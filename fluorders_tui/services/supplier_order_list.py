"""The list of supplier orders: a window over it, finding, the counts of the statuses, and one order's story."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

from fluorders_tui.data.order_story import story_entries
from fluorders_tui.data.status_counters import counted
from fluorders_tui.data.store import Connection
from fluorders_tui.data.supplier_order_list import (
    SupplierFilter,
    SupplierRow,
    SupplierSort,
    listed_ids,
    supplier_rows,
)
from fluorders_tui.data.supplier_order_writing import KIND
from fluorders_tui.domain.order_listing import StatusCount
from fluorders_tui.domain.story_words import StoryEntry
from fluorders_tui.domain.supplier_orders import SupplierOrderStatus
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.list_windows import IdWindow, each_row, in_company_currency

__all__ = [
    "ALL_SUPPLIER_ORDERS",
    "LATE_SUPPLIER_ORDERS",
    "UNCONFIRMED",
    "SupplierFilter",
    "SupplierOrderWindow",
    "SupplierRow",
    "SupplierSort",
    "each_supplier_order",
    "find_supplier_orders",
    "supplier_orders_in_rows",
    "supplier_status_counts",
    "supplier_story",
]

ALL_SUPPLIER_ORDERS = SupplierFilter()
LATE_SUPPLIER_ORDERS = SupplierFilter(late=True)
UNCONFIRMED = SupplierFilter(unconfirmed=True)


class SupplierOrderWindow(IdWindow[SupplierRow]):
    """A filtered and sorted list of supplier orders."""

    def __init__(
        self,
        desk: Desk,
        filter: SupplierFilter = ALL_SUPPLIER_ORDERS,  # noqa: A002 - what it is called on every list
        sort: SupplierSort = SupplierSort.NEWEST,
        descending: bool = True,
    ) -> None:
        self.filter, self.sort, self.descending = filter, sort, descending
        super().__init__(desk)

    def _listed(self, connection: Connection) -> array[int]:
        return listed_ids(connection, self.filter, self.sort, self.descending, self.desk.today())

    def _read(self, connection: Connection, ids: Sequence[int]) -> list[SupplierRow]:
        return supplier_rows(connection, ids, self.desk.today())


def each_supplier_order(
    desk: Desk,
    wanted: SupplierFilter = ALL_SUPPLIER_ORDERS,
    sort: SupplierSort = SupplierSort.NEWEST,
    *,
    descending: bool = True,
    limit: int = 0,
    page: int = 500,
) -> Iterator[SupplierRow]:
    """All supplier orders of a filter one after another, at most `limit` when not 0; a page at a time in memory."""
    return each_row(SupplierOrderWindow(desk, wanted, sort, descending), limit, page)


def find_supplier_orders(desk: Desk, text: str, limit: int = 100) -> list[SupplierRow]:
    """Supplier orders that a typed text means, the newest first; at most `limit`."""
    return SupplierOrderWindow(desk, SupplierFilter(text=text)).rows(0, limit)


def supplier_orders_in_rows(desk: Desk, ids: Sequence[int]) -> list[SupplierRow]:
    """The supplier orders in these rows of the database as they are now, in this order; none of one that is gone."""
    with desk.store.read() as connection:
        return supplier_rows(connection, ids, desk.today())


def supplier_status_counts(desk: Desk) -> dict[SupplierOrderStatus, StatusCount]:
    """Number and net value of the supplier orders in each status that has any, from the counters kept by saving."""
    with desk.store.read() as connection:
        found = counted(connection, KIND)
    return in_company_currency(desk, {status: found[status] for status in SupplierOrderStatus if status in found})


def supplier_story(desk: Desk, order_id: int) -> tuple[StoryEntry, ...]:
    """What happened to a supplier order, oldest first, times in the company's zone (E-2.3)."""
    with desk.store.read() as connection:
        return story_entries(connection, KIND, order_id, desk.local, document="supplier order")
