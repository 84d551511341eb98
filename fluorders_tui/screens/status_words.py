"""How statuses look on a screen: a glyph and a short word, so that colour is never the only sign (U-1.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fluorders_tui.domain.statuses import LineStatus, OrderStatus

__all__ = ["LINE_STATUS", "ORDER_STATUS", "StatusLook"]


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
