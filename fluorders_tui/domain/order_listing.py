"""What a list of orders is asked for, and what a row of it says."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from fluorders_tui.domain.statuses import Execution, OrderStatus

#: Statuses of orders that still have something to deliver (D-12.1).
OPEN = (
    OrderStatus.ENTERED,
    OrderStatus.WAITING,
    OrderStatus.LOCKED,
    OrderStatus.CONFIRMED,
    OrderStatus.PARTIAL,
)


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders; everything left empty lets all of them through.

    `customer` is a code, `agent` the first agent's code, `type` an order type. `since` and `until` are order
    dates, both included. `late` means open with a delivery date before today. `text` is found as `find` finds it.
    """

    statuses: tuple[OrderStatus, ...] = ()
    late: bool = False
    customer: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    text: str = ""
    agent: str = ""
    type: str = ""
    currency: str = ""


ALL_ORDERS = OrderFilter()
OPEN_ORDERS = OrderFilter(statuses=OPEN)
LATE_ORDERS = OrderFilter(late=True)


class SortField(StrEnum):
    """What a list of orders is sorted by; `newest` is the order in which they were entered."""

    NEWEST = "newest"
    NUMBER = "number"
    DATE = "date"
    DELIVERY_DATE = "delivery_date"
    CUSTOMER = "customer"
    TOTAL = "total"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class OrderSort:
    """A sort. Orders without a delivery date, or a reference, come last either way.

    Totals are compared in company currency.
    """

    field: SortField = SortField.NEWEST
    descending: bool = True


NEWEST_FIRST = OrderSort()


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order in a list; `total` is in its own currency and has that currency's decimals."""

    id: int
    number: str
    type: str
    status: OrderStatus
    execution: Execution
    customer: str
    customer_name: str
    date: dt.date
    delivery_date: dt.date | None
    reference: str
    total: Decimal
    currency: str
    lines: int
    late: bool


@dataclass(frozen=True, slots=True)
class StatusCount:
    """How many orders stand in a status, and what they are worth in company currency."""

    count: int
    value: Decimal
