"""D-12.1–12.4: the table of transitions, and execution derived from quantities."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluorders_tui.domain.errors import Refused
from fluorders_tui.domain.lifecycle import (
    LINE_TRANSITIONS,
    ORDER_TRANSITIONS,
    LineProgress,
    check_transition,
    execution_of,
    line_execution,
    line_status_after,
    line_status_after_entering,
    may_follow,
    order_status_after,
    status_after_entering,
)
from fluorders_tui.domain.order import Execution, LineStatus, LineType, OrderStatus, OrderType

S = OrderStatus


def line(quantity: str, executed: str = "0", line_type: LineType = LineType.CODED, **how: bool) -> LineProgress:
    return LineProgress(line_type, Decimal(quantity), Decimal(executed), **how)


def test_every_status_stands_in_its_table() -> None:
    assert set(ORDER_TRANSITIONS) == set(OrderStatus)
    assert set(LINE_TRANSITIONS) == set(LineStatus)


@pytest.mark.parametrize(
    "path",
    [
        [S.DRAFT, S.ENTERED, S.CONFIRMED, S.PARTIAL, S.EXECUTED, S.ARCHIVED],
        [S.DRAFT, S.LOCKED, S.ENTERED, S.CANCELLED, S.ARCHIVED],
        [S.DRAFT, S.WAITING, S.REJECTED, S.ENTERED, S.CONFIRMED, S.WAITING, S.CONFIRMED],
        [S.CONFIRMED, S.PARTIAL, S.CONFIRMED, S.ENTERED],
        [S.PARTIAL, S.LOCKED, S.PARTIAL, S.FORCED, S.PARTIAL, S.CANCELLED],
    ],
)
def test_lives_an_order_may_have(path: list[OrderStatus]) -> None:
    for before, after in pairwise(path):
        check_transition(before, after)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (S.CANCELLED, S.ENTERED, "cancelled order stays as it is"),
        (S.ENTERED, S.DRAFT, "no draft any more"),
        (S.ENTERED, S.EXECUTED, "isn't confirmed yet"),
        (S.LOCKED, S.DRAFT, "no draft any more"),
        (S.REJECTED, S.CONFIRMED, "It was rejected"),
        (S.CONFIRMED, S.ARCHIVED, "nothing left to do"),
        (S.EXECUTED, S.CANCELLED, "All of it was executed"),
        (S.ARCHIVED, S.ENTERED, "It is archived"),
        (LineStatus.CANCELLED, LineStatus.CONFIRMED, "stays so"),
        (LineStatus.INSERTED, LineStatus.EXECUTED, "isn't confirmed yet"),
    ],
)
def test_anything_else_is_refused_with_its_reason(
    before: OrderStatus | LineStatus, after: OrderStatus | LineStatus, said: str
) -> None:
    with pytest.raises(Refused) as refused:
        check_transition(before, after)
    assert said in refused.value.message
    assert f"From {before.value} it can't become {after.value}." in refused.value.message
    assert refused.value.rule == "D-12.3"
    assert refused.value.hint


def test_every_refusal_has_a_reason() -> None:
    for table in (ORDER_TRANSITIONS, LINE_TRANSITIONS):
        for before in table:
            for after in table:
                if not may_follow(before, after):
                    with pytest.raises(Refused):
                        check_transition(before, after)


def test_a_header_never_becomes_a_line() -> None:
    assert not may_follow(S.ENTERED, LineStatus.CONFIRMED)
    assert not may_follow(LineStatus.CONFIRMED, S.ENTERED)


@pytest.mark.parametrize(
    ("lines", "execution"),
    [
        ([], Execution.NONE),
        ([line("500", "498")], Execution.PARTIAL),
        ([line("500", "499.999999")], Execution.PARTIAL),
        ([line("500", "500")], Execution.EXECUTED),
        ([line("500", "501")], Execution.EXECUTED),
        ([line("1", "1"), line("0", line_type=LineType.NOTE)], Execution.EXECUTED),
        ([line("5", line_type=LineType.NOTE)], Execution.NONE),
        ([line("1", "1"), line("1")], Execution.PARTIAL),
        ([line("1", "1"), line("1", forced=True)], Execution.FORCED),
        ([line("1", "1", forced=True)], Execution.EXECUTED),
        ([line("1", forced=True), line("1")], Execution.NONE),
        ([line("1", "1"), line("1", cancelled=True)], Execution.EXECUTED),
        ([line("2", "1", cancelled=True)], Execution.EXECUTED),
        ([line("2", "1", cancelled=True), line("1")], Execution.PARTIAL),
        ([line("2", cancelled=True)], Execution.NONE),
        ([line("1", "1", LineType.GIVE_AWAY), line("1", line_type=LineType.CHARGE)], Execution.PARTIAL),
    ],
)
def test_execution_comes_from_quantities(lines: list[LineProgress], execution: Execution) -> None:
    assert execution_of(lines) is execution


QUANTITIES = st.decimals(0, 1000, places=3)
LINES = st.builds(
    LineProgress, st.sampled_from(LineType), QUANTITIES, QUANTITIES, forced=st.booleans(), cancelled=st.booleans()
)


@given(st.lists(LINES, max_size=6))
def test_executed_means_that_nothing_remains_and_order_of_lines_never_matters(lines: list[LineProgress]) -> None:
    execution = execution_of(lines)
    assert execution_of(lines[::-1]) is execution
    notes = [LineProgress(LineType.NOTE, Decimal(3))]
    assert execution_of([*lines, *notes]) is execution
    open_lines = [row for row in lines if row.counts and row.remaining > 0]
    if execution in (Execution.EXECUTED, Execution.FORCED):
        assert not open_lines
    else:
        assert open_lines or not any(row.counts for row in lines)


def test_remaining_is_what_is_still_to_deliver() -> None:
    assert line("5", "2").remaining == 3
    assert line("5", "7").remaining == 0
    assert line("5", "2", forced=True).remaining == 0
    assert line("5", line_type=LineType.NOTE).remaining == 0
    assert line_execution(line("5", "2")) is Execution.PARTIAL


def test_only_a_confirmed_header_follows_its_quantities() -> None:
    assert order_status_after(S.CONFIRMED, Execution.PARTIAL) is S.PARTIAL
    assert order_status_after(S.PARTIAL, Execution.NONE) is S.CONFIRMED
    assert order_status_after(S.EXECUTED, Execution.FORCED) is S.FORCED
    assert order_status_after(S.LOCKED, Execution.PARTIAL) is S.LOCKED
    assert order_status_after(S.ENTERED, Execution.NONE) is S.ENTERED


def test_line_status_follows_its_quantities() -> None:
    assert line_status_after(LineStatus.READY, line("2", "1")) is LineStatus.PARTIAL
    assert line_status_after(LineStatus.READY, line("2")) is LineStatus.READY
    assert line_status_after(LineStatus.EXECUTED, line("2")) is LineStatus.CONFIRMED
    assert line_status_after(LineStatus.CONFIRMED, line("2", "2")) is LineStatus.EXECUTED
    assert line_status_after(LineStatus.PARTIAL, line("2", "1", forced=True)) is LineStatus.FORCED
    assert line_status_after(LineStatus.PARTIAL, line("2", "1", cancelled=True)) is LineStatus.CANCELLED


def test_what_entering_makes_of_a_draft() -> None:
    plain, automatic = OrderType("STD"), OrderType("WEB", automatic_confirmation=True)
    passing = OrderType("INT", exclude_lock=True)
    assert status_after_entering(plain) is S.ENTERED
    assert status_after_entering(automatic) is S.CONFIRMED
    assert status_after_entering(automatic, locked=True, needs_approval=True) is S.LOCKED
    assert status_after_entering(automatic, needs_approval=True) is S.WAITING
    assert status_after_entering(passing, locked=True) is S.ENTERED
    assert line_status_after_entering(S.CONFIRMED) is LineStatus.CONFIRMED
    assert line_status_after_entering(S.LOCKED) is LineStatus.INSERTED
