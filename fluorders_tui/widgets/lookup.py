"""The list of hits under a field, inside the screen, while the focus stays in the field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.message import Message

from fluorders_tui.widgets.choices import Choice
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.row_sources import ListSource, Row
from fluorders_tui.widgets.table_layout import Column
from fluorders_tui.widgets.virtual_table import VirtualTable

__all__ = ["Lookup"]

WIDEST = 64
HIGHEST = 11

COLUMNS = (
    Column("code", "Code", 14),
    Column("description", "Description", 20, flex=True),
    Column("extra", "", 14, align="right", drop=1),
)


class Lookup(VirtualTable, can_focus=False):
    """One per screen. It paints only its own cells: a dimmed screen behind it would cost 60 KB (U-1.3)."""

    BINDINGS: ClassVar[list[str]] = []  # type: ignore[assignment]
    DEFAULT_CSS = """
    Lookup {
        overlay: screen; position: absolute; height: 0; width: 0; background: $panel;
        & .table--head { background: $primary-muted; color: $foreground; text-style: bold; }
        & .table--quiet-cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
        &:ansi .table--head { background: ansi_default; text-style: reverse; }
        &:ansi .table--quiet-cursor { background: ansi_blue; color: ansi_bright_white; text-style: bold; }
    }
    """

    class Chosen(Message):
        """A hit was chosen with the mouse."""

        def __init__(self, field: Field, choice: Choice) -> None:
            self.field, self.choice = field, choice
            super().__init__()

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(COLUMNS, can_focus=False, id=id)
        self.field: Field | None = None
        """The field the list is open for."""
        self.text = ""
        """What stood in the field when its hits were shown."""
        self._choices: tuple[Choice, ...] = ()

    @property
    def is_open(self) -> bool:
        """The list is on the screen."""
        return self.field is not None

    @property
    def picked(self) -> Choice | None:
        """The hit under the cursor; None as long as nobody moved into the list, or since the text changed."""
        if self.field is None or self.field.text != self.text:
            return None
        return self._choices[self.cursor] if 0 <= self.cursor < len(self._choices) else None

    def offer(self, field: Field, request_id: int, choices: Sequence[Choice], *, pick: bool = False) -> bool:
        """Show the hits of a request; an answer that is out of date is dropped (False).

        With `pick` the cursor stands on the first hit, because the person has to choose. No hits, no list.
        """
        if request_id != field.request_id or not field.input.has_focus:
            return False
        field.looked_up(field.text)
        if not choices:
            self.close()
            return True
        self._choices = tuple(choices)
        self.field = field
        self.text = field.text
        rows = [Row(place, (one.code, one.description, one.extra)) for place, one in enumerate(choices)]
        self._place(field, len(rows))
        before, self.top = self.top, 0
        if before:
            self.refresh()
        self.cursor = -1
        self.refresh_source(ListSource(rows))
        if pick:
            self.cursor = 0
        return True

    def close(self) -> None:
        """Take the list off the screen."""
        if self.is_open:
            self.field = None
            # Not `display`: changing that would paint the whole screen again.
            self.styles.height = 0
            self.styles.width = 0

    def _place(self, field: Field, rows: int) -> None:
        screen = self.screen.size
        anchor = field.input.region
        width = min(WIDEST, screen.width)
        below = screen.height - anchor.bottom
        height = min(rows + 1, HIGHEST, max(below, anchor.y))
        y = anchor.bottom if height <= below else anchor.y - height
        self.styles.width = width
        self.styles.height = height
        self.styles.offset = (max(0, min(anchor.x - 2, screen.width - width)), y)

    def action_choose(self) -> None:
        if self.field is not None and self.picked is not None:
            self.post_message(self.Chosen(self.field, self.picked))
