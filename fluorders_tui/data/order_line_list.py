"""Reading any part of a list of the lines of all orders, millions of them, without an index for every filter (D-17.4).

Two ways, decided when a list is opened:

- *Picked*: where an item, a text or the orders concerned narrow the lines to a choice that fits into memory, the ids
  of all its lines are read in order; any row is then at hand, and nothing that happens meanwhile moves it.
- *Walked*: everything else goes along the lines of the newest, or the oldest, orders by keyset. That order is the one
  an index has; any other would need all lines sorted, and is refused.
"""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, not_, select

from fluorders_tui.data.item_rows import item_ids
from fluorders_tui.data.order_find import find_ids
from fluorders_tui.data.order_list import open_list as open_orders
from fluorders_tui.data.order_list import pick as pick_orders
from fluorders_tui.data.order_rows import LINE, ORDER, order_ids
from fluorders_tui.data.registry_search import RowQuery, lookup
from fluorders_tui.data.tables import basics, items, parties
from fluorders_tui.data.tables.base import table
from fluorders_tui.data.terms import micro
from fluorders_tui.domain.errors import Refused
from fluorders_tui.domain.line_listing import CLOSED_LINES, LineFilter, LineRow, LineSort
from fluorders_tui.domain.money import ZERO, from_scaled
from fluorders_tui.domain.order import LineStatus, LineType, OrderStatus, PriceOrigin
from fluorders_tui.domain.order_listing import NEWEST_FIRST, OPEN, OrderFilter

#: Lines of an item up to which its list is picked.
MOST_PICKED = 100_000

#: Orders up to which their lines are picked at once, and up to which for a sort that can't be walked.
MOST_AT_ONCE = 5_000
MOST_ORDERS = 100_000

#: Lines that a text finds at most.
MOST_FOUND = 5_000

#: Lines counted in a list that is walked: beyond, people narrow their filter.
MOST_COUNTED = 100_000

_MOST_ORDERS_FOUND = 1_000
_MOST_ITEMS_FOUND = 40
_BATCH = 500

