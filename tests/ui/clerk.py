"""Somebody in front of the order screen, over a real database with the shop in it."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from fluorders_tui.app import FluordersApp
from fluorders_tui.data.store import Store
from fluorders_tui.screens.offer_entry import OfferEntryScreen
from fluorders_tui.screens.order_entry import OrderEntryScreen
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.fast_start import fast_start
from fluorders_tui.services.order_list import OrderRow, each_order
from tests.conftest import FixedClock
from tests.shop import fill_shop
from tests.ui.desk_demo import DemoSettings
from tests.ui.raw_keys import burst, until

Typing = Callable[..., AbstractAsyncContextManager["Clerk"]]


class Clerk:
    """Somebody in front of the screen: types, and looks at what is there."""

    def __init__(self, pilot: Pilot[Any], desk: Desk) -> None:
        self.pilot = pilot
        self.desk = desk

    @property
    def screen(self) -> OrderEntryScreen:
        assert isinstance(self.pilot.app.screen, OrderEntryScreen)
        return self.pilot.app.screen

    async def types(self, keys: str) -> None:
        await burst(self.pilot, keys)

    @property
    def lines(self) -> list[tuple[str, str, str]]:
        return [
            (one.item or one.description, f"{one.quantity:f}", f"{one.net:f}")
            for one in self.screen.session.draft.lines
        ]

    @property
    def field(self) -> str:
        current = self.screen.current_field
        return current.field_name if current is not None else ""

    @property
    def message(self) -> str:
        return self.screen.message_line.text

    def text(self, name: str) -> str:
        return self.screen.field(name).text

    @property
    def orders(self) -> list[OrderRow]:
        return list(each_order(self.desk))


@pytest.fixture(scope="module")
def shop_file(tmp_path_factory: pytest.TempPathFactory, _sqlite_template: Path) -> Path:
    """A database with the shop in it, to copy."""
    path = tmp_path_factory.mktemp("shop") / "shop.db"
    shutil.copyfile(_sqlite_template, path)
    store = Store(f"sqlite:///{path}")
    fast_start(store, country="IT", company="Prova Srl", user="anna", clock=FixedClock())
    fill_shop(open_desk(store, "anna", clock=FixedClock()))
    store.dispose()
    return path


@pytest.fixture(name="desk")
def shop_desk(shop_file: Path, tmp_path: Path, clock: FixedClock) -> Desk:
    path = tmp_path / "orders.db"
    shutil.copyfile(shop_file, path)
    return open_desk(Store(f"sqlite:///{path}"), "anna", clock=clock)


@pytest.fixture
def typing(desk: Desk) -> Typing:
    @contextlib.asynccontextmanager
    async def start(
        size: tuple[int, int] = (100, 30),
        screen: type[OrderEntryScreen] = OrderEntryScreen,
        role: str = "",
        **opening: Any,
    ) -> AsyncIterator[Clerk]:
        own = replace(desk, role=role) if role else desk
        app = FluordersApp(DemoSettings(), lambda _: own, home=lambda: screen(**opening), calm=False)
        async with app.run_test(size=size) as pilot:
            clerk = Clerk(pilot, desk)
            await until(lambda: clerk.screen._session is not None)
            await pilot.pause()
            yield clerk

    return start


@pytest.fixture
def offering(typing: Typing) -> Typing:
    """As `typing`, for offers."""
    return partial(typing, screen=OfferEntryScreen)
