"""The rows of the orders list: read a page at a time in threads, whatever the number of orders (U-1.2)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fluorders_tui.domain.order_listing import OrderFilter, OrderRow, OrderSort
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.order_list import MOST_FOUND, OrderWindow, find
from fluorders_tui.widgets.row_sources import Row

__all__ = ["PAGE", "Asked", "Opened", "OrderPages", "found_all", "open_pages"]

PAGE = 100
"""Rows read at once."""


@dataclass(frozen=True, eq=False)
class Asked:
    """One question for the list; every question is its own, also when it asks the same again."""

    filter: OrderFilter
    sort: OrderSort


class OrderPages:
    """One opened list. `read` and `count` ask the database and run in threads, one at a time."""

    def __init__(self, desk: Desk, asked: Asked, show: Callable[[OrderRow], Row]) -> None:
        self.asked = asked
        self._show = show
        self._lock = threading.Lock()
        self._window = OrderWindow(desk, asked.filter, asked.sort)

    @property
    def known_count(self) -> int | None:
        """How many rows, None while nobody has counted."""
        return self._window.known_count

    def read(self, start: int, stop: int) -> list[Row]:
        """Rows `start` up to `stop`. Raises `Unreachable`."""
        with self._lock:
            return [self._show(row) for row in self._window.rows(start, stop)]

    def count(self) -> int:
        """Count the rows. Raises `Unreachable`."""
        with self._lock:
            return self._window.count()

    def place_of(self, order_id: int, near: int) -> int | None:
        """Where an order stands now that stood at `near` before; None when it isn't near there any more."""
        with self._lock:
            place = self._window.index_of(order_id)
            if place is not None:
                return place
            start = max(0, near - PAGE)
            rows = self._window.rows(start, near + PAGE)
        return next((start + offset for offset, row in enumerate(rows) if row.id == order_id), None)


@dataclass(frozen=True)
class Opened:
    """A list with the pages a screen shows first, by where they begin, and where its cursor goes."""

    pages: OrderPages
    first: dict[int, Sequence[Row]]
    count: int
    counted: bool
    cursor: int


def open_pages(desk: Desk, asked: Asked, show: Callable[[OrderRow], Row], keep: tuple[int, int] | None) -> Opened:
    """Open a list; runs in a thread. The cursor goes to the order that `keep` (its row, its place) names.

    Without one it goes to the order whose number was typed, wherever the sort puts it. Raises `Unreachable`.
    """
    pages = OrderPages(desk, asked, show)
    cursor = 0
    text = asked.filter.text.strip()
    if keep is not None:
        place = pages.place_of(*keep)
        cursor = keep[1] if place is None else place
    elif text:
        best = next(iter(find(desk, text, 1)), None)
        if best is not None and best.number.casefold().endswith(text.casefold()):
            cursor = pages.place_of(best.id, 0) or 0
    first: dict[int, Sequence[Row]] = {}
    for start in sorted({0, cursor // PAGE * PAGE}):
        first[start] = pages.read(start, start + PAGE)
    count = pages.known_count
    if count is None and len(first[0]) < PAGE:
        count = len(first[0])
    # Until it is counted the list goes on for one more page than is known.
    known = max(start + len(rows) for start, rows in first.items()) + PAGE
    return Opened(pages, first, known if count is None else count, count is not None, cursor)


def found_all(asked: Asked, count: int) -> bool:
    """Whether a text found every order it means; it stops at `MOST_FOUND`."""
    return not asked.filter.text.strip() or count < MOST_FOUND
