"""The versions of one offer: which there are, what each changed, and any of them opened (D-13.2)."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from fluorders_tui.bindings import bindings
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.screens.base import DeskScreen
from fluorders_tui.screens.offer_versions_page import VersionsPage
from fluorders_tui.screens.status_words import OFFER_STATUS
from fluorders_tui.screens.story_page import Forms
from fluorders_tui.services.offer_steps import new_version
from fluorders_tui.services.offers import OfferVersion, versions
from fluorders_tui.widgets.command_bar import CommandBar
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.message_line import MessageLine
from fluorders_tui.widgets.page import Page
from fluorders_tui.widgets.question import Question
from fluorders_tui.widgets.reading_pane import ReadingPane
from fluorders_tui.widgets.row_sources import ListSource, Row
from fluorders_tui.widgets.table_layout import Column
from fluorders_tui.widgets.title_bar import TitleBar
from fluorders_tui.widgets.virtual_table import VirtualTable

__all__ = ["OfferVersionsScreen"]

COLUMNS = (
    Column("version", "V", 3, align="right"),
    Column("status", "Status", 13),
    Column("date", "Date", 10),
    Column("valid", "Valid to", 10),
    Column("lines", "Lines", 5, align="right", drop=1),
    Column("total", "Total", 16, align="right"),
    Column("changed", "Changed", 16, flex=True),
)


class OfferVersionsScreen(DeskScreen):
    """The versions of the offer with `number`, the newest under the cursor; below, what it and those before changed."""

    CSS_PATH = "offer_versions.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings("edit", "new", "refresh", "first_row", "last_row")
    TITLE_TEXT = "Versions"
    HELP_TEXT: ClassVar[tuple[str, ...]] = (
        "Up and Down choose a version; Enter opens it, or the one whose figure was typed.",
        "Below stands what it and the versions before it have that differs, » where one changed something. "
        "The page keys move it.",
        "F6 makes a new version of the newest one; old versions can only be read.",
    )

    def __init__(self, *, number: str) -> None:
        super().__init__()
        self._number = number
        self._versions: tuple[OfferVersion, ...] = ()
        self.table = VirtualTable(COLUMNS, can_focus=False, grows=True, empty="", id="versions")

    def compose(self) -> ComposeResult:
        yield TitleBar(self.TITLE_TEXT)
        yield Field("version", "Version", label_width=9, width=6, id="version", help="Its figure, then Enter opens it.")
        yield self.table
        yield Page()
        yield MessageLine()
        yield Question()
        yield CommandBar()
        yield ReadingPane()

    async def on_mount(self) -> None:
        self.field("version").focus()

    async def desk_ready(self) -> None:
        await self._read()

    def on_screen_resume(self) -> None:
        if self._versions:
            desk, number = self.desk, self._number
            self.desk_app.run_read(self, lambda: versions(desk, number), self._show, group="versions")

    async def _read(self) -> None:
        desk, number = self.desk, self._number
        self._show(await self.desk_app.ask(lambda: versions(desk, number)))

    def _show(self, found: tuple[OfferVersion, ...]) -> None:
        grown = len(found) != len(self._versions)
        self._versions = found
        newest = found[-1].saved
        self.title_bar.show(f"Versions of offer {newest.number} · {newest.draft.name or newest.draft.customer}")
        self.table.refresh_source(ListSource([self._row(one, place) for place, one in enumerate(found)]))
        if grown:
            self.table.cursor = len(found) - 1
        self._show_page()

    def _row(self, one: OfferVersion, place: int) -> Row:
        saved, terms, look = one.saved, one.saved.offer.terms, OFFER_STATUS[one.saved.status]
        total = f"{self.amount(saved.totals.total, saved.draft.currency.decimals)} {saved.draft.currency.code}"
        count = len(one.changes)
        changed = "" if place == 0 else "nothing" if not count else f"{count} change{'s' if count > 1 else ''}"
        cells = (
            str(terms.version), str(look), self.day(saved.draft.date), self.day(terms.valid_until),
            str(len(saved.draft.lines)), total, changed,
        )  # fmt: skip
        return Row(saved.draft.id, cells, look.look)

    def _show_page(self) -> None:
        forms = Forms(self.number, lambda value, decimals: self.amount(value, decimals), self.day, self.desk.today())
        self.query_one(Page).show(VersionsPage(self._versions, max(0, self.table.cursor), forms))

    # -- commands ----------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return False if action == "lookup" else super().check_action(action, parameters)

    async def line_wanted(self, delta: int) -> None:
        self.table.action_cursor_down() if delta > 0 else self.table.action_cursor_up()
        self._show_page()

    async def page_wanted(self, delta: int) -> None:
        page = self.query_one(Page)
        page.scroll_by(delta * page.page())

    async def action_first_row(self) -> None:
        await self.page_wanted(-len(self._versions) * 1000)

    async def action_last_row(self) -> None:
        await self.page_wanted(1000)

    async def fields_done(self) -> None:
        """Enter: the version whose figure was typed, else the one under the cursor."""
        field = self.field("version")
        typed = field.text.strip()
        field.clear()
        if typed:
            known = {str(one.saved.offer.terms.version): place for place, one in enumerate(self._versions)}
            if typed not in known:
                raise Invalid(f"There is no version {typed[:10]}.", field="version", rule="D-13.2")
            self.table.cursor = known[typed]
            self._show_page()
        await self.action_edit()

    async def action_edit(self) -> None:
        if self._versions:
            chosen = self._versions[max(0, self.table.cursor)]
            await self.desk_app.open_screen("offer_entry", row=chosen.saved.draft.id)

    async def action_refresh(self) -> None:
        if await self.desk_app.desk_there():
            await self._read()
            self.message_line.say("Read again.", "done")

    async def action_new(self) -> None:
        """A new version of the newest one, asked for once (D-13.2)."""
        if not self._versions:
            return
        chosen, newest = self._versions[max(0, self.table.cursor)], self._versions[-1]
        if chosen is not newest:
            raise Refused(
                "Only the newest version gets a new one.",
                field="version",
                rule="D-13.2",
                hint="Open this one: /duplicate makes another offer of it.",
            )
        desk, draft = self.desk, newest.saved.draft

        async def make() -> None:
            made = await self.desk_app.run_write(lambda: new_version(desk, draft.id, version=draft.version))
            await self._read()
            await self.desk_app.open_screen("offer_entry", row=made.draft.id)

        following = newest.saved.offer.terms.version + 1
        self.query_one(Question).ask(f"Make version {following} of offer {draft.number}?", make)
