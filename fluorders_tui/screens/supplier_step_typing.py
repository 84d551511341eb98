"""Typing what a supplier did to their order, line by line, over the order's story (D-14.3, D-14.4)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal

from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.links import DocumentKind
from fluorders_tui.domain.story_words import StoryEntry
from fluorders_tui.domain.supplier_orders import SupplierOrderDraft, SupplierOrderLine
from fluorders_tui.screens.awaited import AwaitedScreen
from fluorders_tui.screens.document_typing import counted
from fluorders_tui.screens.order_header import read_flag
from fluorders_tui.screens.supplier_lines import SupplierForms
from fluorders_tui.screens.supplier_step_words import (
    CANCEL,
    CONFIRM,
    DATES,
    GIVE_BACK,
    RECEIVE,
    SELL,
    STEPS,
    Answer,
    Answers,
    step_columns,
    usual_step,
)
from fluorders_tui.screens.supplier_story_page import SupplierStoryPage
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.form_drafts import FormDraft, FormTyping
from fluorders_tui.services.linked import ChainLink, chain
from fluorders_tui.services.registries import find
from fluorders_tui.services.supplier_order_list import supplier_story
from fluorders_tui.services.supplier_orders import (
    SavedSupplierOrder,
    open_supplier_order,
    open_supplier_order_row,
)
from fluorders_tui.widgets.choices import Choice, Resolution
from fluorders_tui.widgets.command_bar import CommandBar
from fluorders_tui.widgets.edit_strip import EditStrip
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.lookup import Lookup
from fluorders_tui.widgets.message_line import MessageLine
from fluorders_tui.widgets.page import Page
from fluorders_tui.widgets.question import Question
from fluorders_tui.widgets.reading_pane import ReadingPane
from fluorders_tui.widgets.row_sources import ListSource, Row
from fluorders_tui.widgets.title_bar import TitleBar
from fluorders_tui.widgets.typed_fields import DateField, DecimalField
from fluorders_tui.widgets.virtual_table import VirtualTable

__all__ = ["Stored", "SupplierStepTyping", "read_stored"]

STRIP = {"answer": "quantity", "day": "day", "goes": "goes"}
"""The fields of the strip by the columns that they stand under."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A supplier order as it stands, with the customers that wait for it and what happened to it."""

    saved: SavedSupplierOrder
    links: tuple[ChainLink, ...]
    story: tuple[StoryEntry, ...]


def read_stored(desk: Desk, number: str, row: int) -> Stored:
    """Read it by row, or by number where the row is not known yet (0). Raises `Invalid`."""
    saved = open_supplier_order_row(desk, row) if row else open_supplier_order(desk, number)
    links = chain(desk, DocumentKind.SUPPLIER_ORDER, saved.draft.id)
    return Stored(saved, links, supplier_story(desk, saved.draft.id))


