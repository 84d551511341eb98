"""What the tests of screens and widgets share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from fluorders_tui.services.desk import Desk
from tests.conftest import FixedClock
from tests.desks import desk_at
from tests.services.orders_on_list import fill_orders, fill_registries
from tests.ui.clerk import offering, shop_desk, shop_file, typing  # noqa: F401 - fixtures of the order screen
from tests.ui.desk_demo import demo_app
from tests.ui.supply_desk import showing, supply_desk, supply_file  # noqa: F401 - fixtures of the supplier's side

Running = Callable[..., AbstractAsyncContextManager[Pilot[Any]]]


@pytest.fixture
def running() -> Running:
    """Run the app on a screen: `async with running(EntryDemo()) as pilot`. Unexpected errors fail the test."""

    @asynccontextmanager
    async def run(
        screen: Screen[Any], *, size: tuple[int, int] = (100, 30), **options: Any
    ) -> AsyncIterator[Pilot[Any]]:
        async with demo_app(screen, **options).run_test(size=size) as pilot:
            await pilot.pause()
            yield pilot

    return run


@pytest.fixture
def orders_desk(new_sqlite: Callable[..., str], clock: FixedClock) -> Iterator[Desk]:
    """A desk with two customers, three items and forty orders in all statuses."""
    with desk_at(new_sqlite(started=True), clock) as desk:
        fill_registries(desk)
        fill_orders(desk, 40)
        yield desk
