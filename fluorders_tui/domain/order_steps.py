"""What a person does to an order as a whole: confirm, cancel, force, open again, archive (D-12.3, D-12.6, D-15.2).

Pure: a step says what becomes of the header and of each line; the services write it, with journal and links.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from fluorders_tui.domain.errors import Invalid, Refused, Several
from fluorders_tui.domain.forcing import force_lines
from fluorders_tui.domain.lifecycle import (
    LineProgress,
    check_transition,
    execution_of,
    line_status_after,
    order_status_after,
)
from fluorders_tui.domain.order import LineStatus, LineType, OrderDraft, OrderStatus
from fluorders_tui.domain.permissions import Permission

if TYPE_CHECKING:
    from fluorders_tui.domain.errors import DeskError


class OrderStep(StrEnum):
    """A step; the value is the word it is typed by."""

    CONFIRM = "confirm"
    CANCEL = "cancel"
    FORCE = "force"
    UNFORCE = "unforce"
    REOPEN = "reopen"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True)
class StepWords:
    """How a step is told: what it does, what is asked, what was done, and whether it takes lines and a reason."""

    about: str
    done: str
    permission: Permission
    lines: bool = False
    reason: bool = False


#: The steps in the order in which they are offered.
STEP_WORDS: dict[OrderStep, StepWords] = {
    OrderStep.CONFIRM: StepWords("confirm it", "confirmed", Permission.CONFIRM),
    OrderStep.CANCEL: StepWords("cancel it, or single lines of it", "cancelled", Permission.CANCEL, True, True),
    OrderStep.FORCE: StepWords("close what is left, or of single lines", "closed", Permission.FORCE, True, True),
    OrderStep.UNFORCE: StepWords("open again what was closed by force", "open again", Permission.UNFORCE, True),
    OrderStep.REOPEN: StepWords("take the confirmation or the rejection back", "open again", Permission.REOPEN),
    OrderStep.ARCHIVE: StepWords("put it away: nothing is left to do", "archived", Permission.ARCHIVE),
}

#: Lines that are done with, one way or the other.
_CLOSED_LINES = frozenset({LineStatus.EXECUTED, LineStatus.FORCED, LineStatus.CANCELLED})
#: Headers under which single lines are cancelled: those of orders that may still be changed.
_LINES_CANCELLED_IN = frozenset(
    {
        OrderStatus.ENTERED,
        OrderStatus.WAITING,
        OrderStatus.LOCKED,
        OrderStatus.REJECTED,
        OrderStatus.CONFIRMED,
        OrderStatus.PARTIAL,
    }
)
_FORCED_IN = frozenset({OrderStatus.CONFIRMED, OrderStatus.PARTIAL})
_UNFORCED_IN = frozenset({OrderStatus.CONFIRMED, OrderStatus.PARTIAL, OrderStatus.EXECUTED, OrderStatus.FORCED})


@dataclass(frozen=True, slots=True)
class Taken:
    """What a step makes of an order: its header's status, that of the lines that change by their row, and the event.

    `partly` says that only single lines are meant and the order goes on: cancelling them is a change of what was
    agreed (P-141).
    """

    header: OrderStatus
    event: str
    lines: Mapping[int, LineStatus] = field(default_factory=dict)
    partly: bool = False


def take_step(
    step: OrderStep, draft: OrderDraft, statuses: Mapping[int, LineStatus], numbers: Iterable[int] = ()
) -> Taken:
    """What `step` makes of a stored order whose lines have `statuses` by row; `numbers` are single lines, from 1.

    Raises `Refused` (D-12.3) with the reason where the table of transitions does not have it, `Invalid` for a line
    that isn't there, `Several` where more than one of the lines named forbids it.
    """
    indexes = _indexes(draft, numbers)
    if indexes and not STEP_WORDS[step].lines:
        raise Invalid(
            f"A whole order is meant, not single lines: {step.value} takes no lines.", field="lines", rule="D-12.3"
        )
    match step:
        case OrderStep.CONFIRM:
            return _confirm(draft, statuses)
        case OrderStep.CANCEL:
            return _cancel_lines(draft, statuses, indexes) if indexes else _cancel(draft, statuses)
        case OrderStep.FORCE:
            return _force(draft, statuses, indexes)
        case OrderStep.UNFORCE:
            return _unforce(draft, statuses, indexes)
        case OrderStep.REOPEN:
            return _reopen(draft, statuses)
        case OrderStep.ARCHIVE:
            check_transition(draft.status, OrderStatus.ARCHIVED)
            return Taken(OrderStatus.ARCHIVED, "archived")


def step_permission(step: OrderStep, status: OrderStatus) -> Permission:
    """What somebody needs for a step: a rejected order is entered again by whoever may change it (P-142)."""
    if step is OrderStep.REOPEN and status is OrderStatus.REJECTED:
        return Permission.CHANGE
    return STEP_WORDS[step].permission


def steps_from(draft: OrderDraft, statuses: Mapping[int, LineStatus]) -> tuple[OrderStep, ...]:
    """The steps that the order's status allows now, whoever asks."""
    found: list[OrderStep] = []
    for step in OrderStep:
        try:
            take_step(step, draft, statuses)
        except Refused:
            continue
        found.append(step)
    return tuple(found)


