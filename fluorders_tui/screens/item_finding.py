"""What a text in an item field means, whoever buys or sells the item (D-6.6, D-6.6b)."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from decimal import Decimal

from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.folding import fold
from fluorders_tui.domain.item_entry import ItemEntry, parse_item_entry
from fluorders_tui.domain.order import LineType
from fluorders_tui.services.registries import Found
from fluorders_tui.widgets.choices import Choice, Resolution

__all__ = ["BlockRow", "ItemPick", "block_rows", "item_hits", "resolve_entry"]

BlockRow = tuple[int, str, Decimal | None, str]
"""A row of a pasted block: its number, the item's code, the quantity if one was given, the unit of a barcode."""

Find = Callable[[str], list[Found]]
Choose = Callable[[Found, Decimal | None], Choice]


@dataclass(frozen=True, slots=True)
class ItemPick:
    """The item that a text means, with the quantity and the unit that came with it (D-6.6, D-6.6b)."""

    code: str
    quantity: Decimal | None = None
    unit: str = ""
    line_type: LineType = LineType.CODED


def item_hits(text: str, find: Find, choose: Choose) -> list[Choice]:
    """The hits for a text that is still typed: for all of it, else for the item in it."""
    entry = parse_item_entry(text)
    found = find(text) or (find(entry.item) if entry.item != text else [])
    return [choose(one, entry.quantity) for one in found]


def resolve_entry(text: str, find: Find, choose: Choose) -> Resolution:
    """What `ABC`, `12*ABC`, `ABC 12` or a barcode means: the exact code in any reading first."""
    several: Resolution | None = None
    for reading in parse_item_entry(text).readings():
        found = find(reading.item)
        choices = tuple(choose(one, reading.quantity) for one in found)
        exact = [
            choice
            for one, choice in zip(found, choices, strict=True)
            if fold(reading.item) in (fold(one.code), fold(one.typed_code or one.code))
        ]
        if exact:
            return Resolution("exact", (exact[0],))
        if choices and several is None:
            several = Resolution("one" if len(choices) == 1 else "many", choices)
    return several or Resolution("none")


def block_rows(
    entries: Sequence[tuple[int, ItemEntry]], known: Container[str], resolve: Callable[[str], Resolution]
) -> tuple[list[BlockRow], list[Invalid]]:
    """The items of a pasted block; exact codes only, what isn't found is listed with the nearest (D-6.6b)."""
    good: list[BlockRow] = []
    bad: list[Invalid] = []
    for row, entry in entries:
        if entry.item in known:
            good.append((row, entry.item, entry.quantity, ""))
            continue
        resolution = resolve(entry.item)
        pick = resolution.choices[0].value if resolution.kind == "exact" else None
        if isinstance(pick, ItemPick):
            good.append((row, pick.code, entry.quantity if entry.quantity is not None else pick.quantity, pick.unit))
        else:
            near = f" The nearest is {resolution.choices[0].code}." if resolution.choices else ""
            bad.append(Invalid(f"There is no item {entry.item[:40]!r}.{near}", field=f"row {row}", rule="D-6.6b"))
    return good, bad
