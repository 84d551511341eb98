"""The keys that do something now, on one line (U-2)."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from fluorders_tui.commands import COMMANDS
from fluorders_tui.keyflow import OrderedKeys
from fluorders_tui.keynames import display_key

__all__ = ["CommandBar"]

_ORDER = {command.id: place for place, command in enumerate(COMMANDS)}
_PRIORITY = {command.id: command.priority for command in COMMANDS}


class CommandBar(Widget):
    """`F4 Look up  F9 Next step  F10 Save`: what `check_action` allows here, in the order of the registry.

    On a narrow screen the commands with the highest `priority` number go first. A click gives the command.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"bar--key", "bar--label"}
    DEFAULT_CSS = """
    CommandBar {
        height: 1; width: 1fr; background: $panel; color: $foreground;
        & .bar--key { background: $panel; color: $text-accent; text-style: bold; }
        & .bar--label { background: $panel; color: $text-muted; }
        &:ansi {
            background: ansi_default; color: ansi_default;
            & .bar--key { background: ansi_default; color: ansi_default; text-style: bold; }
            & .bar--label { background: ansi_default; color: ansi_default; }
        }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._items: tuple[tuple[str, str, Binding, DOMNode], ...] = ()
        self._spots: list[tuple[int, int, Binding, DOMNode]] = []

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)
        self._bindings_changed(self.screen)

    def _bindings_changed(self, screen: Screen[object]) -> None:
        if not (self.is_attached and self.app.screen is screen):
            return
        first: dict[str, tuple[str, str, Binding, DOMNode]] = {}
        for _, (node, binding, enabled, _) in screen.active_bindings.items():
            if enabled and binding.id and _PRIORITY.get(binding.id) and binding.id not in first:
                first[binding.id] = (display_key(binding.key), binding.description, binding, node)
        items = tuple(first[one] for one in sorted(first, key=_ORDER.__getitem__))
        if [item[:2] for item in items] != [item[:2] for item in self._items]:
            self._items = items
            self.refresh()
        self._items = items

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        shown = list(self._items)
        while shown and sum(cell_len(key) + cell_len(label) + 3 for key, label, *_ in shown) > width:
            shown.remove(max(shown, key=lambda item: _PRIORITY[item[2].id or ""]))
        key_style = self.get_component_rich_style("bar--key")
        label_style = self.get_component_rich_style("bar--label")
        segments: list[Segment] = []
        self._spots = []
        x = 0
        for key, label, binding, node in shown:
            segments += [Segment(f" {key}", key_style), Segment(f" {label} ", label_style)]
            cells = cell_len(key) + cell_len(label) + 3
            self._spots.append((x, x + cells, binding, node))
            x += cells
        return Strip(segments).adjust_cell_length(width, label_style)

    def on_click(self, event: events.Click) -> None:
        app = self.app
        for start, stop, binding, node in self._spots:
            if start <= event.x < stop and isinstance(app, OrderedKeys):
                # From the app, not from here: a command that leaves the screen waits for this very bar to end.
                app.call_later(app.run_command, binding.action, node)
                return
