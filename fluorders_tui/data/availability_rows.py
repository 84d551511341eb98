"""What moves an item: open lines of customer orders, and what suppliers are to send; by indexes of what is open alone.

What suppliers ship to customers is neither: drop-ship leaves own stock untouched (D-15.3).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, func, select, text

from fluorders_tui.data.link_rows import links_of
from fluorders_tui.data.order_rows import LINE, ORDER
from fluorders_tui.data.supplier_order_rows import SUPPLIER_LINE, SUPPLIER_ORDER
from fluorders_tui.data.tables import parties
from fluorders_tui.data.tables.base import table
from fluorders_tui.data.tables.documents import OPEN_LINE, OPEN_ORDER
from fluorders_tui.data.terms import micro, optional_micro
from fluorders_tui.domain.availability import Movement
from fluorders_tui.domain.links import DocumentKind, LineRef, SupplyMode
from fluorders_tui.domain.money import EXACT, ZERO
from fluorders_tui.domain.supplier_orders import SupplierOrderStatus

_BATCH = 500
_COMING = (SupplierOrderStatus.ENTERED, SupplierOrderStatus.CONFIRMED, SupplierOrderStatus.PARTIAL)
# Written out with the table's name: a bound value would keep both databases from using the partial index.
_OPEN = (
    text(f"customer_order_line.{OPEN_LINE}"),
    text(f"customer_order.{OPEN_ORDER}"),
    LINE.c.quantity_micro > LINE.c.executed_micro,
)
_DUE = func.coalesce(LINE.c.ready_date, LINE.c.delivery_date, ORDER.c.delivery_date)
_SENDS = func.coalesce(SUPPLIER_LINE.c.confirmed_date, SUPPLIER_LINE.c.delivery_date, SUPPLIER_ORDER.c.delivery_date)
_IDS: BindParameter[Sequence[int]] = bindparam("ids", expanding=True)

# Put together once: they are asked for every item that is typed.
_WANTED = (
    select(
        LINE.c.item_id,
        _DUE.label("due"),
        LINE.c.unit_factor_micro,
        func.sum(LINE.c.quantity_micro - LINE.c.executed_micro).label("quantity"),
    )
    .join(ORDER, ORDER.c.id == LINE.c.order_id)
    .where(LINE.c.item_id.in_(_IDS), *_OPEN)
    .group_by(LINE.c.item_id, _DUE, LINE.c.unit_factor_micro)
)
_SENT = (
    select(
        SUPPLIER_LINE.c.id, SUPPLIER_LINE.c.order_id, SUPPLIER_LINE.c.item_id, SUPPLIER_LINE.c.quantity_micro,
        SUPPLIER_LINE.c.confirmed_quantity_micro, SUPPLIER_LINE.c.received_micro, SUPPLIER_LINE.c.unit_factor_micro,
        SUPPLIER_ORDER.c.drop_ship, _SENDS.label("due"),
    )
    .join(SUPPLIER_ORDER, SUPPLIER_ORDER.c.id == SUPPLIER_LINE.c.order_id)
    .where(
        SUPPLIER_LINE.c.item_id.in_(_IDS),
        SUPPLIER_ORDER.c.status.in_([status.value for status in _COMING]),
        SUPPLIER_LINE.c.cancelled.is_(False),
    )
)  # fmt: skip


def movements_of(connection: Connection, item_ids: Collection[int]) -> dict[int, tuple[Movement, ...]]:
    """What comes and what is wanted of items (by row), summed by day, in main units; none of items nothing moves."""
    wanted = sorted(set(item_ids))
    found: dict[int, list[Movement]] = defaultdict(list)
    for start in range(0, len(wanted), _BATCH):
        part = wanted[start : start + _BATCH]
        coming = _coming(connection, part)
        shipped = _shipped_to_customers(connection, coming)
        demand = _demand(connection, part)
        for row, outstanding in _lines(connection, shipped):
            demand[row.item_id, row.due] -= outstanding
        for (item, day), quantity in demand.items():
            if quantity > 0:
                found[item].append(Movement(day, -quantity))
        for one in coming:
            if not one.drop_ship and one.to_come:
                found[one.item].append(Movement(one.date, one.to_come))
    return {item: tuple(moves) for item, moves in found.items()}


def _demand(connection: Connection, item_ids: Sequence[int]) -> dict[tuple[int, dt.date | None], Decimal]:
    found: dict[tuple[int, dt.date | None], Decimal] = defaultdict(lambda: ZERO)
    for row in connection.execute(_WANTED, {"ids": item_ids}):
        found[row.item_id, row.due] += EXACT.multiply(micro(int(row.quantity)), micro(row.unit_factor_micro))
    return found


@dataclass(frozen=True, slots=True)
class _Coming:
    item: int
    ref: LineRef
    date: dt.date | None
    to_come: Decimal
    drop_ship: bool


def _coming(connection: Connection, item_ids: Sequence[int]) -> list[_Coming]:
    """Supplier lines of which something is still to come, in main units."""
    found: list[_Coming] = []
    for row in connection.execute(_SENT, {"ids": item_ids}):
        expected = optional_micro(row.confirmed_quantity_micro)
        expected = micro(row.quantity_micro) if expected is None else expected
        left = EXACT.multiply(max(expected - micro(row.received_micro), ZERO), micro(row.unit_factor_micro))
        ref = LineRef(DocumentKind.SUPPLIER_ORDER, row.order_id, row.id)
        found.append(_Coming(row.item_id, ref, row.due, left, row.drop_ship))
    return found


def _shipped_to_customers(connection: Connection, coming: Sequence[_Coming]) -> dict[int, Decimal]:
    """What suppliers still ship to the customer of each order line (its row), in main units."""
    refs = [one.ref for one in coming if one.drop_ship]
    found: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for link in links_of(connection, refs) if refs else ():
        if link.mode is SupplyMode.DROP_SHIP and link.outstanding:
            found[link.customer_line.line] += link.outstanding
    return found


def _lines(connection: Connection, shipped: dict[int, Decimal]) -> list[tuple[Any, Decimal]]:
    """The open order lines among these, with when they are wanted."""
    ids = sorted(shipped)
    found: list[tuple[Any, Decimal]] = []
    for start in range(0, len(ids), _BATCH):
        query = (
            select(LINE.c.id, LINE.c.item_id, _DUE.label("due"))
            .join(ORDER, ORDER.c.id == LINE.c.order_id)
            .where(LINE.c.id.in_(ids[start : start + _BATCH]), *_OPEN)
        )
        found += [(row, shipped[row.id]) for row in connection.execute(query)]
    return found


@dataclass(frozen=True, slots=True)
class OpenDemand:
    """An open line of a customer order: what is open of it, in its unit, and when it is wanted."""

    order_id: int
    number: str
    status: str
    customer: str
    customer_name: str
    position: int
    item: str
    description: str
    open: Decimal
    unit: str
    due: dt.date | None


@dataclass(frozen=True, slots=True)
class OpenSupply:
    """A line of a supplier order of which something is to come, in main units; drop-ship doesn't come to us."""

    order_id: int
    number: str
    supplier: str
    supplier_name: str
    item: str
    to_come: Decimal
    due: dt.date | None
    drop_ship: bool


