"""The conversions there were: who made which orders of which offers, and taking one back after a look (D-13.6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container

from fluorders_tui.bindings import bindings
from fluorders_tui.domain.errors import Conflict, DeskError, Several
from fluorders_tui.domain.folding import fold
from fluorders_tui.screens.long_work import LongWork
from fluorders_tui.screens.status_words import ORDER_STATUS
from fluorders_tui.services.conversion_runs import Run, UndoneOrder, UndoPreview, conversion_runs, undo, undo_preview
from fluorders_tui.widgets.command_bar import CommandBar
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.message_line import MessageLine
from fluorders_tui.widgets.question import Question
from fluorders_tui.widgets.reading_pane import ReadingPane
from fluorders_tui.widgets.row_sources import ListSource, Row
from fluorders_tui.widgets.table_layout import Column
from fluorders_tui.widgets.tick_table import TickTable
from fluorders_tui.widgets.title_bar import TitleBar
from fluorders_tui.widgets.virtual_table import VirtualTable

__all__ = ["ConversionRunsScreen"]

NEWEST = 1000
"""So many runs are listed."""

SHORT = 6
"""Numbers that are named in one message."""

RUNS = (
    Column("run", "Run", 4, align="right"),
    Column("at", "When", 16),
    Column("user", "By", 8),
    Column("orders", "Orders", 14, flex=True),
    Column("offers", "Made of", 14, drop=2),
    Column("undone", "Taken back", 14, drop=1),
)
ORDERS = (
    Column("number", "Would be cancelled", 18),
    Column("status", "Status", 11, drop=1),
    Column("what", "Of, and what stands in the way", 16, flex=True),
    Column("total", "Total", 12, align="right", drop=2),
)


class ConversionRunsScreen(LongWork):
    """The list takes keys itself, and whatever is typed there finds. `run` is the one the cursor begins on."""

    CSS_PATH = "conversion_runs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings("refresh", "next_step", "save", "find", "undo")
    TITLE_TEXT = "Conversions"
    HELP_TEXT: ClassVar[tuple[str, ...]] = (
        "Every line is one conversion of offers into orders, the newest first. Type an offer's or order's number, or "
        "who did it, to find one.",
        "Enter or F9 shows what taking it back would do: its orders are cancelled, their offers are open again. "
        "F10 does it, after a question; Ctrl+Z does both.",
        "It can be taken back as a whole, and only while all of its orders are drafts or entered, and no supplier "
        "order hangs on them.",
    )

    def __init__(self, *, run: int = 0) -> None:
        super().__init__()
        self._first = run
        self._runs: tuple[Run, ...] = ()
        self._shown: UndoPreview | None = None
        self.table = TickTable(RUNS, on_text=self._find_typed, on_tick=lambda row: None, id="runs",
                               empty="No offer was converted yet.")  # fmt: skip
        self.orders = VirtualTable(ORDERS, id="orders", empty="Nothing of it is left.")

    def compose(self) -> ComposeResult:
        yield TitleBar(self.TITLE_TEXT)
        yield Field("find", "Find", label_width=6, width=0, id="find", help="Part of a number, or who did it.")
        with Container(id="both"):
            yield self.table
            yield self.orders
        yield Question()
        yield MessageLine()
        yield CommandBar()
        yield ReadingPane()

    async def on_mount(self) -> None:
        self.table.focus()

    async def desk_ready(self) -> None:
        await self._read()
        if self._first:
            self.table.move_to_key(self._first)

    async def _read(self) -> None:
        desk = self.desk
        self._runs = tuple(await self.desk_app.ask(lambda: conversion_runs(desk, NEWEST)))
        self._list()

    def _list(self) -> None:
        words = fold(self.field("find").text).split()
        rows = [self._row(run) for run in self._runs if _has(run, words)]
        self.table.refresh_source(ListSource(rows))
        count = self.number(Decimal(len(rows)))
        self.title_bar.show(f"Conversions · {count} {'found' if words else 'newest first'}")

    def _row(self, run: Run) -> Row:
        undone = f"{run.undone_by} {self._moment(run.undone_at)}" if run.undone_at is not None else ""
        offers, _, orders = run.note.partition(" → ")
        cells = (str(run.id), self._moment(run.at), run.user, orders or run.note, offers if orders else "", undone)
        return Row(run.id, cells, "muted" if undone else "")

    def _moment(self, at: dt.datetime) -> str:
        local = self.desk.local(at)
        return f"{self.day(local.date())} {local:%H:%M}"

    # -- finding -----------------------------------------------------------------------------------

    def _find_typed(self, _character: str) -> bool:
        self.field("find").focus()
        return True

    @on(Field.Edited)
    def _typed(self) -> None:
        self._list()

    async def field_accepted(self, field: Field) -> None:
        self._list()

    async def fields_done(self) -> None:
        self.table.focus()

    async def line_wanted(self, delta: int) -> None:
        self._list()
        self.table.focus()
        self.table.action_cursor_down() if delta > 0 else self.table.action_cursor_up()

    async def action_find(self) -> None:
        self.field("find").focus()

    async def action_refresh(self) -> None:
        self._forget()
        await self._read()
        self.message_line.say("Read again.", "done")

    # -- what taking back would do -----------------------------------------------------------------

    @on(VirtualTable.RowSelected, "#runs")
    async def _run_chosen(self) -> None:
        await self._look()

    async def action_next_step(self) -> None:
        if not self.is_busy():
            await (self.action_save() if self._shown is not None else self._look())

    async def _look(self) -> bool:
        """Show the orders of the run under the cursor; False where it can't be taken back any more."""
        row = self.table.current
        if row is None or not isinstance(row.key, int):
            self.message_line.say("There is no conversion to take back.", "warning")
            return False
        desk, run_id = self.desk, row.key
        try:
            shown = await self.desk_app.ask(lambda: undo_preview(desk, run_id), what="Looking at its orders…")
        except DeskError as error:
            self._forget()
            self.message_line.tell(error)
            return False
        self._shown = shown
        self.orders.display = True
        self.orders.refresh_source(ListSource([self._order_row(one) for one in shown.orders]), keep_key=False)
        self.orders.focus()
        self._say_what_it_would_do(shown)
        return True

    def _order_row(self, one: UndoneOrder) -> Row:
        order = one.order
        said = ", ".join(one.offers)
        if one.added:
            said = f"! {one.added} {'line' if one.added == 1 else 'lines'} typed since go with it · {said}"
        if one.refusal is not None:
            said = f"✗ {one.refusal.message}"
        look = "bad" if one.refusal is not None else "warning" if one.added else ""
        total = f"{self.money(order.total)} {order.currency}"
        return Row(order.id, (order.number, str(ORDER_STATUS[order.status]), said, total), look)

    def _say_what_it_would_do(self, shown: UndoPreview) -> None:
        refusals = shown.refusals
        if refusals:
            more = f" And {len(refusals) - 1} more." if len(refusals) > 1 else ""
            self.message_line.say(f"{refusals[0].message} {refusals[0].hint}{more}", "error", rule="D-13.6")
        elif shown.orders:
            count = len(shown.orders)
            orders = "1 order" if count == 1 else f"{self.number(Decimal(count))} orders"
            self.message_line.say(f"F10 cancels {orders} and opens their offers again. F12 goes back.")
        else:
            self.message_line.say("Nothing of this conversion is left to take back.", "warning")

    @on(VirtualTable.RowSelected, "#orders")
    async def _order_chosen(self, message: VirtualTable.RowSelected) -> None:
        await self.desk_app.open_screen("order_status", row=message.row.key)

    # -- taking back -------------------------------------------------------------------------------

    async def action_save(self) -> None:
        if self.is_busy():
            return
        shown = self._shown
        if shown is None:
            await self._look()
        elif shown.refusals or not shown.orders:
            self._say_what_it_would_do(shown)
        else:
            count = len(shown.orders)
            orders = "its order" if count == 1 else f"its {self.number(Decimal(count))} orders"
            self.query_one(Question).ask(
                f"Take conversion {shown.run.id} of {shown.run.user} back and cancel {orders}?",
                lambda: self._take_back(shown.run.id),
            )

    async def action_undo(self) -> None:
        if not self.is_busy() and (self._shown is not None or await self._look()):
            await self.action_save()

    async def _take_back(self, run_id: int) -> None:
        desk = self.desk
        await self.run_long(lambda: undo(desk, run_id), self._undone, f"Taking conversion {run_id} back")

    async def _undone(self, numbers: tuple[str, ...]) -> None:
        self._forget()
        await self._read()
        more = f" and {len(numbers) - SHORT} more" if len(numbers) > SHORT else ""
        named = ", ".join(numbers[:SHORT])
        self.message_line.say(f"Taken back: {named}{more} cancelled; their offers are open again.", "done")

    async def work_refused(self, error: DeskError) -> None:
        """Somebody was faster, or an order went on: look again at what it would do now."""
        if isinstance(error, Several):
            self.pane.open(error.title, [str(one) for one in error.errors])
        if isinstance(error, Conflict):
            self._forget()
            await self._read()
        self.message_line.tell(error.errors[0] if isinstance(error, Several) else error)

    def _forget(self) -> None:
        self._shown = None
        self.orders.display = False
        self.table.focus()

    async def action_back(self) -> None:
        field = self.current_field
        if self.is_reading:
            await super().action_back()
        elif self.stop_work():
            return
        elif field is not None and field.text:
            field.clear()
            self._list()
            self.table.focus()
        elif self._shown is not None:
            self._forget()
            self.message_line.clear()
        else:
            await super().action_back()


def _has(run: Run, words: Iterable[str]) -> bool:
    """Whether a run is meant: every word is in its number, its offers and orders, or a person's name."""
    said = fold(f"{run.id} {run.user} {run.note} {run.undone_by}")
    return all(word in said for word in words)
