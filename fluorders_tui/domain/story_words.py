"""An order's journal in plain words, the same on screen and in the shell (D-12.5).

Kept light: the command `status` answers faster than the object layer can be imported.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

#: What somebody did, by the journal's event; any other event is told by its own name.
_DEEDS = {
    "entered": "entered the {}",
    "changed": "changed the {}",
    "waiting for approval": "left the {} waiting for approval",
    "locked": "had the {} locked",
    "rejected": "rejected the {}",
    "confirmed": "confirmed the {}",
    "partially executed": "executed a part of the {}",
    "executed": "executed the {}",
    "forcibly executed": "closed what was left of the {}",
    "cancelled": "cancelled the {}",
    "received": "received goods of the {}",
    "receipt undone": "took back a receipt of the {}",
    "archived": "archived the {}",
    "held back": "had the {} held back",
    "authorisation lapsed": "changed the {} so that an authorisation lapsed",
    "over the credit limit": "took the {} over the credit limit",
    "release asked": "asked for the release of the {}",
    "approved": "approved the {}",
    "agreed": "agreed to the {}; others have to as well",
    "released": "released the {}",
    "approval refused": "refused what the {} asked for",
    "printed": "printed the {}",
    "printed again": "printed the {} again",
    "confirmation sent": "sent the confirmation of the {}",
    "lines forced": "closed what was left of lines of the {}",
    "forcing undone": "opened again what was closed of the {}",
    "reopened": "opened the {} again",
    "made from offer": "made the {} from an offer",
    "lost": "marked the {} as lost",
    "expired": "marked the {} as expired",
    "extended": "extended the validity of the {}",
    "superseded": "made a new version of the {}",
    "confirmation withdrawn": "took back the confirmation of the {}",
    "conversion undone": "took back a conversion of the {}",
    "became customer": "made the prospect a customer",
}

#: Names of fields that differ from the vocabulary's word for people.
_WORDS = {
    "vat": "VAT",
    "customer_vat": "VAT",
    "vat_included": "VAT included",
    "vat_recourse": "VAT recourse",
    "uom": "unit",
    "rate": "exchange rate",
    "payments": "payment",
}
#: Events whose comment says all that the figures kept with them say.
_TOLD_BY_COMMENT = frozenset({"held back", "over the credit limit"})

#: The figures of a decision as people call them, in the order they are told (D-11.3b).
_FIGURES = {
    "limit": "limit",
    "balance": "unpaid",
    "orders": "other open orders",
    "own": "this order",
    "excess": "too much",
    "given for": "given for",
}
_LONGEST = 60
_NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class StoryEntry:
    """One thing that happened: when (in the company's zone), who, what, and what changed, field by field."""

    at: dt.datetime
    user: str
    event: str
    from_status: str
    to_status: str
    text: str
    changes: tuple[str, ...] = ()
    comment: str = ""

    def headline(self, today: dt.date | None = None) -> str:
        """`Tue 24 Nov 10:32 anna entered the order: 5 lines, 420.00 EUR`; with its year when that is not today's."""
        return f"{moment(self.at, today)} {self.user or 'somebody'} {self.text}"


def moment(at: dt.datetime, today: dt.date | None = None) -> str:
    """`Tue 24 Nov 10:32`, or `Tue 24 Nov 2026 10:32` when `today` is in another year."""
    year = f" {at.year}" if today is not None and at.year != today.year else ""
    return f"{_DAYS[at.weekday()]} {at.day} {_MONTHS[at.month - 1]}{year} {at:%H:%M}"


def story_entry(
    at: dt.datetime,
    user: str,
    event: str,
    from_status: str,
    to_status: str,
    comment: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    document: str = "order",
) -> StoryEntry:
    """One row of the journal in words; `at` is in the zone it shall be shown in, `document` what it is called."""
    text = _DEEDS.get(event, f"{event} the {{}}").replace("{}", document)
    changes: tuple[str, ...] = ()
    if event == "entered":
        text += _size(after)
    elif event in _TOLD_BY_COMMENT:
        pass
    elif "kind" in after and not before:
        changes = (_decision(after),)
    else:
        changes = changes_in_words(before, after)
        if event == "changed" and from_status != to_status:
            text += f", now {to_status}"
    return StoryEntry(at, user, event, from_status, to_status, text, changes, comment)


def _decision(after: Mapping[str, Any]) -> str:
    """What was decided on, with the figures it was decided by: `credit limit: limit 500.00, too much 12.40`."""
    figures = ", ".join(f"{word} {after[name]}" for name, word in _FIGURES.items() if name in after)
    return f"{after['kind']}: {figures}" if figures else str(after["kind"])


def _size(after: Mapping[str, Any]) -> str:
    parts = []
    if isinstance(lines := after.get("lines"), int):
        parts.append(f"{lines} line" if lines == 1 else f"{lines} lines")
    if after.get("total") is not None:
        parts.append(f"{after['total']} {after.get('currency', '')}".strip())
    return f": {', '.join(parts)}" if parts else ""


def changes_in_words(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """What changed, the header's fields first, then each line's in one sentence: `line 2: quantity 3 → 5`."""
    header: list[str] = []
    lines: dict[int, list[str]] = {}
    for field in {**before, **after}:
        if field == "reason":
            # Its code stands here for the figures; the comment has its words.
            continue
        place, name = _line_place(field)
        old, new = before.get(field), after.get(field)
        if place and name:
            lines.setdefault(place, []).append(_changed(name, old, new))
        elif place and field in before and field not in after:
            header.append(f"line {place} removed: {_shown(old)}")
        elif place:
            header.append(f"line {place} added: {_shown(new)}")
        elif field == "lines" and isinstance(new, str):
            header.append(f"lines {new}")
        else:
            header.append(_changed(field, old, new))
    header.sort(key=_about_lines)
    return (*header, *(f"line {place}: {', '.join(lines[place])}" for place in sorted(lines)))


def _about_lines(sentence: str) -> bool:
    return sentence.startswith("line")


def _line_place(field: str) -> tuple[int, str]:
    """2 and `quantity` of `lines[2].quantity`; 0 for a field of the header."""
    if not field.startswith("lines["):
        return 0, ""
    place, _, name = field[len("lines[") :].partition("]")
    return (int(place), name.removeprefix(".")) if place.isdecimal() else (0, "")


def _changed(name: str, old: Any, new: Any) -> str:
    label = _WORDS.get(name) or name.replace("_", " ")
    return f"{label} {_shown(old)} → {_shown(new)}"


def _shown(value: Any) -> str:
    if value is None or value == "":
        return _NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
