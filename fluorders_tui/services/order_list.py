"""The list of orders at any size (U-4): a window over it, finding, and the counts of the statuses."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from fluorders_tui.data.order_list import (
    KIND,
    Key,
    Opened,
    count_run,
    first_rows,
    key_of,
    open_list,
    order_row,
    pick,
    rows_by_id,
    runs,
    walk,
)
from fluorders_tui.data.status_counters import counted
from fluorders_tui.data.store import Connection
from fluorders_tui.domain.order_listing import (
    ALL_ORDERS,
    LATE_ORDERS,
    NEWEST_FIRST,
    OPEN,
    OPEN_ORDERS,
    OrderFilter,
    OrderRow,
    OrderSort,
    SortField,
    StatusCount,
)
from fluorders_tui.domain.statuses import OrderStatus
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.list_windows import each_row, in_company_currency

__all__ = [
    "ALL_ORDERS",
    "LATE_ORDERS",
    "NEWEST_FIRST",
    "OPEN",
    "OPEN_ORDERS",
    "OrderFilter",
    "OrderRow",
    "OrderSort",
    "OrderWindow",
    "SortField",
    "StatusCount",
    "each_order",
    "find",
    "orders_in_rows",
    "status_counts",
]

#: Most orders that a text finds.
MOST_FOUND = 1_000

#: Rows that a screen may ask for before a larger choice is read whole.
_FIRST_PAGE = 200

#: Places kept along a walked list; each is a key of some ten bytes.
_MOST_PLACES = 4_096


class _Run:
    """A stretch of the list in the order of one index, with the places whose key is known."""

    def __init__(self, opened: Opened, number: int, count: int | None) -> None:
        self._opened = opened
        self._conditions = runs(opened)[number]
        self._places: list[int] = []
        self._keys: list[Key] = []
        self.count = count

    def counted(self, connection: Connection) -> int:
        if self.count is None:
            self.count = count_run(connection, self._conditions)
        return self.count

    def rows(self, connection: Connection, start: int, stop: int) -> list[OrderRow]:
        """Rows `start` up to `stop` of this stretch; fewer where it ends before."""
        if self.count is not None:
            stop = min(stop, self.count)
        if stop <= start:
            return []
        if self._opened.without_gaps:
            return self._numbered(connection, start, stop)
        before = bisect_left(self._places, start) - 1
        behind = bisect_left(self._places, stop)
        near = start - self._places[before] - 1 if before >= 0 else start
        far = self._places[behind] - stop if behind < len(self._places) else None
        if self.count is not None and (far is None or self.count - stop < far):
            behind, far = -1, self.count - stop
        backwards = far is not None and far < near
        if backwards:
            after, skip = (self._keys[behind] if behind >= 0 else None), far or 0
        else:
            after, skip = (self._keys[before] if before >= 0 else None), near
        found = walk(
            connection, self._conditions, self._opened.sort, skip, stop - start, after=after, backwards=backwards
        )
        if backwards:
            found.reverse()
            start = stop - len(found)
        elif len(found) < stop - start and (found or start == 0):
            self.count = start + len(found)
        if found:
            self._remember(start, key_of(found[0], self._opened.sort))
            self._remember(start + len(found) - 1, key_of(found[-1], self._opened.sort))
        return [order_row(row, self._opened.today) for row in found]

    def _numbered(self, connection: Connection, start: int, stop: int) -> list[OrderRow]:
        """As `rows`, in a list whose places tell the ids."""
        opened = self._opened
        last = opened.upper - start + 1 if opened.sort.descending else start
        found = walk(connection, self._conditions, opened.sort, 0, stop - start, after=Key(None, last))
        return [order_row(row, opened.today) for row in found]

    def _remember(self, place: int, key: Key) -> None:
        at = bisect_right(self._places, place)
        if at and self._places[at - 1] == place:
            return
        self._places.insert(at, place)
        self._keys.insert(at, key)
        if len(self._places) > _MOST_PLACES:
            del self._places[::2], self._keys[::2]


@dataclass
class OrderWindow:
    """A filtered and sorted list of orders, of which any part can be read.

    It shows the orders that were there when it was opened, until `refresh`. Opening costs the same on a million
    orders as on a hundred, for the whole list and for a status. Every method reads the database in the caller's
    thread and raises `Unreachable`; one thread at a time.
    """

    desk: Desk
    filter: OrderFilter = ALL_ORDERS
    sort: OrderSort = NEWEST_FIRST
    _opened: Opened = field(init=False, repr=False)
    _runs: list[_Run] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.refresh()

    def refresh(self) -> None:
        """Take in what was entered and changed since the list was opened."""
        with self.desk.store.read() as connection:
            found = _found(connection, self.filter.text, MOST_FOUND) if self.filter.text.strip() else None
            self._opened = open_list(connection, self.filter, self.sort, self.desk.today(), found)
        stretches = len(runs(self._opened))
        self._runs = [
            _Run(self._opened, number, self._opened.count if stretches == 1 else None) for number in range(stretches)
        ]

    @property
    def known_count(self) -> int | None:
        """How many orders, None where nobody has counted yet."""
        if self._opened.count is not None:
            return self._opened.count
        counts = [run.count for run in self._runs]
        return sum(count or 0 for count in counts) if None not in counts else None

    @property
    def counted_all(self) -> bool:
        """Whether these are all orders that the text means: it stops at `MOST_FOUND`."""
        known = self.known_count
        return not self.filter.text.strip() or (known is not None and known < MOST_FOUND)

    def count(self) -> int:
        """How many orders: known at once for a status, a customer or a small choice, else counted now."""
        known = self.known_count
        if known is not None:
            return known
        with self.desk.store.read() as connection:
            if self._opened.picking:
                self._opened = pick(connection, self._opened)
                return len(self._opened.ids or ())
            return sum(run.counted(connection) for run in self._runs)

    def rows(self, start: int, stop: int) -> list[OrderRow]:
        """Rows `start` up to `stop`, from 0; fewer at the end of the list."""
        if stop <= start:
            return []
        with self.desk.store.read() as connection:
            if self._opened.picking and self._opened.ids is None:
                if start == 0 and stop <= _FIRST_PAGE and (first := first_rows(connection, self._opened, stop)):
                    return [order_row(row, self._opened.today) for row in first]
                self._opened = pick(connection, self._opened)
            if self._opened.ids is not None:
                found = rows_by_id(connection, self._opened.ids[start:stop])
                return [order_row(row, self._opened.today) for row in found]
            return self._walked(connection, start, stop)

    def _walked(self, connection: Connection, start: int, stop: int) -> list[OrderRow]:
        found: list[OrderRow] = []
        offset = 0
        for number, run in enumerate(self._runs):
            found += run.rows(connection, max(0, start - offset), stop - offset)
            if len(found) >= stop - start or number == len(self._runs) - 1:
                break
            offset += self._before_next(connection, number)
        return found

    def _before_next(self, connection: Connection, number: int) -> int:
        """How many rows a stretch has, told by the other one where the whole is known."""
        run = self._runs[number]
        if run.count is None and self._opened.count is not None:
            run.count = self._opened.count - self._runs[number + 1].counted(connection)
        return run.counted(connection)

    def index_of(self, order_id: int) -> int | None:
        """The place of an order in a small choice, None in one that is not held whole or when it isn't there."""
        ids = self._opened.ids
        try:
            return ids.index(order_id) if ids is not None else None
        except ValueError:
            return None


