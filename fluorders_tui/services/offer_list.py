"""The list of offers: a window over it, finding, and the counts of the statuses."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

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
from fluorders_tui.data.store import Connection
from fluorders_tui.domain.offers import OfferStatus
from fluorders_tui.domain.order_listing import StatusCount
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.list_windows import IdWindow, each_row, in_company_currency

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
    "offers_in_rows",
]

ALL_OFFERS = OfferFilter()
#: Those whose validity ends today or within a week.
EXPIRING_OFFERS = OfferFilter(expiring=7)
OPEN_FOR_CONVERSION = OfferFilter(convertible=True)


class OfferWindow(IdWindow[OfferRow]):
    """A filtered and sorted list of offers."""

    def __init__(
        self,
        desk: Desk,
        filter: OfferFilter = ALL_OFFERS,  # noqa: A002 - what it is called on every list
        sort: OfferSort = OfferSort.NEWEST,
        descending: bool = True,
    ) -> None:
        self.filter, self.sort, self.descending = filter, sort, descending
        super().__init__(desk)

    def _listed(self, connection: Connection) -> array[int]:
        return listed_ids(connection, self.filter, self.sort, self.descending, self.desk.today())

    def _read(self, connection: Connection, ids: Sequence[int]) -> list[OfferRow]:
        return offer_list_rows(connection, ids, self.desk.today())


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
    return each_row(OfferWindow(desk, wanted, sort, descending), limit, page)


def find_offers(desk: Desk, text: str, limit: int = 100) -> list[OfferRow]:
    """Offers that a typed text means, the newest first; at most `limit`."""
    return OfferWindow(desk, OfferFilter(text=text)).rows(0, limit)


def offers_in_rows(desk: Desk, ids: Sequence[int]) -> list[OfferRow]:
    """The offers in these rows of the database as they are now, in this order; none of one that is gone."""
    with desk.store.read() as connection:
        return offer_list_rows(connection, ids, desk.today())


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
    return in_company_currency(desk, figures)
