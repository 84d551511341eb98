"""Items as they are bought: what a supplier asks for them, and lines of supplier orders made from that (D-2.2, D-14.2).

A line doesn't say where its price came from: it is the supplier's as long as it is the one looked up
for its quantity and unit, and by hand otherwise (P-120).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.folding import nearest
from fluorders_tui.domain.money import EXACT, MICRO_DECIMALS, ZERO, plain, round_half_up
from fluorders_tui.domain.order import Address, Currency, Discount, Uom, VatCode
from fluorders_tui.domain.supplier_orders import SupplierOrderDraft, SupplierOrderLine, with_line_amounts

__all__ = [
    "PurchasePrice",
    "PurchasedItem",
    "SupplierConditions",
    "bought_line",
    "change_purchase_currency",
    "change_purchase_date",
    "change_purchase_delivery",
    "choose_supplier",
    "line_notices",
    "purchase_price",
    "purchase_unit",
    "with_line_date",
    "with_purchase_price",
    "with_purchase_quantity",
    "with_purchase_unit",
]


@dataclass(frozen=True, slots=True)
class PurchasePrice:
    """A price of a supplier's list: per `uom`, from a quantity in that unit on."""

    uom: str
    price: Decimal
    min_quantity: Decimal = ZERO
    discounts: tuple[Discount, ...] = ()


@dataclass(frozen=True, slots=True)
class PurchasedItem:
    """An item as somebody buys it. `prices` are per unit and quantity break, from the supplier's list.

    `price` is for one main unit in the supplier's currency, 0 where they name none; `cost` what the item
    cost last, in company currency; `min_lot` the least they deliver, in main units.
    """

    id: int
    code: str
    description: str
    uoms: tuple[Uom, ...]
    vat: VatCode | None
    supplier_item: str = ""
    price: Decimal = ZERO
    cost: Decimal = ZERO
    lead_time_days: int = 0
    prices: tuple[PurchasePrice, ...] = ()
    active: bool = True
    min_lot: Decimal = ZERO

    @property
    def main_uom(self) -> Uom:
        """The unit in which stock and links are counted."""
        return self.uoms[0]


@dataclass(frozen=True, slots=True)
class SupplierConditions:
    """What a supplier brings to an order (D-2.3), with the currency at the rate of the order's date."""

    code: str
    name: str
    address: Address
    currency: Currency
    payment_terms: str = ""
    price_list: str = ""
    lead_time_days: int = 0
    drop_ship_allowed: bool = False
    active: bool = True
    warehouse: str = ""
    """Where goods usually go."""


def purchase_price(item: PurchasedItem, uom: Uom, quantity: Decimal) -> tuple[Decimal, tuple[Discount, ...]]:
    """The price per `uom` and its discounts: the item's own for this supplier, else the supplier's list's.

    Of a list the highest break that `quantity` reaches; a price of another unit is converted. 0 where nobody knows.
    """
    if item.price:
        return round_half_up(EXACT.multiply(item.price, uom.factor), MICRO_DECIMALS), ()
    fitting = [one for one in item.prices if one.uom == uom.code and one.min_quantity <= quantity]
    if fitting:
        best = max(fitting, key=lambda one: one.min_quantity)
        return best.price, best.discounts
    main = EXACT.multiply(quantity, uom.factor)
    fitting = [one for one in item.prices if one.uom == item.main_uom.code and one.min_quantity <= main]
    if not fitting:
        return ZERO, ()
    best = max(fitting, key=lambda one: one.min_quantity)
    return round_half_up(EXACT.multiply(best.price, uom.factor), MICRO_DECIMALS), best.discounts


def purchase_unit(item: PurchasedItem, code: str = "") -> Uom:
    """The unit of an item with this code, else its main unit. Raises `Invalid` (field `uom`)."""
    if not code:
        return item.main_uom
    for unit in item.uoms:
        if unit.code.casefold() == code.casefold():
            return unit
    units = [unit.code for unit in item.uoms]
    close = nearest(code, units)
    hint = f"Did you mean {close}?" if close else f"It has {', '.join(units)}."
    raise Invalid(f"{item.code} has no unit {code!r}.", field="uom", rule="D-6.2", hint=hint)


