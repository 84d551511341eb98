"""Offers become customer orders: the plan first, then links, and the way back (D-13.3–13.6).

Nothing is converted twice: what is left of a line follows from its links alone. Where the rules
are silent:

- Note lines go with every order made from their offer.
- *All lines* means what is left of each line, *open lines* those of which nothing was converted yet.
- An amount discount (`5#`) on a line is split in proportion to the quantity; the last part takes the rest (P-114).
- Each order made in parts gets its own minimum of a percent expense.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from fluorders_tui.domain.amounts import with_amounts
from fluorders_tui.domain.conversion_header import ConvertedPart, header_amounts, order_of, part_of
from fluorders_tui.domain.errors import DeskError, Invalid, Refused
from fluorders_tui.domain.grouping import GroupingParameters, OfferGroup, group_offers
from fluorders_tui.domain.line_checks import check_quantity
from fluorders_tui.domain.links import DocumentKind, LineRef, Link, LinkKind, PlannedLink
from fluorders_tui.domain.money import EXACT, ZERO, plain
from fluorders_tui.domain.offers import Offer, OfferStatus, carried_over, may_convert
from fluorders_tui.domain.order import LineType, OrderDraft, OrderLine, OrderStatus, Uom

#: The statuses of an order whose conversion may be undone (D-13.6).
UNDOABLE = frozenset({OrderStatus.DRAFT, OrderStatus.ENTERED})

#: Those of an offer that follow from its links.
_DERIVED = frozenset({OfferStatus.CONFIRMED, OfferStatus.PARTLY, OfferStatus.CONVERTED})


class Conversion(StrEnum):
    """What became of an offer or of one of its lines (D-13.5)."""

    OPEN = "open"
    PARTLY = "partly converted"
    FULLY = "fully converted"


class Lines(StrEnum):
    """Which lines are ticked to begin with (D-13.3)."""

    ALL = "all"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class ConvertibleLine:
    """A line of an offer with what is left of it, in its unit. `ref.line` is its row, `position` counts from 1."""

    ref: LineRef
    version: int
    position: int
    line_type: LineType
    item: str
    description: str
    uom: Uom
    quantity: Decimal
    converted: Decimal = ZERO
    amounts: tuple[Decimal, ...] = ()
    orders: tuple[str, ...] = ()

    @property
    def left(self) -> Decimal:
        """What may still be converted, in the line's unit."""
        return self.quantity - self.converted

    @property
    def state(self) -> Conversion:
        """Open, partly or fully converted."""
        if not self.converted:
            return Conversion.OPEN
        return Conversion.PARTLY if self.left > 0 else Conversion.FULLY


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    """An order that would come: from which offers, and why they stand in an order of their own.

    A `prospect` has to become a customer before it is saved (D-13.1).
    """

    draft: OrderDraft
    offers: tuple[Offer, ...]
    reasons: tuple[str, ...]
    prospect: bool = False


@dataclass(frozen=True, slots=True)
class ConversionPlan:
    """What a conversion would do (D-13.6). `confirmed` are the offers confirmed on the spot (D-13.3).

    An offer with a refusal is in none of the orders; a plan with refusals is shown, not carried out.
    """

    orders: tuple[PlannedOrder, ...]
    links: tuple[PlannedLink, ...]
    refusals: tuple[DeskError, ...] = ()
    confirmed: tuple[Offer, ...] = ()


def header_ref(draft: OrderDraft, kind: DocumentKind = DocumentKind.OFFER) -> LineRef:
    """The header of a stored offer or order as an end of links."""
    return LineRef(kind, draft.id, 0, draft.number)


def convertible_lines(offers: Iterable[Offer], links: Iterable[Link] = ()) -> tuple[ConvertibleLine, ...]:
    """All lines of stored offers but notes, with what was converted of each so far."""
    return tuple(row for offer, index in _indexed(offers, links) for row in _rows(offer, index))


def select_lines(lines: Iterable[ConvertibleLine], which: Lines = Lines.ALL) -> dict[int, Decimal]:
    """The quantity left of each line by its row: of all lines, or only of those not converted at all (D-13.3)."""
    return {
        line.ref.line: line.left
        for line in lines
        if line.left > 0 and (which is Lines.ALL or line.state is Conversion.OPEN)
    }


