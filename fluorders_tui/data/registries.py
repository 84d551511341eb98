"""The registries as the tables declare them: names, kinds and scales, with the way back to columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Column, Table

from fluorders_tui.data.tables import basics, commerce, desk, items, parties
from fluorders_tui.data.tables.base import SCALES, ChildRow, Registry, RegistryRow, Seen, table
from fluorders_tui.domain.money import from_scaled
from fluorders_tui.domain.registry import FieldKind, FieldSpec, RegistrySpec, Value

Model = type[RegistryRow] | type[ChildRow]


@dataclass(frozen=True)
class StoredField:
    """A field with its column; `scale` is the number of decimals of a scaled integer."""

    spec: FieldSpec
    column: Column[object]
    scale: int = 0


@dataclass(frozen=True)
class StoredRegistry:
    """A registry with its table."""

    spec: RegistrySpec
    model: Model
    table: Table
    fields: tuple[StoredField, ...]

    @property
    def searched(self) -> bool:
        """Whether rows carry a `search_text` of their own."""
        return "search_text" in self.table.c

    def field(self, name: str) -> StoredField:
        """The field called `name`; raises `KeyError`."""
        return next(field for field in self.fields if field.spec.name == name)


def _models() -> Iterator[Model]:
    for module in (parties, items, desk, commerce, basics):
        for found in vars(module).values():
            if isinstance(found, type) and issubclass(found, RegistryRow | ChildRow) and "outside" in vars(found):
                yield found


def _outside_name(column: Column[object]) -> tuple[str, int]:
    for suffix, scale in SCALES.items():
        if column.name.endswith(suffix):
            return column.name.removesuffix(suffix), scale
    return (column.name.removesuffix("_id") if column.foreign_keys else column.name), 0


def _default(column: Column[object], scale: int, model: Model) -> Value:
    value = model.model_fields[column.name].get_default()
    if value is None or repr(value) == "PydanticUndefined":
        return None
    return from_scaled(value, scale) if scale else value


def _field(column: Column[object], model: Model) -> StoredField:
    seen: Seen = column.info["seen"]
    name, scale = _outside_name(column)
    spec = FieldSpec(
        name=name,
        kind=seen.kind,
        label=seen.label,
        help=seen.help,
        tab=seen.tab,
        required=seen.required,
        optional=bool(column.nullable),
        default=_default(column, scale, model),
        decimals=scale,
        length=seen.length,
        choices=seen.choices,
        target=seen.target,
        in_list=seen.in_list,
        aliases=seen.aliases,
        codes_of=seen.codes_of,
    )
    return StoredField(spec, column, scale)


def _children(name: str) -> tuple[str, ...]:
    return tuple(
        model.outside.name
        for model in _models()
        if (parent := model.outside.parent) and _parent_registry(model, parent) == name
    )


def _parent_registry(model: Model, parent: str) -> str:
    seen: Seen = table(model).c[f"{parent}_id"].info["seen"]
    return seen.target


def _registry(model: Model) -> StoredRegistry:
    outside: Registry = model.outside
    columns = [column for column in table(model).c if "seen" in column.info]
    # The key comes first, the active flag last, whatever the order of inheritance.
    columns.sort(key=lambda column: (column.name == "active", _outside_name(column)[0] not in outside.key))
    fields = tuple(_field(column, model) for column in columns)
    spec = RegistrySpec(
        name=outside.name,
        title=outside.title,
        singular=outside.singular,
        fields=tuple(field.spec for field in fields),
        key=outside.key,
        parent=outside.parent,
        parent_registry=_parent_registry(model, outside.parent) if outside.parent else "",
        children=_children(outside.name),
        group=outside.group,
        help=outside.help,
    )
    return StoredRegistry(spec, model, table(model), fields)


@cache
def registries() -> dict[str, StoredRegistry]:
    """All registries by their outside name."""
    return {model.outside.name: _registry(model) for model in _models()}


def text_of(field: StoredField, stored: object) -> Value:
    """The outside value of a stored one, except for references."""
    if stored is None or field.spec.kind is FieldKind.REFERENCE:
        return None
    return from_scaled(stored, field.scale) if field.scale else stored  # type: ignore[arg-type, return-value]
