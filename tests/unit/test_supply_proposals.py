"""Supplier orders from customer orders: who, how much, and in which order (D-14.2); two published cases."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.links import DocumentKind, LineRef, LinkKind, StoredDocument, SupplyMode, stored_links
from fluorders_tui.domain.order import Address
from fluorders_tui.domain.supplier_orders import (
    confirm_supplier_order,
    enter_supplier_order,
    receive,
)
from fluorders_tui.domain.supply_exceptions import CustomerLine, receipt_of
from fluorders_tui.domain.supply_proposals import (
    Demand,
    PlannedSupply,
    StockUse,
    Strategy,
    SupplySource,
    choose_source,
    demands_of,
    plan_supply,
    propose,
    with_quantity,
    with_source,
)
from tests.unit.offer_samples import note, offer, priced
from tests.unit.test_supplier_orders import TYPE, bought, supply
from tests.unit.trade_samples import BOX, PIECE, TODAY, USD, d

CASES = {
    case["id"]: case
    for case in json.loads((Path(__file__).parents[1] / "cases" / "peers.json").read_text(encoding="utf-8"))
}
WEEK = TODAY + dt.timedelta(7)
D1, D2 = Address("D1", city="Milano"), Address("D2", city="Monza")
DROP_SHIP = SupplyMode.DROP_SHIP
ACME = SupplySource("ACME", price=Decimal(4), lead_time_days=10, priority=2, default=True, drop_ship_allowed=True)
BETA = SupplySource("BETA", price=Decimal(5), discounts=d("30"), lead_time_days=20, priority=1, last_used=TODAY)
CITY = SupplySource("CITY", price=Decimal("4.8"), currency=USD, lead_time_days=3, priority=1)


def demand(row: int, quantity: str, item: str = "BOLT", **fields) -> Demand:
    ref = LineRef(DocumentKind.ORDER, 1, row)
    usual = {"customer": "ROSSI", "uom": PIECE, "destination": D1}
    return Demand(**{"line": ref, "item": item, "quantity": Decimal(quantity), **usual, **fields})


def proposed(*demands: Demand, stock: str = "0", use: StockUse = StockUse.SHORTAGE, sources=(ACME,)):
    found, refusals = propose(
        demands, {"BOLT": sources, "NUT": sources}, {"BOLT": Decimal(stock)}, Strategy.PREFERRED, use, TODAY
    )
    assert refusals == ()
    return found


@pytest.mark.parametrize(
    ("strategy", "supplier", "why"),
    [
        (Strategy.PREFERRED, "ACME", "default supplier"),
        (Strategy.BEST_PRICE, "BETA", "best price: 5 EUR"),
        (Strategy.SHORTEST, "CITY", "shortest lead time: 3 days"),
        (Strategy.LAST_USED, "BETA", f"last used on {TODAY}"),
    ],
)
def test_each_strategy_has_its_supplier(strategy, supplier, why):
    chosen = choose_source((CITY, BETA, ACME), strategy)
    assert chosen is not None
    assert (chosen[0].supplier, chosen[1]) == (supplier, why)


def test_without_a_default_the_priority_decides_and_then_the_code():
    plain_acme = replace(ACME, default=False)
    chosen, why = choose_source((plain_acme, CITY, BETA), Strategy.PREFERRED)
    assert (chosen, why) == (BETA, "preferred, priority 1")
    assert choose_source((plain_acme,), Strategy.LAST_USED) == (plain_acme, "preferred, for none was used before")
    free = replace(BETA, supplier="FREE", price=Decimal(0))
    assert choose_source((free, ACME), Strategy.BEST_PRICE)[0] is ACME, "no price is not the best price"
    assert choose_source((), Strategy.PREFERRED) is None


def test_only_who_ships_to_customers_gets_a_drop_shipment():
    assert choose_source((BETA, ACME), Strategy.BEST_PRICE, drop_ship=True)[0] is ACME
    _, (refusal,) = propose(
        [demand(1, "2", mode=DROP_SHIP)], {"BOLT": (BETA,)}, {}, Strategy.PREFERRED, StockUse.ALWAYS, TODAY
    )
    assert (refusal.rule, refusal.field) == ("D-14.2", "item")
    _, (nobody,) = propose([demand(1, "2")], {}, {}, Strategy.PREFERRED, StockUse.ALWAYS, TODAY)
    assert "No supplier has BOLT" in nobody.message


def test_the_shortage_stands_beside_the_full_quantity():
    """D-14.2: demands use up the stock in turn; the two ways of counting differ by what is ordered only."""
    rows = proposed(demand(1, "3"), demand(2, "3"), demand(3, "4"), stock="5")
    assert [(one.full, one.available, one.shortage, one.quantity) for one in rows] == [
        (3, 5, 0, 0), (3, 2, 1, 1), (4, 0, 4, 4),
    ]  # fmt: skip
    everything = proposed(demand(1, "3"), demand(2, "3"), stock="5", use=StockUse.ALWAYS)
    assert [(one.shortage, one.quantity) for one in everything] == [(0, 3), (1, 3)]


def test_case_try_supply_stock_first():
    case = CASES["TRY-SUPPLY-STOCK-FIRST"]
    inputs, expected = case["inputs"], case["expected"]
    demands = [demand(row, quantity) for row, quantity in enumerate(inputs["orders"], 1)]
    rows = proposed(*demands, stock=inputs["stock"], use=StockUse.STOCK_FIRST)
    assert [one.quantity > 0 for one in rows] == expected["purchase_request"]
    assert rows[2].quantity == 4, "then it is the whole demand"
    again = proposed(*demands, stock=inputs["stock"], use=StockUse.STOCK_FIRST)
    assert again == rows, "a deleted request comes again"
    (always,) = proposed(demand(1, "250"), stock="1000", use=StockUse.ALWAYS)
    assert str(always.quantity) == expected["other"]["request"]
    plan = plan_supply([always], TYPE, TODAY)
    order, links = stored(plan, 0)
    receipt = receipt_of(order, receive(order, {0: Decimal(100)}), links, {})
    assert str(receipt.lines[0].reserved) == expected["other"]["after_receipt"]["assigned"]
    assert str(receipt.links[0].outstanding) == expected["other"]["after_receipt"]["still_waiting"]


def stored(plan, place):
    """The plan's order with this place, entered, with rows 31, 32, …, and the links of all."""
    rows = [
        StoredDocument(number, f"S-{number}", tuple(range(31, 31 + len(one.draft.lines))))
        for number, one in enumerate(plan.orders, 3)
    ]
    draft = plan.orders[place].draft
    lines = tuple(replace(line, id=row) for line, row in zip(draft.lines, rows[place].lines, strict=True))
    order = enter_supplier_order(replace(draft, id=rows[place].id, number=rows[place].number, lines=lines))
    return order, stored_links(plan.links, rows)


