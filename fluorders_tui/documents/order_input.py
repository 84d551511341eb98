"""An order as a program hands it over in JSON (interfaces §2): its shape is checked here, its trade in the services.

What `order show` prints may be handed over again. The keys that only come out (number, status, totals, …) are then
passed over; printed prices and discounts count as given by hand, because a given price is a manual one.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, TextIO

from fluorders_tui.documents.json_reading import (
    Read,
    Reader,
    Wrong,
    list_of,
    read_code,
    read_date,
    read_decimal,
    read_documents,
    read_flag,
    read_place,
    read_text,
)
from fluorders_tui.domain.order import Address, LineType

#: Keys that `order_to_json` adds and reading passes over.
OUTPUT_KEYS = frozenset(
    {
        "number", "status", "execution", "revision", "name", "totals", "vat_summary", "due_dates", "commissions",
        "warnings", "locks", "links",
    }
)  # fmt: skip
LINE_OUTPUT_KEYS = frozenset(
    {"number", "price_source", "price_details", "gross", "net", "final_discount", "status", "executed", "remaining"}
)


@dataclass(frozen=True, slots=True)
class AgentInput:
    """An agent by code; `percent` None is no commission, which is not 0 % (D-10.1)."""

    agent: str
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ExpenseInput:
    """A header expense (D-7 step 4): `percent` or `amount`, at least `minimum`; what is None comes from the tables."""

    type: str
    description: str | None = None
    percent: Decimal | None = None
    amount: Decimal | None = None
    minimum: Decimal | None = None
    vat: str | None = None


@dataclass(frozen=True, slots=True)
class PaymentInput:
    """A payment line (D-8.3b): a fixed `amount`, or `percent` of what the amounts leave."""

    payment_terms: str | None = None
    payment_type: str | None = None
    percent: Decimal | None = None
    amount: Decimal | None = None
    apply_from: dt.date | None = None


@dataclass(frozen=True, slots=True)
class LineInput:
    """One line; `price` per UoM and `discounts` are manual where given, everything None comes from the conditions.

    `agents` None are the order's; an empty tuple is no agent. `quantity` is None only on notes and charges.
    """

    line_type: LineType = LineType.CODED
    item: str | None = None
    quantity: Decimal | None = None
    uom: str | None = None
    price: Decimal | None = None
    discounts: str | None = None
    vat: str | None = None
    vat_recourse: bool | None = None
    ready_date: dt.date | None = None
    delivery_date: dt.date | None = None
    description: str | None = None
    note: str | None = None
    agents: tuple[AgentInput, ...] | None = None


@dataclass(frozen=True, slots=True)
class OrderInput:
    """A document as handed over: only `customer` and `lines` are needed, everything None comes from the conditions.

    Codes and texts are as written, discounts in the notation of D-5.1. `destination` and `recipient` are a code of
    the customer's, or an address. `payments` stands in place of `payment_terms` and `payment_type`.
    """

    customer: str
    lines: tuple[LineInput, ...]
    type: str | None = None
    date: dt.date | None = None
    delivery_date: dt.date | None = None
    ready_date: dt.date | None = None
    reference: str | None = None
    currency: str | None = None
    exchange_rate: Decimal | None = None
    vat_included: bool | None = None
    vat: str | None = None
    language: str | None = None
    zone: str | None = None
    commercial_category: str | None = None
    recipient: str | Address | None = None
    destination: str | Address | None = None
    payment_terms: str | None = None
    payment_type: str | None = None
    payments: tuple[PaymentInput, ...] | None = None
    discounts: str | None = None
    final_discounts: str | None = None
    expenses: tuple[ExpenseInput, ...] | None = None
    agents: tuple[AgentInput, ...] | None = None
    carrier: str | None = None
    shipping_method: str | None = None
    delivery_terms: str | None = None
    delivery_place: str | None = None
    packing: str | None = None
    deposit: Decimal | None = None
    minimum_value: Decimal | None = None
    note: str | None = None
    internal_note: str | None = None
    external_number: str | None = None


def read_orders(source: str | TextIO, name: str = "standard input") -> tuple[list[OrderInput], bool]:
    """The documents of a JSON text, and whether they came as a list. Raises as `read_documents`."""
    return read_documents(source, _order, name)


def _line_type(_: Reader, value: Any) -> LineType:
    try:
        return LineType(value)
    except ValueError:
        raise Wrong(f"Expected one of {', '.join(LineType)}") from None


def _agent(reader: Reader, value: Any) -> AgentInput | None:
    found = reader.object(value, _AGENT, frozenset({"name"}))
    return AgentInput(**found) if found is not None and reader.needed(found, value, "agent") else None


def _expense(reader: Reader, value: Any) -> ExpenseInput | None:
    found = reader.object(value, _EXPENSE, frozenset())
    if found is None or not reader.needed(found, value, "type"):
        return None
    if "percent" in found and "amount" in found:
        reader.wrong("amount", "An expense is a percent or an amount, not both.")
    return ExpenseInput(**found)


def _payment(reader: Reader, value: Any) -> PaymentInput | None:
    found = reader.object(value, _PAYMENT, frozenset())
    if found is None:
        return None
    if "percent" in found and "amount" in found:
        reader.wrong("amount", "A payment line is a percent or an amount, not both.")
    return PaymentInput(**found)


def _line(reader: Reader, value: Any, passed_over: frozenset[str] = LINE_OUTPUT_KEYS) -> LineInput | None:
    found = reader.object(value, _LINE, passed_over)
    if found is None:
        return None
    match found.get("line_type", LineType.CODED):
        case LineType.CODED:
            needed: tuple[str, ...] = ("item", "quantity")
        case LineType.GIVE_AWAY:
            needed = ("quantity",) if found.get("item") else ("description", "quantity")
        case LineType.UNCODED:
            needed = ("description", "quantity")
        case _:
            needed = ("description",)
    if found.get("item") and found.get("line_type") in (LineType.UNCODED, LineType.CHARGE, LineType.NOTE):
        reader.wrong("item", f"A line of type {found['line_type']} has no item, but a description.")
    return LineInput(**found) if reader.needed(found, value, *needed) else None


def _order(reader: Reader, value: Any) -> OrderInput | None:
    found = reader.object(value, _ORDER, OUTPUT_KEYS)
    return None if found is None else order_input(reader, found, value, "customer", "lines")


def order_keys(line_output: frozenset[str]) -> dict[str, Read]:
    """How each key of an order is read, for documents that have them too; their lines print `line_output`."""
    return {**_ORDER, "lines": list_of(partial(_line, passed_over=line_output))}


def order_input(reader: Reader, found: dict[str, Any], value: Any, *needed: str) -> OrderInput | None:
    """The order of the keys that were `found` in `value`; None, and told, where one of `needed` is missing."""
    if not reader.needed(found, value, *needed):
        return None
    if "payments" in found:
        for key in ("payment_terms", "payment_type"):
            if key in found:
                reader.wrong(key, "It stands in each of the payments already.", "Leave out one of the two.")
    return OrderInput(**found)


_AGENT: dict[str, Read] = {"agent": read_code, "percent": read_decimal}
_EXPENSE: dict[str, Read] = {
    "type": read_code,
    "description": read_text,
    "percent": read_decimal,
    "amount": read_decimal,
    "minimum": read_decimal,
    "vat": read_code,
}
_PAYMENT: dict[str, Read] = {
    "payment_terms": read_code,
    "payment_type": read_code,
    "percent": read_decimal,
    "amount": read_decimal,
    "apply_from": read_date,
}
_LINE: dict[str, Read] = {
    "line_type": _line_type,
    "item": read_text,
    "quantity": read_decimal,
    "uom": read_text,
    "price": read_decimal,
    "discounts": read_text,
    "vat": read_code,
    "vat_recourse": read_flag,
    "ready_date": read_date,
    "delivery_date": read_date,
    "description": read_text,
    "note": read_text,
    "agents": list_of(_agent),
}
_ORDER: dict[str, Read] = {
    "customer": read_code,
    "lines": list_of(_line),
    **dict.fromkeys(("type", "currency", "vat", "payment_terms", "payment_type"), read_code),
    **dict.fromkeys(("date", "delivery_date", "ready_date"), read_date),
    **dict.fromkeys(("exchange_rate", "deposit", "minimum_value"), read_decimal),
    **dict.fromkeys(("recipient", "destination"), read_place),
    **dict.fromkeys(
        ("reference", "language", "zone", "commercial_category", "discounts", "final_discounts"), read_text
    ),
    **dict.fromkeys(("carrier", "shipping_method", "delivery_terms", "delivery_place", "packing"), read_text),
    **dict.fromkeys(("note", "internal_note", "external_number"), read_text),
    "vat_included": read_flag,
    "payments": list_of(_payment),
    "expenses": list_of(_expense),
    "agents": list_of(_agent),
}
