"""How screens have services work for them without stopping the keys or losing a result (E-1.3)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

from textual.app import ReturnType
from textual.dom import DOMNode
from textual.message import Message
from textual.worker import Worker

from fluorders_tui.domain.errors import DeskError, Refused
from fluorders_tui.keyflow import OrderedKeys
from fluorders_tui.patience import answered
from fluorders_tui.widgets.message_line import MessageLine

__all__ = ["DeskFailed", "DeskOpened", "DeskWork"]

T = TypeVar("T")

READERS = 4


class DeskOpened(Message, bubble=False):
    """The database is connected; `desk` is what the services are asked through. Sent to every screen."""

    def __init__(self, desk: Any) -> None:
        self.desk = desk
        super().__init__()


class DeskFailed(Message, bubble=False):
    """The database can't be used. Sent to every screen."""

    def __init__(self, error: DeskError) -> None:
        self.error = error
        super().__init__()


class DeskWork(OrderedKeys[ReturnType]):
    """App mixin: `ask` and `run_read` for reads, `run_write` for changes. The calls run in threads.

    A call gets no widget and gives back frozen results. Threads for reads and the one for writes are
    kept apart, so that a slow list never delays a save.
    """

    def __init__(self) -> None:
        super().__init__()
        self.desk: Any = None
        """What the services are asked through; None until the database is connected."""
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="read")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="write")
        self._writing = False
        self._requests: dict[tuple[int, str], int] = {}

    @property
    def is_writing(self) -> bool:
        """A change is being saved."""
        return self._writing

    async def ask(self, call: Callable[[], T], *, what: str = "Reading…") -> T:
        """Run `call` in a thread and wait for it: keys typed meanwhile stay in order behind it.

        `Unreachable` if there is no answer for a while, so that a dead database never freezes the keys.
        """
        with self._waiting(what):
            return await answered(asyncio.get_running_loop().run_in_executor(self._readers, call))

    def run_read(
        self,
        owner: DOMNode,
        call: Callable[[], T],
        then: Callable[[T], object],
        *,
        group: str,
        failed: Callable[[DeskError], object] | None = None,
    ) -> int:
        """Run `call` in a thread; `then(result)` runs in the owner's turn if nothing newer was asked in `group`.

        Returns the request's number. A `DeskError` goes to `failed`, else to the message line. Nothing
        is called when the owner has left the screen.
        """
        place = (id(owner), group)
        number = self._requests[place] = self._requests.get(place, 0) + 1

        async def read() -> None:
            try:
                result = await asyncio.get_running_loop().run_in_executor(self._readers, call)
            except DeskError as error:
                if self._requests.get(place) == number:
                    owner.call_later(failed or self.command_failed, error)
            else:
                if self._requests.get(place) == number:
                    owner.call_later(then, result)

        # A worker of the node: it ends with the node, and a newer one in the same group ends an older one.
        _: Worker[None] = owner.run_worker(read, group=f"{group}@{id(owner)}", exclusive=True)
        return number

    async def run_write(self, call: Callable[[], T], *, what: str = "Saving…") -> T:
        """Run one change in the writing thread and wait for it; it is never abandoned half-way.

        Raises what the service raises, and `Refused` if the change before is still being saved.
        """
        if self._writing:
            raise Refused("The last change is still being saved.", hint="Wait a moment.")
        self._writing = True
        future = asyncio.get_running_loop().run_in_executor(self._writer, call)
        future.add_done_callback(self._written)
        with self._waiting(what):
            return await asyncio.shield(future)

    def _written(self, _: object) -> None:
        self._writing = False

    def _waiting(self, what: str) -> AbstractContextManager[None]:
        line = self.screen.query_one_optional(MessageLine)
        return line.waiting(what) if line is not None else nullcontext()

    def close_threads(self) -> None:
        """Let running calls end and take no new ones."""
        self._readers.shutdown(wait=False, cancel_futures=True)
        self._writer.shutdown(wait=False)
