"""The one table for all lists."""

from __future__ import annotations

import importlib
import pkgutil
import threading

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.screen import Screen

from fluorders_tui import screens
from fluorders_tui.widgets.plain_text import fit, wrap, wrap_beside
from fluorders_tui.widgets.row_sources import ListSource, PagedSource, Row
from fluorders_tui.widgets.table_layout import Column, place_columns
from fluorders_tui.widgets.virtual_table import VirtualTable
from tests.ui.conftest import Running
from tests.ui.desk_demo import ListDemo
from tests.ui.raw_keys import burst, settled, until

COLUMNS = (Column("a", "A", 8), Column("b", "B", 8, flex=True), Column("c", "C", 8, align="right", drop=1))


class TableScreen(Screen[None]):
    def __init__(self, source: ListSource | PagedSource) -> None:
        super().__init__()
        self.table = VirtualTable(COLUMNS, source, markable=True)
        self.heard: list[object] = []

    def compose(self) -> ComposeResult:
        yield self.table

    def on_virtual_table_row_selected(self, message: VirtualTable.RowSelected) -> None:
        self.heard.append(message.row.key)


def rows(*keys: int, text: str = "row") -> list[Row]:
    return [Row(key, (f"{text} {key}", "x", "1.00")) for key in keys]


def painted(table: VirtualTable) -> list[str]:
    return [table.render_line(y).text for y in range(table.size.height)]


async def test_a_million_rows_cost_a_window_of_rows(running: Running) -> None:
    screen = ListDemo()
    async with running(screen, size=(80, 24)) as pilot:
        table = screen.query_one(VirtualTable)
        assert painted(table)[1].startswith("▸ 2026/0000001"), "the first row must be in the window before any key"
        await burst(pilot, "{end}{up}{pageup}")
        assert table.cursor == 999_999 - 1 - (table.window - 1)
        assert len(table._painted) <= 5 * table.window
        await burst(pilot, "{home}" + "{down}" * table.window)
        assert table.top == table.window - table.window // 2, "half a window at the edge"


async def test_only_the_rows_that_changed_are_painted(running: Running) -> None:
    screen = TableScreen(ListSource(rows(*range(50))))
    async with running(screen, size=(60, 20)) as pilot:
        asked: list[int] = []
        paint = screen.table.render_line
        screen.table.render_line = lambda y: asked.append(y) or paint(y)  # type: ignore[method-assign,func-returns-value]
        await burst(pilot, "{down}")
        await pilot.pause()
        assert set(asked) == {1, 2}
        asked.clear()
        changed = rows(*range(50))
        changed[7] = Row(7, ("new", "y", "2.00"), "good")
        screen.table.refresh_source(ListSource(changed))
        await settled(pilot.app)
        await pilot.pause()
        assert set(asked) == {8}
        asked.clear()
        screen.table.refresh_source(ListSource(changed))
        await settled(pilot.app)
        await pilot.pause()
        assert asked == []


async def test_the_cursor_follows_its_row(running: Running) -> None:
    screen = TableScreen(ListSource(rows(*range(50))))
    async with running(screen, size=(60, 20)) as pilot:
        await burst(pilot, "{down}{down}{down}")
        screen.table.refresh_source(ListSource(rows(90, 91, *range(50))))
        assert screen.table.current == rows(3)[0]
        line = screen.table.cursor - screen.table.top
        screen.table.refresh_source(ListSource(rows(*(key for key in range(50) if key != 3))))
        assert screen.table.current is not None
        assert screen.table.cursor - screen.table.top <= line
        screen.table.refresh_source(ListSource())
        assert screen.table.current is None
        assert "Nothing here." in painted(screen.table)[1]
        screen.table.refresh_source(ListSource(rows(1, 2)), keep_key=False)
        assert screen.table.current == rows(1)[0]


