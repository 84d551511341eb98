"""What the board's lanes are called, what their rows say, and what stands below the list for the row of the cursor."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fluorders_tui.screens.base import DeskScreen
from fluorders_tui.screens.status_words import ORDER_STATUS
from fluorders_tui.services.approvals import WaitingOrder
from fluorders_tui.services.board import ExceptionRow, Lane, WaitingRow
from fluorders_tui.services.order_list import OrderRow
from fluorders_tui.widgets.row_sources import Row
from fluorders_tui.widgets.table_layout import Column

__all__ = ["LANE_LOOKS", "LaneLook", "about_waiting", "lane_row", "waited_text"]


@dataclass(frozen=True, slots=True)
class LaneLook:
    """How a lane is called, where its rows have which columns, and what it says when nothing is in it."""

    title: str
    columns: Sequence[Column]
    empty: str
    pressing: bool = False


_ORDERS = (
    Column("number", "Number", 12),
    Column("status", "Status", 11),
    Column("customer", "Customer", 16, flex=True),
    Column("date", "Date", 10, drop=3),
    Column("delivery", "Delivery", 12),
    Column("lines", "Lines", 5, align="right", drop=2),
    Column("total", "Total", 13, align="right"),
    Column("currency", "", 3, drop=1),
)
_WAITING = (
    Column("number", "Number", 12),
    Column("customer", "Customer", 14, flex=True),
    Column("total", "Total", 12, align="right"),
    Column("excess", "Too much", 11, align="right"),
    Column("margin", "Margin", 10, align="right", drop=3),
    Column("waited", "Waits", 8, align="right"),
    Column("asked", "Asked by", 9, drop=2),
    Column("why", "Why", 20, flex=True, drop=4),
)
_OF_ONE_STATUS = tuple(column for column in _ORDERS if column.key != "status")
_EXCEPTIONS = (
    Column("number", "Order", 12),
    Column("line", "Ln", 3, align="right", drop=2),
    Column("customer", "Customer", 14, flex=True),
    Column("item", "Item", 12),
    Column("quantity", "Missing", 9, align="right"),
    Column("promised", "Promised", 10, drop=1),
    Column("due", "Comes", 10),
    Column("supplier", "Supplier order", 14, drop=3),
)

LANE_LOOKS: Mapping[Lane, LaneLook] = {
    Lane.WAITING: LaneLook("Waiting", _WAITING, "Nothing waits for approval.", pressing=True),
    Lane.LATE: LaneLook("Late", _ORDERS, "Nothing is late.", pressing=True),
    Lane.EXCEPTIONS: LaneLook("Exceptions", _EXCEPTIONS, "No supplier has changed anything.", pressing=True),
    Lane.ENTERED: LaneLook("Entered", _OF_ONE_STATUS, "No order waits to be confirmed."),
    Lane.CONFIRMED: LaneLook("Confirmed", _OF_ONE_STATUS, "No confirmed order waits for delivery."),
    Lane.PARTIAL: LaneLook("Partial", _OF_ONE_STATUS, "No order is partly delivered."),
    Lane.REJECTED: LaneLook("Rejected", _OF_ONE_STATUS, "No order is rejected."),
    Lane.EXECUTED: LaneLook("Executed", _ORDERS, "No order is executed yet."),
}


def lane_row(screen: DeskScreen, lane: Lane, one: OrderRow | ExceptionRow | WaitingRow) -> Row:
    """How a row of a lane is shown."""
    if isinstance(one, WaitingRow):
        return _waiting_row(screen, one)
    if isinstance(one, ExceptionRow):
        return _exception_row(screen, one)
    return _order_row(screen, one, LANE_LOOKS[lane].columns is _ORDERS)


def _order_row(screen: DeskScreen, order: OrderRow, with_status: bool) -> Row:
    look = ORDER_STATUS[order.status]
    late = "! " if order.late else "  "
    cells = (
        order.number,
        *([str(look)] if with_status else []),
        order.customer_name or order.customer,
        screen.day(order.date),
        f"{late}{screen.day(order.delivery_date)}" if order.delivery_date else "",
        str(order.lines),
        screen.money(order.total),
        order.currency,
    )
    return Row(order.id, cells, "warning" if order.late else look.look)


def _waiting_row(screen: DeskScreen, row: WaitingRow) -> Row:
    order = row.order
    cells = (
        order.number,
        order.customer_name or order.customer,
        screen.amount(order.company_total),
        screen.amount(order.excess) if order.excess else "",
        screen.amount(order.margin),
        waited_text(order.waited),
        order.asked_by,
        order.why,
    )
    return Row(row.id, cells, "" if order.mine else "muted")


def waited_text(waited: dt.timedelta) -> str:
    """`12 min`, `3 h`, `2 d 5 h`: never more than eight characters."""
    minutes = max(0, int(waited.total_seconds() // 60))
    hours, days = minutes // 60, minutes // 1440
    if days >= 100:
        return f"{days} d"
    if days:
        return f"{days} d {hours % 24} h"
    return f"{hours} h" if hours else f"{minutes} min"


def about_waiting(order: WaitingOrder) -> str:
    """Why an order waits, who asked and what they said, for the line below the list."""
    asked = f" {order.asked_by} asks" + (f": {order.comment}" if order.comment else ".") if order.asked_by else ""
    turn = "" if order.mine else " Not yours to decide."
    return f"{order.why}{asked}{turn}"


def _exception_row(screen: DeskScreen, row: ExceptionRow) -> Row:
    pending, exception = row.pending, row.pending.exception
    cells = (
        pending.order,
        str(pending.line),
        pending.customer_name or pending.customer,
        exception.item,
        screen.number(exception.quantity),
        screen.day(exception.promised),
        screen.day(exception.due) or "never",
        pending.supplier_order,
    )
    return Row(row.id, cells, "bad" if exception.urgent else "warning")
