"""What another order program makes of a price list that is raised (tests/cases/peers.json): D-4.10."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from fluorders_tui.domain.money import plain
from fluorders_tui.domain.price_raising import PriceBracket, Variation, parse_mask, raise_price

CASES = json.loads((Path(__file__).parents[1] / "cases" / "peers.json").read_text(encoding="utf-8"))
CASE = next(case for case in CASES if case["id"] == "FLU-ROUND-MASK")
ROWS = list(zip(CASE["inputs"]["masks"], CASE["expected"]["rounded"], strict=True))


@pytest.mark.parametrize(("mask", "rounded"), ROWS)
def test_rounding_masks(mask, rounded):
    """D-4.10, FLU-ROUND-MASK: the price raised by 5 percent, then rounded by each mask."""
    raised = raise_price(Decimal(CASE["inputs"]["initial"]), Variation(Decimal(5)), (PriceBracket(parse_mask(mask)),))
    assert raised.unrounded == Decimal(CASE["inputs"]["unrounded"])
    assert plain(raised.new) == rounded
    assert str(parse_mask(mask)) == mask


def test_no_row_is_left_out():
    assert len(ROWS) == 15
