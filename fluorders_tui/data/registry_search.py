"""Finding rows as somebody types, and reading any part of a long registry.

Prefixes are ranges of a folded key, fragments of three characters and more go through trigrams
(`search_schema`); shorter ones only narrow what something else has found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Connection, Engine, Select, func, literal_column, select, text, true
from sqlalchemy import table as table_named

from fluorders_tui.data.registries import StoredRegistry, registries
from fluorders_tui.data.registry_rows import RowState, read_rows, row_select
from fluorders_tui.data.search_schema import SEARCHED
from fluorders_tui.domain.folding import fold, prefix_end
from fluorders_tui.domain.registry import FieldKind

#: Fragments shorter than this have no trigram.
TRIGRAM = 3

_extension: WeakKeyDictionary[Engine, bool] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class RowQuery:
    """Which rows of a registry: those that contain all words of `find`, of one `parent`, with given values.

    `parent` is the id of the row they belong to; `ids` maps reference fields to the id they must have.
    """

    registry: str
    find: str = ""
    include_inactive: bool = False
    parent: int | None = None
    ids: Mapping[str, int] = field(default_factory=dict)

    @property
    def stored(self) -> StoredRegistry:
        """The registry with its table."""
        return registries()[self.registry]


def order_column(registry: str) -> Any:
    """What a registry is listed by: its code where it has one, else the order in which rows were made."""
    stored = registries()[registry]
    return stored.field(stored.spec.key[0]).column if len(stored.spec.key) == 1 else stored.table.c.id


def _uses_extension(connection: Connection) -> bool:
    engine = connection.engine
    if engine not in _extension:
        found = connection.execute(
            text("SELECT count(*) FROM pg_indexes WHERE indexname = 'ix_item_fragments' AND indexdef LIKE '%trgm%'")
        ).scalar_one()
        _extension[engine] = bool(found)
    return _extension[engine]


def _contains(connection: Connection, stored: StoredRegistry, word: str) -> ColumnElement[bool]:
    """Whether a row's search text contains the folded `word`."""
    column = stored.table.c.search_text
    indexed = stored.table.name in SEARCHED and len(word) >= TRIGRAM
    if connection.dialect.name == "sqlite":
        if not indexed:
            return func.instr(column, word) > 0
        return stored.table.c.id.in_(_matching(stored, [word]))
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    like: ColumnElement[bool] = column.like(f"%{escaped}%")
    if indexed and not _uses_extension(connection):
        like = func.desk_trigrams(column).op("@>")(func.desk_trigrams(word)) & like
    return like


def _matching(stored: StoredRegistry, words: Sequence[str]) -> Select[Any]:
    """SQLite's full-text query for the ids of rows that contain all of `words`."""
    name = f"{stored.table.name}_fragments"
    quoted = " AND ".join('"' + word.replace('"', '""') + '"' for word in words)
    return select(_rowid(stored)).select_from(table_named(name)).where(literal_column(name).op("MATCH")(quoted))


def _rowid(stored: StoredRegistry) -> ColumnElement[int]:
    return literal_column(f"{stored.table.name}_fragments.rowid")


def conditions(connection: Connection, query: RowQuery) -> list[ColumnElement[bool]]:
    """The WHERE of a query."""
    stored, columns = query.stored, query.stored.table.c
    found: list[ColumnElement[bool]] = []
    if "active" in columns and not query.include_inactive:
        found.append(columns.active.is_(True) if connection.dialect.name != "sqlite" else columns.active == true())
    if query.parent is not None:
        found.append(stored.field(stored.spec.parent).column == query.parent)
    found.extend(stored.field(name).column == row_id for name, row_id in query.ids.items())
    if query.find and stored.searched:
        found.extend(_contains(connection, stored, word) for word in fold(query.find).split())
    elif query.find:
        found.append(_child_contains(connection, stored, fold(query.find)))
    return found


def _child_contains(connection: Connection, stored: StoredRegistry, key: str) -> ColumnElement[bool]:
    """Rows that belong to another one are found by what they refer to and by their own texts, unfolded."""
    matches: list[ColumnElement[bool]] = []
    for own in stored.fields:
        if own.spec.kind is FieldKind.REFERENCE and own.spec.name != stored.spec.parent:
            target = registries()[own.spec.target]
            named = [_contains(connection, target, word) for word in key.split()]
            matches.append(own.column.in_(select(target.table.c.id).where(*named)))
        elif own.spec.kind in (FieldKind.CODE, FieldKind.TEXT):
            matches.append(func.lower(own.column).contains(key, autoescape=True))
    found = matches[0]
    for match in matches[1:]:
        found = found | match
    return found


def count(connection: Connection, query: RowQuery) -> int:
    """How many rows fit."""
    table = query.stored.table
    statement = select(func.count()).select_from(table).where(*conditions(connection, query))
    return connection.execute(statement).scalar_one()


def page(
    connection: Connection, query: RowQuery, limit: int, *, start: object = None, skip: int = 0, after: bool = False
) -> list[RowState]:
    """`limit` rows in listing order from the order value `start` on (`after` it), leaving out `skip` rows."""
    order = order_column(query.registry)
    statement = row_select(query.registry).where(*conditions(connection, query)).order_by(order)
    if start is not None:
        statement = statement.where(order > start if after else order >= start)
    return read_rows(connection, query.registry, statement.limit(limit).offset(skip))


