"""What goes into which document, and what undoing gives back (D-15.1, D-15.2, D-15.4)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluorders_tui.domain.errors import Refused
from fluorders_tui.domain.fulfilment import (
    DeliverableLine,
    DeliverableOrder,
    FulfilledLine,
    FulfilmentStatus,
    Part,
    all_open,
    fulfilment_status,
    give_back,
    plan_deliveries,
)
from fluorders_tui.domain.grouping import GroupingParameters
from fluorders_tui.domain.order import (
    Address,
    LineStatus,
    LineType,
    OrderDraft,
    OrderLine,
    OrderStatus,
    OrderType,
    PaymentLine,
    PaymentTerm,
    Uom,
)

DAY = dt.date(2026, 11, 24)
TERM = PaymentTerm("30EOM", "30", ())
GROUPING = GroupingParameters()


def line(row: int, quantity: int | str, executed: int | str = 0, **about: object) -> OrderLine:
    made = OrderLine(LineType.CODED, item=f"A{row}", quantity=Decimal(quantity), uom=Uom("pc"), id=row)
    return replace(made, executed=Decimal(executed), **about)  # type: ignore[arg-type]


def order(row: int, *lines: OrderLine, kind: OrderType | None = None, **about: object) -> DeliverableOrder:
    draft = OrderDraft(
        kind or OrderType("STD"),
        DAY,
        customer="C1",
        payments=(PaymentLine("BT", TERM),),
        destination=Address("D1"),
        lines=lines,
        number=f"OR{row}",
        status=OrderStatus.CONFIRMED,
        id=row,
    )
    draft = replace(draft, **about)  # type: ignore[arg-type]
    return DeliverableOrder(draft, tuple(DeliverableLine(one, place) for place, one in enumerate(lines, 1)))


OTHERS = {
    "customer": {"customer": "C2"},
    "currency": {"currency": replace(OrderDraft(OrderType("S"), DAY).currency, code="USD")},
    "VAT": {"vat_included": True},
    "payment": {"payments": (PaymentLine("CASH", TERM),)},
    "destination and carrier": {"destination": Address("D2")},
}


@pytest.mark.parametrize("reason", OTHERS)
def test_each_reason_for_a_document_of_its_own(reason: str) -> None:
    first, second = order(1, line(1, 5)), order(2, line(2, 5), **OTHERS[reason])
    plan = plan_deliveries([first, second], all_open([first, second]), GROUPING)
    assert [[one.number for one in made.orders] for made in plan.deliveries] == [["OR1"], ["OR2"]]
    if reason != "customer":
        assert all(made.reasons[0].startswith(f"{reason}: ") for made in plan.deliveries)
    loose = GroupingParameters(by_payment=False, by_destination=False)
    together = len(plan_deliveries([first, second], all_open([first, second]), loose).deliveries) == 1
    assert together is (reason in ("payment", "destination and carrier"))


def test_a_customers_own_grouping_counts() -> None:
    both = [order(1, line(1, 5)), order(2, line(2, 5))]
    own = {"C1": GroupingParameters(summary=False)}
    assert len(plan_deliveries(both, all_open(both), GROUPING, own).deliveries) == 2


def test_header_texts_come_from_the_first_order_and_all_are_named() -> None:
    both = [order(1, line(1, 5), note="first", reference="PO 7"), order(2, line(2, 5), note="second")]
    made = plan_deliveries(both, all_open(both), GROUPING).deliveries[0]
    assert (made.header.note, made.references) == ("first", "OR1 (PO 7), OR2")


@pytest.mark.parametrize(
    "status", [one for one in OrderStatus if one not in (OrderStatus.CONFIRMED, OrderStatus.PARTIAL)]
)
def test_only_confirmed_orders(status: OrderStatus) -> None:
    one = order(1, line(1, 5), status=status)
    plan = plan_deliveries([one], all_open([one]), GROUPING)
    assert (plan.deliveries, [error.rule for error in plan.refusals]) == ((), ["D-15.1"])
    assert plan.refusals[0].hint


def test_what_a_supplier_ships_is_not_ours_to_deliver() -> None:
    one = order(1, line(1, 10, 2))
    one = replace(one, lines=(replace(one.lines[0], elsewhere=Decimal(5)),))
    assert all_open([one]) == (Part(1, 1),)
    assert plan_deliveries([one], all_open([one]), GROUPING).deliveries[0].lines[0].quantity == 3
    for part in (Part(1, 1, Decimal(4)), Part(1, 1, Decimal(3), force=True)):
        assert plan_deliveries([one], [part], GROUPING).refusals


def test_notes_and_closed_lines_have_nothing_to_deliver() -> None:
    one = order(1, line(1, 5, line_type=LineType.NOTE), line(2, 5), line(3, 5), line(4, 5))
    statuses = (LineStatus.CONFIRMED, LineStatus.FORCED, LineStatus.CANCELLED, LineStatus.CONFIRMED)
    one = replace(one, lines=tuple(replace(a, status=b) for a, b in zip(one.lines, statuses, strict=True)))
    assert [part.line for part in all_open([one])] == [4]
    plan = plan_deliveries([one], [Part(1, row, Decimal(1)) for row in (1, 2, 3)], GROUPING)
    assert (plan.deliveries, [error.rule for error in plan.refusals]) == ((), ["D-12.1", "D-15.2", "D-15.2"])


lines_given = st.lists(st.tuples(st.integers(1, 3), st.integers(0, 30)), min_size=1, max_size=8)


@given(lines_given, st.integers(0, 100), st.booleans())
def test_no_line_gets_more_than_the_tolerance(parts: list[tuple[int, int]], percent: int, apart: bool) -> None:
    kind = OrderType("STD", over_delivery=Decimal(percent), same_line_apart=apart)
    one = order(1, line(1, 10), line(2, 7, 3), line(3, 20, 20), kind=kind)
    plan = plan_deliveries([one], [Part(1, row, Decimal(quantity)) for row, quantity in parts], GROUPING)
    sent: dict[int, Decimal] = defaultdict(Decimal)
    for made in plan.deliveries:
        for planned in made.lines:
            sent[planned.line.id] += planned.quantity
        rows = [planned.line.id for planned in made.lines]
        assert apart or len(rows) == len(set(rows))
    for row, quantity in sent.items():
        wanted = one.draft.lines[row - 1]
        assert wanted.executed + quantity <= wanted.quantity * (100 + percent) / 100
    # What was not refused went, to the last piece.
    good = sum(quantity for _, quantity in parts) - sum(sent.values())
    assert (good == 0) or plan.refusals


stored = st.builds(
    FulfilledLine,
    st.integers(1, 10**6),
    st.just(1),
    st.just(1),
    st.integers(0, 50).map(Decimal),
    factor=st.sampled_from([Decimal(1), Decimal(12), Decimal("0.333333")]),
    forced=st.booleans(),
).map(lambda one: replace(one, stock=(one.quantity * one.factor)))


@given(st.lists(stored, min_size=1, max_size=5, unique_by=lambda one: one.id), st.data())
def test_undoing_in_parts_and_then_the_rest_gives_everything_back(
    lines: list[FulfilledLine], data: st.DataObject
) -> None:
    now = {one.id: one for one in lines}
    for _ in range(3):
        wanted = {row: Decimal(data.draw(st.integers(0, int(one.left)))) for row, one in now.items()}
        if any(wanted.values()):
            now |= {one.line.id: one.after for one in give_back(list(now.values()), wanted)}
        assert fulfilment_status(now.values()) is not FulfilmentStatus.UNDONE or not any(
            one.left for one in now.values()
        )
    if any(one.left or one.forced for one in now.values()):
        now |= {one.line.id: one.after for one in give_back(list(now.values()))}
    assert fulfilment_status(now.values()) is FulfilmentStatus.UNDONE
    assert all((one.left, one.stock, one.forced) == (0, 0, False) for one in now.values())
    with pytest.raises(Refused):
        give_back(list(now.values()))
