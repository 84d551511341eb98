"""Where a person can go: the menu of the first screen and what Ctrl+O lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["ELSEWHERE", "MENU", "Destination"]


@dataclass(frozen=True, slots=True)
class Destination:
    """A screen to open with `arguments`. In the menu `command` has its key, label and help; elsewhere it has none."""

    command: str = ""
    screen: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    label: str = ""
    help: str = ""


# The digits are for what people do all day: 7 deliveries. Everything else is
# two keys away by its name, and stands in `ELSEWHERE`.
MENU: tuple[Destination, ...] = (
    Destination("menu_new_order", "order_entry"),
    Destination("menu_orders", "orders"),
    Destination("menu_order_status", "order_status"),
    Destination("menu_board", "board"),
    Destination("menu_offers", "offers"),
    Destination("menu_supplier_orders", "supplier_orders"),
    Destination("menu_deliveries", "deliveries"),
    Destination("menu_lines", "lines"),
    Destination("menu_registries", "registries"),
    Destination("menu_keys"),
    Destination("menu_quit"),
)
"""In the order of their keys; the last two open no screen."""

ELSEWHERE: tuple[Destination, ...] = (
    Destination(screen="offer_entry", label="New offer", help="Type a new offer, for a customer or a prospect."),
    Destination(screen="supplier_order_entry", label="New supplier order", help="Type an order to a supplier."),
    Destination(screen="convert_offers", label="Convert offers", help="Make customer orders of offers."),
    Destination(screen="supply_proposals", label="Supply proposals", help="What customers lack, ordered from whom."),
    Destination(screen="supply_exceptions", label="Supply exceptions", help="Promised goods that suppliers changed."),
    Destination(screen="supply_runs", label="Supply runs", help="What was ordered and shared out; taking it back."),
    Destination(
        screen="conversion_runs", label="Conversions", help="Who made which orders of which offers; taking one back."
    ),
    Destination(
        screen="registry", arguments={"name": "customers"}, label="Customers", help="The registry of customers."
    ),
    Destination(screen="registry", arguments={"name": "items"}, label="Items", help="The registry of items."),
    Destination(
        screen="registry", arguments={"name": "price_lists"}, label="Price lists", help="The registry of price lists."
    ),
    Destination(
        screen="registry_form",
        arguments={"name": "company", "row": "company"},
        label="Company and parameters",
        help="What the company decides once for orders, offers, prices, lines and grouping.",
    ),
    Destination(
        screen="registry", arguments={"name": "numberings"}, label="Numberings", help="How documents are numbered."
    ),
    Destination(
        screen="registry",
        arguments={"name": "order_types"},
        label="Order types",
        help="What the types of orders decide.",
    ),
)
"""What Ctrl+O lists below the menu."""
