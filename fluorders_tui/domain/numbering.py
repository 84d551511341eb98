"""Numberings: which policy holds on a date, in which period, and what the next number is (D-9).

Pure: what was given already comes in as figures, read by `data/` inside the transaction that enters the
order (D-9.3).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from fluorders_tui.domain.errors import DeskError, Invalid, Refused, Several
from fluorders_tui.domain.number_format import Period, check_format, format_number

__all__ = [
    "Numbering",
    "NumberingPolicy",
    "NumberingRange",
    "Period",
    "check_external_number",
    "check_numbering",
    "choose_number",
    "format_for",
    "next_number",
    "number_text",
    "period_key",
    "policy_for",
    "preview",
    "range_for",
    "same_series",
]

#: The greatest number the 64-bit column of the database holds.
GREATEST = (1 << 63) - 1

FARTHEST_SHIFT_MONTHS = 23
FARTHEST_SHIFT_DAYS = 366


@dataclass(frozen=True, slots=True)
class NumberingRange:
    """Numbers `start` to `end` (both included; no end is open). Automatic numbers begin at `search_start`.

    In an `external` range the clerk types the number (D-9.6).
    """

    start: int = 1
    search_start: int | None = None
    end: int | None = None
    external: bool = False
    format: str = ""

    @property
    def first(self) -> int:
        """The first number given automatically."""
        return max(self.start, self.search_start or 0)

    def holds(self, number: int) -> bool:
        """Whether `number` lies in this range."""
        return number >= self.start and (self.end is None or number <= self.end)


ANY_NUMBER = (NumberingRange(),)


@dataclass(frozen=True, slots=True)
class NumberingPolicy:
    """How a numbering works from one date to another (D-9.1); no date is open.

    A shift moves the beginning of a period: yearly with `shift_months` 5 starts in June; 3 months and 5 days
    on 6 April; −3 months in October of the year before.
    """

    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    period: Period = Period.NONE
    shift_months: int = 0
    shift_days: int = 0
    progressive_by_date: bool = False
    recover_gaps: bool = False
    format: str = ""
    ranges: tuple[NumberingRange, ...] = ()


@dataclass(frozen=True, slots=True)
class Numbering:
    """A named sequence of numbers with its policies (D-9.1)."""

    code: str
    name: str = ""
    format: str = "{number}"
    policies: tuple[NumberingPolicy, ...] = (NumberingPolicy(),)


def policy_for(numbering: Numbering, date: dt.date) -> NumberingPolicy:
    """The policy valid on `date`; among several the one that started last.

    Raises `Refused` (D-9.1) when none is valid.
    """
    valid = [
        policy
        for policy in numbering.policies
        if (policy.valid_from is None or policy.valid_from <= date)
        and (policy.valid_to is None or date <= policy.valid_to)
    ]
    if not valid:
        raise Refused(
            f"Numbering {numbering.code} has no policy valid on {date.isoformat()}.",
            field="date",
            rule="D-9.1",
            hint="Add a policy to the numbering, or change the date.",
        )
    return max(valid, key=lambda policy: policy.valid_from or dt.date.min)


def period_key(policy: NumberingPolicy, date: dt.date) -> str:
    """The period `date` belongs to: empty, `2026`, `2026-03` or `2026-03-15`; part of the uniqueness key.

    A shifted period bears the name of the calendar period it stands for: with a year starting in June,
    1 January 1931 is in `1930`. A daily period is never shifted.
    """
    match policy.period:
        case Period.NONE:
            return ""
        case Period.DAILY:
            return date.isoformat()
    day = date.toordinal() - policy.shift_days
    if not 1 <= day <= dt.date.max.toordinal():
        raise Invalid(f"{date.isoformat()} is outside every period.", field="date", rule="D-9.1")
    shifted = dt.date.fromordinal(day)
    year, month = divmod(shifted.year * 12 + shifted.month - 1 - policy.shift_months, 12)
    return f"{year:04d}" if policy.period is Period.YEARLY else f"{year:04d}-{month + 1:02d}"


def ranges_of(policy: NumberingPolicy) -> tuple[NumberingRange, ...]:
    """The policy's ranges in ascending order; one open range where it names none."""
    return tuple(sorted(policy.ranges, key=lambda row: row.start)) or ANY_NUMBER


