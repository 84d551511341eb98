"""`docs/order-life.md`: the life of an order as a picture, drawn from the tables and steps of the code (D-12.3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal

from fluorders_tui.domain.errors import Refused
from fluorders_tui.domain.lifecycle import (
    HELD,
    LINE_TRANSITIONS,
    MOVED_BY_QUANTITY,
    ORDER_TRANSITIONS,
    check_transition,
    may_follow,
)
from fluorders_tui.domain.order import LineStatus, LineType, OrderDraft, OrderLine, OrderStatus, OrderType
from fluorders_tui.domain.order_steps import STEP_WORDS, OrderStep, step_permission, take_step
from fluorders_tui.domain.permissions import roles_with

_S = OrderStatus
#: What lines look like in an order of each status, for trying the steps on: one partly delivered where that fits.
_LINE_IN = {
    _S.CONFIRMED: (LineStatus.CONFIRMED, 0),
    _S.PARTIAL: (LineStatus.PARTIAL, 1),
    _S.EXECUTED: (LineStatus.EXECUTED, 2),
    _S.FORCED: (LineStatus.FORCED, 0),
    _S.CANCELLED: (LineStatus.CANCELLED, 0),
}


def _sample(status: OrderStatus) -> tuple[OrderDraft, dict[int, LineStatus]]:
    line_status, executed = _LINE_IN.get(status, (LineStatus.INSERTED, 0))
    line = OrderLine(LineType.CODED, item="A", quantity=Decimal(2), executed=Decimal(executed), id=1)
    return OrderDraft(OrderType("STD"), dt.date(2026, 1, 1), lines=(line,), status=status, id=1), {1: line_status}


def step_targets() -> dict[OrderStatus, dict[OrderStep, OrderStatus]]:
    """Where each step leads from each status, by taking it; nothing where it is refused."""
    found: dict[OrderStatus, dict[OrderStep, OrderStatus]] = {}
    for status in OrderStatus:
        found[status] = {}
        for step in OrderStep:
            draft, lines = _sample(status)
            try:
                found[status][step] = take_step(step, draft, lines).header
            except Refused:
                continue
    return found


def _label(before: OrderStatus, after: OrderStatus, steps: Mapping[OrderStep, OrderStatus]) -> str:
    words = [step.value for step, target in steps.items() if target is after]
    if before is _S.DRAFT:
        words.append({_S.ENTERED: "enter", _S.CONFIRMED: "enter, confirmed by its type"}.get(after, "enter, held"))
    elif after in (_S.WAITING, _S.LOCKED):
        words.append("held by a rule")
    elif after is _S.REJECTED:
        words.append("reject")
    elif before in HELD and before is not _S.REJECTED and after not in (_S.CANCELLED,):
        words.append("approve" if before is _S.WAITING else "release")
    elif before in MOVED_BY_QUANTITY and after in MOVED_BY_QUANTITY:
        words += _moved(before, after)
    return ", ".join(dict.fromkeys(words))


def _moved(before: OrderStatus, after: OrderStatus) -> list[str]:
    """What quantities have to do for an order to go from one to the other."""
    if before in (_S.CONFIRMED, _S.PARTIAL):
        further = {_S.PARTIAL: "deliver a part", _S.EXECUTED: "deliver the rest", _S.CONFIRMED: "undo deliveries"}
        return [further[after]] if after in further else []
    if before is _S.FORCED and after is not _S.CONFIRMED:
        return ["unforce"]
    return ["undo deliveries"]


def _name(status: OrderStatus | LineStatus) -> str:
    return status.value.replace(" ", "_")


def _diagram(edges: Iterator[tuple[str, str, str]], names: Mapping[str, str]) -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    for name, words in names.items():
        if name != words:
            yield f'    state "{words}" as {name}'
    for before, after, label in edges:
        yield f"    {before} --> {after}{f' : {label}' if label else ''}"
    yield "```"


def _order_edges() -> Iterator[tuple[str, str, str]]:
    targets = step_targets()
    yield "[*]", _name(_S.DRAFT), ""
    for before, following in ORDER_TRANSITIONS.items():
        for after in OrderStatus:
            if after in following and after is not before:
                yield _name(before), _name(after), _label(before, after, targets[before])


def _line_edges() -> Iterator[tuple[str, str, str]]:
    yield "[*]", _name(LineStatus.INSERTED), ""
    for before, following in LINE_TRANSITIONS.items():
        for after in LineStatus:
            if after in following and after is not before:
                yield _name(before), _name(after), ""


def order_life() -> str:
    """The page."""
    return "\n".join(_page())


def _page() -> Iterator[str]:
    yield "# The life of an order"
    yield ""
    yield "Drawn from the code by `python -m tools.write_docs`; a test holds it to that. Anything that is not here is"
    yield "refused with the reason and the way out, and every change of status is one entry of the journal (D-12.3)."
    yield ""
    yield "## The order"
    yield ""
    yield from _diagram(_order_edges(), {_name(one): one.value for one in OrderStatus})
    yield ""
    yield "Execution follows from quantities, never from what somebody types (D-12.1). *Printed* is a flag beside the"
    yield "status, and so is *the confirmation has to be sent again*."
    yield ""
    yield "## Steps"
    yield ""
    yield "What `fluorders order` and F9 do, from which status, and where it leads."
    yield ""
    targets = step_targets()
    yield f"| from | {' | '.join(step.value for step in OrderStep)} |"
    yield f"|---|{'---|' * len(OrderStep)}"
    for status in OrderStatus:
        cells = (targets[status][step].value if step in targets[status] else "" for step in OrderStep)
        yield f"| {status.value} | {' | '.join(cells)} |"
    yield ""
    for step, words in STEP_WORDS.items():
        who = ", ".join(roles_with(step_permission(step, _S.CONFIRMED)))
        more = [
            part for part, there in (("of single lines too", words.lines), ("with a reason", words.reason)) if there
        ]
        told = f" ({', '.join(more)})" if more else ""
        yield f"- **{step.value}**: {words.about}{told}. For: {who}."
    yield ""
    yield "A rejected order is opened again by whoever may change orders."
    yield ""
    yield "## What is told otherwise"
    yield ""
    yield "| status | why nothing else follows, and the way out |"
    yield "|---|---|"
    for status in OrderStatus:
        yield f"| {status.value} | {_why(status)} |"
    yield ""
    yield "## The line"
    yield ""
    yield from _diagram(_line_edges(), {_name(one): one.value for one in LineStatus})
    yield ""
    yield "A line is *on supply* while a supplier is to send something for it, *ready* once what came covers what is"
    yield "open."


def _why(status: OrderStatus) -> str:
    # For these the table tells about the target instead.
    told_by_target = (_S.DRAFT, _S.ARCHIVED)
    candidates = [status, *(one for one in OrderStatus if one not in told_by_target)]
    other = next(one for one in candidates if not may_follow(status, one))
    try:
        check_transition(status, other)
    except Refused as error:
        reason = error.message.partition(". ")[2] or error.message
        return f"{reason} {error.hint}"
    return ""
