"""Keeping both sides true: changes on the supplier's side and goods received (D-14.3, D-14.4)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from fluorders_tui.domain.errors import Refused
from fluorders_tui.domain.links import DocumentKind, LineRef, Link, LinkKind, SupplyMode, outstanding_quantity
from fluorders_tui.domain.supplier_orders import (
    Confirmation,
    cancel_lines,
    change_dates,
    confirm_supplier_order,
    receive,
    undo_receipt,
)
from fluorders_tui.domain.supply_exceptions import (
    Choice,
    CustomerLine,
    ExceptionKind,
    LineReceipt,
    follow_supplier,
    lower_link,
    receipt_of,
    resolve,
)
from fluorders_tui.domain.supply_sharing import supplier_line_ref
from tests.unit.test_supplier_orders import bought, supply
from tests.unit.trade_samples import BOX, PIECE, TODAY

WEEK = TODAY + dt.timedelta(7)
LATER = WEEK + dt.timedelta(3)
ORDER = supply(bought(quantity="100"), bought("NUT", "10"), drop_ship_allowed=True)
FIRST, SECOND = (LineRef(DocumentKind.ORDER, 1, row) for row in (11, 12))
DROP_SHIP, ON_DEMAND = SupplyMode.DROP_SHIP, SupplyMode.ON_DEMAND


def linked(target: LineRef, quantity: str, mode: SupplyMode = ON_DEMAND, line: int = 0, done: str = "0") -> Link:
    source = supplier_line_ref(ORDER, ORDER.lines[line])
    return Link(LinkKind.SUPPLY_TO_ORDER, source, target, Decimal(quantity), mode, Decimal(done))


def sold(ref: LineRef, quantity: str, uom=PIECE, promised: dt.date | None = WEEK) -> CustomerLine:
    return CustomerLine(ref, "BOLT", Decimal(quantity), uom, promised=promised)


LINKS = (linked(FIRST, "50"), linked(SECOND, "40"))
LINES = {FIRST: sold(FIRST, "50"), SECOND: sold(SECOND, "40")}


def test_a_later_date_asks_for_a_choice_only_beyond_the_promise():
    after = change_dates(ORDER, {0: LATER})
    patient = {FIRST: LINES[FIRST], SECOND: sold(SECOND, "40", promised=LATER)}
    change = follow_supplier(ORDER, after, LINKS, patient, {"BOLT": Decimal(45)})
    assert change.links == LINKS
    late, fine = change.exceptions
    assert (late.kind, late.quantity, late.due, late.was_due, late.urgent) == (
        ExceptionKind.DATE, 50, LATER, WEEK, True,
    )  # fmt: skip
    assert late.choices == (Choice.ACCEPT, Choice.ELSEWHERE, Choice.FORCE), "45 in stock are not 50"
    assert (fine.urgent, fine.choices) == (False, (Choice.ACCEPT,))
    assert late.message == f"50 of BOLT on supplier order S-3 come on {LATER} instead of {WEEK}, promised for {WEEK}."
    better = follow_supplier(ORDER, change_dates(ORDER, {0: TODAY}), LINKS, LINES)
    assert [one.urgent for one in better.exceptions] == [False, False]


def test_a_short_confirmation_takes_from_who_was_promised_last():
    """Of 100 ordered 90 are promised: 95 confirmed hurt nobody, 70 take 20 from the second."""
    fine = confirm_supplier_order(ORDER, TODAY, {0: Confirmation(Decimal(95))})
    assert follow_supplier(ORDER, fine, LINKS, LINES).exceptions == ()
    short = confirm_supplier_order(ORDER, TODAY, {0: Confirmation(Decimal(70))})
    change = follow_supplier(ORDER, short, LINKS, LINES, {"BOLT": Decimal(20)})
    (one,) = change.exceptions
    assert (one.kind, one.link, one.quantity) == (ExceptionKind.SHORT, LINKS[1], 20)
    assert one.choices == (Choice.ELSEWHERE, Choice.STOCK, Choice.FORCE)
    assert one.message == "20 of BOLT were not confirmed on supplier order S-3."
    assert [link.quantity for link in change.links] == [50, 20]
    assert outstanding_quantity(change.links, LINKS[0].source) == short.lines[0].open_in_main
    both = confirm_supplier_order(ORDER, TODAY, {0: Confirmation(Decimal(70), LATER)})
    kinds = [(one.kind, one.quantity) for one in follow_supplier(ORDER, both, LINKS, LINES).exceptions]
    assert kinds == [(ExceptionKind.DATE, 50), (ExceptionKind.SHORT, 20), (ExceptionKind.DATE, 20)]


def test_a_cancellation_leaves_nothing_linked_but_what_came():
    links = (linked(FIRST, "50", done="30"), LINKS[1])
    part = replace(ORDER, lines=(replace(ORDER.lines[0], received=Decimal(30)), ORDER.lines[1]))
    change = follow_supplier(part, cancel_lines(part, "gone", [0]), links, LINES)
    assert [(one.kind, one.quantity) for one in change.exceptions] == [
        (ExceptionKind.CANCELLED, 20), (ExceptionKind.CANCELLED, 40),
    ]  # fmt: skip
    assert change.links == (linked(FIRST, "30", done="30"),)


def test_what_was_received_is_no_change_for_the_worse():
    after = receive(ORDER, {0: Decimal(60)})
    assert follow_supplier(ORDER, after, LINKS, LINES).exceptions == ()
    raised = confirm_supplier_order(ORDER, TODAY, {0: Confirmation(Decimal(120))})
    assert follow_supplier(ORDER, raised, LINKS, LINES).exceptions == ()


def test_choices_do_what_they_say():
    late = follow_supplier(ORDER, change_dates(ORDER, {0: LATER}), LINKS, LINES, {"BOLT": Decimal(60)}).exceptions[0]
    accepted = resolve(late, Choice.ACCEPT, LINKS)
    assert (accepted.line, accepted.date, accepted.links) == (FIRST, LATER, LINKS)
    forced = resolve(late, Choice.FORCE, LINKS)
    assert (forced.forced, forced.links) == (50, LINKS[1:])
    elsewhere = resolve(late, Choice.ELSEWHERE, LINKS)
    assert (elsewhere.reorder, elsewhere.links) == (50, LINKS[1:])
    served = resolve(late, Choice.STOCK, LINKS, free=Decimal(50))
    assert (served.from_stock, served.links) == (50, LINKS[1:])
    with pytest.raises(Refused, match="Only 49"):
        resolve(late, Choice.STOCK, LINKS, free=Decimal(49))
    short = follow_supplier(ORDER, cancel_lines(ORDER, "gone", [0]), LINKS, LINES)
    assert resolve(short.exceptions[0], Choice.FORCE, short.links).links == ()
    with pytest.raises(Refused) as error:
        resolve(short.exceptions[0], Choice.ACCEPT, short.links)
    assert error.value.rule == "D-14.4"


def test_a_link_is_lowered_by_what_is_outstanding_at_most():
    half = (linked(FIRST, "50", done="30"),)
    assert lower_link(half, half[0], Decimal(20)) == (linked(FIRST, "30", done="30"),)
    with pytest.raises(Refused, match="20 are outstanding"):
        lower_link(half, half[0], Decimal(21))


def test_goods_on_demand_are_reserved_in_the_order_promised():
    receipt = receipt_of(ORDER, receive(ORDER, {0: Decimal(70), 1: Decimal(10)}), LINKS, LINES)
    assert receipt.lines == (LineReceipt(FIRST, reserved=Decimal(50)), LineReceipt(SECOND, reserved=Decimal(20)))
    assert [link.done for link in receipt.links] == [50, 20]
    assert (receipt.stock, receipt.surplus) == ({"BOLT": 70, "NUT": 10}, {})


def test_drop_shipped_goods_execute_the_line_and_leave_own_stock_alone():
    """D-14.4, D-15.3: part shipped to one customer, part reserved for another, the rest for stock."""
    links = (linked(FIRST, "50", DROP_SHIP), linked(SECOND, "40"))
    receipt = receipt_of(ORDER, receive(ORDER, {0: Decimal(100)}), links, LINES)
    assert receipt.lines == (LineReceipt(FIRST, executed=Decimal(50)), LineReceipt(SECOND, reserved=Decimal(40)))
    assert (receipt.stock, receipt.surplus) == ({"BOLT": 50}, {})


def test_a_surplus_of_drop_shipped_goods_is_nobodys_stock():
    all_shipped = (linked(FIRST, "100", DROP_SHIP),)
    more = receive(ORDER, {0: Decimal(103)}, consent=True)
    receipt = receipt_of(ORDER, more, all_shipped, {FIRST: sold(FIRST, "100")})
    assert (receipt.lines[0].executed, receipt.stock, receipt.surplus) == (100, {}, {"BOLT": 3})
    whole = replace(ORDER, drop_ship=True)
    receipt = receipt_of(whole, receive(whole, {1: Decimal(10)}), (), {})
    assert (receipt.stock, receipt.surplus) == ({}, {"NUT": 10})


def test_a_box_is_executed_once_it_is_full():
    """5 pieces of a box of 12 wait for the other 7, whichever supplier sends them."""
    boxes = {FIRST: sold(FIRST, "2", BOX)}
    links = (linked(FIRST, "17", DROP_SHIP), linked(FIRST, "7", DROP_SHIP, line=1))
    five = receive(ORDER, {0: Decimal(5)})
    first = receipt_of(ORDER, five, links, boxes)
    assert first.lines == (LineReceipt(FIRST),)
    second = receipt_of(five, receive(five, {1: Decimal(7)}), first.links, boxes)
    assert second.lines == (LineReceipt(FIRST, executed=Decimal(1)),)
    back = receipt_of(receive(five, {1: Decimal(7)}), five, second.links, boxes)
    assert back.lines == (LineReceipt(FIRST, executed=Decimal(-1)),)
    assert back.links == first.links


def test_giving_goods_back_is_the_exact_opposite():
    links = (linked(FIRST, "50", DROP_SHIP), linked(SECOND, "40"))
    part = receive(ORDER, {0: Decimal(60)})
    there = receipt_of(ORDER, part, links, LINES)
    full = receive(part, {0: Decimal(45)}, consent=True)
    further = receipt_of(part, full, there.links, LINES)
    assert further.stock == {"BOLT": 45}
    back = receipt_of(full, undo_receipt(full, {0: Decimal(45)}), further.links, LINES)
    assert back.links == there.links
    assert back.stock == {"BOLT": -45}
    assert back.lines == (LineReceipt(SECOND, reserved=Decimal(-30)),)
    home = receipt_of(part, undo_receipt(part, {0: Decimal(60)}), back.links, LINES)
    assert home.links == links
    assert home.stock == {"BOLT": -10}
