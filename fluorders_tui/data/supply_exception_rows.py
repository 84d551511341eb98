"""The exceptions that stand at links until somebody decides (D-14.4): read, written and found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, case, select, update
from sqlalchemy.orm import Session

from fluorders_tui.data.link_rows import LINK, at_link, link_from
from fluorders_tui.data.order_rows import LINE, ORDER
from fluorders_tui.data.supplier_order_rows import SUPPLIER_ORDER
from fluorders_tui.domain import codec
from fluorders_tui.domain.links import DocumentKind, Link
from fluorders_tui.domain.supply_exceptions import SupplyException

_LONGEST_KIND = 40


@dataclass(frozen=True, slots=True)
class PendingException:
    """An exception with what people call both its ends; `link_id` is the row of the link it stands at."""

    link_id: int
    exception: SupplyException
    order_id: int
    order: str
    line: int
    line_id: int
    customer: str
    customer_name: str
    description: str
    supplier_order_id: int
    supplier_order: str
    supplier: str
    supplier_name: str
    entered_by: str = ""
    """Who entered the customer's order, and is told."""


def exceptions_at(connection: Connection, link: Link) -> tuple[SupplyException, ...]:
    """What stands at a link."""
    note = connection.execute(select(LINK.c.exception_note).where(at_link(link))).scalar()
    return _read(note or "")


def write_exceptions(session: Session, link: Link, exceptions: Sequence[SupplyException]) -> None:
    """Let these exceptions stand at a link, none when empty."""
    kinds = ", ".join(dict.fromkeys(one.kind.value for one in exceptions))[:_LONGEST_KIND]
    note = json.dumps([codec.to_data(one) for one in exceptions], ensure_ascii=False) if exceptions else ""
    session.connection().execute(
        update(LINK).where(at_link(link)).values(exception=kinds, exception_note=note, version=LINK.c.version + 1)
    )


def _read(note: str) -> tuple[SupplyException, ...]:
    return tuple(codec.from_data(SupplyException, one) for one in json.loads(note)) if note else ()


def link_at(connection: Connection, link_id: int) -> Link | None:
    """The link of a row, None when it is not there any more."""
    row = connection.execute(select(LINK).where(LINK.c.id == link_id)).first()
    return link_from(row) if row else None


def pending_exceptions(connection: Connection, limit: int = 0) -> list[PendingException]:
    """All exceptions, those made first coming first; at most those of `limit` links when it is not 0."""
    to_order = LINK.c.target_kind == DocumentKind.ORDER.value
    customer_line = case((to_order, LINK.c.target_line), else_=LINK.c.source_line)
    supplier_order = case((to_order, LINK.c.source_document), else_=LINK.c.target_document)
    query = (
        select(
            LINK, ORDER.c.id.label("order_id"), ORDER.c.number, ORDER.c.customer_code, ORDER.c.customer_name,
            LINE.c.id.label("line_id"), LINE.c.position, LINE.c.description, SUPPLIER_ORDER.c.id.label("supplier_id"),
            SUPPLIER_ORDER.c.number.label("supplier_number"), SUPPLIER_ORDER.c.supplier_code,
            SUPPLIER_ORDER.c.supplier_name, ORDER.c.entered_by,
        )
        .join(LINE, LINE.c.id == customer_line)
        .join(ORDER, ORDER.c.id == LINE.c.order_id)
        .join(SUPPLIER_ORDER, SUPPLIER_ORDER.c.id == supplier_order)
        .where(LINK.c.exception != "")
        .order_by(LINK.c.id)
    )  # fmt: skip
    rows = connection.execute(query.limit(limit) if limit else query)
    return [one for row in rows for one in _pending(row)]


def _pending(row: Any) -> list[PendingException]:
    return [
        PendingException(
            row.id,
            exception,
            row.order_id,
            row.number,
            row.position,
            row.line_id,
            row.customer_code,
            row.customer_name,
            row.description,
            row.supplier_id,
            row.supplier_number,
            row.supplier_code,
            row.supplier_name,
            row.entered_by,
        )
        for exception in _read(row.exception_note)
    ]
