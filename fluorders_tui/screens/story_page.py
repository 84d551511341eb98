"""What the pages of all documents share: facts in columns, lines as a table, the money, and what happened (U-3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from fluorders_tui.domain.story_words import StoryEntry
from fluorders_tui.widgets.page import Line, Span, beside, line
from fluorders_tui.widgets.plain_text import fit, wrap
from fluorders_tui.widgets.table_layout import GAP, Column, place_columns

__all__ = ["DocumentPage", "Forms", "figure", "in_columns", "labelled", "told_story", "under"]

WIDE = 118
"""From here on the money and the story stand beside the lines."""

RIGHT = 40


@dataclass(frozen=True, slots=True)
class Forms:
    """How numbers, amounts and dates are written here, and which day it is."""

    number: Callable[[Decimal | None], str]
    amount: Callable[[Decimal | None, int], str]
    day: Callable[[dt.date | None], str]
    today: dt.date


class DocumentPage:
    """Sets a document's story out for any width. A subclass gives its facts, its lines and its money."""

    columns: Sequence[Column] = ()

    def __init__(self, entries: Sequence[StoryEntry], forms: Forms) -> None:
        self.entries = entries
        self.forms = forms

    def __call__(self, width: int) -> Sequence[Line]:
        """The page in lines of at most `width` cells."""
        if width < WIDE:
            return under([self.facts(width), self._lines(width), self.money(min(width, 60)), self._story(width)])
        left = width - RIGHT - 3
        return beside(
            under([self.facts(left), self._lines(left)]), under([self.money(RIGHT), self._story(RIGHT)]), left
        )

    # -- what a document says of itself ------------------------------------------------------------

    def facts(self, width: int) -> list[Line]:
        """Where it stands, whom it is for, and what else the header says."""
        return []

    def line_cells(self) -> Iterable[tuple[int, Sequence[str], str]]:
        """Number, cells (behind the number, in the order of `columns`) and look of each line."""
        return ()

    def money(self, width: int) -> list[Line]:
        """Totals and due dates."""
        return []

    # -- set out -----------------------------------------------------------------------------------

    def days_late(self, due: dt.date | None, *, is_open: bool) -> str:
        """`3 days late`, where something is open that was due before today."""
        if due is None or not is_open or due >= self.forms.today:
            return ""
        days = (self.forms.today - due).days
        return "1 day late" if days == 1 else f"{days} days late"

    def _lines(self, width: int) -> list[Line]:
        places = place_columns(self.columns, width + 2)
        gap = " " * GAP

        def row(cells: Sequence[str]) -> str:
            return gap.join(fit(cells[place.index], place.width, place.column.align) for place in places)

        rows: list[Line] = [line(row([column.title for column in self.columns]), "head")]
        for place, cells, look in self.line_cells():
            rows.append(line(row([str(place), *cells]), look))
        return rows

    def _story(self, width: int) -> list[Line]:
        return told_story(self.entries, width, self.forms.today)


def told_story(entries: Iterable[StoryEntry], width: int, today: dt.date) -> list[Line]:
    """A document's journal in plain words, oldest first."""
    rows: list[Line] = [line("What happened", "title")]
    for entry in entries:
        first, *rest = wrap(entry.headline(today), width) or [""]
        rows += [line(first), *(line(f"  {piece}") for piece in rest)]
        for told in (*entry.changes, *([f"“{entry.comment}”"] if entry.comment else [])):
            rows += [line(f"    {piece}", "muted") for piece in wrap(told, width - 4)]
    return rows


def figure(label: str, shown: str, width: int, look: str) -> Line:
    """A label and its amount at the right edge."""
    return (
        Span(fit(label, width - len(shown) - 1), "muted" if look == "text" else look),
        Span(f" {shown}", look),
    )


def under(parts: Iterable[list[Line]]) -> list[Line]:
    """Parts of a page one under the other, with an empty line between them."""
    rows: list[Line] = []
    for part in parts:
        if part:
            rows += [line(), *part] if rows else part
    return rows


def in_columns(facts: Sequence[tuple[str, str]], width: int) -> list[Line]:
    """Two facts a row, label and value each; one that is too long for its half gets the row to itself."""
    half = (width - 2) // 2
    rows: list[Line] = []
    waiting: tuple[str, str] | None = None
    for label, value in facts:
        if len(value) > half - 11:
            rows += [_fact(*waiting, half)] if waiting else []
            rows += labelled(label, value, width)
            waiting = None
        elif waiting is None:
            waiting = (label, value)
        else:
            rows.append((*_fact(*waiting, half), Span("  "), *_fact(label, value, half)))
            waiting = None
    return [*rows, _fact(*waiting, half)] if waiting else rows


def _fact(label: str, value: str, width: int) -> Line:
    return Span(fit(label, 11), "muted"), Span(fit(value, width - 11))


def labelled(label: str, text: str, width: int) -> list[Line]:
    """A label, and its text beside it in as many lines as it needs."""
    pieces = wrap(text, width - 11) or [""]
    return [
        (Span(fit(label if place == 0 else "", 11), "muted"), Span(piece))
        for place, piece in enumerate(pieces)
    ]  # fmt: skip
