"""Offers on the order screen, in one burst and slowly, for customers and prospects (D-13.1, U-1.1)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from fluorders_tui.domain.offers import OfferStatus
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.holding import held
from fluorders_tui.services.offer_steps import lose, new_version
from fluorders_tui.services.offers import change_offer, enter_offer, open_offer, open_offer_row
from tests.services.offer_shop import TODAY, changed, confirmed, offer_draft, prospect_offer
from tests.ui.clerk import Typing
from tests.ui.raw_keys import burst, slowly, until

OFFER = "C0001{enter}A-100{enter}12{enter}a-110{enter}3*4{ctrl+j}!A-120{enter}5{enter}+Freight{enter}30{enter}"


async def test_an_offer_is_typed_like_an_order(offering: Typing) -> None:
    async with offering() as clerk:
        await burst(clerk.pilot, OFFER)
        fast = clerk.screen.session.typed
    async with offering() as clerk:
        await slowly(clerk.pilot, OFFER)
        assert clerk.screen.session.typed == fast
        assert clerk.screen.title_bar.left.startswith("New offer STD · OF2026-00001")
        await clerk.types("{f10}C0002{enter}8001234567890{enter}2{enter}{f10}")
        await until(lambda: "Offer OF2026-00002 entered: 1 line" in clerk.message)
        assert clerk.field == "customer"
    first, second = open_offer(clerk.desk, "1"), open_offer(clerk.desk, "2")
    assert [line.item or line.description for line in first.draft.lines] == ["A-100", "A-110", "A-120", "Freight"]
    assert (first.status, first.offer.terms.valid_until) == (OfferStatus.ENTERED, TODAY + dt.timedelta(30))
    assert (second.draft.customer, second.totals.total) == ("C0002", Decimal("322.08"))
    assert clerk.orders == []


async def test_a_prospect_is_typed_in_the_customers_place(offering: Typing) -> None:
    async with offering() as clerk:
        await clerk.types("Nuova{enter}")
        assert (clerk.field, clerk.text("customer")) == ("customer", "Nuova")
        assert "+Nuova makes them a prospect" in clerk.message
        await clerk.types("{f12}+Nuova [b] Srl{tab}12345670018{enter}")
        assert clerk.field == "vat_number"
        assert "12345670018 is no VAT number of IT" in clerk.message
        await clerk.types("{ctrl+u}IT 1234567 0017{tab}info@{tab}")
        assert clerk.field == "email"
        await clerk.types(
            "nuova.example{tab}Via Po 1{tab}{tab}10100{tab}Torino{tab}IT{enter}A-100{enter}12{enter}{f10}"
        )
        await until(lambda: "OF2026-00001 entered" in clerk.message)
    saved = open_offer(clerk.desk, "1")
    draft = saved.draft
    assert (draft.customer, draft.name, draft.vat_number) == ("", "Nuova [b] Srl", "IT12345670017")
    assert (draft.email, saved.offer.terms.prospect) == ("info@nuova.example", True)
    assert draft.destination.one_line() == "Nuova [b] Srl, Via Po 1, 10100 Torino, IT"


async def test_a_prospect_is_renamed_and_becomes_a_customer_by_hand(offering: Typing, desk: Desk) -> None:
    offer = enter_offer(desk, prospect_offer(desk))
    async with offering(row=offer.draft.id) as clerk:
        assert clerk.text("customer") == "+Nuova Srl"
        clerk.screen.field("customer").focus()
        await clerk.types("{end} Unipersonale{enter}")
        session = clerk.screen.session
        assert (session.draft.name, session.draft.vat_number) == ("Nuova Srl Unipersonale", "IT12345670017")
        assert (clerk.field, clerk.lines) == ("item", [("A-100", "12", "120.00")])
        clerk.screen.field("customer").focus()
        await clerk.types("{ctrl+u}C0002{enter}{f10}")
        await until(lambda: "saved" in clerk.message)
        saved = open_offer_row(desk, offer.draft.id)
        assert (saved.draft.customer, saved.offer.terms.prospect, saved.draft.email) == ("C0002", False, "")


async def test_validity_follows_date_and_type_until_it_is_typed(offering: Typing) -> None:
    async with offering() as clerk:
        await clerk.types("C0001{enter}")
        clerk.screen.field("date").focus()
        await clerk.types("+3{enter}")
        terms = lambda: clerk.screen.session.terms  # noqa: E731
        assert terms().valid_until == TODAY + dt.timedelta(33)
        clerk.screen.field("valid_until").focus()
        await clerk.types("+10{tab}+20{tab}120{enter}")
        assert clerk.field == "probability"
        assert "between 0 and 100" in clerk.message
        await clerk.types("{ctrl+u}62,5{enter}")
        clerk.screen.field("date").focus()
        await clerk.types("+4{enter}{ctrl+d}")
        assert clerk.field == "type"
        assert "orders STD" in clerk.screen.field("type").note
        assert (terms().valid_until, terms().probability) == (TODAY + dt.timedelta(10), Decimal("62.5"))
        await clerk.types("{ctrl+z}{ctrl+z}")
        assert terms().probability is None


async def test_what_is_wrong_is_told_in_the_words_of_an_offer(offering: Typing) -> None:
    async with offering() as clerk:
        await clerk.types("{f10}")
        assert clerk.field == "customer"
        assert "The offer has no line." in clerk.screen.pane.text
        await clerk.types("+N{enter}A-100{enter}1{enter}{f10}")
        await until(lambda: "entered" in clerk.message)


async def test_hold_and_resume_bring_back_the_half_typed_offer(offering: Typing) -> None:
    async with offering() as clerk:
        await clerk.types("+Nuova{enter}A-100{enter}12{enter}A-110{enter}4{ctrl+k}")
        assert (clerk.lines, clerk.field) == ([], "customer")
        one = held(clerk.desk)[0]
        assert (one.offer, one.title) == (True, "Nuova · new offer · 1 lines")
    async with offering(held=one.row) as clerk:
        assert (clerk.field, clerk.text("quantity"), clerk.text("customer")) == ("quantity", "4", "+Nuova")
        await clerk.types("{enter}{f10}")
        await until(lambda: "entered: 2 lines" in clerk.message)
        assert held(clerk.desk) == ()


@pytest.mark.parametrize("end", ["confirmed", "lost", "superseded"])
async def test_what_was_decided_can_be_read_only(offering: Typing, desk: Desk, end: str) -> None:
    offer = enter_offer(desk, offer_draft(desk))
    row = offer.draft.id
    if end == "confirmed":
        offer = confirmed(desk, offer_draft(desk))
        row = offer.draft.id
    elif end == "lost":
        lose(desk, row, "PRICE")
    else:
        new_version(desk, row)
    async with offering(row=row) as clerk:
        assert "read-only" in clerk.message
        assert end in clerk.screen.title_bar.left
        await clerk.types("A-110{enter}")
        assert (clerk.field, clerk.text("item")) == ("item", "A-110")
        assert "read-only" in clerk.message
        await clerk.types("{f12}{up}{tab}{tab}9{enter}")
        assert clerk.lines == [("A-100", "12", "120.00")]
        assert "read-only" in clerk.message
        await clerk.types("{f12}{f12}{ctrl+t}")
        assert len(clerk.lines) == 1
        clerk.screen.field("note").focus()
        await clerk.types("x{enter}")
        assert clerk.screen.session.draft.note == ""


async def test_a_second_desk_is_told_what_changed(offering: Typing, desk: Desk) -> None:
    saved = enter_offer(desk, offer_draft(desk))
    async with offering(number=saved.number) as clerk:
        await clerk.types("{up}9{enter}")
        change_offer(desk, changed(saved.offer, probability=Decimal(30)))
        await clerk.types("{f10}")
        await until(lambda: clerk.screen.pane.is_open)
        assert "anna saved it" in clerk.screen.pane.text
        assert "probability: theirs 30, yours None" in clerk.screen.pane.text
        assert clerk.lines == [("A-100", "9", "90.00")]
