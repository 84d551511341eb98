"""Rounding half up, scaled integers and exact shares (D-6.2, D-7 step 3)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.money import fixed, from_scaled, plain, round_half_up, shares, to_scaled

amounts = st.decimals(Decimal(-(10**12)), Decimal(10**12), places=4, allow_nan=False)


@pytest.mark.parametrize(
    ("value", "decimals", "rounded"),
    [
        ("0.125", 2, "0.13"),
        ("-0.125", 2, "-0.13"),
        ("2.675", 2, "2.68"),
        ("0.5", 0, "1"),
        ("-0.5", 0, "-1"),
        ("1.2345", 3, "1.235"),
    ],
)
def test_half_goes_away_from_zero(value: str, decimals: int, rounded: str) -> None:
    """D-6.2."""
    assert str(round_half_up(Decimal(value), decimals)) == rounded


@given(amounts, st.integers(0, 3))
def test_rounding_is_the_nearest(value: Decimal, decimals: int) -> None:
    rounded = round_half_up(value, decimals)
    assert abs(rounded - value) * 2 <= Decimal(1).scaleb(-decimals)
    assert round_half_up(-value, decimals) == -rounded


@given(st.integers(-(2**63) + 1, 2**63 - 1), st.integers(0, 9))
def test_scaled_integers_keep_every_digit(number: int, decimals: int) -> None:
    assert to_scaled(from_scaled(number, decimals), decimals) == number


@pytest.mark.parametrize("value", ["0.001", "92233720368547758.08"])
def test_what_a_column_cannot_hold_is_refused(value: str) -> None:
    with pytest.raises(Invalid):
        to_scaled(Decimal(value), 2)


@pytest.mark.parametrize(("value", "text"), [("12.00", "12"), ("0.50", "0.5"), ("1E+3", "1000"), ("-0.00", "0")])
def test_plain_text(value: str, text: str) -> None:
    assert plain(Decimal(value)) == text


def test_fixed_text() -> None:
    assert fixed(Decimal("1234.5"), 2) == "1234.50"


def test_shares_of_the_rule() -> None:
    """D-7 step 3: 100 over nets of 500 and 1,000."""
    assert shares(Decimal(100), [Decimal(500), Decimal(1000)], 2) == [Decimal("33.33"), Decimal("66.67")]


def test_on_a_tie_the_earlier_line_gets_the_cent() -> None:
    """D-7 step 3: equal remainders, whatever the size of the weights they come from."""
    assert shares(Decimal("0.10"), [Decimal(1), Decimal(1), Decimal(1)], 2) == [
        Decimal("0.04"),
        Decimal("0.03"),
        Decimal("0.03"),
    ]
    # All three leave two thirds of a cent: two cents for three equal remainders.
    assert shares(Decimal("0.40"), [Decimal(1), Decimal(4), Decimal(1)], 2) == [
        Decimal("0.07"),
        Decimal("0.27"),
        Decimal("0.06"),
    ]


def test_shares_without_weight_go_to_the_first() -> None:
    assert shares(Decimal("5.00"), [Decimal(0), Decimal(0)], 2) == [Decimal("5.00"), Decimal("0.00")]
    assert shares(Decimal("5.00"), [], 2) == []


def test_shares_of_a_total_finer_than_its_currency_are_refused() -> None:
    with pytest.raises(Invalid):
        shares(Decimal("0.005"), [Decimal(1)], 2)


@given(
    st.integers(-(10**14), 10**14),
    st.lists(st.decimals(0, 10**9, places=2), min_size=1, max_size=30),
    st.sampled_from((0, 2, 3)),
)
def test_shares_add_up_and_stay_within_one_unit(units: int, weights: list[Decimal], decimals: int) -> None:
    """D-7.1: the parts make the whole, and none is a full unit away from its exact proportion."""
    total = from_scaled(units, decimals)
    parts = shares(total, weights, decimals)
    assert sum(parts) == total
    whole = sum(Fraction(weight) for weight in weights)
    if whole:
        for part, weight in zip(parts, weights, strict=True):
            assert abs(Fraction(part) - Fraction(total) * Fraction(weight) / whole) < Fraction(1, 10**decimals)
            assert weight or not part
