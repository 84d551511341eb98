"""Reading any part of a list of a million orders: by keyset from a known place, or by the ids of a small choice.

Two ways, decided when a list is opened:

- A choice that some index narrows to at most `MOST_PICKED` orders is read as the sorted list of its ids, eight bytes
  each: any row is then at hand, and nothing that happens meanwhile moves it.
- Everything else walks the index of its sort, from the nearest place whose key is known.

SQLite keeps no statistics here and would drive a list by the wrong index: a condition that shall not drive it stands
behind a unary plus. PostgreSQL knows by itself.
"""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, literal_column, select, tuple_, union_all

from fluorders_tui.data.status_counters import counted
from fluorders_tui.data.tables import documents
from fluorders_tui.data.tables.base import table
from fluorders_tui.domain.money import from_scaled
from fluorders_tui.domain.order_listing import OPEN, OrderFilter, OrderRow, OrderSort, SortField
from fluorders_tui.domain.statuses import Execution, OrderStatus

KIND = "order"

#: Up to here the ids of a choice are read whole, in about a hundred milliseconds at most.
MOST_PICKED = 100_000

#: Up to here they are read before the first page is shown; of a larger choice that page is looked for first.
_MOST_AT_ONCE = 5_000

#: How far the first page of a larger choice is looked for.
_NEAREST = 5_000

#: Rows fetched by id in one statement; SQLite of long ago took no more than 999 values.
_BATCH = 500

