"""What goods and supply do to a saved customer order: quantities executed, statuses, dates of lines; header follows.

The counterpart of `order_writing` for changes that no clerk types: amounts never move here (D-12.1).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from fluorders_tui.data.journal import Event, record
from fluorders_tui.data.order_rows import LINE, ORDER
from fluorders_tui.data.order_writing import KIND
from fluorders_tui.data.status_counters import count_documents
from fluorders_tui.data.tables.documents import CustomerOrder
from fluorders_tui.data.terms import micro
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.lifecycle import (
    LineProgress,
    check_transition,
    execution_of,
    line_status_after,
    order_status_after,
)
from fluorders_tui.domain.money import MICRO_DECIMALS, ZERO, plain, to_scaled
from fluorders_tui.domain.order import LineStatus, LineType, OrderStatus


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
    before: dict[str, Any] = {}
    after: dict[str, Any] = dict(told)
    progress: list[LineProgress] = []
    changed: list[tuple[int, dict[str, Any]]] = []
    read = (
        LINE.c.id, LINE.c.position, LINE.c.line_type, LINE.c.status, LINE.c.quantity_micro, LINE.c.executed_micro,
        LINE.c.delivery_date, LINE.c.ready_date,
    )  # fmt: skip
    for line in connection.execute(select(*read).where(LINE.c.order_id == order_id).order_by(LINE.c.position)).all():
        becoming, values = _step(row.status, line, steps.get(line.id, LineStep()))
        progress.append(becoming)
        if not values:
            continue
        changed.append((line.id, values))
        for name, value in values.items():
            field = f"lines[{line.position}].{name.removesuffix('_micro')}"
            before[field] = _shown(name, getattr(line, name))
            after[field] = _shown(name, value)
    _write_steps(connection, changed)
    was = OrderStatus(row.status)
    if not after and not columns and header in (None, was):
        return False
    execution = execution_of(progress)
    status = header or order_status_after(was, execution)
    if status is not was:
        check_transition(was, status)
    row.status, row.execution, row.changed_at = status.value, execution.value, at
    for name, value in columns.items():
        setattr(row, name, value)
    # Also when only lines differ and the clock stood still: the version has to grow.
    flag_modified(row, "changed_at")
    session.flush()
    named = event or ("changed" if status is was else status.value)
    what = Event(KIND, order_id, row.number, named, was.value, status.value, comment, before, after)
    record(session, at, user, [what])
    worth = row.company_total_minor
    moved = [(was.value, -1, -worth), (status.value, 1, worth)]
    if counts is None:
        count_documents(connection, KIND, moved)
    else:
        counts += moved
    return True


def _write_steps(connection: Connection, changed: Sequence[tuple[int, dict[str, Any]]]) -> None:
    """Lines in which the same columns change go in one statement: an order has many that change alike."""
    together: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row, values in changed:
        together.setdefault(tuple(values), []).append(values | {"row_id": row})
    for names, rows in together.items():
        columns: dict[str, Any] = {name: bindparam(name) for name in names}
        statement = update(LINE).where(LINE.c.id == bindparam("row_id"))
        connection.execute(statement.values(columns | {"version": LINE.c.version + 1}), rows)


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
