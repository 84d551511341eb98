"""All registries by group: type to find one, Enter opens it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from fluorders_tui.bindings import bindings
from fluorders_tui.domain.folding import fold
from fluorders_tui.domain.registry import RegistrySpec
from fluorders_tui.screens.base import DeskScreen
from fluorders_tui.services.registries import all_specs, window
from fluorders_tui.widgets.command_bar import CommandBar
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.message_line import MessageLine
from fluorders_tui.widgets.reading_pane import ReadingPane
from fluorders_tui.widgets.row_sources import ListSource, Row
from fluorders_tui.widgets.table_layout import Column
from fluorders_tui.widgets.title_bar import TitleBar
from fluorders_tui.widgets.virtual_table import VirtualTable

__all__ = ["RegistriesScreen"]

GROUPS = ("Parties", "Items", "Prices", "Tables", "Settings")
COLUMNS = (
    Column("title", "Registry", 30),
    Column("rows", "Rows", 9, align="right"),
    Column("name", "For import and export", 22, flex=True, drop=1),
)


class RegistriesScreen(DeskScreen):
    """The find field always has the focus; the arrows move the cursor in the list."""

    CSS_PATH = "registries.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings("edit", "refresh", "find")
    TITLE_TEXT = "Registries"
    HELP_TEXT = ("Type a part of a registry's name; ↑↓ choose one, Enter opens it.",)

    def __init__(self) -> None:
        super().__init__()
        self._specs = [spec for spec in all_specs() if not spec.parent]
        self._counts: dict[str, int] = {}

    def compose(self) -> ComposeResult:
        yield TitleBar()
        yield Field("find", "Find", label_width=6, width=30)
        yield VirtualTable(COLUMNS, can_focus=False, empty="No registry has such a name.")
        yield MessageLine()
        yield CommandBar()
        yield ReadingPane()

    async def desk_ready(self) -> None:
        self._show("")
        self.field("find").focus()
        self._count()

    def on_screen_resume(self) -> None:
        if self._knows_desk:
            self._count()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return False if action == "lookup" else super().check_action(action, parameters)

    @property
    def table(self) -> VirtualTable:
        """The list."""
        return self.query_one(VirtualTable)

    def _count(self) -> None:
        desk, names = self.desk, [spec.name for spec in self._specs]
        self.desk_app.run_read(
            self, lambda: {name: window(desk, name).count for name in names}, self._counted, group="counts"
        )

    def _counted(self, counts: Mapping[str, int]) -> None:
        self._counts = dict(counts)
        self._show(self.field("find").text, keep=True)

    @on(Field.Edited)
    def _typed(self, message: Field.Edited) -> None:
        self._show(message.text)

    def _show(self, text: str, *, keep: bool = False) -> None:
        rows: list[Row] = []
        for group in GROUPS:
            found = [spec for spec in self._specs if spec.group == group and _fits(spec, text)]
            if found:
                rows.append(Row(f"group {group}", (group, "", ""), "group"))
                rows += [self._row(spec) for spec in found]
        self.table.refresh_source(ListSource(rows), keep_key=keep)
        if not keep or self.table.cursor < 1:
            self.table.cursor = min(1, len(rows) - 1)

    def _row(self, spec: RegistrySpec) -> Row:
        count = self._counts.get(spec.name)
        return Row(spec.name, (f"  {spec.title}", "…" if count is None else self.number(Decimal(count)), spec.name))

    async def line_wanted(self, delta: int) -> None:
        self._step(delta)

    async def page_wanted(self, delta: int) -> None:
        self._step(delta * max(1, self.table.window - 1))

    def _step(self, delta: int) -> None:
        """Move the cursor; it never stands on the name of a group."""
        count = self.table.source.count
        wanted = max(1, min(self.table.cursor + delta, count - 1))
        row = self.table.row_at(wanted)
        if row is not None and row.look == "group":
            wanted += 1 if delta > 0 else -1
        self.table.cursor = wanted
        if wanted <= 1 and self.table.top:
            self.table.top = 0
            self.table.refresh()

    async def fields_done(self) -> None:
        # What was typed ahead of the list must count.
        field = self.field("find")
        if not any(_fits(spec, field.text) for spec in self._specs):
            return
        self._show(field.text, keep=True)
        row = self.table.current
        if row is not None and row.look != "group":
            await self.desk_app.open_screen("registry", name=str(row.key))

    async def action_edit(self) -> None:
        await self.fields_done()

    async def action_refresh(self) -> None:
        self._count()

    async def action_find(self) -> None:
        self.field("find").input.action_select_all()

    @on(VirtualTable.RowSelected)
    async def _row_chosen(self, message: VirtualTable.RowSelected) -> None:
        if message.row.look != "group":
            await self.desk_app.open_screen("registry", name=str(message.row.key))

    async def back_wanted(self) -> None:
        field = self.field("find")
        if field.text:
            field.clear()
            self._show("")
        else:
            await self.action_leave()

    async def action_back(self) -> None:
        if not self.pane.close():
            await self.back_wanted()


def _fits(spec: RegistrySpec, text: str) -> bool:
    said = fold(f"{spec.title} {spec.name} {spec.singular} {spec.group}")
    return all(word in said for word in fold(text).split())
