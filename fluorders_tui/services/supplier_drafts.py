"""New supplier orders: what the supplier and the item bring to them (D-2.3), before anything is entered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from fluorders_tui.data.store import Connection
from fluorders_tui.data.supply_rows import (
    SupplierTerms,
    items_by_supplier_code,
    purchased_items,
    supplier_order_types,
    supplier_terms,
    usual_warehouse,
    warehouse_id,
)
from fluorders_tui.data.terms import currency_on, discount_types
from fluorders_tui.domain.conditions import DiscountType
from fluorders_tui.domain.discounts import parse_discounts
from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.order import Address, Currency
from fluorders_tui.domain.purchasing import PurchasedItem, SupplierConditions, bought_line, choose_supplier
from fluorders_tui.domain.supplier_orders import SupplierOrderDraft, SupplierOrderLine, SupplierOrderType
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.registries import Found, find_items

__all__ = [
    "PurchasedItem",
    "SupplierConditions",
    "empty_supplier_order",
    "find_purchased",
    "known_supplier_types",
    "new_supplier_order",
    "purchase_currency",
    "purchase_discount_types",
    "supplier_conditions",
    "supplier_line",
    "supplier_lines",
    "supplier_type",
    "with_warehouse",
]


def known_supplier_types(desk: Desk) -> dict[str, SupplierOrderType]:
    """The active supplier-order types by code."""
    with desk.store.read() as connection:
        return supplier_order_types(connection)


def supplier_type(desk: Desk, code: str = "") -> SupplierOrderType:
    """A supplier-order type: `STD` or else the first where no code is given. Raises `Invalid`."""
    known = known_supplier_types(desk)
    wanted = code or "STD"
    if wanted in known:
        return known[wanted]
    if not code and known:
        return next(iter(known.values()))
    raise Invalid(
        f"There is no supplier-order type {wanted!r}.", field="type", rule="D-2.4", hint=f"Known: {', '.join(known)}."
    )


def empty_supplier_order(desk: Desk) -> SupplierOrderDraft:
    """An order of today for nobody yet, of the usual type. Raises `Invalid` where there is no type."""
    return SupplierOrderDraft(supplier_type(desk), desk.today(), currency=Currency(desk.company.currency))


def supplier_conditions(desk: Desk, supplier: str, date: dt.date) -> SupplierConditions:
    """What a supplier brings to an order of that date (D-2.3). Raises `Invalid` for an unknown one."""
    with desk.store.read() as connection:
        terms = _terms(connection, supplier)
        currency = currency_on(connection, terms.currency or desk.company.currency, date, desk.company.currency)
        warehouse = usual_warehouse(connection)
    return SupplierConditions(
        terms.code,
        terms.name,
        terms.address,
        currency,
        terms.payment_terms,
        terms.price_list,
        terms.lead_time_days,
        terms.drop_ship_allowed,
        terms.active,
        warehouse,
    )


def purchase_currency(desk: Desk, code: str, date: dt.date) -> Currency:
    """A currency at the rate of a date, for `change_purchase_currency`. Raises `Invalid`."""
    with desk.store.read() as connection:
        return currency_on(connection, code, date, desk.company.currency)


def new_supplier_order(
    desk: Desk,
    supplier: str,
    type_code: str = "",
    date: dt.date | None = None,
    *,
    drop_ship: bool = False,
    destination: Address | None = None,
) -> SupplierOrderDraft:
    """An empty order for a supplier, with their currency, payment terms and lead time (D-2.3).

    Goods go to the usual warehouse, or with `drop_ship` to `destination`. Raises `Invalid` for an unknown supplier,
    `Refused` for one who is not active any more or who does not drop-ship.
    """
    day = date or desk.today()
    draft = SupplierOrderDraft(
        supplier_type(desk, type_code), day, drop_ship=drop_ship, destination=destination or Address()
    )
    return choose_supplier(draft, supplier_conditions(desk, supplier, day), {})


def _terms(connection: Connection, code: str) -> SupplierTerms:
    found = supplier_terms(connection, [code]).get(code)
    if found is None:
        raise Invalid(f"There is no supplier {code!r}.", field="supplier", rule="D-2.3")
    return found


def with_warehouse(desk: Desk, draft: SupplierOrderDraft, code: str) -> SupplierOrderDraft:
    """The draft with goods going to another warehouse. Raises `Invalid` for an unknown one."""
    with desk.store.read() as connection:
        known = warehouse_id(connection, code) is not None
    if not known:
        raise Invalid(f"There is no warehouse {code!r}.", field="warehouse", rule="D-2.4")
    return replace(draft, warehouse=code)


def supplier_line(
    desk: Desk,
    draft: SupplierOrderDraft,
    item: str,
    quantity: Decimal,
    uom: str = "",
    *,
    price: Decimal | None = None,
    discounts: str | None = None,
) -> SupplierOrderLine:
    """A line for `draft`: price of the item's suppliers or of the supplier's list, unless one is given.

    `item` is our code or the supplier's. Raises `Invalid` for an unknown item or unit, `Refused` for one that is not
    active any more.
    """
    found = supplier_lines(desk, draft, [item])
    if item not in found:
        raise Invalid(f"There is no item {item!r}.", field="item", rule="D-2.2")
    return line_from(desk, draft, found[item], quantity, uom, price=price, discounts=discounts)


def supplier_lines(desk: Desk, draft: SupplierOrderDraft, codes: list[str]) -> Mapping[str, PurchasedItem]:
    """The items that codes mean for a supplier, as they are bought from them, by the code asked for."""
    with desk.store.read() as connection:
        terms = _terms(connection, draft.supplier)
        theirs = items_by_supplier_code(connection, terms.id, codes)
        found = purchased_items(connection, [*codes, *theirs.values()], terms, draft.date, desk.company.vat_code)
    meant = {code: found[code] if code in found else found.get(theirs.get(code, "")) for code in codes}
    return {code: item for code, item in meant.items() if item is not None}


def find_purchased(desk: Desk, text: str, supplier: str, limit: int = 20) -> list[Found]:
    """Items by our code, the supplier's own, barcode or fragments of the description, what fits exactly first."""
    found = find_items(desk, text, limit=limit)
    typed = text.strip()
    if not typed or not supplier or any(one.code.casefold() == typed.casefold() for one in found):
        return found
    with desk.store.read() as connection:
        terms = _terms(connection, supplier)
        ours = items_by_supplier_code(connection, terms.id, {typed, typed.upper()})
    codes = list(dict.fromkeys(ours.values()))
    theirs = [one for code in codes for one in find_items(desk, code, limit=1) if one.code == code]
    exact = [replace(one, via="supplier's code", typed_code=typed) for one in theirs]
    return [*exact, *(one for one in found if one.code not in codes)][:limit]


def line_from(
    desk: Desk,
    draft: SupplierOrderDraft,
    item: PurchasedItem,
    quantity: Decimal,
    uom: str = "",
    *,
    price: Decimal | None = None,
    discounts: str | None = None,
) -> SupplierOrderLine:
    """As `supplier_line`, of an item that was read."""
    theirs = None if discounts is None else parse_discounts(discounts, types=purchase_discount_types(desk))
    return bought_line(draft, item, quantity, uom, price=price, discounts=theirs)


def purchase_discount_types(desk: Desk) -> tuple[DiscountType, ...]:
    """The discount types that typed discounts are of, by priority (D-5.2)."""
    with desk.store.read() as connection:
        return tuple(discount_types(connection))
