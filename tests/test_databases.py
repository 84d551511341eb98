"""The databases that the other tests stand on are real, apart from each other, and never silently missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, inspect

from fluorders_tui.data.store import Store
from tests import postgres
from tests.postgres import NoPostgres, Server, find_binaries


def _tables(url: str) -> set[str]:
    store = Store(url)
    try:
        return set(inspect(store.engine).get_table_names())
    finally:
        store.dispose()


def test_a_database_has_the_schema_and_an_empty_one_has_not(new_database: Callable[..., str]) -> None:
    assert "alembic_version" in _tables(new_database())
    assert _tables(new_database(schema=False)) == set()


def test_databases_are_apart(new_database: Callable[..., str]) -> None:
    first, second = new_database(), new_database()
    engine = create_engine(Store(first).engine.url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE only_here (id INTEGER)")
    engine.dispose()
    assert "only_here" in _tables(first)
    assert "only_here" not in _tables(second) | _tables(new_database())


def test_a_killed_server_comes_back_with_what_was_committed(own_postgres: Server) -> None:
    url = own_postgres.url("postgres")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept (id INTEGER)")
    own_postgres.kill()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    own_postgres.start()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_without_any_server_the_tests_fail_and_say_what_was_tried(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stub = tmp_path / "bin"
    stub.mkdir()
    for name in ("initdb", "pg_ctl", "postgres"):
        (stub / name).write_text("#!/bin/sh\nexit 3\n")
        (stub / name).chmod(0o755)
    monkeypatch.setattr(postgres, "candidates", lambda: [stub, tmp_path / "nowhere"])
    with pytest.raises(NoPostgres, match="FLUORDERS_TEST_POSTGRES") as told:
        find_binaries(tmp_path)
    assert str(stub) in str(told.value)
    assert "nowhere: initdb, pg_ctl or postgres is missing" in str(told.value)
