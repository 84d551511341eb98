"""What is read about a registry row: its history, and what somebody else changed meanwhile."""

from __future__ import annotations

from collections.abc import Sequence

from fluorders_tui.domain.locales import LocaleForm, format_date
from fluorders_tui.domain.registry import RegistrySpec, Value
from fluorders_tui.screens.registry_draft import Difference
from fluorders_tui.screens.registry_texts import value_text
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.registry_history import HistoryEntry

__all__ = ["conflict_lines", "history_lines"]


def history_lines(entries: Sequence[HistoryEntry], desk: Desk, form: LocaleForm) -> list[str]:
    """The entries in words, the newest first, at local time."""
    lines: list[str] = []
    for entry in entries:
        at = desk.local(entry.at)
        lines.append(f"{format_date(at.date(), form)} {at:%H:%M}  {entry.user}: {entry.event}")
        made = not entry.event.startswith(("changed", "deleted"))
        lines += [f"    {change.replace(': empty → ', ': ', 1) if made else change}" for change in entry.changes]
        lines += [f"    “{entry.comment}”"] if entry.comment else []
    return lines or ["Nothing is written down: it came with the fast start or an import."]


def conflict_lines(spec: RegistrySpec, differences: Sequence[Difference], form: LocaleForm) -> list[str]:
    """Field by field what somebody else made of it, and what stands here."""
    lines = []
    for one in differences:
        line = f"{spec.by_name[one.name].label}: was {_word(one.before, form)}, is now {_word(one.theirs, form)}"
        lines.append(line + (f"; yours is {_word(one.mine, form)}" if one.both else ""))
    return lines or ["Only rows that belong to it differ."]


def _word(value: Value, form: LocaleForm) -> str:
    return f"“{value_text(value, form)}”" if value not in (None, "") else "empty"
