"""Lines of a supplier order shared out over customers, as they are typed and shown (D-14.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.money import ZERO
from fluorders_tui.domain.registry import Value
from fluorders_tui.domain.supplier_orders import SupplierOrderDraft
from fluorders_tui.screens.supplier_lines import SupplierForms
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.supply_sharing import Share, SharingPlan, destination_of
from fluorders_tui.widgets.row_sources import Row
from fluorders_tui.widgets.table_layout import Column

__all__ = ["ORDER_COLUMNS", "SHARE_COLUMNS", "SUPPLY_COLUMNS", "TypedShare", "left_of", "order_rows", "read_line",
           "share_rows", "shares_from", "shares_of", "shares_to", "supply_rows"]  # fmt: skip

EVERY = "*"
"""Typed for a line: whatever is left of all of them."""

SUPPLY_COLUMNS = (
    Column("line", "Ln", 3, align="right"),
    Column("item", "Item", 10),
    Column("description", "Description", 12, flex=True),
    Column("open", "To come", 8, align="right"),
    Column("free", "Free", 8, align="right"),
    Column("shared", "Shared", 8, align="right"),
    Column("left", "Left", 8, align="right"),
    Column("uom", "UM", 4, drop=2),
    Column("cost", "Cost", 9, align="right", drop=1),
    Column("due", "Delivery", 10, drop=3),
)
SHARE_COLUMNS = (
    Column("customer", "Customer", 10),
    Column("name", "Name", 14, flex=True),
    Column("place", "Destination", 12),
    Column("line", "Line", 5, align="right"),
    Column("item", "Item", 12),
    Column("quantity", "Quantity", 10, align="right"),
    Column("uom", "UM", 4),
)
ORDER_COLUMNS = (
    Column("order", "Order for", 26),
    Column("item", "Item", 10),
    Column("description", "Description", 10, flex=True, drop=2),
    Column("quantity", "Quantity", 9, align="right"),
    Column("price", "Price", 9, align="right"),
    Column("discounts", "Disc.", 7, drop=1),
    Column("net", "Net", 14, align="right"),
)


@dataclass(frozen=True, slots=True)
class TypedShare:
    """So much of a line (from 0, in its unit) for a customer, perhaps to one of their destinations (by code)."""

    customer: str
    line: int
    quantity: Decimal
    place: str = ""
    name: str = ""


def left_of(free: Sequence[Decimal], shares: Sequence[TypedShare], without: int = -1) -> list[Decimal]:
    """What the shares leave of each line, that of the place `without` not counting."""
    left = list(free)
    for place, one in enumerate(shares):
        if place != without and one.line < len(left):
            left[one.line] -= one.quantity
    return left


def read_line(text: str, draft: SupplierOrderDraft) -> int | None:
    """The line (from 0) that a number or an item's code means, None for all. Raises `Invalid`."""
    typed = text.strip()
    if typed == EVERY:
        return None
    if typed.isdecimal() and 1 <= int(typed) <= len(draft.lines):
        return int(typed) - 1
    found = [place for place, line in enumerate(draft.lines) if line.item.casefold() == typed.casefold()]
    if found:
        return found[0]
    raise Invalid(f"There is no line {typed!r}.", field="line", hint="Its number, its item, or * for all that is left.")


def supply_rows(
    draft: SupplierOrderDraft, free: Sequence[Decimal], shares: Sequence[TypedShare], forms: SupplierForms
) -> list[Row]:
    """The supplier's lines with what is free of them and what the shares leave."""
    rows: list[Row] = []
    for place, (line, there, left) in enumerate(zip(draft.lines, free, left_of(free, shares), strict=True)):
        cells = (
            str(place + 1),
            line.item,
            line.description,
            forms.number(line.open),
            forms.number(there),
            forms.number(there - left) if there != left else "",
            forms.number(left),
            line.uom.code,
            forms.price(line.unit_cost),
            forms.day(line.due),
        )
        rows.append(Row(place, cells, "bad" if left < 0 else "" if left else "muted"))
    return rows


def share_rows(draft: SupplierOrderDraft, shares: Sequence[TypedShare], forms: SupplierForms) -> list[Row]:
    """What was typed so far."""
    return [
        Row(
            place,
            (
                one.customer, one.name, one.place, str(one.line + 1), draft.lines[one.line].item,
                forms.number(one.quantity), draft.lines[one.line].uom.code,
            ),
        )
        for place, one in enumerate(shares)
        if one.line < len(draft.lines)
    ]  # fmt: skip


def order_rows(plan: SharingPlan, forms: SupplierForms) -> Iterator[Row]:
    """The customer orders that would come, and what is refused, first."""
    for place, error in enumerate(plan.refusals):
        found = re.match(r"shares\[(\d+)\]", error.field)
        where = f"✗ share {found[1]}" if found else "✗"
        yield Row(("refused", place), (where, "", str(error), "", "", "", ""), "bad")
    for at, order in enumerate(plan.orders):
        decimals = order.currency.decimals
        net = sum((line.net for line in order.lines), ZERO)
        worth = f"{forms.amount(net, decimals)} {order.currency.code}"
        to = order.destination.code or order.destination.city
        yield Row(
            (at, -1), (f"{order.customer} {order.name}", "", f"to {to}" if to else "", "", "", "", worth), "group"
        )
        for place, line in enumerate(order.lines):
            cells = (
                "  ! " + line.warnings[0] if line.warnings else "",
                line.item,
                line.description,
                f"{forms.number(line.quantity)} {line.uom.code}",
                forms.price(line.price),
                format_discounts(line.discounts),
                forms.amount(line.net, decimals),
            )
            yield Row((at, place), cells, "warning" if line.warnings else "")


def shares_of(desk: Desk, shares: Sequence[TypedShare]) -> tuple[Share, ...]:
    """The shares with their destinations read; runs in a thread. Raises `Invalid` with the share's place."""
    made: list[Share] = []
    for number, one in enumerate(shares, 1):
        try:
            place = destination_of(desk, one.customer, one.place) if one.place else None
        except Invalid as error:
            raise Invalid(error.message, field=f"shares[{number}].place", rule=error.rule, hint=error.hint) from None
        made.append(Share(one.line, one.customer, one.quantity, place))
    return tuple(made)


def shares_to(shares: Sequence[TypedShare]) -> dict[str, Value]:
    """As plain values, for a file."""
    values: dict[str, Value] = {}
    for place, one in enumerate(shares):
        values |= {f"{place}.customer": one.customer, f"{place}.line": one.line, f"{place}.quantity": one.quantity}
        values |= {f"{place}.place": one.place, f"{place}.name": one.name}
    return values


def shares_from(values: Mapping[str, Value]) -> list[TypedShare]:
    """What `shares_to` gave."""
    found: list[TypedShare] = []
    while isinstance(values.get(f"{len(found)}.quantity"), Decimal):
        at = len(found)
        line, quantity = values[f"{at}.line"], values[f"{at}.quantity"]
        assert isinstance(quantity, Decimal)
        found.append(
            TypedShare(
                str(values[f"{at}.customer"]), line if isinstance(line, int) else 0, quantity,
                str(values.get(f"{at}.place") or ""), str(values.get(f"{at}.name") or ""),
            )
        )  # fmt: skip
    return found
