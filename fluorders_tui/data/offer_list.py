"""The list of offers: filtered, sorted, found, and read a window at a time by the ids of the whole choice."""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, literal_column, or_, select
from sqlalchemy import table as table_named

from fluorders_tui.data.link_rows import LINK
from fluorders_tui.data.offer_rows import OFFER, OFFER_LINE, offer_rows_of
from fluorders_tui.data.order_rows import ORDER
from fluorders_tui.data.registry_search import TRIGRAM
from fluorders_tui.domain.folding import fold
from fluorders_tui.domain.links import DocumentKind, LinkKind
from fluorders_tui.domain.money import from_scaled
from fluorders_tui.domain.offers import CONVERTIBLE_STATUSES, OfferStatus

_BATCH = 500
_COLUMNS = OFFER.c
_ENTERED = OfferStatus.ENTERED.value


class OfferSort(StrEnum):
    """What offers are listed by."""

    NEWEST = "newest"
    NUMBER = "number"
    DATE = "date"
    VALID_UNTIL = "valid_until"
    CUSTOMER = "customer"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class OfferFilter:
    """Which offers; everything left empty lets all of them through, but old versions stay away unless asked for.

    `since` and `until` are offer dates, both included. `expiring` are entered offers whose validity ends today or in
    the coming so many days. `convertible` are confirmed ones of which something is left. `customer` is a code, `item`
    an item's code, `text` a number or a part of number, reference, or name. Statuses are as of today: an entered
    offer whose validity has ended is *expired*.
    """

    statuses: tuple[OfferStatus, ...] = ()
    expiring: int | None = None
    convertible: bool = False
    customer: str = ""
    prospects: bool = False
    type: str = ""
    agent: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    item: str = ""
    text: str = ""
    old_versions: bool = False


@dataclass(frozen=True, slots=True)
class OfferRow:
    """An offer in a list; `total` is in its own currency, `probability` in percent.

    `orders` are the numbers of the orders made from it, `reason` why it was lost.
    """

    id: int
    number: str
    version: int
    newest: bool
    type: str
    status: OfferStatus
    customer: str
    customer_name: str
    prospect: bool
    date: dt.date
    valid_until: dt.date | None
    confirmed_on: dt.date | None
    expected_delivery: dt.date | None
    probability: Decimal | None
    project: str
    reference: str
    lines: int
    total: Decimal
    currency: str
    orders: tuple[str, ...] = ()
    reason: str = ""


_SORTED_BY: dict[OfferSort, ColumnElement[Any]] = {
    OfferSort.NUMBER: _COLUMNS.number,
    OfferSort.DATE: _COLUMNS.order_date,
    OfferSort.VALID_UNTIL: _COLUMNS.valid_until,
    OfferSort.CUSTOMER: _COLUMNS.customer_name,
    OfferSort.TOTAL: _COLUMNS.company_total_minor,
}


def listed_ids(
    connection: Connection, wanted: OfferFilter, sort: OfferSort, descending: bool, today: dt.date
) -> array[int]:
    """The ids of a choice in its order, eight bytes each; offers without what they are sorted by come last."""
    conditions = _conditions(wanted, today)
    if wanted.text.strip():
        conditions.append(_found(connection, wanted.text.strip()))
    column = _SORTED_BY.get(sort, _COLUMNS.id)
    order = [column.is_(None), column.desc() if descending else column.asc()]
    order.append(_COLUMNS.id.desc() if descending else _COLUMNS.id.asc())
    return array("q", connection.execute(select(_COLUMNS.id).where(*conditions).order_by(*order)).scalars())


