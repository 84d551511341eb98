"""Limits, blocks and authorisations on both databases: what passes, what is held, what lapses (D-11, P-150–155)."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from fluorders_tui.data.credit_rows import open_values, standings
from fluorders_tui.data.order_progress import LineStep, write_progress
from fluorders_tui.data.store import Store
from fluorders_tui.domain.entry import change_price
from fluorders_tui.domain.errors import Conflict, Invalid, NotAllowed
from fluorders_tui.domain.order import OrderStatus
from fluorders_tui.domain.totals import document_totals
from fluorders_tui.services.approvals import approve, ask_release, heard, news, reject, rejected_of_mine, waiting
from fluorders_tui.services.board import Lane, WaitingWindow, open_lane
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.order_gate import Outcome, Passing, Step, decide, hold_back
from fluorders_tui.services.order_life import Asked as LifeStep
from fluorders_tui.services.order_life import OrderStep, take
from fluorders_tui.services.orders import change_order, enter_order, enter_orders, open_order_row
from fluorders_tui.services.registries import get_row
from fluorders_tui.services.registry_saving import copy_row, save_row
from tests.services.credit_shop import (
    confirm_order,
    entered,
    journal,
    person,
    pieces,
    set_customer,
    status,
    with_quantity,
)
from tests.shop import draft, fill_shop

S = OrderStatus
CASES = json.loads((Path(__file__).parent.parent / "cases" / "peers.json").read_text(encoding="utf-8"))


@pytest.fixture
def desk(italian_desk: Desk) -> Desk:
    fill_shop(italian_desk)
    return italian_desk


@pytest.fixture
def boss(desk: Desk) -> Desk:
    return person(desk, "carla", "supervisor")


def exposure(desk: Desk, customer: str = "C0001") -> Decimal:
    with desk.store.read() as connection:
        (account,) = standings(connection, [customer])[customer].standing.accounts
    return account.balance + account.orders


def confirm_gate(desk: Desk, order_id: int, step: Step = Step.CONFIRM) -> Outcome:
    """What the gate says to a saved order, and what it leaves behind where it holds it."""
    saved = open_order_row(desk, order_id).draft
    with desk.store.write() as session:
        (decision,) = decide(desk, session, step, [Passing(saved, document_totals(saved))])
        if not decision.passes:
            hold_back(desk, session, saved, decision)
    return decision.outcome


def deliver(desk: Desk, order_id: int, quantity: int) -> None:
    line = open_order_row(desk, order_id).draft.lines[0]
    with desk.store.write() as session:
        write_progress(session, order_id, {line.id: LineStep(Decimal(quantity))}, desk.now(), desk.user)


def test_over_the_limit_an_order_is_locked_and_goes_on_once_released(desk: Desk, boss: Desk) -> None:
    set_customer(desk, "C0001", credit_limit="100", balance="20")
    assert entered(desk, 5).status is S.ENTERED  # 61.00 + 20.00
    locked = entered(desk, 2)
    assert locked.status is S.LOCKED
    (one,) = waiting(boss)
    (reason,) = one.reasons
    assert (one.number, one.mine, one.excess, reason.limit) == (locked.number, True, Decimal("5.40"), Decimal("100.00"))
    assert "105.40 of 100.00 (20.00 unpaid + 61.00 other open orders + 24.40 this order), 5.40 too much" in reason.text
    ask_release(desk, locked.id, "He pays tomorrow")
    assert [(of.asked_by, of.comment) for of in waiting(boss)] == [("anna", "He pays tomorrow")]
    (done,) = approve(boss, [locked.id], "fine")
    assert (done.status, done.error) == (S.ENTERED, None)
    assert status(desk, locked) is S.ENTERED
    assert not waiting(boss)
    events = journal(desk.store, locked.id)
    assert [event for event, *_ in events] == [
        "entered", "locked", "held back", "release asked", "approved", "released",
    ]  # fmt: skip
    assert [(user, comment) for _, user, comment in events[-2:]] == [("carla", "fine"), ("carla", "fine")]
    (told,) = news(desk)
    assert (told.number, told.approved, told.by, told.comment) == (locked.number, True, "carla", "fine")
    heard(desk, locked.id)
    assert not news(desk)


def test_the_figures_are_kept_with_the_decision(desk: Desk, boss: Desk) -> None:
    set_customer(desk, "C0001", credit_limit="10", balance="2")
    locked = entered(desk, 1)
    set_customer(desk, "C0001", balance="5")
    approve(boss, [locked.id])
    query = text("SELECT limit_minor, balance_minor, orders_minor, own_minor, excess_minor, state FROM approval")
    with desk.store.read() as connection:
        assert list(connection.execute(query)) == [(1000, 500, 0, 1220, 720, "approved")]


def test_the_peers_case_is_refused(desk: Desk) -> None:
    """MF-CREDIT: 246.05 used of 250, an order of 64.20 gross can't be confirmed."""
    case = next(one for one in CASES if one["id"] == "MF-CREDIT")
    used, limit, gross = (case["inputs"][name] for name in ("credit_used", "limit", "order_gross"))
    set_customer(desk, "C0001", credit_limit=limit, balance=used)
    item = {"code": "MF", "description": "x", "unit": "pc", "sales_price": "52.62", "vat_code": "22"}
    save_row(desk, "items", item)
    order = enter_order(desk, draft(desk, ("MF", 1)))
    assert order.totals.total == Decimal(gross)
    assert order.draft.status is S.LOCKED
    assert case["expected"]["complete"] == "refused"
    assert confirm_gate(desk, order.draft.id) is Outcome.LOCKED


