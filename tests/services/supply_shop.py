"""The shop of the tests with suppliers, prices to buy at, a warehouse, and confirmed orders that want goods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from fluorders_tui.data.status_counters import counted
from fluorders_tui.domain.order import OrderDraft
from fluorders_tui.domain.supplier_orders import SupplierOrderDraft
from fluorders_tui.services.conditions import order_type
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.orders import enter_order, open_order
from fluorders_tui.services.registry_saving import save_row
from fluorders_tui.services.saved_order import SavedOrder
from fluorders_tui.services.supplier_drafts import new_supplier_order, supplier_line
from fluorders_tui.services.supplier_orders import SavedSupplierOrder, enter_supplier_order
from tests.shop import draft, fill_shop

#: Code, name, lead time, whether they ship to customers, and the items they have at which price.
SUPPLIERS: dict[str, tuple[str, int, bool, dict[str, tuple[str, bool]]]] = {
    "S1": ("Acme", 10, True, {"A-100": ("6", True), "A-110": ("7", True), "B-900": ("4", True)}),
    "S2": ("Beta", 3, False, {"A-100": ("5", False), "A-120": ("0.2", True)}),
    "S3": ("Gamma", 20, True, {"A-110": ("6.5", False)}),
}


def fill_supply_shop(desk: Desk) -> None:
    """The shop with one warehouse and three suppliers."""
    fill_shop(desk)
    fill_suppliers(desk)


def fill_suppliers(desk: Desk) -> None:
    """Three suppliers for a shop that is there."""
    for code, (name, days, ships, _) in SUPPLIERS.items():
        values = {"code": code, "name": name, "lead_time_days": str(days), "drop_ship_allowed": ships}
        save_row(desk, "suppliers", {**values, "payment_terms": "30EOM", "city": "Torino", "country": "IT"})
    for code, (_, _, _, prices) in SUPPLIERS.items():
        for item, (price, default) in prices.items():
            known = {"item": item, "supplier": code, "code": f"{code}-{item}", "price": price, "default": default}
            save_row(desk, "item-suppliers", known)


def set_stock(desk: Desk, item: str, quantity: str) -> None:
    save_row(desk, "stock", {"item": item, "warehouse": warehouse(desk), "quantity": quantity})


def warehouse(desk: Desk) -> str:
    return str(rows(desk, "SELECT code FROM warehouse ORDER BY code")[0]["code"])


def stock(desk: Desk) -> dict[str, Decimal]:
    """What the warehouses hold, by item."""
    found = rows(
        desk,
        "SELECT i.code, sum(s.quantity_micro) AS n FROM stock s JOIN item i ON i.id = s.item_id GROUP BY i.code",
    )
    return {row["code"]: Decimal(int(row["n"])).scaleb(-6).normalize() for row in found}


def ordered(desk: Desk, *lines: tuple[str, int | str], customer: str = "C0001") -> SavedOrder:
    """A confirmed customer order."""
    made: OrderDraft = draft(desk, *lines, customer=customer)
    return enter_order(desk, replace(made, type=order_type(desk, "WEB")))


def supply_draft(desk: Desk, *lines: tuple[str, int | str], supplier: str = "S1") -> SupplierOrderDraft:
    made = new_supplier_order(desk, supplier)
    bought = (supplier_line(desk, made, item, Decimal(quantity)) for item, quantity in lines)
    return replace(made, lines=tuple(bought))


def bought(desk: Desk, *lines: tuple[str, int | str], supplier: str = "S1") -> SavedSupplierOrder:
    """An entered supplier order."""
    return enter_supplier_order(desk, supply_draft(desk, *lines, supplier=supplier))


def again(desk: Desk, order: SavedOrder) -> SavedOrder:
    return open_order(desk, order.number)


def rows(desk: Desk, statement: str, **values: object) -> list[Mapping[str, Any]]:
    with desk.store.read() as connection:
        return [dict(row) for row in connection.execute(text(statement), values).mappings()]


def links(desk: Desk) -> list[tuple[int, int, str]]:
    """Quantity, what came and the exception of each link, those made first coming first."""
    found = rows(desk, "SELECT quantity_micro, done_micro, exception FROM document_link ORDER BY id")
    return [(row["quantity_micro"] // 10**6, row["done_micro"] // 10**6, row["exception"]) for row in found]


def check_counters(desk: Desk) -> None:
    """The status counters are what the documents themselves say."""
    for kind, table, worth in (
        ("order", "customer_order", "company_total_minor"),
        ("supplier order", "supplier_order", "company_net_minor"),
    ):
        found = rows(desk, f"SELECT status, count(*) AS n, sum({worth}) AS worth FROM {table} GROUP BY status")
        with desk.store.read() as connection:
            kept = counted(connection, kind)
        assert kept == {row["status"]: (row["n"], int(row["worth"])) for row in found}
