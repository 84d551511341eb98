"""What suppliers changed that customers were promised, and what is decided about it, one line or many (D-14.4)."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from fluorders_tui.bindings import bindings
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.live import DeskChanged
from fluorders_tui.screens.awaited import AwaitedScreen
from fluorders_tui.screens.base import DeskScreen
from fluorders_tui.screens.document_typing import counted
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.supply_exceptions import (
    Choice,
    Decided,
    ExceptionKind,
    PendingException,
    exceptions,
    resolve_many,
)
from fluorders_tui.services.supply_proposals import Asked, StockUse
from fluorders_tui.widgets import choices
from fluorders_tui.widgets.command_bar import CommandBar
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.info_line import InfoLine
from fluorders_tui.widgets.lookup import Lookup
from fluorders_tui.widgets.message_line import MessageLine
from fluorders_tui.widgets.question import Question
from fluorders_tui.widgets.reading_pane import ReadingPane
from fluorders_tui.widgets.row_sources import ListSource, Row
from fluorders_tui.widgets.table_layout import Column
from fluorders_tui.widgets.title_bar import TitleBar
from fluorders_tui.widgets.virtual_table import VirtualTable

__all__ = ["CHOICE_WORDS", "SupplyExceptionsScreen"]

COLUMNS = (
    Column("kind", "What", 9),
    Column("order", "Order", 11),
    Column("line", "Ln", 3, align="right"),
    Column("customer", "Customer", 10, flex=True),
    Column("item", "Item", 9),
    Column("quantity", "Quantity", 8, align="right"),
    Column("was", "Was", 10, drop=4),
    Column("due", "Now", 10),
    Column("promised", "Promised", 10, drop=1),
    Column("supplier", "Supplier order", 14, drop=3),
    Column("by", "Entered by", 10, drop=5),
)

KIND_WORDS = {ExceptionKind.DATE: "moved", ExceptionKind.SHORT: "short", ExceptionKind.CANCELLED: "cancelled"}

CHOICE_WORDS: dict[str, tuple[Choice, str]] = {
    "accept": (Choice.ACCEPT, "promise the customer the new date"),
    "elsewhere": (Choice.ELSEWHERE, "order it from another supplier"),
    "stock": (Choice.STOCK, "serve it from stock"),
    "force": (Choice.FORCE, "close what won't come"),
}
SHOWN = {
    "decide": "what asks for a decision",
    "mine": "what concerns orders that I entered",
    "all": "what is only told too, such as an earlier day",
}


class SupplyExceptionsScreen(AwaitedScreen):
    """`show` is one of `SHOWN`. The list takes keys itself: Space selects, Enter or F9 decides."""

    CSS_PATH = "supply_exceptions.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "next_step", "save", "edit", "refresh", "find", "open_linked", "first_row", "last_row"
    )
    LIVE: ClassVar[frozenset[str]] = frozenset({"order", "supplier order"})
    TITLE_TEXT = "Supply exceptions"
    HELP_TEXT: ClassVar[tuple[str, ...]] = (
        "What suppliers moved, shortened or cancelled of what customers were promised (D-14.4).",
        "Space selects several; Enter or F9 decides about them, or about the line under the cursor:",
        *(f"  {word:<10} {about}" for word, (_, about) in CHOICE_WORDS.items()),
        "Each is decided by itself; what a rule refuses stays in the list and is told.",
        "F2 opens the supplier order, Ctrl+E the customer's.",
    )

    def __init__(self, *, show: str = "decide") -> None:
        super().__init__()
        self._shown_name = show if show in SHOWN else "decide"
        self._rows: dict[Hashable, PendingException] = {}
        self.table = VirtualTable(COLUMNS, markable=True, empty="Nothing waits for a decision.", id="exceptions")

    def compose(self) -> ComposeResult:
        yield TitleBar(self.TITLE_TEXT)
        yield Field("show", "Show", text=self._shown_name, label_width=6, width=10, id="show", suggest=self._shown,
                    resolver=self._resolve_shown, help="decide, mine, or all.")  # fmt: skip
        yield self.table
        yield InfoLine(id="info")
        with Horizontal(id="decide"):
            yield Field("choice", "Decide", label_width=8, width=12, suggest=self._choices,
                        resolver=self._resolve_choice, help="accept, elsewhere, stock or force.")  # fmt: skip
        yield Question()
        yield MessageLine()
        yield CommandBar()
        yield Lookup()
        yield ReadingPane()

    # -- reading -----------------------------------------------------------------------------------

    async def open_first(self) -> None:
        self.table.focus()
        await self._again()

    def _wanted(self, desk: Desk) -> list[PendingException]:
        found = exceptions(desk, urgent=self._shown_name == "decide")
        return [one for one in found if self._shown_name != "mine" or one.entered_by == desk.user]

    async def _again(self) -> None:
        desk = self.desk
        self._show(await self.desk_app.ask(lambda: self._wanted(desk)))

    def _show(self, found: Sequence[PendingException]) -> None:
        self._rows = {(one.link_id, one.exception.kind.value): one for one in found}
        self.table.marks &= set(self._rows)
        self.table.refresh_source(ListSource([self._row(key, one) for key, one in self._rows.items()]))
        self.table.cursor = max(0, self.table.cursor)
        waiting = sum(1 for one in found if one.exception.urgent)
        told = f" · {len(found) - waiting} only told" if len(found) > waiting else ""
        self.title_bar.show(f"Supply exceptions · {counted(waiting, 'line')} to decide{told}")

    def _row(self, key: Hashable, one: PendingException) -> Row:
        what = one.exception
        cells = (
            f"{'!' if what.urgent else '·'} {KIND_WORDS[what.kind]}",
            one.order,
            str(one.line),
            one.customer_name or one.customer,
            what.item,
            self.number(what.quantity),
            self.day(what.was_due),
            self.day(what.due) or "never",
            self.day(what.promised),
            one.supplier_order,
            one.entered_by,
        )
        return Row(key, cells, "warning" if what.urgent else "muted")

    @on(DeskChanged)
    def _changed(self) -> None:
        desk = self.desk
        self.desk_app.run_read(self, lambda: self._wanted(desk), self._show, group="exceptions")

    async def on_screen_resume(self) -> None:
        if self.opened.is_set() and self.desk_app.desk is not None:
            await self._again()

    @on(VirtualTable.RowHighlighted, "#exceptions")
    def _tell(self) -> None:
        one = self._here()
        text = ""
        if one is not None:
            what = one.exception
            words = ", ".join(self._words(one)) or "nothing to decide"
            moved = f"{self.day(what.was_due) or '–'} → {self.day(what.due) or 'never'}"
            told = {
                ExceptionKind.DATE: f"comes {moved}",
                ExceptionKind.SHORT: f"{self.number(what.quantity)} won't come",
                ExceptionKind.CANCELLED: f"{self.number(what.quantity)} were cancelled",
            }[what.kind]
            text = f"{words} · {one.supplier_name} {one.supplier_order}: {told} · {one.description}"
        self.query_one("#info", InfoLine).show(text)

    # -- what is meant -----------------------------------------------------------------------------

    def _here(self) -> PendingException | None:
        row = self.table.current
        return self._rows.get(row.key) if row is not None else None

    def _meant(self) -> list[PendingException]:
        marked = [one for key, one in self._rows.items() if key in self.table.marks]
        here = self._here()
        return marked or ([here] if here is not None else [])

    @staticmethod
    def _words(one: PendingException) -> list[str]:
        return [word for word, (choice, _) in CHOICE_WORDS.items() if choice in one.exception.choices]

    def _shown(self, text: str) -> list[choices.Choice]:
        wanted = text.strip().casefold()
        return [choices.Choice(name, about, "", name) for name, about in SHOWN.items() if name.startswith(wanted)]

    async def _resolve_shown(self, text: str) -> choices.Resolution:
        return choices.Resolution.of(text, self._shown(text))

    def _choices(self, text: str) -> list[choices.Choice]:
        """What can be decided about all that is meant."""
        wanted, meant = text.strip().casefold(), self._meant()
        return [
            choices.Choice(word, about, "", word)
            for word, (_, about) in CHOICE_WORDS.items()
            if word.startswith(wanted) and meant and all(word in self._words(one) for one in meant)
        ]

    async def _resolve_choice(self, text: str) -> choices.Resolution:
        found = self._choices(text)
        named = [word for word in CHOICE_WORDS if word.startswith(text.strip().casefold())]
        if not found and len(named) == 1:
            several = len(self._meant()) > 1
            raise Refused(
                f"{'Not all of these lines' if several else 'This line'} can be decided so: {named[0]}.",
                field="choice",
                rule="D-14.4",
                hint="F4 lists what can.",
            )
        return choices.Resolution.of(text, found)

    # -- typing ------------------------------------------------------------------------------------

    async def field_accepted(self, field: Field) -> None:
        if field.field_name == "show":
            self._shown_name = str(field.value or "decide")
            field.set_value(self._shown_name)
            await self._again()

    async def fields_done(self) -> None:
        field = self.current_field
        if field is not None and field.field_name == "choice":
            await self._decide()
        else:
            self.table.focus()

    async def line_wanted(self, delta: int) -> None:
        self.table.action_cursor_down() if delta > 0 else self.table.action_cursor_up()

    @on(VirtualTable.RowSelected, "#exceptions")
    async def _row_chosen(self) -> None:
        await self.action_next_step()

    async def action_next_step(self) -> None:
        """F9: say what shall become of the line under the cursor, or of the selected ones."""
        meant = self._meant()
        if not meant:
            raise Refused("Nothing waits for a decision.", rule="D-14.4")
        able = self._choices("")
        self.query_one("#decide").add_class("-open")
        field = self.field("choice")
        field.clear()
        field.focus()
        about = f"{meant[0].order} line {meant[0].line}" if len(meant) == 1 else counted(len(meant), "line")
        words = ", ".join(one.code for one in able)
        self.message_line.say(f"{about}: {words or 'nothing that fits all of them'}. Enter does it.")

    async def action_save(self) -> None:
        if self.query_one("#decide").has_class("-open"):
            await self._decide()
        else:
            await self.action_next_step()

    async def back_wanted(self) -> None:
        if self.query_one("#decide").has_class("-open"):
            self._close()
        elif self.table.marks:
            self.table.clear_marks()
        else:
            await self.action_leave()

    def _close(self) -> None:
        self.query_one("#decide").remove_class("-open")
        self.field("choice").clear()
        self.table.focus()

    # -- deciding ----------------------------------------------------------------------------------

    async def _decide(self) -> None:
        field = self.field("choice")
        if field.dirty and not await self._accept(field):
            return
        if not field.text:
            raise Invalid("Say what shall become of it.", field="choice", hint="F4 lists it.")
        choice, about = CHOICE_WORDS[field.text]
        meant = self._meant()
        if len(meant) > 1:
            self.query_one(Question).ask(f"{counted(len(meant), 'line')}: {about}?", lambda: self._do(meant, choice))
        else:
            await self._do(meant, choice)

    async def _do(self, meant: Sequence[PendingException], choice: Choice) -> None:
        desk = self.desk
        try:
            made = await self.desk_app.run_write(lambda: resolve_many(desk, meant, choice), what="Deciding…")
        finally:
            self._close()
        self.table.marks = set()
        await self._again()
        self._told(made, choice)
        if made.reorder:
            await self._order_elsewhere(made)

    def _told(self, made: Decided, choice: Choice) -> None:
        said = f"{counted(len(made.done), 'line')} decided: {choice.value}." if made.done else "Nothing was decided."
        if made.refused:
            first = made.refused[0][1]
            if len(made.refused) > 1:
                self.pane.open(
                    "These stayed as they are",
                    [f"✗ {one.order} line {one.line}: {error}" for one, error in made.refused],
                )
            said += f" {made.refused[0][0].order}: {first.message} {first.hint}".rstrip()
        self.message_line.say(said, "warning" if made.refused else "done", rule="")

    async def _order_elsewhere(self, made: Decided) -> None:
        """What is to be ordered elsewhere is proposed at once, without the supplier that failed."""
        asked = Asked(
            orders=tuple(dict.fromkeys(one.order for one in made.reorder)),
            lines=frozenset(one.line_id for one in made.reorder),
            without=frozenset(one.supplier for one in made.reorder),
            # Who wanted it from stock would have said so.
            stock_use=StockUse.ALWAYS,
        )
        screen = await self.desk_app.open_screen("supply_proposals", asked=asked)
        if isinstance(screen, DeskScreen):
            screen.message_line.say(f"{counted(len(made.reorder), 'line')} to order elsewhere. F10 orders.", "warning")

    # -- elsewhere ---------------------------------------------------------------------------------

    async def action_find(self) -> None:
        self.field("show").focus()
        self.field("show").input.action_select_all()

    async def action_first_row(self) -> None:
        self.table.action_cursor_first()

    async def action_last_row(self) -> None:
        self.table.action_cursor_last()

    async def action_edit(self) -> None:
        """F2: the supplier order behind the line."""
        one = self._here()
        if one is not None:
            await self.desk_app.open_screen("supplier_order_steps", number=one.supplier_order)

    async def action_open_linked(self) -> None:
        """Ctrl+E: the customer's order."""
        one = self._here()
        if one is not None:
            await self.desk_app.open_screen("order_status", row=one.order_id)

    async def action_refresh(self) -> None:
        await self._again()
        self.message_line.say("Read again.", "done")
