"""A supplier order's lines shared out over customers (D-14.1)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from fluorders_tui.domain.links import DocumentKind, LineRef, Link, LinkKind, SupplyMode
from fluorders_tui.domain.order import Address, Currency, LineType, OrderType, PriceOrigin
from fluorders_tui.domain.readiness import draft_problems
from fluorders_tui.domain.supplier_orders import Confirmation, confirm_supplier_order
from fluorders_tui.domain.supply_sharing import Buyer, Share, plan_shares, supplier_line_ref, unlinked
from tests.unit.test_supplier_orders import bought, supply
from tests.unit.trade_samples import BOX, PIECE, TODAY, USD, customer, d, dated, item, listed

WEEK = TODAY + dt.timedelta(7)
STD = OrderType("STD")
CARD = item(listed("10"), code="BOLT")
ROSSI = Buyer(customer(dated("A"), discounts=d("10")), {"BOLT": CARD})
SMITH = Buyer(customer(code="SMITH", name="Smith", currency=USD), {"BOLT": item(code="BOLT")})
BUYERS = {"ROSSI": ROSSI, "SMITH": SMITH}
D2 = Address("D2", "Depot", city="Monza")


def share(draft, *shares, mode=SupplyMode.ON_DEMAND, **more):
    return plan_shares(draft, [Share(*one) for one in shares], BUYERS, STD, TODAY, mode, **more)


def test_lines_go_to_customers_at_their_own_prices():
    """§4 prices, one order per customer and destination, links from line to line."""
    draft = supply(bought(quantity="100"), bought(quantity="20"))
    plan = share(
        draft, (0, "ROSSI", Decimal(60)), (0, "SMITH", Decimal(30)), (1, "ROSSI", Decimal(20)),
        (0, "ROSSI", Decimal(10), D2),
    )  # fmt: skip
    assert plan.refusals == ()
    first, second, third = plan.orders
    assert [(line.quantity, line.price, line.net) for line in first.lines] == [
        (60, 10, Decimal(540)), (20, 10, Decimal(180)),
    ]  # fmt: skip
    assert (second.currency.code, second.lines[0].price) == ("USD", Decimal("12.5"))
    assert third.destination == D2
    assert [(link.source.line, link.document, link.line, link.quantity) for link in plan.links] == [
        (31, 0, 0, 60), (31, 1, 0, 30), (32, 0, 1, 20), (31, 2, 0, 10),
    ]  # fmt: skip
    assert {link.kind for link in plan.links} == {LinkKind.SUPPLY_TO_ORDER}
    assert {line.cost for order in plan.orders for line in order.lines} == {4}
    assert all(draft_problems(order) == () for order in plan.orders)


def test_never_more_than_is_open_and_unpromised():
    """D-14.3: what is linked already and what was received count, in main units."""
    draft = confirm_supplier_order(supply(bought(quantity="10", uom=BOX)), TODAY, {0: Confirmation(Decimal(9))})
    taken = Link(
        LinkKind.SUPPLY_TO_ORDER, supplier_line_ref(draft, draft.lines[0]),
        LineRef(DocumentKind.ORDER, 1, 1), Decimal(48), SupplyMode.ON_DEMAND, Decimal(12),
    )  # fmt: skip
    assert unlinked(draft, draft.lines[0], [taken]) == 72
    plan = share(draft, (0, "ROSSI", Decimal(4)), (0, "ROSSI", Decimal(3)), (0, "SMITH", Decimal(2)), links=[taken])
    assert [(one.field, one.rule) for one in plan.refusals] == [("shares[2].quantity", "D-14.3")]
    assert "only" not in plan.refusals[0].message
    assert "2 still open" in plan.refusals[0].message
    assert [link.quantity for link in plan.links] == [48, 24]


@pytest.mark.parametrize(
    ("one", "field"),
    [
        ((7, "ROSSI", Decimal(1)), "shares[1].line"),
        ((0, "NOBODY", Decimal(1)), "shares[1].customer"),
        ((0, "ROSSI", Decimal(0)), "shares[1].quantity"),
        ((1, "ROSSI", Decimal(1)), "shares[1].item"),
        ((2, "ROSSI", Decimal(1)), "shares[1].price"),
        ((3, "ROSSI", Decimal(1)), "shares[1].uom"),
    ],
)
def test_shares_that_can_not_be(one, field):
    crate = replace(BOX, factor=Decimal(24))
    draft = supply(bought(), bought("OTHER"), bought("", description="Engraving"), bought(uom=crate))
    plan = share(draft, one)
    assert [refusal.field for refusal in plan.refusals] == [field]
    assert plan.orders == ()


def test_cost_plus_markup_is_what_the_customer_pays_net():
    """Cost in dollars at 0.8 → company currency → the customer's; no condition takes the markup away again."""
    draft = supply(bought(quantity="10", price="5", discounts="10"), currency=USD)
    plan = share(draft, (0, "ROSSI", Decimal(3)), (0, "SMITH", Decimal(3)), markup=Decimal(25))
    rossi, smith = (order.lines[0] for order in plan.orders)
    assert (rossi.price, rossi.net, rossi.discounts) == (Decimal("4.5"), Decimal("13.50"), ())
    assert (rossi.cost, rossi.price_source.origin) == (Decimal("3.6"), PriceOrigin.DOCUMENT)
    assert rossi.price_source.tried == ("Cost of 4.5 USD plus 25 %.",)
    assert smith.price == Decimal("5.625")
    included = plan_shares(
        draft, [Share(0, "ROSSI", Decimal(1))], BUYERS, OrderType("SHOP", vat_included=True), TODAY,
        SupplyMode.ON_DEMAND, markup=Decimal(25),
    )  # fmt: skip
    assert included.orders[0].lines[0].price == Decimal("5.49")
    assert share(draft, (0, "ROSSI", Decimal(1)), markup=Decimal(-100)).refusals[0].field == "shares[1].markup"


