"""Delivery notes and invoices from customer orders: what may go, in which documents, and what undoing gives back (§15).

Quantities are in the unit of their order line. Nothing here knows what is in stock: that is a warning, never a rule
of the order (P-161).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from fluorders_tui.domain.errors import DeskError, Invalid, Refused
from fluorders_tui.domain.grouping import GroupingParameters, destination_part, payment_part
from fluorders_tui.domain.lifecycle import LineProgress
from fluorders_tui.domain.money import EXACT, HUNDRED, MICRO_DECIMALS, ZERO, plain, round_down
from fluorders_tui.domain.order import LineStatus, LineType, OrderDraft, OrderLine, OrderStatus


class FulfilmentKind(StrEnum):
    """What executes order lines; what a supplier shipped has no document of ours (D-14.4)."""

    DELIVERY_NOTE = "delivery note"
    INVOICE = "invoice"
    SUPPLIER_SHIPMENT = "supplier shipment"


class FulfilmentStatus(StrEnum):
    """What became of a fulfilment document; derived from its lines, never typed."""

    ISSUED = "issued"
    PARTLY_UNDONE = "partly undone"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class FulfilmentType:
    """What a document's type decides: its numbers, its kind, and whether goods leave a warehouse with it."""

    code: str
    name: str = ""
    numbering: str = ""
    kind: FulfilmentKind = FulfilmentKind.DELIVERY_NOTE
    moves_stock: bool = True
    warehouse: str = ""


@dataclass(frozen=True, slots=True)
class DeliverableLine:
    """An order line as a delivery sees it; `position` counts from 1.

    `elsewhere` is what a supplier still ships to the customer: nobody else delivers it (D-14.3).
    """

    line: OrderLine
    position: int
    status: LineStatus = LineStatus.CONFIRMED
    elsewhere: Decimal = ZERO

    @property
    def open(self) -> Decimal:
        """What is left to deliver from here (D-15.2): ordered less executed, less what a supplier ships."""
        line = self.line
        progress = LineProgress(
            line.line_type,
            line.quantity,
            line.executed,
            forced=self.status is LineStatus.FORCED,
            cancelled=self.status is LineStatus.CANCELLED,
        )
        return max(progress.remaining - self.elsewhere, ZERO)


@dataclass(frozen=True, slots=True)
class DeliverableOrder:
    """A saved order as a delivery sees it; `printed` is whether it was (D-12.4)."""

    draft: OrderDraft
    lines: tuple[DeliverableLine, ...]
    printed: bool = False

    @property
    def open(self) -> bool:
        """Whether anything is left to deliver."""
        return any(one.open for one in self.lines)


@dataclass(frozen=True, slots=True)
class Part:
    """So much of an order's line (its row) is delivered, None for all that is open; `force` closes the rest of it."""

    order: int
    line: int
    quantity: Decimal | None = None
    force: bool = False


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A line of a document that would come: so much of one order line, and whether it closes the rest (D-15.2)."""

    order: OrderDraft
    line: OrderLine
    position: int
    quantity: Decimal
    forced: bool = False

    @property
    def in_main(self) -> Decimal:
        """The quantity in the item's main unit."""
        return EXACT.multiply(self.quantity, self.line.uom.factor)


@dataclass(frozen=True, slots=True)
class PlannedDelivery:
    """A document that would come, and what keeps it apart from the others of its customer.

    Header and texts are those of the first order (D-15.5).
    """

    orders: tuple[OrderDraft, ...]
    lines: tuple[PlannedLine, ...]
    reasons: tuple[str, ...] = ()

    @property
    def header(self) -> OrderDraft:
        """The order whose header the document takes."""
        return self.orders[0]

    @property
    def weight(self) -> Decimal:
        """Kilograms, as far as items have a weight."""
        return sum((EXACT.multiply(one.in_main, one.line.weight) for one in self.lines), ZERO)

    @property
    def references(self) -> str:
        """The orders' numbers with the customers' own references (D-15.5): `OR1 (PO 7), OR2`."""
        told = (f"{one.number} ({one.reference})" if one.reference else one.number for one in self.orders)
        return ", ".join(told)