def check_part(row: ConvertibleLine, quantity: Decimal) -> None:
    """Raise `Invalid` (D-6.3) for what is no quantity of the line's unit, `Refused` (D-13.5) for more than is left."""
    check_quantity(quantity, row.uom)
    if quantity > row.left:
        hint = f"It went into {', '.join(row.orders)}." if row.orders else ""
        raise Refused(
            f"{plain(quantity)} are more than the {plain(row.left)} left.", field="quantity", rule="D-13.5", hint=hint
        )


def plan_conversion(
    offers: Sequence[Offer],
    selection: Mapping[int, Decimal],
    parameters: GroupingParameters,
    date: dt.date,
    *,
    links: Iterable[Link] = (),
    own: Mapping[str, GroupingParameters] = MappingProxyType({}),
    confirm_on: dt.date | None = None,
) -> ConversionPlan:
    """The orders that would come from the `selection` (quantity by line row, 0 for unticked), dated `date`.

    `links` are those of the offers so far, `own` the grouping of customers who have one by code.
    Nothing is raised: what can't be converted is in `refusals`, each with its offer's number.
    """
    refusals: list[DeskError] = []
    parts: dict[int, ConvertedPart] = {}
    chosen: dict[int, dict[int, tuple[Decimal, tuple[Decimal, ...]]]] = {}
    ready: list[Offer] = []
    confirmed: list[Offer] = []
    known: set[int] = set()
    for offer, index in _indexed(offers, links):
        rows = {row.ref.line: row for row in _rows(offer, index)}
        known |= rows.keys()
        if offer.draft.id in parts:
            refusals.append(Refused(f"{offer.title} is chosen twice.", field="offers", rule="D-13.5"))
            continue
        try:
            able = may_convert(offer, confirm_on)
            picked = _picked(rows, selection)
            lines, numbers, amounts = _lines_of(able, rows, picked)
            given = index.get(header_ref(offer.draft), _NOTHING).amounts
            header = _header_part(able, rows, picked, given)
        except Refused as error:
            refusals.append(_about(offer, error))
            continue
        parts[offer.draft.id] = ConvertedPart(able, lines, numbers, header)
        chosen[offer.draft.id] = {row: (quantity, amounts[row]) for row, quantity in picked.items()}
        ready.append(able)
        if able is not offer:
            confirmed.append(able)
    for row in selection:
        if row not in known:
            refusals.append(Invalid(f"Line {row} is in none of the offers.", field="selection", rule="D-13.3"))
    orders: list[PlannedOrder] = []
    planned: list[PlannedLink] = []
    for group in group_offers(ready, parameters, own):
        made, linked = _order(group, parts, chosen, len(orders), date)
        orders.append(made)
        planned += linked
    return ConversionPlan(tuple(orders), tuple(planned), tuple(refusals), tuple(confirmed))


def conversion_of(offer: Offer, links: Iterable[Link]) -> Conversion:
    """What became of the whole offer: fully once nothing is left of any line but notes (D-13.5)."""
    rows = convertible_lines((offer,), links)
    if all(row.state is Conversion.FULLY for row in rows) and rows:
        return Conversion.FULLY
    return Conversion.PARTLY if any(row.converted for row in rows) else Conversion.OPEN


def offer_after(offer: Offer, links: Iterable[Link]) -> Offer:
    """The offer with the status that follows from its links; lost ones and old versions stay what they are."""
    if offer.terms.status not in _DERIVED:
        return offer
    status = {
        Conversion.OPEN: OfferStatus.CONFIRMED,
        Conversion.PARTLY: OfferStatus.PARTLY,
        Conversion.FULLY: OfferStatus.CONVERTED,
    }[conversion_of(offer, links)]
    return offer if status is offer.terms.status else replace(offer, terms=replace(offer.terms, status=status))


def undo_conversion(order: OrderDraft, links: Sequence[Link]) -> tuple[tuple[Link, ...], tuple[Link, ...]]:
    """The links that stay when a conversion is undone, and those that go; quantities and amounts are free again.

    Raises `Refused` (D-13.6) unless the order is a draft or entered, made from offers, nothing of it
    executed, and none of its lines linked to a supplier order.
    """
    check_undo(order.status, executed=any(line.executed for line in order.lines))
    kept: list[Link] = []
    gone: list[Link] = []
    for link in links:
        of_order = link.customer_line.document == order.id
        if of_order:
            check_undone_link(link)
        (gone if of_order else kept).append(link)
    if not gone:
        raise Refused("The order was not made from an offer.", field="order", rule="D-13.6")
    return tuple(kept), tuple(gone)


