"""The list of offers: what it lets through, in which order, how many there are (D-13.1)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from fluorders_tui.domain.offers import OfferStatus
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.offer_list import (
    EXPIRING_OFFERS,
    OPEN_FOR_CONVERSION,
    OfferFilter,
    OfferSort,
    OfferWindow,
    each_offer,
    find_offers,
    offer_status_counts,
    offers_in_rows,
)
from fluorders_tui.services.offer_steps import expire_due
from fluorders_tui.services.offers import enter_offer
from fluorders_tui.services.order_list import each_order
from tests.conftest import FixedClock
from tests.services.offer_shop import TODAY, fill_offers, offer_draft
from tests.shop import fill_shop


@pytest.fixture
def desk(italian_desk: Desk) -> Desk:
    fill_shop(italian_desk)
    fill_offers(italian_desk)
    return italian_desk


def numbers(desk: Desk, **wanted: Any) -> list[int]:
    return [int(row.number[-5:]) for row in each_offer(desk, OfferFilter(**wanted), OfferSort.NUMBER, descending=False)]


def test_each_filter_lets_through_what_it_says(desk: Desk) -> None:
    assert numbers(desk) == [1, 2, 3, 4, 5, 6, 7]
    assert numbers(desk, old_versions=True) == [1, 2, 3, 4, 5, 6, 7, 7]
    assert numbers(desk, statuses=(OfferStatus.ENTERED,)) == [2, 3, 7]
    assert numbers(desk, statuses=(OfferStatus.EXPIRED, OfferStatus.LOST)) == [1, 5]
    assert numbers(desk, expiring=7) == [2]
    assert numbers(desk, expiring=8) == [2, 3]
    assert numbers(desk, convertible=True) == [6]
    assert numbers(desk, prospects=True) == [6]
    assert numbers(desk, customer="C0002") == [2]
    assert numbers(desk, item="A-110") == [3]
    assert numbers(desk, until=TODAY - dt.timedelta(1)) == [1]
    assert numbers(desk, since=TODAY, type="NONE") == []
    assert [row.number for row in each_offer(desk, EXPIRING_OFFERS)] == ["OF2026-00002"]
    assert [row.number for row in each_offer(desk, OPEN_FOR_CONVERSION)] == ["OF2026-00006"]


def test_a_text_finds_number_reference_and_name(desk: Desk) -> None:
    assert [row.number for row in find_offers(desk, "of2026-00003")] == ["OF2026-00003"]
    assert [row.number for row in find_offers(desk, "tender")] == ["OF2026-00001"]
    assert [row.number for row in find_offers(desk, "nuova")] == ["OF2026-00006"]
    assert [row.number for row in find_offers(desk, "77")] == ["OF2026-00001"]
    assert find_offers(desk, "100%") == []


def test_a_row_says_what_became_of_the_offer(desk: Desk) -> None:
    became = {row.number[-1]: (row.status, row.orders, row.reason) for row in each_offer(desk)}
    order = next(each_order(desk)).number
    assert became["4"] == (OfferStatus.CONVERTED, (order,), "")
    assert became["5"] == (OfferStatus.LOST, (), "Price too high")
    assert became["6"] == (OfferStatus.CONFIRMED, (), "")
    rows = [row.id for row in each_offer(desk)]
    assert [row.id for row in offers_in_rows(desk, [rows[2], 0, rows[0]])] == [rows[2], rows[0]]


def test_any_part_is_read_in_any_order(desk: Desk) -> None:
    window = OfferWindow(desk, OfferFilter(), OfferSort.VALID_UNTIL, descending=False)
    every = window.rows(0, 99)
    assert [row.valid_until for row in every] == sorted(row.valid_until for row in every if row.valid_until)
    assert window.rows(2, 4) == every[2:4]
    assert window.index_of(every[3].id) == 3
    assert window.index_of(0) is None
    assert window.ids() == tuple(row.id for row in every)
    enter_offer(desk, offer_draft(desk))
    assert window.count() == 7
    window.refresh()
    assert window.count() == 8


def test_counts_know_what_has_expired_before_it_is_marked(desk: Desk, clock: FixedClock) -> None:
    def found() -> dict[OfferStatus, int]:
        return {status: one.count for status, one in offer_status_counts(desk).items()}

    before = {
        OfferStatus.ENTERED: 3, OfferStatus.CONFIRMED: 1, OfferStatus.CONVERTED: 1, OfferStatus.LOST: 1,
        OfferStatus.EXPIRED: 1, OfferStatus.SUPERSEDED: 1,
    }  # fmt: skip
    assert found() == before
    expire_due(desk)
    assert found() == before
    clock.advance(days=10)
    assert (found()[OfferStatus.ENTERED], found()[OfferStatus.EXPIRED]) == (1, 3)
