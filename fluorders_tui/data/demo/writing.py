"""Writing rows by the million: one transaction through the bare driver, indexes built at its end.

Nothing else may use the database meanwhile, and either all of it is stored or nothing: SQLite keeps
a rollback journal instead of the write-ahead log while it lasts, because a log would hold every new
page a second time, and PostgreSQL takes the rows by COPY.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Protocol

from sqlalchemy import Table

from fluorders_tui.data.search_schema import SEARCHED
from fluorders_tui.data.store import Store
from fluorders_tui.data.tables.base import table
from fluorders_tui.domain.errors import Unreachable

Row = Sequence[Any]
Progress = Callable[[str], None]


class Bulk(Protocol):
    """A database being filled. Dates and times go in as ISO text, times in UTC."""

    def insert(self, name: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Add rows to a table; columns that are not named need a value of the database's own."""

    def finish(self, progress: Progress) -> None:
        """Build what was taken down for speed."""


@cache
def _blank(target: Table) -> dict[str, Any]:
    """What a column holds when a row doesn't name it: the default of its model, else nothing."""
    from sqlmodel import SQLModel

    models = {table(model): model for model in _subclasses(SQLModel) if "__table__" in vars(model)}
    defaults = {name: field.get_default() for name, field in models[target].model_fields.items()}
    return {
        column.name: None if repr(value := defaults[column.name]) == "PydanticUndefined" else value
        for column in target.c
        if column.name != "id"
    }


def _subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    for found in kind.__subclasses__():
        yield found
        yield from _subclasses(found)


def insert_values(bulk: Bulk, target: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add rows given by column name, the columns that a row leaves out at their default."""
    blank = _blank(target)
    first, rest = _first(rows)
    if first is None:
        return
    columns = (["id"] if "id" in first else []) + list(blank)
    bulk.insert(target.name, columns, ([(blank | dict(row))[name] for name in columns] for row in rest))


def _first(rows: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, Any] | None, Iterable[Mapping[str, Any]]]:
    found = iter(rows)
    first = next(found, None)

    def again() -> Iterator[Mapping[str, Any]]:
        if first is not None:
            yield first
            yield from found

    return first, again()


@contextmanager
def bulk_fill(store: Store) -> Iterator[Bulk]:
    """Fill a database: stored when the block ends and `finish` was called, nothing when it raises.

    Raises `Unreachable` while somebody else uses an SQLite file.
    """
    with _sqlite_fill(store) if store.is_sqlite else _postgresql_fill(store) as bulk:
        yield bulk


class _Sqlite:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._later = self._take_down()

    def insert(self, name: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        places = ", ".join("?" * len(columns))
        named = ", ".join(f'"{column}"' for column in columns)
        self._connection.executemany(f'INSERT INTO "{name}" ({named}) VALUES ({places})', rows)

    def finish(self, progress: Progress) -> None:
        for name in SEARCHED:
            progress(f"making {name.replace('_', ' ')}s findable")
            self._connection.execute(f"INSERT INTO {name}_fragments({name}_fragments) VALUES ('rebuild')")
        progress("building indexes")
        for statement in self._later:
            self._connection.execute(statement)

    def _take_down(self) -> list[str]:
        found = self._connection.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"
            " AND (type = 'index' AND sql NOT LIKE 'CREATE UNIQUE%' OR type = 'trigger')"
        ).fetchall()
        for kind, name, _ in found:
            self._connection.execute(f'DROP {kind} "{name}"')
        return [sql for _, _, sql in found]


@contextmanager
def _sqlite_fill(store: Store) -> Iterator[Bulk]:
    # An open connection of this program would count as somebody else.
    store.dispose()
    connection = sqlite3.connect(str(store.path), timeout=1, isolation_level=None)
    try:
        try:
            # A crash of this process rolls back all the same; only a power cut could leave the file half written.
            for pragma in ("journal_mode=DELETE", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-64000"):
                connection.execute(f"PRAGMA {pragma}")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise Unreachable(
                f"The database can't be filled now: {error}.",
                field=str(store.path),
                hint="Close every program that uses it.",
            ) from error
        try:
            yield _Sqlite(connection)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise Unreachable(
                f"The database could not be filled: {error}.", field=str(store.path), hint="Nothing was stored."
            ) from error
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()


class _Postgresql:
    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor
        self._filled: dict[str, bool] = {}
        self._later = self._take_down()

    def insert(self, name: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        named = ", ".join(f'"{column}"' for column in columns)
        with self._cursor.copy(f'COPY "{name}" ({named}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
        self._filled[name] = "id" in columns

    def finish(self, progress: Progress) -> None:
        progress("building indexes")
        for statement in self._later:
            self._cursor.execute(statement)
        for name, numbered in self._filled.items():
            if numbered:
                self._cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), coalesce(max(id), 0) + 1, false)"
                    f' FROM "{name}"'
                )
            self._cursor.execute(f'ANALYZE "{name}"')

    def _take_down(self) -> list[str]:
        # Those behind a constraint stay: uniqueness is checked while rows come in. Partial ones hold few rows, and
        # PostgreSQL would word their condition in another way when it reads it a second time.
        found = self._cursor.execute(
            "SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i"
            " JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = current_schema() AND NOT i.indisunique AND i.indpred IS NULL"
        ).fetchall()
        for name, _ in found:
            self._cursor.execute(f'DROP INDEX "{name}"')
        return [definition for _, definition in found]


@contextmanager
def _postgresql_fill(store: Store) -> Iterator[Bulk]:
    import psycopg

    with store.read() as engine_connection:
        driver: Any = engine_connection.connection.driver_connection
        try:
            with driver.transaction(), driver.cursor() as cursor:
                cursor.execute("SET LOCAL TimeZone = 'UTC'")
                cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
                yield _Postgresql(cursor)
        except psycopg.Error as error:
            raise Unreachable(
                f"The database could not be filled: {str(error).strip().splitlines()[0]}",
                field=store.shown_url,
                hint="Nothing was stored.",
            ) from error
