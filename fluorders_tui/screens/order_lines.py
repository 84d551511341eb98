"""The lines table of the order screen: columns, and rows made only for the window that is shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Sequence
from decimal import Decimal

from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.order import LineType, OrderLine
from fluorders_tui.widgets.row_sources import Row
from fluorders_tui.widgets.table_layout import Column

__all__ = ["LINE_COLUMNS", "LineRows"]

LINE_COLUMNS = (
    Column("line", "Ln", 4, align="right"),
    Column("item", "Item", 12),
    Column("description", "Description", 17, flex=True),
    Column("quantity", "Quantity", 8, align="right"),
    Column("uom", "UM", 4),
    Column("price", "Price", 9, align="right"),
    Column("discounts", "Disc.", 7),
    Column("vat", "VAT", 5, drop=2),
    Column("delivery", "Delivery", 10, drop=1),
    Column("net", "Net", 10, align="right"),
)

_MARKS = {
    LineType.UNCODED: "· text",
    LineType.CHARGE: "+ charge",
    LineType.NOTE: "' note",
    LineType.GIVE_AWAY: "! free",
}


class LineRows:
    """The lines of a draft as rows; `lines` gives them as they stand now."""

    def __init__(
        self,
        lines: Callable[[], tuple[OrderLine, ...]],
        decimals: Callable[[], int],
        number: Callable[[Decimal | None], str],
        price: Callable[[Decimal | None], str],
        amount: Callable[[Decimal | None, int], str],
        day: Callable[[dt.date | None], str],
    ) -> None:
        self._lines = lines
        self._decimals = decimals
        self._number = number
        self._price = price
        self._amount = amount
        self._day = day

    @property
    def count(self) -> int:
        """How many lines there are."""
        return len(self._lines())

    def rows(self, start: int, stop: int) -> Sequence[Row]:
        """Lines `start` up to `stop` as rows."""
        return [Row(place, self.cells(line, place), _look(line)) for place, line in self._window(start, stop)]

    def _window(self, start: int, stop: int) -> list[tuple[int, OrderLine]]:
        return list(enumerate(self._lines()[start:stop], start))

    def index_of(self, key: Hashable) -> int | None:
        """Lines are known by their place."""
        return key if isinstance(key, int) and key < self.count else None

    def cells(self, line: OrderLine, place: int) -> tuple[str, ...]:
        """The texts of a line in the order of `LINE_COLUMNS`."""
        item = line.item or _MARKS.get(line.line_type, "")
        if line.line_type is LineType.NOTE:
            return (str(place + 1), item, line.description, "", "", "", "", "", "", "")
        net = self._amount(line.net, self._decimals())
        if line.line_type is LineType.GIVE_AWAY:
            net = "free + VAT" if line.vat_recourse else "free"
        if line.cancelled:
            # What it still counts with, where something of it was delivered (P-141).
            net = f"cancelled {net}" if line.executed else "cancelled"
        return (
            str(place + 1) + ("!" if line.warnings else ""),
            f"! {item}" if line.line_type is LineType.GIVE_AWAY and line.item else item,
            f"{line.description} · {line.note}" if line.note else line.description,
            self._number(line.quantity),
            line.uom.code,
            self._price(line.price),
            format_discounts(line.discounts),
            line.vat.code if line.vat else "",
            self._day(line.delivery_date),
            net,
        )


def _look(line: OrderLine) -> str:
    if line.line_type is LineType.NOTE or line.cancelled:
        return "muted"
    return "warning" if line.warnings else ""
