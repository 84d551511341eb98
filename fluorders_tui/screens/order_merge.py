"""Somebody else saved the order meanwhile: what each of both changed, and both brought together (D-12.7, P-144).

What one side alone changed is taken over by itself; where both changed the same place a person chooses, with `m` for
what was typed here and `t` for what is stored. F10 saves both together, F12 gives up and keeps what was typed.
"""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from fluorders_tui.bindings import bindings
from fluorders_tui.domain.errors import Refused
from fluorders_tui.domain.locales import format_date
from fluorders_tui.domain.merging import Difference, Merge, Side
from fluorders_tui.domain.order import OrderDraft
from fluorders_tui.screens.base import DeskScreen
from fluorders_tui.screens.merge_words import field_in_words, place_in_words, value_in_words
from fluorders_tui.widgets.command_bar import CommandBar
from fluorders_tui.widgets.info_line import InfoLine
from fluorders_tui.widgets.message_line import MessageLine
from fluorders_tui.widgets.reading_pane import ReadingPane
from fluorders_tui.widgets.row_sources import ListSource, Row
from fluorders_tui.widgets.table_layout import Column
from fluorders_tui.widgets.title_bar import TitleBar
from fluorders_tui.widgets.virtual_table import VirtualTable

__all__ = ["OrderMergeScreen"]

COLUMNS = (
    Column("place", "Where", 16),
    Column("field", "What", 12),
    Column("was", "It was", 10, flex=True, drop=1),
    Column("theirs", "Theirs", 14, flex=True),
    Column("mine", "Yours", 14, flex=True),
    Column("taken", "Taken", 8),
)


class OrderMergeScreen(DeskScreen):
    """Dismissed with the order that holds both, or with None where somebody gave up."""

    CSS_PATH = "order_merge.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings("take_mine", "take_theirs", "save", "next_step")
    TITLE_TEXT = "Two desks"
    HELP_TEXT: ClassVar[tuple[str, ...]] = (
        "Both of you changed this order. Each row is one place in which it is not what you opened.",
        "What only one of you changed is taken by itself; rows with ? want you to choose.",
        "m takes what you typed, t what is stored; also where a side was taken by itself. Enter shows the whole text.",
        "F10 saves both together. F12 saves nothing: what you typed stays on your screen as it is.",
    )

    def __init__(self, *, merge: Merge, who: str, at: dt.datetime) -> None:
        super().__init__()
        self._merge = merge
        self._who, self._at = who, at
        self._choices: dict[str, Side] = {}
        self.table = VirtualTable(COLUMNS, empty="Nothing differs.", id="differences")

    def compose(self) -> ComposeResult:
        yield TitleBar(self.TITLE_TEXT)
        yield InfoLine(id="about")
        yield self.table
        yield MessageLine()
        yield CommandBar()
        yield ReadingPane()

    async def on_mount(self) -> None:
        self.table.focus()
        self._show()
        self._go_to_undecided()

    async def desk_ready(self) -> None:
        theirs = self._merge.theirs
        self.title_bar.show(f"Order {theirs.number} · {theirs.status.value} · changed at two desks")
        local = self.desk.local(self._at)
        day = "" if local.date() == self.desk.today() else f"on {format_date(local.date(), self.form)} "
        self.query_one(InfoLine).show(
            f"{self._who} saved it {day}at {local:%H:%M} while you had it open. Nothing was overwritten."
        )

    # -- showing -----------------------------------------------------------------------------------

    def _show(self) -> None:
        self.table.refresh_source(ListSource([self._row(one) for one in self._merge.differences]))
        undecided = len(self._merge.undecided(self._choices))
        if undecided:
            places = "1 place wants" if undecided == 1 else f"{undecided} places want"
            self.message_line.say(f"{places} you to choose: m yours, t theirs. F12 gives up.", "warning")
        else:
            self.message_line.say("F10 saves both together. m and t choose otherwise, F12 gives up.")

    def _row(self, one: Difference) -> Row:
        taken = self._choices.get(one.key) or one.proposed
        same = one.mine == one.theirs
        said = "both" if same else {Side.MINE: "yours", Side.THEIRS: "theirs", None: "?"}[taken]
        cells = (
            place_in_words(self._merge, one),
            field_in_words(one),
            value_in_words(one, one.was),
            "cancelled" if one.fixed else value_in_words(one, one.theirs) if one.by_them else "–",
            value_in_words(one, one.mine) if one.by_me else "–",
            f"? {said}".replace("? ?", "?") if taken is None else said,
        )
        return Row(one.key, cells, "warning" if taken is None else "text" if one.conflict else "muted")

    @on(VirtualTable.RowSelected)
    def _read(self, message: VirtualTable.RowSelected) -> None:
        """Enter: the whole of it, however long."""
        one = next(one for one in self._merge.differences if one.key == message.row.key)
        self.pane.open(
            f"{place_in_words(self._merge, one)} · {field_in_words(one)}",
            [
                f"It was: {value_in_words(one, one.was)}",
                self._what_they_did(one),
                f"You: {value_in_words(one, one.mine)}" if one.by_me else "You left it.",
            ],
        )

    def _what_they_did(self, one: Difference) -> str:
        if one.fixed:
            return f"{self._who} cancelled it, and a cancelled line stays so (D-12.3)."
        return f"{self._who}: {value_in_words(one, one.theirs)}" if one.by_them else f"{self._who} left it."

    # -- choosing ----------------------------------------------------------------------------------

    def action_take_mine(self) -> None:
        self._choose(Side.MINE)

    def action_take_theirs(self) -> None:
        self._choose(Side.THEIRS)

    def _choose(self, side: Side) -> None:
        row = self.table.current
        one = next((one for one in self._merge.differences if row is not None and one.key == row.key), None)
        if one is None:
            return
        if one.fixed:
            raise Refused("The line was cancelled meanwhile, and stays so.", field="lines", rule="D-12.3")
        self.pane.close()
        self._choices[one.key] = side
        self._show()
        self._go_to_undecided()

    def _go_to_undecided(self) -> None:
        undecided = self._merge.undecided(self._choices)
        if undecided:
            self.table.move_to_key(undecided[0].key)

    # -- leaving -----------------------------------------------------------------------------------

    async def action_save(self) -> None:
        """F10: both together; raises what forbids it, also for a place nobody chose."""
        undecided = self._merge.undecided(self._choices)
        if undecided:
            self.table.move_to_key(undecided[0].key)
            raise Refused(
                f"{place_in_words(self._merge, undecided[0])}, {field_in_words(undecided[0])}: both of you changed it.",
                field="order",
                rule="D-12.7",
                hint="m takes yours, t theirs.",
            )
        give_aways = self.desk.company.discount_give_aways
        made: OrderDraft = self._merge.merged(self._choices, discount_give_aways=give_aways)
        self.dismiss(made)

    async def action_next_step(self) -> None:
        await self.action_save()

    async def action_leave(self) -> None:
        """F3 or F12: nothing is saved, and what was typed stays typed."""
        self.dismiss(None)
