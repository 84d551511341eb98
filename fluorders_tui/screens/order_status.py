"""Where is order 1234? A document on one page: header, lines, totals, its chain, and all that happened to it (U-3)."""

from __future__ import annotations

import re
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from fluorders_tui.bindings import bindings
from fluorders_tui.domain.links import DocumentKind
from fluorders_tui.screens.base import DeskScreen
from fluorders_tui.screens.release_words import release_asked
from fluorders_tui.screens.status_kinds import CHAIN_COLUMNS, Told, chain_rows, choices, tell
from fluorders_tui.screens.story_page import Forms
from fluorders_tui.services.approvals import ask_release
from fluorders_tui.widgets.choices import Choice, Resolution
from fluorders_tui.widgets.command_bar import CommandBar
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.lookup import Lookup
from fluorders_tui.widgets.message_line import MessageLine
from fluorders_tui.widgets.page import Page
from fluorders_tui.widgets.reading_pane import ReadingPane
from fluorders_tui.widgets.row_sources import ListSource
from fluorders_tui.widgets.title_bar import TitleBar
from fluorders_tui.widgets.virtual_table import VirtualTable

__all__ = ["OrderStatusScreen"]

FEW = 20
"""Documents listed for a number that is still being typed."""

CHAIN_ROWS = 4
"""Rows of the chain that are shown at once on a small screen; on a large one twice as many."""


