"""A screen on which keys mean nothing before it has been read: whoever opens it waits for that (U-1.1)."""

from __future__ import annotations

import asyncio

from textual import on

from fluorders_tui.screens.base import DeskScreen
from fluorders_tui.work import DeskFailed

__all__ = ["AwaitedScreen"]


class AwaitedScreen(DeskScreen):
    """A subclass reads and shows in `open_first`; `opened` is set once it has, or the database has said no."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = asyncio.Event()

    async def open_first(self) -> None:
        """Read what the screen shows, show it, and put the caret where typing begins."""

    async def is_ready(self) -> None:
        await self.opened.wait()

    @on(DeskFailed)
    def _desk_failed(self) -> None:
        # Keys that wait go on and are told, instead of waiting for ever.
        self.opened.set()

    async def desk_ready(self) -> None:
        try:
            await self.open_first()
        finally:
            self.opened.set()
