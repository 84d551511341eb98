"""Who else has the document open, and what they saved meanwhile, on the screen where it is typed (D-12.7b)."""

from __future__ import annotations

import asyncio
import datetime as dt
import platform
from contextlib import suppress
from uuid import uuid4

from textual import on

from fluorders_tui.domain.errors import DeskError, Refused
from fluorders_tui.domain.locales import format_date
from fluorders_tui.live import DeskChanged
from fluorders_tui.screens.base import DeskScreen
from fluorders_tui.services.presence import BEAT_SECONDS, KIND, Present, beat, leave, present, stored_version

__all__ = ["DocumentPresence"]


class DocumentPresence(DeskScreen):
    """A screen that has one stored document open; a new one is nobody else's yet.

    Nothing here ever holds anybody up: what fails is left out until the next time.
    """

    def __init__(self) -> None:
        super().__init__()
        self.others: tuple[Present, ...] = ()
        """Who else has it open."""
        self._screen_name = uuid4().hex
        self._present_at: tuple[str, int] | None = None
        self._beating = False
        self._told_version = 0

    # -- hooks -------------------------------------------------------------------------------------

    def open_document(self) -> tuple[str, int, int]:
        """Kind, row and version of what is open; row 0 for a new one."""
        return "", 0, 0

    def others_changed(self) -> None:
        """Others came or went: show it."""

    def last_saved(self, row: int) -> tuple[str, dt.datetime]:
        """Who saved it last, and when (UTC); runs in a thread."""
        raise Refused("Nobody knows.")

    async def take_theirs(self) -> bool:
        """Nothing was typed here: take what they saved. False where something was, and stays."""
        return False

    # -- being there -------------------------------------------------------------------------------

    def be_present(self) -> None:
        """The document is open: say so now and every few seconds, and hear of what others do to it."""
        self.LIVE = frozenset({self.open_document()[0], KIND})  # type: ignore[misc]
        self.desk_app.watch_changes()
        self.set_interval(BEAT_SECONDS, self._beat)
        self._beat()

    def _beat(self) -> None:
        kind, row, _ = self.open_document()
        if row and not self._beating:
            self._beating = True
            self.run_worker(self._say_present(kind, row), group="presence")

    async def _say_present(self, kind: str, row: int) -> None:
        desk, name, place = self.desk, self._screen_name, platform.node()
        try:
            found = await asyncio.to_thread(beat, desk, name, kind, row, place)
        except DeskError:
            return
        finally:
            self._beating = False
        self._present_at = (kind, row)
        self._show_others(kind, found)

    def _show_others(self, kind: str, found: tuple[Present, ...]) -> None:
        if found != self.others:
            came = [one for one in found if one not in self.others]
            self.others = found
            self.others_changed()
            if came and not self.message_line.text:
                self.message_line.say(self.told_of(came[0], kind))

    def told_of(self, one: Present, word: str) -> str:
        """`bruno has this order open too, since 10:31.`"""
        who = "You have" if one.user == self.desk.user else f"{one.user} has"
        also = " at another desk" if one.user == self.desk.user else " too"
        return (
            f"{who} this {word} open{also}, since {self.desk.local(one.since):%H:%M}. Both may type; saving shows both."
        )

    @property
    def others_named(self) -> str:
        """` · also bruno, carla`, '' when nobody else has it open."""
        names = list(dict.fromkeys("you elsewhere" if one.user == self.desk.user else one.user for one in self.others))
        more = f" +{len(names) - 2}" if len(names) > 2 else ""
        return f" · also {', '.join(names[:2])}{more}" if names else ""

    async def on_unmount(self) -> None:
        if self._present_at is not None:
            with suppress(DeskError):
                await asyncio.to_thread(leave, self.desk, self._screen_name)

    # -- what others save --------------------------------------------------------------------------

    @on(DeskChanged)
    def _others_saved(self) -> None:
        kind, row, version = self.open_document()
        if not row:
            return
        desk, name, told = self.desk, self._screen_name, self._told_version

        def read() -> tuple[tuple[Present, ...], tuple[int, str, dt.datetime] | None]:
            stored = stored_version(desk, kind, row)
            others = present(desk, kind, row, besides=name)
            return others, None if stored in (None, version, told) else (stored, *self.last_saved(row))

        self.desk_app.run_read(self, read, self._heard_of, group="others", failed=lambda error: None)

    async def _heard_of(self, heard: tuple[tuple[Present, ...], tuple[int, str, dt.datetime] | None]) -> None:
        others, saved = heard
        kind, row, version = self.open_document()
        self._show_others(kind, others)
        # While this desk saves, the new version may be its own.
        if saved is None or not row or saved[0] == version or self.desk_app.is_writing:
            return
        self._told_version, who, at = saved
        local = self.desk.local(at)
        today = "" if local.date() == self.desk.today() else f" on {format_date(local.date(), self.form)}"
        told = f"{who} saved this {kind}{today} at {local:%H:%M}."
        if await self.take_theirs():
            self.message_line.say(f"{told} This is how it is now.")
        else:
            self.message_line.say(f"{told} What you typed stays; F10 shows both.", "warning")
