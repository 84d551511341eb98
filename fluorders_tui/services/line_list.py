"""The lines of all orders at any size (D-17.4): a window over them, and the lines a change is meant for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from fluorders_tui.data.order_line_list import (
    MOST_COUNTED,
    OpenedLines,
    Place,
    count_walked,
    lines_by_id,
    open_lines,
    walk,
)
from fluorders_tui.domain.errors import Refused
from fluorders_tui.domain.line_listing import (
    ALL_LINES,
    LATE_LINES,
    OPEN_LINES,
    LineFilter,
    LineRow,
    LineSort,
)
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.list_windows import each_row

__all__ = [
    "ALL_LINES",
    "LATE_LINES",
    "MOST_COUNTED",
    "MOST_MEANT",
    "OPEN_LINES",
    "LineFilter",
    "LineRow",
    "LineSort",
    "LineWindow",
    "each_line",
    "line_ids",
]

#: Lines that one mass change may concern.
MOST_MEANT = 100_000

#: Places kept along a walked list.
_MOST_PLACES = 4_096


@dataclass
class LineWindow:
    """A filtered and sorted list of lines, of which any part can be read.

    It opens at once over millions of lines. Every method reads the database in the caller's thread and raises
    `Unreachable`; one thread at a time. Making one raises `Refused` for a sort over more lines than can be sorted.
    """

    desk: Desk
    filter: LineFilter = ALL_LINES
    sort: LineSort = LineSort.NEWEST
    _opened: OpenedLines = field(init=False, repr=False)
    _at: list[int] = field(init=False, repr=False)
    _places: list[Place] = field(init=False, repr=False)
    _count: tuple[int, bool] | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.refresh()

    def refresh(self) -> None:
        """Take in what was entered and changed since the list was opened."""
        with self.desk.store.read() as connection:
            self._opened = open_lines(connection, self.filter, self.sort, self.desk.today())
        self._at, self._places = [], []
        self._count = None if self._opened.ids is None else (len(self._opened.ids), True)

    @property
    def known_count(self) -> int | None:
        """How many lines, None where nobody has counted yet."""
        return None if self._count is None else self._count[0]

    @property
    def counted_all(self) -> bool:
        """Whether the count is that of all lines: a long filtered list is counted up to `MOST_COUNTED`."""
        return self._count is not None and self._count[1]

    def count(self) -> int:
        """How many lines, as far as they are counted; `counted_all` says whether there are more."""
        if self._count is None:
            with self.desk.store.read() as connection:
                self._count = count_walked(connection, self._opened)
        return self._count[0]

    def rows(self, start: int, stop: int) -> list[LineRow]:
        """Rows `start` up to `stop`, from 0; fewer at the end of the list."""
        if stop <= start:
            return []
        with self.desk.store.read() as connection:
            if self._opened.ids is not None:
                ids = list(self._opened.ids[start:stop])
            else:
                before = bisect_right(self._at, start - 1) - 1
                after, skip = (self._places[before], start - self._at[before] - 1) if before >= 0 else (None, start)
                found = walk(connection, self._opened, skip, stop - start, after)
                ids = [line_id for line_id, _ in found]
                if found:
                    self._remember(start + len(found) - 1, found[-1][1])
                if len(found) < stop - start and (found or start == 0):
                    self._count = (start + len(found), True)
            return lines_by_id(connection, ids, self._opened.today)

    def _remember(self, at: int, place: Place) -> None:
        here = bisect_left(self._at, at)
        if here < len(self._at) and self._at[here] == at:
            return
        self._at.insert(here, at)
        self._places.insert(here, place)
        if len(self._at) > _MOST_PLACES:
            del self._at[::2], self._places[::2]

    def index_of(self, line_id: int) -> int | None:
        """The place of a line in a picked list, None in one that is walked or when it isn't there."""
        ids = self._opened.ids
        try:
            return ids.index(line_id) if ids is not None else None
        except ValueError:
            return None

    def ids(self, limit: int) -> list[int]:
        """The ids of the first lines, at most `limit`."""
        if self._opened.ids is not None:
            return list(self._opened.ids[:limit])
        with self.desk.store.read() as connection:
            return [line_id for line_id, _ in walk(connection, self._opened, 0, limit)]


def each_line(
    desk: Desk, wanted: LineFilter = ALL_LINES, sort: LineSort = LineSort.NEWEST, limit: int = 0, *, page: int = 500
) -> Iterator[LineRow]:
    """All lines of a filter one after another, at most `limit` when not 0; a page at a time in memory."""
    return each_row(LineWindow(desk, wanted, sort), limit, page)


def line_ids(desk: Desk, wanted: LineFilter) -> list[int]:
    """The lines that a change to everything a filter shows is meant for, the newest orders' first.

    Raises `Refused` beyond `MOST_MEANT`: nobody reads the preview of so many.
    """
    found = LineWindow(desk, wanted).ids(MOST_MEANT + 1)
    if len(found) > MOST_MEANT:
        raise Refused(
            f"These are more than {MOST_MEANT:,} lines.",
            field="lines",
            rule="P-75",
            hint="Narrow the filter, and change them in several steps.",
        )
    return found
