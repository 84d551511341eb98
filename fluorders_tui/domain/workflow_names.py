"""The names that a workflow's condition may use, with what they mean: order, lines, customer, user, change (D-16.1).

The editor's help, the typed check of conditions and the facts of an order are all made from these tables. Money of
the order is in company currency, so that one rule fits orders of every currency; prices and nets of lines too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["ALL_NAMES", "CHANGE", "CUSTOMER", "LINE", "NEVER", "ORDER", "USER", "Kind", "Name"]

#: What a date counts as that is not there: `order.delivery_date < today` is then simply not true.
NEVER = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)


class Kind(StrEnum):
    """What a name stands for."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes or no"
    TEXTS = "list of texts"


@dataclass(frozen=True, slots=True)
class Name:
    """One name: what it stands for, what it means, and how it is used."""

    kind: Kind
    meaning: str
    example: str = ""


_T, _N, _D, _Y, _L = Kind.TEXT, Kind.NUMBER, Kind.DATE, Kind.YES_NO, Kind.TEXTS

#: `order.…` as it is, and `old.…` as it was before the change (all empty for a new order).
ORDER: Mapping[str, Name] = {
    "number": Name(_T, "the order's number"),
    "type": Name(_T, "code of the order type", "order.type == 'EXPORT'"),
    "status": Name(_T, "entered, confirmed, …", "order.status == 'confirmed'"),
    "revision": Name(_N, "how often it was amended"),
    "date": Name(_D, "the order's date"),
    "delivery_date": Name(_D, "the wanted delivery", "order.delivery_date < today"),
    "reference": Name(_T, "the customer's reference", "order.reference == ''"),
    "currency": Name(_T, "code of the currency", "order.currency != 'EUR'"),
    "total": Name(_N, "total with VAT", "order.total > 10000"),
    "taxable": Name(_N, "total without VAT", "order.taxable > 5000"),
    "gross": Name(_N, "items before all discounts"),
    "discount": Name(_N, "all discounts as an amount"),
    "discount_percent": Name(_N, "all discounts in percent of the gross", "order.discount_percent > 20"),
    "margin": Name(_N, "what is left over the cost"),
    "margin_percent": Name(_N, "margin in percent of the net; 100 without a cost", "order.margin_percent < 15"),
    "deposit": Name(_N, "on account"),
    "weight": Name(_N, "total weight"),
    "lines": Name(_N, "how many lines it has", "order.lines > 100"),
    "payment_type": Name(_T, "code of the first payment type", "order.payment_type == 'CASH'"),
    "payment_terms": Name(_T, "code of the first payment terms"),
    "agent": Name(_T, "code of the first agent"),
    "country": Name(_T, "country of the destination", "order.country in ['CH', 'GB']"),
    "zone": Name(_T, "the customer's zone"),
    "carrier": Name(_T, "code of the carrier"),
    "shipping_method": Name(_T, "code of the shipping method"),
    "hand_prices": Name(_N, "how many lines have a price typed by hand", "order.hand_prices > 0"),
    "open": Name(_N, "what is still to be delivered, without VAT"),
    "lead_days": Name(_N, "days from the order's date to the wanted delivery", "order.lead_days < 2"),
    "late_days": Name(_N, "days since the wanted delivery with something left to deliver", "order.late_days > 3"),
}

#: Of each of `lines`.
LINE: Mapping[str, Name] = {
    "number": Name(_N, "place in the order"),
    "type": Name(_T, "coded, uncoded, charge, note, give-away"),
    "item": Name(_T, "code of the item", "any([line.item == 'A-100' for line in lines])"),
    "description": Name(_T, "what it says"),
    "quantity": Name(_N, "ordered, in its unit"),
    "remaining": Name(_N, "still to be delivered, in its unit"),
    "price": Name(_N, "unit price"),
    "price_origin": Name(_T, "list, item, manual, document, none"),
    "gross": Name(_N, "price × quantity"),
    "net": Name(_N, "after the line's discounts", "sum([line.net for line in lines if line.item == 'A-100']) > 500"),
    "discount_percent": Name(
        _N, "discounts in percent of the gross", "any([line.discount_percent > 30 for line in lines])"
    ),
    "margin_percent": Name(
        _N, "margin in percent of the net; 100 without a cost", "any([line.margin_percent < 5 for line in lines])"
    ),
    "delivery_date": Name(_D, "the wanted delivery"),
}

CUSTOMER: Mapping[str, Name] = {
    "code": Name(_T, "the customer's code", "customer.code in ['C0001', 'C0002']"),
    "name": Name(_T, "the customer's name"),
    "country": Name(_T, "the customer's country"),
    "category": Name(_T, "commercial category"),
    "group": Name(_T, "customer group"),
    "language": Name(_T, "language of their papers"),
    "credit_limit": Name(_N, "credit limit; 0 without one"),
    "exposure": Name(_N, "open orders and what is unpaid", "customer.exposure > 0.8 * customer.credit_limit"),
    "excess": Name(_N, "exposure over the limit", "customer.excess > 0"),
    "orders": Name(_N, "how many orders they have, this one among them", "customer.orders == 1"),
    "tolerance_days": Name(_N, "days a delivery may move without asking"),
}

USER: Mapping[str, Name] = {
    "name": Name(_T, "who did it", "user.name != 'anna'"),
    "role": Name(_T, "clerk, supervisor, …", "user.role == 'clerk'"),
}

#: Names without a dot.
CHANGE: Mapping[str, Name] = {
    "changed": Name(_L, "names of the order's fields that this change touched", "'delivery_date' in changed"),
    "is_new": Name(_Y, "whether the order was only now entered", "is_new and order.total > 5000"),
    "moved_days": Name(_N, "by how many days the supplier moved a date past the promise", "moved_days > 2"),
    "today": Name(_D, "today's date", "order.delivery_date < today"),
    "never": Name(_D, "what a date counts as that is not there", "order.delivery_date == never"),
}

#: By what stands before the dot.
ALL_NAMES: Mapping[str, Mapping[str, Name]] = {
    "order": ORDER,
    "old": ORDER,
    "line": LINE,
    "customer": CUSTOMER,
    "user": USER,
    "": CHANGE,
}
