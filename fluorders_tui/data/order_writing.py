"""Writing an order: its header and lines, its number, journal and counters, in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from fluorders_tui.data.bulk import insert_many
from fluorders_tui.data.journal import Event, record
from fluorders_tui.data.numberings import TakenNumber
from fluorders_tui.data.order_rows import LINE, ORDER, header_values, line_values, search_text
from fluorders_tui.data.status_counters import count_documents
from fluorders_tui.data.tables import parties
from fluorders_tui.data.tables.base import table
from fluorders_tui.data.tables.documents import CustomerOrder
from fluorders_tui.domain.credit import COMPANY_DECIMALS, OpenPart, open_value
from fluorders_tui.domain.errors import Conflict
from fluorders_tui.domain.lifecycle import CLOSED_LINES
from fluorders_tui.domain.money import ZERO, to_scaled
from fluorders_tui.domain.order import Execution, LineStatus, LineType, OrderDraft, OrderStatus
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


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order to be written for the first time, with the number it got, who writes it, and the desk's name for it."""

    draft: OrderDraft
    totals: Totals
    taken: TakenNumber
    status: OrderStatus
    line_status: LineStatus
    writing: Writing
    entry_id: str = ""


def insert_orders(session: Session, orders: Sequence[NewOrder]) -> list[int]:
    """Write new orders of one person and what happened to them, in few statements; returns their rows."""
    if not orders:
        return []
    connection = session.connection()
    headers = [_new_header(one) for one in orders]
    statement = insert(ORDER).returning(ORDER.c.id, sort_by_parameter_order=True)
    ids = list(connection.execute(statement, headers).scalars())
    lines: list[dict[str, Any]] = []
    events: list[Event] = []
    for order_id, one in zip(ids, orders, strict=True):
        lines += _new_lines(order_id, one)
        events += _entering(order_id, one)
    insert_many(connection, LINE, lines)
    record(session, orders[0].writing.at, orders[0].writing.user, events)
    worth = [(one.status.value, 1, header["company_total_minor"]) for one, header in zip(orders, headers, strict=True)]
    count_documents(connection, KIND, worth)
    return ids


def _new_header(one: NewOrder) -> dict[str, Any]:
    taken, writing = one.taken, one.writing
    return header_values(one.draft, one.totals, writing.customer_id) | {
        "version": 1,
        "number": taken.number,
        "numbering_id": taken.numbering_id,
        "period": taken.period,
        "sequence": taken.sequence,
        "status": one.status.value,
        "execution": Execution.NONE.value,
        "revision": 0,
        "counts_credit": one.draft.type.credit,
        "company_open_minor": open_minor(one.draft, one.totals, [one.line_status] * len(one.draft.lines)),
        "entered_by": writing.user,
        "entered_at": writing.at,
        "changed_at": writing.at,
        "confirmed_at": writing.at if one.status is OrderStatus.CONFIRMED else None,
        "search_text": search_text(taken.number, one.draft.reference),
        "resend_confirmation": False,
        "entry_id": one.entry_id or None,
    }


def _new_lines(order_id: int, one: NewOrder) -> Iterator[dict[str, Any]]:
    decimals, status = one.draft.currency.decimals, one.line_status.value
    for position, (line, share) in enumerate(zip(one.draft.lines, one.totals.final_shares, strict=True), 1):
        item_id = one.writing.item_ids.get(line.item)
        yield {"version": 1, "order_id": order_id} | line_values(line, position, decimals, status, share, item_id)


def open_minor(draft: OrderDraft, totals: Totals, statuses: Sequence[LineStatus]) -> int:
    """What of an order is still to be executed, in hundredths of company currency (D-11.1)."""
    parts = [
        OpenPart(line.net, line.quantity, ZERO if status in CLOSED_LINES else max(line.quantity - line.executed, ZERO))
        for line, status in zip(draft.lines, statuses, strict=True)
        if line.line_type is not LineType.NOTE
    ]
    return to_scaled(open_value(totals.company_total, parts), COMPANY_DECIMALS)


def _steps(one: NewOrder) -> list[OrderStatus]:
    return [OrderStatus.ENTERED] + ([one.status] if one.status is not OrderStatus.ENTERED else [])


def _entering(order_id: int, one: NewOrder) -> Iterator[Event]:
    before = OrderStatus.DRAFT
    for after in _steps(one):
        told = _story(one.draft, one.totals) if after is OrderStatus.ENTERED else {}
        yield Event(KIND, order_id, one.taken.number, after.value, before.value, after.value, after=told)
        before = after


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
        counts_credit=draft.type.credit,
        company_open_minor=open_minor(draft, totals, amendment.line_statuses),
        changed_at=writing.at,
        search_text=search_text(row.number, draft.reference),
    )
    if amendment.revision != row.revision:
        # What the customer has in hand no longer says what was agreed (D-12.5).
        values["resend_confirmation"] = True
    if amendment.status is OrderStatus.CONFIRMED and row.confirmed_at is None:
        values["confirmed_at"] = writing.at
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
    decimals = amendment.draft.currency.decimals
    rows: list[tuple[int, dict[str, Any]]] = []
    for position, line in enumerate(amendment.draft.lines, 1):
        share: Decimal = amendment.totals.final_shares[position - 1]
        status = amendment.line_statuses[position - 1].value
        item_id = writing.item_ids.get(line.item)
        rows.append((line.id, line_values(line, position, decimals, status, share, item_id)))
    write_lines(session.connection(), LINE, "order_id", order_id, rows)


def write_lines(
    connection: Connection, lines: Table, owner: str, owner_id: int, rows: Sequence[tuple[int, dict[str, Any]]]
) -> None:
    """Make `rows` the lines of a document in their order: each with its row, 0 for a new one; all others go."""
    kept = [row for row, _ in rows if row]
    connection.execute(delete(lines).where(lines.c[owner] == owner_id, lines.c.id.not_in(kept)))
    # Positions are unique: step aside before taking the new ones.
    connection.execute(update(lines).where(lines.c[owner] == owner_id).values(position=-lines.c.position))
    changed = [values | {"row_id": row} for row, values in rows if row]
    added = [values | {"version": 1, owner: owner_id} for row, values in rows if not row]
    if changed:
        columns: dict[str, Any] = {name: bindparam(name) for name in changed[0] if name != "row_id"}
        connection.execute(
            update(lines).where(lines.c.id == bindparam("row_id")).values(columns | {"version": lines.c.version + 1}),
            changed,
        )
    if added:
        connection.execute(insert(lines), added)
