"""The shop of the tests with offers: entered, confirmed, and what became of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

from fluorders_tui.data.link_rows import LINK, link_from
from fluorders_tui.data.status_counters import counted
from fluorders_tui.domain.draft_lines import add_line
from fluorders_tui.domain.entry import make_line
from fluorders_tui.domain.links import Link, LinkKind
from fluorders_tui.domain.offers import Offer
from fluorders_tui.domain.order import Address, OrderDraft
from fluorders_tui.services.conditions import item_card
from fluorders_tui.services.conversions import Asked, convert
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.offer_drafts import Prospect, choose_prospect, new_offer, prospect_conditions
from fluorders_tui.services.offer_steps import confirm, lose, new_version
from fluorders_tui.services.offers import enter_offer
from fluorders_tui.services.registry_saving import save_row
from fluorders_tui.services.saved_offer import SavedOffer
from tests.services.supply_shop import rows
from tests.shop import draft

TODAY = dt.date(2026, 11, 24)
NEWCOMER = Prospect(
    "Nuova Srl", Address(street="Via Po 1", city="Torino", country="IT"), "IT12345670017", email="info@nuova.it"
)


def offer_draft(desk: Desk, *lines: tuple[str, int | str], customer: str = "C0001", type_code: str = "") -> Offer:
    """An offer ready to be entered, with (item, quantity) for each line; 12 of A-100 when none is given."""
    made = new_offer(desk, type_code)
    return Offer(replace(draft(desk, *lines, customer=customer), type=made.draft.type), made.terms)


def offered(desk: Desk, *lines: tuple[str, int | str], customer: str = "C0001", **header: Any) -> SavedOffer:
    """A confirmed offer; `header` are fields of its draft, or of its terms."""
    return confirmed(desk, changed(offer_draft(desk, *lines, customer=customer), **header))


def changed(offer: Offer, **header: Any) -> Offer:
    """The offer with other fields of its draft or its terms; `type` is the offer's."""
    shared = OrderDraft.__dataclass_fields__.keys() - {"type", "version", "status"}
    of_draft = {name: value for name, value in header.items() if name in shared}
    of_terms = {name: value for name, value in header.items() if name not in of_draft}
    return Offer(replace(offer.draft, **of_draft), replace(offer.terms, **of_terms))


def confirmed(desk: Desk, offer: Offer) -> SavedOffer:
    """The offer entered and confirmed today."""
    return confirm(desk, enter_offer(desk, offer).draft.id)


def prospect_offer(desk: Desk, *lines: tuple[str, int | str], prospect: Prospect = NEWCOMER) -> Offer:
    """An offer for somebody who is no customer yet."""
    made = choose_prospect(desk, new_offer(desk), prospect)
    conditions = prospect_conditions(desk, prospect)
    sales = made.draft
    for item, quantity in lines or (("A-100", 12),):
        card = item_card(desk, item, conditions)
        sales = add_line(sales, make_line(sales, conditions, card, Decimal(quantity), checks=desk.checks))
    return replace(made, draft=sales)


def offer_type_row(desk: Desk, code: str, order_type: str | None = "STD") -> None:
    """One more offer type with the numbering of the usual one."""
    save_row(desk, "offer-types", {"code": code, "name": code, "numbering": "OFF", "order_type": order_type})


def links_of(desk: Desk) -> list[Link]:
    """Every stored link, those made first coming first."""
    with desk.store.read() as connection:
        return [link_from(row) for row in connection.execute(LINK.select().order_by(LINK.c.id))]


def offer_links_of(desk: Desk) -> list[Link]:
    """Those of them that join orders to the offers they were made of."""
    return [link for link in links_of(desk) if link.kind is LinkKind.OFFER_TO_ORDER]


def converted(desk: Desk) -> dict[int, Decimal]:
    """What each offer line says was converted of it, by row; those of which nothing was are left out."""
    found = rows(desk, "SELECT id, converted_micro FROM offer_line WHERE converted_micro <> 0")
    return {row["id"]: Decimal(row["converted_micro"]).scaleb(-6).normalize() for row in found}


def check_offers(desk: Desk) -> None:
    """Every offer line tells the sum of its links and no more than was offered; the counters count what there is."""
    sums: dict[int, Decimal] = {}
    for link in offer_links_of(desk):
        if link.source.line:
            sums[link.source.line] = sums.get(link.source.line, Decimal(0)) + link.quantity
    assert converted(desk) == {row: quantity.normalize() for row, quantity in sums.items()}
    too_much = "SELECT id FROM offer_line WHERE converted_micro > quantity_micro OR converted_micro < 0"
    assert rows(desk, too_much) == []
    for kind, table in (("order", "customer_order"), ("offer", "offer")):
        found = rows(
            desk, f"SELECT status, count(*) AS n, sum(company_total_minor) AS worth FROM {table} GROUP BY status"
        )
        with desk.store.read() as connection:
            assert counted(connection, kind) == {row["status"]: (row["n"], int(row["worth"])) for row in found}


def fill_offers(desk: Desk) -> None:
    """Seven offers in the shop: expired, expiring, entered, converted, lost, a prospect's, and one of two versions."""
    old = TODAY - dt.timedelta(40)
    enter_offer(desk, changed(offer_draft(desk), date=old, valid_until=old + dt.timedelta(10), reference="Tender 77"))
    enter_offer(desk, changed(offer_draft(desk, customer="C0002"), valid_until=TODAY + dt.timedelta(7)))
    enter_offer(desk, changed(offer_draft(desk, ("A-110", 3)), valid_until=TODAY + dt.timedelta(8)))
    convert(desk, Asked((offered(desk).draft.id,)))
    lose(desk, offered(desk).draft.id, "price")
    confirmed(desk, prospect_offer(desk))
    new_version(desk, offered(desk, customer="C0003").draft.id)
