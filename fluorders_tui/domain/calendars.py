"""Calendars: weekends, closing days, and the working days between two dates (D-2.4).

A day is closed when it is a weekday of the weekend or a closing day, unless the calendar opens it
by name. A delivery on a closed day warns or is refused, by parameter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.notices import Notice

_DAY = dt.timedelta(days=1)
_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NO_DAYS: Mapping[dt.date, str] = MappingProxyType({})

#: A closed stretch longer than this is a mistake in the calendar; no search goes beyond it.
LONGEST_CLOSED = 366


@dataclass(frozen=True, slots=True)
class Calendar:
    """When goods can be delivered or taken. `weekend` holds ISO weekdays, Monday is 1.

    `closing` are closing days with their names; `opened` are days that are open although their
    weekday or a closing day says otherwise.
    """

    code: str = ""
    name: str = ""
    weekend: frozenset[int] = frozenset({6, 7})
    closing: Mapping[dt.date, str] = field(default_factory=lambda: _NO_DAYS)
    opened: frozenset[dt.date] = frozenset()


def parse_weekend(text: str) -> frozenset[int]:
    """The closed weekdays of a typed text such as `6 7` or `5,6`; empty text closes none.

    Raises `Invalid` (field `weekend`, D-2.4) for anything but 1 to 7, and when no day would be open.
    """
    weekdays: set[int] = set()
    for word in text.replace(",", " ").split():
        if word not in ("1", "2", "3", "4", "5", "6", "7"):
            hint = "Monday is 1, Sunday is 7, for example 6 7."
            raise Invalid(f"{word} is no weekday.", field="weekend", rule="D-2.4", hint=hint)
        weekdays.add(int(word))
    if len(weekdays) == 7:
        raise Invalid("A week without an open day delivers nothing.", field="weekend", rule="D-2.4")
    return frozenset(weekdays)


def closed_because(calendar: Calendar, date: dt.date) -> str:
    """Why `date` is closed: the closing day's name, or the weekday's; empty when it is open."""
    if date in calendar.opened:
        return ""
    if date in calendar.closing:
        return calendar.closing[date] or "a closing day"
    weekday = date.isoweekday()
    return _NAMES[weekday - 1] if weekday in calendar.weekend else ""


def is_closed(calendar: Calendar, date: dt.date) -> bool:
    """Whether nothing is delivered on `date`."""
    return bool(closed_because(calendar, date))


def next_open(calendar: Calendar, date: dt.date) -> dt.date:
    """The first open day on or after `date`. Raises `Refused` (D-2.4) when there is none within a year."""
    start = date
    for _ in range(LONGEST_CLOSED):
        if not is_closed(calendar, date):
            return date
        if date == dt.date.max:
            break
        date += _DAY
    raise Refused(
        f"Calendar {calendar.code} has no open day within a year of {start}.",
        field="calendar",
        rule="D-2.4",
        hint="Check its weekend and closing days.",
    )


def closing_notices(
    calendar: Calendar, delivery: dt.date | None, parameter: str = "warn", *, field: str = "delivery_date"
) -> list[Notice]:
    """A warning on a delivery on a closed day (D-6.4); `parameter` is `off`, `warn` or `refuse`.

    Names the next open day. Raises `Refused` (D-6.4) where the parameter says so.
    """
    if delivery is None or parameter == "off":
        return []
    why = closed_because(calendar, delivery)
    if not why:
        return []
    message, hint = f"{delivery} is closed: {why}.", f"The next open day is {next_open(calendar, delivery)}."
    if parameter == "refuse":
        raise Refused(message, field=field, rule="D-6.4", hint=hint)
    return [Notice("D-6.4", f"{message} {hint}")]
