"""Fulfilment documents in the tables: their types, writing them, what was undone of them, and the stock they move."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.orm import Session

from fluorders_tui.data.bulk import insert_many
from fluorders_tui.data.numberings import TakenNumber
from fluorders_tui.data.tables import basics, commerce, fulfilment, items
from fluorders_tui.data.tables.base import table
from fluorders_tui.data.terms import micro
from fluorders_tui.domain.fulfilment import (
    FulfilledLine,
    FulfilmentKind,
    FulfilmentStatus,
    FulfilmentType,
    GivenBack,
    PlannedDelivery,
)
from fluorders_tui.domain.money import MICRO_DECIMALS, ZERO, round_half_up, to_scaled

DOCUMENT = table(fulfilment.FulfilmentDocument)
DOCUMENT_LINE = table(fulfilment.FulfilmentLine)

#: The journal's and the counters' word for fulfilment documents.
KIND = "delivery"

_STOCK = table(items.Stock)
_WAREHOUSE = table(basics.Warehouse)
_BATCH = 500


def fulfilment_types(connection: Connection) -> dict[str, FulfilmentType]:
    """The active fulfilment types by code."""
    kind, numbering = table(commerce.FulfilmentType), table(commerce.Numbering)
    rows = connection.execute(
        select(kind, numbering.c.code.label("numbering"), _WAREHOUSE.c.code.label("warehouse"))
        .join(numbering, numbering.c.id == kind.c.numbering_id)
        .outerjoin(_WAREHOUSE, _WAREHOUSE.c.id == kind.c.warehouse_id)
        .where(kind.c.active)
        .order_by(kind.c.code)
    )
    return {
        row.code: FulfilmentType(
            row.code, row.name, row.numbering, FulfilmentKind(row.kind), row.moves_stock, row.warehouse or ""
        )
        for row in rows
    }


def stock_by_warehouse(connection: Connection, item_ids: Collection[int]) -> dict[int, dict[str, Decimal]]:
    """What each warehouse holds of items (by row), in main units; items whose stock nobody keeps are left out."""
    wanted = sorted(set(item_ids))
    found: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for start in range(0, len(wanted), _BATCH):
        rows = connection.execute(
            select(_STOCK.c.item_id, _WAREHOUSE.c.code, _STOCK.c.quantity_micro)
            .join(_WAREHOUSE, _WAREHOUSE.c.id == _STOCK.c.warehouse_id)
            .where(_STOCK.c.item_id.in_(wanted[start : start + _BATCH]))
            .order_by(_STOCK.c.item_id, _WAREHOUSE.c.code)
        )
        for row in rows:
            found[row.item_id][row.code] = micro(row.quantity_micro)
    return dict(found)


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A document to be written: `stock` is what each line takes from `warehouse`, in main units.

    `taken` is None for what a supplier shipped, which has the number of `supplier_order` (row, number).
    """

    planned: PlannedDelivery
    kind: FulfilmentKind
    date: dt.date
    customer_id: int
    item_ids: Mapping[str, int]
    stock: Sequence[Decimal]
    type: FulfilmentType | None = None
    taken: TakenNumber | None = None
    warehouse: str = ""
    supplier_order: tuple[int, str] | None = None

    @property
    def number(self) -> str:
        """The document's number."""
        if self.taken is not None:
            return self.taken.number
        return self.supplier_order[1] if self.supplier_order else ""


def insert_delivery(session: Session, new: NewDelivery, at: dt.datetime, user: str) -> int:
    """Write a document with its lines; gives its row."""
    header, planned = new.planned.header, new.planned
    payment = header.payments[0] if header.payments else None
    values = {
        "version": 1,
        "number": new.number,
        "numbering_id": new.taken.numbering_id if new.taken else None,
        "period": new.taken.period if new.taken else "",
        "sequence": new.taken.sequence if new.taken else None,
        "kind": new.kind.value,
        "fulfilment_type": new.type.code if new.type else "",
        "status": FulfilmentStatus.ISSUED.value,
        "document_date": new.date,
        "customer_id": new.customer_id,
        "customer_code": header.customer,
        "customer_name": header.name,
        "supplier_order_id": new.supplier_order[0] if new.supplier_order else None,
        "warehouse": new.warehouse,
        "destination_code": header.destination.code,
        "destination_text": header.destination.one_line() or header.address.one_line(),
        "recipient_text": header.recipient.one_line() if header.recipient else "",
        "currency": header.currency.code,
        "language": header.language,
        "payment_type": payment.payment_type if payment else "",
        "payment_terms": payment.term.code if payment else "",
        "carrier": header.carrier,
        "shipping_method": header.shipping_method,
        "delivery_terms": header.delivery_terms,
        "delivery_place": header.delivery_place,
        "packing": header.packing,
        "order_references": planned.references,
        "note": header.note,
        "line_count": len(planned.lines),
        "weight_micro": to_scaled(round_half_up(planned.weight, MICRO_DECIMALS), MICRO_DECIMALS),
        "entered_by": user,
        "entered_at": at,
        "undone_by": "",
        "undone_reason": "",
    }
    document_id: int = (
        session.connection().execute(insert(DOCUMENT).values(values).returning(DOCUMENT.c.id)).scalar_one()
    )
    rows = [
        {
            "version": 1,
            "document_id": document_id,
            "position": place,
            "order_id": one.order.id,
            "order_line_id": one.line.id,
            "order_number": one.order.number,
            "order_position": one.position,
            "item_id": new.item_ids.get(one.line.item),
            "item_code": one.line.item,
            "description": one.line.description,
            "quantity_micro": to_scaled(one.quantity, MICRO_DECIMALS),
            "undone_micro": 0,
            "unit": one.line.uom.code,
            "unit_factor_micro": to_scaled(one.line.uom.factor, MICRO_DECIMALS),
            "unit_decimals": one.line.uom.decimals,
            "stock_micro": to_scaled(taken, MICRO_DECIMALS),
            "forced": one.forced,
        }
        for place, (one, taken) in enumerate(zip(planned.lines, new.stock, strict=True), 1)
    ]
    insert_many(session.connection(), DOCUMENT_LINE, rows)
    return document_id


