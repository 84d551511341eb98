"""What is worth knowing about the field the cursor is in, as plain text beside the lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from fluorders_tui.widgets.plain_text import fit, wrap_beside

__all__ = ["Block", "Fact", "SidePanel"]


@dataclass(frozen=True, slots=True)
class Fact:
    """A label with its value at the right edge: `Credit left   1,200.00`. `look` as in a table's row."""

    label: str
    value: str
    look: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A title over facts and sentences."""

    title: str
    lines: tuple[str | Fact, ...]


class SidePanel(Widget):
    """Blocks one under the other; what doesn't fit at the bottom is cut. Only changed lines are painted again."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "panel--title", "panel--text", "panel--muted", "panel--good", "panel--warning", "panel--bad"
    }  # fmt: skip
    DEFAULT_CSS = """
    SidePanel {
        width: 34; height: 1fr; background: $surface; color: $foreground;
        & .panel--title { background: $surface; color: $text-accent; text-style: bold; }
        & .panel--text { background: $surface; color: $foreground; }
        & .panel--muted { background: $surface; color: $text-muted; }
        & .panel--good { background: $surface; color: $text-success; }
        & .panel--warning { background: $surface; color: $text-warning; }
        & .panel--bad { background: $surface; color: $text-error; text-style: bold; }
        &:ansi {
            background: ansi_default; color: ansi_default;
            & .panel--title { background: ansi_default; color: ansi_default; text-style: bold underline; }
            & .panel--text, & .panel--muted { background: ansi_default; color: ansi_default; }
            & .panel--good { background: ansi_default; color: ansi_green; }
            & .panel--warning { background: ansi_default; color: ansi_yellow; }
            & .panel--bad { background: ansi_default; color: ansi_red; text-style: bold; }
        }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._blocks: tuple[Block, ...] = ()
        self._lines: list[tuple[str, str]] = []

    @property
    def text(self) -> str:
        """What the panel says, one line a row."""
        return "\n".join(text for text, _ in self._lines)

    def show(self, blocks: Sequence[Block]) -> None:
        """Replace the blocks."""
        self._blocks = tuple(blocks)
        self._set_out()

    def on_resize(self) -> None:
        self._set_out()

    def _set_out(self) -> None:
        inner = self.size.width - 2
        lines: list[tuple[str, str]] = []
        for block in self._blocks if inner > 0 else ():
            lines += [("", "text")] if lines else []
            lines.append((fit(block.title, inner), "title"))
            for line in block.lines:
                if isinstance(line, Fact):
                    value = line.value
                    room = max(1, inner - len(value) - 1)
                    lines.append((fit(f"{fit(line.label, room)} {value}", inner), line.look or "text"))
                else:
                    lines += [(piece, "text") for piece in wrap_beside(line, inner)]
        old, self._lines = self._lines, lines
        for y in range(max(len(old), len(lines))):
            if old[y : y + 1] != lines[y : y + 1]:
                self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        text, look = self._lines[y] if y < len(self._lines) else ("", "text")
        name = f"panel--{look}"
        style = self.get_component_rich_style(name if name in self.COMPONENT_CLASSES else "panel--text")
        return Strip([Segment(fit(f" {text}", width), style)], width)
