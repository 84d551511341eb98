"""Offers from entry to loss: numbers, versions, validity, prospects, copies (D-13.1–13.2, D-12.8)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from fluorders_tui.domain.errors import Conflict, Invalid, NotAllowed, Refused, Several
from fluorders_tui.domain.offers import OfferStatus
from fluorders_tui.domain.permissions import Role
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.offer_drafts import duplicate, new_offer, order_into_offer
from fluorders_tui.services.offer_steps import (
    confirm,
    expire_due,
    extend_validity,
    lose,
    new_version,
    reasons_for_losing,
    reopen,
    withdraw_confirmation,
)
from fluorders_tui.services.offers import (
    change_offer,
    enter_offer,
    enter_offers,
    offer_story_of,
    open_offer,
    open_offer_row,
    versions,
)
from fluorders_tui.services.orders import enter_order
from tests.conftest import FixedClock
from tests.services.offer_shop import (
    NEWCOMER,
    TODAY,
    changed,
    check_offers,
    offer_draft,
    offer_type_row,
    offered,
    prospect_offer,
)
from tests.services.supply_shop import rows
from tests.shop import draft, fill_shop


@pytest.fixture
def desk(italian_desk: Desk) -> Desk:
    fill_shop(italian_desk)
    return italian_desk


@pytest.fixture
def small_desk(sqlite_desk: Desk) -> Desk:
    fill_shop(sqlite_desk)
    return sqlite_desk


def test_an_offer_is_entered_and_opened_as_it_was(desk: Desk) -> None:
    offer = changed(
        offer_draft(desk, ("A-100", 12), ("A-120", "5")),
        reference="RFQ 7",
        probability=Decimal("62.5"),
        project="Bridge",
        expected_delivery=TODAY + dt.timedelta(20),
    )
    saved = enter_offer(desk, offer)
    assert saved.number == "OF2026-00001"
    assert (saved.status, saved.offer.terms.version, saved.newest) == (OfferStatus.ENTERED, 1, True)
    assert saved.offer.terms.valid_until == TODAY + dt.timedelta(30)
    assert replace(saved.offer.terms, status=OfferStatus.DRAFT) == offer.terms
    kept = [replace(line, id=0, version=0) for line in saved.draft.lines]
    assert kept == list(offer.draft.lines)
    assert open_offer(desk, saved.number) == saved
    assert open_offer(desk, "1") == saved
    with pytest.raises(Invalid, match="no offer"):
        open_offer(desk, "99")
    assert [entry.text for entry in offer_story_of(desk, saved.number)] == [
        f"entered the offer: 2 lines, {saved.totals.total:f} EUR"
    ]
    check_offers(desk)


def test_offers_and_orders_count_on_their_own(small_desk: Desk) -> None:
    desk = small_desk
    numbers = [one.number for one in enter_offers(desk, [offer_draft(desk), offer_draft(desk)])]
    assert numbers == ["OF2026-00001", "OF2026-00002"]
    assert enter_offers(desk, [offer_draft(desk)], dry_run=True)[0].number == ""
    assert enter_offer(desk, offer_draft(desk)).number == "OF2026-00003"
    check_offers(desk)


def test_what_is_wrong_is_told_together(small_desk: Desk) -> None:
    desk = small_desk
    wrong = changed(offer_draft(desk), probability=Decimal(120), valid_until=TODAY - dt.timedelta(1), lines=())
    with pytest.raises(Several) as told:
        enter_offers(desk, [offer_draft(desk), wrong])
    assert [error.field for error in told.value.errors] == ["[2].probability", "[2].lines"]
    assert rows(desk, "SELECT id FROM offer") == []


def test_it_is_changed_until_it_is_confirmed(desk: Desk) -> None:
    first = enter_offer(desk, offer_draft(desk, ("A-100", 12), ("A-110", 3)))
    fewer = replace(first.draft, lines=(replace(first.draft.lines[1], quantity=Decimal(4)),), note="ring")
    after = change_offer(desk, replace(first.offer, draft=fewer), "they rang")
    assert [(line.item, line.quantity, line.id) for line in after.draft.lines] == [
        ("A-110", Decimal(4), first.draft.lines[1].id)
    ]
    assert after.draft.revision == 1
    with pytest.raises(Conflict):
        change_offer(desk, first.offer)
    extended = changed(after.offer, valid_until=TODAY + dt.timedelta(60), status=OfferStatus.CONVERTED)
    again = change_offer(desk, extended)
    assert again.status is OfferStatus.ENTERED
    confirm(desk, first.draft.id)
    with pytest.raises(Refused, match="confirmed"):
        change_offer(desk, open_offer_row(desk, first.draft.id).offer)
    back = withdraw_confirmation(desk, first.draft.id)
    assert (back.status, back.offer.terms.confirmed_on) == (OfferStatus.ENTERED, None)
    story = offer_story_of(desk, first.number)
    assert [entry.event for entry in story] == [
        "entered", "changed", "changed", "confirmed", "confirmation withdrawn",
    ]  # fmt: skip
    assert "line 1: quantity 3 → 4" in story[1].changes
    assert story[2].changes == ("valid until 2026-12-24 → 2027-01-23",)
    check_offers(desk)


def test_it_is_lost_with_a_reason_and_taken_up_again(desk: Desk) -> None:
    offer = offered(desk)
    with pytest.raises(Invalid, match="why"):
        lose(desk, offer.draft.id, " ")
    gone = lose(desk, offer.draft.id, "too slow")
    assert (gone.status, gone.offer.terms.closed_on, gone.offer.terms.reason) == (OfferStatus.LOST, TODAY, "too slow")
    with pytest.raises(Refused):
        confirm(desk, offer.draft.id)
    back = reopen(desk, offer.draft.id)
    assert (back.status, back.offer.terms.closed_on, back.offer.terms.reason) == (OfferStatus.CONFIRMED, None, "")
    with pytest.raises(Conflict):
        lose(desk, offer.draft.id, "price", version=offer.draft.version)
    check_offers(desk)


def test_a_prospect_with_a_number_their_country_does_not_have_is_refused(small_desk: Desk) -> None:
    """D-2.1, P-101: the customer they are to become could not be saved."""
    made = prospect_offer(small_desk, prospect=replace(NEWCOMER, vat_number="IT12345670018", tax_code="X"))
    with pytest.raises(Several) as told:
        enter_offer(small_desk, made)
    assert [error.field for error in told.value.errors] == ["vat_number", "tax_code"]
    saved = enter_offer(small_desk, prospect_offer(small_desk))
    assert (saved.draft.email, open_offer(small_desk, "1").draft.email) == (NEWCOMER.email, NEWCOMER.email)


def test_a_reason_of_the_table_says_what_the_table_says(small_desk: Desk) -> None:
    """P-104: by its code in any case; whatever else was typed goes along, other words stand as they are."""
    desk = small_desk
    assert reasons_for_losing(desk)["PRICE"] == "Price too high"
    for typed, kept in (
        ("price", "Price too high"),
        ("PRICE  by 3 %", "Price too high: by 3 %"),
        ("priced out", "priced out"),
    ):
        assert lose(desk, offered(desk).draft.id, typed).offer.terms.reason == kept
    check_offers(desk)


def test_it_expires_by_its_date_marked_or_not(desk: Desk, clock: FixedClock) -> None:
    offer = enter_offer(desk, offer_draft(desk))
    kept = offered(desk)
    clock.advance(days=30)
    assert expire_due(desk) == 0
    clock.advance(days=1)
    expired = open_offer(desk, offer.number)
    assert expired.status is OfferStatus.EXPIRED
    with pytest.raises(Refused, match="expired"):
        change_offer(desk, changed(expired.offer, reference="late"))
    with pytest.raises(Refused, match="valid until"):
        confirm(desk, offer.draft.id)
    looking = replace(desk, role=Role.VIEWER.value)
    assert expire_due(looking) == 0
    with pytest.raises(NotAllowed):
        enter_offer(looking, offer_draft(desk))
    assert [expire_due(desk), expire_due(desk)] == [1, 0]
    assert open_offer(desk, offer.number).offer.terms.status is OfferStatus.EXPIRED
    assert open_offer(desk, kept.number).status is OfferStatus.CONFIRMED
    longer = extend_validity(desk, offer.draft.id, desk.today())
    assert longer.status is OfferStatus.ENTERED
    check_offers(desk)


def test_a_new_version_leaves_the_old_one_to_be_read(desk: Desk, clock: FixedClock) -> None:
    first = offered(desk, ("A-100", 12))
    clock.advance(days=3)
    second = new_version(desk, first.draft.id)
    assert (second.number, second.offer.terms.version, second.status) == (first.number, 2, OfferStatus.ENTERED)
    cheaper = replace(second.draft.lines[0], quantity=Decimal(20))
    change_offer(desk, replace(second.offer, draft=replace(second.draft, lines=(cheaper,))))
    old = open_offer(desk, first.number, 1)
    assert (old.status, old.newest, old.draft.lines) == (OfferStatus.SUPERSEDED, False, first.draft.lines)
    with pytest.raises(Refused):
        change_offer(desk, old.offer)
    with pytest.raises(Refused):
        new_version(desk, old.draft.id)
    found = versions(desk, first.number)
    assert [one.saved.offer.terms.version for one in found] == [1, 2]
    assert ("quantity", "12", "20") in [(one.field, one.before, one.after) for one in found[1].changes]
    assert open_offer(desk, first.number).offer.terms.version == 2
    with pytest.raises(Invalid, match="no version 3"):
        open_offer(desk, first.number, 3)
    assert [row["newest"] for row in rows(desk, "SELECT newest FROM offer ORDER BY id")] == [False, True]
    check_offers(desk)


def test_a_prospect_needs_a_name_and_no_customer(small_desk: Desk) -> None:
    desk = small_desk
    saved = enter_offer(desk, prospect_offer(desk))
    assert (saved.offer.terms.prospect, saved.draft.customer, saved.draft.name) == (True, "", "Nuova Srl")
    assert saved.draft.address.city == "Torino"
    assert rows(desk, "SELECT customer_id FROM offer") == [{"customer_id": None}]
    with pytest.raises(Refused, match="no name"):
        enter_offer(desk, prospect_offer(desk, prospect=replace(NEWCOMER, name="")))
    with pytest.raises(Refused, match="is a customer"):
        enter_offer(desk, changed(offer_draft(desk), prospect=True))


def test_copies_stand_as_they_are_or_are_priced_again(small_desk: Desk) -> None:
    desk = small_desk
    line = offer_draft(desk).draft.lines[0]
    typed = replace(line, price=Decimal(8), gross=Decimal("96.00"), net=Decimal("96.00"))
    saved = enter_offer(desk, changed(offer_draft(desk), lines=(typed,)))
    same = duplicate(desk, saved.offer).offer
    assert (same.draft.number, same.draft.lines[0].price, same.terms.version) == ("", Decimal(8), 1)
    again = duplicate(desk, saved.offer, customer="C0002", reprice=True).offer
    assert (again.draft.customer, again.draft.lines[0].price) == ("C0002", Decimal(10))
    assert enter_offer(desk, same).number != saved.number
    with pytest.raises(Refused, match="no conditions"):
        duplicate(desk, enter_offer(desk, prospect_offer(desk)).offer, reprice=True)
    order = enter_order(desk, draft(desk, ("A-110", 5)))
    offer = order_into_offer(desk, order.draft)
    assert (offer.draft.lines[0].item, offer.draft.lines[0].id, offer.draft.number) == ("A-110", 0, "")
    assert enter_offer(desk, offer).status is OfferStatus.ENTERED


def test_the_type_brings_numbering_validity_and_orders(small_desk: Desk) -> None:
    desk = small_desk
    offer_type_row(desk, "WEB", "WEB")
    made = new_offer(desk, "WEB")
    assert (made.terms.type.order_type.code if made.terms.type.order_type else "", made.draft.type.code) == (
        "WEB", "WEB",
    )  # fmt: skip
    with pytest.raises(Invalid, match="no offer type"):
        new_offer(desk, "NONE")


def test_an_entry_asked_for_twice_is_entered_once(desk: Desk) -> None:
    """P-143."""
    first = enter_offer(desk, offer_draft(desk), "entry-1")
    second = enter_offer(desk, offer_draft(desk, ("A-110", 9)), "entry-1")
    assert (second.draft.number, second.again, first.again) == (first.draft.number, True, False)
    assert len(rows(desk, "SELECT id FROM offer")) == 1
