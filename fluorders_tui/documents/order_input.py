"""An order as a program hands it over in JSON (interfaces §2): its shape is checked here, its trade in the services.

What `order show` prints may be handed over again. The keys that only come out (number, status, totals, …) are then
passed over; printed prices and discounts count as given by hand, because a given price is a manual one.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, TextIO, TypeVar

from fluorders_tui.documents.strict_json import BadNumber, JsonObject, parse
from fluorders_tui.domain.errors import DeskError, Several, Unreadable
from fluorders_tui.domain.folding import nearest
from fluorders_tui.domain.money import LARGEST, MICRO_DECIMALS, plain
from fluorders_tui.domain.order import Address, LineType

MOST_CHARACTERS = 100_000

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
    """The documents of a JSON text, and whether they came as a list.

    Unknown and repeated keys, wrong types and impossible numbers are refused with their place, such as
    `lines[2].quantity` (of a list `[1].lines[2].quantity`), all at once. Lines and documents count from 1.

    Raises `Unreadable`, or for more than one error `Several` with the exit code of unreadable input.
    """
    try:
        text = source if isinstance(source, str) else source.read()
    except UnicodeDecodeError:
        raise Unreadable("The text is not in UTF-8.", field=name) from None
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise Unreadable("There is nothing to read.", field=name)
    value = parse(text, name)
    errors: list[DeskError] = []
    was_list = isinstance(value, list)
    documents = value if was_list else [value]
    found = [
        order
        for number, document in enumerate(documents, 1)
        if (order := _order(_Reader(errors, f"[{number}]" if was_list else ""), document)) is not None
    ]
    if len(errors) == 1:
        raise errors[0]
    if errors:
        several = Several(errors)
        several.exit_code = Unreadable.exit_code
        raise several
    return found, was_list


T = TypeVar("T")


class _Wrong(Exception):
    """A value that isn't what its place asks for; the message says what it should be."""


class _Reader:
    """Reads objects key by key and gathers what is wrong, each with its place."""

    def __init__(self, errors: list[DeskError], place: str) -> None:
        self._errors = errors
        self.place = place

    def at(self, place: str) -> _Reader:
        return _Reader(self._errors, self._path(place))

    def wrong(self, place: str, message: str, hint: str = "") -> None:
        self._errors.append(Unreadable(message, field=self._path(place), hint=hint))

    def _path(self, place: str) -> str:
        return f"{self.place}.{place}" if self.place and place and not place.startswith("[") else self.place + place

    def object(self, value: Any, readers: dict[str, _Read], passed_over: frozenset[str]) -> dict[str, Any] | None:
        """The values of the known keys that are there and not null; None when `value` is no object."""
        if not isinstance(value, JsonObject):
            self.wrong("", f"Expected an object {{…}}, not {_kind(value)}.")
            return None
        for key in value.repeated:
            self.wrong(key, "This key is there more than once.")
        found: dict[str, Any] = {}
        for key, part in value.items():
            if key not in readers:
                if key not in passed_over:
                    close = nearest(key, readers)
                    self.wrong(key, "There is no such key.", f"Did you mean {close}?" if close else "")
                continue
            if part is None:
                continue
            try:
                found[key] = readers[key](self.at(key), part)
            except _Wrong as error:
                self.wrong(key, f"{error}, not {_kind(part)}.")
        return found

    def needed(self, found: dict[str, Any], raw: JsonObject, *keys: str) -> bool:
        """Whether all keys were given; those missing altogether are told (a wrong one was told already)."""
        missing = [key for key in keys if raw.get(key) is None or str(raw[key]).isspace() or raw[key] == ""]
        for key in missing:
            self.wrong(key, "It is missing.")
        return not missing and all(key in found for key in keys)


_Read = Callable[[_Reader, Any], Any]


