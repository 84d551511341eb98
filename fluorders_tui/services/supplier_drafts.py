"""New supplier orders: what the supplier and the item bring to them (D-2.3), before anything is entered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from fluorders_tui.data.store import Connection
from fluorders_tui.data.supply_rows import (
    PurchasedItem,
    SupplierTerms,
    items_by_supplier_code,
    purchase_price,
    purchased_items,
    supplier_order_types,
    supplier_terms,
    usual_warehouse,
    warehouse_id,
)
from fluorders_tui.data.terms import currency_on, discount_types
from fluorders_tui.domain.discounts import parse_discounts
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.folding import nearest
from fluorders_tui.domain.order import Address, Uom
from fluorders_tui.domain.supplier_orders import (
    SupplierOrderDraft,
    SupplierOrderLine,
    SupplierOrderType,
    with_line_amounts,
)
from fluorders_tui.services.desk import Desk

__all__ = [
    "known_supplier_types",
    "new_supplier_order",
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
    kind = supplier_type(desk, type_code)
    day = date or desk.today()
    with desk.store.read() as connection:
        terms = _terms(connection, supplier)
        currency = currency_on(connection, terms.currency or desk.company.currency, day, desk.company.currency)
        warehouse = "" if drop_ship else usual_warehouse(connection)
    if not terms.active:
        raise Refused(f"Supplier {supplier} is not active any more.", field="supplier", rule="D-2.5")
    if drop_ship and not terms.drop_ship_allowed:
        raise Refused(f"{terms.name} does not drop-ship.", field="drop_ship", rule="D-2.3")
    return SupplierOrderDraft(
        kind,
        day,
        terms.code,
        terms.name,
        terms.address,
        currency,
        terms.payment_terms,
        delivery_date=day + dt.timedelta(terms.lead_time_days) if terms.lead_time_days else None,
        drop_ship=drop_ship,
        drop_ship_allowed=terms.drop_ship_allowed,
        destination=destination or Address(),
        warehouse=warehouse,
    )


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
    if not item.active:
        raise Refused(f"Item {item.code} is not active any more.", field="item", rule="D-2.5")
    unit = _unit(item, uom)
    usual, theirs = purchase_price(item, unit, quantity)
    if discounts is not None:
        with desk.store.read() as connection:
            theirs = parse_discounts(discounts, types=discount_types(connection))
    elif price is not None:
        theirs = ()
    due = draft.date + dt.timedelta(item.lead_time_days) if item.lead_time_days else draft.delivery_date
    line = SupplierOrderLine(
        item.code,
        item.description,
        item.supplier_item,
        quantity,
        unit,
        usual if price is None else price,
        theirs,
        item.vat,
        due,
    )
    return with_line_amounts(line, draft.currency.decimals)


def _unit(item: PurchasedItem, code: str) -> Uom:
    if not code:
        return item.main_uom
    units = {unit.code: unit for unit in item.uoms}
    if code not in units:
        close = nearest(code, units)
        hint = f"Did you mean {close}?" if close else f"It has {', '.join(units)}."
        raise Invalid(f"{item.code} has no unit {code!r}.", field="uom", rule="D-6.2", hint=hint)
    return units[code]
