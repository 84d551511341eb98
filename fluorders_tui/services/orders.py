"""Entering, opening and changing customer orders: one transaction each (D-9.3, D-12)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from fluorders_tui.data.item_rows import item_ids
from fluorders_tui.data.journal_reading import status_before_hold
from fluorders_tui.data.numberings import load_numbering, provisional_number, take_number, upcoming
from fluorders_tui.data.order_rows import last_entry, line_statuses, load_order, order_ids, order_of_entry, order_state
from fluorders_tui.data.order_writing import Amendment, NewOrder, Writing, customer_row, insert_orders, update_order
from fluorders_tui.data.store import Connection, IntegrityError, Session
from fluorders_tui.domain.errors import Conflict, DeskError, Invalid, NotAllowed, Refused, Several
from fluorders_tui.domain.lifecycle import (
    HELD,
    MOVED_BY_QUANTITY,
    LineProgress,
    execution_of,
    line_status_after,
    line_status_after_entering,
    order_status_after,
    status_after_entering,
    status_after_release,
)
from fluorders_tui.domain.money import plain
from fluorders_tui.domain.notices import Notice
from fluorders_tui.domain.numbering import policy_for, same_series
from fluorders_tui.domain.order import Execution, LineStatus, OrderDraft, OrderLine, OrderStatus
from fluorders_tui.domain.permissions import Permission
from fluorders_tui.domain.readiness import draft_problems
from fluorders_tui.domain.totals import Totals, document_totals
from fluorders_tui.services.change_rights import check_change, check_hand_prices
from fluorders_tui.services.desk import Desk, check_permission
from fluorders_tui.services.offer_links import follow_offers
from fluorders_tui.services.order_changes import changes
from fluorders_tui.services.order_gate import Decision, Passing, Step, decide, settle
from fluorders_tui.services.saved_order import SavedOrder, completed
from fluorders_tui.services.supply_sides import follow_customer

#: Statuses in which an order may still be changed (D-12.3).
CHANGEABLE = frozenset(
    {
        OrderStatus.ENTERED,
        OrderStatus.WAITING,
        OrderStatus.LOCKED,
        OrderStatus.REJECTED,
        OrderStatus.CONFIRMED,
        OrderStatus.PARTIAL,
    }
)
_AMENDED = frozenset({OrderStatus.CONFIRMED, OrderStatus.PARTIAL})


Progress = Callable[[int], None]


def no_progress(_done: int) -> None:
    """Tell nobody."""


class _NothingWritten(Exception):
    """Ends the transaction of a dry run without a trace."""


def enter_order(desk: Desk, draft: OrderDraft, entry_id: str = "") -> SavedOrder:
    """Enter one draft: number, rows, journal and counters in one transaction (D-9.3).

    `entry_id` is what the desk calls this entry: where a connection broke at the last word and nobody knows whether
    it was entered, asking again gives the order that is there, with `again` set, and enters nothing (P-143).
    Raises `Several` with everything that is wrong with the draft, `Refused` and `Unreachable`.
    """
    if not entry_id:
        return enter_orders(desk, [draft])[0]
    try:
        with desk.store.write() as session:
            row = order_of_entry(session.connection(), entry_id)
            if row is not None:
                return replace(opened(desk, session.connection(), row), again=True)
            return enter_all_within(desk, session, [(draft, checked_totals(desk, draft))], entry_id=entry_id)[0]
    except IntegrityError as error:
        # What broke off before may have ended in between.
        with desk.store.read() as connection:
            row = order_of_entry(connection, entry_id)
            if row is not None:
                return replace(opened(desk, connection, row), again=True)
        raise _number_taken() from error


def enter_orders(desk: Desk, drafts: Sequence[OrderDraft], *, dry_run: bool = False) -> list[SavedOrder]:
    """Enter several drafts, all or none. A dry run goes all the way and writes nothing: no number is taken."""
    checked = [(draft, checked_totals(desk, draft, _place(index, drafts))) for index, draft in enumerate(drafts, 1)]
    saved: list[SavedOrder] = []
    try:
        with desk.store.write() as session:
            saved = enter_all_within(desk, session, checked)
            if dry_run:
                raise _NothingWritten
    except _NothingWritten:
        return [
            replace(completed(desk, draft, totals=totals), warnings=one.warnings, held=one.held)
            for (draft, totals), one in zip(checked, saved, strict=True)
        ]
    except IntegrityError as error:
        raise _number_taken() from error
    return saved


def _number_taken() -> Refused:
    return Refused(
        "Another order got this number in the same moment.", rule="D-9.3b", field="number", hint="Save again."
    )


def _place(index: int, drafts: Sequence[OrderDraft]) -> str:
    return f"[{index}]." if len(drafts) > 1 else ""


def checked_totals(desk: Desk, draft: OrderDraft, place: str = "") -> Totals:
    """The totals of a draft in which nothing is wrong; raises what is, as `Several` where it is more than one."""
    totals = document_totals(draft, company_decimals=desk.company.currency_decimals)
    problems = draft_problems(draft, desk.checks, totals)
    if not problems:
        return totals
    if len(problems) == 1 and not place:
        raise problems[0]
    raise Several([_placed(problem, place) for problem in problems])


def _placed(problem: DeskError, place: str) -> DeskError:
    return type(problem)(problem.message, field=place + problem.field, rule=problem.rule, hint=problem.hint)


def _writing(desk: Desk, session: Session, draft: OrderDraft, *, entering: bool) -> Writing:
    customer_id = customer_id_of(session, draft.customer, entering=entering)
    return Writing(desk.now(), desk.user, customer_id, item_ids_of(session, draft))


def customer_id_of(session: Session, code: str, *, entering: bool) -> int:
    """The row of a document's customer. Raises `Invalid`, and `Refused` to enter one for an inactive customer."""
    customer = customer_row(session, code)
    if customer is None:
        raise Invalid(f"There is no customer {code!r}.", field="customer", rule="D-3.1")
    customer_id, active = customer
    if entering and not active:
        raise Refused(f"Customer {code} is not active any more.", field="customer", rule="D-2.5")
    return customer_id