def range_for(policy: NumberingPolicy, number: int) -> NumberingRange | None:
    """The range that holds `number`, None when it lies between ranges or beyond them."""
    return next((row for row in ranges_of(policy) if row.holds(number)), None)


def format_for(numbering: Numbering, policy: NumberingPolicy, row: NumberingRange | None = None) -> str:
    """The most specific format: the range's, the policy's, the numbering's (D-9.1)."""
    return (row.format if row else "") or policy.format or numbering.format


def number_text(numbering: Numbering, date: dt.date, number: int, type_code: str = "", user: str = "") -> str:
    """What the document dated `date` shows for `number`."""
    policy = policy_for(numbering, date)
    template = format_for(numbering, policy, range_for(policy, number))
    return format_number(template, date, number, type_code, user, period_key(policy, date))


def next_number(last: int, policy: NumberingPolicy) -> int:
    """The number after `last`, the highest one given automatically in the period (0: none yet).

    Jumps to the next range at the end of one, and over external ranges. Raises `Refused` (D-9.1) when
    all ranges are used up.
    """
    for row in ranges_of(policy):
        number = max(last + 1, row.first)
        if not row.external and row.holds(number) and number <= GREATEST:
            return number
    if all(row.external for row in ranges_of(policy)):
        raise Refused("Numbers of this numbering are typed by hand.", field="number", rule="D-9.6")
    raise Refused(
        f"The numbering is used up: there is no number after {last}.",
        field="number",
        rule="D-9.1",
        hint="Add a range to the numbering's policy.",
    )


def choose_number(
    policy: NumberingPolicy, last: int, *, free: Sequence[int] = (), above: int = 0, below: int | None = None
) -> int:
    """The number of a new document, keeping the order of dates and filling gaps as the policy says.

    `last` is the highest number given automatically in the period; `free` the ascending numbers up to it
    that no document bears. For *progressive by date* (D-9.4), `above` is the highest number of documents dated
    earlier and `below` the lowest of those dated later, None without any. Documents of the same day are in
    no order among themselves. Gaps are used where the policy recovers them (D-9.5), and always where a later
    date leaves nothing else.

    Raises `Refused` (D-9.4) when no number keeps the order, (D-9.1) when the ranges are used up.
    """
    ordered = policy.progressive_by_date
    # With documents dated later, only what lies before the lowest of their numbers keeps the order.
    between = ordered and below is not None
    if between or policy.recover_gaps:
        for number in free:
            if ordered and (number <= above or (below is not None and number >= below)):
                continue
            row = range_for(policy, number)
            if row is not None and not row.external and number >= row.first:
                return number
    if not between:
        return next_number(max(last, above) if ordered else last, policy)
    raise Refused(
        "No number is available on that date: documents with a later date have the next ones.",
        field="date",
        rule="D-9.4",
        hint="Take the date of the last document, or a later one.",
    )


def check_external_number(policy: NumberingPolicy, number: int) -> None:
    """Refuse a typed number that lies in no external range (D-9.6); being unique is the database's word."""
    row = range_for(policy, number)
    if row is not None and row.external:
        return
    spans = ", ".join(f"{row.start} to {row.end or 'any'}" for row in ranges_of(policy) if row.external)
    raise Refused(
        f"{number} can't be typed.",
        field="number",
        rule="D-9.6",
        hint=f"Numbers from {spans} can." if spans else "This numbering gives its numbers itself.",
    )


