"""Writing a supplier order: its header and lines, journal and counters, in the caller's transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from fluorders_tui.data.journal import Event, record
from fluorders_tui.data.numberings import TakenNumber
from fluorders_tui.data.status_counters import count_documents
from fluorders_tui.data.supplier_order_rows import (
    SUPPLIER_LINE,
    SUPPLIER_ORDER,
    header_values,
    line_values,
    search_text,
)
from fluorders_tui.data.tables.supply import SupplierOrder
from fluorders_tui.domain.errors import Conflict
from fluorders_tui.domain.links import StoredDocument
from fluorders_tui.domain.money import fixed
from fluorders_tui.domain.supplier_orders import SupplierOrderDraft, SupplierOrderStatus, supplier_totals

#: The journal's and the counters' word for supplier orders.
KIND = "supplier order"


@dataclass(frozen=True, slots=True)
class SupplierWriting:
    """Who writes, when (UTC), and the rows that the draft's codes stand for."""

    at: dt.datetime
    user: str
    supplier_id: int
    item_ids: Mapping[str, int]
    company_decimals: int = 2


@dataclass(frozen=True, slots=True)
class SupplierEvent:
    """What happened to a supplier order, as the journal tells it."""

    event: str
    comment: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


def insert_supplier_order(
    session: Session, draft: SupplierOrderDraft, taken: TakenNumber, writing: SupplierWriting
) -> StoredDocument:
    """Write a new supplier order and what happened to it; returns its row, number and lines."""
    connection = session.connection()
    values = header_values(draft, writing.supplier_id, writing.company_decimals)
    values.update(
        version=1,
        number=taken.number,
        numbering_id=taken.numbering_id,
        period=taken.period,
        sequence=taken.sequence,
        entered_by=writing.user,
        entered_at=writing.at,
        changed_at=writing.at,
        search_text=search_text(taken.number, draft),
    )
    order_id: int = connection.execute(
        insert(SUPPLIER_ORDER).values(values).returning(SUPPLIER_ORDER.c.id)
    ).scalar_one()
    _add_lines(session, order_id, draft, writing)
    totals = supplier_totals(draft)
    story = {
        "supplier": draft.supplier,
        "lines": len(draft.lines),
        "total": fixed(totals.net, draft.currency.decimals),
        "currency": draft.currency.code,
    }
    entered = draft.status.value
    record(
        session,
        writing.at,
        writing.user,
        [Event(KIND, order_id, taken.number, "entered", SupplierOrderStatus.DRAFT.value, entered, after=story)],
    )
    count_documents(connection, KIND, [(entered, 1, values["company_net_minor"])])
    return StoredDocument(order_id, taken.number, _line_rows(session, order_id))


def update_supplier_order(
    session: Session, draft: SupplierOrderDraft, writing: SupplierWriting, *events: SupplierEvent
) -> StoredDocument:
    """Write a changed supplier order over the version it was opened at; returns its lines' rows.

    Raises `Conflict` (D-12.7) when somebody saved it in between.
    """
    connection = session.connection()
    row = session.get(SupplierOrder, draft.id, with_for_update=connection.dialect.name != "sqlite")
    if row is None or row.version != draft.version:
        raise Conflict("Somebody else changed this supplier order in the meantime.", rule="D-12.7", field="order")
    was = (row.status, row.company_net_minor)
    values = header_values(draft, writing.supplier_id, writing.company_decimals)
    values.update(changed_at=writing.at, search_text=search_text(row.number, draft))
    for name, value in values.items():
        setattr(row, name, value)
    # Also when only lines differ and the clock stood still: the version has to grow.
    flag_modified(row, "changed_at")
    session.flush()
    _write_lines(session, draft, writing)
    record(
        session,
        writing.at,
        writing.user,
        [
            Event(KIND, draft.id, row.number, one.event, was[0], row.status, one.comment, one.before, one.after)
            for one in events
        ],
    )
    worth = values["company_net_minor"]
    count_documents(connection, KIND, [(was[0], -1, -was[1]), (row.status, 1, worth)])
    return StoredDocument(draft.id, row.number, _line_rows(session, draft.id))


def _line_rows(session: Session, order_id: int) -> tuple[int, ...]:
    columns = SUPPLIER_LINE.c
    rows = session.connection().execute(
        select(columns.id).where(columns.order_id == order_id).order_by(columns.position)
    )
    return tuple(rows.scalars())


def _values(draft: SupplierOrderDraft, place: int, writing: SupplierWriting) -> dict[str, Any]:
    line = draft.lines[place]
    return line_values(line, place + 1, draft.currency.decimals, writing.item_ids[line.item])


def _add_lines(session: Session, order_id: int, draft: SupplierOrderDraft, writing: SupplierWriting) -> None:
    added = [
        {"version": 1, "order_id": order_id} | _values(draft, place, writing)
        for place, line in enumerate(draft.lines)
        if not line.id
    ]
    if added:
        session.connection().execute(insert(SUPPLIER_LINE), added)


def _write_lines(session: Session, draft: SupplierOrderDraft, writing: SupplierWriting) -> None:
    """Lines keep their rows: links point at them."""
    connection, columns = session.connection(), SUPPLIER_LINE.c
    kept = [line.id for line in draft.lines if line.id]
    connection.execute(delete(SUPPLIER_LINE).where(columns.order_id == draft.id, columns.id.not_in(kept)))
    # Positions are unique: step aside before taking the new ones.
    connection.execute(update(SUPPLIER_LINE).where(columns.order_id == draft.id).values(position=-columns.position))
    changed = [
        _values(draft, place, writing) | {"row_id": line.id} for place, line in enumerate(draft.lines) if line.id
    ]
    if changed:
        named: dict[str, Any] = {name: bindparam(name) for name in changed[0] if name != "row_id"}
        connection.execute(
            update(SUPPLIER_LINE)
            .where(columns.id == bindparam("row_id"))
            .values(named | {"version": columns.version + 1}),
            changed,
        )
    _add_lines(session, draft.id, draft, writing)