_CUSTOMER = table(parties.Customer)
_ITEM = table(items.Item)
_CLASS = table(basics.ItemClass)
_OPEN_VALUES = tuple(status.value for status in OPEN)
_CLOSED_VALUES = tuple(status.value for status in CLOSED_LINES)
_WALKED = (LineSort.NEWEST, LineSort.OLDEST)
_COLUMNS = (
    LINE.c.id, LINE.c.order_id, LINE.c.position, LINE.c.line_type, LINE.c.status, LINE.c.item_code,
    LINE.c.description, LINE.c.quantity_micro, LINE.c.executed_micro, LINE.c.unit, LINE.c.unit_price_micro,
    LINE.c.price_origin, LINE.c.discounts, LINE.c.net_minor, LINE.c.delivery_date, LINE.c.note,
    ORDER.c.number, ORDER.c.status.label("order_status"), ORDER.c.customer_code, ORDER.c.customer_name,
    ORDER.c.order_date, ORDER.c.currency, ORDER.c.currency_decimals,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands in a walk."""

    order_id: int
    position: int


@dataclass(frozen=True, slots=True)
class OpenedLines:
    """A list as it was opened: `ids` are those of all its lines where it is picked, else `conditions` are walked.

    `everything` says that nothing was filtered, so that the lines are counted by an index alone.
    """

    sort: LineSort
    today: dt.date
    conditions: tuple[ColumnElement[bool], ...] = ()
    ids: array[int] | None = None
    everything: bool = False


def open_lines(connection: Connection, wanted: LineFilter, sort: LineSort, today: dt.date) -> OpenedLines:
    """Choose the way to read a list. Raises `Refused` for a sort over more lines than can be sorted."""
    upper = connection.execute(select(func.coalesce(func.max(LINE.c.order_id), 0))).scalar_one()
    of_lines = _line_conditions(wanted, today)
    of_orders = _order_conditions(wanted)
    its_order = select(ORDER.c.id).where(ORDER.c.id == LINE.c.order_id, *of_orders).correlate(LINE)
    there = its_order.exists() if of_orders else None
    conditions = (LINE.c.order_id <= upper, *of_lines, *(() if there is None else (there,)))
    opened = OpenedLines(sort, today, conditions, everything=not of_lines and there is None)
    if wanted.text.strip():
        found = _text_conditions(connection, wanted.text.strip())
        return _picked(connection, opened, [(*conditions, one) for one in found], MOST_FOUND)
    if wanted.item:
        return _of_item(connection, opened, wanted.item)
    orders = _orders(connection, wanted, today, sort)
    if orders is not None:
        batches = (orders[start : start + _BATCH] for start in range(0, len(orders), _BATCH))
        return _picked(connection, opened, [(*of_lines, LINE.c.order_id.in_(list(batch))) for batch in batches])
    if sort not in _WALKED:
        raise _too_many(f"the lines of more than {MOST_ORDERS:,} orders")
    return opened


def _too_many(what: str) -> Refused:
    return Refused(
        f"These are {what}: they can't be sorted like this.",
        field="sort",
        rule="D-17.4",
        hint="Narrow the filter, or take the newest or the oldest first.",
    )


def _order_conditions(wanted: LineFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.order_statuses:
        found.append(ORDER.c.status.in_([one.value for one in wanted.order_statuses]))
    if wanted.open_only or wanted.late:
        found.append(ORDER.c.status.in_(_OPEN_VALUES))
    if wanted.customer:
        customer = select(_CUSTOMER.c.id).where(_CUSTOMER.c.code == wanted.customer)
        found.append(ORDER.c.customer_id == customer.scalar_subquery())
    if wanted.type:
        found.append(ORDER.c.order_type == wanted.type)
    if wanted.since:
        found.append(ORDER.c.order_date >= wanted.since)
    if wanted.until:
        found.append(ORDER.c.order_date <= wanted.until)
    return found


def _line_conditions(wanted: LineFilter, today: dt.date) -> tuple[ColumnElement[bool], ...]:
    found: list[ColumnElement[bool]] = []
    if wanted.open_only or wanted.late:
        found += [
            LINE.c.status.not_in(_CLOSED_VALUES),
            LINE.c.line_type != LineType.NOTE.value,
            LINE.c.quantity_micro > LINE.c.executed_micro,
        ]
    if wanted.late:
        found.append(LINE.c.delivery_date < today)
    if wanted.line_statuses:
        found.append(LINE.c.status.in_([one.value for one in wanted.line_statuses]))
    if wanted.origins:
        found.append(LINE.c.price_origin.in_([one.value for one in wanted.origins]))
    if wanted.delivery_since:
        found.append(LINE.c.delivery_date >= wanted.delivery_since)
    if wanted.delivery_until:
        found.append(LINE.c.delivery_date <= wanted.delivery_until)
    if wanted.item_class:
        of_class = select(_ITEM.c.id).join(_CLASS, _CLASS.c.id == _ITEM.c.item_class_id)
        found.append(LINE.c.item_id.in_(of_class.where(_CLASS.c.code == wanted.item_class)))
    return tuple(found)


def _text_conditions(connection: Connection, text: str) -> list[ColumnElement[bool]]:
    """An item's code means its lines; any other text the lines of items and of orders that it finds."""
    exact = item_ids(connection, [text, text.upper()])
    if exact:
        return [LINE.c.item_id.in_(list(exact.values()))]
    found = [
        state.id for state in lookup(connection, RowQuery("items", text, include_inactive=True), _MOST_ITEMS_FOUND)
    ]
    orders = find_ids(connection, text, _MOST_ORDERS_FOUND)
    return [LINE.c.item_id.in_(found), LINE.c.order_id.in_(orders)]


def _of_item(connection: Connection, opened: OpenedLines, code: str) -> OpenedLines:
    here = LINE.c.item_id.in_(list(item_ids(connection, [code]).values()))
    some = select(LINE.c.id).where(here).limit(MOST_PICKED + 1).subquery()
    if connection.execute(select(func.count()).select_from(some)).scalar_one() <= MOST_PICKED:
        return _picked(connection, opened, [(*opened.conditions, here)])
    if opened.sort not in _WALKED:
        raise _too_many(f"more than {MOST_PICKED:,} lines")
    return replace(opened, conditions=(*opened.conditions, here), everything=False)


def _orders(connection: Connection, wanted: LineFilter, today: dt.date, sort: LineSort) -> Sequence[int] | None:
    """The orders concerned, None where the lines are better walked. The list of orders knows its own indexes."""
    statuses = wanted.order_statuses
    if wanted.open_only or wanted.late:
        statuses = tuple(one for one in OPEN if one in statuses) if statuses else OPEN
        if not statuses:
            return []
    found = order_ids(connection, wanted.number) if wanted.number else None
    of_orders = OrderFilter(
        statuses, customer=wanted.customer, since=wanted.since, until=wanted.until, type=wanted.type
    )
    if found is None and of_orders == OrderFilter():
        many = select(ORDER.c.id).limit(MOST_ORDERS + 1)
        if sort in _WALKED:
            return None
        ids = connection.execute(many).scalars().all()
        return None if len(ids) > MOST_ORDERS else ids
    opened = open_orders(connection, of_orders, NEWEST_FIRST, today, found)
    if opened.ids is None and opened.picking and sort not in _WALKED:
        opened = pick_orders(connection, opened)
    return opened.ids


_KEYS: dict[LineSort, tuple[Any, ...]] = {
    LineSort.NEWEST: (),
    LineSort.OLDEST: (),
    LineSort.DELIVERY_DATE: (LINE.c.delivery_date.is_(None), LINE.c.delivery_date),
    LineSort.ITEM: (LINE.c.item_code,),
    LineSort.CUSTOMER: (ORDER.c.customer_name,),
    LineSort.NET: (LINE.c.net_minor,),
}


def _picked(
    connection: Connection,
    opened: OpenedLines,
    choices: Iterable[tuple[ColumnElement[bool], ...]],
    limit: int | None = None,
) -> OpenedLines:
    """The list with the ids of all lines of `choices`, each read by its own index and sorted here."""
    keys = _KEYS[opened.sort]
    source: Any = LINE.join(ORDER, ORDER.c.id == LINE.c.order_id) if opened.sort is LineSort.CUSTOMER else LINE
    columns = (*keys, LINE.c.order_id, LINE.c.position, LINE.c.id)
    rows: dict[int, tuple[Any, ...]] = {}
    for conditions in choices:
        statement = select(*columns).select_from(source).where(*conditions)
        if limit is not None:
            statement = statement.order_by(LINE.c.order_id.desc()).limit(limit)
        rows.update((row[-1], tuple(row)) for row in connection.execute(statement))
    direction = 1 if opened.sort is LineSort.OLDEST else -1
    here = len(keys)

    def place(row: tuple[Any, ...]) -> tuple[Any, ...]:
        return (*(_comparable(value) for value in row[:here]), direction * row[here], row[here + 1])

    ordered = sorted(rows.values(), key=place)[:limit]
    return replace(opened, ids=array("q", (row[-1] for row in ordered)), everything=False)


def _comparable(value: Any) -> Any:
    return dt.date.max if value is None else value


def walk(
    connection: Connection, opened: OpenedLines, skip: int, limit: int, after: Place | None = None
) -> list[tuple[int, Place]]:
    """`limit` lines of a walked list beyond `after`, leaving out the `skip` nearest to it: their ids and places."""
    oldest = opened.sort is LineSort.OLDEST
    statement = select(LINE.c.id, LINE.c.order_id, LINE.c.position).where(*opened.conditions)
    if after is not None:
        beyond = LINE.c.order_id >= after.order_id if oldest else LINE.c.order_id <= after.order_id
        passed = and_(LINE.c.order_id == after.order_id, LINE.c.position <= after.position)
        statement = statement.where(beyond, not_(passed))
    statement = statement.order_by(LINE.c.order_id if oldest else LINE.c.order_id.desc(), LINE.c.position)
    return [
        (row.id, Place(row.order_id, row.position)) for row in connection.execute(statement.limit(limit).offset(skip))
    ]


def count_walked(connection: Connection, opened: OpenedLines) -> tuple[int, bool]:
    """How many lines a walked list has, and whether these are all: a filtered one is counted no further than needed."""
    if opened.everything:
        return connection.execute(select(func.count()).select_from(LINE).where(*opened.conditions)).scalar_one(), True
    some = select(LINE.c.id).where(*opened.conditions).limit(MOST_COUNTED + 1).subquery()
    found: int = connection.execute(select(func.count()).select_from(some)).scalar_one()
    return min(found, MOST_COUNTED), found <= MOST_COUNTED


def lines_by_id(connection: Connection, ids: Sequence[int], today: dt.date) -> list[LineRow]:
    """The lines with these ids in their order; one that is not there any more is left out."""
    found: dict[int, LineRow] = {}
    joined = select(*_COLUMNS).join(ORDER, ORDER.c.id == LINE.c.order_id)
    for start in range(0, len(ids), _BATCH):
        part = list(ids[start : start + _BATCH])
        for row in connection.execute(joined.where(LINE.c.id.in_(part))):
            found[row.id] = _line_row(row, today)
    return [found[line_id] for line_id in ids if line_id in found]


def orders_of_lines(connection: Connection, ids: Sequence[int]) -> dict[int, list[int]]:
    """The chosen lines by the order they are in, in the order of `ids`; those not there any more are left out."""
    owners: dict[int, int] = {}
    for start in range(0, len(ids), _BATCH):
        part = list(ids[start : start + _BATCH])
        of_orders = connection.execute(select(LINE.c.id, LINE.c.order_id).where(LINE.c.id.in_(part)))
        owners |= {row.id: row.order_id for row in of_orders}
    found: dict[int, list[int]] = {}
    for line_id in ids:
        if line_id in owners:
            found.setdefault(owners[line_id], []).append(line_id)
    return found


def customers_of_orders(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    """The customer's code of each of these orders; those not there any more are left out."""
    found: dict[int, str] = {}
    for start in range(0, len(ids), _BATCH):
        part = list(ids[start : start + _BATCH])
        rows = connection.execute(select(ORDER.c.id, ORDER.c.customer_code).where(ORDER.c.id.in_(part)))
        found |= {row.id: row.customer_code for row in rows}
    return found


def _line_row(row: Any, today: dt.date) -> LineRow:
    order_status, status = OrderStatus(row.order_status), LineStatus(row.status)
    line_type = LineType(row.line_type)
    quantity, executed = micro(row.quantity_micro), micro(row.executed_micro)
    closed = status in CLOSED_LINES or line_type is LineType.NOTE
    remaining = ZERO if closed else max(quantity - executed, ZERO)
    overdue = row.delivery_date is not None and row.delivery_date < today
    return LineRow(
        id=row.id,
        order_id=row.order_id,
        number=row.number,
        order_status=order_status,
        customer=row.customer_code,
        customer_name=row.customer_name,
        order_date=row.order_date,
        line=row.position,
        line_type=line_type,
        status=status,
        item=row.item_code,
        description=row.description,
        quantity=quantity,
        executed=executed,
        remaining=remaining,
        uom=row.unit,
        price=micro(row.unit_price_micro),
        price_origin=PriceOrigin(row.price_origin),
        discounts=row.discounts,
        net=from_scaled(row.net_minor, row.currency_decimals),
        currency=row.currency,
        delivery_date=row.delivery_date,
        note=row.note,
        late=overdue and remaining > ZERO and order_status in OPEN,
    )
