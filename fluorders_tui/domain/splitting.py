"""Splitting a line into several deliveries whose quantities add up exactly (D-6.4).

The parts are one sale delivered in turns, so splitting changes dates and nothing else:

- The price is the whole line's. Where a part alone would not reach the quantity break any more, its
  price is kept as one from a document (D-3.5), so that no later look-up takes the break away.
- Discounts that are amounts are shared out in proportion to the quantities, to the cent.
- Each part is rounded for itself (D-6.2), so the sum of the parts can differ from the whole by a few
  cents: three times a third of 10.00 is 9.99. No rule could move those cents without giving a line an
  amount that is not its price × quantity; `SplitLine.difference` tells them.
- The goods of each part are ready as long before its delivery as those of the whole line were.
- Whole packs are looked at per delivery, the economic lot is not: it was ordered in one go.
- The first part stays the stored line, with what was executed of it.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from fluorders_tui.domain.amounts import with_amounts
from fluorders_tui.domain.calendars import Calendar, next_open
from fluorders_tui.domain.conditions import ItemCard, LineChecks
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.line_checks import (
    USUAL_CHECKS,
    check_dates,
    check_quantity,
    delivery_notices,
    quantity_notices,
)
from fluorders_tui.domain.money import EXACT, ONE, ZERO, plain, shares
from fluorders_tui.domain.notices import texts, without_rules
from fluorders_tui.domain.order import (
    Discount,
    LineType,
    OrderDraft,
    OrderLine,
    PriceOrigin,
    PriceSource,
    Uom,
)

#: More parts than this are a slip of the hand.
MOST_PARTS = 200


class Every(StrEnum):
    """What the steps between deliveries are counted in."""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery: when, and how much in the line's unit."""

    date: dt.date | None
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class SplitLine:
    """The parts of a line, in the order given.

    `difference` is what rounding each part for itself adds to the whole line's net, or takes from it
    when negative, in document currency.
    """

    lines: tuple[OrderLine, ...]
    difference: Decimal = ZERO


def equal_parts(quantity: Decimal, uom: Uom, parts: int) -> tuple[Decimal, ...]:
    """`quantity` in so many parts, as equal as the unit's decimals allow, the larger ones first (D-6.3, D-6.4).

    Raises `Invalid` (field `parts`) for fewer than 2 parts or when some of them would be empty.
    """
    if not 2 <= parts <= MOST_PARTS:
        raise Invalid(f"A line is split into 2 to {MOST_PARTS} parts.", field="parts", rule="D-6.4")
    check_quantity(quantity, uom)
    found = tuple(shares(quantity, [ONE] * parts, uom.decimals))
    if found[-1] <= 0:
        raise Invalid(
            f"{plain(quantity)} {uom.code} can't be divided into {parts} parts.".replace("  ", " "),
            field="parts",
            rule="D-6.4",
        )
    return found


def delivery_dates(
    start: dt.date, parts: int, step: int, every: Every, calendar: Calendar | None = None
) -> tuple[dt.date, ...]:
    """`parts` dates from `start` on, `step` days, weeks or months apart (D-6.4).

    Months keep the day of `start` as far as each month has it: 31 January, 28 February, 31 March. With
    a `calendar` a closed day moves to the next open one; the steps are counted from `start` all the same.
    Raises `Invalid` (field `step`) for a step below 1 or beyond the calendar's end.
    """
    if step < 1:
        raise Invalid("The step between deliveries is at least 1.", field="step", rule="D-6.4")
    try:
        dates = tuple(_stepped(start, place * step, every) for place in range(parts))
    except (OverflowError, ValueError):
        raise Invalid("These deliveries end beyond the year 9999.", field="step", rule="D-6.4") from None
    return dates if calendar is None else tuple(next_open(calendar, date) for date in dates)


def plan_deliveries(
    line: OrderLine, start: dt.date, parts: int, step: int, every: Every, calendar: Calendar | None = None
) -> tuple[Delivery, ...]:
    """Equal parts of `line` on dates that are `step` days, weeks or months apart, ready for `split_line` (D-6.4)."""
    quantities = equal_parts(line.quantity, line.uom, parts)
    dates = delivery_dates(start, parts, step, every, calendar)
    return tuple(Delivery(date, quantity) for date, quantity in zip(dates, quantities, strict=True))


def split_line(
    draft: OrderDraft,
    line: OrderLine,
    deliveries: Sequence[Delivery],
    card: ItemCard | None = None,
    *,
    checks: LineChecks = USUAL_CHECKS,
) -> SplitLine:
    """The parts of `line`, one for each delivery (D-6.4). With its `card` each part is looked at for packs (D-6.3).

    Raises `Invalid` (field `deliveries`, or one of them) when the quantities don't add up exactly, one
    of them is not above 0 or has too many decimals, and `Refused` for a note, for a first part below
    what was executed (D-15.2), and for dates as `entry.change_dates`.
    """
    _check(line, deliveries)
    discounts = _shared_discounts(line, deliveries, draft.currency.decimals)
    parts: list[OrderLine] = []
    for place, delivery in enumerate(deliveries):
        try:
            part = replace(
                line,
                quantity=delivery.quantity,
                price_source=_kept_source(line, delivery.quantity, card),
                discounts=discounts[place],
                delivery_date=delivery.date,
                ready_date=_ready(line, delivery.date),
                warnings=_warnings(draft, line, delivery, card, checks),
            )
            check_dates(part.ready_date, part.delivery_date)
            if place:
                part = replace(part, id=0, version=0, executed=ZERO)
            parts.append(with_amounts(part, draft.currency.decimals))
        except Refused as error:
            field = f"deliveries[{place + 1}].{error.field}"
            raise type(error)(error.message, field=field, rule=error.rule, hint=error.hint) from error
    difference = sum((part.net for part in parts), ZERO) - line.net
    return SplitLine(tuple(parts), difference)


