"""The orders a person entered lately."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from fluorders_tui.data.tables import documents
from fluorders_tui.data.tables.base import table

_ORDER = table(documents.CustomerOrder)

#: How far back the search goes: no index knows who entered an order, and reading these rows takes a millisecond.
_LATELY = 2_000


def newest_by(connection: Connection, user: str, limit: int) -> list[int]:
    """The rows of the newest orders that `user` entered, newest first; only among the last entered of all."""
    newest = select(func.coalesce(func.max(_ORDER.c.id), 0)).scalar_subquery()
    mine = select(_ORDER.c.id).where(_ORDER.c.id > newest - _LATELY, _ORDER.c.entered_by == user)
    return list(connection.execute(mine.order_by(_ORDER.c.id.desc()).limit(limit)).scalars())
