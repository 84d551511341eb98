"""Supplier orders from customer orders: who delivers what, and how much of it is short (D-14.2).

Demands are taken in the order given (the desk gives them by delivery date). Each proposal shows the
full quantity, what is available and the shortage beside it; `StockUse` says which of them is ordered:

- `ALWAYS`: the full quantity, whatever is in stock (goods made or bought to order);
- `SHORTAGE`: what the free stock does not cover;
- `STOCK_FIRST`: nothing as long as anything is free when the demand's turn comes, then the full
  quantity. A demand of 3 with 2 free asks for nothing, and the next one for all of its own.

A drop-shipped demand never looks at stock and never uses it up (D-15.3). Quantities are rounded up
to what the unit of the supplier line can express.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from fluorders_tui.domain.amounts import GOODS_LINES
from fluorders_tui.domain.errors import DeskError, Refused
from fluorders_tui.domain.line_checks import check_quantity
from fluorders_tui.domain.links import (
    DocumentKind,
    LineRef,
    Link,
    LinkKind,
    PlannedLink,
    SupplyMode,
    outstanding_quantity,
)
from fluorders_tui.domain.money import EXACT, ONE, ZERO, plain
from fluorders_tui.domain.order import Address, Currency, Discount, OrderDraft, Uom, VatCode
from fluorders_tui.domain.supplier_orders import (
    ADDABLE,
    SupplierOrderDraft,
    SupplierOrderLine,
    SupplierOrderType,
    with_line_amounts,
)


class Strategy(StrEnum):
    """Which of an item's suppliers gets the order (D-14.2)."""

    PREFERRED = "preferred"
    BEST_PRICE = "best price"
    SHORTEST = "shortest lead time"
    LAST_USED = "last used"


class StockUse(StrEnum):
    """How much of a demand is ordered; the module says what each one means."""

    ALWAYS = "always"
    SHORTAGE = "shortage"
    STOCK_FIRST = "stock first"


