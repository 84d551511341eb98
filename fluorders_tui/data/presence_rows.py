"""Who has which document open, as the desks themselves say it every few seconds (D-12.7b)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.orm import Session

from fluorders_tui.data.change_feed import PRESENCE, announce
from fluorders_tui.data.tables.base import table
from fluorders_tui.data.tables.documents import CustomerOrder, Presence
from fluorders_tui.data.tables.offers import Offer

KIND = PRESENCE

_PRESENCE = table(Presence)
_DOCUMENTS = {"order": table(CustomerOrder), "offer": table(Offer)}


def write_presence(
    session: Session, desk: str, kind: str, document_id: int, *, user: str, place: str, at: dt.datetime
) -> None:
    """The screen `desk` has this document open at `at` (UTC)."""
    mine = (_PRESENCE.c.desk == desk, _PRESENCE.c.kind == kind, _PRESENCE.c.document_id == document_id)
    connection = session.connection()
    if connection.execute(update(_PRESENCE).where(*mine).values(seen_at=at)).rowcount:
        return
    key = {"desk": desk, "kind": kind, "document_id": document_id}
    connection.execute(
        insert(_PRESENCE).values(version=1, **key, user=user[:60], place=place[:60], opened_at=at, seen_at=at)
    )
    announce(connection, [KIND])


def remove_presence(session: Session, desk: str) -> None:
    """The screen `desk` was left."""
    connection = session.connection()
    connection.execute(delete(_PRESENCE).where(_PRESENCE.c.desk == desk))
    announce(connection, [KIND])


def version_of(connection: Connection, kind: str, document_id: int) -> int | None:
    """The version a document is stored at now; None where it is gone or nobody counts its versions."""
    document = _DOCUMENTS.get(kind)
    if document is None:
        return None
    return connection.execute(select(document.c.version).where(document.c.id == document_id)).scalar()


def sweep_presence(session: Session, before: dt.datetime) -> None:
    """Forget the desks that were last heard of before then."""
    session.connection().execute(delete(_PRESENCE).where(_PRESENCE.c.seen_at < before))


def presence_rows(
    connection: Connection, kind: str, document_id: int, since: dt.datetime, until: dt.datetime
) -> list[Row[Any]]:
    """`desk`, `user`, `place` and `opened_at` of the screens heard of in between, those first that opened it first."""
    columns = (_PRESENCE.c.desk, _PRESENCE.c.user, _PRESENCE.c.place, _PRESENCE.c.opened_at)
    query = select(*columns).where(
        _PRESENCE.c.kind == kind,
        _PRESENCE.c.document_id == document_id,
        _PRESENCE.c.seen_at >= since,
        _PRESENCE.c.seen_at <= until,
    )
    return list(connection.execute(query.order_by(_PRESENCE.c.opened_at, _PRESENCE.c.id)))
