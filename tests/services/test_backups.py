"""Backups of real databases: complete or not at all, and nothing is touched by a bad one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from fluorders_tui.data import backup_files
from fluorders_tui.data.schema import HEAD
from fluorders_tui.data.store import Store
from fluorders_tui.domain.errors import Refused, Unreachable, Unreadable
from fluorders_tui.services.backups import back_up, examine, restore
from tests import postgres
from tests.conftest import FixedClock


def _names(store: Store) -> list[str]:
    with store.read() as connection:
        return list(connection.execute(text("SELECT name FROM country ORDER BY code")).scalars())


def _add(store: Store, code: str) -> None:
    with store.write() as session:
        session.connection().execute(
            text(
                "INSERT INTO country (version, code, name, active, search_text, european_union)"
                " VALUES (1, :code, :code, true, '', false)"
            ),
            {"code": code},
        )


@pytest.fixture
def _tools(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """PostgreSQL's tools from the same place as the tests' server, where they are not installed."""
    try:
        backup_files._tool("pg_restore")
    except Unreadable:
        folder = postgres.find_binaries(tmp_path)
        monkeypatch.setattr(backup_files, "_tool", lambda name: str(folder / name))


@pytest.mark.usefixtures("_tools")
def test_a_restored_backup_is_the_database_as_it_was(database_url: str, tmp_path: Path, clock: FixedClock) -> None:
    store = Store(database_url)
    _add(store, "IT")
    done = back_up(store, tmp_path / "orders.backup")
    assert done.version == HEAD
    assert done.size > 1000
    _add(store, "DE")
    told = restore(store, done.path, clock)
    assert told.version == HEAD
    assert not told.needs_migration
    assert _names(store) == ["IT"]
    _add(store, "FR")
    assert told.kept is not None
    assert "before-restore-20261124-093000" in told.kept.name
    restore(store, told.kept, clock)
    assert _names(store) == ["DE", "IT"]
    assert not list(tmp_path.glob(".*"))
    store.dispose()


@pytest.mark.usefixtures("_tools")
def test_a_damaged_backup_is_refused_and_changes_nothing(database_url: str, tmp_path: Path) -> None:
    store = Store(database_url)
    _add(store, "IT")
    backup = back_up(store, tmp_path / "orders.backup").path
    _add(store, "DE")
    whole = backup.read_bytes()
    middle = len(whole) // 2
    for damaged in (whole[:middle], whole[: middle - 4096] + b"\xa5" * 8192 + whole[middle + 4096 :], b"", b"hello"):
        backup.write_bytes(damaged)
        with pytest.raises((Unreadable, Unreachable)):
            restore(store, backup)
    assert _names(store) == ["DE", "IT"]
    assert not list(tmp_path.glob("*before-restore*"))
    store.dispose()


def test_a_backup_is_never_overwritten_unasked_nor_is_it_the_database(sqlite_url: str, tmp_path: Path) -> None:
    store = Store(sqlite_url)
    target = tmp_path / "kept.backup"
    target.write_text("precious")
    with pytest.raises(Refused, match="--force"):
        back_up(store, target)
    assert target.read_text() == "precious"
    assert back_up(store, target, overwrite=True).version == HEAD
    assert store.path is not None
    for act in (
        lambda: back_up(store, store.path or target, overwrite=True),
        lambda: restore(store, store.path or target),
    ):
        with pytest.raises(Refused, match="itself"):
            act()
    with pytest.raises(Unreadable, match="no such folder"):
        back_up(store, tmp_path / "nowhere" / "x")
    with pytest.raises(Unreadable, match="folder"):
        back_up(store, tmp_path, overwrite=True)


def test_a_backup_of_a_newer_program_or_of_something_else_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    store = Store(sqlite_url)
    backup = back_up(store, tmp_path / "b").path
    with sqlite3.connect(backup) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Unreachable, match="newer"):
        restore(store, backup)
    with sqlite3.connect(backup) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    assert examine(store, backup).version == "0001"
    with sqlite3.connect(backup) as connection:
        connection.execute("DROP TABLE alembic_version")
    with pytest.raises(Unreadable, match="not one of the desk"):
        restore(store, backup)
    (tmp_path / "pg").write_bytes(b"PGDMP\x01\x0e")
    with pytest.raises(Unreadable, match="SQLite"):
        restore(store, tmp_path / "pg")


def test_a_restore_reaches_those_who_have_the_database_open(sqlite_url: str, tmp_path: Path) -> None:
    store, other = Store(sqlite_url), Store(sqlite_url)
    backup = back_up(store, tmp_path / "b").path
    _add(other, "IT")
    restore(store, backup)
    assert _names(other) == []
    _add(other, "DE")
    assert _names(store) == ["DE"]
    assert store.path is not None
    with sqlite3.connect(store.path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_database_too_damaged_to_copy_is_moved_aside(sqlite_url: str, tmp_path: Path) -> None:
    store = Store(sqlite_url)
    _add(store, "IT")
    backup = back_up(store, tmp_path / "b").path
    store.dispose()
    assert store.path is not None
    store.path.write_bytes(b"\0" * 50_000)
    told = restore(store, backup)
    assert _names(store) == ["IT"]
    assert told.kept is not None
    assert told.kept.read_bytes()[:100] == b"\0" * 100


def test_a_backup_is_restored_where_there_was_no_database(new_sqlite: Callable[..., str], tmp_path: Path) -> None:
    store, empty = Store(new_sqlite()), Store(f"sqlite:///{tmp_path}/new/orders.db")
    _add(store, "IT")
    assert restore(empty, back_up(store, tmp_path / "b").path).kept is None
    assert _names(empty) == ["IT"]
    with pytest.raises(Unreachable):
        back_up(Store(f"sqlite:///{tmp_path}/nothing.db"), tmp_path / "c")


def test_without_postgresqls_tools_the_missing_one_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(backup_files.Path, "glob", lambda self, pattern: iter(()))
    with pytest.raises(Unreadable, match="pg_dump is not installed"):
        back_up(Store("postgresql://nobody@127.0.0.1:1/none"), tmp_path / "b")
    assert not (tmp_path / "b").exists()
