"""How statuses look on a screen: a glyph and a short word, so that colour is never the only sign (U-1.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fluorders_tui.domain.statuses import LineStatus, OfferStatus, OrderStatus, SupplierOrderStatus

__all__ = ["LINE_STATUS", "OFFER_STATUS", "ORDER_STATUS", "SUPPLIER_STATUS", "StatusLook"]


@dataclass(frozen=True, slots=True)
class StatusLook:
    """`look` is a look of a table's row."""

    glyph: str
    word: str
    look: str = ""

    def __str__(self) -> str:
        return f"{self.glyph} {self.word}"


ORDER_STATUS: Mapping[OrderStatus, StatusLook] = {
    OrderStatus.DRAFT: StatusLook("·", "draft", "muted"),
    OrderStatus.ENTERED: StatusLook("○", "entered"),
    OrderStatus.WAITING: StatusLook("?", "waiting", "warning"),
    OrderStatus.LOCKED: StatusLook("!", "locked", "warning"),
    OrderStatus.REJECTED: StatusLook("✗", "rejected", "bad"),
    OrderStatus.CONFIRMED: StatusLook("●", "confirmed"),
    OrderStatus.PARTIAL: StatusLook("◐", "partial", "good"),
    OrderStatus.EXECUTED: StatusLook("✓", "executed", "muted"),
    OrderStatus.FORCED: StatusLook("✓", "forced", "muted"),
    OrderStatus.CANCELLED: StatusLook("-", "cancelled", "muted"),
    OrderStatus.ARCHIVED: StatusLook("-", "archived", "muted"),
}

LINE_STATUS: Mapping[LineStatus, StatusLook] = {
    LineStatus.INSERTED: StatusLook("○", "inserted"),
    LineStatus.CONFIRMED: StatusLook("●", "confirmed"),
    LineStatus.ON_SUPPLY: StatusLook("◌", "on supply"),
    LineStatus.READY: StatusLook("◉", "ready", "good"),
    LineStatus.PARTIAL: StatusLook("◐", "partial", "good"),
    LineStatus.EXECUTED: StatusLook("✓", "executed", "muted"),
    LineStatus.FORCED: StatusLook("✓", "forced", "muted"),
    LineStatus.CANCELLED: StatusLook("-", "cancelled", "muted"),
}

OFFER_STATUS: Mapping[OfferStatus, StatusLook] = {
    OfferStatus.DRAFT: StatusLook("·", "draft", "muted"),
    OfferStatus.ENTERED: StatusLook("○", "entered"),
    OfferStatus.CONFIRMED: StatusLook("●", "confirmed", "good"),
    OfferStatus.PARTLY: StatusLook("◐", "partly", "good"),
    OfferStatus.CONVERTED: StatusLook("✓", "converted", "muted"),
    OfferStatus.LOST: StatusLook("✗", "lost", "muted"),
    OfferStatus.EXPIRED: StatusLook("!", "expired", "muted"),
    OfferStatus.SUPERSEDED: StatusLook("-", "superseded", "muted"),
}

SUPPLIER_STATUS: Mapping[SupplierOrderStatus, StatusLook] = {
    SupplierOrderStatus.DRAFT: StatusLook("·", "draft", "muted"),
    SupplierOrderStatus.ENTERED: StatusLook("○", "entered"),
    SupplierOrderStatus.CONFIRMED: StatusLook("●", "confirmed"),
    SupplierOrderStatus.PARTIAL: StatusLook("◐", "partial", "good"),
    SupplierOrderStatus.RECEIVED: StatusLook("✓", "received", "muted"),
    SupplierOrderStatus.CANCELLED: StatusLook("-", "cancelled", "muted"),
}
