"""Asking for approvals, and giving or refusing them: one order or fifty, each in a transaction of its own (D-16.5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fluorders_tui.data import approval_counts, approval_rows
from fluorders_tui.data.context_rows import role_of
from fluorders_tui.data.journal import Event, record
from fluorders_tui.data.journal_reading import status_before_hold
from fluorders_tui.data.order_progress import LineStep, write_progress
from fluorders_tui.data.order_rows import line_statuses, load_order, order_state
from fluorders_tui.data.order_writing import KIND
from fluorders_tui.data.store import Connection, Session
from fluorders_tui.domain.approvals import (
    Request,
    RequestState,
    Vote,
    check_decider,
    may_decide,
    on_turn,
    state_after,
)
from fluorders_tui.domain.credit import COMPANY_DECIMALS
from fluorders_tui.domain.errors import Conflict, DeskError, Invalid, Unreachable
from fluorders_tui.domain.lifecycle import MOVED_BY_QUANTITY, status_after_release
from fluorders_tui.domain.money import ZERO, from_scaled
from fluorders_tui.domain.order import Execution, LineStatus, OrderDraft, OrderStatus
from fluorders_tui.domain.permissions import Permission, check_role
from fluorders_tui.domain.totals import Totals, document_totals
from fluorders_tui.services.desk import Desk, check_permission
from fluorders_tui.services.order_gate import Passing, Step, decide, settle, told_of
from fluorders_tui.services.orders import find_order

__all__ = [
    "Decided",
    "WaitingOrder",
    "WaitingReason",
    "approve",
    "ask_release",
    "heard",
    "news",
    "order_numbers",
    "reasons_of",
    "reject",
    "rejected_of_mine",
    "waiting",
    "waiting_orders",
    "waiting_reasons",
    "waiting_requests",
]

#: Orders that somebody can let go or send back.
_DECIDABLE = frozenset({OrderStatus.WAITING, OrderStatus.LOCKED})

#: More waiting requests than anybody decides on in a day.
MOST_WAITING = 5000


@dataclass(frozen=True, slots=True)
class WaitingReason:
    """One thing an order waits for; `limit` and `excess` in company currency, None where it is not about credit."""

    request_id: int
    kind: str
    text: str
    rule: str
    lock: bool
    level: int
    role: str
    users: tuple[str, ...]
    needed: int
    agreed: tuple[str, ...]
    limit: Decimal | None
    excess: Decimal | None
    asked_by: str = ""

    @property
    def short(self) -> str:
        """The reason in a few words, with what is too much."""
        return f"{self.excess:f} over the limit" if self.excess else self.text


@dataclass(frozen=True, slots=True)
class WaitingOrder:
    """An order that somebody has to decide on (D-16.5).

    `mine` says that this person may, now. `margin` is without VAT in company currency, None without known costs or
    where the role may not see it. `since` is when it was held, in UTC; `asked_by` is empty for a lock that nobody
    asked to release yet.
    """

    order_id: int
    version: int
    number: str
    customer: str
    customer_name: str
    status: OrderStatus
    delivery_date: dt.date | None
    reference: str
    currency: str
    total: Decimal
    company_total: Decimal
    excess: Decimal
    margin: Decimal | None
    since: dt.datetime
    waited: dt.timedelta
    entered_by: str
    asked_by: str
    comment: str
    reasons: tuple[WaitingReason, ...]
    mine: bool

    @property
    def why(self) -> str:
        """All reasons in one text."""
        return " ".join(reason.text for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of deciding on one order: its status now, or why it stayed as it was."""

    order_id: int
    number: str
    status: OrderStatus | None = None
    error: DeskError | None = None
    left: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The outcome in words."""
        if self.error is not None:
            return str(self.error)
        if self.left:
            return f"agreed; {'; '.join(self.left)}"
        return self.status.value if self.status else ""


# -- looking -----------------------------------------------------------------------------------------


def waiting(desk: Desk, *, mine: bool = False) -> tuple[WaitingOrder, ...]:
    """The orders that wait for a decision, those asked for first, then the longest waiting; with `mine` only this
    person's.
    """
    with desk.store.read() as connection:
        rows = approval_rows.waiting_rows(connection, MOST_WAITING, costs=desk.sees_margin)
        votes = approval_rows.votes_of(connection, [row.id for row in rows if row.needed > 1])
    found = (_waiting(desk, of, votes) for of in _by_order(rows).values())
    return tuple(sorted((one for one in found if one.mine or not mine), key=lambda one: (not one.asked_by, one.since)))


def waiting_requests(desk: Desk) -> dict[int, tuple[int, ...]]:
    """The orders that `waiting` lists, in its order, each with its requests: little is read of each (U-1.2)."""
    with desk.store.read() as connection:
        marks = approval_rows.waiting_marks(connection, MOST_WAITING)
    found = sorted(
        _by_order(marks).values(),
        key=lambda of: (not any(mark.asked_by for mark in of), min(mark.caused_at for mark in of)),
    )
    return {of[0].order_id: tuple(mark.id for mark in of) for of in found}


def waiting_orders(desk: Desk, requests: Sequence[int]) -> tuple[WaitingOrder, ...]:
    """The orders of some requests that waited a moment ago, in the order of the requests."""
    found: dict[int, WaitingOrder] = {}
    with desk.store.read() as connection:
        rows = approval_rows.rows_of_requests(connection, requests, costs=desk.sees_margin)
        votes = approval_rows.votes_of(connection, [row.id for row in rows if row.needed > 1])
    for order_id, of in _by_order(rows).items():
        found[order_id] = _waiting(desk, of, votes)
    order_of = {row.id: row.order_id for row in rows}
    return tuple(found[order_id] for order_id in dict.fromkeys(order_of[one] for one in requests if one in order_of))


def _by_order(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.order_id, []).append(row)
    return found


def _waiting(desk: Desk, rows: Sequence[Any], votes: dict[int, list[Vote]]) -> WaitingOrder:
    first = rows[0]
    requests = [approval_rows.request_of(row, votes.get(row.id, ())) for row in rows]
    reasons = tuple(_reason(one) for one in requests)
    turn = on_turn(requests)
    since = min(row.caused_at for row in rows)
    asked = [row for row in rows if row.asked_by]
    margin = None
    if desk.sees_margin and first.cost_minor is not None:
        taxable = from_scaled(first.taxable_minor, first.currency_decimals) * from_scaled(first.rate_nano, 9)
        margin = (taxable - from_scaled(first.cost_minor, 2)).quantize(Decimal("0.01"))
    return WaitingOrder(
        order_id=first.order_id,
        version=first.order_version,
        number=first.number,
        customer=first.customer_code,
        customer_name=first.customer_name,
        status=OrderStatus(first.order_status),
        delivery_date=first.delivery_date,
        reference=first.reference,
        currency=first.currency,
        total=from_scaled(first.total_minor, first.currency_decimals),
        company_total=from_scaled(first.company_total_minor, COMPANY_DECIMALS),
        excess=max((one.excess for one in reasons if one.excess is not None), default=ZERO),
        margin=margin,
        since=since,
        # Another desk's clock may be ahead (E-3.5).
        waited=max(desk.now() - since, dt.timedelta(0)),
        entered_by=first.entered_by,
        asked_by=asked[-1].asked_by if asked else "",
        comment=asked[-1].asked_comment if asked else "",
        reasons=reasons,
        mine=any(_could(one, desk.user, desk.role, first.entered_by) for one in turn),
    )


def _could(request: Request, user: str, role: str, entered_by: str) -> bool:
    return (
        may_decide(request.requirement, user, role)
        and user not in (entered_by, request.caused_by)
        and not any(vote.user == user for vote in request.votes)
    )


def _reason(request: Request) -> WaitingReason:
    wanted = request.requirement
    return WaitingReason(
        request.id,
        wanted.kind,
        wanted.reason,
        wanted.rule,
        wanted.lock,
        wanted.level,
        wanted.role,
        wanted.users,
        wanted.needed,
        tuple(vote.user for vote in request.votes if vote.approved),
        wanted.figures.limit if wanted.figures else None,
        wanted.figures.excess if wanted.figures else None,
        request.asked_by,
    )


def reasons_of(desk: Desk, order_id: int) -> tuple[WaitingReason, ...]:
    """Why one order is held, with amounts; empty for one that isn't."""
    with desk.store.read() as connection:
        return waiting_reasons(connection, order_id)