def test_what_counts_is_what_is_still_open(desk: Desk) -> None:
    set_customer(desk, "C0001", credit_limit="1000")
    order = entered(desk, 10)
    assert exposure(desk) == Decimal("122.00")
    confirm_order(desk, open_order_row(desk, order.id).draft)
    deliver(desk, order.id, 4)
    assert exposure(desk) == Decimal("73.20")
    deliver(desk, order.id, -4)
    deliver(desk, order.id, 10)
    assert exposure(desk) == 0
    deliver(desk, order.id, -10)
    assert exposure(desk) == Decimal("122.00")
    with_quantity(desk, open_order_row(desk, order.id).draft, 7)
    assert exposure(desk) == Decimal("85.40")
    with desk.store.write() as session:
        write_progress(session, order.id, {}, desk.now(), desk.user, "no", header=S.CANCELLED)
    assert exposure(desk) == 0


@pytest.mark.parametrize(
    ("policy", "limit", "becomes", "told"),
    [
        ("block", "10", S.LOCKED, False),
        ("warn", "10", S.ENTERED, True),
        ("none", "10", S.ENTERED, False),
        ("block", "", S.ENTERED, False),
        ("block", "0", S.LOCKED, False),
        ("block", "12.20", S.ENTERED, False),
    ],
)
def test_policies(desk: Desk, policy: str, limit: str, becomes: OrderStatus, told: bool) -> None:
    set_customer(desk, "C0001", credit_limit=limit or None, credit_policy=policy)
    saved = enter_order(desk, pieces(desk, 1))
    order = saved.draft
    assert order.status is becomes
    assert (["D-11.1"] if told else []) == [one.rule for one in saved.warnings if one.rule.startswith("D-11")]
    assert ("over the credit limit" in [event for event, *_ in journal(desk.store, order.id)]) == told


def test_types_without_credit_or_never_locked_pass(desk: Desk) -> None:
    set_customer(desk, "C0001", credit_limit="0", blocks=[{"blocked_for": "orders", "reason": "unpaid"}])
    for values in ({"exclude_lock": True}, {"credit": False, "exclude_lock": True}):
        made = pieces(desk, 5)
        assert enter_order(desk, replace(made, type=replace(made.type, **values))).draft.status is S.ENTERED
    assert exposure(desk) == Decimal("61.00")


