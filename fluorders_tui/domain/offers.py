"""Offers: an order's draft with what only an offer has beside it (D-13.1–13.3, D-12.8).

An offer has the lines, the header and the totals of an order, so it is one: `Offer.draft`. Its
order type is the one its orders will have. Where the rules are silent:

- An offer confirmed within its validity may be converted later; one can't be confirmed after it.
- An offer of which a part was converted has no new version, for its lines could then be sold twice:
  it is duplicated, or the conversion undone.
- Confirming is a fact about the customer: undoing a conversion leaves the confirmation date.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal

from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.money import HUNDRED, ZERO
from fluorders_tui.domain.order import OrderDraft, OrderLine, OrderStatus, OrderType, PriceOrigin, PriceSource
from fluorders_tui.domain.pricing import explain_price
from fluorders_tui.domain.statuses import OfferStatus as OfferStatus

_S = OfferStatus

#: The transitions of an offer, as D-12.3 has them for an order.
OFFER_TRANSITIONS: dict[OfferStatus, frozenset[OfferStatus]] = {
    _S.DRAFT: frozenset({_S.ENTERED}),
    _S.ENTERED: frozenset({_S.CONFIRMED, _S.LOST, _S.EXPIRED, _S.SUPERSEDED}),
    _S.CONFIRMED: frozenset({_S.ENTERED, _S.PARTLY, _S.CONVERTED, _S.LOST, _S.SUPERSEDED}),
    _S.PARTLY: frozenset({_S.CONFIRMED, _S.CONVERTED, _S.LOST}),
    _S.CONVERTED: frozenset({_S.CONFIRMED, _S.PARTLY}),
    _S.LOST: frozenset({_S.ENTERED, _S.CONFIRMED, _S.PARTLY}),
    _S.EXPIRED: frozenset({_S.ENTERED, _S.LOST, _S.SUPERSEDED}),
    _S.SUPERSEDED: frozenset(),
}

_WHY: dict[OfferStatus, tuple[str, str]] = {
    _S.DRAFT: ("It was never entered.", "Enter the offer first."),
    _S.ENTERED: ("The customer has not confirmed it.", "Give it a confirmation date first."),
    _S.CONFIRMED: ("It is confirmed.", "Take the confirmation back first."),
    _S.PARTLY: ("A part of it was converted.", "Undo the conversion first, or duplicate the offer."),
    _S.CONVERTED: ("All of it was converted.", "Undo the conversion first, or duplicate the offer."),
    _S.LOST: ("It is lost.", "Reopen it first."),
    _S.EXPIRED: ("It has expired.", "Extend its validity first."),
    _S.SUPERSEDED: ("There is a newer version.", "Take the newest version."),
}

#: What may still be changed, and what may be converted.
OPEN_STATUSES = frozenset({_S.DRAFT, _S.ENTERED})
CONVERTIBLE_STATUSES = frozenset({_S.CONFIRMED, _S.PARTLY})


@dataclass(frozen=True, slots=True)
class OfferType:
    """What an offer's type decides: numbering, validity in days, VAT in its prices, the type of its orders (D-13.3)."""

    code: str
    name: str = ""
    numbering: str = ""
    order_type: OrderType | None = None
    validity_days: int = 30
    vat_included: bool = False


@dataclass(frozen=True, slots=True)
class OfferTerms:
    """What an offer has beside an order's draft (D-13.1).

    `probability` is in percent. A `prospect` is somebody who becomes a customer with the first order.
    `closed_on` and `reason` tell when and why the offer was lost.
    """

    type: OfferType
    version: int = 1
    valid_until: dt.date | None = None
    confirmed_on: dt.date | None = None
    closed_on: dt.date | None = None
    reason: str = ""
    expected_delivery: dt.date | None = None
    probability: Decimal | None = None
    prospect: bool = False
    project: str = ""
    status: OfferStatus = OfferStatus.DRAFT


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer: the draft of an order and its terms. Number, id and lines are the draft's."""

    draft: OrderDraft
    terms: OfferTerms

    @property
    def title(self) -> str:
        """`offer 2026-00012, version 2`."""
        return f"offer {self.draft.number or 'without a number'}, version {self.terms.version}"


