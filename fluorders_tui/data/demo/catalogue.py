"""The demo company's items, with units, barcodes, suppliers and stock."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from itertools import pairwise, product
from random import Random
from typing import Any

from fluorders_tui.data.demo.known import Known
from fluorders_tui.data.demo.writing import Bulk, insert_values
from fluorders_tui.data.registry_rows import search_columns
from fluorders_tui.data.tables import basics, items, parties
from fluorders_tui.data.tables.base import table

MICRO = 1_000_000
_FIRST_NUMBER = 100

#: With fewer items some classes stay empty.
_SMALL_CATALOGUE = 100

#: How an item's larger unit is called, by its main unit.
_LARGER = {"m": "roll", "kg": "crt", "l": "crt"}


@dataclass(frozen=True, slots=True)
class Item:
    """One item; amounts and quantities are scaled integers as their columns have them."""

    id: int
    code: str
    description: str
    translations: dict[str, str]
    item_class: str
    brand: str
    supplier: int
    unit: str
    larger_unit: str
    box: int
    pack: int
    price_micro: int
    cost_micro: int
    weight_micro: int
    lot: int
    running_out: bool
    blocked: bool
    net_price: bool

    @property
    def sellable(self) -> bool:
        """Whether it may stand on an order (D-6.3)."""
        return not self.blocked


def read_toml(name: str) -> dict[str, Any]:
    """One of the word lists beside this file."""
    return tomllib.loads(
        files("fluorders_tui.data.demo").joinpath(name).read_text(encoding="utf-8"), parse_float=Decimal
    )


def make_items(count: int, rng: Random, supplier_count: int) -> list[Item]:
    """The first `count` items of the catalogue; beyond its end everything comes again as a further series."""
    catalogue = read_toml("catalogue.toml")
    classes: dict[str, Any] = catalogue["classes"]
    variants: dict[str, list[tuple[dict[str, Any], int, int, str]]] = {letter: [] for letter in classes}
    for family in catalogue["families"]:
        brands = classes[family["class"]]["brands"]
        for brand, kind, size in product(brands, range(len(family["kinds"])), range(len(family["sizes"]))):
            variants[family["class"]].append((family, kind, size, brand))
    whole = sum(map(len, variants.values()))
    least = 1 if count >= _SMALL_CATALOGUE else 0
    shares = {letter: max(count * len(found) // whole, least) for letter, found in variants.items()}
    # What rounding leaves goes to class A, so that A-100 is always there.
    shares["A"] += count - sum(shares.values())
    made: list[Item] = []
    for letter, found in variants.items():
        for place in range(shares[letter]):
            series, variant = divmod(place, len(found))
            made.append(_item(len(made) + 1, letter, place, series, found[variant], rng, supplier_count))
    return made


def _item(
    row_id: int,
    letter: str,
    place: int,
    series: int,
    variant: tuple[dict[str, Any], int, int, str],
    rng: Random,
    supplier_count: int,
) -> Item:
    family, kind, size, brand = variant
    cost = _grown(int(family["cost"] * MICRO), family, kind, size) * (90 + rng.randrange(21)) // 100
    tail = f"{family['kinds'][kind]} {family['sizes'][size]} {brand}" + (f" series {series + 1}" if series else "")
    box = family.get("box", 0)
    chance = rng.random()
    regular = place == 0
    return Item(
        id=row_id,
        code=f"{letter}-{_FIRST_NUMBER + place}",
        description=f"{family['name']} {tail}",
        translations={language: f"{family[language]} {tail}" for language in ("it", "de")} if place % 3 == 0 else {},
        item_class=letter,
        brand=brand,
        supplier=rng.randrange(supplier_count),
        unit=family["unit"],
        larger_unit=_LARGER.get(family["unit"], "box") if box else "",
        box=box,
        pack=family.get("pack", 0) if place % 2 else 0,
        price_micro=rounded_price(cost * (140 + rng.randrange(60)) // 100),
        cost_micro=max(cost // 100, 1) * 100,
        weight_micro=int(family["weight"] * MICRO) * (10 + size) // 10,
        lot=box // 2 if box >= 100 and place % 7 == 0 else 0,
        running_out=not regular and chance < 0.03,
        blocked=not regular and 0.03 <= chance < 0.04,
        net_price=not regular and chance > 0.96,
    )


def _grown(micro: int, family: dict[str, Any], kind: int, size: int) -> int:
    for percent in [family["step"]] * size + [family["kind_step"]] * kind:
        micro = micro * (100 + percent) // 100
    return micro


def rounded_price(micro: int) -> int:
    """A price as lists have it: four decimals below one, two above, never nothing."""
    step = 100 if micro < MICRO else 10_000
    return max((micro + step // 2) // step, 1) * step


def write_items(bulk: Bulk, known: Known, made: list[Item], rng: Random, today: dt.date) -> None:
    """Write the items with everything that belongs to them."""
    catalogue = read_toml("catalogue.toml")
    _write_classes(bulk, known, catalogue["classes"])
    insert_values(bulk, table(items.Item), (_item_row(known, item, today) for item in made))
    unit = known.ids["units"]
    larger = [item for item in made if item.larger_unit]
    insert_values(
        bulk,
        table(items.ItemUnit),
        ({"item_id": i.id, "unit_id": unit[i.larger_unit], "factor_micro": i.box * MICRO} for i in larger),
    )
    insert_values(bulk, table(items.Barcode), _barcode_rows(unit, made))
    language = known.ids["languages"]
    insert_values(
        bulk,
        table(items.ItemDescription),
        (
            {"item_id": item.id, "language_id": language[code], "description": text}
            for item in made
            for code, text in item.translations.items()
        ),
    )
    insert_values(bulk, table(items.ItemSubstitute), _substitute_rows(made))
    insert_values(bulk, table(items.ItemSupplier), _supplier_rows(known, made, rng))
    insert_values(bulk, table(items.ItemComponent), _component_rows(made))
    warehouse = known.ids["warehouses"]["MAIN"]
    insert_values(
        bulk,
        table(items.Stock),
        ({"item_id": item.id, "warehouse_id": warehouse, "quantity_micro": _stock(item, rng) * MICRO} for item in made),
    )


def _write_classes(bulk: Bulk, known: Known, classes: dict[str, Any]) -> None:
    ids = known.add("item-classes", list(classes))
    rows = [{"code": code, "name": classes[code]["name"]} for code in ids]
    insert_values(
        bulk,
        table(basics.ItemClass),
        ({"id": ids[row["code"]], **row, **search_columns("item-classes", row)} for row in rows),
    )
    names = dict.fromkeys(brand for one in classes.values() for brand in one["brands"])
    codes = {name.upper().replace(" ", "")[:12]: name for name in names}
    brands = known.add("brands", list(codes))
    rows = [{"code": code, "name": codes[code]} for code in brands]
    insert_values(
        bulk,
        table(basics.Brand),
        ({"id": brands[row["code"]], **row, **search_columns("brands", row)} for row in rows),
    )


def _item_row(known: Known, item: Item, today: dt.date) -> dict[str, Any]:
    ids = known.ids
    row: dict[str, Any] = {
        "id": item.id,
        "code": item.code,
        "description": item.description,
        "unit_id": ids["units"][item.unit],
        "vat_code_id": ids["vat-codes"].get(known.usual_vat),
        "sales_price_micro": item.price_micro,
        "standard_cost_micro": item.cost_micro,
        "last_cost_micro": item.cost_micro,
        "item_class_id": ids["item-classes"][item.item_class],
        "item_type_id": ids["item-types"].get("KIT" if item.item_class == "K" else "STOCK"),
        "discount_category_id": ids["discount-categories"].get("NET" if item.net_price else "NORMAL"),
        "brand_id": ids["brands"][item.brand.upper().replace(" ", "")[:12]],
        "weight_micro": item.weight_micro,
        "pack_quantity_micro": item.pack * MICRO,
        "economic_lot_micro": item.lot * MICRO,
        "running_out": item.running_out,
        "running_out_date": (today + dt.timedelta(days=30 + item.id % 60)).isoformat() if item.running_out else None,
        "blocked": item.blocked,
    }
    return row | search_columns("items", row)


def ean13(number: int) -> str:
    """A barcode of the range for use inside a company (prefix 2), with its check digit."""
    digits = f"2{number:011d}"
    weighed = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-weighed % 10}"


def _barcode_rows(unit: dict[str, int], made: list[Item]) -> Iterator[dict[str, Any]]:
    for item in made:
        yield {"item_id": item.id, "barcode": ean13(item.id), "unit_id": unit[item.unit]}
        if item.larger_unit and item.id % 2:
            yield {
                "item_id": item.id, "barcode": ean13(10_000_000_000 + item.id), "unit_id": unit[item.larger_unit]
            }  # fmt: skip


def _substitute_rows(made: list[Item]) -> Iterator[dict[str, Any]]:
    """The next item of the class stands in for what runs out or is blocked, and for some others."""
    for item, following in pairwise(made):
        if item.item_class == following.item_class and (item.running_out or item.blocked or item.id % 37 == 0):
            yield {"item_id": item.id, "substitute_id": following.id, "priority": 10}


def _supplier_rows(known: Known, made: list[Item], rng: Random) -> Iterator[dict[str, Any]]:
    suppliers = list(known.ids["suppliers"].values())
    for item in made:
        for place in range(2 if item.id % 5 == 0 else 1):
            yield {
                "item_id": item.id,
                "supplier_id": suppliers[(item.supplier + place) % len(suppliers)],
                "code": f"{rng.randrange(10**7):07d}",
                "price_micro": item.cost_micro * (100 + 4 * place) // 100,
                "lead_time_days": 3 + rng.randrange(25),
                "priority": 10 * (place + 1),
                "default": place == 0,
            }


def _component_rows(made: list[Item]) -> Iterator[dict[str, Any]]:
    tools = [item for item in made if item.item_class == "B"] or made[:1]
    for item in made:
        if item.item_class == "K":
            for part in {(item.id * 7 + step * 13) % len(tools) for step in range(3)}:
                yield {"item_id": item.id, "component_id": tools[part].id, "quantity_micro": MICRO}


def _stock(item: Item, rng: Random) -> int:
    if rng.random() < 0.08:
        return 0
    return rng.randrange(1, 40) * max(item.box, 5)


_SUPPLIER_COUNTRIES = ("IT", "IT", "IT", "DE", "AT", "CN")


def write_suppliers(bulk: Bulk, known: Known) -> None:
    """Write the suppliers, which items refer to."""
    names: list[str] = read_toml("words.toml")["suppliers"]["names"]
    ids = known.add("suppliers", [f"S{place:03d}" for place in range(1, len(names) + 1)])
    rows: list[dict[str, Any]] = []
    for place, (code, name) in enumerate(zip(ids, names, strict=False)):
        row: dict[str, Any] = {
            "id": ids[code],
            "code": code,
            "name": name,
            "city": name.rsplit(" ", 1)[-1] if place % 3 == 0 else "",
            "country_id": known.ids["countries"][_SUPPLIER_COUNTRIES[place % len(_SUPPLIER_COUNTRIES)]],
            "currency_id": known.ids["currencies"]["EUR"],
            "payment_terms_id": known.ids["payment-terms"].get("60EOM"),
            "lead_time_days": 5 + place * 3 % 40,
            "drop_ship_allowed": place % 2 == 0,
            "email": f"orders@supplier{place + 1}.example",
        }
        rows.append(row | search_columns("suppliers", row))
    insert_values(bulk, table(parties.Supplier), rows)
