"""Where a table's rows come from: a list in memory, or pages read in the background."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Protocol

__all__ = ["ListSource", "PagedSource", "Row", "RowSource"]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `key` stays the same when the row moves; `cells` in the order of the columns.

    `look` is one of `""`, `muted`, `good`, `warning`, `bad`, `strong`, `group`; whatever it says, the
    cells say it in words or with a glyph too (U-1.4).
    """

    key: Hashable
    cells: tuple[str, ...]
    look: str = ""


class RowSource(Protocol):
    """What a table asks. All three are called on the user interface's thread and must return at once."""

    @property
    def count(self) -> int:
        """How many rows there are as far as known; it may grow."""
        ...

    def rows(self, start: int, stop: int) -> Sequence[Row] | None:
        """Rows `start` up to `stop`, or None while they are being read: then `table.rows_arrived()` follows."""
        ...

    def index_of(self, key: Hashable) -> int | None:
        """The place of the row with this key, or None if it isn't known."""
        ...


class ListSource:
    """Rows that are all in memory: the lines of an order, the hits of a lookup."""

    def __init__(self, rows: Sequence[Row] = ()) -> None:
        self._rows = rows

    @property
    def count(self) -> int:
        return len(self._rows)

    def rows(self, start: int, stop: int) -> Sequence[Row]:
        return self._rows[start:stop]

    def index_of(self, key: Hashable) -> int | None:
        return next((index for index, row in enumerate(self._rows) if row.key == key), None)


class PagedSource:
    """Any number of rows, read a page at a time; memory holds `keep` pages, whatever the count.

    `fetch(start, stop)` begins a read in the background; whoever has the rows calls `deliver(start, rows)`
    on the user interface's thread and then `table.rows_arrived()`. A page that failed is asked again
    when it is next shown, after `failed(start)`.
    """

    def __init__(self, fetch: Callable[[int, int], None], count: int, *, page: int = 100, keep: int = 32) -> None:
        self._fetch = fetch
        self._count = count
        self._page = page
        self._keep = keep
        self._pages: OrderedDict[int, Sequence[Row]] = OrderedDict()
        self._asked: set[int] = set()

    @property
    def count(self) -> int:
        return self._count

    def rows(self, start: int, stop: int) -> Sequence[Row] | None:
        stop = min(stop, self._count)
        found: list[Row] = []
        missing = False
        for page in range(start // self._page, max(start, stop - 1) // self._page + 1):
            rows = self._pages.get(page)
            if rows is None:
                missing = True
                if page not in self._asked:
                    self._asked.add(page)
                    self._fetch(page * self._page, min(self._count, (page + 1) * self._page))
                continue
            self._pages.move_to_end(page)
            first = page * self._page
            found.extend(rows[max(0, start - first) : max(0, stop - first)])
        return None if missing else found

    def index_of(self, key: Hashable) -> int | None:
        for page, rows in self._pages.items():
            for offset, row in enumerate(rows):
                if row.key == key:
                    return page * self._page + offset
        return None

    def deliver(self, start: int, rows: Sequence[Row]) -> None:
        """Take the rows of the page that begins at `start`."""
        page = start // self._page
        self._asked.discard(page)
        self._pages[page] = rows
        self._pages.move_to_end(page)
        while len(self._pages) > self._keep:
            self._pages.popitem(last=False)

    def failed(self, start: int) -> None:
        """The page that begins at `start` couldn't be read."""
        self._asked.discard(start // self._page)

    def set_count(self, count: int) -> None:
        """Correct the number of rows, now that it is counted; follow with `table.count_changed()`."""
        self._count = count
