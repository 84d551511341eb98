"""What needs a person now: drafts a crash left, orders they hold, late orders, and how many stand in each status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fluorders_tui.data.approval_counts import any_news, any_waiting, rejected_orders
from fluorders_tui.data.order_list import order_row, rows_by_id
from fluorders_tui.data.own_orders import newest_by
from fluorders_tui.data.supply_waiting import any_exception
from fluorders_tui.domain.permissions import Permission
from fluorders_tui.domain.statuses import OrderStatus
from fluorders_tui.services.autosave import abandoned, drafts_folder
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.draft_files import Abandoned
from fluorders_tui.services.holding import Held, held
from fluorders_tui.services.order_list import (
    LATE_ORDERS,
    OrderRow,
    OrderSort,
    OrderWindow,
    SortField,
    StatusCount,
    status_counts,
)
from fluorders_tui.services.supplier_holding import abandoned_supply

if TYPE_CHECKING:
    from fluorders_tui.data.supply_exception_rows import PendingException
    from fluorders_tui.services.approvals import News, WaitingOrder

__all__ = ["Needs", "needs_now"]


@dataclass(frozen=True, slots=True)
class Needs:
    """What the first screen shows; `late` and `mine` are the first few, `late_count` counts all late ones."""

    recovered: tuple[Abandoned[Any, Any], ...]
    held: tuple[Held, ...]
    late: tuple[OrderRow, ...]
    late_count: int
    mine: tuple[OrderRow, ...]
    statuses: Mapping[OrderStatus, StatusCount]
    supply: tuple[PendingException, ...] = ()
    """What suppliers changed: of orders that this person entered first, then what others have to decide (D-14.4)."""
    supply_count: int = 0
    """How many lines ask for a decision."""
    approvals: tuple[WaitingOrder, ...] = ()
    """The first few orders that this person may approve, reject or release now (D-16.5)."""
    approval_count: int = 0
    news: tuple[News, ...] = ()
    """Decisions on this person's orders that they have not looked at yet."""
    rejected: tuple[OrderRow, ...] = ()
    """Rejected orders that this person entered."""


def needs_now(desk: Desk, state: Path, *, few: int = 8) -> Needs:
    """Read it all; at most `few` rows of each kind. `state` is the folder of this user's drafts.

    Raises `Unreachable`.
    """
    window = OrderWindow(desk, LATE_ORDERS, OrderSort(SortField.DELIVERY_DATE, descending=False))
    late = window.rows(0, few)
    with desk.store.read() as connection:
        mine = rows_by_id(connection, newest_by(connection, desk.user, few))
        waiting = any_exception(connection)
        back = rows_by_id(connection, rejected_orders(connection, desk.user, few))
        held_orders = any_waiting(connection)
        told = any_news(connection, desk.user)
    supply = _supply(desk) if waiting else ()
    approvals = _approvals(desk) if held_orders and desk.may(Permission.APPROVE) else ()
    today = desk.today()
    return Needs(
        recovered=_recovered(desk, state)[:few],
        held=held(desk)[:few],
        late=tuple(late),
        late_count=window.count() if late else 0,
        mine=tuple(order_row(row, today) for row in mine),
        statuses=status_counts(desk),
        supply=supply[:few],
        supply_count=sum(1 for one in supply if one.exception.urgent),
        approvals=approvals[:few],
        approval_count=len(approvals),
        news=_news(desk, few) if told else (),
        rejected=tuple(order_row(row, today) for row in back),
    )


def _supply(desk: Desk) -> tuple[PendingException, ...]:
    """Of one's own orders all that suppliers changed, of others' what asks for a decision."""
    # Imported where there is something: all that supply is made of is much for the first screen.
    from fluorders_tui.services.supply_exceptions import exceptions

    found = [one for one in exceptions(desk) if one.entered_by == desk.user or one.exception.urgent]
    return tuple(sorted(found, key=lambda one: one.entered_by != desk.user))


def _approvals(desk: Desk) -> tuple[WaitingOrder, ...]:
    from fluorders_tui.services.approvals import waiting

    return waiting(desk, mine=True)


def _news(desk: Desk, few: int) -> tuple[News, ...]:
    from fluorders_tui.services.approvals import news

    return news(desk, few)


def _recovered(desk: Desk, state: Path) -> tuple[Abandoned[Any, Any], ...]:
    """Orders, offers and supplier orders that desks left behind, the newest first."""
    folder = drafts_folder(state, desk.store.shown_url, desk.user)
    try:
        found: list[Abandoned[Any, Any]] = [*abandoned(folder), *abandoned_supply(folder)]
        return tuple(sorted(found, key=lambda one: one.saved_at, reverse=True))
    except OSError:
        # Another desk took one up while the folder was read; it is listed right the next time.
        return ()