def same_series(
    before: Numbering, date: dt.date, after: Numbering, new_date: dt.date, number: int, type_code: str, new_type: str
) -> bool:
    """Whether a document keeps its number when its date or type changes (D-9.3b).

    It does where numbering, period and the printed text stay the same. Where this is False the document is
    numbered again or the change refused; a policy that is *progressive by date* needs D-9.4 besides.
    """
    if before.code != after.code:
        return False
    old, new = policy_for(before, date), policy_for(after, new_date)
    return period_key(old, date) == period_key(new, new_date) and number_text(
        before, date, number, type_code
    ) == number_text(after, new_date, number, new_type)


def preview(
    numbering: Numbering, date: dt.date, last: int = 0, count: int = 5, type_code: str = "", user: str = ""
) -> list[str]:
    """The next numbers as they would look, fewer at the end of the last range; provisional (D-9.3b)."""
    policy = policy_for(numbering, date)
    shown: list[str] = []
    while len(shown) < count:
        try:
            last = next_number(last, policy)
        except Refused:
            break
        shown.append(number_text(numbering, date, last, type_code, user))
    return shown


def check_numbering(numbering: Numbering) -> None:
    """Refuse a numbering that can't work, when it is saved (D-9.1, D-9.2).

    Raises `Several` with everything that is wrong, each with the place (`policies[1].ranges[2].end`; `format`
    is the numbering's own).
    """
    errors = list(_errors(numbering))
    if errors:
        raise Several(errors)


def _errors(numbering: Numbering) -> Iterator[DeskError]:
    if not numbering.policies:
        yield Invalid("A numbering needs a policy.", field="policies", rule="D-9.1")
    starts: set[dt.date | None] = set()
    for i, policy in enumerate(numbering.policies, 1):
        place = f"policies[{i}]"
        if policy.valid_from in starts:
            yield Invalid("Two policies start on the same day.", field=f"{place}.valid_from", rule="D-9.1")
        starts.add(policy.valid_from)
        yield from _policy_errors(numbering, policy, place)


def _policy_errors(numbering: Numbering, policy: NumberingPolicy, place: str) -> Iterator[DeskError]:
    def wrong(message: str, field: str) -> Invalid:
        return Invalid(message, field=f"{place}.{field}", rule="D-9.1")

    if policy.valid_from and policy.valid_to and policy.valid_to < policy.valid_from:
        yield wrong("It ends before it starts.", "valid_to")
    if abs(policy.shift_months) > FARTHEST_SHIFT_MONTHS:
        yield wrong(f"A shift is at most {FARTHEST_SHIFT_MONTHS} months.", "shift_months")
    if abs(policy.shift_days) > FARTHEST_SHIFT_DAYS:
        yield wrong(f"A shift is at most {FARTHEST_SHIFT_DAYS} days.", "shift_days")
    if policy.period in (Period.NONE, Period.DAILY) and (policy.shift_months or policy.shift_days):
        yield wrong(f"A period of {policy.period.value} can't be shifted.", "period")
    for i, row in enumerate(policy.ranges, 1):
        if row.start < 0:
            yield wrong("A number is never negative.", f"ranges[{i}].start")
        if row.end is not None and row.end < row.first:
            yield wrong("The range ends before its first number.", f"ranges[{i}].end")
        if row.search_start is not None and row.search_start < row.start:
            yield wrong("The search can't start before the range.", f"ranges[{i}].search_start")
    in_order = sorted(enumerate(policy.ranges, 1), key=lambda one: one[1].start)
    for (_, earlier), (i, later) in pairwise(in_order):
        if earlier.end is None or earlier.end >= later.start:
            yield wrong(f"The ranges from {earlier.start} and from {later.start} overlap.", f"ranges[{i}].start")
    # A format is wrong where it is written, whoever uses it.
    formats = {f"{place}.format" if policy.format else "format": format_for(numbering, policy)}
    formats |= {f"{place}.ranges[{i}].format": row.format for i, row in enumerate(policy.ranges, 1) if row.format}
    for field, template in formats.items():
        try:
            check_format(template, policy.period, policy.shift_months, policy.shift_days)
        except Invalid as error:
            yield Invalid(error.message, field=field, rule=error.rule, hint=error.hint)