def test_customers_of_a_group_share_its_limit(desk: Desk) -> None:
    save_row(desk, "customer-groups", {"code": "CHAIN", "name": "Chain", "credit_limit": "100"})
    set_customer(desk, "C0001", group="CHAIN", balance="10")
    set_customer(desk, "C0002", group="CHAIN", credit_limit="5000")
    assert entered(desk, 5).status is S.ENTERED
    locked = entered(desk, 3, "C0002")
    assert locked.status is S.LOCKED
    (one,) = waiting(desk)
    assert [reason.text.split(":")[0] for reason in one.reasons] == ["Credit limit of group CHAIN"]
    assert with_quantity(desk, locked, 2).draft.status is S.ENTERED


@pytest.mark.parametrize(
    ("block", "becomes"),
    [
        ({"blocked_for": "orders"}, S.LOCKED),
        ({"blocked_for": "both", "valid_from": "2026-11-24", "valid_to": "2026-11-24"}, S.LOCKED),
        ({"blocked_for": "deliveries"}, S.ENTERED),
        ({"blocked_for": "orders", "valid_to": "2026-11-23"}, S.ENTERED),
        ({"blocked_for": "orders", "valid_from": "2026-11-25"}, S.ENTERED),
    ],
)
def test_blocks_hold_between_their_days(desk: Desk, boss: Desk, block: dict[str, Any], becomes: OrderStatus) -> None:
    set_customer(desk, "C0001", blocks=[{**block, "reason": "unpaid since May"}])
    order = entered(desk, 1)
    assert order.status is becomes
    if becomes is S.LOCKED:
        (one,) = waiting(boss)
        assert "unpaid since May" in one.why
        assert approve(boss, [order.id])[0].status is S.ENTERED
        # Released from this block, the order passes it at confirmation too; a new block asks again.
        assert confirm_gate(desk, order.id) is Outcome.PASSES
        set_customer(desk, "C0001", blocks=[{"blocked_for": "orders", "reason": "insolvent"}])
        assert confirm_gate(desk, order.id) is Outcome.LOCKED


def test_a_block_for_deliveries_stops_only_those(desk: Desk, boss: Desk) -> None:
    order = entered(desk, 2)
    set_customer(desk, "C0001", blocks=[{"blocked_for": "deliveries", "reason": "cash only"}])
    assert confirm_gate(desk, order.id) is Outcome.PASSES
    confirm_order(desk, open_order_row(desk, order.id).draft)
    assert confirm_gate(desk, order.id, Step.DELIVER) is Outcome.LOCKED
    assert status(desk, order) is S.LOCKED
    # A harmless change doesn't let it slip out.
    saved = open_order_row(desk, order.id).draft
    assert change_order(desk, replace(saved, reference="PO 9")).draft.status is S.LOCKED
    assert approve(boss, [order.id])[0].status is S.CONFIRMED
    assert confirm_gate(desk, order.id, Step.DELIVER) is Outcome.PASSES


def test_an_authorisation_holds_for_its_amount(desk: Desk, boss: Desk) -> None:
    set_customer(desk, "C0001", credit_limit="10")
    order = entered(desk, 3)
    approve(boss, [order.id])
    less = with_quantity(desk, open_order_row(desk, order.id).draft, 2)
    assert less.draft.status is S.ENTERED
    same = with_quantity(desk, less.draft, 3)
    assert same.draft.status is S.ENTERED
    more = with_quantity(desk, same.draft, 4)
    assert more.draft.status is S.LOCKED
    assert "authorisation lapsed" in [event for event, *_ in journal(desk.store, order.id)]
    back = with_quantity(desk, more.draft, 3)
    assert back.draft.status is S.LOCKED, "what lapsed does not come back"
    (one,) = waiting(boss)
    assert [len(one.reasons), one.excess] == [1, Decimal("26.60")]


def test_what_was_accepted_is_not_stopped_by_what_is_released_above_it(desk: Desk, boss: Desk) -> None:
    set_customer(desk, "C0001", credit_limit="100")
    first = entered(desk, 5)
    second = entered(desk, 5)
    assert second.status is S.LOCKED
    approve(boss, [second.id])
    assert confirm_gate(desk, first.id) is Outcome.PASSES
    assert entered(desk, 1).status is S.LOCKED
    set_customer(desk, "C0001", balance="60")
    assert confirm_gate(desk, first.id) is Outcome.LOCKED
    assert confirm_gate(desk, second.id) is Outcome.PASSES


