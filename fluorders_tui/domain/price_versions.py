"""Dated versions of a price list: opening a new one, closing an old one, and what would not fit together (D-4.1).

Versions follow each other within one *series*: list type, currency, VAT mode and customer. The newest
valid one counts, so an old list needs no end date, and a list for a few weeks may lie inside a longer
one. Refused is only what contradicts itself:

- two versions of a series that start on the same day: nothing says which one counts;
- a version that ends before it starts;
- an end date that falls into a later version which goes on beyond it: that end would never be reached,
  so one of the two dates is wrong.

A stretch of days between two versions on which none is valid is allowed, and told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from fluorders_tui.domain.conditions import PriceListVersion
from fluorders_tui.domain.errors import Refused

_DAY = dt.timedelta(days=1)


class ConflictKind(StrEnum):
    """What is wrong between the dates of price lists; a gap is only told, the others are refused."""

    SAME_START = "same start"
    ENDS_FIRST = "ends before it starts"
    OVERLAP = "overlap"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class VersionConflict:
    """One thing that does not fit, with the versions it concerns, the earlier one first."""

    kind: ConflictKind
    message: str
    versions: tuple[PriceListVersion, ...]

    @property
    def refuses(self) -> bool:
        """Whether this must be put right before anything is written."""
        return self.kind is not ConflictKind.GAP


@dataclass(frozen=True, slots=True)
class VersionPlan:
    """What opening or closing a version would write: `changed` are stored ones with other dates.

    `conflicts` are those of the whole series as it would be; those that were there before are among them.
    """

    changed: tuple[PriceListVersion, ...] = ()
    added: tuple[PriceListVersion, ...] = ()
    conflicts: tuple[VersionConflict, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether a conflict keeps this plan from being written."""
        return any(one.refuses for one in self.conflicts)


def series_of(version: PriceListVersion) -> tuple[str, str, bool, str]:
    """Within what dated versions follow each other: list type, currency, VAT mode, customer (D-4.1, D-4.2)."""
    return (version.code, version.currency, version.vat_included, version.customer)


def open_version(versions: Iterable[PriceListVersion], new: PriceListVersion, *, close_old: bool = True) -> VersionPlan:
    """What it takes to add `new`: with `close_old` the version that counted until then ends on the day before (D-4.1).

    A version without end before a later one stays without end. When `new` itself has an end date, the
    old list goes on: it counts again afterwards.
    """
    series = [one for one in versions if series_of(one) == series_of(new)]
    changed: tuple[PriceListVersion, ...] = ()
    if close_old and new.valid_to is None:
        before = [one for one in series if one.valid_from < new.valid_from and _valid(one, new.valid_from)]
        changed = tuple(replace(one, valid_to=new.valid_from - _DAY) for one in before)
    ids = {one.id for one in changed}
    after = [*(one for one in series if one.id not in ids), *changed, new]
    return VersionPlan(changed, (new,), tuple(_conflicts(after)))


def close_version(
    versions: Iterable[PriceListVersion], version: PriceListVersion, valid_to: dt.date | None
) -> VersionPlan:
    """What ending `version` on `valid_to` does, or leaving its end open again with None (D-4.1)."""
    closed = replace(version, valid_to=valid_to)
    after = [one for one in versions if series_of(one) == series_of(version) and one.id != version.id]
    return VersionPlan((closed,), (), tuple(_conflicts([*after, closed])))


def find_conflicts(versions: Iterable[PriceListVersion]) -> tuple[VersionConflict, ...]:
    """Everything that does not fit together, series by series and by date (D-4.1)."""
    series: dict[tuple[str, str, bool, str], list[PriceListVersion]] = {}
    for one in versions:
        series.setdefault(series_of(one), []).append(one)
    return tuple(found for key in sorted(series) for found in _conflicts(series[key]))


def version_errors(versions: Iterable[PriceListVersion]) -> Iterator[tuple[PriceListVersion, Refused]]:
    """What is to be refused when versions are saved, at each one it concerns (D-4.1); gaps pass.

    The field is `valid_from` or `valid_to`.
    """
    for found in find_conflicts(versions):
        if found.refuses:
            field = "valid_from" if found.kind is ConflictKind.SAME_START else "valid_to"
            error = Refused(found.message, field=field, rule="D-4.1", hint=_HINTS[found.kind])
            yield from ((version, error) for version in found.versions)


_HINTS = {
    ConflictKind.SAME_START: "Let one of them start on another day.",
    ConflictKind.ENDS_FIRST: "Type a later end, or leave it open.",
    ConflictKind.OVERLAP: "End it on the day before the later one starts, or leave its end open.",
}


def _valid(version: PriceListVersion, date: dt.date) -> bool:
    return version.valid_from <= date and (version.valid_to is None or date <= version.valid_to)


def _conflicts(series: list[PriceListVersion]) -> Iterator[VersionConflict]:
    """The conflicts inside one series."""
    ordered = sorted(series, key=lambda one: (one.valid_from, one.id))
    for one in ordered:
        if one.valid_to is not None and one.valid_to < one.valid_from:
            message = f"{_name(one)} ends on {one.valid_to}, before it starts."
            yield VersionConflict(ConflictKind.ENDS_FIRST, message, (one,))
    sound = [one for one in ordered if one.valid_to is None or one.valid_from <= one.valid_to]
    for earlier, later in pairwise(sound):
        if earlier.valid_from == later.valid_from:
            message = f"Two lists {earlier.code}{_scope(earlier)} start on {earlier.valid_from}."
            yield VersionConflict(ConflictKind.SAME_START, message, (earlier, later))
    for place, earlier in enumerate(sound):
        end = earlier.valid_to
        if end is None:
            continue
        for later in sound[place + 1 :]:
            if later.valid_from > end:
                break
            if later.valid_from > earlier.valid_from and (later.valid_to is None or later.valid_to > end):
                message = f"{_name(earlier)} ends on {end}, after {_name(later)} began."
                yield VersionConflict(ConflictKind.OVERLAP, message, (earlier, later))
                break
    yield from _gaps(sound)


def _gaps(ordered: list[PriceListVersion]) -> Iterator[VersionConflict]:
    last: PriceListVersion | None = None
    for one in ordered:
        if last is not None and last.valid_to is not None and one.valid_from > last.valid_to + _DAY:
            first, end = last.valid_to + _DAY, one.valid_from - _DAY
            days = f"on {first}" if first == end else f"from {first} to {end}"
            message = f"No list {one.code}{_scope(one)} is valid {days}."
            yield VersionConflict(ConflictKind.GAP, message, (last, one))
        if last is None or one.valid_to is None or (last.valid_to is not None and one.valid_to > last.valid_to):
            last = one


def _name(version: PriceListVersion) -> str:
    return f"{version.code} of {version.valid_from}"


def _scope(version: PriceListVersion) -> str:
    """` of ROSSI in EUR with VAT`: what tells this series from the others of the same type."""
    of = f" of {version.customer}" if version.customer else ""
    return f"{of} in {version.currency} {'with' if version.vat_included else 'without'} VAT"
