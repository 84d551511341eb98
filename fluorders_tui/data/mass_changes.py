"""Mass changes in the journal: one entry begins each, and one keeps what each order was before (D-17.4, E-1.4).

The entry that begins a change stands under document 0, its own id is the change's; all others are under that id.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.orm import Session

from fluorders_tui.data.journal import Event, record
from fluorders_tui.data.tables.base import table
from fluorders_tui.data.tables.documents import JournalEntry

KIND = "mass change"
_JOURNAL = table(JournalEntry)
_CHANGED, _UNDONE, _CLOSED = "order changed", "order undone", "undone"


@dataclass(frozen=True, slots=True)
class Begun:
    """A mass change: when (UTC), by whom, what it did in words, how many orders it changed, and if it was undone."""

    id: int
    at: dt.datetime
    user: str
    about: str
    orders: int
    undone: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """What one order was before: `before` as it was kept, `version` the one that the change gave it."""

    order_id: int
    number: str
    version: int
    before: Mapping[str, Any]


def begin(session: Session, at: dt.datetime, user: str, about: str) -> int:
    """Write that a mass change begins; gives its id."""
    values = {
        "version": 1,
        "at": at,
        "user": user,
        "kind": KIND,
        "document_id": 0,
        "number": "",
        "event": "begun",
        "from_status": "",
        "to_status": "",
        "comment": about,
        "before": "",
        "after": "",
    }
    begun: int = session.connection().execute(insert(_JOURNAL).values(values).returning(_JOURNAL.c.id)).scalar_one()
    return begun


def keep(session: Session, at: dt.datetime, user: str, change_id: int, kept: Kept) -> None:
    """Write what an order was before the change, in the transaction that changes it."""
    after = {"order": kept.order_id, "version": kept.version}
    record(session, at, user, [Event(KIND, change_id, kept.number, _CHANGED, before=kept.before, after=after)])


def mark_undone(session: Session, at: dt.datetime, user: str, change_id: int, order_id: int, number: str) -> None:
    """Write that one order of the change is as it was, in the transaction that makes it so."""
    record(session, at, user, [Event(KIND, change_id, number, _UNDONE, after={"order": order_id})])


def close(session: Session, at: dt.datetime, user: str, change_id: int, about: str) -> None:
    """Write that the change is undone as far as it can be."""
    record(session, at, user, [Event(KIND, change_id, "", _CLOSED, comment=about)])


def newest(connection: Connection, limit: int) -> list[Begun]:
    """The newest mass changes, at most `limit`."""
    mine = (_JOURNAL.c.kind == KIND, _JOURNAL.c.document_id == 0)
    rows = connection.execute(select(_JOURNAL).where(*mine).order_by(_JOURNAL.c.id.desc()).limit(limit)).all()
    return [_begun(connection, row) for row in rows]


def begun(connection: Connection, change_id: int) -> Begun | None:
    """The mass change with this id, None where there is none."""
    mine = (_JOURNAL.c.kind == KIND, _JOURNAL.c.document_id == 0)
    row = connection.execute(select(_JOURNAL).where(_JOURNAL.c.id == change_id, *mine)).first()
    return _begun(connection, row) if row is not None else None


def _begun(connection: Connection, row: Any) -> Begun:
    events = connection.execute(
        select(_JOURNAL.c.event, func.count().label("orders"))
        .where(_JOURNAL.c.kind == KIND, _JOURNAL.c.document_id == row.id)
        .group_by(_JOURNAL.c.event)
    )
    counts: dict[str, int] = {one.event: one.orders for one in events}
    return Begun(row.id, row.at, row.user, row.comment, counts.get(_CHANGED, 0), counts.get(_CLOSED, 0) > 0)


def kept_orders(connection: Connection, change_id: int) -> list[Kept]:
    """What the orders of a change were, the last one changed first; those undone already are left out."""
    mine = (_JOURNAL.c.kind == KIND, _JOURNAL.c.document_id == change_id)
    done: set[int] = {
        json.loads(after)["order"]
        for after in connection.execute(select(_JOURNAL.c.after).where(*mine, _JOURNAL.c.event == _UNDONE)).scalars()
    }
    rows = connection.execute(
        select(_JOURNAL.c.number, _JOURNAL.c.before, _JOURNAL.c.after)
        .where(*mine, _JOURNAL.c.event == _CHANGED)
        .order_by(_JOURNAL.c.id.desc())
    )
    found: list[Kept] = []
    for row in rows:
        after = json.loads(row.after)
        if after["order"] not in done:
            found.append(Kept(after["order"], row.number, after["version"], json.loads(row.before or "{}")))
    return found
