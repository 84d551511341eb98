"""The list of supplier orders: a window over it, finding, the counts of the statuses, and one order's story."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

from fluorders_tui.data.order_story import story_entries
from fluorders_tui.data.status_counters import counted
from fluorders_tui.data.supplier_order_list import (
    SupplierFilter,
    SupplierRow,
    SupplierSort,
    listed_ids,
    supplier_rows,
)
from fluorders_tui.data.supplier_order_writing import KIND
from fluorders_tui.domain.money import from_scaled
from fluorders_tui.domain.order_listing import StatusCount
from fluorders_tui.domain.story_words import StoryEntry
from fluorders_tui.domain.supplier_orders import SupplierOrderStatus
from fluorders_tui.services.desk import Desk

__all__ = [
    "SupplierFilter",
    "SupplierOrderWindow",
    "SupplierRow",
    "SupplierSort",
    "each_supplier_order",
    "find_supplier_orders",
    "supplier_status_counts",
    "supplier_story",
]

_ALL = SupplierFilter()


@dataclass
class SupplierOrderWindow:
    """A filtered and sorted list of supplier orders, of which any part can be read.

    It shows the orders that were there when it was opened, until `refresh`. Every method reads the database in the
    caller's thread and raises `Unreachable`; one thread at a time.
    """

    desk: Desk
    filter: SupplierFilter = _ALL
    sort: SupplierSort = SupplierSort.NEWEST
    descending: bool = True
    _ids: array[int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.refresh()

    def refresh(self) -> None:
        """Take in what was entered and changed since the list was opened."""
        with self.desk.store.read() as connection:
            self._ids = listed_ids(connection, self.filter, self.sort, self.descending, self.desk.today())

    def count(self) -> int:
        """How many orders."""
        return len(self._ids)

    def rows(self, start: int, stop: int) -> list[SupplierRow]:
        """Rows `start` up to `stop`, from 0; fewer at the end of the list."""
        with self.desk.store.read() as connection:
            return supplier_rows(connection, self._ids[start:stop], self.desk.today())

    def index_of(self, order_id: int) -> int | None:
        """The place of an order, None when it isn't there."""
        try:
            return self._ids.index(order_id)
        except ValueError:
            return None


def each_supplier_order(
    desk: Desk,
    wanted: SupplierFilter = _ALL,
    sort: SupplierSort = SupplierSort.NEWEST,
    *,
    descending: bool = True,
    limit: int = 0,
    page: int = 500,
) -> Iterator[SupplierRow]:
    """All supplier orders of a filter one after another, at most `limit` when not 0; a page at a time in memory."""
    window = SupplierOrderWindow(desk, wanted, sort, descending)
    end = min(window.count(), limit) if limit else window.count()
    for start in range(0, end, page):
        yield from window.rows(start, min(start + page, end))


def find_supplier_orders(desk: Desk, text: str, limit: int = 100) -> list[SupplierRow]:
    """Supplier orders that a typed text means, the newest first; at most `limit`."""
    return SupplierOrderWindow(desk, SupplierFilter(text=text)).rows(0, limit)


def supplier_status_counts(desk: Desk) -> dict[SupplierOrderStatus, StatusCount]:
    """Number and net value of the supplier orders in each status that has any, from the counters kept by saving."""
    with desk.store.read() as connection:
        found = counted(connection, KIND)
    decimals = desk.company.currency_decimals
    return {
        status: StatusCount(found[status][0], from_scaled(found[status][1], 2).quantize(from_scaled(1, decimals)))
        for status in SupplierOrderStatus
        if status in found
    }


def supplier_story(desk: Desk, order_id: int) -> tuple[StoryEntry, ...]:
    """What happened to a supplier order, oldest first, times in the company's zone (E-2.3)."""
    with desk.store.read() as connection:
        return story_entries(connection, KIND, order_id, desk.local)