class SupplierStepTyping(AwaitedScreen):
    """The lines of a stored supplier order with what was typed of each, kept on disk after every key (U-1.7)."""

    def __init__(self, *, number: str, step: str = "") -> None:
        super().__init__()
        self._number = number
        self._first_step = step
        self.stored: Stored | None = None
        self.answers = Answers()
        self._kept: FormDraft | None = None
        self.lines_table = VirtualTable(step_columns(CONFIRM), can_focus=False, empty="No lines.", id="lines")

    def compose(self) -> ComposeResult:
        yield TitleBar(self.TITLE_TEXT)
        with Horizontal(classes="row"):
            yield Field("step", "What", needed=True, label_width=6, width=11, id="step", suggest=self._steps,
                        resolver=self._resolve_step, help="What happened; F4 lists it.")  # fmt: skip
            yield DateField("all_day", "All for", id="all_day", label_width=8, width=11, today=self._today,
                            show=self.day, day_first=self.form.day_first,
                            help="One day for all lines that have none of their own.")  # fmt: skip
            yield Field("reason", "Why", label_width=5, width=0, id="reason", suggest=self._reasons,
                        help="Why it won't come; F4 lists the company's reasons (D-12.6).")  # fmt: skip
        yield self.lines_table
        yield EditStrip(
            self.lines_table,
            {
                "answer": DecimalField("quantity", width=0, show=self.number, help="In the line's unit."),
                "day": DateField("day", width=0, today=self._today, show=self.day, day_first=self.form.day_first,
                                 help="When it comes."),
                "goes": Field("goes", width=0, help="y: it won't come."),
            },
        )  # fmt: skip
        yield Page()
        yield Question()
        yield MessageLine()
        yield CommandBar()
        yield Lookup()
        yield ReadingPane()

    def _today(self) -> dt.date:
        return self.desk.today()

    # -- opening -----------------------------------------------------------------------------------

    async def open_first(self) -> None:
        for name in ("all_day", "reason", *STRIP.values()):
            self.field(name).display = False
        desk, number = self.desk, self._number
        read = await self.desk_app.ask(lambda: read_stored(desk, number, 0), what="Opening…")
        self._show(read)
        found = self._keep_from(desk, read.saved.draft.id)
        self.answers = Answers.from_values(found.values) if found is not None else Answers()
        step = self._first_step or self.answers.step or usual_step(read.saved.draft)
        if step and step != self.answers.step:
            self.answers = Answers(step)
        self.show_step()
        self.field("step").focus()
        if found is not None:
            place = found.values.get("place")
            self._load(place if isinstance(place, int) else 0)
            if found.text and found.field in {field.field_name for field in self.query(Field)}:
                self.field(found.field).focus()
                self.field(found.field).input.value = found.text
            self.message_line.say("This was typed and not done when the desk ended. F10 does it.", "warning")
        elif step:
            self._say_step()
            self.field("step").input.action_select_all()

    def _keep_from(self, desk: Desk, row: int) -> FormTyping | None:
        try:
            self._kept = FormDraft(desk, "supplier-order-steps", row)
        except OSError:
            # The same order is open at another desk of this person, or there is no room: it works without.
            return None
        return self._kept.found

    @property
    def draft(self) -> SupplierOrderDraft:
        """The stored order as it was read."""
        if self.stored is None:
            raise Refused("The order is not open: the database didn't answer.", hint="F3 leaves.")
        return self.stored.saved.draft

    def _show(self, read: Stored) -> None:
        self.stored = read
        draft = read.saved.draft
        self._number = draft.number
        forms = SupplierForms(self.number, self.price, self.amount, self.day)
        self.query_one(Page).show(SupplierStoryPage(draft, read.links, read.story, forms, self.desk.today()))
        changed = f" · revision {draft.revision}" if draft.revision else ""
        drop = " · drop-ship" if draft.drop_ship else ""
        self.title_bar.show(f"Supplier order {draft.number} · {draft.status.value}{changed}{drop} · {draft.name}")
        self._show_lines()

    def _show_lines(self) -> None:
        saved = self.stored.saved if self.stored is not None else None
        if saved is None:
            return
        rows = [self._row(place, line, saved.promised(line)) for place, line in enumerate(saved.draft.lines)]
        self.lines_table.refresh_source(ListSource(rows))

    def _row(self, place: int, line: SupplierOrderLine, promised: Decimal) -> Row:
        answer = self.answers.of(place)
        cells = {
            "line": str(place + 1),
            "item": line.item,
            "description": f"- cancelled · {line.description}" if line.cancelled else line.description,
            "quantity": self.number(line.quantity),
            "uom": line.uom.code,
            "received": self.number(line.received) if line.received else "",
            "open": self.number(line.open),
            "due": self.day(line.due),
            "promised": self.number(promised / line.uom.factor) if promised else "",
            "answer": self.number(answer.quantity),
            "day": self.day(answer.day),
            "goes": "✗ yes" if answer.goes else "",
        }
        look = "strong" if answer != Answer() else "" if line.open else "muted"
        return Row(place, tuple(cells[column.key] for column in self.lines_table.columns), look)

    async def on_screen_resume(self) -> None:
        if self.stored is not None:
            await self.again()

    async def again(self) -> None:
        desk, row = self.desk, self.draft.id
        self._show(await self.desk_app.ask(lambda: read_stored(desk, "", row)))

    # -- the step ----------------------------------------------------------------------------------

    def _steps(self, text: str) -> list[Choice]:
        wanted = text.strip().casefold()
        return [Choice(name, about, "", name) for name, (about, _) in STEPS.items() if name.startswith(wanted)]

    async def _resolve_step(self, text: str) -> Resolution:
        return Resolution.of(text, self._steps(text))

    def _reasons(self, text: str) -> list[Choice]:
        return [Choice(one.name, one.code) for one in find(self.desk, "cancel-reasons", text)]

    def show_step(self) -> None:
        """The columns and fields of what is to be done."""
        step = self.answers.step
        columns = step_columns(step)
        self.lines_table.set_columns(columns)
        shown = {column.key for column in columns}
        for key, name in STRIP.items():
            self.field(name).display = key in shown
        self.field("reason").display = step == CANCEL
        self.field("all_day").display = step in (CONFIRM, DATES)
        strip = self.query_one(EditStrip)
        strip.on_resize()
        strip.refresh()
        self.field("step").set_value(step or None)
        self.field("reason").set_value(self.answers.reason or None)
        self.field("all_day").set_value(self.answers.all_day)
        self._show_lines()
        self._load(max(0, self.lines_table.cursor))

    def _say_step(self) -> None:
        about, typed = STEPS[self.answers.step]
        self.message_line.say(f"{about.capitalize()}: {typed}. F10 does it.")

    @property
    def _strip_names(self) -> list[str]:
        return [name for name in STRIP.values() if self.field(name).display]

    def _load(self, place: int) -> None:
        """Take a line into the strip."""
        lines = self.draft.lines
        if not lines:
            return
        place = max(0, min(place, len(lines) - 1))
        self.lines_table.cursor = place
        answer, line = self.answers.of(place), lines[place]
        self.field("quantity").set_value(answer.quantity)
        self.field("day").set_value(answer.day)
        self.field("goes").set_value("yes" if answer.goes else None)
        texts = {column.key: "" for column in self.lines_table.columns if column.key not in STRIP}
        texts |= {"line": str(place + 1), "item": line.item, "description": line.description}
        texts |= {"open": self.number(line.open), "uom": line.uom.code}
        self.query_one(EditStrip).show_texts(texts)

    async def do_it(self) -> None:
        """F10: do what is typed."""

    # -- typing ------------------------------------------------------------------------------------

    async def field_accepted(self, field: Field) -> None:
        name, place = field.field_name, self.lines_table.cursor
        answer = self.answers.of(place)
        if name == "step":
            step = str(field.value or "")
            if step != self.answers.step:
                self.answers = Answers(step, self.answers.reason)
                self.show_step()
        elif name == "reason":
            self.answers = replace(self.answers, reason=field.text.strip())
        elif name == "all_day":
            self.answers = replace(self.answers, all_day=cast("dt.date | None", field.value))
        elif name == "quantity":
            self._check_quantity(place, cast("Decimal | None", field.value))
            self._put(place, replace(answer, quantity=cast("Decimal | None", field.value)))
        elif name == "day":
            self._put(place, replace(answer, day=cast("dt.date | None", field.value)))
        elif name == "goes":
            goes = bool(field.text.strip()) and read_flag(field.text, name)
            field.set_value("yes" if goes else None)
            self._put(place, replace(answer, goes=goes))
        self.keep()

    def _check_quantity(self, place: int, quantity: Decimal | None) -> None:
        if quantity is None:
            return
        line, step = self.draft.lines[place], self.answers.step
        if quantity < 0:
            raise Invalid("A quantity is 0 or more.", field="quantity", rule="D-6.3")
        if step == GIVE_BACK and quantity > line.received:
            raise Refused(f"Only {self.number(line.received)} were received.", field="quantity", rule="D-15.2")
        if step == CONFIRM and quantity < line.received:
            raise Refused(f"{self.number(line.received)} were received already.", field="quantity", rule="D-14.4")

    def _put(self, place: int, answer: Answer) -> None:
        if 0 <= place < len(self.draft.lines):
            self.answers = self.answers.with_line(place, answer)
            self._show_lines()

    async def fields_done(self) -> None:
        field, names = self.current_field, self._strip_names
        name = field.field_name if field is not None else ""
        if self.answers.step == SELL:
            await self.do_it()
        elif name == "step" and self.field("all_day").display:
            self.field("all_day").focus()
        elif name == "step" and self.field("reason").display:
            self.field("reason").focus()
        elif name not in names:
            self.begin(self._next_open(-1))
        elif name != names[-1]:
            self.field(names[names.index(name) + 1]).focus()
        else:
            self.begin(self._next_open(self.lines_table.cursor))

    def _next_open(self, after: int) -> int:
        """The next line of which the step can mean something; past the last one when there is none."""
        step = self.answers.step
        lines = self.draft.lines
        for place in range(after + 1, len(lines)):
            if lines[place].received if step == GIVE_BACK else lines[place].open:
                return place
        return len(lines)

    def begin(self, place: int) -> None:
        """The caret to a line, or after the last one to where one sees what F10 will do."""
        names = self._strip_names
        if not names:
            return
        if place >= len(self.draft.lines):
            self._load(self.lines_table.cursor)
            self.field(names[0]).focus()
            self.message_line.say(f"That was the last line. F10 {self._what_f10_does()}.")
            return
        self._load(place)
        field = self.field(names[0])
        field.focus()
        field.input.action_select_all()

    def _what_f10_does(self) -> str:
        answers, typed = self.answers, len(self.answers.lines)
        some = counted(typed, "line")
        return {
            CONFIRM: f"confirms it, {some} otherwise than ordered" if typed else "confirms it as ordered",
            RECEIVE: f"receives {some}" if typed else "receives all that is to come",
            DATES: f"moves {some}" if typed and answers.all_day is None else "moves the lines",
            CANCEL: f"cancels {some}" if typed else "cancels all that is to come",
            GIVE_BACK: f"takes back {some}" if typed else "takes back all that was received",
            SELL: "shares its lines out over customers",
        }.get(answers.step, "does it")

    async def line_wanted(self, delta: int) -> None:
        field = self.current_field
        if field is not None and field.dirty and not await self._accept(field):
            return
        place = self.lines_table.cursor + delta
        if 0 <= place < len(self.draft.lines):
            inside = field is not None and field.field_name in self._strip_names
            self._load(place)
            if inside and field is not None:
                field.input.action_select_all()
            elif self._strip_names:
                self.field(self._strip_names[0]).focus()

    async def page_wanted(self, delta: int) -> None:
        page = self.query_one(Page)
        page.scroll_by(delta * page.page())

    async def back_wanted(self) -> None:
        field = self.current_field
        if field is not None and field.field_name in self._strip_names:
            self.field("step").focus()
            self.field("step").input.action_select_all()
            return
        await self.action_leave()

    async def action_delete_line(self) -> None:
        """Ctrl+T: nothing is said of the line."""
        self._put(self.lines_table.cursor, Answer())
        self._load(self.lines_table.cursor)
        self.keep()

    @on(Field.Edited)
    def keep(self) -> None:
        if self._kept is None or self.stored is None:
            return
        field = self.current_field
        typed = field is not None and field.dirty
        name, text = (field.field_name, field.text) if field is not None and typed else ("", "")
        answers = self.answers
        values = answers.to_values() if typed or not answers.is_empty else {}
        if values:
            values["place"] = self.lines_table.cursor
        try:
            self._kept.save(FormTyping(values, {}, name, text))
        except OSError as error:
            self.message_line.say(f"What you type can't be kept: {error.strerror or error}.", "warning")

    def save_now(self) -> bool:
        """Write down what stands here now; True if something would have been lost."""
        self.keep()
        return self._kept is not None and not self._kept.written.is_empty

    def on_unmount(self) -> None:
        if self._kept is not None:
            self._kept.close(keep=not self._kept.written.is_empty)
            self._kept = None
