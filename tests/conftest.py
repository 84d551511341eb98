"""What every test stands on: no configuration of this machine, a clock that stands still, real databases of its own."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# Read by Textual while it is imported, so before any test module is.
os.environ["TEXTUAL_ANIMATIONS"] = "none"
os.environ["TZ"] = "UTC"

from tests.postgres import Databases, Server, Shared, locked

# Two busy cores make an example ten times slower now and then; how long one takes says nothing about the trade.
settings.register_profile("desk", deadline=None)
settings.load_profile("desk")

FIXED_NOW = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)
KEPT_VARIABLES = ("FLUORDERS_TEST_POSTGRES", "FLUORDERS_TEST_POSTGRES_FSYNC", "PGPASSFILE")
_homes = itertools.count()


def _shared_root(factory: pytest.TempPathFactory) -> Path:
    """A folder of this test run that all its workers see."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Take the shared server away when the last worker is done."""
    factory: pytest.TempPathFactory | None = getattr(session.config, "_tmp_path_factory", None)
    if factory is not None and "PYTEST_XDIST_WORKER" not in os.environ:
        Shared(_shared_root(factory)).end()


@pytest.fixture(autouse=True)
def _no_machine(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide this machine's settings, home folder and language from every test."""
    for name in list(os.environ):
        if name.startswith(("FLUORDERS_", "LC_", "PG")) and name not in KEPT_VARIABLES:
            monkeypatch.delenv(name)
    # Numbered here: `mktemp` reads the whole folder for each of thousands of tests.
    home = tmp_path_factory.getbasetemp() / "homes" / str(next(_homes))
    home.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    for variable, folder in {
        "XDG_CONFIG_HOME": ".config",
        "XDG_DATA_HOME": ".local/share",
        "XDG_STATE_HOME": ".local/state",
        "XDG_CACHE_HOME": ".cache",
        "XDG_CONFIG_DIRS": "etc-xdg",
    }.items():
        monkeypatch.setenv(variable, str(home / folder))
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture(autouse=True)
def _no_blink(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep cursors still, so that what is on screen depends on the keys alone."""
    if "textual.widgets._input" in sys.modules:
        monkeypatch.setattr("textual.widgets._input.Input._toggle_cursor", lambda self: None)


class FixedClock:
    """A clock that moves only when told (E-2.3); calling it gives the time in UTC."""

    def __init__(self, now: dt.datetime = FIXED_NOW) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now

    def advance(self, **step: float) -> None:
        """Move by `datetime.timedelta(**step)`, backwards with negative values."""
        self.now += dt.timedelta(**step)


@pytest.fixture
def clock() -> FixedClock:
    """Tuesday, 24 November 2026, 9:30 UTC."""
    return FixedClock()


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = _shared_root(tmp_path_factory)
    template = root / "template.db"
    with locked(root / "template.lock"):
        if not template.exists():
            from fluorders_tui.data.schema import create_schema

            building = root / "template-building.db"
            building.unlink(missing_ok=True)
            create_schema(f"sqlite:///{building}")
            connection = sqlite3.connect(building)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
            building.rename(template)
    return template


def _start(url: str) -> None:
    """The fast start that most tests begin with: made once, then copied."""
    from fluorders_tui.data.store import Store
    from fluorders_tui.services.fast_start import fast_start

    store = Store(url)
    fast_start(store, country="IT", company="Prova Srl", user="anna", clock=FixedClock())
    store.dispose()


@pytest.fixture(scope="session")
def _started_template(tmp_path_factory: pytest.TempPathFactory, _sqlite_template: Path) -> Path:
    root = _shared_root(tmp_path_factory)
    template = root / "started.db"
    with locked(root / "started.lock"):
        if not template.exists():
            building = root / "started-building.db"
            shutil.copyfile(_sqlite_template, building)
            _start(f"sqlite:///{building}")
            connection = sqlite3.connect(building)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
            building.rename(template)
    return template


@pytest.fixture
def new_sqlite(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., str]:
    """Make SQLite databases: `new_sqlite()` has the schema, with `started` also Italy's fast start (anna's, Prova Srl).

    `new_sqlite(schema=False)` is a path without a file.
    """
    made = 0

    def make(*, schema: bool = True, started: bool = False) -> str:
        nonlocal made
        made += 1
        path = tmp_path / f"orders-{made}.db"
        if schema:
            shutil.copyfile(request.getfixturevalue("_started_template" if started else "_sqlite_template"), path)
        return f"sqlite:///{path}"

    return make


@pytest.fixture(scope="session")
def _postgres(tmp_path_factory: pytest.TempPathFactory) -> Databases:
    return Shared(_shared_root(tmp_path_factory)).databases(_start)


@pytest.fixture
def new_postgres(request: pytest.FixtureRequest) -> Iterator[Callable[..., str]]:
    """Make PostgreSQL databases: `new_postgres()` has the schema, with `started` also the fast start of `new_sqlite`.

    `new_postgres(schema=False)` is empty.
    """
    databases: Databases = request.getfixturevalue("_postgres")
    made: list[str] = []

    def make(*, schema: bool = True, started: bool = False) -> str:
        made.append(databases.create(schema=schema, started=started))
        return made[-1]

    yield make
    for url in made:
        databases.drop(url)


@pytest.fixture
def sqlite_url(new_sqlite: Callable[..., str]) -> str:
    """A fresh SQLite database with the schema in place."""
    return new_sqlite()


@pytest.fixture
def postgres_url(new_postgres: Callable[..., str]) -> str:
    """A fresh PostgreSQL database with the schema in place."""
    return new_postgres()


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest) -> Callable[..., str]:
    """`new_sqlite`, then `new_postgres`: the test runs once on each."""
    make: Callable[..., str] = request.getfixturevalue("new_sqlite" if request.param == "sqlite" else "new_postgres")
    return make


@pytest.fixture
def database_url(new_database: Callable[..., str]) -> str:
    """A fresh database with the schema in place: once SQLite, once PostgreSQL (E-3.2)."""
    return new_database()


@pytest.fixture
def empty_database_url(new_database: Callable[..., str]) -> str:
    """A database without the desk's tables: once SQLite, once PostgreSQL."""
    return new_database(schema=False)


@pytest.fixture
def own_postgres() -> Iterator[Server]:
    """A running server of this test alone, to stop, kill and start again."""
    server = Server.create(durable=True)
    yield server
    server.remove()
