"""Differences between two desks' orders as a person reads them: where, what, and each side's value (D-12.7)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from fluorders_tui.domain.merging import LINES, Difference, Merge
from fluorders_tui.domain.money import plain
from fluorders_tui.domain.order import Address, Currency, OrderLine, OrderType, PriceSource, Uom, VatCode
from fluorders_tui.services.order_changes import line_in_short, shown

__all__ = ["field_in_words", "place_in_words", "value_in_words"]

_WORDS = {"vat": "VAT", "customer_vat": "VAT", "vat_included": "VAT included", "": "the line", LINES: "all lines"}


def place_in_words(merge: Merge, one: Difference) -> str:
    """`Header`, or `Line 2 A-100`."""
    if not one.line:
        return "Header"
    line = next((side for side in (one.mine, one.theirs, one.was) if isinstance(side, OrderLine)), None)
    if line is None:
        lines = merge.mine.lines
        line = lines[one.line - 1] if one.line <= len(lines) else None
    return f"Line {one.line} {line.item or line.description}" if line is not None else f"Line {one.line}"


def field_in_words(one: Difference) -> str:
    """The field's name for people."""
    return _WORDS.get(one.name) or one.name.replace("_", " ")


def value_in_words(one: Difference, value: object) -> str:
    """A side's value; a line that is not there is said to be gone, or not to be there yet."""
    if value is None and not one.name:
        return "not there" if one.was is None else "deleted"
    if isinstance(value, OrderLine):
        return line_in_short(value)
    if one.name == LINES and isinstance(value, tuple):
        return f"{len(value)} lines: {', '.join(line_in_short(line) for line in value)}"
    if isinstance(value, tuple) and value and one.name in ("price", "vat", "quantity", "customer", "delivery_terms"):
        return " ".join(part for part in _parts(value) if part) or "nothing"
    return _one(value) or "nothing"


def _parts(values: Iterable[object]) -> Iterable[str]:
    for value in values:
        if isinstance(value, PriceSource) or value is False:
            continue
        if value is True:
            yield "paid by the customer"
        elif isinstance(value, Address):
            yield ""
        else:
            yield _one(value)


def _one(value: object) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Uom | Currency | OrderType | VatCode):
        return value.code
    return " ".join(str(shown(value)).split())
