"""A small shop for the tests that type and enter orders: what its customers and items are like, and drafts from it."""

from __future__ import annotations

from decimal import Decimal

from fluorders_tui.data.store import Store
from fluorders_tui.domain.draft_lines import add_line
from fluorders_tui.domain.entry import make_line
from fluorders_tui.domain.header import choose_customer
from fluorders_tui.domain.order import OrderDraft
from fluorders_tui.services.conditions import customer_conditions, item_card, new_draft
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.fast_start import fast_start
from fluorders_tui.services.registry_saving import save_row
from tests.conftest import FixedClock

CUSTOMERS = {
    "C0001": {"name": "Rossi [Milano]", "city": "Milano", "pop_up_note": "Deliver before ten."},
    "C0002": {"name": "Rossi & Figli [/b]", "city": "Lodi"},
    "C0003": {"name": "שלום 😀 Größe", "city": "Bozen"},
}
ITEMS = {
    "A-100": ("Hex bolt M10", "10"),
    "A-110": ("Hex bolt M11", "11"),
    "A-120": ("Washer [red]", "0.5"),
    "B-900": ("Anchor", "7"),
}


def shop_at(url: str) -> Desk:
    """A desk with the shop on a database that has the schema."""
    store = Store(url)
    fast_start(store, country="IT", company="Prova Srl", user="anna", clock=FixedClock())
    desk = open_desk(store, "anna", clock=FixedClock())
    fill_shop(desk)
    return desk


def fill_shop(desk: Desk) -> None:
    """Customers, items with a box of 12, a barcode, a customer's code, and two price lists that tie for B-900."""
    for code, (description, price) in ITEMS.items():
        children: dict[str, list[dict[str, object]]] = {"item-units": [{"unit": "box", "factor": "12"}]}
        if code == "A-110":
            children["barcodes"] = [{"barcode": "8001234567890", "unit": "box"}]
        values = {"code": code, "description": description, "unit": "pc", "sales_price": price, "vat_code": "22"}
        save_row(desk, "items", values, children=children)
    for code, price in (("L1", "7.50"), ("L2", "7.20")):
        save_row(desk, "price-list-types", {"code": code, "name": code})
        save_row(
            desk,
            "price-lists",
            {"code": f"{code}-2026", "name": code, "list_type": code, "currency": "EUR", "valid_from": "2026-01-01"},
            children={"price-list-lines": [{"item": "B-900", "price": price}]},
        )
    for code, about in CUSTOMERS.items():
        lists = [{"list_type": name, "priority": 10} for name in ("L1", "L2")] if code == "C0003" else []
        known = [{"item": "A-120", "code": "XY 9"}] if code == "C0001" else []
        values = {"code": code, "country": "IT", "payment_type": "BT", "payment_terms": "30EOM", **about}
        save_row(desk, "customers", values, children={"customer-price-lists": lists, "customer-items": known})


def draft(desk: Desk, *lines: tuple[str, int | str], customer: str = "C0001") -> OrderDraft:
    """An order ready to be entered, with (item, quantity) for each line; 12 of A-100 when none is given."""
    conditions = customer_conditions(desk, customer)
    made = choose_customer(new_draft(desk), conditions)
    for item, quantity in lines or (("A-100", 12),):
        made = with_line(desk, made, item, quantity)
    return made


def with_line(desk: Desk, made: OrderDraft, item: str, quantity: int | str = 1) -> OrderDraft:
    """The draft with one more line."""
    conditions = customer_conditions(desk, made.customer)
    card = item_card(desk, item, conditions)
    return add_line(made, make_line(made, conditions, card, Decimal(quantity), checks=desk.checks))