def test_case_erp_dropship():
    """A drop-shipped line is ordered for its customer, leaves own stock alone, and is executed on arrival there."""
    case = CASES["ERP-DROPSHIP"]
    ds, st = case["inputs"]["lines"]
    expected = case["expected"]
    sale = offer(
        1, priced("DS", ds["qty"], ds["price"]), priced("ST", st["qty"], st["price"]), note("Thank you")
    ).draft  # fmt: skip
    uoms = {"DS": PIECE, "ST": PIECE}
    shipped, own = demands_of(sale, (), uoms, {101})
    sources = {"DS": (replace(ACME, supplier="S1"),), "ST": (ACME,)}
    stock = {"DS": Decimal(9), "ST": Decimal(5)}
    rows, _ = propose([shipped, own], sources, stock, Strategy.PREFERRED, StockUse.SHORTAGE, TODAY)
    assert [(one.full, one.available, one.quantity) for one in rows] == [(2, 0, 2), (2, 5, 0)]
    plan = plan_supply(rows, TYPE, TODAY)
    assert len(plan.orders) == 1
    order, links = stored(plan, 0)
    assert (order.supplier, order.drop_ship, order.destination) == ("S1", True, sale.destination)
    assert len(order.lines) == expected["supplier_order"]["lines"]
    assert links[0].source == LineRef(DocumentKind.ORDER, 1, 101)
    ref = links[0].customer_line
    line = CustomerLine(ref, "DS", Decimal(2), PIECE)
    receipt = receipt_of(order, receive(order, {0: Decimal(2)}), links, {ref: line})
    assert (receipt.lines[0].executed, receipt.stock, receipt.surplus) == (2, {}, {})
    assert demands_of(sale, links, uoms, {101}) == (own,), "what is on supply is needed no more"

    two = offer(1, priced("DS", "2", "400"), priced("DS", "1", "400")).draft
    first, second = demands_of(two, (), uoms, {101, 102})
    _, links = stored(ordered([first], "S1"), 0)
    left = demands_of(two, links, uoms, {101, 102})
    assert left == (second,)
    plans = ordered([first], "S1"), ordered(left, "S1")
    lines = [len(each.draft.lines) for plan in plans for each in plan.orders]
    assert lines == [1, 1], expected["variants"]["one_at_a_time"]
    rows = [row for needs, code in (([first], "S1"), ([second], "S2")) for row in shipped_by(needs, code)]
    assert [each.draft.supplier for each in plan_supply(rows, TYPE, TODAY).orders] == ["S1", "S2"]


def shipped_by(demands, supplier):
    sources = {"DS": (replace(ACME, supplier=supplier),)}
    return propose(demands, sources, {}, Strategy.PREFERRED, StockUse.SHORTAGE, TODAY)[0]


def ordered(demands, supplier):
    return plan_supply(shipped_by(demands, supplier), TYPE, TODAY)


