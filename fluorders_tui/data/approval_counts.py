"""What the first screen asks of approvals: whether anything waits, was decided, or came back (D-16.5)."""

from __future__ import annotations

from sqlalchemy import Connection, or_, select

from fluorders_tui.data.tables import documents
from fluorders_tui.data.tables.approvals import Approval
from fluorders_tui.data.tables.base import table

_APPROVAL = table(Approval)
_ORDER = table(documents.CustomerOrder)


def any_waiting(connection: Connection) -> bool:
    """Whether any order waits for an approval or a release."""
    return connection.execute(select(_APPROVAL.c.id).where(_APPROVAL.c.state == "waiting").limit(1)).first() is not None


def any_news(connection: Connection, user: str) -> bool:
    """Whether something was decided that this person asked for or caused, and has not looked at yet."""
    query = select(_APPROVAL.c.id).where(
        or_(_APPROVAL.c.caused_by == user, _APPROVAL.c.asked_by == user),
        _APPROVAL.c.heard_at.is_(None),
        _APPROVAL.c.decided_at.is_not(None),
        _APPROVAL.c.state.in_(("approved", "rejected")),
    )
    return connection.execute(query.limit(1)).first() is not None


def rejected_orders(connection: Connection, user: str, limit: int) -> list[int]:
    """Rejected orders that this person entered, newest first."""
    query = select(_ORDER.c.id).where(_ORDER.c.status == "rejected", _ORDER.c.entered_by == user)
    return list(connection.execute(query.order_by(_ORDER.c.id.desc()).limit(limit)).scalars())
