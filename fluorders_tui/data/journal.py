"""Adding to the journal, always in the transaction of what happened (E-1.4)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from fluorders_tui.data.bulk import insert_many
from fluorders_tui.data.change_feed import announce
from fluorders_tui.data.tables.base import table
from fluorders_tui.data.tables.documents import JournalEntry


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a document or registry row; `before` and `after` hold the changed fields."""

    kind: str
    document_id: int
    number: str
    event: str
    from_status: str = ""
    to_status: str = ""
    comment: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, default=str, separators=(",", ":")) if values else ""


def record(session: Session, at: dt.datetime, user: str, events: Sequence[Event]) -> None:
    """Add `events` as of `at` (UTC) by `user`, and tell the other desks once they are committed."""
    if not events:
        return
    rows = [
        {
            "version": 1,
            "at": at,
            "user": user,
            "kind": event.kind,
            "document_id": event.document_id,
            "number": event.number,
            "event": event.event,
            "from_status": event.from_status,
            "to_status": event.to_status,
            "comment": event.comment,
            "before": _json(event.before),
            "after": _json(event.after),
        }
        for event in events
    ]
    connection = session.connection()
    insert_many(connection, table(JournalEntry), rows)
    announce(connection, {event.kind for event in events})
