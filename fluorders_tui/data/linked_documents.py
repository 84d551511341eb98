"""The documents at the other ends of links, as both sides show them: number, status, dates (D-14.3)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, func, literal, select

from fluorders_tui.data.fulfilment_rows import DOCUMENT, DOCUMENT_LINE
from fluorders_tui.data.order_rows import LINE, ORDER
from fluorders_tui.data.supplier_order_rows import SUPPLIER_LINE, SUPPLIER_ORDER
from fluorders_tui.data.tables import offers
from fluorders_tui.data.tables.base import table
from fluorders_tui.data.terms import micro
from fluorders_tui.domain.links import DocumentKind, LineRef

_OFFER, _OFFER_LINE = table(offers.Offer), table(offers.OfferLine)


@dataclass(frozen=True, slots=True)
class LinkedLine:
    """One end of a link; `line` is its number in its document, 0 for the header. `due` is when it is to come.

    `word` is what it is called where its kind has several: a delivery note, an invoice.
    """

    kind: DocumentKind
    id: int
    number: str
    status: str
    party: str
    party_name: str
    date: dt.date
    line: int = 0
    due: dt.date | None = None
    version: int = 0
    word: str = ""

    @property
    def called(self) -> str:
        """What it is, in words."""
        return self.word or self.kind.value


def linked_lines(connection: Connection, refs: Iterable[LineRef]) -> dict[LineRef, LinkedLine]:
    """What these ends are; one whose line is gone shows its document alone, one whose document is gone is left out."""
    wanted: dict[DocumentKind, set[LineRef]] = defaultdict(set)
    for ref in refs:
        wanted[ref.kind].add(ref)
    found: dict[LineRef, LinkedLine] = {}
    for kind, ends in wanted.items():
        headers = _rows(connection, _HEADERS[kind], sorted({ref.document for ref in ends}))
        lines = _rows(connection, _LINES[kind], sorted({ref.line for ref in ends if ref.line}))
        for ref in ends:
            if header := headers.get(ref.document):
                found[ref] = _linked(kind, header, lines.get(ref.line))
    return found


@dataclass(frozen=True, slots=True)
class Delivered:
    """So much of an order's line went with a delivery, less what was given back (D-15.2)."""

    order: LineRef
    delivery: LinkedLine
    quantity: Decimal


def delivered_of_orders(connection: Connection, orders: Iterable[int]) -> list[Delivered]:
    """What deliveries executed of orders, the oldest first."""
    return _delivered(connection, DOCUMENT_LINE.c.order_id.in_(sorted(orders)))


def delivered_by(connection: Connection, deliveries: Iterable[int]) -> list[Delivered]:
    """What deliveries executed."""
    return _delivered(connection, DOCUMENT.c.id.in_(sorted(deliveries)))


def _delivered(connection: Connection, condition: Any) -> list[Delivered]:
    head, line = DOCUMENT.c, DOCUMENT_LINE.c
    query = (
        select(
            head.id, head.number, head.kind, head.status, head.customer_code, head.customer_name, head.document_date,
            line.position, line.order_id, line.order_line_id, line.quantity_micro, line.undone_micro,
        )
        .join(DOCUMENT_LINE, line.document_id == head.id)
        .where(condition)
        .order_by(head.id, line.position)
    )  # fmt: skip
    return [
        Delivered(
            LineRef(DocumentKind.ORDER, row.order_id, row.order_line_id),
            LinkedLine(
                DocumentKind.DELIVERY, row.id, row.number, row.status, row.customer_code, row.customer_name,
                row.document_date, row.position, word=row.kind,
            ),
            micro(row.quantity_micro - row.undone_micro),
        )
        for row in connection.execute(query)
    ]  # fmt: skip


def _linked(kind: DocumentKind, header: Any, line: Any | None) -> LinkedLine:
    due = (line.due if line is not None else None) or header.due
    position = line.position if line is not None else 0
    return LinkedLine(
        kind, header.id, header.number, header.status, header.party, header.party_name, header.date, position, due,
        header.version_number,
    )  # fmt: skip


def _sales(order: Any, version: Any) -> Any:
    return select(
        order.c.id, order.c.number, order.c.status, order.c.customer_code.label("party"),
        order.c.customer_name.label("party_name"), order.c.order_date.label("date"), order.c.delivery_date.label("due"),
        version.label("version_number"),
    )  # fmt: skip


def _sales_line(line: Any) -> Any:
    return select(line.c.id, line.c.position, line.c.delivery_date.label("due"))


_HEADERS: Mapping[DocumentKind, Any] = {
    DocumentKind.ORDER: _sales(ORDER, literal(0)),
    DocumentKind.OFFER: _sales(_OFFER, _OFFER.c.offer_version),
    DocumentKind.SUPPLIER_ORDER: select(
        SUPPLIER_ORDER.c.id, SUPPLIER_ORDER.c.number, SUPPLIER_ORDER.c.status,
        SUPPLIER_ORDER.c.supplier_code.label("party"), SUPPLIER_ORDER.c.supplier_name.label("party_name"),
        SUPPLIER_ORDER.c.order_date.label("date"), SUPPLIER_ORDER.c.delivery_date.label("due"),
        literal(0).label("version_number"),
    ),
}  # fmt: skip
_LINES: Mapping[DocumentKind, Any] = {
    DocumentKind.ORDER: _sales_line(LINE),
    DocumentKind.OFFER: _sales_line(_OFFER_LINE),
    DocumentKind.SUPPLIER_ORDER: select(
        SUPPLIER_LINE.c.id, SUPPLIER_LINE.c.position,
        func.coalesce(SUPPLIER_LINE.c.confirmed_date, SUPPLIER_LINE.c.delivery_date).label("due"),
    ),
}  # fmt: skip


def _rows(connection: Connection, query: Any, ids: list[int]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    column = next(iter(query.selected_columns))
    for start in range(0, len(ids), 500):
        found.update((row.id, row) for row in connection.execute(query.where(column.in_(ids[start : start + 500]))))
    return found