def anchors(connection: Connection, query: RowQuery, step: int) -> list[object]:
    """The order values of rows 0, `step`, 2 × `step`…"""
    order = order_column(query.registry)
    numbered = (
        select(order.label("at"), (func.row_number().over(order_by=order) - 1).label("place"))
        .where(*conditions(connection, query))
        .subquery()
    )
    statement = select(numbered.c.at).where(numbered.c.place % step == 0).order_by(numbered.c.place)
    return list(connection.execute(statement).scalars())


def place(connection: Connection, query: RowQuery, value: object) -> int:
    """How many rows come before the order value."""
    statement = select(func.count()).select_from(query.stored.table).where(*conditions(connection, query))
    return connection.execute(statement.where(order_column(query.registry) < value)).scalar_one()


def lookup(connection: Connection, query: RowQuery, limit: int) -> list[RowState]:
    """At most `limit` rows for a typed text, the likeliest first.

    Exact code, codes that begin with it, names that begin with it, then rows that contain all words.
    """
    stored, key = query.stored, fold(query.find)
    bare = RowQuery(query.registry, "", query.include_inactive, query.parent, query.ids)
    base = row_select(query.registry, listed=True).where(*conditions(connection, bare))
    if not key or not stored.searched:
        return page(connection, query, limit)
    found: dict[int, RowState] = {}
    for statement in _likeliest(connection, stored, base, key, conditions(connection, bare), limit):
        for state in read_rows(connection, query.registry, statement, listed=True):
            found.setdefault(state.id, state)
        if len(found) >= limit:
            break
    rows = list(found.values())[:limit]
    # Of two codes that differ only in case, the one typed.
    rows.sort(key=lambda state: state.values["code"] != query.find.strip())
    return rows


def _likeliest(
    connection: Connection,
    stored: StoredRegistry,
    base: Select[Any],
    key: str,
    narrowed: Sequence[ColumnElement[bool]],
    limit: int,
) -> Iterator[Select[Any]]:
    columns = stored.table.c
    # The line feed after the code is below every character of a key: an exact code comes first.
    by_code = base.where(columns.search_text >= key, columns.search_text < prefix_end(key))
    yield by_code.order_by(columns.search_text).limit(limit)
    if "name_key" in columns:
        by_name = base.where(columns.name_key >= key[:60], columns.name_key < prefix_end(key[:60]))
        yield by_name.order_by(columns.name_key, columns.id).limit(limit)
    words = key.split()
    if stored.table.name not in SEARCHED:
        every = base.where(*(_contains(connection, stored, word) for word in words))
        starts = columns.search_text.contains("\n" + key, autoescape=True)
        yield every.order_by(starts.desc(), columns.search_text).limit(limit)
    elif any(len(word) >= TRIGRAM for word in words):
        words.sort(key=len, reverse=True)
        yield _fragments(connection, stored, base, words, narrowed, limit)


def _fragments(
    connection: Connection,
    stored: StoredRegistry,
    base: Select[Any],
    words: Sequence[str],
    narrowed: Sequence[ColumnElement[bool]],
    limit: int,
) -> Select[Any]:
    """Rows that contain all words, the newest first."""
    columns = stored.table.c
    if connection.dialect.name != "sqlite":
        every = base.where(*(_contains(connection, stored, word) for word in words))
        return every.order_by(columns.id.desc()).limit(limit)
    indexed = _matching(stored, [word for word in words if len(word) >= TRIGRAM])
    short = [_contains(connection, stored, word) for word in words if len(word) < TRIGRAM]
    # Walked from the newest row and limited here, the index stops when enough are found: a word that stands in
    # every tenth of 100,000 items costs 0.3 ms instead of 60.
    newest = indexed.join(stored.table, columns.id == _rowid(stored)).where(*narrowed, *short)
    newest = newest.order_by(_rowid(stored).desc()).limit(limit)
    return base.where(columns.id.in_(newest.correlate(None))).order_by(columns.id.desc())


def item_by_barcode(connection: Connection, barcode: str) -> tuple[int, str] | None:
    """The item's id and the unit's code that a barcode stands for."""
    barcodes, units = registries()["barcodes"].table, registries()["units"].table
    query = select(barcodes.c.item_id, units.c.code).outerjoin(units, units.c.id == barcodes.c.unit_id)
    row = connection.execute(query.where(barcodes.c.barcode == barcode)).first()
    return (row[0], row[1] or "") if row else None


def items_by_customer_code(connection: Connection, customer: str, typed: str, limit: int) -> list[tuple[int, str]]:
    """Ids of the items that a customer calls by a code beginning with `typed`, with that code; exact ones first."""
    key = fold(typed, 40)
    codes, customers = registries()["customer-items"].table, registries()["customers"].table
    if not key:
        return []
    owner = select(customers.c.id).where(customers.c.code == customer).scalar_subquery()
    query = (
        select(codes.c.item_id, codes.c.code)
        .where(codes.c.customer_id == owner, codes.c.code_key >= key, codes.c.code_key < prefix_end(key))
        .order_by(codes.c.code_key)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in connection.execute(query)]


def items_by_ids(connection: Connection, ids: Sequence[int]) -> dict[int, RowState]:
    """Active items by id."""
    items = registries()["items"].table
    query = row_select("items", listed=True).where(items.c.id.in_(ids), items.c.active)
    return {state.id: state for state in read_rows(connection, "items", query, listed=True)}