def check_undo(status: OrderStatus, *, executed: bool) -> None:
    """Raise `Refused` (D-13.6) unless the order is a draft or entered, and nothing of it `executed`."""
    if status not in UNDOABLE:
        raise Refused(
            f"The order is {status.value}.",
            field="status",
            rule="D-13.6",
            hint="A conversion is undone while the order is a draft or entered; cancel the order instead.",
        )
    if executed:
        raise Refused("Something of the order was executed.", field="lines", rule="D-13.6", hint="Cancel the rest.")


def check_undone_link(link: Link) -> None:
    """Raise `Refused` (D-13.6) for a link that ties the order to something else than its offers."""
    if link.kind is not LinkKind.OFFER_TO_ORDER:
        raise Refused(
            "Lines of the order are linked to a supplier order.",
            field="lines",
            rule="D-13.6",
            hint="Undo those links first.",
        )


def links_after_change(order: OrderDraft, links: Iterable[Link]) -> tuple[Link, ...]:
    """Offer links once an order was changed: what was lowered, deleted or cancelled is left in its offer again.

    More than was offered is no part of the offer: a raised quantity leaves the link as it is.
    """
    lines = {line.id: line for line in order.lines}
    cancelled = order.status is OrderStatus.CANCELLED
    found: list[Link] = []
    for link in links:
        if link.kind is not LinkKind.OFFER_TO_ORDER or link.target.document != order.id or not link.target.line:
            found.append(link)
            continue
        line = lines.get(link.target.line)
        most = ZERO if line is None else line.executed if cancelled else line.quantity
        if most > 0:
            found.append(link if most >= link.quantity else replace(link, quantity=most))
    linked = {(link.source.document, link.target.document) for link in found if link.target.line}
    return tuple(
        link
        for link in found
        if link.target.line
        or link.kind is not LinkKind.OFFER_TO_ORDER
        or link.target.document != order.id
        or (link.source.document, link.target.document) in linked
    )


@dataclass(frozen=True, slots=True)
class _Converted:
    quantity: Decimal = ZERO
    amounts: tuple[Decimal, ...] = ()
    orders: tuple[str, ...] = ()


_NOTHING = _Converted()
_Index = Mapping[LineRef, _Converted]


def _indexed(offers: Iterable[Offer], links: Iterable[Link]) -> Iterable[tuple[Offer, _Index]]:
    """Each offer with what went over of its lines and header; links are looked at once."""
    index: dict[LineRef, _Converted] = {}
    for link in links:
        if link.kind is LinkKind.OFFER_TO_ORDER:
            before = index.get(link.source, _NOTHING)
            amounts = before.amounts or (ZERO,) * len(link.amounts)
            index[link.source] = _Converted(
                before.quantity + link.quantity,
                tuple(one + other for one, other in zip(amounts, link.amounts, strict=True)),
                tuple(dict.fromkeys((*before.orders, link.target.number or str(link.target.document)))),
            )
    return ((offer, index) for offer in offers)


def _rows(offer: Offer, index: _Index) -> list[ConvertibleLine]:
    rows = []
    for position, line in enumerate(offer.draft.lines, 1):
        if line.line_type is LineType.NOTE:
            continue
        ref = LineRef(DocumentKind.OFFER, offer.draft.id, line.id, offer.draft.number)
        so_far = index.get(ref, _NOTHING)
        rows.append(
            ConvertibleLine(
                ref,
                offer.terms.version,
                position,
                line.line_type,
                line.item,
                line.description,
                line.uom,
                line.quantity,
                so_far.quantity,
                so_far.amounts,
                so_far.orders,
            )
        )
    return rows


def _picked(rows: Mapping[int, ConvertibleLine], selection: Mapping[int, Decimal]) -> dict[int, Decimal]:
    """The chosen lines of one offer with their quantities, checked."""
    picked: dict[int, Decimal] = {}
    for number, row in rows.items():
        quantity = selection.get(number, ZERO)
        if not quantity:
            continue
        try:
            check_part(row, quantity)
        except Refused as error:
            field = f"lines[{row.position}].{error.field}"
            raise type(error)(error.message, field=field, rule=error.rule, hint=error.hint) from error
        picked[number] = quantity
    if not picked:
        left = any(row.left > 0 for row in rows.values())
        why = "No line of it is chosen." if left else "Nothing of it is left to convert."
        raise Refused(why, field="lines", rule="D-13.3")
    return picked


