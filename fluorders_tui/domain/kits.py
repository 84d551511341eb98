"""Kits: a line exploded into its first-level components, and structures that would contain themselves (D-6.5).

- *With commercial data* the components are sold: each is priced by its own lists, and the kit line
  becomes a note that heads them.
- *Without*, the kit is sold: price, discounts, cost and weight stay on its line, and the components
  follow as goods that cost nothing and say what they are included in. They are give-away lines at a
  price of 0, because they are delivered but neither charged nor valued a second time.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from fluorders_tui.domain.amounts import with_amounts
from fluorders_tui.domain.conditions import CustomerConditions, ItemCard, LineChecks
from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.entry import make_give_away, make_line
from fluorders_tui.domain.errors import DeskError, Invalid, Refused, Several
from fluorders_tui.domain.line_checks import USUAL_CHECKS, check_quantity, check_sellable
from fluorders_tui.domain.money import EXACT, ZERO, plain
from fluorders_tui.domain.notices import Notice
from fluorders_tui.domain.order import (
    DiscountSource,
    LineType,
    OrderDraft,
    OrderLine,
    PriceOrigin,
    PriceSource,
)


@dataclass(frozen=True, slots=True)
class KitComponent:
    """One part of a kit: `quantity` of the component's main units in one main unit of the kit."""

    item: str
    quantity: Decimal


def explode_kit(
    draft: OrderDraft,
    index: int,
    components: Sequence[KitComponent],
    conditions: CustomerConditions,
    cards: Mapping[str, ItemCard],
    *,
    commercial: bool,
    checks: LineChecks = USUAL_CHECKS,
) -> OrderDraft:
    """The draft with the kit line at `index`, from 0, exploded into its first-level components (D-6.5).

    `cards` are the components by item code; with `commercial` data with their prices in the lists of
    `conditions`. Dates and agents are those of the kit line; a component that is itself a kit stays one line.

    Raises `Refused` for a line that is no kit or was executed in part, and `Several` with everything
    wrong with the components: unknown, blocked, or a quantity that its unit can't hold (D-6.3).
    """
    kit = _kit_line(draft, index, components)
    lines: list[OrderLine] = []
    errors: list[DeskError] = []
    for component in components:
        try:
            card = _card(component, cards)
            quantity = _quantity(kit, component, card)
            if commercial:
                lines.append(_sold(draft, kit, card, quantity, conditions, checks))
            else:
                lines.append(_included(draft, kit, card, quantity))
        except Refused as error:
            field = f"lines[{index + 1}].{error.field}"
            errors.append(
                type(error)(f"{component.item}: {error.message}", field=field, rule=error.rule, hint=error.hint)
            )
    if errors:
        raise Several(errors)
    head = _heading(draft, kit) if commercial else kit
    return replace(draft, lines=(*draft.lines[:index], head, *lines, *draft.lines[index + 1 :]))


