"""Items and customers as the domain prices them: cards with their prices, conditions with their lists."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from fluorders_tui.data.demo.catalogue import Item
from fluorders_tui.data.demo.known import Known
from fluorders_tui.data.demo.parties import Customer
from fluorders_tui.data.demo.prices import DatedList, Price, Rates, prices_of
from fluorders_tui.data.terms import micro
from fluorders_tui.domain.conditions import (
    CustomerConditions,
    ItemCard,
    ListPrice,
    PriceAssignment,
    PriceListVersion,
)
from fluorders_tui.domain.discounts import parse_discounts
from fluorders_tui.domain.money import NANO_DECIMALS, ONE, ZERO, from_scaled
from fluorders_tui.domain.order import (
    Application,
    Currency,
    Discount,
    DiscountSource,
    PaymentLine,
    Uom,
    VatCode,
)


class Shelf:
    """What the desk would read from the database for an order, straight from what is being written there."""

    def __init__(self, known: Known, lists: list[DatedList], rates: Rates) -> None:
        self._known = known
        self._rates = rates
        self._general = [one for one in lists if not one.customer]
        self._special: dict[int, list[DatedList]] = {}
        for one in lists:
            if one.customer:
                self._special.setdefault(one.customer, []).append(one)
        self._cards: dict[int, ItemCard] = {}
        self._texts: dict[str, tuple[Discount, ...]] = {"": ()}
        self._vat: VatCode | None = known.vat.get(known.usual_vat)
        self._types = {kind.code: kind for kind in known.discounts}

    def currency(self, code: str, date: dt.date) -> Currency:
        """A currency with its rate of a date (D-7.2)."""
        decimals = self._known.currency_decimals[code]
        valid = [(day, nano) for day, nano in self._rates.get(code, ()) if day <= date]
        if code == self._known.currency or not valid:
            return Currency(code, decimals)
        day, nano = valid[-1]
        return Currency(code, decimals, from_scaled(nano, NANO_DECIMALS).normalize(), day)

    def card(self, item: Item, customer: Customer) -> ItemCard:
        """An item as it lies before the clerk who serves this customer."""
        card = self._cards.get(item.id)
        if card is None:
            card = self._cards[item.id] = self._general_card(item)
        own = self._special.get(customer.id, ()) if customer.special else ()
        prices = tuple(self._price(price) for one in own for price in prices_of(item, one, self._known.currency))
        text = item.translations.get(customer.language, item.description)
        if not prices and text == card.description:
            return card
        return replace(card, description=text, prices=(*card.prices, *prices))

    def _general_card(self, item: Item) -> ItemCard:
        decimals = self._known.decimals
        uoms = [Uom(item.unit, ONE, decimals[item.unit])]
        if item.larger_unit:
            uoms.append(Uom(item.larger_unit, Decimal(item.box), decimals[item.larger_unit]))
        return ItemCard(
            code=item.code,
            description=item.description,
            uoms=tuple(uoms),
            vat=self._vat,
            sales_price=micro(item.price_micro),
            cost=micro(item.cost_micro),
            weight=micro(item.weight_micro),
            pack_quantity=Decimal(item.pack),
            economic_lot=Decimal(item.lot),
            running_out=item.running_out,
            blocked=item.blocked,
            prices=tuple(
                self._price(price) for one in self._general for price in prices_of(item, one, self._known.currency)
            ),
        )

    def _price(self, price: Price) -> ListPrice:
        if price.discounts not in self._texts:
            self._texts[price.discounts] = self._parsed(price.discounts, DiscountSource.PRICE_LINE)
        return ListPrice(
            price.list_id,
            micro(price.price_micro),
            price.unit,
            micro(price.from_micro),
            discounts=self._texts[price.discounts],
        )

    def _parsed(self, text: str, source: DiscountSource) -> tuple[Discount, ...]:
        return parse_discounts(text, types=self._known.discounts, source=source)

    def conditions(self, one: Customer, date: dt.date) -> CustomerConditions:
        """Everything the customer brings to an order of a date (D-2.1, D-3.1)."""
        known = self._known
        assigned = {kind for kind, *_ in one.lists}
        lists = [*self._general, *self._special.get(one.id, ())]
        term = known.terms.get(one.payment_terms)
        return CustomerConditions(
            code=one.code,
            name=one.name,
            vat_number=one.vat_number,
            address=one.address,
            language=one.language,
            zone=one.zone,
            commercial_category=one.category,
            currency=self.currency(one.currency, date),
            active=one.active,
            vat=known.vat.get(one.vat),
            order_type=one.order_type,
            assignments=tuple(
                PriceAssignment(kind, priority, default, None, self._parsed(text, DiscountSource.PRICE_LIST))
                for kind, priority, default, text in sorted(one.lists, key=lambda row: (row[1], row[0]))
            ),
            versions=tuple(
                PriceListVersion(
                    dated.id,
                    dated.type.code,
                    dated.currency,
                    dated.valid_from,
                    None,
                    dated.type.vat_included,
                    one.code if dated.customer else "",
                    dated.code,
                )
                for dated in sorted(lists, key=lambda dated: dated.code)
                if dated.type.code in assigned
            ),
            search_by_priority=one.search_by_priority,
            best_price=one.best_price,
            discounts=tuple(self._discount(kind, percent) for kind, percent in one.discounts),
            final_discounts=self._parsed(one.final_discounts, DiscountSource.CUSTOMER),
            expenses=one.expenses,
            agents=one.agents,
            payments=(PaymentLine(one.payment_type, term),) if term else (),
            destinations=one.destinations,
            default_destination=one.default_destination,
            carrier=one.carrier,
            shipping_method=one.shipping_method,
            delivery_terms=one.delivery_terms,
            delivery_place=one.delivery_place,
            packing=one.packing,
            minimum_value=from_scaled(one.minimum_minor, 2) if one.minimum_minor else ZERO,
            internal_note=one.internal_note,
        )

    def _discount(self, code: str, percent: int) -> Discount:
        kind = self._types.get(code)
        return Discount(
            Decimal(percent),
            application=kind.application if kind else Application.CASCADE,
            priority=kind.priority if kind else 0,
            source=DiscountSource.CUSTOMER,
            type=code,
            excluded_from_commission=bool(kind and kind.excluded_from_commission),
        )
