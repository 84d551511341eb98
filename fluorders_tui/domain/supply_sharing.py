"""Customer orders from a supplier order: its lines shared out over customers and destinations (D-14.1).

Where the rules are silent:

- The sales line has the unit of the supplier line, which the item must be sold in.
- Cost × (1 + markup) is what the customer pays net: neither lists nor conditions discount it, or the
  markup would not be earned. Cost is the supplier line's net price, at the rates of both documents.
- The cost of the sales line is what these goods cost, not the item's.
- Goods are promised for the day they come from the supplier.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from fluorders_tui.domain.amounts import with_amounts
from fluorders_tui.domain.conditions import CustomerConditions, LineChecks
from fluorders_tui.domain.entry import free_line, make_line
from fluorders_tui.domain.errors import DeskError, Invalid, Refused
from fluorders_tui.domain.header import Cards, choose_customer, start_order
from fluorders_tui.domain.line_checks import USUAL_CHECKS, check_quantity
from fluorders_tui.domain.links import (
    DocumentKind,
    LineRef,
    Link,
    LinkKind,
    PlannedLink,
    SupplyMode,
    outstanding_quantity,
)
from fluorders_tui.domain.money import EXACT, HUNDRED, MICRO_DECIMALS, ONE, ZERO, plain, round_half_up
from fluorders_tui.domain.notices import without_rules
from fluorders_tui.domain.order import (
    Address,
    LineType,
    OrderDraft,
    OrderLine,
    OrderType,
    PriceOrigin,
    PriceSource,
    VatCode,
)
from fluorders_tui.domain.supplier_orders import OPEN, SupplierOrderDraft, SupplierOrderLine
from fluorders_tui.domain.totals import vat_percent


@dataclass(frozen=True, slots=True)
class Share:
    """So much of a supplier line (index from 0, in its unit) for a customer, perhaps to another destination."""

    line: int
    customer: str
    quantity: Decimal
    destination: Address | None = None


@dataclass(frozen=True, slots=True)
class Buyer:
    """A customer with their conditions, and the items of the supplier order as they buy them, by code."""

    conditions: CustomerConditions
    cards: Cards


@dataclass(frozen=True, slots=True)
class SharingPlan:
    """The customer orders that would come, and the links from supplier lines to theirs.

    A share that is refused is in none of the orders; a plan with refusals is shown, not carried out.
    """

    orders: tuple[OrderDraft, ...]
    links: tuple[PlannedLink, ...]
    refusals: tuple[DeskError, ...] = ()


def supplier_line_ref(draft: SupplierOrderDraft, line: SupplierOrderLine) -> LineRef:
    """A stored line of a supplier order as an end of links."""
    return LineRef(DocumentKind.SUPPLIER_ORDER, draft.id, line.id, draft.number)


def unlinked(draft: SupplierOrderDraft, line: SupplierOrderLine, links: Sequence[Link]) -> Decimal:
    """What of a supplier line is to come and promised to nobody yet, in main units (D-14.3)."""
    return line.open_in_main - outstanding_quantity(links, supplier_line_ref(draft, line))


def plan_shares(
    draft: SupplierOrderDraft,
    shares: Sequence[Share],
    buyers: Mapping[str, Buyer],
    order_type: OrderType,
    date: dt.date,
    mode: SupplyMode,
    *,
    links: Sequence[Link] = (),
    markup: Decimal | None = None,
    checks: LineChecks = USUAL_CHECKS,
) -> SharingPlan:
    """One order for each customer and destination, in the order of the shares (D-14.1).

    Sales prices by §4, or cost × (1 + `markup` percent). Nothing is raised: `refusals` names each
    share by its place, counted from 1, that asks for more than is open, for an unknown customer, or
    for a line that can't be sold; and drop-shipping by a supplier who doesn't.
    """
    refusals: list[DeskError] = []
    if draft.status not in OPEN:
        refusals.append(Refused(f"The supplier order is {draft.status.value}.", field="status", rule="D-14.1"))
    if mode is SupplyMode.DROP_SHIP and not draft.drop_ship_allowed:
        why = f"{draft.name or draft.supplier} does not ship to customers."
        refusals.append(Refused(why, field="supplier", rule="D-2.3", hint="Choose on demand."))
    if refusals:
        return SharingPlan((), (), tuple(refusals))
    free = [unlinked(draft, line, links) for line in draft.lines]
    orders: dict[tuple[str, Address | None], OrderDraft] = {}
    planned: list[tuple[tuple[str, Address | None], LineRef, int, Decimal]] = []
    for number, share in enumerate(shares, 1):
        try:
            line = _taken(draft, share, free)
            buyer = _buyer(share, buyers)
            key = (share.customer, share.destination)
            order = orders.get(key) or _started(order_type, date, buyer, share, draft)
            if mode is SupplyMode.DROP_SHIP and order.destination == Address():
                raise Invalid("Say where the supplier ships to.", field="destination", rule="D-14.1")
            sold = _sold(order, buyer, draft, line, share.quantity, markup, checks)
        except Refused as error:
            field = f"shares[{number}].{error.field}"
            refusals.append(type(error)(error.message, field=field, rule=error.rule, hint=error.hint))
            continue
        in_main = EXACT.multiply(share.quantity, line.uom.factor)
        free[share.line] -= in_main
        planned.append((key, supplier_line_ref(draft, line), len(order.lines), in_main))
        orders[key] = replace(order, lines=(*order.lines, _dated(sold, line, mode)))
    places = {key: place for place, key in enumerate(orders)}
    made = tuple(
        PlannedLink(LinkKind.SUPPLY_TO_ORDER, source, places[key], place, quantity, mode)
        for key, source, place, quantity in planned
    )
    return SharingPlan(tuple(orders.values()), made, tuple(refusals))


def _taken(draft: SupplierOrderDraft, share: Share, free: Sequence[Decimal]) -> SupplierOrderLine:
    if not 0 <= share.line < len(draft.lines):
        raise Invalid(f"There is no line {share.line + 1}.", field="line")
    line = draft.lines[share.line]
    check_quantity(share.quantity, line.uom)
    left = free[share.line]
    if EXACT.multiply(share.quantity, line.uom.factor) > left:
        left = EXACT.divide(max(left, ZERO), line.uom.factor)
        raise Refused(
            f"{plain(share.quantity)} {line.item} are more than the {plain(left)} still open.",
            field="quantity",
            rule="D-14.3",
            hint="Lower a share of this line.",
        )
    return line


def _buyer(share: Share, buyers: Mapping[str, Buyer]) -> Buyer:
    buyer = buyers.get(share.customer)
    if buyer is None:
        raise Invalid(f"There is no customer {share.customer}.", field="customer", rule="D-14.1")
    return buyer


def _started(
    order_type: OrderType, date: dt.date, buyer: Buyer, share: Share, supply: SupplierOrderDraft
) -> OrderDraft:
    order = choose_customer(start_order(order_type, date), buyer.conditions, buyer.cards)
    if share.destination is not None:
        order = replace(order, destination=share.destination)
    return replace(order, delivery_date=supply.delivery_date)


def _sold(
    order: OrderDraft,
    buyer: Buyer,
    supply: SupplierOrderDraft,
    line: SupplierOrderLine,
    quantity: Decimal,
    markup: Decimal | None,
    checks: LineChecks,
) -> OrderLine:
    card = buyer.cards.get(line.item) if line.item else None
    company_cost = EXACT.multiply(line.unit_cost, supply.currency.rate)
    cost = round_half_up(EXACT.divide(company_cost, line.uom.factor), MICRO_DECIMALS)
    if card is not None:
        made = make_line(order, buyer.conditions, card, quantity, line.uom.code, checks=checks)
        if made.uom != line.uom:
            raise Refused(
                f"{line.item} is bought and sold in different {line.uom.code}.",
                field="uom",
                rule="D-14.1",
                hint="Check the factor of the unit in the item.",
            )
    elif line.item:
        raise Invalid(f"There is no item {line.item}.", field="item", rule="D-14.1")
    elif markup is None:
        hint = "Sell it at cost plus markup."
        raise Refused("A line without an item has no price list.", field="price", rule="D-14.1", hint=hint)
    else:
        made = free_line(order, LineType.UNCODED, line.description, quantity, vat=line.vat, uom=line.uom, checks=checks)
    made = replace(made, cost=cost)
    if markup is None:
        return made
    price = _marked_up(order, company_cost, markup, made.vat)
    told = f"Cost of {plain(line.unit_cost)} {supply.currency.code} plus {plain(markup)} %."
    source = PriceSource(PriceOrigin.DOCUMENT, uom=made.uom.code, tried=(told,))
    kept = without_rules(made.warnings, "D-4.")
    priced = replace(made, price=price, price_source=source, discounts=(), warnings=kept)
    return with_amounts(priced, order.currency.decimals)


def _marked_up(order: OrderDraft, company_cost: Decimal, markup: Decimal, vat: VatCode | None) -> Decimal:
    """The sales price per unit in the order's currency, VAT in it where the order has VAT included."""
    if not markup.is_finite() or markup <= -HUNDRED:
        raise Invalid("A markup is a percent above -100.", field="markup", rule="D-14.1")
    if order.currency.rate <= 0:
        raise Refused(f"There is no rate for {order.currency.code}.", field="currency", rule="D-7.2")
    price = EXACT.multiply(company_cost, ONE + markup.scaleb(-2, EXACT))
    if order.vat_included and vat is not None:
        price = EXACT.multiply(price, ONE + vat_percent(vat).scaleb(-2, EXACT))
    return round_half_up(EXACT.divide(price, order.currency.rate), MICRO_DECIMALS)


def _dated(sold: OrderLine, line: SupplierOrderLine, mode: SupplyMode) -> OrderLine:
    if line.due is None:
        return sold
    ready = line.due if mode is SupplyMode.ON_DEMAND else None
    return replace(sold, delivery_date=line.due, ready_date=ready)
