"""Gross and net of a line (D-5.5, D-5.6, D-6.2)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given

from fluorders_tui.domain.amounts import discount_total, with_amounts
from fluorders_tui.domain.discounts import net_after, parse_discounts
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.money import LARGEST, round_half_up
from fluorders_tui.domain.order import LineType, OrderLine
from tests.unit.strategies import order_lines


def line(price: str, quantity: str = "1", discounts: str = "", line_type: LineType = LineType.CODED) -> OrderLine:
    return OrderLine(line_type, quantity=Decimal(quantity), price=Decimal(price), discounts=parse_discounts(discounts))


@pytest.mark.parametrize(
    ("price", "quantity", "discounts", "decimals", "gross", "net"),
    [
        ("100", "1", "50+10+5", 2, "100.00", "42.75"),
        ("0.125", "1", "", 2, "0.13", "0.13"),
        ("0.333333", "3", "", 2, "1.00", "1.00"),
        ("1.005", "1", "", 2, "1.01", "1.01"),
        ("19.99", "1", "50", 2, "19.99", "10.00"),
        ("1234.5", "1", "", 0, "1235", "1235"),
        ("1.2345", "1", "10", 3, "1.235", "1.112"),
        ("-10", "10", "", 2, "-100.00", "-100.00"),
        ("10", "3", "5#", 2, "30.00", "25.00"),
        ("10", "1", "-3", 2, "10.00", "10.30"),
        ("-0.001", "1", "", 2, "0.00", "0.00"),
    ],
)
def test_rounded_once_at_gross_and_once_at_net(
    price: str, quantity: str, discounts: str, decimals: int, gross: str, net: str
) -> None:
    """D-6.2, D-5.2: discounts work on the rounded gross."""
    found = with_amounts(line(price, quantity, discounts), decimals)
    assert (str(found.gross), str(found.net)) == (gross, net)


@given(order_lines())
def test_net_is_the_rounded_rest_of_gross(found: OrderLine) -> None:
    """D-6.2 for any line; D-5.5: none goes from above to below zero."""
    if found.line_type is LineType.NOTE:
        assert found.gross == found.net == 0
        return
    assert found.gross == round_half_up(found.price * found.quantity, 2)
    if found.line_type is LineType.GIVE_AWAY:
        assert found.net == found.gross
    else:
        assert found.net == round_half_up(net_after(found.gross, found.discounts), 2)
        assert found.net >= 0 or found.gross < 0
    assert with_amounts(found, 2) == found


@pytest.mark.parametrize("discounts", ["10.01#", "50+6#", "10.001#"])
def test_a_line_never_goes_below_zero_through_discounts(discounts: str) -> None:
    """D-5.5, even by less than a cent."""
    with pytest.raises(Refused, match="more than the line is worth") as caught:
        with_amounts(line("10", "1", discounts), 2)
    assert (caught.value.field, caught.value.rule) == ("discounts", "D-5.5")


def test_down_to_zero_is_allowed() -> None:
    """D-5.5."""
    assert with_amounts(line("10", "1", "100"), 2).net == 0
    assert with_amounts(line("10", "1", "10#"), 2).net == 0


def test_a_give_away_takes_no_discount_unless_the_parameter_says_so() -> None:
    """D-5.6."""
    given_away = line("10", "2", "50", LineType.GIVE_AWAY)
    assert with_amounts(given_away, 2).net == 20
    assert with_amounts(given_away, 2, discount_give_aways=True).net == 10


def test_a_note_is_worth_nothing() -> None:
    """D-6.1."""
    found = with_amounts(line("10", "2", "", LineType.NOTE), 2)
    assert (str(found.gross), str(found.net)) == ("0.00", "0.00")


@pytest.mark.parametrize(
    ("price", "quantity", "discounts", "field"),
    [
        ("1000000000001", "1", "", "price"),
        ("1", "1000000000001", "", "quantity"),
        ("1000000", "1000001", "", "quantity"),
        ("1000000000000", "1", "-1", "discounts"),
        ("0.1234567", "1", "", "price"),
        ("NaN", "1", "", "price"),
        ("Infinity", "1", "", "price"),
    ],
)
def test_what_no_column_could_hold_is_refused(price: str, quantity: str, discounts: str, field: str) -> None:
    """D-6.2: unit prices up to six decimals; amounts fit 64-bit minor units with room for a document's sum."""
    with pytest.raises(Invalid) as caught:
        with_amounts(line(price, quantity, discounts), 2)
    assert caught.value.field == field


def test_the_largest_amount_passes() -> None:
    assert with_amounts(line(str(LARGEST)), 2).gross == LARGEST


def test_discount_total_counts_coded_and_uncoded_lines() -> None:
    """D-7 step 2: a discount on a charge is in the charge's net."""
    lines = [
        with_amounts(line("100", "1", "10", line_type), 2)
        for line_type in (LineType.CODED, LineType.UNCODED, LineType.CHARGE, LineType.GIVE_AWAY, LineType.NOTE)
    ]
    assert discount_total(lines) == 20
