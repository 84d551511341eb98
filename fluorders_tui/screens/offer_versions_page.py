"""The versions of an offer side by side: what differs between them, as many as the width has room for (D-13.2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.order import LineType, OrderLine
from fluorders_tui.screens.story_page import Forms
from fluorders_tui.services.offers import OfferVersion
from fluorders_tui.widgets.page import Line, Span, line
from fluorders_tui.widgets.plain_text import fit, wrap

__all__ = ["VersionsPage"]

LABEL = 20
COLUMN = 26
"""The least width of a version; two are always shown where there are two."""
NOTHING = "–"

#: Told by the line's own row, or by the row of the whole line.
_IN_ROW = frozenset({"added", "removed", "quantity", "uom", "price", "discounts", "net"})


@dataclass(frozen=True, slots=True)
class _Row:
    """One thing in all versions that are shown; `always` stands there also where nothing changed."""

    label: str
    cells: tuple[str, ...]
    always: bool = False


class VersionsPage:
    """The version at `place` with those before it."""

    def __init__(self, versions: Sequence[OfferVersion], place: int, forms: Forms) -> None:
        self.versions = versions
        self.place = place
        self.forms = forms

    def __call__(self, width: int) -> Sequence[Line]:
        """The page in lines of at most `width` cells."""
        count = min(self.place + 1, max(2, (width - LABEL) // COLUMN))
        first = self.place + 1 - count
        shown = self.versions[first : self.place + 1]
        column = (width - LABEL) // count
        heads = [f"Version {one.saved.offer.terms.version}" for one in shown]
        rows: list[Line] = [_cells("", heads, column, "head")]
        for title, found in (
            ("Totals", self._totals(shown)),
            ("Header", self._header(shown)),
            ("Lines", self._lines(shown)),
        ):
            kept = [one for one in found if one.always or len(set(one.cells)) > 1]
            if kept:
                rows += [line(), line(title, "title")]
            for one in kept:
                rows += _row(one, column)
        same = sum(len(set(one.cells)) == 1 for one in self._whole_lines(shown))
        if count > 1 and same:
            rows += [line(), line(f"{same} line{'s are' if same > 1 else ' is'} the same in all of them.", "muted")]
        return rows

    def _totals(self, shown: Sequence[OfferVersion]) -> list[_Row]:
        def row(label: str, figure: Callable[[OfferVersion], str]) -> _Row:
            return _Row(label, tuple(figure(one) for one in shown), always=True)

        def amount(name: str) -> Callable[[OfferVersion], str]:
            return lambda one: self.forms.amount(getattr(one.saved.totals, name), one.saved.draft.currency.decimals)

        return [
            row("Lines", lambda one: str(len(one.saved.draft.lines))),
            row("Net", amount("items_net")),
            row("Taxable", amount("taxable")),
            row("Total", lambda one: f"{amount('total')(one)} {one.saved.draft.currency.code}"),
        ]

    def _header(self, shown: Sequence[OfferVersion]) -> list[_Row]:
        """Every field of the header that changed between the versions shown."""
        values: dict[str, list[str]] = {}
        for place, version in enumerate(shown):
            # What the oldest one shown changed of the one before it is not told.
            for change in version.changes if place else ():
                if change.line == 0:
                    known = values.setdefault(change.field, [self._text(change.before)] * place)
                    known += [known[-1]] * (place - len(known))
                    known.append(self._text(change.after))
        return [_Row(_said(name), (*cells, *[cells[-1]] * (len(shown) - len(cells)))) for name, cells in values.items()]

    def _lines(self, shown: Sequence[OfferVersion]) -> list[_Row]:
        rows = self._whole_lines(shown)
        for place, version in enumerate(shown):
            for change in version.changes if place else ():
                if change.line and change.field not in _IN_ROW:
                    cells = [""] * len(shown)
                    cells[place - 1], cells[place] = self._text(change.before), self._text(change.after)
                    rows.append(_Row(f"line {change.line} {_said(change.field)}", tuple(cells)))
        return rows

    def _text(self, told: str) -> str:
        """What a change says, its dates as they are written here."""
        try:
            return self.forms.day(dt.date.fromisoformat(told)) if len(told) == len("2026-11-24") else told or NOTHING
        except ValueError:
            return told

    def _whole_lines(self, shown: Sequence[OfferVersion]) -> list[_Row]:
        """One row for each line of any version; the n-th of an item belongs to the n-th of it."""
        found: dict[tuple[str, int], dict[int, str]] = {}
        for place, version in enumerate(shown):
            seen: dict[str, int] = {}
            for one in version.saved.draft.lines:
                name = one.item or one.description
                seen[name] = seen.get(name, 0) + 1
                found.setdefault((name, seen[name]), {})[place] = self._worth(one, version)
        return [_Row(name, _texts(cells, len(shown))) for (name, _), cells in found.items()]

    def _worth(self, one: OrderLine, version: OfferVersion) -> str:
        if one.line_type is LineType.NOTE:
            return "note"
        less = f" -{format_discounts(one.discounts)}" if one.discounts else ""
        amount = self.forms.amount(one.net, version.saved.draft.currency.decimals)
        free = "free " if one.line_type is LineType.GIVE_AWAY else ""
        price = self.forms.number(one.price)
        return f"{free}{self.forms.number(one.quantity)} {one.uom.code}".rstrip() + f" x {price}{less} = {amount}"


def _texts(cells: Mapping[int, str], count: int) -> tuple[str, ...]:
    return tuple(cells.get(place, NOTHING) for place in range(count))


def _said(name: str) -> str:
    return name.replace("_", " ")


def _row(row: _Row, column: int) -> list[Line]:
    """The row in as many lines as its longest cell needs; what differs from the version before has a mark."""
    pieces = [wrap(cell, column - 3) or [""] for cell in row.cells]
    rows: list[Line] = []
    for depth in range(max(len(one) for one in pieces)):
        spans = [Span(fit(row.label if depth == 0 else "", LABEL), "muted")]
        for place, one in enumerate(pieces):
            changed = place > 0 and row.cells[place] not in ("", row.cells[place - 1])
            mark = "» " if changed and depth == 0 else "  "
            text = one[depth] if depth < len(one) else ""
            spans.append(Span(fit(f"{mark}{text}", column), "strong" if changed else "text"))
        rows.append(tuple(spans))
    return rows


def _cells(label: str, cells: Sequence[str], column: int, look: str) -> Line:
    return (Span(fit(label, LABEL), look), *(Span(fit(f"  {cell}", column), look) for cell in cells))
