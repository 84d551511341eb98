"""What a list of the lines of all orders is asked for, and what a row of it says (D-17.4)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from fluorders_tui.domain.order import LineStatus, LineType, OrderStatus, PriceOrigin

#: Statuses of lines that nothing more is delivered of (D-12.2).
CLOSED_LINES = (LineStatus.EXECUTED, LineStatus.FORCED, LineStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class LineFilter:
    """Which lines; everything left empty lets all of them through.

    `open_only` are lines of open orders of which something is still to be delivered, notes never; `late` are
    those of them with a delivery date before today. `item`, `customer`, `item_class` and `type` are codes,
    `number` an order's number or its figures. `delivery_since` and `delivery_until` are days of the line's
    delivery, `since` and `until` of the order, both included. `text` means an item, or orders as the list of
    orders finds them.
    """

    open_only: bool = False
    late: bool = False
    item: str = ""
    item_class: str = ""
    customer: str = ""
    number: str = ""
    type: str = ""
    order_statuses: tuple[OrderStatus, ...] = ()
    line_statuses: tuple[LineStatus, ...] = ()
    origins: tuple[PriceOrigin, ...] = ()
    delivery_since: dt.date | None = None
    delivery_until: dt.date | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    text: str = ""


ALL_LINES = LineFilter()
OPEN_LINES = LineFilter(open_only=True)
LATE_LINES = LineFilter(late=True)


class LineSort(StrEnum):
    """What a list of lines is sorted by. The lines of one order keep their order in `newest` and `oldest`.

    All the others go from the smallest on; lines without a delivery date come last.
    """

    NEWEST = "newest"
    OLDEST = "oldest"
    DELIVERY_DATE = "delivery_date"
    ITEM = "item"
    CUSTOMER = "customer"
    NET = "net"


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line in a list. `remaining` is what is still to be delivered (D-15.2), in `uom` like the other quantities.

    `price` and `net` are in the order's currency, `net` with that currency's decimals and before final discounts.
    """

    id: int
    order_id: int
    number: str
    order_status: OrderStatus
    customer: str
    customer_name: str
    order_date: dt.date
    line: int
    line_type: LineType
    status: LineStatus
    item: str
    description: str
    quantity: Decimal
    executed: Decimal
    remaining: Decimal
    uom: str
    price: Decimal
    price_origin: PriceOrigin
    discounts: str
    net: Decimal
    currency: str
    delivery_date: dt.date | None
    note: str
    late: bool
