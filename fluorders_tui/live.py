"""Changes made at other desks reach the screen that shows them, without a key, a few times a second at most (U-3)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual.app import ReturnType
from textual.message import Message
from textual.screen import Screen

from fluorders_tui.work import DeskWork

if TYPE_CHECKING:
    from fluorders_tui.services.watching import Watch

__all__ = ["DeskChanged", "DeskReachable", "LiveDesk"]

LEAST_SECONDS = 0.25
"""Between two tellings: a hundred saves at other desks make four repaints a second, not a hundred.

A screen whose reading is dearer says so in `LIVE_SECONDS`.
"""


class DeskChanged(Message, bubble=False):
    """Somebody committed something; `kinds` of documents, or none where they aren't known: read again."""

    def __init__(self, kinds: frozenset[str]) -> None:
        self.kinds = kinds
        super().__init__()


class DeskReachable(Message, bubble=False):
    """The database went (`there` False) or came back."""

    def __init__(self, there: bool) -> None:
        self.there = there
        super().__init__()


class LiveDesk(DeskWork[ReturnType]):
    """App mixin: watches the database once a screen that shows what others do is opened.

    Such a screen names the kinds in `LIVE` and gets `DeskChanged` and `DeskReachable` while it is on top; one
    that comes back to the top reads again by itself.
    """

    def __init__(self) -> None:
        super().__init__()
        self._watch: Watch | None = None
        self._heard: set[str] = set()
        self._heard_anything = False
        self._telling: asyncio.TimerHandle | None = None
        self._told_at = 0.0

    def watch_changes(self) -> None:
        """Begin to watch the database, once."""
        if self._watch is not None or self.desk is None:
            return
        from fluorders_tui.services.watching import Watch

        loop = asyncio.get_running_loop()

        def in_loop(*call: object) -> None:
            # The loop may have ended before the thread heard of it.
            if not loop.is_closed():
                loop.call_soon_threadsafe(*call)  # type: ignore[arg-type]

        self._watch = Watch(
            self.desk.store, lambda kinds: in_loop(self._hear, kinds), lambda there: in_loop(self._reach, there)
        )
        self._watch.start()

    def _hear(self, kinds: frozenset[str]) -> None:
        self._heard |= kinds
        self._heard_anything |= not kinds
        if self._telling is None:
            loop = asyncio.get_running_loop()
            pause: float = getattr(self._live_screen(), "LIVE_SECONDS", LEAST_SECONDS)
            self._telling = loop.call_at(max(loop.time(), self._told_at + pause), self._tell_changes)

    def _tell_changes(self) -> None:
        self._telling = None
        self._told_at = asyncio.get_running_loop().time()
        kinds = frozenset() if self._heard_anything else frozenset(self._heard)
        self._heard.clear()
        self._heard_anything = False
        screen = self._live_screen()
        if screen is not None and (not kinds or kinds & getattr(screen, "LIVE", kinds)):
            screen.post_message(DeskChanged(kinds))

    def _reach(self, there: bool) -> None:
        screen = self._live_screen()
        if screen is not None:
            screen.post_message(DeskReachable(there))

    def _live_screen(self) -> Screen[object] | None:
        screen = self.screen_stack[-1] if self.screen_stack else None
        return screen if getattr(screen, "LIVE", None) else None

    def close_threads(self) -> None:
        if self._watch is not None:
            self._watch.stop()
        super().close_threads()
