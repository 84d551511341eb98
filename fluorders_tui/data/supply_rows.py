"""What supply is made from: suppliers and their prices, what customers wait for, what is free, what a warehouse holds.

Quantities are in an item's main unit unless a line's own unit is said.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from fluorders_tui.data.order_rows import LINE, ORDER
from fluorders_tui.data.supplier_order_rows import SUPPLIER_LINE, SUPPLIER_ORDER
from fluorders_tui.data.tables import basics, commerce, desk, items, parties
from fluorders_tui.data.tables.base import table
from fluorders_tui.data.terms import currency_on, discount_types, micro
from fluorders_tui.domain.discounts import parse_discounts
from fluorders_tui.domain.money import MICRO_DECIMALS, ONE, ZERO, to_scaled
from fluorders_tui.domain.order import Address, LineStatus, OrderStatus, Uom, VatCode, VatKind
from fluorders_tui.domain.purchasing import PurchasedItem, PurchasePrice, purchase_price
from fluorders_tui.domain.supplier_orders import SupplierOrderStatus, SupplierOrderType
from fluorders_tui.domain.supply_proposals import SupplySource

_ITEM = table(items.Item)
_UNIT = table(basics.Unit)
_STOCK = table(items.Stock)
_WAREHOUSE = table(basics.Warehouse)
_SUPPLIER = table(parties.Supplier)
_ITEM_SUPPLIER = table(items.ItemSupplier)

#: Customer orders that supply may be ordered for (D-14.2), and those whose demand counts against what is free.
SUPPLIABLE = (OrderStatus.ENTERED, OrderStatus.CONFIRMED, OrderStatus.PARTIAL)
WAITING = (*SUPPLIABLE, OrderStatus.WAITING, OrderStatus.LOCKED)

_CLOSED_LINES = tuple(status.value for status in (LineStatus.EXECUTED, LineStatus.FORCED, LineStatus.CANCELLED))
_COMING = tuple(
    status.value for status in (SupplierOrderStatus.ENTERED, SupplierOrderStatus.CONFIRMED, SupplierOrderStatus.PARTIAL)
)
_BATCH = 500


@dataclass(frozen=True, slots=True)
class SupplierTerms:
    """A supplier with what they bring to an order (D-2.3); `price_list` is the code of a list or of its type."""

    id: int
    code: str
    name: str
    address: Address
    currency: str
    payment_terms: str
    price_list: str
    lead_time_days: int
    drop_ship_allowed: bool
    active: bool


def supplier_terms(connection: Connection, codes: Collection[str]) -> dict[str, SupplierTerms]:
    """Suppliers by code; unknown codes are left out. `currency` is '' where the supplier names none."""
    country, currency, term = table(basics.Country), table(desk.Currency), table(commerce.PaymentTerm)
    rows = connection.execute(
        select(
            _SUPPLIER, country.c.code.label("country"), currency.c.code.label("currency"), term.c.code.label("terms")
        )
        .outerjoin(country, country.c.id == _SUPPLIER.c.country_id)
        .outerjoin(currency, currency.c.id == _SUPPLIER.c.currency_id)
        .outerjoin(term, term.c.id == _SUPPLIER.c.payment_terms_id)
        .where(_SUPPLIER.c.code.in_(list(codes)))
    )
    return {
        row.code: SupplierTerms(
            row.id,
            row.code,
            row.name,
            Address("", row.name, row.street, row.postcode, row.city, "", row.country or ""),
            row.currency or "",
            row.terms or "",
            row.price_list,
            row.lead_time_days,
            row.drop_ship_allowed,
            row.active,
        )
        for row in rows
    }


def supplier_order_types(connection: Connection) -> dict[str, SupplierOrderType]:
    """The active supplier-order types by code."""
    kind, numbering = table(commerce.SupplierOrderType), table(commerce.Numbering)
    rows = connection.execute(
        select(kind.c.code, kind.c.name, numbering.c.code.label("numbering"))
        .join(numbering, numbering.c.id == kind.c.numbering_id)
        .where(kind.c.active)
        .order_by(kind.c.code)
    )
    return {row.code: SupplierOrderType(row.code, row.name, row.numbering) for row in rows}


def purchased_items(
    connection: Connection, codes: Collection[str], supplier: SupplierTerms | None, date: dt.date, usual_vat: str
) -> dict[str, PurchasedItem]:
    """Items by code with the supplier's code, price and lead time; unknown codes are left out.

    `price` is that of the item's preferred suppliers, per main unit in the supplier's currency, 0 where
    they name none; `cost` is what the item cost last, in company currency.
    """
    wanted = list(dict.fromkeys(codes))
    found: dict[str, PurchasedItem] = {}
    for start in range(0, len(wanted), _BATCH):
        found.update(_purchased(connection, wanted[start : start + _BATCH], supplier, date, usual_vat))
    return found


def _purchased(
    connection: Connection, codes: list[str], supplier: SupplierTerms | None, date: dt.date, usual_vat: str
) -> dict[str, PurchasedItem]:
    vat, known = table(commerce.VatCode), (_ITEM_SUPPLIER.c.item_id == _ITEM.c.id)
    mine = known & (_ITEM_SUPPLIER.c.supplier_id == (supplier.id if supplier else 0))
    rows = connection.execute(
        select(
            _ITEM.c.id, _ITEM.c.code, _ITEM.c.description, _ITEM.c.active, _ITEM.c.last_cost_micro,
            _ITEM.c.standard_cost_micro, _UNIT.c.code.label("unit"), _UNIT.c.decimals.label("unit_decimals"),
            vat.c.code.label("vat"), vat.c.rate_micro, vat.c.kind, vat.c.description.label("vat_text"),
            _ITEM_SUPPLIER.c.code.label("supplier_item"), _ITEM_SUPPLIER.c.price_micro,
            _ITEM_SUPPLIER.c.lead_time_days, _ITEM_SUPPLIER.c.min_lot_micro,
        )
        .join(_UNIT, _UNIT.c.id == _ITEM.c.unit_id)
        .outerjoin(vat, or_(vat.c.id == _ITEM.c.vat_code_id, _ITEM.c.vat_code_id.is_(None) & (vat.c.code == usual_vat)))
        .outerjoin(_ITEM_SUPPLIER, mine)
        .where(_ITEM.c.code.in_(codes))
    ).all()  # fmt: skip
    ids = [row.id for row in rows]
    other = _other_units(connection, ids)
    listed = _listed(connection, ids, supplier.price_list, date) if supplier and supplier.price_list else {}
    return {
        row.code: PurchasedItem(
            row.id,
            row.code,
            row.description,
            (Uom(row.unit, ONE, row.unit_decimals), *other.get(row.id, ())),
            VatCode(row.vat, micro(row.rate_micro), VatKind(row.kind), row.vat_text) if row.vat else None,
            row.supplier_item or "",
            micro(row.price_micro),
            micro(row.last_cost_micro or row.standard_cost_micro),
            row.lead_time_days or (supplier.lead_time_days if supplier else 0),
            tuple(listed.get(row.id, ())),
            row.active,
            micro(row.min_lot_micro or 0),
        )
        for row in rows
    }


def items_by_supplier_code(connection: Connection, supplier_id: int, codes: Collection[str]) -> dict[str, str]:
    """Our items' codes by what a supplier calls them; what two of them are called is nobody's."""
    rows = connection.execute(
        select(_ITEM_SUPPLIER.c.code.label("theirs"), func.min(_ITEM.c.code).label("ours"))
        .join(_ITEM, _ITEM.c.id == _ITEM_SUPPLIER.c.item_id)
        .where(_ITEM_SUPPLIER.c.supplier_id == supplier_id, _ITEM_SUPPLIER.c.code.in_([one for one in codes if one]))
        .group_by(_ITEM_SUPPLIER.c.code)
        .having(func.count() == 1)
    )
    return {row.theirs: row.ours for row in rows}


def _other_units(connection: Connection, ids: Sequence[int]) -> dict[int, list[Uom]]:
    unit = table(items.ItemUnit)
    found: dict[int, list[Uom]] = defaultdict(list)
    for row in connection.execute(
        select(unit.c.item_id, unit.c.factor_micro, _UNIT.c.code, _UNIT.c.decimals)
        .join(_UNIT, _UNIT.c.id == unit.c.unit_id)
        .where(unit.c.item_id.in_(ids))
        .order_by(unit.c.factor_micro)
    ):
        found[row.item_id].append(Uom(row.code, micro(row.factor_micro), row.decimals))
    return found


def _listed(connection: Connection, ids: Sequence[int], code: str, date: dt.date) -> dict[int, list[PurchasePrice]]:
    """The prices of the newest valid list of this code, or of the type of this code."""
    version = _price_list(connection, code, date)
    if version is None:
        return {}
    price, types = table(items.PriceListLine), discount_types(connection)
    found: dict[int, list[PurchasePrice]] = defaultdict(list)
    for row in connection.execute(
        select(price.c.item_id, price.c.price_micro, price.c.min_quantity_micro, price.c.discounts, _UNIT.c.code)
        .join(_UNIT, _UNIT.c.id == price.c.unit_id)
        .where(price.c.item_id.in_(ids), price.c.price_list_id == version, price.c.destination == "")
        .order_by(price.c.min_quantity_micro)
    ):
        discounts = parse_discounts(row.discounts, types=types) if row.discounts else ()
        found[row.item_id].append(
            PurchasePrice(row.code, micro(row.price_micro), micro(row.min_quantity_micro), discounts)
        )
    return found


def _price_list(connection: Connection, code: str, date: dt.date) -> int | None:
    lists, kind = table(items.PriceList), table(items.PriceListType)
    row = connection.execute(
        select(lists.c.id)
        .outerjoin(kind, kind.c.id == lists.c.list_type_id)
        .where(
            or_(lists.c.code == code, kind.c.code == code),
            lists.c.active,
            or_(lists.c.valid_from.is_(None), lists.c.valid_from <= date),
            or_(lists.c.valid_to.is_(None), lists.c.valid_to >= date),
        )
        .order_by(func.coalesce(lists.c.valid_from, dt.date(1, 1, 1)).desc(), lists.c.id.desc())
        .limit(1)
    ).first()
    return row.id if row else None


def supply_sources(
    connection: Connection, codes: Collection[str], date: dt.date, company_currency: str, usual_vat: str
) -> dict[str, list[SupplySource]]:
    """Who delivers each item, by its code: the active preferred suppliers with their price for one main unit."""
    wanted = list(dict.fromkeys(codes))
    found: dict[str, list[SupplySource]] = defaultdict(list)
    rows: list[Any] = []
    for start in range(0, len(wanted), _BATCH):
        rows += connection.execute(
            select(
                _ITEM.c.id, _ITEM.c.code.label("item"), _SUPPLIER.c.id.label("supplier_id"),
                _SUPPLIER.c.code.label("supplier"), _ITEM_SUPPLIER.c.priority, _ITEM_SUPPLIER.c.default,
            )
            .join(_ITEM_SUPPLIER, _ITEM_SUPPLIER.c.item_id == _ITEM.c.id)
            .join(_SUPPLIER, _SUPPLIER.c.id == _ITEM_SUPPLIER.c.supplier_id)
            .where(_ITEM.c.code.in_(wanted[start : start + _BATCH]), _SUPPLIER.c.active)
            .order_by(_ITEM.c.code, _SUPPLIER.c.code)
        ).all()  # fmt: skip
    terms = supplier_terms(connection, {row.supplier for row in rows})
    of_supplier: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        of_supplier[row.supplier].append(row.item)
    bought = {
        code: purchased_items(connection, names, terms[code], date, usual_vat) for code, names in of_supplier.items()
    }
    names = {one.currency or company_currency for one in terms.values()}
    currencies = {name: currency_on(connection, name, date, company_currency) for name in names}
    last = _last_used(connection, {row.id for row in rows})
    for row in rows:
        supplier, item = terms[row.supplier], bought[row.supplier][row.item]
        price, discounts = purchase_price(item, item.main_uom, ONE)
        found[row.item].append(
            SupplySource(
                supplier.code,
                supplier.name,
                item.supplier_item,
                price,
                currencies[supplier.currency or company_currency],
                discounts,
                item.lead_time_days,
                row.priority,
                row.default,
                last.get((row.id, row.supplier_id)),
                supplier.drop_ship_allowed,
                supplier.address,
                supplier.payment_terms,
                item.min_lot,
            )
        )
    return found


def _last_used(connection: Connection, item_ids: Iterable[int]) -> dict[tuple[int, int], dt.date]:
    """When each item was last ordered from each supplier."""
    wanted = sorted(item_ids)
    found: dict[tuple[int, int], dt.date] = {}
    for start in range(0, len(wanted), _BATCH):
        rows = connection.execute(
            select(
                SUPPLIER_LINE.c.item_id, SUPPLIER_ORDER.c.supplier_id, func.max(SUPPLIER_ORDER.c.order_date).label("on")
            )
            .join(SUPPLIER_ORDER, SUPPLIER_ORDER.c.id == SUPPLIER_LINE.c.order_id)
            .where(
                SUPPLIER_LINE.c.item_id.in_(wanted[start : start + _BATCH]),
                SUPPLIER_ORDER.c.status != SupplierOrderStatus.CANCELLED.value,
            )
            .group_by(SUPPLIER_LINE.c.item_id, SUPPLIER_ORDER.c.supplier_id)
        )
        found.update({(row.item_id, row.supplier_id): row.on for row in rows})
    return found


_LINE_COLUMNS = (
    LINE.c.id, LINE.c.order_id, LINE.c.position, LINE.c.line_type, LINE.c.status, LINE.c.item_code, LINE.c.description,
    LINE.c.quantity_micro, LINE.c.executed_micro, LINE.c.unit, LINE.c.unit_factor_micro, LINE.c.unit_decimals,
    LINE.c.vat_code, LINE.c.vat_rate_micro, LINE.c.vat_kind, LINE.c.ready_date, LINE.c.delivery_date,
)  # fmt: skip
_ORDER_COLUMNS = (
    ORDER.c.number, ORDER.c.status.label("order_status"), ORDER.c.customer_code, ORDER.c.order_date,
    ORDER.c.delivery_date.label("order_delivery"), ORDER.c.destination_code, ORDER.c.destination_name,
    ORDER.c.destination_street, ORDER.c.destination_postcode, ORDER.c.destination_city, ORDER.c.destination_region,
    ORDER.c.destination_country,
)  # fmt: skip


def customer_lines(connection: Connection, line_ids: Iterable[int]) -> list[Any]:
    """Lines of customer orders with the parts of their header that supply looks at."""
    wanted = sorted(set(line_ids))
    found: list[Any] = []
    for start in range(0, len(wanted), _BATCH):
        found += connection.execute(
            _customer_lines().where(LINE.c.id.in_(wanted[start : start + _BATCH])).order_by(LINE.c.id)
        ).all()
    return found


def open_lines(
    connection: Connection,
    statuses: Collection[OrderStatus] = SUPPLIABLE,
    *,
    order_ids: Collection[int] = (),
    customer: str = "",
    item_codes: Collection[str] = (),
    until: dt.date | None = None,
) -> list[Any]:
    """Lines with an item of which something is open, those needed first coming first; with no date they come last.

    `until` is the day by which they are needed, both included.
    """
    needed = func.coalesce(LINE.c.ready_date, LINE.c.delivery_date, ORDER.c.delivery_date)
    query = _customer_lines().where(
        ORDER.c.status.in_([status.value for status in statuses]),
        LINE.c.item_id.is_not(None),
        LINE.c.status.not_in(_CLOSED_LINES),
        LINE.c.quantity_micro > LINE.c.executed_micro,
    )
    if order_ids:
        query = query.where(ORDER.c.id.in_(list(order_ids)))
    if customer:
        query = query.where(ORDER.c.customer_code == customer)
    if item_codes:
        query = query.where(LINE.c.item_code.in_(list(item_codes)))
    if until is not None:
        query = query.where(needed <= until)
    return list(connection.execute(query.order_by(needed.is_(None), needed, LINE.c.order_id, LINE.c.position)).all())


def _customer_lines() -> Select[Any]:
    return select(*_LINE_COLUMNS, *_ORDER_COLUMNS).join(ORDER, ORDER.c.id == LINE.c.order_id)


def main_uoms(connection: Connection, codes: Collection[str]) -> dict[str, Uom]:
    """The main unit of items by code."""
    wanted = list(dict.fromkeys(codes))
    found: dict[str, Uom] = {}
    for start in range(0, len(wanted), _BATCH):
        rows = connection.execute(
            select(_ITEM.c.code, _UNIT.c.code.label("unit"), _UNIT.c.decimals)
            .join(_UNIT, _UNIT.c.id == _ITEM.c.unit_id)
            .where(_ITEM.c.code.in_(wanted[start : start + _BATCH]))
        )
        found.update({row.code: Uom(row.unit, ONE, row.decimals) for row in rows})
    return found


def stock_of(connection: Connection, codes: Collection[str]) -> dict[str, Decimal]:
    """What all warehouses hold of items, by code; 0 where nothing is known."""
    wanted = list(dict.fromkeys(codes))
    found: dict[str, Decimal] = dict.fromkeys(wanted, ZERO)
    for start in range(0, len(wanted), _BATCH):
        rows = connection.execute(
            select(_ITEM.c.code, func.sum(_STOCK.c.quantity_micro).label("quantity"))
            .join(_STOCK, _STOCK.c.item_id == _ITEM.c.id)
            .where(_ITEM.c.code.in_(wanted[start : start + _BATCH]))
            .group_by(_ITEM.c.code)
        )
        found.update({row.code: micro(int(row.quantity)) for row in rows})
    return found


def coming_lines(connection: Connection, codes: Collection[str]) -> list[Any]:
    """Supplier lines that still bring goods of these items into own stock: row, item and quantities."""
    wanted = list(dict.fromkeys(codes))
    found: list[Any] = []
    for start in range(0, len(wanted), _BATCH):
        found += connection.execute(
            select(
                SUPPLIER_LINE.c.id, SUPPLIER_LINE.c.order_id, SUPPLIER_LINE.c.item_code,
                SUPPLIER_LINE.c.quantity_micro, SUPPLIER_LINE.c.confirmed_quantity_micro,
                SUPPLIER_LINE.c.received_micro, SUPPLIER_LINE.c.unit_factor_micro,
            )
            .join(SUPPLIER_ORDER, SUPPLIER_ORDER.c.id == SUPPLIER_LINE.c.order_id)
            .where(
                SUPPLIER_LINE.c.item_code.in_(wanted[start : start + _BATCH]),
                SUPPLIER_ORDER.c.status.in_(_COMING),
                SUPPLIER_ORDER.c.drop_ship.is_(False),
                SUPPLIER_LINE.c.cancelled.is_(False),
            )
        ).all()  # fmt: skip
    return found


def usual_warehouse(connection: Connection) -> str:
    """The code of the warehouse goods come into when nothing else is said: the first active one, '' without any."""
    found: str | None = connection.execute(
        select(_WAREHOUSE.c.code).where(_WAREHOUSE.c.active).order_by(_WAREHOUSE.c.code).limit(1)
    ).scalar()
    return found or ""


def warehouse_id(connection: Connection, code: str) -> int | None:
    """The row of a warehouse, None for an unknown code."""
    found: int | None = connection.execute(select(_WAREHOUSE.c.id).where(_WAREHOUSE.c.code == code)).scalar()
    return found


def add_stock(connection: Connection, warehouse: int, quantities: Mapping[int, Decimal]) -> None:
    """Add to what a warehouse holds of items, by their row; below 0 where more leaves than was counted."""
    insert = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert
    # In the order of their rows, so that two desks never wait for each other in a circle.
    for item_id, quantity in sorted(quantities.items()):
        if not quantity:
            continue
        statement = insert(_STOCK).values(
            version=1, item_id=item_id, warehouse_id=warehouse, quantity_micro=to_scaled(quantity, MICRO_DECIMALS)
        )
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["item_id", "warehouse_id"],
                set_={
                    "quantity_micro": _STOCK.c.quantity_micro + statement.excluded.quantity_micro,
                    "version": _STOCK.c.version + 1,
                },
            )
        )