def line_progress(draft: OrderDraft, statuses: Mapping[int, LineStatus]) -> list[LineProgress]:
    """The lines of a stored order as the rules of execution see them."""
    return [
        LineProgress(
            line.line_type,
            line.quantity,
            line.executed,
            forced=statuses.get(line.id) is LineStatus.FORCED,
            cancelled=statuses.get(line.id) is LineStatus.CANCELLED,
        )
        for line in draft.lines
    ]


def _indexes(draft: OrderDraft, numbers: Iterable[int]) -> list[int]:
    found = sorted(set(numbers))
    for number in found:
        if not 1 <= number <= len(draft.lines):
            raise Invalid(f"Order {draft.number} has no line {number}.", field="lines", rule="D-12.6")
    return [number - 1 for number in found]


def _followed(draft: OrderDraft, statuses: Mapping[int, LineStatus], status: OrderStatus) -> OrderStatus:
    """The header's status as the quantities of its lines have it (D-12.1)."""
    return order_status_after(status, execution_of(line_progress(draft, statuses)))


def _confirm(draft: OrderDraft, statuses: Mapping[int, LineStatus]) -> Taken:
    if draft.status in (OrderStatus.LOCKED, OrderStatus.WAITING):
        # The table lets an authorisation end there, never a clerk who is tired of waiting (D-11.2, D-16.3b).
        why = "is locked" if draft.status is OrderStatus.LOCKED else "waits for approval"
        raise Refused(
            f"Order {draft.number} {why}.",
            field="status",
            rule="D-11.2" if draft.status is OrderStatus.LOCKED else "D-16.3b",
            hint="A supervisor decides; then it can be confirmed.",
        )
    if draft.status is not OrderStatus.ENTERED:
        raise _refused(draft, OrderStatus.CONFIRMED)
    if not any(_is_open(draft, index, statuses) for index in range(len(draft.lines))):
        raise Refused("It has nothing to deliver.", field="lines", rule="D-12.3", hint="Cancel it, or add a line.")
    lines = {
        line.id: LineStatus.CONFIRMED
        for line in draft.lines
        if statuses.get(line.id, LineStatus.INSERTED) is LineStatus.INSERTED
    }
    return Taken(_followed(draft, {**statuses, **lines}, OrderStatus.CONFIRMED), "confirmed", lines)


def _refused(draft: OrderDraft, status: OrderStatus) -> DeskError:
    """Why the table does not have it; the same status again is told too."""
    try:
        check_transition(draft.status, status)
    except Refused as error:
        return error
    return Refused(
        f"Order {draft.number} is {draft.status.value}: it was confirmed already.", field="status", rule="D-12.3"
    )


def _cancel(draft: OrderDraft, statuses: Mapping[int, LineStatus]) -> Taken:
    """All that is open is cancelled; what was executed or closed by force stays (D-12.6, P-140)."""
    check_transition(draft.status, OrderStatus.CANCELLED)
    lines = {
        line.id: LineStatus.CANCELLED
        for line in draft.lines
        if statuses.get(line.id, LineStatus.INSERTED) not in _CLOSED_LINES
    }
    return Taken(OrderStatus.CANCELLED, "cancelled", lines)


