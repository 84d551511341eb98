"""A page to read: lines of plain text in several looks, set out anew for every width, and scrolled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.strip import Strip
from textual.widget import Widget

from fluorders_tui.widgets.plain_text import fit, plain

__all__ = ["Line", "Page", "Span", "beside", "line"]

WHEEL_ROWS = 3
LOOKS = ("title", "head", "text", "muted", "good", "warning", "bad", "strong")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line; `look` is one of `LOOKS`."""

    text: str
    look: str = "text"


Line = tuple[Span, ...]


def line(text: str = "", look: str = "text") -> Line:
    """A line in one look."""
    return (Span(text, look),)


def beside(left: Sequence[Line], right: Sequence[Line], width: int, gap: int = 3) -> list[Line]:
    """Two columns: `left` in `width` cells, `right` after the gap."""
    rows: list[Line] = []
    for place in range(max(len(left), len(right))):
        at_left = left[place] if place < len(left) else ()
        used = sum(cell_len(plain(span.text)) for span in at_left)
        at_right = right[place] if place < len(right) else ()
        rows.append((*at_left, Span(" " * (max(0, width - used) + gap)), *at_right) if at_right else at_left)
    return rows


class Page(Widget, can_focus=False):
    """Shows what `set_out(width)` gives. Only the window is painted, whatever the length.

    How much is hidden stands at the right of its first and last line.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"page--{look}" for look in LOOKS}
    DEFAULT_CSS = """
    Page {
        height: 1fr; width: 1fr; background: $background; color: $foreground; scrollbar-size: 0 0; overflow: hidden;
        & .page--title { color: $text-accent; text-style: bold; }
        & .page--head { background: $panel; color: $text-muted; text-style: bold; }
        & .page--text { color: $foreground; }
        & .page--muted { color: $text-muted; }
        & .page--good { color: $text-success; }
        & .page--warning { color: $text-warning; }
        & .page--bad { color: $text-error; text-style: bold; }
        & .page--strong { color: $foreground; text-style: bold; }
        &:ansi {
            background: ansi_default; color: ansi_default;
            & .page--title, & .page--head { background: ansi_default; color: ansi_default; text-style: bold underline; }
            & .page--text, & .page--muted { background: ansi_default; color: ansi_default; }
            & .page--strong { background: ansi_default; color: ansi_default; text-style: bold; }
            & .page--good { background: ansi_default; color: ansi_green; }
            & .page--warning { background: ansi_default; color: ansi_yellow; }
            & .page--bad { background: ansi_default; color: ansi_red; text-style: bold; }
        }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._build: Callable[[int], Sequence[Line]] | None = None
        self._lines: Sequence[Line] = ()
        self._top = 0

    @property
    def text(self) -> str:
        """What the page says, one line a row."""
        return "\n".join("".join(span.text for span in one).rstrip() for one in self._lines)

    @property
    def hidden(self) -> tuple[int, int]:
        """How many lines are above and below the window."""
        return self._top, max(0, len(self._lines) - self._top - self.size.height)

    def show(self, set_out: Callable[[int], Sequence[Line]], *, from_top: bool = True) -> None:
        """Show another page; `set_out` gives its lines for a width and is called again when the width changes."""
        self._build = set_out
        if from_top:
            self._top = 0
        self._set_out()

    def scroll_by(self, rows: int) -> bool:
        """Read on, or back; False at the end."""
        top = max(0, min(self._top + rows, len(self._lines) - self.size.height))
        moved, self._top = top != self._top, top
        if moved:
            self.refresh()
        return moved

    def page(self) -> int:
        """How many lines one page is."""
        return max(1, self.size.height - 1)

    def on_resize(self) -> None:
        self._set_out()

    def _set_out(self) -> None:
        width = self.size.width
        self._lines = self._build(width - 2) if self._build is not None and width > 2 else ()
        self._top = max(0, min(self._top, len(self._lines) - self.size.height))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width, at = self.size.width, self._top + y
        segments = [Segment(" ", self.rich_style)]
        for span in self._lines[at] if at < len(self._lines) else ():
            look = span.look if span.look in LOOKS else "text"
            segments.append(
                Segment(
                    plain(span.text) if len(span.text) <= width else fit(span.text, width),
                    self.get_component_rich_style(f"page--{look}"),
                )
            )
        above, below = self.hidden
        more = f" ↑ {above} more " if above and y == 0 else ""
        more = f" ↓ {below} more " if below and y == self.size.height - 1 else more
        strip = Strip(segments).adjust_cell_length(width - len(more), self.rich_style)
        return Strip([*strip, Segment(more, self.get_component_rich_style("page--muted"))], width) if more else strip

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_by(WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_by(-WHEEL_ROWS)
