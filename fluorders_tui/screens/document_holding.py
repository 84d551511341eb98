"""Putting a typed document aside, leaving it, and writing it with whatever may go wrong (D-12.9, U-1.6)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from fluorders_tui.domain.errors import Conflict, DeskError, Several, Unreachable
from fluorders_tui.screens.document_typing import DocumentTyping

__all__ = ["DocumentHolding"]

T = TypeVar("T")

_OF_A_LINE = re.compile(r"lines\[(\d+)\]\.(\w+)")


class DocumentHolding(DocumentTyping):
    """What F3, F12, Ctrl+K and F10 have in common on every screen on which a document is typed."""

    # -- hooks -------------------------------------------------------------------------------------

    @property
    def word(self) -> str:
        """`order`, as sentences have it."""
        return "order"

    def put_aside(self, draft: Any, typing: Any) -> object:
        """Hold a draft with what was being typed; writes, in the writing thread."""
        return None

    async def start_new(self) -> None:
        """An empty one, the caret on whom it is for."""

    def conflict_text(self) -> list[str]:
        """Who saved it meanwhile, and every field that differs (D-12.7); runs in a thread."""
        return []

    async def conflicted(self, error: Conflict) -> None:
        """Somebody saved it since it was opened here: show what differs; nothing typed is lost (D-12.7)."""
        text = await self.desk_app.ask(self.conflict_text)
        self.open_pane(f"Somebody else changed this {self.word}", text)
        self.message_line.tell(error)

    # -- holding and leaving -----------------------------------------------------------------------

    async def action_hold(self) -> None:
        """Put the document aside and take the next call (D-12.9)."""
        if not await self._hold():
            self.message_line.say("There is nothing to put on hold.")
            return
        await self.start_new()
        self.message_line.say("Put on hold. The desk's first screen lists it.", "done")

    async def _hold(self) -> bool:
        """Put everything aside, a half-typed line and field included; False when there is nothing."""
        session, field = self.session, self.current_field
        if field is not None and field.dirty:
            session.type(field.field_name, field.text)
        if not session.worth_keeping:
            return False
        draft, typing = session.draft, session.typing
        await self.desk_app.run_write(lambda: self.put_aside(draft, typing), what="Putting on hold…")
        return True

    async def action_leave(self) -> None:
        """F3: what isn't entered is put on hold, never lost (U-2); without a database it stays on this machine."""
        session, told = self._session, ""
        if session is not None:
            try:
                if await self._hold():
                    told = f"The {self.word} is on hold."
                    session.forget()
            except Unreachable as error:
                if session.autosave is None or session.unsaved:
                    raise
                told = f"{error.message} The {self.word} is kept on this machine and offered again."
        if len(self.app.screen_stack) <= 2:
            if told and session is not None and not session.worth_keeping:
                await self.start_new()
            self.message_line.say(told or "There is no screen to go back to. Ctrl+Q ends the desk.")
            return
        await super().action_leave()
        self.say_below(told)

    async def back_wanted(self) -> None:
        session = self._session
        if session is not None and session.line is not None:
            session.undo()
            self.clear_strip()
            self.field("item").focus()
            return
        if session is not None and session.worth_keeping:
            self.message_line.say(f"F3 leaves and puts the {self.word} on hold; F10 enters it.", "warning")
            return
        await self.action_leave()

    # -- writing -----------------------------------------------------------------------------------

    async def write(self, call: Callable[[], T], what: str) -> T | None:
        """Have the document written; None where it was refused, which is shown where it belongs.

        Raises `Unreachable` when nobody answered: whether it was written is unknown then.
        """
        session = self.session
        session.entering(True)
        try:
            return await self.desk_app.run_write(call, what=what)
        except Conflict as error:
            session.entering(False)
            await self.conflicted(error)
        except Unreachable as error:
            # Whether it was entered is unknown where the line broke after the last word.
            raise Unreachable(
                error.message, field=error.field, hint=f"The draft is kept; F10 again. {error.hint}"
            ) from error
        except DeskError as error:
            session.entering(False)
            await self.show_problems(error.errors if isinstance(error, Several) else (error,))
        return None

    async def show_problems(self, errors: Sequence[DeskError]) -> None:
        """List them, and put the caret where the first one is."""
        if len(errors) > 1:
            self.open_pane(f"To put right before the {self.word} is entered", [f"✗ {one}" for one in errors])
        first = errors[0]
        if found := _OF_A_LINE.fullmatch(first.field):
            place, name = int(found[1]) - 1, self.STRIP_FIELDS.get(found[2], "")
            if 0 <= place < len(self.session.draft.lines):
                await self.edit_line(place, name)
        else:
            names = {
                "lines": "item", "number": "external_number", "name": "customer",
                "destination": "ship_to", "drop_ship": "ship_to",
            }  # fmt: skip
            for name in (first.field.partition("[")[0], names.get(first.field, "")):
                with suppress(KeyError):
                    self.reveal(self.field(name))
        self.message_line.tell(first)
