"""The list of lines: every part of it, in every order, as a plain sort of all lines would give it (D-17.4)."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest

from fluorders_tui.data import order_line_list as reading
from fluorders_tui.domain.errors import Refused
from fluorders_tui.domain.order import LineType, OrderStatus, PriceOrigin
from fluorders_tui.domain.order_listing import OPEN
from fluorders_tui.services import line_list
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.line_list import (
    ALL_LINES,
    LATE_LINES,
    OPEN_LINES,
    LineFilter,
    LineRow,
    LineSort,
    LineWindow,
    each_line,
    line_ids,
)
from tests.services.lines_on_list import execute, fill_lines
from tests.services.orders_on_list import DAY, fill_registries

ORDERS = 24
FILTERS = {
    "all": ALL_LINES,
    "open": OPEN_LINES,
    "late": LATE_LINES,
    "item": LineFilter(item="A-200"),
    "customer": LineFilter(customer="C0002", open_only=True),
    "status": LineFilter(order_statuses=(OrderStatus.CONFIRMED,)),
    "manual": LineFilter(origins=(PriceOrigin.MANUAL,)),
    "delivery": LineFilter(delivery_since=DAY - dt.timedelta(2), delivery_until=DAY + dt.timedelta(1)),
    "text": LineFilter(text="a-100"),
    "customer's name": LineFilter(text="bianch", open_only=True),
    "nothing": LineFilter(item="A-100", customer="NOBODY"),
}


def _fits(row: LineRow, wanted: LineFilter) -> bool:
    is_open = row.order_status in OPEN and row.remaining > 0
    is_late = is_open and row.delivery_date is not None and row.delivery_date < DAY
    since, until = wanted.delivery_since, wanted.delivery_until
    return (
        (not wanted.open_only or is_open)
        and (not wanted.late or is_late)
        and (not wanted.item or row.item == wanted.item)
        and (not wanted.customer or row.customer == wanted.customer)
        and (not wanted.order_statuses or row.order_status in wanted.order_statuses)
        and (not wanted.origins or (row.line_type is not LineType.NOTE and row.price_origin in wanted.origins))
        and (since is None or (row.delivery_date is not None and row.delivery_date >= since))
        and (until is None or (row.delivery_date is not None and row.delivery_date <= until))
        and (not wanted.text or wanted.text in f"{row.item} {row.customer_name}".lower())
    )


def _sorted(rows: list[LineRow], sort: LineSort) -> list[LineRow]:
    newest = sorted(rows, key=lambda row: (-row.order_id, row.line))
    match sort:
        case LineSort.NEWEST:
            return newest
        case LineSort.OLDEST:
            return sorted(rows, key=lambda row: (row.order_id, row.line))
        case LineSort.DELIVERY_DATE:
            return sorted(newest, key=lambda row: row.delivery_date or dt.date.max)
        case LineSort.ITEM:
            return sorted(newest, key=lambda row: row.item)
        case LineSort.CUSTOMER:
            return sorted(newest, key=lambda row: row.customer_name)
        case LineSort.NET:
            return sorted(newest, key=lambda row: row.net)


@pytest.fixture
def desk(italian_desk: Desk) -> Desk:
    fill_registries(italian_desk)
    rows = fill_lines(italian_desk, ORDERS)
    execute(italian_desk, rows[2], 1, 3, "executed")
    execute(italian_desk, rows[4], 2, 4, "partially executed")
    return italian_desk


@pytest.mark.parametrize("way", ["picked", "walked"])
def test_any_part_of_any_list_is_that_part_of_all_lines_sorted(
    desk: Desk, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "walked":
        # The limits brought down to the size of the test, so that this way of reading is taken.
        monkeypatch.setattr(reading, "MOST_PICKED", 0)
        monkeypatch.setattr("fluorders_tui.data.order_list.MOST_PICKED", 0)
        monkeypatch.setattr("fluorders_tui.data.order_list._MOST_AT_ONCE", 0)
        monkeypatch.setattr(line_list, "_MOST_PLACES", 4)
    sorts = (LineSort.NEWEST, LineSort.OLDEST) if way == "walked" else tuple(LineSort)
    every = list(each_line(desk))
    assert len(every) == ORDERS * 3
    for (name, wanted), sort in itertools.product(FILTERS.items(), sorts):
        expected = [row.id for row in _sorted([row for row in every if _fits(row, wanted)], sort)]
        assert bool(expected) is (name != "nothing")
        window = LineWindow(desk, wanted, sort)
        told = (name, sort, way)
        # In the order of a clerk's keys: first page, a page down, to the end, back up, somewhere, past the end.
        assert [row.id for row in window.rows(0, 7)] == expected[:7], told
        assert [row.id for row in window.rows(7, 14)] == expected[7:14], told
        assert window.count() == len(expected), told
        assert window.counted_all
        end = len(expected)
        for start in (max(0, end - 5), max(0, end - 12), end // 2, 3, 0):
            assert [row.id for row in window.rows(start, start + 6)] == expected[start : start + 6], (*told, start)
        assert window.rows(end, end + 10) == [], told


def test_a_sort_over_more_lines_than_can_be_sorted_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_ORDERS", 5)
    monkeypatch.setattr("fluorders_tui.data.order_list.MOST_PICKED", 0)
    with pytest.raises(Refused, match="can't be sorted") as caught:
        LineWindow(desk, ALL_LINES, LineSort.ITEM)
    assert caught.value.rule == "D-17.4"
    assert LineWindow(desk, ALL_LINES, LineSort.OLDEST).rows(0, 1)


def test_a_long_filtered_list_is_counted_only_so_far(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_COUNTED", 10)
    window = LineWindow(desk, LineFilter(origins=(PriceOrigin.ITEM,)))
    assert window.known_count is None
    assert (window.count(), window.counted_all) == (10, False)
    assert len(window.rows(8, 14)) == 6
    everything = LineWindow(desk)
    assert (everything.count(), everything.counted_all) == (ORDERS * 3, True)


def test_what_is_left_of_a_line(desk: Desk) -> None:
    rows = list(each_line(desk, sort=LineSort.OLDEST))
    executed, partial, note = rows[6], rows[13], rows[2]
    assert (executed.quantity, executed.executed, executed.remaining) == (3, 3, 0)
    assert (partial.quantity, partial.executed, partial.remaining) == (10, 4, 6)
    assert (note.line_type, note.remaining, note.description) == (LineType.NOTE, 0, "Ring [twice]")
    assert all(row.late for row in each_line(desk, LATE_LINES))


def test_a_number_or_its_figures_mean_one_order(desk: Desk) -> None:
    row = next(iter(each_line(desk)))
    for number in (row.number, str(ORDERS)):
        found = list(each_line(desk, LineFilter(number=number)))
        assert [one.line for one in found] == [1, 2, 3]
        assert {one.number for one in found} == {row.number}
    assert list(each_line(desk, LineFilter(number="NONE"))) == []


def test_everything_shown_is_meant_up_to_a_limit(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert line_ids(desk, OPEN_LINES) == [row.id for row in each_line(desk, OPEN_LINES)]
    monkeypatch.setattr(line_list, "MOST_MEANT", 5)
    with pytest.raises(Refused) as caught:
        line_ids(desk, OPEN_LINES)
    assert caught.value.rule == "P-75"
