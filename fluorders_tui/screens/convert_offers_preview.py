"""What is chosen of the offers, and the orders that would come of it, kept up to date while keys are typed (D-13.6)."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import cast

from textual.timer import Timer

from fluorders_tui.domain.conversion import Lines
from fluorders_tui.domain.conversion_choice import ConversionChoice, OfferLines
from fluorders_tui.screens.convert_offers_picking import OfferPicking
from fluorders_tui.screens.convert_offers_rows import ORDERS, LineRows, OrderRows, said, totals_of
from fluorders_tui.screens.long_work import LongWork
from fluorders_tui.services.conversions import (
    Asked,
    Converted,
    Convertible,
    Preview,
    PreviewedOrder,
    convertible,
    preview,
    who_converted,
)
from fluorders_tui.services.desk import Desk
from fluorders_tui.widgets.row_sources import ListSource
from fluorders_tui.widgets.tick_table import TickTable
from fluorders_tui.widgets.typed_fields import DateField
from fluorders_tui.widgets.virtual_table import VirtualTable

__all__ = ["ConversionPreview"]

FEW_LINES = 300
PREVIEW_SECONDS = (0.05, 0.4)
"""How long the choice stands still before its orders are worked out, with few lines and with many."""

SHORT = 6
"""Numbers that are named in one message."""


@dataclass(frozen=True)
class _Seen:
    """A preview, and the offers read again where somebody changed them since they were shown."""

    asked: Asked
    preview: Preview
    fresh: tuple[Convertible, ...] = ()
    told: tuple[str, ...] = ()


class ConversionPreview(OfferPicking, LongWork):
    """The part of the screen that holds the choice. `lines` shows it, `orders` what would come of it."""

    lines: TickTable

    def __init__(self) -> None:
        super().__init__()
        self.offers: tuple[Convertible, ...] = ()
        self.choice = ConversionChoice()
        self.which = Lines.ALL
        self.shown: Preview | None = None
        """The orders on the screen; None while they are worked out."""
        self.made: Converted | None = None
        """What F10 did, until offers are picked anew."""
        self.rows = LineRows(self, (), self.choice, ())
        self.orders = VirtualTable(ORDERS, empty="Nothing is ticked.", id="orders")
        self._shown_for: Asked | None = None
        self._folded: frozenset[int] = frozenset()
        self._customers: dict[int, str] = {}
        self._later: Timer | None = None

    def show_strip(self) -> None:
        """Show in the strip what is taken of the line under the cursor."""

    # -- the choice --------------------------------------------------------------------------------

    def begin(self, offers: Sequence[Convertible]) -> None:
        """Show these offers; what was chosen of those that were shown before is kept."""
        before = {one.offer for one in self.choice.offers}
        begun = ConversionChoice.begin(_lines_of(offers), self.which)
        kept = self.choice.renewed(_lines_of(offers)).quantities
        rows = {line.ref.line for one in begun.offers if one.offer in before for line in one.lines}
        new = {row: quantity for row, quantity in begun.quantities.items() if row not in rows}
        self.offers = tuple(offers)
        self._customers = {row: code for row, code in self._customers.items() if row in before}
        self.choose(replace(begun, quantities=MappingProxyType(new | dict(kept))), keep_key=False)

    def choose(self, choice: ConversionChoice, *, keep_key: bool = True) -> None:
        """Show another choice, and have its orders worked out once it stands still."""
        self.choice = choice
        self.show_lines(keep_key=keep_key)
        self.changed()

    def show_lines(self, *, keep_key: bool = True) -> None:
        """The offers with their lines, and what is taken of each."""
        self.rows = LineRows.of(self, self.offers, self.choice, self._folded)
        self.lines.marks = self.rows.ticked()
        self.lines.refresh_source(self.rows, keep_key=keep_key)
        self.show_strip()

    def is_folded(self, offer: int) -> bool:
        """Whether the lines of an offer, by row, are hidden."""
        return offer in self._folded

    def fold(self, offer: int, folded: bool) -> None:
        """Hide or show the lines of an offer; the cursor goes to the offer."""
        self._folded = self._folded | {offer} if folded else self._folded - {offer}
        self.lines.move_to_key((offer, 0))
        self.show_lines()

    def without(self, offer: int) -> None:
        """Take an offer out of what is shown."""
        self.offers = tuple(one for one in self.offers if one.offer.draft.id != offer)
        self.choose(self.choice.renewed(_lines_of(self.offers)))

    def name_customer(self, code: str) -> None:
        """Give the prospect of the order under the cursor a customer code; an empty one is proposed again."""
        order = self.order_here
        for offer in order.offers if order is not None else ():
            self._customers.pop(offer.draft.id, None)
            if code:
                self._customers[offer.draft.id] = code
        self.changed()

    def asked(self) -> Asked:
        """What is to be converted as it is chosen now; offers without a ticked line stay out of it."""
        chosen = self.choice.chosen
        dates = {name: cast(DateField, self.field(name)).date for name in ("date", "confirm_on")}
        customers = {row: code for row, code in self._customers.items() if row in chosen}
        return Asked(
            chosen,
            dict(self.choice.quantities),
            date=dates["date"],
            confirm_on=dates["confirm_on"],
            customers=customers,
        )

    # -- the orders that would come ----------------------------------------------------------------

    def changed(self) -> None:
        """What would come has to be worked out anew; what is shown stays until then."""
        self._stop_later()
        seconds = PREVIEW_SECONDS[len(self.choice.quantities) > FEW_LINES]
        self._later = self.set_timer(seconds, self._look)
        self.show_choosing_title()

    def _stop_later(self) -> None:
        if self._later is not None:
            self._later.stop()
            self._later = None

    def _look(self) -> None:
        self._later = None
        desk, asked, offers = self.desk, self.asked(), self.offers
        self.desk_app.run_read(self, lambda: _see(desk, asked, offers), self._show, group="preview")

    async def caught_up(self) -> None:
        """Wait until the orders on the screen are those of the choice, so that F10 means them (U-1.1)."""
        asked = self.asked()
        if self.shown is None or self._shown_for != asked:
            self._stop_later()
            desk, offers = self.desk, self.offers
            self._show(await self.desk_app.ask(lambda: _see(desk, asked, offers), what="Working out the orders…"))

    def _show(self, seen: _Seen) -> None:
        if seen.asked != self.asked() or self.made is not None:
            return
        if seen.fresh:
            self._take_fresh(seen.fresh, f"{' '.join(seen.told) or 'An offer was changed.'} What you chose was kept.")
            return
        self.shown, self._shown_for = seen.preview, seen.asked
        self.orders.refresh_source(ListSource(OrderRows(self, seen.preview).rows()))
        self.show_choosing_title()
        self._say_what_would_come(seen.preview)

    def _say_what_would_come(self, shown: Preview) -> None:
        if self.message_line.kind in ("error", "warning") and self.message_line.text:
            # Whatever was told last is still being read.
            return
        if shown.refusals:
            self.message_line.say(said(shown.refusals[0]), "error")
        elif shown.confirmed:
            numbers = self.short([offer.draft.number for offer in shown.confirmed])
            on = self.day(cast(DateField, self.field("confirm_on")).date)
            self.message_line.say(f"F10 makes the orders, and confirms {numbers} on {on}.")
        elif shown.orders:
            self.message_line.say("F10 makes the orders.")

    def can_be_done(self) -> bool:
        """Whether nothing stands in the way of the orders on the screen; else that is said."""
        shown = self.shown
        if shown is None or (not shown.orders and not shown.refusals):
            self.message_line.say("Nothing is ticked: Space ticks a line.", "warning")
            return False
        if shown.refusals:
            self.message_line.say(said(shown.refusals[0]), "error")
            self.orders.cursor = 0
        return not shown.refusals

    def forget_preview(self) -> None:
        """What is shown no longer counts."""
        self._stop_later()
        self.shown = self._shown_for = None
        self.orders.set_columns(ORDERS)
        self.orders.refresh_source(ListSource(), keep_key=False)

    def short(self, numbers: Sequence[str]) -> str:
        """A few numbers, and how many more."""
        more = f" and {len(numbers) - SHORT} more" if len(numbers) > SHORT else ""
        return ", ".join(numbers[:SHORT]) + more

    # -- read again --------------------------------------------------------------------------------

    async def renew(self, told: str) -> None:
        """Read the offers again, keep ticks and lowered quantities as far as they are left, and say why."""
        desk, rows = self.desk, [one.offer.draft.id for one in self.offers]
        self._take_fresh(tuple(await self.desk_app.ask(lambda: convertible(desk, rows))), told)

    def _take_fresh(self, fresh: tuple[Convertible, ...], told: str) -> None:
        self.offers = fresh
        self.forget_preview()
        self.choose(self.choice.renewed(_lines_of(fresh)))
        self.message_line.say(told, "warning")

    # -- what is on the screen ---------------------------------------------------------------------

    @property
    def place_in_orders(self) -> int | None:
        """Which order the cursor stands on, from 0; None on a refusal or on nothing."""
        row = self.orders.current
        key: Hashable = row.key if row is not None else None
        return key[0] if isinstance(key, tuple) and key[0] >= 0 else None

    @property
    def order_here(self) -> PreviewedOrder | None:
        """The order under the cursor among those that would come."""
        place = self.place_in_orders
        return self.shown.orders[place] if self.shown is not None and place is not None else None

    def show_choosing_title(self) -> None:
        """How many offers, lines and orders, and what they come to."""
        if self.made is not None:
            count = len(self.made.orders)
            what = f"conversion {self.made.run_id} · {count} {'order' if count == 1 else 'orders'} made"
        else:
            offers, ticked = len(self.offers), len(self.choice.quantities)
            what = f"{offers} {'offer' if offers == 1 else 'offers'} · {ticked} {'line' if ticked == 1 else 'lines'}"
            if self.shown is not None:
                count = len(self.shown.orders)
                what += f" → {count} {'order' if count == 1 else 'orders'}"
        worth = totals_of(self, self.shown) if self.shown is not None else ""
        self.title_bar.show(" · ".join(part for part in ("Convert offers", what, worth) if part))

    def show_made(self) -> None:
        """The orders with the numbers they got."""
        assert self.made is not None
        self.shown = Preview(self.made.previewed, (), (), {})
        numbers = tuple(number for _, number in self.made.orders)
        self.orders.set_columns((replace(ORDERS[0], title="Orders made"), *ORDERS[1:]))
        self.orders.refresh_source(ListSource(OrderRows(self, self.shown, numbers).rows()), keep_key=False)
        self.show_choosing_title()
        named = ", ".join(numbers) if len(numbers) < 3 else f"{len(numbers)} orders"
        self.message_line.say(f"Made {named}. Enter opens one, Ctrl+Z takes it all back.", "done")


def _lines_of(offers: Sequence[Convertible]) -> list[OfferLines]:
    return [OfferLines(one.offer.draft.id, one.lines, one.refusal is None or one.awaits_confirmation) for one in offers]


def _see(desk: Desk, asked: Asked, offers: Sequence[Convertible]) -> _Seen:
    """A preview; where an offer is no longer what it was, all of them read again. Runs in a thread."""
    seen = preview(desk, asked)
    known = {one.offer.draft.id: one.offer.draft.version for one in offers}
    moved = [row for row, version in seen.versions.items() if known.get(row) != version]
    if not moved:
        return _Seen(asked, seen)
    return _Seen(asked, seen, tuple(convertible(desk, known)), who_converted(desk, moved))
