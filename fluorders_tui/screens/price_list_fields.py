"""What is typed to keep a price list, by action; and what the services are asked for with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import cast

from fluorders_tui.domain.errors import DeskError, Invalid
from fluorders_tui.domain.price_raising import PriceBracket, Variation
from fluorders_tui.domain.registry import FieldKind, FieldSpec, Value
from fluorders_tui.services.price_list_raising import PriceFilter, Raising
from fluorders_tui.services.price_lists import NewList

__all__ = [
    "ACTIONS",
    "CLOSE",
    "DUPLICATE",
    "FIELDS",
    "OPEN",
    "RAISE",
    "WHAT",
    "field_of",
    "fields_of",
    "new_list",
    "raising",
]

RAISE, DUPLICATE, OPEN, CLOSE = ACTIONS = ("raise", "duplicate", "open", "close")

WHAT = (
    FieldSpec("list", FieldKind.REFERENCE, "Price list", required=True, target="price-lists"),
    FieldSpec(
        "action", FieldKind.CHOICE, "What to do", required=True, choices=ACTIONS,
        help="Raise changes prices; duplicate copies the list; open makes its next dated version; close ends it.",
    ),
)  # fmt: skip

_ALL = (
    FieldSpec("percent", FieldKind.DECIMAL, "Percent", decimals=6, help="3 raises by 3 %, -2,5 lowers (D-4.10)."),
    FieldSpec("amount", FieldKind.DECIMAL, "Or amount", decimals=6, help="Added to every price, in its currency."),
    FieldSpec("item_class", FieldKind.REFERENCE, "Class", target="item-classes", help="Only items of this class."),
    FieldSpec("category", FieldKind.REFERENCE, "Category", target="categories", help="Only items of this category."),
    FieldSpec(
        "discount_category", FieldKind.REFERENCE, "Disc. category", target="discount-categories",
        help="Only items of this discount category.",
    ),
    FieldSpec("brand", FieldKind.REFERENCE, "Brand", target="brands", help="Only items of this brand."),
    FieldSpec("code_prefix", FieldKind.TEXT, "Items from", length=40, help="Only items whose code begins like this."),
    FieldSpec("only_breaks", FieldKind.FLAG, "Only breaks", help="Only prices that count from a quantity on."),
    FieldSpec(
        "new_code", FieldKind.CODE, "New list", length=30,
        help="Code of the new list. Raising without one replaces the prices in the list itself.",
    ),
    FieldSpec("name", FieldKind.TEXT, "Its name", length=120, help="Empty: the name of the old list."),
    FieldSpec("list_type", FieldKind.REFERENCE, "List type", target="price-list-types", help="Empty: the same."),
    FieldSpec(
        "currency", FieldKind.REFERENCE, "Currency", target="currencies",
        help="In another currency the prices are converted.",
    ),
    FieldSpec(
        "rate", FieldKind.DECIMAL, "Rate", decimals=9,
        help="Of the new currency for one of the old. Empty: the rates of the first day.",
    ),
    FieldSpec("customer", FieldKind.REFERENCE, "Customer", target="customers", help="Empty: as the old list."),
    FieldSpec("valid_from", FieldKind.DATE, "Valid from", help="The first day of the new list."),
    FieldSpec("valid_to", FieldKind.DATE, "Valid to", help="The last day; empty: without end (D-4.1)."),
    FieldSpec(
        "close_old", FieldKind.FLAG, "End old list",
        help="The version that counts until then ends on the day before the new one.",
    ),
    FieldSpec(
        "accept_beyond", FieldKind.FLAG, "Take too far",
        help="Write also the prices that rounding moves too far; else they stay, except those marked with Space.",
    ),
)  # fmt: skip
FIELDS: Mapping[str, FieldSpec] = {one.name: one for one in _ALL}

_OF: Mapping[str, tuple[str, ...]] = {
    RAISE: (
        "percent", "amount", "item_class", "category", "discount_category", "brand", "code_prefix", "only_breaks",
        "new_code", "valid_from", "close_old", "accept_beyond",
    ),
    DUPLICATE: (
        "new_code", "name", "list_type", "currency", "rate", "customer", "valid_from", "valid_to", "close_old",
    ),
    OPEN: ("new_code", "valid_from", "valid_to", "close_old"),
    CLOSE: ("valid_to",),
}  # fmt: skip
NEEDED = ("new_code", "valid_from")
"""What a list that is made must have."""

_FILTERS = ("item_class", "category", "discount_category", "brand", "code_prefix")
_PLACES = {"code": "new_code", "price_list": "list", "variation": "percent"}


def field_of(error: DeskError) -> str:
    """The field at which a service's error belongs."""
    return _PLACES.get(error.field, error.field)


def fields_of(action: str) -> tuple[str, ...]:
    """The fields of an action, in the order of typing."""
    return _OF[action]


def raising(values: Mapping[str, Value], brackets: Iterable[PriceBracket]) -> Raising:
    """What is to be raised and how. Raises `Invalid` (field `percent` or `amount`)."""
    percent, amount = values.get("percent"), values.get("amount")
    if percent is None and amount is None:
        raise Invalid("By how much? A percent or an amount is needed.", field="percent", rule="D-4.10")
    if percent is not None and amount is not None:
        raise Invalid("Either a percent or an amount, not both.", field="amount", rule="D-4.10")
    variation = Variation(cast(Decimal, amount if percent is None else percent), percent is None)
    chosen = PriceFilter(
        **{name: str(values.get(name) or "") for name in _FILTERS}, only_breaks=values.get("only_breaks") is True
    )
    return Raising(variation, tuple(brackets), chosen)


def new_list(values: Mapping[str, Value]) -> NewList:
    """The list that is to be made. Raises `Invalid` for what is missing."""
    if not values.get("new_code"):
        raise Invalid("The new list needs a code.", field="new_code", rule="D-2")
    if values.get("valid_from") is None:
        raise Invalid("From when does the new list count?", field="valid_from", rule="D-4.1")
    return NewList(
        str(values["new_code"]),
        cast(dt.date, values["valid_from"]),
        cast("dt.date | None", values.get("valid_to")),
        name=str(values.get("name") or ""),
        list_type=str(values.get("list_type") or ""),
        currency=str(values.get("currency") or ""),
        rate=cast("Decimal | None", values.get("rate")),
        customer=cast("str | None", values.get("customer") or None),
        close_old=values.get("close_old") is True,
    )
