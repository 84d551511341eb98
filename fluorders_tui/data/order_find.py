"""Finding orders by whatever the clerk has at hand: number, reference, customer or item; the newest first.

Fragments of three characters and more go through the trigrams of `search_schema`, shorter ones are prefixes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, Select, and_, func, literal_column, or_, select, text
from sqlalchemy import table as table_named

from fluorders_tui.data.order_list import newest_of
from fluorders_tui.data.order_rows import LINE, ORDER
from fluorders_tui.data.registry_search import TRIGRAM, RowQuery, lookup
from fluorders_tui.data.tables import items, parties
from fluorders_tui.data.tables.base import table
from fluorders_tui.domain.folding import fold, prefix_end

#: Customers whose orders a name brings: more would be no answer to a clerk's question.
MOST_CUSTOMERS = 40

#: Newest orders that PostgreSQL looks through itself before it asks the trigrams.
_NEWEST = 20_000

_CUSTOMER = table(parties.Customer)
_ITEM = table(items.Item)


def find_ids(connection: Connection, wanted: str, limit: int) -> list[int]:
    """The rows of at most `limit` orders that `wanted` means: exact number first, then its figures, then the newest."""
    typed = wanted.strip()
    key = fold(typed)
    if not key:
        return []
    exact = _ids(connection, select(ORDER.c.id).where(ORDER.c.number == typed).order_by(ORDER.c.id.desc()), limit)
    exact = exact or _same_key(connection, key, limit)
    # “Where is 230?” asks for the order with these figures, not for one that has them in its reference.
    exact = list(dict.fromkeys([*exact, *_by_sequence(connection, typed, limit)]))
    found: set[int] = set(_by_fragment(connection, key, limit))
    found.update(_by_customer(connection, typed, key, limit))
    found.update(_by_item(connection, typed, key, limit))
    rest = sorted(found.difference(exact), reverse=True)
    return [*exact, *rest][:limit]


def _ids(connection: Connection, statement: Select[Any], limit: int) -> list[int]:
    return list(connection.execute(statement.limit(limit)).scalars())


def _same_key(connection: Connection, key: str, limit: int) -> list[int]:
    """Orders whose number is `key` but for case; numbers are written in one case, so the index finds them."""
    written = select(ORDER.c.id).where(ORDER.c.number == key.upper()).order_by(ORDER.c.id.desc())
    return _ids(connection, written, limit)


def _by_sequence(connection: Connection, typed: str, limit: int) -> list[int]:
    if not (typed.isascii() and typed.isdecimal() and len(typed) < 19):
        return []
    return _ids(connection, select(ORDER.c.id).where(ORDER.c.sequence == int(typed)).order_by(ORDER.c.id.desc()), limit)


def _by_fragment(connection: Connection, key: str, limit: int) -> Iterable[int]:
    """Orders whose number or reference contains every word of `key`."""
    words = sorted(key.split(), key=len, reverse=True)
    if len(words[0]) < TRIGRAM:
        return _by_prefix(connection, key, limit)
    if connection.dialect.name == "sqlite":
        return _ids(connection, _full_text(words), limit)
    return _trigrams(connection, words, limit)


def _by_prefix(connection: Connection, key: str, limit: int) -> list[int]:
    """One or two characters: numbers and references that begin with them."""
    found: list[int] = []
    for column, start in ((ORDER.c.number, key.upper()), (ORDER.c.reference_key, key)):
        found += _ids(
            connection, select(ORDER.c.id).where(column >= start, column < prefix_end(start)).order_by(column), limit
        )
    return found


def _full_text(words: list[str]) -> Select[Any]:
    """SQLite's own trigrams, read from the newest row down: it stops when enough are found."""
    name = "customer_order_fragments"
    rowid: Any = literal_column("rowid")
    long = [word for word in words if len(word) >= TRIGRAM]
    quoted = " AND ".join('"' + word.replace('"', '""') + '"' for word in long)
    matching = literal_column(name).op("MATCH")(quoted)
    statement = select(rowid).select_from(table_named(name)).where(matching)
    for word in words[len(long) :]:
        statement = statement.where(func.instr(literal_column("search_text"), word) > 0)
    return statement.order_by(rowid.desc())


def _trigrams(connection: Connection, words: list[str], limit: int) -> list[int]:
    """PostgreSQL: a frequent fragment fills the answer from the newest orders, a rare one is the index's."""
    newest = select(ORDER.c.id, ORDER.c.search_text).order_by(ORDER.c.id.desc()).limit(_NEWEST).subquery()
    frequent = select(newest.c.id).where(*(_like(newest.c.search_text, word) for word in words))
    found = _ids(connection, frequent.order_by(newest.c.id.desc()), limit)
    if len(found) == limit:
        return found
    conditions = [_like(ORDER.c.search_text, word) for word in words]
    if not _has_extension_index(connection):
        conditions += [
            func.desk_trigrams(ORDER.c.search_text).op("@>")(func.desk_trigrams(word))
            for word in words
            if len(word) >= TRIGRAM
        ]
    # Materialised, so that the planner can't walk the million from the newest down for a few rows.
    rare = select(ORDER.c.id).where(*conditions).limit(_NEWEST).cte("rare").prefix_with("MATERIALIZED")
    found = _ids(connection, select(rare.c.id).order_by(rare.c.id.desc()), _NEWEST)
    if len(found) < _NEWEST:
        return found[:limit]
    # Neither rare nor among the newest: the documents of an earlier year, whose numbers begin alike.
    if len(words) == 1:
        start = words[0].upper()
        begin = select(ORDER.c.id).where(ORDER.c.number >= start, ORDER.c.number < prefix_end(start))
        found = _ids(connection, begin.order_by(ORDER.c.number.desc()), limit)
        if len(found) == limit:
            return found
    return _ids(connection, select(ORDER.c.id).where(*conditions).order_by(ORDER.c.id.desc()), limit)


def _has_extension_index(connection: Connection) -> bool:
    """Whether the fragments of orders are indexed by `pg_trgm`; without it the search must name our own trigrams."""
    indexed = text("SELECT count(*) FROM pg_indexes WHERE indexname = :name AND indexdef LIKE '%gin_trgm_ops%'")
    return bool(connection.execute(indexed, {"name": "ix_customer_order_fragments"}).scalar_one())


def _like(column: Any, word: str) -> Any:
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return column.like(f"%{escaped}%")


def _by_customer(connection: Connection, typed: str, key: str, limit: int) -> list[int]:
    """Orders of the customer with this code; of those whose name contains the words where no code is meant."""
    rows = connection.execute(select(_CUSTOMER.c.id).where(_CUSTOMER.c.code.in_((typed, typed.upper())))).scalars()
    ids = list(rows)
    if not ids and len(key) >= TRIGRAM:
        query = RowQuery("customers", typed, include_inactive=True)
        ids = [state.id for state in lookup(connection, query, MOST_CUSTOMERS)]
    return newest_of(connection, ids, limit)


def _by_item(connection: Connection, typed: str, key: str, limit: int) -> Iterator[int]:
    """Orders with the item of this code."""
    first = key + "\n"
    exact = and_(_ITEM.c.search_text >= first, _ITEM.c.search_text < prefix_end(first))
    for item_id in connection.execute(select(_ITEM.c.id).where(or_(_ITEM.c.code == typed, exact)).limit(2)).scalars():
        # A line more for each order that has the item twice; the index of lines gives the newest orders first.
        lines = select(LINE.c.order_id).where(LINE.c.item_id == item_id).order_by(LINE.c.order_id.desc())
        yield from _ids(connection, lines, limit)
