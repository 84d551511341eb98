"""Supplier orders from customer orders on both databases (D-14.2), with the published cases ERP and TRY."""

from __future__ import annotations

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from fluorders_tui.domain.entry import make_line
from fluorders_tui.domain.errors import DeskError, Invalid, Refused
from fluorders_tui.domain.order import Execution, LineStatus, OrderStatus
from fluorders_tui.domain.supplier_orders import SupplierOrderStatus
from fluorders_tui.services.conditions import customer_conditions, item_card, order_type
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.orders import enter_order
from fluorders_tui.services.registry_saving import save_row
from fluorders_tui.services.supplier_orders import confirm, open_supplier_order_row, receive_goods, take_back
from fluorders_tui.services.supply_proposals import (
    Asked,
    StockUse,
    Strategy,
    addable_orders,
    order_supply,
    preview_supply,
    proposals,
    sources_of,
    supply_runs,
    undo_run,
    with_quantity,
    with_source,
)
from tests.services.supply_shop import (
    again,
    bought,
    check_counters,
    fill_supply_shop,
    links,
    ordered,
    rows,
    set_stock,
    stock,
)
from tests.shop import draft

CASES = {
    case["id"]: case
    for case in json.loads((Path(__file__).parents[1] / "cases" / "peers.json").read_text(encoding="utf-8"))
}
ALWAYS = Asked(stock_use=StockUse.ALWAYS)
DAY = dt.date(2026, 11, 24)


@pytest.fixture
def desk(italian_desk: Desk) -> Desk:
    fill_supply_shop(italian_desk)
    return italian_desk


def figures(desk: Desk, asked: Asked | None = None) -> list[tuple[str, str, int, int, int]]:
    """Item, supplier, full quantity, shortage and what is proposed."""
    return [
        (row.demand.item, row.source.supplier, int(row.full), int(row.shortage), int(row.quantity))
        for row in proposals(desk, asked).rows
    ]


def test_the_shortage_stands_beside_the_full_quantity(desk: Desk) -> None:
    set_stock(desk, "A-100", "5")
    ordered(desk, ("A-100", 3), ("A-110", 2))
    ordered(desk, ("A-100", 4))
    assert figures(desk) == [("A-100", "S1", 3, 0, 0), ("A-110", "S1", 2, 2, 2), ("A-100", "S1", 4, 2, 2)]
    assert figures(desk, ALWAYS) == [("A-100", "S1", 3, 0, 3), ("A-110", "S1", 2, 2, 2), ("A-100", "S1", 4, 2, 4)]


def test_boxes_are_ordered_in_pieces(desk: Desk) -> None:
    made = draft(desk, ("A-100", 2))
    conditions = customer_conditions(desk, "C0001")
    box = make_line(made, conditions, item_card(desk, "A-100", conditions), Decimal(2), "box")
    enter_order(desk, replace(made, lines=(box,), type=order_type(desk, "WEB")))
    assert figures(desk) == [("A-100", "S1", 24, 24, 24)]


@pytest.mark.parametrize(
    ("strategy", "supplier"),
    [
        (Strategy.PREFERRED, "S1"),
        (Strategy.BEST_PRICE, "S2"),
        (Strategy.SHORTEST, "S2"),
        (Strategy.LAST_USED, "S2"),
    ],
)
def test_each_strategy_has_its_supplier(desk: Desk, strategy: Strategy, supplier: str) -> None:
    bought(desk, ("A-100", 1), supplier="S2")
    ordered(desk, ("A-100", 5))
    (row,) = proposals(desk, Asked(strategy, StockUse.ALWAYS)).rows
    assert row.source.supplier == supplier
    assert row.arrives == DAY + dt.timedelta(10 if supplier == "S1" else 3)


def test_filters_and_lines_that_ask_for_nothing(desk: Desk) -> None:
    first = ordered(desk, ("A-100", 3))
    ordered(desk, ("A-110", 2), customer="C0002")
    assert [row[0] for row in figures(desk, Asked(customer="C0002"))] == ["A-110"]
    assert [row[0] for row in figures(desk, Asked(orders=(first.number,)))] == ["A-100"]
    assert figures(desk, Asked(items=("B-900",))) == []
    assert figures(desk, Asked(supplier="S2")) == []
    assert [row[1] for row in figures(desk, Asked(without=frozenset({"S1"})))] == ["S2", "S3"]
    assert figures(desk, Asked(until=DAY)) == []
    with pytest.raises(Invalid):
        proposals(desk, Asked(orders=("2026-99999",)))
    item = {"code": "LONE", "description": "Nobody has it", "unit": "pc", "sales_price": "1", "vat_code": "22"}
    save_row(desk, "items", item)
    ordered(desk, ("LONE", 1))
    found = proposals(desk, Asked(items=("LONE",)))
    assert (found.rows, [one.rule for one in found.refusals]) == ((), ["D-14.2"])


