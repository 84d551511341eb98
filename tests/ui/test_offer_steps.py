"""What is done to offers from their screen: confirmed, lost, extended, versions, copies, conversion (D-12.8, D-13)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from fluorders_tui.domain.offers import OfferStatus
from fluorders_tui.screens.convert_offers import ConvertOffersScreen
from fluorders_tui.screens.offer_entry import OfferEntryScreen
from fluorders_tui.screens.order_status import OrderStatusScreen
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.offer_steps import confirm
from fluorders_tui.services.offers import change_offer, enter_offer, open_offer, open_offer_row
from fluorders_tui.services.orders import enter_order
from fluorders_tui.widgets.page import Page
from tests.conftest import FixedClock
from tests.services.offer_shop import TODAY, changed, offer_draft, offered, prospect_offer
from tests.shop import draft
from tests.ui.clerk import Typing
from tests.ui.raw_keys import until


async def test_the_next_step_confirms_and_then_converts(offering: Typing, desk: Desk) -> None:
    row = enter_offer(desk, changed(offer_draft(desk), date=TODAY - dt.timedelta(3))).draft.id
    async with offering(row=row) as clerk:
        await clerk.types("{f9}")
        assert "Confirmed on 24/11/2026" in clerk.screen.pane.text
        assert open_offer_row(desk, row).status is OfferStatus.ENTERED
        # Another day, which makes it another plan.
        await clerk.types("01.11.2026{enter}")
        assert "before the offer's date" in clerk.message
        await clerk.types("{ctrl+u}/confirm -1{enter}{enter}")
        await until(lambda: "is confirmed" in clerk.message)
        saved = open_offer_row(desk, row)
        assert (saved.status, saved.offer.terms.confirmed_on) == (OfferStatus.CONFIRMED, TODAY - dt.timedelta(1))
        assert "confirmed 23/11/2026" in clerk.screen.title_bar.left
        assert (clerk.field, clerk.text("item")) == ("item", "")
        await clerk.types("/withdraw they rang{enter}")
        await until(lambda: "taken back" in clerk.message)
        assert clerk.screen.session.read_only == ""
        await clerk.types("{f9}{enter}{f9}")
        screen = clerk.pilot.app.screen
        assert isinstance(screen, ConvertOffersScreen)


async def test_a_changed_offer_is_saved_before_its_next_step(offering: Typing, desk: Desk) -> None:
    row = enter_offer(desk, offer_draft(desk)).draft.id
    async with offering(row=row) as clerk:
        await clerk.types("{up}5{enter}/confirm{enter}")
        assert "not saved" in clerk.message
        await clerk.types("{f12}{f9}")
        assert "Items gross" in clerk.screen.pane.text
        assert open_offer_row(desk, row).status is OfferStatus.ENTERED


async def test_lost_with_a_reason_of_the_table_and_reopened(offering: Typing, desk: Desk) -> None:
    row = enter_offer(desk, offer_draft(desk)).draft.id
    async with offering(row=row) as clerk:
        await clerk.types("/lose{enter}")
        assert "Say why" in clerk.message
        await clerk.types("{ctrl+u}/lose price by 3 % [b]{enter}")
        assert "Reason: Price too high: by 3 % [b]" in clerk.screen.pane.text
        await clerk.types("{enter}")
        await until(lambda: "is lost" in clerk.message)
        assert open_offer_row(desk, row).offer.terms.reason == "Price too high: by 3 % [b]"
        await clerk.types("/confirm{enter}")
        assert "It is lost" in clerk.message
        await clerk.types("{ctrl+u}/reopen{enter}")
        await until(lambda: "taken up again" in clerk.message)
        assert open_offer_row(desk, row).status is OfferStatus.ENTERED


async def test_an_expired_offer_is_extended_or_gets_a_new_version(
    offering: Typing,
    desk: Desk,
    clock: FixedClock,
) -> None:
    saved = enter_offer(desk, offer_draft(desk))
    clock.advance(days=40)
    async with offering(row=saved.draft.id) as clerk:
        assert "has expired" in clerk.message
        await clerk.types("{up}5{enter}")
        assert "read-only" in clerk.message
        await clerk.types("{f12}{f12}/extend{enter}")
        assert "Say until when" in clerk.message
        await clerk.types(" +30{enter}")
        await until(lambda: "valid until 02/02/2027" in clerk.message)
        await clerk.types("{up}5{enter}{f10}")
        await until(lambda: "saved" in clerk.message)
        await clerk.types("/version{enter}{enter}")
        await until(lambda: "Version 2 of offer" in clerk.message)
        assert "version 2" in clerk.screen.title_bar.left
        assert clerk.lines == [("A-100", "5", "50.00")]
        await clerk.types("{up}7{enter}{f10}")
        await until(lambda: "saved" in clerk.message)
    newest = open_offer(desk, saved.number)
    assert (newest.offer.terms.version, newest.draft.lines[0].quantity) == (2, 7)
    assert open_offer_row(desk, saved.draft.id).status is OfferStatus.SUPERSEDED


async def test_another_desk_that_was_faster_is_told(offering: Typing, desk: Desk) -> None:
    saved = enter_offer(desk, offer_draft(desk))
    async with offering(row=saved.draft.id) as clerk:
        change_offer(desk, changed(saved.offer, note="ring"))
        await clerk.types("{f9}{enter}")
        await until(lambda: "Somebody else changed" in clerk.message)
        assert open_offer_row(desk, saved.draft.id).status is OfferStatus.ENTERED


@pytest.mark.parametrize(
    ("words", "customer", "name", "total"),
    [
        ("", "C0001", "Rossi [Milano]", "146.40"),
        (" for C0002 reprice", "C0002", "Rossi & Figli [/b]", "146.40"),
        (" 1 for +Nuova Srl", "", "Nuova Srl", "146.40"),
    ],
)
async def test_it_is_duplicated_for_whom_it_may_concern(
    offering: Typing,
    desk: Desk,
    words: str,
    customer: str,
    name: str,
    total: str,
) -> None:
    saved = offered(desk)
    async with offering(row=saved.draft.id) as clerk:
        await clerk.types(f"/duplicate{words}{{enter}}")
        assert "Without number and delivery dates, unconfirmed." in clerk.screen.pane.text
        await clerk.types("{enter}{f10}")
        await until(lambda: "OF2026-00002 entered" in clerk.message)
    copy = open_offer(desk, "2")
    assert (copy.draft.customer, copy.draft.name, str(copy.totals.total)) == (customer, name, total)
    assert (copy.status, copy.offer.terms.confirmed_on) == (OfferStatus.ENTERED, None)
    assert copy.offer.terms.prospect is (customer == "")


async def test_lines_are_copied_from_offers_and_orders_alike(offering: Typing, desk: Desk) -> None:
    enter_offer(desk, offer_draft(desk, ("A-100", 1)))
    enter_order(desk, draft(desk, ("A-110", 2)))
    async with offering() as clerk:
        await clerk.types("+Nuova{enter}/copy 1{enter}{enter}/copy order 1{enter}{enter}/reprice{enter}")
        assert clerk.lines == [("A-100", "1", "10.00"), ("A-110", "2", "22.00")]
        assert "A prospect has no lists" in clerk.message
        await clerk.types("{ctrl+u}/copy OF2026-00001 #1{enter}{enter}{f10}")
        await until(lambda: "entered: 3 lines" in clerk.message)


async def test_an_order_is_reversed_into_an_offer(typing: Typing, desk: Desk) -> None:
    saved = enter_order(desk, draft(desk, ("A-100", 12), ("A-120", 3)))
    async with typing(number=saved.number) as clerk:
        await clerk.types("/offer{enter}")
        await until(lambda: isinstance(clerk.pilot.app.screen, OfferEntryScreen) and clerk.screen._session is not None)
        assert clerk.lines == [("A-100", "12", "120.00"), ("A-120", "3", "1.50")]
        await clerk.types("{f10}")
        await until(lambda: "OF2026-00001 entered: 2 lines" in clerk.message)
    offer = open_offer(desk, "1")
    assert offer.draft.lines[0].price_source.tried[0] == f"It came from order {saved.number}."
    assert [replace(one).status for one in clerk.orders] == [clerk.orders[0].status]


async def test_its_story_is_one_action_away(offering: Typing, desk: Desk) -> None:
    row = offered(desk).draft.id
    async with offering(row=row) as clerk:
        await clerk.types("/story{enter}")
        screen = clerk.pilot.app.screen
        assert isinstance(screen, OrderStatusScreen)
        await until(lambda: "confirmed" in screen.query_one(Page).text)


async def test_what_became_of_it_elsewhere_is_shown_on_coming_back(offering: Typing, desk: Desk) -> None:
    saved = enter_offer(desk, prospect_offer(desk))
    async with offering(row=saved.draft.id) as clerk:
        await clerk.types("{ctrl+o}")
        confirm(desk, saved.draft.id)
        await clerk.types("{f3}")
        await until(lambda: "confirmed" in clerk.screen.title_bar.left)
        assert clerk.screen.session.totals.total == Decimal("146.40")
