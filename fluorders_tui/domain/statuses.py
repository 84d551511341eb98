"""The states of orders and their lines (D-12), of offers (D-13.1) and supplier orders (§14).

Apart from the documents themselves, because the first screen names states and must not wait for all that an order is
made of.
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


class OfferStatus(StrEnum):
    """Where an offer stands; *partly* and *fully converted* follow from its links (D-13.5)."""

    DRAFT = "draft"
    ENTERED = "entered"
    CONFIRMED = "confirmed"
    PARTLY = "partly converted"
    CONVERTED = "converted"
    LOST = "lost"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


class SupplierOrderStatus(StrEnum):
    """Where a supplier order stands; from *confirmed* on it follows from quantities."""

    DRAFT = "draft"
    ENTERED = "entered"
    CONFIRMED = "confirmed"
    PARTIAL = "partially received"
    RECEIVED = "received"
    CANCELLED = "cancelled"
