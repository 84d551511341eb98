"""Backups of the database, made and restored while the desk may be open elsewhere (E-2.2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fluorders_tui.data import backup_files as files
from fluorders_tui.data.schema import HEAD
from fluorders_tui.data.store import Store
from fluorders_tui.domain.errors import Refused, Unreachable, Unreadable
from fluorders_tui.services.desk import utc_now


@dataclass(frozen=True, slots=True)
class Backup:
    """A file with a whole database: its schema version and its size in bytes."""

    path: Path
    version: str
    size: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: the version now in place, and the file with the database as it was, None without one."""

    version: str
    kept: Path | None

    @property
    def needs_migration(self) -> bool:
        """Whether `fluorders init` has to bring the database to this program's version."""
        return self.version < HEAD


def back_up(store: Store, target: Path, *, overwrite: bool = False) -> Backup:
    """Copy the database into `target`, complete or not at all, and check the copy.

    Raises `Refused` when the file is there already and may not be overwritten, or is the database itself,
    `Unreadable` where it can't be written or a tool is missing, `Unreachable`.
    """
    target = target.expanduser().absolute()
    if store.path is not None and target.exists() and store.path.exists() and target.samefile(store.path):
        raise Refused("This is the database itself.", field=str(target), hint="Name another file.")
    if target.exists() and not overwrite:
        raise Refused("The file is there already.", field=str(target), hint="Name another one, or add --force.")
    if target.is_dir():
        raise Unreadable("This is a folder.", field=str(target), hint="Name a file in it.")
    if not target.parent.is_dir():
        raise Unreadable("There is no such folder.", field=str(target.parent))
    if store.path is None:
        files.dump_postgresql(store, target)
        version = files.version_of_dump(store, target)
    else:
        if not store.path.exists():
            raise Unreachable("There is no database here.", field=str(store.path), hint="Run `fluorders init`.")
        files.copy_sqlite(store.path, target)
        version = files.version_of_sqlite(target)
    return Backup(target, version, target.stat().st_size)


def examine(store: Store, source: Path) -> Backup:
    """A backup that can be restored here: whole, of the right kind and not of a newer program.

    Raises `Unreadable` for a damaged or foreign file, `Unreachable` for one of a newer version.
    """
    source = source.expanduser().absolute()
    kind, wanted = files.kind_of(source), "sqlite" if store.path is not None else "postgresql"
    if kind != wanted:
        raise Unreadable(
            f"The backup is of {_NAMES[kind]}, the database is {_NAMES[wanted]}.",
            field=str(source),
            hint="Name the database with --database.",
        )
    if store.path is not None and store.path.exists() and source.samefile(store.path):
        raise Refused("This is the database itself.", field=str(source), hint="Name the backup.")
    version = files.version_of_sqlite(source) if kind == "sqlite" else files.version_of_dump(store, source)
    files.check_version_known(version, source)
    return Backup(source, version, source.stat().st_size)


_NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def restore(store: Store, source: Path, clock: Callable[[], dt.datetime] = utc_now) -> Restored:
    """Put a backup in place of the database; what was there stays in a file beside it.

    The backup is examined first and nothing is touched unless it is whole. Raises as `examine`, and `Unreachable`
    when the database is busy, read-only or out of room.
    """
    backup = examine(store, source)
    store.dispose()
    stamp = f"before-restore-{clock():%Y%m%d-%H%M%S}"
    if store.path is not None:
        kept = _free(store.path.with_name(f"{store.path.name}.{stamp}"))
        had = files.restore_sqlite(backup.path, store.path, kept)
    else:
        kept = _free(backup.path.with_name(f"{store.url.database}.{stamp}"))
        had = files.restore_postgresql(store, backup.path, kept)
    return Restored(backup.version, kept if had else None)


def _free(path: Path) -> Path:
    number = 1
    free = path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}-{number}")
    return free
