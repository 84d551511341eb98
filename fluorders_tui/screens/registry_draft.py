"""A registry row being typed: what it was, what it is now, and what others made of it meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from fluorders_tui.domain.registry import FieldKind, RegistrySpec, Value
from fluorders_tui.services.registries import RegistryRecord, registry_spec

__all__ = ["Difference", "RowDraft", "Values"]

Values = dict[str, Value]

NOT_COPIED = ("barcodes", "stock")
"""What is unique to its row or was counted (as `registry_saving.copy_row`)."""

NUMBERS = (FieldKind.DECIMAL, FieldKind.WHOLE)


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that somebody else changed while it was open here; `mine` is None when it wasn't changed here."""

    name: str
    before: Value
    theirs: Value
    mine: Value = None
    both: bool = False


@dataclass
class RowDraft:
    """The values of a form. `base` is what was read; nothing here asks the database."""

    spec: RegistrySpec
    base: Values
    values: Values
    row_id: int | None = None
    version: int | None = None
    base_children: dict[str, list[Values]] = field(default_factory=dict)
    children: dict[str, list[Values]] = field(default_factory=dict)

    @classmethod
    def blank(cls, spec: RegistrySpec, values: Mapping[str, Value]) -> Self:
        """A new row. Numbers that are needed start empty: nought is seldom what they should be."""
        made = new_values(spec, values)
        children: dict[str, list[Values]] = {name: [] for name in spec.children}
        return cls(spec, dict(made), made, base_children=children, children=copied(children))

    @classmethod
    def of(cls, record: RegistryRecord) -> Self:
        """An existing row."""
        spec = registry_spec(record.registry)
        children = children_of(record)
        return cls(
            spec,
            dict(record.values),
            dict(record.values),
            record.id,
            record.version,
            children,
            copied(children),
        )

    @classmethod
    def copy_of(cls, record: RegistryRecord, code: str) -> Self:
        """A new row with the values of another one and the rows that belong to it."""
        made = cls.of(record)
        made.row_id = made.version = None
        made.base = dict.fromkeys(made.values)
        made.values |= {"active": True} if "active" in made.values else {}
        if made.spec.coded:
            made.values["code"] = code
        made.base_children = {name: [] for name in made.children}
        for name in NOT_COPIED:
            if name in made.children:
                made.children[name] = []
        return made

    @property
    def is_new(self) -> bool:
        """Not stored yet."""
        return self.row_id is None

    @property
    def changed(self) -> list[str]:
        """The fields that differ from what was read."""
        return [name for name, value in self.values.items() if not same(value, self.base.get(name))]

    @property
    def changed_children(self) -> list[str]:
        """The child registries whose rows differ from what was read."""
        return [name for name, rows in self.children.items() if rows != self.base_children.get(name, [])]

    @property
    def is_changed(self) -> bool:
        """Something would be lost by leaving."""
        return bool(self.changed or self.changed_children)

    def to_save(self) -> tuple[Values, dict[str, list[Values]]]:
        """What saving needs: of a new row all that is there, of an old one what changed."""
        if self.is_new:
            values: Values = {name: value for name, value in self.values.items() if value is not None}
            return values, {name: given(name, rows) for name, rows in self.children.items() if rows}
        values = {name: self.values[name] for name in self.changed}
        return values, {name: given(name, self.children[name]) for name in self.changed_children}

    def missing(self, needed: Mapping[str, bool]) -> str:
        """The first needed field that is empty, '' for none."""
        return next((name for name in self.values if needed.get(name) and self.values[name] in (None, "")), "")

    def differences(self, theirs: RegistryRecord) -> list[Difference]:
        """What somebody else changed since the row was read here."""
        mine = set(self.changed)
        return [
            Difference(name, self.base.get(name), value, self.values.get(name) if name in mine else None, name in mine)
            for name, value in theirs.values.items()
            if not same(value, self.base.get(name))
        ]

    def take(self, theirs: RegistryRecord) -> list[str]:
        """Go on from what is stored now; what was changed only here stays. Returns the fields that stayed."""
        changed = {one.name for one in self.differences(theirs)}
        kept = {name: self.values[name] for name in self.changed if name not in changed}
        children = children_of(theirs) if theirs.children else self.base_children
        own = {
            name: self.children[name]
            for name in self.changed_children
            if children.get(name) == self.base_children.get(name)
        }
        self.base = dict(theirs.values)
        self.values = {**theirs.values, **kept}
        self.version = theirs.version
        self.base_children = children
        self.children = {**copied(children), **own}
        return [*kept, *own]


def new_values(spec: RegistrySpec, values: Mapping[str, Value]) -> Values:
    """The values a new row starts with."""
    empty = {one.name for one in spec.fields if one.required and one.kind in NUMBERS}
    return {one.name: None if one.name in empty else values.get(one.name) for one in spec.fields}


def same(one: Value, other: Value) -> bool:
    """Whether two values mean the same: no text and an empty one do."""
    return one == other or (one in (None, "") and other in (None, ""))


def children_of(record: RegistryRecord) -> dict[str, list[Values]]:
    """The rows that belong to a record, without the field that says so."""
    return {
        name: [_without(dict(row.values), registry_spec(name).parent) for row in rows]
        for name, rows in record.children.items()
    }


def copied(children: Mapping[str, list[Values]]) -> dict[str, list[Values]]:
    """Lists and rows that can be changed without changing the others."""
    return {name: [dict(row) for row in rows] for name, rows in children.items()}


def given(registry: str, rows: list[Values]) -> list[Values]:
    """The rows without the needed numbers that nobody filled in; any other empty value says that it is empty."""
    known = registry_spec(registry).by_name
    missing = {name for name, one in known.items() if one.required and one.kind in NUMBERS}
    return [{name: value for name, value in row.items() if value is not None or name not in missing} for row in rows]


def _without(values: Values, name: str) -> Values:
    values.pop(name, None)
    return values
