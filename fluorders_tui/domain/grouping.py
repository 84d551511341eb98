"""Which offers share an order (D-13.4), and why each group is its own.

Some things keep offers apart whatever the parameters say (P-115), because one order has only one of each:
customer, currency, VAT mode (D-7.1b), order type, and percents on the document (final discounts,
header expenses), which would otherwise be charged on the other offer's lines too.

Where a parameter lets different values into one order, the first offer's value stands, except the
exchange rate: the one of the newest rate date does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.money import HUNDRED, ZERO, plain
from fluorders_tui.domain.offers import Offer
from fluorders_tui.domain.order import Address, OrderDraft, PaymentLine


@dataclass(frozen=True, slots=True)
class GroupingParameters:
    """What keeps offers of one customer in orders of their own; the company's, or the customer's (D-13.4)."""

    summary: bool = True
    by_type: bool = True
    by_year: bool = False
    by_month: bool = False
    by_rate: bool = True
    by_project: bool = False
    by_payment: bool = True
    by_destination: bool = True


@dataclass(frozen=True, slots=True)
class KeyPart:
    """One reason for an order of its own: its name, the value offers are compared by, and how it reads."""

    name: str
    value: object
    text: str


GroupKey = tuple[KeyPart, ...]


@dataclass(frozen=True, slots=True)
class OfferGroup:
    """Offers that share an order, in the order given, and what tells them from every other group."""

    key: GroupKey
    offers: tuple[Offer, ...]
    reasons: tuple[str, ...]


_Part = Callable[[Offer], tuple[object, str]]


def _customer(offer: Offer) -> tuple[object, str]:
    draft = offer.draft
    if offer.terms.prospect:
        return (True, draft.customer, draft.name, draft.vat_number), f"prospect {draft.name or draft.customer}"
    return (False, draft.customer), draft.customer


def _vat_mode(offer: Offer) -> tuple[object, str]:
    included = offer.draft.vat_included
    return included, "included" if included else "not included"


def _order_type(offer: Offer) -> tuple[object, str]:
    order_type = offer.terms.type.order_type or offer.draft.type
    return order_type.code, order_type.code


def _final_discounts(offer: Offer) -> tuple[object, str]:
    given = offer.draft.final_discounts
    if all(one.is_amount for one in given):
        return (), "amounts only" if given else "none"
    # Amounts may differ, they add up; where they stand among the percents may not.
    shape = tuple(
        (one.priority, one.is_amount, None if one.is_amount else one.value, one.application, one.type)
        for one in sorted(given, key=lambda one: one.priority)
    )
    return shape, format_discounts(given)


def _expenses(offer: Offer) -> tuple[object, str]:
    percents = tuple(one for one in offer.draft.expenses if one.percent is not None)
    text = ", ".join(f"{one.type} {plain(one.percent)} %" for one in percents if one.percent is not None)
    return percents, text or "no percents"


def _rate(offer: Offer) -> tuple[object, str]:
    return offer.draft.currency.rate, plain(offer.draft.currency.rate)


def _year(offer: Offer) -> tuple[object, str]:
    return offer.draft.date.year, f"{offer.draft.date:%Y}"


def _month(offer: Offer) -> tuple[object, str]:
    return (offer.draft.date.year, offer.draft.date.month), f"{offer.draft.date:%Y-%m}"


def _type(offer: Offer) -> tuple[object, str]:
    return offer.terms.type.code, offer.terms.type.code


def _project(offer: Offer) -> tuple[object, str]:
    return offer.terms.project, offer.terms.project or "none"


def _payment_text(payment: PaymentLine) -> str:
    share = "" if payment.percent in (None, HUNDRED) else f" {plain(payment.percent or ZERO)} %"
    if payment.amount is not None:
        share = " fixed"
    return f"{payment.payment_type} {payment.term.code}{share}".strip()


def payment_part(draft: OrderDraft) -> tuple[object, str]:
    """What documents are compared by where they are apart by payment type and terms, and how it reads."""
    # A fixed amount is a figure of its own document: amounts of one kind add up.
    value = tuple(
        (one.payment_type, one.term, one.percent, one.amount is None, one.apply_from) for one in draft.payments
    )
    return value, ", ".join(map(_payment_text, draft.payments)) or "none"


def _place(address: Address | None) -> str:
    return "" if address is None else address.code or address.one_line()


def destination_part(draft: OrderDraft) -> tuple[object, str]:
    """What documents are compared by where they are apart by destination and carrier, and how it reads."""
    # The carrier first: it is short, and addresses without a code are not.
    parts = (draft.carrier, _place(draft.recipient), _place(draft.destination))
    text = ", ".join(part for part in parts if part)
    return (draft.recipient, draft.destination, draft.carrier), text or "none"


def _payment_shape(offer: Offer) -> tuple[object, str]:
    if any(one.amount is not None for one in offer.draft.payments):
        return payment_part(offer.draft)
    return (), "percents"


_ALWAYS: tuple[tuple[str, _Part], ...] = (
    ("customer", _customer),
    ("currency", lambda offer: (offer.draft.currency.code, offer.draft.currency.code)),
    ("VAT", _vat_mode),
    ("order type", _order_type),
    ("final discounts", _final_discounts),
    ("expenses", _expenses),
    ("payment amounts", _payment_shape),
)

_BY_PARAMETER: tuple[tuple[str, Callable[[GroupingParameters], bool], _Part], ...] = (
    ("offer", lambda p: not p.summary, lambda offer: ((offer.draft.number, offer.draft.id), offer.draft.number)),
    ("offer type", lambda p: p.by_type, _type),
    ("year", lambda p: p.by_year, _year),
    ("month", lambda p: p.by_month, _month),
    ("exchange rate", lambda p: p.by_rate, _rate),
    ("project", lambda p: p.by_project, _project),
    ("payment", lambda p: p.by_payment, lambda offer: payment_part(offer.draft)),
    ("destination and carrier", lambda p: p.by_destination, lambda offer: destination_part(offer.draft)),
)


def group_key(offer: Offer, parameters: GroupingParameters) -> GroupKey:
    """What must be equal for two offers to share an order: always the first seven parts, then as `parameters` say."""
    parts = [*_ALWAYS, *((name, part) for name, wanted, part in _BY_PARAMETER if wanted(parameters))]
    return tuple(KeyPart(name, *part(offer)) for name, part in parts)


def group_offers(
    offers: Sequence[Offer],
    parameters: GroupingParameters,
    own: Mapping[str, GroupingParameters] = MappingProxyType({}),
) -> tuple[OfferGroup, ...]:
    """Groups in the order of their first offers; `own` are the parameters of customers who have some, by code.

    `reasons` of a group are the parts of its key in which it differs from some other group of the
    same customer, or the customer alone where nothing else does: `destination and carrier: DHL, D2`.
    """
    found: dict[tuple[tuple[str, object], ...], tuple[GroupKey, list[Offer]]] = {}
    for offer in offers:
        theirs = parameters if offer.terms.prospect else own.get(offer.draft.customer, parameters)
        key = group_key(offer, theirs)
        found.setdefault(tuple((part.name, part.value) for part in key), (key, []))[1].append(offer)
    # How many groups a customer has, and by how many values of each part: linear, however many offers there are.
    values: dict[tuple[object, str], set[object]] = {}
    for key, _offers in found.values():
        for part in key[1:]:
            values.setdefault((key[0].value, part.name), set()).add(part.value)
    customers = {key[0].value for key, _offers in found.values()}
    groups: list[OfferGroup] = []
    for key, together in found.values():
        apart = [part for part in key[1:] if len(values[key[0].value, part.name]) > 1]
        if not apart and len(customers) > 1:
            apart = [key[0]]
        groups.append(OfferGroup(key, tuple(together), tuple(f"{part.name}: {part.text}" for part in apart)))
    return tuple(groups)
