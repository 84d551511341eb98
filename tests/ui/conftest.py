"""What the tests of screens and widgets share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from tests.ui.desk_demo import demo_app

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
