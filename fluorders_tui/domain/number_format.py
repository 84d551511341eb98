"""The template of a document's number: `{year}-{number:05d}-{type}` (D-9.2).

Templates are typed by people, so they are read by a small parser of their own and can reach nothing but the
fields listed here.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.folding import nearest


class Period(StrEnum):
    """How often a numbering starts again at its first number (D-9.1)."""

    NONE = "none"
    YEARLY = "yearly"
    MONTHLY = "monthly"
    DAILY = "daily"


#: Every field of a template and the digits of those that always have the same number of them.
FIELDS: dict[str, int] = {"year": 4, "yy": 2, "month": 2, "day": 2, "period": 0, "number": 0, "type": 0, "user": 0}

LONGEST_TEMPLATE = 60
WIDEST_NUMBER = 18

_WORDS = {Period.YEARLY: "year", Period.MONTHLY: "month", Period.DAILY: "day"}
_TEXTS = ("type", "user")
_FIELD = re.compile(r"([A-Za-z_]+)(?::0?(\d{1,3})d?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a template: a field with its number of digits, or (with no `field`) a literal `text`."""

    field: str = ""
    text: str = ""
    width: int = 0


@lru_cache(maxsize=256)
def parse_template(template: str) -> tuple[Part, ...]:
    """The parts of `template`; `{{` and `}}` stand for braces.

    Raises `Invalid` (D-9.2) naming the position, counted from 1, and the nearest valid field.
    """
    if len(template) > LONGEST_TEMPLATE:
        raise _invalid(f"A format has at most {LONGEST_TEMPLATE} characters.")
    parts: list[Part] = []
    literal = ""
    at = 0
    while at < len(template):
        char = template[at]
        if template[at : at + 2] in ("{{", "}}"):
            literal += char
            at += 2
        elif char == "{":
            end = template.find("}", at)
            if end < 0:
                raise _invalid(f"The brace at position {at + 1} is never closed.")
            if literal:
                parts.append(Part(text=literal))
                literal = ""
            parts.append(_field(template[at + 1 : end], at + 1))
            at = end + 1
        elif char == "}":
            raise _invalid(f"The brace at position {at + 1} closes nothing.")
        elif not char.isprintable():
            raise _invalid(f"The character at position {at + 1} can't be printed.")
        else:
            literal += char
            at += 1
    if literal:
        parts.append(Part(text=literal))
    return tuple(parts)


def _field(text: str, position: int) -> Part:
    match = _FIELD.fullmatch(text)
    name = match.group(1) if match else re.split(r"[^\w]", text)[0]
    if name not in FIELDS:
        close = nearest(name, FIELDS)
        raise _invalid(
            f"There is no field {name!r} (position {position}).",
            f"Did you mean {{{close}}}?" if close else f"The fields are {', '.join(FIELDS)}.",
        )
    if not match:
        raise _invalid(f"{text!r} at position {position} is more than a field.", "Write it like {number:05d}.")
    if match.group(2) is None:
        return Part(field=name, width=FIELDS[name])
    width = int(match.group(2))
    if name == "number":
        if not 1 <= width <= WIDEST_NUMBER:
            raise _invalid(f"A number has 1 to {WIDEST_NUMBER} digits (position {position}).")
    elif width != FIELDS[name] or not width:
        fixed = f"always has {FIELDS[name]} digits" if FIELDS[name] else "takes no number of digits"
        raise _invalid(f"{{{name}}} {fixed} (position {position}).")
    return Part(field=name, width=width)


def check_format(template: str, period: Period, shift_months: int = 0, shift_days: int = 0) -> None:
    """Refuse a template that is no template, or that could print one number for two documents (D-9.2).

    Unique are numbering, period and number (D-9.3b); so two different numbers, or the same number in two
    periods, must never look the same. `{yy}` counts as a year although it comes again after a century.
    Raises `Invalid` with the reason.
    """
    parts = parse_template(template)
    names = [part.field for part in parts]
    if "number" not in names:
        raise _invalid("The format has no {number}: all documents would have the same.", "Add {number:05d}.")
    if names.count("number") > 1:
        raise _invalid("The format has {number} more than once.")
    at = names.index("number")
    before, after = parts[:at], parts[at + 1 :]
    if _has_text(before) and _has_text(after):
        raise _invalid(
            "With {type} or {user} on both sides of {number}, two documents could get the same text.",
            "Put them on one side.",
        )
    for side in (after, before[::-1]):
        if _runs_into_digits(side, reverse=side is not after):
            raise _invalid(
                "{number} and the text beside it can't be told apart: number 1 of type 2A would look like number 12 "
                "of type A.",
                "Put a separator such as - between them.",
            )
    readable = {part.field for part in (*_readable(before), *_readable(after))}
    missing = _missing_for(period, shift_months, shift_days, readable)
    if missing:
        shifted = " that does not start with the calendar's" if shift_months or shift_days else ""
        raise _invalid(
            f"Numbers start again every {_WORDS[period]}{shifted}: without {missing} one could come twice.",
            f"Add {missing}, or {{period}}.",
        )


def _has_text(parts: tuple[Part, ...]) -> bool:
    return any(part.field in _TEXTS for part in parts)


def _runs_into_digits(side: tuple[Part, ...], *, reverse: bool) -> bool:
    """Whether a free text follows `number` with nothing but digits between them."""
    if not _has_text(side):
        return False
    for part in side:
        if part.field in _TEXTS:
            return True
        if not part.field and not part.text.isdecimal():
            # Digits of the literal between the number and the first other character have a known length.
            return False
    return False


def _readable(side: tuple[Part, ...]) -> list[Part]:
    """The fields whose place is known: not those between two free texts."""
    texts = [i for i, part in enumerate(side) if part.field in _TEXTS]
    if not texts:
        return list(side)
    return [*side[: texts[0]], *side[texts[-1] + 1 :]]


def _missing_for(period: Period, shift_months: int, shift_days: int, shown: set[str]) -> str:
    """The fields still needed to tell every period from every other one, in words; empty when none is."""
    if period is Period.NONE or "period" in shown:
        return ""
    needed = ["year"]
    if period is not Period.YEARLY or shift_months or shift_days:
        needed.append("month")
    if period is Period.DAILY or shift_days:
        needed.append("day")
    shown = shown | {"year"} if "yy" in shown else shown
    return " and ".join(f"{{{name}}}" for name in needed if name not in shown)


def format_number(
    template: str, date: dt.date, number: int, type_code: str = "", user: str = "", period: str = ""
) -> str:
    """The text of a number: `template` filled in.

    `date` is the document's date; `period` the key of `numbering.period_key`, printed without hyphens by
    `{period}`. A number wider than its digits is printed whole. Raises `Invalid` for a broken template.
    """
    values = {
        "year": f"{date.year:04d}",
        "yy": f"{date.year % 100:02d}",
        "month": f"{date.month:02d}",
        "day": f"{date.day:02d}",
        "period": period.replace("-", ""),
        "type": type_code,
        "user": user,
    }
    return "".join(
        str(number).zfill(part.width) if part.field == "number" else values[part.field] if part.field else part.text
        for part in parse_template(template)
    )


def _invalid(message: str, hint: str = "") -> Invalid:
    return Invalid(message, field="format", rule="D-9.2", hint=hint)
