"""What goods and supply do to a saved customer order: quantities executed, statuses, dates of lines; header follows.

The counterpart of `order_writing` for changes that no clerk types: amounts never move here (D-12.1).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from fluorders_tui.data.approval_counts import withdraw_requests
from fluorders_tui.data.journal import Event, record
from fluorders_tui.data.order_rows import LINE, ORDER
from fluorders_tui.data.order_writing import KIND
from fluorders_tui.data.status_counters import count_documents
from fluorders_tui.data.tables.documents import CustomerOrder
from fluorders_tui.data.terms import micro
from fluorders_tui.domain.credit import COMPANY_DECIMALS, OpenPart, open_value
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.lifecycle import (
    HELD,
    LineProgress,
    check_transition,
    execution_of,
    line_status_after,
    order_status_after,
)
from fluorders_tui.domain.money import MICRO_DECIMALS, ZERO, from_scaled, plain, to_scaled
from fluorders_tui.domain.order import Execution, LineStatus, LineType, OrderStatus

_BATCH = 400
_LINES = select(
    LINE.c.id, LINE.c.order_id, LINE.c.position, LINE.c.line_type, LINE.c.status, LINE.c.quantity_micro,
    LINE.c.executed_micro, LINE.c.delivery_date, LINE.c.ready_date, LINE.c.net_minor,
)  # fmt: skip
_HEADERS = select(ORDER.c.id, ORDER.c.number, ORDER.c.status, ORDER.c.company_total_minor)


@dataclass(frozen=True, slots=True)
class LineStep:
    """What happens to a line: `executed` more of it in its unit (less when negative), another status, other dates.

    `most` is what may be executed of it in all, where a tolerance lets that pass its quantity (D-15.4).
    """

    executed: Decimal = ZERO
    status: LineStatus | None = None
    delivery_date: dt.date | None = None
    ready_date: dt.date | None = None
    most: Decimal | None = None


#: What a change of orders does to the counters: status, number of orders, company total in hundredths.
Counts = list[tuple[str, int, int]]


def lock_orders(session: Session, order_ids: set[int]) -> None:
    """Hold these orders until the transaction ends, in one order for all desks; SQLite has one writer anyhow."""
    connection = session.connection()
    if order_ids and connection.dialect.name != "sqlite":
        connection.execute(
            select(ORDER.c.id).where(ORDER.c.id.in_(sorted(order_ids))).order_by(ORDER.c.id).with_for_update()
        )


def write_progress(
    session: Session,
    order_id: int,
    steps: Mapping[int, LineStep],
    at: dt.datetime,
    user: str,
    comment: str = "",
    *,
    header: OrderStatus | None = None,
    event: str = "",
    columns: Mapping[str, Any] = MappingProxyType({}),
    told: Mapping[str, Any] = MappingProxyType({}),
    counts: Counts | None = None,
) -> bool:
    """Take `steps` (by the line's row) on one order, with journal and counters; whether anything changed.

    The header follows its lines unless `header` says what it becomes; `columns` are set in it. The journal's event is
    `event`, else the new status where that moves, else `changed`, and `told` are further values of it. The version
    grows, so that a desk that has the order open is told (D-12.7).
    With `counts` the counters are the caller's to write once for all its orders: two desks that touched them order
    by order could wait for each other in a circle.
    Raises `Refused` where more than the line's quantity would be executed (D-15.4), where less than nothing
    would be, or where its status doesn't allow it (D-12.3).
    """
    connection = session.connection()
    row = session.get(
        CustomerOrder, order_id, with_for_update=connection.dialect.name != "sqlite", populate_existing=True
    )
    if row is None:
        raise Invalid("This order is not there any more.", field="number")
    lines = connection.execute(_LINES.where(LINE.c.order_id == order_id).order_by(LINE.c.position)).all()
    moved = _moved(row.status, lines, steps)
    before, after = moved.before, dict(told) | moved.after
    _write_steps(connection, moved.changed)
    was = OrderStatus(row.status)
    if not after and not columns and header in (None, was):
        return False
    execution = execution_of(moved.progress)
    status = header or order_status_after(was, execution)
    if status is not was:
        check_transition(was, status)
    row.status, row.execution, row.changed_at = status.value, execution.value, at
    row.company_open_minor = _open_minor(row, status, lines, moved.progress)
    if was in HELD and status is OrderStatus.CANCELLED:
        withdraw_requests(connection, [order_id], at)
    for name, value in columns.items():
        setattr(row, name, value)
    # Also when only lines differ and the clock stood still: the version has to grow.
    flag_modified(row, "changed_at")
    session.flush()
    named = event or ("changed" if status is was else status.value)
    what = Event(KIND, order_id, row.number, named, was.value, status.value, comment, before, after)
    record(session, at, user, [what])
    worth = row.company_total_minor
    counted = [(was.value, -1, -worth), (status.value, 1, worth)]
    if counts is None:
        count_documents(connection, KIND, counted)
    else:
        counts += counted
    return True


def cancel_orders(session: Session, order_ids: Collection[int], at: dt.datetime, user: str, comment: str) -> None:
    """Cancel these orders with all their lines, in few statements however many: as `write_progress` would.

    The caller holds them. Raises `Refused` for a status that doesn't allow it (D-12.3).
    """
    connection = session.connection()
    step = LineStep(status=LineStatus.CANCELLED)
    ids = sorted(order_ids)
    for start in range(0, len(ids), _BATCH):
        part = ids[start : start + _BATCH]
        lines: dict[int, list[Any]] = defaultdict(list)
        for line in connection.execute(_LINES.where(LINE.c.order_id.in_(part)).order_by(LINE.c.position)):
            lines[line.order_id].append(line)
        changed: list[tuple[int, dict[str, Any]]] = []
        events: list[Event] = []
        worth: list[tuple[str, int, int]] = []
        executions: dict[Execution, list[int]] = defaultdict(list)
        held: list[int] = []
        for row in connection.execute(_HEADERS.where(ORDER.c.id.in_(part)).order_by(ORDER.c.id)):
            check_transition(OrderStatus(row.status), OrderStatus.CANCELLED)
            moved = _moved(row.status, lines[row.id], dict.fromkeys((line.id for line in lines[row.id]), step))
            changed += moved.changed
            executions[execution_of(moved.progress)].append(row.id)
            if row.status in HELD:
                held.append(row.id)
            cancelled = OrderStatus.CANCELLED.value
            events.append(
                Event(KIND, row.id, row.number, cancelled, row.status, cancelled, comment, moved.before, moved.after)
            )
            worth += [(row.status, -1, -row.company_total_minor), (cancelled, 1, row.company_total_minor)]
        _write_steps(connection, changed)
        if held:
            withdraw_requests(connection, held, at)
        for execution, orders in executions.items():
            values = {
                "status": OrderStatus.CANCELLED.value,
                "execution": execution.value,
                "changed_at": at,
                "company_open_minor": 0,
            }
            connection.execute(
                update(ORDER).where(ORDER.c.id.in_(orders)).values(values | {"version": ORDER.c.version + 1})
            )
        record(session, at, user, events)
        count_documents(connection, KIND, worth)


@dataclass(frozen=True, slots=True)
class _Moved:
    """What steps do to an order: its lines' progress, the columns that change by the line's row, and the journal's."""

    progress: list[LineProgress]
    changed: list[tuple[int, dict[str, Any]]]
    before: dict[str, Any]
    after: dict[str, Any]


def _moved(order_status: str, lines: Sequence[Any], steps: Mapping[int, LineStep]) -> _Moved:
    moved = _Moved([], [], {}, {})
    for line in lines:
        becoming, values = _step(order_status, line, steps.get(line.id, LineStep()))
        moved.progress.append(becoming)
        if not values:
            continue
        moved.changed.append((line.id, values))
        for name, value in values.items():
            field = f"lines[{line.position}].{name.removesuffix('_micro')}"
            moved.before[field] = _shown(name, getattr(line, name))
            moved.after[field] = _shown(name, value)
    return moved


def _open_minor(row: CustomerOrder, status: OrderStatus, lines: Sequence[Any], progress: Sequence[LineProgress]) -> int:
    """What of an order is still to be executed, in hundredths of company currency (D-11.1)."""
    if status in (OrderStatus.CANCELLED, OrderStatus.ARCHIVED):
        return 0
    parts = [
        OpenPart(from_scaled(line.net_minor, row.currency_decimals), of.quantity, of.remaining)
        for line, of in zip(lines, progress, strict=True)
        if of.line_type is not LineType.NOTE
    ]
    total = from_scaled(row.company_total_minor, COMPANY_DECIMALS)
    return to_scaled(open_value(total, parts), COMPANY_DECIMALS)


def _write_steps(connection: Connection, changed: Sequence[tuple[int, dict[str, Any]]]) -> None:
    """Lines that become alike go in one statement: an order has many of them."""
    together: dict[tuple[tuple[str, Any], ...], list[int]] = {}
    for row, values in changed:
        together.setdefault(tuple(values.items()), []).append(row)
    for items, rows in together.items():
        for start in range(0, len(rows), _BATCH):
            statement = update(LINE).where(LINE.c.id.in_(rows[start : start + _BATCH]))
            connection.execute(statement.values(dict(items) | {"version": LINE.c.version + 1}))


def _step(order_status: str, line: Any, step: LineStep) -> tuple[LineProgress, dict[str, Any]]:
    """The line's progress after a step, and the columns that change."""
    quantity, executed = micro(line.quantity_micro), micro(line.executed_micro) + step.executed
    was = LineStatus(line.status)
    if executed < 0 or (step.executed > 0 and executed > (quantity if step.most is None else step.most)):
        raise Refused(
            f"{plain(executed)} of {plain(quantity)} can't be executed.",
            field=f"lines[{line.position}].executed",
            rule="D-15.4" if executed > 0 else "D-15.2",
        )
    meant = step.status or was
    becoming = LineProgress(
        LineType(line.line_type),
        quantity,
        executed,
        forced=meant is LineStatus.FORCED,
        cancelled=meant is LineStatus.CANCELLED,
    )
    status = line_status_after(meant, becoming) if step != LineStep() else was
    if status is LineStatus.CONFIRMED and step.status is None and order_status == OrderStatus.ENTERED.value:
        # A delivery undone on an order nobody confirmed leaves its line as it was inserted.
        status = LineStatus.INSERTED
    if status is not was:
        check_transition(was, status)
    wanted = {
        "status": status.value,
        "executed_micro": to_scaled(executed, MICRO_DECIMALS),
        "delivery_date": step.delivery_date or line.delivery_date,
        "ready_date": step.ready_date or line.ready_date,
    }
    return becoming, {name: value for name, value in wanted.items() if value != getattr(line, name)}


def _shown(name: str, value: Any) -> Any:
    return plain(micro(value)) if name.endswith("_micro") else value
