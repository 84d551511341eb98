"""What changed between two states of a document, field by field, for the journal and for conflicts (D-12.5, D-12.7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Protocol

from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.money import plain
from fluorders_tui.domain.order import Address, Discount, OrderDraft, PaymentLine, Uom, VatCode

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


class ChangedLine(Protocol):
    """What a line of any document has."""

    @property
    def id(self) -> int: ...
    @property
    def item(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def quantity(self) -> Decimal: ...
    @property
    def uom(self) -> Uom: ...
    @property
    def price(self) -> Decimal: ...


Changes = tuple[dict[str, Any], dict[str, Any]]


def changes(before: OrderDraft, after: OrderDraft) -> Changes:
    """The fields that differ, as they were and as they become; lines as `lines[2].quantity`."""
    header = [(name, getattr(before, name), getattr(after, name)) for name in _HEADER]
    header += [
        ("type", before.type.code, after.type.code),
        ("currency", before.currency.code, after.currency.code),
        ("rate", before.currency.rate, after.currency.rate),
    ]
    return differences(header, before.lines, after.lines, _LINE)


def differences(
    header: Iterable[tuple[str, object, object]],
    before: Sequence[ChangedLine],
    after: Sequence[ChangedLine],
    fields: Sequence[str],
) -> Changes:
    """What differs in the header (names with old and new values), and in these fields and the units of the lines."""
    was: dict[str, Any] = {}
    becomes: dict[str, Any] = {}

    def compare(name: str, old: object, new: object) -> None:
        if old != new:
            was[name], becomes[name] = shown(old), shown(new)

    for name, old_value, new_value in header:
        compare(name, old_value, new_value)
    old_places = {line.id: place for place, line in enumerate(before, 1)}
    kept: set[int] = set()
    for place, line in enumerate(after, 1):
        if line.id not in old_places:
            becomes[f"lines[{place}]"] = line_in_short(line)
            continue
        kept.add(line.id)
        old = before[old_places[line.id] - 1]
        for name in fields:
            compare(f"lines[{place}].{name}", getattr(old, name), getattr(line, name))
        compare(f"lines[{place}].uom", old.uom.code, line.uom.code)
    for line in before:
        if line.id not in kept:
            was[f"lines[{old_places[line.id]}]"] = line_in_short(line)
    if [line.id for line in after if line.id] != [line.id for line in before if line.id in kept]:
        becomes.setdefault("lines", "in another order")
    return was, becomes


def line_in_short(line: ChangedLine) -> str:
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
