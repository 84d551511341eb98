"""Discounts as typed and as applied (D-5)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluorders_tui.domain.conditions import DiscountType
from fluorders_tui.domain.discounts import (
    MOST_DISCOUNTS,
    collect_discounts,
    format_discounts,
    from_source,
    net_after,
    parse_discounts,
    without_excluded,
)
from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.money import LARGEST
from fluorders_tui.domain.order import Application, Discount, DiscountSource
from tests.unit.strategies import discounts


def values(text: str) -> list[tuple[str, bool]]:
    return [(str(one.value), one.is_amount) for one in parse_discounts(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("   ", []),
        ("50+10+5", [("50", False), ("10", False), ("5", False)]),
        ("-3", [("-3", False)]),
        ("10+-3", [("10", False), ("-3", False)]),
        ("10-3", [("10", False), ("-3", False)]),
        ("5#", [("5", True)]),
        ("-5#", [("-5", True)]),
        ("7,5", [("7.5", False)]),
        (" 50 + 10,50 - 3 + 5 # ", [("50", False), ("10.5", False), ("-3", False), ("5", True)]),
        ("100", [("100", False)]),
        ("250#", [("250", True)]),
        ("-150", [("-150", False)]),
        (".5", [("0.5", False)]),
        ("007.50", [("7.5", False)]),
        ("-0", [("0", False)]),
        ("33.333333", [("33.333333", False)]),
        ("10.00000000", [("10", False)]),
    ],
)
def test_typed_as_in_the_trade(text: str, expected: list[tuple[str, bool]]) -> None:
    """D-5.1."""
    assert values(text) == expected


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("x", 1, "expected a number, found 'x'"),
        ("50+", 4, "expected a number, found the end"),
        ("50+ ", 5, "expected a number, found the end"),
        ("50++10", 4, "expected a number, found '+'"),
        ("+5", 1, "expected a number, found '+'"),
        ("--3", 2, "expected a number, found '-'"),
        ("-", 2, "expected a number, found the end"),
        ("50 10", 4, "expected +, - or #, found '1'"),
        ("50%", 3, "expected +, - or #, found '%'"),
        ("5##", 3, "expected + or -, found '#'"),
        ("1.000,50#", 6, "expected +, - or #, found ','"),
        ("5.", 2, "expected +, - or #, found '.'"),
        ("10+101", 4, "over 100 %"),
        ("100,01", 1, "over 100 %"),
        ("0.1234567", 1, "at most 6 decimals"),
        ("9999999999999#", 1, "too large"),
        ("٣", 1, "expected a number"),
        ("+".join(["1"] * (MOST_DISCOUNTS + 1)), 2 * MOST_DISCOUNTS + 1, "more than 12"),
    ],
)
def test_invalid_text_is_refused_with_its_position(text: str, position: int, says: str) -> None:
    """D-5.1: the position counts from 1; a pasted novel is not echoed."""
    with pytest.raises(Invalid) as caught:
        parse_discounts(text)
    assert caught.value.message.startswith(f"Position {position}: ")
    assert says in caught.value.message
    assert (caught.value.field, caught.value.rule) == ("discounts", "D-5.1")


def test_a_huge_paste_is_refused_in_one_short_sentence() -> None:
    with pytest.raises(Invalid) as caught:
        parse_discounts("7" * 10_000)
    assert len(caught.value.message) < 100


TYPES = (
    DiscountType("GROSS", priority=10, application=Application.GROSS),
    DiscountType("CASH", priority=20, excluded_from_commission=True),
)


def test_without_types_discounts_work_in_cascade_as_typed() -> None:
    """D-5.2."""
    found = parse_discounts("50+10+5", source=DiscountSource.CUSTOMER)
    assert [one.priority for one in found] == [10, 20, 30]
    assert {one.application for one in found} == {Application.CASCADE}
    assert {one.source for one in found} == {DiscountSource.CUSTOMER}


def test_the_nth_discount_takes_the_nth_type() -> None:
    """D-5.2: further ones work in cascade after the types."""
    first, second, third = parse_discounts("5+2+1", types=TYPES)
    assert (first.type, first.priority, first.application) == ("GROSS", 10, Application.GROSS)
    assert (second.type, second.priority, second.excluded_from_commission) == ("CASH", 20, True)
    assert (third.type, third.priority, third.application) == ("", 30, Application.CASCADE)


def test_types_are_taken_in_ascending_priority_so_that_the_text_reads_as_it_applies() -> None:
    """D-5.2: parse → rows → the same text, whatever the order in which the table is given."""
    assert parse_discounts("5+2", types=TYPES[::-1]) == parse_discounts("5+2", types=TYPES)
    assert format_discounts(parse_discounts("5+2", types=TYPES[::-1])) == "5+2"


@pytest.mark.parametrize("text", ["", "50+10+5", "-3", "10-3", "5#", "-5#", "10.5-0.25+5#", "100", "0"])
def test_canonical_text_round_trips(text: str) -> None:
    """D-5.2."""
    assert format_discounts(parse_discounts(text)) == text


@given(discounts(most=MOST_DISCOUNTS))
def test_any_discounts_round_trip_through_their_text(rows: tuple[Discount, ...]) -> None:
    """D-5.2: rows → text → rows keeps values in order of application, and the text is a fixed point."""
    text = format_discounts(rows)
    again = parse_discounts(text)
    in_order = sorted(rows, key=lambda row: row.priority)
    assert [(row.value, row.is_amount) for row in again] == [(row.value, row.is_amount) for row in in_order]
    assert format_discounts(again) == text


@given(st.text(alphabet="0123456789+-#., x", max_size=20))
def test_any_text_parses_or_is_refused(text: str) -> None:
    """D-5.1: nothing else than `Invalid` ever comes out, and what parses is stable."""
    try:
        rows = parse_discounts(text)
    except Invalid as error:
        position = int(error.message.split(":")[0].removeprefix("Position "))
        assert 1 <= position <= len(text) + 1
    else:
        assert parse_discounts(format_discounts(rows)) == rows


def on_gross(text: str) -> tuple[Discount, ...]:
    return tuple(replace(one, application=Application.GROSS) for one in parse_discounts(text))


def test_the_check_of_the_rule() -> None:
    """D-5.2: 100 with 50+10+5 → 42.75 in cascade, 35.00 on gross."""
    assert net_after(Decimal(100), parse_discounts("50+10+5")) == Decimal("42.75")
    assert net_after(Decimal(100), on_gross("50+10+5")) == Decimal("35.00")


@pytest.mark.parametrize(
    ("text", "net"), [("-3", "103"), ("10-3", "92.7"), ("5#", "95"), ("10+5#", "85"), ("5#+10", "85.5"), ("", "100")]
)
def test_surcharges_and_amounts(text: str, net: str) -> None:
    """D-5.1, D-5.2: an amount is for the whole line, where it stands in the chain."""
    assert net_after(Decimal(100), parse_discounts(text)) == Decimal(net)


def test_priority_decides_not_the_order_of_rows() -> None:
    """D-5.2."""
    rows = parse_discounts("10+5#")
    assert net_after(Decimal(100), rows[::-1]) == net_after(Decimal(100), rows) == Decimal(85)


def test_mixed_applications() -> None:
    """D-5.2: 50 % off, then 10 % of the gross, then 5 % of what is left of 40."""
    first, second, third = parse_discounts("50+10+5")
    assert net_after(Decimal(100), (first, replace(second, application=Application.GROSS), third)) == Decimal(38)


@given(st.decimals(-(10**9), 10**9, places=2), discounts(most=MOST_DISCOUNTS))
def test_nothing_is_rounded_on_the_way(gross: Decimal, rows: tuple[Discount, ...]) -> None:
    """D-5.2: the same as in exact fractions, to the last digit."""
    left = Fraction(gross)
    for row in sorted(rows, key=lambda row: row.priority):
        value = Fraction(row.value)
        base = Fraction(gross) if row.application is Application.GROSS else left
        left -= value if row.is_amount else base * value / 100
    assert Fraction(net_after(gross, rows)) == left


def test_the_longest_chain_on_the_largest_amount_is_exact() -> None:
    """D-5.2: full precision between, at the limits of both."""
    gross = LARGEST - Decimal("0.01")
    rows = parse_discounts("+".join(["0.000001"] * MOST_DISCOUNTS))
    assert Fraction(net_after(gross, rows)) == Fraction(gross) * Fraction(99_999_999, 100_000_000) ** MOST_DISCOUNTS


def test_sources_are_collected_in_order() -> None:
    """D-5.3."""
    manual, policy = parse_discounts("1"), from_source(parse_discounts("2"), DiscountSource.POLICY)
    customer = from_source(parse_discounts("3+4"), DiscountSource.CUSTOMER)
    listed = from_source(parse_discounts("5"), DiscountSource.PRICE_LIST)
    line = from_source(parse_discounts("6"), DiscountSource.PRICE_LINE)
    payment = from_source(parse_discounts("7"), DiscountSource.PAYMENT_TYPE)
    found = collect_discounts(manual, policy, line, customer, listed, payment)
    assert [one.value for one in found] == [3, 4, 7, 5, 6, 2, 1]
    assert [one.source for one in found][2:] == list(DiscountSource)[1:]


def test_without_excluded() -> None:
    """D-10.1."""
    assert [one.value for one in without_excluded(parse_discounts("5+2+1", types=TYPES))] == [5, 1]
