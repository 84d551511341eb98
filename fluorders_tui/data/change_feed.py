"""Hearing what other desks commit: PostgreSQL tells it, an SQLite file is asked for its version.

Whoever hears reads again what it shows. What is told is only which kinds of documents changed, never their content:
the journal and the tables stay the one truth (E-1.4).
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, func, select

from fluorders_tui.data.store import Store
from fluorders_tui.domain.errors import Unreachable

__all__ = ["ANYTHING", "Hearing", "announce", "listen"]

CHANNEL = "fluorders_changed"

#: Heard where nobody can say what changed.
ANYTHING: frozenset[str] = frozenset()

#: What desks are told when somebody opens or leaves a document.
PRESENCE = "presence"

_LOOK_SECONDS = 0.1
_GONE = "The database can't be reached any more."


def announce(connection: Connection, kinds: Iterable[str]) -> None:
    """Tell all desks which kinds of documents changed, when and if this transaction is committed.

    SQLite needs no telling: its listeners see that the file has another version, and look into the journal.
    """
    if connection.dialect.name == "postgresql":
        for kind in sorted(set(kinds)):
            connection.execute(select(func.pg_notify(CHANNEL, kind)))


class Hearing:
    """One listener with a connection of its own; used by one thread."""

    def wait(self, seconds: float) -> frozenset[str] | None:
        """The kinds of documents that changed, as soon as something does; None after `seconds` of quiet.

        `ANYTHING` where the kinds aren't known. Raises `Unreachable` when the database is gone.
        """
        raise Unreachable(_GONE)

    def close(self) -> None:
        """Give the connection back."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def listen(store: Store) -> Hearing:
    """Begin to hear. Raises `Unreachable`."""
    return _File(store) if store.is_sqlite else _Server(store)


_JOURNAL_END = "SELECT coalesce(max(id), 0) FROM journal"
_JOURNAL_SINCE = "SELECT DISTINCT kind FROM journal WHERE id > ?"
_WHO_IS_THERE = "SELECT count(*), max(id), max(opened_at) FROM presence"


class _File(Hearing):
    """SQLite: a number that differs after every commit of another connection, four microseconds to read.

    What was committed is asked of the journal: desks that only say they are still there make nobody read again.
    """

    def __init__(self, store: Store) -> None:
        if store.path is None:
            raise Unreachable(_GONE, field=store.shown_url)
        self._path = store.path
        self._connection = self._opened()
        self._file = self._identity()
        self._version = self._read()
        self._journal: int | None = None
        self._there: tuple[Any, ...] = ()
        self._new_kinds()

    def _opened(self) -> sqlite3.Connection:
        try:
            # Not created where somebody took the file away.
            return sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=rw", uri=True, isolation_level=None)
        except sqlite3.Error as error:
            raise Unreachable(_GONE, field=str(self._path)) from error

    def _identity(self) -> int:
        try:
            return self._path.stat().st_ino
        except OSError as error:
            raise Unreachable(_GONE, field=str(self._path)) from error

    def _read(self) -> int:
        try:
            (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        except sqlite3.Error as error:
            raise Unreachable(_GONE, field=str(self._path)) from error
        return int(version)

    def wait(self, seconds: float) -> frozenset[str] | None:
        until = time.monotonic() + seconds
        while True:
            if self._identity() != self._file:
                # A backup was put back under the same name: the old file's version says nothing any more.
                raise Unreachable("The database file was replaced.", field=str(self._path))
            version = self._read()
            if version != self._version:
                self._version = version
                kinds = self._new_kinds()
                if kinds is not None:
                    return kinds
            if time.monotonic() >= until:
                return None
            time.sleep(_LOOK_SECONDS)

    def _new_kinds(self) -> frozenset[str] | None:
        """The kinds the journal tells of since the last time, None where nothing changed that anybody shows."""
        before, there = self._journal, self._there
        try:
            (self._journal,) = self._connection.execute(_JOURNAL_END).fetchone()
            self._there = self._connection.execute(_WHO_IS_THERE).fetchone()
            if before is None or self._journal is None or self._journal < before:
                return ANYTHING
            kinds = {kind for (kind,) in self._connection.execute(_JOURNAL_SINCE, (before,))}
        except sqlite3.Error:
            # No tables yet, or somebody holds the whole file: whoever hears finds out by reading.
            self._journal = None
            return ANYTHING
        if self._there != there:
            kinds.add(PRESENCE)
        return frozenset(kinds) or None

    def close(self) -> None:
        self._connection.close()


class _Server(Hearing):
    """PostgreSQL: LISTEN on a connection outside the pool."""

    def __init__(self, store: Store) -> None:
        import psycopg

        self._broken = psycopg.Error
        self._url = store.shown_url
        arguments, options = store.engine.dialect.create_connect_args(store.url)
        # A server that vanished without a word is noticed within half a minute.
        alive: dict[str, Any] = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
        try:
            self._connection = psycopg.connect(
                *arguments, **{"connect_timeout": 10, **options, **alive}, autocommit=True
            )
            self._connection.execute(f"LISTEN {CHANNEL}")
        except psycopg.Error as error:
            raise Unreachable(_GONE, field=self._url) from error

    def wait(self, seconds: float) -> frozenset[str] | None:
        try:
            kinds = {one.payload for one in self._connection.notifies(timeout=seconds, stop_after=1)}
        except self._broken as error:
            raise Unreachable(_GONE, field=self._url) from error
        return frozenset(kinds) or None

    def close(self) -> None:
        self._connection.close()
