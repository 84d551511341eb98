"""What needs little of approvals: whether anything waits, was decided or came back, and orders that close (D-16.5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import Connection, or_, select, update

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


def withdraw_requests(connection: Connection, orders: Collection[int], at: dt.datetime) -> None:
    """Nobody has to decide any more on orders that were cancelled."""
    connection.execute(
        update(_APPROVAL)
        .where(_APPROVAL.c.order_id.in_(sorted(orders)), _APPROVAL.c.state == "waiting")
        .values(state="withdrawn", decided_at=at, version=_APPROVAL.c.version + 1)
    )
