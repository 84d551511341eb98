"""The board: orders by where they stand, live, with what waits for somebody on top (U-3, D-16.5)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from decimal import Decimal
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from fluorders_tui.bindings import bindings
from fluorders_tui.commands import by_id
from fluorders_tui.domain.errors import DeskError
from fluorders_tui.live import DeskChanged, DeskReachable
from fluorders_tui.screens.board_deciding import BoardDeciding
from fluorders_tui.screens.board_lanes import LANE_LOOKS, about_waiting, lane_row
from fluorders_tui.screens.list_pages import Asked, Opened
from fluorders_tui.screens.paged_list import PagedList, Sorting
from fluorders_tui.services.board import (
    LANES,
    ExceptionRow,
    Lane,
    LaneCount,
    WaitingRow,
    WaitingWindow,
    WholeWindow,
    attention_counts,
    lane_counts,
    open_lane,
)
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.order_list import OrderRow, OrderWindow
from fluorders_tui.widgets.command_bar import CommandBar
from fluorders_tui.widgets.info_line import InfoLine
from fluorders_tui.widgets.message_line import MessageLine
from fluorders_tui.widgets.reading_pane import ReadingPane
from fluorders_tui.widgets.row_sources import Row
from fluorders_tui.widgets.shortcut_list import Section, Shortcut, ShortcutList
from fluorders_tui.widgets.tab_line import TabLine
from fluorders_tui.widgets.title_bar import TitleBar
from fluorders_tui.widgets.virtual_table import VirtualTable

__all__ = ["BoardScreen"]

BoardRow = OrderRow | ExceptionRow | WaitingRow

SLOW_SECONDS = 5.0
"""Between two counts of what is counted order by order; the lane that is shown is always as it is now."""


class BoardScreen(BoardDeciding, PagedList[Lane, str, BoardRow]):
    """One lane at a time as a list, all of them counted beside it (above it on a narrow screen).

    What other desks do appears by itself: the cursor stays on its order, and only rows that differ are painted.
    """

    CSS_PATH = "board.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("approve", "reject", "next_lane", "previous_lane", "next_step", "refresh", "edit", "go_to_number"),
        *(Binding(key, f"lane({key})", show=False) for key in by_id("open_lane").keys),
    ]
    TITLE_TEXT = "Board"
    LIVE: ClassVar[frozenset[str]] = frozenset({"order", "supplier order"})
    SORTS = (Sorting("", "", ""),)
    HELP_TEXT: ClassVar[tuple[str, ...]] = (
        "Left and right, or a digit, choose the lane. What other desks do appears by itself.",
        "Enter shows how the order stands, F2 opens it. Space selects several orders.",
        "a approves and r rejects what is selected, with a comment; only what is yours to decide is bright.",
        "F9 is the next step of what is selected: confirm, deliver, or decide about what a supplier changed.",
        "‘!’ before a delivery date: the order is late.",
    )

    def __init__(self, *, lane: str = "") -> None:
        super().__init__()
        self._chosen = lane in set(Lane)
        self._lane = Lane(lane) if self._chosen else Lane.WAITING
        self._counts: dict[Lane, LaneCount] = {}
        self._abouts: dict[Hashable, str] = {}
        self._uncounted = True
        self._reading = False
        self._stale = False
        look = LANE_LOOKS[self._lane]
        self.table = VirtualTable(look.columns, markable=True, empty=look.empty, id="list")

    def compose(self) -> ComposeResult:
        yield TitleBar(self.TITLE_TEXT)
        yield TabLine(id="tabs")
        with Horizontal(id="body"):
            yield ShortcutList(id="lanes")
            yield self.table
        yield InfoLine(id="about")
        yield from self.comment_field()
        yield MessageLine()
        yield CommandBar()
        yield ReadingPane()

    async def on_mount(self) -> None:
        self.table.focus()
        self._show_lane()

    async def desk_ready(self) -> None:
        desk = self.desk
        self._counts.update(await self.desk_app.ask(lambda: lane_counts(desk)))
        if not self._chosen and not self._counts[Lane.WAITING].count:
            self._lane = Lane.LATE
            self._use_columns()
        self._show_lane()
        await self.catch_up()
        self._read_attention()
        self.set_interval(SLOW_SECONDS, self._read_attention)

    # -- asking ------------------------------------------------------------------------------------

    def wanted(self) -> Lane:
        return self._lane

    def open_window(
        self, desk: Desk, asked: Asked[Lane, str]
    ) -> OrderWindow | WholeWindow[ExceptionRow] | WaitingWindow:
        return open_lane(desk, asked.filter)

    def row(self, one: BoardRow) -> Row:
        if isinstance(one, WaitingRow):
            self._abouts[one.id] = about_waiting(one.order)
        elif isinstance(one, ExceptionRow):
            self._abouts[one.id] = one.pending.exception.message
        return lane_row(self, self._asked.filter if self._asked else self._lane, one)

    @property
    def lane(self) -> Lane:
        return self._lane

    async def rows_meant(self) -> tuple[int, ...]:
        row = await self.row_here()
        marked = [key for key in self.table.marks if isinstance(key, int)]
        if not marked and row is not None and isinstance(row.key, int):
            marked = [row.key]
        return tuple(sorted(marked))

    async def decided(self) -> None:
        await self.catch_up(again=True)
        self._read_counts()

    def filter_changed(self) -> None:
        self._abouts.clear()
        self.table.clear_marks()
        self._use_columns()

    def _use_columns(self) -> None:
        look = LANE_LOOKS[self._lane]
        self.table.empty = look.empty
        self.table.set_columns(look.columns)

    # -- live --------------------------------------------------------------------------------------

    @on(DeskChanged)
    def _changed(self) -> None:
        """Read again, one reading at a time: a slow one is never thrown away for the next change."""
        if self._reading:
            self._stale = True
            return
        self._reading, self._stale = True, False
        self._stop_timer()
        self.desk_app.run_read(
            self, self._question(self._kept()), self._show_changed, group="live", failed=self._changes_failed
        )
        self._read_counts()

    def _show_changed(self, opened: Opened[Lane, str, BoardRow]) -> None:
        self._reading = False
        self._show_opened(opened)
        if self._stale:
            self._changed()

    def _changes_failed(self, error: DeskError) -> None:
        self._reading = False
        self.message_line.tell(error)

    @on(DeskReachable)
    def _reachable(self, message: DeskReachable) -> None:
        if message.there:
            self.message_line.say("The database is back.", "done")
        else:
            self.message_line.say("The database can't be reached. The board goes on when it is back.", "warning")

    def _read_counts(self) -> None:
        desk = self.desk
        self._uncounted = True
        self.desk_app.run_read(self, lambda: lane_counts(desk), self._show_counts, group="counts")

    def _read_attention(self) -> None:
        if self._uncounted and self._knows_desk:
            desk = self.desk
            self._uncounted = False
            self.desk_app.run_read(self, lambda: attention_counts(desk), self._show_counts, group="attention")

    # -- what is shown -----------------------------------------------------------------------------

    def _show_counts(self, counts: Mapping[Lane, LaneCount]) -> None:
        self._counts.update(counts)
        self._show_lane()
        self.show_title()

    def _show_lane(self) -> None:
        titles = [f"{LANE_LOOKS[lane].title}{self._said(lane)}" for lane in LANES]
        self.query_one(TabLine).show(titles, LANES.index(self._lane))
        lanes = self.query_one(ShortcutList)
        pressing = tuple(self._shortcut(lane) for lane in LANES if LANE_LOOKS[lane].pressing)
        others = tuple(self._shortcut(lane) for lane in LANES if not LANE_LOOKS[lane].pressing)
        lanes.show([Section("Wants somebody", pressing), Section("By status", others)])
        lanes.point_at(next(one for one in (*pressing, *others) if one.target is self._lane))

    def _said(self, lane: Lane) -> str:
        count = self._counts.get(lane)
        return f" {self.number(Decimal(count.count))}" if count is not None and count.count else ""

    def _shortcut(self, lane: Lane) -> Shortcut:
        count = self._counts.get(lane)
        worth = self.amount(count.value, 0) if count is not None and count.value else ""
        shown = f"{self._said(lane)}{worth:>12}"
        look = "warning" if LANE_LOOKS[lane].pressing and count is not None and count.count else ""
        return Shortcut(str(LANES.index(lane) + 1), LANE_LOOKS[lane].title, shown, look, lane)

    def show_title(self) -> None:
        look, count = LANE_LOOKS[self._lane], self._counts.get(self._lane)
        worth = ""
        if count is not None and count.value:
            worth = f" · {self.amount(count.value, self.desk.company.currency_decimals)} {self.desk.company.currency}"
        shown = self.count
        said = f" · {self.number(Decimal(shown))}" if shown is not None else ""
        self.title_bar.show(f"Board · {look.title.lower()}{said}{worth}")

    @on(VirtualTable.RowHighlighted)
    def _about(self, message: VirtualTable.RowHighlighted) -> None:
        self.query_one(InfoLine).show(self._abouts.get(message.row.key, "") if message.row else "")

    # -- keys --------------------------------------------------------------------------------------

    async def action_lane(self, digit: int) -> None:
        if 1 <= digit <= len(LANES):
            await self._choose(LANES[digit - 1])

    async def action_next_lane(self) -> None:
        await self._choose(LANES[(LANES.index(self._lane) + 1) % len(LANES)])

    async def action_previous_lane(self) -> None:
        await self._choose(LANES[LANES.index(self._lane) - 1])

    @on(TabLine.Clicked)
    async def _tab_clicked(self, message: TabLine.Clicked) -> None:
        await self._choose(LANES[message.index])

    @on(ShortcutList.Clicked)
    async def _lane_clicked(self, message: ShortcutList.Clicked) -> None:
        if isinstance(message.shortcut.target, Lane):
            await self._choose(message.shortcut.target)

    async def _choose(self, lane: Lane) -> None:
        self._lane = lane
        self._show_lane()
        await self.catch_up()

    @on(VirtualTable.RowSelected)
    async def _row_chosen(self, message: VirtualTable.RowSelected) -> None:
        if self._lane is Lane.EXCEPTIONS and await self.desk_app.desk_there():
            # Where it is decided (D-14.4); F2 opens the order itself.
            await self.desk_app.open_screen("supply_exceptions", show="all")
        else:
            await self._open("order_status")

    async def action_next_step(self) -> None:
        """What comes after this lane, for all that is selected."""
        orders = await self.rows_meant()
        if self._lane is Lane.EXCEPTIONS:
            await self.desk_app.open_screen("supply_exceptions", show="all")
        elif self._lane is Lane.WAITING:
            self.message_line.say("a approves, r rejects what is selected.")
        elif orders and self._lane in (Lane.CONFIRMED, Lane.PARTIAL):
            await self.desk_app.open_screen("deliver", orders=orders)
        elif orders:
            await self.desk_app.open_screen(
                "order_steps", orders=orders, step="confirm" if self._lane is Lane.ENTERED else ""
            )

    async def action_edit(self) -> None:
        await self._open("order_entry")

    async def action_go_to_number(self) -> None:
        if await self.desk_app.desk_there():
            await self.desk_app.open_screen("order_status")

    async def _open(self, screen: str) -> None:
        row = await self.row_here()
        if row is not None:
            await self.desk_app.open_screen(screen, number=row.cells[0])
