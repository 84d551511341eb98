"""Supplier orders: amounts, life, confirmation, receipt, dates, cancellation (§14)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from fluorders_tui.domain import codec
from fluorders_tui.domain.errors import DeskError, Invalid, Refused, Several
from fluorders_tui.domain.order import Address
from fluorders_tui.domain.supplier_orders import (
    SUPPLIER_ORDER_TRANSITIONS,
    Confirmation,
    SupplierOrderDraft,
    SupplierOrderLine,
    SupplierOrderStatus,
    SupplierOrderType,
    add_lines,
    cancel_lines,
    change_dates,
    check_transition,
    confirm_supplier_order,
    enter_supplier_order,
    may_follow,
    receive,
    supplier_totals,
    undo_receipt,
    with_line_amounts,
)
from tests.unit.trade_samples import BOX, PIECE, TODAY, VAT_10, VAT_22, d

WEEK = TODAY + dt.timedelta(7)
S = SupplierOrderStatus
TYPE = SupplierOrderType("SUP", "Supplier order", "SUPPLIER")


def bought(item: str = "BOLT", quantity: str = "10", price: str = "4", discounts: str = "", **fields):
    usual = {"uom": PIECE, "vat": VAT_22, "delivery_date": WEEK, "supplier_item": f"S-{item}"}
    return SupplierOrderLine(
        item, quantity=Decimal(quantity), price=Decimal(price), discounts=d(discounts), **{**usual, **fields}
    )


def supply(*lines: SupplierOrderLine, entered: bool = True, **fields) -> SupplierOrderDraft:
    """A supplier order of today with rows 31, 32, …"""
    rows = tuple(replace(with_line_amounts(line, 2), id=31 + at) for at, line in enumerate(lines))
    usual = {"supplier": "ACME", "name": "Acme", "number": "S-3", "id": 3, "lines": rows}
    draft = SupplierOrderDraft(TYPE, TODAY, **{**usual, **fields})
    return enter_supplier_order(draft) if entered else draft


def test_net_per_line_and_sums():
    order = supply(bought(discounts="10+5#"), bought("NUT", "3", "0.125", vat=VAT_10), bought("X", "1", "9"))
    assert [(line.gross, line.net) for line in order.lines] == [
        (40, 31), (Decimal("0.38"), Decimal("0.38")), (9, 9),
    ]  # fmt: skip
    assert order.lines[0].unit_cost == Decimal("3.1")
    totals = supplier_totals(cancel_lines(order, "late", [2]))
    assert (totals.gross, totals.discounts, totals.net) == (Decimal("40.38"), 9, Decimal("31.38"))
    assert totals.by_vat == (("10", Decimal("0.38")), ("22", Decimal("31.00")))


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (bought(quantity="0"), Invalid), (bought(quantity="1.5"), Invalid), (bought(price="-1"), Invalid),
        (bought(price="0.0000001"), Invalid), (bought(discounts="41#"), Refused),
    ],
)  # fmt: skip
def test_lines_that_can_not_be_ordered(line, kind):
    with pytest.raises(kind):
        with_line_amounts(line, 2)


def test_entering_lists_everything_that_is_missing():
    draft = replace(supply(entered=False), supplier="", drop_ship=True)
    with pytest.raises(Several) as error:
        enter_supplier_order(replace(draft, lines=(bought(), bought(quantity="0"))))
    assert [one.field for one in error.value.errors] == ["supplier", "supplier", "destination", "lines[2].quantity"]
    with pytest.raises(Several, match="no line"):
        enter_supplier_order(supply(entered=False))
    assert supply(bought(), drop_ship=True, drop_ship_allowed=True, destination=Address("D1")).status is S.ENTERED


def test_transitions_are_one_table():
    assert set(SUPPLIER_ORDER_TRANSITIONS) == set(S)
    for before in S:
        assert not may_follow(before, before)
        for after in set(S) - SUPPLIER_ORDER_TRANSITIONS[before]:
            with pytest.raises(Refused) as error:
                check_transition(before, after)
            assert error.value.hint


def test_a_confirmation_says_less_and_later():
    order = confirm_supplier_order(supply(bought(), bought("NUT")), WEEK, {0: Confirmation(Decimal(8), WEEK)})
    first, second = order.lines
    assert (order.status, order.confirmed_on) == (S.CONFIRMED, WEEK)
    assert (first.expected, first.open, first.due) == (8, 8, WEEK)
    assert (second.expected, second.due) == (10, WEEK)
    again = confirm_supplier_order(order, TODAY, {0: Confirmation(Decimal(0))})
    assert (again.lines[0].open, again.confirmed_on) == (0, WEEK)
    part = receive(order, {0: Decimal(3)})
    with pytest.raises(Refused, match="received already"):
        confirm_supplier_order(part, TODAY, {0: Confirmation(Decimal(2))})
    with pytest.raises(Refused, match="entered"):
        confirm_supplier_order(supply(bought(), entered=False), TODAY)


def test_goods_come_in_parts_and_can_go_back():
    order = supply(bought(), bought("NUT", "5"))
    part = receive(order, {0: Decimal(4)})
    assert (part.status, part.lines[0].open) == (S.PARTIAL, 6)
    whole = receive(part, {0: Decimal(6), 1: Decimal(5)})
    assert whole.status is S.RECEIVED
    assert undo_receipt(whole, {0: Decimal(6), 1: Decimal(5)}) == part
    assert undo_receipt(part, {0: Decimal(4)}) == order
    with pytest.raises(Refused, match="Only 4"):
        undo_receipt(part, {0: Decimal(5)})
    with pytest.raises(Refused, match="not open"):
        receive(whole, {0: Decimal(1)})


def test_over_receipt_needs_consent():
    order = supply(bought(), bought("NUT", "5"))
    with pytest.raises(Several) as error:
        receive(order, {0: Decimal(11), 1: Decimal(6)})
    assert [one.field for one in error.value.errors] == ["lines[1].received", "lines[2].received"]
    more = receive(order, {0: Decimal(11), 1: Decimal(6)}, consent=True)
    assert (more.status, more.lines[0].received, more.lines[0].open) == (S.RECEIVED, 11, 0)
    assert receive(more, {1: Decimal(1)}, consent=True).lines[1].received == 7


def test_short_confirmation_is_received_with_what_was_confirmed():
    order = confirm_supplier_order(supply(bought()), TODAY, {0: Confirmation(Decimal(8))})
    assert receive(order, {0: Decimal(8)}).status is S.RECEIVED


def test_dates_move_on_the_side_that_said_them_last():
    order = change_dates(supply(bought()), {0: WEEK + dt.timedelta(1)})
    assert (order.lines[0].delivery_date, order.lines[0].confirmed_date) == (WEEK + dt.timedelta(1), None)
    confirmed = change_dates(confirm_supplier_order(order, TODAY), {0: WEEK + dt.timedelta(3)})
    assert confirmed.lines[0].due == WEEK + dt.timedelta(3)
    assert confirmed.lines[0].delivery_date == WEEK + dt.timedelta(1)
    with pytest.raises(Refused, match="to come"):
        change_dates(receive(supply(bought(), bought("NUT")), {0: Decimal(10)}), {0: WEEK})
    with pytest.raises(Invalid, match="no line 2"):
        change_dates(order, {1: WEEK})


def test_cancelling_keeps_what_came():
    """D-12.6."""
    order = receive(supply(bought(), bought("NUT")), {0: Decimal(4)})
    gone = cancel_lines(order, "no longer made")
    assert (gone.status, gone.lines[0].expected, gone.lines[1].expected) == (S.RECEIVED, 4, 0)
    assert gone.reason == "no longer made"
    assert undo_receipt(gone, {0: Decimal(4)}).status is S.CANCELLED
    assert cancel_lines(supply(bought()), "late").status is S.CANCELLED
    with pytest.raises(Invalid, match="why"):
        cancel_lines(order, " ")
    with pytest.raises(DeskError):
        cancel_lines(gone, "again")


def test_lines_are_added_until_the_supplier_confirms():
    order = add_lines(supply(bought()), [bought("NUT", "2", "1.5")])
    assert [line.net for line in order.lines] == [40, 3]
    with pytest.raises(Refused) as error:
        add_lines(confirm_supplier_order(order, TODAY), [bought()])
    assert error.value.rule == "D-14.2"


def test_open_in_main_units_and_json():
    order = supply(bought(uom=BOX))
    assert order.lines[0].open_in_main == 120
    assert codec.loads(SupplierOrderDraft, codec.dumps(order)) == order
