"""Reading and writing the rows of any registry, with the names and values that people see.

Values go in and out by field name: scaled integers as `Decimal`, references as the other row's code.
Whoever calls has checked them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import Connection, Select, bindparam, delete, select, text, update
from sqlalchemy.exc import IntegrityError

from fluorders_tui.data.bulk import insert_many
from fluorders_tui.data.registries import StoredField, StoredRegistry, registries
from fluorders_tui.domain.errors import Conflict
from fluorders_tui.domain.folding import fold
from fluorders_tui.domain.money import from_scaled, to_scaled
from fluorders_tui.domain.registry import FieldKind, Value

#: An open transaction, as services hand it from one function of `data` to the next.
Transaction: TypeAlias = Connection

Values = dict[str, Value]
Resolve = Callable[[str, str], int]

#: What a row is found by, beside its code.
_SEARCHED_FIELDS = ("name", "description", "text", "vat_number", "tax_code", "city", "phone", "email", "symbol")
_NAME_FIELDS = ("name", "description", "text")
_SEARCH_LENGTH = 500
_NAME_LENGTH = 60

#: Parameters of one IN list; SQLite takes 32,766 of them in one statement.
IN_LIST = 1000


@dataclass(frozen=True, slots=True)
class RowState:
    """A row as it stands in the database."""

    id: int
    version: int
    values: Values


def name_field(registry: str) -> str:
    """The field that says in words what a row is; empty where there is none."""
    known = registries()[registry].spec.by_name
    return next((name for name in _NAME_FIELDS if name in known), "")


@cache
def row_select(registry: str, *, listed: bool = False) -> Select[Any]:
    """The query of all fields by name, references as codes, with `id` and `version` in front.

    With `listed` only of what lists show: PostgreSQL plans a join of ten tables longer than it reads.
    """
    stored = registries()[registry]
    source: Any = stored.table
    columns: list[Any] = [stored.table.c.id, stored.table.c.version]
    for field in _fields(registry, listed):
        if field.spec.kind is FieldKind.REFERENCE:
            target = registries()[field.spec.target].table.alias(f"of_{field.spec.name}")
            source = source.outerjoin(target, target.c.id == field.column)
            columns.append(target.c.code.label(field.spec.name))
        else:
            columns.append(field.column.label(field.spec.name))
    return select(*columns).select_from(source)


@cache
def _fields(registry: str, listed: bool) -> tuple[StoredField, ...]:
    fields = registries()[registry].fields
    return tuple(field for field in fields if field.spec.in_list or field.spec.name == "active") if listed else fields


@cache
def _shape(registry: str, listed: bool) -> tuple[tuple[str, int], ...]:
    return tuple((field.spec.name, field.scale) for field in _fields(registry, listed))


def row_state(registry: str, row: Sequence[Any], *, listed: bool = False) -> RowState:
    """A row of `row_select`."""
    values: Values = {
        name: from_scaled(value, scale) if scale and value is not None else value
        for (name, scale), value in zip(_shape(registry, listed), row[2:], strict=True)
    }
    return RowState(row[0], row[1], values)


def read_rows(connection: Connection, registry: str, query: Select[Any], *, listed: bool = False) -> list[RowState]:
    """The rows of a query made from `row_select`."""
    return [row_state(registry, row, listed=listed) for row in connection.execute(query)]


def row_by_id(connection: Connection, registry: str, row_id: int) -> RowState | None:
    """The row with this id."""
    table = registries()[registry].table
    row = connection.execute(row_select(registry).where(table.c.id == row_id)).first()
    return row_state(registry, row) if row else None


def key_of(stored: StoredRegistry, values: Mapping[str, Value]) -> tuple[Value, ...]:
    """What makes a row unique."""
    return tuple(values.get(name) for name in stored.spec.key)


def rows_by_keys(
    connection: Connection, registry: str, keys: Iterable[tuple[Value, ...]], resolve: Resolve
) -> dict[tuple[Value, ...], RowState]:
    """The existing rows with one of `keys`, by key."""
    stored = registries()[registry]
    wanted = set(keys)
    if not wanted:
        return {}
    query = row_select(registry)
    for place, name in enumerate(stored.spec.key):
        field = stored.field(name)
        # References and codes narrow the search; the exact key decides below.
        if field.spec.kind in (FieldKind.REFERENCE, FieldKind.CODE):
            found = {key[place] for key in wanted if key[place] is not None}
            if 0 < len(found) <= IN_LIST and all(key[place] is not None for key in wanted):
                query = query.where(field.column.in_([_stored(field, value, resolve) for value in found]))
    return {
        key: state
        for state in read_rows(connection, registry, query)
        if (key := key_of(stored, state.values)) in wanted
    }


def children_of(connection: Connection, registry: str, parent_ids: Sequence[int]) -> dict[int, list[RowState]]:
    """The rows of a child registry by the id of the row they belong to, in the order they were made."""
    stored = registries()[registry]
    parent = stored.field(stored.spec.parent).column
    found: dict[int, list[RowState]] = {row_id: [] for row_id in parent_ids}
    for start in range(0, len(parent_ids), IN_LIST):
        query = row_select(registry).add_columns(parent.label("parent_id")).order_by(stored.table.c.id)
        for row in connection.execute(query.where(parent.in_(parent_ids[start : start + IN_LIST]))):
            found[row.parent_id].append(row_state(registry, row[:-1]))
    return found


def _stored(field: StoredField, value: Value, resolve: Resolve) -> object:
    if value is None:
        return None
    if field.spec.kind is FieldKind.REFERENCE:
        return resolve(field.spec.target, str(value))
    if field.scale:
        return to_scaled(value if isinstance(value, Decimal) else Decimal(str(value)), field.scale)
    return value


def search_columns(registry: str, values: Mapping[str, Value]) -> dict[str, object]:
    """The columns a row is found by, made from its values."""
    columns = registries()[registry].table.c
    made: dict[str, object] = {}
    if "search_text" in columns:
        parts = (fold(str(values[name])) for name in _SEARCHED_FIELDS if values.get(name))
        made["search_text"] = f"{fold(str(values['code']))}\n{' '.join(parts)}"[:_SEARCH_LENGTH]
    if "name_key" in columns:
        made["name_key"] = fold(str(values.get(name_field(registry)) or ""), _NAME_LENGTH)
    if "code_key" in columns:
        made["code_key"] = fold(str(values.get("code") or ""), 40)
    return made


@cache
def _writers(registry: str) -> tuple[tuple[str, str, int, str], ...]:
    """Field, column, scale and target of a reference: what `_columns` needs, thousands of times."""
    return tuple(
        (field.spec.name, field.column.name, field.scale, field.spec.target) for field in registries()[registry].fields
    )


def _columns(registry: str, values: Mapping[str, Value], resolve: Resolve) -> dict[str, object]:
    row: dict[str, object] = {}
    for name, column, scale, target in _writers(registry):
        value: Any = values.get(name)
        if value is not None:
            if target:
                value = resolve(target, value)
            elif scale:
                value = to_scaled(value, scale) if value else 0
        row[column] = value
    row.update(search_columns(registry, values))
    return row


def insert_rows(connection: Connection, registry: str, rows: Sequence[Values], resolve: Resolve) -> list[int]:
    """Add rows, all fields given, and return their ids. Raises `Conflict` where a key exists already."""
    if not rows:
        return []
    table = registries()[registry].table
    ids = _new_ids(connection, table.name, len(rows))
    stored = [
        {"id": row_id, "version": 1, **_columns(registry, values, resolve)}
        for row_id, values in zip(ids, rows, strict=True)
    ]
    try:
        insert_many(connection, table, stored)
    except IntegrityError as error:
        raise _taken(registry) from error
    return ids


def _new_ids(connection: Connection, table: str, count: int) -> list[int]:
    """Numbers for new rows, so that thousands can go in with one statement and still be named in the journal."""
    if connection.dialect.name == "sqlite":
        # The writing transaction holds the file's lock: nobody else numbers rows meanwhile.
        last = connection.execute(text(f"SELECT coalesce(max(id), 0) FROM {table}")).scalar_one()
        return list(range(last + 1, last + 1 + count))
    numbers = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")
    return list(connection.execute(numbers, {"name": table, "count": count}).scalars())


def update_row(connection: Connection, registry: str, state: RowState, values: Values, resolve: Resolve) -> None:
    """Store new values of one row; raises `Conflict` (D-12.7) when it is no longer the version of `state`."""
    table = registries()[registry].table
    query = update(table).where(table.c.id == state.id, table.c.version == state.version)
    try:
        done = connection.execute(
            query.values(version=state.version + 1, **_columns(registry, values, resolve))
        ).rowcount
    except IntegrityError as error:
        raise _taken(registry) from error
    if done != 1:
        raise Conflict("Somebody else changed this in the meantime.", rule="D-12.7", hint="Load it again and repeat.")


def update_rows(
    connection: Connection, registry: str, rows: Sequence[tuple[RowState, Values]], resolve: Resolve
) -> None:
    """Store new values of many rows that this transaction has read under a lock."""
    if not rows:
        return
    table = registries()[registry].table
    columns = [_columns(registry, values, resolve) for _, values in rows]
    query = (
        update(table)
        .where(table.c.id == bindparam("of_id"))
        .values({name: bindparam(f"new_{name}") for name in columns[0]} | {"version": table.c.version + 1})
    )
    parameters = [
        {"of_id": state.id, **{f"new_{name}": value for name, value in row.items()}}
        for (state, _), row in zip(rows, columns, strict=True)
    ]
    try:
        connection.execute(query, parameters)
    except IntegrityError as error:
        raise _taken(registry) from error


def delete_rows(connection: Connection, registry: str, ids: Sequence[int]) -> None:
    """Remove rows that nothing refers to, with the rows that belong to them."""
    stored = registries()[registry]
    for start in range(0, len(ids), IN_LIST):
        part = ids[start : start + IN_LIST]
        for child in stored.spec.children:
            of = registries()[child]
            connection.execute(delete(of.table).where(of.field(of.spec.parent).column.in_(part)))
        connection.execute(delete(stored.table).where(stored.table.c.id.in_(part)))


def _taken(registry: str) -> Conflict:
    spec = registries()[registry].spec
    return Conflict(
        f"There is already another {spec.singular} with this {' and '.join(spec.key)}.",
        rule="D-12.7",
        field=spec.key[-1],
        hint="Load it and change it instead.",
    )
