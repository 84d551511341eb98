"""What the screens share that show one long list: asking, catching up with the keys, pages, count, sort (U-1)."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar, cast

from textual import on
from textual.timer import Timer

from fluorders_tui.domain.errors import DeskError
from fluorders_tui.screens.base import DeskScreen
from fluorders_tui.screens.list_pages import PAGE, Asked, Listed, ListWindow, Opened, Pages, open_pages
from fluorders_tui.services.desk import Desk
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.row_sources import PagedSource, Row
from fluorders_tui.widgets.virtual_table import VirtualTable

__all__ = ["FIND_SECONDS", "PagedList", "Sorting", "background_source"]

FIND_SECONDS = 0.03
"""How long the text stands still before it is searched for."""

F = TypeVar("F")
S = TypeVar("S")
R = TypeVar("R", bound=Listed)


@dataclass(frozen=True, slots=True)
class Sorting(Generic[S]):
    """A sort that F8 comes to: the column that shows it, its name, and whether it goes downwards."""

    sort: S
    column: str
    name: str
    descending: bool = False


def background_source(
    screen: DeskScreen, table: VirtualTable, count: int, read: Callable[[int, int], Sequence[Row]]
) -> PagedSource:
    """Rows for `table` whose pages `read` gets in a thread when they are first shown."""

    def fetch(start: int, stop: int) -> None:
        def deliver(rows: Sequence[Row]) -> None:
            source.deliver(start, rows)
            if table.source is source:
                table.rows_arrived()

        def fail(error: DeskError) -> None:
            source.failed(start)
            screen.message_line.tell(error)

        screen.desk_app.run_read(table, lambda: read(start, stop), deliver, group=f"page {start}", failed=fail)

    source = PagedSource(fetch, count, page=PAGE)
    return source


class PagedList(DeskScreen, Generic[F, S, R]):
    """A screen with a field `find` and one list of any depth in `self.table`.

    A subclass sets `SORTS` and `table`, and says what is asked (`wanted`), who answers (`open_window`), how a row
    looks (`row`), and what stands above (`show_title`).
    """

    SORTS: ClassVar[Sequence[Sorting[Any]]] = ()
    table: VirtualTable

    def __init__(self) -> None:
        super().__init__()
        self.sort: S = self.SORTS[0].sort
        self.opened: Opened[F, S, R] | None = None
        """The list that is shown."""
        self._asked: Asked[F, S] | None = None
        self._source = PagedSource(lambda start, stop: None, 0)
        self._timer: Timer | None = None

    # -- what the list says: hooks for the screen ---------------------------------------------------

    @abstractmethod
    def wanted(self) -> F:
        """The filter as it stands in the fields."""

    @abstractmethod
    def open_window(self, desk: Desk, asked: Asked[F, S]) -> ListWindow[R]:
        """The list that answers; runs in a thread."""

    @abstractmethod
    def row(self, one: R) -> Row:
        """How a row is shown; runs in a thread."""

    def row_meant(self, desk: Desk, asked: Asked[F, S]) -> int | None:
        """The id of the row a new list's cursor goes to, None for the first; runs in a thread."""
        return None

    def show_title(self) -> None:
        """Another list is shown, or it is counted now."""

    def filter_changed(self) -> None:
        """Other rows than before are about to be shown."""

    @property
    def reads_again(self) -> bool:
        """Whether the list is read again when another screen was left for this one."""
        return True

    # -- asking ------------------------------------------------------------------------------------

    def on_screen_resume(self) -> None:
        if self.opened is not None and self.reads_again:
            self.ask_again(keep=True)

    def ask_again(self, *, keep: bool = False) -> None:
        """Read the list anew in the background; what is shown stays until the answer is there."""
        self._stop_timer()
        call = self._question(self._kept() if keep else None)
        self.desk_app.run_read(self, call, self._show_opened, group="list", failed=self._tell_failed)

    async def catch_up(self, *, again: bool = False) -> None:
        """The list answers what is typed, so that the next key acts on the rows it means (U-1.1).

        Raises what kept it from being read.
        """
        if not await self.desk_app.desk_there():
            return
        shown = self.opened.pages.asked if self.opened else None
        if again or shown is None or shown.filter != self.wanted() or shown.sort != self.sort:
            self._stop_timer()
            call = self._question(self._kept() if again else None)
            try:
                opened = await self.desk_app.ask(call, what="Finding…")
            except DeskError:
                self._sort_as_shown()
                raise
            if opened.pages.asked.same_as(self._asked):
                # Asked for again in the meantime, by the last character typed: this is the answer too.
                self._asked = opened.pages.asked
            self._show_opened(opened)

    def _question(self, keep: tuple[int, int] | None) -> Callable[[], Opened[F, S, R]]:
        """What opens the list as it is wanted now, for a thread."""
        desk = self.desk
        asked = self._asked = Asked(self.wanted(), self.sort)

        def answer() -> Opened[F, S, R]:
            pages = Pages(asked, self.open_window(desk, asked), self.row)
            return open_pages(pages, keep, lambda: self.row_meant(desk, asked))

        return answer

    def _tell_failed(self, error: DeskError) -> None:
        self._sort_as_shown()
        self.message_line.tell(error)

    def _sort_as_shown(self) -> None:
        # The sort that was refused must not be asked for again and again.
        self.sort = self.opened.pages.asked.sort if self.opened else self.SORTS[0].sort

    def _kept(self) -> tuple[int, int] | None:
        row = self.table.current
        return (row.key, self.table.cursor) if row is not None and isinstance(row.key, int) else None

    def _show_opened(self, opened: Opened[F, S, R]) -> None:
        pages = opened.pages
        if pages.asked is not self._asked or (self.opened and self.opened.pages is pages):
            return
        before = self.opened.pages.asked if self.opened else None
        same = pages.asked.same_as(before)
        if before is not None and before.filter != pages.asked.filter:
            self.filter_changed()
        self.opened = opened
        self._source = background_source(self, self.table, opened.count, pages.read)
        for start, rows in opened.first.items():
            self._source.deliver(start, rows)
        self.table.refresh_source(self._source, keep_key=same)
        if not same:
            self.table.cursor = opened.cursor
        sorting = self.sorting
        self.table.show_sort(sorting.column if sorting else "", descending=sorting is not None and sorting.descending)
        self.show_title()
        if not opened.counted:
            self.desk_app.run_read(self, pages.count, lambda count: self._take_count(pages, count), group="count")

    def _take_count(self, pages: Pages[F, S, R], count: int) -> None:
        if self.opened is not None and self.opened.pages is pages:
            self._source.set_count(count)
            self.table.count_changed()
            self.show_title()

    async def counted(self) -> None:
        """Wait until the list shows what is wanted and its rows are counted."""
        await self.catch_up()
        if self.opened is not None and self.count is None:
            pages = self.opened.pages
            self._take_count(pages, await self.desk_app.ask(pages.count, what="Counting…"))

    @property
    def count(self) -> int | None:
        """How many rows are listed, None while they are being counted."""
        return self.opened.pages.known_count if self.opened is not None else None

    @property
    def sorting(self) -> Sorting[S] | None:
        """The sort as F8 knows it; None for one that was only saved."""
        return next((cast("Sorting[S]", one) for one in self.SORTS if one.sort == self.sort), None)

    async def row_here(self) -> Row | None:
        """The row under the cursor, read now if it isn't there yet."""
        await self.catch_up()
        row, at, opened = self.table.current, self.table.cursor, self.opened
        if row is None and at >= 0 and opened is not None:
            row = next(iter(await self.desk_app.ask(lambda: opened.pages.read(at, at + 1))), None)
        return row

    # -- keys --------------------------------------------------------------------------------------

    @on(Field.Edited)
    def _typed(self, message: Field.Edited) -> None:
        if message.field.field_name == "find" and self.desk_app.desk is not None:
            self._stop_timer()
            self._timer = self.set_timer(FIND_SECONDS, self.ask_again)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    @on(VirtualTable.RowHighlighted)
    def _read_ahead(self, message: VirtualTable.RowHighlighted) -> None:
        beyond = (message.index // PAGE + 1) * PAGE
        if message.table is self.table and message.index % PAGE > PAGE // 2 and beyond < self._source.count:
            self._source.rows(beyond, beyond + 1)

    async def line_wanted(self, delta: int) -> None:
        await self.catch_up()
        self.table.action_cursor_down() if delta > 0 else self.table.action_cursor_up()

    async def page_wanted(self, delta: int) -> None:
        await self.catch_up()
        self.table.action_cursor_page_down() if delta > 0 else self.table.action_cursor_page_up()

    async def action_first_row(self) -> None:
        await self.catch_up()
        self.table.action_cursor_first()

    async def action_last_row(self) -> None:
        await self.catch_up()
        self.table.action_cursor_last()

    async def action_sort(self) -> None:
        sorts = [one.sort for one in self.SORTS]
        at = sorts.index(self.sort) if self.sort in sorts else -1
        self.sort = sorts[(at + 1) % len(sorts)]
        await self.catch_up()

    async def action_refresh(self) -> None:
        if await self.desk_app.desk_there():
            await self.catch_up(again=True)
            self.message_line.say("Read again.", "done")
