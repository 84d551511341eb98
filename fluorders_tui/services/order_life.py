"""The steps of an order's life: confirmed, cancelled, closed by force, open again, archived, printed (D-12.3–12.6).

One transaction each: statuses, journal, counters, what becomes of offers and supply behind it, and its number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from fluorders_tui.data.approval_rows import requests_of
from fluorders_tui.data.numberings import give_back_number
from fluorders_tui.data.order_progress import LineStep, write_progress
from fluorders_tui.data.order_rows import line_statuses, load_order, order_state
from fluorders_tui.data.store import Connection, Session
from fluorders_tui.data.terms import cancel_reasons
from fluorders_tui.domain.amounts import with_amounts
from fluorders_tui.domain.approvals import RequestState
from fluorders_tui.domain.errors import Conflict, DeskError, Invalid, Refused, Unreachable
from fluorders_tui.domain.order import LineStatus, OrderDraft, OrderStatus
from fluorders_tui.domain.order_steps import STEP_WORDS, OrderStep, Taken, step_permission, take_step
from fluorders_tui.domain.totals import document_totals
from fluorders_tui.services import order_gate
from fluorders_tui.services.desk import Desk, check_permission
from fluorders_tui.services.offer_links import follow_offers
from fluorders_tui.services.order_gate import Decision, Passing, Step
from fluorders_tui.services.orders import amend, check_printed, opened
from fluorders_tui.services.saved_order import SavedOrder
from fluorders_tui.services.supply_sides import follow_customer

__all__ = [
    "Asked",
    "Done",
    "OrderStep",
    "check_printable",
    "confirmation_sent",
    "mark_printed",
    "reasons",
    "take",
    "take_many",
    "take_within",
]

_PRINTABLE = frozenset(
    {OrderStatus.ENTERED, OrderStatus.CONFIRMED, OrderStatus.PARTIAL, OrderStatus.EXECUTED, OrderStatus.FORCED}
)
_CLOSED = frozenset({OrderStatus.CANCELLED, OrderStatus.ARCHIVED})
#: Steps that change what was printed, and what is blocked with it (D-12.4).
_CHANGES_PRINTED = frozenset({OrderStep.CANCEL, OrderStep.REOPEN})


@dataclass(frozen=True, slots=True)
class Asked:
    """A step: on single lines by number from 1, else on the whole order.

    `reason` is a code of the table of reasons; closing by force takes any words as well. `comment` goes along.
    """

    step: OrderStep
    lines: tuple[int, ...] = ()
    reason: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """One of several orders: as it is now, or why it stayed as it was."""

    order_id: int
    number: str
    saved: SavedOrder | None = None
    error: DeskError | None = None


def reasons(desk: Desk) -> dict[str, str]:
    """The reasons for cancelling, by code (D-12.6)."""
    with desk.store.read() as connection:
        return cancel_reasons(connection)


def take(desk: Desk, order_id: int, asked: Asked, *, version: int | None = None) -> SavedOrder:
    """Take a step with a stored order. With `version` it must still be the one that was looked at.

    Raises `Refused` (D-12.3) where its status forbids it, `NotAllowed` by role, `Conflict` (D-12.7).
    """
    with desk.store.write() as session:
        take_within(desk, session, order_id, asked, version=version)
        return opened(desk, session.connection(), order_id)


def take_many(
    desk: Desk,
    orders: Iterable[tuple[int, int | None]],
    asked: Asked,
    progress: Callable[[int, int], bool] = lambda done, total: True,
) -> list[Done]:
    """The same step with several orders, by row and version: each in a transaction of its own, as for mass changes.

    One that is refused stays as it is and says why; `progress` may stop between two orders.
    """
    wanted = list(orders)
    found: list[Done] = []
    for done, (order_id, version) in enumerate(wanted):
        if not progress(done, len(wanted)):
            break
        number = ""
        try:
            with desk.store.write() as session:
                number = take_within(desk, session, order_id, asked, version=version)
                saved = opened(desk, session.connection(), order_id)
            found.append(Done(order_id, number, saved))
        except DeskError as error:
            found.append(Done(order_id, number or _number_of(desk, order_id, error), error=error))
            if isinstance(error, Unreachable):
                # The next ones would only wait for the same database.
                break
    return found


def _number_of(desk: Desk, order_id: int, error: DeskError) -> str:
    if isinstance(error, Unreachable):
        return ""
    with desk.store.read() as connection:
        draft = load_order(connection, order_id)
    return draft.number if draft else ""


def take_within(desk: Desk, session: Session, order_id: int, asked: Asked, *, version: int | None = None) -> str:
    """As `take`, in the caller's transaction; gives the order's number."""
    connection = session.connection()
    before = held_order(session, order_id, version)
    check_permission(desk, step_permission(asked.step, before.status), field="order")
    state = order_state(connection, order_id)
    if asked.step in _CHANGES_PRINTED:
        check_printed(desk, before, state.printed_at)
    code, comment = _why(connection, asked)
    statuses = line_statuses(connection, order_id)
    taken = take_step(asked.step, before, statuses, asked.lines)
    told = {"reason": code} if code else {}
    if asked.step is OrderStep.CANCEL and taken.partly:
        after = _without(desk, before, taken)
        totals = document_totals(after, company_decimals=desk.company.currency_decimals)
        amend(desk, session, before, after, totals, comment, statuses=taken.lines, told=told)
        return before.number
    decision = _at_the_gate(desk, session, asked.step, before)
    taken = _held_or(taken, decision)
    follow = asked.step in (OrderStep.CANCEL, OrderStep.FORCE)
    lines: Mapping[int, LineStatus] = taken.lines
    if follow:
        lines = {**follow_customer(session, before, before, lines), **lines}
    steps = {row: LineStep(status=status) for row, status in lines.items()}
    columns = _columns(desk, taken, before, state)
    write_progress(
        session, order_id, steps, desk.now(), desk.user, comment,
        header=taken.header, event=taken.event, columns=columns, told=told,
    )  # fmt: skip
    if follow:
        follow_offers(desk, session, before, before, taken.lines)
    if taken.header is OrderStatus.CANCELLED:
        free_number(session, before, state)
    order_gate.settle(desk, session, order_id, before.number, decision)
    if _confirms_itself(asked.step, before, taken):
        _confirm_at_once(desk, session, order_id)
    return before.number


def held_order(session: Session, order_id: int, version: int | None = None) -> OrderDraft:
    """A stored order that nobody else changes until the transaction ends.

    Raises `Invalid` where it is gone, `Conflict` (D-12.7) where it is no longer of `version`.
    """
    draft = load_order(session.connection(), order_id, lock=True)
    if draft is None:
        raise Invalid("This order is not there any more.", field="number")
    if version is not None and draft.version != version:
        raise Conflict(
            f"Somebody else changed order {draft.number} in the meantime.",
            rule="D-12.7",
            field="order",
            hint="Look at it again.",
        )
    return draft


def free_number(session: Session, order: OrderDraft, state: Any) -> None:
    """Offer the number of an order that is being cancelled again: never printed, and nothing of it delivered (D-9.5).

    `state` is what `order_state` gave before.
    """
    if state.printed_at is None and not any(line.executed for line in order.lines):
        give_back_number(session, order.id, state.numbering_id, state.period, order.date)


def _why(connection: Connection, asked: Asked) -> tuple[str, str]:
    """The code of the reason and the journal's words for it. Raises `Invalid` without one where one is needed."""
    typed, comment = asked.reason.strip(), asked.comment.strip()
    if not STEP_WORDS[asked.step].reason:
        return "", comment
    known = cancel_reasons(connection)
    code = next((one for one in known if one.casefold() == typed.casefold()), "")
    if code:
        return code, ": ".join(part for part in (known[code] or code, comment) if part)
    if asked.step is OrderStep.FORCE and typed:
        return "", ": ".join(part for part in (typed, comment) if part)
    rule = "D-15.2" if asked.step is OrderStep.FORCE else "D-12.6"
    what = f"There is no reason {typed!r}." if typed else "This needs a reason."
    raise Invalid(what, field="reason", rule=rule, hint=f"There are: {', '.join(known) or 'none yet'}.")


