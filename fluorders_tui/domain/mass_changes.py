"""One change to many lines of a draft at once: dates, agents, discounts, prices, notes, price list (D-17.4).

Each function takes the lines by index, from 0, and gives the changed draft with what changed and what
was refused, line by line, by number from 1 as on screen. A line that a rule refuses stays as it is and
does not stop the others. Where the rules are silent:

- A line of which something was executed keeps date, price and discounts (D-12.6); its note may change.
- A price taken from a list on demand stays that price: it is kept like one typed by hand, and says
  which list it is from.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType

from fluorders_tui.domain.amounts import ITEM_LINES
from fluorders_tui.domain.calendars import Calendar, next_open
from fluorders_tui.domain.conditions import (
    CustomerConditions,
    DiscountType,
    ItemCard,
    LineChecks,
    PriceAssignment,
)
from fluorders_tui.domain.discounts import format_discounts, parse_discounts
from fluorders_tui.domain.entry import change_dates, change_discounts, change_price, change_quantity, price_again
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.header import set_header_discounts
from fluorders_tui.domain.line_checks import USUAL_CHECKS
from fluorders_tui.domain.money import plain
from fluorders_tui.domain.order import (
    NO_PRICE,
    AgentShare,
    DiscountSource,
    LineType,
    OrderDraft,
    OrderLine,
    PriceOrigin,
)
from fluorders_tui.domain.price_raising import PriceBracket, RoundingMask, Variation, raise_price


@dataclass(frozen=True, slots=True)
class LineChange:
    """What changed on line `number`, as text before and after."""

    number: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class LineRefusal:
    """Why line `number` stays as it is; `error` has field, rule and hint."""

    number: int
    error: Refused


@dataclass(frozen=True, slots=True)
class MassChange:
    """The draft after a change to many lines. Lines on which nothing would change are in neither list."""

    draft: OrderDraft
    changed: tuple[LineChange, ...] = ()
    refused: tuple[LineRefusal, ...] = ()


def move_delivery(
    draft: OrderDraft,
    indexes: Iterable[int],
    *,
    to: dt.date | None = None,
    days: int = 0,
    calendar: Calendar | None = None,
    checks: LineChecks = USUAL_CHECKS,
) -> MassChange:
    """Delivery on the day `to`, or `days` calendar days later, earlier when negative (D-6.4).

    A shift takes the ready date along. With a `calendar` a closed day moves to the next open one.
    """
    if (to is None) == (days == 0):
        raise Invalid("Give either a date or a number of days.", field="delivery_date", rule="D-6.4")

    def moved(line: OrderLine) -> OrderLine:
        _open(line)
        ready = line.ready_date
        if to is not None:
            delivery = to
        elif line.delivery_date is None:
            hint = "Give a date instead of days."
            raise Refused("The line has no delivery date.", field="delivery_date", rule="D-6.4", hint=hint)
        else:
            delivery, ready = _shifted(line.delivery_date, days), ready and _shifted(ready, days)
        if calendar is not None:
            delivery = next_open(calendar, delivery)
        return change_dates(draft, line, delivery, ready, checks=checks)

    return _each(draft, indexes, moved, lambda line: str(line.delivery_date or ""))


def set_line_agents(draft: OrderDraft, indexes: Iterable[int], agents: tuple[AgentShare, ...] | None) -> MassChange:
    """Other agents on the lines; None for those of the header again (D-10.1). Give-aways have none (D-5.6)."""

    def changed(line: OrderLine) -> OrderLine:
        _earns(line)
        return replace(line, agents=agents)

    return _each(draft, indexes, changed, lambda line: _agents_text(draft, line))


def set_commission(draft: OrderDraft, indexes: Iterable[int], agent: str, percent: Decimal | None) -> MassChange:
    """Another commission for one agent, in percent or None for no commission, where they have the line (D-10.1)."""
    if percent is not None and not (percent.is_finite() and 0 <= percent <= 100):
        raise Invalid("A commission is from 0 to 100 %.", field="agents", rule="D-10.1")

    def changed(line: OrderLine) -> OrderLine:
        _earns(line)
        present = draft.agents if line.agents is None else line.agents
        if all(share.agent != agent for share in present):
            raise Refused(f"{agent} is not an agent of this line.", field="agents", rule="D-10.1")
        return replace(
            line, agents=tuple(replace(one, percent=percent) if one.agent == agent else one for one in present)
        )

    return _each(draft, indexes, changed, lambda line: _agents_text(draft, line))


def set_discounts(
    draft: OrderDraft, indexes: Iterable[int], text: str, types: Sequence[DiscountType] = ()
) -> MassChange:
    """Discounts as typed on the lines (D-5.1); below zero is refused for the line (D-5.5).

    Raises `Invalid` with the position when the text itself is wrong.
    """
    parse_discounts(text, types=types)

    def changed(line: OrderLine) -> OrderLine:
        _open(line)
        return change_discounts(draft, line, text, types, agreed=True)

    return _each(draft, indexes, changed, lambda line: format_discounts(line.discounts))


def take_header_discounts(draft: OrderDraft, indexes: Iterable[int]) -> MassChange:
    """The header's discounts given to lines that were there before them (D-3.2); discounts typed by hand stay."""

    def changed(line: OrderLine) -> OrderLine:
        _open(line)
        if line.line_type not in ITEM_LINES:
            raise Refused(f"A {line.line_type.value} line takes no discount.", field="discounts", rule="D-5.6")
        if any(one.source is DiscountSource.MANUAL for one in line.discounts):
            raise Refused("Its discounts were typed by hand.", field="discounts", rule="D-3.2")
        return set_header_discounts(replace(draft, lines=(line,)), draft.discounts, apply_to_lines=True).lines[0]

    return _each(draft, indexes, changed, lambda line: format_discounts(line.discounts))


