"""The database: one engine for SQLite or PostgreSQL, and the two ways in: `read` and `write`.

Every writing transaction on SQLite begins IMMEDIATE: the default driver mode lost most of the
read-then-write updates of several desks without an error (design, E-2). Whatever the driver raises
about the database itself becomes `Unreachable` with a message a person can act on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DatabaseError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from fluorders_tui.domain.errors import Conflict, NotAllowed, Unreachable

__all__ = ["Connection", "IntegrityError", "Session", "Store", "database_url"]

_BUSY_MILLISECONDS = 5000


def database_url(text: str) -> URL:
    """The URL of a database given as URL or as a plain path of an SQLite file.

    Raises `Unreachable` where it is neither SQLite nor PostgreSQL.
    """
    if "://" not in text:
        return URL.create("sqlite", database=str(Path(text).expanduser()))
    try:
        url = make_url(text)
    except Exception as error:
        raise Unreachable("The database URL can't be read.", field="database") from error
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise Unreachable(
            f"Databases of kind {url.get_backend_name()!r} are not supported.",
            field="database",
            hint="Use sqlite:///FILE or postgresql://HOST/NAME.",
        )
    return url


class Store:
    """One database. Connections are pooled and safe to use from several threads."""

    def __init__(self, url: str | URL) -> None:
        self.url = database_url(url) if isinstance(url, str) else url
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(self.url) if self.is_sqlite else _postgresql_engine(self.url)
        self._writer = self.engine.execution_options(sqlite_begin="IMMEDIATE")

    @property
    def path(self) -> Path | None:
        """The file of an SQLite database."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    @property
    def shown_url(self) -> str:
        """The URL without its password (E-2.4)."""
        return self.url.render_as_string(hide_password=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection in one reading transaction. Raises `Unreachable`."""
        with self._told(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction: all of it is stored when the block ends, nothing when it raises.

        Raises `Conflict` when a row was changed by somebody else since it was read (D-12.7), and
        `Unreachable`.
        """
        import_module("fluorders_tui.data.tables.everything")
        with self._told(), Session(self._writer, expire_on_commit=False) as session:
            try:
                with session.begin():
                    yield session
            except StaleDataError as error:
                raise Conflict(
                    "Somebody else changed this in the meantime.", rule="D-12.7", hint="Load it again and repeat."
                ) from error

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (OperationalError, InterfaceError) as error:
            raise _unreachable(error, self.shown_url) from error
        except IntegrityError:
            raise
        except DatabaseError as error:
            if getattr(error.orig, "sqlstate", "") == _NOT_ALLOWED:
                raise _refused_there(error) from error
            if _cause(str(error.orig)):
                raise _unreachable(error, self.shown_url) from error
            raise


def _sqlite_engine(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": _BUSY_MILLISECONDS / 1000})

    @event.listens_for(engine, "connect")
    def _connected(dbapi: Any, _record: Any) -> None:
        dbapi.isolation_level = None
        for pragma in (
            "foreign_keys=ON",
            f"busy_timeout={_BUSY_MILLISECONDS}",
            "synchronous=FULL",
            "cache_size=-16000",
        ):
            dbapi.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


def _postgresql_engine(url: URL) -> Engine:
    # psycopg's automatic prepare turns a fragment search from 0.8 to 276 ms after five runs.
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        pool_size=5,
        connect_args={"prepare_threshold": None, "connect_timeout": 10},
    )


_READ_ONLY = ("The database is read-only for this user.", "Ask for the right to write to it.")
_FULL = ("The disk of the database is full.", "Free some room and repeat: nothing was lost.")
_BUSY = ("The database is busy: another program holds it.", "Repeat in a moment.")
_CLOSED = ("The database file can't be opened.", "Does the folder exist, and may you write there?")
_DAMAGED = ("The file is not a database of the desk, or it is damaged.", "Restore the last backup.")
_LOGIN = ("The database server refused the login.", "Check the user and the password file.")
_MISSING = ("The server has no such database.", "Create it with `createdb`, then run `fluorders init`.")
_EMPTY = ("The database has no tables of the desk yet.", "Run `fluorders init`.")
_CAUSES = (
    (r"readonly|read-only|permission denied", _READ_ONLY),
    (r"disk is full|no space left|could not extend", _FULL),
    (r"database (table )?is locked", _BUSY),
    (r"unable to open|could not open", _CLOSED),
    (r"not a database|malformed", _DAMAGED),
    (r"password|authentication failed|role \".*\" does not exist", _LOGIN),
    (r"database \".*\" does not exist", _MISSING),
    (r"no such table|relation \".*\" does not exist", _EMPTY),
)


#: PostgreSQL's word for what a role may not do: a person's own login (P-184).
_NOT_ALLOWED = "42501"


def _refused_there(error: DatabaseError) -> NotAllowed:
    told = str(error.orig).strip().splitlines()[0].removeprefix("permission denied: ")
    return NotAllowed(f"The database refuses this: {told}.", rule="P-184", hint="It is for another role than yours.")


def _cause(told: str) -> tuple[str, str] | None:
    return next((cause for pattern, cause in _CAUSES if re.search(pattern, told, re.IGNORECASE)), None)


def _unreachable(error: Exception, url: str) -> Unreachable:
    told = str(getattr(error, "orig", None) or error).strip()
    if cause := _cause(told):
        return Unreachable(cause[0], field=url, hint=cause[1])
    first = told.splitlines()[0] if told else type(error).__name__
    return Unreachable(f"The database can't be reached: {first}", field=url, hint="Is the server running?")
