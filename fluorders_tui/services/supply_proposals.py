"""Supplier orders from customer orders (D-14.2): who delivers what is missing, corrected by hand, written as one run.

Only lines of entered and confirmed orders ask for supply. What is proposed is computed from what is stored, and
checked again when it is written: two desks never order the same demand twice.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from fluorders_tui.data.link_rows import add_links, add_run
from fluorders_tui.data.order_progress import lock_orders
from fluorders_tui.data.order_rows import order_ids
from fluorders_tui.data.store import Connection, IntegrityError, Session
from fluorders_tui.data.supplier_order_rows import (
    load_supplier_orders,
    lock_supplier_orders,
    open_supplier_orders_of,
)
from fluorders_tui.data.supplier_order_writing import SupplierEvent, update_supplier_order
from fluorders_tui.data.supply_rows import (
    SUPPLIABLE,
    customer_lines,
    main_uoms,
    open_lines,
    supply_sources,
    usual_warehouse,
)
from fluorders_tui.data.terms import micro
from fluorders_tui.domain.errors import Conflict, DeskError, Invalid, Refused, Several
from fluorders_tui.domain.links import LineRef, Link, StoredDocument, link_problems, stored_links
from fluorders_tui.domain.money import EXACT, ZERO
from fluorders_tui.domain.order import (
    Address,
    LineStatus,
    LineType,
    OrderDraft,
    OrderLine,
    OrderStatus,
    OrderType,
    Uom,
    VatCode,
    VatKind,
)
from fluorders_tui.domain.permissions import Permission
from fluorders_tui.domain.supplier_orders import ADDABLE, SupplierOrderDraft, enter_supplier_order
from fluorders_tui.domain.supply_proposals import (
    Demand,
    PlannedSupply,
    Proposal,
    StockUse,
    Strategy,
    SupplyPlan,
    SupplySource,
    demands_of,
    plan_supply,
    propose,
    reserved_quantity,
    with_quantity,
    with_source,
)
from fluorders_tui.services.desk import Desk, check_permission
from fluorders_tui.services.supplier_drafts import supplier_type
from fluorders_tui.services.supplier_orders import (
    SavedSupplierOrder,
    enter_within,
    open_supplier_order_row,
)
from fluorders_tui.services.supply_runs import RunKind, supply_runs, undo_run
from fluorders_tui.services.supply_sides import free_stock, line_ref, settle_lines, supplier_writing, supply_links

__all__ = [
    "Asked",
    "OrderedSupply",
    "Proposal",
    "Proposals",
    "StockUse",
    "Strategy",
    "addable_orders",
    "order_supply",
    "preview_supply",
    "proposals",
    "sources_of",
    "supply_runs",
    "undo_run",
    "with_quantity",
    "with_source",
]

_CLOSED = frozenset({LineStatus.EXECUTED, LineStatus.FORCED, LineStatus.CANCELLED})


@dataclass(frozen=True, slots=True)
class Asked:
    """Which demands, and how they are met. Everything left empty lets all open lines through.

    `orders` are numbers, `lines` rows of lines, `until` the last day by which goods are needed. `drop_ship` lets
    suppliers ship to the customer: all demands, or only the lines (rows) in `drop_shipped`. Suppliers in `without`
    get nothing; with `supplier` only what would go to them is shown.
    """

    strategy: Strategy = Strategy.PREFERRED
    stock_use: StockUse = StockUse.SHORTAGE
    orders: tuple[str, ...] = ()
    lines: frozenset[int] = frozenset()
    customer: str = ""
    items: tuple[str, ...] = ()
    until: dt.date | None = None
    supplier: str = ""
    without: frozenset[str] = frozenset()
    drop_ship: bool = False
    drop_shipped: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Proposals:
    """What could be ordered, demands needed first coming first, and a refusal for each that nobody can meet."""

    rows: tuple[Proposal, ...]
    refusals: tuple[DeskError, ...]


@dataclass(frozen=True, slots=True)
class OrderedSupply:
    """The supplier orders of a run, new ones and those that got lines, and the run that undoes it."""

    run_id: int
    orders: tuple[SavedSupplierOrder, ...]


def proposals(desk: Desk, asked: Asked | None = None) -> Proposals:
    """A supplier, the full quantity, the shortage and a quantity for each open demand (D-14.2).

    Raises `Invalid` for an order number that nobody has.
    """
    wanted = asked or Asked()
    with desk.store.read() as connection:
        demands = _demands(connection, wanted)
        items = list(dict.fromkeys(demand.item for demand in demands))
        # Others keep what they are promised: only these demands may use what is free.
        free = free_stock(connection, items, besides={demand.line.line for demand in demands}, coming=True)
        sources = _sources(desk, connection, items, wanted.without)
    rows, refusals = propose(demands, sources, free, wanted.strategy, wanted.stock_use, desk.today())
    if wanted.supplier:
        rows = tuple(row for row in rows if row.source.supplier == wanted.supplier)
    return Proposals(rows, refusals)


def sources_of(desk: Desk, item: str) -> tuple[SupplySource, ...]:
    """Who delivers an item, for a supplier to be chosen by hand with `with_source`."""
    with desk.store.read() as connection:
        return tuple(_sources(desk, connection, [item], frozenset()).get(item, ()))


def addable_orders(desk: Desk, suppliers: Collection[str]) -> tuple[SupplierOrderDraft, ...]:
    """The open orders of these suppliers that lines can still be added to, the oldest first."""
    with desk.store.read() as connection:
        ids = open_supplier_orders_of(connection, suppliers, [status.value for status in ADDABLE])
        found = load_supplier_orders(connection, ids)
    return tuple(found[order_id] for order_id in ids)


def _sources(
    desk: Desk, connection: Connection, items: Sequence[str], without: Collection[str]
) -> dict[str, list[SupplySource]]:
    found = supply_sources(connection, items, desk.today(), desk.company.currency, desk.company.vat_code)
    return {item: [one for one in sources if one.supplier not in without] for item, sources in found.items()}


def _demands(connection: Connection, asked: Asked) -> list[Demand]:
    """The demands of open lines, in the order of the day they are needed."""
    wanted = [row_id for number in asked.orders for row_id in _order(connection, number)]
    rows = open_lines(
        connection, SUPPLIABLE, order_ids=wanted, customer=asked.customer, item_codes=asked.items, until=asked.until
    )
    if asked.lines:
        rows = [row for row in rows if row.id in asked.lines]
    links: dict[LineRef, list[Link]] = defaultdict(list)
    for link in supply_links(connection, [line_ref(row) for row in rows]):
        links[link.customer_line].append(link)
    uoms = main_uoms(connection, {row.item_code for row in rows})
    found: list[Demand] = []
    for row in rows:
        shipped = {row.id} if asked.drop_ship or row.id in asked.drop_shipped else set()
        found += demands_of(_order_of(row), links[line_ref(row)], uoms, shipped)
    return found


def _order(connection: Connection, number: str) -> list[int]:
    rows = order_ids(connection, number)
    if len(rows) != 1:
        told = f"There is no order {number!r}." if not rows else f"Several orders have the number {number!r}."
        raise Invalid(told, field="orders", rule="D-9.3")
    return rows


def _order_of(row: Any) -> OrderDraft:
    """As much of an order as its demands come from, with the one line of `row`."""
    to = Address(
        row.destination_code,
        row.destination_name,
        row.destination_street,
        row.destination_postcode,
        row.destination_city,
        row.destination_region,
        row.destination_country,
    )
    vat = VatCode(row.vat_code, micro(row.vat_rate_micro), VatKind(row.vat_kind)) if row.vat_code else None
    line = OrderLine(
        LineType(row.line_type),
        row.description,
        row.item_code,
        micro(row.quantity_micro),
        Uom(row.unit, micro(row.unit_factor_micro), row.unit_decimals),
        vat=vat,
        ready_date=row.ready_date,
        delivery_date=row.delivery_date,
        id=row.id,
        executed=micro(row.executed_micro),
    )
    return OrderDraft(
        OrderType(""),
        row.order_date,
        customer=row.customer_code,
        destination=to,
        delivery_date=row.order_delivery,
        lines=(line,),
        number=row.number,
        id=row.order_id,
    )


def preview_supply(
    desk: Desk,
    rows: Sequence[Proposal],
    *,
    type_code: str = "",
    sum_items: bool = True,
    add_to: Sequence[int] = (),
) -> SupplyPlan:
    """The supplier orders that would come, before anything is written; `add_to` are rows of open ones."""
    kind = supplier_type(desk, type_code)
    with desk.store.read() as connection:
        found = load_supplier_orders(connection, add_to)
        plan = plan_supply(
            rows, kind, desk.today(), sum_items=sum_items, add_to=[found[one] for one in add_to if one in found]
        )
        return replace(plan, orders=tuple(_completed(connection, one) for one in plan.orders))


def order_supply(
    desk: Desk,
    rows: Sequence[Proposal],
    *,
    type_code: str = "",
    sum_items: bool = True,
    add_to: Sequence[int] = (),
) -> OrderedSupply:
    """Order what proposals say, as one run in one transaction: new supplier orders, or lines on those of `add_to`.

    Customer lines are on supply from then on. Raises `Several` with each line of which less is open than would be
    linked, because somebody ordered, delivered or changed it meanwhile (D-14.3); `Invalid` when nothing is ordered.
    """
    wanted = [row for row in rows if row.quantity]
    if not wanted:
        raise Invalid("There is nothing to order.", field="proposals", rule="D-14.2")
    kind = supplier_type(desk, type_code)
    check_permission(desk, Permission.SUPPLY)
    try:
        with desk.store.write() as session:
            connection = session.connection()
            lock_supplier_orders(connection, add_to)
            lock_orders(session, {row.demand.line.document for row in wanted})
            found = load_supplier_orders(connection, add_to)
            if len(found) != len(set(add_to)):
                raise Conflict("A supplier order is not there any more.", field="add_to", rule="D-12.7")
            limits, before = _limits(connection, wanted)
            plan = plan_supply(wanted, kind, desk.today(), sum_items=sum_items, add_to=[found[one] for one in add_to])
            orders = [_completed(connection, one) for one in plan.orders]
            stored = [_written(desk, session, one) for one in orders]
            links = stored_links(plan.links, stored)
            problems = link_problems((*before, *links), limits)
            if problems:
                raise problems[0] if len(problems) == 1 else Several(problems)
            numbers = ", ".join(one.number for one in stored)
            run_id = add_run(session, RunKind.PROPOSALS.value, desk.now(), desk.user, numbers)
            add_links(session, run_id, _summed(links))
            settle_lines(desk, session, limits, {}, f"supplier order {numbers}")
    except IntegrityError as error:
        raise Refused(
            "Another document got this number in the same moment.", rule="D-9.3b", field="number", hint="Save again."
        ) from error
    return OrderedSupply(run_id, tuple(open_supplier_order_row(desk, one.id) for one in stored))


def _limits(connection: Connection, rows: Sequence[Proposal]) -> tuple[dict[LineRef, Decimal], tuple[Link, ...]]:
    """How much of each customer line may be linked now, in main units, and its links."""
    refs = {row.demand.line for row in rows}
    links = supply_links(connection, refs)
    found: dict[LineRef, Decimal] = dict.fromkeys(refs, ZERO)
    for row in customer_lines(connection, [ref.line for ref in refs]):
        ref = line_ref(row)
        if OrderStatus(row.order_status) not in SUPPLIABLE or LineStatus(row.status) in _CLOSED:
            continue
        factor = micro(row.unit_factor_micro)
        executed = EXACT.multiply(micro(row.executed_micro), factor)
        still = EXACT.multiply(micro(row.quantity_micro), factor) - executed
        found[ref] = max(still - reserved_quantity(links, ref, executed), ZERO)
    return found, links


def _completed(connection: Connection, planned: PlannedSupply) -> PlannedSupply:
    """A new order with where and when it comes; one that is added to keeps its own."""
    draft = planned.draft
    if draft.id:
        return planned
    dates = [line.delivery_date for line in draft.lines if line.delivery_date is not None]
    warehouse = "" if draft.drop_ship else usual_warehouse(connection)
    return replace(
        planned, draft=replace(draft, delivery_date=min(dates, default=None), warehouse=draft.warehouse or warehouse)
    )


def _written(desk: Desk, session: Session, planned: PlannedSupply) -> StoredDocument:
    draft = planned.draft
    if not draft.id:
        return enter_within(desk, session, enter_supplier_order(draft))
    added: Mapping[str, Any] = {
        f"lines[{place + 1}]": f"{line.quantity:f} {line.uom.code} {line.item}"
        for place, line in enumerate(draft.lines)
        if place >= planned.added_from
    }
    event = SupplierEvent("changed", "lines added from customer orders", after=added)
    return update_supplier_order(session, draft, supplier_writing(desk, session, draft), event)


def _summed(links: Sequence[Link]) -> list[Link]:
    """One link between two lines, where several demands of one line went to one supplier line."""
    found: dict[tuple[LineRef, LineRef], Link] = {}
    for link in links:
        key = link.source, link.target
        before = found.get(key)
        found[key] = replace(link, quantity=link.quantity + before.quantity) if before else link
    return list(found.values())
