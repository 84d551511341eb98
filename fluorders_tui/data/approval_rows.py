"""Requests for approval: reading those of orders, writing new ones, and what becomes of them (D-16.2)."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Select, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from fluorders_tui.data.order_rows import ORDER
from fluorders_tui.data.tables import parties
from fluorders_tui.data.tables.approvals import Approval, ApprovalVote
from fluorders_tui.data.tables.base import table
from fluorders_tui.domain.approvals import (
    CREDIT_LIMIT,
    Bound,
    Request,
    RequestState,
    Requirement,
    Vote,
    content_from_json,
    content_to_json,
)
from fluorders_tui.domain.credit import COMPANY_DECIMALS, USING_CREDIT, CreditFigures, CreditPolicy
from fluorders_tui.domain.lifecycle import HELD
from fluorders_tui.domain.money import from_scaled, to_scaled

APPROVAL = table(Approval)
CUSTOMER = table(parties.Customer)
VOTE = table(ApprovalVote)
_WAITING = RequestState.WAITING.value
_LIVE = (RequestState.WAITING.value, RequestState.APPROVED.value)


def requests_of(connection: Connection, orders: Iterable[int], *, live: bool = True) -> dict[int, list[Request]]:
    """The requests of each order, oldest first; with `live` only those that wait or were approved."""
    wanted = sorted(set(orders))
    found: dict[int, list[Request]] = {order: [] for order in wanted}
    for start in range(0, len(wanted), 400):
        query = select(APPROVAL).where(APPROVAL.c.order_id.in_(wanted[start : start + 400])).order_by(APPROVAL.c.id)
        if live:
            query = query.where(APPROVAL.c.state.in_(_LIVE))
        rows = connection.execute(query).all()
        votes = votes_of(connection, [row.id for row in rows])
        for row in rows:
            found[row.order_id].append(request_of(row, votes.get(row.id, ())))
    return found


def votes_of(connection: Connection, approvals: Sequence[int]) -> dict[int, list[Vote]]:
    """What people said to requests, by the request's row."""
    found: dict[int, list[Vote]] = defaultdict(list)
    for start in range(0, len(approvals), 400):
        query = select(VOTE).where(VOTE.c.approval_id.in_(approvals[start : start + 400])).order_by(VOTE.c.id)
        for row in connection.execute(query):
            found[row.approval_id].append(Vote(row.user, row.approved, row.comment))
    return found


def request_of(row: Any, votes: Iterable[Vote] = ()) -> Request:
    """A row as the domain sees it."""
    figures = None
    if row.limit_minor is not None:
        limit, balance, orders, own = (
            from_scaled(minor, COMPANY_DECIMALS)
            for minor in (row.limit_minor, row.balance_minor, row.orders_minor, row.own_minor)
        )
        figures = CreditFigures(row.about, CreditPolicy(row.policy), limit, balance, orders, own)
    requirement = Requirement(
        kind=row.kind,
        reason=row.reason,
        rule=row.rule,
        about=row.about,
        lock=row.locks,
        bound=Bound(row.bound),
        level=row.level,
        role=row.role,
        users=tuple(name for name in row.users.split(",") if name),
        needed=row.needed,
        figures=figures,
    )
    return Request(
        requirement,
        content_from_json(json.loads(row.content)),
        RequestState(row.state),
        row.caused_by,
        row.asked_by,
        tuple(votes),
        row.id,
    )


def _values(request: Request) -> dict[str, Any]:
    wanted, figures = request.requirement, request.requirement.figures
    values: dict[str, Any] = {
        "kind": wanted.kind,
        "about": wanted.about,
        "reason": wanted.reason,
        "rule": wanted.rule,
        "locks": wanted.lock,
        "bound": wanted.bound.value,
        "level": wanted.level,
        "role": wanted.role,
        "users": ",".join(wanted.users),
        "needed": wanted.needed,
        "state": request.state.value,
        "content": json.dumps(content_to_json(request.content), ensure_ascii=False, separators=(",", ":")),
        "policy": figures.policy.value if figures else "",
        "limit_minor": _minor(figures.limit) if figures else None,
        "caused_by": request.caused_by,
    }
    for name in ("balance", "orders", "own", "excess"):
        values[f"{name}_minor"] = _minor(getattr(figures, name)) if figures else 0
    return values


def _minor(amount: Any) -> int:
    return to_scaled(amount, COMPANY_DECIMALS)


def add_requests(connection: Connection, order_id: int, at: dt.datetime, requests: Sequence[Request]) -> None:
    """Write new requests of an order."""
    if requests:
        rows = [
            _values(one)
            | {
                "version": 1,
                "order_id": order_id,
                "caused_at": at,
                "asked_by": one.asked_by,
                "asked_at": at if one.asked_by else None,
                "asked_comment": "",
            }
            for one in requests
        ]
        connection.execute(insert(APPROVAL), rows)


def renew_figures(connection: Connection, request: Request, now: Requirement) -> None:
    """Keep the figures as they are now with a request that is being decided (D-11.3b)."""
    values = _values(replace(request, requirement=now))
    names = ("reason", "limit_minor", "policy", "balance_minor", "orders_minor", "own_minor", "excess_minor")
    connection.execute(
        update(APPROVAL).where(APPROVAL.c.id == request.id).values({name: values[name] for name in names})
    )


