"""Something to read over the screen: help, why this price, a list of errors. Any step back closes it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from fluorders_tui.widgets.plain_text import fit, wrap

__all__ = ["ReadingPane"]

WIDEST = 76
MARGIN = 2


class ReadingPane(Widget):
    """Opaque, inside the screen, without taking the focus: the field being typed stays as it is (U-1.3)."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"pane--title", "pane--text"}
    DEFAULT_CSS = """
    ReadingPane {
        overlay: screen; position: absolute; display: none; background: $panel; layer: over;
        & .pane--title { background: $primary-muted; color: $foreground; text-style: bold; }
        & .pane--text { background: $panel; color: $foreground; }
        &:ansi .pane--title { background: ansi_default; color: ansi_default; text-style: bold reverse; }
        &:ansi .pane--text { background: ansi_default; color: ansi_default; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self._title = ""
        self._paragraphs: tuple[str, ...] = ()
        self._lines: list[str] = []
        self._top = 0

    @property
    def is_open(self) -> bool:
        """Whether it is on the screen."""
        return bool(self.display)

    @property
    def text(self) -> str:
        """What it says, one line a row."""
        return "\n".join(self._lines)

    def open(self, title: str, paragraphs: Sequence[str]) -> None:
        """Show `paragraphs` under `title`; indentation and line breaks inside them are kept."""
        self._title, self._paragraphs, self._top = title, tuple(paragraphs), 0
        self._set_out()
        self.display = True
        self.refresh(layout=True)

    def close(self) -> bool:
        """Take it off the screen; False if it wasn't there."""
        was = self.is_open
        self.display = False
        return was

    def scroll(self, rows: int) -> None:
        """Read on, or back."""
        top = max(0, min(self._top + rows, len(self._lines) - self.size.height + 1))
        if top != self._top:
            self._top = top
            self.refresh()

    def page(self) -> int:
        """How many lines one page is."""
        return max(1, self.size.height - 2)

    def _set_out(self) -> None:
        screen = self.screen.size
        width = min(WIDEST, screen.width - 2)
        self._lines = [
            piece
            for paragraph in self._paragraphs
            for line in paragraph.split("\n")
            for piece in ([line] if cell_len(line) <= width - 2 else _hanging(line, width - 2))
        ]
        height = min(len(self._lines) + 1, screen.height - 2 * MARGIN)
        self.styles.width = width
        self.styles.height = max(2, height)
        self.styles.offset = ((screen.width - width) // 2, MARGIN)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y == 0:
            hidden = len(self._lines) - self.size.height + 1
            more = (
                f"  ↑↓ {self._top + 1}–{self._top + self.size.height - 1} of {len(self._lines)}" if hidden > 0 else ""
            )
            title = fit(f" {self._title}{more}", width - 10) + fit("F12 close ", 10)
            return Strip([Segment(title, self.get_component_rich_style("pane--title"))], width)
        at = self._top + y - 1
        text = self._lines[at] if at < len(self._lines) else ""
        return Strip([Segment(fit(f" {text}", width), self.get_component_rich_style("pane--text"))], width)


def _hanging(line: str, width: int) -> list[str]:
    """A long line in pieces under its own column: `F4   words that` goes on under `words`."""
    column = re.match(r" *\S(?:.*?\S)?? {2,}| +", line)
    head = column[0] if column and len(column[0]) < width // 2 else ""
    pieces = wrap(line[len(head) :], width - len(head))
    return [f"{' ' * len(head) if place else head}{piece}" for place, piece in enumerate(pieces)]
