"""Picking the offers that are to be converted: those that wait for it, found while typing, several with Space."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from textual.app import ComposeResult
from textual.containers import Horizontal

from fluorders_tui.domain.offers import OfferStatus
from fluorders_tui.screens.list_pages import Asked, ListWindow
from fluorders_tui.screens.paged_list import PagedList, Sorting
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.offer_list import OfferFilter, OfferRow, OfferSort, OfferWindow
from fluorders_tui.widgets.choices import Choice, Resolution
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.row_sources import Row
from fluorders_tui.widgets.table_layout import Column
from fluorders_tui.widgets.tick_table import TickTable

__all__ = ["OfferPicking"]

OFFERS = (
    Column("number", "Offer", 13),
    Column("status", "Status", 16),
    Column("customer", "Customer", 16, flex=True),
    Column("date", "Date", 10, drop=2),
    Column("valid", "Valid until", 11, drop=3),
    Column("reference", "Reference", 12, drop=5),
    Column("project", "Project", 12, drop=6),
    Column("lines", "Lines", 5, align="right", drop=4),
    Column("total", "Total", 12, align="right"),
    Column("currency", "", 3, drop=1),
)

SHOWN: Mapping[str, tuple[OfferFilter, str]] = {
    "all": (
        OfferFilter(statuses=(OfferStatus.ENTERED, OfferStatus.CONFIRMED, OfferStatus.PARTLY)),
        "everything that can be converted, confirmed or not",
    ),
    "confirmed": (OfferFilter(convertible=True), "confirmed, and something of them is left"),
    "partly": (OfferFilter(statuses=(OfferStatus.PARTLY,)), "a part of them was converted"),
    "entered": (OfferFilter(statuses=(OfferStatus.ENTERED,)), "not confirmed yet"),
    "expiring": (OfferFilter(expiring=7), "not confirmed, and valid for a week at most"),
}
"""What can be listed, by the word that is typed for it."""


class OfferPicking(PagedList[OfferFilter, OfferSort, OfferRow]):
    """The part of the screen that lists offers. Marks are kept by row, also of offers that are not listed now."""

    SORTS = (
        Sorting(OfferSort.NEWEST, "number", "newest first", descending=True),
        Sorting(OfferSort.VALID_UNTIL, "valid", "by validity"),
        Sorting(OfferSort.CUSTOMER, "customer", "by customer"),
        Sorting(OfferSort.TOTAL, "total", "largest first", descending=True),
    )

    def __init__(self) -> None:
        super().__init__()
        self._show_name = "all"
        self.table = TickTable(OFFERS, on_text=self._find_typed, empty="No offer waits for conversion.", id="offers")

    def compose_picking(self) -> ComposeResult:
        """The fields and the list."""
        with Horizontal(classes="filter"):
            yield Field("find", "Find", label_width=6, width=0,
                        help="Part of an offer's number, reference or customer.")  # fmt: skip
            yield Field("choice", "  Show", text=self._show_name, label_width=7, width=11, id="choice",
                        suggest=self._choices, resolver=self._resolve,
                        help="all, confirmed, partly (converted), entered (not confirmed) or expiring.")  # fmt: skip
        yield self.table

    def _find_typed(self, _character: str) -> bool:
        """Whatever is typed on the list finds."""
        self.field("find").focus()
        return True

    # -- what the list asks ------------------------------------------------------------------------

    def wanted(self) -> OfferFilter:
        return replace(SHOWN[self._show_name][0], text=self.field("find").text.strip())

    def open_window(self, desk: Desk, asked: Asked[OfferFilter, OfferSort]) -> ListWindow[OfferRow]:
        descending = next(one.descending for one in self.SORTS if one.sort is asked.sort)
        return OfferWindow(desk, asked.filter, asked.sort, descending)

    def row(self, one: OfferRow) -> Row:
        return Row(
            one.id,
            (
                one.number,
                one.status.value,
                f"{'prospect ' if one.prospect else ''}{one.customer_name or one.customer}",
                self.day(one.date),
                self.day(one.valid_until),
                one.reference,
                one.project,
                str(one.lines),
                self.money(one.total),
                one.currency,
            ),
            "warning" if one.status is OfferStatus.ENTERED else "",
        )

    def show_picking_title(self) -> None:
        """What is listed, how many, and how many are selected."""
        count = self.count
        said = "counting…" if count is None else f"{self.number(Decimal(count))} {'offer' if count == 1 else 'offers'}"
        marks = f" · {len(self.table.marks)} selected" if self.table.marks else ""
        sort = self.sorting.name if self.sorting else ""
        self.title_bar.show(f"Convert offers · {self._show_name} · {said}{marks} · {sort}")

    def _choices(self, text: str) -> list[Choice]:
        wanted = text.strip().casefold()
        return [Choice(name, about, "", name) for name, (_, about) in SHOWN.items() if name.startswith(wanted)]

    async def _resolve(self, text: str) -> Resolution:
        return Resolution.of(text, self._choices(text))

    async def picking_accepted(self, field: Field) -> None:
        """A field of the list was accepted: it shows what is wanted."""
        if field.field_name == "choice":
            self._show_name = field.text if field.text in SHOWN else "all"
            field.set_value(self._show_name)
        await self.catch_up()

    async def offers_picked(self) -> tuple[int, ...]:
        """The selected offers, in the list's order as far as they are listed; without any, that under the cursor."""
        row = await self.row_here()
        marked = {key for key in self.table.marks if isinstance(key, int)}
        if not marked:
            return (row.key,) if row is not None and isinstance(row.key, int) else ()
        return tuple(sorted(marked))
