"""The list of any registry: find as you type, open, new, copy, deactivate, delete, history, import, export."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.timer import Timer

from fluorders_tui.bindings import bindings
from fluorders_tui.domain.errors import DeskError
from fluorders_tui.domain.registry import RegistrySpec
from fluorders_tui.screens.list_pages import PAGE
from fluorders_tui.screens.paged_list import background_source
from fluorders_tui.screens.registry_files import RegistryFiles
from fluorders_tui.screens.registry_form import RegistryFormScreen
from fluorders_tui.screens.registry_reading import history_lines
from fluorders_tui.screens.registry_tabs import ON_THEIR_OWN
from fluorders_tui.screens.registry_texts import list_columns, shown_rows
from fluorders_tui.services.registries import RegistryRecord, RowWindow, get_row, registry_spec, window
from fluorders_tui.services.registry_history import history
from fluorders_tui.services.registry_saving import check_allowed, deactivate, delete, reactivate
from fluorders_tui.widgets.command_bar import CommandBar
from fluorders_tui.widgets.field import DEBOUNCE_SECONDS, Field
from fluorders_tui.widgets.lookup import Lookup
from fluorders_tui.widgets.message_line import MessageLine
from fluorders_tui.widgets.question import Question
from fluorders_tui.widgets.reading_pane import ReadingPane
from fluorders_tui.widgets.row_sources import Row
from fluorders_tui.widgets.table_layout import Column
from fluorders_tui.widgets.title_bar import TitleBar
from fluorders_tui.widgets.virtual_table import VirtualTable

__all__ = ["RegistryScreen"]

ONE_ROW = ("company",)
"""Registries with one row, which is only changed."""
OF_MANY = ("new", "copy_row", "deactivate", "show_inactive", "delete_row", "import_file")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the list is to show."""

    find: str = ""
    inactive: bool = False


@dataclass(frozen=True)
class _Listed:
    """The start of a list, as it was read; `place` is where the row stands that was asked for."""

    wanted: _Wanted
    window: RowWindow
    count: int
    rows: Sequence[Row]
    place: int | None = None


