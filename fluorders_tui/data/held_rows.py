"""Held drafts in the database, each belonging to one person (D-12.9)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select
from sqlalchemy.orm import Session

from fluorders_tui.data.tables.base import table
from fluorders_tui.data.tables.documents import HeldDraft

_HELD = table(HeldDraft)


def add_held(session: Session, user: str, title: str, at: dt.datetime, payload: str) -> int:
    """Put a draft aside; returns its row."""
    values = {"version": 1, "user": user, "title": title, "held_at": at, "payload": payload}
    row: int = session.connection().execute(insert(_HELD).values(values).returning(_HELD.c.id)).scalar_one()
    return row


def held_rows(connection: Connection, user: str) -> list[Row[Any]]:
    """`id`, `title` and `held_at` of a person's held drafts, newest first.

    `offer` says which are offers, `supply` which are supplier orders.
    """
    # What makes a draft one of them is stored under these names alone; inside a text their quotes are escaped.
    offer = _HELD.c.payload.contains('"terms":{').label("offer")
    supply = _HELD.c.payload.contains('"supply":{').label("supply")
    columns = (_HELD.c.id, _HELD.c.title, _HELD.c.held_at, offer, supply)
    return list(connection.execute(select(*columns).where(_HELD.c.user == user).order_by(_HELD.c.id.desc())))


def take_held(session: Session, user: str, row: int) -> str | None:
    """Remove a held draft and return its payload, None when it is gone."""
    return (
        session.connection()
        .execute(delete(_HELD).where(_HELD.c.id == row, _HELD.c.user == user).returning(_HELD.c.payload))
        .scalar()
    )
