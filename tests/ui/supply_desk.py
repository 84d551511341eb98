"""A desk with the shop, its suppliers and their prices, to be copied for every test of the supplier's side."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from fluorders_tui.app import FluordersApp
from fluorders_tui.data.store import Store
from fluorders_tui.screens.base import DeskScreen
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.fast_start import fast_start
from tests.conftest import FixedClock
from tests.services.supply_shop import fill_supply_shop
from tests.ui.desk_demo import DemoSettings
from tests.ui.raw_keys import burst, settled, until

Showing = Callable[..., AbstractAsyncContextManager["Buyer"]]


class Buyer:
    """Somebody in front of a screen of the supplier's side."""

    def __init__(self, pilot: Pilot[Any], desk: Desk) -> None:
        self.pilot = pilot
        self.desk = desk

    @property
    def screen(self) -> Any:
        screen = self.pilot.app.screen
        assert isinstance(screen, DeskScreen)
        return screen

    async def types(self, keys: str) -> None:
        await burst(self.pilot, keys)

    @property
    def field(self) -> str:
        current = self.screen.current_field
        return current.field_name if current is not None else ""

    @property
    def message(self) -> str:
        return str(self.screen.message_line.text)

    @property
    def lines(self) -> list[tuple[str, str, str]]:
        return [(one.item, f"{one.quantity:f}", f"{one.net:f}") for one in self.screen.session.draft.lines]

    def text(self, name: str) -> str:
        return str(self.screen.field(name).text)

    def cells(self, table: str = "VirtualTable") -> list[tuple[str, ...]]:
        found = self.screen.query_one(table).source
        return [row.cells for row in found.rows(0, found.count)]


@pytest.fixture(scope="module")
def supply_file(tmp_path_factory: pytest.TempPathFactory, _sqlite_template: Path) -> Path:
    """A database with the shop and its suppliers in it, to copy."""
    path = tmp_path_factory.mktemp("supply") / "supply.db"
    shutil.copyfile(_sqlite_template, path)
    store = Store(f"sqlite:///{path}")
    fast_start(store, country="IT", company="Prova Srl", user="anna", clock=FixedClock())
    fill_supply_shop(open_desk(store, "anna", clock=FixedClock()))
    store.dispose()
    return path


@pytest.fixture
def supply_desk(supply_file: Path, tmp_path: Path, clock: FixedClock) -> Desk:
    path = tmp_path / "supply.db"
    shutil.copyfile(supply_file, path)
    return open_desk(Store(f"sqlite:///{path}"), "anna", clock=clock)


@pytest.fixture
def showing(supply_desk: Desk) -> Showing:
    """`async with showing(lambda: SomeScreen()) as buyer`: the program on that screen."""

    @contextlib.asynccontextmanager
    async def start(make: Callable[[], Screen[Any]], size: tuple[int, int] = (100, 30)) -> AsyncIterator[Buyer]:
        app = FluordersApp(DemoSettings(), lambda _: supply_desk, home=make, calm=False)
        async with app.run_test(size=size) as pilot:
            await until(lambda: app.desk is not None)
            # Opened by a key it would have been waited for; as the first screen it has to be waited for here.
            opened = getattr(app.screen, "opened", None) or getattr(app.screen, "_opened", None)
            await until(lambda: not isinstance(opened, asyncio.Event) or opened.is_set())
            await settled(app)
            await pilot.pause()
            yield Buyer(pilot, supply_desk)
        app.close_threads()

    return start
