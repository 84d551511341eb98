"""Offers become orders: grouped, in parts, once, from two desks at once, and back again (D-13.3–13.6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest

from fluorders_tui.domain.conversion import Conversion
from fluorders_tui.domain.errors import Conflict, DeskError, Refused, Several
from fluorders_tui.domain.grouping import GroupingParameters
from fluorders_tui.domain.links import DocumentKind
from fluorders_tui.domain.offers import OfferStatus
from fluorders_tui.domain.order import Discount, LineStatus, OrderStatus, PaymentLine, PriceOrigin
from fluorders_tui.services.conditions import payment_term
from fluorders_tui.services.conversion_runs import conversion_runs, undo
from fluorders_tui.services.conversions import Asked, Lines, convert, convertible, preview
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.linked import chain
from fluorders_tui.services.offer_steps import lose, new_version, reopen
from fluorders_tui.services.offers import enter_offer, offer_story_of, open_offer_row
from fluorders_tui.services.order_story import story_of_row
from fluorders_tui.services.orders import change_order, open_order_row
from fluorders_tui.services.registry_saving import save_row
from fluorders_tui.services.saved_offer import SavedOffer
from tests.services.offer_shop import (
    NEWCOMER,
    TODAY,
    changed,
    check_offers,
    confirmed,
    converted,
    links_of,
    offer_draft,
    offer_type_row,
    offered,
    prospect_offer,
)
from tests.services.supply_shop import rows
from tests.shop import fill_shop

ONE_FOR_ALL = GroupingParameters(by_type=False, by_rate=False, by_payment=False, by_destination=False)


@pytest.fixture
def desk(italian_desk: Desk) -> Desk:
    fill_shop(italian_desk)
    return italian_desk


@pytest.fixture
def small_desk(sqlite_desk: Desk) -> Desk:
    fill_shop(sqlite_desk)
    return sqlite_desk


def asked(*offers: SavedOffer, **more: Any) -> Asked:
    return Asked(tuple(offer.draft.id for offer in offers), **more)


def test_an_offer_becomes_an_order_as_it_stands(desk: Desk) -> None:
    cheap = replace(offer_draft(desk).draft.lines[0], price=Decimal(8), note="as agreed")
    cheap = replace(cheap, price_source=replace(cheap.price_source, origin=PriceOrigin.MANUAL))
    cheap = replace(cheap, gross=Decimal("96.00"), net=Decimal("96.00"))
    offer = offered(desk, lines=(cheap,), note="greetings", reference="RFQ 1")
    save_row(desk, "items", {"code": "Z-1", "description": "x", "unit": "pc", "vat_code": "22", "sales_price": "99"})
    seen = preview(desk, asked(offer))
    assert (len(seen.orders), seen.refusals, seen.versions) == (1, (), {offer.draft.id: offer.draft.version})
    assert rows(desk, "SELECT id FROM customer_order") == []
    made = convert(desk, asked(offer, versions=seen.versions))
    order = open_order_row(desk, made.orders[0][0])
    line = order.draft.lines[0]
    assert (order.draft.note, order.draft.reference, order.draft.date) == ("greetings", "RFQ 1", TODAY)
    assert (line.price, line.note, line.price_source.origin) == (Decimal(8), "as agreed", PriceOrigin.MANUAL)
    assert order.totals.total == offer.totals.total
    after = open_offer_row(desk, offer.draft.id)
    assert (after.status, after.conversion) == (OfferStatus.CONVERTED, Conversion.FULLY)
    assert after.lines[0].orders == (made.orders[0][1],)
    assert [(one.line, one.other.number, one.quantity) for one in chain(desk, DocumentKind.ORDER, order.draft.id)] == [
        (0, offer.number, Decimal(0)), (1, offer.number, Decimal(12)),
    ]  # fmt: skip
    story = story_of_row(desk, order.draft.id).entries
    assert [(entry.event, entry.comment) for entry in story] == [("entered", ""), ("made from offer", offer.number)]
    assert offer_story_of(desk, offer.number)[-1].event == "converted"
    check_offers(desk)


def test_what_is_left_is_converted_later_and_nothing_twice(desk: Desk) -> None:
    offer = offered(desk, ("A-100", 12), ("A-110", 5))
    first, second = (line.id for line in offer.draft.lines)
    one = convert(desk, asked(offer, selection={first: Decimal(4)}))
    state = convertible(desk, [offer.draft.id])[0]
    assert (state.status, [line.left for line in state.lines]) == (OfferStatus.PARTLY, [Decimal(8), Decimal(5)])
    with pytest.raises(Refused, match="more than the 8 left") as told:
        convert(desk, asked(offer, selection={first: Decimal(9)}))
    assert f"anna made {one.orders[0][1]} of it" in told.value.hint
    assert [line.item for line in preview(desk, asked(offer, lines=Lines.OPEN)).orders[0].draft.lines] == ["A-110"]
    two = convert(desk, asked(offer))
    order = open_order_row(desk, two.orders[0][0])
    assert [(line.item, line.quantity) for line in order.draft.lines] == [("A-100", Decimal(8)), ("A-110", Decimal(5))]
    assert converted(desk) == {first: Decimal(12), second: Decimal(5)}
    with pytest.raises(Refused, match="All of it was converted"):
        convert(desk, asked(offer))
    assert len(conversion_runs(desk)) == 2
    check_offers(desk)


def test_amount_discounts_go_over_in_parts_that_add_up(desk: Desk) -> None:
    offer = offered(desk, ("A-100", 3), final_discounts=(Discount(Decimal(10), is_amount=True),), deposit=Decimal(1))
    row = offer.draft.lines[0].id
    orders = []
    for _ in range(3):
        made = convert(desk, asked(offer, selection={row: Decimal(1)}))
        orders.append(open_order_row(desk, made.orders[0][0]))
    assert [order.draft.final_discounts[0].value for order in orders] == [
        Decimal("3.33"), Decimal("3.34"), Decimal("3.33"),
    ]  # fmt: skip
    assert sum(order.draft.deposit for order in orders) == Decimal(1)
    assert sum(order.totals.taxable for order in orders) == offer.totals.taxable


def _year(offer: Any) -> Any:
    return changed(offer, date=dt.date(2025, 11, 3), valid_until=None)


KEYS: dict[str, tuple[str, Callable[[Desk, Any], Any]]] = {
    "offer type": ("by_type", lambda desk, offer: changed(offer, type=replace(offer.terms.type, code="WEB"))),
    "year": ("by_year", lambda desk, offer: _year(offer)),
    "month": ("by_month", lambda desk, offer: changed(offer, date=dt.date(2026, 10, 30))),
    "exchange rate": (
        "by_rate",
        lambda desk, offer: changed(offer, currency=replace(offer.draft.currency, rate=Decimal("1.5"))),
    ),
    "project": ("by_project", lambda desk, offer: changed(offer, project="Bridge")),
    "payment": (
        "by_payment",
        lambda desk, offer: changed(offer, payments=(PaymentLine("BT", payment_term(desk, "60EOM")),)),
    ),
    "destination and carrier": ("by_destination", lambda desk, offer: changed(offer, carrier="DHL")),
}


@pytest.mark.parametrize("name", KEYS)
def test_each_key_keeps_offers_apart_where_it_is_on(desk: Desk, name: str) -> None:
    offer_type_row(desk, "WEB")
    parameter, differ = KEYS[name]
    offers = [confirmed(desk, offer_draft(desk)), confirmed(desk, differ(desk, offer_draft(desk)))]
    together = preview(desk, asked(*offers, parameters=ONE_FOR_ALL))
    assert (len(together.orders), together.refusals) == (1, ())
    apart = asked(*offers, parameters=replace(ONE_FOR_ALL, **{parameter: True}))
    seen = preview(desk, apart)
    assert [order.reasons[0].partition(":")[0] for order in seen.orders] == [name, name]
    assert len(convert(desk, apart).orders) == 2
    check_offers(desk)


def test_without_summary_every_offer_is_its_own(desk: Desk) -> None:
    offers = [offered(desk), offered(desk)]
    made = convert(desk, asked(*offers, parameters=replace(ONE_FOR_ALL, summary=False)))
    assert len(made.orders) == 2
    assert [order.reasons for order in made.previewed] == [(f"offer: {offer.number}",) for offer in offers]


@pytest.mark.parametrize("name", KEYS)
def test_each_key_counts_as_the_registries_say(small_desk: Desk, name: str) -> None:
    """The company's parameter, and the customer's own against it (D-13.4)."""
    desk = small_desk
    offer_type_row(desk, "WEB")
    parameter, differ = KEYS[name]
    column = f"group_{parameter}"
    for table in ("company", "customers"):
        (row,) = rows(desk, "SELECT min(id) AS id FROM " + table.removesuffix("s"))
        keys = {f"group_{one}": False for one, _ in KEYS.values()}
        save_row(desk, table, keys | {column: table == "company"}, row_id=row["id"])
    offers = [confirmed(desk, offer_draft(desk)), confirmed(desk, differ(desk, offer_draft(desk)))]
    assert len(preview(desk, asked(*offers)).orders) == 2
    (customer,) = rows(desk, "SELECT id FROM customer WHERE code = 'C0001'")
    save_row(desk, "customers", {"own_grouping": True}, row_id=customer["id"])
    assert len(preview(desk, asked(*offers)).orders) == 1


def test_what_one_order_has_only_one_of_keeps_offers_apart(desk: Desk) -> None:
    """Whatever the parameters say (P-115)."""
    offer_type_row(desk, "WEB", "WEB")
    plain = offer_draft(desk)
    percent = Discount(Decimal(5))
    others = {
        "currency": changed(plain, currency=replace(plain.draft.currency, code="USD")),
        "VAT": changed(plain, vat_included=True),
        "order type": offer_draft(desk, type_code="WEB"),
        "final discounts": changed(plain, final_discounts=(percent,)),
        "customer": offer_draft(desk, customer="C0002"),
    }
    first = confirmed(desk, plain)
    for name, other in others.items():
        seen = preview(desk, asked(first, confirmed(desk, other), parameters=ONE_FOR_ALL))
        assert [order.reasons[0].partition(":")[0] for order in seen.orders] == [name, name]


def test_the_company_groups_and_a_customer_in_their_own_way(desk: Desk) -> None:
    customer = rows(desk, "SELECT id FROM customer WHERE code = 'C0002'")[0]["id"]
    save_row(desk, "customers", {"own_grouping": True, "group_summary": False}, row_id=customer)
    offers = [offered(desk, customer=code) for code in ("C0001", "C0001", "C0002", "C0002")]
    made = convert(desk, asked(*offers))
    drafts = [open_order_row(desk, row).draft for row, _ in made.orders]
    assert [draft.customer for draft in drafts] == ["C0001", "C0002", "C0002"]
    texts = [line.description for line in drafts[0].lines if not line.item]
    assert texts == [f"Offer {offer.number} of {TODAY}, version 1" for offer in offers[:2]]
    assert [entry.comment for entry in story_of_row(desk, made.orders[0][0]).entries][1] == "OF2026-00001, OF2026-00002"
    check_offers(desk)


def test_confirmed_on_the_spot(desk: Desk) -> None:
    offer = enter_offer(desk, offer_draft(desk))
    assert convertible(desk, [offer.draft.id])[0].refusal is not None
    with pytest.raises(Refused, match="not confirmed"):
        convert(desk, asked(offer))
    convert(desk, asked(offer, confirm_on=TODAY))
    after = open_offer_row(desk, offer.draft.id)
    assert (after.status, after.offer.terms.confirmed_on) == (OfferStatus.CONVERTED, TODAY)
    events = [entry.event for entry in offer_story_of(desk, offer.number)]
    assert events == ["entered", "confirmed", "converted"]
    check_offers(desk)


def test_a_prospect_becomes_a_customer_with_the_first_order(desk: Desk) -> None:
    first, second = confirmed(desk, prospect_offer(desk)), confirmed(desk, prospect_offer(desk))
    assert [order.new_customer for order in preview(desk, asked(first)).orders] == ["C0004"]
    assert rows(desk, "SELECT id FROM customer WHERE code = 'C0004'") == []
    made = convert(desk, asked(first))
    assert open_order_row(desk, made.orders[0][0]).draft.customer == "C0004"
    known = rows(desk, "SELECT name, city, vat_number, email FROM customer WHERE code = 'C0004'")
    assert known == [
        {"name": NEWCOMER.name, "city": "Torino", "vat_number": NEWCOMER.vat_number, "email": NEWCOMER.email}
    ]
    after = open_offer_row(desk, first.draft.id)
    assert (after.draft.customer, after.offer.terms.prospect) == ("C0004", False)
    again = convert(desk, asked(second))
    assert open_order_row(desk, again.orders[0][0]).draft.customer == "C0004"
    undo(desk, made.run_id)
    assert open_offer_row(desk, first.draft.id).draft.customer == "C0004"
    check_offers(desk)


def test_a_code_may_be_given_to_a_prospect(small_desk: Desk) -> None:
    offer = confirmed(small_desk, prospect_offer(small_desk))
    made = convert(small_desk, asked(offer, customers={offer.draft.id: "NUOVA"}))
    assert open_order_row(small_desk, made.orders[0][0]).draft.customer == "NUOVA"


def test_everything_that_is_refused_is_told_and_nothing_written(small_desk: Desk) -> None:
    desk = small_desk
    offer_type_row(desk, "NONE", None)
    old = offered(desk)
    new_version(desk, old.draft.id)
    lost = lose(desk, offered(desk).draft.id, "price")
    untyped = confirmed(desk, changed(offer_draft(desk), type=replace(offer_draft(desk).terms.type, code="NONE")))
    good = offered(desk)
    with pytest.raises(Several) as told:
        convert(desk, asked(old, lost, untyped, good))
    assert [error.rule for error in told.value.errors] == ["D-13.2", "D-13.2", "D-13.3"]
    assert rows(desk, "SELECT id FROM customer_order") == []
    assert open_offer_row(desk, good.draft.id).status is OfferStatus.CONFIRMED
    check_offers(desk)


def test_two_desks_convert_the_same_offer_once(desk: Desk) -> None:
    offer = offered(desk, ("A-100", 12))
    others = [replace(desk, user=name) for name in ("bruno", "carla")]
    seen = preview(desk, asked(offer)).versions
    gate = Barrier(2)

    def work(one: Desk) -> DeskError | None:
        gate.wait()
        try:
            convert(one, asked(offer, versions=seen))
        except DeskError as error:
            return error
        return None

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(work, others))
    (error,) = [one for one in told if one is not None]
    winner = others[told.index(None)].user
    assert isinstance(error, Conflict)
    assert f"{winner} made 2026-00001 of it" in error.message
    assert len(rows(desk, "SELECT id FROM customer_order")) == 1
    check_offers(desk)


def test_undo_restores_exactly(desk: Desk) -> None:
    offer = offered(desk, ("A-100", 12), final_discounts=(Discount(Decimal(10), is_amount=True),))
    row = offer.draft.lines[0].id
    convert(desk, asked(offer, selection={row: Decimal(4)}))
    before = open_offer_row(desk, offer.draft.id)
    links = links_of(desk)
    made = convert(desk, asked(offer))
    assert undo(desk, made.run_id) == tuple(number for _, number in made.orders)
    after = open_offer_row(desk, offer.draft.id)
    same = replace(before.offer, draft=replace(before.draft, version=0))
    lines = tuple(replace(line, version=0) for line in before.draft.lines)
    assert replace(after.offer, draft=replace(after.draft, version=0, lines=lines)) == replace(
        same, draft=replace(same.draft, lines=lines)
    )
    assert (after.lines, links_of(desk)) == (before.lines, links)
    gone = open_order_row(desk, made.orders[0][0])
    assert (gone.draft.status, set(gone.line_statuses)) == (OrderStatus.CANCELLED, {LineStatus.CANCELLED})
    assert story_of_row(desk, made.orders[0][0]).entries[-1].comment == "conversion undone"
    with pytest.raises(Conflict, match="anna took this run back"):
        undo(desk, made.run_id)
    again = convert(desk, asked(offer))
    assert open_order_row(desk, again.orders[0][0]).draft.final_discounts[0].value == Decimal("6.67")
    check_offers(desk)


def test_undo_is_refused_once_the_order_went_on(small_desk: Desk) -> None:
    desk = small_desk
    offer_type_row(desk, "WEB", "WEB")
    offer = confirmed(desk, offer_draft(desk, type_code="WEB"))
    made = convert(desk, asked(offer))
    with pytest.raises(Refused, match="confirmed") as told:
        undo(desk, made.run_id)
    assert told.value.rule == "D-13.6"
    with pytest.raises(Refused, match="no such run"):
        undo(desk, 99)


def test_what_an_order_gives_up_is_left_in_its_offer(desk: Desk) -> None:
    offer = offered(desk, ("A-100", 12), ("A-110", 5))
    made = convert(desk, asked(offer))
    order = open_order_row(desk, made.orders[0][0]).draft
    lowered = replace(order.lines[0], quantity=Decimal(7))
    changed_order = change_order(desk, replace(order, lines=(lowered,)))
    state = open_offer_row(desk, offer.draft.id)
    assert (state.status, [line.left for line in state.lines]) == (OfferStatus.PARTLY, [Decimal(5), Decimal(5)])
    raised = replace(changed_order.draft.lines[0], quantity=Decimal(30))
    change_order(desk, replace(changed_order.draft, lines=(raised,)))
    assert [line.left for line in open_offer_row(desk, offer.draft.id).lines] == [Decimal(5), Decimal(5)]
    assert offer_story_of(desk, offer.number)[-1].comment == f"order {made.orders[0][1]}"
    undo(desk, made.run_id)
    assert open_offer_row(desk, offer.draft.id).status is OfferStatus.CONFIRMED
    check_offers(desk)


def test_a_line_split_in_two_still_takes_the_whole(small_desk: Desk) -> None:
    desk = small_desk
    offer = offered(desk, ("A-100", 12))
    made = convert(desk, asked(offer))
    order = open_order_row(desk, made.orders[0][0]).draft
    parts = (
        replace(order.lines[0], quantity=Decimal(8)),
        replace(order.lines[0], quantity=Decimal(4), id=0, version=0),
    )
    change_order(desk, replace(order, lines=parts))
    assert open_offer_row(desk, offer.draft.id).status is OfferStatus.CONVERTED
    check_offers(desk)


def test_another_item_on_the_line_leaves_the_offer_open(small_desk: Desk) -> None:
    desk = small_desk
    offer = offered(desk, ("A-100", 12))
    made = convert(desk, asked(offer))
    order = open_order_row(desk, made.orders[0][0]).draft
    other = replace(order.lines[0], item="A-110")
    change_order(desk, replace(order, lines=(other,)))
    assert converted(desk) == {}
    assert open_offer_row(desk, offer.draft.id).status is OfferStatus.CONFIRMED


def test_what_is_left_of_a_partly_converted_offer_is_lost_and_reopened(small_desk: Desk) -> None:
    desk = small_desk
    offer = offered(desk, ("A-100", 12))
    convert(desk, asked(offer, selection={offer.draft.lines[0].id: Decimal(5)}))
    lose(desk, offer.draft.id, "budget")
    assert reopen(desk, offer.draft.id).status is OfferStatus.PARTLY