@dataclass(frozen=True, slots=True)
class DeliveryPlan:
    """The documents that would come, in the order of their first orders, and everything that stands in the way."""

    deliveries: tuple[PlannedDelivery, ...]
    refusals: tuple[DeskError, ...] = ()


#: Orders that may be delivered (D-15.1).
DELIVERABLE = frozenset({OrderStatus.CONFIRMED, OrderStatus.PARTIAL})

_WAY_OUT = {
    OrderStatus.DRAFT: "Enter and confirm it first.",
    OrderStatus.ENTERED: "Confirm it first.",
    OrderStatus.WAITING: "A supervisor approves it first.",
    OrderStatus.LOCKED: "A supervisor authorises it first.",
    OrderStatus.REJECTED: "Change it and enter it again.",
    OrderStatus.EXECUTED: "All of it was delivered.",
    OrderStatus.FORCED: "Its rest was closed by force.",
    OrderStatus.CANCELLED: "Duplicate it to order again.",
    OrderStatus.ARCHIVED: "Duplicate it to order again.",
}


def check_deliverable(order: DeliverableOrder) -> None:
    """Raise `Refused` unless the order is confirmed and, where its type wants it, printed (D-15.1, D-12.4)."""
    draft = order.draft
    if draft.status not in DELIVERABLE:
        raise Refused(
            f"It is {draft.status.value}: only confirmed orders are delivered.",
            field="status",
            rule="D-15.1",
            hint=_WAY_OUT[draft.status],
        )
    if draft.type.execution_needs_print and not order.printed:
        raise Refused(
            f"Orders of type {draft.type.code} are delivered only when printed.",
            field="printed",
            rule="D-12.4",
            hint="Print it first.",
        )


def most_deliverable(one: DeliverableLine, tolerance: Decimal) -> Decimal:
    """The most that may be delivered of a line now: what is open, or `tolerance` percent more than ordered (D-15.4).

    Nothing of notes, and of lines that were forced or cancelled.
    """
    line = one.line
    if line.line_type is LineType.NOTE or one.status in (LineStatus.FORCED, LineStatus.CANCELLED):
        return ZERO
    limit = round_down(EXACT.multiply(line.quantity, 1 + tolerance / HUNDRED), MICRO_DECIMALS)
    return max(limit - line.executed - one.elsewhere, ZERO)


def all_open(orders: Iterable[DeliverableOrder], *, force: bool = False) -> tuple[Part, ...]:
    """All that is open of these orders; with `force` what stays open all the same is closed."""
    return tuple(Part(order.draft.id, one.line.id, None, force) for order in orders for one in order.lines if one.open)


def plan_deliveries(
    orders: Sequence[DeliverableOrder],
    parts: Sequence[Part],
    parameters: GroupingParameters,
    own: Mapping[str, GroupingParameters] = MappingProxyType({}),
) -> DeliveryPlan:
    """The documents that `parts` of `orders` give (D-15.1); `own` are the parameters of customers who have some.

    Every order that is named but can't be delivered, and every part that is too much, is a refusal with its place.
    """
    refusals: list[DeskError] = []
    good: list[tuple[DeliverableOrder, tuple[PlannedLine, ...]]] = []
    wanted: dict[int, list[Part]] = defaultdict(list)
    for part in parts:
        wanted[part.order].append(part)
    for order in orders:
        try:
            check_deliverable(order)
            mine = wanted.get(order.draft.id, [])
            if not mine:
                raise Refused("Nothing of it is left to deliver.", field="lines", rule="D-15.1")
        except Refused as error:
            refusals.append(_placed(order.draft, error))
            continue
        lines, wrong = _planned_lines(order, mine)
        refusals += [_placed(order.draft, error) for error in wrong]
        if lines:
            good.append((order, lines))
    return DeliveryPlan(_grouped(good, parameters, own), tuple(refusals))


def _placed(order: OrderDraft, error: DeskError) -> DeskError:
    place = f"{order.number}: {error.field}" if error.field else order.number
    return type(error)(error.message, field=place, rule=error.rule, hint=error.hint)


