"""What the supplier's side does to customer lines, and what the clerk decides, on both databases (D-14.3, D-14.4)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from fluorders_tui.domain.errors import Conflict, NotAllowed, Refused
from fluorders_tui.domain.order import LineStatus
from fluorders_tui.domain.supplier_orders import Confirmation
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.saved_order import SavedOrder
from fluorders_tui.services.supplier_orders import (
    SavedSupplierOrder,
    cancel,
    change_supplier_order,
    confirm,
    move_dates,
    open_supplier_order_row,
    receive_goods,
)
from fluorders_tui.services.supply_exceptions import Choice, ExceptionKind, exception_count, exceptions, resolve
from fluorders_tui.services.supply_proposals import Asked, StockUse, order_supply, proposals
from tests.services.supply_shop import again, bought, check_counters, fill_supply_shop, links, ordered, rows, set_stock

LATER = dt.date(2027, 1, 11)
DATE, SHORT, CANCELLED = ExceptionKind.DATE, ExceptionKind.SHORT, ExceptionKind.CANCELLED


@pytest.fixture
def desk(italian_desk: Desk) -> Desk:
    fill_supply_shop(italian_desk)
    return italian_desk


def supplied(
    desk: Desk, *lines: tuple[str, int | str], drop_ship: bool = False
) -> tuple[SavedOrder, SavedSupplierOrder]:
    """A customer order that is all on supply."""
    order = ordered(desk, *lines)
    made = order_supply(desk, proposals(desk, Asked(stock_use=StockUse.ALWAYS, drop_ship=drop_ship)).rows)
    return order, made.orders[0]


def told(desk: Desk) -> list[tuple[ExceptionKind, int, tuple[Choice, ...]]]:
    return [(one.exception.kind, int(one.exception.quantity), one.exception.choices) for one in exceptions(desk)]


def test_a_later_date_is_accepted_as_an_amendment(desk: Desk) -> None:
    order, supply = supplied(desk, ("A-100", 10))
    move_dates(desk, supply.draft.id, {0: LATER})
    (one,) = exceptions(desk)
    assert (one.order, one.line, one.customer, one.supplier_order) == (order.number, 1, "C0001", supply.number)
    assert (one.exception.kind, one.exception.quantity, one.exception.due, one.exception.urgent) == (
        DATE, 10, LATER, True,
    )  # fmt: skip
    assert one.exception.choices == (Choice.ACCEPT, Choice.ELSEWHERE, Choice.FORCE)
    assert again(desk, order).line_statuses == (LineStatus.ON_SUPPLY,)
    made = resolve(desk, one.link_id, DATE, Choice.ACCEPT)
    now = again(desk, order)
    assert (made.date, now.draft.lines[0].delivery_date, now.draft.lines[0].ready_date) == (LATER, LATER, LATER)
    assert (now.draft.revision, now.line_statuses) == (1, (LineStatus.ON_SUPPLY,))
    assert (exceptions(desk), exception_count(desk), links(desk)) == ([], 0, [(10, 0, "")])
    with pytest.raises(Conflict):
        resolve(desk, one.link_id, DATE, Choice.ACCEPT)
    comments = [row["comment"] for row in rows(desk, "SELECT comment FROM journal WHERE kind = 'order' ORDER BY id")]
    assert comments[-2].startswith("10 of A-100 on supplier order SO2026-00001 come on 2027-01-11")
    assert comments[-1].startswith("accept the date: ")


def test_the_last_word_of_the_supplier_counts(desk: Desk) -> None:
    _, supply = supplied(desk, ("A-100", 10))
    was = supply.draft.lines[0].delivery_date
    assert was is not None
    move_dates(desk, supply.draft.id, {0: LATER})
    move_dates(desk, supply.draft.id, {0: LATER + dt.timedelta(7)})
    (one,) = exceptions(desk)
    assert (one.exception.was_due, one.exception.due) == (was, LATER + dt.timedelta(7))


def test_a_short_confirmation_is_ordered_elsewhere(desk: Desk) -> None:
    order, supply = supplied(desk, ("A-100", 10))
    confirm(desk, supply.draft.id, {0: Confirmation(Decimal(4))})
    assert told(desk) == [(SHORT, 6, (Choice.ELSEWHERE, Choice.FORCE))]
    assert links(desk) == [(4, 0, "confirmed short")]
    (one,) = exceptions(desk)
    made = resolve(desk, one.link_id, SHORT, Choice.ELSEWHERE)
    assert made.reorder == 6
    asked = Asked(lines=frozenset({one.line_id}), without=frozenset({one.supplier}))
    (row,) = proposals(desk, asked).rows
    assert (row.source.supplier, row.quantity) == ("S2", 6)
    order_supply(desk, [row])
    assert links(desk) == [(4, 0, ""), (6, 0, "")]
    receive_goods(desk, supply.draft.id)
    assert again(desk, order).line_statuses == (LineStatus.ON_SUPPLY,)


def test_a_second_shortage_adds_up(desk: Desk) -> None:
    _, supply = supplied(desk, ("A-100", 10))
    for quantity in (7, 4):
        confirm(desk, supply.draft.id, {0: Confirmation(Decimal(quantity))})
    (one,) = exceptions(desk)
    assert one.exception.quantity == 6
    assert one.exception.message == "6 of A-100 were not confirmed on supplier order SO2026-00001."


def test_a_cancelled_line_is_served_from_stock(desk: Desk) -> None:
    order, supply = supplied(desk, ("A-100", 10))
    cancel(desk, supply.draft.id, "sold out")
    assert told(desk) == [(CANCELLED, 10, (Choice.ELSEWHERE, Choice.FORCE))]
    assert links(desk) == [(0, 0, "cancelled")]
    assert again(desk, order).line_statuses == (LineStatus.CONFIRMED,)
    set_stock(desk, "A-100", "10")
    (one,) = exceptions(desk)
    assert one.exception.choices == (Choice.ELSEWHERE, Choice.STOCK, Choice.FORCE), "stock came in meanwhile"
    ordered(desk, ("A-100", 1), customer="C0002")
    with pytest.raises(Refused) as refused:
        resolve(desk, one.link_id, CANCELLED, Choice.STOCK)
    assert refused.value.rule == "D-14.4"
    receive_goods(desk, bought(desk, ("A-100", 5)).draft.id)
    assert resolve(desk, one.link_id, CANCELLED, Choice.STOCK).from_stock == 10
    assert (links(desk), exceptions(desk)) == ([], [])
    last = rows(desk, "SELECT comment FROM journal WHERE kind = 'order' ORDER BY id DESC")[0]
    assert last["comment"].startswith("serve from stock: ")


def test_forcing_closes_what_is_left_and_is_not_everybodys(desk: Desk) -> None:
    order, supply = supplied(desk, ("A-100", 10), ("A-110", 2))
    cancel(desk, supply.draft.id, "sold out", [0])
    (one,) = exceptions(desk)
    with pytest.raises(NotAllowed):
        resolve(replace(desk, role="clerk"), one.link_id, CANCELLED, Choice.FORCE)
    resolve(desk, one.link_id, CANCELLED, Choice.FORCE)
    assert again(desk, order).line_statuses == (LineStatus.FORCED, LineStatus.ON_SUPPLY)
    with pytest.raises(Conflict):
        resolve(desk, one.link_id, CANCELLED, Choice.FORCE)
    check_counters(desk)


def test_forcing_a_part_lowers_the_line(desk: Desk) -> None:
    order, supply = supplied(desk, ("A-100", 10))
    confirm(desk, supply.draft.id, {0: Confirmation(Decimal(4))})
    resolve(desk, exceptions(desk)[0].link_id, SHORT, Choice.FORCE)
    now = again(desk, order)
    assert (now.draft.lines[0].quantity, now.draft.lines[0].net, now.line_statuses) == (
        4, Decimal("40.00"), (LineStatus.ON_SUPPLY,),
    )  # fmt: skip
    receive_goods(desk, supply.draft.id)
    assert again(desk, order).line_statuses == (LineStatus.READY,)


def test_shortage_and_delay_are_decided_apart(desk: Desk) -> None:
    order, supply = supplied(desk, ("A-100", 10))
    confirm(desk, supply.draft.id, {0: Confirmation(Decimal(4), LATER)})
    assert [(kind, quantity) for kind, quantity, _ in told(desk)] == [(SHORT, 6), (DATE, 4)]
    link_id = exceptions(desk)[0].link_id
    resolve(desk, link_id, DATE, Choice.ACCEPT)
    assert [kind for kind, _, _ in told(desk)] == [SHORT]
    resolve(desk, link_id, SHORT, Choice.ELSEWHERE)
    assert (told(desk), links(desk)) == ([], [(4, 0, "")])
    assert again(desk, order).draft.lines[0].delivery_date == LATER


def test_a_late_line_is_served_otherwise_and_its_goods_become_stock(desk: Desk) -> None:
    order, supply = supplied(desk, ("A-100", 10))
    set_stock(desk, "A-100", "10")
    move_dates(desk, supply.draft.id, {0: LATER})
    (one,) = exceptions(desk)
    resolve(desk, one.link_id, DATE, Choice.STOCK)
    assert (links(desk), again(desk, order).line_statuses) == ([], (LineStatus.CONFIRMED,))
    assert open_supplier_order_row(desk, supply.draft.id).draft.lines[0].open == 10


def test_a_line_that_the_buyer_lowers_or_removes_tells_its_customers(desk: Desk) -> None:
    _, supply = supplied(desk, ("A-100", 10), ("A-110", 2))
    first, second = supply.draft.lines
    changed = change_supplier_order(desk, replace(supply.draft, lines=(replace(first, quantity=Decimal(8)), second)))
    assert told(desk) == [(SHORT, 2, (Choice.ELSEWHERE, Choice.FORCE))]
    change_supplier_order(desk, replace(changed.draft, lines=changed.draft.lines[:1]))
    assert [(kind, quantity) for kind, quantity, _ in told(desk)] == [(SHORT, 2), (CANCELLED, 2)]
    assert links(desk) == [(8, 0, "confirmed short"), (0, 0, "cancelled")]


def test_drop_shipped_goods_execute_the_line_as_they_come(desk: Desk) -> None:
    order, supply = supplied(desk, ("A-100", 10), drop_ship=True)
    receive_goods(desk, supply.draft.id, {0: Decimal(4)})
    part = again(desk, order)
    assert (part.draft.lines[0].executed, part.line_statuses, part.draft.status.value) == (
        4, (LineStatus.PARTIAL,), "partially executed",
    )  # fmt: skip
    cancel(desk, supply.draft.id, "sold out")
    assert (links(desk), told(desk)) == ([(4, 4, "cancelled")], [(CANCELLED, 6, (Choice.ELSEWHERE, Choice.FORCE))])
    resolve(desk, exceptions(desk)[0].link_id, CANCELLED, Choice.FORCE)
    done = again(desk, order)
    assert (done.line_statuses, done.draft.status.value) == ((LineStatus.FORCED,), "forcibly executed")
    assert rows(desk, "SELECT * FROM stock") == []
    events = [
        (row["event"], row["to_status"]) for row in rows(desk, "SELECT * FROM journal WHERE kind = 'order' ORDER BY id")
    ]
    assert ("partially executed", "partially executed") in events
    check_counters(desk)


def test_a_surplus_of_drop_shipped_goods_is_never_more_than_was_ordered(desk: Desk) -> None:
    order, supply = supplied(desk, ("A-100", 10), drop_ship=True)
    with pytest.raises(Refused):
        receive_goods(desk, supply.draft.id, {0: Decimal(12)})
    receive_goods(desk, supply.draft.id, {0: Decimal(12)}, consent=True)
    assert again(desk, order).draft.lines[0].executed == 10
    assert rows(desk, "SELECT * FROM stock") == []