def test_a_run_orders_links_and_puts_lines_on_supply(desk: Desk) -> None:
    first, second = ordered(desk, ("A-100", 3), ("A-110", 2)), ordered(desk, ("A-100", 4), customer="C0002")
    wanted = proposals(desk, Asked(Strategy.BEST_PRICE)).rows
    plan = preview_supply(desk, wanted)
    assert [(one.draft.supplier, len(one.draft.lines)) for one in plan.orders] == [("S2", 1), ("S3", 1)]
    made = order_supply(desk, wanted)
    assert [(one.draft.supplier, one.draft.lines[0].quantity, one.draft.status) for one in made.orders] == [
        ("S2", 7, SupplierOrderStatus.ENTERED), ("S3", 2, SupplierOrderStatus.ENTERED),
    ]  # fmt: skip
    assert made.orders[0].draft.lines[0].supplier_item == "S2-A-100"
    assert (made.orders[0].draft.delivery_date, made.orders[0].draft.warehouse) == (DAY + dt.timedelta(3), "MAIN")
    assert links(desk) == [(3, 0, ""), (2, 0, ""), (4, 0, "")]
    assert again(desk, first).line_statuses == (LineStatus.ON_SUPPLY, LineStatus.ON_SUPPLY)
    assert figures(desk, ALWAYS) == []
    receive_goods(desk, made.orders[0].draft.id)
    assert again(desk, second).line_statuses == (LineStatus.READY,)
    assert figures(desk, ALWAYS) == [], "what came for a line is not ordered again"
    check_counters(desk)


def test_quantities_and_suppliers_are_corrected_by_hand(desk: Desk) -> None:
    ordered(desk, ("A-100", 3), ("A-110", 2))
    bolt, nut = proposals(desk).rows
    beta = next(one for one in sources_of(desk, "A-100") if one.supplier == "S2")
    made = order_supply(
        desk, [with_source(with_quantity(bolt, Decimal(10)), beta, DAY), with_quantity(nut, Decimal(0))]
    )
    assert [(one.draft.supplier, one.draft.lines[0].quantity) for one in made.orders] == [("S2", 10)]
    assert links(desk) == [(3, 0, "")]
    with pytest.raises(Invalid):
        order_supply(desk, [with_quantity(nut, Decimal(0))])
    # Seven more are coming for nobody: they are there for the next one.
    ordered(desk, ("A-100", 8))
    assert figures(desk, Asked(items=("A-100",))) == [("A-100", "S1", 8, 1, 1)]


def test_lines_are_added_to_an_open_order_and_taken_off_again(desk: Desk) -> None:
    fits, other = bought(desk, ("B-900", 1)), bought(desk, ("B-900", 1), supplier="S3")
    first = ordered(desk, ("A-100", 3))
    assert [one.number for one in addable_orders(desk, ["S1"])] == [fits.number]
    made = order_supply(desk, proposals(desk).rows, add_to=[fits.draft.id, other.draft.id])
    assert [(one.number, [line.item for line in one.draft.lines]) for one in made.orders] == [
        (fits.number, ["B-900", "A-100"])
    ]
    assert again(desk, first).line_statuses == (LineStatus.ON_SUPPLY,)
    undo_run(desk, made.run_id)
    after = open_supplier_order_row(desk, fits.draft.id)
    assert replace(
        after.draft, version=0, lines=tuple(replace(one, version=0) for one in after.draft.lines)
    ) == replace(fits.draft, version=0, lines=tuple(replace(one, version=0) for one in fits.draft.lines))
    assert (links(desk), again(desk, first).line_statuses) == ([], (LineStatus.CONFIRMED,))
    confirm(desk, fits.draft.id)
    assert addable_orders(desk, ["S1"]) == ()
    check_counters(desk)


def test_undo_restores_exactly_unless_the_supplier_has_spoken(desk: Desk) -> None:
    first = ordered(desk, ("A-100", 3), ("A-110", 2))
    before = figures(desk)
    made = order_supply(desk, proposals(desk).rows)
    undo_run(desk, made.run_id)
    assert (figures(desk), links(desk)) == (before, [])
    assert again(desk, first).line_statuses == first.line_statuses
    assert open_supplier_order_row(desk, made.orders[0].draft.id).draft.status is SupplierOrderStatus.CANCELLED
    again_made = order_supply(desk, proposals(desk).rows)
    confirm(desk, again_made.orders[0].draft.id)
    with pytest.raises(Refused, match="confirmed"):
        undo_run(desk, again_made.run_id)
    assert [run.undone_at is None for run in supply_runs(desk)] == [True, False]
    check_counters(desk)


def test_two_desks_order_the_same_demand_at_once(desk: Desk) -> None:
    ordered(desk, ("A-100", 3))
    wanted = proposals(desk).rows

    def order(_: int) -> str:
        try:
            order_supply(desk, wanted)
        except DeskError as error:
            return error.rule
        return "done"

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(order, range(2)))
    assert told == ["D-14.3", "done"]
    assert links(desk) == [(3, 0, "")]


