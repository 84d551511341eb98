"""Exposure, limits, blocks, and what approvals are bound to (D-11, D-16.3b): examples and properties."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluorders_tui.domain.approvals import (
    Bound,
    Content,
    Request,
    RequestState,
    Requirement,
    Vote,
    check_decider,
    content_from_json,
    content_to_json,
    covers,
    may_decide,
    on_turn,
    state_after,
)
from fluorders_tui.domain.credit import Account, Block, BlockKind, CreditPolicy, OpenPart, Standing, open_value
from fluorders_tui.domain.errors import NotAllowed, Refused

D = Decimal
TODAY = dt.date(2026, 11, 24)
CONTENT = Content("C1", D(100), (("type", "STD"),), {("coded", "A", "pc", "10", ""): D(10)})


def test_the_parts_and_the_excess() -> None:
    """MF-CREDIT: 246.05 used of 250, 64.20 more is 60.25 too much."""
    account = Account("customer C1", CreditPolicy.BLOCK, D(250), balance=D("200.05"), orders=D(46))
    figures = account.figures(D("64.2"))
    assert (figures.exposure, figures.excess, figures.free) == (D("310.25"), D("60.25"), D("-60.25"))
    assert Standing("C1", (account,)).over(D("3.95")) == ()
    assert len(Standing("C1", (account,)).over(D("3.96"))) == 1
    assert Standing("C1", (replace(account, limit=None),)).over(D(1000)) == ()
    assert Standing("C1", (replace(account, policy=CreditPolicy.NONE),)).over(D(1000)) == ()


@pytest.mark.parametrize(
    ("kind", "start", "end", "orders", "deliveries"),
    [
        (BlockKind.BOTH, None, None, True, True),
        (BlockKind.ORDERS, TODAY, TODAY, True, False),
        (BlockKind.DELIVERIES, None, TODAY, False, True),
        (BlockKind.BOTH, None, dt.date(2026, 11, 23), False, False),
        (BlockKind.BOTH, dt.date(2026, 11, 25), None, False, False),
    ],
)
def test_blocks(kind: BlockKind, start: dt.date | None, end: dt.date | None, orders: bool, deliveries: bool) -> None:
    block = Block(kind, "unpaid", start, end)
    assert block.holds(BlockKind.ORDERS, TODAY) == orders
    assert block.holds(BlockKind.DELIVERIES, TODAY) == deliveries
    assert block.today(TODAY) == (orders or deliveries)


CENTS = st.integers(0, 10**9).map(lambda n: D(n).scaleb(-2))
PARTS = st.lists(
    st.builds(
        lambda net, quantity, done: OpenPart(net, D(quantity), D(max(quantity - done, 0))),
        CENTS, st.integers(1, 1000), st.integers(0, 1200),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


@given(CENTS, PARTS)
def test_what_is_open_lies_between_nothing_and_the_whole(gross: D, parts: list[OpenPart]) -> None:
    value = open_value(gross, parts)
    assert 0 <= value <= gross
    assert value == value.quantize(D("0.01"))
    if not any(part.left for part in parts):
        assert value == 0
    if all(part.left == part.quantity for part in parts):
        assert value == gross


@given(CENTS, PARTS, st.integers(0, 7), st.integers(1, 1000))
def test_delivering_more_never_raises_what_is_open(gross: D, parts: list[OpenPart], place: int, more: int) -> None:
    place %= len(parts)
    after = list(parts)
    after[place] = replace(parts[place], left=max(parts[place].left - more, D(0)))
    assert open_value(gross, after) <= open_value(gross, parts)


def test_open_in_proportion() -> None:
    half = [OpenPart(D(60), D(6), D(3)), OpenPart(D(40), D(4), D(0))]
    assert open_value(D(122), half) == D("36.60")
    assert open_value(D(-5), half) == 0


AMOUNTS = st.decimals(0, 10**6, places=2)
CONTENTS = st.builds(
    Content,
    st.sampled_from(["C1", "C2"]),
    AMOUNTS,
    st.sampled_from([(("type", "STD"),), (("type", "WEB"),)]),
    st.dictionaries(st.sampled_from([("coded", item, "pc", price, "") for item in "AB" for price in "12"]),
                    st.integers(1, 20).map(D)),
)  # fmt: skip


@given(CONTENTS, CONTENTS, CONTENTS)
def test_an_approval_never_covers_more_than_was_approved(one: Content, two: Content, three: Content) -> None:
    assert covers(Bound.CONTENT, one, one)
    assert content_from_json(content_to_json(one)) == one
    for bound in Bound:
        if covers(bound, one, two):
            assert two.total <= one.total
            assert two.customer == one.customer
        # What is covered by something covered is covered.
        if covers(bound, one, two) and covers(bound, two, three):
            assert covers(bound, one, three)
    if covers(Bound.CONTENT, one, two):
        assert covers(Bound.AMOUNT, one, two)
        assert sum(two.lines.values()) <= sum(one.lines.values())


def asked(level: int = 1, **values: object) -> Request:
    return Request(replace(Requirement("limit", "why", "D-16.2", level=level), **values), CONTENT, caused_by="anna")


def test_locks_come_first_then_level_by_level() -> None:
    lock, first, second = asked(lock=True), asked(1), asked(2)
    assert on_turn([second, first, lock]) == [lock]
    assert on_turn([second, first, replace(lock, state=RequestState.APPROVED)]) == [first]
    assert on_turn([second, replace(first, state=RequestState.APPROVED)]) == [second]
    assert on_turn([]) == []


def test_n_of_m() -> None:
    request = asked(needed=2, users=("carla", "dario", "eva"))
    once = state_after(request, Vote("carla", True))
    assert once is RequestState.WAITING
    again = replace(request, votes=(Vote("carla", True),))
    assert state_after(again, Vote("carla", True)) is RequestState.WAITING
    assert state_after(again, Vote("dario", True)) is RequestState.APPROVED
    assert state_after(again, Vote("dario", False)) is RequestState.REJECTED


def test_whose_it_is() -> None:
    anybody, named, role = asked(), asked(users=("carla",)), asked(role="supervisor")
    assert may_decide(anybody.requirement, "x", "supervisor")
    assert not may_decide(anybody.requirement, "x", "clerk")
    assert not may_decide(named.requirement, "carla", "clerk")
    assert may_decide(named.requirement, "carla", "supervisor")
    assert not may_decide(named.requirement, "dario", "administrator")
    assert may_decide(role.requirement, "x", "administrator")
    for user, entered_by in (("anna", "bruno"), ("carla", "carla")):
        with pytest.raises(NotAllowed, match="Nobody approves their own"):
            check_decider(anybody, user, "supervisor", entered_by)
    with pytest.raises(Refused, match="agreed already"):
        check_decider(replace(anybody, votes=(Vote("carla", True),)), "carla", "supervisor", "anna")
    check_decider(anybody, "carla", "supervisor", "bruno")
