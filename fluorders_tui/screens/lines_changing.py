"""Changing many lines from their list: what is typed, the preview, applying, stopping and taking back (D-17.4)."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TypeVar

from textual import on

from fluorders_tui.domain.errors import DeskError, Refused
from fluorders_tui.screens.base import DeskScreen
from fluorders_tui.screens.document_typing import counted
from fluorders_tui.screens.lines_words import KINDS, change_typed
from fluorders_tui.services.conditions import known_agents
from fluorders_tui.services.line_changes import DeliveryMoved, meant_lines
from fluorders_tui.services.mass_changes import (
    Begun,
    Change,
    OrderPreview,
    Outcome,
    Preview,
    Progress,
    apply,
    check_role,
    last_change_to_undo,
    preview,
    undo,
)
from fluorders_tui.services.registries import find
from fluorders_tui.widgets.choices import Choice, Resolution
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.question import Question
from fluorders_tui.widgets.row_sources import ListSource, Row
from fluorders_tui.widgets.table_layout import Column
from fluorders_tui.widgets.virtual_table import VirtualTable

__all__ = ["PREVIEW_COLUMNS", "LineChanging"]

T = TypeVar("T")

PREVIEW_COLUMNS = (
    Column("number", "Order", 11),
    Column("line", "Ln", 3, align="right"),
    Column("item", "Item", 10, drop=1),
    Column("description", "Description", 26, drop=2),
    Column("before", "Now", 20),
    Column("after", "Will be", 24, flex=True),
)

PATIENCE = 2.0
"""Seconds a key waits for what is under way before it is told so."""

REPORT_SECONDS = 0.2
"""Between two reports of progress: an SSH line is not flooded (U-1.3)."""


class LineChanging(DeskScreen):
    """The part of the screen of lines that changes them. The list itself says which lines are meant."""

    def __init__(self) -> None:
        super().__init__()
        self._preview: Preview | None = None
        self._stop = threading.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self.preview_table = VirtualTable(PREVIEW_COLUMNS, id="preview", empty="Nothing would change.")

    # -- what the list says: hooks for the screen ---------------------------------------------------

    def lines_meant(self) -> tuple[int, bool]:
        """How many lines are meant, and whether these are marked ones."""
        return 0, False

    def read_meant(self) -> Callable[[], Sequence[int]]:
        """What gives the rows of the lines that are meant; it runs in a thread."""
        return tuple

    async def lines_changed(self) -> None:
        """Something was written: the list reads again."""

    def show_list(self) -> None:
        """The list takes its place and the focus again."""

    # -- typing the change -------------------------------------------------------------------------

    def kinds(self, text: str) -> list[Choice]:
        """What can be done, for the field's lookup."""
        wanted = text.strip().casefold()
        return [
            Choice(name, kind.about, kind.typed, name)
            for name, kind in KINDS.items()
            if name.startswith(wanted) or (wanted and wanted in kind.about)
        ]

    async def resolve_kind(self, text: str) -> Resolution:
        """What was typed as what to do; the beginning of a word is enough where only one begins so."""
        return Resolution.of(text, self.kinds(text))

    def values(self, text: str) -> list[Choice]:
        """Agents and price lists, where the change is about one."""
        kind, wanted = self.field("kind").text, text.strip().casefold()
        if kind == "agent":
            agents = known_agents(self.desk).items()
            return [Choice(code, name) for code, name in agents if wanted in f"{code} {name}".casefold()]
        if kind == "list":
            return [Choice(one.code, one.name) for one in find(self.desk, "price-list-types", text)]
        return []

    @property
    def is_changing(self) -> bool:
        """The change is being typed, or its preview is on the screen."""
        return self.query_one("#change").has_class("-open")

    async def action_next_step(self) -> None:
        if not await self._quiet():
            return
        if self._preview is not None:
            await self.action_save()
            return
        await self.open_change()

    async def open_change(self, kind: str = "") -> None:
        """Show the fields for a change, with what to do chosen already where it is known."""
        if not await self.desk_app.desk_there():
            return
        self.query_one("#change").add_class("-open")
        field = self.field("kind")
        if kind:
            field.set_value(kind, note="")
            self._say_what_is_typed(kind)
            self.field("value").focus()
            return
        field.focus()
        count, marked = self.lines_meant()
        which = "selected" if marked else "shown"
        self.message_line.say(f"What shall change on the {self.number(Decimal(count))} {which} lines? F4 lists it.")

    async def change_accepted(self, field: Field) -> bool:
        """A field of the change was accepted; False for a field of the list."""
        if field.field_name == "kind":
            self._say_what_is_typed(field.text)
            if field.text:
                self.field("value").focus()
            return True
        return field.field_name == "value"

    def _say_what_is_typed(self, kind: str) -> None:
        if kind in KINDS:
            self.message_line.say(f"{KINDS[kind].about.capitalize()}: {KINDS[kind].typed}.")

    async def change_done(self) -> None:
        """Enter behind the change's fields: ask how many, where nobody selected them, then show the preview."""
        kind = self.field("kind").text
        if kind not in KINDS:
            self.field("kind").focus()
            return
        change = change_typed(kind, self.field("value").text, self.desk.today(), day_first=self.form.day_first)
        check_role(self.desk, change)
        count, marked = self.lines_meant()
        if not count:
            raise Refused("No line is shown.", field="lines", rule="D-17.4")
        if marked:
            self._look(change)
            return
        lines = "The 1 line" if count == 1 else f"All {self.number(Decimal(count))} lines"
        question = f"{lines} shown: {change.about}?"
        self.query_one(Question).ask(question, lambda: self._look(change))

    # -- preview -----------------------------------------------------------------------------------

    def _look(self, change: Change) -> None:
        desk, ids = self.desk, self.read_meant()
        self._start(
            lambda progress: preview(desk, change, meant_lines(desk, ids()), progress), self._show_preview, "Looking at"
        )

    def _show_preview(self, shown: Preview) -> None:
        if shown.stopped:
            self.message_line.say("Stopped; nothing was changed.", "warning")
            return
        self._preview = shown
        rows = [row for order in shown.orders for row in self._preview_rows(order)]
        self.preview_table.refresh_source(ListSource(rows), keep_key=False)
        self.query_one("#lists").add_class("-preview")
        self.preview_table.focus()
        count, orders = shown.changed_lines, shown.changed_orders
        refused = f", {self.number(Decimal(shown.refusals))} refused" if shown.refusals else ""
        lines = f"{self.number(Decimal(count))} {'line' if count == 1 else 'lines'}"
        where = f"{self.number(Decimal(orders))} {'order' if orders == 1 else 'orders'}"
        self.title_bar.show(f"Lines · preview: {shown.change.about}")
        if count:
            self.message_line.say(f"{lines} of {where} would change{refused}. F10 does it, F12 goes back.")
        else:
            self.message_line.say(f"Nothing would change{refused}. F12 goes back.", "warning")

    def _preview_rows(self, order: OrderPreview) -> list[Row]:
        if order.error is not None:
            return [Row((order.order_id, 0), (order.number, "", "", order.customer, "✗", _said(order.error)), "bad")]
        rows = [
            Row(
                (order.order_id, one.number),
                (
                    order.number, str(one.number or ""), one.item, one.description,
                    self._read(one.before) or "–", self._read(one.after) or "–",
                ),
            )
            for one in order.differences
        ]  # fmt: skip
        rows += [
            Row((order.order_id, -one.number), (order.number, str(one.number), "", "", "✗", _said(one.error)), "bad")
            for one in order.refused
        ]
        return rows

    def _read(self, text: str) -> str:
        """A value as it is read here: the service writes dates as ISO 8601."""
        moved = self._preview is not None and isinstance(self._preview.change, DeliveryMoved)
        if not moved:
            return text
        try:
            return self.day(dt.date.fromisoformat(text))
        except ValueError:
            return text

    @on(VirtualTable.RowSelected, "#preview")
    def _read_row(self, message: VirtualTable.RowSelected) -> None:
        """Enter: the whole of it, with where a price is from and what the order is worth afterwards."""
        shown, key = self._preview, message.row.key
        if shown is None or not isinstance(key, tuple):
            return
        order = next(one for one in shown.orders if one.order_id == key[0])
        said = [f"{order.customer}, {order.number}"]
        for difference in order.differences:
            if difference.number == key[1]:
                said += [
                    f"{difference.item} {difference.description}".strip(),
                    f"Now: {self._read(difference.before) or 'nothing'}",
                ]
                said += [
                    f"Will be: {self._read(difference.after) or 'nothing'}",
                    *([difference.why] if difference.why else []),
                ]
        said += [str(one.error) for one in order.refused if one.number == -key[1]]
        said += [str(order.error)] if order.error is not None else []
        if order.total_before != order.total_after:
            said.append(f"Total {self.money(order.total_before)} → {self.money(order.total_after)} {order.currency}")
        self.pane.open("What would change", said)

    def close_preview(self) -> None:
        """Back to the list, with the change's fields as they were."""
        self._preview = None
        self.query_one("#lists").remove_class("-preview")
        self.message_line.clear()
        self.show_list()

    def close_change(self) -> None:
        """Take the change's fields off the screen."""
        self.query_one("#change").remove_class("-open")
        for name in ("kind", "value"):
            self.field(name).clear()
        self.show_list()

    # -- doing it ----------------------------------------------------------------------------------

    async def action_save(self) -> None:
        if not await self._quiet():
            return
        shown, desk = self._preview, self.desk_app.desk
        if self.query_one(Question).text:
            self.message_line.say("Answer the question first: y or n.", "warning")
            return
        if shown is None:
            self.message_line.say("Nothing to do yet: F9 says what shall change.", "warning")
        elif shown.changed_lines:
            self._start(lambda progress: apply(desk, shown, progress), self._applied, "Changing", writing=True)

    async def _applied(self, done: Outcome) -> None:
        self.close_preview()
        self.close_change()
        await self.lines_changed()
        self._tell("Changed", done, " Ctrl+Z takes it back.")

    async def action_undo(self) -> None:
        if not await self._quiet() or not await self.desk_app.desk_there():
            return
        desk = self.desk
        last = await self.desk_app.ask(lambda: last_change_to_undo(desk))
        if last is None:
            self.message_line.say("There is no mass change of yours to undo.", "warning")
            return
        at = f"{desk.local(last.at):%H:%M}"
        question = f"Undo mass change {last.id} of {at}, {last.about}, {counted(last.orders, 'order')}?"
        self.query_one(Question).ask(question, lambda: self._undo(last))

    def _undo(self, last: Begun) -> None:
        desk = self.desk
        self._start(lambda progress: undo(desk, last.id, progress), self._undone, "Undoing", writing=True)

    async def _undone(self, done: Outcome) -> None:
        if self._preview is not None:
            self.close_preview()
        await self.lines_changed()
        self._tell("Undone", done, "")

    def _tell(self, did: str, done: Outcome, then: str) -> None:
        orders = f"{self.number(Decimal(done.orders))} {'order' if done.orders == 1 else 'orders'}"
        lines = f"{self.number(Decimal(done.lines))} {'line' if done.lines == 1 else 'lines'}"
        said = f"{did}: {lines} of {orders}."
        if done.stopped:
            said += " Stopped: the other orders stayed as they were."
        if done.left:
            self.pane.open(
                f"{len(done.left)} orders stayed as they were",
                [f"{one.number}: {_said(one.error)}" for one in done.left],
            )
        self.message_line.say(said + (then if done.orders else ""), "warning" if done.left or done.stopped else "done")

    # -- in the background, with a way to stop -----------------------------------------------------

    def _start(
        self, call: Callable[[Progress], T], then: Callable[[T], object], what: str, *, writing: bool = False
    ) -> None:
        self._stop = threading.Event()
        self._idle.clear()
        self.run_worker(self._work(call, then, what, writing), group="change")

    async def _work(self, call: Callable[[Progress], T], then: Callable[[T], object], what: str, writing: bool) -> None:
        progress = self._progress(what)
        try:
            if writing:
                done = await self.desk_app.run_write(lambda: call(progress), what=f"{what} the orders… F12 stops.")
            else:
                done = await asyncio.to_thread(call, progress)
        except DeskError as error:
            self.message_line.busy("")
            self.message_line.tell(error)
            return
        finally:
            self.message_line.busy("")
            # Before what follows: its own commands wait for the work to be done.
            self._idle.set()
        answer = then(done)
        if asyncio.iscoroutine(answer):
            await answer

    def _progress(self, what: str) -> Progress:
        stop, last = self._stop, [time.monotonic()]

        def report(done: int, total: int) -> bool:
            if time.monotonic() - last[0] >= REPORT_SECONDS:
                last[0] = time.monotonic()
                self.call_later(self._show_progress, f"{what} {done:,} of {total:,} orders… F12 stops.", stop)
            return not stop.is_set()

        return report

    def _show_progress(self, said: str, stop: threading.Event) -> None:
        if not self._idle.is_set() and stop is self._stop:
            self.message_line.busy(said)

    async def _quiet(self) -> bool:
        """Wait a moment for what is under way, so that keys typed ahead act on its result (U-1.1)."""
        try:
            await asyncio.wait_for(self._idle.wait(), PATIENCE)
        except TimeoutError:
            self.message_line.say("The last change is still under way. F12 stops it between two orders.", "warning")
            return False
        return True

    def stop_work(self) -> bool:
        """Stop what is under way, between two orders; False where nothing is."""
        if self._idle.is_set():
            return False
        self._stop.set()
        self.message_line.busy("Stopping after this order…")
        return True


def _said(error: DeskError) -> str:
    return f"{error.message} ({error.rule})" if error.rule else error.message
