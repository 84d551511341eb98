"""The versions of an offer side by side, any of them opened, and a new one (D-13.2)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from fluorders_tui.domain.offers import Offer
from fluorders_tui.screens.offer_entry import OfferEntryScreen
from fluorders_tui.screens.offer_versions import OfferVersionsScreen
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.offer_steps import new_version
from fluorders_tui.services.offers import change_offer, enter_offer, open_offer
from fluorders_tui.widgets.page import Page
from tests.services.offer_shop import TODAY, changed, offer_draft
from tests.shop import with_line
from tests.ui.clerk import Typing
from tests.ui.raw_keys import until


def three_versions(desk: Desk) -> str:
    """A second version with fewer bolts, another line and a note; a third without washers, valid for longer."""
    offer = enter_offer(desk, offer_draft(desk, ("A-100", 12), ("A-110", 3), ("A-120", 5)))
    second = new_version(desk, offer.draft.id).offer
    lines = (
        replace(second.draft.lines[0], quantity=Decimal(4), net=Decimal(40), gross=Decimal(40)),
        *second.draft.lines[1:],
    )
    more = with_line(desk, replace(second.draft, lines=lines, note="ring [b]"), "B-900", 2)
    saved = change_offer(desk, Offer(more, second.terms))
    third = new_version(desk, saved.draft.id).offer
    fewer = replace(third.draft, lines=third.draft.lines[:2])
    change_offer(desk, changed(replace(third, draft=fewer), valid_until=TODAY + dt.timedelta(90)))
    return offer.number


@pytest.mark.parametrize("size", [(80, 24), (132, 43)])
async def test_they_stand_side_by_side(typing: Typing, desk: Desk, size: tuple[int, int]) -> None:
    number = three_versions(desk)
    async with typing(size) as clerk:
        await clerk.pilot.app.open_screen("offer_versions", number=number)
        screen = clerk.pilot.app.screen
        assert isinstance(screen, OfferVersionsScreen)
        page = screen.query_one(Page)
        await until(lambda: "Version 3" in page.text)
        # Two fit into eighty cells, all three into 132.
        assert ("Version 1" in page.text) is (size[0] > 80)
        rows = [" ".join(row.split()) for row in page.text.splitlines()]
        assert any(row.startswith("valid until") and row.endswith("22/02/2027") for row in rows)
        assert any(row.startswith("A-120") and row.endswith("» –") for row in rows)
        await clerk.types("{up}")
        rows = [" ".join(row.split()) for row in page.text.splitlines()]
        assert "A-100 12 pc x 10 = 120.00 » 4 pc x 10 = 40.00" in rows
        assert "B-900 – » 2 pc x 7 = 14.00" in rows
        assert "note – » ring [b]" in rows
        assert "2 lines are the same in all of them." in rows
        assert not any(row.startswith("Version 3") for row in rows)


async def test_any_is_opened_and_only_the_newest_gets_a_new_one(typing: Typing, desk: Desk) -> None:
    number = three_versions(desk)
    async with typing(size=(80, 24)) as clerk:
        await clerk.pilot.app.open_screen("offer_versions", number=number)
        await clerk.types("1{enter}")
        screen = clerk.pilot.app.screen
        assert isinstance(screen, OfferEntryScreen)
        await until(lambda: screen._session is not None and "superseded" in screen.title_bar.left)
        await clerk.types("{f3}{f6}")
        versions = clerk.pilot.app.screen
        assert isinstance(versions, OfferVersionsScreen)
        assert "Only the newest" in versions.message_line.text
        await clerk.types("9{enter}")
        assert "no version 9" in versions.message_line.text
        await clerk.types("{down}{down}{down}{f6}n{f6}y")
        await until(lambda: open_offer(desk, number).offer.terms.version == 4)
        made = clerk.pilot.app.screen
        assert isinstance(made, OfferEntryScreen)
        await until(lambda: made._session is not None and "version 4" in made.title_bar.left)
        await clerk.types("/versions{enter}")
        assert isinstance(clerk.pilot.app.screen, OfferVersionsScreen)
