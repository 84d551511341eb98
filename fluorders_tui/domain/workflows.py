"""Workflows: what the company decides once and the desk then does by itself (D-16): a trigger, a condition, steps."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fluorders_tui.domain.errors import DeskError, Invalid, Several
from fluorders_tui.domain.workflow_conditions import compile_condition
from fluorders_tui.domain.workflow_steps import Approval, Confirm, Escalation, Lock, Simple, Step, read_steps

__all__ = ["TIMED", "Trigger", "Workflow", "check_workflow", "due"]


class Trigger(StrEnum):
    """When a workflow is looked at (D-16.1)."""

    ENTERED = "entered"
    CHANGED = "changed"
    CONFIRMED = "confirmed"
    APPROVED = "approved"
    REJECTED = "rejected"
    LOCKED = "locked"
    PARTLY_EXECUTED = "partly executed"
    EXECUTED = "executed"
    CANCELLED = "cancelled"
    SUPPLIER_DATE_CHANGED = "supplier date changed"
    OFFER_EXPIRING = "offer expiring"
    DELIVERY_OVERDUE = "delivery overdue"
    TIMER = "timer"


#: Triggers that a worker raises, not a person's transaction.
TIMED = (Trigger.OFFER_EXPIRING, Trigger.DELIVERY_OVERDUE, Trigger.TIMER)


@dataclass(frozen=True, slots=True)
class Workflow:
    """One workflow as a row has it. `order` is its place among those of one trigger, lowest first."""

    code: str
    name: str
    trigger: Trigger
    condition: str
    steps: tuple[Step, ...]
    active: bool = True
    order: int = 100
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    version: int = 1


def due(workflows: Iterable[Workflow], trigger: Trigger, today: dt.date) -> list[Workflow]:
    """Those that are looked at now, in their order, then by code: the same order on every desk."""
    found = [
        one
        for one in workflows
        if one.active
        and one.trigger is trigger
        and (one.valid_from is None or one.valid_from <= today)
        and (one.valid_to is None or today <= one.valid_to)
    ]
    return sorted(found, key=lambda one: (one.order, one.code))


def check_workflow(trigger: str, condition: str, steps: str) -> tuple[Trigger, tuple[Step, ...]]:
    """A workflow as typed, checked as a whole (D-16.3). Raises `Several` with everything that is wrong."""
    errors: list[DeskError] = []
    known = None
    try:
        known = Trigger(trigger.strip().casefold())
    except ValueError:
        near = difflib.get_close_matches(trigger, list(Trigger), n=1, cutoff=0)
        errors.append(
            Invalid(
                f"There is no trigger “{trigger}”.", field="trigger", rule="D-16.1", hint=f"The nearest is {near[0]}."
            )
        )
    try:
        compile_condition(condition)
    except DeskError as error:
        errors.append(error)
    found: tuple[Step, ...] = ()
    try:
        found = read_steps(steps)
    except Several as several:
        errors += several.errors
    if known is not None and not errors:
        errors += _misfits(known, found)
    if errors or known is None:
        raise Several(errors)
    return known, found


def _misfits(trigger: Trigger, steps: Sequence[Step]) -> list[DeskError]:
    """Steps that make no sense after this trigger, or beside each other."""
    found: list[DeskError] = []
    if not steps:
        found.append(Invalid("A workflow without steps does nothing.", field="steps", rule="D-16.1"))
    kinds = {type(step) for step in steps}
    if Escalation in kinds and Approval not in kinds and trigger not in TIMED:
        found.append(Invalid("There is nothing to escalate without an approval.", field="steps", rule="D-16.2"))
    if Confirm in kinds and {Approval, Lock} & kinds:
        found.append(
            Invalid("The order can't be confirmed and held by the same workflow.", field="steps", rule="D-16.2")
        )
    late = (Trigger.EXECUTED, Trigger.CANCELLED, Trigger.OFFER_EXPIRING)
    if trigger in late and {Approval, Lock, Confirm} & kinds:
        found.append(
            Invalid(f"After “{trigger.value}” there is nothing left to hold or confirm.", field="steps", rule="D-16.2")
        )
    if Simple("take supplier date") in steps and trigger is not Trigger.SUPPLIER_DATE_CHANGED:
        found.append(
            Invalid("Only after “supplier date changed” is there a date to take over.", field="steps", rule="D-16.2")
        )
    return found
