"""Reading what happened to an order, oldest first."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, select

from fluorders_tui.data.tables.base import table
from fluorders_tui.data.tables.documents import JournalEntry
from fluorders_tui.domain.story_words import StoryEntry, story_entry

_JOURNAL = table(JournalEntry)


def story_entries(
    connection: Connection,
    kind: str,
    document_id: int,
    local: Callable[[datetime], datetime],
    *,
    document: str = "order",
) -> tuple[StoryEntry, ...]:
    """The journal of one document in words; `local` turns UTC into the zone it is shown in.

    `document` is what the words call it.
    """
    rows = connection.execute(
        select(_JOURNAL).where(_JOURNAL.c.kind == kind, _JOURNAL.c.document_id == document_id).order_by(_JOURNAL.c.id)
    )
    return tuple(
        story_entry(
            local(row.at),
            row.user,
            row.event,
            row.from_status,
            row.to_status,
            row.comment,
            json.loads(row.before) if row.before else {},
            json.loads(row.after) if row.after else {},
            document=document,
        )
        for row in rows
    )


def first_user(connection: Connection, kind: str, document_id: int) -> str:
    """Who made a document, '' when nobody knows."""
    query = select(_JOURNAL.c.user).where(_JOURNAL.c.kind == kind, _JOURNAL.c.document_id == document_id)
    return connection.execute(query.order_by(_JOURNAL.c.id).limit(1)).scalar() or ""