def _planned_lines(
    order: DeliverableOrder, parts: Sequence[Part]
) -> tuple[tuple[PlannedLine, ...], tuple[DeskError, ...]]:
    """What becomes of the parts of one order: lines that add up, or stay apart where its type says so (D-15.4)."""
    lines = {one.line.id: one for one in order.lines}
    quantities: dict[int, list[Decimal]] = defaultdict(list)
    forced: set[int] = set()
    wrong: list[DeskError] = []
    for part in parts:
        one = lines.get(part.line)
        if one is None:
            wrong.append(Invalid("There is no such line any more.", field="lines", rule="D-15.1"))
            continue
        so_far = sum(quantities[part.line], ZERO)
        quantity = max(one.open - so_far, ZERO) if part.quantity is None else part.quantity
        try:
            _check_quantity(order.draft, one, quantity, so_far, part.force)
        except DeskError as error:
            wrong.append(error)
            continue
        quantities[part.line].append(quantity)
        if part.force and one.line.executed + so_far + quantity < one.line.quantity:
            forced.add(part.line)
    planned: list[PlannedLine] = []
    for one in order.lines:
        given = [quantity for quantity in quantities.get(one.line.id, ()) if quantity]
        if given and not order.draft.type.same_line_apart:
            given = [sum(given, ZERO)]
        if one.line.id in forced and not given:
            given = [ZERO]
        for place, quantity in enumerate(given, 1):
            closes = one.line.id in forced and place == len(given)
            planned.append(PlannedLine(order.draft, one.line, one.position, quantity, closes))
    return tuple(planned), tuple(wrong)


def _check_quantity(order: OrderDraft, one: DeliverableLine, quantity: Decimal, so_far: Decimal, force: bool) -> None:
    place, line = f"lines[{one.position}]", one.line
    if line.line_type is LineType.NOTE:
        raise Refused("A note has nothing to deliver.", field=place, rule="D-12.1")
    if one.status in (LineStatus.FORCED, LineStatus.CANCELLED):
        raise Refused(f"The line is {one.status.value}.", field=place, rule="D-15.2", hint="Reopen it first.")
    if quantity < 0 or (quantity == 0 and not force):
        raise Refused("A delivered quantity is greater than zero.", field=f"{place}.quantity", rule="D-6.3")
    if round_down(quantity, line.uom.decimals) != quantity:
        raise Refused(
            f"{plain(quantity)} has more decimals than {line.uom.code or 'its unit'} ({line.uom.decimals}).",
            field=f"{place}.quantity",
            rule="D-6.3",
        )
    if force and one.elsewhere:
        raise Refused(
            f"{plain(one.elsewhere)} {line.uom.code} are shipped by a supplier: the rest can't be forced.",
            field=place,
            rule="D-14.3",
            hint="Change the supplier order first.",
        )
    most = most_deliverable(one, order.type.over_delivery) - so_far
    if quantity > most:
        tolerance = order.type.over_delivery
        more = f", {plain(most)} with the type's tolerance of {plain(tolerance)} %" if tolerance else ""
        shipped = f" {plain(one.elsewhere)} are shipped by a supplier." if one.elsewhere else ""
        raise Refused(
            f"{plain(quantity)} of {line.item or line.description[:30]} is too much: "
            f"{plain(max(one.open - so_far, ZERO))} {line.uom.code} open{more}.{shipped}",
            field=f"{place}.quantity",
            rule="D-15.4",
            hint="Lower the quantity.",
        )


_Key = tuple[tuple[str, object, str], ...]


def _key(order: OrderDraft, parameters: GroupingParameters) -> _Key:
    """What must be equal for two orders to share a document: always customer, currency and VAT mode (D-15.1)."""
    parts: list[tuple[str, object, str]] = [
        ("customer", order.customer, order.customer),
        ("currency", order.currency.code, order.currency.code),
        ("VAT", order.vat_included, "included" if order.vat_included else "not included"),
    ]
    if not parameters.summary:
        parts.append(("order", order.id, order.number))
    if parameters.by_payment:
        parts.append(("payment", *payment_part(order)))
    if parameters.by_destination:
        parts.append(("destination and carrier", *destination_part(order)))
    return tuple(parts)