class OrderStatusScreen(DeskScreen):
    """The order with `number`, or the document of a `kind` in database row `row`; else the number is asked for."""

    CSS_PATH = "order_status.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "edit", "next_step", "refresh", "new", "find", "go_to_number", "first_row", "last_row"
    )
    TITLE_TEXT = "Order status"
    HELP_TEXT: ClassVar[tuple[str, ...]] = (
        "Type a number, or only its last figures; a customer or a reference finds too. Enter shows it.",
        "Offers and supplier orders are found as well, from the third letter on.",
        "An order that is locked or waits says why; F9 asks for its release.",
        "The arrows and the page keys move the page. F2 opens what is shown, to change it.",
        "F9 takes an order a step on: confirm, cancel, close by force, open again, archive.",
        "Above it stands what it came from (←) and what it led to (→): Tab goes there, Enter opens the other end.",
    )

    def __init__(self, *, number: str = "", row: int = 0, kind: DocumentKind = DocumentKind.ORDER) -> None:
        super().__init__()
        self._wanted = number
        self._row = row
        self._kind = kind
        self._told: Told | None = None
        self.chain = VirtualTable(CHAIN_COLUMNS, id="chain")

    def compose(self) -> ComposeResult:
        yield TitleBar(self.TITLE_TEXT)
        yield Field("number", "Number", text=self._wanted, needed=True, label_width=7, width=20, id="number",
                    resolver=self._resolve, suggest=self._choices,
                    help="Its number or the last figures of it; or part of a name or reference.")  # fmt: skip
        yield self.chain
        yield Page()
        yield MessageLine()
        yield CommandBar()
        yield Lookup()
        yield ReadingPane()

    async def on_mount(self) -> None:
        self.field("number").focus()

    async def desk_ready(self) -> None:
        if self._row:
            await self._show(self._kind, self._row)
        elif self._wanted:
            field = self.field("number")
            # As if it had just been typed: what it means is told, or what fits is listed.
            field.clear()
            field.input.value = self._wanted
            await self.action_accept()

    # -- finding -----------------------------------------------------------------------------------

    @property
    def _forms(self) -> Forms:
        return Forms(self.number, lambda value, decimals: self.amount(value, decimals), self.day, self.desk.today())

    def _choices(self, text: str) -> list[Choice]:
        text = text.strip()
        return choices(self.desk, text, self._kind, self._forms, FEW) if text else []

    async def _resolve(self, text: str) -> Resolution:
        await self.desk_app.desk_there()
        found = await self.desk_app.ask(lambda: self._choices(text), what="Looking up…")
        meant = [one for one in found if _last_figures(one.code) == _last_figures(text)] if text.isdecimal() else []
        if len(meant) > 1:
            # The figures of an order may be those of an offer too: what is looked at here comes first.
            meant = [one for one in meant if (known := _meant(one)) and known[0] is self._kind] or meant
        exact = [one for one in found if one.code.casefold() == text.casefold()]
        if len(exact) == 1 or (len(meant) == 1 and not exact):
            return Resolution("exact", tuple(exact or meant))
        if not found:
            return Resolution("none")
        return Resolution("one" if len(found) == 1 else "many", tuple(exact or meant or found))

    async def field_accepted(self, field: Field) -> None:
        if field.choice is not None and (meant := _meant(field.choice)):
            await self._show(*meant)

    # -- showing -----------------------------------------------------------------------------------

    async def _show(self, kind: DocumentKind, row: int, *, again: bool = False) -> None:
        desk, forms = self.desk, self._forms
        self._show_told(await self.desk_app.ask(lambda: tell(desk, kind, row, forms)), again=again)

    def _show_told(self, told: Told, *, again: bool = False) -> None:
        self._told, self._kind, self._row = told, told.kind, told.id
        number = self.field("number")
        if not (again and number.dirty):
            value = (told.kind, told.id)
            number.set_value(value, told.number, choice=Choice(told.number, "", "", value))
            number.input.select_all()
        self._show_chain(again=again)
        self.query_one(Page).show(told.page, from_top=not again)
        self.title_bar.show(told.title)
        self.refresh_bindings()

    def _show_chain(self, *, again: bool) -> None:
        rows = chain_rows(self._told.links, self._forms) if self._told is not None else []
        most = CHAIN_ROWS if self.size.height < 40 else 2 * CHAIN_ROWS
        self.chain.styles.height = min(len(rows), most) + 1
        self.chain.display = bool(rows)
        self.chain.can_focus = bool(rows)
        self.chain.refresh_source(ListSource(rows), keep_key=again)

    def on_screen_resume(self) -> None:
        if self._told is not None:
            desk, kind, row, forms = self.desk, self._kind, self._row, self._forms
            self.desk_app.run_read(
                self,
                lambda: tell(desk, kind, row, forms),
                lambda told: self._show_told(told, again=True),
                group="story",
            )

    @on(VirtualTable.RowSelected)
    async def _other_end(self, message: VirtualTable.RowSelected) -> None:
        if self._told is not None and isinstance(message.row.key, int):
            other = self._told.links[message.row.key].other
            await self.desk_app.open_screen("order_status", kind=other.kind, row=other.id)

    # -- commands ----------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "next_step":
            return self._told is not None and self._told.steps is not None
        opens = self._told is not None and self._told.opens is not None
        return opens if action == "edit" else super().check_action(action, parameters)

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

    async def action_back(self) -> None:
        if self.chain.has_focus and not self.is_reading:
            self.field("number").focus()
        else:
            await super().action_back()

    async def action_edit(self) -> None:
        if self._told is not None and self._told.opens is not None:
            screen, arguments = self._told.opens
            await self.desk_app.open_screen(screen, **arguments)

    async def action_next_step(self) -> None:
        """F9: an order that is held wants its release (D-11.2), any other document its next step."""
        if self._told is None or self._told.steps is None:
            return
        if not self._told.held:
            screen, arguments = self._told.steps
            await self.desk_app.open_screen(screen, **arguments)
            return
        desk, row = self.desk, self._row
        asked = await self.desk_app.ask(lambda: ask_release(desk, row), what="Asking…")
        await self._show(self._kind, row, again=True)
        self.message_line.say(release_asked(asked), "done")

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
        if self._told is not None:
            await self._show(self._kind, self._row, again=True)
            self.message_line.say("Read again.", "done")


def _meant(choice: Choice) -> tuple[DocumentKind, int] | None:
    """The document that a hit stands for."""
    match choice.value:
        case (DocumentKind() as kind, int(row)):
            return kind, row
    return None


def _last_figures(number: str) -> str:
    """`2026-00012` → `12`: what people say on the telephone."""
    found = re.search(r"(\d+)\D*$", number)
    return found[1].lstrip("0") if found else ""
