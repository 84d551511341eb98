"""The columns of a table: what they are called and how they share the width there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fluorders_tui.widgets.plain_text import Align

__all__ = ["GAP", "GUTTER", "Column", "Place", "place_columns"]

GUTTER = 2
"""Cells left of the first column: the cursor's `▸` and the selection's `✓`."""

GAP = 1
"""Cells between two columns."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `width` in cells; `flex` takes what is left and never less than `width`.

    `drop` says when a narrow screen does without it: 0 never, else the highest number goes first.
    """

    key: str
    title: str
    width: int
    align: Align = "left"
    flex: bool = False
    drop: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a column stands: `index` among all columns, `x` and `width` in cells."""

    column: Column
    index: int
    x: int
    width: int


def place_columns(columns: Sequence[Column], width: int) -> tuple[Place, ...]:
    """The columns that fit into `width` cells, from left to right, the flexible one filling the rest."""
    kept = list(enumerate(columns))

    def needed() -> int:
        return GUTTER + sum(column.width + GAP for _, column in kept) - GAP

    while needed() > width:
        droppable = [pair for pair in kept if pair[1].drop]
        if not droppable:
            break
        kept.remove(max(droppable, key=lambda pair: (pair[1].drop, pair[0])))
    spare = max(0, width - needed())
    places: list[Place] = []
    x = GUTTER
    for index, column in kept:
        cells = column.width + (spare if column.flex else 0)
        spare = 0 if column.flex else spare
        cells = min(cells, max(0, width - x))
        if cells:
            places.append(Place(column, index, x, cells))
        x += cells + GAP
    return tuple(places)
