"""What of an item is free, and when; who waits for it and who sends it (D-15.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from fluorders_tui.data.availability_rows import (
    OpenDemand,
    OpenSupply,
    customer_id,
    movements_of,
    open_demand,
    open_supply,
)
from fluorders_tui.data.fulfilment_rows import stock_by_warehouse
from fluorders_tui.data.item_rows import item_in_short
from fluorders_tui.domain.availability import Availability, availability
from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.money import ZERO
from fluorders_tui.services.desk import Desk

__all__ = ["ItemAvailability", "OpenDemand", "OpenSupply", "customer_open_lines", "free_now", "item_availability"]


@dataclass(frozen=True, slots=True)
class ItemAvailability:
    """An item with what is free of it over time, in its main unit, and what that comes from.

    `warehouses` is what each holds, empty where nobody keeps a stock of it.
    """

    code: str
    description: str
    unit: str
    free: Availability
    warehouses: Mapping[str, Decimal]
    demand: tuple[OpenDemand, ...]
    supply: tuple[OpenSupply, ...]


def item_availability(desk: Desk, code: str) -> ItemAvailability:
    """Everything open of an item and what that leaves. Raises `Invalid` for an unknown code."""
    with desk.store.read() as connection:
        item = item_in_short(connection, code)
        if item is None:
            raise Invalid(f"There is no item {code!r}.", field="item", rule="D-6.6")
        held = stock_by_warehouse(connection, [item.id]).get(item.id, {})
        moves = movements_of(connection, [item.id]).get(item.id, ())
        return ItemAvailability(
            item.code,
            item.description,
            item.unit,
            availability(sum(held.values(), ZERO), moves, desk.today()),
            held,
            tuple(open_demand(connection, item_id=item.id)),
            tuple(open_supply(connection, item.id)),
        )


def free_now(desk: Desk, item_rows: Sequence[int]) -> dict[int, Decimal]:
    """What of items (by row) can be promised for today, in main units; items nobody keeps a stock of are left out."""
    with desk.store.read() as connection:
        held = stock_by_warehouse(connection, item_rows)
        moves = movements_of(connection, list(held))
    today = desk.today()
    return {
        row: availability(sum(kept.values(), ZERO), moves.get(row, ()), today).free_now for row, kept in held.items()
    }


def customer_open_lines(desk: Desk, code: str) -> tuple[OpenDemand, ...]:
    """The open lines of a customer, those wanted first coming first. Raises `Invalid` for an unknown code."""
    with desk.store.read() as connection:
        found = customer_id(connection, code)
        if found is None:
            raise Invalid(f"There is no customer {code!r}.", field="customer", rule="D-3.1")
        return tuple(open_demand(connection, customer_id=found))