def open_demand(
    connection: Connection, *, item_id: int | None = None, customer_id: int | None = None, limit: int = 500
) -> list[OpenDemand]:
    """Open lines of an item or of a customer, those wanted first coming first."""
    query = (
        select(
            LINE.c.order_id, ORDER.c.number, ORDER.c.status, ORDER.c.customer_code, ORDER.c.customer_name,
            LINE.c.position, LINE.c.item_code, LINE.c.description, LINE.c.quantity_micro, LINE.c.executed_micro,
            LINE.c.unit, _DUE.label("due"),
        )
        .join(ORDER, ORDER.c.id == LINE.c.order_id)
        .where(*_OPEN, LINE.c.line_type != "note")
    )  # fmt: skip
    if item_id is not None:
        query = query.where(LINE.c.item_id == item_id)
    if customer_id is not None:
        query = query.where(ORDER.c.customer_id == customer_id)
    rows = connection.execute(query.order_by(_DUE.is_(None), _DUE, LINE.c.order_id, LINE.c.position).limit(limit))
    return [
        OpenDemand(
            row.order_id,
            row.number,
            row.status,
            row.customer_code,
            row.customer_name,
            row.position,
            row.item_code,
            row.description,
            micro(row.quantity_micro - row.executed_micro),
            row.unit,
            row.due,
        )
        for row in rows
    ]


def customer_id(connection: Connection, code: str) -> int | None:
    """The row of a customer by code, None for an unknown one."""
    customer = table(parties.Customer)
    found: int | None = connection.execute(select(customer.c.id).where(customer.c.code == code)).scalar()
    return found


def open_supply(connection: Connection, item_id: int) -> list[OpenSupply]:
    """What suppliers are to send of an item, what comes first first; without a date it comes last."""
    coming = [one for one in _coming(connection, [item_id]) if one.to_come]
    if not coming:
        return []
    query = select(
        SUPPLIER_LINE.c.id, SUPPLIER_LINE.c.item_code, SUPPLIER_ORDER.c.number, SUPPLIER_ORDER.c.supplier_code,
        SUPPLIER_ORDER.c.supplier_name,
    ).join(SUPPLIER_ORDER, SUPPLIER_ORDER.c.id == SUPPLIER_LINE.c.order_id)  # fmt: skip
    about = {
        row.id: row for row in connection.execute(query.where(SUPPLIER_LINE.c.id.in_([c.ref.line for c in coming])))
    }
    coming.sort(key=lambda one: (one.date is None, one.date or dt.date.max, one.ref.line))
    found: list[OpenSupply] = []
    for one in coming:
        row = about[one.ref.line]
        found.append(
            OpenSupply(
                one.ref.document,
                row.number,
                row.supplier_code,
                row.supplier_name,
                row.item_code,
                one.to_come,
                one.date,
                one.drop_ship,
            )
        )
    return found
