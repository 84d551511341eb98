"""Reading what an order line needs of an item: card with units, prices, stock and history (D-6.7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, func, select

from fluorders_tui.data.condition_rows import OPEN_STATUSES
from fluorders_tui.data.tables import basics, commerce, documents, items, parties
from fluorders_tui.data.tables.base import table
from fluorders_tui.data.terms import discount_types, micro, vat_codes
from fluorders_tui.domain.conditions import (
    CustomerConditions,
    DiscountType,
    ItemCard,
    LastPrice,
    ListPrice,
    Substitute,
)
from fluorders_tui.domain.discounts import parse_discounts
from fluorders_tui.domain.kits import KitComponent
from fluorders_tui.domain.money import ONE, ZERO
from fluorders_tui.domain.order import Discount, DiscountSource, Uom, VatCode

_ITEM = table(items.Item)
_UNIT = table(basics.Unit)
# Made once: an alias takes longer to make than its query to answer.
_OTHER = _ITEM.alias("other")
_ORDER = table(documents.CustomerOrder)
_LINE = table(documents.CustomerOrderLine)


def load_item_cards(
    connection: Connection,
    codes: Sequence[str],
    conditions: CustomerConditions | None,
    *,
    usual_vat: str = "",
    only_pricing: bool = False,
) -> dict[str, ItemCard]:
    """The cards of items by code, with the prices of the customer's lists and what they paid last.

    Unknown codes are left out. `usual_vat` is the VAT code of items that name none. `only_pricing` leaves out
    what no price follows from: stock, what is on order, substitutes, and what was paid last.
    """
    rows = _item_rows(connection, codes)
    if not rows:
        return {}
    ids = [row.id for row in rows]
    vat = vat_codes(connection)
    usual = next((code for code in vat.values() if code.code == usual_vat), None)
    units = _units(connection, ids)
    prices = _prices(connection, ids, conditions, discount_types(connection))
    stock = {} if only_pricing else _stock(connection, ids)
    ordered = {} if only_pricing else _ordered(connection, ids)
    substitutes = defaultdict(list) if only_pricing else _substitutes(connection, ids)
    mine = _customer_items(connection, ids, conditions)
    last = {} if only_pricing else _last_prices(connection, ids, conditions)
    described = _descriptions(connection, ids, conditions)
    return {
        row.code: ItemCard(
            code=row.code,
            description=(mine[row.id].description if row.id in mine else "")
            or described.get(row.id, "")
            or row.description,
            uoms=(Uom(row.unit, ONE, row.unit_decimals), *units[row.id]),
            vat=vat.get(row.vat_code_id, usual),
            sales_price=micro(row.sales_price_micro),
            cost=micro(row.last_cost_micro or row.standard_cost_micro),
            weight=micro(row.weight_micro),
            pack_quantity=micro(row.pack_quantity_micro),
            economic_lot=micro(_lot(row, mine.get(row.id))),
            running_out=row.running_out,
            running_out_date=row.running_out_date,
            blocked=row.blocked,
            active=row.active,
            item_class=row.item_class or "",
            commercial_category=row.category or "",
            discount_category=row.discount_category or "",
            customer_item=mine[row.id].code if row.id in mine else "",
            prices=tuple(prices[row.id]),
            stock=stock.get(row.id),
            on_order_by_customers=ordered.get(row.id, ZERO),
            last_price=last.get(row.id),
            substitutes=tuple(substitutes[row.id]),
        )
        for row in rows
    }


def _item_rows(connection: Connection, codes: Sequence[str]) -> Sequence[Row[Any]]:
    item_class = table(basics.ItemClass)
    category = table(basics.CommercialCategory)
    discount_category = table(basics.DiscountCategory)
    return connection.execute(
        select(
            _ITEM,
            _UNIT.c.code.label("unit"),
            _UNIT.c.decimals.label("unit_decimals"),
            item_class.c.code.label("item_class"),
            category.c.code.label("category"),
            discount_category.c.code.label("discount_category"),
        )
        .join(_UNIT, _UNIT.c.id == _ITEM.c.unit_id)
        .outerjoin(item_class, item_class.c.id == _ITEM.c.item_class_id)
        .outerjoin(category, category.c.id == _ITEM.c.category_id)
        .outerjoin(discount_category, discount_category.c.id == _ITEM.c.discount_category_id)
        .where(_ITEM.c.code.in_(codes))
    ).all()


def _lot(row: Row[Any], mine: Any) -> int:
    """The customer's economic lot where they have one, else the item's (D-2.1)."""
    own: int | None = mine.economic_lot_micro if mine is not None else None
    general: int = row.economic_lot_micro
    return general if own is None else own


def _units(connection: Connection, ids: Sequence[int]) -> dict[int, list[Uom]]:
    other = table(items.ItemUnit)
    found: dict[int, list[Uom]] = defaultdict(list)
    for row in connection.execute(
        select(other.c.item_id, other.c.factor_micro, _UNIT.c.code, _UNIT.c.decimals)
        .join(_UNIT, _UNIT.c.id == other.c.unit_id)
        .where(other.c.item_id.in_(ids))
        .order_by(other.c.factor_micro)
    ):
        found[row.item_id].append(Uom(row.code, micro(row.factor_micro), row.decimals))
    return found


def _prices(
    connection: Connection,
    ids: Sequence[int],
    conditions: CustomerConditions | None,
    types: tuple[DiscountType, ...],
) -> dict[int, list[ListPrice]]:
    found: dict[int, list[ListPrice]] = defaultdict(list)
    versions = [version.id for version in conditions.versions] if conditions else []
    if not versions:
        return found
    price = table(items.PriceListLine)
    texts: dict[str, tuple[Discount, ...]] = {"": ()}
    for row in connection.execute(
        select(price, _UNIT.c.code.label("unit"))
        .join(_UNIT, _UNIT.c.id == price.c.unit_id)
        .where(price.c.item_id.in_(ids), price.c.price_list_id.in_(versions))
    ):
        if row.discounts not in texts:
            texts[row.discounts] = parse_discounts(row.discounts, types=types, source=DiscountSource.PRICE_LINE)
        found[row.item_id].append(
            ListPrice(
                row.price_list_id,
                micro(row.price_micro),
                row.unit,
                micro(row.min_quantity_micro),
                row.destination,
                row.variant,
                texts[row.discounts],
            )
        )
    return found


def _stock(connection: Connection, ids: Sequence[int]) -> dict[int, Decimal]:
    stock = table(items.Stock)
    rows = connection.execute(
        select(stock.c.item_id, func.sum(stock.c.quantity_micro).label("quantity"))
        .where(stock.c.item_id.in_(ids))
        .group_by(stock.c.item_id)
    )
    return {row.item_id: micro(int(row.quantity)) for row in rows}


def _ordered(connection: Connection, ids: Sequence[int]) -> dict[int, Decimal]:
    """What customers still wait for, in main units: it is not free any more (D-6.7)."""
    open_quantity = (_LINE.c.quantity_micro - _LINE.c.executed_micro).label("quantity")
    rows = connection.execute(
        select(_LINE.c.item_id, _LINE.c.unit_factor_micro, func.sum(open_quantity).label("quantity"))
        .join(_ORDER, _ORDER.c.id == _LINE.c.order_id)
        .where(
            _LINE.c.item_id.in_(ids),
            _ORDER.c.status.in_(OPEN_STATUSES),
            _LINE.c.status.not_in(("executed", "forcibly executed", "cancelled")),
            _LINE.c.quantity_micro > _LINE.c.executed_micro,
        )
        .group_by(_LINE.c.item_id, _LINE.c.unit_factor_micro)
    )
    found: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for row in rows:
        found[row.item_id] += micro(int(row.quantity)) * micro(row.unit_factor_micro)
    return found


def _substitutes(connection: Connection, ids: Sequence[int]) -> dict[int, list[Substitute]]:
    link, other = table(items.ItemSubstitute), _OTHER
    found: dict[int, list[Substitute]] = defaultdict(list)
    rows = connection.execute(
        select(link.c.item_id, other.c.id, other.c.code, other.c.description)
        .join(other, other.c.id == link.c.substitute_id)
        .where(link.c.item_id.in_(ids), other.c.active, other.c.blocked.is_(False))
        .order_by(link.c.priority, other.c.code)
    ).all()
    if not rows:
        return found
    others = [row.id for row in rows]
    stock, ordered = _stock(connection, others), _ordered(connection, others)
    for row in rows:
        free = stock[row.id] - ordered.get(row.id, ZERO) if row.id in stock else None
        found[row.item_id].append(Substitute(row.code, row.description, free))
    return found


def _customer_items(
    connection: Connection, ids: Sequence[int], conditions: CustomerConditions | None
) -> dict[int, Any]:
    if conditions is None:
        return {}
    mine, customer = table(parties.CustomerItem), table(parties.Customer)
    rows = connection.execute(
        select(mine.c.item_id, mine.c.code, mine.c.description, mine.c.economic_lot_micro)
        .join(customer, customer.c.id == mine.c.customer_id)
        .where(customer.c.code == conditions.code, mine.c.item_id.in_(ids))
    )
    return {row.item_id: row for row in rows}


def _descriptions(connection: Connection, ids: Sequence[int], conditions: CustomerConditions | None) -> dict[int, str]:
    if conditions is None or not conditions.language:
        return {}
    text, language = table(items.ItemDescription), table(basics.Language)
    rows = connection.execute(
        select(text.c.item_id, text.c.description)
        .join(language, language.c.id == text.c.language_id)
        .where(language.c.code == conditions.language, text.c.item_id.in_(ids))
    )
    return {row.item_id: row.description for row in rows}


def _last_prices(
    connection: Connection, ids: Sequence[int], conditions: CustomerConditions | None
) -> dict[int, LastPrice]:
    """What the customer paid last for each item, and when (D-6.7)."""
    if conditions is None:
        return {}
    customer = table(parties.Customer)
    newest = connection.execute(
        select(func.max(_LINE.c.id))
        .join(_ORDER, _ORDER.c.id == _LINE.c.order_id)
        .join(customer, customer.c.id == _ORDER.c.customer_id)
        .where(
            customer.c.code == conditions.code,
            _LINE.c.item_id.in_(ids),
            _LINE.c.line_type == "coded",
            _ORDER.c.status != "cancelled",
        )
        .group_by(_LINE.c.item_id)
    )
    lines = list(newest.scalars())
    if not lines:
        return {}
    rows = connection.execute(
        select(_LINE, _ORDER.c.number, _ORDER.c.order_date)
        .join(_ORDER, _ORDER.c.id == _LINE.c.order_id)
        .where(_LINE.c.id.in_(lines))
    )
    return {
        row.item_id: LastPrice(
            micro(row.unit_price_micro),
            row.unit,
            row.order_date,
            row.number,
            row.discounts,
            micro(row.quantity_micro),
        )
        for row in rows
    }


def item_ids(connection: Connection, codes: Sequence[str]) -> dict[str, int]:
    """The rows of items by code; unknown codes are left out."""
    found: dict[str, int] = {}
    distinct = list(dict.fromkeys(codes))
    for start in range(0, len(distinct), 500):
        rows = connection.execute(
            select(_ITEM.c.code, _ITEM.c.id).where(_ITEM.c.code.in_(distinct[start : start + 500]))
        )
        found.update({row.code: row.id for row in rows})
    return found


def usual_vat_code(connection: Connection, code: str) -> VatCode | None:
    """The company's usual VAT code, None where it names none."""
    kind = table(commerce.VatCode)
    row = connection.execute(select(kind.c.id).where(kind.c.code == code)).first()
    return vat_codes(connection)[row.id] if row else None


def kit_components(connection: Connection, code: str) -> tuple[KitComponent, ...]:
    """The first-level components of a kit by its item code, in the order of their codes (D-6.5)."""
    part, other = table(items.ItemComponent), _OTHER
    rows = connection.execute(
        select(other.c.code, part.c.quantity_micro)
        .join(_ITEM, _ITEM.c.id == part.c.item_id)
        .join(other, other.c.id == part.c.component_id)
        .where(_ITEM.c.code == code)
        .order_by(other.c.code)
    )
    return tuple(KitComponent(row.code, micro(row.quantity_micro)) for row in rows)
