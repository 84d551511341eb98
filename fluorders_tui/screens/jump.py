"""Ctrl+O: to any screen by its digit, a part of its name, or an order's number (U-2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult

from fluorders_tui.commands import by_id, check_keys, keys_of
from fluorders_tui.keynames import display_key
from fluorders_tui.screens.base import DeskScreen
from fluorders_tui.screens.destinations import ELSEWHERE, MENU
from fluorders_tui.widgets.command_bar import CommandBar
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.message_line import MessageLine
from fluorders_tui.widgets.reading_pane import ReadingPane
from fluorders_tui.widgets.row_sources import ListSource, Row
from fluorders_tui.widgets.table_layout import Column
from fluorders_tui.widgets.title_bar import TitleBar
from fluorders_tui.widgets.virtual_table import VirtualTable

__all__ = ["JumpScreen"]

COLUMNS = (Column("key", "", 4), Column("label", "Screen", 20), Column("help", "", 20, flex=True))
HOME_KEY = "0"


@dataclass(frozen=True, slots=True)
class _Place:
    key: str
    label: str
    help: str
    screen: str
    arguments: Mapping[str, Any]


class JumpScreen(DeskScreen):
    """A short list over nothing: it goes when something is chosen, and F3 leads from there back to where one was."""

    CSS_PATH = "jump.tcss"
    TITLE_TEXT = "Go to"
    HELP_TEXT: ClassVar[tuple[str, ...]] = (
        "Type a digit or a part of the name, then Enter; or the number of an order.",
        "What was being typed stays as it is: F3 in the new screen leads back to it.",
    )

    def __init__(self) -> None:
        super().__init__()
        self._found: list[_Place] = []

    def compose(self) -> ComposeResult:
        yield TitleBar(self.TITLE_TEXT)
        yield Field("screen", "Go to", label_width=7, width=24, help="Digit, part of a name, or an order's number.")
        yield VirtualTable(COLUMNS, can_focus=False, empty="No screen has such a name.")
        yield MessageLine()
        yield CommandBar()
        yield ReadingPane()

    async def on_mount(self) -> None:
        self._narrow("")
        self.field("screen").focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return False if action == "lookup" else super().check_action(action, parameters)

    def _places(self) -> list[_Place]:
        keymap = check_keys(self.desk_app.settings.keys)
        home = _Place(HOME_KEY, "Desk", "The first screen: menu, and what needs you now.", "home", {})
        return [
            *(
                _Place(
                    display_key(keys_of(one.command, keymap)[0]),
                    by_id(one.command).label,
                    by_id(one.command).help,
                    one.screen,
                    one.arguments,
                )
                for one in MENU
                if one.screen
            ),
            home,
            *(_Place("", one.label, one.help, one.screen, one.arguments) for one in ELSEWHERE),
        ]

    def _narrow(self, text: str) -> None:
        wanted = text.strip().casefold()
        places = self._places()
        exact = [one for one in places if one.key.casefold() == wanted]
        named = [one for one in places if wanted in one.label.casefold() and one not in exact]
        self._found = [*exact, *sorted(named, key=lambda one: not one.label.casefold().startswith(wanted))]
        if any(character.isdigit() for character in wanted):
            number = text.strip()
            self._found.append(
                _Place("", f"Order {number}", "How the order stands.", "order_status", {"number": number})
            )
        rows = [Row(place, (one.key, one.label, one.help)) for place, one in enumerate(self._found)]
        self.query_one(VirtualTable).refresh_source(ListSource(rows), keep_key=False)

    @on(Field.Edited)
    def _typed(self, message: Field.Edited) -> None:
        self._narrow(message.text)

    async def line_wanted(self, delta: int) -> None:
        table = self.query_one(VirtualTable)
        table.action_cursor_down() if delta > 0 else table.action_cursor_up()

    async def action_accept(self) -> None:
        chosen, before = self.query_one(VirtualTable).cursor, self._found
        self._narrow(self.field("screen").text)
        # Typed faster than the list was narrowed: then the first that fits is meant.
        found = before[chosen] if before == self._found and 0 <= chosen < len(before) else next(iter(self._found), None)
        if found is None:
            self.message_line.say("No screen has such a name.", "warning")
        else:
            await self._go(found)

    async def action_jump(self) -> None:
        await self.action_leave()

    @on(VirtualTable.RowSelected)
    async def _row_clicked(self, message: VirtualTable.RowSelected) -> None:
        if 0 <= message.index < len(self._found):
            await self._go(self._found[message.index])

    async def _go(self, place: _Place) -> None:
        app = self.desk_app
        if not await app.desk_there():
            return
        await app.pop_screen()
        depth = None if place.arguments else self._open_at(place.screen)
        if depth is None:
            await app.open_screen(place.screen, **place.arguments)
        while depth is not None and len(app.screen_stack) > depth:
            await app.pop_screen()

    def _open_at(self, name: str) -> int | None:
        """How deep the stack is with that screen on top; None if it isn't open, or under something being typed."""
        stack = self.app.screen_stack
        for depth in range(len(stack), 1, -1):
            screen = stack[depth - 1]
            if self.desk_app.name_of(screen) == name:
                return depth
            if hasattr(screen, "save_now"):
                return None
        return None
