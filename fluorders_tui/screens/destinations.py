"""Where a person can go: the menu of the first screen and what Ctrl+O lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["MENU", "Destination"]


@dataclass(frozen=True, slots=True)
class Destination:
    """A screen to open with `arguments`; `command` is the menu's command, which has its key and label."""

    command: str
    screen: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)


MENU: tuple[Destination, ...] = (
    Destination("menu_new_order", "order_entry"),
    Destination("menu_orders", "orders"),
    Destination("menu_order_status", "order_status"),
    Destination("menu_customers", "registry", {"name": "customers"}),
    Destination("menu_items", "registry", {"name": "items"}),
    Destination("menu_price_lists", "registry", {"name": "price_lists"}),
    Destination("menu_registries", "registries"),
    Destination("menu_lines", "lines"),
    Destination("menu_keys"),
    Destination("menu_quit"),
)
"""In the order of their keys; the last two open no screen."""