def item_ids_of(session: Session, draft: OrderDraft) -> Mapping[str, int]:
    """The rows of the items a document names. Raises `Invalid` for one nobody has."""
    ids = item_ids(session.connection(), [line.item for line in draft.lines if line.item])
    for index, line in enumerate(draft.lines, 1):
        if line.item and line.item not in ids:
            raise Invalid(f"There is no item {line.item!r}.", field=f"lines[{index}].item", rule="D-6.6")
    return ids


def enter_within(desk: Desk, session: Session, draft: OrderDraft, totals: Totals) -> SavedOrder:
    """Enter a draft whose totals were checked, in the caller's transaction; its lines have no rows yet."""
    return enter_all_within(desk, session, [(draft, totals)])[0]


def enter_all_within(
    desk: Desk,
    session: Session,
    drafts: Sequence[tuple[OrderDraft, Totals]],
    progress: Progress = no_progress,
    *,
    entry_id: str = "",
) -> list[SavedOrder]:
    """As `enter_within` for several, in few statements however many; `progress` is told how many have a number."""
    check_permission(desk, Permission.ENTER)
    for draft, _ in drafts:
        check_hand_prices(desk, draft.lines)
    writings = [_writing(desk, session, draft, entering=True) for draft, _ in drafts]
    decisions = decide(desk, session, Step.ENTER, [Passing(draft, totals) for draft, totals in drafts])
    new: list[NewOrder] = []
    ids: list[int] = []
    looks: dict[tuple[str, dt.date, str], bool] = {}
    # The numbers come last before writing: their counters stay locked until the transaction ends.
    for (draft, totals), writing, decision in zip(drafts, writings, decisions, strict=True):
        kind, status = draft.type, decision.held_status or status_after_entering(draft.type)
        series = (kind.numbering, draft.date, draft.external_number)
        if series not in looks:
            looks[series] = _looks_at_others(session.connection(), draft)
        if len(ids) < len(new) and looks[series]:
            ids += insert_orders(session, new[len(ids) :])
        taken = take_number(session, kind.numbering, draft.date, kind.code, desk.user, external=draft.external_number)
        new.append(NewOrder(draft, totals, taken, status, line_status_after_entering(status), writing, entry_id))
        progress(len(new))
    ids += insert_orders(session, new[len(ids) :])
    saved: list[SavedOrder] = []
    for order_id, one, decision in zip(ids, new, decisions, strict=True):
        settle(desk, session, order_id, one.taken.number, decision)
        entered = replace(one.draft, number=one.taken.number, status=one.status, id=order_id, version=1)
        statuses = (one.line_status,) * len(one.draft.lines)
        made = completed(desk, entered, line_statuses=statuses, totals=one.totals)
        warned = tuple(Notice("D-11.1", figures.message) for figures in decision.overdrawn)
        held = tuple(one.reason for one in decision.missing)
        saved.append(replace(made, warnings=made.warnings + warned, held=held) if warned or held else made)
    return saved


