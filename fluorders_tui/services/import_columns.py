"""The columns of a file to import: which field each heading means, and how its numbers and dates are written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fluorders_tui.domain.cell_values import Reading, day_first, decimal_mark
from fluorders_tui.domain.errors import Unreadable
from fluorders_tui.domain.folding import fold, nearest
from fluorders_tui.domain.registry import FieldKind, FieldSpec, RegistrySpec
from fluorders_tui.services.registry_shortcuts import SHORTCUTS

_NUMBERS = (FieldKind.DECIMAL, FieldKind.WHOLE)
#: Where the month is written before the day.
MONTH_FIRST = ("US",)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file; `own` is False for shortcuts into other tables."""

    heading: str
    field: FieldSpec
    own: bool


def plain_heading(text: str) -> str:
    """A heading without case, accents, blanks and punctuation."""
    return re.sub(r"[\W_]+", "", fold(text))


def columns_of(spec: RegistrySpec) -> tuple[FieldSpec, ...]:
    """All columns that a file of this table may have: its fields, then its shortcuts."""
    return (*spec.fields, *SHORTCUTS.get(spec.name, ()))


def _meanings(spec: RegistrySpec) -> dict[str, FieldSpec]:
    """Every heading that means a field. Names go before aliases, and these before labels."""
    found: dict[str, FieldSpec] = {}
    for names in (
        lambda field: (field.name,),
        lambda field: field.aliases,
        lambda field: (field.label, f"{field.name}_code"),
    ):
        for field in columns_of(spec):
            for name in names(field):
                found.setdefault(plain_heading(name), field)
    return found


def match_columns(spec: RegistrySpec, headings: Iterable[str]) -> tuple[Column, ...]:
    """The column of each heading.

    Raises `Unreadable` for one that means nothing, naming the nearest, and for two that mean the same.
    """
    meanings = _meanings(spec)
    own = set(spec.by_name)
    columns: dict[str, Column] = {}
    for heading in headings:
        field = meanings.get(plain_heading(heading))
        if field is None:
            names = [field.name for field in columns_of(spec)]
            close = nearest(heading, names)
            hint = f"Did you mean {close}?" if close else f"The columns are {', '.join(names)}."
            raise Unreadable(f"{spec.title} have no column “{heading[:40]}”.", field=heading[:40], hint=hint)
        if field.name in columns:
            other = columns[field.name].heading
            raise Unreadable(f"The columns “{other}” and “{heading}” mean the same.", field=heading)
        columns[field.name] = Column(heading, field, field.name in own)
    missing = [name for name in spec.key if name not in columns and spec.by_name[name].required]
    if missing and not (spec.name == "price-list-lines" and missing == ["unit"]):
        raise Unreadable(f"The column {missing[0]} is missing.", field=missing[0], hint="It says which row is meant.")
    return tuple(columns.values())


def readings(
    columns: Sequence[Column], rows: Sequence[Sequence[object]], *, country: str, file_mark: str = ""
) -> dict[str, Reading]:
    """How each column's numbers and dates are read, found out by looking at all of its cells.

    A column of numbers that shows its decimal mark is read by that; one that doesn't (`1.234` and `12`)
    by the mark the other columns show; where none does, a single mark is the decimal one. Dates are
    read month first where a day above 12 shows it, or, when nothing shows it, in the United States.
    """
    marks: Mapping[str, str] = {
        column.heading: decimal_mark(row[place] for row in rows)
        for place, column in enumerate(columns)
        if column.field.kind in _NUMBERS
    }
    shown = {mark for mark in (*marks.values(), file_mark) if mark}
    common = shown.pop() if len(shown) == 1 else ""
    usual = country not in MONTH_FIRST
    made = {}
    for place, column in enumerate(columns):
        if column.field.kind in _NUMBERS:
            made[column.heading] = Reading(decimal_mark=marks[column.heading] or common)
        elif column.field.kind is FieldKind.DATE:
            made[column.heading] = Reading(day_first=day_first((row[place] for row in rows), usual))
    return made
