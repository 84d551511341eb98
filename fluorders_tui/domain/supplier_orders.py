"""Supplier orders: entry, confirmation, receipt, changed dates, cancellation (§14).

A supplier order is a short document: net per line, a VAT code for reading, no final discounts.
Quantities say where it stands. Where the rules are silent:

- What a supplier confirms short is not coming: open is the confirmed quantity less the received one.
- A cancelled line keeps what was received of it; an order of which the rest was cancelled is received.
- A line index counts from 0, as in `draft_lines`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from fluorders_tui.domain.amounts import check_size
from fluorders_tui.domain.discounts import net_after
from fluorders_tui.domain.errors import DeskError, Invalid, Refused, Several
from fluorders_tui.domain.line_checks import check_quantity
from fluorders_tui.domain.money import EXACT, MICRO_DECIMALS, ONE, ZERO, plain, round_half_up
from fluorders_tui.domain.order import Address, Currency, Discount, Uom, VatCode
from fluorders_tui.domain.statuses import SupplierOrderStatus as SupplierOrderStatus

_S = SupplierOrderStatus

#: The transitions of a supplier order, as D-12.3 has them for a customer order.
SUPPLIER_ORDER_TRANSITIONS: dict[SupplierOrderStatus, frozenset[SupplierOrderStatus]] = {
    _S.DRAFT: frozenset({_S.ENTERED}),
    _S.ENTERED: frozenset({_S.CONFIRMED, _S.PARTIAL, _S.RECEIVED, _S.CANCELLED}),
    _S.CONFIRMED: frozenset({_S.ENTERED, _S.PARTIAL, _S.RECEIVED, _S.CANCELLED}),
    _S.PARTIAL: frozenset({_S.ENTERED, _S.CONFIRMED, _S.RECEIVED, _S.CANCELLED}),
    _S.RECEIVED: frozenset({_S.ENTERED, _S.CONFIRMED, _S.PARTIAL, _S.CANCELLED}),
    _S.CANCELLED: frozenset(),
}

_WHY: dict[SupplierOrderStatus, tuple[str, str]] = {
    _S.DRAFT: ("It was never entered.", "Enter it first."),
    _S.ENTERED: ("It is on order.", "Confirm it, receive it or cancel it."),
    _S.CONFIRMED: ("The supplier confirmed it.", "Receive it, or cancel it."),
    _S.PARTIAL: ("A part was received.", "Cancel the lines that won't come."),
    _S.RECEIVED: ("It was received.", "Undo the receipt first."),
    _S.CANCELLED: ("It was cancelled, and stays so.", "Duplicate it to order again."),
}

#: Orders on which lines can still be added, and those that still bring goods.
ADDABLE = frozenset({_S.DRAFT, _S.ENTERED})
OPEN = frozenset({_S.ENTERED, _S.CONFIRMED, _S.PARTIAL})

#: Days that a supplier has to confirm an order.
DAYS_TO_CONFIRM = 3


def asked_before(today: dt.date) -> dt.date:
    """The day from which on an order that is not confirmed is not overdue yet (P-170)."""
    return today - dt.timedelta(DAYS_TO_CONFIRM)


@dataclass(frozen=True, slots=True)
class SupplierOrderType:
    """What a supplier order's type decides."""

    code: str
    name: str = ""
    numbering: str = ""