def test_orders_are_grouped_by_supplier_and_drop_shipments_by_place():
    rows = (
        *proposed(demand(1, "3"), demand(2, "4", "NUT"), demand(3, "2")),
        *proposed(
            demand(4, "1", mode=DROP_SHIP), demand(5, "1", mode=DROP_SHIP, destination=D2),
            demand(6, "5", "NUT", mode=DROP_SHIP), demand(7, "1", mode=DROP_SHIP, customer="BIANCHI"),
        ),
        with_source(proposed(demand(8, "1"))[0], CITY, TODAY),
    )  # fmt: skip
    plan = plan_supply(rows, TYPE, TODAY)
    assert [[(line.item, line.quantity) for line in one.draft.lines] for one in plan.orders] == [
        [("BOLT", 5), ("NUT", 4)], [("BOLT", 1), ("NUT", 5)], [("BOLT", 1)], [("BOLT", 1)], [("BOLT", 1)],
    ]  # fmt: skip
    assert [(link.source.line, link.document, link.line) for link in plan.links] == [
        (1, 0, 0), (2, 0, 1), (3, 0, 0), (4, 1, 0), (5, 2, 0), (6, 1, 1), (7, 3, 0), (8, 4, 0),
    ]  # fmt: skip
    assert {link.kind for link in plan.links} == {LinkKind.ORDER_TO_SUPPLY}
    assert plan.orders[0].draft.lines[0].net == 20
    apart = plan_supply(rows[:3], TYPE, TODAY, sum_items=False)
    assert [line.quantity for line in apart.orders[0].draft.lines] == [3, 4, 2]


def test_dates_are_those_needed_unless_the_lead_time_is_longer():
    (early,) = proposed(demand(1, "1", needed_by=WEEK))
    assert (early.arrives, early.late) == (TODAY + dt.timedelta(10), True)
    (later,) = proposed(demand(1, "1", needed_by=TODAY + dt.timedelta(60)))
    assert not later.late
    plan = plan_supply([early, later], TYPE, TODAY)
    assert plan.orders[0].draft.lines[0].delivery_date == TODAY + dt.timedelta(10)
    assert plan_supply([later], TYPE, TODAY).orders[0].draft.lines[0].delivery_date == TODAY + dt.timedelta(60)


def test_quantities_are_corrected_by_hand():
    """More than the demand is for stock and linked to nobody; 0 orders nothing; a drop-shipment has no rest."""
    (row,) = proposed(demand(1, "3"))
    more = plan_supply([with_quantity(row, Decimal(10))], TYPE, TODAY)
    assert (more.orders[0].draft.lines[0].quantity, more.links[0].quantity) == (10, 3)
    less = plan_supply([with_quantity(row, Decimal(2))], TYPE, TODAY)
    assert less.links[0].quantity == 2
    assert plan_supply([with_quantity(row, Decimal(0))], TYPE, TODAY).orders == ()
    with pytest.raises(Invalid):
        with_quantity(row, Decimal("0.5"))
    (shipped,) = proposed(demand(1, "3", mode=DROP_SHIP))
    with pytest.raises(Refused, match="takes 3"):
        with_quantity(shipped, Decimal(4))
    with pytest.raises(Refused, match="drop-ship"):
        with_source(shipped, BETA, TODAY)


def test_lines_are_added_to_an_open_supplier_order():
    """Only to one that fits and that the supplier has not confirmed; what stands there stays."""
    fits = supply(bought(), supplier="ACME")
    others = (
        supply(bought(), supplier="BETA"), confirm_supplier_order(fits, TODAY), replace(fits, currency=USD),
        replace(fits, drop_ship=True, destination=D1),
    )  # fmt: skip
    rows = proposed(demand(1, "3"))
    new = plan_supply(rows, TYPE, TODAY, add_to=others).orders[0]
    assert (new.draft.id, new.added_from) == (0, 0)
    plan = plan_supply(rows, TYPE, TODAY, add_to=(*others, fits))
    assert plan.orders == (PlannedSupply(plan.orders[0].draft, 1),)
    draft = plan.orders[0].draft
    assert (draft.id, draft.lines[:1], draft.lines[1].quantity, plan.links[0].line) == (3, fits.lines, 3, 1)
    drop = plan_supply(proposed(demand(1, "3", mode=DROP_SHIP)), TYPE, TODAY, add_to=others)
    assert drop.orders[0].draft.id == 3
    two = proposed(demand(1, "3", mode=DROP_SHIP), demand(2, "1", mode=DROP_SHIP, customer="BIANCHI"))
    shared = plan_supply(two, TYPE, TODAY, add_to=others)
    assert [one.draft.id for one in shared.orders] == [3, 0], "one order is not two customers'"


def test_demands_are_what_is_open_in_main_units():
    lines = (
        priced("BOLT", "3", "1", uom=BOX, executed=Decimal(1), delivery_date=WEEK),
        priced("", "1", "5"),
        priced("LABOUR", "1", "5"),
    )
    order = offer(1, *lines, note("N")).draft
    (need,) = demands_of(order, (), {"BOLT": PIECE})
    assert (need.quantity, need.uom, need.needed_by, need.destination) == (24, PIECE, WEEK, order.destination)
