"""What takes long on a screen: keys wait behind it for a moment, then it says how far it is, and F12 stops it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from fluorders_tui.domain.errors import DeskError
from fluorders_tui.screens.base import DeskScreen

__all__ = ["LongWork"]

T = TypeVar("T")

QUICK_SECONDS = 2.0
"""So long keys wait behind the work, so that typing ahead acts on its result (U-1.1)."""

REPORT_SECONDS = 0.2
"""Between two reports of progress: an SSH line is not flooded (U-1.3)."""


class LongWork(DeskScreen):
    """A screen that does one long thing at a time. `stop_wanted` is what its service asks between two steps."""

    def __init__(self) -> None:
        super().__init__()
        self._work: asyncio.Future[Any] | None = None
        self._stop = threading.Event()
        self._reported = 0.0

    async def work_refused(self, error: DeskError) -> None:
        """The work ended with an error: tell it where it belongs."""
        self.message_line.tell(error)

    async def run_long(self, call: Callable[[], T], then: Callable[[T], Any], what: str) -> None:
        """Have the writing thread do it, then show what came of it; the key that began it ends when it is quick."""
        self._stop.clear()
        self._work = asyncio.ensure_future(self.desk_app.run_write(call, what=f"{what}…"))
        await asyncio.wait({self._work}, timeout=QUICK_SECONDS)
        if self._work.done():
            await self._finish(then)
        else:
            self._work.add_done_callback(lambda _: self.call_later(self._finish, then))

    async def _finish(self, then: Callable[[Any], Any]) -> None:
        done, self._work = self._work, None
        self.message_line.busy("")
        assert done is not None
        try:
            result = done.result()
        except DeskError as error:
            await self.work_refused(error)
            return
        answer = then(result)
        if asyncio.iscoroutine(answer):
            await answer

    def progress(self, say: Callable[[int], str]) -> Callable[[int], None]:
        """What a service tells how far it is; it may be called from any thread, and seldom reaches the screen."""
        loop = asyncio.get_running_loop()

        def tell(done: int) -> None:
            if loop.time() - self._reported >= REPORT_SECONDS:
                self._reported = loop.time()
                loop.call_soon_threadsafe(self._tell_progress, say(done))

        return tell

    def _tell_progress(self, text: str) -> None:
        if self._work is not None and not self._work.done():
            self.message_line.busy(text)

    def stop_wanted(self) -> bool:
        """Whether the person wants the work to end; asked by the service, in its thread."""
        return self._stop.is_set()

    def stop_work(self) -> bool:
        """Stop what is under way; False where nothing is."""
        if self._work is None:
            return False
        self._stop.set()
        self.message_line.busy("Stopping…")
        return True

    def is_busy(self) -> bool:
        """Whether something is under way, which is then said."""
        if self._work is not None:
            self.message_line.say("Still at work. F12 stops it.", "warning")
        return self._work is not None

    async def action_leave(self) -> None:
        if not self.is_busy():
            await super().action_leave()
