"""Keeping both sides true: what a change of a supplier order means for the linked customer lines (D-14.3, D-14.4).

Where the rules are silent:

- What won't come is unlinked at once, so that no more is ever linked than is open; the exception
  remembers it until somebody decides.
- Who is promised first is served first: links count in the order in which they were made. A short
  confirmation first takes what is promised to nobody, then what was promised last.
- Goods received fill the links in that order. What a drop-shipped link got executes the customer's
  line in the units it is sold in: 5 pieces of a box of 12 wait for the other 7.
- A surplus goes to own stock, but never that of a drop-shipped order, which no one here ever sees.
- A change for the better (an earlier date) is told too, but nobody has to decide anything.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum

from fluorders_tui.domain.errors import Refused
from fluorders_tui.domain.links import LineRef, Link, SupplyMode
from fluorders_tui.domain.money import EXACT, ONE, ZERO, plain
from fluorders_tui.domain.order import Uom
from fluorders_tui.domain.supplier_orders import SupplierOrderDraft, SupplierOrderLine
from fluorders_tui.domain.supply_sharing import supplier_line_ref


class ExceptionKind(StrEnum):
    """What happened on the supplier's side."""

    DATE = "date changed"
    SHORT = "confirmed short"
    CANCELLED = "cancelled"


class Choice(StrEnum):
    """What the clerk can do about it (D-14.4)."""

    ACCEPT = "accept the date"
    ELSEWHERE = "order elsewhere"
    STOCK = "serve from stock"
    FORCE = "force"


@dataclass(frozen=True, slots=True)
class CustomerLine:
    """A linked line of a customer order, as far as its supply concerns it; quantities in `uom`."""

    ref: LineRef
    item: str
    quantity: Decimal
    uom: Uom
    executed: Decimal = ZERO
    promised: dt.date | None = None
    forced: bool = False

    @property
    def remaining_in_main(self) -> Decimal:
        """What is left to execute, in main units."""
        return ZERO if self.forced else EXACT.multiply(max(self.quantity - self.executed, ZERO), self.uom.factor)


@dataclass(frozen=True, slots=True)
class SupplyException:
    """A customer line that a change of its supplier order touches.

    `quantity` (main units) is what won't come in time, or at all. `due` is when the rest comes now,
    `was_due` when it came before, `promised` what the customer was told. `urgent` asks for a choice.
    """

    kind: ExceptionKind
    link: Link
    item: str
    quantity: Decimal
    was_due: dt.date | None
    due: dt.date | None
    promised: dt.date | None
    urgent: bool
    choices: tuple[Choice, ...]
    message: str


