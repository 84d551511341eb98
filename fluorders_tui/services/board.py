"""The board: where every order stands, with what waits for somebody on top (U-3, D-16.5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeVar

from fluorders_tui.domain.money import ZERO
from fluorders_tui.domain.order import OrderStatus
from fluorders_tui.services.approvals import WaitingOrder, waiting_orders, waiting_requests
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.order_list import (
    LATE_ORDERS,
    OrderFilter,
    OrderSort,
    OrderWindow,
    SortField,
    StatusCount,
    status_counts,
)
from fluorders_tui.services.supply_exceptions import PendingException, exceptions

__all__ = [
    "LANES",
    "ExceptionRow",
    "Lane",
    "LaneCount",
    "WaitingRow",
    "WaitingWindow",
    "WholeWindow",
    "attention_counts",
    "lane_counts",
    "open_lane",
]


class Lane(StrEnum):
    """What the board shows one of at a time."""

    WAITING = "waiting"
    LATE = "late"
    EXCEPTIONS = "exceptions"
    ENTERED = "entered"
    CONFIRMED = "confirmed"
    PARTIAL = "partial"
    REJECTED = "rejected"
    EXECUTED = "executed"


#: In the order in which the board shows them: first what somebody has to do something about.
LANES = tuple(Lane)

_STATUSES: Mapping[Lane, tuple[OrderStatus, ...]] = {
    Lane.WAITING: (OrderStatus.WAITING, OrderStatus.LOCKED),
    Lane.ENTERED: (OrderStatus.ENTERED,),
    Lane.CONFIRMED: (OrderStatus.CONFIRMED,),
    Lane.PARTIAL: (OrderStatus.PARTIAL,),
    Lane.REJECTED: (OrderStatus.REJECTED,),
    Lane.EXECUTED: (OrderStatus.EXECUTED, OrderStatus.FORCED),
}

_OLDEST_FIRST = OrderSort(SortField.NEWEST, descending=False)
_BY_DELIVERY = OrderSort(SortField.DELIVERY_DATE, descending=False)
_NEWEST_FIRST = OrderSort()

_SORTS: Mapping[Lane, OrderSort] = {
    Lane.LATE: _BY_DELIVERY,
    Lane.ENTERED: _OLDEST_FIRST,
    Lane.CONFIRMED: _BY_DELIVERY,
    Lane.PARTIAL: _BY_DELIVERY,
    Lane.REJECTED: _NEWEST_FIRST,
    Lane.EXECUTED: _NEWEST_FIRST,
}


@dataclass(frozen=True, slots=True)
class LaneCount:
    """How many stand in a lane, and what they are worth in company currency; None where that isn't counted."""

    count: int
    value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ExceptionRow:
    """One exception of supply in a list; `id` is its link's row."""

    id: int
    pending: PendingException


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """One order that somebody has to decide on; `id` is the order's row."""

    id: int
    order: WaitingOrder


Row = TypeVar("Row", bound=ExceptionRow)


class WholeWindow(Generic[Row]):
    """A list that is read whole, for screens that read parts of it."""

    counted_all = True

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows: list[Row] = list(rows)

    @property
    def known_count(self) -> int | None:
        """How many; never None."""
        return len(self._rows)

    def count(self) -> int:
        """How many."""
        return len(self._rows)

    def rows(self, start: int, stop: int) -> Sequence[Row]:
        """Rows `start` up to `stop`."""
        return self._rows[start:stop]

    def index_of(self, row_id: int, /) -> int | None:
        """The place of a row, None when it is settled."""
        return next((place for place, row in enumerate(self._rows) if row.id == row_id), None)


class WaitingWindow:
    """What waits for somebody: who is listed is read at once, what is told of them when it is shown."""

    counted_all = True

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._requests = waiting_requests(desk)
        self._orders = list(self._requests)

    @property
    def known_count(self) -> int | None:
        """How many; never None."""
        return len(self._orders)

    def count(self) -> int:
        """How many."""
        return len(self._orders)

    def rows(self, start: int, stop: int) -> Sequence[WaitingRow]:
        """Rows `start` up to `stop`. Raises `Unreachable`."""
        wanted = [request for order in self._orders[start:stop] for request in self._requests[order]]
        return [WaitingRow(one.order_id, one) for one in waiting_orders(self._desk, wanted)]

    def index_of(self, row_id: int, /) -> int | None:
        """The place of a row, None when it is decided."""
        return self._orders.index(row_id) if row_id in self._requests else None


def lane_counts(desk: Desk) -> dict[Lane, LaneCount]:
    """The lanes that are statuses, from the counters that every saving keeps: at once, on any number of orders."""
    counts = status_counts(desk)
    none = StatusCount(0, ZERO)
    return {
        lane: LaneCount(
            sum(counts.get(one, none).count for one in statuses),
            sum((counts.get(one, none).value for one in statuses), ZERO),
        )
        for lane, statuses in _STATUSES.items()
    }


def attention_counts(desk: Desk) -> dict[Lane, LaneCount]:
    """The lanes whose orders are counted one by one; tens of milliseconds where tens of thousands are late."""
    return {
        Lane.LATE: LaneCount(OrderWindow(desk, LATE_ORDERS, _BY_DELIVERY).count()),
        Lane.EXCEPTIONS: LaneCount(len(exceptions(desk))),
    }


def open_lane(desk: Desk, lane: Lane) -> OrderWindow | WholeWindow[ExceptionRow] | WaitingWindow:
    """The list of a lane as it is now. Raises `Unreachable`."""
    if lane is Lane.EXCEPTIONS:
        return WholeWindow(ExceptionRow(one.link_id, one) for one in exceptions(desk))
    if lane is Lane.WAITING:
        return WaitingWindow(desk)
    wanted = LATE_ORDERS if lane is Lane.LATE else OrderFilter(statuses=_STATUSES[lane])
    return OrderWindow(desk, wanted, _SORTS[lane])
