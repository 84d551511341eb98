"""What other order programs charge for the same lists (tests/cases/peers.json): D-4.5–4.7, D-5.2."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fluorders_tui.domain.conditions import PriceAssignment
from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.entry import change_quantity, make_line
from fluorders_tui.domain.order import Uom
from tests.unit.trade_samples import KILO, ask, customer, d, dated, item, listed, order_for

CASES = {
    case["id"]: case
    for case in json.loads((Path(__file__).parents[1] / "cases" / "peers.json").read_text(encoding="utf-8"))
}
UNIT = Uom("unit")
DOZEN = Uom("dozen", Decimal(12), 1)
GRAM = Uom("G", Decimal("0.001"))


def _case(name: str) -> tuple[Any, Any]:
    return CASES[name]["inputs"], CASES[name]["expected"]


def test_breaks_per_variant_and_unit():
    """D-4.5, TRY-PRICELIST-BREAKS. Formulas are prices in our lists.

    Our price is per unit of the line, theirs per main unit: 0.009 a gram is their 9 a kilo. A
    negative quantity, which only a return has there, reaches the break of its size here too.
    """
    inputs, expected = _case("TRY-PRICELIST-BREAKS")
    base = Decimal(inputs["list_price"])
    rows = []
    for line in inputs["lines_in_order"]:
        factor = Decimal(line["formula"].partition("*")[2] or 1)
        rows.append(
            listed(str(base * factor), min_quantity=line.get("min_qty", "0"), uom="KG", variant=line.get("item", ""))
        )
    card = item(*rows, uoms=(KILO, GRAM))
    units = {"kg": KILO, "g": GRAM}
    found = []
    for which, quantity, unit in inputs["queries"]:
        uom = units[unit]
        price = ask(card, customer(dated("A")), quantity, uom, variant="" if which == "base" else which)
        found.append(price.value / uom.factor)
    assert found == [Decimal(price) for price in expected["unit_prices"]]


def test_a_discount_from_a_quantity_on():
    """D-4.5, D-4.6, ODOO-PRICELIST-MINQTY: the break is compared in the list's unit, and looked up again."""
    inputs, expected = _case("ODOO-PRICELIST-MINQTY")
    price, rule = inputs["list_price"], inputs["rule"]
    card = item(
        listed(price, uom="unit"),
        listed(price, min_quantity=rule["min_qty"], uom="unit", discounts=d(rule["discount_pct"])),
        uoms=(UNIT, DOZEN),
    )
    conditions = customer(dated("A"))
    draft = order_for(conditions)
    lines = [make_line(draft, conditions, card, Decimal(quantity), unit) for quantity, unit in inputs["lines"]]
    assert [format_discounts(line.discounts) or "0" for line in lines] == expected["discount_pct"]
    assert expected["edit_4_to_3_removes_discount"]
    four = next(line for line in lines if line.quantity == 4)
    assert change_quantity(draft, four, Decimal(3), conditions, card).discounts == ()


@pytest.fixture
def others() -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    inputs, expected = _case("ODOO-PRICELIST-MINQTY")
    results = {row["id"]: row for row in expected["other"]}
    return {row["id"]: (row, results[row["id"]]) for row in inputs["other"]}


def test_a_dozen_without_a_list(others):
    """D-4.7: the sales price goes along with the unit."""
    row, expected = others["two_dozen_no_rule"]
    card = item(sales_price=Decimal(20), uoms=(UNIT, DOZEN))
    assert ask(card, customer(), row["qty"], DOZEN).value == Decimal(expected["unit_price"])


def test_a_surcharge_in_a_list(others):
    """D-5.1: the customer pays the same 22.

    There the surcharge goes into the price and no discount is shown; here the price stays 20 and
    the line shows -10, because it says where each part of the price came from (D-4.8b).
    """
    row, expected = others["surcharge"]
    conditions = customer(dated("A"))
    card = item(listed("20", discounts=d(row["rule_discount_pct"])))
    line = make_line(order_for(conditions), conditions, card, Decimal(row["qty"]))
    assert line.net == Decimal(expected["unit_price"])
    assert (line.price, format_discounts(line.discounts)) == (20, "-10")


def test_a_list_on_a_list(others):
    """D-5.2, D-5.3: assignment and line discount in cascade leave the same 81.

    There one discount of 19 is shown, here the chain 10+10 with its sources.
    """
    row, expected = others["list_on_list"]
    conditions = customer(dated("A"), PriceAssignment("A", discounts=d(row["base_list_discount_pct"])))
    card = item(listed(row["list_price"], discounts=d(row["second_list_discount_pct"])))
    line = make_line(order_for(conditions), conditions, card, Decimal(1))
    assert line.net == Decimal(expected["line_net"])
    assert format_discounts(line.discounts) == "10+10"
    assert 100 - line.net * 100 / line.gross == Decimal(expected["shown_discount_pct"])


def test_margin_and_discount():
    """D-5.2, ERP-MARGIN-DISC: a margin is a surcharge in the list, then the discount, in percent or as an amount.

    The price with margin is a step of the chain here, not a price of its own: 1000 with -10+10.
    """
    inputs, expected = _case("ERP-MARGIN-DISC")
    price, margin = inputs["list_price"], inputs["margin_pct"]
    net, with_margin = Decimal(expected["net_price"]), Decimal(expected["price_with_margin"])
    conditions = customer(dated("A"), PriceAssignment("A", discounts=d(f"-{margin}")))
    draft = order_for(conditions)
    assert make_line(draft, conditions, item(listed(price)), Decimal(1)).net == with_margin
    assert with_margin - net == Decimal(expected["discount_amount"])
    for variant in inputs["variants"]:
        text = variant["discount_pct"] if "discount_pct" in variant else f"{variant['discount_amount']}#"
        assert make_line(draft, conditions, item(listed(price, discounts=d(text))), Decimal(1)).net == net
