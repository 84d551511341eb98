"""Life of an order: which status may follow which, and what quantities say about execution (D-12.1–12.4).

The table below is the only place that knows the transitions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from fluorders_tui.domain.errors import Refused
from fluorders_tui.domain.money import ZERO
from fluorders_tui.domain.order import Execution, LineStatus, LineType, OrderStatus, OrderType

_S = OrderStatus
_L = LineStatus

#: Once confirmed, only quantities move an order: a delivery forward, an undone one back.
MOVED_BY_QUANTITY = frozenset({_S.CONFIRMED, _S.PARTIAL, _S.EXECUTED, _S.FORCED})

#: The transitions of an order's header (D-12.3). Staying in a status is no transition.
ORDER_TRANSITIONS: dict[OrderStatus, frozenset[OrderStatus]] = {
    _S.DRAFT: frozenset({_S.ENTERED, _S.WAITING, _S.LOCKED, _S.CONFIRMED}),
    _S.ENTERED: frozenset({_S.WAITING, _S.LOCKED, _S.CONFIRMED, _S.CANCELLED}),
    _S.WAITING: frozenset({_S.ENTERED, _S.LOCKED, _S.REJECTED, _S.CANCELLED} | MOVED_BY_QUANTITY),
    _S.LOCKED: frozenset({_S.ENTERED, _S.WAITING, _S.REJECTED, _S.CANCELLED} | MOVED_BY_QUANTITY),
    _S.REJECTED: frozenset({_S.ENTERED, _S.WAITING, _S.LOCKED, _S.CANCELLED, _S.ARCHIVED}),
    _S.CONFIRMED: frozenset({_S.ENTERED, _S.WAITING, _S.LOCKED, _S.CANCELLED} | MOVED_BY_QUANTITY),
    _S.PARTIAL: frozenset({_S.WAITING, _S.LOCKED, _S.CANCELLED} | MOVED_BY_QUANTITY),
    _S.EXECUTED: frozenset({_S.ARCHIVED} | MOVED_BY_QUANTITY),
    _S.FORCED: frozenset({_S.ARCHIVED} | MOVED_BY_QUANTITY),
    _S.CANCELLED: frozenset({_S.ARCHIVED}),
    _S.ARCHIVED: frozenset(),
}

#: Orders that somebody has to let go before they go on (D-11.2, D-16.2).
HELD = frozenset({_S.WAITING, _S.LOCKED, _S.REJECTED})

_LINE_OPEN = frozenset({_L.INSERTED, _L.CONFIRMED, _L.ON_SUPPLY, _L.READY})
#: Nothing of these lines is executed any more.
CLOSED_LINES = frozenset({_L.EXECUTED, _L.FORCED, _L.CANCELLED})

_LINE_MOVED = frozenset({_L.PARTIAL, _L.EXECUTED, _L.FORCED})

#: The transitions of a line (D-12.2, D-12.3).
LINE_TRANSITIONS: dict[LineStatus, frozenset[LineStatus]] = {
    _L.INSERTED: frozenset({_L.CONFIRMED, _L.ON_SUPPLY, _L.CANCELLED}),
    _L.CONFIRMED: frozenset({_L.CANCELLED} | _LINE_OPEN | _LINE_MOVED),
    _L.ON_SUPPLY: frozenset({_L.CANCELLED} | _LINE_OPEN | _LINE_MOVED),
    _L.READY: frozenset({_L.CANCELLED} | _LINE_OPEN | _LINE_MOVED),
    _L.PARTIAL: frozenset({_L.CONFIRMED, _L.ON_SUPPLY, _L.READY, _L.CANCELLED} | _LINE_MOVED),
    _L.EXECUTED: frozenset({_L.CONFIRMED, _L.ON_SUPPLY, _L.READY} | _LINE_MOVED),
    _L.FORCED: frozenset({_L.CONFIRMED, _L.ON_SUPPLY, _L.READY} | _LINE_MOVED),
    _L.CANCELLED: frozenset(),
}

# Why nothing (or little) leaves a status, and the way out.
_WHY_ORDER: dict[OrderStatus, tuple[str, str]] = {
    _S.DRAFT: ("A draft has no number yet.", "Enter the order first; a draft that isn't wanted is discarded."),
    _S.ENTERED: ("It isn't confirmed yet.", "Confirm the order first."),
    _S.WAITING: ("It waits for approval.", "A supervisor approves or rejects it."),
    _S.LOCKED: ("It is locked.", "A supervisor authorises it first."),
    _S.REJECTED: ("It was rejected.", "Change it and enter it again, or cancel it."),
    _S.CONFIRMED: ("It is confirmed.", "Reopen or cancel it instead."),
    _S.PARTIAL: ("Part of it was executed.", "Undo the deliveries first, or force the rest."),
    _S.EXECUTED: ("All of it was executed.", "Undo a delivery first."),
    _S.FORCED: ("Its rest was closed by force.", "Undo the forcing first."),
    _S.CANCELLED: ("It was cancelled, and a cancelled order stays as it is.", "Duplicate it to order again."),
    _S.ARCHIVED: ("It is archived.", "Duplicate it to order again."),
}
_WHY_LINE: dict[LineStatus, tuple[str, str]] = {
    _L.INSERTED: ("The line isn't confirmed yet.", "Confirm the order first."),
    _L.CONFIRMED: ("The line is confirmed.", "Change it by its quantity."),
    _L.ON_SUPPLY: ("The line is on supply.", "Change it by its quantity."),
    _L.READY: ("The line is ready.", "Change it by its quantity."),
    _L.PARTIAL: ("Part of the line was executed.", "Undo the delivery first, or force the rest."),
    _L.EXECUTED: ("The line was executed.", "Undo the delivery first."),
    _L.FORCED: ("The rest of the line was closed by force.", "Undo the forcing first."),
    _L.CANCELLED: ("The line was cancelled, and stays so.", "Add the item as a new line."),
}
# What the target says where it is the clearer reason.
_WHY_TO: dict[OrderStatus, tuple[str, str]] = {
    _S.DRAFT: ("It has a number, and an order with a number is no draft any more.", "Cancel it, or duplicate it."),
    _S.ARCHIVED: (
        "Only orders with nothing left to do are archived.",
        "Execute, force or cancel the rest first.",
    ),
}


def may_follow(before: OrderStatus | LineStatus, after: OrderStatus | LineStatus) -> bool:
    """Whether the table of D-12.3 has the transition; False between a header's and a line's status."""
    # Both kinds of status share words ("cancelled"), and members of equal text compare equal.
    if isinstance(before, OrderStatus):
        return isinstance(after, OrderStatus) and after in ORDER_TRANSITIONS[before]
    return isinstance(after, LineStatus) and after in LINE_TRANSITIONS[before]


def check_transition(before: OrderStatus | LineStatus, after: OrderStatus | LineStatus) -> None:
    """Raise `Refused` (D-12.3) with the reason unless `after` may follow `before`."""
    if may_follow(before, after):
        return
    if isinstance(before, LineStatus):
        why = _WHY_LINE[before]
    elif isinstance(after, OrderStatus) and after in _WHY_TO and after is not before:
        why = _WHY_TO[after]
    else:
        why = _WHY_ORDER[before]
    raise Refused(
        f"From {before.value} it can't become {after.value}. {why[0]}", field="status", rule="D-12.3", hint=why[1]
    )


@dataclass(frozen=True, slots=True)
class LineProgress:
    """What a line's execution is derived from; quantities in the line's UoM (D-12.1).

    `forced` closes what is left without delivering it (D-15.2); `cancelled` does so without calling it executed.
    """

    line_type: LineType
    quantity: Decimal
    executed: Decimal = ZERO
    forced: bool = False
    cancelled: bool = False

    @property
    def counts(self) -> bool:
        """Whether the line has anything to execute: notes never have, nor lines cancelled before any delivery."""
        if self.line_type is LineType.NOTE or self.quantity <= 0:
            return False
        return self.executed > 0 or not self.cancelled

    @property
    def remaining(self) -> Decimal:
        """Ordered less executed, never below zero; nothing once forced or cancelled (D-15.2)."""
        if self.line_type is LineType.NOTE or self.forced or self.cancelled:
            return ZERO
        return max(self.quantity - self.executed, ZERO)


def line_execution(line: LineProgress) -> Execution:
    """Execution of one line, from quantities only (D-12.1). A cancelled rest leaves what was delivered executed."""
    if not line.counts:
        return Execution.NONE
    if line.executed >= line.quantity:
        return Execution.EXECUTED
    if line.forced:
        return Execution.FORCED
    if line.executed > 0:
        return Execution.EXECUTED if line.cancelled else Execution.PARTIAL
    return Execution.NONE


def execution_of(lines: Iterable[LineProgress]) -> Execution:
    """Execution of the whole order (D-12.1): 498 of 500 is partial, whatever a percentage rounds to.

    Closed lines only: executed, or forced when at least one of them is. Otherwise partial as soon as anything
    was delivered; a forced line without delivery beside an open one leaves the order not executed.
    """
    counted = [line for line in lines if line.counts]
    states = [line_execution(line) for line in counted]
    if states and all(state in (Execution.EXECUTED, Execution.FORCED) for state in states):
        return Execution.FORCED if Execution.FORCED in states else Execution.EXECUTED
    return Execution.PARTIAL if any(line.executed > 0 for line in counted) else Execution.NONE


_STATUS_OF = {
    Execution.NONE: _S.CONFIRMED,
    Execution.PARTIAL: _S.PARTIAL,
    Execution.EXECUTED: _S.EXECUTED,
    Execution.FORCED: _S.FORCED,
}


def order_status_after(status: OrderStatus, execution: Execution) -> OrderStatus:
    """The header's status once quantities have changed (D-12.1).

    Only a confirmed order follows its quantities; entered, locked, waiting, cancelled stay what they are.
    """
    return _STATUS_OF[execution] if status in MOVED_BY_QUANTITY else status


def line_status_after(status: LineStatus, line: LineProgress) -> LineStatus:
    """A line's status once its quantities have changed; a delivery undone leaves it confirmed (D-12.2)."""
    if line.cancelled or status is _L.CANCELLED:
        return _L.CANCELLED
    match line_execution(line):
        case Execution.PARTIAL:
            return _L.PARTIAL
        case Execution.EXECUTED:
            return _L.EXECUTED
        case Execution.FORCED:
            return _L.FORCED
        case _:
            return _L.CONFIRMED if status in _LINE_MOVED else status


def status_after_entering(order_type: OrderType, *, locked: bool = False, needs_approval: bool = False) -> OrderStatus:
    """What a draft becomes when it is entered: confirmed at once by types with *automatic confirmation* (D-12.4).

    A lock (D-11.2) comes before an approval (D-16.2), and both before confirmation; *exclude lock* passes.
    """
    if locked and not order_type.exclude_lock:
        return _S.LOCKED
    if needs_approval:
        return _S.WAITING
    return _S.CONFIRMED if order_type.automatic_confirmation else _S.ENTERED


def status_after_release(order_type: OrderType, *, confirmed: bool, execution: Execution) -> OrderStatus:
    """What a held order becomes once nothing holds it: as far as it was, and confirmed by types that do so at once."""
    if confirmed or order_type.automatic_confirmation:
        return _STATUS_OF[execution]
    return _S.ENTERED


def line_status_after_entering(order_status: OrderStatus) -> LineStatus:
    """The status of a new line on an order of that status: confirmed with a confirmed order, else inserted."""
    return _L.CONFIRMED if order_status in MOVED_BY_QUANTITY else _L.INSERTED