def test_orders_of_one_call_count_on_each_other(desk: Desk) -> None:
    set_customer(desk, "C0001", credit_limit="100")
    made = enter_orders(desk, [pieces(desk, 5), pieces(desk, 5), pieces(desk, 3), pieces(desk, 50, "C0002")])
    assert [one.draft.status for one in made] == [S.ENTERED, S.LOCKED, S.ENTERED, S.ENTERED]


def test_two_desks_at_once_do_not_slip_under_one_limit(desk: Desk) -> None:
    set_customer(desk, "C0001", credit_limit="100")
    drafts = [pieces(desk, 5) for _ in range(8)]
    stores = [Store(desk.store.url) for _ in drafts]
    desks = [open_desk(store, "anna", clock=desk.clock) for store in stores]
    with ThreadPoolExecutor(len(drafts)) as pool:
        made = list(pool.map(lambda pair: enter_order(*pair), zip(desks, drafts, strict=True)))
    for store in stores:
        store.dispose()
    found = sorted(one.draft.status for one in made)
    assert found == [S.ENTERED] + [S.LOCKED] * 7
    assert exposure(desk) == Decimal("61.00")


# -- approvals ---------------------------------------------------------------------------------------


def test_always_authorise_is_bound_to_the_content(desk: Desk, boss: Desk) -> None:
    set_customer(desk, "C0001", always_authorise=True)
    order = entered(desk, 3)
    assert order.status is S.WAITING
    assert confirm_gate(desk, order.id) is Outcome.WAITS
    assert approve(boss, [order.id], "ok")[0].status is S.ENTERED
    assert confirm_gate(desk, order.id) is Outcome.PASSES
    less = with_quantity(desk, open_order_row(desk, order.id).draft, 2)
    assert less.draft.status is S.ENTERED
    # Sideways: another price for fewer pieces, the total stays below what was approved.
    line = change_price(less.draft, less.draft.lines[0], Decimal("10.5"))
    sideways = change_order(desk, replace(less.draft, lines=(line,)))
    assert sideways.draft.status is S.WAITING
    assert [event for event, *_ in journal(desk.store, order.id)].count("authorisation lapsed") == 1


def test_nobody_approves_their_own(desk: Desk, boss: Desk) -> None:
    set_customer(desk, "C0001", always_authorise=True)
    own = entered(boss, 1)
    (refused,) = approve(boss, [own.id])
    assert isinstance(refused.error, NotAllowed)
    assert refused.error.rule == "D-16.2"
    assert not any(one.mine for one in waiting(boss))
    # Nor what they changed of somebody else's.
    order = entered(desk, 1)
    with_quantity(boss, order, 2)
    assert isinstance(approve(boss, [order.id])[0].error, NotAllowed)
    second = person(desk, "dario", "supervisor")
    assert [one.status for one in approve(second, [order.id, own.id])] == [S.ENTERED, S.ENTERED]


def test_rejecting_says_why_and_the_clerk_hears_it(desk: Desk, boss: Desk) -> None:
    set_customer(desk, "C0001", always_authorise=True)
    order = entered(desk, 1)
    with pytest.raises(Invalid):
        reject(boss, [order.id], "  ")
    assert reject(boss, [order.id], "Too cheap")[0].status is S.REJECTED
    assert rejected_of_mine(desk) == (order.id,)
    assert [(one.approved, one.comment) for one in news(desk)] == [(False, "Too cheap")]
    changed = with_quantity(desk, open_order_row(desk, order.id).draft, 2)
    assert changed.draft.status is S.WAITING
    assert approve(boss, [order.id])[0].status is S.ENTERED


def test_many_at_once_each_with_its_own_result(desk: Desk, boss: Desk) -> None:
    set_customer(desk, "C0001", always_authorise=True)
    orders = [entered(desk, 1 + number).id for number in range(3)]
    plain = entered(desk, 1, "C0002").id
    own = entered(boss, 1).id
    done = approve(boss, [orders[0], plain, orders[1], own, orders[2], 999_999])
    assert [one.status for one in done] == [S.ENTERED, None, S.ENTERED, None, S.ENTERED, None]
    assert "nobody has to decide" in done[1].text
    assert "not there any more" in done[5].text


