"""The one table for all lists: shows a window of any number of rows, and costs what the window costs."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events, on
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from fluorders_tui.bindings import bindings
from fluorders_tui.widgets.plain_text import fit
from fluorders_tui.widgets.row_sources import ListSource, Row, RowSource
from fluorders_tui.widgets.table_layout import GAP, Column, Place, place_columns

__all__ = ["VirtualTable"]

WHEEL_ROWS = 3
LOOKS = ("muted", "good", "warning", "bad", "strong", "group")


class VirtualTable(Widget, can_focus=True):
    """Rows of a `RowSource` under fixed titles, with a cursor on one row (-1: on none).

    It paints one segment a row and only the rows that changed, scrolls by half a window when the
    cursor meets the edge (U-1.3), and sends nothing while nothing happens. Rows that are still being
    read show `…`; any thread may call `rows_arrived()` and `count_changed()`. A table that `grows` at its
    end keeps room below the last row, so that a new row seldom scrolls it.
    """

    BINDINGS = bindings(
        "cursor_up", "cursor_down", "cursor_page_up", "cursor_page_down", "cursor_first", "cursor_last",
        "choose", "mark",
    )  # fmt: skip
    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "table--head", "table--cursor", "table--quiet-cursor", "table--marked", *(f"table--{look}" for look in LOOKS)
    }  # fmt: skip
    DEFAULT_CSS = """
    VirtualTable {
        width: 1fr; height: 1fr; background: $background; color: $foreground; scrollbar-size: 0 0; overflow: hidden;
        & .table--head { background: $panel; color: $text-muted; text-style: bold; }
        & .table--cursor { background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold; }
        & .table--quiet-cursor { background: $surface; text-style: bold; }
        & .table--marked { color: $text-accent; text-style: bold; }
        & .table--muted { color: $text-muted; }
        & .table--good { color: $text-success; }
        & .table--warning { color: $text-warning; }
        & .table--bad { color: $text-error; }
        & .table--strong { text-style: bold; }
        & .table--group { background: $surface; text-style: bold; }
        &:ansi {
            background: ansi_default; color: ansi_default;
            & .table--head { background: ansi_default; color: ansi_default; text-style: bold underline; }
            & .table--cursor { background: ansi_blue; color: ansi_bright_white; text-style: bold; }
            & .table--quiet-cursor { background: ansi_default; color: ansi_default; text-style: bold; }
            & .table--marked { background: ansi_default; color: ansi_cyan; text-style: bold; }
            & .table--muted { background: ansi_default; color: ansi_default; }
            & .table--good { background: ansi_default; color: ansi_green; }
            & .table--warning { background: ansi_default; color: ansi_yellow; }
            & .table--bad { background: ansi_default; color: ansi_red; }
            & .table--group { background: ansi_default; color: ansi_default; text-style: bold; }
        }
    }
    """

    # init=False: the watcher must not run before the first layout, when the window has no height.
    cursor: reactive[int] = reactive(0, repaint=False, init=False)

    class RowHighlighted(Message):
        """The cursor stands on another row (`row` is None while it is being read, or on no row)."""

        def __init__(self, table: VirtualTable, index: int, row: Row | None) -> None:
            self.table, self.index, self.row = table, index, row
            super().__init__()

        @property
        def control(self) -> VirtualTable:
            return self.table

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, VirtualTable.RowHighlighted) and message.table is self.table

    class RowSelected(Message):
        """Enter on a row, or a click on the row under the cursor."""

        def __init__(self, table: VirtualTable, index: int, row: Row) -> None:
            self.table, self.index, self.row = table, index, row
            super().__init__()

        @property
        def control(self) -> VirtualTable:
            return self.table

    class MarksChanged(Message):
        """A row was selected or taken out of the selection."""

        def __init__(self, table: VirtualTable) -> None:
            self.table = table
            super().__init__()

        @property
        def control(self) -> VirtualTable:
            return self.table

    class _Arrived(Message, bubble=False):
        def __init__(self, count_too: bool) -> None:
            self.count_too = count_too
            super().__init__()

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, VirtualTable._Arrived) and message.count_too >= self.count_too

    def __init__(
        self,
        columns: Sequence[Column],
        source: RowSource | None = None,
        *,
        can_focus: bool = True,
        markable: bool = False,
        grows: bool = False,
        empty: str = "Nothing here.",
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - Textual's name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.columns = tuple(columns)
        self.source: RowSource = source if source is not None else ListSource()
        self.can_focus = can_focus
        self.markable = markable
        self.grows = grows
        self.empty = empty
        self.marks: set[Hashable] = set()
        """Keys of the selected rows."""
        self.top = 0
        """Index of the first row in the window."""
        self._sorted: tuple[str, bool] | None = None
        self._places: tuple[Place, ...] = ()
        self._places_for: tuple[int, tuple[Column, ...]] = (-1, ())
        self._painted: dict[int, Row | None] = {}
        self._cursor_key: Hashable = None

    # -- what is shown -----------------------------------------------------------------------------

    @property
    def window(self) -> int:
        """Rows that fit under the titles."""
        return max(0, self.size.height - 1)

    @property
    def current(self) -> Row | None:
        """The row under the cursor, None while it is being read or when there is none."""
        return self.row_at(self.cursor)

    def row_at(self, index: int) -> Row | None:
        """The row at `index` if it is there and already read."""
        if not 0 <= index < self.source.count:
            return None
        rows = self.source.rows(index, index + 1)
        return rows[0] if rows else None

    @property
    def places(self) -> tuple[Place, ...]:
        """Where each column that fits stands now."""
        wanted = (self.size.width, self.columns)
        if self._places_for != wanted:
            self._places_for = wanted
            self._places = place_columns(self.columns, self.size.width)
        return self._places

    def show_sort(self, key: str, *, descending: bool = False) -> None:
        """Mark the column the rows are sorted by (`▲`/`▼` behind its title)."""
        self._sorted = (key, descending)
        self.refresh(Region(0, 0, self.size.width, 1))

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Show other columns."""
        self.columns = tuple(columns)
        self._painted.clear()
        self.refresh()

    def refresh_source(self, source: RowSource | None = None, *, keep_key: bool = True) -> None:
        """Show another source, or the same one after it changed; repaint only the rows that differ.

        With `keep_key` the cursor follows its row to its new place; if the row is gone, the cursor
        stays at the same place on the screen.
        """
        if source is not None:
            self.source = source
        wanted = self.cursor if keep_key else min(0, self.source.count - 1)
        if keep_key and self._cursor_key is not None:
            found = self.source.index_of(self._cursor_key)
            if found is not None:
                self.top = max(0, self.top + found - self.cursor)
                wanted = found
        if self.cursor >= 0 or not keep_key:
            wanted = max(0, wanted)
        old_cursor, old_top = self.cursor, self.top
        wanted = min(wanted, self.source.count - 1)
        self.set_reactive(VirtualTable.cursor, wanted)
        self._bring_into_window(wanted)
        if self.top != old_top:
            self.refresh()
        else:
            if wanted != old_cursor:
                self._refresh_rows((old_cursor, wanted))
            self._repaint_changes()
        self._highlighted()

    def update_rows(self, keys: Iterable[Hashable]) -> None:
        """Repaint the rows with these keys, where they are in the window."""
        wanted = set(keys)
        self._refresh_rows(index for index, row in self._painted.items() if row is not None and row.key in wanted)

    def rows_arrived(self) -> None:
        """Rows the table asked for are there now. May be called from any thread."""
        self.post_message(self._Arrived(False))

    def count_changed(self) -> None:
        """The source has more or fewer rows now. May be called from any thread."""
        self.post_message(self._Arrived(True))

    @on(_Arrived)
    def _show_arrived(self, message: _Arrived) -> None:
        if message.count_too and self.cursor >= self.source.count:
            self.cursor = self.source.count - 1
        waited = self._painted.get(self.cursor, self) is None
        self._repaint_changes()
        if waited and self.cursor >= 0:
            self._highlighted()

    def _repaint_changes(self) -> None:
        bottom = self.top + self.window
        rows = self._window_rows()
        changed = [
            index
            for index in range(self.top, bottom)
            if self._painted.get(index, self) != (rows[index - self.top] if index - self.top < len(rows) else self)
        ]
        if len(changed) > self.window // 2:
            self.refresh()
        else:
            self._refresh_rows(changed)

    def _window_rows(self) -> Sequence[Row | None]:
        stop = min(self.source.count, self.top + self.window)
        if stop <= self.top:
            return ()
        rows = self.source.rows(self.top, stop)
        return [self.row_at(index) for index in range(self.top, stop)] if rows is None else rows

    def _refresh_rows(self, indexes: Iterable[int]) -> None:
        for index in indexes:
            y = index - self.top + 1
            if 1 <= y < self.size.height:
                self.refresh(Region(0, y, self.size.width, 1))

    # -- painting ----------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y == 0:
            return Strip([Segment(self._head(width), self.get_component_rich_style("table--head"))], width)
        index = self.top + y - 1
        if index >= self.source.count:
            self._painted.pop(index, None)
            text = fit("  " + self.empty, width) if self.source.count == 0 and y == 1 else " " * width
            return Strip([Segment(text, self._style("muted"))], width)
        row = self.row_at(index)
        if len(self._painted) > 4 * self.window:
            self._painted = {k: v for k, v in self._painted.items() if self.top <= k < self.top + self.window}
        self._painted[index] = row
        here = index == self.cursor
        marked = row is not None and row.key in self.marks
        text = ("▸" if here else " ") + ("✓" if marked else " ")
        text += "…" if row is None else (" " * GAP).join(
            fit(row.cells[place.index] if place.index < len(row.cells) else "", place.width, place.column.align)
            for place in self.places
        )  # fmt: skip
        if here:
            style = self.get_component_rich_style("table--cursor" if self.has_focus else "table--quiet-cursor")
        elif marked:
            style = self.get_component_rich_style("table--marked")
        else:
            style = self._style(row.look if row else "muted")
        return Strip([Segment(fit(text, width), style)], width)

    def _style(self, look: str) -> Style:
        return self.get_component_rich_style(f"table--{look}") if look in LOOKS else self.rich_style

    def _head(self, width: int) -> str:
        titles = []
        for place in self.places:
            title = place.column.title
            if self._sorted and self._sorted[0] == place.column.key:
                title += "▼" if self._sorted[1] else "▲"
            titles.append(fit(title, place.width, place.column.align))
        return fit("  " + (" " * GAP).join(titles), width)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return min(container.height, max(1, self.source.count) + 1)

    def on_resize(self) -> None:
        self._painted.clear()
        self._bring_into_window(self.cursor)
        self.refresh()

    def on_focus(self) -> None:
        self._refresh_rows((self.cursor,))

    def on_blur(self) -> None:
        self._refresh_rows((self.cursor,))

    def focus(self, scroll_visible: bool = True, from_app_focus: bool = False) -> VirtualTable:
        # At once, not when the app gets to it: keys typed ahead must find the focus here (U-1.1).
        self.screen.set_focus(self, scroll_visible, from_app_focus)
        return self

    # -- the cursor --------------------------------------------------------------------------------

    def validate_cursor(self, cursor: int) -> int:
        return max(-1, min(self.source.count - 1, cursor))

    def watch_cursor(self, old: int, new: int) -> None:
        if self._bring_into_window(new):
            self.refresh()
        else:
            self._refresh_rows((old, new))
        self._highlighted()

    def move_to_key(self, key: Hashable) -> bool:
        """Put the cursor on the row with this key; False if the source doesn't know it."""
        index = self.source.index_of(key)
        if index is None:
            return False
        self.cursor = index
        return True

    def _bring_into_window(self, index: int) -> bool:
        """Scroll so that `index` is in the window, half a window at a time; True if it scrolled."""
        window = self.window
        if not window:
            return False
        top = self.top
        if not top <= index < top + window and index >= 0:
            top = index - window // 2
        # Where rows are added, half a window stays free below the last: a new one paints itself, not all of them.
        top = max(0, min(top, self.source.count - (1 if self.grows else window)))
        if top == self.top:
            return False
        self.top = top
        return True

    def _highlighted(self) -> None:
        row = self.current
        self._cursor_key = row.key if row else None
        self.post_message(self.RowHighlighted(self, self.cursor, row))

    def action_cursor_up(self) -> None:
        self.cursor = max(0, self.cursor - 1)

    def action_cursor_down(self) -> None:
        self.cursor += 1

    def action_cursor_page_up(self) -> None:
        self.cursor = max(0, self.cursor - max(1, self.window - 1))

    def action_cursor_page_down(self) -> None:
        self.cursor += max(1, self.window - 1)

    def action_cursor_first(self) -> None:
        self.cursor = 0

    def action_cursor_last(self) -> None:
        self.cursor = self.source.count - 1

    def action_choose(self) -> None:
        row = self.current
        if row is not None:
            self.post_message(self.RowSelected(self, self.cursor, row))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # Over an open reading pane the arrows belong to what is read.
        if action.startswith("cursor_") and getattr(self.screen, "is_reading", False):
            return False
        return self.markable if action == "mark" else True

    def action_mark(self) -> None:
        row = self.current
        if row is None:
            return
        self.marks ^= {row.key}
        self._refresh_rows((self.cursor,))
        self.post_message(self.MarksChanged(self))
        self.action_cursor_down()

    def clear_marks(self) -> None:
        """Take every row out of the selection."""
        if self.marks:
            shown, self.marks = self.marks, set()
            self.update_rows(shown)
            self.post_message(self.MarksChanged(self))

    # -- the mouse ---------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        index = self.top + event.y - 1
        if event.y < 1 or index >= self.source.count:
            return
        event.stop()
        if index == self.cursor:
            self.action_choose()
        else:
            self.cursor = index

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.cursor += WHEEL_ROWS

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.cursor = max(0, self.cursor - WHEEL_ROWS)
