"""What every screen on which a document is typed does alike: fields, lines, undo, and what survives a crash (U-1.1).

The document itself lives in the screen's session; what is particular to orders, offers and supplier orders is
left to hooks.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar, Protocol

from textual import on

from fluorders_tui.domain.errors import DeskError, Invalid, Refused
from fluorders_tui.domain.item_entry import ItemEntry, parse_block
from fluorders_tui.domain.permissions import permission_of, who_may
from fluorders_tui.screens.base import DeskScreen
from fluorders_tui.screens.item_finding import BlockRow
from fluorders_tui.widgets.choices import Choice, Resolution
from fluorders_tui.widgets.edit_strip import EditStrip
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.typed_fields import DateField, DecimalField
from fluorders_tui.widgets.virtual_table import VirtualTable
from fluorders_tui.work import DeskFailed

__all__ = ["DocumentTyping", "HeaderSpec", "counted", "in_strip"]

BLOCK_STEP = 250
"""Rows of a pasted block that are looked up with one question."""


class HeaderSpec(Protocol):
    """What a field of a header says about how it is typed."""

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def registry(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def width(self) -> int: ...
    @property
    def main(self) -> bool: ...
    @property
    def help(self) -> str: ...


def counted(count: int, what: str) -> str:
    """`1 line`, `2 lines`."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def in_strip(field: Field) -> bool:
    """Whether a field belongs to the line being typed."""
    return any(isinstance(node, EditStrip) or node.id == "strip-more" for node in field.ancestors)


