"""The tabs of a form on one line; the one shown stands in brackets, so that it reads without colours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from fluorders_tui.widgets.plain_text import fit

__all__ = ["TabLine"]

GAP = 1


class TabLine(Widget):
    """`[General] Conditions  Notes  Discounts 2`: scrolls sideways so that the tab shown is always there."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"tabs--shown", "tabs--other"}
    DEFAULT_CSS = """
    TabLine {
        height: 1; width: 1fr; background: $surface; color: $text-muted;
        & .tabs--shown { background: $surface; color: $text-accent; text-style: bold; }
        & .tabs--other { background: $surface; color: $text-muted; }
        &:ansi {
            background: ansi_default; color: ansi_default;
            & .tabs--shown { background: ansi_default; color: ansi_default; text-style: bold reverse; }
            & .tabs--other { background: ansi_default; color: ansi_default; }
        }
    }
    """

    class Clicked(Message):
        """The tab at `index` was clicked."""

        def __init__(self, index: int) -> None:
            self.index = index
            super().__init__()

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self.titles: tuple[str, ...] = ()
        self.shown = 0
        self._spots: list[tuple[int, int, int]] = []

    def show(self, titles: Sequence[str], shown: int) -> None:
        """Replace the titles and the tab that is marked."""
        if (tuple(titles), shown) != (self.titles, self.shown):
            self.titles, self.shown = tuple(titles), shown
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        pieces = [f"[{title}]" if at == self.shown else f" {title} " for at, title in enumerate(self.titles)]
        starts = [0]
        for piece in pieces:
            starts.append(starts[-1] + cell_len(piece) + GAP)
        first = 0
        while first < self.shown and starts[self.shown + 1] - starts[first] > width - 4:
            first += 1
        self._spots = []
        segments = [Segment("‹ " if first else "  ", self.get_component_rich_style("tabs--other"))]
        x = 2
        for at in range(first, len(pieces)):
            cells = cell_len(pieces[at])
            if x + cells > width - 2:
                segments.append(Segment("›", self.get_component_rich_style("tabs--other")))
                x += 1
                break
            look = "tabs--shown" if at == self.shown else "tabs--other"
            segments.append(Segment(pieces[at] + " " * GAP, self.get_component_rich_style(look)))
            self._spots.append((x, x + cells, at))
            x += cells + GAP
        rest = max(0, width - x)
        segments.append(Segment(fit("", rest), self.get_component_rich_style("tabs--other")))
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def on_click(self, event: events.Click) -> None:
        for start, stop, at in self._spots:
            if start <= event.x < stop:
                self.post_message(self.Clicked(at))
                return
