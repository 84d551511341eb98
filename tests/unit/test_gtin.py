"""Barcodes with a check digit (D-2.2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluorders_tui.domain.gtin import has_wrong_check_digit


@pytest.mark.parametrize("barcode", ["4006381333931", "96385074", "036000291452", "10012345678902"])
def test_printed_barcodes_are_right(barcode: str) -> None:
    assert not has_wrong_check_digit(barcode)


@pytest.mark.parametrize("barcode", ["", "RING-1", "12345", "400638133393X", "\u0664006381333931", "4006381333931 "])
def test_what_is_no_gtin_has_no_check_digit(barcode: str) -> None:
    assert not has_wrong_check_digit(barcode)


@given(st.sampled_from([7, 11, 12, 13]).flatmap(lambda size: st.text("0123456789", min_size=size, max_size=size)))
def test_exactly_one_last_digit_is_right(digits: str) -> None:
    assert [has_wrong_check_digit(digits + last) for last in "0123456789"].count(False) == 1


@given(st.integers(0, 12), st.integers(1, 9))
def test_one_digit_typed_wrong_is_seen(place: int, more: int) -> None:
    right = "4006381333931"
    typed = right[:place] + str((int(right[place]) + more) % 10) + right[place + 1 :]
    assert has_wrong_check_digit(typed)
