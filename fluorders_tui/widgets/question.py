"""A question that y answers; it stands where the message line is, and every other key is safe."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import isawaitable

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from fluorders_tui.bindings import bindings
from fluorders_tui.widgets.plain_text import fit

__all__ = ["Question"]

OnYes = Callable[[], Awaitable[None] | None]


class Question(Widget, can_focus=True):
    """`ask` shows it and takes the focus; the answer gives the focus back.

    No is the answer of Enter, F12 and of leaving the question in any other way (anchors: the default is safe).
    """

    ALLOW_SELECT = False
    BINDINGS = bindings("yes", "no")
    DEFAULT_CSS = """
    Question {
        display: none; height: 1; width: 1fr; background: $warning-muted; color: $foreground; text-style: bold;
        &:ansi { background: ansi_default; color: ansi_yellow; text-style: bold reverse; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self._text = ""
        self._on_yes: OnYes | None = None
        self._came_from: Widget | None = None

    @property
    def text(self) -> str:
        """What is asked now, '' for nothing."""
        return self._text

    def ask(self, text: str, on_yes: OnYes) -> None:
        """Ask; `on_yes` runs when the answer is yes, before the next key is looked at."""
        if self._on_yes is None:
            self._came_from = self.screen.focused
        self._text, self._on_yes = text, on_yes
        self.display = True
        self.refresh()
        self.screen.set_focus(self, scroll_visible=False)

    async def action_yes(self) -> None:
        on_yes = self._on_yes
        self._done()
        answer = on_yes() if on_yes is not None else None
        if isawaitable(answer):
            await answer

    def action_no(self) -> None:
        self._done()

    def on_blur(self) -> None:
        if self._on_yes is not None:
            self._close()

    def _done(self) -> None:
        back = self._came_from
        self._close()
        if back is not None and back.is_attached:
            self.screen.set_focus(back, scroll_visible=False)

    def _close(self) -> None:
        self._text, self._on_yes, self._came_from = "", None, None
        self.display = False

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        end = "  y yes · n no "
        return Strip([Segment(fit(f" ? {self._text}", width - len(end)) + end, self.rich_style)], width)