def waiting_reasons(connection: Connection, order_id: int) -> tuple[WaitingReason, ...]:
    """As `reasons_of`, in the caller's transaction."""
    requests = approval_rows.requests_of(connection, [order_id])[order_id]
    return tuple(_reason(one) for one in requests if one.state is RequestState.WAITING)


def order_numbers(desk: Desk, numbers: Iterable[str]) -> list[int]:
    """The rows of orders by number. Raises `Invalid` for one that isn't there."""
    with desk.store.read() as connection:
        return [find_order(connection, number) for number in numbers]


# -- the clerk hears of it -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class News:
    """What was decided on an order that this person entered or asked about, and by whom."""

    order_id: int
    number: str
    customer_name: str
    approved: bool
    status: OrderStatus
    at: dt.datetime
    by: str
    comment: str


def news(desk: Desk, few: int = 50) -> tuple[News, ...]:
    """Decisions this person hasn't looked at yet, newest first, one for each order (D-16.5)."""
    with desk.store.read() as connection:
        rows = approval_rows.unheard_rows(connection, desk.user, few * 4)
        votes = approval_rows.votes_of(connection, [row.id for row in rows])
    found: dict[int, News] = {}
    for row in rows:
        said = votes.get(row.id, [])
        last = said[-1] if said else Vote("", True)
        found.setdefault(
            row.order_id,
            News(
                row.order_id,
                row.number,
                row.customer_name,
                row.state == RequestState.APPROVED.value,
                OrderStatus(row.order_status),
                row.decided_at,
                last.user,
                last.comment,
            ),
        )
    return tuple(found.values())[:few]


