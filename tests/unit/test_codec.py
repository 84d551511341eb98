"""Drafts to JSON and back, exactly: what is held, autosaved and kept in snapshots (D-2.5)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluorders_tui.domain import codec
from fluorders_tui.domain.order import OrderDraft, OrderLine
from tests.unit.strategies import drafts, order_lines


@given(drafts(), st.text(max_size=20))
def test_a_draft_comes_back_as_it_was(draft: OrderDraft, text: str) -> None:
    assert codec.loads(OrderDraft, codec.dumps(draft)) == draft


@given(order_lines())
def test_a_line_comes_back_to_the_last_digit(line: OrderLine) -> None:
    again = codec.from_data(OrderLine, json.loads(json.dumps(codec.to_data(line))))
    assert again == line
    assert not line.price or str(again.price) == str(line.price)


@given(drafts(most_lines=2))
def test_only_what_was_asked_for_is_written(draft: OrderDraft) -> None:
    written = codec.dumps(draft, only=("agents", "deposit"))
    assert set(json.loads(written) if written else {}) <= {"agents", "deposit"}


@dataclass(frozen=True)
class Newer:
    """A draft of a later program: one field more."""

    name: str = ""
    amount: Decimal = Decimal(0)
    added: int = 0


@dataclass(frozen=True)
class Older:
    """The same before that field was there."""

    name: str = ""
    amount: Decimal = Decimal(0)


def test_older_and_newer_programs_read_each_other() -> None:
    newer = Newer("x", Decimal("1.50"), 3)
    assert codec.loads(Older, codec.dumps(newer)) == Older("x", Decimal("1.50"))
    assert codec.loads(Newer, codec.dumps(Older("y"))) == Newer("y")
    assert codec.dumps(Older()) == ""
    assert codec.loads(Older, "") == Older()


@pytest.mark.parametrize("text", ["[]", "3", '{"lines": 3}', '{"date": "x"}', "{"])
def test_what_is_no_draft_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a stored|Expecting"):
        codec.loads(OrderDraft, text)