@dataclass(frozen=True, slots=True)
class SupplySource:
    """A supplier of an item: `price` per main unit in `currency`, after `discounts`; lower `priority` comes first."""

    supplier: str
    name: str = ""
    supplier_item: str = ""
    price: Decimal = ZERO
    currency: Currency = Currency("EUR")
    discounts: tuple[Discount, ...] = ()
    lead_time_days: int = 0
    priority: int = 10
    default: bool = False
    last_used: dt.date | None = None
    drop_ship_allowed: bool = False
    address: Address = Address()
    payment_terms: str = ""
    min_lot: Decimal = ZERO
    """The least they deliver, in main units."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What a customer order's line still needs: its open quantity that no supplier order covers, in main units.

    `uom` is the item's main unit. `destination` counts when the line is drop-shipped.
    """

    line: LineRef
    customer: str
    item: str
    quantity: Decimal
    uom: Uom
    description: str = ""
    needed_by: dt.date | None = None
    mode: SupplyMode = SupplyMode.ON_DEMAND
    destination: Address = Address()
    vat: VatCode | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A supplier for a demand. `quantity` (main units) may be corrected: more goes to stock, 0 orders nothing.

    `available` is what of the item was free when the demand's turn came, `shortage` what that left.
    """

    demand: Demand
    source: SupplySource
    available: Decimal
    shortage: Decimal
    quantity: Decimal
    arrives: dt.date
    reason: str

    @property
    def full(self) -> Decimal:
        """The whole demand, shown beside the shortage."""
        return self.demand.quantity

    @property
    def late(self) -> bool:
        """Whether it would come after it is needed."""
        return self.demand.needed_by is not None and self.arrives > self.demand.needed_by


@dataclass(frozen=True, slots=True)
class PlannedSupply:
    """A supplier order that would come, or an open one (`draft.id` set) with lines added from `added_from` on."""

    draft: SupplierOrderDraft
    added_from: int = 0


@dataclass(frozen=True, slots=True)
class SupplyPlan:
    """The supplier orders of a run and the links from customer lines to theirs; undoing takes both back."""

    orders: tuple[PlannedSupply, ...]
    links: tuple[PlannedLink, ...]


def reserved_quantity(links: Sequence[Link], line: LineRef, executed: Decimal) -> Decimal:
    """What came for a customer's line and waits to be delivered, in main units, as `executed` is (D-14.1).

    Whatever was delivered used up first what had come for the line.
    """
    came = sum((link.done for link in links if link.supplier_line and link.customer_line == line), ZERO)
    return max(came - executed, ZERO)


def demands_of(
    order: OrderDraft,
    links: Sequence[Link],
    main_uoms: Mapping[str, Uom],
    drop_shipped: Collection[int] = (),
) -> tuple[Demand, ...]:
    """What the item lines of a stored customer order still need: open less what is on supply or came (D-14.3).

    `main_uoms` has the main unit of each item to look at; lines of other items, and lines with
    nothing to order, are left out. `drop_shipped` are the rows of lines that go from the supplier.
    """
    found: list[Demand] = []
    for line in order.lines:
        uom = main_uoms.get(line.item)
        if not line.item or uom is None or line.line_type not in GOODS_LINES:
            continue
        ref = LineRef(DocumentKind.ORDER, order.id, line.id, order.number)
        executed = EXACT.multiply(line.executed, line.uom.factor)
        quantity = EXACT.multiply(line.quantity, line.uom.factor) - executed
        quantity -= outstanding_quantity(links, ref) + reserved_quantity(links, ref, executed)
        if quantity > 0:
            mode = SupplyMode.DROP_SHIP if line.id in drop_shipped else SupplyMode.ON_DEMAND
            found.append(
                Demand(
                    ref,
                    order.customer,
                    line.item,
                    quantity,
                    uom,
                    line.description,
                    line.ready_date or line.delivery_date or order.delivery_date,
                    mode,
                    order.destination,
                    line.vat,
                )
            )
    return tuple(found)


def choose_source(
    sources: Sequence[SupplySource], strategy: Strategy, *, drop_ship: bool = False
) -> tuple[SupplySource, str] | None:
    """The supplier by `strategy` and why, None without any that can; equal ones by preference, then by code.

    Preferred is the default one, else the lowest priority. Prices are compared in company currency; a
    price of 0 is not known and comes last. Nobody used before: the preferred one.
    """
    able = [one for one in sources if one.drop_ship_allowed or not drop_ship]
    if not able:
        return None

    def preference(one: SupplySource) -> tuple[bool, int, str]:
        return not one.default, one.priority, one.supplier

    def company_price(one: SupplySource) -> Decimal:
        line = with_line_amounts(_line_for(one, "", Uom("", ONE, 6), ONE), 6)
        return EXACT.multiply(line.net, one.currency.rate)

    preferred = min(able, key=preference)
    match strategy:
        case Strategy.BEST_PRICE:
            chosen = min(able, key=lambda one: (one.price <= 0, company_price(one), preference(one)))
            return chosen, f"best price: {plain(chosen.price)} {chosen.currency.code}"
        case Strategy.SHORTEST:
            chosen = min(able, key=lambda one: (one.lead_time_days, preference(one)))
            return chosen, f"shortest lead time: {chosen.lead_time_days} days"
        case Strategy.LAST_USED:
            used = [one for one in able if one.last_used is not None]
            if used:
                newest = max(one.last_used or dt.date.min for one in used)
                return min((one for one in used if one.last_used == newest), key=preference), f"last used on {newest}"
            return preferred, "preferred, for none was used before"
        case _:
            return preferred, "default supplier" if preferred.default else f"preferred, priority {preferred.priority}"


def propose(
    demands: Sequence[Demand],
    sources: Mapping[str, Sequence[SupplySource]],
    available: Mapping[str, Decimal],
    strategy: Strategy,
    stock_use: StockUse,
    date: dt.date,
) -> tuple[tuple[Proposal, ...], tuple[DeskError, ...]]:
    """A proposal for each demand, and a refusal for each that no supplier can meet.

    `available` is what is free of each item before any of these demands, in main units. Demands that
    stock covers are proposed with quantity 0, so that the clerk sees them and may order nevertheless.
    """
    free = dict(available)
    found: list[Proposal] = []
    refusals: list[DeskError] = []
    for demand in demands:
        drop_ship = demand.mode is SupplyMode.DROP_SHIP
        there = ZERO if drop_ship else max(free.get(demand.item, ZERO), ZERO)
        shortage = max(demand.quantity - there, ZERO)
        if not drop_ship:
            free[demand.item] = free.get(demand.item, ZERO) - demand.quantity
        chosen = choose_source(sources.get(demand.item, ()), strategy, drop_ship=drop_ship)
        if chosen is None:
            who = "No supplier that ships to customers" if drop_ship else "No supplier"
            hint = "Name one in the item's suppliers."
            refusals.append(Refused(f"{who} has {demand.item}.", field="item", rule="D-14.2", hint=hint))
            continue
        source, reason = chosen
        quantity = _asked(demand.quantity, there, shortage, StockUse.ALWAYS if drop_ship else stock_use)
        arrives = date + dt.timedelta(source.lead_time_days)
        found.append(Proposal(demand, source, there, shortage, _expressible(quantity, demand.uom), arrives, reason))
    return tuple(_with_lots(found)), tuple(refusals)


def _with_lots(proposals: Sequence[Proposal]) -> list[Proposal]:
    """Proposals of which each item reaches its supplier's least lot, the last one taking what is missing (P-121).

    What that is more than customers need goes to stock; of what is drop-shipped nobody would take it.
    """
    asked: dict[tuple[str, str], Decimal] = {}
    last: dict[tuple[str, str], int] = {}
    for place, one in enumerate(proposals):
        if one.quantity and one.demand.mode is not SupplyMode.DROP_SHIP:
            key = one.source.supplier, one.demand.item
            asked[key] = asked.get(key, ZERO) + one.quantity
            last[key] = place
    made = list(proposals)
    for key, place in last.items():
        one = made[place]
        missing = one.source.min_lot - asked[key]
        if missing > 0:
            quantity = _expressible(one.quantity + missing, one.demand.uom)
            made[place] = replace(one, quantity=quantity, reason=f"{one.reason}; least lot {plain(one.source.min_lot)}")
    return made


def with_quantity(proposal: Proposal, quantity: Decimal) -> Proposal:
    """The proposal with a quantity corrected by hand, in main units; 0 orders nothing.

    Raises `Invalid` (D-6.3); `Refused` for more than the demand when it is drop-shipped, for nobody
    would take the rest.
    """
    if quantity:
        check_quantity(quantity, proposal.demand.uom)
    if proposal.demand.mode is SupplyMode.DROP_SHIP and quantity > proposal.full:
        raise Refused(
            f"The customer takes {plain(proposal.full)}.",
            field="quantity",
            rule="D-14.3",
            hint="Raise the customer's line first.",
        )
    return replace(proposal, quantity=quantity)


def with_source(proposal: Proposal, source: SupplySource, date: dt.date) -> Proposal:
    """The proposal with another supplier, chosen by hand. Raises `Refused` (D-2.3) by drop-ship."""
    if proposal.demand.mode is SupplyMode.DROP_SHIP and not source.drop_ship_allowed:
        raise Refused(f"{source.name or source.supplier} does not drop-ship.", field="supplier", rule="D-2.3")
    arrives = date + dt.timedelta(source.lead_time_days)
    return replace(proposal, source=source, arrives=arrives, reason="chosen by hand")


def plan_supply(
    proposals: Sequence[Proposal],
    order_type: SupplierOrderType,
    date: dt.date,
    *,
    sum_items: bool = True,
    add_to: Sequence[SupplierOrderDraft] = (),
) -> SupplyPlan:
    """Supplier orders per supplier and currency, drop-shipped ones per customer and destination too (D-14.2).

    With `sum_items` an item stands once in an order, for the earliest date it is needed by. Lines go
    to the first order of `add_to` that fits (same supplier, currency, drop-ship destination, and not
    yet confirmed by the supplier), else to a new one. What is ordered beyond a demand is linked to
    nobody: it is for stock.
    """
    orders: dict[tuple[object, ...], PlannedSupply] = {}
    places: dict[tuple[object, ...], int] = {}
    waiting = list(add_to)
    links: list[PlannedLink] = []
    for proposal in proposals:
        if not proposal.quantity:
            continue
        key = _key(proposal)
        order = orders.get(key) or _opened(proposal, key, order_type, date, waiting)
        draft, place = _with_line(order, proposal, sum_items=sum_items)
        orders[key] = replace(order, draft=draft)
        linked = min(proposal.quantity, proposal.full)
        number = places.setdefault(key, len(places))
        mode = proposal.demand.mode
        links.append(PlannedLink(LinkKind.ORDER_TO_SUPPLY, proposal.demand.line, number, place, linked, mode))
    made = tuple(replace(order, draft=_priced(order)) for order in orders.values())
    return SupplyPlan(made, tuple(links))


def _asked(full: Decimal, there: Decimal, shortage: Decimal, stock_use: StockUse) -> Decimal:
    match stock_use:
        case StockUse.SHORTAGE:
            return shortage
        case StockUse.STOCK_FIRST:
            return ZERO if there > 0 else full
        case _:
            return full


def _expressible(quantity: Decimal, uom: Uom) -> Decimal:
    return quantity.quantize(ONE.scaleb(-uom.decimals), ROUND_CEILING, EXACT)


def _key(proposal: Proposal) -> tuple[object, ...]:
    drop_ship = proposal.demand.mode is SupplyMode.DROP_SHIP
    where = (proposal.demand.customer, proposal.demand.destination) if drop_ship else None
    return proposal.source.supplier, proposal.source.currency.code, where


def _opened(
    proposal: Proposal,
    key: tuple[object, ...],
    order_type: SupplierOrderType,
    date: dt.date,
    waiting: list[SupplierOrderDraft],
) -> PlannedSupply:
    """The first open order that fits, which no other group of this run gets then, or a new one."""
    source, demand = proposal.source, proposal.demand
    drop_ship = demand.mode is SupplyMode.DROP_SHIP
    for place, draft in enumerate(waiting):
        same = (draft.supplier, draft.currency.code, draft.drop_ship) == (*key[:2], drop_ship)
        if same and draft.status in ADDABLE and (not drop_ship or draft.destination == demand.destination):
            return PlannedSupply(waiting.pop(place), len(draft.lines))
    return PlannedSupply(
        SupplierOrderDraft(
            order_type,
            date,
            supplier=source.supplier,
            name=source.name,
            address=source.address,
            currency=source.currency,
            payment_terms=source.payment_terms,
            drop_ship=drop_ship,
            drop_ship_allowed=source.drop_ship_allowed,
            destination=demand.destination if drop_ship else Address(),
        )
    )


def _line_for(source: SupplySource, item: str, uom: Uom, quantity: Decimal) -> SupplierOrderLine:
    return SupplierOrderLine(
        item, supplier_item=source.supplier_item, quantity=quantity, uom=uom, price=source.price,
        discounts=source.discounts,
    )  # fmt: skip


def _with_line(order: PlannedSupply, proposal: Proposal, *, sum_items: bool) -> tuple[SupplierOrderDraft, int]:
    """The order with the proposal on a line of its own or added to one of this run, and that line's place."""
    draft, demand = order.draft, proposal.demand
    asked = max(proposal.arrives, demand.needed_by) if demand.needed_by else proposal.arrives
    if sum_items:
        for place in range(order.added_from, len(draft.lines)):
            line = draft.lines[place]
            if (line.item, line.uom) == (demand.item, demand.uom) and line.price == proposal.source.price:
                earliest = min(line.delivery_date or asked, asked)
                more = replace(line, quantity=line.quantity + proposal.quantity, delivery_date=earliest)
                return replace(draft, lines=(*draft.lines[:place], more, *draft.lines[place + 1 :])), place
    line = _line_for(proposal.source, demand.item, demand.uom, proposal.quantity)
    line = replace(line, description=demand.description, vat=demand.vat, delivery_date=asked)
    return replace(draft, lines=(*draft.lines, line)), len(draft.lines)


def _priced(order: PlannedSupply) -> SupplierOrderDraft:
    draft = order.draft
    added = tuple(with_line_amounts(line, draft.currency.decimals) for line in draft.lines[order.added_from :])
    return replace(draft, lines=(*draft.lines[: order.added_from], *added))