def split_in_draft(draft: OrderDraft, index: int, split: SplitLine) -> OrderDraft:
    """The draft with the parts in place of the line at `index`, from 0."""
    if not 0 <= index < len(draft.lines):
        raise Invalid(f"There is no line {index + 1}.", field="lines")
    return replace(draft, lines=(*draft.lines[:index], *split.lines, *draft.lines[index + 1 :]))


def _check(line: OrderLine, deliveries: Sequence[Delivery]) -> None:
    if line.line_type is LineType.NOTE:
        raise Refused("A note is not delivered.", field="line_type", rule="D-6.1")
    if not 2 <= len(deliveries) <= MOST_PARTS:
        raise Invalid(f"A line is split into 2 to {MOST_PARTS} deliveries.", field="deliveries", rule="D-6.4")
    for place, delivery in enumerate(deliveries, 1):
        try:
            check_quantity(delivery.quantity, line.uom)
        except Invalid as error:
            field = f"deliveries[{place}].quantity"
            raise Invalid(error.message, field=field, rule=error.rule, hint=error.hint) from error
    total = sum((delivery.quantity for delivery in deliveries), ZERO)
    if total != line.quantity:
        off = plain(abs(line.quantity - total))
        raise Invalid(
            f"The deliveries make {plain(total)}, the line has {plain(line.quantity)}: {off} "
            f"{'is missing' if total < line.quantity else 'too many'}.",
            field="deliveries",
            rule="D-6.4",
        )
    if deliveries[0].quantity < line.executed:
        executed = plain(line.executed)
        raise Refused(
            f"{executed} were executed already.",
            field="deliveries[1].quantity",
            rule="D-15.2",
            hint=f"Let the first delivery have at least {executed}.",
        )


def _shared_discounts(line: OrderLine, deliveries: Sequence[Delivery], decimals: int) -> list[tuple[Discount, ...]]:
    """For each delivery the line's discounts, amounts shared out by quantity so that they add up (D-5.1)."""
    weights = [delivery.quantity for delivery in deliveries]
    columns: list[list[Discount]] = []
    for one in line.discounts:
        if one.is_amount:
            # An amount typed with more decimals than the currency has keeps them.
            places = max(decimals, -int(one.value.normalize().as_tuple().exponent))
            columns.append([replace(one, value=value) for value in shares(one.value, weights, places)])
        else:
            columns.append([one] * len(deliveries))
    return [tuple(column[place] for column in columns) for place in range(len(deliveries))]


def _kept_source(line: OrderLine, quantity: Decimal, card: ItemCard | None) -> PriceSource:
    """Where the part's price is from: the same list, unless its break would be lost at the next look-up (D-4.6)."""
    source = line.price_source
    if source.origin is not PriceOrigin.LIST or not source.min_quantity:
        return source
    units = {unit.code: unit.factor for unit in card.uoms} if card else {}
    units[line.uom.code] = line.uom.factor
    factor = units.get(source.uom)
    reached = factor is not None and EXACT.multiply(quantity, line.uom.factor) >= EXACT.multiply(
        source.min_quantity, factor
    )
    if reached:
        return source
    told = (
        f"Price list {source.price_list} of {source.version}, from {plain(source.min_quantity)} {source.uom} on: "
        f"the line had {plain(line.quantity)} {line.uom.code} before it was split."
    )
    return replace(source, origin=PriceOrigin.DOCUMENT, tied=(), settled=False, tried=(told, *source.tried))


def _ready(line: OrderLine, delivery: dt.date | None) -> dt.date | None:
    if line.ready_date is None or line.delivery_date is None or delivery is None:
        return line.ready_date
    return delivery - (line.delivery_date - line.ready_date)


def _warnings(
    draft: OrderDraft, line: OrderLine, delivery: Delivery, card: ItemCard | None, checks: LineChecks
) -> tuple[str, ...]:
    """The line's warnings with those on date and pack renewed for this part."""
    kept = without_rules(line.warnings, "D-6.4")
    told = texts(delivery_notices(delivery.date, draft.date, checks))
    if card is not None:
        packs = replace(card, economic_lot=ZERO, running_out=False)
        former = texts(quantity_notices(packs, line.uom, line.quantity, replace(checks, pack_multiple="warn")))
        told = (*texts(quantity_notices(packs, line.uom, delivery.quantity, checks)), *told)
        kept = tuple(text for text in kept if text not in former)
    return (*kept, *told)


def _stepped(start: dt.date, steps: int, every: Every) -> dt.date:
    if every is not Every.MONTHS:
        return start + dt.timedelta(weeks=steps) if every is Every.WEEKS else start + dt.timedelta(days=steps)
    year, month = divmod(start.year * 12 + start.month - 1 + steps, 12)
    return dt.date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
