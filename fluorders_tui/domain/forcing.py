"""Closing what is left of lines by force (D-15.2), and renewing the agents of an old document (D-10.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from fluorders_tui.domain.errors import Refused
from fluorders_tui.domain.lifecycle import check_transition
from fluorders_tui.domain.mass_changes import LineChange, LineRefusal
from fluorders_tui.domain.money import plain
from fluorders_tui.domain.order import AgentShare, LineStatus, LineType, OrderDraft


@dataclass(frozen=True, slots=True)
class Forced:
    """The new status of the lines that are closed, by row; what changed and what was refused by number from 1."""

    statuses: Mapping[int, LineStatus]
    changed: tuple[LineChange, ...] = ()
    refused: tuple[LineRefusal, ...] = ()


def force_lines(draft: OrderDraft, statuses: Mapping[int, LineStatus], indexes: Iterable[int]) -> Forced:
    """The lines at `indexes`, from 0, closed with what was executed so far; `statuses` are the present ones by row.

    Refused are notes (D-12.1), lines with nothing left, and those whose status doesn't allow it (D-12.3).
    """
    becoming: dict[int, LineStatus] = {}
    changed: list[LineChange] = []
    refused: list[LineRefusal] = []
    for index in sorted(set(indexes)):
        line = draft.lines[index]
        status = statuses.get(line.id, LineStatus.INSERTED)
        try:
            if line.line_type is LineType.NOTE:
                raise Refused("A note has nothing to execute.", field="line_type", rule="D-12.1")
            if line.executed >= line.quantity or status in (LineStatus.FORCED, LineStatus.CANCELLED):
                raise Refused(f"Nothing is left of it: it is {status.value}.", field="status", rule="D-15.2")
            check_transition(status, LineStatus.FORCED)
        except Refused as error:
            refused.append(LineRefusal(index + 1, error))
            continue
        becoming[line.id] = LineStatus.FORCED
        left = f"{plain(line.quantity - line.executed)} {line.uom.code} left".replace("  ", " ")
        changed.append(LineChange(index + 1, f"{status.value}, {left}", LineStatus.FORCED.value))
    return Forced(becoming, tuple(changed), tuple(refused))


def renew_agents(draft: OrderDraft, agents: tuple[AgentShare, ...], *, own_too: bool = False) -> OrderDraft:
    """The draft with the agents that its customer's conditions give it, for its commissions to be computed again.

    Lines without agents of their own follow; with `own_too` all of them do, but those that have none on purpose
    (D-10.1: none is not 0 %).
    """
    lines = draft.lines
    if own_too:
        lines = tuple(replace(line, agents=None) if line.agents else line for line in lines)
    return replace(draft, agents=agents, lines=lines)