def _looks_at_others(connection: Connection, draft: OrderDraft) -> bool:
    """Whether its number depends on those of other documents (D-9.4–9.6), which then have to be there."""
    if draft.external_number.strip():
        return True
    policy = policy_for(load_numbering(connection, draft.type.numbering)[1], draft.date)
    return policy.progressive_by_date or policy.recover_gaps


def next_number(desk: Desk, draft: OrderDraft) -> str:
    """The number the draft would get now: provisional, not taken (D-9.3b)."""
    with desk.store.read() as connection:
        return provisional_number(connection, draft.type.numbering, draft.date, draft.type.code, desk.user)


def upcoming_numbers(desk: Desk, numbering: str, date: dt.date, count: int) -> list[str]:
    """The next numbers of a numbering on `date`, as they would look; none is taken (D-9.3b). Raises `Invalid`."""
    with desk.store.read() as connection:
        return upcoming(connection, numbering, date, count, desk.company.order_type, desk.user)


def find_order(connection: Connection, number: str) -> int:
    """The row of the order with `number`. Raises `Invalid` where there is none or more than one."""
    rows = order_ids(connection, number)
    if not rows:
        raise Invalid(f"There is no order {number!r}.", field="number", rule="D-9.3")
    if len(rows) > 1:
        raise Invalid(f"Several orders have the number {number!r}.", field="number", hint="Give the whole number.")
    return rows[0]


def open_order(desk: Desk, number: str) -> SavedOrder:
    """A saved order as it stands, to show or to change. Raises `Invalid` for an unknown number."""
    with desk.store.read() as connection:
        return opened(desk, connection, find_order(connection, number))


def open_order_row(desk: Desk, order_id: int) -> SavedOrder:
    """As `open_order`, by row."""
    with desk.store.read() as connection:
        return opened(desk, connection, order_id)


def opened(desk: Desk, connection: Connection, order_id: int) -> SavedOrder:
    """As `open_order_row`, in the caller's transaction."""
    draft = load_order(connection, order_id)
    if draft is None:
        raise Invalid("This order is not there any more.", field="number")
    execution = Execution(order_state(connection, order_id).execution)
    return completed(desk, draft, execution, tuple(line_statuses(connection, order_id).values()))


def last_change(desk: Desk, order_id: int) -> tuple[str, dt.datetime]:
    """Who touched an order last, and when (UTC)."""
    with desk.store.read() as connection:
        entry = last_entry(connection, order_id)
    return entry.user, entry.at


def change_order(desk: Desk, draft: OrderDraft, comment: str = "") -> SavedOrder:
    """Save an order that was opened and changed (D-12.5, D-12.7); after confirmation it is an amendment.

    Raises `Conflict` when somebody saved it in between, `Refused` where its status, printing or
    executed quantities forbid the change.
    """
    totals = checked_totals(desk, draft)
    with desk.store.write() as session:
        before = load_order(session.connection(), draft.id, lock=True)
        if before is None:
            raise Invalid("This order is not there any more.", field="number")
        if before.version != draft.version:
            # Also where both changed the same thing to the same value: each counted on the value before.
            raise Conflict("Somebody else changed this order in the meantime.", rule="D-12.7", field="order")
        check_change(desk, before, draft)
        check_changeable(desk, session.connection(), before, draft)
        amend(desk, session, before, draft, totals, comment)
        return opened(desk, session.connection(), draft.id)