def set_price(
    draft: OrderDraft, indexes: Iterable[int], price: Decimal, *, checks: LineChecks = USUAL_CHECKS
) -> MassChange:
    """The same price, in document currency per unit of the line, as a manual one (D-4.6)."""

    def changed(line: OrderLine) -> OrderLine:
        _open(line)
        return change_price(draft, line, price, agreed=True, checks=checks)

    return _each(draft, indexes, changed, _price_text)


def vary_price(
    draft: OrderDraft,
    indexes: Iterable[int],
    variation: Variation,
    brackets: Sequence[PriceBracket] | None = (),
    *,
    checks: LineChecks = USUAL_CHECKS,
) -> MassChange:
    """Prices raised or lowered by percent or amount, rounded by the brackets (D-4.10), as manual ones (D-4.6).

    With None for the brackets a price keeps as many decimals as it had, at least those of the currency
    and of the amount (P-77).
    """
    least = max(draft.currency.decimals, _decimals(variation.value) if variation.is_amount else 0)

    def changed(line: OrderLine) -> OrderLine:
        _open(line)
        rounded = brackets
        if rounded is None:
            rounded = (PriceBracket(RoundingMask(("=",), ("=",) * max(least, _decimals(line.price)))),)
        return change_price(draft, line, raise_price(line.price, variation, rounded).new, checks=checks)

    return _each(draft, indexes, changed, _price_text)


def set_quantity(
    draft: OrderDraft,
    indexes: Iterable[int],
    quantity: Decimal,
    conditions: CustomerConditions | None = None,
    cards: Mapping[str, ItemCard] = MappingProxyType({}),
    *,
    checks: LineChecks = USUAL_CHECKS,
) -> MassChange:
    """The same quantity in each line's own unit; its break is looked up again unless the price stays (D-4.6).

    A line of which something was executed keeps its price (P-33), and is not lowered below that (D-15.2).
    """

    def changed(line: OrderLine) -> OrderLine:
        if line.executed:
            kept = change_quantity(draft, line, quantity, checks=checks)
            return replace(kept, warnings=line.warnings)
        return change_quantity(draft, line, quantity, conditions, cards.get(line.item), checks=checks)

    return _each(draft, indexes, changed, lambda line: f"{plain(line.quantity)} {line.uom.code}".rstrip())