def start_offer(offer_type: OfferType, draft: OrderDraft, *, prospect: bool = False) -> Offer:
    """An offer of this type around a new order's draft, valid for the days its type says."""
    terms = OfferTerms(offer_type, valid_until=_valid_until(offer_type, draft.date), prospect=prospect)
    return Offer(replace(draft, type=offer_type.order_type or draft.type), terms)


def change_offer_type(offer: Offer, offer_type: OfferType) -> Offer:
    """The offer under another type, with the type its orders will have and the validity of the new one (P-102).

    The VAT mode comes along only while there is no line (D-7.1b).
    """
    draft, terms = offer.draft, offer.terms
    included = draft.vat_included if draft.lines else offer_type.vat_included
    usual = terms.valid_until == _valid_until(terms.type, draft.date)
    valid_until = _valid_until(offer_type, draft.date) if usual else terms.valid_until
    return Offer(
        replace(draft, type=offer_type.order_type or draft.type, vat_included=included),
        replace(terms, type=offer_type, valid_until=valid_until),
    )


def follow_date(terms: OfferTerms, before: dt.date, after: dt.date) -> OfferTerms:
    """The terms of an offer whose date moved: a validity that its type gave moves along, a typed one stays (P-102)."""
    if terms.valid_until != _valid_until(terms.type, before):
        return terms
    return replace(terms, valid_until=_valid_until(terms.type, after))


def check_terms(offer: Offer) -> None:
    """Raise `Invalid` (D-13.1) for a probability beyond 0–100 % or a date before the offer's own."""
    terms, date = offer.terms, offer.draft.date
    if terms.version < 1:
        raise Invalid("Versions count from 1.", field="version", rule="D-13.2")
    if terms.probability is not None and not (terms.probability.is_finite() and ZERO <= terms.probability <= HUNDRED):
        raise Invalid("A probability is between 0 and 100 %.", field="probability", rule="D-13.1")
    for field, value in (("valid_until", terms.valid_until), ("expected_delivery", terms.expected_delivery)):
        if value is not None and value < date:
            raise Invalid(f"{value} is before the offer's date {date}.", field=field, rule="D-13.1")


def may_follow(before: OfferStatus, after: OfferStatus) -> bool:
    """Whether the table has this transition; staying is none."""
    return after in OFFER_TRANSITIONS[before]


def check_transition(before: OfferStatus, after: OfferStatus) -> None:
    """Raise `Refused` (D-12.3) with the reason unless `after` may follow `before`."""
    if not may_follow(before, after):
        why, way_out = _WHY[before]
        raise Refused(
            f"From {before.value} an offer can't become {after.value}. {why}",
            field="status",
            rule="D-12.3",
            hint=way_out,
        )


def check_editable(offer: Offer) -> None:
    """Raise `Refused` (D-13.2) unless the offer may be changed: old versions and confirmed ones are read-only."""
    if offer.terms.status not in OPEN_STATUSES:
        why, way_out = _WHY[offer.terms.status]
        raise Refused(f"This offer can't be changed. {why}", field="status", rule="D-13.2", hint=way_out)


def enter_offer(offer: Offer) -> Offer:
    """The draft entered. Raises `Invalid` (D-13.1), `Refused` (D-12.3)."""
    check_terms(offer)
    return _moved(offer, _S.ENTERED)


def confirm_offer(offer: Offer, on: dt.date) -> Offer:
    """The offer confirmed by the customer on a day (D-13.3).

    Raises `Refused` before the offer's date, after its validity, or from another status than *entered*.
    """
    terms = offer.terms
    _check_not_lost(offer)
    if on < offer.draft.date:
        raise Refused(f"{on} is before the offer's date {offer.draft.date}.", field="confirmation_date", rule="D-13.3")
    if terms.valid_until is not None and on > terms.valid_until:
        raise Refused(
            f"The offer was valid until {terms.valid_until}.",
            field="confirmation_date",
            rule="D-13.1",
            hint="Extend its validity, or make a new version.",
        )
    return _moved(offer, _S.CONFIRMED, confirmed_on=on)


