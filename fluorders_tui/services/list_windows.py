"""What the lists of documents share: a window over the ids of a whole choice, rows one after another, and counts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from array import array
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from fluorders_tui.data.store import Connection
from fluorders_tui.domain.money import from_scaled
from fluorders_tui.domain.order_listing import StatusCount
from fluorders_tui.services.desk import Desk

__all__ = ["IdWindow", "each_row", "in_company_currency"]

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
S = TypeVar("S", bound=StrEnum)


class _Window(Protocol[R_co]):
    def rows(self, start: int, stop: int) -> Sequence[R_co]: ...


class IdWindow(ABC, Generic[R]):
    """A filtered and sorted list of which any part can be read, known by the ids of all its rows.

    It shows what was there when it was opened, until `refresh`. Every method reads the database in the caller's
    thread and raises `Unreachable`; one thread at a time.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.refresh()

    @abstractmethod
    def _listed(self, connection: Connection) -> array[int]:
        """The ids in their order."""

    @abstractmethod
    def _read(self, connection: Connection, ids: Sequence[int]) -> list[R]:
        """The rows with these ids in their order."""

    def refresh(self) -> None:
        """Take in what was entered and changed since the list was opened."""
        with self.desk.store.read() as connection:
            self._ids = self._listed(connection)

    @property
    def known_count(self) -> int:
        """How many rows; always known."""
        return len(self._ids)

    @property
    def counted_all(self) -> bool:
        """All of them are counted."""
        return True

    def count(self) -> int:
        """How many rows."""
        return len(self._ids)

    def ids(self) -> tuple[int, ...]:
        """All of them."""
        return tuple(self._ids)

    def rows(self, start: int, stop: int) -> list[R]:
        """Rows `start` up to `stop`, from 0; fewer at the end of the list."""
        with self.desk.store.read() as connection:
            return self._read(connection, self._ids[start:stop])

    def index_of(self, row_id: int) -> int | None:
        """The place of a row, None when it isn't there."""
        try:
            return self._ids.index(row_id)
        except ValueError:
            return None


def each_row(window: _Window[R], limit: int = 0, page: int = 500) -> Iterator[R]:
    """The rows of a window one after another, at most `limit` when not 0; a page at a time in memory."""
    start = 0
    while True:
        stop = min(start + page, limit or start + page)
        rows = window.rows(start, stop)
        yield from rows
        start = stop
        if (limit and stop >= limit) or not rows:
            return


def in_company_currency(desk: Desk, found: Mapping[S, tuple[int, int]]) -> dict[S, StatusCount]:
    """Numbers and worths (in hundredths) by status, with the decimals of the company's currency; none of none."""
    unit = from_scaled(1, desk.company.currency_decimals)
    return {
        status: StatusCount(number, from_scaled(minor, 2).quantize(unit))
        for status, (number, minor) in found.items()
        if number > 0
    }
