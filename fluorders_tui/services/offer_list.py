"""The list of offers: a window over it, finding, and the counts of the statuses."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

from fluorders_tui.data.offer_list import (
    OfferFilter,
    OfferRow,
    OfferSort,
    ended_unmarked,
    listed_ids,
    offer_list_rows,
)
from fluorders_tui.data.offer_writing import KIND
from fluorders_tui.data.status_counters import counted
from fluorders_tui.domain.money import from_scaled
from fluorders_tui.domain.offers import OfferStatus
from fluorders_tui.domain.order_listing import StatusCount
from fluorders_tui.services.desk import Desk

__all__ = [
    "ALL_OFFERS",
    "EXPIRING_OFFERS",
    "OPEN_FOR_CONVERSION",
    "OfferFilter",
    "OfferRow",
    "OfferSort",
    "OfferWindow",
    "each_offer",
    "find_offers",
    "offer_status_counts",
]

ALL_OFFERS = OfferFilter()
#: Those whose validity ends today or within a week.
EXPIRING_OFFERS = OfferFilter(expiring=7)
OPEN_FOR_CONVERSION = OfferFilter(convertible=True)


@dataclass
class OfferWindow:
    """A filtered and sorted list of offers, of which any part can be read.

    It shows the offers that were there when it was opened, until `refresh`. Every method reads the database in the
    caller's thread and raises `Unreachable`; one thread at a time.
    """

    desk: Desk
    filter: OfferFilter = ALL_OFFERS
    sort: OfferSort = OfferSort.NEWEST
    descending: bool = True
    _ids: array[int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.refresh()

    def refresh(self) -> None:
        """Take in what was entered and changed since the list was opened."""
        with self.desk.store.read() as connection:
            self._ids = listed_ids(connection, self.filter, self.sort, self.descending, self.desk.today())

    def count(self) -> int:
        """How many offers."""
        return len(self._ids)

    def ids(self) -> tuple[int, ...]:
        """All of them by row, to be converted together."""
        return tuple(self._ids)

    def rows(self, start: int, stop: int) -> list[OfferRow]:
        """Rows `start` up to `stop`, from 0; fewer at the end of the list."""
        with self.desk.store.read() as connection:
            return offer_list_rows(connection, self._ids[start:stop], self.desk.today())

    def index_of(self, offer_id: int) -> int | None:
        """The place of an offer, None when it isn't there."""
        try:
            return self._ids.index(offer_id)
        except ValueError:
            return None


def each_offer(
    desk: Desk,
    wanted: OfferFilter = ALL_OFFERS,
    sort: OfferSort = OfferSort.NEWEST,
    *,
    descending: bool = True,
    limit: int = 0,
    page: int = 500,
) -> Iterator[OfferRow]:
    """All offers of a filter one after another, at most `limit` when not 0; a page at a time in memory."""
    window = OfferWindow(desk, wanted, sort, descending)
    end = min(window.count(), limit) if limit else window.count()
    for start in range(0, end, page):
        yield from window.rows(start, min(start + page, end))


def find_offers(desk: Desk, text: str, limit: int = 100) -> list[OfferRow]:
    """Offers that a typed text means, the newest first; at most `limit`."""
    return OfferWindow(desk, OfferFilter(text=text)).rows(0, limit)


def offer_status_counts(desk: Desk) -> dict[OfferStatus, StatusCount]:
    """Number and value of the offers in each status that has any, from the counters that every saving keeps.

    Entered ones whose validity has ended count as expired, marked or not.
    """
    with desk.store.read() as connection:
        found = counted(connection, KIND)
        count, worth = ended_unmarked(connection, desk.today())
    figures = {status: found.get(status.value, (0, 0)) for status in OfferStatus}
    for status, sign in ((OfferStatus.ENTERED, -1), (OfferStatus.EXPIRED, 1)):
        figures[status] = (figures[status][0] + sign * count, figures[status][1] + sign * worth)
    unit = from_scaled(1, desk.company.currency_decimals)
    return {
        status: StatusCount(number, from_scaled(minor, 2).quantize(unit))
        for status, (number, minor) in figures.items()
        if number > 0
    }
