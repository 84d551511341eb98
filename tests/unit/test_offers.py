"""Offers: their life, versions, copies and what a newer version changed (D-12.8, D-13.1–13.3)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from fluorders_tui.domain import codec
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.offer_changes import OfferChange, offer_changes
from fluorders_tui.domain.offers import (
    OFFER_TRANSITIONS,
    Offer,
    OfferStatus,
    OfferTerms,
    become_customer,
    check_editable,
    check_terms,
    check_transition,
    confirm_offer,
    duplicate_offer,
    enter_offer,
    expire_offer,
    expires_within,
    extend_validity,
    lose_offer,
    may_convert,
    may_follow,
    new_version,
    reopen_offer,
    reverse_order_into_offer,
    start_offer,
    withdraw_confirmation,
)
from fluorders_tui.domain.order import LineType, OrderDraft, OrderStatus, PriceOrigin, PriceSource
from fluorders_tui.domain.totals import document_totals
from tests.unit.offer_samples import MILAN, OFFER_TYPE, ORDER_TYPE, note, offer, priced
from tests.unit.trade_samples import TODAY, VAT_10, d

WEEK = TODAY + dt.timedelta(7)
S = OfferStatus


def entered(**terms: object) -> Offer:
    return offer(1, priced("A", "2", "10"), terms={"confirmed_on": None, "status": S.ENTERED, **terms})


def test_an_offer_is_an_orders_draft_with_its_terms():
    """One component: lines, header and totals are those of an order; validity comes from the type (D-13.1)."""
    started = start_offer(OFFER_TYPE, OrderDraft(ORDER_TYPE, TODAY, lines=(priced("A", "2", "10", "10"),)))
    assert started.terms.valid_until == TODAY + dt.timedelta(30)
    assert (started.terms.version, started.terms.status) == (1, S.DRAFT)
    assert started.draft.type is ORDER_TYPE
    assert document_totals(started.draft).items_net == 18
    endless = start_offer(replace(OFFER_TYPE, validity_days=0), started.draft, prospect=True)
    assert (endless.terms.valid_until, endless.terms.prospect) == (None, True)


def test_terms_go_to_json_and_back():
    terms = OfferTerms(OFFER_TYPE, 3, TODAY, WEEK, None, "price", WEEK, Decimal("12.5"), True, "P1", S.LOST)
    assert codec.loads(OfferTerms, codec.dumps(terms)) == terms


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"probability": Decimal(101)}, "probability"),
        ({"probability": Decimal(-1)}, "probability"),
        ({"probability": Decimal("NaN")}, "probability"),
        ({"valid_until": TODAY - dt.timedelta(1)}, "valid_until"),
        ({"expected_delivery": TODAY - dt.timedelta(1)}, "expected_delivery"),
        ({"version": 0}, "version"),
    ],
)
def test_terms_that_make_no_sense_are_named(terms, field):
    with pytest.raises(Invalid) as error:
        check_terms(entered(**terms))
    assert error.value.field == field


def test_transitions_are_one_table():
    """Every status has its row, no status follows itself, and a refusal says why and how on."""
    assert set(OFFER_TRANSITIONS) == set(OfferStatus)
    for before in OfferStatus:
        assert not may_follow(before, before)
        for after in set(OfferStatus) - OFFER_TRANSITIONS[before] - {before}:
            with pytest.raises(Refused) as error:
                check_transition(before, after)
            assert error.value.hint
            assert before.value in error.value.message
    assert OFFER_TRANSITIONS[S.SUPERSEDED] == frozenset()


def test_confirming_needs_a_day_within_the_validity():
    """D-13.3."""
    until = entered(valid_until=WEEK)
    assert confirm_offer(until, WEEK).terms.confirmed_on == WEEK
    with pytest.raises(Refused, match="valid until"):
        confirm_offer(until, WEEK + dt.timedelta(1))
    with pytest.raises(Refused, match="before the offer's date"):
        confirm_offer(until, TODAY - dt.timedelta(1))
    assert withdraw_confirmation(confirm_offer(until, WEEK)) == until
    with pytest.raises(Refused, match="converted"):
        withdraw_confirmation(offer(1, terms={"status": S.PARTLY}))


def test_only_open_offers_can_be_changed():
    check_editable(entered())
    for status in (S.CONFIRMED, S.LOST, S.SUPERSEDED, S.CONVERTED):
        with pytest.raises(Refused):
            check_editable(entered(status=status))


def test_expiry_counts_its_last_day():
    """D-16.1 triggers on it: the list shows what ends within the week."""
    until = entered(valid_until=WEEK)
    assert expires_within(until, TODAY)
    assert expires_within(until, WEEK)
    assert not expires_within(until, TODAY, 6)
    assert not expires_within(until, WEEK + dt.timedelta(1))
    assert not expires_within(confirm_offer(until, TODAY), TODAY)
    assert not expires_within(entered(), TODAY)
    assert expire_offer(until, WEEK) is until
    gone = expire_offer(until, WEEK + dt.timedelta(1))
    assert gone.terms.status is S.EXPIRED
    longer = extend_validity(gone, WEEK + dt.timedelta(7))
    assert (longer.terms.status, longer.terms.valid_until) == (S.ENTERED, WEEK + dt.timedelta(7))
    with pytest.raises(Refused):
        extend_validity(offer(1), WEEK)


def test_a_lost_offer_has_a_reason_and_can_come_back():
    lost = lose_offer(entered(), WEEK, " too dear ")
    assert (lost.terms.closed_on, lost.terms.reason, lost.terms.status) == (WEEK, "too dear", S.LOST)
    assert reopen_offer(lost) == entered()
    with pytest.raises(Invalid, match="why"):
        lose_offer(entered(), WEEK, "  ")
    with pytest.raises(Invalid, match="before"):
        lose_offer(entered(), TODAY - dt.timedelta(1), "price")
    assert reopen_offer(lose_offer(offer(1), TODAY, "price")).terms.status is S.CONFIRMED
    part = lose_offer(offer(1, terms={"status": S.PARTLY}), TODAY, "price")
    assert reopen_offer(part, partly_converted=True).terms.status is S.PARTLY
    with pytest.raises(Refused):
        reopen_offer(entered())


def test_only_the_newest_confirmed_version_converts():
    """D-13.2, D-13.3; the confirmation date is offered on the spot."""
    assert may_convert(offer(1)) == offer(1)
    assert may_convert(entered(), WEEK).terms.confirmed_on == WEEK
    for status in set(OfferStatus) - {S.CONFIRMED, S.PARTLY}:
        with pytest.raises(Refused) as error:
            may_convert(offer(1, terms={"status": status}))
        assert error.value.rule == "D-13.2"
    with pytest.raises(Refused, match="order type"):
        may_convert(offer(1, terms={"type": replace(OFFER_TYPE, order_type=None)}))
    with pytest.raises(Refused, match="valid until"):
        may_convert(entered(valid_until=TODAY), WEEK)


def test_a_prospect_becomes_a_customer_with_the_first_order():
    asked = offer(1, priced("A", "1", "1"), customer="", terms={"prospect": True})
    known = become_customer(asked, "NERI")
    assert known == offer(1, priced("A", "1", "1"), customer="NERI")
    with pytest.raises(Refused):
        become_customer(known, "NERI")
    with pytest.raises(Invalid):
        become_customer(asked, "")


def test_a_new_version_copies_and_leaves_the_old_one_for_reading():
    """D-13.2."""
    first = offer(1, priced("A", "2", "10"), note("As discussed"), terms={"expected_delivery": TODAY, "project": "P"})
    old, new = new_version(first, WEEK)
    assert (old.terms.status, old.draft) == (S.SUPERSEDED, first.draft)
    assert (new.terms.version, new.terms.status, new.terms.confirmed_on) == (2, S.DRAFT, None)
    assert (new.draft.number, new.draft.id, new.draft.date) == (first.draft.number, 0, WEEK)
    assert (new.terms.valid_until, new.terms.expected_delivery) == (WEEK + dt.timedelta(30), None)
    assert [replace(line, id=0) for line in first.draft.lines] == list(new.draft.lines)
    assert offer_changes(first, new) == tuple(change for change in offer_changes(first, new) if change.line == 0), (
        "a copy differs in its dates only"
    )
    for status in (S.DRAFT, S.PARTLY, S.CONVERTED, S.SUPERSEDED, S.LOST):
        with pytest.raises(Refused):
            new_version(offer(1, terms={"status": status}), WEEK)
    assert enter_offer(new).terms.status is S.ENTERED


def test_what_changed_is_told_field_by_field_and_line_by_line():
    old = offer(1, priced("A", "2", "10"), priced("B", "1", "5", "10"), note("Old note"), carrier="DHL")
    lines = (
        priced("B", "1", "5", "10+5", vat=VAT_10),
        priced("A", "3", "10"),
        priced("C", "1", "7.50"),
    )
    newer = offer(
        2, *lines, carrier="UPS", destination=replace(MILAN, city="Monza"), final_discounts=d("5"),
        terms={"probability": Decimal(60)},
    )  # fmt: skip
    told = offer_changes(old, newer)
    assert told[:4] == (
        OfferChange(0, "destination", MILAN.one_line(), replace(MILAN, city="Monza").one_line()),
        OfferChange(0, "final_discounts", "", "5"),
        OfferChange(0, "carrier", "DHL", "UPS"),
        OfferChange(0, "probability", "", "60"),
    )
    assert told[4:] == (
        OfferChange(1, "discounts", "10", "10+5"),
        OfferChange(1, "vat", "22", "10"),
        OfferChange(1, "net", "4.5", "4.28"),
        OfferChange(2, "quantity", "2", "3"),
        OfferChange(2, "net", "20", "30"),
        OfferChange(3, "added", "", "1 PC C Item C at 7.5"),
        OfferChange(3, "removed", "Old note", ""),
    )
    assert offer_changes(old, old) == ()


def test_duplicates_are_undated_and_keep_what_was_quoted():
    """D-12.8."""
    manual = PriceSource(PriceOrigin.MANUAL, uom="PC")
    first = offer(
        1, priced("A", "2", "10", delivery_date=WEEK, executed=Decimal(1)), priced("B", "1", "9", price_source=manual),
        delivery_date=WEEK, terms={"valid_until": WEEK, "probability": Decimal(50), "reason": "x"},
    )  # fmt: skip
    made = duplicate_offer(first, WEEK)
    assert (made.draft.number, made.draft.id, made.draft.delivery_date, made.draft.date) == ("", 0, None, WEEK)
    assert (made.terms.status, made.terms.confirmed_on, made.terms.reason) == (S.DRAFT, None, "")
    a, b = made.draft.lines
    assert (a.id, a.executed, a.delivery_date, a.price, a.price_source.origin) == (0, 0, None, 10, PriceOrigin.DOCUMENT)
    assert a.price_source.tried[0] == "It came from offer O-1, version 1."
    assert b.price_source == manual


def test_an_order_reversed_into_an_offer_starts_afresh():
    """D-12.8: unapproved, undated, with fresh links, at the order's prices (D-3.5)."""
    order = replace(
        offer(1, priced("A", "2", "10", "5", row=9, delivery_date=WEEK), note("N")).draft,
        number="C-1", status=OrderStatus.CONFIRMED, revision=3, version=5, delivery_date=WEEK, external_number="X",
    )  # fmt: skip
    made = reverse_order_into_offer(order, OFFER_TYPE, WEEK)
    draft = made.draft
    assert (draft.number, draft.status, draft.revision, draft.version, draft.id) == ("", OrderStatus.DRAFT, 0, 0, 0)
    assert (draft.delivery_date, draft.external_number, draft.date) == (None, "", WEEK)
    assert [line.line_type for line in draft.lines] == [LineType.CODED, LineType.NOTE]
    assert document_totals(draft).total == document_totals(order).total
    assert made.terms.valid_until == WEEK + dt.timedelta(30)
