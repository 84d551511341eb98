"""Labelled figures on one line or two; only the figures that changed are painted again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from fluorders_tui.widgets.plain_text import fit

__all__ = ["TotalsBar"]


class TotalsBar(Widget):
    """`Net 1,234.00   VAT 271.48   Total 1,505.48`: places of equal width, labels over figures.

    `figures` are (name, label) from the least to the most important; the last one stands out. On a
    narrow screen the first ones go.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"totals--label", "totals--figure", "totals--last"}
    DEFAULT_CSS = """
    TotalsBar {
        height: 2; width: 1fr; background: $surface; color: $foreground;
        & .totals--label { background: $surface; color: $text-muted; }
        & .totals--figure { background: $surface; color: $foreground; }
        & .totals--last { background: $surface; color: $text-accent; text-style: bold; }
        &:ansi {
            background: ansi_default; color: ansi_default;
            & .totals--label { background: ansi_default; color: ansi_default; }
            & .totals--figure { background: ansi_default; color: ansi_default; }
            & .totals--last { background: ansi_default; color: ansi_default; text-style: bold; }
        }
    }
    """

    def __init__(
        self,
        figures: Sequence[tuple[str, str]],
        *,
        cells: int = 14,
        id: str | None = None,  # noqa: A002 - Textual's name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._figures = tuple(figures)
        self._cells = cells
        self._texts: dict[str, str] = {name: "" for name, _ in figures}

    def update_figures(self, figures: Mapping[str, str]) -> None:
        """Show these texts (already formatted by locale); a name that isn't in the bar is a KeyError."""
        shown = [name for name, _ in self._shown()]
        for name, text in figures.items():
            if self._texts[name] != text:
                self._texts[name] = text
                if name in shown:
                    self.refresh(Region(self._left(shown.index(name), len(shown)), 1, self._cells, 1))

    def figure(self, name: str) -> str:
        """The text a figure shows now."""
        return self._texts[name]

    def _shown(self) -> tuple[tuple[str, str], ...]:
        room = max(1, self.size.width // (self._cells + 1))
        return self._figures[-room:]

    def _left(self, place: int, count: int) -> int:
        return max(0, self.size.width - count * (self._cells + 1)) + place * (self._cells + 1)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        shown = self._shown()
        label, figure, last = (self.get_component_rich_style(f"totals--{kind}") for kind in ("label", "figure", "last"))
        segments = [Segment(" " * self._left(0, len(shown)), figure)]
        for place, (name, title) in enumerate(shown):
            final = place == len(shown) - 1
            text = title if y == 0 else self._texts[name]
            style = label if y == 0 else last if final else figure
            segments += [Segment(fit(text, self._cells, "right"), style), Segment(" ", figure)]
        return Strip(segments).adjust_cell_length(width, figure)
