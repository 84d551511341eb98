"""A connection that breaks at the last word, so that nobody knows whether the order was entered (P-143)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import Connection, event, text

from fluorders_tui.app import FluordersApp
from fluorders_tui.screens.order_entry import OrderEntryScreen
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.order_list import each_order
from fluorders_tui.services.orders import open_order
from tests.faults.test_database import shop_at
from tests.ui.desk_demo import DemoSettings
from tests.ui.raw_keys import burst, until


@contextmanager
def breaking(desk: Desk, *, committed: bool) -> Iterator[list[int]]:
    """The next commit of a write loses its server process: just before it was done, or just after."""
    broken: list[int] = []

    def break_it(connection: Connection) -> None:
        if broken or connection.get_execution_options().get("sqlite_begin") != "IMMEDIATE":
            return
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        broken.append(driver.info.backend_pid)
        if committed:
            driver.commit()
            # Something to commit still, or the driver would not ask the server and hear that it has gone.
            driver.execute("SELECT 1")
        with psycopg.connect(
            desk.store.url.set(drivername="postgresql").render_as_string(hide_password=False)
        ) as other:
            other.execute("SELECT pg_terminate_backend(%s)", broken)

    event.listen(desk.store.engine, "commit", break_it)
    try:
        yield broken
    finally:
        event.remove(desk.store.engine, "commit", break_it)


@pytest.mark.parametrize("committed", [True, False])
async def test_f10_again_enters_it_once(postgres_url: str, committed: bool) -> None:
    desk = shop_at(postgres_url)
    app = FluordersApp(DemoSettings(), lambda _: desk, home=OrderEntryScreen, calm=False)
    async with app.run_test() as pilot:
        await until(lambda: app.screen._session is not None)
        await burst(pilot, "C0001{enter}A-100{enter}12{enter}A-110{enter}3")
        with breaking(desk, committed=committed) as broken:
            await burst(pilot, "{f10}")
            await until(lambda: "draft is kept" in app.screen.message_line.text, 20)
        assert broken
        assert len(list(each_order(desk))) == int(committed)
        if committed:
            # What is typed in between is not lost either: it becomes a change of the order that is there.
            await burst(pilot, "A-120{enter}2{enter}{f10}")
            assert "was entered as 2026-00001 before the connection broke" in app.screen.message_line.text
            await burst(pilot, "{f10}")
            assert "saved" in app.screen.message_line.text
        else:
            await burst(pilot, "{f10}")
            assert "2026-00001 entered" in app.screen.message_line.text
        orders = list(each_order(desk))
        assert len(orders) == 1
        items = [line.item for line in open_order(desk, orders[0].number).draft.lines]
        assert items == (["A-100", "A-110", "A-120"] if committed else ["A-100", "A-110"])
    with desk.store.read() as connection:
        assert (
            connection.execute(text("SELECT count(*) FROM journal WHERE event = 'entered' AND kind = 'order'")).scalar()
            == 1
        )
    desk.store.dispose()


async def test_f10_again_on_the_same_says_so(postgres_url: str) -> None:
    desk = shop_at(postgres_url)
    app = FluordersApp(DemoSettings(), lambda _: desk, home=OrderEntryScreen, calm=False)
    async with app.run_test() as pilot:
        await until(lambda: app.screen._session is not None)
        await burst(pilot, "C0001{enter}A-100{enter}12{enter}")
        with breaking(desk, committed=True):
            await burst(pilot, "{f10}")
            await until(lambda: "draft is kept" in app.screen.message_line.text, 20)
        await burst(pilot, "{f10}")
        assert "2026-00001 was entered already" in app.screen.message_line.text
        assert not app.screen.session.draft.lines
        assert len(list(each_order(desk))) == 1
    desk.store.dispose()
