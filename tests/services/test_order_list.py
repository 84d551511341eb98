"""The list of orders: every part of it, in every order, as a plain sort of all rows would give it."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest

from fluorders_tui.data import order_list as reading
from fluorders_tui.domain.order import OrderStatus
from fluorders_tui.services import order_list
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.order_list import (
    ALL_ORDERS,
    LATE_ORDERS,
    OPEN,
    OPEN_ORDERS,
    OrderFilter,
    OrderRow,
    OrderSort,
    OrderWindow,
    SortField,
    each_order,
    find,
    status_counts,
)
from fluorders_tui.services.orders import enter_order
from tests.services.orders_on_list import DAY, draft, fill_orders, fill_registries

COUNT = 60
FILTERS = {
    "all": ALL_ORDERS,
    "open": OPEN_ORDERS,
    "late": LATE_ORDERS,
    "executed": OrderFilter(statuses=(OrderStatus.EXECUTED,)),
    "customer": OrderFilter(customer="C0002"),
    "dates": OrderFilter(since=DAY - dt.timedelta(days=7), until=DAY - dt.timedelta(days=2)),
    "text": OrderFilter(text="rossi", statuses=OPEN),
    "nothing": OrderFilter(customer="C0002", agent="NOBODY"),
}
SORTS = [OrderSort(field, descending) for field in SortField for descending in (True, False)]


def _fits(row: OrderRow, wanted: OrderFilter) -> bool:
    return (
        (not wanted.statuses or row.status in wanted.statuses)
        and (not wanted.late or (row.status in OPEN and row.delivery_date is not None and row.delivery_date < DAY))
        and (not wanted.customer or row.customer == wanted.customer)
        and (wanted.since is None or row.date >= wanted.since)
        and (wanted.until is None or row.date <= wanted.until)
        and (not wanted.text or wanted.text in row.customer_name.lower())
        and not wanted.agent
    )


def _sorted(rows: list[OrderRow], sort: OrderSort) -> list[OrderRow]:
    if sort.field is SortField.NEWEST:
        return sorted(rows, key=lambda row: row.id, reverse=sort.descending)
    name = {SortField.CUSTOMER: "customer_name"}.get(sort.field, sort.field.value)

    def value(row: OrderRow) -> tuple[object, int]:
        found = getattr(row, name)
        return (found.lower() if sort.field is SortField.REFERENCE else found), row.id

    may_lack = sort.field in (SortField.DELIVERY_DATE, SortField.REFERENCE)
    there = [row for row in rows if not may_lack or value(row)[0]]
    lacking = [row for row in rows if may_lack and not value(row)[0]]
    lacking.sort(key=lambda row: row.id, reverse=sort.descending)
    return sorted(there, key=value, reverse=sort.descending) + lacking  # type: ignore[arg-type]


@pytest.fixture
def desk(italian_desk: Desk) -> Desk:
    fill_registries(italian_desk)
    fill_orders(italian_desk, COUNT)
    return italian_desk


@pytest.mark.parametrize("way", ["picked at once", "picked later", "walked"])
def test_any_part_of_any_list_is_that_part_of_all_rows_sorted(
    desk: Desk, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The limits brought down to the size of the test, so that each way of reading is taken.
    if way != "picked at once":
        monkeypatch.setattr(reading, "_MOST_AT_ONCE", 0)
        monkeypatch.setattr(reading, "_NEAREST", 20)
    if way == "walked":
        monkeypatch.setattr(reading, "MOST_PICKED", 0)
    every = list(each_order(desk))
    assert len(every) == COUNT
    for (name, wanted), sort in itertools.product(FILTERS.items(), SORTS):
        expected = [row.number for row in _sorted([row for row in every if _fits(row, wanted)], sort)]
        assert bool(expected) is (name != "nothing")
        window = OrderWindow(desk, wanted, sort)
        told = (name, sort, way)
        # In the order of a clerk's keys: first page, a page down, to the end, back up, somewhere, past the end.
        assert [row.number for row in window.rows(0, 7)] == expected[:7], told
        assert [row.number for row in window.rows(7, 14)] == expected[7:14], told
        assert window.count() == len(expected), told
        end = len(expected)
        for start in (max(0, end - 5), max(0, end - 12), end // 2, 3, 0):
            assert [row.number for row in window.rows(start, start + 6)] == expected[start : start + 6], (*told, start)
        assert window.rows(end, end + 10) == [], told
        assert window.rows(end + 50, end + 60) == [], told


def test_a_walk_of_small_steps_meets_every_row_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_PICKED", 0)
    monkeypatch.setattr(order_list, "_MOST_PLACES", 6)
    for sort in SORTS:
        window = OrderWindow(desk, OPEN_ORDERS, sort)
        met = [row.id for start in range(0, 40, 3) for row in window.rows(start, start + 3)]
        assert len(met) == len(set(met)) == window.count()


def test_a_list_stays_as_it_was_opened_until_it_is_refreshed(desk: Desk) -> None:
    newest, oldest = OrderWindow(desk), OrderWindow(desk, ALL_ORDERS, OrderSort(descending=False))
    before = [row.number for row in newest.rows(0, 10)]
    saved = enter_order(desk, draft(desk))
    assert [row.number for row in newest.rows(0, 10)] == before
    assert newest.count() == COUNT
    assert oldest.rows(COUNT, COUNT + 5) == []
    newest.refresh()
    assert newest.rows(0, 1)[0].number == saved.number
    assert newest.count() == COUNT + 1


def test_a_row_says_what_the_order_says(desk: Desk) -> None:
    saved = enter_order(desk, draft(desk, "C0002", "A-200", 3, reference="PO 4711"))
    row = OrderWindow(desk).rows(0, 1)[0]
    assert (row.number, row.customer, row.customer_name) == (saved.number, "C0002", "Bianchi")
    assert (row.reference, row.lines, row.currency) == ("PO 4711", 1, "EUR")
    assert row.total == saved.totals.total
    assert row.total.as_tuple().exponent == -2
    assert not row.late


def test_late_is_open_and_before_today_in_the_companys_zone(desk: Desk) -> None:
    late = list(each_order(desk, LATE_ORDERS))
    assert late
    assert all(row.late and row.status in OPEN for row in late)
    assert {row.id for row in each_order(desk) if row.late} == {row.id for row in late}


def test_the_limit_counts(desk: Desk) -> None:
    assert [row.id for row in each_order(desk, limit=7, page=3)] == [row.id for row in OrderWindow(desk).rows(0, 7)]


def test_the_counts_are_those_of_the_rows(desk: Desk) -> None:
    counts = status_counts(desk)
    every = list(each_order(desk))
    for status in {row.status for row in every}:
        rows = [row for row in every if row.status is status]
        assert counts[status].count == len(rows)
        assert counts[status].value == sum(row.total for row in rows)
    assert sum(found.count for found in counts.values()) == COUNT


def test_an_exact_number_is_found_first(desk: Desk) -> None:
    numbers = [row.number for row in each_order(desk)]
    for number in (numbers[0], numbers[30], numbers[-1]):
        assert find(desk, number)[0].number == number
        assert find(desk, f"  {number.lower()} ")[0].number == number


def test_bare_figures_are_the_number_within_its_year(desk: Desk) -> None:
    row = next(iter(each_order(desk, limit=1)))
    assert str(COUNT) in row.number
    assert row.number == find(desk, str(COUNT))[0].number


@pytest.mark.parametrize(
    ("text", "customers"),
    [("C0002", {"C0002"}), ("c0002", {"C0002"}), ("ianch", {"C0002"}), ("[milano]", {"C0001"}), ("A-200", {"C0002"})],
)
def test_customers_and_items_lead_to_their_orders(desk: Desk, text: str, customers: set[str]) -> None:
    found = find(desk, text)
    assert len(found) == COUNT // 2
    assert {row.customer for row in found} == customers
    assert [row.id for row in found] == sorted((row.id for row in found), reverse=True)


def test_a_part_of_a_reference_is_found_and_two_characters_are_its_beginning(desk: Desk) -> None:
    saved = enter_order(desk, draft(desk, reference="Übernahme 77/X"))
    assert [row.number for row in find(desk, "nahme")] == [saved.number]
    assert [row.number for row in find(desk, "77/x ubern")] == [saved.number]
    assert [row.number for row in find(desk, "ÜB")] == [saved.number]


@pytest.mark.parametrize("text", ["", "   ", "no such thing", "%", "_", "'\"", "* OR 1", "\\", "0" * 40, "\u202e"])
def test_what_nobody_has_finds_nothing_and_breaks_nothing(desk: Desk, text: str) -> None:
    assert find(desk, text) == []


def test_a_search_stops_at_its_limit(desk: Desk) -> None:
    assert len(find(desk, "2026", 5)) == 5
    assert [row.id for row in find(desk, "2026", 5)] == [row.id for row in each_order(desk, limit=5)]


def test_postgresql_searches_past_the_newest_and_past_the_frequent(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from fluorders_tui.data import order_find

    monkeypatch.setattr(order_find, "_NEWEST", 4)
    number = list(each_order(desk))[-1].number
    assert find(desk, number[2:])[0].number == number
    assert len(find(desk, "2026", 30)) == 30
    assert len(find(desk, "026-", 30)) == 30
