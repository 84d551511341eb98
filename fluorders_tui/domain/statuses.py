"""The states of an order and of its lines (D-12).

Apart from the order itself, because the first screen names states and must not wait for all that an order is made of.
"""

from __future__ import annotations

from enum import StrEnum


class OrderStatus(StrEnum):
    """Header status (D-12.1)."""

    DRAFT = "draft"
    ENTERED = "entered"
    WAITING = "waiting for approval"
    LOCKED = "locked"
    REJECTED = "rejected"
    CONFIRMED = "confirmed"
    PARTIAL = "partially executed"
    EXECUTED = "executed"
    FORCED = "forcibly executed"
    CANCELLED = "cancelled"
    ARCHIVED = "archived"


class LineStatus(StrEnum):
    """D-12.2."""

    INSERTED = "inserted"
    CONFIRMED = "confirmed"
    ON_SUPPLY = "on supply"
    READY = "ready"
    PARTIAL = "partially executed"
    EXECUTED = "executed"
    FORCED = "forcibly executed"
    CANCELLED = "cancelled"


class Execution(StrEnum):
    """Fulfilment, always derived from quantities (D-12.1)."""

    NONE = "not executed"
    PARTIAL = "partially executed"
    EXECUTED = "executed"
    FORCED = "forcibly executed"
