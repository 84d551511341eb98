"""What every session of a typed document does: undo and redo, the strip's place, and its file on the disk (U-1.7)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from types import MappingProxyType
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from fluorders_tui.services.draft_files import DraftFile

__all__ = ["KeptSession"]

UNDO_DEPTH = 500


class _HasStrip(Protocol):
    @property
    def editing(self) -> int: ...


S = TypeVar("S", bound=_HasStrip)


class KeptSession(ABC, Generic[S]):
    """`autosave` is the file, None where there is none: then, or when its disk is full, the draft lives in memory only
    and `unsaved` says why. `on_change` runs after every change.

    `S` is what undo goes back to: the document with what belongs to it, and the line in the strip.
    """

    NOTHING_TYPED: ClassVar[Any]
    draft: Any
    line: Any
    """The line in the strip, None while no item is chosen."""

    def __init__(self, autosave: DraftFile[Any, Any] | None, on_change: Callable[[], None]) -> None:
        self.autosave = autosave
        self.unsaved = ""
        self.editing = -1
        """The place of the line being changed, −1 for a new one."""
        self.counted = False
        """The quantity of a new line was typed; until then the line has one only to show its price."""
        self.typing: Any = self.NOTHING_TYPED
        self._on_change = on_change
        self._undo: list[S] = []
        self._redo: list[S] = []

    # -- hooks -------------------------------------------------------------------------------------

    @abstractmethod
    def _now(self, *, strip: bool = True) -> S:
        """The state as it is; without the strip for what a change goes back to."""

    @abstractmethod
    def _restore(self, state: S) -> None:
        """Put a state in place of this one."""

    @abstractmethod
    def _has_document(self, state: S) -> bool:
        """Whether a state has the document as it is now, so that only the strip differs."""

    def _kept_with(self) -> Mapping[str, Any]:
        """What goes onto the disk beside the line being typed."""
        return MappingProxyType({})

    @property
    @abstractmethod
    def dirty(self) -> bool:
        """Whether something would be lost if the draft were thrown away."""

    # -- undo --------------------------------------------------------------------------------------

    @property
    def worth_keeping(self) -> bool:
        """Whether something was typed, into the draft or still into a field."""
        return self.dirty or not self.typing.is_empty

    def undo(self) -> str:
        """Take back the line being typed, else the last change. Returns what was undone, '' for nothing."""
        now = self._now()
        if self.line is not None:
            self._redo.append(now)
            self._take(self._now(strip=False))
            return "The line being typed is gone" if now.editing < 0 else "The line is as it was"
        if not self._undo:
            return ""
        self._redo.append(now)
        self._take(self._undo.pop())
        return "Undone"

    def redo(self) -> bool:
        """Go forward again; False when nothing was undone."""
        if not self._redo:
            return False
        following = self._redo.pop()
        if not self._has_document(following):
            self._undo.append(self._now(strip=False))
        self._take(following)
        return True

    def _go_on(self, before: S, state: S) -> None:
        """Take a new state; `before` can be had back."""
        self._undo.append(before)
        del self._undo[:-UNDO_DEPTH]
        self._redo.clear()
        self._take(state)

    def _take(self, state: S) -> None:
        self._restore(state)
        if self.editing >= len(self.draft.lines):
            self.editing = -1
        self.keep()
        self._on_change()

    def _start_over(self) -> None:
        """Forget what was typed and undone: another document is begun."""
        self._empty_strip()
        self._undo.clear()
        self._redo.clear()
        self.typing = self.NOTHING_TYPED
        if self.autosave is not None:
            self.autosave.clear()
        self.unsaved = ""
        self._on_change()

    # -- the strip ---------------------------------------------------------------------------------

    def _empty_strip(self) -> None:
        self.line, self.editing, self.counted = None, -1, False

    def load_line(self, place: int) -> None:
        """Take a line of the order into the strip to change it."""
        self.line, self.editing, self.counted = self.draft.lines[place], place, False

    def drop_line(self) -> None:
        """Empty the strip for a new line."""
        self._empty_strip()
        self.type()

    # -- what survives a crash ---------------------------------------------------------------------

    def type(self, field: str = "", text: str = "") -> None:
        """Remember what stands in the field being typed: it survives a crash too (U-1.1)."""
        self.typing = replace(self.NOTHING_TYPED, field=field, text=text)
        self.keep()

    def keep(self) -> None:
        """Have the draft and what is being typed on the disk; a full disk doesn't stop the typing (U-1.6)."""
        self.typing = replace(
            self.typing, line=self.editing, counted=self.counted, pending=self._pending(), **self._kept_with()
        )
        if self.autosave is None:
            return
        try:
            self.autosave.save(self.draft, self.typing)
        except OSError as error:
            self.unsaved = error.strerror or str(error)
        else:
            self.unsaved = ""

    def _pending(self) -> Any:
        """The strip's line, where the order doesn't have it as it is."""
        if 0 <= self.editing < len(self.draft.lines) and self.draft.lines[self.editing] is self.line:
            return None
        return self.line

    def take_typing(self, typing: Any) -> None:
        """Go on where somebody was when the desk died or the order was put aside."""
        if 0 <= typing.line < len(self.draft.lines):
            self.load_line(typing.line)
        if typing.pending is not None:
            self.line, self.counted = typing.pending, typing.counted
        self.type(typing.field, typing.text)

    def entering(self, now: bool) -> None:
        """Note on the disk that the database is being asked to enter this draft, or has answered."""
        if self.autosave is not None:
            with suppress(OSError):
                self.autosave.entering(now)

    def sync(self) -> None:
        """Wait until the disk has the draft. Raises `OSError`."""
        if self.autosave is not None:
            self.autosave.sync()