def find_cycle(edges: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """The first way in which a kit contains itself, `("A", "B", "A")`; empty when none does (D-6.5).

    `edges` names the components of each kit. No depth is too deep, and each kit is looked at once.
    """
    done: set[str] = set()
    for start in edges:
        if start in done:
            continue
        path: dict[str, Iterator[str]] = {start: iter(edges[start])}
        while path:
            kit, waiting = next(reversed(path.items()))
            component = next(waiting, None)
            if component is None:
                done.add(kit)
                del path[kit]
            elif component in path:
                names = list(path)
                return (*names[names.index(component) :], component)
            elif component not in done:
                path[component] = iter(edges.get(component, ()))
    return ()


def circular_components(edges: Mapping[str, Iterable[str]], kits: Container[str]) -> Iterator[tuple[str, str, Refused]]:
    """The components by which one of `kits` would contain itself: kit, component, and the way round (D-6.5).

    `edges` names the components of each kit. Each circle is told once, at every one of `kits` that is in it.
    """
    left = {kit: tuple(components) for kit, components in edges.items()}
    while cycle := find_cycle(left):
        for kit, component in pairwise(cycle):
            if kit in kits:
                message = f"{kit} would contain itself: {' → '.join(_turned(cycle, kit))}."
                yield kit, component, Refused(message, field="component", rule="D-6.5")
        # Other circles may go through the same kits: only this way is closed.
        first, second = cycle[0], cycle[1]
        left[first] = tuple(component for component in left[first] if component != second)


def _turned(cycle: Sequence[str], start: str) -> tuple[str, ...]:
    place = cycle.index(start)
    return (*cycle[place:-1], *cycle[: place + 1])


def _kit_line(draft: OrderDraft, index: int, components: Sequence[KitComponent]) -> OrderLine:
    if not 0 <= index < len(draft.lines):
        raise Invalid(f"There is no line {index + 1}.", field="lines")
    line, place = draft.lines[index], f"lines[{index + 1}]"
    if line.line_type not in (LineType.CODED, LineType.GIVE_AWAY) or not components:
        what = line.item or f"A {line.line_type.value} line"
        raise Refused(f"{what} has no components.", field=place, rule="D-6.5")
    if line.executed:
        raise Refused(
            f"{plain(line.executed)} of this line were executed already.",
            field=place,
            rule="D-12.6",
            hint="Split off what is left, and explode that line.",
        )
    return line


def _card(component: KitComponent, cards: Mapping[str, ItemCard]) -> ItemCard:
    card = cards.get(component.item)
    if card is None:
        raise Refused("There is no such item.", field="item", rule="D-6.5")
    check_sellable(card)
    return card


def _quantity(kit: OrderLine, component: KitComponent, card: ItemCard) -> Decimal:
    """Main units of the component in the whole line, exactly (D-6.3)."""
    quantity = EXACT.multiply(EXACT.multiply(kit.quantity, kit.uom.factor), component.quantity)
    check_quantity(quantity, card.main_uom)
    return quantity


def _sold(
    draft: OrderDraft,
    kit: OrderLine,
    card: ItemCard,
    quantity: Decimal,
    conditions: CustomerConditions,
    checks: LineChecks,
) -> OrderLine:
    line = make_line(draft, conditions, card, quantity, card.main_uom.code, checks=checks)
    line = replace(line, ready_date=kit.ready_date, delivery_date=kit.delivery_date)
    if kit.line_type is LineType.GIVE_AWAY:
        return make_give_away(draft, line, vat_recourse=kit.vat_recourse)
    return replace(line, agents=kit.agents)


def _included(draft: OrderDraft, kit: OrderLine, card: ItemCard, quantity: Decimal) -> OrderLine:
    told = f"Included in kit {kit.item}."
    line = OrderLine(
        line_type=LineType.GIVE_AWAY,
        description=card.description,
        item=card.code,
        quantity=quantity,
        uom=card.main_uom,
        price_source=PriceSource(PriceOrigin.MANUAL, uom=card.main_uom.code, tried=(told,)),
        vat=kit.vat or draft.customer_vat or card.vat,
        ready_date=kit.ready_date,
        delivery_date=kit.delivery_date,
        note=told,
        agents=(),
    )
    return with_amounts(line, draft.currency.decimals)


def _heading(draft: OrderDraft, kit: OrderLine) -> OrderLine:
    """The note that stands where the kit was; it tells what typed on the kit is gone, which has no other place."""
    lost = [f"price {plain(kit.price)}"] if kit.price_source.origin is PriceOrigin.MANUAL else []
    typed = tuple(one for one in kit.discounts if one.source is DiscountSource.MANUAL)
    if typed:
        lost.append(f"discount {format_discounts(typed)}")
    message = f"What was typed on the kit does not go over to its components: {' and '.join(lost)}."
    unit = f" {kit.uom.code}" if kit.uom.code else ""
    note = OrderLine(
        LineType.NOTE,
        f"{plain(kit.quantity)}{unit} {kit.item} {kit.description}".rstrip(),
        note=kit.note,
        warnings=(Notice("D-6.5", message).text,) if lost else (),
        id=kit.id,
        version=kit.version,
        executed=ZERO,
    )
    return with_amounts(note, draft.currency.decimals)
