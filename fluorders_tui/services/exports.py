"""Exporting a table, and the template that shows its columns (interfaces §3).

What is exported goes in again unchanged: importing it changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from fluorders_tui.data import registry_search as search
from fluorders_tui.data.registry_codes import Codes
from fluorders_tui.data.registry_rows import Transaction, Values, children_of
from fluorders_tui.data.registry_search import RowQuery
from fluorders_tui.domain.money import plain
from fluorders_tui.domain.registry import FieldKind, FieldSpec, Value
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.import_children import shortcut_context
from fluorders_tui.services.import_columns import columns_of
from fluorders_tui.services.registries import registry_spec
from fluorders_tui.services.registry_shortcuts import SHORTCUT_TABLES, shortcut_cells

_PAGE = 1000

#: The example row of a template where a code of its own says more than `EXAMPLE`.
_EXAMPLES: dict[str, Values] = {
    "customers": {"code": "C0001", "name": "Example Ltd", "street": "1 High Street", "city": "Exampleton"},
    "items": {
        "code": "A-100",
        "description": "Hexagon bolt M8 × 40",
        "sales_price": Decimal("0.25"),
        "barcode": "4006381333931",
    },
    "suppliers": {"code": "S0001", "name": "Example Supplies Ltd"},
    "price-lists": {"code": "RETAIL", "name": "Retail", "valid_from": dt.date(2026, 1, 1)},
    "price-list-types": {"code": "RETAIL", "name": "Retail"},
    "price-list-lines": {"min_quantity": Decimal(10), "price": Decimal("0.22")},
    "vat-codes": {"code": "R5", "description": "Reduced 5 %", "rate": Decimal(5), "kind": "normal"},
    "customer-groups": {"code": "CHAIN", "name": "Example chain", "credit_limit": Decimal(50000)},
    "customer-blocks": {"blocked_for": "orders", "valid_from": dt.date(2026, 1, 1), "reason": "Unpaid since May"},
    "units": {"code": "pallet", "name": "Pallet"},
    "currencies": {"code": "NOK", "name": "Norwegian krone", "decimals": 2},
    "currency-rates": {"valid_from": dt.date(2026, 1, 1), "rate": Decimal("1.1")},
    "countries": {"code": "NO", "name": "Norway"},
    "languages": {"code": "nb", "name": "Norwegian"},
    "payment-terms": {"code": "30-60-90", "name": "30/60/90 days", "instalments": "30/60/90"},
    "payment-term-instalments": {"days": 120},
    "payment-term-excluded-months": {"month": 8, "to_month": 9, "to_day": 5},
    "discount-policies": {"code": "EXAMPLE", "name": "Example", "discount_category": "NORMAL", "discounts": "5+2"},
    "discount-combinations": {"code": "EXAMPLE", "name": "All of one customer", "priority": 200, "customer": True},
    "numberings": {"code": "EXAMPLE", "name": "Example", "format": "{year}-{number:05d}", "period": "yearly"},
    "numbering-policies": {"code": "EXAMPLE", "valid_from": dt.date(2040, 1, 1), "period": "yearly"},
    "order-types": {"code": "EXAMPLE", "name": "Example"},
    "offer-types": {"code": "EXAMPLE", "name": "Example"},
    "supplier-order-types": {"code": "EXAMPLE", "name": "Example"},
    "fulfilment-types": {"code": "EXAMPLE", "name": "Example"},
    "item-units": {"factor": Decimal(10)},
    "barcodes": {"barcode": "4006381333948"},
    "item-components": {"quantity": Decimal(2)},
    "stock": {"quantity": Decimal(120)},
    "calendar-days": {"day": dt.date(2026, 12, 24), "name": "Christmas Eve"},
    "customer-discounts": {"value": Decimal(5)},
    "customer-expenses": {"amount": Decimal(12)},
    "destinations": {"code": "D1", "name": "Example Ltd, works"},
    "users": {"code": "jane", "name": "Jane Example", "role": "clerk"},
}  # fmt: skip


def export_columns(registry: str) -> tuple[str, ...]:
    """The columns of an exported table, in order. Raises `Unreadable` for an unknown table."""
    return tuple(field.name for field in columns_of(registry_spec(registry)))


def export_table(desk: Desk, registry: str) -> Iterator[tuple[Value, ...]]:
    """All rows of a table, inactive ones too, each as long as `export_columns`; read as they are taken."""
    spec = registry_spec(registry)
    query = RowQuery(spec.name, include_inactive=True)
    names = export_columns(spec.name)
    tables = SHORTCUT_TABLES.get(spec.name, ())
    with desk.store.read() as connection:
        context = shortcut_context(connection, spec.name, Codes(connection, whole=True))
        start: object = None
        while True:
            rows = search.page(connection, query, _PAGE, start=start, after=True)
            ids = [row.id for row in rows]
            children = {name: children_of(connection, name, ids) for name in tables}
            for row in rows:
                existing = {name: of[row.id] for name, of in children.items()}
                values = {**row.values, **shortcut_cells(spec.name, existing, context)}
                yield tuple(_shortest(values[name]) for name in names)
            if len(rows) < _PAGE:
                return
            last = rows[-1]
            start = last.values[spec.key[0]] if len(spec.key) == 1 else last.id


def _shortest(value: Value) -> Value:
    return Decimal(plain(value)) if isinstance(value, Decimal) else value


def template(desk: Desk, registry: str) -> tuple[tuple[str, ...], tuple[Value, ...]]:
    """All columns of a table and one example row, with codes that this database has."""
    spec = registry_spec(registry)
    values: Values = {"code": "EXAMPLE", "name": "Example", "description": "Example", "text": "Example"}
    values |= _EXAMPLES.get(spec.name, {})
    if spec.name == "company":
        kept = ("name", "country", "currency", "language", "time_zone", "order_type", "vat_code")
        values |= {"code": "company", **{name: getattr(desk.company, name) for name in kept}}
    with desk.store.read() as connection:
        for field in spec.fields:
            if field.kind is FieldKind.REFERENCE and field.required:
                values[field.name] = _a_code(connection, desk, spec.name, field)
        if spec.name == "numbering-ranges":
            values |= _a_range(connection, str(values["numbering"]))
    names = tuple(field.name for field in columns_of(spec))
    return names, tuple(values.get(name) for name in names)


def _a_code(connection: Transaction, desk: Desk, registry: str, field: FieldSpec) -> str:
    """A code that the example can refer to: the company's own, else one that is there, else another example."""
    codes = Codes(connection)
    company = {"countries": desk.company.country, "currencies": desk.company.currency, "units": "pc"}
    if registry == "item-units":
        company["units"] = "box"
    # Rates are of foreign currencies; a substitute and a component are another item than the example.
    usual = company.get(field.target, "") if registry != "currency-rates" else ""
    example = str(_EXAMPLES.get(field.target, {}).get("code", "EXAMPLE"))
    another = field.name in ("substitute", "component")
    for code in (usual, example):
        if code and not another and codes.find(field.target, code):
            return code
    rows = search.page(connection, RowQuery(field.target), 2)
    found = [str(row.values["code"]) for row in rows if not another or row.values["code"] != example]
    return found[0] if found else example


def _a_range(connection: Transaction, numbering: str) -> Values:
    """The range that the numbering has already: another one would overlap it."""
    found = Codes(connection).find("numberings", numbering)
    if found is not None:
        for row in children_of(connection, "numbering-ranges", [found.id])[found.id]:
            return {"policy": row.values["policy"], "start": row.values["start"], "end": 99_999}
        for row in children_of(connection, "numbering-policies", [found.id])[found.id]:
            return {"policy": row.values["code"], "start": 1, "end": 99_999}
    return {"policy": "STD", "start": 1}
