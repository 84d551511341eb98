"""Writing an order: its header and lines, its number, journal and counters, in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from fluorders_tui.data.journal import Event, record
from fluorders_tui.data.numberings import TakenNumber
from fluorders_tui.data.order_rows import LINE, ORDER, header_values, line_values, search_text
from fluorders_tui.data.status_counters import count_documents
from fluorders_tui.data.tables import parties
from fluorders_tui.data.tables.base import table
from fluorders_tui.data.tables.documents import CustomerOrder
from fluorders_tui.domain.errors import Conflict
from fluorders_tui.domain.order import Execution, LineStatus, OrderDraft, OrderStatus
from fluorders_tui.domain.totals import Totals

KIND = "order"
_CUSTOMER = table(parties.Customer)


@dataclass(frozen=True, slots=True)
class Writing:
    """Who writes, when (UTC), and the rows that the draft's codes stand for."""

    at: dt.datetime
    user: str
    customer_id: int
    item_ids: Mapping[str, int]


def customer_row(session: Session, code: str) -> tuple[int, bool] | None:
    """The row and the active flag of a customer, None for an unknown code."""
    row = (
        session.connection().execute(select(_CUSTOMER.c.id, _CUSTOMER.c.active).where(_CUSTOMER.c.code == code)).first()
    )
    return (row.id, row.active) if row else None


def insert_order(
    session: Session,
    draft: OrderDraft,
    totals: Totals,
    taken: TakenNumber,
    status: OrderStatus,
    line_status: LineStatus,
    writing: Writing,
) -> int:
    """Write a new order and what happened to it; returns its row."""
    connection = session.connection()
    values = header_values(draft, totals, writing.customer_id)
    values.update(
        version=1,
        number=taken.number,
        numbering_id=taken.numbering_id,
        period=taken.period,
        sequence=taken.sequence,
        status=status.value,
        execution=Execution.NONE.value,
        revision=0,
        entered_by=writing.user,
        entered_at=writing.at,
        changed_at=writing.at,
        confirmed_at=writing.at if status is OrderStatus.CONFIRMED else None,
        search_text=search_text(taken.number, draft.reference),
    )
    order_id: int = connection.execute(insert(ORDER).values(values).returning(ORDER.c.id)).scalar_one()
    connection.execute(
        insert(LINE),
        [
            {"version": 1, "order_id": order_id}
            | line_values(
                line, position, draft.currency.decimals, line_status.value, share, writing.item_ids.get(line.item)
            )
            for position, (line, share) in enumerate(zip(draft.lines, totals.final_shares, strict=True), 1)
        ],
    )
    steps = [OrderStatus.ENTERED] + ([status] if status is not OrderStatus.ENTERED else [])
    befores = [OrderStatus.DRAFT, *steps]
    record(
        session,
        writing.at,
        writing.user,
        [
            Event(KIND, order_id, taken.number, after.value, before.value, after.value, after=_story(draft, totals))
            if after is OrderStatus.ENTERED
            else Event(KIND, order_id, taken.number, after.value, before.value, after.value)
            for before, after in zip(befores, steps, strict=False)
        ],
    )
    count_documents(connection, KIND, [(status.value, 1, values["company_total_minor"])])
    return order_id


def _story(draft: OrderDraft, totals: Totals) -> dict[str, Any]:
    return {
        "customer": draft.customer,
        "lines": len(draft.lines),
        "total": f"{totals.total:f}",
        "currency": draft.currency.code,
    }


@dataclass(frozen=True, slots=True)
class Amendment:
    """An order as it shall be, against the version the clerk opened; `changes` are the journal's before and after."""

    draft: OrderDraft
    totals: Totals
    status: OrderStatus
    execution: Execution
    revision: int
    line_statuses: Sequence[LineStatus]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    comment: str = ""


def update_order(session: Session, order_id: int, amendment: Amendment, writing: Writing) -> int:
    """Write a changed order over the version it was opened at; returns the new version.

    Raises `Conflict` (D-12.7) when somebody saved it in between.
    """
    draft, totals = amendment.draft, amendment.totals
    row = session.get(CustomerOrder, order_id, with_for_update=not _sqlite(session))
    if row is None or row.version != draft.version:
        raise Conflict("Somebody else changed this order in the meantime.", rule="D-12.7", field="order")
    was = (row.status, row.company_total_minor)
    values = header_values(draft, totals, writing.customer_id)
    values.update(
        status=amendment.status.value,
        execution=amendment.execution.value,
        revision=amendment.revision,
        changed_at=writing.at,
        search_text=search_text(row.number, draft.reference),
    )
    for name, value in values.items():
        setattr(row, name, value)
    session.flush()
    _write_lines(session, order_id, amendment, writing)
    record(
        session,
        writing.at,
        writing.user,
        [
            Event(
                KIND, order_id, row.number, "changed", was[0], row.status, amendment.comment,
                amendment.before, amendment.after,
            )
        ],
    )  # fmt: skip
    count_documents(session.connection(), KIND, [(was[0], -1, -was[1]), (row.status, 1, values["company_total_minor"])])
    return row.version


def _sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _write_lines(session: Session, order_id: int, amendment: Amendment, writing: Writing) -> None:
    """Lines keep their rows: deliveries and supplier orders point at them."""
    connection = session.connection()
    draft, decimals = amendment.draft, amendment.draft.currency.decimals
    kept = [line.id for line in draft.lines if line.id]
    connection.execute(delete(LINE).where(LINE.c.order_id == order_id, LINE.c.id.not_in(kept)))
    # Positions are unique: step aside before taking the new ones.
    connection.execute(update(LINE).where(LINE.c.order_id == order_id).values(position=-LINE.c.position))
    changed: list[dict[str, Any]] = []
    added: list[dict[str, Any]] = []
    for position, line in enumerate(draft.lines, 1):
        share: Decimal = amendment.totals.final_shares[position - 1]
        status = amendment.line_statuses[position - 1].value
        values = line_values(line, position, decimals, status, share, writing.item_ids.get(line.item))
        if line.id:
            changed.append(values | {"row_id": line.id})
        else:
            added.append(values | {"version": 1, "order_id": order_id})
    if changed:
        columns: dict[str, Any] = {name: bindparam(name) for name in changed[0] if name != "row_id"}
        connection.execute(
            update(LINE).where(LINE.c.id == bindparam("row_id")).values(columns | {"version": LINE.c.version + 1}),
            changed,
        )
    if added:
        connection.execute(insert(LINE), added)