def choose_supplier(
    draft: SupplierOrderDraft, conditions: SupplierConditions, items: Mapping[str, PurchasedItem]
) -> SupplierOrderDraft:
    """The draft for a supplier with their currency, terms and lead time; lines get their codes and prices (D-2.3).

    `items` are those of the lines as this supplier sells them. Raises `Refused` for one who is not active any
    more, or who doesn't drop-ship where the order does.
    """
    if not conditions.active:
        raise Refused(f"Supplier {conditions.code} is not active any more.", field="supplier", rule="D-2.5")
    if draft.drop_ship and not conditions.drop_ship_allowed:
        raise Refused(f"{conditions.name} does not drop-ship.", field="supplier", rule="D-2.3")
    lead = conditions.lead_time_days
    due = draft.date + dt.timedelta(lead) if lead else draft.delivery_date
    moved = replace(
        draft,
        supplier=conditions.code,
        name=conditions.name,
        address=conditions.address,
        currency=conditions.currency,
        payment_terms=conditions.payment_terms,
        drop_ship_allowed=conditions.drop_ship_allowed,
        delivery_date=due,
        warehouse=draft.warehouse if draft.drop_ship or draft.warehouse else conditions.warehouse,
    )
    lines = tuple(_from_supplier(moved, line, items.get(line.item)) for line in draft.lines)
    return replace(moved, lines=lines)


def _from_supplier(draft: SupplierOrderDraft, line: SupplierOrderLine, item: PurchasedItem | None) -> SupplierOrderLine:
    if item is None:
        return with_line_amounts(line, draft.currency.decimals)
    unit = next((one for one in item.uoms if one.code == line.uom.code), item.main_uom)
    fresh = bought_line(draft, item, line.quantity, unit.code)
    return replace(fresh, description=line.description, note=line.note)


def bought_line(
    draft: SupplierOrderDraft,
    item: PurchasedItem,
    quantity: Decimal,
    uom: str = "",
    *,
    price: Decimal | None = None,
    discounts: tuple[Discount, ...] | None = None,
) -> SupplierOrderLine:
    """A line of `draft` for an item: the supplier's price for that quantity, unless one is given.

    It comes after the item's lead time, else with the order. Raises `Invalid` for an unknown unit or a bad
    quantity, `Refused` for an item that is not active any more.
    """
    if not item.active:
        raise Refused(f"Item {item.code} is not active any more.", field="item", rule="D-2.5")
    unit = purchase_unit(item, uom)
    usual, theirs = purchase_price(item, unit, quantity)
    if discounts is None:
        discounts = theirs if price is None else ()
    due = draft.date + dt.timedelta(item.lead_time_days) if item.lead_time_days else draft.delivery_date
    line = SupplierOrderLine(
        item.code,
        item.description,
        item.supplier_item,
        quantity,
        unit,
        usual if price is None else price,
        discounts,
        item.vat,
        due,
    )
    return with_line_amounts(line, draft.currency.decimals)


def _is_usual(line: SupplierOrderLine, item: PurchasedItem) -> bool:
    return (line.price, line.discounts) == purchase_price(item, line.uom, line.quantity)


def with_purchase_quantity(
    draft: SupplierOrderDraft, line: SupplierOrderLine, item: PurchasedItem | None, quantity: Decimal
) -> SupplierOrderLine:
    """The line with another quantity; a price that was looked up follows the break, one by hand stays (P-120).

    What the supplier confirmed of the quantity counts no more, for they confirmed another one (P-122).
    Raises `Invalid`, `Refused` below what was received.
    """
    if quantity < line.received:
        raise Refused(f"{plain(line.received)} were received already.", field="quantity", rule="D-15.2")
    confirmed = line.confirmed_quantity if quantity == line.quantity else None
    changed = replace(line, quantity=quantity, confirmed_quantity=confirmed)
    if item is not None and _is_usual(line, item):
        price, discounts = purchase_price(item, line.uom, quantity)
        changed = replace(changed, price=price, discounts=discounts)
    return with_line_amounts(changed, draft.currency.decimals)


def with_purchase_unit(
    draft: SupplierOrderDraft, line: SupplierOrderLine, item: PurchasedItem, code: str
) -> SupplierOrderLine:
    """The line in another unit: looked up again, or a price by hand converted (P-120). Raises `Invalid`, `Refused`."""
    unit = purchase_unit(item, code)
    if unit == line.uom:
        return line
    if line.received:
        raise Refused(f"{plain(line.received)} were received already.", field="uom", rule="D-12.6")
    if _is_usual(line, item):
        price, discounts = purchase_price(item, unit, line.quantity)
    else:
        exact = EXACT.divide(EXACT.multiply(line.price, unit.factor), line.uom.factor)
        price, discounts = round_half_up(exact, MICRO_DECIMALS), line.discounts
    changed = replace(line, uom=unit, price=price, discounts=discounts, confirmed_quantity=None)
    return with_line_amounts(changed, draft.currency.decimals)


