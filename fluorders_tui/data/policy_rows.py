"""Discount policies that can concern a customer, with their table of combinations, ready to look up (D-5.4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, Select, bindparam, or_, select

from fluorders_tui.data.tables import basics, items, parties
from fluorders_tui.data.tables.base import table
from fluorders_tui.data.terms import discount_types
from fluorders_tui.domain.conditions import DiscountType
from fluorders_tui.domain.discount_policies import (
    NO_POLICIES,
    DiscountCombination,
    DiscountPolicy,
    PolicyIndex,
    index_policies,
)
from fluorders_tui.domain.discounts import parse_discounts
from fluorders_tui.domain.order import Discount, DiscountSource

_POLICY = table(items.DiscountPolicy)


def combination_rows(connection: Connection, *, but: str = "") -> list[tuple[int, DiscountCombination]]:
    """The active combinations with their rows, without the one with the code `but`."""
    combination = table(items.DiscountCombination)
    return [
        (
            row.id,
            DiscountCombination(
                row.priority, row.customer, row.category, row.item_class, row.discount_category, row.item
            ),
        )
        for row in connection.execute(select(combination).where(combination.c.active, combination.c.code != but))
    ]


def policy_rows(connection: Connection, ids: Sequence[int]) -> list[tuple[int, DiscountPolicy]]:
    """The policies `ids` that are active, with their rows."""
    return _policies(connection.execute(_active().where(_POLICY.c.id.in_(ids))), discount_types(connection))


def load_policies(
    connection: Connection, customer_id: int, category_id: int | None, types: tuple[DiscountType, ...]
) -> PolicyIndex:
    """The active policies of this customer, of their commercial category, and those of everybody."""
    combinations = [one for _, one in combination_rows(connection)]
    if not combinations:
        return NO_POLICIES
    found = connection.execute(_concerning(), {"customer": customer_id, "category": category_id})
    return index_policies([one for _, one in _policies(found, types)], combinations)


@cache
def _concerning() -> Select[Any]:
    """Made once: making the statement takes several times longer than the database to answer it."""
    return _active().where(
        or_(_POLICY.c.customer_id.is_(None), _POLICY.c.customer_id == bindparam("customer")),
        or_(_POLICY.c.category_id.is_(None), _POLICY.c.category_id == bindparam("category", type_=BigInteger())),
    )


def _active() -> Select[Any]:
    customer, category = table(parties.Customer), table(basics.CommercialCategory)
    item_class, discount_category = table(basics.ItemClass), table(basics.DiscountCategory)
    item = table(items.Item)
    return (
        select(
            _POLICY.c.id,
            _POLICY.c.code,
            _POLICY.c.valid_from,
            _POLICY.c.valid_to,
            _POLICY.c.discounts,
            customer.c.code.label("customer"),
            category.c.code.label("category"),
            item_class.c.code.label("item_class"),
            discount_category.c.code.label("discount_category"),
            item.c.code.label("item"),
        )
        .outerjoin(customer, customer.c.id == _POLICY.c.customer_id)
        .outerjoin(category, category.c.id == _POLICY.c.category_id)
        .outerjoin(item_class, item_class.c.id == _POLICY.c.item_class_id)
        .outerjoin(discount_category, discount_category.c.id == _POLICY.c.discount_category_id)
        .outerjoin(item, item.c.id == _POLICY.c.item_id)
        .where(_POLICY.c.active)
    )


def _policies(rows: Iterable[Row[Any]], types: tuple[DiscountType, ...]) -> list[tuple[int, DiscountPolicy]]:
    texts: dict[str, tuple[Discount, ...]] = {}

    def chain(text: str) -> tuple[Discount, ...]:
        if text not in texts:
            texts[text] = parse_discounts(text, types=types, source=DiscountSource.POLICY)
        return texts[text]

    return [
        (
            row.id,
            DiscountPolicy(
                row.code,
                row.customer or "",
                row.category or "",
                row.item_class or "",
                row.discount_category or "",
                row.item or "",
                row.valid_from,
                row.valid_to,
                chain(row.discounts),
            ),
        )
        for row in rows
    ]
