"""Offers before they are entered: new ones for customers and prospects, copies, and orders turned into offers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from fluorders_tui.data.offer_rows import KnownType, offer_types
from fluorders_tui.domain.conditions import CustomerConditions
from fluorders_tui.domain.copying import copy_order
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.folding import nearest
from fluorders_tui.domain.header import choose_customer, start_order
from fluorders_tui.domain.notices import Notice
from fluorders_tui.domain.offers import Offer, duplicate_offer, reverse_order_into_offer, start_offer
from fluorders_tui.domain.order import Address, Currency, OrderDraft, VatCode
from fluorders_tui.services.conditions import currency, order_sources, order_type
from fluorders_tui.services.desk import Desk

#: The offer type of a new company; where it is gone, the first one is taken.
USUAL_OFFER_TYPE = "STD"


@dataclass(frozen=True, slots=True)
class Prospect:
    """Somebody who is offered something and is no customer yet: what is typed of them (D-13.1)."""

    name: str
    address: Address = Address()
    vat_number: str = ""
    tax_code: str = ""
    email: str = ""
    language: str = ""
    vat: VatCode | None = None


@dataclass(frozen=True, slots=True)
class CopiedOffer:
    """A copy that was not entered yet, and what the clerk is told about it."""

    offer: Offer
    notices: tuple[Notice, ...] = ()


def known_offer_types(desk: Desk) -> dict[str, KnownType]:
    """The active offer types by code."""
    with desk.store.read() as connection:
        return offer_types(connection)


def offer_type(desk: Desk, code: str = "") -> KnownType:
    """An offer type, the usual one when no code is given. Raises `Invalid`."""
    known = known_offer_types(desk)
    wanted = code or USUAL_OFFER_TYPE
    if wanted in known:
        return known[wanted]
    if not code and known:
        return next(iter(known.values()))
    close = nearest(wanted, known)
    hint = f"Did you mean {close}?" if close else f"Known: {', '.join(known)}." if known else "Add one in the tables."
    raise Invalid(f"There is no offer type {wanted!r}.", field="type", rule="D-13.1", hint=hint)


def new_offer(desk: Desk, type_code: str = "", date: dt.date | None = None) -> Offer:
    """An empty offer of today in the company's currency, valid for the days its type says (D-13.1)."""
    known = offer_type(desk, type_code)
    company = Currency(desk.company.currency, desk.company.currency_decimals)
    draft = start_order(known.type.order_type or order_type(desk), date or desk.today(), currency=company)
    return start_offer(known.type, replace(draft, vat_included=known.vat_included))


def prospect_conditions(desk: Desk, prospect: Prospect) -> CustomerConditions:
    """What a prospect brings to an offer: name and place, the company's currency, no lists, terms or discounts."""
    return CustomerConditions(
        code="",
        name=prospect.name,
        vat_number=prospect.vat_number,
        tax_code=prospect.tax_code,
        email=prospect.email,
        address=replace(prospect.address, name=prospect.address.name or prospect.name),
        language=prospect.language,
        currency=Currency(desk.company.currency, desk.company.currency_decimals),
        vat=prospect.vat,
        search_all_lists=desk.company.search_all_lists,
    )


def choose_prospect(desk: Desk, offer: Offer, prospect: Prospect) -> Offer:
    """The offer for somebody who is no customer yet, its lines under no conditions but the items' own."""
    draft = choose_customer(replace(offer.draft, customer=""), prospect_conditions(desk, prospect))
    return Offer(draft, replace(offer.terms, prospect=True))


def duplicate(
    desk: Desk, offer: Offer, *, customer: str = "", prospect: Prospect | None = None, reprice: bool = False
) -> CopiedOffer:
    """A copy to be entered, for the same or another customer or for a `prospect`, at the same prices or priced again.

    Raises `Invalid` for an unknown customer, `Refused` where the copy can't be (D-12.8).
    """
    copy = duplicate_offer(offer, desk.today())
    if prospect is not None:
        if reprice:
            raise Refused("A prospect has no conditions to price by.", field="customer", rule="D-12.8")
        return CopiedOffer(choose_prospect(desk, copy, prospect))
    if not reprice and customer in ("", offer.draft.customer):
        return CopiedOffer(copy)
    if offer.terms.prospect and not customer:
        raise Refused(
            "A prospect has no conditions to price by.", field="customer", rule="D-12.8", hint="Name a customer."
        )
    wanted = replace(offer.draft, customer=customer or offer.draft.customer)
    conditions, cards = order_sources(desk, replace(wanted, date=copy.draft.date))
    copied = copy_order(
        offer.draft,
        date=copy.draft.date,
        conditions=conditions,
        cards=cards,
        reprice=reprice,
        currency=currency(desk, conditions.currency.code, copy.draft.date),
        checks=desk.checks,
    )
    terms = replace(copy.terms, prospect=False)
    return CopiedOffer(Offer(replace(copied.draft, type=copy.draft.type), terms), copied.notices)


def order_into_offer(desk: Desk, order: OrderDraft, type_code: str = "") -> Offer:
    """An offer to be entered with the lines of an order, at its prices (D-12.8)."""
    return reverse_order_into_offer(order, offer_type(desk, type_code).type, desk.today())
