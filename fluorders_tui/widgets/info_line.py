"""One line of plain text from data, painted only when it changes."""

from __future__ import annotations

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from fluorders_tui.widgets.plain_text import fit

__all__ = ["InfoLine"]


class InfoLine(Widget):
    """What the side panel says, where there is no room for it."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    InfoLine { height: 1; width: 1fr; background: $background; color: $text-muted; }
    InfoLine:ansi { background: ansi_default; color: ansi_default; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.text = ""

    def show(self, text: str) -> None:
        """Replace the text."""
        if text != self.text:
            self.text = text
            self.refresh()

    def render_line(self, y: int) -> Strip:
        return Strip([Segment(fit(f"  {self.text}", self.size.width), self.rich_style)], self.size.width)
