"""What changed between two versions of an offer, field by field and line by line (D-13.2)."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.money import plain
from fluorders_tui.domain.offers import Offer
from fluorders_tui.domain.order import (
    Address,
    AgentShare,
    Currency,
    Discount,
    Expense,
    LineType,
    OrderLine,
    PaymentLine,
    Uom,
    VatCode,
)

#: What tells versions and rows apart rather than what was offered.
_NOT_OFFERED = frozenset({"lines", "warnings", "number", "status", "revision", "id", "version", "type"})
_LINE_FIELDS = (
    "description", "quantity", "uom", "price", "discounts", "vat", "vat_recourse", "ready_date", "delivery_date",
    "note", "agents", "net",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OfferChange:
    """One difference, as text. `line` counts from 1 in the newer version, 0 is the header.

    A line that came has the field `added`, one that went `removed` with its line in the older version.
    """

    line: int
    field: str
    before: str
    after: str


def offer_changes(older: Offer, newer: Offer) -> tuple[OfferChange, ...]:
    """Header first, then lines in the order of the newer version, removed ones last.

    Lines belong together by type and item (or text, without an item), in the order they stand in, so
    that a moved line is no change.
    """
    return (*_header(older, newer), *_lines(older.draft.lines, newer.draft.lines))


def _header(older: Offer, newer: Offer) -> Iterator[OfferChange]:
    for before, after in ((older.draft, newer.draft), (older.terms, newer.terms)):
        for field in dataclasses.fields(before):
            if field.name in _NOT_OFFERED:
                continue
            one, other = getattr(before, field.name), getattr(after, field.name)
            if one != other:
                yield OfferChange(0, field.name, text_of(one), text_of(other))
    if older.terms.type.code != newer.terms.type.code:
        yield OfferChange(0, "type", older.terms.type.code, newer.terms.type.code)


def _key(line: OrderLine) -> tuple[str, str]:
    return line.line_type.value, line.item or line.description


def _lines(older: tuple[OrderLine, ...], newer: tuple[OrderLine, ...]) -> Iterator[OfferChange]:
    waiting: dict[tuple[str, str], list[int]] = {}
    for place, line in enumerate(older):
        waiting.setdefault(_key(line), []).append(place)
    for number, line in enumerate(newer, 1):
        places = waiting.get(_key(line))
        if not places:
            yield OfferChange(number, "added", "", _summary(line))
            continue
        before = older[places.pop(0)]
        for name in _LINE_FIELDS:
            one, other = getattr(before, name), getattr(line, name)
            if one != other:
                yield OfferChange(number, name, text_of(one), text_of(other))
    for place in sorted(place for places in waiting.values() for place in places):
        yield OfferChange(place + 1, "removed", _summary(older[place]), "")


def _summary(line: OrderLine) -> str:
    if line.line_type is LineType.NOTE:
        return line.description
    what = f"{line.item} {line.description}".strip()
    return f"{plain(line.quantity)} {line.uom.code} {what} at {plain(line.price)}".replace("  ", " ")


def text_of(value: Any) -> str:
    """A field's value as a person reads it; nothing for None and empty."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return plain(value)
        case dt.date():
            return value.isoformat()
        case Enum():
            return str(value.value)
        case Address():
            return value.one_line() or value.code
        case VatCode() | Uom() | Currency():
            rate = f" at {plain(value.rate)}" if isinstance(value, Currency) and value.rate != 1 else ""
            return value.code + rate
        case PaymentLine():
            share = plain(value.amount) if value.amount is not None else f"{plain(value.percent or Decimal(0))} %"
            return f"{value.payment_type} {value.term.code} {share}".strip()
        case Expense():
            return f"{value.type} " + (
                f"{plain(value.percent)} %" if value.percent is not None else text_of(value.amount)
            )
        case AgentShare():
            return value.agent if value.percent is None else f"{value.agent} {plain(value.percent)} %"
        case tuple():
            if value and isinstance(value[0], Discount):
                return format_discounts(value)
            return ", ".join(text_of(part) for part in value)
        case _:
            return str(value)
