"""A paper as text: what the preview in the terminal shows, and what a screen reader reads well (§17)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from fluorders_tui.documents.paper import Paper, PaperLine
from fluorders_tui.documents.table_writing import shown

__all__ = ["paper_text"]

_LEAST_DESCRIPTION = 16


def paper_text(paper: Paper, width: int = 80) -> list[str]:
    """The paper's lines, none wider than `width`: the same texts in the same order as on the page."""
    return [line.rstrip() for line in _text(paper, width)]


def _text(paper: Paper, width: int) -> Iterator[str]:
    yield from _wrapped(paper.sender.name, width)
    for line in (*paper.sender.address, *paper.sender.details):
        yield from _wrapped(line, width)
    yield ""
    for line in paper.address:
        yield from _wrapped(line, width)
    yield ""
    copy = f"  [{paper.copy}]" if paper.copy else ""
    yield f"{paper.title} {paper.number}{copy}"
    for label, text in paper.facts:
        yield from _wrapped(f"{label}: {text}", width)
    yield ""
    yield from _lines(paper, width)
    if paper.totals:
        yield ""
        label_width = max(len(label) for label, _ in paper.totals)
        amount_width = max(len(text) for _, text in paper.totals)
        for label, text in paper.totals:
            yield f"{label:<{label_width}}  {text:>{amount_width}}".rjust(width)
    for table in paper.tables:
        yield ""
        yield table.title
        for row in table.rows:
            pairs = zip(table.columns, row, strict=True)
            yield from _wrapped("  " + ", ".join(f"{column.title} {cell}" for column, cell in pairs), width)
    for note in paper.notes:
        yield ""
        for part in note.splitlines():
            yield from _wrapped(part, width)


def _lines(paper: Paper, width: int) -> Iterator[str]:
    """A column for each where they fit side by side, else everything of a line below each other."""
    at = next((place for place, column in enumerate(paper.columns) if column.key == "description"), -1)
    widths = [
        max([len(column.title), *(len(line.cells[place]) for line in paper.lines)])
        for place, column in enumerate(paper.columns)
    ]
    if at >= 0:
        widths[at] = min(widths[at], width - sum(widths) + widths[at] - len(widths) + 1)
    if at < 0 or widths[at] < _LEAST_DESCRIPTION:
        yield from _below_each_other(paper, width)
        return
    yield _row([column.title for column in paper.columns], paper, widths)
    yield "-" * (sum(widths) + len(widths) - 1)
    for line in paper.lines:
        said = _split(line.cells[at], widths[at])
        yield _row([*line.cells[:at], said[0], *line.cells[at + 1 :]], paper, widths)
        indent = " " * (sum(widths[:at]) + at)
        for more in (*said[1:], *(part for below in line.below for part in _split(below, widths[at]))):
            yield f"{indent}{more}"


def _row(cells: Sequence[str], paper: Paper, widths: Sequence[int]) -> str:
    pieces = [
        f"{shown(cell):>{wide}}" if column.right else f"{shown(cell):<{wide}}"
        for cell, column, wide in zip(cells, paper.columns, widths, strict=True)
    ]
    return " ".join(pieces)


def _below_each_other(paper: Paper, width: int) -> Iterator[str]:
    for line in paper.lines:
        yield from _wrapped(", ".join(_said(paper, line)), width)


def _said(paper: Paper, line: PaperLine) -> Iterator[str]:
    for column, cell in zip(paper.columns, line.cells, strict=True):
        if cell:
            yield cell if column.key in ("position", "item", "description") else f"{column.title} {cell}"
    yield from line.below


def _split(text: str, width: int) -> list[str]:
    return wrap(shown(text), width, break_on_hyphens=False) or [""]


def _wrapped(text: str, width: int) -> Iterator[str]:
    yield from wrap(shown(text), width, subsequent_indent="  ", break_on_hyphens=False) or [""]
