"""A supplier order as JSON (interfaces §2): read as a program hands it over, completed on the way out.

What `supplier-order show` prints may be handed over again; the keys that only come out are then passed over.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TextIO

from fluorders_tui.documents.json_reading import (
    Read,
    Reader,
    list_of,
    read_code,
    read_date,
    read_decimal,
    read_documents,
    read_flag,
    read_place,
    read_text,
)
from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.money import fixed, plain
from fluorders_tui.domain.order import Address
from fluorders_tui.domain.supplier_orders import SupplierOrderDraft, SupplierOrderLine, SupplierTotals

Json = dict[str, Any]

#: Keys that come out and are passed over on the way in.
OUTPUT_KEYS = frozenset(
    {"number", "status", "revision", "name", "exchange_rate", "confirmed_on", "reason", "totals", "links"}
)
LINE_OUTPUT_KEYS = frozenset(
    {
        "number", "supplier_item", "gross", "net", "confirmed_quantity", "confirmed_date", "received", "open",
        "cancelled", "promised", "vat",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SupplierLineInput:
    """One line: our item code or the supplier's; everything None comes from the item's suppliers."""

    item: str
    quantity: Decimal
    uom: str | None = None
    price: Decimal | None = None
    discounts: str | None = None
    delivery_date: dt.date | None = None
    description: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class SupplierOrderInput:
    """A supplier order as handed over: only `supplier` and `lines` are needed, the rest comes from the supplier."""

    supplier: str
    lines: tuple[SupplierLineInput, ...]
    type: str | None = None
    date: dt.date | None = None
    delivery_date: dt.date | None = None
    reference: str | None = None
    currency: str | None = None
    payment_terms: str | None = None
    drop_ship: bool | None = None
    destination: Address | str | None = None
    warehouse: str | None = None
    note: str | None = None


def read_supplier_orders(source: str | TextIO, name: str = "standard input") -> tuple[list[SupplierOrderInput], bool]:
    """The documents of a JSON text, and whether they came as a list. Raises as `read_documents`."""
    return read_documents(source, _order, name)


def _line(reader: Reader, value: Any) -> SupplierLineInput | None:
    found = reader.object(value, _LINE, LINE_OUTPUT_KEYS)
    if found is None or not reader.needed(found, value, "item", "quantity"):
        return None
    return SupplierLineInput(**found)


def _order(reader: Reader, value: Any) -> SupplierOrderInput | None:
    found = reader.object(value, _ORDER, OUTPUT_KEYS)
    if found is None or not reader.needed(found, value, "supplier", "lines"):
        return None
    if isinstance(found.get("destination"), str):
        reader.wrong("destination", "A supplier order's destination is an address: an object, not a code.")
        return None
    return SupplierOrderInput(**found)


_LINE: dict[str, Read] = {
    "item": read_code,
    **dict.fromkeys(("quantity", "price"), read_decimal),
    **dict.fromkeys(("uom", "discounts", "description", "note"), read_text),
    "delivery_date": read_date,
}
_ORDER: dict[str, Read] = {
    "supplier": read_code,
    "lines": list_of(_line),
    **dict.fromkeys(("type", "currency", "payment_terms", "warehouse"), read_code),
    **dict.fromkeys(("date", "delivery_date"), read_date),
    **dict.fromkeys(("reference", "note"), read_text),
    "drop_ship": read_flag,
    "destination": read_place,
}


def supplier_order_to_json(
    draft: SupplierOrderDraft,
    totals: SupplierTotals,
    promised: Sequence[Decimal],
    *,
    links: Sequence[Mapping[str, str | None]] = (),
) -> Json:
    """The completed document; every value is plain JSON. `promised` is what of each line customers wait for."""
    decimals = draft.currency.decimals
    return {
        "number": draft.number or None,
        "status": draft.status.value,
        "revision": draft.revision,
        "type": draft.type.code or None,
        "supplier": draft.supplier,
        "name": draft.name or None,
        "date": draft.date.isoformat(),
        "delivery_date": _date(draft.delivery_date),
        "confirmed_on": _date(draft.confirmed_on),
        "reference": draft.reference or None,
        "currency": draft.currency.code,
        "exchange_rate": plain(draft.currency.rate),
        "payment_terms": draft.payment_terms or None,
        "drop_ship": draft.drop_ship,
        "destination": _address(draft.destination),
        "warehouse": draft.warehouse or None,
        "note": draft.note or None,
        "reason": draft.reason or None,
        "lines": [
            _line_out(number, line, decimals, waited)
            for number, (line, waited) in enumerate(zip(draft.lines, promised, strict=True), 1)
        ],
        "totals": {
            "gross": fixed(totals.gross, decimals),
            "discounts": fixed(totals.discounts, decimals),
            "net": fixed(totals.net, decimals),
        },
        "links": [dict(link) for link in links],
    }


def _line_out(number: int, line: SupplierOrderLine, decimals: int, promised: Decimal) -> Json:
    confirmed = line.confirmed_quantity
    return {
        "number": number,
        "item": line.item,
        "supplier_item": line.supplier_item or None,
        "description": line.description or None,
        "quantity": plain(line.quantity),
        "uom": line.uom.code or None,
        "price": plain(line.price),
        "discounts": format_discounts(line.discounts),
        "vat": line.vat.code if line.vat else None,
        "gross": fixed(line.gross, decimals),
        "net": fixed(line.net, decimals),
        "delivery_date": _date(line.delivery_date),
        "confirmed_quantity": None if confirmed is None else plain(confirmed),
        "confirmed_date": _date(line.confirmed_date),
        "received": plain(line.received),
        "open": plain(line.open),
        "promised": plain(promised),
        "cancelled": line.cancelled,
        "note": line.note or None,
    }


def _address(address: Address) -> Json | None:
    if address == Address():
        return None
    names = ("code", "name", "street", "postcode", "city", "region", "country")
    return {name: getattr(address, name) for name in names if getattr(address, name)}


def _date(date: dt.date | None) -> str | None:
    return date.isoformat() if date else None
