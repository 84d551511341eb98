"""Approving and rejecting on the board: what is selected, with a comment, one or many at once (D-16.5)."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult

from fluorders_tui.domain.errors import DeskError, Invalid
from fluorders_tui.screens.long_work import LongWork
from fluorders_tui.services.approvals import Decided, approve, reject
from fluorders_tui.services.board import Lane
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.virtual_table import VirtualTable

__all__ = ["BoardDeciding"]

LETTERS = ("approve", "reject", "lane", "next_lane", "previous_lane", "mark", "cursor_first", "cursor_last")
"""Commands whose keys are text while a comment is typed."""


class BoardDeciding(LongWork):
    """A board whose waiting lane is decided on: `a` or `r`, a comment, Enter.

    Everything selected is meant, else the order under the cursor. Each order is decided on in a transaction of its
    own; what can't be done is listed with its reason and stays selected.
    """

    table: VirtualTable

    def __init__(self) -> None:
        super().__init__()
        self._deciding = ""
        self._meant: tuple[int, ...] = ()
        self._done = "decided"

    def comment_field(self) -> ComposeResult:
        """The field for the comment, below the list; hidden until `a` or `r`."""
        yield Field("comment", "Comment", label_width=9, width=0, id="comment", max_length=500,
                    help="What the clerk reads. Approving needs none, rejecting does.")  # fmt: skip

    @property
    def lane(self) -> Lane:
        """The lane that is shown."""
        raise LookupError

    async def rows_meant(self) -> tuple[int, ...]:
        """The rows of the orders that are selected, else that of the one under the cursor."""
        raise LookupError

    async def decided(self) -> None:
        """Something was decided: read the lane again."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if self._deciding and action in LETTERS:
            return False
        if action in ("approve", "reject") and self.lane is not Lane.WAITING:
            return None
        return super().check_action(action, parameters)

    async def action_approve(self) -> None:
        await self._begin("approve")

    async def action_reject(self) -> None:
        await self._begin("reject")

    async def _begin(self, what: str) -> None:
        if self.is_busy():
            return
        self._meant = await self.rows_meant()
        if not self._meant:
            self.message_line.say("Nothing waits here.", "warning")
            return
        self._deciding = what
        comment = self.field("comment")
        comment.clear()
        comment.add_class("-open")
        comment.focus()
        how_many = "the order" if len(self._meant) == 1 else f"{len(self._meant)} orders"
        hint = "Enter does it, with or without a comment" if what == "approve" else "say why, then Enter"
        self.message_line.say(f"{what.capitalize()} {how_many}: {hint}. F12 gives up.")
        self.refresh_bindings()

    async def fields_done(self) -> None:
        """Enter in the comment: decide."""
        if not self._deciding:
            return
        comment, meant, what = self.field("comment").text.strip(), self._meant, self._deciding
        if what == "reject" and not comment:
            self.field("comment").show_error(
                Invalid("Say why: the clerk has to know what to change.", field="comment", rule="D-16.5")
            )
            return
        self._close_comment()
        self._done = "approved" if what == "approve" else "rejected"
        desk, decide = self.desk, approve if what == "approve" else reject
        progress = self.progress(lambda done: f"{done} of {len(meant)}…")
        await self.run_long(
            lambda: decide(desk, meant, comment, progress=progress), self._tell, f"{what.capitalize()}: {len(meant)}"
        )

    async def work_refused(self, error: DeskError) -> None:
        await self.decided()
        self.message_line.tell(error)

    async def _tell(self, found: Sequence[Decided]) -> None:
        failed = [one for one in found if one.error is not None]
        self.table.marks.clear()
        self.table.marks |= {one.order_id for one in failed} if len(found) > 1 else set()
        await self.decided()
        done = len(found) - len(failed)
        how = "decided" if any(one.left for one in found) else self._done
        if not failed:
            said = f"Order {found[0].number}: {found[0].text}." if len(found) == 1 else f"{done} orders {how}."
            self.message_line.say(said, "done")
        elif len(found) == 1 and failed[0].error is not None:
            self.message_line.tell(failed[0].error)
        else:
            self.message_line.say(f"{done} {how}, {len(failed)} not: they stay selected.", "warning")
            self.pane.open("Not decided", [f"{one.number}: {one.text}" for one in failed])

    def _close_comment(self) -> None:
        self._deciding = ""
        self.field("comment").remove_class("-open")
        self.table.focus()
        self.message_line.clear()
        self.refresh_bindings()

    async def action_back(self) -> None:
        if self._deciding and not self.is_reading:
            self._close_comment()
        elif not self.stop_work():
            await super().action_back()
