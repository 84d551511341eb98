"""An order that was locked when it was saved: the clerk is told why, and F9 asks for its release (D-11.2)."""

from __future__ import annotations

from fluorders_tui.domain.lifecycle import HELD
from fluorders_tui.domain.order import OrderDraft, OrderStatus
from fluorders_tui.screens.document_typing import DocumentTyping
from fluorders_tui.screens.release_words import held_back, release_asked
from fluorders_tui.services.approvals import ask_release, reasons_of

__all__ = ["ReleaseAsking"]


class ReleaseAsking(DocumentTyping):
    """What the order screen knows of the order that was held back last."""

    held_order = 0
    """The row of the order that was just saved and held back, until the next one is begun."""

    async def why_held(self, draft: OrderDraft) -> str:
        """Why an order that was just saved goes no further, and the way out; '' for one that does."""
        self.held_order = 0
        if draft.status not in HELD or draft.status is OrderStatus.REJECTED:
            return ""
        desk, row = self.desk, draft.id
        reasons = await self.desk_app.ask(lambda: reasons_of(desk, row))
        self.held_order = row
        asked = any(one.asked_by for one in reasons)
        return f"{held_back(reasons)}." + ("" if asked else " F9 asks for release.")

    async def ask_for_release(self, row: int) -> None:
        """Ask that a held order be let go, and say whom."""
        desk = self.desk
        asked = await self.desk_app.ask(lambda: ask_release(desk, row), what="Asking…")
        self.held_order = 0
        self.message_line.say(release_asked(asked), "done")