@pytest.mark.parametrize("role", ["clerk", "expediter", "viewer"])
def test_who_may_not_approve_is_told_so(desk: Desk, role: str) -> None:
    set_customer(desk, "C0001", always_authorise=True)
    order = entered(desk, 1)
    other = person(desk, "ugo", role)
    with pytest.raises(NotAllowed):
        approve(other, [order.id])
    # A desk that says otherwise than the database changes nothing.
    (refused,) = approve(replace(other, role="supervisor"), [order.id])
    assert isinstance(refused.error, NotAllowed)
    assert status(desk, order) is S.WAITING


def test_credit_is_for_supervisors_to_change(desk: Desk) -> None:
    set_customer(desk, "C0001", credit_limit="100")
    clerk = person(desk, "ugo", "clerk")
    row = get_row(desk, "customers", "C0001")
    assert save_row(clerk, "customers", {"city": "Como"}, row_id=row.id).values["city"] == "Como"
    for values, children in (
        ({"credit_limit": "999"}, None),
        ({"always_authorise": True}, None),
        ({}, {"customer-blocks": [{"blocked_for": "both", "reason": "x"}]}),
    ):
        with pytest.raises(NotAllowed):
            save_row(clerk, "customers", values, row_id=row.id, children=children)
    with pytest.raises(NotAllowed):
        save_row(clerk, "customers", {"code": "N1", "name": "New", "country": "IT", "credit_limit": "5"})
    assert copy_row(clerk, "customers", row.id, "N2").values["credit_limit"] is None
    assert copy_row(desk, "customers", row.id, "N3").values["credit_limit"] == Decimal("100.00")


def test_asking_for_what_is_not_held_is_refused(desk: Desk) -> None:
    with pytest.raises(Conflict, match="nobody has to decide"):
        ask_release(desk, entered(desk, 1).id)


def test_nobody_decides_on_a_cancelled_order(desk: Desk, boss: Desk) -> None:
    set_customer(desk, "C0001", credit_limit="10")
    order = entered(desk, 1)
    take(desk, order.id, LifeStep(OrderStep.CANCEL, reason="stock"))
    assert not waiting(boss)
    query = text("SELECT state FROM approval")
    with desk.store.read() as connection:
        assert list(connection.execute(query).scalars()) == ["withdrawn"]


def test_the_exposure_is_summed_by_its_index(sqlite_desk: Desk) -> None:
    seen: list[tuple[str, Any]] = []
    with sqlite_desk.store.read() as connection:
        event.listen(connection, "before_cursor_execute", lambda *told: seen.append((told[2], told[3])))
        open_values(connection, [1, 2])
        statement, parameters = seen[-1]
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    assert "INDEX ix_customer_order_exposure (customer_id=? AND status=?" in plan[0][3]


def test_the_board_reads_whole_rows_only_of_what_it_shows(desk: Desk, boss: Desk) -> None:
    set_customer(desk, "C0001", credit_limit="100")
    first, second, third = (entered(desk, 20) for _ in range(3))
    ask_release(desk, third.id, "please")
    window = open_lane(boss, Lane.WAITING)
    assert isinstance(window, WaitingWindow)
    assert [row.order for row in window.rows(0, 10)] == list(waiting(boss))
    assert [row.id for row in window.rows(0, 10)] == [third.id, first.id, second.id]
    assert (window.count(), window.index_of(second.id), window.index_of(99)) == (3, 2, None)
    assert [row.id for row in window.rows(1, 2)] == [first.id]
    # What was decided since stays in the list that was read, and is nobody's any more.
    approve(boss, [first.id], "ok")
    assert [(row.id, row.order.mine) for row in window.rows(1, 3)] == [(first.id, False), (second.id, True)]
    assert open_lane(boss, Lane.WAITING).count() == 2
