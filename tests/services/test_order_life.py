"""An order's steps on both databases: who may, what becomes of lines, links, numbers and the journal (D-12)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from fluorders_tui.data.order_progress import LineStep, write_progress
from fluorders_tui.data.order_rows import line_statuses
from fluorders_tui.domain.errors import Conflict, Invalid, NotAllowed, Refused, Several
from fluorders_tui.domain.fulfilment import DeliverableOrder, check_deliverable
from fluorders_tui.domain.header import set_text
from fluorders_tui.domain.order import Execution, LineStatus, OrderStatus
from fluorders_tui.services.conversions import Asked as Conversion
from fluorders_tui.services.conversions import convert
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.order_life import (
    Asked,
    OrderStep,
    confirmation_sent,
    mark_printed,
    take,
    take_many,
)
from fluorders_tui.services.order_life_preview import preview, preview_many
from fluorders_tui.services.order_story import story
from fluorders_tui.services.orders import change_order, enter_order, open_order, open_order_row
from fluorders_tui.services.registries import get_row
from fluorders_tui.services.registry_saving import save_row
from fluorders_tui.services.saved_order import SavedOrder
from fluorders_tui.services.supply_proposals import Asked as Supply
from fluorders_tui.services.supply_proposals import order_supply, proposals
from tests.services.offer_shop import offered
from tests.services.supply_shop import fill_supply_shop, links, rows
from tests.services.test_orders import kept_counters, of_type, recounted
from tests.shop import draft, with_line

CONFIRM, REOPEN, ARCHIVE = Asked(OrderStep.CONFIRM), Asked(OrderStep.REOPEN), Asked(OrderStep.ARCHIVE)
CANCEL = Asked(OrderStep.CANCEL, reason="customer")
FORCE, UNFORCE = Asked(OrderStep.FORCE, reason="no more of it"), Asked(OrderStep.UNFORCE)
DAY = dt.date(2026, 11, 24)
L = LineStatus


@pytest.fixture
def desk(italian_desk: Desk) -> Desk:
    fill_supply_shop(italian_desk)
    return italian_desk


def entered(desk: Desk, *lines: tuple[str, int | str]) -> SavedOrder:
    return open_order(desk, enter_order(desk, draft(desk, *lines)).number)


def confirmed(desk: Desk, *lines: tuple[str, int | str]) -> SavedOrder:
    return take(desk, entered(desk, *lines).draft.id, CONFIRM)


def deliver(desk: Desk, order: SavedOrder, quantities: Iterable[int]) -> SavedOrder:
    """Goods leave, or come back where a quantity is negative: the first line's, the second one's, …"""
    pairs = zip(order.draft.lines, quantities, strict=False)
    steps = {line.id: LineStep(Decimal(quantity)) for line, quantity in pairs if quantity}
    with desk.store.write() as session:
        write_progress(session, order.draft.id, steps, desk.now(), desk.user)
    return open_order_row(desk, order.draft.id)


def deliverable(desk: Desk, order: SavedOrder) -> DeliverableOrder:
    printed = column(desk, order, "printed_at") is not None
    return DeliverableOrder(open_order_row(desk, order.draft.id).draft, (), printed)


def with_status(desk: Desk, order: SavedOrder, status: OrderStatus) -> SavedOrder:
    with desk.store.write() as session:
        write_progress(session, order.draft.id, {}, desk.now(), desk.user, header=status)
    return open_order_row(desk, order.draft.id)


def events(desk: Desk, order: SavedOrder) -> list[tuple[str, str, str]]:
    found = rows(desk, "SELECT event, from_status, to_status FROM v_journal WHERE kind = 'order' AND document_id = :id "
                       "ORDER BY id", id=order.draft.id)  # fmt: skip
    return [(row["event"], row["from_status"], row["to_status"]) for row in found]


def column(desk: Desk, order: SavedOrder, name: str) -> Any:
    return rows(desk, f"SELECT {name} FROM customer_order WHERE id = :id", id=order.draft.id)[0][name]


def test_confirming_moves_header_and_lines_once(desk: Desk) -> None:
    order = entered(desk, ("A-100", 1), ("A-110", 2))
    seen = preview(desk, order.draft.id, CONFIRM)
    assert (seen.before, seen.after, len(seen.lines)) == (OrderStatus.ENTERED, OrderStatus.CONFIRMED, 2)
    assert open_order_row(desk, order.draft.id) == order
    done = take(desk, order.draft.id, CONFIRM, version=order.draft.version)
    assert done.draft.status is OrderStatus.CONFIRMED
    assert set(done.line_statuses) == {L.CONFIRMED}
    assert column(desk, order, "confirmed_at") is not None
    assert not column(desk, order, "resend_confirmation")
    assert events(desk, order)[-1] == ("confirmed", "entered", "confirmed")
    assert kept_counters(desk) == recounted(desk)
    with pytest.raises(Conflict):
        take(desk, order.draft.id, CANCEL, version=order.draft.version)
    with pytest.raises(Refused, match="confirmed already"):
        take(desk, order.draft.id, CONFIRM)


def test_roles_hold_in_the_services(desk: Desk) -> None:
    order = confirmed(desk)
    for role, asked in (
        ("viewer", CONFIRM), ("expediter", CANCEL), ("clerk", REOPEN), ("clerk", FORCE), ("clerk", ARCHIVE),
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            take(replace(desk, role=role), order.draft.id, asked)
    assert open_order_row(desk, order.draft.id) == order
    rejected = with_status(desk, with_status(desk, entered(desk), OrderStatus.WAITING), OrderStatus.REJECTED)
    assert take(replace(desk, role="clerk"), rejected.draft.id, REOPEN).draft.status is OrderStatus.ENTERED


def test_who_waits_or_is_locked_is_not_confirmed_by_a_clerk(desk: Desk) -> None:
    for status, rule in ((OrderStatus.LOCKED, "D-11.2"), (OrderStatus.WAITING, "D-16.3b")):
        order = with_status(desk, entered(desk), status)
        with pytest.raises(Refused) as told:
            take(desk, order.draft.id, CONFIRM)
        assert told.value.rule == rule


def test_cancelling_needs_a_reason_from_the_table_and_keeps_what_was_executed(desk: Desk) -> None:
    order = deliver(desk, confirmed(desk, ("A-100", 10), ("A-110", 4), ("A-120", 2)), (10, 1))
    for reason in ("", "because"):
        with pytest.raises(Invalid) as told:
            take(desk, order.draft.id, Asked(OrderStep.CANCEL, reason=reason))
        assert (told.value.rule, told.value.field) == ("D-12.6", "reason")
    total = order.totals.total
    done = take(desk, order.draft.id, Asked(OrderStep.CANCEL, reason="customer", comment="rang at ten"))
    assert done.draft.status is OrderStatus.CANCELLED
    assert done.line_statuses == (L.EXECUTED, L.CANCELLED, L.CANCELLED)
    assert [line.executed for line in done.draft.lines] == [10, 1, 0]
    # What it was ordered for stays readable (P-141).
    assert done.totals.total == total
    told = story(desk, order.number).entries[-1]
    assert told.comment == "Customer changed their mind: rang at ten"
    assert told.text == "cancelled the order"
    last = rows(desk, "SELECT after FROM v_journal WHERE event = 'cancelled'")[-1]
    assert json.loads(last["after"])["reason"] == "CUSTOMER"
    for asked in (CONFIRM, CANCEL, REOPEN, FORCE):
        with pytest.raises(Refused):
            take(desk, order.draft.id, asked)
    assert take(desk, order.draft.id, ARCHIVE).draft.status is OrderStatus.ARCHIVED
    assert kept_counters(desk) == recounted(desk)


def test_a_cancelled_line_is_an_amendment_and_counts_no_more(desk: Desk) -> None:
    order = deliver(desk, confirmed(desk, ("A-100", 10), ("A-110", 4), ("A-120", 2)), (3,))
    done = take(desk, order.draft.id, replace(CANCEL, lines=(1, 2)))
    assert done.line_statuses == (L.CANCELLED, L.CANCELLED, L.CONFIRMED)
    assert (done.draft.revision, done.draft.status) == (1, OrderStatus.PARTIAL)
    assert column(desk, order, "resend_confirmation")
    # Three bolts at 10, nothing of the second line, two washers at 0.50 (P-141).
    assert [line.net for line in done.draft.lines] == [Decimal("30.00"), Decimal("0.00"), Decimal("1.00")]
    assert done.totals.items_net == Decimal("31.00")
    assert [line.quantity for line in done.draft.lines] == [10, 4, 2]
    with pytest.raises(Refused) as told:
        change_order(desk, replace(done.draft, lines=tuple(replace(one, cancelled=False) for one in done.draft.lines)))
    assert told.value.rule == "D-12.3"
    # It stays so whatever else changes.
    later = change_order(desk, set_text(done.draft, "reference", "PO 1"))
    assert later.totals.items_net == Decimal("31.00")
    with pytest.raises(Several):
        take(desk, order.draft.id, replace(CANCEL, lines=(1, 2)))
    with pytest.raises(Invalid):
        take(desk, order.draft.id, replace(CANCEL, lines=(9,)))
    # With the last line gone all that is left was delivered.
    last = take(desk, order.draft.id, replace(CANCEL, lines=(3,)))
    assert (last.draft.status, last.execution) == (OrderStatus.EXECUTED, Execution.EXECUTED)
    assert kept_counters(desk) == recounted(desk)


def test_the_last_line_takes_the_order_with_it(desk: Desk) -> None:
    order = take(desk, entered(desk, ("A-100", 1), ("A-110", 1)).draft.id, replace(CANCEL, lines=(1,)))
    assert order.draft.status is OrderStatus.ENTERED
    assert take(desk, order.draft.id, replace(CANCEL, lines=(2,))).draft.status is OrderStatus.CANCELLED


def test_forcing_closes_the_rest_and_undoing_gives_it_back(desk: Desk) -> None:
    """ERP-RESERVE-LIFECYCLE: confirm, deliver 5 of 10, close, reopen, cancel the delivery, cancel the order."""
    order = confirmed(desk, ("A-100", 10))

    def remaining() -> Decimal:
        return Decimal(str(rows(desk, "SELECT remaining FROM v_order_line")[0]["remaining"]))

    seen = [remaining()]
    order = deliver(desk, order, (5,))
    seen.append(remaining())
    with pytest.raises(Invalid):
        take(desk, order.draft.id, Asked(OrderStep.FORCE))
    forced = take(desk, order.draft.id, FORCE)
    assert (forced.draft.status, forced.execution, forced.draft.revision) == (
        OrderStatus.FORCED, Execution.FORCED, 0,
    )  # fmt: skip
    assert story(desk, order.number).entries[-1].comment == "no more of it"
    seen.append(remaining())
    back = take(desk, order.draft.id, UNFORCE)
    assert (back.draft.status, back.line_statuses) == (OrderStatus.PARTIAL, (L.PARTIAL,))
    seen.append(remaining())
    order = deliver(desk, back, (-5,))
    assert order.draft.status is OrderStatus.CONFIRMED
    seen.append(remaining())
    take(desk, order.draft.id, CANCEL)
    seen.append(remaining())
    assert seen == [10, 5, 0, 5, 10, 0]
    with pytest.raises(Refused):
        take(desk, order.draft.id, UNFORCE)


def test_single_lines_are_forced_and_opened_again(desk: Desk) -> None:
    order = confirmed(desk, ("A-100", 10), ("A-110", 4))
    one = take(desk, order.draft.id, replace(FORCE, lines=(2,)))
    assert (one.line_statuses, one.draft.status) == ((L.CONFIRMED, L.FORCED), OrderStatus.CONFIRMED)
    assert story(desk, order.number).entries[-1].text.startswith("closed what was left of lines")
    with pytest.raises(Refused):
        take(desk, order.draft.id, replace(FORCE, lines=(2,)))
    with pytest.raises(Refused):
        take(desk, order.draft.id, replace(UNFORCE, lines=(1,)))
    assert take(desk, order.draft.id, FORCE).draft.status is OrderStatus.FORCED
    back = take(desk, order.draft.id, replace(UNFORCE, lines=(2,)))
    assert back.line_statuses == (L.FORCED, L.CONFIRMED)


def test_reopened_and_confirmed_again_is_a_revision_to_be_sent(desk: Desk) -> None:
    order = confirmed(desk)
    opened = take(desk, order.draft.id, replace(REOPEN, comment="wrong price"))
    assert (opened.draft.status, opened.line_statuses) == (OrderStatus.ENTERED, (L.INSERTED,))
    again = take(desk, order.draft.id, CONFIRM)
    assert again.draft.revision == 1
    assert column(desk, order, "resend_confirmation")
    confirmation_sent(desk, order.draft.id, "rossi@example.com")
    assert not column(desk, order, "resend_confirmation")
    change_order(desk, with_line(desk, open_order_row(desk, order.draft.id).draft, "A-110"))
    assert column(desk, order, "resend_confirmation")
    assert mark_printed(desk, order.draft.id)
    assert not column(desk, order, "resend_confirmation")
    partly = deliver(desk, open_order_row(desk, order.draft.id), (1,))
    with pytest.raises(Refused) as told:
        take(desk, partly.draft.id, REOPEN)
    assert told.value.rule == "D-12.3"
    assert [event for event, _, _ in events(desk, order)] == [
        "entered", "confirmed", "reopened", "confirmed", "confirmation sent", "changed", "printed",
        "partially executed",
    ]  # fmt: skip


def test_printed_once_blocked_for_clerks_and_needed_for_delivery(desk: Desk) -> None:
    flags = {"block_when_printed": True, "execution_needs_print": True}
    save_row(desk, "order-types", {"code": "BLK", "name": "B", "numbering": "ORD", **flags})
    order = open_order(desk, enter_order(desk, of_type(desk, "BLK")).number)
    clerk = replace(desk, role="clerk")
    take(clerk, order.draft.id, CONFIRM)
    with pytest.raises(Refused, match="only when printed"):
        check_deliverable(deliverable(desk, order))
    assert mark_printed(clerk, order.draft.id)
    printed = column(desk, order, "printed_at")
    assert not mark_printed(clerk, order.draft.id)
    assert column(desk, order, "printed_at") == printed
    check_deliverable(deliverable(desk, order))
    for asked in (CANCEL, replace(CANCEL, lines=(1,))):
        with pytest.raises(NotAllowed) as told:
            take(clerk, order.draft.id, asked)
        assert told.value.rule == "D-12.4"
    assert take(replace(desk, role="supervisor"), order.draft.id, REOPEN).draft.status is OrderStatus.ENTERED
    locked = with_status(desk, entered(desk), OrderStatus.LOCKED)
    with pytest.raises(Refused) as refused:
        mark_printed(desk, locked.draft.id)
    assert refused.value.rule == "D-11.2"


def test_a_rejected_order_of_a_type_that_confirms_itself(desk: Desk) -> None:
    order = open_order(desk, enter_order(desk, of_type(desk, "WEB")).number)
    rejected = with_status(desk, with_status(desk, order, OrderStatus.WAITING), OrderStatus.REJECTED)
    again = take(desk, rejected.draft.id, REOPEN)
    assert (again.draft.status, again.line_statuses) == (OrderStatus.CONFIRMED, (L.CONFIRMED,))


def gap_type(desk: Desk) -> None:
    policy = {"code": "P", "period": "yearly", "recover_gaps": True}
    save_row(
        desk,
        "numberings",
        {"code": "GAP", "name": "G", "format": "G{year}-{number:03d}"},
        children={"numbering-policies": [policy], "numbering-ranges": []},
    )
    save_row(desk, "order-types", {"code": "GAP", "name": "G", "numbering": "GAP"})


def test_a_number_cancelled_before_print_is_given_again(desk: Desk) -> None:
    gap_type(desk)
    first, second = (open_order(desk, enter_order(desk, of_type(desk, "GAP", DAY)).number) for _ in range(2))
    assert "may be given to another order" in " ".join(preview(desk, first.draft.id, CANCEL).told)
    take(desk, first.draft.id, CANCEL)
    # Until another order has it, the number still finds the cancelled one.
    assert open_order(desk, "G2026-001").draft.id == first.draft.id
    again = enter_order(desk, of_type(desk, "GAP", DAY))
    assert again.number == "G2026-001"
    assert open_order(desk, "G2026-001").draft.id == again.draft.id
    assert open_order(desk, "1").draft.id == again.draft.id
    take(desk, again.draft.id, CANCEL)
    assert open_order(desk, "G2026-001").draft.id == again.draft.id
    # One that was printed keeps its number.
    mark_printed(desk, second.draft.id)
    take(desk, second.draft.id, CANCEL)
    numbers = [enter_order(desk, of_type(desk, "GAP", DAY)).number for _ in range(2)]
    assert numbers == ["G2026-001", "G2026-003"]
    # And where gaps are not recovered nothing is given back.
    usual = entered(desk)
    take(desk, usual.draft.id, CANCEL)
    assert entered(desk).number != usual.number


def test_what_hangs_on_an_order_is_freed_and_told(desk: Desk) -> None:
    offer = offered(desk, ("A-100", 12), ("A-110", 5))
    row = convert(desk, Conversion((offer.draft.id,))).orders[0][0]
    order = take(desk, row, CONFIRM)
    order_supply(desk, proposals(desk, Supply(orders=(order.number,))).rows)
    assert links(desk)[-1][0] > 0
    seen = preview(desk, row, replace(CANCEL, lines=(1,)))
    assert "12 A-100: open again in offer" in seen.told[0]
    assert any("brings it into stock instead" in told for told in seen.told)
    before = links(desk)
    assert open_order_row(desk, row).draft.version == order.draft.version + 1
    take(desk, row, CANCEL)
    assert len(links(desk)) < len(before)
    assert rows(desk, "SELECT status FROM offer")[0]["status"] == "confirmed"


def test_many_at_once_each_for_itself(desk: Desk) -> None:
    orders = [entered(desk), confirmed(desk), entered(desk)]
    ids = [order.draft.id for order in orders]
    seen = preview_many(desk, ids, CONFIRM)
    assert [one.error is None for one in seen] == [True, False, True]
    done = take_many(desk, [(one.order_id, one.version) for one in seen], CONFIRM)
    assert [one.error is None for one in done] == [True, False, True]
    assert [one.number for one in done] == [order.number for order in orders]
    with desk.store.read() as connection:
        assert set(line_statuses(connection, ids[2]).values()) == {L.CONFIRMED}
    assert len(take_many(desk, [(ids[0], None), (ids[1], None)], REOPEN, lambda done, total: done < 1)) == 1
    assert kept_counters(desk) == recounted(desk)


def test_an_entry_asked_for_twice_is_entered_once(desk: Desk) -> None:
    """P-143."""
    made = draft(desk)
    first = enter_order(desk, made, "entry-1")
    second = enter_order(desk, with_line(desk, made, "A-110"), "entry-1")
    assert (second.number, second.again, first.again) == (first.number, True, False)
    assert [line.item for line in second.draft.lines] == ["A-100"]
    assert enter_order(desk, made, "entry-2").number != first.number
    assert len(rows(desk, "SELECT id FROM customer_order")) == 2


def test_cancelling_a_held_order_withdraws_what_was_asked_for(desk: Desk) -> None:
    customer = get_row(desk, "customers", "C0001", children=False)
    save_row(desk, "customers", {"always_authorise": True}, row_id=customer.id, version=customer.version)
    held = entered(desk)
    assert held.draft.status in (OrderStatus.WAITING, OrderStatus.LOCKED)
    assert [row["state"] for row in rows(desk, "SELECT state FROM approval")] == ["waiting"]
    take(desk, held.draft.id, CANCEL)
    assert [row["state"] for row in rows(desk, "SELECT state FROM approval")] == ["withdrawn"]
