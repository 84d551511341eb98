"""Customers with limits and blocks, and orders of a known worth, for the tests of credit and approvals."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from fluorders_tui.data.order_progress import LineStep, write_progress
from fluorders_tui.data.store import Store
from fluorders_tui.domain.entry import change_quantity
from fluorders_tui.domain.order import LineStatus, OrderDraft, OrderStatus
from fluorders_tui.services.conditions import customer_conditions, item_card
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.orders import change_order, enter_order, open_order_row
from fluorders_tui.services.registries import get_row
from fluorders_tui.services.registry_saving import save_row
from fluorders_tui.services.saved_order import SavedOrder
from tests.shop import draft

#: A-100 costs 10.00, with 22 % VAT 12.20.
PIECE = "12.20"


def set_customer(desk: Desk, code: str, blocks: list[dict[str, Any]] | None = None, **values: Any) -> None:
    """Change how far a customer is trusted."""
    row = get_row(desk, "customers", code)
    children = None if blocks is None else {"customer-blocks": blocks}
    save_row(desk, "customers", values, row_id=row.id, children=children)


def person(desk: Desk, user: str, role: str) -> Desk:
    """The desk of somebody else, in the registry of users."""
    save_row(replace(desk, role="administrator"), "users", {"code": user, "name": user, "role": role})
    return replace(desk, user=user, role=role)


def pieces(desk: Desk, quantity: int, customer: str = "C0001") -> OrderDraft:
    """An order of so many pieces of A-100."""
    return draft(desk, ("A-100", quantity), customer=customer)


def entered(desk: Desk, quantity: int, customer: str = "C0001") -> OrderDraft:
    """The same, entered."""
    return enter_order(desk, pieces(desk, quantity, customer)).draft


def with_quantity(desk: Desk, order: OrderDraft, quantity: int) -> SavedOrder:
    """Save an order with another quantity."""
    conditions = customer_conditions(desk, order.customer)
    line = order.lines[0]
    changed = change_quantity(order, line, Decimal(quantity), conditions, item_card(desk, line.item, conditions))
    return change_order(desk, replace(order, lines=(changed, *order.lines[1:])))


def status(desk: Desk, order: OrderDraft) -> OrderStatus:
    """What an order is now."""
    return open_order_row(desk, order.id).draft.status


def confirm_order(desk: Desk, order: OrderDraft) -> None:
    """Confirm an order and its lines."""
    steps = {line.id: LineStep(status=LineStatus.CONFIRMED) for line in order.lines}
    with desk.store.write() as session:
        write_progress(session, order.id, steps, desk.now(), desk.user, header=OrderStatus.CONFIRMED)


def journal(store: Store, order_id: int) -> list[tuple[str, str, str]]:
    """Event, user and comment of all that happened to an order."""
    query = text("SELECT event, \"user\", comment FROM journal WHERE kind = 'order' AND document_id = :id ORDER BY id")
    with store.read() as connection:
        return [tuple(row) for row in connection.execute(query, {"id": order_id})]