def withdraw_confirmation(offer: Offer) -> Offer:
    """The offer as it was before the customer confirmed it. Raises `Refused` once anything was converted, or lost."""
    _check_not_lost(offer)
    return _moved(offer, _S.ENTERED, confirmed_on=None)


def lose_offer(offer: Offer, on: dt.date, reason: str) -> Offer:
    """The offer, or what is left of it, lost on a day for a reason (D-13.1).

    Raises `Invalid` without a reason or before the offer's date, `Refused` (D-12.3) by status.
    """
    if not reason.strip():
        raise Invalid("Say why the offer was lost.", field="reason", rule="D-13.1")
    if on < offer.draft.date:
        raise Invalid(f"{on} is before the offer's date {offer.draft.date}.", field="closed_on", rule="D-13.1")
    return _moved(offer, _S.LOST, closed_on=on, reason=reason.strip())


def reopen_offer(offer: Offer, *, partly_converted: bool = False) -> Offer:
    """A lost offer taken up again as what it was: entered, confirmed, or converted in part.

    Raises `Refused` (D-12.3) for any other.
    """
    if offer.terms.status is not _S.LOST:
        raise Refused("Only a lost offer is reopened.", field="status", rule="D-12.3")
    before = _S.PARTLY if partly_converted else _S.CONFIRMED if offer.terms.confirmed_on else _S.ENTERED
    return _moved(offer, before, closed_on=None, reason="")


def extend_validity(offer: Offer, until: dt.date) -> Offer:
    """The offer valid until another day; an expired one is open again.

    Raises `Refused` unless entered or expired, `Invalid` before the offer's date.
    """
    if offer.terms.status not in (_S.DRAFT, _S.ENTERED, _S.EXPIRED):
        check_editable(offer)
    status = _S.ENTERED if offer.terms.status is _S.EXPIRED else offer.terms.status
    longer = replace(offer, terms=replace(offer.terms, valid_until=until, status=status))
    check_terms(longer)
    return longer


def has_expired(offer: Offer, today: dt.date) -> bool:
    """Whether an offer that nobody confirmed is beyond its validity (the last day still counts)."""
    until = offer.terms.valid_until
    return offer.terms.status is _S.ENTERED and until is not None and until < today


def expire_offer(offer: Offer, today: dt.date) -> Offer:
    """The offer marked as expired where it has; else unchanged."""
    return _moved(offer, _S.EXPIRED) if has_expired(offer, today) else offer


def expires_within(offer: Offer, today: dt.date, days: int = 7) -> bool:
    """Whether an open offer's validity ends today or in the coming `days` days."""
    until = offer.terms.valid_until
    return offer.terms.status is _S.ENTERED and until is not None and today <= until <= today + dt.timedelta(days)


def may_convert(offer: Offer, confirm_on: dt.date | None = None) -> Offer:
    """The offer ready to be converted; an entered one is confirmed on the spot on `confirm_on` (D-13.3).

    Raises `Refused`: D-13.2 for an old version, one not confirmed, lost, expired or fully converted;
    D-13.3 where its type names no order type; as `confirm_offer` for the date.
    """
    status = offer.terms.status
    if offer.terms.type.order_type is None:
        raise Refused(
            f"Offer type {offer.terms.type.code} names no order type.",
            field="type",
            rule="D-13.3",
            hint="Name one in the offer type.",
        )
    if status is _S.ENTERED and confirm_on is not None:
        return confirm_offer(offer, confirm_on)
    if status not in CONVERTIBLE_STATUSES or offer.terms.confirmed_on is None:
        why, way_out = _WHY[_S.ENTERED if status in CONVERTIBLE_STATUSES else status]
        raise Refused(f"This offer can't be converted. {why}", field="status", rule="D-13.2", hint=way_out)
    return offer


def become_customer(offer: Offer, code: str) -> Offer:
    """A prospect's offer as that of the customer they have become, everything else as it stands (D-13.1).

    Raises `Refused` when the offer is a customer's already, `Invalid` without a code.
    """
    if not offer.terms.prospect:
        raise Refused(f"{offer.draft.customer} is a customer already.", field="customer", rule="D-13.1")
    if not code:
        raise Invalid("Give the new customer a code.", field="customer", rule="D-13.1")
    return Offer(replace(offer.draft, customer=code), replace(offer.terms, prospect=False))


