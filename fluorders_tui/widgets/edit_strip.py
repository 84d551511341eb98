"""The line being typed: one row of fields that stand under the columns of the lines table."""

from __future__ import annotations

from collections.abc import Mapping

from rich.segment import Segment
from textual.app import ComposeResult
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.plain_text import fit
from fluorders_tui.widgets.table_layout import place_columns
from fluorders_tui.widgets.virtual_table import VirtualTable

__all__ = ["EditStrip"]


class EditStrip(Widget):
    """`fields` by column key; the other columns show texts (`show_texts`).

    A column that a narrow screen drops hides its field, and the field keeps its value.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    EditStrip { height: 1; width: 1fr; background: $background; color: $foreground; }
    EditStrip > Field { position: absolute; }
    EditStrip:ansi { background: ansi_default; color: ansi_default; }
    """

    def __init__(
        self,
        table: VirtualTable,
        fields: Mapping[str, Field],
        *,
        id: str | None = None,  # noqa: A002 - Textual's name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._table = table
        self.fields = dict(fields)
        self._texts: dict[str, str] = {}
        self._mark = "▸"
        self._wide = ""

    def compose(self) -> ComposeResult:
        yield from self.fields.values()

    def show_texts(self, texts: Mapping[str, str]) -> None:
        """Show texts in the columns that have no field; only those that changed are painted."""
        for place in place_columns(self._table.columns, self.size.width):
            key = place.column.key
            if key in texts and self._texts.get(key, "") != texts[key]:
                self.refresh(Region(place.x, 0, place.width, 1))
        self._texts.update(texts)

    def clear(self) -> None:
        """Empty all fields and texts."""
        for field in self.fields.values():
            field.clear()
        self.show_texts(dict.fromkeys(self._texts, ""))

    def widen(self, key: str) -> None:
        """Give one field all the room to its right, over the others; '' gives each its own again."""
        if key != self._wide:
            self._wide = key
            self._place_fields()

    def on_resize(self) -> None:
        # Hidden it has no width: its fields stay reachable for keys typed before it is laid out again (U-1.1).
        if self.size.width:
            self._place_fields()

    def _place_fields(self) -> None:
        if not self.size.width:
            # Not laid out yet: keys typed ahead must find the fields nevertheless (U-1.1).
            return
        places = {place.column.key: place for place in place_columns(self._table.columns, self.size.width)}
        wide = places.get(self._wide)
        for key, field in self.fields.items():
            place = places.get(key)
            field.display = place is not None
            if place is None:
                continue
            field.styles.offset = (place.x, 0)
            if wide is None or place.x < wide.x:
                field.styles.width = place.width
            else:
                # Not `display`: changing that would paint the whole screen again.
                field.styles.width = self.size.width - place.x if place is wide else 0

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        style = self.rich_style
        text, x = fit(self._mark, 2), 2
        for place in place_columns(self._table.columns, width):
            text += " " * (place.x - x) + fit(self._texts.get(place.column.key, ""), place.width, place.column.align)
            x = place.x + place.width
        return Strip([Segment(fit(text, width), style)], width)
