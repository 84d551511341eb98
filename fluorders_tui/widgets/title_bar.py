"""The first line of every screen: where you are, and at whose desk."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from fluorders_tui.widgets.plain_text import fit

__all__ = ["TitleBar"]


class TitleBar(Widget):
    """`New order · 2026-00012 (provisional)` at the left, `anna @ Ferramenta Rossi` at the right."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"title--left", "title--right"}
    DEFAULT_CSS = """
    TitleBar {
        height: 1; width: 1fr; background: $panel; color: $foreground;
        & .title--left { background: $panel; color: $text-accent; text-style: bold; }
        & .title--right { background: $panel; color: $text-muted; }
        &:ansi .title--left { background: ansi_default; color: ansi_default; text-style: bold reverse; }
        &:ansi .title--right { background: ansi_default; color: ansi_default; text-style: reverse; }
    }
    """

    def __init__(self, left: str = "", *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self.left = left
        self.right = ""

    def show(self, left: str | None = None, right: str | None = None) -> None:
        """Change what is said; None leaves a side as it is."""
        before = (self.left, self.right)
        self.left = self.left if left is None else left
        self.right = self.right if right is None else right
        if (self.left, self.right) != before:
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        right = f" {self.right} " if self.right else ""
        room = max(0, width - cell_len(right))
        return Strip(
            [
                Segment(fit(f" {self.left}", room), self.get_component_rich_style("title--left")),
                Segment(fit(right, width - room), self.get_component_rich_style("title--right")),
            ],
            width,
        )