@dataclass(frozen=True, slots=True)
class SupplierOrderLine:
    """One line: `price` per `uom` in the supplier's currency, `gross` and `net` rounded to its decimals.

    `supplier_item` is the supplier's code. `confirmed_quantity` and `confirmed_date` are what the
    supplier said, None where they said nothing. `weight` and `cost` are not kept: the item has them.
    """

    item: str
    description: str = ""
    supplier_item: str = ""
    quantity: Decimal = ZERO
    uom: Uom = Uom("")
    price: Decimal = ZERO
    discounts: tuple[Discount, ...] = ()
    vat: VatCode | None = None
    delivery_date: dt.date | None = None
    confirmed_quantity: Decimal | None = None
    confirmed_date: dt.date | None = None
    received: Decimal = ZERO
    cancelled: bool = False
    note: str = ""
    gross: Decimal = ZERO
    net: Decimal = ZERO
    id: int = 0
    version: int = 0

    @property
    def expected(self) -> Decimal:
        """What will come in all, in the line's unit; nothing more than was received of a cancelled line."""
        if self.cancelled:
            return self.received
        return self.quantity if self.confirmed_quantity is None else self.confirmed_quantity

    @property
    def open(self) -> Decimal:
        """What is still to come, in the line's unit."""
        return max(self.expected - self.received, ZERO)

    @property
    def open_in_main(self) -> Decimal:
        """What is still to come, in the item's main unit."""
        return EXACT.multiply(self.open, self.uom.factor)

    @property
    def due(self) -> dt.date | None:
        """When it comes: the supplier's date, else the one asked for."""
        return self.confirmed_date or self.delivery_date

    @property
    def unit_cost(self) -> Decimal:
        """Net price per unit of the line, in the supplier's currency, rounded to six decimals."""
        return round_half_up(EXACT.divide(self.net, self.quantity), MICRO_DECIMALS) if self.quantity else self.price


@dataclass(frozen=True, slots=True)
class SupplierOrderDraft:
    """A supplier order while it is typed, or a saved one opened again (`number`, `id`, `version` set).

    With `drop_ship` the supplier sends everything to `destination`, else to `warehouse`.
    `drop_ship_allowed` is the supplier's flag, as it stood when the order took it (D-2.3, D-2.5).
    """

    type: SupplierOrderType
    date: dt.date
    supplier: str = ""
    name: str = ""
    address: Address = Address()
    currency: Currency = Currency("EUR")
    payment_terms: str = ""
    reference: str = ""
    delivery_date: dt.date | None = None
    confirmed_on: dt.date | None = None
    drop_ship: bool = False
    drop_ship_allowed: bool = False
    destination: Address = Address()
    warehouse: str = ""
    note: str = ""
    reason: str = ""
    lines: tuple[SupplierOrderLine, ...] = ()
    number: str = ""
    status: SupplierOrderStatus = SupplierOrderStatus.DRAFT
    revision: int = 0
    id: int = 0
    version: int = 0