def _conditions(wanted: OfferFilter, today: dt.date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if not wanted.old_versions:
        found.append(_COLUMNS.newest)
    if wanted.statuses:
        found.append(_in_status(wanted.statuses, today))
    if wanted.expiring is not None:
        last = today + dt.timedelta(wanted.expiring)
        found += [_COLUMNS.status == _ENTERED, _COLUMNS.valid_until.between(today, last)]
    if wanted.convertible:
        found.append(_COLUMNS.status.in_([one.value for one in CONVERTIBLE_STATUSES]))
    if wanted.prospects:
        found.append(_COLUMNS.prospect)
    if wanted.item:
        lines = select(OFFER_LINE.c.offer_id).where(OFFER_LINE.c.item_code == wanted.item)
        found.append(_COLUMNS.id.in_(lines))
    for column, value in (
        (_COLUMNS.customer_code, wanted.customer),
        (_COLUMNS.offer_type, wanted.type),
        (_COLUMNS.agent, wanted.agent),
    ):
        if value:
            found.append(column == value)
    if wanted.since:
        found.append(_COLUMNS.order_date >= wanted.since)
    if wanted.until:
        found.append(_COLUMNS.order_date <= wanted.until)
    return found


def _ended(today: dt.date) -> ColumnElement[bool]:
    """Entered, and the validity has ended: expired, marked or not."""
    return and_(_COLUMNS.status == _ENTERED, _COLUMNS.valid_until < today)


def _in_status(statuses: Sequence[OfferStatus], today: dt.date) -> ColumnElement[bool]:
    plain = [one.value for one in statuses if one is not OfferStatus.ENTERED]
    parts: list[ColumnElement[bool]] = [_COLUMNS.status.in_(plain)] if plain else []
    if OfferStatus.ENTERED in statuses:
        open_ended = or_(_COLUMNS.valid_until.is_(None), _COLUMNS.valid_until >= today)
        parts.append(and_(_COLUMNS.status == _ENTERED, open_ended))
    if OfferStatus.EXPIRED in statuses:
        parts.append(_ended(today))
    return or_(*parts)


def ended_unmarked(connection: Connection, today: dt.date) -> tuple[int, int]:
    """How many entered offers have expired without being marked, and what they are worth in hundredths."""
    query = select(func.count(), func.coalesce(func.sum(_COLUMNS.company_total_minor), 0)).where(_ended(today))
    count, worth = connection.execute(query).one()
    return count, int(worth)


def _found(connection: Connection, typed: str) -> ColumnElement[bool]:
    """The exact number or its figures, else all words of it somewhere in number, reference or name."""
    exact = [row.id for row in offer_rows_of(connection, typed) or offer_rows_of(connection, typed.upper())]
    words = fold(typed).split()
    indexed = [word for word in words if len(word) >= TRIGRAM] if connection.dialect.name == "sqlite" else []
    fragments = [_contains(word) for word in words if word not in indexed]
    if indexed:
        name = "offer_fragments"
        quoted = " AND ".join('"' + word.replace('"', '""') + '"' for word in indexed)
        rowid: ColumnElement[int] = literal_column("rowid")
        matching = literal_column(name).op("MATCH")(quoted)
        fragments.append(_COLUMNS.id.in_(select(rowid).select_from(table_named(name)).where(matching)))
    every = and_(*fragments) if fragments else _COLUMNS.id == 0
    return or_(_COLUMNS.id.in_(exact), every) if exact else every


def _contains(word: str) -> ColumnElement[bool]:
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return _COLUMNS.search_text.like(f"%{escaped}%", escape="\\")


def offer_list_rows(connection: Connection, ids: Sequence[int], today: dt.date) -> list[OfferRow]:
    """The rows with these ids in their order; one that is not there any more is left out."""
    found: dict[int, OfferRow] = {}
    for start in range(0, len(ids), _BATCH):
        part = list(ids[start : start + _BATCH])
        orders = _orders_made(connection, part)
        for row in connection.execute(select(OFFER).where(_COLUMNS.id.in_(part))):
            found[row.id] = _row(row, today, tuple(orders.get(row.id, ())))
    return [found[row_id] for row_id in ids if row_id in found]


def _orders_made(connection: Connection, ids: Sequence[int]) -> dict[int, list[str]]:
    """The numbers of the orders made from these offers, the first one first."""
    link = LINK.c
    query = (
        select(link.source_document, ORDER.c.number)
        .join(ORDER, ORDER.c.id == link.target_document)
        .where(link.source_kind == DocumentKind.OFFER.value, link.source_document.in_(ids))
        .where(link.kind == LinkKind.OFFER_TO_ORDER.value)
        .group_by(link.source_document, ORDER.c.id, ORDER.c.number)
        .order_by(ORDER.c.id)
    )
    found: dict[int, list[str]] = {}
    for offer, number in connection.execute(query):
        found.setdefault(offer, []).append(number)
    return found


def _row(row: Any, today: dt.date, orders: tuple[str, ...]) -> OfferRow:
    ended = row.status == _ENTERED and row.valid_until is not None and row.valid_until < today
    return OfferRow(
        row.id,
        row.number,
        row.offer_version,
        row.newest,
        row.offer_type,
        OfferStatus.EXPIRED if ended else OfferStatus(row.status),
        row.customer_code,
        row.customer_name,
        row.prospect,
        row.order_date,
        row.valid_until,
        row.confirmed_on,
        row.expected_delivery,
        None if row.probability_micro is None else from_scaled(row.probability_micro, 6).normalize(),
        row.project,
        row.reference,
        row.line_count,
        from_scaled(row.total_minor, row.currency_decimals),
        row.currency,
        orders,
        row.lost_reason,
    )