async def test_rows_read_in_a_thread_come_when_they_come(running: Running) -> None:
    go = threading.Event()
    source: PagedSource

    def fetch(start: int, stop: int) -> None:
        def read() -> None:
            go.wait(5)
            pilot.app.call_from_thread(source.deliver, start, rows(*range(start, stop)))
            screen.table.rows_arrived()

        threading.Thread(target=read).start()

    source = PagedSource(fetch, 100_000, page=50, keep=3)
    screen = TableScreen(source)
    async with running(screen, size=(60, 20)) as pilot:
        assert painted(screen.table)[1].strip("▸ ") == "…"
        go.set()
        await until(lambda: screen.table.current is not None)
        assert painted(screen.table)[1].startswith("▸ row 0")
        for _ in range(6):
            await burst(pilot, "{pagedown}{pagedown}{pagedown}")
        await until(lambda: screen.table.current is not None)
        assert len(source._pages) <= 3
        source.set_count(10)
        screen.table.count_changed()
        await until(lambda: screen.table.cursor == 9)


async def test_marks_enter_and_focus(running: Running) -> None:
    screen = TableScreen(ListSource(rows(*range(5))))
    async with running(screen, size=(60, 20)) as pilot:
        await burst(pilot, "{space}{space}{down}{space}{up}{enter}{ctrl+j}")
        assert screen.table.marks == {0, 1, 3}
        assert screen.heard == [3, 3]
        assert painted(screen.table)[1].startswith(" ✓row 0")
        screen.table.clear_marks()
        assert not screen.table.marks


async def test_names_are_shown_as_they_are(running: Running) -> None:
    names = [
        "Rossi [Milano]", "[/b]", "שלום בע״מ", "日本工業株式会社日本", "👩\u200d👩\u200d👧 x", "a\x1b[2Jb\nc\t\x07",
        "\u202eevil", "y" * 10_000,
    ]  # fmt: skip
    screen = TableScreen(ListSource([Row(place, (name, name, "1")) for place, name in enumerate(names)]))
    async with running(screen, size=(60, 20)):
        lines = painted(screen.table)
        assert all(cell_len(line) == 60 for line in lines)
        assert "[/b]" in lines[2]
        assert not any(ord(character) < 32 or character in "\x7f\u202e" for line in lines for character in line)


def test_what_stands_beside_a_date_goes_on_under_itself() -> None:
    assert wrap_beside("2026-01-01   N-0001, N-0002, N-0003", 28) == [
        "2026-01-01  N-0001, N-0002,",
        "            N-0003",
    ]
    assert wrap_beside("2026-01-01   N-0001", 28) == ["2026-01-01  N-0001"]
    assert wrap_beside("No three spaces in here", 12) == wrap("No three spaces in here", 12)
    assert wrap_beside("", 12) == [""]


def test_fit_and_wrap_keep_to_the_width() -> None:
    for text in ("", "abc", "日本工業", "a日本", "é" * 30, "👍" * 9):
        for width in range(8):
            assert all(cell_len(fit(text, width, align)) == width for align in ("left", "right", "center"))
            assert all(cell_len(line) <= max(width, 2) for line in wrap(text, width))
    assert fit("12.00", 8, "right") == "   12.00"
    assert wrap("one two three", 7) == ["one two", "three"]


def test_every_table_of_a_screen_has_whole_columns_at_80() -> None:
    """An amount is never cut because the columns before it took its room."""
    tables = [
        (module.name, value)
        for module in pkgutil.iter_modules(screens.__path__)
        for value in vars(importlib.import_module(f"{screens.__name__}.{module.name}")).values()
        if isinstance(value, tuple) and value and isinstance(value[0], Column)
    ]
    assert len(tables) > 15
    for name, columns in tables:
        for place in place_columns(columns, 80):
            assert place.width >= place.column.width, (name, place.column.key)


def test_a_narrow_screen_drops_the_least_needed_column() -> None:
    assert [place.column.key for place in place_columns(COLUMNS, 40)] == ["a", "b", "c"]
    assert [place.column.key for place in place_columns(COLUMNS, 24)] == ["a", "b"]
    for width in range(60):
        assert all(place.x + place.width <= width for place in place_columns(COLUMNS, width))