def heard(desk: Desk, order_id: int) -> None:
    """This person has looked at an order: its news are none any more."""
    with desk.store.read() as connection:
        unheard = any(row.order_id == order_id for row in approval_rows.unheard_rows(connection, desk.user, 1000))
    if unheard and desk.may(Permission.ASK_RELEASE):
        with desk.store.write() as session:
            approval_rows.mark_heard(session.connection(), desk.user, order_id, desk.now())


def rejected_of_mine(desk: Desk, few: int = 50) -> tuple[int, ...]:
    """The rows of rejected orders that this person entered, newest first."""
    with desk.store.read() as connection:
        return tuple(approval_counts.rejected_orders(connection, desk.user, few))


# -- asking and deciding ---------------------------------------------------------------------------------


def ask_release(desk: Desk, order_id: int, comment: str = "") -> tuple[WaitingReason, ...]:
    """Ask that a held order be let go; what it waits for (D-11.2). Raises `Refused` for one that isn't held."""
    check_permission(desk, Permission.ASK_RELEASE)
    with desk.store.write() as session:
        connection = session.connection()
        draft = _held(connection, order_id)
        requests = approval_rows.requests_of(connection, [order_id])[order_id]
        pending = [one for one in requests if one.state is RequestState.WAITING]
        approval_rows.ask(connection, [one.id for one in pending], desk.user, desk.now(), comment)
        record(
            session,
            desk.now(),
            desk.user,
            [Event(KIND, order_id, draft.number, "release asked", comment=comment)],
        )
    return tuple(_reason(one) for one in pending)


def approve(
    desk: Desk, orders: Sequence[int], comment: str = "", *, progress: Callable[[int], None] | None = None
) -> list[Decided]:
    """Agree to what each of these orders waits for; the result of each (D-16.5).

    An order goes on once all of its requests are approved; those of others stay. Raises `NotAllowed` for somebody
    who may not approve at all, and `Unreachable`.
    """
    return _each(desk, orders, comment, progress, agree=True)


def reject(
    desk: Desk, orders: Sequence[int], comment: str, *, progress: Callable[[int], None] | None = None
) -> list[Decided]:
    """Send each of these orders back to its clerk, with a reason; the result of each (D-16.5).

    Raises `Invalid` without a reason, and as `approve` does.
    """
    if not comment.strip():
        raise Invalid("Say why: the clerk has to know what to change.", field="comment", rule="D-16.5")
    return _each(desk, orders, comment, progress, agree=False)


def _each(
    desk: Desk, orders: Sequence[int], comment: str, progress: Callable[[int], None] | None, *, agree: bool
) -> list[Decided]:
    check_permission(desk, Permission.APPROVE, rule="D-16.2")
    found: list[Decided] = []
    for done, order_id in enumerate(dict.fromkeys(orders), 1):
        try:
            with desk.store.write() as session:
                decided = _decide_on(desk, session, order_id, comment.strip(), agree=agree)
        except Unreachable:
            raise
        except DeskError as error:
            decided = Decided(order_id, _number(desk, order_id), error=error)
        found.append(decided)
        if progress:
            progress(done)
    return found


def _number(desk: Desk, order_id: int) -> str:
    with desk.store.read() as connection:
        draft = load_order(connection, order_id)
    return draft.number if draft else ""


def _held(connection: Connection, order_id: int) -> OrderDraft:
    draft = load_order(connection, order_id, lock=True)
    if draft is None:
        raise Invalid("This order is not there any more.", field="number")
    if draft.status not in _DECIDABLE:
        raise Conflict(
            f"Order {draft.number} is {draft.status.value}: nobody has to decide on it now.",
            rule="D-16.2",
            field="status",
        )
    return draft


