"""A table on whose rows people type: Space ticks as the screen wants it, and text goes to a field."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events

from fluorders_tui.widgets.row_sources import Row, RowSource
from fluorders_tui.widgets.table_layout import Column
from fluorders_tui.widgets.virtual_table import VirtualTable

__all__ = ["FIGURE_KEYS", "TickTable"]

FIGURE_KEYS = frozenset("0123456789,.")
"""What a figure begins with."""


class TickTable(VirtualTable):
    """`on_tick` decides what Space ticks and keeps `marks`; without one it selects rows as in every table.

    `on_text` gets a character typed on the table and gives the focus to the field that shall have it, or says no.
    Both run before the next key is looked at, so that keys typed ahead find what the keys before them did (U-1.1).
    """

    def __init__(
        self,
        columns: Sequence[Column],
        source: RowSource | None = None,
        *,
        on_text: Callable[[str], bool],
        on_tick: Callable[[Row], None] | None = None,
        empty: str = "Nothing here.",
        id: str | None = None,  # noqa: A002 - Textual's name for it
    ) -> None:
        super().__init__(columns, source, markable=True, empty=empty, id=id)
        self._on_tick = on_tick
        self._on_text = on_text

    def action_mark(self) -> None:
        row = self.current
        if self._on_tick is None:
            super().action_mark()
        elif row is not None:
            self._on_tick(row)
            self.action_cursor_down()

    def on_key(self, event: events.Key) -> None:
        if not event.is_printable or event.character is None or not self._on_text(event.character):
            return
        event.stop()
        focused = self.screen.focused
        if focused is not None and focused is not self:
            # Behind the focus in its queue: the field selects what stands there, and the key replaces it.
            focused.post_message(events.Key(event.key, event.character))
