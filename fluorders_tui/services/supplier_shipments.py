"""What suppliers ship to customers leaves the same trace as our own deliveries (D-14.4, P-164).

Each receipt of drop-shipped goods is a fulfilment document of each customer order it executes, under the number of the
supplier order; no stock moves. Taking the receipt back undoes the newest of them first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from fluorders_tui.data.fulfilment_rows import (
    KIND,
    NewDelivery,
    document_lines,
    document_row,
    fulfilled_line,
    insert_delivery,
    shipments_of,
    write_given_back,
)
from fluorders_tui.data.item_rows import item_ids
from fluorders_tui.data.journal import Event, record
from fluorders_tui.data.order_rows import load_order
from fluorders_tui.data.status_counters import count_documents
from fluorders_tui.data.store import Session
from fluorders_tui.domain.fulfilment import (
    FulfilmentKind,
    FulfilmentStatus,
    GivenBack,
    PlannedDelivery,
    PlannedLine,
    fulfilment_status,
)
from fluorders_tui.domain.links import LineRef
from fluorders_tui.domain.money import ZERO
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.orders import customer_id_of

__all__ = ["record_shipments"]


def record_shipments(
    desk: Desk, session: Session, supplier_order: tuple[int, str], executed: Mapping[LineRef, Decimal]
) -> None:
    """Write what a receipt executed of customer lines (in their units), or take back what it did not after all."""
    shipped: dict[int, dict[int, Decimal]] = defaultdict(dict)
    returned: dict[int, Decimal] = {}
    for ref, quantity in executed.items():
        if quantity > 0:
            shipped[ref.document][ref.line] = quantity
        elif quantity < 0:
            returned[ref.line] = -quantity
    counts: list[tuple[str, int, int]] = []
    for order_id in sorted(shipped):
        counts += _add(desk, session, supplier_order, order_id, shipped[order_id])
    if returned:
        counts += _take_back(desk, session, supplier_order[0], returned)
    count_documents(session.connection(), KIND, counts)


def _add(
    desk: Desk, session: Session, supplier_order: tuple[int, str], order_id: int, quantities: Mapping[int, Decimal]
) -> list[tuple[str, int, int]]:
    connection = session.connection()
    order = load_order(connection, order_id)
    if order is None:
        return []
    lines = tuple(
        PlannedLine(order, line, place, quantities[line.id])
        for place, line in enumerate(order.lines, 1)
        if line.id in quantities
    )
    new = NewDelivery(
        PlannedDelivery((order,), lines),
        FulfilmentKind.SUPPLIER_SHIPMENT,
        desk.today(),
        customer_id_of(session, order.customer, entering=False),
        item_ids(connection, [one.line.item for one in lines if one.line.item]),
        (ZERO,) * len(lines),
        supplier_order=supplier_order,
    )
    row, issued = insert_delivery(session, new, desk.now(), desk.user), FulfilmentStatus.ISSUED.value
    told = {"customer": order.customer, "orders": order.number, "lines": len(lines)}
    record(
        session,
        desk.now(),
        desk.user,
        [Event(KIND, row, new.number, "entered", "", issued, new.kind.value, after=told)],
    )
    return [(issued, 1, 0)]


def _take_back(
    desk: Desk, session: Session, supplier_order_id: int, returned: Mapping[int, Decimal]
) -> list[tuple[str, int, int]]:
    """Undo the newest shipments of these lines first; what was executed before there were documents has none."""
    connection, left = session.connection(), dict(returned)
    given: dict[int, list[GivenBack]] = defaultdict(list)
    for row in shipments_of(connection, supplier_order_id, left):
        line = fulfilled_line(row)
        part = min(left[line.order_line], line.left)
        if part:
            left[line.order_line] -= part
            given[row.document_id].append(GivenBack(line, part, ZERO))
    counts: list[tuple[str, int, int]] = []
    for document_id, parts in sorted(given.items()):
        header: Any = document_row(connection, document_id)
        back = {one.line.id: one.after for one in parts}
        lines = (fulfilled_line(row) for row in document_lines(connection, document_id))
        status = fulfilment_status(back.get(line.id, line) for line in lines)
        write_given_back(session, document_id, parts, status, desk.now(), desk.user, "")
        event = Event(KIND, document_id, header.number, "undone", header.status, status.value)
        record(session, desk.now(), desk.user, [event])
        counts += [(header.status, -1, 0), (status.value, 1, 0)]
    return counts
