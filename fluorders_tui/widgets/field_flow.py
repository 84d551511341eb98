"""How keys move through the fields of a screen, in the order they were typed (U-1.1, U-2)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from textual import on
from textual.screen import ScreenResultType
from textual.worker import Worker

from fluorders_tui.bindings import bindings
from fluorders_tui.domain.errors import DeskError
from fluorders_tui.keyflow import CalmScreen
from fluorders_tui.patience import answered
from fluorders_tui.widgets.choices import Choice, Resolution
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.lookup import Lookup
from fluorders_tui.widgets.message_line import MessageLine

__all__ = ["FieldFlow"]

IN_A_FIELD = ("accept", "lookup", "line_up", "line_down", "lines_page_up", "lines_page_down")


class FieldFlow(CalmScreen[ScreenResultType]):
    """A screen with `Field`s, one `MessageLine` and, if a field looks things up, one `Lookup`.

    Every command here is a coroutine that ends when its work is done, the database's answer included;
    the next key is looked at only then. A subclass overrides the hooks `field_accepted`,
    `fields_done`, `line_wanted`, `page_wanted` and `back_wanted`, and never moves the focus elsewhere.
    """

    BINDINGS = bindings(
        "accept",
        "next_field",
        "previous_field",
        "line_up",
        "line_down",
        "lines_page_up",
        "lines_page_down",
        "lookup",
        "back",
    )

    _known_fields: Mapping[str, Field] = MappingProxyType({})

    # -- hooks -------------------------------------------------------------------------------------

    async def field_accepted(self, field: Field) -> None:
        """A value was accepted: change the draft. A `DeskError` keeps the focus in the field."""

    async def fields_done(self) -> None:
        """Enter, and no field after this one needs a value: add the line, run the search, …"""

    async def line_wanted(self, delta: int) -> None:
        """Up (-1) or Down (+1) in a field, with no list of hits open."""

    async def page_wanted(self, delta: int) -> None:
        """Page up (-1) or down (+1) in a field, with no list of hits open."""

    async def back_wanted(self) -> None:
        """F12 or Esc with nothing left to close or undo: leave the level."""

    # -- what screens and hooks use ----------------------------------------------------------------

    @property
    def current_field(self) -> Field | None:
        """The field with the focus."""
        focused = self.focused
        parent = focused.parent if focused is not None else None
        return parent if isinstance(parent, Field) else None

    @property
    def fields(self) -> list[Field]:
        """The fields that can be reached now, in the order of the screen."""
        return [widget.parent for widget in self.focus_chain if isinstance(widget.parent, Field)]

    def field(self, name: str) -> Field:
        """The field of that name; KeyError if the screen has none."""
        known = self._known_fields.get(name)
        if known is None or not known.is_attached:
            # Asking the whole screen costs milliseconds, and a screen asks for dozens of fields at every Enter.
            self._known_fields = {field.field_name: field for field in reversed(self.query(Field))}
            known = self._known_fields[name]
        return known

    @property
    def message_line(self) -> MessageLine:
        """The screen's message line."""
        return self.query_one(MessageLine)

    @property
    def lookup_list(self) -> Lookup | None:
        """The screen's list of hits, if it has one."""
        return self.query_one_optional(Lookup)

    # -- commands ----------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.current_field is not None if action in IN_A_FIELD else True

    async def action_accept(self) -> None:
        field = self.current_field
        if field is None or not await self._accept(field):
            return
        if self.current_field is not field:
            return
        following = self._after(field)
        needed = next((one for one in following if one.needed and not one.text.strip()), None)
        if needed is not None:
            needed.focus()
        else:
            await self.fields_done()

    async def action_next_field(self) -> None:
        field = self.current_field
        if field is None or (await self._leave(field) and self.current_field is field):
            self.focus_next()

    async def action_previous_field(self) -> None:
        field = self.current_field
        if field is None or (await self._leave(field) and self.current_field is field):
            self.focus_previous()

    async def action_line_up(self) -> None:
        await self._move(-1)

    async def action_line_down(self) -> None:
        await self._move(1)

    async def action_lines_page_up(self) -> None:
        await self._move(-1, page=True)

    async def action_lines_page_down(self) -> None:
        await self._move(1, page=True)

    async def action_lookup(self) -> None:
        field = self.current_field
        if field is not None and field.suggest is not None:
            await self._list_hits(field, pick=True)
            if self.lookup_list is not None and not self.lookup_list.is_open:
                self.message_line.say("Nothing found.", "warning")

    async def action_back(self) -> None:
        field = self.current_field
        if field is not None:
            await self._settle(field)
            hits = self.lookup_list
            if hits is not None and hits.is_open:
                hits.close()
                return
            if field.dirty or field.error is not None:
                field.revert()
                self.message_line.clear()
                return
        await self.back_wanted()

    # -- how ---------------------------------------------------------------------------------------

    async def _leave(self, field: Field) -> bool:
        # Tab goes on from an empty field even if it is needed: the person may fill it later.
        if field.needed and not field.text.strip():
            self._close_hits()
            field.clear()
            return True
        return await self._accept(field)

    async def _accept(self, field: Field) -> bool:
        hits = self.lookup_list
        if hits is not None and hits.field is field and hits.picked is not None:
            return await self._take(field, hits.picked)
        before = field.state
        with self.message_line.waiting("Looking up…"):
            several = await field.accept()
        if several is not None:
            self._offer(field, several)
            return False
        self._close_hits()
        return field.error is None and await self._accepted(field, before)

    async def _take(self, field: Field, choice: Choice) -> bool:
        before = field.state
        field.take(choice)
        self._close_hits()
        return await self._accepted(field, before)

    async def _accepted(self, field: Field, before: tuple[object, Choice | None, str]) -> bool:
        self.message_line.clear()
        try:
            await self.field_accepted(field)
        except DeskError as error:
            field.refuse(error, before)
            return False
        return True

    async def _move(self, delta: int, *, page: bool = False) -> None:
        field = self.current_field
        if field is None:
            return
        await self._settle(field)
        hits = self.lookup_list
        if hits is None or hits.field is not field:
            await (self.page_wanted(delta) if page else self.line_wanted(delta))
        elif page:
            hits.action_cursor_page_down() if delta > 0 else hits.action_cursor_page_up()
        elif delta > 0:
            hits.action_cursor_down()
        else:
            hits.action_cursor_up()

    async def _settle(self, field: Field) -> None:
        """Have the hits on the screen that slower fingers would have seen by now."""
        if field.awaits_lookup:
            await self._list_hits(field)

    async def _list_hits(self, field: Field, *, pick: bool = False) -> None:
        hits, suggest = self.lookup_list, field.suggest
        if hits is None or suggest is None:
            return
        field.no_lookup()
        request = field.request_id
        text = field.text if field.dirty or not pick else ""
        try:
            with self.message_line.waiting("Looking up…"):
                found = await answered(asyncio.to_thread(suggest, text))
        except DeskError as error:
            field.show_error(error)
            return
        hits.offer(field, request, found, pick=pick)

    def _offer(self, field: Field, several: Resolution) -> None:
        hits = self.lookup_list
        if hits is not None:
            hits.offer(field, field.request_id, several.choices, pick=True)
        self.message_line.say(f"{len(several.choices)} fit. Choose one.", "warning")

    def _close_hits(self) -> None:
        if self.lookup_list is not None:
            self.lookup_list.close()

    def _after(self, field: Field) -> list[Field]:
        fields = self.fields
        return fields[fields.index(field) + 1 :] if field in fields else fields

    @on(Field.LookupRequested)
    def _look_up(self, message: Field.LookupRequested) -> None:
        ask = partial(self._suggest, message)
        _: Worker[None] = self.run_worker(ask, group="lookup", exclusive=True)

    async def _suggest(self, message: Field.LookupRequested) -> None:
        field, hits = message.field, self.lookup_list
        if hits is None or field.suggest is None:
            return
        try:
            found = await answered(asyncio.to_thread(field.suggest, message.text))
        except DeskError as error:
            if message.request_id == field.request_id:
                field.show_error(error)
            return
        hits.offer(field, message.request_id, found)

    @on(Field.Edited)
    def _close_when_empty(self, message: Field.Edited) -> None:
        if not message.text.strip():
            self._close_hits()

    @on(Field.Failed)
    def _tell_failure(self, message: Field.Failed) -> None:
        if message.field.error is message.error:
            self.message_line.tell(message.error)

    @on(Lookup.Chosen)
    async def _clicked(self, message: Lookup.Chosen) -> None:
        if await self._take(message.field, message.choice) and self.current_field is message.field:
            await self.action_accept()