def each_order(
    desk: Desk, wanted: OrderFilter = ALL_ORDERS, sort: OrderSort = NEWEST_FIRST, limit: int = 0, *, page: int = 500
) -> Iterator[OrderRow]:
    """All orders of a filter one after another, at most `limit` when not 0; a page at a time in memory."""
    return each_row(OrderWindow(desk, wanted, sort), limit, page)


def find(desk: Desk, text: str, limit: int = MOST_FOUND) -> list[OrderRow]:
    """Orders that a typed text means, at most `limit`: the exact number first, then the newest.

    It may be a number or its figures, a part of number or reference, a customer's code or a part of their name, or
    an item's code. Raises `Unreachable`.
    """
    with desk.store.read() as connection:
        today = desk.today()
        return [order_row(row, today) for row in rows_by_id(connection, _found(connection, text, limit))]


def orders_in_rows(desk: Desk, ids: Sequence[int]) -> list[OrderRow]:
    """The orders in these rows of the database as they are now, in this order; none of one that is gone."""
    today = desk.today()
    with desk.store.read() as connection:
        return [order_row(row, today) for row in rows_by_id(connection, ids)]


def status_counts(desk: Desk) -> dict[OrderStatus, StatusCount]:
    """Number and value of the orders in each status that has any, from the counters that every saving keeps."""
    with desk.store.read() as connection:
        found = counted(connection, KIND)
    return in_company_currency(desk, {status: found[status] for status in OrderStatus if status in found})


def _found(connection: Connection, text: str, limit: int) -> list[int]:
    # Imported here: the first screen lists orders, and finding needs the tables of all that they are found by.
    from fluorders_tui.data.order_find import find_ids

    return find_ids(connection, text, limit)
