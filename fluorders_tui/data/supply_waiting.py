"""Whether anything of a supplier's change waits for a decision; light, for the first screen asks it (D-14.4)."""

from __future__ import annotations

from sqlalchemy import Connection, literal, select

from fluorders_tui.data.tables.base import table
from fluorders_tui.data.tables.supply import DocumentLink

_LINK = table(DocumentLink)


def any_exception(connection: Connection) -> bool:
    """Whether an exception stands at any link; an index knows only those."""
    return connection.execute(select(literal(1)).where(_LINK.c.exception != "").limit(1)).first() is not None