def with_purchase_price(
    draft: SupplierOrderDraft, line: SupplierOrderLine, item: PurchasedItem | None, price: Decimal | None
) -> SupplierOrderLine:
    """The line at a price by hand; None has the supplier's looked up again. Raises `Invalid`, `Refused`."""
    if price is None and item is not None:
        usual, discounts = purchase_price(item, line.uom, line.quantity)
        return with_line_amounts(replace(line, price=usual, discounts=discounts), draft.currency.decimals)
    return with_line_amounts(replace(line, price=ZERO if price is None else price), draft.currency.decimals)


def with_line_date(draft: SupplierOrderDraft, line: SupplierOrderLine, date: dt.date | None) -> SupplierOrderLine:
    """The line for another day: the supplier's where they have confirmed, else the one asked for (D-14.4)."""
    if date is None:
        return replace(line, delivery_date=draft.delivery_date, confirmed_date=None)
    confirmed = draft.confirmed_on is not None or line.confirmed_date is not None
    return replace(line, confirmed_date=date) if confirmed and line.id else replace(line, delivery_date=date)


def change_purchase_delivery(draft: SupplierOrderDraft, date: dt.date | None) -> SupplierOrderDraft:
    """The order for another day; lines that had the header's date go along, those with their own stay (P-31)."""
    before = draft.delivery_date
    lines = tuple(
        with_line_date(draft, line, date) if line.due == before and date is not None and line.open else line
        for line in draft.lines
    )
    return replace(draft, delivery_date=date, lines=lines)


def change_purchase_date(draft: SupplierOrderDraft, date: dt.date, currency: Currency) -> SupplierOrderDraft:
    """A new order of another day, at that day's rate; days counted from its date go along with it.

    Raises `Refused` for one that has its number (D-9.3b).
    """
    _check_new(draft, "date")
    by = date - draft.date

    def moved(day: dt.date | None) -> dt.date | None:
        return None if day is None else day + by

    lines = tuple(replace(line, delivery_date=moved(line.delivery_date)) for line in draft.lines)
    return replace(draft, date=date, currency=currency, delivery_date=moved(draft.delivery_date), lines=lines)


def change_purchase_currency(draft: SupplierOrderDraft, currency: Currency) -> SupplierOrderDraft:
    """A new order in another currency, prices converted at the rates of its date (D-7.2). Raises `Refused`."""
    if currency == draft.currency:
        return draft
    _check_new(draft, "currency")
    if currency.rate <= 0:
        raise Refused(f"There is no rate for {currency.code}.", field="currency", rule="D-7.2")

    def converted(line: SupplierOrderLine) -> SupplierOrderLine:
        exact = EXACT.divide(EXACT.multiply(line.price, draft.currency.rate), currency.rate)
        return with_line_amounts(replace(line, price=round_half_up(exact, MICRO_DECIMALS)), currency.decimals)

    return replace(draft, currency=currency, lines=tuple(converted(line) for line in draft.lines))


def _check_new(draft: SupplierOrderDraft, field: str) -> None:
    if draft.number:
        raise Refused(
            "Supplier, type, date and currency of a numbered order stay.",
            field=field,
            rule="D-9.3b",
            hint="Cancel it and enter another one.",
        )


def line_notices(draft: SupplierOrderDraft, line: SupplierOrderLine, item: PurchasedItem | None) -> tuple[str, ...]:
    """What the clerk should mind of a line: no price, less than the supplier's least lot, a day in the past (P-121)."""
    told: list[str] = []
    if not line.price and not line.cancelled:
        told.append("No price is known (D-4.7).")
    in_main = EXACT.multiply(line.quantity, line.uom.factor)
    if item is not None and not line.cancelled and in_main < item.min_lot:
        told.append(f"They deliver at least {plain(item.min_lot)} {item.main_uom.code}.")
    if line.open and line.due is not None and line.due < draft.date:
        told.append(f"It would come before the order's own date: {line.due}.")
    return tuple(told)