def _without(desk: Desk, before: OrderDraft, taken: Taken) -> OrderDraft:
    """The order with some lines cancelled: they count with what was executed of them (P-141)."""
    decimals, give_aways = before.currency.decimals, desk.company.discount_give_aways
    return replace(
        before,
        lines=tuple(
            with_amounts(replace(line, cancelled=True), decimals, discount_give_aways=give_aways)
            if line.id in taken.lines
            else line
            for line in before.lines
        ),
    )


def _at_the_gate(desk: Desk, session: Session, step: OrderStep, before: OrderDraft) -> Decision:
    """What the rules say to confirming an order, or to entering a rejected one again (D-11.3b, D-16.3b).

    Cancelling withdraws what was asked for.
    """
    if step is OrderStep.CANCEL:
        # Nobody has to decide about it any more.
        known = requests_of(session.connection(), [before.id]).get(before.id, [])
        return Decision(requests=tuple(one for one in known if one.state is RequestState.WAITING))
    if step is OrderStep.CONFIRM:
        at = Step.CONFIRM
    elif step is OrderStep.REOPEN and before.status is OrderStatus.REJECTED:
        at = Step.ENTER
    else:
        return Decision()
    totals = document_totals(before, company_decimals=desk.company.currency_decimals)
    return order_gate.decide(desk, session, at, [Passing(before, totals)])[0]


