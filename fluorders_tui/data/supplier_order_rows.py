"""Supplier orders between the draft and the tables: what has a column, and what stands in the snapshot (D-2.5)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, select

from fluorders_tui.data.tables import supply
from fluorders_tui.data.tables.base import table
from fluorders_tui.data.terms import micro, optional_micro
from fluorders_tui.domain import codec
from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.folding import fold
from fluorders_tui.domain.money import EXACT, MICRO_DECIMALS, NANO_DECIMALS, from_scaled, round_half_up, to_scaled
from fluorders_tui.domain.order import Currency, Uom
from fluorders_tui.domain.supplier_orders import (
    SupplierOrderDraft,
    SupplierOrderLine,
    SupplierOrderStatus,
    supplier_totals,
)

SUPPLIER_ORDER = table(supply.SupplierOrder)
SUPPLIER_LINE = table(supply.SupplierOrderLine)

#: The parts of a draft that have no column of their own.
HEADER_SNAPSHOT = ("type", "address", "drop_ship_allowed", "destination", "reason", "revision")
LINE_SNAPSHOT = ("discounts", "vat")

#: Longest text the search knows of each part.
_KEY = 60


def _micro(value: Decimal) -> int:
    return to_scaled(value, MICRO_DECIMALS)


def header_values(draft: SupplierOrderDraft, supplier_id: int, company_decimals: int) -> dict[str, Any]:
    """The columns of a supplier order's header that follow from the draft."""
    net = supplier_totals(draft).net
    worth = round_half_up(EXACT.multiply(net, draft.currency.rate), company_decimals)
    return {
        "order_type": draft.type.code,
        "status": draft.status.value,
        "supplier_id": supplier_id,
        "supplier_code": draft.supplier,
        "supplier_name": draft.name,
        "order_date": draft.date,
        "delivery_date": draft.delivery_date,
        "confirmed_on": draft.confirmed_on,
        "reference": draft.reference,
        "currency": draft.currency.code,
        "currency_decimals": draft.currency.decimals,
        "rate_nano": to_scaled(draft.currency.rate, NANO_DECIMALS),
        "rate_date": draft.currency.rate_date,
        "payment_terms": draft.payment_terms,
        "warehouse": draft.warehouse,
        "drop_ship": draft.drop_ship,
        "note": draft.note,
        "line_count": len(draft.lines),
        "net_minor": to_scaled(net, draft.currency.decimals),
        "company_net_minor": to_scaled(worth, 2),
        "snapshot": codec.dumps(draft, only=HEADER_SNAPSHOT),
    }


def search_text(number: str, draft: SupplierOrderDraft) -> str:
    """What fragments of a supplier order are looked for in."""
    return "\n".join(fold(part, _KEY) for part in (number, draft.reference, draft.supplier, draft.name))


def line_values(line: SupplierOrderLine, position: int, decimals: int, item_id: int) -> dict[str, Any]:
    """The columns of one line but its order."""
    confirmed = line.confirmed_quantity
    return {
        "position": position,
        "item_id": item_id,
        "item_code": line.item,
        "supplier_item": line.supplier_item,
        "description": line.description,
        "quantity_micro": _micro(line.quantity),
        "confirmed_quantity_micro": None if confirmed is None else _micro(confirmed),
        "received_micro": _micro(line.received),
        "cancelled": line.cancelled,
        "unit": line.uom.code,
        "unit_factor_micro": _micro(line.uom.factor),
        "unit_decimals": line.uom.decimals,
        "unit_price_micro": _micro(line.price),
        "discounts": format_discounts(line.discounts),
        "gross_minor": to_scaled(line.gross, decimals),
        "net_minor": to_scaled(line.net, decimals),
        "vat_code": line.vat.code if line.vat else "",
        "delivery_date": line.delivery_date,
        "confirmed_date": line.confirmed_date,
        "note": line.note,
        "snapshot": codec.dumps(line, only=LINE_SNAPSHOT),
    }