class DocumentTyping(DeskScreen):
    """A header, a table of lines with one edit strip, and a session that holds the draft and the line in the strip.

    Every step away from a field first takes what was typed there. `_session` is None until the database answered.
    """

    PARTY: ClassVar[str] = "customer"
    """The field that a new document begins with."""
    STRIP_FIELDS: ClassVar[Mapping[str, str]] = {}
    """The fields of a line by the name that rules and the draft give them."""

    lines_table: VirtualTable
    _session: Any = None
    _typing_undone: tuple[str, str] | None = None
    _read_beside = ""
    """What stood in the field when something was opened to be read."""

    def __init__(self) -> None:
        super().__init__()
        self._opened = asyncio.Event()
        """The document is open, or the database has said that it can't be."""

    # -- hooks -------------------------------------------------------------------------------------

    async def _open(self) -> None:
        """Read the document and show it."""

    def codes(self, registry: str, text: str) -> list[Choice]:
        """Codes of a table for a field of the header; asked in a thread."""
        return []

    @property
    def session(self) -> Any:
        """The document being typed. `Refused` until the database has answered."""
        raise Refused("The document is not open: the database didn't answer.", hint="F5 tries again.")

    @property
    def has_party(self) -> bool:
        """Somebody is chosen whom the document is for."""
        return True

    def fill_strip(self) -> None:
        """Put the strip's line into all of its fields."""

    def clear_strip(self) -> None:
        """Empty the strip for a new line."""

    def first_strip_field(self) -> str:
        """Where the caret goes in a line that is taken up again."""
        return "quantity"

    async def settle_line(self) -> None:
        """Put the line in the strip into the document before going elsewhere; raises where it isn't finished."""

    async def edit_line(self, place: int, name: str = "") -> None:
        """Take a line into the strip to change it."""

    # -- opening and asking ------------------------------------------------------------------------

    async def desk_ready(self) -> None:
        if self._session is None:
            try:
                await self._open()
            finally:
                self._opened.set()

    @on(DeskFailed)
    def _desk_failed(self) -> None:
        # Keys that wait for the document go on and are told, instead of waiting for ever.
        self._opened.set()

    def _today(self) -> dt.date:
        return self.desk.today()

    def _ask(self, find: Callable[[str], Resolution]) -> Callable[[str], Awaitable[Resolution]]:
        async def resolve(text: str) -> Resolution:
            await self._opened.wait()
            return await self.desk_app.ask(lambda: find(text), what="Looking up…")

        return resolve

    def _resolver(self, suggest: Callable[[str], list[Choice]]) -> Callable[[str], Awaitable[Resolution]]:
        return self._ask(lambda text: Resolution.of(text, suggest(text)))

    def header_input(self, spec: HeaderSpec) -> Field:
        """The field on the screen for one of the header's."""
        label = 10 if spec.main else 12
        classes = "field-wide" if spec.main and not spec.width else None
        if spec.kind == "date":
            return DateField(
                spec.name, spec.label, today=self._today, show=self.day, day_first=self.form.day_first,
                past_ok=spec.name == "date", label_width=label, width=spec.width, help=spec.help, classes=classes,
            )  # fmt: skip
        if spec.kind == "amount":
            return DecimalField(
                spec.name, spec.label, show=self.number, label_width=label, width=spec.width, help=spec.help
            )
        if spec.registry:

            def suggest(text: str) -> list[Choice]:
                return self.codes(spec.registry, text)

            return Field(
                spec.name, spec.label, label_width=label, width=spec.width, help=spec.help, suggest=suggest,
                resolver=self._resolver(suggest),
            )  # fmt: skip
        return Field(spec.name, spec.label, label_width=label, width=spec.width, help=spec.help, classes=classes)

    def how_to_add(self, registry: str) -> str:
        """What to do about a row that is missing from a registry: F6, or whoever may add it (P-132)."""
        needed = permission_of(registry)
        if self.desk.may(needed):
            return "F4 lists values, F6 adds it."
        return f"F4 lists; {who_may(needed)} may add it."

    # -- what was typed ----------------------------------------------------------------------------

    async def accept_typed(self) -> None:
        """Take what was typed into any field and not accepted yet; raises the first error, in its field."""
        for field in list(self.query(Field)):
            if field.dirty and not await self._accept(field):
                if self.current_field is not field:
                    self.reveal(field)
                raise field.error or Invalid("Choose one of the hits.", field=field.field_name)

    def reveal(self, field: Field) -> None:
        """Put the caret into a field, also where it is among the hidden ones of the header."""
        if not field.input.focusable:
            self.query_one("#header-more").add_class("-open")
        field.focus()

    def to_next_line(self) -> None:
        """The caret from a field of the strip to where the next line begins."""
        field = self.current_field
        if self.session.line is None and field is not None and field.field_name in self.STRIP_FIELDS.values():
            self.field("item").focus()

    def open_pane(self, title: str, paragraphs: list[str]) -> None:
        """Have something read over the screen until it is closed or typing goes on."""
        field = self.current_field
        self._read_beside = field.text if field is not None else ""
        self.pane.open(title, paragraphs)

    @on(Field.Edited)
    def _remember_typing(self, message: Field.Edited) -> None:
        field = message.field
        if self._session is None or not field.dirty:
            return
        self._session.type(field.field_name, field.text)
        self.tell_unsaved()
        # Whoever types on has read it. What was typed before it opened may be heard of only now.
        if self.pane.is_open and field.text != self._read_beside:
            self.pane.close()

    def restore_text(self, name: str, text: str) -> None:
        """The text that stood in a field when the desk died stands there again (U-1.7)."""
        if text and name in {field.field_name for field in self.query(Field)}:
            field = self.field(name)
            self.reveal(field)
            field.input.value = text
            field.input.action_end()

    # -- moving ------------------------------------------------------------------------------------

    def drop_line(self) -> None:
        """Leave the line being typed or changed as it was."""
        self.session.drop_line()
        self.clear_strip()
        self.field("item").focus()

    async def line_wanted(self, delta: int) -> None:
        await self._move_by(delta)

    async def page_wanted(self, delta: int) -> None:
        await self._move_by(delta * max(1, self.lines_table.window - 1))

    async def _move_by(self, delta: int) -> None:
        session = self.session
        count = len(session.draft.lines)
        if not count and session.line is None:
            self.message_line.say("There is no line yet.")
            return
        place = (session.editing if session.editing >= 0 else count) + delta
        await self.settle_line()
        count = len(session.draft.lines)
        if place >= count:
            self.drop_line()
            self.lines_table.cursor = count - 1
        else:
            await self.edit_line(max(0, place))

    def focus_strip(self, name: str) -> None:
        """The caret into a field of the line just taken up: `name`, else the one it was in, else the first."""
        field = self.current_field
        if not name and field is not None and field.text and field.field_name not in (self.PARTY, "item"):
            name = field.field_name if field.field_name in self.STRIP_FIELDS.values() else ""
        field = self.field(name or self.first_strip_field())
        field.focus()
        field.input.action_select_all()

    async def action_edit(self) -> None:
        session = self.session
        place = session.editing if session.editing >= 0 else self.lines_table.cursor
        if session.line is None or session.editing < 0:
            await self.settle_line()
        if not session.draft.lines:
            raise Refused("There is no line yet.", field="lines")
        await self.edit_line(min(max(0, place), len(session.draft.lines) - 1))

    async def action_delete_line(self) -> None:
        session = self.session
        if session.editing < 0 and session.line is not None:
            session.undo()
            self.clear_strip()
            self.field("item").focus()
            self.message_line.say("The line being typed was dropped. Ctrl+Y brings it back.")
            return
        place = session.editing if session.editing >= 0 else self.lines_table.cursor
        if not 0 <= place < len(session.draft.lines):
            raise Refused("There is no line to delete.", field="lines")
        gone = session.draft.lines[place]
        session.delete(place)
        self.clear_strip()
        self.lines_table.cursor = min(place, len(session.draft.lines) - 1)
        self.field("item").focus()
        self.message_line.say(
            f"Line {place + 1} ({gone.item or gone.description[:30]}) deleted. Ctrl+Z brings it back."
        )

    def check_party(self) -> None:
        """Raise `Refused` while nobody is chosen whom the lines are for."""

    def read_block(self, entries: list[tuple[int, ItemEntry]]) -> tuple[list[BlockRow], list[Invalid], Any]:
        """The rows of a pasted block that are items, those that are none, and what the items are like; in a thread."""
        return [], [], None

    def know_items(self, known: Any) -> None:
        """Take what was read of a block's items."""

    async def paste_block(self, text: str) -> None:
        """A pasted block of codes and quantities becomes lines; all errors together, good lines kept (D-6.6b)."""
        session = self.session
        self.check_party()
        parsed = parse_block(text)
        errors: list[DeskError] = [
            Invalid(entry.message, field=f"row {row}", rule=entry.rule, hint=entry.hint)
            for row, entry in parsed
            if isinstance(entry, Invalid)
        ]
        entries = [(row, entry) for row, entry in parsed if isinstance(entry, ItemEntry)]
        good: list[BlockRow] = []
        for start in range(0, len(entries), BLOCK_STEP):
            part = entries[start : start + BLOCK_STEP]
            what = f"Finding the items… {start} of {len(entries)}"
            found, bad, known = await self.desk_app.ask(partial(self.read_block, part), what=what)
            good += found
            errors += bad
            self.know_items(known)
        added = session.add_block(good, errors)
        self.lines_table.cursor = len(session.draft.lines) - 1
        if errors:
            errors.sort(key=lambda error: int(error.field.partition(" ")[2] or 0))
            self.open_pane(f"{counted(added, 'line')} added, {len(errors)} not", [str(error) for error in errors])
        self.message_line.say(f"{counted(added, 'line')} added.", "warning" if errors else "done")

    # -- undo --------------------------------------------------------------------------------------

    async def action_undo(self) -> None:
        field = self.current_field
        if field is not None and field.dirty:
            self._typing_undone = (field.field_name, field.text)
            field.revert()
            self.session.type()
            self.message_line.say("What was typed here is undone. Ctrl+Y brings it back.")
            return
        told = self.session.undo()
        self._after_step(f"{told}. Ctrl+Y does it again." if told else "Nothing to undo.", bool(told))

    async def action_redo(self) -> None:
        field, undone = self.current_field, self._typing_undone
        self._typing_undone = None
        if undone is not None and field is not None and field.field_name == undone[0] and not field.dirty:
            field.input.value = undone[1]
            field.input.action_end()
            return
        moved = self.session.redo()
        self._after_step("Done again." if moved else "Nothing to do again.", moved)

    def _after_step(self, told: str, moved: bool) -> None:
        self.message_line.say(told)
        if not moved:
            return
        self.fill_strip()
        session = self.session
        self.lines_table.cursor = session.editing if session.editing >= 0 else len(session.draft.lines) - 1
        field = self.current_field
        if not self.has_party:
            self.field(self.PARTY).focus()
        elif session.line is not None:
            self.field(self.first_strip_field()).focus()
        elif field is None or field.field_name in self.STRIP_FIELDS.values():
            self.field("item").focus()

    async def action_header(self) -> None:
        await self.accept_typed()
        more = self.query_one("#header-more")
        inside = self.current_field is not None and more in self.current_field.ancestors
        if inside or (more.has_class("-open") and not inside):
            more.remove_class("-open")
            self.field("item" if self.has_party else self.PARTY).focus()
            return
        more.add_class("-open")
        self.field("type").focus()

    # -- what survives a crash ---------------------------------------------------------------------

    def tell_unsaved(self) -> None:
        """A full disk doesn't stop the typing; the clerk must know what it means (U-1.6)."""
        if self._session is not None and self._session.unsaved:
            self.message_line.say(
                f"This draft can't be kept on this machine ({self._session.unsaved}). Enter it or put it on hold.",
                "warning",
            )

    def say_below(self, text: str) -> None:
        """Tell something on the screen that is there now that this one is gone."""
        below = self.app.screen
        if text and isinstance(below, DeskScreen):
            below.message_line.say(text, "done")

    def save_now(self) -> bool:
        """A hang-up or an unexpected error: the draft is on disk already, this makes sure of the disk (U-1.7)."""
        session = self._session
        if session is None:
            return False
        with suppress(OSError):
            session.sync()
        return bool(session.worth_keeping)

    async def on_unmount(self) -> None:
        session = self._session
        if session is None or session.autosave is None:
            return
        try:
            await asyncio.to_thread(session.autosave.close, keep=session.worth_keeping)
        except OSError:
            logging.getLogger(__name__).exception("the draft's file could not be closed")
