"""The fields that only an offer has: its type, validity and chances, and who a prospect is (D-13.1)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fluorders_tui.domain import header
from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.offers import Offer, OfferTerms, check_terms
from fluorders_tui.domain.order import OrderDraft
from fluorders_tui.screens.order_header import HEADER_FIELDS, HeaderField
from fluorders_tui.screens.order_session import OrderSession
from fluorders_tui.services.offer_drafts import offer_type
from fluorders_tui.services.offers import prospect_problems

__all__ = ["OFFER_DRAFT_FIELDS", "OFFER_FIELDS", "PROSPECT_ROWS"]


def _changed(terms: OfferTerms, session: OrderSession, **values: object) -> OfferTerms:
    after: OfferTerms = replace(terms, **values)  # type: ignore[arg-type]
    check_terms(Offer(session.draft, after))
    return after


def _terms_field(name: str, label: str, **options: Any) -> HeaderField[OfferTerms]:
    return HeaderField(
        name,
        label,
        lambda terms: (getattr(terms, name), ""),
        lambda terms, value, session: _changed(terms, session, **{name: value}),
        **options,
    )


def _show_type(terms: OfferTerms) -> tuple[str, str]:
    orders = terms.type.order_type
    becomes = f"orders {orders.code}" if orders is not None else "! no order type"
    return terms.type.code, " · ".join(part for part in (becomes, terms.type.name) if part)


OFFER_FIELDS: tuple[HeaderField[OfferTerms], ...] = (
    _terms_field("valid_until", "Valid to", kind="date", width=11, main=True,
                 help="The last day on which the customer may confirm it. It follows the date and the type until it "
                      "is typed (P-102). +30 is in a month."),
    _terms_field("expected_delivery", "Expected", kind="date", width=11, main=True,
                 help="When the goods will be wanted if the offer becomes an order."),
    _terms_field("probability", "Chance %", kind="amount", width=7, main=True,
                 help="How likely it becomes an order, in percent."),
    HeaderField("type", "Type", _show_type,
                lambda terms, value, session: _changed(terms, session, type=value),
                lambda session, code: offer_type(session.desk, code or "").type, "offer-types",
                help="The offer's type: its numbers, its validity, and the type of the orders it becomes (D-13.3)."),
    HeaderField("project", "Project", lambda terms: (terms.project, ""),
                lambda terms, value, session: _changed(terms, session, project=value or ""),
                help="Offers of one project can become one order (D-13.4)."),
)  # fmt: skip

OFFER_DRAFT_FIELDS = tuple(one for one in HEADER_FIELDS if one.name != "type")
"""An order's, but for its type, which the offer's type decides."""


def _read_number(session: OrderSession, name: str, text: str | None) -> str:
    """A number that its country does not have is refused while it is typed (D-2.1)."""
    number = "".join((text or "").split()).upper()
    for problem in prospect_problems(session.desk, replace(session.draft, **{name: number})):  # type: ignore[arg-type]
        if problem.field == name:
            raise problem
    return number


def _number_field(name: str, label: str) -> HeaderField[OrderDraft]:
    return HeaderField(
        name,
        label,
        lambda draft: (getattr(draft, name), ""),
        lambda draft, value, _: replace(draft, **{name: value}),
        lambda session, text: _read_number(session, name, text),
        width=17,
        main=True,
        help="Checked by the rules of the prospect's country (D-2.1).",
    )


def _address_field(name: str, label: str, **options: Any) -> HeaderField[OrderDraft]:
    return HeaderField(
        name,
        label,
        lambda draft: (getattr(draft.address, name), ""),
        lambda draft, value, _: header.set_address(draft, replace(draft.address, **{name: value or ""})),
        main=True,
        **options,
    )


def _email(text: str | None) -> str:
    typed = (text or "").strip()
    name, at, host = typed.partition("@")
    if typed and not (name and at and "." in host and not any(one.isspace() for one in typed)):
        raise Invalid(f"{typed[:40]} is no e-mail address.", field="email", rule="D-13.1")
    return typed


PROSPECT_ROWS: tuple[tuple[HeaderField[OrderDraft], ...], ...] = (
    (
        _number_field("vat_number", "VAT no."),
        HeaderField("email", "E-mail", lambda draft: (draft.email, ""),
                    lambda draft, value, _: replace(draft, email=value),
                    lambda _, text: _email(text), width=0, main=True, help="Where the offer is sent."),
    ),
    (_address_field("street", "Street", width=0), _number_field("tax_code", "Tax code")),
    (
        _address_field("postcode", "Postcode", width=8),
        _address_field("city", "City", width=0),
        _address_field("country", "Country", width=4, registry="countries"),
    ),
)  # fmt: skip
"""Typed on the spot; the customer that the prospect becomes gets them (D-13.1)."""
