"""The list of lines of a draft: every step and its opposite (U-2, D-12.6)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluorders_tui.domain.draft_lines import (
    COPIED_FIELDS,
    add_line,
    delete_line,
    move_line,
    repeat_line,
    replace_line,
    value_above,
)
from fluorders_tui.domain.entry import change_discounts, free_line
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.order import LineType, OrderDraft
from tests.unit.trade_samples import VAT_22, customer, order_for

EMPTY = order_for(customer())


def draft_of(count: int) -> OrderDraft:
    draft = EMPTY
    for number in range(1, count + 1):
        draft = add_line(draft, free_line(draft, LineType.UNCODED, f"line {number}", Decimal(number), vat=VAT_22))
    return draft


def texts(draft: OrderDraft) -> list[str]:
    return [line.description.removeprefix("line ") for line in draft.lines]


NEW = free_line(EMPTY, LineType.UNCODED, "line new", vat=VAT_22)


@given(st.integers(0, 6), st.data())
def test_adding_and_deleting_are_opposite(count, data):
    draft = draft_of(count)
    at = data.draw(st.none() | st.integers(0, count))
    longer = add_line(draft, NEW, at)
    place = count if at is None else at
    assert longer.lines[place] is NEW
    assert len(longer.lines) == count + 1
    assert delete_line(longer, place) == draft


@given(st.integers(1, 6), st.data())
def test_moving_there_and_back(count, data):
    draft = draft_of(count)
    start, end = data.draw(st.integers(0, count - 1)), data.draw(st.integers(0, count - 1))
    moved = move_line(draft, start, end)
    assert moved.lines[end] is draft.lines[start]
    assert sorted(texts(moved)) == sorted(texts(draft))
    assert move_line(moved, end, start) == draft


def test_moving_keeps_the_order_of_the_others():
    assert texts(move_line(draft_of(4), 0, 2)) == ["2", "3", "1", "4"]
    assert texts(move_line(draft_of(4), -1, 0)) == ["4", "1", "2", "3"]


def test_replacing_keeps_what_is_stored_and_executed():
    """D-12.7: row and version decide whether somebody else changed it meanwhile."""
    draft = draft_of(2)
    stored = replace(draft.lines[1], id=7, version=3, executed=Decimal(1))
    draft = replace(draft, lines=(draft.lines[0], stored))
    changed = replace_line(draft, 1, NEW)
    assert texts(changed) == ["1", "new"]
    assert (changed.lines[1].id, changed.lines[1].version, changed.lines[1].executed) == (7, 3, 1)
    assert replace_line(changed, 1, stored) == draft


def test_repeating_gives_a_line_that_is_not_stored_yet():
    """F7."""
    draft = draft_of(2)
    stored = replace(draft.lines[1], id=7, version=3, executed=Decimal(1))
    draft = replace(draft, lines=(draft.lines[0], stored))
    repeated = repeat_line(draft)
    assert texts(repeated) == ["1", "2", "2"]
    assert (repeated.lines[2].id, repeated.lines[2].version, repeated.lines[2].executed) == (0, 0, 0)
    assert delete_line(repeated, -1) == draft
    assert texts(repeat_line(draft, 0)) == ["1", "2", "1"]


def test_an_executed_line_is_not_deleted():
    """D-12.6."""
    draft = replace(EMPTY, lines=(replace(NEW, executed=Decimal(1)),))
    with pytest.raises(Refused) as caught:
        delete_line(draft, 0)
    assert (caught.value.field, caught.value.rule) == ("lines[1]", "D-12.6")


@pytest.mark.parametrize(
    "attempt",
    [
        lambda draft: delete_line(draft, 2),
        lambda draft: delete_line(draft, -3),
        lambda draft: delete_line(EMPTY, -1),
        lambda draft: replace_line(draft, 2, NEW),
        lambda draft: move_line(draft, 0, 2),
        lambda draft: add_line(draft, NEW, 3),
        lambda draft: add_line(draft, NEW, -1),
        lambda draft: repeat_line(EMPTY),
        lambda draft: value_above(draft, 0, "quantity"),
        lambda draft: value_above(draft, 2, "id"),
    ],
)
def test_a_line_that_is_not_there(attempt):
    with pytest.raises(Invalid):
        attempt(draft_of(2))


def test_the_value_above_skips_notes():
    """F8: from the line being typed, and from one in the middle."""
    draft = draft_of(2)
    draft = replace_line(draft, 0, change_discounts(draft, replace(NEW, price=Decimal(9)), "10+5"))
    draft = add_line(draft, free_line(draft, LineType.NOTE, "Ring twice"))
    assert value_above(draft, 3, "quantity") == 2
    assert value_above(draft, 1, "description") == "line new"
    assert value_above(draft, 1, "discounts") == "10+5"
    for field in COPIED_FIELDS:
        value_above(draft, 3, field)