def test_case_erp_dropship(desk: Desk) -> None:
    """A line shipped by the supplier beside one from stock: own stock is untouched, delivery executes the line."""
    case = CASES["ERP-DROPSHIP"]
    shipped, own = case["inputs"]["lines"]
    names = {shipped["item"]: "A-110", own["item"]: "A-100"}
    set_stock(desk, "A-100", "10")
    set_stock(desk, "A-110", "4")
    order = ordered(desk, *((names[line["item"]], line["qty"]) for line in (shipped, own)))
    row = order_line(desk, order.number, 1)
    asked = Asked(stock_use=StockUse.ALWAYS, lines=frozenset({row}), drop_shipped=frozenset({row}))
    (proposal,) = proposals(desk, asked).rows
    (made,) = order_supply(desk, [proposal], type_code="DROP").orders
    expected = case["expected"]["supplier_order"]
    assert len(made.draft.lines) == expected["lines"]
    assert made.draft.destination == order.draft.destination
    assert [link.customer_line.line for link in made.links] == [row]
    assert stock(desk) == {"A-100": 10, "A-110": 4}
    receive_goods(desk, made.draft.id)
    now = again(desk, order)
    line = now.draft.lines[0]
    percent = case["expected"]["per_delivered_after_supplier_delivery"]
    assert f"{100 * line.executed / line.quantity:.2f}" == percent
    assert (now.line_statuses, now.execution) == ((LineStatus.EXECUTED, LineStatus.CONFIRMED), Execution.PARTIAL)
    assert now.draft.status is OrderStatus.PARTIAL
    assert stock(desk) == {"A-100": 10, "A-110": 4}, "drop-ship leaves own stock alone (D-15.3)"
    back = take_back(desk, made.draft.id)
    undone = again(desk, order)
    assert back.draft.status is SupplierOrderStatus.ENTERED
    assert (undone.execution, undone.draft.status) == (Execution.NONE, OrderStatus.CONFIRMED)
    assert undone.line_statuses == (LineStatus.ON_SUPPLY, LineStatus.CONFIRMED)
    check_counters(desk)


def order_line(desk: Desk, number: str, position: int) -> int:
    found = rows(
        desk,
        "SELECT l.id FROM customer_order_line l JOIN customer_order o ON o.id = l.order_id"
        " WHERE o.number = :number AND l.position = :position",
        number=number,
        position=position,
    )
    return int(found[0]["id"])


def test_case_erp_dropship_variants(desk: Desk) -> None:
    """Two drop-ship lines ordered one at a time are two supplier orders; two suppliers at once are two as well."""
    order = ordered(desk, ("A-110", 2), ("B-900", 1))
    first, second = (order_line(desk, order.number, place) for place in (1, 2))
    runs = [
        order_supply(desk, proposals(desk, Asked(lines=frozenset({one}), drop_ship=True)).rows)
        for one in (first, second)
    ]
    assert [len(one.draft.lines) for run in runs for one in run.orders] == [1, 1]
    both = ordered(desk, ("A-110", 2), ("A-100", 1))
    asked = Asked(Strategy.BEST_PRICE, orders=(both.number,), drop_ship=True)
    made = order_supply(desk, proposals(desk, asked).rows)
    assert [one.draft.supplier for one in made.orders] == ["S3", "S1"]
    assert all(one.draft.drop_ship and one.draft.destination.city == "Milano" for one in made.orders)


def test_case_try_supply_stock_first(desk: Desk) -> None:
    case = CASES["TRY-SUPPLY-STOCK-FIRST"]
    set_stock(desk, "A-100", case["inputs"]["stock"])
    asked = Asked(stock_use=StockUse.STOCK_FIRST)
    for quantity in case["inputs"]["orders"]:
        ordered(desk, ("A-100", quantity))
    assert [row[4] > 0 for row in figures(desk, asked)] == case["expected"]["purchase_request"]
    made = order_supply(desk, proposals(desk, asked).rows)
    undo_run(desk, made.run_id)
    assert [row[4] for row in figures(desk, asked)] == [0, 0, 4], "a deleted request comes again"


def test_case_try_supply_always(desk: Desk) -> None:
    """Ordered to order whatever is in stock; a part that came is assigned, the rest still waits."""
    expected = CASES["TRY-SUPPLY-STOCK-FIRST"]["expected"]["other"]
    set_stock(desk, "A-100", "1000")
    order = ordered(desk, ("A-100", 250))
    (row,) = proposals(desk, ALWAYS).rows
    assert str(row.quantity) == expected["request"]
    made = order_supply(desk, [row])
    receive_goods(desk, made.orders[0].draft.id, {0: Decimal(100)})
    (link,) = open_supplier_order_row(desk, made.orders[0].draft.id).links
    assert {"assigned": str(link.done), "still_waiting": str(link.outstanding)} == expected["after_receipt"]
    assert again(desk, order).line_statuses == (LineStatus.ON_SUPPLY,)
    assert figures(desk, ALWAYS) == []
