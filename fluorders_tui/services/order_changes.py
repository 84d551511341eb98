"""What changed between two states of an order, field by field, for the journal and for conflicts (D-12.5, D-12.7)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.money import plain
from fluorders_tui.domain.order import Address, Discount, OrderDraft, OrderLine, PaymentLine, VatCode

_HEADER = (
    "customer", "date", "delivery_date", "ready_date", "reference", "language", "zone", "commercial_category",
    "vat_included", "customer_vat", "destination", "recipient", "payments", "discounts", "final_discounts",
    "expenses", "agents", "carrier", "shipping_method", "delivery_terms", "delivery_place", "packing", "deposit",
    "note", "internal_note", "external_number",
)  # fmt: skip
_LINE = (
    "line_type", "item", "description", "quantity", "price", "discounts", "vat", "vat_recourse", "ready_date",
    "delivery_date", "note", "agents",
)  # fmt: skip


def changes(before: OrderDraft, after: OrderDraft) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that differ, as they were and as they become; lines as `lines[2].quantity`."""
    was: dict[str, Any] = {}
    becomes: dict[str, Any] = {}

    def compare(name: str, old: object, new: object) -> None:
        if old != new:
            was[name], becomes[name] = shown(old), shown(new)

    for name in _HEADER:
        compare(name, getattr(before, name), getattr(after, name))
    compare("type", before.type.code, after.type.code)
    compare("currency", before.currency.code, after.currency.code)
    compare("rate", before.currency.rate, after.currency.rate)
    old_places = {line.id: place for place, line in enumerate(before.lines, 1)}
    kept: set[int] = set()
    for place, line in enumerate(after.lines, 1):
        if line.id not in old_places:
            becomes[f"lines[{place}]"] = line_in_short(line)
            continue
        kept.add(line.id)
        old = before.lines[old_places[line.id] - 1]
        for name in _LINE:
            compare(f"lines[{place}].{name}", getattr(old, name), getattr(line, name))
        compare(f"lines[{place}].uom", old.uom.code, line.uom.code)
    for line in before.lines:
        if line.id not in kept:
            was[f"lines[{old_places[line.id]}]"] = line_in_short(line)
    if [line.id for line in after.lines if line.id] != [line.id for line in before.lines if line.id in kept]:
        becomes.setdefault("lines", "in another order")
    return was, becomes


def line_in_short(line: OrderLine) -> str:
    """`12 pc A-100 at 10.00` for the journal."""
    what = line.item or line.description
    if not line.quantity:
        return what
    return f"{plain(line.quantity)} {line.uom.code} {what} at {plain(line.price)}".replace("  ", " ")


def shown(value: object) -> Any:
    """A field's value in the journal."""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, VatCode):
        return value.code
    if isinstance(value, Address):
        return value.code or value.one_line()
    if isinstance(value, tuple):
        if value and isinstance(value[0], Discount):
            return format_discounts(value)
        if value and isinstance(value[0], PaymentLine):
            return ", ".join(f"{part.payment_type} {part.term.code}".strip() for part in value)
        return ", ".join(str(getattr(part, "agent", getattr(part, "type", part))) for part in value)
    return value if value is None or isinstance(value, bool | int | str) else str(value)