def supplier_draft_from(header: Row[Any], lines: Sequence[Row[Any]]) -> SupplierOrderDraft:
    """The draft of a saved supplier order, with `number`, `id` and `version`."""
    kept = json.loads(header.snapshot)
    kept["date"] = header.order_date.isoformat()
    rate = from_scaled(header.rate_nano, NANO_DECIMALS).normalize(EXACT)
    return replace(
        codec.from_data(SupplierOrderDraft, kept),
        supplier=header.supplier_code,
        name=header.supplier_name,
        currency=Currency(header.currency, header.currency_decimals, rate, header.rate_date),
        payment_terms=header.payment_terms,
        reference=header.reference,
        delivery_date=header.delivery_date,
        confirmed_on=header.confirmed_on,
        drop_ship=header.drop_ship,
        warehouse=header.warehouse,
        note=header.note,
        lines=tuple(_line_from(line, header.currency_decimals) for line in lines),
        number=header.number,
        status=SupplierOrderStatus(header.status),
        id=header.id,
        version=header.version,
    )


def _line_from(row: Row[Any], decimals: int) -> SupplierOrderLine:
    kept = json.loads(row.snapshot) if row.snapshot else {}
    kept["item"] = row.item_code
    return replace(
        codec.from_data(SupplierOrderLine, kept),
        description=row.description,
        supplier_item=row.supplier_item,
        quantity=micro(row.quantity_micro),
        uom=Uom(row.unit, micro(row.unit_factor_micro), row.unit_decimals),
        price=micro(row.unit_price_micro),
        delivery_date=row.delivery_date,
        confirmed_quantity=optional_micro(row.confirmed_quantity_micro),
        confirmed_date=row.confirmed_date,
        received=micro(row.received_micro),
        cancelled=row.cancelled,
        note=row.note,
        gross=from_scaled(row.gross_minor, decimals),
        net=from_scaled(row.net_minor, decimals),
        id=row.id,
        version=row.version,
    )


def load_supplier_order(connection: Connection, order_id: int) -> SupplierOrderDraft | None:
    """The saved supplier order of a row, None when there is none."""
    return load_supplier_orders(connection, [order_id]).get(order_id)


def load_supplier_orders(connection: Connection, order_ids: Iterable[int]) -> dict[int, SupplierOrderDraft]:
    """Saved supplier orders by row; rows that are not there are left out."""
    wanted = list(dict.fromkeys(order_ids))
    found: dict[int, SupplierOrderDraft] = {}
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        lines: dict[int, list[Row[Any]]] = defaultdict(list)
        for line in connection.execute(
            select(SUPPLIER_LINE).where(SUPPLIER_LINE.c.order_id.in_(part)).order_by(SUPPLIER_LINE.c.position)
        ):
            lines[line.order_id].append(line)
        for header in connection.execute(select(SUPPLIER_ORDER).where(SUPPLIER_ORDER.c.id.in_(part))):
            found[header.id] = supplier_draft_from(header, lines[header.id])
    return found


def supplier_order_ids(connection: Connection, number: str) -> list[int]:
    """The rows of at most two orders with this number; a bare figure also finds the newest with that sequence."""
    columns = SUPPLIER_ORDER.c
    found = connection.execute(select(columns.id).where(columns.number == number).limit(2)).scalars().all()
    if not found and number.isdecimal() and len(number) < 19:
        by_sequence = select(columns.id).where(columns.sequence == int(number)).order_by(columns.id.desc()).limit(2)
        found = connection.execute(by_sequence).scalars().all()
    return list(found)


def open_supplier_orders_of(connection: Connection, suppliers: Iterable[str], statuses: Iterable[str]) -> list[int]:
    """The rows of the orders of these suppliers (by code) in one of `statuses`, the oldest first."""
    columns = SUPPLIER_ORDER.c
    return list(
        connection.execute(
            select(columns.id)
            .where(columns.supplier_code.in_(list(suppliers)), columns.status.in_(list(statuses)))
            .order_by(columns.id)
        ).scalars()
    )


def lock_supplier_orders(connection: Connection, order_ids: Iterable[int]) -> None:
    """Hold these rows until the transaction ends, in one order for all desks; SQLite has one writer anyhow.

    Whoever also changes customer orders locks the supplier orders first.
    """
    wanted = sorted(set(order_ids))
    if wanted and connection.dialect.name != "sqlite":
        columns = SUPPLIER_ORDER.c
        connection.execute(select(columns.id).where(columns.id.in_(wanted)).order_by(columns.id).with_for_update())