def _grouped(
    orders: Sequence[tuple[DeliverableOrder, tuple[PlannedLine, ...]]],
    parameters: GroupingParameters,
    own: Mapping[str, GroupingParameters],
) -> tuple[PlannedDelivery, ...]:
    found: dict[tuple[tuple[str, object], ...], tuple[_Key, list[OrderDraft], list[PlannedLine]]] = {}
    for order, lines in orders:
        key = _key(order.draft, own.get(order.draft.customer, parameters))
        group = found.setdefault(tuple((name, value) for name, value, _ in key), (key, [], []))
        group[1].append(order.draft)
        group[2].extend(lines)
    values: dict[tuple[str, str], set[object]] = defaultdict(set)
    for key, _, _ in found.values():
        for name, value, _ in key[1:]:
            values[str(key[0][1]), name].add(value)
    made: list[PlannedDelivery] = []
    for key, drafts, lines_of in found.values():
        apart = tuple(f"{name}: {text}" for name, _, text in key[1:] if len(values[str(key[0][1]), name]) > 1)
        made.append(PlannedDelivery(tuple(drafts), tuple(lines_of), apart))
    return tuple(made)


@dataclass(frozen=True, slots=True)
class FulfilledLine:
    """A stored line of a document: what it executed, what of it was given back, whether it closed the rest."""

    id: int
    order: int
    order_line: int
    quantity: Decimal
    undone: Decimal = ZERO
    stock: Decimal = ZERO
    factor: Decimal = Decimal(1)
    decimals: int = 0
    forced: bool = False

    @property
    def left(self) -> Decimal:
        """What it still executes."""
        return self.quantity - self.undone


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What undoing gives back of one stored line: quantity of the order line, stock in main units.

    `reopens` says that the rest this line closed is open again.
    """

    line: FulfilledLine
    quantity: Decimal
    stock: Decimal
    reopens: bool = False

    @property
    def after(self) -> FulfilledLine:
        """The stored line once this is done."""
        line = self.line
        return replace(
            line,
            undone=line.undone + self.quantity,
            stock=line.stock - self.stock,
            forced=line.forced and not self.reopens,
        )


def give_back(lines: Sequence[FulfilledLine], quantities: Mapping[int, Decimal] | None = None) -> tuple[GivenBack, ...]:
    """What undoing a document gives back (D-15.2): all it still executes, or so much of each line by its row.

    Undone as a whole it also opens again what it closed by force; goods that come back in part leave that closed.
    Raises `Refused` for more than is left, and where nothing is.
    """
    found: list[GivenBack] = []
    for place, line in enumerate(lines, 1):
        wanted = line.left if quantities is None else quantities.get(line.id, ZERO)
        if wanted < 0 or wanted > line.left:
            raise Refused(
                f"{plain(wanted)} can't be given back: {plain(line.left)} are left.",
                field=f"lines[{place}].quantity",
                rule="D-15.2",
            )
        if round_down(wanted, line.decimals) != wanted:
            raise Refused(
                f"{plain(wanted)} has more than {line.decimals} decimals.",
                field=f"lines[{place}].quantity",
                rule="D-6.3",
            )
        reopens = quantities is None and line.forced
        if not wanted and not reopens:
            continue
        # The last part takes what is left, so that the warehouse gets back exactly what it gave.
        part = round_down(EXACT.multiply(wanted, line.factor), MICRO_DECIMALS)
        stock = line.stock if wanted == line.left else min(part, line.stock)
        found.append(GivenBack(line, wanted, stock, reopens))
    if not found:
        raise Refused("Nothing of it is left to undo.", field="lines", rule="D-15.2")
    return tuple(found)


def fulfilment_status(lines: Iterable[FulfilledLine]) -> FulfilmentStatus:
    """What became of a document, from the quantities of its lines."""
    every = tuple(lines)
    if not any(line.left or line.forced for line in every):
        return FulfilmentStatus.UNDONE
    return FulfilmentStatus.PARTLY_UNDONE if any(line.undone for line in every) else FulfilmentStatus.ISSUED
