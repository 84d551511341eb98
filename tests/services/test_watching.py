"""Other desks' changes are heard at once, those rolled back never, and after an interruption by itself (E-3.5)."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from fluorders_tui.data.change_feed import ANYTHING, announce, listen
from fluorders_tui.data.journal import Event, record
from fluorders_tui.data.schema import create_schema
from fluorders_tui.data.store import Store
from fluorders_tui.domain.errors import Unreachable
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.orders import enter_order
from fluorders_tui.services.presence import KIND, beat, leave
from fluorders_tui.services.watching import Watch
from tests.postgres import Server
from tests.shop import draft, fill_shop, shop_at

PATIENCE = 10.0


class Heard:
    """What a watch told, in order."""

    def __init__(self) -> None:
        self.told: queue.Queue[frozenset[str] | bool] = queue.Queue()

    def next(self) -> frozenset[str] | bool:
        return self.told.get(timeout=PATIENCE)

    def quiet(self, seconds: float = 0.4) -> bool:
        time.sleep(seconds)
        return self.told.empty()


@contextmanager
def watching(store: Store) -> Iterator[Heard]:
    heard = Heard()
    watch = Watch(store, heard.told.put, heard.told.put)
    watch.start()
    try:
        assert heard.next() == ANYTHING
        yield heard
    finally:
        watch.stop(wait=True)


@pytest.fixture
def desk(italian_desk: Desk) -> Desk:
    fill_shop(italian_desk)
    return italian_desk


def test_an_entered_order_is_heard_within_the_promised_time(desk: Desk) -> None:
    with watching(Store(desk.store.url)) as heard:
        enter_order(desk, draft(desk, ("A-100", 1)))
        committed = time.monotonic()
        kinds = heard.next()
        assert time.monotonic() - committed < (1.0 if desk.store.is_sqlite else 0.2)
        assert isinstance(kinds, frozenset)
        assert "order" in kinds
        assert heard.quiet()


def test_who_comes_and_goes_is_heard_but_not_that_they_are_still_there(desk: Desk) -> None:
    order = enter_order(desk, draft(desk, ("A-100", 1))).draft.id
    with watching(Store(desk.store.url)) as heard:
        beat(desk, "one", "order", order)
        assert heard.next() == {KIND}
        beat(desk, "one", "order", order)
        assert heard.quiet()
        leave(desk, "one")
        assert heard.next() == {KIND}


def test_nothing_is_heard_of_a_transaction_that_was_rolled_back(desk: Desk) -> None:
    def rolled_back() -> None:
        with desk.store.write() as session:
            announce(session.connection(), ["order"])
            raise InterruptedError

    with watching(Store(desk.store.url)) as heard:
        with pytest.raises(InterruptedError):
            rolled_back()
        assert heard.quiet()


def test_a_burst_of_changes_is_told_a_few_times(desk: Desk) -> None:
    with watching(Store(desk.store.url)) as heard:
        began = time.monotonic()
        for _ in range(30):
            with desk.store.write() as session:
                record(session, desk.now(), desk.user, [Event("order", 1, "1", "changed")])
        lasted = time.monotonic() - began
        heard.next()
        time.sleep(0.5)
        assert heard.told.qsize() <= lasted / 0.1 + 1


def test_a_server_that_was_killed_is_heard_again_when_it_is_back(own_postgres: Server) -> None:
    with psycopg.connect(own_postgres.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE shop")
    create_schema(own_postgres.url("shop"))
    desk = shop_at(own_postgres.url("shop"))
    with watching(Store(desk.store.url)) as heard:
        own_postgres.kill()
        assert heard.next() is False
        own_postgres.start()
        assert heard.next() is True
        assert heard.next() == ANYTHING
        desk.store.dispose()
        enter_order(desk, draft(desk, ("A-100", 1)))
        kinds = heard.next()
        assert isinstance(kinds, frozenset)
        assert "order" in kinds
    desk.store.dispose()


def test_a_file_that_is_taken_away_and_put_back_is_heard_again(sqlite_desk: Desk) -> None:
    path = sqlite_desk.store.path
    assert path is not None
    aside = Path(f"{path}-aside")
    with watching(Store(sqlite_desk.store.url)) as heard:
        path.rename(aside)
        assert heard.next() is False
        aside.rename(path)
        assert heard.next() is True
        assert heard.next() == ANYTHING


def test_listening_to_no_database_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreachable):
        listen(Store(f"sqlite:///{tmp_path / 'none.db'}"))
    assert not (tmp_path / "none.db").exists()


def test_a_watch_that_is_stopped_ends_its_thread(sqlite_url: str) -> None:
    before = threading.active_count()
    with watching(Store(sqlite_url)):
        assert threading.active_count() == before + 1
    assert threading.active_count() == before