def _decide_on(desk: Desk, session: Session, order_id: int, comment: str, *, agree: bool) -> Decided:
    connection = session.connection()
    draft = _held(connection, order_id)
    # The role counts as it is now, not as it was when the desk was opened.
    role = role_of(connection, desk.user)
    check_role(role, Permission.APPROVE, rule="D-16.2")
    entered_by = order_state(connection, order_id).entered_by
    requests = approval_rows.requests_of(connection, [order_id])[order_id]
    turn = on_turn(requests)
    if not turn:
        # Held without a request: what held it is gone. The gate looks once more.
        return _let_go(desk, session, draft, comment) if agree else _send_back(desk, session, draft, requests, comment)
    mine = [one for one in turn if may_decide(one.requirement, desk.user, role)] or turn
    for request in mine:
        check_decider(request, desk.user, role, entered_by)
    totals = document_totals(draft, company_decimals=desk.company.currency_decimals)
    (before,) = decide(desk, session, Step.CONFIRM, [Passing(draft, totals)])
    current = {one.key: one for one in before.missing}
    events: list[Event] = []
    for request in mine:
        vote = Vote(desk.user, agree, comment)
        state = state_after(request, vote)
        approval_rows.add_vote(connection, request.id, vote, desk.now())
        wanted = current.get(request.requirement.key, request.requirement)
        approval_rows.renew_figures(connection, request, wanted)
        if state is not RequestState.WAITING:
            approval_rows.move_request(connection, request.id, state, desk.now())
        event = {RequestState.APPROVED: "approved", RequestState.WAITING: "agreed"}.get(state, "approval refused")
        events.append(Event(KIND, order_id, draft.number, event, comment=comment, after=told_of(wanted)))
    record(session, desk.now(), desk.user, events)
    if not agree:
        return _send_back(desk, session, draft, requests, comment)
    return _let_go(desk, session, draft, comment)


def _send_back(desk: Desk, session: Session, draft: OrderDraft, requests: Sequence[Request], comment: str) -> Decided:
    for request in approval_rows.requests_of(session.connection(), [draft.id])[draft.id]:
        if request.state is RequestState.WAITING:
            approval_rows.move_request(session.connection(), request.id, RequestState.WITHDRAWN, desk.now())
    write_progress(session, draft.id, {}, desk.now(), desk.user, comment, header=OrderStatus.REJECTED)
    return Decided(draft.id, draft.number, OrderStatus.REJECTED)


def _let_go(desk: Desk, session: Session, draft: OrderDraft, comment: str) -> Decided:
    """Let an order go on where nothing holds it any more; else what it still waits for."""
    totals: Totals = document_totals(draft, company_decimals=desk.company.currency_decimals)
    (decision,) = decide(desk, session, Step.CONFIRM, [Passing(draft, totals)])
    settle(desk, session, draft.id, draft.number, decision)
    connection = session.connection()
    if not decision.passes:
        held = decision.held_status or OrderStatus.WAITING
        if held is not draft.status:
            write_progress(session, draft.id, {}, desk.now(), desk.user, decision.why, header=held)
        pending = approval_rows.requests_of(connection, [draft.id])[draft.id]
        left = tuple(dict.fromkeys(_whom(one) for one in on_turn(pending)))
        return Decided(draft.id, draft.number, held, left=left)
    state = order_state(connection, draft.id)
    confirmed = status_before_hold(connection, draft.id) in MOVED_BY_QUANTITY
    status = status_after_release(draft.type, confirmed=confirmed, execution=Execution(state.execution))
    steps: dict[int, LineStep] = {}
    if status in MOVED_BY_QUANTITY:
        inserted = (row for row, of in line_statuses(connection, draft.id).items() if of is LineStatus.INSERTED)
        steps = {row: LineStep(status=LineStatus.CONFIRMED) for row in inserted}
    columns = {"confirmed_at": desk.now()} if status in MOVED_BY_QUANTITY and state.confirmed_at is None else {}
    write_progress(
        session, draft.id, steps, desk.now(), desk.user, comment, header=status, event="released", columns=columns
    )
    return Decided(draft.id, draft.number, status)


def _whom(request: Request) -> str:
    wanted = request.requirement
    whom = ", ".join(wanted.users) or wanted.role or "a supervisor"
    more = wanted.needed - sum(1 for vote in request.votes if vote.approved)
    return f"{wanted.kind}: {more} more of {whom}" if wanted.needed > 1 else f"{wanted.kind}: {whom}"
