"""The rows of a long list: read a page at a time in threads, whatever the number of rows (U-1.2)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from fluorders_tui.widgets.row_sources import Row

__all__ = ["PAGE", "Asked", "ListWindow", "Listed", "Opened", "Pages", "open_pages"]

PAGE = 100
"""Rows read at once."""


class Listed(Protocol):
    """What a service says about one row; its `id` stays the same wherever the row stands."""

    @property
    def id(self) -> int: ...


R_co = TypeVar("R_co", bound=Listed, covariant=True)
R = TypeVar("R", bound=Listed)
F = TypeVar("F")
S = TypeVar("S")


class ListWindow(Protocol[R_co]):
    """A service's filtered and sorted list, of which any part can be read; its methods run in threads."""

    @property
    def known_count(self) -> int | None:
        """How many rows, None while nobody has counted."""
        ...

    @property
    def counted_all(self) -> bool:
        """Whether the count is that of all rows; some are counted, or found, only so far."""
        ...

    def count(self) -> int:
        """Count the rows."""
        ...

    def rows(self, start: int, stop: int) -> Sequence[R_co]:
        """Rows `start` up to `stop`; fewer at the end of the list."""
        ...

    def index_of(self, row_id: int, /) -> int | None:
        """The place of a row where the list knows it."""
        ...


@dataclass(frozen=True, eq=False)
class Asked(Generic[F, S]):
    """One question for a list; every question is its own, also when it asks the same again."""

    filter: F
    sort: S

    def same_as(self, other: Asked[F, S] | None) -> bool:
        """Whether both ask for the same rows in the same order."""
        return other is not None and (self.filter, self.sort) == (other.filter, other.sort)


class Pages(Generic[F, S, R]):
    """One opened list. `read` and `count` ask the database and run in threads, one at a time."""

    def __init__(self, asked: Asked[F, S], window: ListWindow[R], show: Callable[[R], Row]) -> None:
        self.asked = asked
        self._window = window
        self._show = show
        self._lock = threading.Lock()
        self._seen_whole: int | None = None

    @property
    def known_count(self) -> int | None:
        """How many rows, None while nobody has counted."""
        known = self._window.known_count
        return self._seen_whole if known is None else known

    @property
    def counted_all(self) -> bool:
        """Whether the count is that of all rows."""
        return self._window.counted_all

    def read(self, start: int, stop: int) -> list[Row]:
        """Rows `start` up to `stop`. Raises `Unreachable`."""
        with self._lock:
            rows = [self._show(row) for row in self._window.rows(start, stop)]
        if start == 0 and len(rows) < stop:
            self._seen_whole = len(rows)
        return rows

    def count(self) -> int:
        """Count the rows. Raises `Unreachable`."""
        with self._lock:
            return self._window.count()

    def place_of(self, row_id: int, near: int) -> int | None:
        """Where a row stands now that stood at `near` before; None when it isn't near there any more."""
        with self._lock:
            place = self._window.index_of(row_id)
            if place is not None:
                return place
            start = max(0, near - PAGE)
            rows = self._window.rows(start, near + PAGE)
        return next((start + offset for offset, row in enumerate(rows) if row.id == row_id), None)


@dataclass(frozen=True)
class Opened(Generic[F, S, R]):
    """A list with the pages a screen shows first, by where they begin, and where its cursor goes."""

    pages: Pages[F, S, R]
    first: dict[int, Sequence[Row]]
    count: int
    counted: bool
    cursor: int


def open_pages(
    pages: Pages[F, S, R], keep: tuple[int, int] | None = None, meant: Callable[[], int | None] = lambda: None
) -> Opened[F, S, R]:
    """Read what a list shows first; runs in a thread. The cursor goes to the row that `keep` (its id, its place) names.

    Without one it goes to the row whose id `meant` gives, wherever the sort puts it. Raises what the window raises.
    """
    cursor = 0
    if keep is not None:
        place = pages.place_of(*keep)
        cursor = keep[1] if place is None else place
    else:
        wanted = meant()
        if wanted is not None:
            cursor = pages.place_of(wanted, 0) or 0
    first: dict[int, Sequence[Row]] = {}
    for start in sorted({0, cursor // PAGE * PAGE}):
        first[start] = pages.read(start, start + PAGE)
    count = pages.known_count
    # Until it is counted the list goes on for one more page than is known.
    known = max(start + len(rows) for start, rows in first.items()) + PAGE
    return Opened(pages, first, known if count is None else count, count is not None, cursor)