@dataclass(frozen=True, slots=True)
class SupplierTotals:
    """Sums in the supplier's currency: before and after line discounts, and the net per VAT code."""

    gross: Decimal
    discounts: Decimal
    net: Decimal
    by_vat: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a supplier confirms of a line; None leaves what was ordered."""

    quantity: Decimal | None = None
    date: dt.date | None = None


def with_line_amounts(line: SupplierOrderLine, decimals: int) -> SupplierOrderLine:
    """The line with gross and net, half up to the currency's `decimals` (D-6.2).

    Raises `Invalid` for a bad quantity or price, `Refused` (D-5.5) when discounts exceed its worth.
    """
    check_quantity(line.quantity, line.uom)
    check_size(line.price, "price")
    if line.price < 0 or line.price != line.price.quantize(ONE.scaleb(-MICRO_DECIMALS), context=EXACT):
        raise Invalid("A price is 0 or more, with at most six decimals.", field="price", rule="D-6.2")
    gross = round_half_up(EXACT.multiply(line.price, line.quantity), decimals)
    check_size(gross, "quantity")
    exact = net_after(gross, line.discounts)
    if exact < 0:
        raise Refused("The discounts take more than the line is worth.", field="discounts", rule="D-5.5")
    return replace(line, gross=gross, net=round_half_up(exact, decimals))


def supplier_totals(draft: SupplierOrderDraft) -> SupplierTotals:
    """The sums of all lines that are not cancelled."""
    zero = round_half_up(ZERO, draft.currency.decimals)
    gross = net = zero
    by_vat: dict[str, Decimal] = {}
    for line in draft.lines:
        if not line.cancelled:
            gross += line.gross
            net += line.net
            code = line.vat.code if line.vat else ""
            by_vat[code] = by_vat.get(code, zero) + line.net
    return SupplierTotals(gross, gross - net, net, tuple(sorted(by_vat.items())))


def may_follow(before: SupplierOrderStatus, after: SupplierOrderStatus) -> bool:
    """Whether the table has this transition; staying is none."""
    return after in SUPPLIER_ORDER_TRANSITIONS[before]


def check_transition(before: SupplierOrderStatus, after: SupplierOrderStatus) -> None:
    """Raise `Refused` (D-12.3) with the reason unless `after` may follow `before`."""
    if not may_follow(before, after):
        why, way_out = _WHY[before]
        raise Refused(
            f"From {before.value} a supplier order can't become {after.value}. {why}",
            field="status",
            rule="D-12.3",
            hint=way_out,
        )


def status_after(draft: SupplierOrderDraft) -> SupplierOrderStatus:
    """The status that follows from quantities, for an order that was entered."""
    if draft.status in (_S.DRAFT, _S.CANCELLED):
        return draft.status
    live = [line for line in draft.lines if not line.cancelled or line.received]
    if not live:
        return _S.CANCELLED if draft.lines else draft.status
    if all(not line.open for line in live) and any(line.received for line in live):
        return _S.RECEIVED
    if any(line.received for line in live):
        return _S.PARTIAL
    return _S.CONFIRMED if draft.confirmed_on else _S.ENTERED


def enter_supplier_order(draft: SupplierOrderDraft) -> SupplierOrderDraft:
    """The draft entered. Raises `Several` with everything that is missing or wrong (D-14.2)."""
    problems: list[DeskError] = []
    if not draft.supplier:
        problems.append(Invalid("Choose a supplier.", field="supplier", rule="D-2.3"))
    if not draft.lines:
        problems.append(Invalid("There is no line yet.", field="lines", rule="D-14.2"))
    if draft.drop_ship and not draft.drop_ship_allowed:
        problems.append(Refused(f"{draft.name or draft.supplier} does not drop-ship.", field="supplier", rule="D-2.3"))
    if draft.drop_ship and draft.destination == Address():
        problems.append(Invalid("Say where the supplier ships to.", field="destination", rule="D-14.1"))
    for number, line in enumerate(draft.lines, 1):
        try:
            with_line_amounts(line, draft.currency.decimals)
        except Refused as error:
            problems.append(type(error)(error.message, field=f"lines[{number}].{error.field}", rule=error.rule))
    check_transition(draft.status, _S.ENTERED)
    if problems:
        raise Several(problems)
    return replace(draft, status=_S.ENTERED)


def confirm_supplier_order(
    draft: SupplierOrderDraft, on: dt.date, said: Mapping[int, Confirmation] | None = None
) -> SupplierOrderDraft:
    """The order confirmed by the supplier on a day, with what they `said` of some lines, by index.

    A line confirmed with a quantity of 0 doesn't come. May be repeated: the last word counts.
    Raises `Refused` for an order that is not open, or a quantity below what was received.
    """
    _check_open(draft)
    lines = list(draft.lines)
    for index, word in (said or {}).items():
        line = _line(draft, index)
        quantity = word.quantity
        if quantity is not None:
            if quantity:
                check_quantity(quantity, line.uom)
            if quantity < line.received:
                raise Refused(
                    f"{plain(line.received)} were received already.",
                    field=f"lines[{index + 1}].confirmed_quantity",
                    rule="D-14.4",
                )
        lines[index] = replace(
            line,
            confirmed_quantity=line.confirmed_quantity if quantity is None else quantity,
            confirmed_date=word.date or line.confirmed_date,
        )
    return _settled(replace(draft, lines=tuple(lines), confirmed_on=draft.confirmed_on or on))


def change_dates(draft: SupplierOrderDraft, dates: Mapping[int, dt.date]) -> SupplierOrderDraft:
    """The order with other dates on some lines, by index: the supplier's, once they have confirmed.

    Raises `Refused` for an order that is not open or a line of which nothing is to come.
    """
    if draft.status is not _S.DRAFT:
        _check_open(draft)
    lines = list(draft.lines)
    for index, date in dates.items():
        line = _line(draft, index)
        if not line.open:
            raise Refused("Nothing of this line is to come.", field=f"lines[{index + 1}].delivery_date", rule="D-14.4")
        confirmed = draft.confirmed_on is not None or line.confirmed_date is not None
        lines[index] = replace(line, confirmed_date=date) if confirmed else replace(line, delivery_date=date)
    return replace(draft, lines=tuple(lines))


def cancel_lines(draft: SupplierOrderDraft, reason: str, indexes: Iterable[int] | None = None) -> SupplierOrderDraft:
    """The order with what is open of some lines, or of all, cancelled; received quantities stay (D-12.6).

    Raises `Invalid` without a reason, `Refused` for an order that is not open.
    """
    if not reason.strip():
        raise Invalid("Say why it is cancelled.", field="reason", rule="D-12.6")
    _check_open(draft)
    lines = list(draft.lines)
    for index in range(len(lines)) if indexes is None else indexes:
        line = _line(draft, index)
        lines[index] = replace(line, cancelled=line.cancelled or line.open > 0 or not line.received)
    return _settled(replace(draft, lines=tuple(lines), reason=reason.strip()))


def receive(
    draft: SupplierOrderDraft, quantities: Mapping[int, Decimal], *, consent: bool = False
) -> SupplierOrderDraft:
    """The order with goods received, in each line's unit by index; in parts or whole.

    Raises `Several` with each line that would get more than is to come, unless the clerk gave
    `consent` to over-receipt (D-14.4), `Invalid` for a bad quantity, `Refused` when it is not open.
    """
    if draft.status is not _S.RECEIVED or not consent:
        _check_open(draft)
    lines = list(draft.lines)
    problems: list[DeskError] = []
    for index, quantity in quantities.items():
        line = _line(draft, index)
        check_quantity(quantity, line.uom)
        if quantity > line.open and not consent:
            problems.append(
                Refused(
                    f"{plain(quantity)} came, but only {plain(line.open)} were to come.",
                    field=f"lines[{index + 1}].received",
                    rule="D-14.4",
                    hint="Say that the surplus is taken, or lower the quantity.",
                )
            )
        lines[index] = replace(line, received=line.received + quantity)
    if problems:
        raise Several(problems)
    return _settled(replace(draft, lines=tuple(lines)))


def undo_receipt(draft: SupplierOrderDraft, quantities: Mapping[int, Decimal]) -> SupplierOrderDraft:
    """The order with received goods given back, by index. Raises `Refused` beyond what was received."""
    lines = list(draft.lines)
    for index, quantity in quantities.items():
        line = _line(draft, index)
        check_quantity(quantity, line.uom)
        if quantity > line.received:
            raise Refused(
                f"Only {plain(line.received)} were received.", field=f"lines[{index + 1}].received", rule="D-15.2"
            )
        lines[index] = replace(line, received=line.received - quantity)
    return _settled(replace(draft, lines=tuple(lines)))


def add_lines(draft: SupplierOrderDraft, lines: Sequence[SupplierOrderLine]) -> SupplierOrderDraft:
    """The order with more lines at its end. Raises `Refused` (D-14.2) once the supplier has confirmed it."""
    if draft.status not in ADDABLE:
        raise Refused(
            f"Supplier order {draft.number} is {draft.status.value}: no line can be added.",
            field="lines",
            rule="D-14.2",
            hint="Make a new supplier order.",
        )
    made = (with_line_amounts(line, draft.currency.decimals) for line in lines)
    return replace(draft, lines=(*draft.lines, *made))


def _settled(draft: SupplierOrderDraft) -> SupplierOrderDraft:
    status = status_after(draft)
    if status is not draft.status:
        check_transition(draft.status, status)
    return replace(draft, status=status)


def _check_open(draft: SupplierOrderDraft) -> None:
    if draft.status not in OPEN:
        why, way_out = _WHY[draft.status]
        raise Refused(f"This supplier order is not open. {why}", field="status", rule="D-14.4", hint=way_out)


def _line(draft: SupplierOrderDraft, index: int) -> SupplierOrderLine:
    if not 0 <= index < len(draft.lines):
        raise Invalid(f"There is no line {index + 1}.", field="lines")
    return draft.lines[index]
