"""An offer as JSON (interfaces §2): an order's document and what only an offer has, in and out.

What `offer show` prints may be handed over again; the keys that only come out are then passed over. A prospect is no
customer yet: `"prospect": true` with `name` and `address` stands in place of `customer`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol, TextIO

from fluorders_tui.documents.json_reading import (
    Read,
    Reader,
    Wrong,
    read_code,
    read_date,
    read_decimal,
    read_documents,
    read_flag,
    read_place,
    read_text,
)
from fluorders_tui.documents.order_input import LINE_OUTPUT_KEYS, OUTPUT_KEYS, OrderInput, order_input, order_keys
from fluorders_tui.documents.order_json import SavedDocument, order_to_json
from fluorders_tui.domain.conversion import Conversion, ConvertibleLine
from fluorders_tui.domain.money import plain
from fluorders_tui.domain.offers import Offer, OfferStatus
from fluorders_tui.domain.order import Address

__all__ = ["OfferInput", "SavedOfferDocument", "offer_to_json", "read_offers"]

#: Keys that `offer_to_json` adds and reading passes over.
OFFER_OUTPUT_KEYS = OUTPUT_KEYS | {"version", "newest", "confirmed_on", "closed_on", "lost_reason", "conversion"}
OFFER_LINE_OUTPUT_KEYS = LINE_OUTPUT_KEYS | {"converted", "left", "conversion", "orders"}


class SavedOfferDocument(SavedDocument, Protocol):
    """A completed offer; `lines` are all lines but notes, in their order."""

    @property
    def offer(self) -> Offer: ...
    @property
    def newest(self) -> bool: ...
    @property
    def status(self) -> OfferStatus: ...
    @property
    def lines(self) -> tuple[ConvertibleLine, ...]: ...
    @property
    def conversion(self) -> Conversion: ...


@dataclass(frozen=True, slots=True)
class OfferInput:
    """An offer as handed over: an order's keys, of which `type` is the offer's type, and its own.

    A `prospect` has `name`, `address`, `vat_number`, `tax_code` and `email` here, and no customer.
    """

    order: OrderInput
    valid_until: dt.date | None = None
    expected_delivery: dt.date | None = None
    probability: Decimal | None = None
    project: str = ""
    prospect: bool = False
    name: str = ""
    address: Address = Address()
    vat_number: str = ""
    tax_code: str = ""
    email: str = ""


def read_offers(source: str | TextIO, name: str = "standard input") -> tuple[list[OfferInput], bool]:
    """The offers of a JSON text, and whether they came as a list. Raises as `read_documents`."""
    return read_documents(source, _offer, name)


def _address(reader: Reader, value: Any) -> Address:
    found = read_place(reader, value)
    if not isinstance(found, Address):
        raise Wrong("Expected an object with street, city, …")
    return found


_OWN: dict[str, Read] = {
    "valid_until": read_date,
    "expected_delivery": read_date,
    "probability": read_decimal,
    "project": read_text,
    "prospect": read_flag,
    "name": read_text,
    "address": _address,
    "vat_number": read_code,
    "tax_code": read_code,
    "email": read_text,
}


def _offer(reader: Reader, value: Any) -> OfferInput | None:
    found = reader.object(value, order_keys(OFFER_LINE_OUTPUT_KEYS) | _OWN, OFFER_OUTPUT_KEYS)
    if found is None:
        return None
    own = {key: found.pop(key) for key in _OWN if key in found}
    prospect = bool(own.get("prospect"))
    if prospect:
        if found.get("customer"):
            reader.wrong("customer", "A prospect is no customer yet.", "Leave out one of the two.")
        found["customer"] = ""
        if not reader.needed({**found, **own}, value, "name"):
            return None
    else:
        # As printed for a customer, whose name and place the registry knows.
        for key in ("name", "address", "vat_number", "tax_code", "email"):
            own.pop(key, None)
    order = order_input(reader, found, value, *(("lines",) if prospect else ("customer", "lines")))
    return None if order is None else OfferInput(order, **own)


def offer_to_json(saved: SavedOfferDocument, *, links: Sequence[Mapping[str, str | None]] = ()) -> dict[str, Any]:
    """The completed offer: an order's document whose type and status are the offer's, then the offer's own keys."""
    draft, terms = saved.draft, saved.offer.terms
    document = order_to_json(saved, links=links)
    document["type"] = terms.type.code or None
    document["customer"] = draft.customer or None
    document["status"] = saved.status.value
    rows = {row.position: row for row in saved.lines}
    for line in document["lines"]:
        row = rows.get(line["number"])
        line["converted"] = None if row is None else plain(row.converted)
        line["left"] = None if row is None else plain(row.left)
        line["conversion"] = None if row is None else row.state.value
        line["orders"] = [] if row is None else list(row.orders)
    return document | {
        "version": terms.version,
        "newest": saved.newest,
        "prospect": terms.prospect,
        "address": _place(draft.address) if terms.prospect else None,
        "vat_number": draft.vat_number or None,
        "tax_code": draft.tax_code or None,
        "email": draft.email or None,
        "valid_until": _date(terms.valid_until),
        "confirmed_on": _date(terms.confirmed_on),
        "closed_on": _date(terms.closed_on),
        "lost_reason": terms.reason or None,
        "expected_delivery": _date(terms.expected_delivery),
        "probability": None if terms.probability is None else plain(terms.probability),
        "project": terms.project or None,
        "conversion": saved.conversion.value,
    }


def _place(address: Address) -> dict[str, str]:
    names = ("name", "street", "postcode", "city", "region", "country")
    return {name: getattr(address, name) for name in names if getattr(address, name)}


def _date(date: dt.date | None) -> str | None:
    return date.isoformat() if date else None
