"""The one line that speaks to the person: what is wrong, what was done, what is being waited for (U-1.6)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Literal

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from fluorders_tui.domain.errors import DeskError
from fluorders_tui.widgets.plain_text import fit, plain

__all__ = ["Kind", "MessageLine"]

Kind = Literal["info", "done", "warning", "error", "busy"]

BUSY_SECONDS = 0.15
"""Waiting that is shorter is not mentioned."""

GLYPHS: dict[str, str] = {"info": "·", "done": "✓", "warning": "!", "error": "✗", "busy": "…"}


class MessageLine(Widget):
    """One line; every kind has its glyph, so that it reads the same without colours."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"message--{kind}" for kind in GLYPHS}
    DEFAULT_CSS = """
    MessageLine {
        height: 1; width: 1fr; background: $background; color: $foreground;
        & .message--info { color: $text-muted; }
        & .message--done { color: $text-success; }
        & .message--warning { color: $text-warning; text-style: bold; }
        & .message--error { color: $text-error; text-style: bold; }
        & .message--busy { color: $text-muted; }
        &:ansi {
            background: ansi_default; color: ansi_default;
            & .message--info { background: ansi_default; color: ansi_default; }
            & .message--done { background: ansi_default; color: ansi_green; }
            & .message--warning { background: ansi_default; color: ansi_yellow; text-style: bold; }
            & .message--error { background: ansi_default; color: ansi_red; text-style: bold; }
            & .message--busy { background: ansi_default; color: ansi_default; }
        }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._said: tuple[Kind, str, str] = ("info", "", "")
        self._busy = ""

    @property
    def text(self) -> str:
        """What is shown now, without the glyph."""
        return self._busy or self._with_rule()

    def _with_rule(self) -> str:
        _, text, rule = self._said
        return f"{text} ({rule})" if rule else text

    @property
    def kind(self) -> Kind:
        """The kind of what is shown now."""
        return "busy" if self._busy else self._said[0]

    def say(self, text: str, kind: Kind = "info", *, rule: str = "") -> None:
        """Show a text, with the number of the rule behind it where there is room for it."""
        self._show((kind, text, rule), self._busy)

    def tell(self, error: DeskError) -> None:
        """Show what a service or a field refuses: the message, the way out, the rule."""
        text = f"{error.message} {error.hint}" if error.hint else error.message
        self.say(text, "error", rule=error.rule)

    def clear(self) -> None:
        """Show nothing."""
        self._show(("info", "", ""), self._busy)

    def busy(self, what: str) -> None:
        """Say what is being waited for, over the present text; an empty text ends it."""
        self._show(self._said, what)

    @contextmanager
    def waiting(self, what: str) -> Iterator[None]:
        """Say what is being waited for, if it takes longer than 150 ms."""
        later = asyncio.get_running_loop().call_later(BUSY_SECONDS, self.busy, what)
        try:
            yield
        finally:
            later.cancel()
            self.busy("")

    def _show(self, said: tuple[Kind, str, str], busy: str) -> None:
        if (said, busy) != (self._said, self._busy):
            self._said, self._busy = said, busy
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y or not self.text:
            return Strip.blank(width, self.rich_style)
        style = self.get_component_rich_style(f"message--{self.kind}")
        text = self.text
        if not self._busy and cell_len(plain(text)) + 2 > width:
            # What is wrong and the way out are worth more than the rule's number.
            text = self._said[1]
        return Strip([Segment(fit(f"{GLYPHS[self.kind]} {text}", width), style)], width)
