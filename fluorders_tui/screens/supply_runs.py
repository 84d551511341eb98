"""What was ordered from suppliers and shared out over customers, a run at a time, and taking one back (D-14)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from fluorders_tui.bindings import bindings
from fluorders_tui.domain.errors import Refused
from fluorders_tui.screens.awaited import AwaitedScreen
from fluorders_tui.services.supply_runs import Run, RunKind, supply_runs, undo_run
from fluorders_tui.widgets.command_bar import CommandBar
from fluorders_tui.widgets.message_line import MessageLine
from fluorders_tui.widgets.question import Question
from fluorders_tui.widgets.reading_pane import ReadingPane
from fluorders_tui.widgets.row_sources import ListSource, Row
from fluorders_tui.widgets.table_layout import Column
from fluorders_tui.widgets.title_bar import TitleBar
from fluorders_tui.widgets.virtual_table import VirtualTable

__all__ = ["SupplyRunsScreen"]

COLUMNS = (
    Column("run", "Run", 6, align="right"),
    Column("at", "When", 16),
    Column("who", "Who", 10),
    Column("what", "What", 16),
    Column("made", "Made", 20, flex=True),
    Column("undone", "Taken back", 22, drop=1),
)
WORDS = {RunKind.SHARING.value: "shared out", RunKind.PROPOSALS.value: "ordered"}


class SupplyRunsScreen(AwaitedScreen):
    """The newest first; with `undo_last` this person's last one is asked about at once."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("undo", "refresh", "next_step")
    TITLE_TEXT = "Supply runs"
    HELP_TEXT: ClassVar[tuple[str, ...]] = (
        "Every run of proposals and every sharing of a supplier order. Enter shows the whole of one.",
        "Ctrl+Z takes the one under the cursor back: orders it made are cancelled, lines it added go, links too.",
        "What goods came for, a supplier confirmed or somebody changed since can't be taken back.",
    )

    def __init__(self, *, undo_last: bool = False) -> None:
        super().__init__()
        self._undo_last = undo_last
        self._runs: Sequence[Run] = ()
        self.table = VirtualTable(COLUMNS, empty="No run yet.", id="runs")

    def compose(self) -> ComposeResult:
        yield TitleBar(self.TITLE_TEXT)
        yield self.table
        yield Question()
        yield MessageLine()
        yield CommandBar()
        yield ReadingPane()

    async def open_first(self) -> None:
        self.table.focus()
        await self._again()
        if self._undo_last:
            await self._ask_about_mine()

    async def _again(self) -> None:
        desk = self.desk
        self._runs = await self.desk_app.ask(lambda: supply_runs(desk))
        self.table.refresh_source(ListSource([self._row(run) for run in self._runs]))
        self.table.cursor = max(0, self.table.cursor)
        open_runs = sum(1 for run in self._runs if run.undone_at is None)
        self.title_bar.show(f"Supply runs · {open_runs} stand, {len(self._runs) - open_runs} taken back")

    def _row(self, run: Run) -> Row:
        at = self.desk.local(run.at)
        back = ""
        if run.undone_at is not None:
            back = f"- {run.undone_by} {self.day(self.desk.local(run.undone_at).date())}"
        what = WORDS.get(run.kind, run.kind)
        cells = (str(run.id), f"{self.day(at.date())} {at:%H:%M}", run.user, what, run.note, back)
        return Row(run.id, cells, "muted" if back else "")

    def _here(self) -> Run | None:
        place = self.table.cursor
        return self._runs[place] if 0 <= place < len(self._runs) else None

    async def _ask_about_mine(self) -> None:
        mine = next((run for run in self._runs if run.user == self.desk.user and run.undone_at is None), None)
        if mine is None:
            self.message_line.say("There is no run of yours to take back.", "warning")
            return
        self.table.move_to_key(mine.id)
        self._ask(mine)

    def _ask(self, run: Run) -> None:
        what = WORDS.get(run.kind, run.kind)
        self.query_one(Question).ask(f"Take back run {run.id}, {what} {run.note}?", lambda: self._undo(run))

    async def _undo(self, run: Run) -> None:
        desk = self.desk
        await self.desk_app.run_write(lambda: undo_run(desk, run.id), what="Taking back…")
        await self._again()
        self.message_line.say(f"Run {run.id} was taken back: {run.note}.", "done")

    @on(VirtualTable.RowSelected, "#runs")
    def _read(self) -> None:
        run = self._here()
        if run is not None:
            at = self.desk.local(run.at)
            back = f"Taken back by {run.undone_by}." if run.undone_at is not None else "Ctrl+Z takes it back."
            self.pane.open(
                f"Run {run.id}", [f"{run.user}, {self.day(at.date())} {at:%H:%M}: {run.kind}", run.note, back]
            )

    async def action_undo(self) -> None:
        run = self._here()
        if run is None or run.undone_at is not None:
            raise Refused("There is nothing to take back here.", field="run", rule="D-14.2")
        self._ask(run)

    async def action_next_step(self) -> None:
        await self.action_undo()

    async def action_refresh(self) -> None:
        await self._again()