def _held_or(taken: Taken, decision: Decision) -> Taken:
    held = decision.held_status
    return taken if held is None else Taken(held, held.value)


def _columns(desk: Desk, taken: Taken, before: OrderDraft, state: Any) -> Mapping[str, Any]:
    if taken.event != "confirmed":
        return MappingProxyType({})
    if state.confirmed_at is None:
        return {"confirmed_at": desk.now()}
    # Taken back and confirmed again: what the customer has in hand may be another order (P-142).
    return {"confirmed_at": desk.now(), "revision": before.revision + 1, "resend_confirmation": True}


def _confirms_itself(step: OrderStep, before: OrderDraft, taken: Taken) -> bool:
    """Whether a rejected order that was entered again is confirmed at once, as its type has it (D-12.4)."""
    again = step is OrderStep.REOPEN and before.status is OrderStatus.REJECTED
    return again and taken.header is OrderStatus.ENTERED and before.type.automatic_confirmation


def _confirm_at_once(desk: Desk, session: Session, order_id: int) -> None:
    before = held_order(session, order_id)
    state = order_state(session.connection(), order_id)
    taken = take_step(OrderStep.CONFIRM, before, line_statuses(session.connection(), order_id))
    steps = {row: LineStep(status=status) for row, status in taken.lines.items()}
    write_progress(
        session, order_id, steps, desk.now(), desk.user,
        header=taken.header, event=taken.event, columns=_columns(desk, taken, before, state),
    )  # fmt: skip


def mark_printed(desk: Desk, order_id: int) -> bool:
    """The order was printed: flag and date are set the first time, and its confirmation is up to date again (D-12.1).

    Gives whether it was the first time; a later one is a copy. Raises `Refused` for an order that is locked or
    waits (D-11.2), and for one that is closed without having been printed.
    """
    with desk.store.write() as session:
        before = held_order(session, order_id)
        state = order_state(session.connection(), order_id)
        _check_printable(before, state.printed_at)
        first = state.printed_at is None
        columns: dict[str, Any] = {"printed_at": desk.now()} if first else {}
        columns["resend_confirmation"] = False
        write_progress(
            session, order_id, {}, desk.now(), desk.user,
            event="printed" if first else "printed again", columns=columns,
        )  # fmt: skip
    return first


def check_printable(desk: Desk, order_id: int) -> bool:
    """Raise what `mark_printed` would, before the page is set; gives whether it was printed before."""
    with desk.store.read() as connection:
        order, state = load_order(connection, order_id), order_state(connection, order_id)
    if order is not None:
        _check_printable(order, state.printed_at)
    return state.printed_at is not None


def _check_printable(order: OrderDraft, printed_at: dt.datetime | None) -> None:
    if order.status not in _PRINTABLE and not (order.status in _CLOSED and printed_at):
        raise Refused(
            f"Order {order.number} is {order.status.value}: it can't be printed.",
            field="status",
            rule="D-11.2",
            hint="A supervisor decides first." if order.status not in _CLOSED else "",
        )


def confirmation_sent(desk: Desk, order_id: int, to: str = "") -> None:
    """The confirmation went to the customer as the order stands: it need not be sent again (D-12.5)."""
    with desk.store.write() as session:
        before = held_order(session, order_id)
        if before.status in (OrderStatus.LOCKED, OrderStatus.WAITING, OrderStatus.ENTERED, OrderStatus.REJECTED):
            raise Refused(
                f"Order {before.number} is {before.status.value}: there is nothing to confirm to the customer.",
                field="status",
                rule="D-12.5",
                hint="Confirm the order first.",
            )
        write_progress(
            session, order_id, {}, desk.now(), desk.user, to,
            event="confirmation sent", columns={"resend_confirmation": False},
        )  # fmt: skip