def _kind(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case BadNumber():
            return str(value)
        case str():
            return repr(value if len(value) <= 30 else value[:30] + "…")
        case Decimal():
            return str(value)
        case list():
            return "a list"
        case dict():
            return "an object"
    return type(value).__name__


def _text(_: _Reader, value: Any) -> str:
    if type(value) is not str:
        raise _Wrong("Expected a text in quotes")
    if len(value) > MOST_CHARACTERS:
        raise _Wrong(f"Expected at most {MOST_CHARACTERS} characters")
    return value


def _code(reader: _Reader, value: Any) -> str:
    text = _text(reader, value).strip()
    if not text:
        raise _Wrong("Expected a code")
    return text


def _flag(_: _Reader, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Wrong("Expected true or false")
    return value


_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,30}(?:\.\d{1,30})?", re.ASCII)


def _date(_: _Reader, value: Any) -> dt.date:
    if type(value) is str and _DATE.fullmatch(value):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            pass
    raise _Wrong('Expected a date such as "2026-11-24"')


def _decimal(_: _Reader, value: Any) -> Decimal:
    if type(value) is str and _DECIMAL.fullmatch(value):
        value = Decimal(value)
    if not isinstance(value, Decimal):
        raise _Wrong('Expected a number such as "12.50"')
    if abs(value) > LARGEST:
        raise _Wrong(f"Expected a number up to {plain(LARGEST)}")
    number = Decimal(plain(value))
    if -int(number.as_tuple().exponent) > MICRO_DECIMALS:
        raise _Wrong(f"Expected at most {MICRO_DECIMALS} decimals")
    return number


def _line_type(_: _Reader, value: Any) -> LineType:
    try:
        return LineType(value)
    except ValueError:
        raise _Wrong(f"Expected one of {', '.join(LineType)}") from None


def _list_of(read: Callable[[_Reader, Any], T | None]) -> Callable[[_Reader, Any], tuple[T, ...]]:
    def read_list(reader: _Reader, value: Any) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise _Wrong("Expected a list […]")
        parts = [read(reader.at(f"[{number}]"), part) for number, part in enumerate(value, 1)]
        return tuple(part for part in parts if part is not None)

    return read_list


def _place_code(reader: _Reader, value: Any) -> str | Address | None:
    if not isinstance(value, dict):
        return _code(reader, value)
    found = reader.object(value, _ADDRESS, frozenset())
    return Address(**found) if found is not None else None


def _agent(reader: _Reader, value: Any) -> AgentInput | None:
    found = reader.object(value, _AGENT, frozenset({"name"}))
    return AgentInput(**found) if found is not None and reader.needed(found, value, "agent") else None


def _expense(reader: _Reader, value: Any) -> ExpenseInput | None:
    found = reader.object(value, _EXPENSE, frozenset())
    if found is None or not reader.needed(found, value, "type"):
        return None
    if "percent" in found and "amount" in found:
        reader.wrong("amount", "An expense is a percent or an amount, not both.")
    return ExpenseInput(**found)


def _payment(reader: _Reader, value: Any) -> PaymentInput | None:
    found = reader.object(value, _PAYMENT, frozenset())
    if found is None:
        return None
    if "percent" in found and "amount" in found:
        reader.wrong("amount", "A payment line is a percent or an amount, not both.")
    return PaymentInput(**found)


def _line(reader: _Reader, value: Any) -> LineInput | None:
    found = reader.object(value, _LINE, LINE_OUTPUT_KEYS)
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


def _order(reader: _Reader, value: Any) -> OrderInput | None:
    found = reader.object(value, _ORDER, OUTPUT_KEYS)
    if found is None or not reader.needed(found, value, "customer", "lines"):
        return None
    if "payments" in found:
        for key in ("payment_terms", "payment_type"):
            if key in found:
                reader.wrong(key, "It stands in each of the payments already.", "Leave out one of the two.")
    return OrderInput(**found)


_ADDRESS: dict[str, _Read] = {field.name: _text for field in fields(Address)}
_AGENT: dict[str, _Read] = {"agent": _code, "percent": _decimal}
_EXPENSE: dict[str, _Read] = {
    "type": _code,
    "description": _text,
    "percent": _decimal,
    "amount": _decimal,
    "minimum": _decimal,
    "vat": _code,
}
_PAYMENT: dict[str, _Read] = {
    "payment_terms": _code,
    "payment_type": _code,
    "percent": _decimal,
    "amount": _decimal,
    "apply_from": _date,
}
_LINE: dict[str, _Read] = {
    "line_type": _line_type,
    "item": _text,
    "quantity": _decimal,
    "uom": _text,
    "price": _decimal,
    "discounts": _text,
    "vat": _code,
    "vat_recourse": _flag,
    "ready_date": _date,
    "delivery_date": _date,
    "description": _text,
    "note": _text,
    "agents": _list_of(_agent),
}
_ORDER: dict[str, _Read] = {
    "customer": _code,
    "lines": _list_of(_line),
    **dict.fromkeys(("type", "currency", "vat", "payment_terms", "payment_type"), _code),
    **dict.fromkeys(("date", "delivery_date", "ready_date"), _date),
    **dict.fromkeys(("exchange_rate", "deposit", "minimum_value"), _decimal),
    **dict.fromkeys(("recipient", "destination"), _place_code),
    **dict.fromkeys(("reference", "language", "zone", "commercial_category", "discounts", "final_discounts"), _text),
    **dict.fromkeys(("carrier", "shipping_method", "delivery_terms", "delivery_place", "packing"), _text),
    **dict.fromkeys(("note", "internal_note", "external_number"), _text),
    "vat_included": _flag,
    "payments": _list_of(_payment),
    "expenses": _list_of(_expense),
    "agents": _list_of(_agent),
}