def _cancel_lines(draft: OrderDraft, statuses: Mapping[int, LineStatus], indexes: Iterable[int]) -> Taken:
    """Single lines; with the last one that had anything to deliver, nothing delivered, the order goes too (P-140)."""
    if draft.status not in _LINES_CANCELLED_IN:
        raise _refused(draft, OrderStatus.CANCELLED)
    lines: dict[int, LineStatus] = {}
    errors: list[DeskError] = []
    for index in indexes:
        line = draft.lines[index]
        try:
            if line.line_type is LineType.NOTE:
                raise Refused("A note has nothing to cancel.", rule="D-12.1", hint="Delete it.")
            check_transition(statuses.get(line.id, LineStatus.INSERTED), LineStatus.CANCELLED)
        except Refused as error:
            errors.append(_on_line(error, index))
        lines[line.id] = LineStatus.CANCELLED
    _raise_all(errors)
    becoming = {**statuses, **lines}
    if not any(_is_open(draft, index, becoming) for index in range(len(draft.lines))) and not any(
        line.executed for line in draft.lines
    ):
        return _cancel(draft, statuses)
    return Taken(_followed(draft, becoming, draft.status), "changed", lines, partly=True)


def _force(draft: OrderDraft, statuses: Mapping[int, LineStatus], indexes: list[int]) -> Taken:
    if draft.status not in _FORCED_IN:
        raise _why_not(draft, OrderStatus.FORCED)
    made = force_lines(draft, statuses, indexes or range(len(draft.lines)))
    refused = [_on_line(one.error, one.number - 1) for one in made.refused]
    if indexes:
        _raise_all(refused)
    if not made.statuses:
        raise refused[0] if refused else Refused("Nothing is left of it.", field="status", rule="D-15.2")
    header = _followed(draft, {**statuses, **made.statuses}, draft.status)
    event = header.value if header is not draft.status else "lines forced"
    return Taken(header, event, made.statuses, partly=bool(indexes))


def _unforce(draft: OrderDraft, statuses: Mapping[int, LineStatus], indexes: list[int]) -> Taken:
    if draft.status not in _UNFORCED_IN:
        raise _why_not(draft, OrderStatus.CONFIRMED)
    lines: dict[int, LineStatus] = {}
    errors: list[DeskError] = []
    for index in indexes or range(len(draft.lines)):
        line = draft.lines[index]
        if statuses.get(line.id) is LineStatus.FORCED:
            progress = LineProgress(line.line_type, line.quantity, line.executed)
            lines[line.id] = line_status_after(LineStatus.CONFIRMED, progress)
        elif indexes:
            errors.append(Refused("It was not closed by force.", field=f"lines[{index + 1}].status", rule="D-15.2"))
    _raise_all(errors)
    if not lines:
        raise Refused("Nothing of it was closed by force.", field="status", rule="D-15.2")
    header = _followed(draft, {**statuses, **lines}, draft.status)
    return Taken(header, "forcing undone", lines, partly=bool(indexes))


def _reopen(draft: OrderDraft, statuses: Mapping[int, LineStatus]) -> Taken:
    """A confirmed order becomes an entered one, a rejected one is entered again (P-142)."""
    if draft.status not in (OrderStatus.CONFIRMED, OrderStatus.REJECTED):
        if draft.status is OrderStatus.ENTERED:
            raise Refused(f"Order {draft.number} is open already.", field="status", rule="D-12.3")
        raise _why_not(draft, OrderStatus.ENTERED)
    lines = {line.id: LineStatus.INSERTED for line in draft.lines if statuses.get(line.id) is LineStatus.CONFIRMED}
    return Taken(OrderStatus.ENTERED, "reopened", lines)


def _why_not(draft: OrderDraft, status: OrderStatus) -> DeskError:
    try:
        check_transition(draft.status, status)
    except Refused as error:
        return error
    return Refused(
        f"An order that is {draft.status.value} can't be taken there by hand.",
        field="status",
        rule="D-12.3",
        hint="A supervisor decides.",
    )


def _is_open(draft: OrderDraft, index: int, statuses: Mapping[int, LineStatus]) -> bool:
    line = draft.lines[index]
    return line.line_type is not LineType.NOTE and statuses.get(line.id, LineStatus.INSERTED) not in _CLOSED_LINES


def _on_line(error: Refused | DeskError, index: int) -> DeskError:
    return type(error)(error.message, field=f"lines[{index + 1}].status", rule=error.rule, hint=error.hint)


def _raise_all(errors: list[DeskError]) -> None:
    if errors:
        raise errors[0] if len(errors) == 1 else Several(errors)
