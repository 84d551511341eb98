"""Approvals: what is asked of whom, bound to the content it is given for, in levels, n of m, never one's own (D-16).

A requirement says that somebody must agree before an order goes on. Credit, blocks and *always authorise* ask so;
workflows can ask in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from fluorders_tui.domain.credit import CreditFigures
from fluorders_tui.domain.errors import NotAllowed, Refused
from fluorders_tui.domain.money import plain
from fluorders_tui.domain.order import LineType, OrderDraft
from fluorders_tui.domain.permissions import Permission, role_may

CREDIT_LIMIT = "credit limit"
ORDERS_BLOCKED = "blocked for orders"
DELIVERIES_BLOCKED = "blocked for deliveries"
ALWAYS = "always authorise"


class Bound(StrEnum):
    """What an approval holds for: the amount it was given for (D-11.3b), or all that was approved (D-16.3b)."""

    AMOUNT = "amount"
    CONTENT = "content"


class RequestState(StrEnum):
    """Where a request for approval stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Requirement:
    """Somebody must agree: whom it takes, how many, at which level, and why.

    `about` tells two of one kind apart (the customer's limit and its group's). A lock keeps the order from being
    confirmed, printed and executed as an approval does, and comes first (D-11.2). Without a role and users it takes
    anybody who may approve.
    """

    kind: str
    reason: str
    rule: str
    about: str = ""
    lock: bool = False
    bound: Bound = Bound.CONTENT
    level: int = 1
    role: str = ""
    users: tuple[str, ...] = ()
    needed: int = 1
    figures: CreditFigures | None = None

    @property
    def key(self) -> tuple[str, str, int]:
        """What tells it apart from the others of its order."""
        return (self.kind, self.about, self.level)


@dataclass(frozen=True, slots=True)
class Content:
    """What an approval is bound to: the customer, the total in company currency, and what else a rule looks at."""

    customer: str
    total: Decimal
    terms: tuple[tuple[str, str], ...] = ()
    lines: Mapping[tuple[str, ...], Decimal] = field(default_factory=dict)


def content_of(draft: OrderDraft, company_total: Decimal) -> Content:
    """The content of an order as approvals see it: what is sold, to whom, at which price, to be paid how (D-16.3b)."""
    lines: dict[tuple[str, ...], Decimal] = {}
    for line in draft.lines:
        if line.line_type is LineType.NOTE:
            continue
        chain = "+".join(f"{plain(one.value)}{'#' if one.is_amount else ''}" for one in line.discounts)
        key = (line.line_type.value, line.item or line.description, line.uom.code, plain(line.price), chain)
        lines[key] = lines.get(key, Decimal(0)) + line.quantity
    payments = "+".join(f"{one.payment_type} {one.term.code}" for one in draft.payments)
    finals = "+".join(f"{plain(one.value)}{'#' if one.is_amount else ''}" for one in draft.final_discounts)
    terms = (
        ("type", draft.type.code),
        ("currency", draft.currency.code),
        ("payments", payments),
        ("final discounts", finals),
        ("destination", draft.destination.one_line()),
        ("deposit", plain(draft.deposit)),
    )
    return Content(draft.customer, company_total, terms, lines)


def covers(bound: Bound, approved: Content, now: Content) -> bool:
    """Whether an approval given for `approved` still holds for `now`.

    One for an amount lapses when the total rises (D-11.3b). One for a content lapses with every change upward or
    sideways; selling less of the same does not ask again (D-16.3b, P-155).
    """
    if approved.customer != now.customer or now.total > approved.total:
        return False
    if bound is Bound.AMOUNT:
        return True
    if approved.terms != now.terms:
        return False
    return all(quantity <= approved.lines.get(key, Decimal(0)) for key, quantity in now.lines.items())


def content_to_json(content: Content) -> dict[str, Any]:
    """The content as it is stored."""
    return {
        "customer": content.customer,
        "total": plain(content.total),
        "terms": [list(pair) for pair in content.terms],
        "lines": [[*key, plain(quantity)] for key, quantity in content.lines.items()],
    }


def content_from_json(stored: Mapping[str, Any]) -> Content:
    """What `content_to_json` stored."""
    return Content(
        stored["customer"],
        Decimal(stored["total"]),
        tuple((name, value) for name, value in stored["terms"]),
        {tuple(row[:-1]): Decimal(row[-1]) for row in stored["lines"]},
    )


@dataclass(frozen=True, slots=True)
class Vote:
    """What one person said to a request."""

    user: str
    approved: bool
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """A requirement of one order as it was asked, with what it is bound to and who has said what."""

    requirement: Requirement
    content: Content
    state: RequestState = RequestState.WAITING
    caused_by: str = ""
    asked_by: str = ""
    votes: tuple[Vote, ...] = ()
    id: int = 0


def open_level(requests: Iterable[Request]) -> int:
    """The level whose turn it is: the lowest that waits, 0 when none does (D-16.2)."""
    return min((one.requirement.level for one in requests if one.state is RequestState.WAITING), default=0)


def on_turn(requests: Sequence[Request]) -> list[Request]:
    """The requests that can be decided now: locks first, then approvals level by level."""
    waiting = [one for one in requests if one.state is RequestState.WAITING]
    locks = [one for one in waiting if one.requirement.lock]
    level = open_level(locks or waiting)
    return [one for one in locks or waiting if one.requirement.level == level]


def may_decide(requirement: Requirement, user: str, role: str) -> bool:
    """Whether a request is for this person: by name, else by role; an administrator stands in for every role."""
    if not role_may(role, Permission.APPROVE):
        return False
    if requirement.users:
        return user in requirement.users
    return not requirement.role or role in (requirement.role, "administrator")


def check_decider(request: Request, user: str, role: str, entered_by: str) -> None:
    """Raise where this person can't decide: not theirs (`NotAllowed`), their own, or said already (D-16.2)."""
    wanted = request.requirement
    if not may_decide(wanted, user, role):
        whom = ", ".join(wanted.users) or wanted.role or "a supervisor or an administrator"
        raise NotAllowed(f"This is for {whom} to decide.", rule="D-16.2", field="approval")
    if user in (entered_by, request.caused_by):
        raise NotAllowed(
            "Nobody approves their own: you entered or changed this order.",
            rule="D-16.2",
            field="approval",
            hint="Somebody else who may approve has to look at it.",
        )
    if any(vote.user == user and vote.approved for vote in request.votes):
        raise Refused("You have agreed already; somebody else has to as well.", rule="D-16.2", field="approval")


def state_after(request: Request, vote: Vote) -> RequestState:
    """What a request becomes with one more vote: one no rejects it, as many yes as are needed approve it (D-16.2)."""
    if not vote.approved:
        return RequestState.REJECTED
    agreed = {one.user for one in (*request.votes, vote) if one.approved}
    return RequestState.APPROVED if len(agreed) >= request.requirement.needed else RequestState.WAITING
