"""Keeping a price list: raise, duplicate, open and close, each shown before anything is written (D-4.1, D-4.10)."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container

from fluorders_tui.bindings import bindings
from fluorders_tui.domain.errors import Conflict, DeskError, Several
from fluorders_tui.domain.registry import Value
from fluorders_tui.screens.base import DeskScreen
from fluorders_tui.screens.paged_list import background_source
from fluorders_tui.screens.price_list_brackets import BracketTable
from fluorders_tui.screens.price_list_fields import (
    CLOSE,
    DUPLICATE,
    FIELDS,
    NEEDED,
    OPEN,
    RAISE,
    WHAT,
    field_of,
    fields_of,
    new_list,
    raising,
)
from fluorders_tui.screens.price_list_texts import FIGURES, PRICES, STEPS, price_row, step_rows
from fluorders_tui.screens.registry_fields import FieldMaker
from fluorders_tui.services.price_list_raising import RaisePreview, Raising, preview_raise, write_raised
from fluorders_tui.services.price_lists import (
    ListHead,
    NewList,
    PlannedList,
    Progress,
    WrittenList,
    close_version,
    duplicate_list,
    plan_close,
    plan_new,
    price_list,
)
from fluorders_tui.widgets.command_bar import CommandBar
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.lookup import Lookup
from fluorders_tui.widgets.message_line import MessageLine
from fluorders_tui.widgets.reading_pane import ReadingPane
from fluorders_tui.widgets.row_sources import ListSource, Row
from fluorders_tui.widgets.title_bar import TitleBar
from fluorders_tui.widgets.totals_bar import TotalsBar
from fluorders_tui.widgets.virtual_table import VirtualTable

__all__ = ["PriceListsScreen"]

LABEL = 15
QUICK_SECONDS = 2.0
"""So long keys wait behind a preview or a write; what takes longer shows how far it is, and F12 stops it."""


@dataclass(frozen=True)
class _Wanted:
    """What the fields say: the preview of the same is what F10 writes."""

    list: str
    action: str
    raising: Raising | None = None
    new: NewList | None = None
    valid_to: Value = None


@dataclass(frozen=True)
class _Shown:
    """A preview as it is shown; `planned` are the dates of a list that is made or closed."""

    wanted: _Wanted
    raised: RaisePreview | None = None
    planned: PlannedList | None = None


class PriceListsScreen(DeskScreen):
    """`code` is the list to begin with. Enter goes from field to field and ends in the preview; F10 writes it."""

    CSS_PATH = "price_lists.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings("next_step", "save", "delete_line")
    TITLE_TEXT = "Price list"
    HELP_TEXT = (
        "F9 shows what would be done, before anything is written; F10 writes what is shown. F12 stops what takes long.",
        "Prices that rounding moves further than their bracket allows stand first, and stay as they were unless they "
        "are marked with Space.",
        "A new list keeps the old prices; raising without one replaces them.",
    )

    def __init__(self, code: str = "") -> None:
        super().__init__()
        self._code = code
        self._maker = FieldMaker(self)
        self._head: ListHead | None = None
        self._shown: _Shown | None = None
        self._busy: asyncio.Future[Any] | None = None
        self._writes = False
        self._stop = threading.Event()

    def compose(self) -> ComposeResult:
        yield TitleBar()
        with Container(id="what", classes="grid"):
            for spec in WHAT:
                yield self._maker.make("price-lists", spec, label_width=LABEL, width=16)
        with Container(id="fields", classes="grid"):
            for spec in FIELDS.values():
                yield self._maker.make("price-list-raising", spec, label_width=LABEL, width=16)
        yield BracketTable(self.form)
        yield VirtualTable(PRICES, markable=True, empty="F9 shows what would be done.", id="preview")
        yield TotalsBar(FIGURES, cells=11)
        yield MessageLine()
        yield CommandBar()
        yield Lookup()
        yield ReadingPane()

    async def desk_ready(self) -> None:
        self._put("action", RAISE)
        self._show_action(RAISE)
        chosen = self.field("list")
        chosen.focus()
        if self._code:
            chosen.input.value = self._code
            if await self._accept(chosen):
                self.field("percent").focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "delete_line":
            return self.brackets.has(self.current_field)
        return super().check_action(action, parameters)

    @property
    def table(self) -> VirtualTable:
        """The preview."""
        return self.query_one("#preview", VirtualTable)

    @property
    def brackets(self) -> BracketTable:
        """How is rounded."""
        return self.query_one(BracketTable)

    @property
    def action(self) -> str:
        """What is to be done."""
        return str(self.field("action").value or RAISE)

    # -- typing ------------------------------------------------------------------------------------

    def _put(self, name: str, value: Value) -> None:
        spec = FIELDS.get(name) or next(one for one in WHAT if one.name == name)
        self._maker.put(self.field(name), spec, value)

    def _show_action(self, action: str) -> None:
        """Show the fields of an action; an old list ends where another takes its place."""
        shown = fields_of(action)
        for name in FIELDS:
            field = self.field(name)
            # At once, not by a class: keys typed ahead must find the fields of the new action (U-1.1).
            field.display = name in shown
            field.needed = name in NEEDED and action in (DUPLICATE, OPEN)
        self._put("close_old", action in (RAISE, OPEN))
        self._put("valid_to", None)
        self.brackets.display = self.query_one(TotalsBar).display = action == RAISE
        self._forget()

    async def field_accepted(self, field: Field) -> None:
        if field.field_name == "list":
            self._head = await self.desk_app.ask(partial(price_list, self.desk, str(field.value)))
            self._show_title()
        elif field.field_name == "action":
            self._show_action(str(field.value))

    async def action_accept(self) -> None:
        field = self.current_field
        if self.pane.is_open and field is not None and not field.dirty:
            self.pane.close()
        elif self.brackets.has(field) and self.brackets.is_empty and self.brackets.editing is None:
            await self.action_next_step()
        else:
            await super().action_accept()

    async def fields_done(self) -> None:
        field = self.current_field
        if self.brackets.has(field) and field is not None:
            if field.field_name != "most_deviation":
                self.focus_next()
            elif self._commit_bracket():
                self.brackets.begin()
        elif self.fields[-1:] == [field]:
            await self.action_next_step()
        else:
            self.focus_next()

    def _commit_bracket(self) -> bool:
        try:
            self.brackets.commit()
        except DeskError as error:
            self.brackets.show_error(error.errors[0] if isinstance(error, Several) else error)
            return False
        return True

    async def line_wanted(self, delta: int) -> None:
        field, brackets = self.current_field, self.brackets
        if field is None or not brackets.has(field):
            self.table.cursor = max(0, self.table.cursor + delta)
            return
        at = brackets.place
        if brackets.is_empty or (await self._accept(field) and self._commit_bracket()):
            brackets.load(at + delta)
            brackets.begin()

    async def page_wanted(self, delta: int) -> None:
        self.table.action_cursor_page_down() if delta > 0 else self.table.action_cursor_page_up()

    async def action_delete_line(self) -> None:
        if not self.brackets.delete():
            self.brackets.load(None)

    # -- what is wanted ----------------------------------------------------------------------------

    async def _wanted(self) -> _Wanted | None:
        """What the fields say, once all of them are accepted; None with the focus on what is wrong."""
        field = self.current_field
        if field is not None and not await self._accept(field):
            return None
        wrong = next((one for one in self.fields if one.error is not None), None)
        if wrong is not None:
            wrong.focus()
            self.message_line.tell(cast(DeskError, wrong.error))
            return None
        if not self.brackets.is_empty and self.action == RAISE and not self._commit_bracket():
            return None
        code, action = self.field("list").value, self.action
        if not code:
            self.field("list").focus()
            await self.field("list").accept()
            return None
        values: dict[str, Value] = {name: cast(Value, self.field(name).value) for name in fields_of(action)}
        try:
            if action == RAISE:
                new = new_list(values) if values["new_code"] else None
                return _Wanted(str(code), action, raising(values, self.brackets.brackets), new)
            if action == CLOSE:
                return _Wanted(str(code), action, valid_to=values["valid_to"])
            return _Wanted(str(code), action, new=new_list(values))
        except DeskError as error:
            self._tell(error)
            return None

    def _tell(self, error: DeskError) -> None:
        """Show an error where it belongs."""
        first = error.errors[0] if isinstance(error, Several) else error
        name = field_of(first)
        if name == "percent" and self.field("percent").value is None and self.field("amount").value is not None:
            name = "amount"
        if name.startswith("brackets") or name == "mask":
            self.brackets.show_error(first)
        elif any(one.field_name == name for one in self.fields):
            self.field(name).focus()
            self.field(name).show_error(first)
        else:
            self.message_line.tell(first)

    # -- preview -----------------------------------------------------------------------------------

    async def action_next_step(self) -> None:
        """F9: show what would be done."""
        if self._is_busy():
            return
        wanted = await self._wanted()
        if wanted is not None:
            self._forget()
            await self._run(self._preview_call(wanted), self._show_preview, f"Working out {wanted.list}", write=False)

    def _preview_call(self, wanted: _Wanted) -> Callable[[], _Shown]:
        desk, progress, stop = self.desk, self._progress("Working out"), self._stop

        def work() -> _Shown:
            planned = raised = None
            if wanted.new is not None:
                planned = plan_new(desk, wanted.list, wanted.new)
            if wanted.action == CLOSE:
                planned = plan_close(desk, wanted.list, cast(Any, wanted.valid_to))
            if wanted.raising is not None:
                raised = preview_raise(desk, wanted.list, wanted.raising, progress=progress, stop=stop.is_set)
            return _Shown(wanted, raised, planned)

        return work

    def _show_preview(self, shown: _Shown) -> None:
        self._shown = shown
        self.table.marks = set()
        if shown.raised is not None:
            self._show_prices(shown.raised)
        else:
            assert shown.planned is not None
            rows = step_rows(self, shown.planned)
            self.table.set_columns(STEPS)
            self.table.refresh_source(ListSource(rows), keep_key=False)
        self._show_figures()
        self.table.focus()
        planned = shown.planned
        if planned is not None and planned.errors:
            self.message_line.say(
                f"{planned.errors[0].message} Nothing can be written like this.", "error", rule="D-4.1"
            )
            return
        told = list(planned.notes) if planned is not None else []
        if planned is not None and shown.raised is not None:
            told += [f"{one.name} ends on {self.day(one.valid_to)}." for one in planned.plan.changed]
        self.message_line.say(
            " ".join([*told, "F10 writes it, F12 goes back to the fields."]), "warning" if told else "info"
        )

    def _show_prices(self, preview: RaisePreview) -> None:
        desk = self.desk

        def read(start: int, stop: int) -> Sequence[Row]:
            return [price_row(self, row) for row in preview.page(desk, start, stop)]

        self.table.set_columns(PRICES)
        self.table.refresh_source(background_source(self, self.table, preview.chosen, read), keep_key=False)

    def _show_figures(self) -> None:
        preview = self._shown.raised if self._shown is not None else None
        texts = dict.fromkeys((name for name, _ in FIGURES), "")
        if preview is not None:
            left = 0 if self.field("accept_beyond").value is True else preview.beyond - len(self.table.marks)
            figures = {"rows": preview.rows, "chosen": preview.chosen, "changed": preview.changed}
            figures |= {"left": left, "beyond": preview.beyond}
            texts |= {name: self.number(Decimal(value)) for name, value in figures.items()}
            texts["mean"] = f"{self.amount(preview.mean_change)} %"
        self.query_one(TotalsBar).update_figures(texts)

    @on(VirtualTable.MarksChanged)
    def _marked(self) -> None:
        # Only what rounding moves too far needs a yes.
        others = {key for key in self.table.marks if not cast(tuple[int, bool], key)[1]}
        self.table.marks -= others
        self.table.update_rows(others)
        self._show_figures()

    def _forget(self) -> None:
        """What is shown no longer counts."""
        self._shown = None
        self.table.marks = set()
        self.table.refresh_source(ListSource(), keep_key=False)
        self._show_figures()

    # -- writing -----------------------------------------------------------------------------------

    async def action_save(self) -> None:
        """F10: write what is shown; where something was changed since, show it first."""
        if self._is_busy():
            return
        wanted = await self._wanted()
        if wanted is None:
            return
        shown = self._shown
        if shown is None or shown.wanted != wanted:
            await self.action_next_step()
            return
        if shown.planned is not None and shown.planned.errors:
            self._tell(shown.planned.errors[0])
            return
        await self._run(self._write_call(shown), self._written, f"Writing {wanted.list}", write=True)

    def _write_call(self, shown: _Shown) -> Callable[[], WrittenList]:
        desk, progress, stop = self.desk, self._progress("Writing"), self._stop.is_set
        wanted, new = shown.wanted, shown.wanted.new
        if shown.raised is not None:
            accepted = [cast(tuple[int, bool], key)[0] for key in self.table.marks]
            return partial(
                write_raised, desk, shown.raised, new=new, accept_beyond=self.field("accept_beyond").value is True,
                accepted=accepted, progress=progress, stop=stop,
            )  # fmt: skip
        assert shown.planned is not None
        if new is None:
            version = shown.planned.source.version
            return partial(close_version, desk, wanted.list, cast(Any, wanted.valid_to), version=version)
        return partial(
            duplicate_list, desk, wanted.list, new.code, valid_from=new.valid_from, valid_to=new.valid_to,
            name=new.name, list_type=new.list_type, currency=new.currency, rate=new.rate, customer=new.customer,
            close_old=new.close_old, progress=progress, stop=stop,
        )  # fmt: skip

    async def _written(self, done: WrittenList) -> None:
        self._forget()
        parts = [f"{done.code}: {self.number(Decimal(done.rows))} prices"]
        if self.action == RAISE:
            parts.append(f"{self.number(Decimal(done.changed))} changed")
        if done.left:
            parts.append(f"{self.number(Decimal(done.left))} left as they were")
        self.field("list").focus()
        self._head = await self.desk_app.ask(partial(price_list, self.desk, str(self.field("list").value)))
        self._show_title()
        self.message_line.say(", ".join(parts) + ".", "done")

    # -- what takes long ---------------------------------------------------------------------------

    async def _run(self, call: Callable[[], Any], then: Callable[[Any], Any], what: str, *, write: bool) -> None:
        """Have a thread do it. Keys wait behind it for a while, so that typing ahead works; then F12 can stop it."""
        self._stop.clear()
        self._writes = write
        self._busy = asyncio.ensure_future(self._call(call, what, write=write))
        await asyncio.wait({self._busy}, timeout=QUICK_SECONDS)
        if self._busy.done():
            await self._finish(then)
        else:
            self._busy.add_done_callback(lambda _: self.call_later(self._finish, then))

    async def _call(self, call: Callable[[], Any], what: str, *, write: bool) -> Any:
        if write:
            return await self.desk_app.run_write(call, what=f"{what}…")
        result: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.desk_app.run_read(self, call, result.set_result, group="preview", failed=result.set_exception)
        with self.message_line.waiting(f"{what}…"):
            return await result

    async def _finish(self, then: Callable[[Any], Any]) -> None:
        done, self._busy = self._busy, None
        self.message_line.busy("")
        assert done is not None
        try:
            result = done.result()
        except DeskError as error:
            if isinstance(error, Conflict):
                self._forget()
            self._tell(error)
            return
        answer = then(result)
        if asyncio.iscoroutine(answer):
            await answer

    def _progress(self, verb: str) -> Progress:
        loop, line = asyncio.get_running_loop(), self.message_line

        def tell(_phase: str, done: int, total: int) -> None:
            loop.call_soon_threadsafe(self._tell_progress, line, f"{verb}: {done:,} of {total:,} prices. F12 stops it.")

        return tell

    def _tell_progress(self, line: MessageLine, text: str) -> None:
        if self._busy is not None and not self._busy.done():
            line.busy(text)

    def _is_busy(self) -> bool:
        if self._busy is not None:
            self.message_line.say("Still at work. F12 stops it.", "warning")
        return self._busy is not None

    # -- leaving -----------------------------------------------------------------------------------

    async def action_back(self) -> None:
        if self._busy is not None:
            self._stop.set()
        elif self.table.has_focus and not self.pane.is_open:
            self.field("percent" if self.action == RAISE else fields_of(self.action)[0]).focus()
        else:
            await super().action_back()

    async def action_leave(self) -> None:
        if self._busy is not None and self._writes:
            self._is_busy()
            return
        self._stop.set()
        await super().action_leave()

    def _show_title(self) -> None:
        head = self._head
        if head is None:
            return
        end = f" to {self.day(head.valid_to)}" if head.valid_to else ""
        start = f"from {self.day(head.valid_from)}" if head.valid_from else ""
        self.title_bar.show(f"{self.TITLE_TEXT} {head.code} · {head.currency} {start}{end}".rstrip())
