"""A desk with orders on it, for the tests of the screens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot

from fluorders_tui.app import FluordersApp
from fluorders_tui.services.desk import Desk
from tests.ui.desk_demo import DemoSettings
from tests.ui.raw_keys import settled, until


@asynccontextmanager
async def desk_on(
    opener: Any, *, size: tuple[int, int] = (100, 30), wait: bool = True, keys: dict[str, str] | None = None
) -> AsyncIterator[Pilot[Any]]:
    """The whole program on what `opener` opens, from its first screen; with `wait` once that is filled."""
    app = FluordersApp(DemoSettings(keys=keys or {}), opener, calm=False)
    async with app.run_test(size=size) as pilot:
        if wait:
            await until(lambda: app.desk is not None)
            await settled(app)
            await until(lambda: "Now" in needs(pilot) or "Late" in needs(pilot) or "last orders" in needs(pilot))
        yield pilot
    app.close_threads()


def opens(desk: Desk) -> Any:
    """An opener that has this desk at once."""
    return lambda settings: desk


def needs(pilot: Pilot[Any]) -> str:
    """What the first screen says needs this person now."""
    from fluorders_tui.widgets.shortcut_list import ShortcutList

    return str(pilot.app.screen_stack[1].query_one("#needs", ShortcutList).text)
