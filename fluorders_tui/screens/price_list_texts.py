"""How the preview of a change to a price list looks: prices before and after, or the steps in words."""

from __future__ import annotations

from decimal import Decimal

from fluorders_tui.domain.money import MICRO_DECIMALS, round_half_up
from fluorders_tui.screens.base import DeskScreen
from fluorders_tui.services.price_list_raising import PreviewRow
from fluorders_tui.services.price_lists import PlannedList
from fluorders_tui.widgets.row_sources import Row
from fluorders_tui.widgets.table_layout import Column

__all__ = ["FIGURES", "PRICES", "STEPS", "price_row", "step_rows"]

PRICES = (
    Column("item", "Item", 10),
    Column("description", "Description", 12, flex=True, drop=1),
    Column("unit", "Unit", 5),
    Column("quantity", "From", 7, align="right"),
    Column("old", "Old price", 11, align="right"),
    Column("unrounded", "Unrounded", 12, align="right", drop=2),
    Column("new", "New price", 11, align="right"),
    Column("deviation", "Rounded %", 9, align="right"),
    Column("state", "", 7),
)
STEPS = (Column("step", "What will be done", 20, flex=True),)
FIGURES = (
    ("rows", "In the list"), ("chosen", "Chosen"), ("changed", "Change"), ("mean", "Mean change"), ("left", "Stay"),
    ("beyond", "Too far"),
)  # fmt: skip


def price_row(screen: DeskScreen, row: PreviewRow) -> Row:
    """A price before and after; the key is the row's id and whether rounding moves it too far."""
    line, price = row.line, row.price
    cells = (
        line.item,
        line.description,
        line.unit,
        screen.number(line.min_quantity) if line.min_quantity else "",
        screen.price(price.old),
        screen.number(price.unrounded),
        screen.price(price.new),
        screen.amount(price.deviation) if price.deviation else "",
        "too far" if price.beyond else "" if price.new != price.old else "same",
    )
    return Row((row.id, price.beyond), cells, "warning" if price.beyond else "")


def step_rows(screen: DeskScreen, planned: PlannedList) -> list[Row]:
    """What making or closing a list does, step by step, with what does not fit together (D-4.1)."""
    source, count = planned.source, screen.number(Decimal(planned.rows))
    steps: list[tuple[str, str]] = []
    for new in planned.plan.added:
        end = f" to {screen.day(new.valid_to)}" if new.valid_to else ""
        scope = f", only for {new.customer}" if new.customer else ""
        steps.append((f"New list {new.name} of type {new.code} in {new.currency}{scope}.", "strong"))
        steps.append((f"It counts from {screen.day(new.valid_from)}{end}, with {count} prices of {source.code}.", ""))
    if planned.rate is not None:
        rate = screen.number(round_half_up(planned.rate, MICRO_DECIMALS))
        steps.append((f"Prices are converted: 1 {source.currency} is {rate}.", ""))
    for one in planned.plan.changed:
        until = f"ends on {screen.day(one.valid_to)}" if one.valid_to else "has no end"
        steps.append((f"{one.name} {until}.", "strong"))
    steps += [(f"✗ {one.message}", "bad") for one in planned.errors]
    steps += [(f"! {note}", "warning") for note in planned.notes]
    return [Row(place, (text,), look) for place, (text, look) in enumerate(steps)]
