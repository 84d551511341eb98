"""Taking a delivery back, in whole or in part: what it delivered is open again, and the goods are in stock (D-15.2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fluorders_tui.data.fulfilment_rows import (
    KIND,
    document_ids,
    document_lines,
    document_row,
    fulfilled_line,
    write_given_back,
)
from fluorders_tui.data.journal import Event, record
from fluorders_tui.data.order_progress import lock_orders
from fluorders_tui.data.order_rows import line_statuses, order_state
from fluorders_tui.data.status_counters import count_documents
from fluorders_tui.data.store import Connection, Session
from fluorders_tui.domain.errors import Conflict, Invalid, Refused
from fluorders_tui.domain.fulfilment import FulfilmentKind, FulfilmentStatus, GivenBack, fulfilment_status, give_back
from fluorders_tui.domain.links import DocumentKind, LineRef
from fluorders_tui.domain.money import ZERO, plain
from fluorders_tui.domain.order import LineStatus, OrderStatus
from fluorders_tui.domain.permissions import Permission
from fluorders_tui.services.deliveries import move_own_stock
from fluorders_tui.services.desk import Desk, check_permission
from fluorders_tui.services.supply_sides import Closing, settle_lines

__all__ = ["Undone", "find_document", "undo"]


@dataclass(frozen=True, slots=True)
class Undone:
    """A document that was undone, in whole or in part, and the orders as they are now."""

    document: tuple[int, str]
    status: FulfilmentStatus
    orders: tuple[tuple[int, str, OrderStatus], ...]


def find_document(connection: Connection, number: str) -> int:
    """The row of the document with `number`. Raises `Invalid` where there is none or more than one."""
    rows = document_ids(connection, number)
    if not rows:
        raise Invalid(f"There is no delivery {number!r}.", field="number", rule="D-9.3")
    if len(rows) > 1:
        raise Invalid(f"Several deliveries have the number {number!r}.", field="number", rule="D-9.3b")
    return rows[0]


def undo(
    desk: Desk,
    document_id: int,
    quantities: Mapping[int, Decimal] | None = None,
    *,
    reason: str = "",
    version: int = 0,
) -> Undone:
    """Take a document back, or so much of its lines (by row): quantities are open again, stock is back (D-15.2).

    Undone as a whole it also opens again what it closed by force. With `version` it must still be the one that was
    looked at. Raises `Conflict`, and `Refused` where nothing is left or its order is archived.
    """
    check_permission(desk, Permission.UNDO_DELIVERY)
    with desk.store.write() as session:
        connection = session.connection()
        # Orders before their documents, as whoever delivers holds them.
        lock_orders(session, {line.order_id for line in document_lines(connection, document_id)})
        header = document_row(connection, document_id, lock=True)
        if header is None:
            raise Invalid("This delivery is not there any more.", field="number", rule="D-15.2")
        _check_undoable(header, version)
        rows = document_lines(connection, document_id)
        lines = [fulfilled_line(row) for row in rows]
        given = give_back(lines, quantities)
        _check_orders(connection, given)
        back = {one.line.id: one for one in given}
        returning: dict[int, Decimal] = defaultdict(lambda: ZERO)
        for row in rows:
            if row.id in back and back[row.id].stock:
                returning[row.item_id] += back[row.id].stock
        move_own_stock(session, header.warehouse, returning)
        status = fulfilment_status(back[line.id].after if line.id in back else line for line in lines)
        write_given_back(session, document_id, given, status, desk.now(), desk.user, reason)
        _open_again(desk, session, given, f"{header.kind} {header.number} undone" + (f": {reason}" if reason else ""))
        told = {f"lines[{row.position}].quantity": plain(back[row.id].quantity) for row in rows if row.id in back}
        event = Event(KIND, document_id, header.number, "undone", header.status, status.value, reason, after=told)
        record(session, desk.now(), desk.user, [event])
        count_documents(connection, KIND, [(header.status, -1, 0), (status.value, 1, 0)])
        orders = [
            (row, numbers, OrderStatus(order_state(connection, row).status))
            for row, numbers in dict.fromkeys((line.order_id, line.order_number) for line in rows)
        ]
    return Undone((document_id, header.number), status, tuple(orders))


def _check_undoable(header: Any, version: int) -> None:
    kind, status = header.kind, header.status
    if kind == FulfilmentKind.SUPPLIER_SHIPMENT.value:
        raise Refused(
            "What a supplier shipped is taken back on the supplier order.",
            field="number",
            rule="D-14.4",
            hint=f"Undo the receipt of {header.number}.",
        )
    if status == FulfilmentStatus.UNDONE.value:
        who = header.undone_by or "Somebody"
        raise Conflict(f"{who} undid this delivery already.", field="number", rule="D-15.2")
    if version and header.version != version:
        raise Conflict("Somebody changed this delivery in the meantime.", field="number", rule="D-12.7")


def _check_orders(connection: Connection, given: Sequence[GivenBack]) -> None:
    """What was delivered of an archived order stays, and of a cancelled line, which counts with just that (P-165)."""
    lines = {one.line.order_line for one in given if one.quantity}
    for row in sorted({one.line.order for one in given}):
        state = order_state(connection, row)
        if state.status == OrderStatus.ARCHIVED.value:
            raise Refused(
                f"Order {state.number} is archived: what was delivered of it stays.", field="status", rule="D-12.3"
            )
        if state.status == OrderStatus.CANCELLED.value:
            # Cancelled as a whole it keeps the amounts it was ordered for.
            continue
        statuses = line_statuses(connection, row)
        for place, (line, status) in enumerate(statuses.items(), 1):
            if line in lines and status is LineStatus.CANCELLED:
                raise Refused(
                    f"Line {place} of order {state.number} was cancelled, and counts with what was delivered of it.",
                    field="status",
                    rule="P-165",
                    hint="Enter what comes back as an order of its own.",
                )


def _open_again(desk: Desk, session: Session, given: Sequence[GivenBack], comment: str) -> None:
    """Let lines and orders follow what a document gives back."""
    executed: dict[LineRef, Decimal] = defaultdict(lambda: ZERO)
    closing: dict[LineRef, Closing] = {}
    for one in given:
        ref = LineRef(DocumentKind.ORDER, one.line.order, one.line.order_line)
        executed[ref] -= one.quantity
        closing[ref] = Closing(reopened=one.reopens or (ref in closing and closing[ref].reopened))
    settle_lines(desk, session, executed, executed, comment, closing)
