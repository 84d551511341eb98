"""The list of supplier orders: filtered, sorted, found, and read a window at a time by the ids of the whole choice."""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, literal_column, or_, select
from sqlalchemy import table as table_named

from fluorders_tui.data.registry_search import TRIGRAM
from fluorders_tui.data.supplier_order_rows import SUPPLIER_LINE, SUPPLIER_ORDER, supplier_order_ids
from fluorders_tui.domain.folding import fold
from fluorders_tui.domain.money import from_scaled
from fluorders_tui.domain.supplier_orders import OPEN, SupplierOrderStatus, asked_before

_BATCH = 500
_OPEN_VALUES = tuple(status.value for status in OPEN)
_COLUMNS = SUPPLIER_ORDER.c


class SupplierSort(StrEnum):
    """What supplier orders are listed by."""

    NEWEST = "newest"
    NUMBER = "number"
    DATE = "date"
    DELIVERY_DATE = "delivery_date"
    SUPPLIER = "supplier"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class SupplierFilter:
    """Which supplier orders; everything left empty lets all of them through.

    `since` and `until` are order dates, both included. `late` means that something should have come before today
    (P-171).
    `unconfirmed` are entered ones that the supplier should have confirmed by now (P-170). `item` is an item's code,
    `text` a number or a part of number, reference, or supplier.
    """

    statuses: tuple[SupplierOrderStatus, ...] = ()
    late: bool = False
    supplier: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    item: str = ""
    text: str = ""
    unconfirmed: bool = False


@dataclass(frozen=True, slots=True)
class SupplierRow:
    """A supplier order in a list; `total` is net, in its currency. `unconfirmed`: its confirmation is overdue.

    `delivery_date` is when the next of it is to come (P-171); of one that is closed, when it was to come.
    """

    id: int
    number: str
    type: str
    status: SupplierOrderStatus
    supplier: str
    supplier_name: str
    date: dt.date
    delivery_date: dt.date | None
    confirmed_on: dt.date | None
    reference: str
    lines: int
    total: Decimal
    currency: str
    drop_ship: bool
    late: bool
    unconfirmed: bool


_LINES = SUPPLIER_LINE.c
#: When what is open of an order is to come next: the supplier's day, else the one asked for, else the header's (P-171).
_NEXT = (
    select(func.min(func.coalesce(_LINES.confirmed_date, _LINES.delivery_date, _COLUMNS.delivery_date)))
    .where(_LINES.order_id == _COLUMNS.id, _LINES.cancelled.is_(False))
    .where(_LINES.received_micro < func.coalesce(_LINES.confirmed_quantity_micro, _LINES.quantity_micro))
    .scalar_subquery()
)
_DUE = func.coalesce(_NEXT, _COLUMNS.delivery_date)

_SORTED_BY: dict[SupplierSort, ColumnElement[Any]] = {
    SupplierSort.NUMBER: _COLUMNS.number,
    SupplierSort.DATE: _COLUMNS.order_date,
    SupplierSort.DELIVERY_DATE: _DUE,
    SupplierSort.SUPPLIER: _COLUMNS.supplier_name,
    SupplierSort.TOTAL: _COLUMNS.company_net_minor,
}


def listed_ids(
    connection: Connection, wanted: SupplierFilter, sort: SupplierSort, descending: bool, today: dt.date
) -> array[int]:
    """The ids of a choice in its order, eight bytes each; orders without what they are sorted by come last."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.statuses:
        conditions.append(_COLUMNS.status.in_([one.value for one in wanted.statuses]))
    if wanted.late:
        conditions += [_COLUMNS.status.in_(_OPEN_VALUES), today > _DUE]
    if wanted.unconfirmed:
        conditions += [_COLUMNS.status == SupplierOrderStatus.ENTERED.value, _COLUMNS.order_date < asked_before(today)]
    if wanted.supplier:
        conditions.append(_COLUMNS.supplier_code == wanted.supplier)
    if wanted.since:
        conditions.append(_COLUMNS.order_date >= wanted.since)
    if wanted.until:
        conditions.append(_COLUMNS.order_date <= wanted.until)
    if wanted.item:
        lines = select(SUPPLIER_LINE.c.order_id).where(SUPPLIER_LINE.c.item_code == wanted.item)
        conditions.append(_COLUMNS.id.in_(lines))
    if wanted.text.strip():
        conditions.append(_found(connection, wanted.text.strip()))
    column = _SORTED_BY.get(sort, _COLUMNS.id)
    order = [column.is_(None), column.desc() if descending else column.asc()]
    order.append(_COLUMNS.id.desc() if descending else _COLUMNS.id.asc())
    return array("q", connection.execute(select(_COLUMNS.id).where(*conditions).order_by(*order)).scalars())


def _found(connection: Connection, typed: str) -> ColumnElement[bool]:
    """The exact number or its figures, else all words of it somewhere in number, reference or supplier."""
    exact = supplier_order_ids(connection, typed) or supplier_order_ids(connection, typed.upper())
    words = fold(typed).split()
    indexed = [word for word in words if len(word) >= TRIGRAM] if connection.dialect.name == "sqlite" else []
    fragments = [_contains(word) for word in words if word not in indexed]
    if indexed:
        name = "supplier_order_fragments"
        quoted = " AND ".join('"' + word.replace('"', '""') + '"' for word in indexed)
        rowid: ColumnElement[int] = literal_column("rowid")
        matching = literal_column(name).op("MATCH")(quoted)
        fragments.append(_COLUMNS.id.in_(select(rowid).select_from(table_named(name)).where(matching)))
    every = fragments[0] if fragments else _COLUMNS.id == 0
    for one in fragments[1:]:
        every = every & one
    return or_(_COLUMNS.id.in_(exact), every) if exact else every


def _contains(word: str) -> ColumnElement[bool]:
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return _COLUMNS.search_text.like(f"%{escaped}%", escape="\\")


def supplier_rows(connection: Connection, ids: Sequence[int], today: dt.date) -> list[SupplierRow]:
    """The rows with these ids in their order; one that is not there any more is left out."""
    found: dict[int, SupplierRow] = {}
    for start in range(0, len(ids), _BATCH):
        part = list(ids[start : start + _BATCH])
        for row in connection.execute(select(SUPPLIER_ORDER, _DUE.label("due")).where(_COLUMNS.id.in_(part))):
            found[row.id] = _row(row, today)
    return [found[row_id] for row_id in ids if row_id in found]


def _row(row: Any, today: dt.date) -> SupplierRow:
    status = SupplierOrderStatus(row.status)
    return SupplierRow(
        row.id,
        row.number,
        row.order_type,
        status,
        row.supplier_code,
        row.supplier_name,
        row.order_date,
        row.due,
        row.confirmed_on,
        row.reference,
        row.line_count,
        from_scaled(row.net_minor, row.currency_decimals),
        row.currency,
        row.drop_ship,
        row.due is not None and row.due < today and status in OPEN,
        status is SupplierOrderStatus.ENTERED and row.order_date < asked_before(today),
    )
