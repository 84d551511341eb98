"""Reading what an order line needs of an item: card with units, prices, stock and history (D-6.7)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, Select, bindparam, func, select

from fluorders_tui.data.availability_rows import movements_of
from fluorders_tui.data.tables import basics, commerce, documents, items, parties
from fluorders_tui.data.tables.base import table
from fluorders_tui.data.terms import discount_types, micro, vat_codes
from fluorders_tui.domain.availability import availability
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
from fluorders_tui.domain.money import ONE
from fluorders_tui.domain.order import Discount, DiscountSource, Uom, VatCode, VatKind

_ITEM = table(items.Item)
_UNIT = table(basics.Unit)
_OTHER = _ITEM.alias("other")
_ORDER = table(documents.CustomerOrder)
_LINE = table(documents.CustomerOrderLine)
_CUSTOMER = table(parties.Customer)

# The statements of a card are made once: making one takes several times longer than the database to answer it.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)


def _item_statement() -> Select[Any]:
    item_class, category = table(basics.ItemClass), table(basics.CommercialCategory)
    discount_category, vat = table(basics.DiscountCategory), table(commerce.VatCode)
    return (
        select(
            _ITEM,
            _UNIT.c.code.label("unit"),
            _UNIT.c.decimals.label("unit_decimals"),
            item_class.c.code.label("item_class"),
            category.c.code.label("category"),
            discount_category.c.code.label("discount_category"),
            vat.c.code.label("vat"),
            vat.c.rate_micro.label("vat_rate_micro"),
            vat.c.kind.label("vat_kind"),
            vat.c.description.label("vat_description"),
        )
        .join(_UNIT, _UNIT.c.id == _ITEM.c.unit_id)
        .outerjoin(item_class, item_class.c.id == _ITEM.c.item_class_id)
        .outerjoin(category, category.c.id == _ITEM.c.category_id)
        .outerjoin(discount_category, discount_category.c.id == _ITEM.c.discount_category_id)
        .outerjoin(vat, vat.c.id == _ITEM.c.vat_code_id)
        .where(_ITEM.c.code.in_(bindparam("codes", expanding=True)))
    )


def _unit_statement() -> Select[Any]:
    other = table(items.ItemUnit)
    return (
        select(other.c.item_id, other.c.factor_micro, _UNIT.c.code, _UNIT.c.decimals)
        .join(_UNIT, _UNIT.c.id == other.c.unit_id)
        .where(other.c.item_id.in_(_IDS))
        .order_by(other.c.factor_micro)
    )


def _price_statement() -> Select[Any]:
    price = table(items.PriceListLine)
    return (
        select(
            price.c.item_id,
            price.c.price_list_id,
            price.c.price_micro,
            _UNIT.c.code,
            price.c.min_quantity_micro,
            price.c.destination,
            price.c.variant,
            price.c.discounts,
        )
        .join(_UNIT, _UNIT.c.id == price.c.unit_id)
        .where(price.c.item_id.in_(_IDS), price.c.price_list_id.in_(bindparam("lists", expanding=True)))
    )


def _stock_statement() -> Select[Any]:
    stock = table(items.Stock)
    return (
        select(stock.c.item_id, func.sum(stock.c.quantity_micro).label("quantity"))
        .where(stock.c.item_id.in_(_IDS))
        .group_by(stock.c.item_id)
    )


def _substitute_statement() -> Select[Any]:
    link, other = table(items.ItemSubstitute), _OTHER
    return (
        select(link.c.item_id, other.c.id, other.c.code, other.c.description)
        .join(other, other.c.id == link.c.substitute_id)
        .where(link.c.item_id.in_(_IDS), other.c.active, other.c.blocked.is_(False))
        .order_by(link.c.priority, other.c.code)
    )


def _customer_item_statement() -> Select[Any]:
    mine = table(parties.CustomerItem)
    return (
        select(mine.c.item_id, mine.c.code, mine.c.description, mine.c.economic_lot_micro)
        .join(_CUSTOMER, _CUSTOMER.c.id == mine.c.customer_id)
        .where(_CUSTOMER.c.code == bindparam("customer"), mine.c.item_id.in_(_IDS))
    )


def _description_statement() -> Select[Any]:
    text, language = table(items.ItemDescription), table(basics.Language)
    return (
        select(text.c.item_id, text.c.description)
        .join(language, language.c.id == text.c.language_id)
        .where(language.c.code == bindparam("language"), text.c.item_id.in_(_IDS))
    )


def _newest_statement() -> Select[Any]:
    return (
        select(func.max(_LINE.c.id))
        .join(_ORDER, _ORDER.c.id == _LINE.c.order_id)
        .join(_CUSTOMER, _CUSTOMER.c.id == _ORDER.c.customer_id)
        .where(
            _CUSTOMER.c.code == bindparam("customer"),
            _LINE.c.item_id.in_(_IDS),
            _LINE.c.line_type == "coded",
            _ORDER.c.status != "cancelled",
        )
        .group_by(_LINE.c.item_id)
    )


def _paid_statement() -> Select[Any]:
    return (
        select(_LINE, _ORDER.c.number, _ORDER.c.order_date)
        .join(_ORDER, _ORDER.c.id == _LINE.c.order_id)
        .where(_LINE.c.id.in_(_IDS))
    )


_ITEMS, _UNITS, _PRICES = _item_statement(), _unit_statement(), _price_statement()
_STOCK, _SUBSTITUTES = _stock_statement(), _substitute_statement()
_CUSTOMER_ITEMS, _DESCRIPTIONS = _customer_item_statement(), _description_statement()
_NEWEST, _PAID = _newest_statement(), _paid_statement()


def load_item_cards(
    connection: Connection,
    codes: Sequence[str],
    conditions: CustomerConditions | None,
    *,
    usual_vat: str = "",
    only_pricing: bool = False,
    today: dt.date = dt.date.min,
) -> dict[str, ItemCard]:
    """The cards of items by code, with the prices of the customer's lists and what they paid last.

    Unknown codes are left out. `usual_vat` is the VAT code of items that name none. `only_pricing` leaves out
    what no price follows from: stock, what moves it, substitutes, and what was paid last. Of substitutes it is
    said what is free `today`.
    """
    rows = connection.execute(_ITEMS, {"codes": codes}).all()
    if not rows:
        return {}
    ids = [row.id for row in rows]
    usual = usual_vat_code(connection, usual_vat) if any(row.vat is None for row in rows) else None
    units = _units(connection, ids)
    prices = _prices(connection, ids, conditions)
    stock = {} if only_pricing else _stock(connection, ids)
    moves = {} if only_pricing else movements_of(connection, ids)
    substitutes = defaultdict(list) if only_pricing else _substitutes(connection, ids, today)
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
            vat=usual if row.vat is None else _vat(row),
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
            movements=moves.get(row.id, ()),
            last_price=last.get(row.id),
            substitutes=tuple(substitutes[row.id]),
        )
        for row in rows
    }


def _vat(row: Row[Any]) -> VatCode:
    return VatCode(row.vat, micro(row.vat_rate_micro), VatKind(row.vat_kind), row.vat_description)


def _lot(row: Row[Any], mine: Any) -> int:
    """The customer's economic lot where they have one, else the item's (D-2.1)."""
    own: int | None = mine.economic_lot_micro if mine is not None else None
    general: int = row.economic_lot_micro
    return general if own is None else own


def _units(connection: Connection, ids: Sequence[int]) -> dict[int, list[Uom]]:
    found: dict[int, list[Uom]] = defaultdict(list)
    for item_id, factor, code, decimals in connection.execute(_UNITS, {"ids": ids}):
        found[item_id].append(Uom(code, micro(factor), decimals))
    return found


def _prices(
    connection: Connection, ids: Sequence[int], conditions: CustomerConditions | None
) -> dict[int, list[ListPrice]]:
    found: dict[int, list[ListPrice]] = defaultdict(list)
    versions = [version.id for version in conditions.versions] if conditions else []
    if not versions:
        return found
    texts: dict[str, tuple[Discount, ...]] = {"": ()}
    types: tuple[DiscountType, ...] | None = None
    rows = connection.execute(_PRICES, {"ids": ids, "lists": versions}).all()
    for item_id, list_id, price, unit, least, destination, variant, discounts in rows:
        if discounts not in texts:
            types = discount_types(connection) if types is None else types
            texts[discounts] = parse_discounts(discounts, types=types, source=DiscountSource.PRICE_LINE)
        found[item_id].append(
            ListPrice(list_id, micro(price), unit, micro(least), destination, variant, texts[discounts])
        )
    return found


def _stock(connection: Connection, ids: Sequence[int]) -> dict[int, Decimal]:
    return {item_id: micro(int(quantity)) for item_id, quantity in connection.execute(_STOCK, {"ids": ids})}


def _substitutes(connection: Connection, ids: Sequence[int], today: dt.date) -> dict[int, list[Substitute]]:
    found: dict[int, list[Substitute]] = defaultdict(list)
    rows = connection.execute(_SUBSTITUTES, {"ids": ids}).all()
    if not rows:
        return found
    others = [row.id for row in rows]
    stock, moves = _stock(connection, others), movements_of(connection, others)
    for row in rows:
        free = availability(stock[row.id], moves.get(row.id, ()), today).free_now if row.id in stock else None
        found[row.item_id].append(Substitute(row.code, row.description, free))
    return found


def _customer_items(
    connection: Connection, ids: Sequence[int], conditions: CustomerConditions | None
) -> dict[int, Any]:
    if conditions is None:
        return {}
    rows = connection.execute(_CUSTOMER_ITEMS, {"customer": conditions.code, "ids": ids})
    return {row.item_id: row for row in rows}


def _descriptions(connection: Connection, ids: Sequence[int], conditions: CustomerConditions | None) -> dict[int, str]:
    if conditions is None or not conditions.language:
        return {}
    rows = connection.execute(_DESCRIPTIONS, {"language": conditions.language, "ids": ids})
    return {row.item_id: row.description for row in rows}


def _last_prices(
    connection: Connection, ids: Sequence[int], conditions: CustomerConditions | None
) -> dict[int, LastPrice]:
    """What the customer paid last for each item, and when (D-6.7)."""
    if conditions is None:
        return {}
    lines = list(connection.execute(_NEWEST, {"customer": conditions.code, "ids": ids}).scalars())
    if not lines:
        return {}
    rows = connection.execute(_PAID, {"ids": lines})
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


def item_in_short(connection: Connection, code: str) -> Any | None:
    """An item's row, code, description and main unit, None for an unknown code."""
    return connection.execute(
        select(_ITEM.c.id, _ITEM.c.code, _ITEM.c.description, _UNIT.c.code.label("unit"))
        .join(_UNIT, _UNIT.c.id == _ITEM.c.unit_id)
        .where(_ITEM.c.code == code)
    ).first()
