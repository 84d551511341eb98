"""The list of supplier orders: what it lets through, and what is overdue on it (§14, P-170)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from fluorders_tui.domain.supplier_orders import SupplierOrderStatus
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.supplier_order_list import (
    LATE_SUPPLIER_ORDERS,
    UNCONFIRMED,
    SupplierFilter,
    SupplierOrderWindow,
    SupplierSort,
    each_supplier_order,
    find_supplier_orders,
    supplier_orders_in_rows,
    supplier_status_counts,
)
from fluorders_tui.services.supplier_orders import cancel, confirm, enter_supplier_order, move_dates, receive_goods
from tests.conftest import FixedClock
from tests.services.supply_shop import bought, fill_supply_shop, supply_draft

DAY = dt.timedelta(1)


@pytest.fixture
def desk(italian_desk: Desk) -> Desk:
    """Five orders: entered, confirmed, received, cancelled, and one of a supplier's other name."""
    desk = italian_desk
    fill_supply_shop(desk)
    enter_supplier_order(desk, replace(supply_draft(desk, ("A-100", 5)), reference="Spring"))
    confirm(desk, bought(desk, ("A-100", 5)).draft.id)
    receive_goods(desk, bought(desk, ("A-110", 1)).draft.id)
    cancel(desk, bought(desk, ("A-110", 2)).draft.id, "too late")
    bought(desk, ("A-120", 100), supplier="S2")
    return desk


def listed(desk: Desk, wanted: SupplierFilter) -> list[int]:
    return [int(row.number[-5:]) for row in each_supplier_order(desk, wanted, SupplierSort.NUMBER, descending=False)]


def test_each_filter_lets_through_what_it_says(desk: Desk) -> None:
    def numbers(**wanted: Any) -> list[int]:
        return listed(desk, SupplierFilter(**wanted))

    assert numbers() == [1, 2, 3, 4, 5]
    assert numbers(statuses=(SupplierOrderStatus.ENTERED,)) == [1, 5]
    assert numbers(supplier="S2") == [5]
    assert numbers(item="A-110") == [3, 4]
    assert numbers(since=desk.today() + DAY) == []
    assert numbers(text="spring") == [1]
    assert [row.number[-5:] for row in find_supplier_orders(desk, "beta")] == ["00005"]


def test_a_confirmation_is_overdue_after_three_days(desk: Desk, clock: FixedClock) -> None:
    assert listed(desk, UNCONFIRMED) == []
    clock.advance(days=3)
    assert listed(desk, UNCONFIRMED) == []
    clock.advance(days=1)
    assert listed(desk, UNCONFIRMED) == [1, 5]
    assert [row.unconfirmed for row in SupplierOrderWindow(desk).rows(0, 9)] == [True, False, False, False, True]


def test_what_should_have_come_is_late(desk: Desk, clock: FixedClock) -> None:
    clock.advance(days=60)
    assert listed(desk, LATE_SUPPLIER_ORDERS) == [1, 2, 5]
    first = find_supplier_orders(desk, "spring")[0]
    move_dates(desk, first.id, {0: desk.today() + DAY})
    assert listed(desk, LATE_SUPPLIER_ORDERS) == [2, 5]
    by_day = [row.number[-1] for row in SupplierOrderWindow(desk, sort=SupplierSort.DELIVERY_DATE).rows(0, 1)]
    assert (by_day, find_supplier_orders(desk, "spring")[0].delivery_date) == (["1"], desk.today() + DAY)


def test_rows_are_found_again_and_counted_by_status(desk: Desk) -> None:
    window = SupplierOrderWindow(desk)
    ids = window.ids()
    assert (window.known_count, window.counted_all, window.index_of(ids[2])) == (5, True, 2)
    assert [row.id for row in supplier_orders_in_rows(desk, [ids[3], 0])] == [ids[3]]
    counts = {status.value: one.count for status, one in supplier_status_counts(desk).items()}
    assert counts == {"entered": 2, "confirmed": 1, "received": 1, "cancelled": 1}