def amend(
    desk: Desk,
    session: Session,
    before: OrderDraft,
    after: OrderDraft,
    totals: Totals,
    comment: str = "",
    *,
    statuses: Mapping[int, LineStatus] = MappingProxyType({}),
    revised: bool = True,
    told: Mapping[str, Any] = MappingProxyType({}),
) -> int:
    """Write `after` over `before` in the caller's transaction, with journal, revision and counters; the new version.

    `statuses` are those that lines get by hand, by their row; execution and the header's status follow (D-12.1).
    Without `revised` the customer's confirmation stays as it was sent. Where nothing differs nothing is written;
    `told` are further values for the journal.
    What suppliers send on demand for more than stays open becomes stock (D-14.3), and what an order made from an
    offer no longer takes is open in the offer again (D-13.5).
    Raises `Conflict` (D-12.7) when somebody saved the order since `after` was opened.
    """
    writing = _writing(desk, session, after, entering=False)
    statuses = {**follow_customer(session, before, after, statuses), **statuses}
    decision = Decision()
    if before.status in CHANGEABLE:
        (decision,) = decide(desk, session, Step.AMEND, [Passing(after, totals, before)])
    amendment = _amendment(session, before, after, totals, comment, statuses, revised, decision)
    if not amendment.before and not amendment.after:
        return before.version
    amendment = replace(amendment, after={**amendment.after, **told})
    version = update_order(session, after.id, amendment, writing)
    settle(desk, session, after.id, before.number, decision)
    follow_offers(desk, session, before, after, statuses)
    return version


def check_changeable(
    desk: Desk,
    connection: Connection,
    before: OrderDraft,
    after: OrderDraft,
    allowed: frozenset[OrderStatus] = CHANGEABLE,
) -> None:
    """Raise `Refused` or `NotAllowed` where status (D-12.3), printing, number or executed quantities forbid it."""
    if before.status not in allowed:
        raise Refused(
            f"Order {before.number} is {before.status.value} and can't be changed.",
            rule="D-12.3",
            field="status",
            hint="Duplicate it, or undo what closed it.",
        )
    state = order_state(connection, before.id)
    check_printed(desk, before, state.printed_at)
    if (before.date, before.type) != (after.date, after.type):
        _, old = load_numbering(connection, before.type.numbering)
        _, new = load_numbering(connection, after.type.numbering)
        if not same_series(old, before.date, new, after.date, state.sequence, before.type.code, after.type.code):
            raise Refused(
                f"With this date or type the order could not keep its number {before.number}.",
                rule="D-9.3b",
                field="date",
                hint="Cancel it and duplicate it with the new date.",
            )
    _check_executed(before, after)


def check_printed(desk: Desk, order: OrderDraft, printed_at: dt.datetime | None) -> None:
    """Raise `NotAllowed` (D-12.4) where the order's type blocks printed ones, and who asks is no supervisor."""
    if order.type.block_when_printed and printed_at and not desk.may(Permission.CHANGE_PRINTED):
        raise NotAllowed("The order was printed; only a supervisor may change it now.", rule="D-12.4")


def _check_executed(before: OrderDraft, after: OrderDraft) -> None:
    """What was executed stays (D-12.6): its line can't go, change its item, or fall below it.

    A cancelled line may go, but never comes back or becomes another one.
    """
    now = {line.id: (index, line) for index, line in enumerate(after.lines, 1) if line.id}
    for line in before.lines:
        if line.cancelled and line.id in now:
            _check_cancelled(line, *now[line.id])
        if not line.executed:
            continue
        place, changed = now.get(line.id, (0, None))
        if changed is None or changed.item != line.item or changed.uom.code != line.uom.code:
            raise Refused(
                f"{plain(line.executed)} of {line.item or line.description} were executed already: the line stays.",
                rule="D-12.6",
                field="lines",
            )
        # Within a tolerance more was delivered than ordered: then the quantity as it stands is fine (D-15.4).
        if changed.quantity < min(line.executed, line.quantity):
            raise Refused(
                f"{plain(line.executed)} were executed already.", rule="D-15.2", field=f"lines[{place}].quantity"
            )