def _lines_of(
    offer: Offer, rows: Mapping[int, ConvertibleLine], picked: Mapping[int, Decimal]
) -> tuple[tuple[OrderLine, ...], tuple[int, ...], dict[int, tuple[Decimal, ...]]]:
    """The order's lines in the offer's order, notes among them, their rows, and the parts of their amount discounts."""
    lines: list[OrderLine] = []
    numbers: list[int] = []
    amounts: dict[int, tuple[Decimal, ...]] = {}
    for position, line in enumerate(offer.draft.lines, 1):
        if line.line_type is LineType.NOTE:
            lines.append(carried_over(line, offer.title))
        elif line.id in picked:
            try:
                made, amounts[line.id] = _line(offer, line, rows[line.id], picked[line.id])
            except Refused as error:
                hint = "Convert more of this line at once." if error.rule == "D-5.5" else error.hint
                field = f"lines[{position}].{error.field}"
                raise type(error)(error.message, field=field, rule=error.rule, hint=hint) from error
            lines.append(made)
        else:
            continue
        numbers.append(line.id)
    return tuple(lines), tuple(numbers), amounts


def _line(
    offer: Offer, line: OrderLine, row: ConvertibleLine, quantity: Decimal
) -> tuple[OrderLine, tuple[Decimal, ...]]:
    made = carried_over(line, offer.title)
    decimals = offer.draft.currency.decimals
    whole = [one.value for one in line.discounts if one.is_amount]
    given = row.amounts or (ZERO,) * len(whole)
    after = row.converted + quantity
    parts = tuple(
        part_of(value, after, row.quantity, so_far, decimals) for value, so_far in zip(whole, given, strict=True)
    )
    if quantity == line.quantity:
        # As it stands, to the cent: give-aways with discounts by parameter too.
        return made, parts
    left = iter(parts)
    discounts = tuple(replace(one, value=next(left)) if one.is_amount else one for one in line.discounts)
    return with_amounts(replace(made, quantity=quantity, discounts=discounts), decimals), parts


def _header_part(
    offer: Offer, rows: Mapping[int, ConvertibleLine], picked: Mapping[int, Decimal], given: tuple[Decimal, ...]
) -> tuple[Decimal, ...]:
    """What of the header's amounts goes over with these lines, by the value converted so far and now."""
    draft = offer.draft
    whole = header_amounts(draft)
    so_far = given or (ZERO,) * len(whole)
    total = after = ZERO
    complete = True
    for line in draft.lines:
        row = rows.get(line.id)
        if row is None:
            continue
        quantity = row.converted + picked.get(line.id, ZERO)
        complete = complete and quantity >= row.quantity
        worth = abs(line.net)
        total = EXACT.add(total, worth)
        after = EXACT.add(after, EXACT.divide(EXACT.multiply(worth, quantity), row.quantity))
    if complete or not total:
        return tuple(value - part for value, part in zip(whole, so_far, strict=True))
    decimals = draft.currency.decimals
    return tuple(
        part_of(value, min(after, total), total, part, decimals) for value, part in zip(whole, so_far, strict=True)
    )


def _order(
    group: OfferGroup,
    parts: Mapping[int, ConvertedPart],
    chosen: Mapping[int, Mapping[int, tuple[Decimal, tuple[Decimal, ...]]]],
    number: int,
    date: dt.date,
) -> tuple[PlannedOrder, list[PlannedLink]]:
    together = [parts[offer.draft.id] for offer in group.offers]
    order, starts = order_of(together, date)
    links: list[PlannedLink] = []
    kind = LinkKind.OFFER_TO_ORDER
    for part, start in zip(together, starts, strict=True):
        offer = part.offer.draft
        links.append(PlannedLink(kind, header_ref(offer), number, None, amounts=part.amounts))
        for place, row in enumerate(part.rows, start):
            if row in chosen[offer.id]:
                quantity, amounts = chosen[offer.id][row]
                source = LineRef(DocumentKind.OFFER, offer.id, row, offer.number)
                links.append(PlannedLink(kind, source, number, place, quantity, amounts=amounts))
    return PlannedOrder(order, group.offers, group.reasons, group.offers[0].terms.prospect), links


def _about(offer: Offer, error: Refused) -> Refused:
    field = f"{offer.draft.number or offer.draft.id}: {error.field}"
    return type(error)(error.message, field=field, rule=error.rule, hint=error.hint)