@dataclass(frozen=True, slots=True)
class SupplyChange:
    """The links after a supplier order changed, without what won't come, and the customer lines it touches."""

    links: tuple[Link, ...]
    exceptions: tuple[SupplyException, ...]


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a choice does: the links from now on, and what becomes of the customer line.

    `date` is its new delivery date, `forced` how much of it is closed undelivered and `reorder` how
    much is to be proposed to another supplier, both in main units.
    """

    links: tuple[Link, ...]
    line: LineRef
    date: dt.date | None = None
    forced: Decimal = ZERO
    reorder: Decimal = ZERO
    from_stock: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class LineReceipt:
    """What a receipt did for one customer line: executed (its unit) when drop-shipped, else reserved (main units)."""

    line: LineRef
    executed: Decimal = ZERO
    reserved: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Receipt:
    """The effect of goods received, or given back where negative.

    `stock` is what own stock gains of each item, in main units, reserved goods among it; nothing of a
    drop-shipped order. `surplus` is what a drop-shipped order brought beyond every link.
    """

    links: tuple[Link, ...]
    lines: tuple[LineReceipt, ...]
    stock: Mapping[str, Decimal]
    surplus: Mapping[str, Decimal]


def follow_supplier(
    before: SupplierOrderDraft,
    after: SupplierOrderDraft,
    links: Sequence[Link],
    customer_lines: Mapping[LineRef, CustomerLine],
    free: Mapping[str, Decimal] | None = None,
) -> SupplyChange:
    """What a confirmation, new dates or a cancellation mean, line by line in the order of the links (D-14.4).

    `customer_lines` are the linked ones. `free` is what is available of each item in own stock, in
    main units: serving from stock is a choice where it is enough.
    """
    old = {line.id: line for line in before.lines}
    found: list[SupplyException] = []
    lowered = tuple(links)
    for line in after.lines:
        was = old.get(line.id)
        if was is None or (line.due == was.due and line.expected >= was.expected):
            continue
        own = _links_of(after, line, links)
        for link, short in zip(own, _missing(line, own), strict=True):
            customer = customer_lines.get(link.customer_line)
            if customer is None or not link.outstanding:
                continue
            if short:
                kind = ExceptionKind.CANCELLED if line.cancelled else ExceptionKind.SHORT
                found.append(_exception(kind, after, link, customer, short, was, line, free))
                lowered = lower_link(lowered, link, short)
            rest = link.outstanding - short
            if rest and line.due != was.due:
                found.append(_exception(ExceptionKind.DATE, after, link, customer, rest, was, line, free))
    return SupplyChange(lowered, tuple(found))


def resolve(
    exception: SupplyException,
    choice: Choice,
    links: Sequence[Link],
    *,
    free: Decimal = ZERO,
) -> Resolution:
    """What a choice does to the links and the customer's line; `free` is what own stock has of the item now.

    What won't come is unlinked already; what comes too late is unlinked unless its date is accepted.

    Raises `Refused` (D-14.4) for a choice the exception doesn't have, or when stock no longer suffices.
    """
    line = exception.link.customer_line
    if choice not in exception.choices:
        raise Refused(
            f"For “{exception.kind.value}” one can't {choice.value}.",
            field="choice",
            rule="D-14.4",
            hint=f"Choose: {', '.join(exception.choices)}.",
        )
    if choice is Choice.ACCEPT:
        return Resolution(tuple(links), line, date=exception.due)
    if choice is Choice.STOCK and free < exception.quantity:
        raise Refused(
            f"Only {plain(max(free, ZERO))} of {exception.item} are free, {plain(exception.quantity)} are needed.",
            field="choice",
            rule="D-14.4",
            hint="Order elsewhere, or accept the date.",
        )
    late = exception.kind is ExceptionKind.DATE
    lowered = lower_link(links, exception.link, exception.quantity) if late else tuple(links)
    match choice:
        case Choice.STOCK:
            return Resolution(lowered, line, from_stock=exception.quantity)
        case Choice.FORCE:
            return Resolution(lowered, line, forced=exception.quantity)
        case _:
            return Resolution(lowered, line, reorder=exception.quantity)


def lower_link(links: Sequence[Link], link: Link, quantity: Decimal) -> tuple[Link, ...]:
    """`links` with so much less (main units) on one of them; gone once nothing is left or was received.

    Raises `Refused` (D-14.3) beyond what is outstanding.
    """
    found: list[Link] = []
    for one in links:
        if (one.kind, one.source, one.target) != (link.kind, link.source, link.target):
            found.append(one)
            continue
        if quantity > one.outstanding:
            raise Refused(f"Only {plain(one.outstanding)} are outstanding.", field="quantity", rule="D-14.3")
        if one.quantity > quantity:
            found.append(replace(one, quantity=one.quantity - quantity))
    return tuple(found)


def receipt_of(
    before: SupplierOrderDraft,
    after: SupplierOrderDraft,
    links: Sequence[Link],
    customer_lines: Mapping[LineRef, CustomerLine],
) -> Receipt:
    """What the goods received between `before` and `after` do to links, customer lines and stock (D-14.4).

    Goods given back free the last links first, which is the exact opposite. `links` are all those of
    the customer lines concerned, and `customer_lines` holds every drop-shipped one.
    """
    old = {line.id: line.received for line in before.lines}
    current = {(link.kind, link.source, link.target): link for link in links}
    lines: list[LineReceipt] = []
    stock: dict[str, Decimal] = {}
    surplus: dict[str, Decimal] = {}
    for line in after.lines:
        came = EXACT.multiply(line.received - old.get(line.id, ZERO), line.uom.factor)
        if not came:
            continue
        own = _links_of(after, line, tuple(current.values()))
        left = came
        if came < 0:
            # What was beyond the links was the last to come, so it is the first to go.
            linked = sum((link.done for link in own), ZERO)
            beyond = EXACT.multiply(old.get(line.id, ZERO), line.uom.factor) - linked
            left = min(came + max(beyond, ZERO), ZERO)
        drop_shipped = ZERO
        for link in own if came > 0 else reversed(own):
            part = min(left, link.outstanding) if left > 0 else max(left, -link.done)
            if not part:
                continue
            left -= part
            current[link.kind, link.source, link.target] = replace(link, done=link.done + part)
            if link.mode is SupplyMode.DROP_SHIP:
                drop_shipped += part
                customer = customer_lines[link.customer_line]
                done = _drop_shipped(current.values(), customer.ref)
                executed = _units(done, customer.uom) - _units(done - part, customer.uom)
                lines.append(LineReceipt(customer.ref, executed=executed))
            else:
                lines.append(LineReceipt(link.customer_line, reserved=part))
        for where, quantity in _kept(after, line, own, came - drop_shipped).items():
            pile = surplus if where else stock
            pile[line.item] = pile.get(line.item, ZERO) + quantity
    return Receipt(tuple(current.values()), tuple(lines), stock, surplus)


def _kept(
    draft: SupplierOrderDraft, line: SupplierOrderLine, own: Sequence[Link], quantity: Decimal
) -> dict[bool, Decimal]:
    """What did not go to customers directly: False for own stock, True for a surplus nobody here sees."""
    if not quantity:
        return {}
    shipped = sum((link.quantity for link in own if link.mode is SupplyMode.DROP_SHIP), ZERO)
    away = draft.drop_ship or shipped >= EXACT.multiply(line.quantity, line.uom.factor)
    return {away: quantity}


def _drop_shipped(links: Iterable[Link], line: LineRef) -> Decimal:
    """What all suppliers have shipped to the customer for a line, in main units."""
    return sum((link.done for link in links if link.mode is SupplyMode.DROP_SHIP and link.customer_line == line), ZERO)


def _units(in_main: Decimal, uom: Uom) -> Decimal:
    """A quantity of main units in `uom`, cut to what its decimals can express."""
    return EXACT.divide(in_main, uom.factor).quantize(ONE.scaleb(-uom.decimals), ROUND_FLOOR, EXACT)


def _links_of(draft: SupplierOrderDraft, line: SupplierOrderLine, links: Sequence[Link]) -> list[Link]:
    ref = supplier_line_ref(draft, line)
    return [link for link in links if link.supplier_line == ref]


def _missing(line: SupplierOrderLine, links: Sequence[Link]) -> list[Decimal]:
    """How much of each link can't come any more: who was promised last goes short first."""
    to_come = line.open_in_main
    missing: list[Decimal] = []
    for link in links:
        served = min(link.outstanding, to_come)
        to_come -= served
        missing.append(link.outstanding - served)
    return missing