def _check_cancelled(line: OrderLine, place: int, now: OrderLine) -> None:
    kept = (line.item, line.quantity, line.uom.code, line.cancelled)
    if kept != (now.item, now.quantity, now.uom.code, now.cancelled):
        raise Refused(
            "The line was cancelled, and stays so.",
            rule="D-12.3",
            field=f"lines[{place}].quantity",
            hint="Add the item as a new line.",
        )


def _amendment(
    session: Session,
    before: OrderDraft,
    after: OrderDraft,
    totals: Totals,
    comment: str,
    by_hand: Mapping[int, LineStatus],
    revised: bool,
    decision: Decision,
) -> Amendment:
    stored = line_statuses(session.connection(), before.id)
    statuses = {**stored, **by_hand}
    progress = [_progress(line.id, statuses, after, index) for index, line in enumerate(after.lines)]
    execution = execution_of(progress)
    status, confirmed = _status_after(session, before, execution, decision)
    usual = LineStatus.CONFIRMED if confirmed else LineStatus.INSERTED
    becoming = tuple(
        _line_after(statuses[line.id], step, confirmed) if line.id in statuses else usual
        for line, step in zip(after.lines, progress, strict=True)
    )
    was, becomes = changes(before, after)
    for number, line in enumerate(after.lines, 1):
        if line.id in by_hand and stored[line.id] is not statuses[line.id]:
            was[f"lines[{number}].status"] = stored[line.id].value
            becomes[f"lines[{number}].status"] = statuses[line.id].value
    changed = bool(was or becomes)
    if changed:
        # A quantity that grows opens an executed line again: the journal tells that too, or it would not replay.
        for number, (line, after_it) in enumerate(zip(after.lines, becoming, strict=True), 1):
            if line.id in stored and stored[line.id] is not after_it:
                was[f"lines[{number}].status"] = stored[line.id].value
                becomes[f"lines[{number}].status"] = after_it.value
    return Amendment(
        after,
        totals,
        status,
        execution,
        before.revision + 1 if revised and before.status in _AMENDED and changed else before.revision,
        becoming,
        was,
        becomes,
        comment,
    )


def _status_after(
    session: Session, before: OrderDraft, execution: Execution, decision: Decision
) -> tuple[OrderStatus, bool]:
    """What the header becomes, and whether the order counts as confirmed from then on.

    Held by the gate, let go by it, or as its quantities say (D-11.3b, D-12.1).
    """
    confirmed = before.status in MOVED_BY_QUANTITY
    if before.status not in CHANGEABLE:
        return order_status_after(before.status, execution), confirmed
    if before.status in HELD:
        confirmed = status_before_hold(session.connection(), before.id) in MOVED_BY_QUANTITY
    if decision.held_status is not None:
        return decision.held_status, confirmed
    if before.status is OrderStatus.REJECTED:
        # What was refused once is confirmed by hand.
        return OrderStatus.ENTERED, confirmed
    if before.status not in HELD:
        return order_status_after(before.status, execution), confirmed
    status = status_after_release(before.type, confirmed=confirmed, execution=execution)
    return status, status in MOVED_BY_QUANTITY


def _line_after(status: LineStatus, step: LineProgress, confirmed: bool) -> LineStatus:
    after = line_status_after(status, step)
    return LineStatus.CONFIRMED if confirmed and after is LineStatus.INSERTED else after


def _progress(line_id: int, statuses: dict[int, LineStatus], draft: OrderDraft, index: int) -> LineProgress:
    line, status = draft.lines[index], statuses.get(line_id)
    return LineProgress(
        line.line_type,
        line.quantity,
        line.executed,
        forced=status is LineStatus.FORCED,
        cancelled=status is LineStatus.CANCELLED,
    )
