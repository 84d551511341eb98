"""What every screen of the desk has: title, message line, help, the way back, and jumping elsewhere."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import on
from textual.binding import BindingType

from fluorders_tui.bindings import bindings
from fluorders_tui.commands import COMMANDS
from fluorders_tui.domain.locales import LocaleForm, format_date, format_decimal, locale_form
from fluorders_tui.keynames import display_key
from fluorders_tui.widgets.field_flow import FieldFlow
from fluorders_tui.widgets.reading_pane import ReadingPane
from fluorders_tui.widgets.title_bar import TitleBar
from fluorders_tui.work import DeskOpened

if TYPE_CHECKING:
    from fluorders_tui.app import FluordersApp
    from fluorders_tui.services.desk import Desk

__all__ = ["DeskScreen"]

MOVES_TEXT = ("line_up", "line_down", "lines_page_up", "lines_page_down")


class DeskScreen(FieldFlow[Any]):
    """A screen with a `TitleBar`, a `MessageLine`, a `CommandBar` and a `ReadingPane`.

    `desk_ready` runs once the database is connected, which may be before the screen is shown.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("help", "leave", "jump")
    TITLE_TEXT = ""
    HELP_TEXT: ClassVar[tuple[str, ...]] = ()
    LIVE: ClassVar[frozenset[str]] = frozenset()
    """Kinds of documents whose changes at other desks this screen wants to hear of, as `DeskChanged`."""
    _knows_desk = False

    @property
    def desk_app(self) -> FluordersApp:
        """The program."""
        return cast("FluordersApp", self.app)

    @property
    def desk(self) -> Desk:
        """The context of every service. Only after `desk_ready`."""
        return cast("Desk", self.desk_app.desk)

    @property
    def form(self) -> LocaleForm:
        """How numbers and dates look here (U-1.8)."""
        return locale_form(self.desk_app.settings.language)

    def amount(self, value: Decimal | None, decimals: int | None = 2) -> str:
        """An amount by locale, '' for none."""
        return "" if value is None else format_decimal(value, self.form, decimals)

    def price(self, value: Decimal | None) -> str:
        """A unit price by locale: two decimals, or the up to six it has; '' for none."""
        if value is None:
            return ""
        shown = max(2, -int(value.normalize().as_tuple().exponent))
        return format_decimal(value, self.form, shown)

    def money(self, value: Decimal) -> str:
        """An amount by locale with the decimals it carries, those of its currency."""
        exponent = value.as_tuple().exponent
        return format_decimal(value, self.form, max(0, -exponent) if isinstance(exponent, int) else None)

    def number(self, value: Decimal | None) -> str:
        """A quantity or price by locale in its shortest form, '' for none."""
        return "" if value is None else format_decimal(value, self.form)

    def day(self, value: dt.date | None) -> str:
        """A date by locale, '' for none."""
        return "" if value is None else format_date(value, self.form)

    # -- the desk ----------------------------------------------------------------------------------

    async def on_mount(self) -> None:
        self.title_bar.show(self.TITLE_TEXT)
        if self.desk_app.desk is not None:
            await self._ready()

    @on(DeskOpened)
    async def _desk_opened(self) -> None:
        await self._ready()

    async def _ready(self) -> None:
        # A screen that is being mounted while the connection comes hears of it twice.
        if self._knows_desk:
            return
        self._knows_desk = True
        company = self.desk.company.name
        self.title_bar.show(right=f"{self.desk.user} @ {company}" if company else self.desk.user)
        await self.desk_ready()
        if self.LIVE:
            self.desk_app.watch_changes()

    async def desk_ready(self) -> None:
        """The database is connected: read what the screen shows."""

    async def is_ready(self) -> None:
        """Wait until keys may come: at once, unless what they mean depends on what is still being read (U-1.1)."""

    @property
    def title_bar(self) -> TitleBar:
        """The screen's first line."""
        return self.query_one(TitleBar)

    @property
    def pane(self) -> ReadingPane:
        """What is read over the screen."""
        return self.query_one(ReadingPane)

    @property
    def is_reading(self) -> bool:
        """The pane is open: the keys that move a cursor move what is read."""
        pane = self.query_one_optional(ReadingPane)
        return pane is not None and pane.is_open

    # -- commands of every screen ------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return True if action in MOVES_TEXT and self.is_reading else super().check_action(action, parameters)

    async def action_back(self) -> None:
        if self.pane.close():
            return
        await super().action_back()

    async def action_line_up(self) -> None:
        if self.pane.is_open:
            self.pane.scroll(-1)
        else:
            await super().action_line_up()

    async def action_line_down(self) -> None:
        if self.pane.is_open:
            self.pane.scroll(1)
        else:
            await super().action_line_down()

    async def action_lines_page_up(self) -> None:
        if self.pane.is_open:
            self.pane.scroll(-self.pane.page())
        else:
            await super().action_lines_page_up()

    async def action_lines_page_down(self) -> None:
        if self.pane.is_open:
            self.pane.scroll(self.pane.page())
        else:
            await super().action_lines_page_down()

    async def back_wanted(self) -> None:
        await self.action_leave()

    async def action_leave(self) -> None:
        """F3: back to where this screen was opened from."""
        if len(self.app.screen_stack) > 2:
            await self.app.pop_screen()

    async def action_jump(self) -> None:
        await self.desk_app.open_screen("jump")

    async def action_help(self) -> None:
        if self.pane.close():
            return
        field = self.current_field
        about = [f"{field.label or field.field_name}: {field.help_text}", ""] if field and field.help_text else []
        self.pane.open("Help", [*about, *self.HELP_TEXT, *([""] if self.HELP_TEXT else []), *self._keys()])

    def _keys(self) -> list[str]:
        """The keys that do something here, from the registry (U-2)."""
        shown: dict[str, str] = {}
        for active in self.active_bindings.values():
            if active.binding.id and active.enabled:
                # The first of a command's keys is the one that the command bar shows too.
                shown.setdefault(active.binding.id, display_key(active.binding.key))
        return [f"{shown[one.id]:<10}  {one.help}" for one in COMMANDS if one.id in shown]
