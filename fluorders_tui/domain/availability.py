"""What of an item is free, and when: availability and available to promise (D-15.3).

Everything counts in the item's main unit. What should have moved already and has not yet counts from today on
when it is demand, and from tomorrow on when it is supply: goods that are late are not there (P-160). Supply without
a date is promised to nobody; demand without one is wanted today.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from fluorders_tui.domain.money import EXACT, ZERO
from fluorders_tui.domain.order import OrderDraft, OrderLine

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Movement:
    """What comes (positive) or is wanted (negative) of an item on a day; None where nobody said when."""

    date: dt.date | None
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Point:
    """The end of a day: what comes and what goes on it, A(t) and ATP(t)."""

    date: dt.date
    supply: Decimal
    demand: Decimal
    available: Decimal
    promise: Decimal


@dataclass(frozen=True, slots=True)
class Availability:
    """An item's free quantity over time; `points` begin today, and after the last one nothing changes any more.

    `undated` is supply that somebody ordered but nobody gave a date for: it is in no point.
    """

    stock: Decimal
    points: tuple[Point, ...]
    undated: Decimal = ZERO

    @property
    def free_now(self) -> Decimal:
        """What can be promised for today: ATP of today, below 0 where too much is promised already."""
        return self.points[0].promise

    @property
    def demand(self) -> Decimal:
        """All that is wanted of the item."""
        return sum((point.demand for point in self.points), ZERO)

    @property
    def supply(self) -> Decimal:
        """All that is to come with a date."""
        return sum((point.supply for point in self.points), ZERO)

    def at(self, day: dt.date) -> Point:
        """The state at the end of `day`; before today it is today's."""
        found = self.points[0]
        for point in self.points:
            if point.date > day:
                break
            found = point
        return found

    def promise(self, day: dt.date) -> Decimal:
        """ATP(t) = min over u ≥ t of A(u)."""
        return self.at(day).promise

    def free_from(self, quantity: Decimal) -> dt.date | None:
        """The first day on which so much can be promised, None when nothing that is known brings it."""
        return next((point.date for point in self.points if point.promise >= quantity), None)


def availability(stock: Decimal, movements: Iterable[Movement], today: dt.date) -> Availability:
    """A(t) and ATP(t) from today on, at each day on which anything moves (D-15.3)."""
    supply: dict[dt.date, Decimal] = defaultdict(lambda: ZERO)
    demand: dict[dt.date, Decimal] = defaultdict(lambda: ZERO)
    undated = ZERO
    for one in movements:
        if one.quantity < 0:
            demand[max(one.date or today, today)] -= one.quantity
        elif one.date is None:
            undated += one.quantity
        else:
            supply[one.date if one.date >= today else today + _DAY] += one.quantity
    days = sorted({today, *supply, *demand})
    available: list[Decimal] = []
    level = stock
    for day in days:
        level += supply[day] - demand[day]
        available.append(level)
    promises = _lowest_from_here(available)
    points = (
        Point(day, supply[day], demand[day], level, promise)
        for day, level, promise in zip(days, available, promises, strict=True)
    )
    return Availability(stock, tuple(points), undated)


def open_movement(line: OrderLine, order: OrderDraft) -> Movement | None:
    """What an order's line still wants of its item and when, in main units; None where nothing is open of it."""
    left = EXACT.multiply(line.quantity - line.executed, line.uom.factor)
    if left <= 0:
        return None
    return Movement(line.ready_date or line.delivery_date or order.delivery_date, -left)


def while_typing(
    movements: Iterable[Movement], item: str, draft: OrderDraft, saved: OrderDraft, *, besides: int = -1
) -> tuple[Movement, ...]:
    """An item's stored movements with the order being typed in place of what is stored of it (D-15.3).

    `saved` is that order as it was opened, which `movements` still count; `besides` is the place of the line that
    asks, whose own need is not counted.
    """
    supply = [one for one in movements if one.quantity > 0]
    demand: dict[dt.date | None, Decimal] = defaultdict(lambda: ZERO)
    for one in movements:
        if one.quantity < 0:
            demand[one.date] -= one.quantity
    if saved.id:
        for line in saved.lines:
            if line.item == item and (stored := open_movement(line, saved)):
                demand[stored.date] += stored.quantity
    for place, line in enumerate(draft.lines):
        if line.item == item and place != besides and (typed := open_movement(line, draft)):
            demand[typed.date] -= typed.quantity
    return (*supply, *(Movement(day, -quantity) for day, quantity in demand.items() if quantity > 0))


def _lowest_from_here(levels: Sequence[Decimal]) -> list[Decimal]:
    found: list[Decimal] = []
    for level in reversed(levels):
        found.append(min(level, found[-1]) if found else level)
    return found[::-1]
