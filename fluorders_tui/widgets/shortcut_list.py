"""Titled lists of things to open, each with its key beside it: the first screen is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from fluorders_tui.widgets.plain_text import fit, wrap

__all__ = ["Section", "Shortcut", "ShortcutList"]


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One thing to open: its key as people read it, what it is, a figure at the right edge, and what opens."""

    key: str
    text: str
    detail: str = ""
    look: str = ""
    target: object = None


@dataclass(frozen=True, slots=True)
class Section:
    """A title over shortcuts, or over sentences where there are none; both may be empty."""

    title: str
    shortcuts: tuple[Shortcut, ...] = ()
    sentences: tuple[str, ...] = ()
    look: str = "title"


class ShortcutList(Widget, can_focus=False):
    """Sections one under the other, with a blank line between; the screen says which shortcut has the cursor.

    It doesn't take the focus: its keys are the screen's. Only changed lines are painted again (U-1.3).
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "shortcut--title", "shortcut--key", "shortcut--text", "shortcut--muted", "shortcut--good", "shortcut--warning",
        "shortcut--bad", "shortcut--strong", "shortcut--cursor",
    }  # fmt: skip
    DEFAULT_CSS = """
    ShortcutList {
        height: 1fr; width: 1fr; background: $background; color: $foreground;
        & .shortcut--title { color: $text-accent; text-style: bold; }
        & .shortcut--key { color: $text-accent; text-style: bold; }
        & .shortcut--text { color: $foreground; }
        & .shortcut--muted { color: $text-muted; }
        & .shortcut--good { color: $text-success; }
        & .shortcut--warning { color: $text-warning; }
        & .shortcut--bad { color: $text-error; text-style: bold; }
        & .shortcut--strong { color: $foreground; text-style: bold; }
        & .shortcut--cursor {
            background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold;
        }
        &:ansi {
            background: ansi_default; color: ansi_default;
            & .shortcut--title { background: ansi_default; color: ansi_default; text-style: bold underline; }
            & .shortcut--key, & .shortcut--strong { background: ansi_default; color: ansi_default; text-style: bold; }
            & .shortcut--text, & .shortcut--muted { background: ansi_default; color: ansi_default; }
            & .shortcut--good { background: ansi_default; color: ansi_green; }
            & .shortcut--warning { background: ansi_default; color: ansi_yellow; }
            & .shortcut--bad { background: ansi_default; color: ansi_red; text-style: bold; }
            & .shortcut--cursor { background: ansi_blue; color: ansi_bright_white; text-style: bold; }
        }
    }
    """

    class Clicked(Message):
        """A shortcut was clicked."""

        def __init__(self, shortcut: Shortcut) -> None:
            self.shortcut = shortcut
            super().__init__()

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._sections: tuple[Section, ...] = ()
        self._lines: list[tuple[str | Shortcut, str]] = []
        self._cursor: Shortcut | None = None

    @property
    def shortcuts(self) -> list[Shortcut]:
        """What can be opened, from top to bottom."""
        return [one for section in self._sections for one in section.shortcuts]

    @property
    def text(self) -> str:
        """What it shows, one line a row."""
        return "\n".join(
            f"{line.key} {line.text} {line.detail}" if isinstance(line, Shortcut) else line for line, _ in self._lines
        )

    def show(self, sections: Sequence[Section]) -> None:
        """Replace the sections; what doesn't fit at the bottom is cut."""
        self._sections = tuple(sections)
        self._set_out()

    def point_at(self, shortcut: Shortcut | None) -> None:
        """Put the cursor on a shortcut, or take it away."""
        if shortcut is not self._cursor:
            before, self._cursor = self._cursor, shortcut
            for y, (line, _) in enumerate(self._lines):
                if line is before or line is shortcut:
                    self.refresh(Region(0, y, self.size.width, 1))

    def on_resize(self) -> None:
        self._set_out()

    def _set_out(self) -> None:
        lines: list[tuple[str | Shortcut, str]] = []
        for section in self._sections if self.size.width else ():
            lines += [("", "text")] if lines else []
            if section.title:
                lines.append((section.title, section.look))
            lines += [(one, one.look or "text") for one in section.shortcuts]
            lines += [(piece, "text") for one in section.sentences for piece in wrap(one, self.size.width - 2)]
        old, self._lines = self._lines, lines
        for y in range(max(len(old), len(lines))):
            if old[y : y + 1] != lines[y : y + 1]:
                self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        line, look = self._lines[y] if y < len(self._lines) else ("", "text")
        style = self.get_component_rich_style(f"shortcut--{look}")
        if isinstance(line, str):
            return Strip([Segment(fit(f" {line}", width), style)], width)
        detail = f" {line.detail} " if line.detail else " "
        key, text = fit(f" {line.key} ", 3), fit(f" {line.text}", max(0, width - 3 - len(detail)))
        if line is self._cursor:
            return Strip(
                [Segment(fit(key + text + detail, width), self.get_component_rich_style("shortcut--cursor"))], width
            )
        beside = self.get_component_rich_style(f"shortcut--{look if look != 'text' else 'muted'}")
        return Strip(
            [
                Segment(key, self.get_component_rich_style("shortcut--key")),
                Segment(text, style),
                Segment(detail, beside),
            ]
        ).adjust_cell_length(width, style)

    def on_click(self, event: events.Click) -> None:
        line = self._lines[event.y][0] if 0 <= event.y < len(self._lines) else ""
        if isinstance(line, Shortcut):
            event.stop()
            self.post_message(self.Clicked(line))
