"""The tabs of a registry form: which one is shown, what is typed there, and where an error belongs."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal

from fluorders_tui.domain.errors import DeskError, Several
from fluorders_tui.screens.base import DeskScreen
from fluorders_tui.screens.registry_children import ChildTab
from fluorders_tui.screens.registry_draft import RowDraft
from fluorders_tui.screens.registry_fields import FieldMaker
from fluorders_tui.screens.registry_tabs import FieldTab, child_registries, tab_fields, tab_names
from fluorders_tui.screens.registry_texts import Names, value_text
from fluorders_tui.services.registries import CHILD_PLACE, place_in_words, registry_spec
from fluorders_tui.services.registry_preview import PREVIEWED, registry_preview
from fluorders_tui.widgets.command_bar import CommandBar
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.lookup import Lookup
from fluorders_tui.widgets.message_line import MessageLine
from fluorders_tui.widgets.reading_pane import ReadingPane
from fluorders_tui.widgets.side_panel import Block, SidePanel
from fluorders_tui.widgets.tab_line import TabLine
from fluorders_tui.widgets.title_bar import TitleBar

__all__ = ["FormTabs"]

BESIDE = 120
"""Cells of a screen that shows beside the form what it would do."""

TWO_COLUMNS = 128
"""Cells of a screen that shows fields in two columns."""

ONLY_WHEN_ASKED = ("customers", "suppliers")
"""Whose preview is about one of many things in the form: F9 shows it."""


class FormTabs(DeskScreen):
    """A draft of one row of the registry `name`, shown tab by tab; a tab is made when it is first shown."""

    # Two columns only where every input of the widest kind fits beside its label.
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (BESIDE, "-beside"), (TWO_COLUMNS, "-two")]

    def __init__(self, name: str) -> None:
        super().__init__()
        self.spec = registry_spec(name)
        self._maker = FieldMaker(self)
        self._field_tabs = tab_names(self.spec)
        self._child_names = child_registries(self.spec)
        self._draft: RowDraft | None = None
        self._names: Names = {}
        self._made: dict[int, FieldTab | ChildTab] = {}
        self._shown = 0
        self._changes = 0
        self._looks_ahead = self.spec.name in PREVIEWED and self.spec.name not in ONLY_WHEN_ASKED
        self.set_class(self._looks_ahead, "-looks-ahead")

    def compose(self) -> ComposeResult:
        yield TitleBar()
        yield TabLine()
        with Horizontal(id="work"):
            yield Container(id="tabs")
            if self._looks_ahead:
                yield SidePanel()
        yield MessageLine()
        yield CommandBar()
        yield Lookup()
        yield ReadingPane()

    @property
    def draft(self) -> RowDraft:
        """What is being typed. Only once it is read."""
        assert self._draft is not None
        return self._draft

    # -- tabs --------------------------------------------------------------------------------------

    @property
    def tab(self) -> FieldTab | ChildTab | None:
        """The tab on the screen."""
        return self._made.get(self._shown)

    def _tab_fields(self) -> dict[str, Field]:
        return self.tab.fields if self.tab is not None else {}

    async def _show_tab(self, index: int) -> None:
        if self.tab is not None:
            self.tab.display = False
        self._shown = index
        if self.tab is None:
            made = self._made[index] = self._make_tab(index)
            await self.query_one("#tabs").mount(made)
        else:
            self.tab.display = True
        self.show_titles()

    def _make_tab(self, index: int) -> FieldTab | ChildTab:
        if index < len(self._field_tabs):
            fields = tab_fields(self.spec, self._field_tabs[index])
            return FieldTab(self.spec, fields, self._maker, self.draft.values, self._names)
        child = self._child_names[index - len(self._field_tabs)]
        rows = self.draft.children.setdefault(child, [])
        return ChildTab(registry_spec(child), rows, self._maker, self._names, self.form)

    def show_titles(self) -> None:
        """Show the tabs, and in the title what row this is and whether it is saved."""
        titles = list(self._field_tabs)
        for child in self._child_names:
            rows = len(self.draft.children.get(child, ()))
            titles.append(f"{registry_spec(child).title} {rows}" if rows else registry_spec(child).title)
        self.query_one(TabLine).show(titles, self._shown)
        self.refresh_bindings()
        values = self.draft.values
        what = f"New {self.spec.singular}" if self.draft.is_new else self.spec.singular.capitalize()
        # Before the name, which may be longer than the line.
        what += ", not saved" if self.draft.is_changed else ""
        key = (value_text(values.get(name), self.form) for name in self.spec.key)
        parts = [what, *(text for text in key if text)]
        parts += [str(values[name]) for name in ("name", "description") if values.get(name)][:1]
        if values.get("active") is False:
            parts.append("inactive")
        self.title_bar.show(" · ".join(parts))
        self._look_ahead()

    # -- what it would do, beside the form ------------------------------------------------------

    @property
    def _beside(self) -> SidePanel | None:
        """The panel beside the form, where there is room for it."""
        panel = self.query_one_optional(SidePanel)
        return panel if panel is not None and self.size.width >= BESIDE else None

    def on_resize(self) -> None:
        if self._draft is not None:
            self._look_ahead()

    def _look_ahead(self) -> None:
        """Show what the values would do as they stand now; read in a thread, so that typing never waits."""
        panel = self._beside
        if panel is None:
            return
        desk, name, values = self.desk, self.spec.name, dict(self.draft.values)
        children = {child: [dict(row) for row in rows] for child, rows in self.draft.children.items()}
        self.desk_app.run_read(
            self,
            lambda: registry_preview(desk, name, values, children),
            lambda lines: panel.show([Block("What it would do", tuple(lines))]),
            group="ahead",
        )

    async def _change_tab(self, index: int, *, last: bool = False) -> None:
        """Leave this tab for another one, its first field or its `last`; nothing typed is left behind."""
        if not await self._settled():
            return
        count = len(self._field_tabs) + len(self._child_names)
        await self._show_tab(index % count)
        fields = list(self._tab_fields().values())
        shown = [one for one in fields if one.display]
        (shown[-1] if last else shown[0]).focus()

    async def _settled(self) -> bool:
        """Accept what is being typed, in a table's strip too; False leaves the focus where something is wrong."""
        field = self.current_field
        if field is not None and not await self._leave(field):
            return False
        if isinstance(self.tab, ChildTab) and self.tab.typed:
            return self._commit()
        return True

    @on(TabLine.Clicked)
    async def _clicked_tab(self, message: TabLine.Clicked) -> None:
        if message.index != self._shown:
            await self._change_tab(message.index)

    def _commit(self) -> bool:
        tab = self.tab
        done = isinstance(tab, ChildTab) and tab.commit()
        if done:
            self._changes += 1
            self.show_titles()
        return done

    # -- errors ------------------------------------------------------------------------------------

    async def go_to(self, name: str) -> Field | None:
        """Show the field of that name and go there."""
        tab = self.spec.by_name[name].tab
        await self._show_tab(self._field_tabs.index(tab))
        field = self._tab_fields().get(name)
        if field is not None:
            field.focus()
        return field

    async def _place(self, error: DeskError) -> None:
        """Show errors at their fields; the first one has the focus, all are read in the pane."""
        errors = error.errors if isinstance(error, Several) else (error,)
        for one in reversed(errors):
            await self._place_one(one)
        self.message_line.tell(errors[0])
        if len(errors) > 1:
            self.pane.open(f"{len(errors)} things are wrong", [f"✗ {self._told(one)}" for one in errors])

    async def _place_one(self, error: DeskError) -> None:
        place = CHILD_PLACE.fullmatch(error.field)
        if error.field in self.spec.by_name:
            field = await self.go_to(error.field)
            if field is not None:
                field.show_error(error)
        elif place and place["registry"] in self._child_names:
            await self._show_tab(len(self._field_tabs) + self._child_names.index(place["registry"]))
            if isinstance(self.tab, ChildTab):
                self.tab.show_error(int(place["row"]) - 1, place["field"], error)

    def _told(self, error: DeskError) -> str:
        return f"{place_in_words(self.spec.name, error.field)}: {error.message} {error.hint}".strip(": ")