def set_note(draft: OrderDraft, indexes: Iterable[int], note: str, *, append: bool = False) -> MassChange:
    """Another note on the lines, or one more line of it with `append`."""

    def changed(line: OrderLine) -> OrderLine:
        return replace(line, note=f"{line.note}\n{note}" if append and line.note else note)

    return _each(draft, indexes, changed, lambda line: line.note)


def take_list(
    draft: OrderDraft,
    indexes: Iterable[int],
    price_list: str,
    conditions: CustomerConditions,
    cards: Mapping[str, ItemCard],
    *,
    checks: LineChecks = USUAL_CHECKS,
) -> MassChange:
    """Prices and discounts from one list, whatever else the customer is assigned (D-4.5, D-17.4).

    `conditions.versions` must have the dated lists of that type and `cards` their prices. A list that
    isn't assigned brings no discounts of an assignment. Discounts typed on a line stay.
    """
    assigned = next((one for one in conditions.assignments if one.price_list == price_list), None)
    only = replace(
        conditions, assignments=(assigned or PriceAssignment(price_list),), best_price=False, search_by_priority=True
    )

    def changed(line: OrderLine) -> OrderLine:
        _open(line)
        card = cards.get(line.item)
        if not line.item or card is None:
            raise Refused("The line has no item that a list could have.", field="item", rule="D-4.5")
        found = price_again(draft, replace(line, price_source=NO_PRICE), only, card, checks=checks)
        source = found.price_source
        if source.origin is not PriceOrigin.LIST:
            why = " ".join(source.tried[:1])
            raise Refused(f"{price_list} has no price for {line.item}.", field="price", rule="D-4.5", hint=why)
        told = f"Taken from price list {source.price_list} of {source.version} on demand."
        return replace(found, price_source=replace(source, origin=PriceOrigin.MANUAL, tried=(told,)))

    return _each(draft, indexes, changed, _price_text)


def _each(
    draft: OrderDraft,
    indexes: Iterable[int],
    change: Callable[[OrderLine], OrderLine],
    shown: Callable[[OrderLine], str],
) -> MassChange:
    lines = list(draft.lines)
    changes: list[LineChange] = []
    refusals: list[LineRefusal] = []
    for index in sorted(set(indexes)):
        if not 0 <= index < len(lines):
            raise Invalid(f"There is no line {index + 1}.", field="lines")
        line = lines[index]
        try:
            new = change(line)
        except Refused as error:
            refusals.append(LineRefusal(index + 1, error))
            continue
        if new != line:
            lines[index] = new
            changes.append(LineChange(index + 1, shown(line), shown(new)))
    changed = replace(draft, lines=tuple(lines)) if changes else draft
    return MassChange(changed, tuple(changes), tuple(refusals))


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _open(line: OrderLine) -> None:
    """Raise `Refused` for a note (D-6.1) and for a line of which something was executed (D-12.6)."""
    if line.line_type is LineType.NOTE:
        raise Refused("A note has no date, price or discount.", field="line_type", rule="D-6.1")
    if line.executed:
        raise Refused(
            f"{plain(line.executed)} were executed already.",
            field="executed",
            rule="D-12.6",
            hint="Split off what is left, and change that line.",
        )


def _earns(line: OrderLine) -> None:
    if line.line_type is LineType.NOTE:
        raise Refused("A note earns no commission.", field="agents", rule="D-6.1")
    if line.line_type is LineType.GIVE_AWAY:
        raise Refused("A give-away earns no commission.", field="agents", rule="D-5.6")


def _agents_text(draft: OrderDraft, line: OrderLine) -> str:
    agents = draft.agents if line.agents is None else line.agents
    shares = ", ".join(one.agent if one.percent is None else f"{one.agent} {plain(one.percent)} %" for one in agents)
    return shares + (" (as in the header)" if line.agents is None else "")


def _price_text(line: OrderLine) -> str:
    less = f" less {format_discounts(line.discounts)}" if line.discounts else ""
    return f"{plain(line.price)}{less}"


def _shifted(date: dt.date, days: int) -> dt.date:
    try:
        return date + dt.timedelta(days)
    except OverflowError:
        raise Refused(f"There is no date {days} days from {date}.", field="delivery_date", rule="D-6.4") from None
