"""Deliveries, previews of them and availability as JSON: decimals are strings, dates ISO 8601 (interfaces §2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from fluorders_tui.domain.availability import Availability
from fluorders_tui.domain.fulfilment import PlannedDelivery
from fluorders_tui.domain.money import plain


def delivery_to_json(row: Any, lines: Iterable[Any]) -> dict[str, Any]:
    """A stored delivery: its header as lists have it, and its lines."""
    return {
        "number": row.number,
        "kind": row.kind.value,
        "type": row.type or None,
        "status": row.status.value,
        "date": row.date.isoformat(),
        "customer": row.customer,
        "customer_name": row.customer_name,
        "orders": row.orders,
        "destination": row.destination or None,
        "carrier": row.carrier or None,
        "warehouse": row.warehouse or None,
        "weight": plain(row.weight),
        "entered_by": row.entered_by,
        "undone_by": row.undone_by or None,
        "reason": row.undone_reason or None,
        "lines": [
            {
                "line": one.position,
                "order": one.order,
                "order_line": one.order_line,
                "item": one.item or None,
                "description": one.description,
                "quantity": plain(one.quantity),
                "undone": plain(one.undone),
                "uom": one.unit,
                "forced": one.forced,
            }
            for one in lines
        ],
    }


def planned_to_json(planned: PlannedDelivery, kind: str, date: dt.date, warehouse: str) -> dict[str, Any]:
    """A delivery that would come: it has no number, for none is taken."""
    header = planned.header
    return {
        "number": None,
        "kind": kind,
        "status": "preview",
        "date": date.isoformat(),
        "customer": header.customer,
        "customer_name": header.name,
        "orders": planned.references,
        "reasons": list(planned.reasons),
        "destination": header.destination.one_line() or None,
        "carrier": header.carrier or None,
        "warehouse": warehouse or None,
        "weight": plain(planned.weight),
        "lines": [
            {
                "line": place,
                "order": one.order.number,
                "order_line": one.position,
                "item": one.line.item or None,
                "description": one.line.description,
                "quantity": plain(one.quantity),
                "uom": one.line.uom.code,
                "forced": one.forced,
            }
            for place, one in enumerate(planned.lines, 1)
        ],
    }


def availability_to_json(
    code: str,
    description: str,
    unit: str,
    free: Availability,
    warehouses: Mapping[str, Decimal],
    date: dt.date,
    wanted: Decimal | None,
) -> dict[str, Any]:
    """What is free of an item on `date` and over time, and when `wanted` of it is."""
    point = free.at(date)
    day = free.free_from(wanted) if wanted is not None else None
    return {
        "item": code,
        "description": description,
        "uom": unit,
        "date": date.isoformat(),
        "stock": plain(free.stock),
        "free_now": plain(free.free_now),
        "available": plain(point.available),
        "available_to_promise": plain(point.promise),
        "quantity": plain(wanted) if wanted is not None else None,
        "free_from": day.isoformat() if day else None,
        "supply_without_date": plain(free.undated),
        "warehouses": {name: plain(much) for name, much in warehouses.items()},
        "days": [
            {
                "date": one.date.isoformat(),
                "supply": plain(one.supply),
                "demand": plain(one.demand),
                "available": plain(one.available),
                "available_to_promise": plain(one.promise),
            }
            for one in free.points
        ],
    }
