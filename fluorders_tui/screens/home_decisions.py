"""What the first screen says about approvals: what waits for this person, and what became of theirs (D-16.5)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fluorders_tui.services.needs import Needs

#: A row: text, detail, look, and where it leads.
Row = tuple[str, str, str, Any]

#: Makes where a row leads, from a screen and its arguments.
Leads = Callable[[str, dict[str, Any]], Any]


def to_decide(needs: Needs, money: Callable[[Decimal], str], leads: Leads) -> list[Row]:
    """Orders that wait for this person's approval or release: the board has them on top."""
    rows: list[Row] = []
    for one in needs.approvals:
        over = f"{money(one.excess)} over" if one.excess else one.reasons[0].kind
        who = f"{one.number} {one.customer_name or one.customer}"
        rows.append((who, over, "warning" if one.asked_by else "", leads("board", {})))
    return rows


def decided(needs: Needs, leads: Leads) -> list[Row]:
    """What was decided on orders of this person, until they have looked; then the rejected ones stay."""
    rows: list[Row] = []
    for one in needs.news:
        said = f"{'released' if one.approved else 'rejected'} by {one.by}"
        text = f"{one.number} {one.customer_name}"
        rows.append((text, said, "good" if one.approved else "bad", leads("order_status", {"number": one.number})))
    told = {one.order_id for one in needs.news}
    for order in needs.rejected:
        if order.id not in told:
            text = f"{order.number} {order.customer_name}"
            rows.append((text, "rejected", "bad", leads("order_status", {"number": order.number})))
    return rows
