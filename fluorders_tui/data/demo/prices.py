"""Price lists of two years with quantity breaks, lists of single customers, and exchange rates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from fluorders_tui.data.demo.catalogue import MICRO, Item, rounded_price
from fluorders_tui.data.demo.known import Known
from fluorders_tui.data.demo.writing import Bulk, insert_values
from fluorders_tui.data.registry_rows import search_columns
from fluorders_tui.data.tables import desk, items
from fluorders_tui.data.tables.base import table

#: The list type of lists that belong to one customer.
SPECIAL = "SPECIAL"

#: What one euro costs, for making prices and rates up.
_PER_EURO = {"EUR": 1000, "GBP": 860, "USD": 1120, "CHF": 945, "JPY": 162_000}


@dataclass(frozen=True, slots=True)
class ListType:
    """A list type: `percent` of the sales price, every `every`-th item; empty currency: the company's."""

    code: str
    name: str
    percent: int
    every: int = 1
    currency: str = ""
    vat_included: bool = False
    breaks: bool = True


LIST_TYPES = (
    ListType("RETAIL", "Retail", 100),
    ListType("WHOLESALE", "Wholesale", 82),
    ListType("KEY", "Key accounts", 74, every=3),
    ListType("SHOP", "Counter, VAT included", 122, every=2, vat_included=True, breaks=False),
    ListType("UK", "United Kingdom", 88, every=2, currency="GBP"),
    ListType("US", "United States", 95, every=2, currency="USD"),
    ListType(SPECIAL, "Agreed with one customer", 68, breaks=False),
)


@dataclass(frozen=True, slots=True)
class DatedList:
    """One dated list. `customer` is the row of the customer it belongs to, 0 for everybody's."""

    id: int
    code: str
    type: ListType
    valid_from: dt.date
    currency: str
    newest: bool
    customer: int = 0


@dataclass(frozen=True, slots=True)
class Price:
    """One price of an item in a dated list."""

    list_id: int
    item: int
    unit: str
    price_micro: int
    from_micro: int = 0
    discounts: str = ""


def make_lists(known: Known, today: dt.date, special_customers: list[int]) -> list[DatedList]:
    """Two versions of every general list, from the first of January of last year and this one, and the special ones."""
    made: list[DatedList] = []
    for kind in LIST_TYPES:
        owners = special_customers if kind.code == SPECIAL else [0]
        for year in (today.year - 1, today.year):
            for owner in owners:
                code = f"{kind.code}-{owner:04d}-{year}" if owner else f"{kind.code}-{year}"
                currency = kind.currency or known.currency
                made.append(DatedList(0, code, kind, dt.date(year, 1, 1), currency, year == today.year, owner))
    ids = known.add("price-lists", [one.code for one in made])
    return [replace(one, id=ids[one.code]) for one in made if one.code in ids]


def prices_of(item: Item, dated: DatedList, home: str) -> Iterator[Price]:
    """The prices of one item in one dated list, the higher quantities cheaper; nothing for items not in it."""
    kind = dated.type
    if dated.customer:
        # Some forty items, others for each customer.
        if (item.id * 2_654_435_761 + dated.customer * 40_503) % 1000 >= 14:
            return
    elif (item.id + len(kind.code)) % kind.every:
        return
    # Last year everything cost a little less, and not everything the same.
    percent = kind.percent * (100 if dated.newest else 96 + item.id % 4)
    micro = item.price_micro * percent * _PER_EURO[dated.currency] // (10_000 * _PER_EURO.get(home, 1000))
    discounts = "10" if kind.code == "RETAIL" and item.id % 11 == 0 and not item.net_price else ""
    yield Price(dated.id, item.id, item.unit, rounded_price(micro), 0, discounts)
    if kind.breaks and item.id % 3 == 0:
        step = item.pack or (item.box // 10 if item.box >= 100 else 5)
        yield Price(dated.id, item.id, item.unit, rounded_price(micro * 95 // 100), step * 2 * MICRO, discounts)
        yield Price(dated.id, item.id, item.unit, rounded_price(micro * 90 // 100), step * 10 * MICRO, discounts)
    if item.larger_unit and item.id % 4 == 1:
        yield Price(dated.id, item.id, item.larger_unit, rounded_price(micro * item.box * 93 // 100), 0, discounts)


def write_prices(bulk: Bulk, known: Known, lists: list[DatedList], made: list[Item]) -> None:
    """Write list types, lists and their prices."""
    types = known.ids["price-list-types"]
    currencies = known.ids["currencies"]
    rows: list[dict[str, Any]] = []
    for one in lists:
        row: dict[str, Any] = {
            "id": one.id,
            "code": one.code,
            "name": f"{one.type.name} {one.valid_from.year}",
            "list_type_id": types[one.type.code],
            "customer_id": one.customer or None,
            "currency_id": currencies[one.currency],
            "vat_included": one.type.vat_included,
            "valid_from": one.valid_from.isoformat(),
        }
        rows.append(row | search_columns("price-lists", row))
    insert_values(bulk, table(items.PriceList), rows)
    units = known.ids["units"]
    bulk.insert(
        "price_list_line",
        ("version", "price_list_id", "item_id", "unit_id", "variant", "destination", "min_quantity_micro",
         "price_micro", "discounts"),
        (
            (1, price.list_id, price.item, units[price.unit], "", "", price.from_micro, price.price_micro,
             price.discounts)
            for one in lists
            for item in made
            for price in prices_of(item, one, known.currency)
        ),
    )  # fmt: skip


def write_list_types(bulk: Bulk, known: Known) -> None:
    """Write the list types, which customers are assigned to."""
    names = {kind.code: kind.name for kind in LIST_TYPES}
    ids = known.add("price-list-types", list(names))
    rows: list[dict[str, Any]] = [{"id": ids[code], "code": code, "name": names[code]} for code in ids]
    insert_values(bulk, table(items.PriceListType), (row | search_columns("price-list-types", row) for row in rows))


Rates = dict[str, list[tuple[dt.date, int]]]


def make_rates(known: Known, today: dt.date, rng: Random) -> Rates:
    """Exchange rates from the first day of each quarter of last year and this one, in billionths."""
    home = _PER_EURO.get(known.currency, 1000)
    rates: Rates = {}
    for code, per_euro in _PER_EURO.items():
        if code == known.currency:
            continue
        drift = 1000
        rates[code] = []
        for year in (today.year - 1, today.year):
            for month in (1, 4, 7, 10):
                drift += rng.randrange(-12, 13)
                nano = 1_000_000_000 * home * drift // (per_euro * 1000)
                rates[code].append((dt.date(year, month, 1), nano // 100_000 * 100_000 or nano))
    return rates


def write_rates(bulk: Bulk, known: Known, rates: Rates) -> None:
    """Write the exchange rates."""
    currencies = known.ids["currencies"]
    insert_values(
        bulk,
        table(desk.CurrencyRate),
        (
            {"currency_id": currencies[code], "valid_from": day.isoformat(), "rate_nano": nano}
            for code, found in rates.items()
            for day, nano in found
        ),
    )