def document_ids(connection: Connection, number: str) -> list[int]:
    """The rows of at most two documents of ours with this number, the newest first."""
    rows = connection.execute(
        select(DOCUMENT.c.id)
        .where(DOCUMENT.c.number == number, DOCUMENT.c.kind != FulfilmentKind.SUPPLIER_SHIPMENT.value)
        .order_by(DOCUMENT.c.id.desc())
        .limit(2)
    )
    return list(rows.scalars())


def document_row(connection: Connection, document_id: int, *, lock: bool = False) -> Any | None:
    """A document's header, None when there is none; with `lock` nobody else undoes it until the transaction ends."""
    query = select(DOCUMENT).where(DOCUMENT.c.id == document_id)
    if lock and connection.dialect.name != "sqlite":
        query = query.with_for_update()
    return connection.execute(query).first()


def document_lines(connection: Connection, document_id: int) -> list[Any]:
    """The lines of a document, in their order."""
    query = select(DOCUMENT_LINE).where(DOCUMENT_LINE.c.document_id == document_id)
    return list(connection.execute(query.order_by(DOCUMENT_LINE.c.position)))


def fulfilled_line(row: Any) -> FulfilledLine:
    """A stored line as the rules see it."""
    return FulfilledLine(
        row.id,
        row.order_id,
        row.order_line_id,
        micro(row.quantity_micro),
        micro(row.undone_micro),
        micro(row.stock_micro),
        micro(row.unit_factor_micro),
        row.unit_decimals,
        row.forced,
    )


def shipments_of(connection: Connection, supplier_order_id: int, line_ids: Iterable[int]) -> list[Any]:
    """What a supplier order's receipts executed of these order lines and was not given back, the newest first."""
    query = (
        select(DOCUMENT_LINE)
        .join(DOCUMENT, DOCUMENT.c.id == DOCUMENT_LINE.c.document_id)
        .where(
            DOCUMENT.c.supplier_order_id == supplier_order_id,
            DOCUMENT_LINE.c.order_line_id.in_(sorted(set(line_ids))),
            DOCUMENT_LINE.c.quantity_micro > DOCUMENT_LINE.c.undone_micro,
        )
        .order_by(DOCUMENT_LINE.c.id.desc())
    )
    return list(connection.execute(query))


def write_given_back(
    session: Session,
    document_id: int,
    given: Sequence[GivenBack],
    status: FulfilmentStatus,
    at: dt.datetime,
    user: str,
    reason: str,
) -> None:
    """Remember what was undone of a document: its lines, what that makes of it, who, when and why."""
    connection = session.connection()
    connection.execute(
        update(DOCUMENT_LINE)
        .where(DOCUMENT_LINE.c.id == bindparam("row_id"))
        .values(
            undone_micro=bindparam("undone"),
            stock_micro=bindparam("stock"),
            forced=bindparam("closes"),
            version=DOCUMENT_LINE.c.version + 1,
        ),
        [
            {
                "row_id": one.line.id,
                "undone": to_scaled(one.after.undone, MICRO_DECIMALS),
                "stock": to_scaled(one.after.stock, MICRO_DECIMALS),
                "closes": one.after.forced,
            }
            for one in given
        ],
    )
    connection.execute(
        update(DOCUMENT)
        .where(DOCUMENT.c.id == document_id)
        .values(
            status=status.value,
            undone_at=at,
            undone_by=user,
            undone_reason=reason,
            version=DOCUMENT.c.version + 1,
        )
    )


def executed_by_documents(connection: Connection, order_id: int) -> dict[int, Decimal]:
    """What documents execute of each line of an order (by its row) and was not undone: Σ of what is left."""
    found: dict[int, Decimal] = defaultdict(lambda: ZERO)
    rows = connection.execute(
        select(DOCUMENT_LINE.c.order_line_id, DOCUMENT_LINE.c.quantity_micro, DOCUMENT_LINE.c.undone_micro).where(
            DOCUMENT_LINE.c.order_id == order_id
        )
    )
    for row in rows:
        found[row.order_line_id] += micro(row.quantity_micro - row.undone_micro)
    return dict(found)