_OPEN = frozenset(OPEN)
_OPEN_VALUES = tuple(status.value for status in OPEN)
_ORDER = table(documents.CustomerOrder)
_COLUMNS = (
    _ORDER.c.id, _ORDER.c.number, _ORDER.c.order_type, _ORDER.c.status, _ORDER.c.execution, _ORDER.c.customer_code,
    _ORDER.c.customer_name, _ORDER.c.order_date, _ORDER.c.delivery_date, _ORDER.c.reference, _ORDER.c.total_minor,
    _ORDER.c.currency, _ORDER.c.currency_decimals, _ORDER.c.line_count,
)  # fmt: skip
_SORTED_BY = {
    SortField.NUMBER: _ORDER.c.number,
    SortField.DATE: _ORDER.c.order_date,
    SortField.DELIVERY_DATE: _ORDER.c.delivery_date,
    SortField.CUSTOMER: _ORDER.c.customer_name,
    SortField.TOTAL: _ORDER.c.company_total_minor,
    SortField.REFERENCE: _ORDER.c.reference_key,
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A list as it was opened: orders up to row `upper`, seen on `today`.

    `count` is None until somebody has to count. `conditions` are those of the walk over the index of its sort.
    `ids` are all of its rows in order where they are few, `picking` the conditions that give them where they are some
    more; then `span` bounds the sorted column itself. Where `without_gaps`, the list has every row from 1 to `upper`,
    and so a row's place tells its id.
    """

    sort: OrderSort
    today: dt.date
    upper: int
    count: int | None
    conditions: tuple[ColumnElement[bool], ...]
    ids: array[int] | None = None
    picking: tuple[ColumnElement[bool], ...] = ()
    span: tuple[ColumnElement[bool], ...] = ()
    without_gaps: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """Where a row stands in a sort: its value (None when sorted by entry) and its id."""

    value: Any
    id: int


def open_list(
    connection: Connection, wanted: OrderFilter, sort: OrderSort, today: dt.date, found: Sequence[int] | None = None
) -> Opened:
    """Choose the way to read a list; `found` are the ids that its text finds, None without a text."""
    upper: int = connection.execute(select(func.coalesce(func.max(_ORDER.c.id), 0))).scalar_one()
    if found is not None:
        ids = _picked(connection, [*_conditions(wanted, today, ""), _ORDER.c.id.in_(found)], sort)
        return Opened(sort, today, upper, len(ids), (), ids)
    statuses = counted(connection, KIND)
    sizes = _sizes(connection, wanted, today, statuses)
    driver = min(sizes, key=lambda name: sizes[name], default="")
    plus = "+" if connection.dialect.name == "sqlite" else ""
    # Behind the plus, or SQLite would take it as the beginning of every walk instead of the known place.
    bounded = _column("id", plus) <= upper
    sorted_by = _SORTED_BY[sort.field].key if sort.field in _SORTED_BY else ""
    conditions = (bounded, *_conditions(wanted, today, plus, sorted_by))
    count = None
    if wanted == OrderFilter(statuses=wanted.statuses):
        count = sum(number for status, (number, _) in statuses.items() if _wants(wanted, status))
    if driver and sizes[driver] <= MOST_PICKED:
        picking = (bounded, *_conditions(wanted, today, plus, driver))
        span = tuple(_indexed(wanted, today).get(sorted_by, ()))
        opened = Opened(sort, today, upper, count, conditions, None, picking, span)
        return pick(connection, opened) if sizes[driver] <= _MOST_AT_ONCE else opened
    without_gaps = wanted == OrderFilter() and sort.field is SortField.NEWEST and count == upper
    return Opened(sort, today, upper, count, conditions, without_gaps=without_gaps)


def pick(connection: Connection, opened: Opened) -> Opened:
    """The same list with the ids of all its rows."""
    ids = _picked(connection, opened.picking, opened.sort)
    return replace(opened, count=len(ids), ids=ids)


def first_rows(connection: Connection, opened: Opened, limit: int) -> list[Any] | None:
    """The first rows of a list, None where they don't all stand near the beginning of its sort."""
    nearest = select(_ORDER.c.id).where(*_stretches(opened.sort)[:1])
    near = nearest.where(*opened.span).order_by(*_order_by(opened.sort)).limit(_NEAREST).subquery()
    statement = select(*_COLUMNS).join(near, near.c.id == _ORDER.c.id).where(*opened.conditions)
    found = connection.execute(statement.order_by(*_order_by(opened.sort)).limit(limit)).all()
    return list(found) if len(found) == limit else None


def _wants(wanted: OrderFilter, status: str) -> bool:
    return not wanted.statuses or status in wanted.statuses


def _sizes(
    connection: Connection, wanted: OrderFilter, today: dt.date, statuses: dict[str, tuple[int, int]]
) -> dict[str, int]:
    """How many orders each indexed condition leaves; more than `MOST_PICKED` is counted no further."""
    found: dict[str, int] = {}
    if wanted.statuses:
        found["status"] = sum(number for status, (number, _) in statuses.items() if _wants(wanted, status))
    elif wanted.late:
        found["status"] = sum(statuses.get(status, (0, 0))[0] for status in _OPEN_VALUES)
    for name, conditions in _indexed(wanted, today).items():
        if name == "delivery_date" and found.get("status", MOST_PICKED) < MOST_PICKED:
            continue
        first = select(_ORDER.c.id).where(*conditions).limit(MOST_PICKED + 1).subquery()
        found[name] = connection.execute(select(func.count()).select_from(first)).scalar_one()
    return found


def _indexed(wanted: OrderFilter, today: dt.date, plus: str = "") -> dict[str, list[ColumnElement[bool]]]:
    """The conditions with an index of their own, by what they look at."""
    found: dict[str, list[ColumnElement[bool]]] = {}
    if wanted.customer:
        found["customer_id"] = [_column("customer_id", plus) == _customer(wanted.customer)]
    if wanted.since or wanted.until:
        date = _column("order_date", plus)
        found["order_date"] = [
            condition
            for condition in (
                date >= wanted.since if wanted.since else None,
                date <= wanted.until if wanted.until else None,
            )
            if condition is not None
        ]
    if wanted.late:
        found["delivery_date"] = [_column("delivery_date", plus) < today]
    return found


def _column(name: str, plus: str) -> ColumnElement[Any]:
    return literal_column(f"{plus}customer_order.{name}", _ORDER.c[name].type) if plus else _ORDER.c[name]


def _customer(code: str) -> Any:
    from fluorders_tui.data.tables import parties
    from fluorders_tui.data.tables.base import table

    customer = table(parties.Customer)
    return select(customer.c.id).where(customer.c.code == code).scalar_subquery()


def _conditions(wanted: OrderFilter, today: dt.date, plus: str, driver: str = "") -> list[ColumnElement[bool]]:
    """The WHERE of a filter but its text; with `plus` only what looks at `driver` may use an index."""
    found: list[ColumnElement[bool]] = []
    status = _column("status", "" if driver == "status" else plus)
    if wanted.statuses:
        found.append(status.in_([one.value for one in wanted.statuses]))
    if wanted.late:
        found.append(status.in_(_OPEN_VALUES))
    for name in ("customer_id", "order_date", "delivery_date"):
        found += _indexed(wanted, today, "" if driver == name else plus).get(name, [])
    for name, value in (("agent", wanted.agent), ("order_type", wanted.type), ("currency", wanted.currency)):
        if value:
            found.append(_ORDER.c[name] == value)
    return found


def _order_by(sort: OrderSort) -> list[ColumnElement[Any]]:
    column = _SORTED_BY.get(sort.field)
    columns = [_ORDER.c.id] if column is None else [column, _ORDER.c.id]
    return [one.desc() if sort.descending else one.asc() for one in columns]


def _picked(connection: Connection, conditions: Sequence[ColumnElement[bool]], sort: OrderSort) -> array[int]:
    stretches = _stretches(sort)
    last = [stretches[1]] if stretches else []
    # Only the WHERE may choose the index: sorting a few beats walking a million in order.
    chosen = select(_ORDER.c.id).where(*conditions).order_by(*last, *_order_by(sort))
    return array("q", connection.execute(chosen).scalars())


def _stretches(sort: OrderSort) -> tuple[ColumnElement[bool], ...]:
    """Where orders may lack what they are sorted by: those that have it, and those that don't, which come last."""
    if sort.field is SortField.DELIVERY_DATE:
        return _ORDER.c.delivery_date.is_not(None), _ORDER.c.delivery_date.is_(None)
    if sort.field is SortField.REFERENCE:
        return _ORDER.c.reference_key > "", _ORDER.c.reference_key == ""
    return ()


def runs(opened: Opened) -> list[tuple[ColumnElement[bool], ...]]:
    """The conditions of the stretches of a walked list, each in the order of one index."""
    return [(*opened.conditions, stretch) for stretch in _stretches(opened.sort)] or [opened.conditions]


def count_run(connection: Connection, conditions: Sequence[ColumnElement[bool]]) -> int:
    """How many orders a stretch has: a whole index is read, in tens of milliseconds a million."""
    return connection.execute(select(func.count()).select_from(_ORDER).where(*conditions)).scalar_one()


def walk(
    connection: Connection,
    conditions: Sequence[ColumnElement[bool]],
    sort: OrderSort,
    skip: int,
    limit: int,
    *,
    after: Key | None = None,
    backwards: bool = False,
) -> list[Any]:
    """`limit` rows of a stretch beyond `after`, leaving out the `skip` nearest to it.

    `backwards` walks from its end towards its beginning; the rows come in the order of the walk.
    """
    column = _SORTED_BY.get(sort.field)
    going = OrderSort(sort.field, sort.descending != backwards)
    statement = select(_ORDER.c.id).where(*conditions)
    if after is not None:
        here: Any = _ORDER.c.id if column is None or after.value is None else tuple_(column, _ORDER.c.id)
        there: Any = after.id if column is None or after.value is None else tuple_(after.value, after.id)
        statement = statement.where(here < there if going.descending else here > there)
    # The index alone tells which rows: those left out are never read.
    ids = statement.order_by(*_order_by(going)).limit(limit).offset(skip)
    if skip == 0:
        return list(connection.execute(ids.with_only_columns(*_COLUMNS, *_extra(column))).all())
    chosen = ids.subquery()
    wanted = select(*_COLUMNS, *_extra(column)).join(chosen, chosen.c.id == _ORDER.c.id).order_by(*_order_by(going))
    return list(connection.execute(wanted).all())


def _extra(column: Any) -> tuple[Any, ...]:
    return (column.label("sort_value"),) if column is not None else ()


def key_of(row: Any, sort: OrderSort) -> Key:
    """The place of a row that `walk` gave."""
    value = None if sort.field is SortField.NEWEST else row.sort_value
    # The orders without a reference are in the order of their entry.
    return Key(None if value == "" and _stretches(sort) else value, row.id)


def rows_by_id(connection: Connection, ids: Sequence[int]) -> list[Any]:
    """The rows with these ids in their order; one that is not there any more is left out."""
    found: dict[int, Any] = {}
    for start in range(0, len(ids), _BATCH):
        part = list(ids[start : start + _BATCH])
        found.update((row.id, row) for row in connection.execute(select(*_COLUMNS).where(_ORDER.c.id.in_(part))))
    return [found[row_id] for row_id in ids if row_id in found]


def newest_of(connection: Connection, customer_ids: Sequence[int], limit: int) -> list[int]:
    """The newest orders of several customers, at most `limit` of each."""
    if not customer_ids:
        return []
    parts = []
    for customer_id in customer_ids:
        mine = select(_ORDER.c.id).where(_ORDER.c.customer_id == customer_id).order_by(_ORDER.c.id.desc()).limit(limit)
        parts.append(select(mine.subquery().c.id))
    statement: Any = parts[0] if len(parts) == 1 else union_all(*parts)
    return list(connection.execute(statement).scalars())


def order_row(row: Any, today: dt.date) -> OrderRow:
    """A row of a list as the outside sees it."""
    status = OrderStatus(row.status)
    return OrderRow(
        id=row.id,
        number=row.number,
        type=row.order_type,
        status=status,
        execution=Execution(row.execution),
        customer=row.customer_code,
        customer_name=row.customer_name,
        date=row.order_date,
        delivery_date=row.delivery_date,
        reference=row.reference,
        total=from_scaled(row.total_minor, row.currency_decimals),
        currency=row.currency,
        lines=row.line_count,
        late=row.delivery_date is not None and row.delivery_date < today and status in _OPEN,
    )
