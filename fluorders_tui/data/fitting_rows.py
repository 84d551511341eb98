"""Rows that must fit each other: dated price lists of one series, policies and their combinations, units of an item."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Connection, or_, select

from fluorders_tui.data.registries import registries
from fluorders_tui.data.registry_rows import IN_LIST
from fluorders_tui.data.tables import desk, items, parties
from fluorders_tui.data.tables.base import table
from fluorders_tui.domain.conditions import PriceListVersion

_LIST = table(items.PriceList)


def versions_beside(connection: Connection, ids: Sequence[int]) -> list[PriceListVersion]:
    """All active dated lists of the list types that the lists `ids` belong to (D-4.1)."""
    kind, currency, customer = table(items.PriceListType), table(desk.Currency), table(parties.Customer)
    kinds = select(_LIST.c.list_type_id).where(_LIST.c.id.in_(ids))
    rows = connection.execute(
        select(_LIST, kind.c.code.label("list_type"), currency.c.code.label("currency"), customer.c.code.label("owner"))
        .join(kind, kind.c.id == _LIST.c.list_type_id)
        .join(currency, currency.c.id == _LIST.c.currency_id)
        .outerjoin(customer, customer.c.id == _LIST.c.customer_id)
        .where(_LIST.c.list_type_id.in_(kinds), _LIST.c.active)
    )
    return [
        PriceListVersion(
            row.id,
            row.list_type,
            row.currency,
            row.valid_from or dt.date.min,
            row.valid_to,
            row.vat_included,
            row.owner or "",
            row.code,
        )
        for row in rows
    ]


def several_defaults(
    connection: Connection, registry: str, flag: str, parent_ids: Sequence[int]
) -> dict[int, list[int]]:
    """The rows with `flag` set, in the order they were made, of each parent that has more than one."""
    stored = registries()[registry]
    parent, marked = stored.field(stored.spec.parent).column, stored.field(flag).column
    found: dict[int, list[int]] = {}
    for start in range(0, len(parent_ids), IN_LIST):
        query = select(parent, stored.table.c.id).where(parent.in_(parent_ids[start : start + IN_LIST]))
        for owner, row_id in connection.execute(query.where(marked.is_(True)).order_by(stored.table.c.id)):
            found.setdefault(owner, []).append(row_id)
    return {owner: rows for owner, rows in found.items() if len(rows) > 1}


def with_own_unit(connection: Connection, ids: Sequence[int]) -> list[tuple[int, int]]:
    """The items among `ids` that have their main unit as an alternative one too, each with that row."""
    item, other = table(items.Item), table(items.ItemUnit)
    rows = connection.execute(
        select(item.c.id, other.c.id)
        .join(other, other.c.item_id == item.c.id)
        .where(item.c.id.in_(ids), other.c.unit_id == item.c.unit_id)
    )
    return [(owner, row_id) for owner, row_id in rows]


def company_row_of(connection: Connection, row_id: int) -> dict[str, object]:
    """The company's parameters as stored."""
    company = table(desk.Company)
    return dict(connection.execute(select(company).where(company.c.id == row_id)).one()._mapping)


def purchase_lists(connection: Connection, supplier_ids: Sequence[int]) -> list[tuple[int, str, str, set[str]]]:
    """Suppliers that name a purchase price list: row, its code, their currency ('' for the company's), the lists' own.

    The currencies are those of the list of this code and of all lists of the type of this code; none means no list.
    """
    supplier, currency, kind = table(parties.Supplier), table(desk.Currency), table(items.PriceListType)
    found: list[tuple[int, str, str, set[str]]] = []
    for start in range(0, len(supplier_ids), IN_LIST):
        rows = connection.execute(
            select(supplier.c.id, supplier.c.price_list, currency.c.code)
            .outerjoin(currency, currency.c.id == supplier.c.currency_id)
            .where(supplier.c.id.in_(supplier_ids[start : start + IN_LIST]), supplier.c.price_list != "")
        ).all()
        for row in rows:
            lists = connection.execute(
                select(currency.c.code)
                .select_from(_LIST)
                .outerjoin(currency, currency.c.id == _LIST.c.currency_id)
                .outerjoin(kind, kind.c.id == _LIST.c.list_type_id)
                .where(or_(_LIST.c.code == row.price_list, kind.c.code == row.price_list))
            )
            found.append((row.id, row.price_list, row.code or "", {code or "" for code in lists.scalars()}))
    return found
