"""Reading the journal of one document or registry row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from fluorders_tui.data.tables.base import table
from fluorders_tui.data.tables.documents import JournalEntry


def entries_of(connection: Connection, kind: str, document_id: int, limit: int) -> Sequence[Any]:
    """The newest `limit` entries first; `kind` is `order` or a registry's name."""
    journal = table(JournalEntry)
    columns = (journal.c.at, journal.c.user, journal.c.event, journal.c.comment, journal.c.before, journal.c.after)
    query = select(*columns).where(journal.c.kind == kind, journal.c.document_id == document_id)
    return connection.execute(query.order_by(journal.c.id.desc()).limit(limit)).all()
