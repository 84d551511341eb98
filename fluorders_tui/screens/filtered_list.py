"""A list of documents: find while typing, choose what is shown, sort, and keep all three under a name (U-3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, Generic, Protocol, TypeVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from fluorders_tui.bindings import bindings
from fluorders_tui.domain.errors import DeskError, Invalid
from fluorders_tui.domain.order_listing import StatusCount
from fluorders_tui.places import state_dir
from fluorders_tui.screens.list_pages import Asked
from fluorders_tui.screens.paged_list import PagedList
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.saved_filters import SavedFilter, load_filters, save_filters
from fluorders_tui.widgets.choices import Choice, Resolution
from fluorders_tui.widgets.command_bar import CommandBar
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.lookup import Lookup
from fluorders_tui.widgets.message_line import MessageLine
from fluorders_tui.widgets.question import Question
from fluorders_tui.widgets.reading_pane import ReadingPane
from fluorders_tui.widgets.row_sources import Row
from fluorders_tui.widgets.table_layout import Column
from fluorders_tui.widgets.title_bar import TitleBar
from fluorders_tui.widgets.virtual_table import VirtualTable

__all__ = ["FieldSort", "FilteredList", "ListSort", "Numbered"]

E = TypeVar("E", bound=StrEnum)


class Numbered(Protocol):
    """A document in a list."""

    @property
    def id(self) -> int: ...
    @property
    def number(self) -> str: ...


class FieldSort(Protocol):
    """A sort by one field, up or down."""

    @property
    def field(self) -> StrEnum: ...
    @property
    def descending(self) -> bool: ...


@dataclass(frozen=True)
class ListSort(Generic[E]):
    """A sort by one field, up or down."""

    field: E
    descending: bool = True


F = TypeVar("F")
S = TypeVar("S", bound=FieldSort)
R = TypeVar("R", bound=Numbered)


class FilteredList(PagedList[F, S, R]):
    """All documents of a kind. The find field has the focus; the arrows move the cursor in the list below it.

    A subclass says what can be shown (`SHOWN`), what things are called, and what Enter does (`row_chosen`). Where
    rows can be selected, Space does it: in the list, and in the find field as long as nothing is typed there.
    """

    CSS_PATH = "filtered_list.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "refresh", "save", "find", "sort", "first_row", "last_row", "go_to_number"
    )
    NAME: ClassVar[tuple[str, str]] = ("", "")
    """One of them and several, as the title has it; the first names the file of the saved filters too."""
    COLUMNS: ClassVar[Sequence[Column]] = ()
    SHOWN: ClassVar[Mapping[str, tuple[Any, str]]] = {}
    """The filters that are always there, by the word that is typed for them, and what they mean; `all` first."""
    MARKABLE: ClassVar[bool] = False
    FIND_HELP: ClassVar[str] = ""
    SHOW_HELP: ClassVar[str] = ""

    def __init__(self, *, choose: str = "all", find: str = "") -> None:
        super().__init__()
        self._show_name = choose if choose in self.SHOWN else "all"
        self._first_text = find
        self._filters: dict[str, SavedFilter[S]] = {}
        self._saved_name = ""
        self.table = VirtualTable(
            self.COLUMNS, can_focus=self.MARKABLE, markable=self.MARKABLE, empty=f"No {self.NAME[0]} fits."
        )

    def compose(self) -> ComposeResult:
        yield TitleBar(self.TITLE_TEXT)
        with Horizontal(id="filter"):
            yield Field("find", "Find", text=self._first_text, label_width=6, width=0, help=self.FIND_HELP)
            yield Field("choice", "  Show", text=self._show_name, label_width=7, width=20, id="choice",
                        suggest=self._choices, resolver=self._resolve, help=self.SHOW_HELP)  # fmt: skip
        yield Field("name", "Save as", label_width=8, width=30, id="name", max_length=40,
                    help="A name for what is shown now; emptied it removes the saved filter.")  # fmt: skip
        yield from self.further_fields()
        yield self.table
        yield Question()
        yield MessageLine()
        yield CommandBar()
        yield Lookup()
        yield ReadingPane()

    async def on_mount(self) -> None:
        self.field("find").input.gives_first_space = self.MARKABLE
        self.field("find").focus()

    async def desk_ready(self) -> None:
        try:
            self._filters = load_filters(state_dir(), self.NAME[0], self.sort_named)
        except DeskError as error:
            self.message_line.tell(error)
        self.ask_again()

    # -- hooks for the screen ----------------------------------------------------------------------

    def further_fields(self) -> Iterable[Widget]:
        """What stands between the filters and the list."""
        return ()

    def sort_named(self, field: str, descending: bool) -> S:
        """The sort a saved filter names. Raises `ValueError` for one that is not known."""
        raise ValueError(field)

    def find_first(self, desk: Desk, text: str) -> Sequence[R]:
        """The document that a text means best, where it means one; runs in a thread."""
        return ()

    def status_counts(self, desk: Desk) -> Mapping[Any, StatusCount]:
        """How many documents stand in each status; runs in a thread."""
        return {}

    async def row_chosen(self, row: Row) -> None:
        """Enter on a row."""

    # -- what is asked and shown -------------------------------------------------------------------

    def wanted(self) -> F:
        """What is shown, with the text that is looked for."""
        return cast("F", replace(self.SHOWN[self._show_name][0], text=self.field("find").text.strip()))

    def row_meant(self, desk: Desk, asked: Asked[F, S]) -> int | None:
        """The document whose number was typed, wherever the sort puts it."""
        text = cast("Any", asked.filter).text
        best = next(iter(self.find_first(desk, text)), None) if text else None
        return best.id if best is not None and best.number.casefold().endswith(text.casefold()) else None

    def filter_changed(self) -> None:
        """What is no longer shown must not be changed unseen."""
        self.table.clear_marks()

    def show_title(self) -> None:
        count, opened = self.count, self.opened
        if count is None or opened is None:
            said = "counting…"
        else:
            shown = self.number(Decimal(count))
            if cast("Any", opened.pages.asked.filter).text:
                said = f"{shown} found" if opened.pages.counted_all else f"≥ {shown} found"
            else:
                said = f"{shown} {self.NAME[count != 1]}"
        sort = self.sorting.name if self.sorting else ""
        show = "" if self._show_name == "all" else f"{self._show_name} · "
        marks = f" · {len(self.table.marks)} selected" if self.table.marks else ""
        self.title_bar.show(f"{self.TITLE_TEXT} · {show}{said}{marks} · {sort}")

    @on(VirtualTable.MarksChanged)
    def _marked(self) -> None:
        self.show_title()

    @on(VirtualTable.RowSelected)
    async def _opened_row(self, message: VirtualTable.RowSelected) -> None:
        await self.row_chosen(message.row)

    # -- choosing ----------------------------------------------------------------------------------

    def _choices(self, text: str) -> list[Choice]:
        counted = self.status_counts(self.desk)
        wanted = text.strip().casefold()
        found: list[Choice] = []
        for name, (one, said) in self.SHOWN.items():
            count = sum(counted[status].count for status in one.statuses if status in counted)
            found.append(Choice(name, said, self.number(Decimal(count)) if one.statuses else "", name))
        for name, saved in self._filters.items():
            found.append(Choice(name, " ".join(part for part in (saved.show, saved.find) if part), "saved", name))
        return [one for one in found if one.code.casefold().startswith(wanted)]

    async def _resolve(self, text: str) -> Resolution:
        await self.desk_app.desk_there()
        return Resolution.of(text, await self.desk_app.ask(lambda: self._choices(text)))

    async def field_accepted(self, field: Field) -> None:
        if field.field_name == "choice":
            await self._choose(field.text or "all")
        elif field.field_name == "name":
            self._save_as(field.text.strip())
        else:
            await self.catch_up()

    async def _choose(self, name: str) -> None:
        saved = self._filters.get(name)
        if saved is not None:
            self._show_name = saved.show if saved.show in self.SHOWN else "all"
            self.sort, self._saved_name = saved.sort, name
            self.field("find").set_value(saved.find or None)
        else:
            self._show_name, self._saved_name = name if name in self.SHOWN else "all", ""
            self.field("choice").set_value(self._show_name)
        self.field("find").focus()
        await self.catch_up()

    async def fields_done(self) -> None:
        """Enter in the find field: the row under the cursor."""
        field = self.current_field
        if field is not None and field.field_name == "find":
            row = await self.row_here()
            if row is not None:
                await self.row_chosen(row)

    # -- commands ----------------------------------------------------------------------------------

    async def action_mark(self) -> None:
        """Space in the empty find field."""
        if await self.row_here() is not None:
            self.table.action_mark()

    async def action_next_field(self) -> None:
        """Tab: where rows can be selected, from the find field into the list; F4 goes to what is shown."""
        field = self.current_field
        if self.MARKABLE and field is not None and field.field_name == "find":
            await self.catch_up()
            self.table.focus()
        else:
            await super().action_next_field()

    async def action_lookup(self) -> None:
        field = self.current_field
        if field is None or field.field_name == "find":
            await self.catch_up()
            self.field("choice").focus()
        await super().action_lookup()

    async def action_back(self) -> None:
        field = self.current_field
        hits = self.lookup_list
        if self.is_reading or (hits is not None and hits.is_open):
            await super().action_back()
        elif self.table.marks and (field is None or field.field_name == "find"):
            self.table.clear_marks()
        elif field is None:
            self.field("find").focus()
        elif field.field_name == "find" and field.text:
            field.clear()
            await self.catch_up()
        elif field.field_name == "find":
            await super().action_back()
        else:
            if field.field_name == "choice":
                field.set_value(self._saved_name or self._show_name)
            self._close_name()
            self.message_line.clear()

    async def action_find(self) -> None:
        self._close_name()

    # -- saved filters -----------------------------------------------------------------------------

    async def action_save(self) -> None:
        name = self.field("name")
        name.add_class("-open")
        name.set_value(self._saved_name or None)
        name.focus()
        self.message_line.say("Give what is shown a name, then Enter. F12 gives up.")

    def _close_name(self) -> None:
        self.field("find").focus()
        self.field("name").remove_class("-open")

    def _save_as(self, name: str) -> None:
        if name.casefold() in self.SHOWN:
            raise Invalid(f"“{name}” is always there; choose another name.", field="name")
        filters = dict(self._filters)
        if name:
            filters[name] = SavedFilter(self._show_name, self.field("find").text.strip(), self.sort)
            said = f"Saved as “{name}”: F4 lists it."
        elif self._saved_name:
            filters.pop(self._saved_name, None)
            said = f"The filter “{self._saved_name}” is removed."
        else:
            said = ""
        save_filters(state_dir(), self.NAME[0], filters)
        self._filters, self._saved_name = filters, name
        self.field("choice").set_value(name or self._show_name)
        self._close_name()
        if said:
            self.message_line.say(said, "done")
