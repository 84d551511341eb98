"""What somebody needs to save a change of an order: who sees to deliveries moves dates, and sets no price (P-71)."""

from __future__ import annotations

from collections.abc import Iterable

from fluorders_tui.domain.order import OrderDraft, OrderLine, PriceOrigin
from fluorders_tui.domain.permissions import Permission
from fluorders_tui.services.desk import Desk, check_permission
from fluorders_tui.services.order_changes import changes

#: Fields of a header or a line that say when, how and with which words goods go out.
_DELIVERY = frozenset(
    {"delivery_date", "ready_date", "note", "internal_note", "carrier", "shipping_method", "packing"}
)  # fmt: skip


def check_change(desk: Desk, before: OrderDraft, after: OrderDraft) -> None:
    """Raise `NotAllowed` where this person's role may not make what differs between two states of an order (P-183)."""
    was, becomes = changes(before, after)
    if all(name.rpartition(".")[2] in _DELIVERY for name in {*was, *becomes}):
        check_permission(desk, Permission.MOVE_DELIVERIES)
        return
    check_permission(desk, Permission.CHANGE)
    known = {line.id: line for line in before.lines if line.id}
    check_hand_prices(desk, after.lines, known)


def check_hand_prices(desk: Desk, lines: Iterable[OrderLine], known: dict[int, OrderLine] | None = None) -> None:
    """Raise `NotAllowed` where a line has a new price typed by hand and this person's role may not (P-183)."""
    for place, line in enumerate(lines, 1):
        old = (known or {}).get(line.id)
        if line.price_source.origin is PriceOrigin.MANUAL and (old is None or old.price != line.price):
            check_permission(desk, Permission.HAND_PRICES, field=f"lines[{place}].price")
