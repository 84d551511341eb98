"""The list of deliveries: filtered, sorted, found, and read a window at a time by the ids of the whole choice."""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from fluorders_tui.data.fulfilment_rows import DOCUMENT, DOCUMENT_LINE
from fluorders_tui.data.terms import micro
from fluorders_tui.domain.fulfilment import FulfilmentKind, FulfilmentStatus

_BATCH = 500
_COLUMNS = DOCUMENT.c


class DeliverySort(StrEnum):
    """What deliveries are listed by."""

    NEWEST = "newest"
    NUMBER = "number"
    DATE = "date"
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Which deliveries; everything left empty lets all of them through.

    `since` and `until` are their dates, both included. `order` is an order's number, `item` an item's code, `text` a
    part of number, customer, or the orders' numbers and references.
    """

    statuses: tuple[FulfilmentStatus, ...] = ()
    kinds: tuple[FulfilmentKind, ...] = ()
    customer: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    order: str = ""
    item: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A delivery in a list."""

    id: int
    number: str
    kind: FulfilmentKind
    type: str
    status: FulfilmentStatus
    date: dt.date
    customer: str
    customer_name: str
    orders: str
    destination: str
    carrier: str
    warehouse: str
    lines: int
    weight: Decimal
    entered_by: str
    undone_by: str
    undone_reason: str
    version: int


_SORTED_BY: dict[DeliverySort, ColumnElement[Any]] = {
    DeliverySort.NUMBER: _COLUMNS.number,
    DeliverySort.DATE: _COLUMNS.document_date,
    DeliverySort.CUSTOMER: _COLUMNS.customer_name,
}


def listed_ids(connection: Connection, wanted: DeliveryFilter, sort: DeliverySort, descending: bool) -> array[int]:
    """The ids of a choice in its order, eight bytes each."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.statuses:
        conditions.append(_COLUMNS.status.in_([one.value for one in wanted.statuses]))
    if wanted.kinds:
        conditions.append(_COLUMNS.kind.in_([one.value for one in wanted.kinds]))
    if wanted.customer:
        conditions.append(_COLUMNS.customer_code == wanted.customer)
    if wanted.since:
        conditions.append(_COLUMNS.document_date >= wanted.since)
    if wanted.until:
        conditions.append(_COLUMNS.document_date <= wanted.until)
    for column, value in ((DOCUMENT_LINE.c.order_number, wanted.order), (DOCUMENT_LINE.c.item_code, wanted.item)):
        if value:
            conditions.append(_COLUMNS.id.in_(select(DOCUMENT_LINE.c.document_id).where(column == value)))
    conditions += [_contains(word) for word in wanted.text.split()]
    order = _SORTED_BY.get(sort, _COLUMNS.id)
    by = [order.desc() if descending else order.asc(), _COLUMNS.id.desc() if descending else _COLUMNS.id.asc()]
    return array("q", connection.execute(select(_COLUMNS.id).where(and_(True, *conditions)).order_by(*by)).scalars())


def _contains(word: str) -> ColumnElement[bool]:
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").lower()
    places = (_COLUMNS.number, _COLUMNS.customer_code, _COLUMNS.customer_name, _COLUMNS.order_references)
    return or_(*(func.lower(place).like(f"%{escaped}%", escape="\\") for place in places))


def delivery_rows(connection: Connection, ids: Sequence[int]) -> list[DeliveryRow]:
    """The rows with these ids in their order; one that is not there any more is left out."""
    found: dict[int, DeliveryRow] = {}
    for start in range(0, len(ids), _BATCH):
        part = list(ids[start : start + _BATCH])
        for row in connection.execute(select(DOCUMENT).where(_COLUMNS.id.in_(part))):
            found[row.id] = _row(row)
    return [found[row_id] for row_id in ids if row_id in found]


def _row(row: Any) -> DeliveryRow:
    return DeliveryRow(
        row.id,
        row.number,
        FulfilmentKind(row.kind),
        row.fulfilment_type,
        FulfilmentStatus(row.status),
        row.document_date,
        row.customer_code,
        row.customer_name,
        row.order_references,
        row.destination_text,
        row.carrier,
        row.warehouse,
        row.line_count,
        micro(row.weight_micro),
        row.entered_by,
        row.undone_by,
        row.undone_reason,
        row.version,
    )
