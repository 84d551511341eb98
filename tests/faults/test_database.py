"""A database that goes away, is read-only, full, or of a newer program: a clear message, and nothing lost (U-1.6)."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from fluorders_tui.app import FluordersApp
from fluorders_tui.data.schema import create_schema
from fluorders_tui.data.store import Store
from fluorders_tui.domain.errors import Unreachable
from fluorders_tui.screens.order_entry import OrderEntryScreen
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.holding import held
from fluorders_tui.services.order_list import each_order
from fluorders_tui.services.orders import enter_order
from tests.postgres import Server
from tests.shop import draft, shop_at
from tests.ui.desk_demo import DemoSettings
from tests.ui.raw_keys import burst, until

ORDER = json.dumps({"customer": "C0001", "lines": [{"item": "A-100", "quantity": "3"}]})


@pytest.fixture
def desk(sqlite_url: str) -> Iterator[Desk]:
    made = shop_at(sqlite_url)
    yield made
    made.store.dispose()


def dump(desk: Desk) -> list[str]:
    """Everything in the database, as statements."""
    with contextlib.closing(sqlite3.connect(str(desk.store.path))) as connection:
        return list(connection.iterdump())


def fluorders(url: str, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """The command as somebody in a shell runs it."""
    command = [sys.executable, "-m", "fluorders_tui", "--database", url, "--user", "anna", *arguments]
    return subprocess.run(command, input=ORDER, capture_output=True, text=True, check=False, **options)


async def test_a_server_that_is_killed_and_comes_back(own_postgres: Server) -> None:
    import psycopg

    with psycopg.connect(own_postgres.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE shop")
    create_schema(own_postgres.url("shop"))
    desk = shop_at(own_postgres.url("shop"))
    app = FluordersApp(DemoSettings(), lambda _: desk, home=OrderEntryScreen, calm=False)
    async with app.run_test() as pilot:
        await until(lambda: app.screen._session is not None)
        await burst(pilot, "C0001{enter}A-100{enter}12{enter}A-110{enter}3")
        own_postgres.kill()
        await burst(pilot, "{f10}")
        await until(lambda: "draft is kept" in app.screen.message_line.text, 20)
        # Lookups say it too, and the typing stays where it is.
        await burst(pilot, "A-120{enter}")
        assert app.screen.field("item").text == "A-120"
        assert app.screen.message_line.kind == "error"
        own_postgres.start()
        await burst(pilot, "{f12}{f10}")
        await until(lambda: "entered: 2 lines" in app.screen.message_line.text, 20)
    assert [(row.number, row.customer) for row in each_order(desk)] == [("2026-00001", "C0001")]
    desk.store.dispose()


def test_a_read_only_file(desk: Desk) -> None:
    made = draft(desk)
    path = desk.store.path
    store = Store(f"sqlite:///file:{path}?mode=ro&uri=true")
    reader = open_desk(store, "anna", version_checked=True)
    assert list(each_order(reader)) == []
    with pytest.raises(Unreachable, match="read-only") as told:
        enter_order(reader, made)
    assert told.value.exit_code == 5
    store.dispose()
    assert list(each_order(desk)) == []


def test_a_full_disk_takes_nothing_half(desk: Desk) -> None:
    made = draft(desk, *[("A-100", 12)] * 200)

    def small(dbapi: Any, _: Any) -> None:
        pages = dbapi.execute("PRAGMA page_count").fetchone()[0]
        dbapi.execute(f"PRAGMA max_page_count = {pages}")

    store = Store(desk.store.url)
    event.listen(store.engine, "connect", small)
    full = open_desk(store, "anna")

    def fill() -> None:
        for _ in range(20):
            enter_order(full, made)

    with pytest.raises(Unreachable, match="disk of the database is full") as told:
        fill()
    assert "nothing was lost" in told.value.hint
    store.dispose()
    with desk.store.read() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        lines = connection.execute(text("SELECT count(*) FROM customer_order_line")).scalar_one()
    count = len(list(each_order(desk)))
    assert lines == 200 * count
    assert enter_order(desk, made).number == f"2026-{count + 1:05d}"


def test_a_newer_database_is_left_alone(desk: Desk) -> None:
    with desk.store.write() as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = dump(desk)
    for arguments in (("order", "new", "-"), ("orders",), ("init", "--country", "IT")):
        done = fluorders(str(desk.store.path), *arguments)
        assert done.returncode == 5, done
        assert "newer" in done.stderr.lower() or "version" in done.stderr.lower()
        assert "Traceback" not in done.stderr
    assert dump(desk) == before


@pytest.mark.parametrize("broken", ["missing folder", "no database", "no server"])
def test_the_shell_says_what_is_wrong(tmp_path: Path, broken: str) -> None:
    junk = tmp_path / "junk.db"
    junk.write_bytes(os.urandom(9000))
    url = {
        "missing folder": str(tmp_path / "none" / "x.db"),
        "no database": str(junk),
        "no server": f"postgresql://nobody@/x?host={tmp_path}",
    }[broken]
    done = fluorders(url, "order", "new", "-")
    assert (done.returncode, done.stdout) == (5, "")
    assert "Traceback" not in done.stderr
    assert len(done.stderr) > 20


async def test_a_held_order_waits_for_the_database(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    app = FluordersApp(DemoSettings(), lambda _: desk, home=OrderEntryScreen, calm=False)
    async with app.run_test() as pilot:
        await until(lambda: app.screen._session is not None)
        await burst(pilot, "C0001{enter}A-100{enter}12{enter}")
        with monkeypatch.context() as busy:
            busy.setattr("fluorders_tui.data.store._BUSY_MILLISECONDS", 50)
            desk.store.engine.dispose()
            with Store(desk.store.url).write() as session:
                session.connection().execute(text("UPDATE company SET note = 'x'"))
                await burst(pilot, "{ctrl+k}")
                await until(lambda: "busy" in app.screen.message_line.text)
                assert len(app.screen.session.draft.lines) == 1
        await burst(pilot, "{ctrl+k}")
        await until(lambda: "Put on hold" in app.screen.message_line.text)
    assert len(held(desk)) == 1
