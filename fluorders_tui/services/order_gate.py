"""The gate every order passes: whether it may go on, is locked, or waits for approval (D-11.2–11.3b, D-16.3b).

Asked inside the transactions of entering, confirming, amending and delivering, before anything is written:

    (decision,) = decide(desk, session, Step.CONFIRM, [Passing(draft, totals)])
    if not decision.passes:
        hold_back(desk, session, draft, decision)       # commit this, then raise decision.refusal(draft.number)
    else:
        …                                               # write the order
        settle(desk, session, draft.id, draft.number, decision)

Rules are held here and nowhere else, so that no screen and no other way in can pass them by.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from fluorders_tui.data.approval_rows import add_requests, authorised_orders, move_request, renew_figures, requests_of
from fluorders_tui.data.credit_rows import Party, standings
from fluorders_tui.data.journal import Event, record
from fluorders_tui.data.order_progress import write_progress
from fluorders_tui.data.order_rows import line_statuses, order_amounts
from fluorders_tui.data.order_writing import KIND, open_minor
from fluorders_tui.data.store import Connection, Session
from fluorders_tui.domain.approvals import (
    ALWAYS,
    CREDIT_LIMIT,
    DELIVERIES_BLOCKED,
    ORDERS_BLOCKED,
    Bound,
    Content,
    Request,
    RequestState,
    Requirement,
    content_of,
    covers,
)
from fluorders_tui.domain.credit import (
    COMPANY_DECIMALS,
    USING_CREDIT,
    Block,
    BlockKind,
    CreditFigures,
    CreditPolicy,
)
from fluorders_tui.domain.errors import Refused
from fluorders_tui.domain.lifecycle import HELD
from fluorders_tui.domain.money import ZERO, fixed, from_scaled
from fluorders_tui.domain.order import LineStatus, OrderDraft, OrderStatus
from fluorders_tui.domain.totals import Totals
from fluorders_tui.services.desk import Desk

_NOTHING = Content("", ZERO)


class Step(StrEnum):
    """What an order is about to do."""

    ENTER = "enter"
    CONFIRM = "confirm"
    AMEND = "amend"
    DELIVER = "deliver"


class Outcome(StrEnum):
    """What the gate says."""

    PASSES = "passes"
    LOCKED = "locked"
    WAITS = "waits for approval"


@dataclass(frozen=True, slots=True)
class Passing:
    """An order at the gate: as it shall be, with its totals, and as it was (None unless it is being amended)."""

    draft: OrderDraft
    totals: Totals
    before: OrderDraft | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What the gate says about one order: what is still missing, and what it only warns of.

    `requests` are those the order has, `content` is what new ones would be bound to, `overdrawn` the figures of
    limits that are only warned of.
    """

    content: Content = _NOTHING
    missing: tuple[Requirement, ...] = ()
    requests: tuple[Request, ...] = ()
    overdrawn: tuple[CreditFigures, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """Locked before waiting (D-11.2)."""
        if not self.missing:
            return Outcome.PASSES
        return Outcome.LOCKED if any(one.lock for one in self.missing) else Outcome.WAITS

    @property
    def passes(self) -> bool:
        """Whether the order may go on."""
        return not self.missing

    @property
    def held_status(self) -> OrderStatus | None:
        """The status of an order that is held, None for one that passes."""
        return {Outcome.LOCKED: OrderStatus.LOCKED, Outcome.WAITS: OrderStatus.WAITING}.get(self.outcome)

    @property
    def why(self) -> str:
        """All reasons, with amounts."""
        return " ".join(one.reason for one in self.missing)

    def refusal(self, number: str) -> Refused:
        """The error for whoever wanted the step that is held back."""
        held = self.held_status or OrderStatus.LOCKED
        return Refused(
            f"Order {number} is {held.value}: {self.why}",
            field="status",
            rule=self.missing[0].rule if self.missing else "D-11.2",
            hint="Ask for its release, or change it.",
        )


#: A rule that asks for approvals beside credit and blocks.
Rule = Callable[[Desk, Connection, Step, Passing], Sequence[Requirement]]

#: Those that hold, in their order: workflows add theirs.
MORE_RULES: list[Rule] = []


def decide(desk: Desk, session: Session, step: Step, orders: Sequence[Passing]) -> list[Decision]:
    """What the rules say about orders of one transaction, one decision each, in their order.

    Orders of one customer in one call count on each other. Until the transaction ends no other desk decides
    about these customers. Nothing is written.
    """
    if not orders:
        return []
    connection = session.connection()
    ids = {one.draft.id for one in orders if one.draft.id}
    parties = standings(connection, {one.draft.customer for one in orders}, ids, hold=True)
    known = requests_of(connection, ids) if ids else {}
    amounts = order_amounts(connection, ids) if ids else {}
    beside = _Beside()
    decisions: list[Decision] = []
    looked = [_Looked.at(connection, one, parties.get(one.draft.customer), amounts) for one in orders]
    for one in looked:
        if one.uses_credit:
            beside.add(one.party, one.own)
    for one in looked:
        if one.uses_credit:
            beside.add(one.party, -one.own)
        decision = _decided(desk, connection, step, one, beside, known.get(one.passing.draft.id, []), ids)
        decisions.append(decision)
        if decision.passes:
            beside.add(one.party, one.own)
    return decisions


class _Beside:
    """What the other orders of one call use up, by customer and by group; the standings leave them out."""

    def __init__(self) -> None:
        self._customers: dict[int, Decimal] = defaultdict(lambda: ZERO)
        self._groups: dict[int, Decimal] = defaultdict(lambda: ZERO)

    def add(self, party: Party | None, amount: Decimal) -> None:
        """Count an order, or with a negative amount no longer."""
        if party is not None:
            self._customers[party.row] += amount
            self._groups[party.group] += amount

    def of(self, party: Party, who: str) -> Decimal:
        """What counts against one of the party's accounts."""
        return self._groups[party.group] if who.startswith("group ") else self._customers[party.row]


@dataclass(frozen=True, slots=True)
class _Looked:
    """An order with what has to be known about it: what of it is open, and whether it got more expensive."""

    passing: Passing
    party: Party | None
    own: Decimal
    uses_credit: bool
    raised: bool

    @classmethod
    def at(
        cls, connection: Connection, one: Passing, party: Party | None, amounts: dict[int, tuple[Decimal, bool]]
    ) -> _Looked:
        draft, before = one.draft, one.before or one.draft
        stored = line_statuses(connection, draft.id) if draft.id else {}
        statuses = [stored.get(line.id, LineStatus.INSERTED) for line in draft.lines]
        own = from_scaled(open_minor(draft, one.totals, statuses), COMPANY_DECIMALS) if draft.type.credit else ZERO
        was, counted = amounts.get(draft.id, (ZERO, False))
        raised = (
            one.totals.company_total > was
            or before.customer != draft.customer
            or (draft.type.credit and not counted)
            or (before.type.exclude_lock and not draft.type.exclude_lock)
        )
        return cls(one, party, own, bool(draft.id) and before.status in USING_CREDIT, raised)


def _decided(
    desk: Desk,
    connection: Connection,
    step: Step,
    one: _Looked,
    beside: _Beside,
    requests: list[Request],
    together: set[int],
) -> Decision:
    draft = one.passing.draft
    content = content_of(draft, one.passing.totals.company_total)
    if one.party is None:
        return Decision(content, requests=tuple(requests))
    wanted, overdrawn = _requirements(desk, connection, step, one, one.party, beside, requests, together)
    missing = tuple(
        requirement
        for requirement in wanted
        if not any(
            request.state is RequestState.APPROVED
            and request.requirement.key == requirement.key
            and covers(requirement.bound, request.content, content)
            for request in requests
        )
    )
    return Decision(content, missing, tuple(requests), overdrawn)


def _requirements(
    desk: Desk,
    connection: Connection,
    step: Step,
    one: _Looked,
    party: Party,
    beside: _Beside,
    requests: list[Request],
    together: set[int],
) -> tuple[list[Requirement], tuple[CreditFigures, ...]]:
    """All that somebody has to agree to before the step, and the limits that are only warned of."""
    draft, before, standing = one.passing.draft, one.passing.before, party.standing
    held = (before or draft).status in HELD
    # An amendment that sells less asks nobody; one of an order that is held may let it go (D-11.3b).
    looks = step is not Step.AMEND or one.raised or held
    wanted: list[Requirement] = []
    overdrawn: tuple[CreditFigures, ...] = ()
    if draft.type.credit and looks and one.own > 0:
        over = _over(connection, step, one, party, beside, together)
        overdrawn = tuple(figures for figures in over if figures.policy is CreditPolicy.WARN)
        if not draft.type.exclude_lock:
            wanted += [_credit(figures) for figures in over if figures.policy is CreditPolicy.BLOCK]
    if looks and not draft.type.exclude_lock:
        pending = {request.requirement.kind for request in requests if request.state is RequestState.WAITING}
        if step is not Step.DELIVER:
            wanted += _blocks(ORDERS_BLOCKED, standing.stopped(BlockKind.ORDERS, desk.today()))
        if step is Step.DELIVER or DELIVERIES_BLOCKED in pending:
            wanted += _blocks(DELIVERIES_BLOCKED, standing.stopped(BlockKind.DELIVERIES, desk.today()))
    if standing.always_authorise and step is not Step.DELIVER and not _sells_less(one, held):
        reason = f"Every order of {draft.customer} is authorised by a supervisor."
        wanted.append(Requirement(ALWAYS, reason, "D-11.3"))
    for rule in MORE_RULES:
        wanted += rule(desk, connection, step, one.passing)
    return wanted, overdrawn


def _over(
    connection: Connection, step: Step, one: _Looked, party: Party, beside: _Beside, together: set[int]
) -> list[CreditFigures]:
    """The figures of each account that goes over its limit with this order."""

    def over(of: Party) -> list[CreditFigures]:
        found = (
            account.figures(one.own, beside.of(of, account.who)) for account in of.standing.accounts if account.checked
        )
        return [figures for figures in found if figures.excess > 0]

    found = over(party)
    if not found or not one.uses_credit or step not in (Step.CONFIRM, Step.DELIVER):
        return found
    # What was accepted within the limit is not stopped by what somebody released above it afterwards (P-153).
    released = authorised_orders(connection, party.row, party.group)
    if not released - together:
        return found
    again = standings(connection, [party.standing.customer], together | released)
    return over(again[party.standing.customer])


def _credit(figures: CreditFigures) -> Requirement:
    return Requirement(
        CREDIT_LIMIT, figures.message, "D-11.2", about=figures.who, lock=True, bound=Bound.AMOUNT, figures=figures
    )


def _blocks(kind: str, blocks: Sequence[Block]) -> list[Requirement]:
    """One requirement for each block that holds: released from one, an order still meets the next."""
    return [
        Requirement(
            kind,
            block.message,
            "D-11.3",
            about=f"{block.valid_from or ''}/{block.valid_to or ''} {block.reason}"[:120],
            lock=True,
            bound=Bound.AMOUNT,
        )
        for block in blocks
    ]


def _sells_less(one: _Looked, held: bool) -> bool:
    """Whether an amendment only takes away from what was there, so that nobody has to look again (P-155)."""
    before = one.passing.before
    if before is None or held:
        return False
    return not one.raised and covers(
        Bound.CONTENT,
        content_of(before, one.passing.totals.company_total),
        content_of(one.passing.draft, one.passing.totals.company_total),
    )


def settle(desk: Desk, session: Session, order_id: int, number: str, decision: Decision) -> None:
    """Keep what was decided with its figures, once the order is written, in the same transaction (D-11.3b).

    Requests that are no longer needed are withdrawn, those bound to another content lapse, new ones are made.
    """
    if not (decision.missing or decision.requests or decision.overdrawn):
        return
    connection, now = session.connection(), desk.now()
    missing = {one.key: one for one in decision.missing}
    events: list[Event] = []
    asked: dict[tuple[str, str, int], Request] = {}
    for request in decision.requests:
        wanted, holds = request.requirement, covers(request.requirement.bound, request.content, decision.content)
        if request.state is RequestState.WAITING:
            if wanted.key in missing and holds:
                renew_figures(connection, request, missing.pop(wanted.key))
                continue
            asked[wanted.key] = request
            move_request(connection, request.id, _gone(wanted.key in missing), now)
        elif not holds:
            move_request(connection, request.id, RequestState.LAPSED, now)
            told = {"kind": wanted.kind, "given for": fixed(request.content.total, COMPANY_DECIMALS)}
            events.append(Event(KIND, order_id, number, "authorisation lapsed", comment=wanted.reason, after=told))
    new = [
        Request(one, decision.content, caused_by=desk.user, asked_by=_asker(one, asked.get(one.key), desk.user))
        for one in missing.values()
    ]
    add_requests(connection, order_id, now, new)
    events += [
        Event(KIND, order_id, number, "held back", comment=one.requirement.reason, after=told_of(one.requirement))
        for one in new
    ]
    events += [
        Event(KIND, order_id, number, "over the credit limit", comment=figures.message, after=figures_told(figures))
        for figures in decision.overdrawn
    ]
    record(session, now, desk.user, events)


def _gone(still_needed: bool) -> RequestState:
    return RequestState.LAPSED if still_needed else RequestState.WITHDRAWN


def _asker(wanted: Requirement, before: Request | None, user: str) -> str:
    """Who asks: an approval asks by itself, the release of a lock when somebody wants it, or wanted it before."""
    if before is not None and before.asked_by:
        return before.asked_by
    return "" if wanted.lock else user


def figures_told(figures: CreditFigures) -> dict[str, str]:
    """The figures of a limit for the journal (D-11.3b)."""
    names = ("limit", "balance", "orders", "own", "exposure", "excess")
    return {name: fixed(getattr(figures, name), COMPANY_DECIMALS) for name in names}


def told_of(requirement: Requirement) -> dict[str, str]:
    """A requirement for the journal."""
    told = {"kind": requirement.kind}
    return told | (figures_told(requirement.figures) if requirement.figures else {})


def hold_back(desk: Desk, session: Session, draft: OrderDraft, decision: Decision) -> None:
    """Leave a saved order locked or waiting, as the gate decided, in the caller's transaction."""
    status = decision.held_status
    if status is not None and draft.status is not status:
        write_progress(session, draft.id, {}, desk.now(), desk.user, decision.why, header=status)
    settle(desk, session, draft.id, draft.number, decision)
