"""Who uses a registry row: a used row is deactivated, never deleted (D-2.5)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Connection, Table, and_, literal, select

from fluorders_tui.data.registries import registries
from fluorders_tui.data.registry_rows import RowState
from fluorders_tui.data.tables.base import table
from fluorders_tui.data.tables.documents import CustomerOrder, CustomerOrderLine
from fluorders_tui.data.tables.everything import metadata

#: Where documents keep codes as text, because they took a snapshot (D-2.5).
_ORDER_COLUMNS = {
    "order-types": "order_type",
    "payment-types": "payment_type",
    "payment-terms": "payment_terms",
    "carriers": "carrier",
    "shipping-methods": "shipping_method",
    "delivery-terms": "delivery_terms",
    "packings": "packing",
    "agents": "agent",
    "zones": "zone",
    "categories": "category",
    "languages": "language",
    "currencies": "currency",
    "countries": "destination_country",
    "users": "entered_by",
}
_LINE_COLUMNS = {"units": "unit", "vat-codes": "vat_code", "items": "item_code"}
_COMPANY_COLUMNS = {
    "fulfilment-types": "fulfilment_type",
    "order-types": "order_type",
    "vat-codes": "vat_code",
    "currencies": "currency",
    "countries": "country",
    "languages": "language",
}
_FULFILMENT_COLUMNS = {"fulfilment-types": "fulfilment_type", "warehouses": "warehouse"}
#: What only the snapshot of a document may name.
_DOCUMENTS = {
    "customers": (table(CustomerOrder), table(CustomerOrder).c.customer_id),
    "items": (table(CustomerOrderLine), table(CustomerOrderLine).c.item_id),
}
_SNAPSHOT = ("discount-types", "expense-types", "agents", "vat-codes", "payment-types", "payment-terms", "warehouses")
_TITLES = {
    "customer_order": "orders",
    "customer_order_line": "order lines",
    "offer": "offers",
    "offer_line": "offer lines",
    "fulfilment_document": "deliveries",
    "fulfilment_line": "lines of deliveries",
    "numbering_counter": "documents with a number",
    "company": "the company's parameters",
    "journal": "the journal",
}


def used_by(connection: Connection, registry: str, row: RowState) -> str:
    """What uses this row, in words; empty when nothing does and it may be deleted."""
    return _referred(connection, registry, row) or named_by(connection, registry, row)


def _referred(connection: Connection, registry: str, row: RowState) -> str:
    stored = registries()[registry]
    own = {registries()[child].table.name: registries()[child].spec.parent for child in stored.spec.children}
    for other in metadata.sorted_tables:
        for column in other.columns:
            if not any(key.column.table is stored.table for key in column.foreign_keys):
                continue
            if own.get(other.name) and column.name == f"{own[other.name]}_id":
                continue
            if _any(connection, other, column, row.id):
                return _title(other)
    return ""


def named_by(connection: Connection, registry: str, row: RowState) -> str:
    """Which documents or parameters name the code of this row, in words; empty when none does."""
    code = row.values.get("code")
    if not isinstance(code, str):
        return ""
    if registry in ("customers", "items") and _any(connection, *_DOCUMENTS[registry], row.id):
        return _title(_DOCUMENTS[registry][0])
    if registry == "destinations":
        return _destination_used(connection, row, code)
    if registry == "users" and _any(connection, *_column("journal", "user"), code):
        return _TITLES["journal"]
    for name, columns in (
        ("company", _COMPANY_COLUMNS),
        ("customer_order", _ORDER_COLUMNS),
        ("customer_order_line", _LINE_COLUMNS),
        ("offer", _ORDER_COLUMNS | {"offer-types": "offer_type"}),
        ("offer_line", _LINE_COLUMNS),
        ("fulfilment_document", _FULFILMENT_COLUMNS),
    ):
        if registry in columns and _any(connection, *_column(name, columns[registry]), code):
            return _TITLES[name]
    return _in_snapshots(connection, code) if registry in _SNAPSHOT else ""


def _column(of: str, column: str) -> tuple[Table, Column[object]]:
    found = metadata.tables[of]
    return found, found.c[column]


def _any(connection: Connection, of: Table, column: Any, value: object) -> bool:
    return connection.execute(select(literal(1)).select_from(of).where(column == value).limit(1)).first() is not None


def _destination_used(connection: Connection, row: RowState, code: str) -> str:
    orders, customers = metadata.tables["customer_order"], metadata.tables["customer"]
    of_customer = and_(orders.c.customer_id == customers.c.id, customers.c.code == row.values["customer"])
    query = select(literal(1)).select_from(orders.join(customers, of_customer))
    found = connection.execute(query.where(orders.c.destination_code == code).limit(1)).first()
    return _TITLES["customer_order"] if found else ""


def _in_snapshots(connection: Connection, code: str) -> str:
    for name in ("customer_order", "customer_order_line", "offer", "offer_line"):
        documents = metadata.tables[name]
        quoted = documents.c.snapshot.contains(f'"{code}"', autoescape=True)
        if connection.execute(select(literal(1)).where(quoted).limit(1)).first():
            return _TITLES[name]
    return ""


def _title(of: Table) -> str:
    for stored in registries().values():
        if stored.table is of:
            return stored.spec.title.lower()
    return _TITLES.get(of.name, of.name)
