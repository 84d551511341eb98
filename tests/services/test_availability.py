"""Availability over everything open, on both databases, and by the indexes made for it (D-15.3)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from fluorders_tui.data.availability_rows import _demand
from fluorders_tui.domain.availability import availability, while_typing
from fluorders_tui.domain.order import OrderStatus
from fluorders_tui.services.availability import customer_open_lines, free_now, item_availability
from fluorders_tui.services.conditions import customer_conditions, item_card
from fluorders_tui.services.deliveries import Asked, deliver
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.order_life import Asked as StepAsked
from fluorders_tui.services.order_life import OrderStep, take
from fluorders_tui.services.orders import enter_order
from fluorders_tui.services.supplier_orders import receive_goods
from fluorders_tui.services.supply_proposals import Asked as SupplyAsked
from fluorders_tui.services.supply_proposals import StockUse, order_supply, proposals
from tests.services.supply_shop import again, bought, fill_supply_shop, ordered, rows, set_stock
from tests.shop import draft


@pytest.fixture
def desk(italian_desk: Desk) -> Desk:
    fill_supply_shop(italian_desk)
    set_stock(italian_desk, "A-100", "100")
    return italian_desk


def free(desk: Desk, item: str = "A-100") -> Decimal:
    return item_availability(desk, item).free.free_now


def test_every_open_order_counts_and_no_closed_one(desk: Desk) -> None:
    assert free(desk) == 100
    first = ordered(desk, ("A-100", 10))
    enter_order(desk, draft(desk, ("A-100", 5)))
    assert free(desk) == 85
    deliver(desk, Asked((first.draft.id,)))
    # Delivered: neither wanted nor there any more.
    assert (free(desk), item_availability(desk, "A-100").free.stock) == (85, 90)
    second = ordered(desk, ("A-100", 20))
    take(desk, second.draft.id, StepAsked(OrderStep.FORCE, reason="none"))
    assert again(desk, second).draft.status is OrderStatus.FORCED
    assert free(desk) == 85


def test_boxes_count_in_pieces(desk: Desk) -> None:
    order = draft(desk, ("A-100", 2))
    box = item_card(desk, "A-100", customer_conditions(desk, "C0001")).uoms[1]
    line = replace(order.lines[0], uom=box)
    enter_order(desk, replace(order, lines=(line,)))
    assert free(desk) == 100 - 24


def test_what_comes_is_free_from_its_day_and_drop_ship_leaves_stock_alone(desk: Desk) -> None:
    ordered(desk, ("A-100", 130))
    supply = bought(desk, ("A-100", 50))
    found = item_availability(desk, "A-100")
    assert (found.free.free_now, found.free.free_from(Decimal(20))) == (-30, supply.draft.lines[0].due)
    assert [(one.open, one.due is not None) for one in found.demand] == [(130, False)]
    assert [(one.to_come, one.supplier) for one in found.supply] == [(50, "S1")]
    receive_goods(desk, supply.draft.id)
    assert free(desk) == 20
    order = ordered(desk, ("A-100", 7))
    assert free(desk) == 13
    wanted = order.number
    found_rows = proposals(desk, SupplyAsked(stock_use=StockUse.ALWAYS, drop_ship=True)).rows
    order_supply(desk, [one for one in found_rows if one.demand.line.number == wanted])
    assert free(desk) == 20
    assert item_availability(desk, "A-100").supply[0].drop_ship


def test_the_order_being_typed_counts_once(desk: Desk) -> None:
    saved = again(desk, ordered(desk, ("A-100", 30), ("A-100", 10))).draft
    ordered(desk, ("A-100", 5))
    card = item_card(desk, "A-100", customer_conditions(desk, "C0001"))
    assert card.stock is not None

    def now(typed: object, besides: int = -1) -> Decimal:
        moves = while_typing(card.movements, "A-100", typed, saved, besides=besides)  # type: ignore[arg-type]
        return availability(card.stock, moves, desk.today()).free_now  # type: ignore[arg-type]

    assert now(saved) == 55
    assert now(saved, besides=0) == 85
    more = replace(saved, lines=(replace(saved.lines[0], quantity=Decimal(50)), saved.lines[1]))
    assert now(more) == 35
    assert now(replace(saved, lines=saved.lines[:1])) == 65


def test_many_items_at_once(desk: Desk) -> None:
    ordered(desk, ("A-100", 3), ("A-110", 1))
    ids = {row["code"]: row["id"] for row in rows(desk, "SELECT id, code FROM item")}
    assert free_now(desk, list(ids.values())) == {ids["A-100"]: 97}


def test_open_lines_of_a_customer(desk: Desk) -> None:
    order = ordered(desk, ("A-100", 3), ("A-110", 1))
    ordered(desk, ("A-100", 9), customer="C0002")
    assert [(one.number, one.position, one.item) for one in customer_open_lines(desk, "C0001")] == [
        (order.number, 1, "A-100"),
        (order.number, 2, "A-110"),
    ]


def test_the_partial_index_is_used(sqlite_desk: Desk) -> None:
    """Only word for word does a database see that the index holds all that is asked for."""
    seen: list[str] = []
    with sqlite_desk.store.read() as connection:
        from sqlalchemy import event

        def plan(_connection: object, cursor: object, statement: str, values: object, *_: object) -> None:
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}", values)  # type: ignore[attr-defined]
            seen.extend(str(row) for row in cursor.fetchall())  # type: ignore[attr-defined]

        event.listen(connection, "before_cursor_execute", plan)
        _demand(connection, [1])
        event.remove(connection, "before_cursor_execute", plan)
    assert any("ix_customer_order_line_open_item" in line for line in seen), seen
