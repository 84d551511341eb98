"""Raising price lists: masks, brackets, deviations (D-4.10)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluorders_tui.domain.errors import Invalid, Refused, Several
from fluorders_tui.domain.price_raising import (
    PriceBracket,
    RaisedPrice,
    RoundingMask,
    Variation,
    apply_mask,
    check_brackets,
    check_variation,
    parse_mask,
    raise_price,
)
from tests.unit.strategies import decimals

BOXES = st.sampled_from(["=", "=", "+", "-", "9", "0", "+(9)", "-(3)"])
MASKS = st.builds(
    RoundingMask,
    st.lists(BOXES, min_size=1, max_size=5).map(tuple),
    st.lists(BOXES, max_size=6).map(tuple),
)
PRICES = st.one_of(decimals(0, 200, 2), decimals(0, 100_000, 6))


@given(MASKS)
def test_masks_parse_and_print_back(mask):
    assert parse_mask(str(mask)) == mask
    assert parse_mask(str(mask).replace(",", " . ").replace("][", "] [")) == mask


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("", 1, "expected a box, found the end"),
        ("  ", 3, "expected a box, found the end"),
        ("=", 1, "expected a box, found '='"),
        (",[=]", 1, "expected a box, found ','"),
        ("[=],", 5, "expected a box after the comma, found the end"),
        ("[=],[=],[=]", 8, "expected a box, found ','"),
        ("[=][x]", 5, "can't hold 'x'"),
        ("[=][]", 5, "this box is empty"),
        ("[=][+(12)]", 5, r"can't hold '\+\(12\)'"),
        ("[=][+9]", 5, r"can't hold '\+9'"),
        ("[=][+", 4, "this box is not closed"),
        ("[=]," + "[=]" * 7, 23, "at most 6 decimals"),
        ("[=]" * 13, 37, "at most 12 digits before the comma"),
    ],
)
def test_a_bad_mask_is_refused_with_its_position(text, position, says):
    """D-4.10."""
    with pytest.raises(Invalid, match=says) as caught:
        parse_mask(text)
    assert caught.value.message.startswith(f"Position {position}: ")
    assert (caught.value.field, caught.value.rule) == ("mask", "D-4.10")


@given(st.text("[]=+-(),.93 ", max_size=20))
def test_any_text_is_a_mask_or_refused(text):
    try:
        mask = parse_mask(text)
    except Invalid as error:
        said = error.message
    else:
        assert parse_mask(str(mask)) == mask
        return
    assert said.startswith("Position ")


@pytest.mark.parametrize(
    ("mask", "price", "new"),
    [
        # The usual shop prices: a unit more, ninety-nine cents.
        ("[=][=][+],[9][9]", "16.97", "17.99"),
        ("[=],[9][9]", "16.97", "16.99"),
        ("[=],[9][=]", "16.04", "16.94"),
        ("[0],[9]", "16.97", "10.9"),
        # Carry goes on through all digits, also those without a box.
        ("[=],[+]", "999.96", "1000.1"),
        ("[+]", "999", "1000"),
        # Set after all carries, so it reads as set.
        ("[9][+]", "9.4", "90"),
        ("[=],[=][-(3)]", "16.92", "16.93"),
        ("[=],[=][-]", "0.004", "0.00"),
        ("[=],[-][5]", "0", "0.05"),
        ("[=]", "0.5", "1"),
    ],
)
def test_masks_at_work(mask, price, new):
    assert str(apply_mask(parse_mask(mask), Decimal(price))) == new


@given(MASKS, PRICES)
def test_a_price_never_has_more_decimals_than_its_mask_nor_goes_below_zero(mask, price):
    """D-4.10."""
    new = apply_mask(mask, price)
    assert new >= 0
    assert -int(new.as_tuple().exponent) == len(mask.decimals)
    digits = f"{new:f}".replace(".", "")
    for place, box in enumerate(reversed((*mask.whole, *mask.decimals)), 1):
        digit = box.strip("+-()=")
        if digit:
            assert digits.rjust(place, "0")[-place] == digit


@given(PRICES, st.integers(1, 6))
def test_a_mask_that_keeps_all_is_plain_rounding(price, places):
    mask = parse_mask("[=]," + "[=]" * places)
    assert abs(apply_mask(mask, price) - price) <= Decimal(5).scaleb(-places - 1)


BRACKETS = (
    PriceBracket(parse_mask("[=],[=][=]"), Decimal(10), Decimal(1)),
    PriceBracket(parse_mask("[=],[9]"), Decimal(100), Decimal("0.5")),
    PriceBracket(parse_mask("[=][9]")),
)


@pytest.mark.parametrize(
    ("price", "variation", "expected"),
    [
        ("9.5", Variation(Decimal(5)), ("9.9750", "9.98", "0.05", False)),
        ("0.3", Variation(Decimal(5)), ("0.3150", "0.32", "1.59", True)),
        # The bracket goes by the raised price: 10 is still the first, 10.50 the second.
        ("9", Variation(Decimal(1), is_amount=True), ("10", "10.00", "0.00", False)),
        ("10", Variation(Decimal(5)), ("10.50", "10.9", "3.81", True)),
        ("18.8", Variation(Decimal(5)), ("19.740", "19.9", "0.81", True)),
        ("19", Variation(Decimal(5)), ("19.95", "20.9", "4.76", True)),
        ("200", Variation(Decimal(-5)), ("190", "199", "4.74", False)),
        ("0", Variation(Decimal(5)), ("0", "0.00", "0", False)),
    ],
)
def test_each_bracket_has_its_mask_and_its_deviation(price, variation, expected):
    """D-4.10."""
    raised = raise_price(Decimal(price), variation, BRACKETS)
    unrounded, new, deviation, beyond = expected
    assert raised == RaisedPrice(Decimal(price), Decimal(unrounded), Decimal(new), Decimal(deviation), beyond)
    assert str(raised.new) == new
    assert raise_price(Decimal(price), variation, BRACKETS[::-1]) == raised


def test_a_mask_that_gives_a_price_to_what_had_none_is_marked():
    nines = (PriceBracket(parse_mask("[=],[9][9]"), None, Decimal(50)),)
    assert raise_price(Decimal(0), Variation(Decimal(5)), nines) == RaisedPrice(
        Decimal(0), Decimal(0), Decimal("0.99"), Decimal(100), True
    )


def test_without_a_bracket_six_decimals_stay():
    raised = raise_price(Decimal("0.123456"), Variation(Decimal("3.333333")))
    assert str(raised.new) == "0.127571"
    assert not raised.beyond
    assert raise_price(Decimal(500), Variation(Decimal(1)), BRACKETS[:2]).new == 505


def test_prices_never_go_below_zero():
    with pytest.raises(Refused, match="3 would become -2"):
        raise_price(Decimal(3), Variation(Decimal(-5), is_amount=True))
    with pytest.raises(Invalid, match="too large"):
        raise_price(Decimal(10) ** 11, Variation(Decimal(5000)))


@given(PRICES, PRICES, decimals(-99, 300, 3), st.booleans())
def test_a_higher_price_stays_higher_before_rounding(one, other, value, is_amount):
    """D-4.10: a raise never turns two prices round."""
    variation = Variation(abs(value) if is_amount else value, is_amount)
    low, high = sorted((one, other))
    first, second = raise_price(low, variation), raise_price(high, variation)
    assert first.unrounded <= second.unrounded
    assert (first.unrounded < second.unrounded) == (low < high)
    assert first.new <= second.new


def test_bad_brackets_are_refused_with_their_place():
    """D-4.10."""
    mask = parse_mask("[=]")
    check_brackets(BRACKETS)
    bad = [
        PriceBracket(mask, Decimal(10)),
        PriceBracket(mask, Decimal("10.0")),
        PriceBracket(mask, Decimal(0)),
        PriceBracket(mask, None, Decimal(-1)),
        PriceBracket(mask),
    ]
    with pytest.raises(Several) as caught:
        check_brackets(bad)
    assert [(error.field, error.message) for error in caught.value.errors] == [
        ("brackets[2].up_to", "Two brackets have the upper limit 10."),
        ("brackets[3].up_to", "An upper limit is above 0."),
        ("brackets[4].most_deviation", "The highest deviation is 0 or more."),
        ("brackets[5].up_to", "Two brackets have no upper limit."),
    ]


@pytest.mark.parametrize(
    ("variation", "says"),
    [
        (Variation(Decimal(0)), "would not change"),
        (Variation(Decimal(-100)), "Nothing would be left"),
        (Variation(Decimal("NaN")), "not a number"),
    ],
)
def test_a_variation_that_makes_no_sense(variation, says):
    with pytest.raises(Invalid, match=says) as caught:
        check_variation(variation)
    assert caught.value.field == "variation"


def test_a_variation_that_makes_sense():
    check_variation(Variation(Decimal("-99.9")))
    check_variation(Variation(Decimal(-500), is_amount=True))
