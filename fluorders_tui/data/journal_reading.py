"""Reading the journal of one document or registry row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from fluorders_tui.data.tables.base import table
from fluorders_tui.data.tables.documents import JournalEntry
from fluorders_tui.domain.lifecycle import HELD
from fluorders_tui.domain.order import OrderStatus


def status_before_hold(connection: Connection, order_id: int) -> OrderStatus | None:
    """What an order was before it was locked, left waiting or rejected the last time; None for one that never was."""
    journal, held = table(JournalEntry), [status.value for status in HELD]
    query = select(journal.c.from_status).where(
        journal.c.kind == "order",
        journal.c.document_id == order_id,
        journal.c.to_status.in_(held),
        journal.c.from_status.not_in(held),
        journal.c.from_status != "",
    )
    found = connection.execute(query.order_by(journal.c.id.desc()).limit(1)).scalar()
    return OrderStatus(found) if found else None


def entries_of(connection: Connection, kind: str, document_id: int, limit: int) -> Sequence[Any]:
    """The newest `limit` entries first; `kind` is `order` or a registry's name."""
    journal = table(JournalEntry)
    columns = (journal.c.at, journal.c.user, journal.c.event, journal.c.comment, journal.c.before, journal.c.after)
    query = select(*columns).where(journal.c.kind == kind, journal.c.document_id == document_id)
    return connection.execute(query.order_by(journal.c.id.desc()).limit(limit)).all()
