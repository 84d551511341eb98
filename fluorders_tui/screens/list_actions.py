"""Doing something to the rows of a list: to the one under the cursor, or to all that are selected (U-3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar, Generic, TypeVar

from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from fluorders_tui.bindings import bindings
from fluorders_tui.domain.errors import DeskError, Invalid, Unreachable
from fluorders_tui.domain.shorthand import parse_date
from fluorders_tui.screens.filtered_list import FieldSort, FilteredList, Numbered
from fluorders_tui.services.desk import Desk
from fluorders_tui.widgets.choices import Choice, Resolution
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.question import Question

__all__ = ["Acted", "ListActions", "RowAction", "Today", "date_typed"]

NAMED = 4
"""Documents that a question names before it only counts them."""


@dataclass(frozen=True, slots=True)
class Today:
    """What a typed date is read by."""

    date: dt.date
    day_first: bool


@dataclass(frozen=True, slots=True)
class Acted:
    """What was done, as the message says it behind the number; of one document also the `screen` that opens then."""

    said: str
    screen: str = ""
    arguments: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


F = TypeVar("F")
S = TypeVar("S", bound=FieldSort)
R = TypeVar("R", bound=Numbered)
Step = Callable[[Desk, R], Acted]


@dataclass(frozen=True, slots=True)
class RowAction(Generic[R]):
    """One thing that can be done: what it is, what is typed for it ('' for nothing), and the step that this means.

    `read` raises `Invalid` for what can't be read. The step is one transaction for one document, in a thread.
    """

    about: str
    read: Callable[[str, Today], Step[R]]
    typed: str = ""
    single: bool = False
    """It begins something that is typed on, so it is done with one document alone."""
    known: Callable[[Desk], Mapping[str, str]] | None = None
    """Codes and their meaning that may be typed; other words may be too. Runs in a thread."""


@dataclass(frozen=True, slots=True)
class _Outcome(Generic[R]):
    done: Sequence[tuple[R, Acted]]
    refused: Sequence[tuple[R, DeskError]]


def date_typed(text: str, today: Today) -> dt.date | None:
    """A date for an action, None where nothing was typed. Raises `Invalid`."""
    return parse_date(text, today.date, day_first=today.day_first) if text else None


class ListActions(FilteredList[F, S, R]):
    """A list whose rows can be acted on: Insert, what to do, and where it wants something, that.

    A subclass names its `ACTIONS` by the word that is typed for them, and reads rows by their ids (`rows_by_id`).
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("actions")
    ACTIONS: ClassVar[Mapping[str, RowAction[Any]]] = {}
    _known: Mapping[str, str] = MappingProxyType({})

    def rows_by_id(self, desk: Desk, ids: Sequence[int]) -> Sequence[R]:
        """The documents in these rows as they are now; runs in a thread."""
        raise LookupError(ids)

    def further_fields(self) -> Iterable[Widget]:
        yield Horizontal(
            Field("action", "Do", label_width=3, width=14, id="action", suggest=self._actions, resolver=self._action,
                  help="What to do; F4 lists it."),
            Field("action_value", label_width=2, width=0, suggest=self._values, resolver=self._value,
                  help="What is typed depends on the action; the message line says it."),
            id="doing",
        )  # fmt: skip

    # -- which rows --------------------------------------------------------------------------------

    async def meant(self) -> Sequence[R]:
        """The documents that are selected, in the order they were entered, else the one under the cursor."""
        row = await self.row_here()
        ids = sorted(key for key in self.table.marks if isinstance(key, int))
        if not ids and row is not None and isinstance(row.key, int):
            ids = [row.key]
        desk = self.desk
        return await self.desk_app.ask(lambda: self.rows_by_id(desk, ids)) if ids else ()

    def named(self, rows: Sequence[R]) -> str:
        """`OF2026-00001, OF2026-00002`, or how many."""
        if len(rows) <= NAMED:
            return ", ".join(one.number for one in rows)
        return f"{self.number(Decimal(len(rows)))} {self.NAME[1]}"

    # -- what to do --------------------------------------------------------------------------------

    def _actions(self, text: str) -> list[Choice]:
        wanted = text.strip().casefold()
        return [
            Choice(word, one.about, one.typed, word)
            for word, one in self.ACTIONS.items()
            if word.startswith(wanted) or (wanted and wanted in one.about)
        ]

    async def _action(self, text: str) -> Resolution:
        return Resolution.of(text, self._actions(text))

    def _values(self, text: str) -> list[Choice]:
        wanted = text.strip().casefold()
        return [
            Choice(code, name, "", code) for code, name in self._known.items() if wanted in f"{code} {name}".casefold()
        ]

    async def _value(self, text: str) -> Resolution:
        """The code typed or begun, or any other words as they are."""
        typed = text.strip()
        begun = [one for one in self._values(typed) if one.code.casefold().startswith(typed.casefold())]
        found = Resolution.of(typed, begun)
        return found if found.kind in ("exact", "one") else Resolution("exact", (Choice(typed, "", "", typed),))

    @property
    def is_doing(self) -> bool:
        """What to do is being typed."""
        return self.query_one("#doing").has_class("-open")

    async def action_actions(self) -> None:
        rows = await self.meant()
        if not rows:
            self.message_line.say(f"There is no {self.NAME[0]} here.", "warning")
            return
        for name in ("action", "action_value"):
            self.field(name).clear()
        self.query_one("#doing").add_class("-open")
        self.field("action").focus()
        self.message_line.say(f"{self.named(rows)}: what shall be done? F4 lists it.")

    async def begin(self, word: str) -> None:
        """An action that has a key of its own: done at once, or asked for what it wants."""
        await self.action_actions()
        if self.is_doing:
            self.field("action").set_value(word, word)
            await self.field_accepted(self.field("action"))
            if not self.ACTIONS[word].typed:
                await self._do()

    async def field_accepted(self, field: Field) -> None:
        if field.field_name == "action":
            action = self.ACTIONS.get(field.text)
            if action is not None and action.typed:
                desk, known = self.desk, action.known
                self._known = await self.desk_app.ask(lambda: known(desk)) if known is not None else {}
                self.field("action_value").focus()
                listed = "; F4 lists them" if self._known else ""
                self.message_line.say(f"{action.about}: {action.typed}{listed}.")
        elif field.field_name != "action_value":
            await super().field_accepted(field)

    async def fields_done(self) -> None:
        field = self.current_field
        if field is None or field.field_name not in ("action", "action_value"):
            await super().fields_done()
            return
        try:
            await self._do()
        except Invalid as error:
            field.show_error(error)

    def close_actions(self) -> None:
        """Back to the list."""
        self.query_one("#doing").remove_class("-open")
        self.field("find").focus()
        self.message_line.clear()

    async def action_back(self) -> None:
        field, hits = self.current_field, self.lookup_list
        typing = field is None or field.field_name in ("action", "action_value")
        listed = hits is not None and hits.is_open
        if self.is_doing and typing and not listed and not self.is_reading:
            self.close_actions()
        else:
            await super().action_back()

    async def action_find(self) -> None:
        if self.is_doing:
            self.close_actions()
        await super().action_find()

    # -- doing it ----------------------------------------------------------------------------------

    async def _do(self) -> None:
        word = self.field("action").text
        action = self.ACTIONS.get(word)
        if action is None:
            self.field("action").focus()
            return
        step = action.read(self.field("action_value").text.strip(), Today(self.desk.today(), self.form.day_first))
        rows = await self.meant()
        if len(rows) > 1 and action.single:
            self.message_line.say(f"{action.about}: one at a time. Select a single {self.NAME[0]}.", "warning")
        elif len(rows) > 1:
            self.query_one(Question).ask(f"{action.about}: {self.named(rows)}?", lambda: self._perform(step, rows))
        elif rows:
            await self._perform(step, rows)

    async def _perform(self, step: Step[R], rows: Sequence[R]) -> None:
        desk = self.desk
        outcome = await self.desk_app.run_write(lambda: _each(desk, rows, step))
        if len(rows) == 1 and outcome.refused:
            raise outcome.refused[0][1]
        self.close_actions()
        if outcome.done:
            self.table.clear_marks()
        await self.catch_up(again=True)
        if len(rows) == 1:
            one, acted = outcome.done[0]
            if acted.screen:
                await self.desk_app.open_screen(acted.screen, **acted.arguments)
            else:
                self.message_line.say(f"{one.number} {acted.said}", "done")
        else:
            self._tell_many(outcome)

    def _tell_many(self, outcome: _Outcome[R]) -> None:
        done = self.named([one for one, _ in outcome.done])
        said = f"{done}: {outcome.done[0][1].said}" if outcome.done else "Nothing was done."
        if not outcome.refused:
            self.message_line.say(said, "done")
            return
        one, error = outcome.refused[0]
        count = len(outcome.refused)
        more = f" (and {count - 1} more refused)" if count > 1 else ""
        self.message_line.say(f"{said} {one.number}: {error.message}{more}", "warning", rule=error.rule)


def _each(desk: Desk, rows: Sequence[R], step: Step[R]) -> _Outcome[R]:
    """The step on each document; one that refuses leaves the others as they are."""
    done: list[tuple[R, Acted]] = []
    refused: list[tuple[R, DeskError]] = []
    for one in rows:
        try:
            done.append((one, step(desk, one)))
        except DeskError as error:
            refused.append((one, error))
            if isinstance(error, Unreachable):
                # The next ones would only wait for the same database.
                break
    return _Outcome(done, refused)
