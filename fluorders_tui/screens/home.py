"""The desk: a numbered menu, and what needs this person now, each one keystroke away (U-3, D-12.9)."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical

from fluorders_tui.bindings import bindings
from fluorders_tui.commands import by_id, check_keys, key_table, keys_of
from fluorders_tui.domain.errors import DeskError
from fluorders_tui.domain.statuses import OrderStatus
from fluorders_tui.keynames import display_key
from fluorders_tui.live import DeskChanged
from fluorders_tui.loading import keep_loaded
from fluorders_tui.places import state_dir
from fluorders_tui.screens.base import DeskScreen
from fluorders_tui.screens.destinations import MENU
from fluorders_tui.screens.home_decisions import decided, to_decide
from fluorders_tui.screens.status_words import ORDER_STATUS
from fluorders_tui.widgets.command_bar import CommandBar
from fluorders_tui.widgets.message_line import MessageLine
from fluorders_tui.widgets.plain_text import fit
from fluorders_tui.widgets.reading_pane import ReadingPane
from fluorders_tui.widgets.shortcut_list import Section, Shortcut, ShortcutList
from fluorders_tui.widgets.title_bar import TitleBar
from fluorders_tui.work import DeskFailed

if TYPE_CHECKING:
    from fluorders_tui.domain.order_listing import OrderRow
    from fluorders_tui.services.draft_files import Abandoned
    from fluorders_tui.services.holding import Held
    from fluorders_tui.services.needs import Needs
    from fluorders_tui.services.supply_exceptions import PendingException

__all__ = ["HomeScreen"]

LETTERS = "abcdefghijklmnopq"
"""For what needs this person now, from the top."""

STATUS_LETTERS: Mapping[OrderStatus, str] = {
    OrderStatus.ENTERED: "s",
    OrderStatus.WAITING: "t",
    OrderStatus.LOCKED: "u",
    OrderStatus.REJECTED: "v",
    OrderStatus.CONFIRMED: "w",
    OrderStatus.PARTIAL: "x",
    OrderStatus.EXECUTED: "y",
}
"""Always the same, so that fingers learn them."""

LATE_LETTER = "z"


@dataclass(frozen=True, slots=True)
class _Target:
    """What a shortcut opens, and the draft or held order behind it that can be thrown away."""

    screen: str
    arguments: Mapping[str, Any]
    draft: Abandoned[Any, Any] | Held | None = None


class HomeScreen(DeskScreen):
    """The first screen. It can be typed on before the database is connected: such keys wait and then act in order."""

    CSS_PATH = "home.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(*(one.command for one in MENU), action="menu('{}')"),
        *bindings(
            "choose", "cursor_up", "cursor_down", "cursor_first", "cursor_last",
            "refresh", "new", "find", "go_to_number", "discard", "try_again",
        ),
        *(Binding(key, f"open_beside('{key}')", show=False) for key in by_id("open_beside").keys),
    ]  # fmt: skip
    TITLE_TEXT = "Desk"
    LIVE: ClassVar[frozenset[str]] = frozenset({"order", "offer", "supplier order"})
    LIVE_SECONDS = 1.0
    HELP_TEXT: ClassVar[tuple[str, ...]] = (
        "Every line opens with the digit or letter beside it, or with the arrows and Enter.",
        "Letters s to z always mean the same status; a to q stand beside what needs you now.",
        "Keys typed ahead count: 1 and then a customer's code starts that customer's order.",
    )

    def __init__(self) -> None:
        super().__init__()
        self._needs: Needs | None = None
        self._failure: DeskError | None = None
        self._cursor: Shortcut | None = None
        self._moved = False
        self._doomed: Shortcut | None = None
        self._menu: tuple[Shortcut, ...] = ()

    def compose(self) -> ComposeResult:
        yield TitleBar(self.TITLE_TEXT)
        with Horizontal(id="columns"):
            with Vertical(id="left"):
                yield ShortcutList(id="menu")
                yield ShortcutList(id="statuses")
            yield ShortcutList(id="needs")
        yield MessageLine()
        yield CommandBar()
        yield ReadingPane()

    async def on_mount(self) -> None:
        keymap = check_keys(self.desk_app.settings.keys)
        self._menu = tuple(
            Shortcut(display_key(keys_of(one.command, keymap)[0]), by_id(one.command).label, target=one.command)
            for one in MENU
        )
        self.query_one("#menu", ShortcutList).show([Section("", self._menu)])
        self._point_at(self._menu[0])
        if self.desk_app.desk is None:
            self.message_line.say("Opening the database…", "busy")

    # -- what is shown -----------------------------------------------------------------------------

    async def desk_ready(self) -> None:
        self._failure = None
        today = self.desk.today()
        self.title_bar.show(f"{self.desk.company.name or 'Desk'} · {today:%A} {self.day(today)}", self.desk.user)
        self.message_line.clear()
        self._read()

    def on_screen_resume(self) -> None:
        if self._needs is not None:
            self._read()

    @on(DeskChanged)
    def _changed(self) -> None:
        self._read()

    def on_resize(self) -> None:
        self._show()

    @on(DeskFailed)
    def _database_failed(self, message: DeskFailed) -> None:
        self._failure = message.error
        self._show()

    def _read(self) -> None:
        desk = self.desk
        self.desk_app.run_read(self, lambda: _needs(desk), self._show_needs, group="needs")

    def _show_needs(self, needs: Needs) -> None:
        first = self._needs is None
        self._needs = needs
        self._show()
        if first:
            # The screen most likely to be wanted next opens without having to be loaded first.
            self.run_worker(asyncio.to_thread(_load_order_entry), exit_on_error=False)

    def _show(self) -> None:
        needs = self._needs
        if self._failure is not None:
            self._show_failure(self._failure)
        elif needs is not None:
            self.query_one("#needs", ShortcutList).show(self._needs_sections(needs))
            self.query_one("#statuses", ShortcutList).show([self._status_section(needs)])
            self._keep_cursor(needs)
        self.refresh_bindings()

    def _show_failure(self, error: DeskError) -> None:
        again = Shortcut(self._key("try_again"), by_id("try_again").label, target="try_again")
        said = tuple(text for text in (error.message, error.hint, error.field) if text)
        self.query_one("#needs", ShortcutList).show(
            [Section(f"✗ {error.title}", sentences=said, look="bad"), Section("", (again,))]
        )

    def _key(self, command: str) -> str:
        return display_key(keys_of(command, check_keys(self.desk_app.settings.keys))[0])

    @property
    def _wide(self) -> bool:
        return self.size.width >= 100

    def _needs_sections(self, needs: Needs) -> list[Section]:
        """The sections that fit, the most pressing first; each letter is used once."""
        room = max(6, self.size.height - 5)
        letters = iter(LETTERS)
        sections: list[Section] = []
        kinds: list[tuple[str, str, list[tuple[str, str, str, _Target]]]] = [
            ("Not finished · Enter takes it up again", "warning", [self._recovered(one) for one in needs.recovered]),
            ("On hold", "title", [self._held(one) for one in needs.held]),
            (
                f"Supply changed: {self._count(needs.supply_count)} to decide",
                "warning" if needs.supply_count else "title",
                [self._supply(one) for one in needs.supply],
            ),
            (f"For you to decide: {needs.approval_count}", "warning", to_decide(needs, self.money, _Target)),
            ("Decided on your orders", "title", decided(needs, _Target)),
            (f"Late today: {self._count(needs.late_count)}", "title", [self._late(one) for one in needs.late]),
            ("My last orders", "title", [self._mine(one) for one in needs.mine]),
        ]
        filled = [kind for kind in kinds if kind[2]]
        shares = _shares([len(rows) for _, _, rows in filled], room - 2 * len(filled) + 1)
        for (title, look, rows), share in zip(filled, shares, strict=True):
            shown = tuple(
                Shortcut(letter, text, detail, row_look, target)
                for (text, detail, row_look, target), letter in zip(rows[:share], letters, strict=False)
            )
            sections.append(Section(title, shown, look=look))
        if not sections:
            fresh = not needs.statuses
            said = "No orders yet: 1 begins the first one." if fresh else "Nothing waits for you."
            sections.append(Section("Now", sentences=(said,)))
        return sections

    def _recovered(self, one: Abandoned[Any, Any]) -> tuple[str, str, str, _Target]:
        draft = one.draft
        when = dt.datetime.fromtimestamp(one.saved_at, dt.UTC)
        supply = one.word == "supplier order"
        offer = not supply and one.typing.terms is not None
        who = draft.name or (draft.supplier or "no supplier yet" if supply else draft.customer or "no customer yet")
        what = f"{draft.number} · " if draft.number else "Supplier order · " if supply else "Offer · " if offer else ""
        screen = "supplier_order_entry" if supply else "offer_entry" if offer else "order_entry"
        target = _Target(screen, {"recovered": one}, one)
        return f"{what}{who}", f"{_lines(len(draft.lines))} · {self._when(when)}", "strong", target

    def _held(self, one: Held) -> tuple[str, str, str, _Target]:
        screen = "supplier_order_entry" if one.supply else "offer_entry" if one.offer else "order_entry"
        return one.title, self._when(one.held_at), "", _Target(screen, {"held": one.row}, one)

    def _supply(self, one: PendingException) -> tuple[str, str, str, _Target]:
        """A line that a supplier moved, shortened or cancelled; whoever entered the order sees it first (D-14.4)."""
        what = one.exception
        day = self.day(what.due) if what.due else ""
        kind = {"date changed": "moved", "confirmed short": "short"}.get(what.kind.value, what.kind.value)
        mine = one.entered_by == self.desk.user
        detail = " ".join(part for part in (kind, day, "" if mine or not self._wide else f"· {one.entered_by}") if part)
        target = _Target("supply_exceptions", {"show": "mine" if mine else "decide"})
        return (
            f"{one.order}/{one.line} {one.customer_name or one.customer}",
            detail,
            "warning" if what.urgent else "",
            target,
        )

    def _late(self, row: OrderRow) -> tuple[str, str, str, _Target]:
        days = (self.desk.today() - row.delivery_date).days if row.delivery_date else 0
        late = f"{days} day" if days == 1 else f"{days} days"
        detail = f"{self._total(row)}  {late:>8} late" if self._wide else late
        return self._who(row), detail, "warning", self._status_of(row)

    def _mine(self, row: OrderRow) -> tuple[str, str, str, _Target]:
        look = ORDER_STATUS[row.status]
        detail = f"{self._total(row)}  {fit(str(look), 13)}" if self._wide else self._total(row)
        return self._who(row), detail, "", self._status_of(row)

    def _who(self, row: OrderRow) -> str:
        number = f"{row.number:<12}" if self._wide else row.number
        return f"{number} {row.customer_name or row.customer}"

    def _count(self, count: int) -> str:
        return self.number(Decimal(count)) if count else "–"

    def _total(self, row: OrderRow) -> str:
        return f"{self.money(row.total)} {row.currency}"

    @staticmethod
    def _status_of(row: OrderRow) -> _Target:
        return _Target("order_status", {"number": row.number})

    def _when(self, moment: dt.datetime) -> str:
        local = self.desk.local(moment)
        return f"{local:%H:%M}" if local.date() == self.desk.today() else self.day(local.date())

    def _status_section(self, needs: Needs) -> Section:
        shortcuts = []
        for status, letter in STATUS_LETTERS.items():
            counted, look = needs.statuses.get(status), ORDER_STATUS[status]
            count = self._count(counted.count if counted else 0)
            value = self.amount(counted.value) if counted else ""
            detail = f"{count:>9} {value:>15}" if self._wide else count
            target = _Target("orders", {"choose": look.word})
            shortcuts.append(Shortcut(letter, str(look), detail, look.look if counted else "muted", target))
        count = self._count(needs.late_count)
        late = Shortcut(
            LATE_LETTER, "! late", f"{count:>9}{'':16}" if self._wide else count,
            "warning" if needs.late_count else "muted", _Target("orders", {"choose": "late"}),
        )  # fmt: skip
        title = f"Orders{self.desk.company.currency:>36}" if self._wide else "Orders"
        return Section(title, (*shortcuts, late))

    # -- the cursor --------------------------------------------------------------------------------

    @property
    def _all(self) -> list[Shortcut]:
        return [one for place in self.query(ShortcutList) for one in place.shortcuts]

    def _keep_cursor(self, needs: Needs) -> None:
        everything = self._all
        here = next((one for one in everything if self._cursor and one.target == self._cursor.target), None)
        if needs.recovered and not self._moved:
            # What a crash left is offered at once: Enter takes it up (U-1.7).
            here = next(one for one in everything if isinstance(one.target, _Target) and one.target.draft)
        self._point_at(here or self._menu[0])

    def _point_at(self, shortcut: Shortcut) -> None:
        self._cursor = shortcut
        for place in self.query(ShortcutList):
            place.point_at(shortcut)

    def _move_to(self, place: int) -> None:
        everything = self._all
        if everything:
            self._moved = True
            self._doomed = None
            self._point_at(everything[max(0, min(place, len(everything) - 1))])

    def _place(self) -> int:
        return next((index for index, one in enumerate(self._all) if one is self._cursor), 0)

    def action_cursor_up(self) -> None:
        self._move_to(self._place() - 1)

    def action_cursor_down(self) -> None:
        self._move_to(self._place() + 1)

    def action_cursor_first(self) -> None:
        self._move_to(0)

    def action_cursor_last(self) -> None:
        self._move_to(len(self._all) - 1)

    async def action_next_field(self) -> None:
        """Tab: to the other column."""
        needs = self.query_one("#needs", ShortcutList).shortcuts
        if needs:
            at_right = any(one is self._cursor for one in needs)
            self._move_to(0 if at_right else self._all.index(needs[0]))

    async def action_previous_field(self) -> None:
        await self.action_next_field()

    # -- opening -----------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("leave", "back"):
            return self.is_reading or len(self.app.screen_stack) > 2
        if action == "try_again":
            return self._failure is not None
        if action == "discard":
            target = self._cursor.target if self._cursor else None
            return isinstance(target, _Target) and target.draft is not None
        if action.startswith("cursor_") and self.is_reading:
            return False
        return super().check_action(action, parameters)

    async def action_choose(self) -> None:
        if self._cursor is not None:
            await self._open(self._cursor)

    async def action_open_beside(self, letter: str) -> None:
        if await self._needs_there():
            shortcut = next((one for one in self._all if one.key == letter), None)
            if shortcut is not None:
                await self._open(shortcut)

    @on(ShortcutList.Clicked)
    async def _shortcut_clicked(self, message: ShortcutList.Clicked) -> None:
        await self._open(message.shortcut)

    async def _open(self, shortcut: Shortcut) -> None:
        target = shortcut.target
        if isinstance(target, _Target):
            await self._go(target.screen, target.arguments)
        elif target == "try_again":
            await self.action_try_again()
        else:
            await self.action_menu(str(target))

    async def _go(self, screen: str, arguments: Mapping[str, Any]) -> None:
        self.pane.close()
        self._doomed = None
        if await self.desk_app.desk_there():
            await self.desk_app.open_screen(screen, **arguments)
        elif self._failure is not None:
            self.message_line.tell(self._failure)

    async def _needs_there(self) -> bool:
        """Wait until it is known what stands beside the letters: keys typed ahead mean what will be there."""
        if not await self.desk_app.desk_there():
            return False
        if self._needs is None:
            desk = self.desk
            self._show_needs(await self.desk_app.ask(lambda: _needs(desk)))
        return True

    async def action_menu(self, command: str) -> None:
        """A line of the menu: the screen it opens, or what it does here."""
        chosen = next(one for one in MENU if one.command == command)
        if chosen.screen:
            await self._go(chosen.screen, chosen.arguments)
        else:
            await self.run_action(command)

    async def action_menu_keys(self) -> None:
        """Every key of the desk, by group."""
        if self.pane.close():
            return
        said: list[str] = [*self.HELP_TEXT]
        group = ""
        for name, keys, _, _, help_text in key_table(check_keys(self.desk_app.settings.keys)):
            if name != group:
                group = name
                said += ["", group]
            said.append(f"  {keys:<22}  {help_text}")
        self.pane.open("Keys", said)

    async def action_menu_quit(self) -> None:
        await self.app.run_action("quit")

    async def action_new(self) -> None:
        await self.action_menu("menu_new_order")

    async def action_find(self) -> None:
        await self.action_menu("menu_orders")

    async def action_go_to_number(self) -> None:
        await self.action_menu("menu_order_status")

    async def action_refresh(self) -> None:
        if self.desk_app.desk is None:
            await self.action_try_again()
        else:
            self._read()

    async def action_try_again(self) -> None:
        self._failure = None
        self.message_line.say("Opening the database…", "busy")
        self.query_one("#needs", ShortcutList).show([])
        self.desk_app.connect()

    async def action_discard(self) -> None:
        """Asked for twice on the same line: thrown away."""
        shortcut = self._cursor
        target = shortcut.target if shortcut else None
        if shortcut is None or not isinstance(target, _Target) or target.draft is None:
            return
        if shortcut is not self._doomed:
            self._doomed = shortcut
            key = self._key("discard")
            self.message_line.say(f"{key} again throws it away for good: {shortcut.text}", "warning")
            return
        self._doomed = None
        desk, draft = self.desk, target.draft
        await self.desk_app.run_write(lambda: _throw_away(desk, draft))
        self._show_needs(await self.desk_app.ask(lambda: _needs(desk)))
        self.message_line.say(f"Thrown away: {shortcut.text}", "done")


def _shares(wanted: list[int], room: int) -> list[int]:
    """How many rows of each section are shown in `room`: one each in turn, the first sections first."""
    given = [0] * len(wanted)
    while sum(given) < max(room, len(wanted)):
        hungry = [place for place, want in enumerate(wanted) if given[place] < want]
        if not hungry:
            break
        fewest = min(hungry, key=lambda place: (given[place], place))
        given[fewest] += 1
    return given


def _lines(count: int) -> str:
    return f"{count} line" if count == 1 else f"{count} lines"


def _load_order_entry() -> None:
    import_module("fluorders_tui.screens.order_entry")
    keep_loaded()


def _needs(desk: Any) -> Needs:
    # Imported in the thread: the first frame must not wait for the database's library.
    from fluorders_tui.services.needs import needs_now

    return needs_now(desk, state_dir())


def _throw_away(desk: Any, draft: Abandoned[Any, Any] | Held) -> None:
    from fluorders_tui.services.autosave import discard
    from fluorders_tui.services.draft_files import Abandoned
    from fluorders_tui.services.holding import discard_held

    if isinstance(draft, Abandoned):
        discard(draft)
    else:
        discard_held(desk, draft.row)
