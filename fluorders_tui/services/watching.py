"""A thread that tells a desk when anybody commits something, and when the database goes and comes back (U-3, E-3.5)."""

from __future__ import annotations

import threading
from collections.abc import Callable

from fluorders_tui.data.change_feed import ANYTHING, listen
from fluorders_tui.data.store import Store
from fluorders_tui.domain.errors import Unreachable

__all__ = ["ANYTHING", "Watch"]

#: Between two tellings: a burst of changes at other desks becomes one.
_SETTLE_SECONDS = 0.1

#: How long a listener waits before it looks whether it should stop.
_WAIT_SECONDS = 1.0

_FIRST_RETRY_SECONDS = 0.25
_LAST_RETRY_SECONDS = 5.0


class Watch:
    """`changed` gets the kinds of documents that changed (`ANYTHING`: unknown, read all again); `reachable` whether
    the database answers, each time that changes. Both are called in the watching thread.

    It tells `ANYTHING` also right after it has begun to hear, and after each interruption: what happened before was
    missed.
    """

    def __init__(
        self, store: Store, changed: Callable[[frozenset[str]], None], reachable: Callable[[bool], None]
    ) -> None:
        self._store = store
        self._changed = changed
        self._reachable = reachable
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self, *, wait: bool = False) -> None:
        """End the watching; with `wait` return when the thread has ended."""
        self._stopped.set()
        if wait and self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        lost = False
        pause = _FIRST_RETRY_SECONDS
        while not self._stopped.is_set():
            try:
                with listen(self._store) as hearing:
                    if lost:
                        lost = False
                        self._reachable(True)
                    pause = _FIRST_RETRY_SECONDS
                    self._changed(ANYTHING)
                    while not self._stopped.is_set():
                        kinds = hearing.wait(_WAIT_SECONDS)
                        if kinds is not None:
                            self._changed(kinds)
                            self._stopped.wait(_SETTLE_SECONDS)
            except Unreachable:
                if not lost:
                    lost = True
                    self._reachable(False)
                self._stopped.wait(pause)
                pause = min(2 * pause, _LAST_RETRY_SECONDS)
