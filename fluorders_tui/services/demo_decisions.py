"""What waits for a decision in demo data: customers with limits and blocks, and orders the desk itself held back.

Made by the same services as at work, so that board, credit and story show what they would show there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from functools import partial

from fluorders_tui.domain.order import OrderStatus
from fluorders_tui.services.approvals import ask_release
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.order_life import Asked, OrderStep, take
from fluorders_tui.services.order_list import OrderFilter, OrderSort, OrderWindow
from fluorders_tui.services.orders import last_change, open_order_row
from fluorders_tui.services.registries import get_row
from fluorders_tui.services.registry_saving import save_row
from fluorders_tui.services.saved_order import SavedOrder

__all__ = ["hold_some_back"]

#: What the customers of the newest entered orders are, newest first: how much of the order their limit covers, why
#: they are blocked, whether a supervisor sees all their orders, and what the clerk says who asks for the release.
_TRUST: tuple[tuple[str, str, bool, str], ...] = (
    ("5", "", False, ""),
    ("0.6", "", False, "They pay on Friday, as always"),
    ("", "", True, ""),
    ("", "Invoices of September are unpaid", False, ""),
    ("8", "", False, ""),
    ("0.8", "", False, ""),
    ("0.2", "Cheque came back", False, "New owner, please look at it today"),
    ("3", "", False, ""),
)
_AFTER = dt.timedelta(minutes=25)


def hold_some_back(desk: Desk) -> None:
    """Say of a few customers how far they are trusted, and have their newest entered orders confirmed or held back.

    The same for the same orders. Raises `Unreachable`.
    """
    for order, (covers, unpaid, always, comment) in zip(_newest_entered(desk), _TRUST, strict=False):
        limit = order.totals.company_total * Decimal(covers) // 10 * 10 if covers else None
        _trust(desk, order.draft.customer, limit, unpaid, always=always)
        if Decimal(covers or 0) > 1:
            continue
        user, entered_at = last_change(desk, order.draft.id)
        clerk = open_desk(desk.store, user, clock=partial(_same, entered_at + _AFTER), version_checked=True)
        held = take(clerk, order.draft.id, Asked(OrderStep.CONFIRM)).draft.status
        if held is OrderStatus.LOCKED and comment:
            ask_release(clerk, order.draft.id, comment)


def _same(at: dt.datetime) -> dt.datetime:
    return at


def _newest_entered(desk: Desk) -> Iterator[SavedOrder]:
    """One order of each customer, of types that can be locked."""
    window = OrderWindow(desk, OrderFilter(statuses=(OrderStatus.ENTERED,)), OrderSort())
    seen: set[str] = set()
    for row in window.rows(0, 4 * len(_TRUST)):
        order = open_order_row(desk, row.id)
        if row.customer not in seen and order.draft.type.credit and not order.draft.type.exclude_lock:
            seen.add(row.customer)
            yield order


def _trust(desk: Desk, customer: str, limit: Decimal | None, unpaid: str, *, always: bool) -> None:
    block = {"blocked_for": "both", "reason": unpaid, "valid_from": desk.today() - dt.timedelta(days=30)}
    save_row(
        desk,
        "customers",
        {"credit_limit": limit, "always_authorise": always},
        row_id=get_row(desk, "customers", customer).id,
        children={"customer-blocks": [block] if unpaid else []},
    )