def move_request(connection: Connection, request_id: int, state: RequestState, at: dt.datetime) -> None:
    """Give a request another state."""
    connection.execute(
        update(APPROVAL)
        .where(APPROVAL.c.id == request_id)
        .values(state=state.value, decided_at=at, heard_at=None, version=APPROVAL.c.version + 1)
    )


def ask(connection: Connection, requests: Sequence[int], user: str, at: dt.datetime, comment: str) -> None:
    """Note who asks for a decision, and why."""
    connection.execute(
        update(APPROVAL)
        .where(APPROVAL.c.id.in_(requests))
        .values(asked_by=user, asked_at=at, asked_comment=comment, version=APPROVAL.c.version + 1)
    )


def add_vote(connection: Connection, approval_id: int, vote: Vote, at: dt.datetime) -> None:
    """Write what somebody said to a request; a second word of the same person replaces the first."""
    make = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert
    values = {"approved": vote.approved, "comment": vote.comment, "at": at}
    statement = make(VOTE).values(version=1, approval_id=approval_id, user=vote.user, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["approval_id", "user"], set_=values))


def authorised_orders(connection: Connection, customer: int, group: int = 0) -> set[int]:
    """Open orders of a customer, or of its whole group, that somebody released over the limit."""
    mine = ORDER.c.customer_id == customer
    if group:
        mine = ORDER.c.customer_id.in_(select(CUSTOMER.c.id).where(CUSTOMER.c.group_id == group))
    query = (
        select(ORDER.c.id)
        .join(APPROVAL, APPROVAL.c.order_id == ORDER.c.id)
        .where(
            mine,
            ORDER.c.status.in_([status.value for status in USING_CREDIT]),
            ORDER.c.company_open_minor > 0,
            APPROVAL.c.kind == CREDIT_LIMIT,
            APPROVAL.c.state == RequestState.APPROVED.value,
        )
    )
    return set(connection.execute(query).scalars())


_LISTED = (
    ORDER.c.number, ORDER.c.customer_code, ORDER.c.customer_name, ORDER.c.status.label("order_status"),
    ORDER.c.version.label("order_version"), ORDER.c.order_date, ORDER.c.delivery_date, ORDER.c.reference,
    ORDER.c.currency, ORDER.c.currency_decimals, ORDER.c.total_minor, ORDER.c.taxable_minor, ORDER.c.rate_nano,
    ORDER.c.company_total_minor, ORDER.c.entered_by,
)  # fmt: skip


def _joined(*more: Any) -> Select[Any]:
    return select(APPROVAL, *_LISTED, *more).join(ORDER, ORDER.c.id == APPROVAL.c.order_id)


_HELD = ORDER.c.status.in_([status.value for status in HELD])


def waiting_rows(connection: Connection, limit: int, *, costs: bool) -> Sequence[Any]:
    """The requests that wait, with their orders, oldest first; `cost_minor` only where it may be read."""
    query = _joined(*_costs(costs)).where(APPROVAL.c.state == _WAITING, _HELD).order_by(APPROVAL.c.id).limit(limit)
    return connection.execute(query).all()


def waiting_marks(connection: Connection, limit: int) -> Sequence[Any]:
    """Of each request that waits its row and its order's, since when, and who asked; oldest first."""
    columns = (APPROVAL.c.id, APPROVAL.c.order_id, APPROVAL.c.caused_at, APPROVAL.c.asked_by)
    query = select(*columns).join(ORDER, ORDER.c.id == APPROVAL.c.order_id).where(APPROVAL.c.state == _WAITING, _HELD)
    return connection.execute(query.order_by(APPROVAL.c.id).limit(limit)).all()


def rows_of_requests(connection: Connection, requests: Sequence[int], *, costs: bool) -> Sequence[Any]:
    """As `waiting_rows`, of these requests, whatever became of them since."""
    query = _joined(*_costs(costs)).where(APPROVAL.c.id.in_(requests)).order_by(APPROVAL.c.id)
    return connection.execute(query).all()


def _costs(seen: bool) -> tuple[Any, ...]:
    return (ORDER.c.cost_minor,) if seen else ()


def unheard_rows(connection: Connection, user: str, limit: int) -> Sequence[Any]:
    """Decisions on what this person asked or caused that they have not looked at yet, newest first."""
    query = (
        _joined()
        .where(
            or_(APPROVAL.c.caused_by == user, APPROVAL.c.asked_by == user),
            APPROVAL.c.heard_at.is_(None),
            APPROVAL.c.decided_at.is_not(None),
            APPROVAL.c.state.in_((RequestState.APPROVED.value, RequestState.REJECTED.value)),
        )
        .order_by(APPROVAL.c.id.desc())
        .limit(limit)
    )
    return connection.execute(query).all()


def mark_heard(connection: Connection, user: str, order_id: int, at: dt.datetime) -> None:
    """This person has seen what was decided on an order."""
    connection.execute(
        update(APPROVAL)
        .where(
            APPROVAL.c.order_id == order_id,
            or_(APPROVAL.c.caused_by == user, APPROVAL.c.asked_by == user),
            APPROVAL.c.decided_at.is_not(None),
            APPROVAL.c.heard_at.is_(None),
        )
        .values(heard_at=at)
    )
