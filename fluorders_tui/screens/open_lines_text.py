"""What is open of an item or a customer, as it is read beside an order being typed (D-15.3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal

from fluorders_tui.services.availability import ItemAvailability, OpenDemand

__all__ = ["customer_in_words", "item_in_words"]

MOST = 200


def item_in_words(
    found: ItemAvailability, number: Callable[[Decimal | None], str], day: Callable[[dt.date | None], str]
) -> list[str]:
    """Stock and what is free, day by day; then who waits for it and who sends it."""
    free, unit = found.free, found.unit
    held = ", ".join(f"{name} {number(much)}" for name, much in found.warehouses.items())
    told = [
        f"Stock     {number(free.stock)} {unit}" + (f" ({held})" if held else "") if held else "Stock     not known"
    ]
    told.append(f"Free now  {number(free.free_now)} {unit}")
    moving = [point for point in free.points if point.supply or point.demand]
    if moving:
        told.append("")
        for point in moving[:MOST]:
            moves = [f"+{number(point.supply)}"] if point.supply else []
            moves += [f"-{number(point.demand)}"] if point.demand else []
            told.append(f"{day(point.date):<11}{' '.join(moves):>14}   {number(point.promise)} free")
    if free.undated:
        told.append(f"{'no date':<11}{f'+{number(free.undated)}':>14}")
    if found.demand:
        told += ["", "Wanted by"]
        told += [_wanted(one, number, day, one.customer_name or one.customer) for one in found.demand[:MOST]]
    if found.supply:
        told += ["", "Sent by"]
        for one in found.supply[:MOST]:
            way = " to the customer" if one.drop_ship else ""
            what = f"{number(one.to_come)} {unit}"
            told.append(f"{day(one.due) or 'no date':<11}{what:>14}   {one.number} {one.supplier_name}{way}")
    return told


def customer_in_words(
    found: Sequence[OpenDemand], number: Callable[[Decimal | None], str], day: Callable[[dt.date | None], str]
) -> list[str]:
    """All a customer waits for, what is wanted first coming first."""
    if not found:
        return ["Nothing is open."]
    return [_wanted(one, number, day, f"{one.item} {one.description}".strip()) for one in found[:MOST]]


def _wanted(
    one: OpenDemand, number: Callable[[Decimal | None], str], day: Callable[[dt.date | None], str], what: str
) -> str:
    much = f"{number(one.open)} {one.unit}"
    return f"{day(one.due) or 'no date':<11}{much:>14}   {one.number}/{one.position} {what}"
