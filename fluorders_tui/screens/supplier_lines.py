"""The lines of a supplier order in a table: columns, and rows made only for the window that is shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.supplier_orders import SupplierOrderDraft, SupplierOrderLine
from fluorders_tui.widgets.row_sources import Row
from fluorders_tui.widgets.table_layout import Column

__all__ = ["NEW_COLUMNS", "SUPPLIER_COLUMNS", "SupplierForms", "SupplierRows"]

SUPPLIER_COLUMNS = (
    Column("line", "Ln", 4, align="right"),
    Column("item", "Item", 10),
    Column("description", "Description", 12, flex=True),
    Column("quantity", "Quantity", 8, align="right"),
    Column("uom", "UM", 4),
    Column("price", "Price", 8, align="right"),
    Column("discounts", "Disc.", 6),
    Column("received", "Came", 7, align="right", drop=3),
    Column("open", "To come", 7, align="right", drop=2),
    Column("due", "Delivery", 10, drop=1),
    Column("net", "Net", 9, align="right"),
)
NEW_COLUMNS = tuple(column for column in SUPPLIER_COLUMNS if column.key not in ("received", "open"))
"""Of an order of which nothing came yet, because it was never entered."""


@dataclass(frozen=True, slots=True)
class SupplierForms:
    """How numbers, prices, amounts and dates are written here."""

    number: Callable[[Decimal | None], str]
    price: Callable[[Decimal | None], str]
    amount: Callable[[Decimal | None, int], str]
    day: Callable[[dt.date | None], str]


class SupplierRows:
    """The lines of a draft as rows; `draft` gives it as it stands now, `minded` says which lines have a notice."""

    def __init__(
        self,
        draft: Callable[[], SupplierOrderDraft],
        minded: Callable[[SupplierOrderLine], bool],
        forms: SupplierForms,
    ) -> None:
        self._draft = draft
        self._minded = minded
        self._forms = forms

    @property
    def count(self) -> int:
        """How many lines there are."""
        return len(self._draft().lines)

    def rows(self, start: int, stop: int) -> Sequence[Row]:
        """Lines `start` up to `stop` as rows."""
        return [self._row(place, line) for place, line in enumerate(self._draft().lines[start:stop], start)]

    def index_of(self, key: Hashable) -> int | None:
        """Lines are known by their place."""
        return key if isinstance(key, int) and key < self.count else None

    def _row(self, place: int, line: SupplierOrderLine) -> Row:
        draft, forms = self._draft(), self._forms
        minded = self._minded(line)
        text = f"{line.description} · {line.note}" if line.note else line.description
        came = (forms.number(line.received) if line.received else "", forms.number(line.open)) if draft.number else ()
        cells = (
            f"{place + 1}{'!' if minded else ''}",
            line.item,
            f"- cancelled · {text}" if line.cancelled else text,
            forms.number(line.quantity),
            line.uom.code,
            forms.price(line.price),
            format_discounts(line.discounts),
            *came,
            forms.day(line.due),
            forms.amount(line.net, draft.currency.decimals),
        )
        if line.cancelled or (draft.number and not line.open):
            return Row(place, cells, "muted")
        return Row(place, cells, "warning" if minded else "")
