"""The line in the strip: what each of its fields does to it. Pure computation on what is in memory (U-1.2)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from fluorders_tui.domain.conditions import CustomerConditions, DiscountType, ItemCard
from fluorders_tui.domain.entry import (
    change_dates,
    change_description,
    change_discounts,
    change_price,
    change_quantity,
    change_uom,
    change_vat,
    choose_list,
    make_give_away,
    price_again,
    take_last_price,
)
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.order import NO_PRICE, OrderDraft, OrderLine, PriceOrigin, VatCode
from fluorders_tui.services.desk import Desk

__all__ = ["StripLine"]


class StripLine:
    """The part of an order's session that changes the line being typed. Raises `Refused` and `Invalid`."""

    desk: Desk
    draft: OrderDraft
    conditions: CustomerConditions | None
    discount_types: tuple[DiscountType, ...]
    line: OrderLine | None
    counted: bool

    if TYPE_CHECKING:

        @property
        def card(self) -> ItemCard | None: ...

    def set_quantity(self, quantity: Decimal) -> None:
        """D-4.6, D-6.3."""
        self.line = change_quantity(
            self.draft, self._line(), quantity, self.conditions, self.card, checks=self.desk.checks
        )
        self.counted = True

    def set_uom(self, uom: str) -> None:
        """D-6.3; priced again."""
        card = self.card
        if card is None or self.conditions is None:
            raise Refused("A line without an item has no other unit.", field="uom", rule="D-6.1")
        self.line = change_uom(self.draft, self._line(), uom, self.conditions, card, checks=self.desk.checks)

    def set_price(self, price: Decimal | None) -> None:
        """A price by hand (D-4.6); None has it looked up again."""
        line, card = self._line(), self.card
        if price is not None:
            # In a tie even the price that stands there is a decision (D-4.8).
            agreed = bool(line.price_source.tied)
            self.line = change_price(self.draft, line, price, agreed=agreed, checks=self.desk.checks)
        elif card is not None and self.conditions is not None and line.price_source.origin is PriceOrigin.MANUAL:
            free = replace(line, price_source=NO_PRICE)
            self.line = price_again(self.draft, free, self.conditions, card, checks=self.desk.checks)

    def set_discounts(self, text: str) -> None:
        """Discounts by hand (D-5.1)."""
        self.line = change_discounts(self.draft, self._line(), text, self.discount_types)

    def set_vat(self, vat: VatCode) -> None:
        """D-3.3."""
        self.line = change_vat(self._line(), vat)

    def set_delivery(self, delivery: dt.date | None) -> None:
        """D-6.4."""
        line = self._line()
        self.line = change_dates(self.draft, line, delivery, line.ready_date, checks=self.desk.checks)

    def set_note(self, note: str) -> None:
        """A note on the line."""
        self.line = replace(self._line(), note=note)

    def set_description(self, text: str) -> None:
        """D-6.1."""
        self.line = change_description(self._line(), text)

    def set_recourse(self, recourse: bool) -> None:
        """Whether the customer pays the VAT of a give-away (D-7 step 7)."""
        self.line = make_give_away(self.draft, self._line(), vat_recourse=recourse)

    def tied_prices(self) -> list[tuple[str, Decimal]]:
        """The lists between which no rule decides for this line, each with its price (D-4.8)."""
        line, card = self.line, self.card
        if line is None or card is None or self.conditions is None:
            return []
        lists = line.price_source.tied
        return [(one, choose_list(self.draft, line, one, self.conditions, card).price) for one in lists]

    def take_list(self, price_list: str) -> None:
        """Settle a tie for one of its lists (D-4.8)."""
        card = self.card
        if card is None or self.conditions is None:
            raise Refused("There is no item in the line.", field="price", rule="D-4.8")
        self.line = choose_list(self.draft, self._line(), price_list, self.conditions, card, checks=self.desk.checks)

    def take_last(self) -> None:
        """Take over what this customer paid last (D-6.7)."""
        card = self.card
        if card is None:
            raise Refused("There is no item in the line.", field="price", rule="D-6.7")
        self.line = take_last_price(self.draft, self._line(), card)

    def _line(self) -> OrderLine:
        if self.line is None:
            raise Invalid("Type the item first.", field="item", rule="D-6.6")
        return self.line
