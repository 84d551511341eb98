"""Where is order 1234? Its header, lines, totals and everything that happened to it, on one page (U-3)."""

from __future__ import annotations

import re
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from fluorders_tui.bindings import bindings
from fluorders_tui.domain.order_listing import OrderRow
from fluorders_tui.screens.base import DeskScreen
from fluorders_tui.screens.order_story_page import Forms, StoryPage
from fluorders_tui.screens.status_words import ORDER_STATUS
from fluorders_tui.services.order_list import find
from fluorders_tui.services.order_story import Story, story_of_row
from fluorders_tui.widgets.choices import Choice, Resolution
from fluorders_tui.widgets.command_bar import CommandBar
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.lookup import Lookup
from fluorders_tui.widgets.message_line import MessageLine
from fluorders_tui.widgets.page import Page
from fluorders_tui.widgets.reading_pane import ReadingPane
from fluorders_tui.widgets.title_bar import TitleBar

__all__ = ["OrderStatusScreen"]

FEW = 20
"""Orders listed for a number that is still being typed."""


class OrderStatusScreen(DeskScreen):
    """The order with `number`, or the one in database row `row`; without either the number is asked for."""

    CSS_PATH = "order_status.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "edit", "refresh", "new", "find", "go_to_number", "first_row", "last_row"
    )
    TITLE_TEXT = "Order status"
    HELP_TEXT: ClassVar[tuple[str, ...]] = (
        "Type a number, or only its last figures; a customer or a reference finds too. Enter shows the order.",
        "The arrows and the page keys move the page. F2 changes the order.",
    )

    def __init__(self, *, number: str = "", row: int = 0) -> None:
        super().__init__()
        self._wanted = number
        self._row = row
        self._story: Story | None = None

    def compose(self) -> ComposeResult:
        yield TitleBar(self.TITLE_TEXT)
        yield Field("number", "Order", text=self._wanted, needed=True, label_width=7, width=20, id="number",
                    resolver=self._resolve, suggest=self._choices,
                    help="Its number or the last figures of it; or part of a customer or reference.")  # fmt: skip
        yield Page()
        yield MessageLine()
        yield CommandBar()
        yield Lookup()
        yield ReadingPane()

    async def on_mount(self) -> None:
        self.field("number").focus()

    async def desk_ready(self) -> None:
        if self._row:
            await self._show_row(self._row)
        elif self._wanted:
            field = self.field("number")
            # As if it had just been typed: what it means is told, or what fits is listed.
            field.clear()
            field.input.value = self._wanted
            await self.action_accept()

    # -- finding -----------------------------------------------------------------------------------

    def _choices(self, text: str) -> list[Choice]:
        return [self._choice(row) for row in find(self.desk, text, FEW)] if text.strip() else []

    def _choice(self, row: OrderRow) -> Choice:
        return Choice(row.number, f"{self.day(row.date)}  {row.customer_name}", str(ORDER_STATUS[row.status]), row.id)

    async def _resolve(self, text: str) -> Resolution:
        await self.desk_app.desk_there()
        choices = await self.desk_app.ask(lambda: self._choices(text), what="Looking up…")
        meant = [one for one in choices if _last_figures(one.code) == _last_figures(text)] if text.isdecimal() else []
        exact = [one for one in choices if one.code.casefold() == text.casefold()]
        if len(exact) == 1 or (len(meant) == 1 and not exact):
            return Resolution("exact", tuple(exact or meant))
        if not choices:
            return Resolution("none")
        return Resolution("one" if len(choices) == 1 else "many", tuple(exact or meant or choices))

    async def field_accepted(self, field: Field) -> None:
        if field.choice is not None and isinstance(field.choice.value, int):
            await self._show_row(field.choice.value)

    # -- showing -----------------------------------------------------------------------------------

    async def _show_row(self, row: int, *, again: bool = False) -> None:
        desk = self.desk
        self._show_story(await self.desk_app.ask(lambda: story_of_row(desk, row)), again=again)

    def _show_story(self, story: Story, *, again: bool = False) -> None:
        self._story = story
        draft = story.order.draft
        self._row = draft.id
        number = self.field("number")
        if not (again and number.dirty):
            number.set_value(draft.id, draft.number, choice=Choice(draft.number, "", "", draft.id))
            number.input.select_all()
        forms = Forms(self.number, lambda value, decimals: self.amount(value, decimals), self.day, self.desk.today())
        page = StoryPage(story, forms, margin=self.desk.sees_margin)
        self.query_one(Page).show(page, from_top=not again)
        self.title_bar.show(f"Order {draft.number} · {draft.status.value} · {draft.name or draft.customer}")
        self.refresh_bindings()

    def on_screen_resume(self) -> None:
        if self._story is not None:
            desk, row = self.desk, self._row
            self.desk_app.run_read(
                self, lambda: story_of_row(desk, row), lambda story: self._show_story(story, again=True), group="story"
            )

    # -- commands ----------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._story is not None if action == "edit" else super().check_action(action, parameters)

    async def line_wanted(self, delta: int) -> None:
        self.query_one(Page).scroll_by(delta)

    async def page_wanted(self, delta: int) -> None:
        page = self.query_one(Page)
        page.scroll_by(delta * page.page())

    async def action_first_row(self) -> None:
        page = self.query_one(Page)
        page.scroll_by(-page.hidden[0])

    async def action_last_row(self) -> None:
        page = self.query_one(Page)
        page.scroll_by(page.hidden[1])

    async def action_edit(self) -> None:
        if self._story is not None:
            await self.desk_app.open_screen("order_entry", number=self._story.order.number)

    async def action_new(self) -> None:
        if await self.desk_app.desk_there():
            await self.desk_app.open_screen("order_entry")

    async def action_find(self) -> None:
        if await self.desk_app.desk_there():
            await self.desk_app.open_screen("orders")

    async def action_go_to_number(self) -> None:
        self.field("number").focus()
        self.field("number").input.select_all()

    async def action_refresh(self) -> None:
        if self._story is not None:
            await self._show_row(self._row, again=True)
            self.message_line.say("Read again.", "done")


def _last_figures(number: str) -> str:
    """`2026-00012` → `12`: what people say on the telephone."""
    found = re.search(r"(\d+)\D*$", number)
    return found[1].lstrip("0") if found else ""