def new_version(offer: Offer, date: dt.date) -> tuple[Offer, Offer]:
    """The old version, from now on read-only, and a copy with version + 1 to be worked on (D-13.2).

    The number stays; date and validity start again. Raises `Refused` for a version that is not the
    newest, still a draft, or converted in part or whole.
    """
    old = _moved(offer, _S.SUPERSEDED)
    lines = tuple(_fresh(line) for line in offer.draft.lines)
    draft = replace(offer.draft, date=date, lines=lines, id=0, version=0, revision=0, status=OrderStatus.DRAFT)
    terms = OfferTerms(
        offer.terms.type,
        version=offer.terms.version + 1,
        valid_until=_valid_until(offer.terms.type, date),
        expected_delivery=_not_before(offer.terms.expected_delivery, date),
        probability=offer.terms.probability,
        prospect=offer.terms.prospect,
        project=offer.terms.project,
    )
    return old, Offer(draft, terms)


def duplicate_offer(offer: Offer, date: dt.date) -> Offer:
    """A new offer with the same lines, at the same prices, without number and dates (D-12.8).

    To re-price it, price its lines again; for another customer, choose them on the draft.
    """
    draft = _copied(offer.draft, date, offer.title)
    terms = OfferTerms(
        offer.terms.type,
        valid_until=_valid_until(offer.terms.type, date),
        prospect=offer.terms.prospect,
        project=offer.terms.project,
        probability=offer.terms.probability,
    )
    return Offer(draft, terms)


def reverse_order_into_offer(order: OrderDraft, offer_type: OfferType, date: dt.date) -> Offer:
    """An offer with the lines of an order, at its prices: unconfirmed, undated, with fresh links (D-12.8)."""
    draft = _copied(order, date, f"order {order.number}" if order.number else "an order")
    return start_offer(offer_type, draft)


def carried_over(line: OrderLine, document: str) -> OrderLine:
    """A line as a document made from `document` has it: not stored, not executed, at the price that stands there.

    A price typed by hand stays a manual one (D-13.5); any other is from now on the document's (D-3.5),
    and keeps what it told about itself for *why this price?*.
    """
    source = line.price_source
    if source.origin not in (PriceOrigin.MANUAL, PriceOrigin.DOCUMENT, PriceOrigin.NONE):
        told = (f"It came from {document}.", *explain_price(line))
        source = PriceSource(PriceOrigin.DOCUMENT, uom=line.uom.code, tried=told)
    return replace(line, id=0, version=0, executed=ZERO, price_source=source)


def _copied(draft: OrderDraft, date: dt.date, document: str) -> OrderDraft:
    lines = tuple(replace(carried_over(line, document), ready_date=None, delivery_date=None) for line in draft.lines)
    return replace(
        draft,
        date=date,
        delivery_date=None,
        ready_date=None,
        external_number="",
        lines=lines,
        number="",
        status=OrderStatus.DRAFT,
        revision=0,
        id=0,
        version=0,
    )


def _fresh(line: OrderLine) -> OrderLine:
    return replace(line, id=0, version=0, executed=ZERO)


def _valid_until(offer_type: OfferType, date: dt.date) -> dt.date | None:
    return date + dt.timedelta(offer_type.validity_days) if offer_type.validity_days > 0 else None


def _not_before(value: dt.date | None, date: dt.date) -> dt.date | None:
    return None if value is None or value < date else value


def _check_not_lost(offer: Offer) -> None:
    """A lost offer goes back to what it was by being reopened, and in no other way."""
    if offer.terms.status is _S.LOST:
        why, way_out = _WHY[_S.LOST]
        raise Refused(f"This offer can't be changed. {why}", field="status", rule="D-12.3", hint=way_out)


def _moved(offer: Offer, status: OfferStatus, **terms: object) -> Offer:
    check_transition(offer.terms.status, status)
    changed: dict[str, object] = {**terms, "status": status}
    return replace(offer, terms=replace(offer.terms, **changed))  # type: ignore[arg-type]