def _exception(
    kind: ExceptionKind,
    draft: SupplierOrderDraft,
    link: Link,
    customer: CustomerLine,
    quantity: Decimal,
    was: SupplierOrderLine,
    line: SupplierOrderLine,
    free: Mapping[str, Decimal] | None,
) -> SupplyException:
    promised, due = customer.promised, line.due
    late = due is not None and due > (promised or was.due or dt.date.max)
    urgent = kind is not ExceptionKind.DATE or late
    choices = [Choice.ACCEPT] if kind is ExceptionKind.DATE else []
    if urgent:
        choices.append(Choice.ELSEWHERE)
        if free is not None and free.get(line.item, ZERO) >= quantity:
            choices.append(Choice.STOCK)
        choices.append(Choice.FORCE)
    order = f"supplier order {draft.number}" if draft.number else "the supplier order"
    amount = f"{plain(quantity)} of {customer.item or line.description}"
    match kind:
        case ExceptionKind.DATE:
            told = f", promised for {promised}" if promised else ""
            message = f"{amount} on {order} come on {due or 'no date'} instead of {was.due or 'no date'}{told}."
        case ExceptionKind.SHORT:
            message = f"{amount} were not confirmed on {order}."
        case _:
            message = f"{amount} were cancelled on {order}."
    return SupplyException(
        kind, link, customer.item or line.item, quantity, was.due, due, promised, urgent, tuple(choices), message
    )
