"""The rows of the list of lines, read a page at a time in threads, whatever the number of lines (U-1.2)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fluorders_tui.domain.line_listing import LineFilter, LineRow, LineSort
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.line_list import LineWindow
from fluorders_tui.widgets.row_sources import Row

__all__ = ["PAGE", "AskedLines", "LinePages", "OpenedLines", "open_line_pages"]

PAGE = 100
"""Rows read at once."""


@dataclass(frozen=True, eq=False)
class AskedLines:
    """One question for the list; every question is its own, also when it asks the same again."""

    filter: LineFilter
    sort: LineSort


class LinePages:
    """One opened list. `read` and `count` ask the database and run in threads, one at a time."""

    def __init__(self, desk: Desk, asked: AskedLines, show: Callable[[LineRow], Row]) -> None:
        self.asked = asked
        self._show = show
        self._lock = threading.Lock()
        self._window = LineWindow(desk, asked.filter, asked.sort)

    @property
    def known_count(self) -> int | None:
        """How many rows, None while nobody has counted."""
        return self._window.known_count

    @property
    def counted_all(self) -> bool:
        """Whether the count is that of all rows; a long filtered list is counted only so far."""
        return self._window.counted_all

    def read(self, start: int, stop: int) -> list[Row]:
        """Rows `start` up to `stop`. Raises `Unreachable`."""
        with self._lock:
            return [self._show(row) for row in self._window.rows(start, stop)]

    def count(self) -> int:
        """Count the rows. Raises `Unreachable`."""
        with self._lock:
            return self._window.count()

    def place_of(self, line_id: int, near: int) -> int | None:
        """Where a line stands now that stood at `near` before; None when it isn't near there any more."""
        with self._lock:
            place = self._window.index_of(line_id)
            if place is not None:
                return place
            start = max(0, near - PAGE)
            rows = self._window.rows(start, near + PAGE)
        return next((start + offset for offset, row in enumerate(rows) if row.id == line_id), None)


@dataclass(frozen=True)
class OpenedLines:
    """A list with the pages a screen shows first, by where they begin, and where its cursor goes."""

    pages: LinePages
    first: dict[int, Sequence[Row]]
    count: int
    counted: bool
    cursor: int


def open_line_pages(
    desk: Desk, asked: AskedLines, show: Callable[[LineRow], Row], keep: tuple[int, int] | None
) -> OpenedLines:
    """Open a list; runs in a thread. The cursor goes to the line that `keep` (its row, its place) names.

    Raises `Refused` for a sort over too many lines, and `Unreachable`.
    """
    pages = LinePages(desk, asked, show)
    cursor = 0
    if keep is not None:
        place = pages.place_of(*keep)
        cursor = keep[1] if place is None else place
    first: dict[int, Sequence[Row]] = {}
    for start in sorted({0, cursor // PAGE * PAGE}):
        first[start] = pages.read(start, start + PAGE)
    count = pages.known_count
    # Until it is counted the list goes on for one more page than is known.
    known = max(start + len(rows) for start, rows in first.items()) + PAGE
    return OpenedLines(pages, first, known if count is None else count, count is not None, cursor)
