"""One measured figure, its floor and its limit, and the table they make."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure in `unit`; `floor` is what the least possible costs in the same run.

    `limit` holds for the ratio of the two when `of_floor`, else for the figure. None: for information.
    """

    what: str
    value: float
    unit: str = "ms"
    floor: float | None = None
    limit: float | None = None
    of_floor: bool = False
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the floor."""
        return self.value / self.floor if self.floor else None

    @property
    def kept(self) -> bool | None:
        """Whether the limit holds; None without a limit."""
        if self.limit is None:
            return None
        judged = self.ratio if self.of_floor else self.value
        return judged is not None and judged <= self.limit

    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        limit = "" if self.limit is None else f"{self.limit:g} ×" if self.of_floor else shown(self.limit, self.unit)
        judged = {None: "", True: "ok", False: "**miss**"}[self.kept]
        what = f"{self.what} ({self.note})" if self.note else self.what
        floor = "" if self.floor is None else shown(self.floor, self.unit)
        ratio = "" if self.ratio is None else f"{self.ratio:.2f} ×"
        return what, shown(self.value, self.unit), floor, ratio, limit, judged


def shown(value: float, unit: str) -> str:
    """A figure with as many digits as mean something."""
    digits = 0 if value >= 100 or value == int(value) else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}"


HEADINGS = ("what", "measured", "floor", "ratio", "at most", "")


def table(rows: Iterable[Measured]) -> str:
    """A Markdown table with columns of even width, readable as it is."""
    lines = [HEADINGS, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    text = [f"| {' | '.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))} |" for line in lines]
    return "\n".join([text[0], f"|{'|'.join('-' * (width + 2) for width in widths)}|", *text[1:]])
