"""Copying a database into a file and back, while others work on it.

SQLite's own online copy takes a consistent state and, on the way back, replaces the content in one transaction;
PostgreSQL's tools do the same for a server. A file takes its name only when it is complete.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from fluorders_tui.data.schema import HEAD
from fluorders_tui.data.store import Store
from fluorders_tui.domain.errors import DeskError, Refused, Unreachable, Unreadable

_SQLITE = b"SQLite format 3\x00"
_POSTGRESQL = b"PGDMP"
_BUSY_SECONDS = 5
_SIDE_FILES = ("", "-wal", "-shm")


@contextlib.contextmanager
def _new_file(target: Path) -> Iterator[Path]:
    """A file beside `target` that becomes it at the end, and goes away after any error."""
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise Unreadable(f"No file can be written there: {error.strerror}.", field=str(target)) from None
    os.close(handle)
    new = Path(name)
    try:
        yield new
        with new.open("rb+") as file:
            os.fsync(file.fileno())
        new.replace(target)
    except OSError as error:
        raise Unreadable(f"The file can't be written: {error.strerror or error}.", field=str(target)) from None
    finally:
        for side in _SIDE_FILES:
            Path(f"{name}{side}").unlink(missing_ok=True)


def _failed(error: sqlite3.Error, place: Path) -> DeskError:
    told = str(error)
    if "locked" in told or "busy" in told:
        return Unreachable(
            "The database is busy: another program holds it.", field=str(place), hint="Repeat in a moment."
        )
    if "full" in told:
        return Unreachable(
            "The disk is full.", field=str(place), hint="Free some room and repeat: nothing was changed."
        )
    if "readonly" in told or "unable to open" in told:
        return Unreachable("The file can't be opened for writing.", field=str(place), hint="May you write there?")
    return Unreadable(f"The file is damaged: {told}.", field=str(place))


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database as it stands now into one file of its own, and read the copy through once.

    Raises `Unreadable` for a damaged source or a place that can't be written, `Unreachable` for a busy one.
    """
    with _new_file(target) as new:
        try:
            _copy(source, new)
            with contextlib.closing(sqlite3.connect(new)) as copy:
                copy.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.Error as error:
            raise _failed(error, source) from None
        version_of_sqlite(new, called=source)


def _copy(source: Path, target: Path) -> None:
    with (
        contextlib.closing(sqlite3.connect(source, timeout=_BUSY_SECONDS)) as old,
        contextlib.closing(sqlite3.connect(target, timeout=_BUSY_SECONDS)) as new,
    ):
        new.execute("PRAGMA synchronous=FULL")
        old.backup(new)


def version_of_sqlite(path: Path, *, called: Path | None = None) -> str:
    """The schema version of a database file that is whole; every page is read. Raises `Unreadable`."""
    name = str(called or path)
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=_BUSY_SECONDS)) as connection:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
            if found != ["ok"]:
                raise Unreadable(f"The file is damaged: {found[0].splitlines()[-1]}.", field=name)
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        if "no such table" in str(error):
            row = None
        else:
            raise Unreadable(f"The file is damaged or no database: {error}.", field=name) from None
    if row is None:
        raise Unreadable("This is a database, but not one of the desk.", field=name)
    return str(row[0])


def check_version_known(version: str, place: Path) -> None:
    """Refuse a backup of a newer program; an older one is migrated by `fluorders init` afterwards."""
    if version > HEAD:
        raise Unreachable(
            f"The backup is of a newer version ({version}) than this program ({HEAD}).",
            field=str(place),
            hint="Update the program first.",
        )


def kind_of(path: Path) -> str:
    """`sqlite` or `postgresql`, by how the file begins. Raises `Unreadable` for anything else."""
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError as error:
        raise Unreadable(f"The file can't be read: {error.strerror}.", field=str(path)) from None
    if start.startswith(_SQLITE):
        return "sqlite"
    if start.startswith(_POSTGRESQL):
        return "postgresql"
    raise Unreadable("This is no backup of the desk, or it is damaged.", field=str(path))


def restore_sqlite(backup: Path, target: Path, kept: Path) -> bool:
    """Put the content of `backup` in place of `target`, whose state goes to `kept`; whether there was one.

    A database that others have open is changed under them in one transaction; one that is too damaged to be copied
    is moved aside with its log.
    """
    if not target.exists():
        _put(backup, target)
        return False
    try:
        copy_sqlite(target, kept)
    except Unreadable:
        for side in _SIDE_FILES:
            with contextlib.suppress(FileNotFoundError):
                Path(f"{target}{side}").rename(f"{kept}{side}")
        _put(backup, target)
        return True
    try:
        _copy(backup, target)
    except sqlite3.Error as error:
        raise _failed(error, target) from None
    return True


def _put(backup: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with _new_file(target) as new:
        try:
            _copy(backup, new)
        except sqlite3.Error as error:
            raise _failed(error, target) from None
    with contextlib.closing(sqlite3.connect(target)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")


def _tool(name: str) -> str:
    """The path of one of PostgreSQL's own programs. Raises `Unreadable` naming what to install."""
    installed = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]), reverse=True
    )
    found = str(installed[0]) if installed else shutil.which(name)
    if found is None:
        raise Unreadable(
            f"The program {name} is not installed here; PostgreSQL's own tools make and restore its backups.",
            field=name,
            hint="Install PostgreSQL's client programs (package postgresql-client), at least of the server's version.",
        )
    return found


def _run(store: Store, tool: str, *arguments: str, connected: bool = True) -> str:
    """Run one of the tools on the database of `store`; the password goes through the environment (E-2.4)."""
    environment = dict(os.environ)
    command = [_tool(tool), *arguments]
    if connected:
        url = store.url.set(drivername="postgresql")
        if url.password:
            environment["PGPASSWORD"] = str(url.password)
            url = url.set(password=None)
        command.append(f"--dbname={url.render_as_string(hide_password=False)}")
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        told = [line for line in done.stderr.splitlines() if line.strip()] or [f"{tool} gave up"]
        raise Unreachable(told[0].removeprefix(f"{tool}: ").removeprefix("error: "), field=store.shown_url)
    return done.stdout


def dump_postgresql(store: Store, target: Path) -> None:
    """Write the whole database into one file of PostgreSQL's own form. Raises `Unreadable`, `Unreachable`."""
    _tool("pg_dump")
    with _new_file(target) as new:
        _run(store, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={new}")


def version_of_dump(store: Store, path: Path) -> str:
    """The schema version inside a dump whose contents can be listed. Raises `Unreadable` for a damaged one."""
    try:
        # Written out to nowhere, every block of it is read and unpacked.
        _run(store, "pg_restore", f"--file={os.devnull}", str(path), connected=False)
        arguments = ("--data-only", "--table=alembic_version", "--file=-", str(path))
        told = _run(store, "pg_restore", *arguments, connected=False)
    except Unreachable as error:
        raise Unreadable(f"The file is damaged: {error.message}", field=str(path)) from None
    found = re.search(r"(?m)^COPY \S*alembic_version .*;\n(\S+)$", told)
    if found is None:
        raise Unreadable("This is a dump of PostgreSQL, but not of the desk.", field=str(path))
    return found[1]


def restore_postgresql(store: Store, backup: Path, kept: Path) -> bool:
    """Put a dump in place of the database's content in one transaction; the state before goes to `kept`."""
    if not store.url.database:
        raise Refused("The address names no database.", field=store.shown_url)
    dump_postgresql(store, kept)
    _run(
        store, "pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction",
        "--exit-on-error", str(backup),
    )  # fmt: skip
    return True