def test_text_without_an_item_is_sold_at_markup():
    draft = supply(bought("", "2", "8", description="Engraving"))
    (line,) = share(draft, (0, "ROSSI", Decimal(2)), markup=Decimal(50)).orders[0].lines
    assert (line.line_type, line.description, line.price, line.uom) == (LineType.UNCODED, "Engraving", 12, PIECE)


def test_drop_ship_needs_a_supplier_who_does_and_a_place():
    """D-14.1, D-2.3."""
    draft = supply(bought())
    refused = share(draft, (0, "ROSSI", Decimal(1)), mode=SupplyMode.DROP_SHIP)
    assert [(one.field, one.rule) for one in refused.refusals] == [("supplier", "D-2.3")]
    able = replace(draft, drop_ship_allowed=True)
    plan = share(able, (0, "ROSSI", Decimal(1)), mode=SupplyMode.DROP_SHIP)
    line = plan.orders[0].lines[0]
    assert (plan.links[0].mode, line.delivery_date, line.ready_date) == (SupplyMode.DROP_SHIP, WEEK, None)
    nowhere = {"ROSSI": replace(ROSSI, conditions=replace(ROSSI.conditions, address=Address()))}
    lost = plan_shares(able, [Share(0, "ROSSI", Decimal(1))], nowhere, STD, TODAY, SupplyMode.DROP_SHIP)
    assert lost.refusals[0].field == "shares[1].destination"


def test_goods_on_demand_are_ready_when_they_come():
    (line,) = share(supply(bought()), (0, "ROSSI", Decimal(1))).orders[0].lines
    assert (line.ready_date, line.delivery_date) == (WEEK, WEEK)


def test_a_closed_supplier_order_has_nothing_to_share():
    draft = supply(bought(), entered=False)
    assert [one.field for one in share(draft, (0, "ROSSI", Decimal(1))).refusals] == ["status"]
    assert share(supply(bought(), currency=Currency("EUR"))).orders == ()
