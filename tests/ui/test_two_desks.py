"""Two desks on one order: who is there, what they saved, and both brought together, by raw keys (D-12.7, 12.7b)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from fluorders_tui.app import FluordersApp
from fluorders_tui.data.store import Store
from fluorders_tui.screens.order_entry import OrderEntryScreen
from fluorders_tui.screens.order_merge import OrderMergeScreen
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.fast_start import fast_start
from fluorders_tui.services.orders import enter_order, open_order
from fluorders_tui.services.presence import beat, present
from tests.conftest import FixedClock
from tests.shop import draft, fill_shop
from tests.ui.desk_demo import DemoSettings
from tests.ui.raw_keys import burst, settled, until


@pytest.fixture
def desks(database_url: str, clock: FixedClock) -> Iterator[tuple[Desk, Desk]]:
    """Anna's and Bruno's desk, each with a connection of its own, on SQLite and on PostgreSQL."""
    stores = Store(database_url), Store(database_url)
    fast_start(stores[0], country="IT", company="Prova Srl", user="anna", clock=clock)
    anna = open_desk(stores[0], "anna", clock=clock)
    fill_shop(anna)
    yield anna, replace(open_desk(stores[1], "anna", clock=clock), user="bruno")
    for store in stores:
        store.dispose()


@asynccontextmanager
async def typing_at(desk: Desk, number: str, size: tuple[int, int] = (100, 30)) -> AsyncIterator[Pilot[Any]]:
    app = FluordersApp(DemoSettings(), lambda _: desk, home=lambda: OrderEntryScreen(number=number), calm=False)
    async with app.run_test(size=size) as pilot:
        await until(lambda: app.screen._session is not None)
        await settled(app)
        yield pilot
    app.close_threads()


def title(pilot: Pilot[Any]) -> str:
    return str(pilot.app.screen.title_bar.left)


def message(pilot: Pilot[Any]) -> str:
    return str(pilot.app.screen.message_line.text)


def on_screen(pilot: Pilot[Any]) -> list[tuple[str, ...]]:
    screen = pilot.app.screen
    assert isinstance(screen, OrderMergeScreen)
    return [row.cells for row in screen.table.source.rows(0, 99) if row is not None]


def refind(pilot: Pilot[Any]) -> OrderEntryScreen:
    screen = pilot.app.screen
    assert isinstance(screen, OrderEntryScreen)
    return screen


async def test_each_sees_the_other_and_what_they_save(desks: tuple[Desk, Desk]) -> None:
    anna, bruno = desks
    number = enter_order(anna, draft(anna, ("A-100", 12), ("A-110", 5))).number
    row = open_order(anna, number).draft.id
    async with typing_at(anna, number) as here:
        await until(lambda: present(bruno, "order", row))
        async with typing_at(bruno, number) as there:
            await until(lambda: "also anna" in title(there))
            await until(lambda: "also bruno" in title(here), 20)
            # Bruno saves; on Anna's screen, where nothing was typed, the order becomes what it is.
            await burst(there, "A-120{enter}4{enter}{f10}")
            await until(lambda: len(refind(here).session.draft.lines) == 3, 20)
            assert "bruno saved this order at 10:30" in message(here)
        await until(lambda: "also" not in title(here), 20)


async def test_both_type_and_both_are_kept(desks: tuple[Desk, Desk]) -> None:
    anna, bruno = desks
    number = enter_order(anna, draft(anna, ("A-100", 12), ("A-110", 5), ("A-120", 3))).number
    async with typing_at(anna, number) as here, typing_at(bruno, number, (80, 24)) as there:
        # Anna: reference, the first line's quantity, a new line. Bruno: reference, the second line's quantity.
        refind(here).field("reference").focus()
        await burst(here, "ANNA{enter}")
        await burst(here, "B-900{enter}2{enter}")
        refind(there).field("reference").focus()
        await burst(there, "BRUNO{enter}")
        refind(there).lines_table.cursor = 1
        refind(there).field("item").focus()
        await burst(there, "{f2}7{enter}{f10}")
        assert "saved" in message(there)
        await until(lambda: "bruno saved this order" in message(here), 20)
        assert "F10 shows both" in message(here)
        # Typed ahead: F10 shows both, F10 again wants a choice for the reference.
        await burst(here, "{f10}{f10}")
        assert isinstance(here.app.screen, OrderMergeScreen)
        assert "both of you changed it" in message(here)
        rows = on_screen(here)
        assert ("Header", "reference", "nothing", "BRUNO", "ANNA", "?") in rows
        assert any(row[:2] == ("Line 2 A-110", "quantity") and row[3:] == ("7", "–", "theirs") for row in rows)
        await burst(here, "m{f10}")
        assert isinstance(here.app.screen, OrderEntryScreen)
        assert "saved" in message(here)
        stored = open_order(anna, number).draft
        assert stored.reference == "ANNA"
        assert [(line.item, int(line.quantity)) for line in stored.lines] == [
            ("A-100", 12), ("A-110", 7), ("A-120", 3), ("B-900", 2),
        ]  # fmt: skip


async def test_giving_up_keeps_what_was_typed(desks: tuple[Desk, Desk]) -> None:
    anna, bruno = desks
    number = enter_order(anna, draft(anna)).number
    async with typing_at(anna, number) as here:
        refind(here).field("reference").focus()
        await burst(here, "ANNA{enter}")
        async with typing_at(bruno, number) as there:
            refind(there).field("reference").focus()
            await burst(there, "BRUNO{enter}{f10}")
        await burst(here, "{f10}{f12}")
        assert "Nothing was saved" in message(here)
        assert refind(here).session.draft.reference == "ANNA"
        assert open_order(anna, number).draft.reference == "BRUNO"
        # Theirs everywhere: nothing is left to save.
        await burst(here, "{f10}t{f10}")
        assert "as it was saved at the other desk" in message(here)
        assert refind(here).session.draft.reference == "BRUNO"
        assert open_order(anna, number).draft.revision == 0


def test_a_desk_that_is_not_heard_of_vanishes(desks: tuple[Desk, Desk], clock: FixedClock) -> None:
    anna, bruno = desks
    assert beat(anna, "a" * 32, "order", 7, "north") == ()
    (seen,) = beat(bruno, "b" * 32, "order", 7)
    assert (seen.user, seen.place) == ("anna", "north")
    assert beat(bruno, "b" * 32, "order", 8) == ()
    clock.advance(seconds=50)
    assert [one.user for one in beat(bruno, "b" * 32, "order", 7)] == ["anna"]
    clock.advance(seconds=20)
    assert beat(bruno, "b" * 32, "order", 7) == ()
    # A clock that went back does not bring it back for ever.
    clock.advance(days=2)
    beat(bruno, "b" * 32, "order", 7)
    clock.advance(days=-2)
    assert [one.user for one in present(anna, "order", 7)] == []
