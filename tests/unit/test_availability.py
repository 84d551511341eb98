"""What is free and when (D-15.3), against a recomputation that is slow and obvious."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from fluorders_tui.domain.availability import Movement, availability

TODAY = dt.date(2026, 11, 24)


def day(offset: int) -> dt.date:
    return TODAY + dt.timedelta(days=offset)


def moved(*movements: tuple[int | None, int]) -> list[Movement]:
    return [Movement(None if when is None else day(when), Decimal(quantity)) for when, quantity in movements]


def test_what_a_later_order_needs_is_not_free_today() -> None:
    """100 are there, 80 are wanted in ten days: 20 are free now, though 100 stand in the warehouse until then."""
    found = availability(Decimal(100), moved((10, -80)), TODAY)
    assert (found.free_now, found.promise(day(9)), found.at(day(9)).available) == (20, 20, 100)
    assert found.free_from(Decimal(50)) is None


def test_what_comes_is_free_from_its_day() -> None:
    found = availability(Decimal(5), moved((3, 20), (6, -10)), TODAY)
    assert [(point.date, point.available, point.promise) for point in found.points] == [
        (TODAY, 5, 5),
        (day(3), 25, 15),
        (day(6), 15, 15),
    ]
    assert (found.free_now, found.free_from(Decimal(6)), found.free_from(Decimal(16))) == (5, day(3), None)


def test_late_goods_are_there_tomorrow_at_best_and_late_customers_wait_today() -> None:
    found = availability(Decimal(0), moved((-5, 10), (-9, -4), (None, -1), (None, 7)), TODAY)
    assert (found.free_now, found.promise(day(1)), found.undated) == (-5, 5, 7)
    assert found.free_from(Decimal(1)) == day(1)


def test_nothing_moves() -> None:
    found = availability(Decimal(3), [], TODAY)
    assert (found.free_now, found.free_from(Decimal(3)), found.free_from(Decimal(4))) == (3, TODAY, None)


movements = st.lists(
    st.builds(
        Movement,
        st.none() | st.integers(-20, 40).map(day),
        st.integers(-50, 50).map(Decimal),
    ),
    max_size=25,
)


@given(st.integers(-30, 100).map(Decimal), movements, st.integers(0, 60))
def test_it_is_the_lowest_of_all_days_from_then_on(stock: Decimal, every: list[Movement], offset: int) -> None:
    found = availability(stock, every, TODAY)

    def level(until: dt.date) -> Decimal:
        total = stock
        for one in every:
            if one.quantity < 0 and (one.date is None or one.date <= until):
                total += one.quantity
            if one.quantity > 0 and one.date is not None:
                arrives = one.date if one.date >= TODAY else day(1)
                total += one.quantity if arrives <= until else 0
        return total

    wanted = min(level(day(later)) for later in range(offset, 62))
    assert found.promise(day(offset)) == wanted
    assert found.at(day(offset)).available == level(day(offset))
    first = next((day(one) for one in range(62) if min(level(day(u)) for u in range(one, 62)) >= 10), None)
    assert found.free_from(Decimal(10)) == first


@given(st.integers(-30, 100).map(Decimal), movements)
def test_a_promise_never_shrinks_with_time_and_never_exceeds_what_is_there(
    stock: Decimal, every: list[Movement]
) -> None:
    points = availability(stock, every, TODAY).points
    assert all(point.promise <= point.available for point in points)
    assert all(one.promise <= other.promise for one, other in itertools.pairwise(points))
    assert points[-1].promise == points[-1].available