class RegistryScreen(RegistryFiles):
    """The list of the registry `name`; with `parent` (a code or an id) only the rows that belong to that row.

    The find field has the focus all the time; the arrows and the page keys move the cursor in the list.
    """

    CSS_PATH = "registry.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "edit", "new", "refresh", "find", "copy_row", "deactivate", "show_inactive", "delete_row", "history",
        "import_file", "export_file", "next_step",
    )  # fmt: skip
    HELP_TEXT = (
        "Type a part of a code or name: the list shows what fits. ↑↓ and PgUp, PgDn move the cursor; ↑ on the first "
        "row goes to the last one. Enter opens the row (of a price list its prices), F2 its form.",
        "Import shows what a file would change before anything is written; a second Enter writes it.",
    )

    def __init__(self, name: str, parent: str | int | None = None) -> None:
        super().__init__()
        self.spec: RegistrySpec = registry_spec(name)
        self.parent_row = parent
        self._owner: RegistryRecord | None = None
        self._wanted = _Wanted()
        self._listed: _Listed | None = None
        self._timer: Timer | None = None
        self._form_open: RegistryFormScreen | None = None
        self._last_find: str | None = None

    def compose(self) -> ComposeResult:
        yield TitleBar()
        yield Field("find", "Find", label_width=6, width=40, max_length=200)
        yield VirtualTable(self._columns_for(_Wanted()), can_focus=False, empty="Nothing fits.")
        yield self.file_field()
        yield MessageLine()
        yield Question()
        yield CommandBar()
        yield Lookup()
        yield ReadingPane()

    async def desk_ready(self) -> None:
        self._show_title()
        self.field("find").focus()
        if self.parent_row is not None:
            owner = partial(get_row, self.desk, self.spec.parent_registry, self.parent_row, children=False)
            self._owner = await self.desk_app.ask(owner)
        await self._catch_up(again=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "lookup":
            return self.is_asking_file
        if action in ("deactivate", "show_inactive") and "active" not in self.spec.by_name:
            return False
        if action in OF_MANY and self.spec.name in ONE_ROW:
            return False
        return super().check_action(action, parameters)

    @property
    def table(self) -> VirtualTable:
        """The list."""
        return self.query_one(VirtualTable)

    # -- reading -----------------------------------------------------------------------------------

    def _columns_for(self, wanted: _Wanted) -> tuple[Column, ...]:
        without = self.spec.parent if self.parent_row is not None else ""
        return list_columns(self.spec, without=without, inactive=wanted.inactive)

    def _reader(self, wanted: _Wanted, at: int | None = None) -> Callable[[], _Listed]:
        """What reads the start of the list, for a thread; with `at` (a row's id) also where that row stands."""
        columns, form, desk = self._columns_for(wanted), self.form, self.desk
        spec, parent = self.spec, self._owner.id if self._owner else None

        def read() -> _Listed:
            found = window(desk, spec.name, find=wanted.find, include_inactive=wanted.inactive, parent=parent)
            place = None
            if at is not None:
                record = get_row(desk, spec.name, at, children=False)
                place = found.index_of(record.values[spec.key[0]] if len(spec.key) == 1 else record.id)
            rows = shown_rows(desk, spec, columns, form, found.rows(0, PAGE))
            return _Listed(wanted, found, found.count, rows, place)

        return read

    async def _catch_up(self, *, again: bool = False, at: int | None = None) -> None:
        """Wait until the list shows what stands in the find field; keys typed meanwhile stay in order."""
        self._wanted = _Wanted(self.field("find").text.strip(), self._wanted.inactive)
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if again or self._listed is None or self._listed.wanted != self._wanted:
            self._show_list(await self.desk_app.ask(self._reader(self._wanted, at)))

    @on(Field.Edited)
    def _typed(self, message: Field.Edited) -> None:
        if message.field.field_name != "find" or not self._knows_desk:
            return
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(message.field.debounce or DEBOUNCE_SECONDS, self._search)

    def _search(self) -> None:
        self._timer = None
        self._wanted = _Wanted(self.field("find").text.strip(), self._wanted.inactive)
        self.desk_app.run_read(self, self._reader(self._wanted), self._found, group="list")

    def _found(self, listed: _Listed) -> None:
        if listed.wanted == self._wanted and (self._listed is None or self._listed.wanted != self._wanted):
            self._show_list(listed)

    def _show_list(self, listed: _Listed) -> None:
        self._listed = listed
        columns, form, desk, spec = self._columns_for(listed.wanted), self.form, self.desk, self.spec

        def read(start: int, stop: int) -> Sequence[Row]:
            return shown_rows(desk, spec, columns, form, listed.window.rows(start, stop))

        source = background_source(self, self.table, listed.count, read)
        if listed.rows:
            source.deliver(0, listed.rows)
        if columns != self.table.columns:
            self.table.set_columns(columns)
        before = self.table.cursor
        self.table.refresh_source(source, keep_key=False)
        self.table.cursor = max(0, before if listed.place is None and self._same_find(listed) else listed.place or 0)
        self._show_title()

    def _same_find(self, listed: _Listed) -> bool:
        shown, self._last_find = self._last_find, listed.wanted.find
        return shown == listed.wanted.find

    def _show_title(self) -> None:
        parts = [self.spec.title]
        if self._owner is not None:
            parts.append(f"{self._owner.code} {self._owner.name}".strip())
        if self._listed is not None:
            parts.append(self.number(Decimal(self._listed.count)))
        if self._wanted.inactive:
            parts.append("inactive ones too")
        self.title_bar.show(" · ".join(parts))

    async def _row_id(self) -> int | None:
        """The id of the row under the cursor, once the list shows what was typed; None where there is none."""
        await self._catch_up()
        row = self.table.current
        if row is not None:
            return int(str(row.key))
        if self._listed is None or not 0 <= self.table.cursor < self._listed.count:
            return None
        at = self.table.cursor
        found = await self.desk_app.ask(partial(self._listed.window.rows, at, at + 1))
        return found[0].id if found else None

    async def _record(self) -> RegistryRecord | None:
        row_id = await self._row_id()
        if row_id is None:
            self.message_line.say("There is no row here.", "warning")
            return None
        return await self.desk_app.ask(partial(get_row, self.desk, self.spec.name, row_id, children=False))

    # -- moving ------------------------------------------------------------------------------------

    async def line_wanted(self, delta: int) -> None:
        await self._catch_up()
        last = self.table.source.count - 1
        wanted = self.table.cursor + delta
        self.table.cursor = last if wanted < 0 else 0 if wanted > last else wanted

    async def page_wanted(self, delta: int) -> None:
        await self._catch_up()
        self.table.action_cursor_page_down() if delta > 0 else self.table.action_cursor_page_up()

    async def fields_done(self) -> None:
        if self.is_asking_file:
            await self.file_given()
            return
        row_id = await self._row_id()
        if row_id is not None:
            await self._open(row_id)

    async def _open(self, row_id: int) -> None:
        own = next((name for name in self.spec.children if name in ON_THEIR_OWN), None)
        if own is not None:
            await self.desk_app.open_screen("registry", name=own, parent=row_id)
        else:
            await self._open_form(row=row_id)

    async def _open_form(self, **arguments: Any) -> None:
        screen = await self.desk_app.open_screen(
            "registry_form", then=self._form_closed, name=self.spec.name, **arguments
        )
        self._form_open = screen if isinstance(screen, RegistryFormScreen) else None

    async def _form_closed(self, code: str | None) -> None:
        saved = self._form_open.saved if self._form_open is not None else None
        self._form_open = None
        if code is not None and saved is not None:
            await self._catch_up(again=True, at=saved.id)
            self.message_line.say(f"{self.spec.singular.capitalize()} {code} saved.", "done")

    @on(VirtualTable.RowSelected)
    async def _row_chosen(self, message: VirtualTable.RowSelected) -> None:
        await self._open(int(str(message.row.key)))

    # -- commands ----------------------------------------------------------------------------------

    async def action_edit(self) -> None:
        row_id = await self._row_id()
        if row_id is not None:
            await self._open_form(row=row_id)

    async def action_new(self) -> None:
        check_allowed(self.desk, self.spec.name)
        preset = {self.spec.parent: self._owner.code} if self._owner is not None else {}
        await self._open_form(preset=preset)

    async def action_copy_row(self) -> None:
        row_id = await self._row_id()
        if row_id is not None:
            check_allowed(self.desk, self.spec.name)
            await self._open_form(copy_of=row_id)

    async def action_next_step(self) -> None:
        """F9 on a price list: raise, duplicate, open or close it (D-4.10)."""
        record = await self._record()
        if record is not None:
            await self.desk_app.open_screen("price_lists", code=record.code)

    async def action_refresh(self) -> None:
        await self._catch_up(again=True)
        self.message_line.say("Read again.", "done")

    async def action_find(self) -> None:
        field = self.field("find")
        field.focus()
        field.input.action_select_all()

    async def action_show_inactive(self) -> None:
        self._wanted = _Wanted(self._wanted.find, not self._wanted.inactive)
        await self._catch_up(again=True)

    async def action_deactivate(self) -> None:
        record = await self._record()
        if record is None:
            return
        change = deactivate if record.active else reactivate
        verb = "Deactivate" if record.active else "Take back into use"

        async def do() -> None:
            call = partial(change, self.desk, self.spec.name, record.id, record.version)
            await self._write(call, f"{_label(record)} {'deactivated' if record.active else 'is active again'}.")

        self.query_one(Question).ask(f"{verb} {_label(record)}?", do)

    async def action_delete_row(self) -> None:
        record = await self._record()
        if record is None:
            return

        async def do() -> None:
            await self._write(
                partial(delete, self.desk, self.spec.name, record.id, record.version), f"{_label(record)} deleted."
            )

        self.query_one(Question).ask(f"Delete {_label(record)}?", do)

    async def _write(self, call: Callable[[], object], done: str) -> None:
        try:
            await self.desk_app.run_write(call)
        except DeskError as error:
            self.message_line.tell(error)
            return
        await self._catch_up(again=True)
        self.message_line.say(done, "done")

    async def action_history(self) -> None:
        if self.pane.close():
            return
        record = await self._record()
        if record is None:
            return
        registry, row_id, title = self.spec.name, record.id, _label(record)
        if self.spec.parent:
            # What happens to such a row is written down with the row it belongs to.
            code = str(record.values[self.spec.parent])
            owner = await self.desk_app.ask(
                partial(get_row, self.desk, self.spec.parent_registry, code, children=False)
            )
            registry, row_id, title = owner.registry, owner.id, _label(owner)
        entries = await self.desk_app.ask(partial(history, self.desk, registry, row_id))
        self.pane.open(f"History of {title}", history_lines(entries, self.desk, self.form))

    async def reload(self) -> None:
        await self._catch_up(again=True)

    async def action_back(self) -> None:
        field = self.current_field
        if self.pane.close():
            return
        if field is not None and field.field_name == "file":
            self.close_file()
            return
        find = self.field("find")
        if find.text:
            find.clear()
            await self._catch_up()
        else:
            await self.action_leave()


def _label(record: RegistryRecord) -> str:
    return f"{record.code} {record.name}".strip()
