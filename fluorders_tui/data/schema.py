"""Creating and migrating the schema. Alembic is imported only when there is something to do (E-2.2)."""

from __future__ import annotations

import datetime as dt
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from fluorders_tui.data.logins import in_use
from fluorders_tui.data.store import Store
from fluorders_tui.domain.errors import Unreachable

if TYPE_CHECKING:
    from sqlalchemy import Connection

#: The newest revision in `migrations/versions`; a test holds it against the files.
HEAD = "0015"

MIGRATIONS = Path(__file__).parent / "migrations"


def schema_version(connection: Connection) -> str | None:
    """The revision a database stands at, None for one without tables of the desk."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def check_version(store: Store) -> None:
    """Refuse a database that is missing, empty, older or newer than this program; raises `Unreachable`."""
    if store.path is not None and not store.path.exists():
        # Connecting would leave an empty file behind.
        raise Unreachable("There is no database yet.", field=store.shown_url, hint="Run `fluorders init`.")
    with store.read() as connection:
        version = schema_version(connection)
    if version is None:
        raise Unreachable(
            "The database has no tables of the desk yet.", field=store.shown_url, hint="Run `fluorders init`."
        )
    if version > HEAD:
        raise Unreachable(
            f"The database is newer ({version}) than this program ({HEAD}).",
            field=store.shown_url,
            hint="Update the program.",
        )
    if version < HEAD:
        raise Unreachable(
            f"The database is of an older version ({version}; this program needs {HEAD}).",
            field=store.shown_url,
            hint="Run `fluorders init`: it makes a backup and migrates.",
        )


def create_schema(url: str) -> None:
    """Bring the database at `url` to `HEAD`, from nothing or from an older version."""
    store = Store(url)
    try:
        migrate(store)
    finally:
        store.dispose()


def migrate(store: Store) -> str | None:
    """Bring a database to `HEAD`; an older SQLite file is backed up beside itself first.

    Returns the version it had before. Raises `Unreachable` for a newer database.
    """
    if store.path is not None:
        _prepare_sqlite(store)
    with store.read() as connection:
        before = schema_version(connection)
    if before == HEAD:
        return before
    if before is not None and before > HEAD:
        check_version(store)
    if before is not None and store.path is not None:
        _backup(store.path)
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with store.write() as session:
        config.attributes["connection"] = session.connection()
        command.upgrade(config, "head")
        if in_use(session.connection()):
            from fluorders_tui.data.database_roles import prepare

            prepare(session.connection())
    return before


def _prepare_sqlite(store: Store) -> None:
    """Create the folder and switch the file to write-ahead logging, which it remembers."""
    path = store.path
    assert path is not None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=5)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        finally:
            connection.close()
    except (OSError, sqlite3.Error) as error:
        raise Unreachable(
            f"The database file can't be opened: {error}", field=str(path), hint="May you write in its folder?"
        ) from error


def _backup(path: Path) -> None:
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%d-%H%M%S")
    target = path.with_name(f"{path.name}.before-{HEAD}-{stamp}")
    source, copy = sqlite3.connect(path), sqlite3.connect(target)
    try:
        source.backup(copy)
    finally:
        copy.close()
        source.close()
