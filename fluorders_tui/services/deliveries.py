"""Delivery notes and invoices from customer orders: preview and create, in one transaction (§15).

Execution is never typed: it follows from the lines of these documents, and the statuses of lines and orders from
execution (D-12.1). Orders are held before stock and stock before numbers and counters, as everywhere.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal

from fluorders_tui.data.fulfilment_rows import (
    KIND,
    NewDelivery,
    fulfilment_types,
    insert_delivery,
    stock_by_warehouse,
)
from fluorders_tui.data.item_rows import item_ids
from fluorders_tui.data.journal import Event, record
from fluorders_tui.data.numberings import provisional_number, take_number
from fluorders_tui.data.offer_rows import grouping_parameters
from fluorders_tui.data.order_progress import Counts, lock_orders, write_progress
from fluorders_tui.data.order_rows import line_statuses, load_order, order_state
from fluorders_tui.data.order_writing import KIND as ORDER_KIND
from fluorders_tui.data.status_counters import count_documents
from fluorders_tui.data.store import Connection, IntegrityError, Session
from fluorders_tui.data.supply_rows import add_stock, usual_warehouse, warehouse_id
from fluorders_tui.domain.errors import Conflict, DeskError, Invalid, Refused, Several
from fluorders_tui.domain.fulfilment import (
    DeliverableLine,
    DeliverableOrder,
    DeliveryPlan,
    FulfilmentKind,
    FulfilmentStatus,
    FulfilmentType,
    Part,
    PlannedDelivery,
    all_open,
    most_deliverable,
    plan_deliveries,
)
from fluorders_tui.domain.grouping import GroupingParameters
from fluorders_tui.domain.links import DocumentKind, LineRef, Link, SupplyMode
from fluorders_tui.domain.money import EXACT, MICRO_DECIMALS, ZERO, plain, round_down
from fluorders_tui.domain.notices import Notice
from fluorders_tui.domain.order import OrderDraft, OrderStatus, Uom
from fluorders_tui.domain.permissions import Permission
from fluorders_tui.domain.totals import document_totals
from fluorders_tui.services.desk import Desk, check_permission
from fluorders_tui.services.order_gate import Passing, Step, decide, settle
from fluorders_tui.services.orders import customer_id_of
from fluorders_tui.services.supply_sides import Closing, fit_links, settle_lines, supply_links

__all__ = [
    "Asked",
    "Delivered",
    "Preview",
    "PreviewedDelivery",
    "deliver",
    "deliverable",
    "deliverable_within",
    "fulfilment_type",
    "known_fulfilment_types",
    "preview",
]

#: The reason of a rest that nobody gave one for.
REST_FORCED = "the rest is not delivered"


@dataclass(frozen=True, slots=True)
class Asked:
    """What shall be delivered: `parts` of the orders (rows), or all that is open of them with None.

    `force` closes what stays open of the lines delivered, for `reason`. `type` is the code of a fulfilment type, ''
    for the company's usual one; `warehouse` that of the one goods leave from, '' for the type's. `versions` are those
    of the orders when they were looked at, by row. `parameters` are the company's and the customers' own unless said.
    """

    orders: tuple[int, ...]
    parts: tuple[Part, ...] | None = None
    force: bool = False
    reason: str = ""
    type: str = ""
    date: dt.date | None = None
    warehouse: str = ""
    versions: Mapping[int, int] = field(default_factory=dict)
    parameters: GroupingParameters | None = None


@dataclass(frozen=True, slots=True)
class PreviewedDelivery:
    """A document that would come: its lines take `stock` from `warehouse`, each in main units.

    `held` is what that warehouse holds of each line's item before, None where nobody keeps its stock.
    """

    planned: PlannedDelivery
    number: str
    warehouse: str
    stock: tuple[Decimal, ...]
    held: tuple[Decimal | None, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a delivery would do; nothing was written. `versions` is what `Asked.versions` wants.

    `notices` are warnings, such as more than the warehouse holds (P-161).
    """

    type: FulfilmentType
    deliveries: tuple[PreviewedDelivery, ...]
    refusals: tuple[DeskError, ...]
    notices: tuple[Notice, ...]
    versions: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Delivered:
    """The documents that were made, by row and number, in the preview's order, and the orders as they are now."""

    kind: FulfilmentKind
    documents: tuple[tuple[int, str], ...]
    orders: tuple[tuple[int, str, OrderStatus], ...]
    notices: tuple[Notice, ...] = ()


def known_fulfilment_types(desk: Desk) -> dict[str, FulfilmentType]:
    """The active fulfilment types by code."""
    with desk.store.read() as connection:
        return fulfilment_types(connection)


def fulfilment_type(desk: Desk, connection: Connection, code: str = "") -> FulfilmentType:
    """A fulfilment type, the company's usual one when no code is given. Raises `Invalid`."""
    known = fulfilment_types(connection)
    wanted = code or desk.company.fulfilment_type
    if wanted in known:
        return known[wanted]
    if not code and known:
        return next(iter(known.values()))
    hint = f"Known: {', '.join(known)}." if known else "Run `fluorders init` once, or add one in the registries."
    raise Invalid(f"There is no fulfilment type {wanted!r}.", field="type", rule="D-2.4", hint=hint)


def deliverable(desk: Desk, orders: Iterable[int]) -> list[DeliverableOrder]:
    """Orders by row as a delivery sees them, in the order given; those that are gone are left out."""
    with desk.store.read() as connection:
        return deliverable_within(connection, orders)


def deliverable_within(connection: Connection, orders: Iterable[int]) -> list[DeliverableOrder]:
    """As `deliverable`, in the caller's transaction."""
    found: list[DeliverableOrder] = []
    for row in dict.fromkeys(orders):
        draft = load_order(connection, row)
        if draft is None:
            continue
        statuses = line_statuses(connection, row)
        refs = [LineRef(DocumentKind.ORDER, row, line.id, draft.number) for line in draft.lines]
        elsewhere = _shipped_elsewhere(supply_links(connection, refs))
        lines = (
            DeliverableLine(line, place, statuses[line.id], _in_units(elsewhere.get(line.id, ZERO), line.uom))
            for place, line in enumerate(draft.lines, 1)
        )
        found.append(DeliverableOrder(draft, tuple(lines), order_state(connection, row).printed_at is not None))
    return found


def _shipped_elsewhere(links: Iterable[Link]) -> dict[int, Decimal]:
    """What suppliers still ship to the customer of each order line (its row), in main units."""
    found: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for link in links:
        if link.mode is SupplyMode.DROP_SHIP:
            found[link.customer_line.line] += link.outstanding
    return found


def _in_units(main: Decimal, uom: Uom) -> Decimal:
    """Whole units of a line that a quantity in main units touches (P-84)."""
    return EXACT.divide(main, uom.factor).quantize(Decimal(1).scaleb(-uom.decimals), ROUND_CEILING, EXACT)


def preview(desk: Desk, asked: Asked) -> Preview:
    """The documents that would come, what they take from stock, and what stands in the way; nothing is written."""
    with desk.store.read() as connection:
        prepared = _prepare(desk, connection, asked)
        shown = []
        for one in prepared.deliveries:
            kind, date = prepared.type, asked.date or desk.today()
            number = provisional_number(connection, kind.numbering, date, kind.code, desk.user)
            shown.append(PreviewedDelivery(one.planned, number, one.warehouse, one.stock, one.held))
    return Preview(
        prepared.type,
        tuple(shown),
        prepared.refusals,
        prepared.notices,
        {order.draft.id: order.draft.version for order in prepared.orders},
    )


def deliver(desk: Desk, asked: Asked) -> Delivered:
    """Make the documents, all or none, and let lines and orders follow (D-15.1).

    The orders are held and looked at again first, so that two desks never deliver the same twice.
    Raises `NotAllowed` by role (P-180), `Conflict` where an order changed since it was looked at, else everything that
    is refused, as `Several`; orders that the gate holds are locked then, or wait (P-168).
    """
    check_permission(desk, Permission.DELIVER)
    if asked.force or any(part.force for part in asked.parts or ()):
        check_permission(desk, Permission.FORCE, field="force")
    try:
        with desk.store.write() as session:
            connection = session.connection()
            lock_orders(session, set(asked.orders))
            prepared = _prepare(desk, connection, asked)
            _check_versions(prepared.orders, asked.versions)
            if prepared.refusals:
                raise prepared.refusals[0] if len(prepared.refusals) == 1 else Several(prepared.refusals)
            if not prepared.deliveries:
                raise Invalid("Nothing is delivered.", field="lines", rule="D-15.1")
            held = _held_at_the_gate(desk, session, prepared)
            if not held:
                return _write(desk, session, prepared, asked)
    except IntegrityError as error:
        raise Refused(
            "Another document got this number in the same moment.",
            rule="D-9.3b",
            field="number",
            hint="Deliver again.",
        ) from error
    raise held[0] if len(held) == 1 else Several(held)


def _held_at_the_gate(desk: Desk, session: Session, prepared: _Prepared) -> list[DeskError]:
    """Why orders may not be delivered now (D-11.3b); they are locked, or wait, until somebody lets them go (P-168)."""
    orders = [order.draft for order in prepared.orders]
    passing = [
        Passing(draft, document_totals(draft, company_decimals=desk.company.currency_decimals), draft)
        for draft in orders
    ]
    held: list[DeskError] = []
    for draft, decision in zip(orders, decide(desk, session, Step.DELIVER, passing), strict=True):
        if decision.held_status is None:
            continue
        why = decision.why
        write_progress(session, draft.id, {}, desk.now(), desk.user, f"delivery: {why}", header=decision.held_status)
        settle(desk, session, draft.id, draft.number, decision)
        held.append(
            Refused(
                f"Order {draft.number} is {decision.held_status.value} now and not delivered. {why}".strip(),
                field=f"{draft.number}: status",
                rule=decision.missing[0].rule,
                hint="Ask for its release.",
            )
        )
    return held


def _check_versions(orders: Sequence[DeliverableOrder], seen: Mapping[int, int]) -> None:
    for order in orders:
        if seen.get(order.draft.id, order.draft.version) != order.draft.version:
            raise Conflict(
                f"Order {order.draft.number} changed since it was looked at.",
                field="orders",
                rule="D-12.7",
                hint="Look at what is open and deliver that.",
            )


@dataclass(frozen=True, slots=True)
class _Delivery:
    planned: PlannedDelivery
    warehouse: str
    stock: tuple[Decimal, ...]
    held: tuple[Decimal | None, ...]
    items: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Prepared:
    orders: tuple[DeliverableOrder, ...]
    type: FulfilmentType
    deliveries: tuple[_Delivery, ...]
    refusals: tuple[DeskError, ...]
    notices: tuple[Notice, ...]


def _prepare(desk: Desk, connection: Connection, asked: Asked) -> _Prepared:
    orders = deliverable_within(connection, asked.orders)
    kind = fulfilment_type(desk, connection, asked.type)
    parameters, own = grouping_parameters(connection, {order.draft.customer for order in orders})
    if asked.parameters is not None:
        parameters, own = asked.parameters, {}
    parts = all_open(orders, force=asked.force) if asked.parts is None else asked.parts
    plan: DeliveryPlan = plan_deliveries(orders, parts, parameters, own)
    refusals = list(plan.refusals)
    gone = set(asked.orders) - {order.draft.id for order in orders}
    refusals += [Invalid("An order is not there any more.", field="orders", rule="D-15.1") for _ in gone]
    empty = [one for one in plan.deliveries if not any(line.quantity for line in one.lines)]
    refusals += [
        Invalid(
            "Nothing is delivered, only forced.",
            field=one.header.number,
            rule="D-15.2",
            hint="Force the order instead.",
        )
        for one in empty
    ]
    warehouse = _warehouse(connection, asked.warehouse or kind.warehouse)
    items = item_ids(connection, [line.line.item for one in plan.deliveries for line in one.lines if line.line.item])
    kept = stock_by_warehouse(connection, items.values()) if kind.moves_stock else {}
    if kept and not warehouse:
        refusals.append(Invalid("There is no warehouse goods could leave from.", field="warehouse", rule="D-15.1"))
    deliveries = [_with_stock(one, warehouse, items, kept) for one in plan.deliveries if one not in empty]
    short = _shortages(deliveries, kept, warehouse)
    if desk.company.short_stock == "refuse":
        refusals += [Refused(notice.message, field="stock", rule="P-161", hint=_SHORT) for notice in short]
    notices = short if desk.company.short_stock == "warn" else ()
    return _Prepared(tuple(orders), kind, tuple(deliveries), tuple(refusals), notices)


_SHORT = "Deliver less, or from another warehouse, or correct the stock."


def _warehouse(connection: Connection, code: str) -> str:
    if not code:
        return usual_warehouse(connection)
    if warehouse_id(connection, code) is None:
        raise Invalid(f"There is no warehouse {code!r}.", field="warehouse", rule="D-2.4")
    return code


def _with_stock(
    planned: PlannedDelivery,
    warehouse: str,
    items: Mapping[str, int],
    kept: Mapping[int, Mapping[str, Decimal]],
) -> _Delivery:
    stock: list[Decimal] = []
    held: list[Decimal | None] = []
    for line in planned.lines:
        mine = kept.get(items.get(line.line.item, 0))
        # An item whose stock nobody keeps, such as a service, has none that could fall (P-162).
        stock.append(ZERO if mine is None else round_down(line.in_main, MICRO_DECIMALS))
        held.append(None if mine is None else mine.get(warehouse, ZERO))
    return _Delivery(planned, warehouse, tuple(stock), tuple(held), items)


def _shortages(
    deliveries: Sequence[_Delivery], kept: Mapping[int, Mapping[str, Decimal]], warehouse: str
) -> tuple[Notice, ...]:
    """Items of which more goes than the warehouse holds, with what others hold (P-161)."""
    taken: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for one in deliveries:
        for line, quantity in zip(one.planned.lines, one.stock, strict=True):
            taken[line.line.item] += quantity
    found: list[Notice] = []
    items = {code: row for one in deliveries for code, row in one.items.items()}
    for code, quantity in taken.items():
        everywhere = kept.get(items.get(code, 0), {})
        holds = everywhere.get(warehouse, ZERO)
        if quantity > holds:
            others = ", ".join(
                f"{name} {plain(much)}" for name, much in everywhere.items() if name != warehouse and much
            )
            elsewhere = f" Elsewhere: {others}." if others else ""
            message = f"{code}: {plain(quantity)} go, but {warehouse} holds {plain(holds)}.{elsewhere}"
            found.append(Notice("P-161", message))
    return tuple(found)


def _write(desk: Desk, session: Session, prepared: _Prepared, asked: Asked) -> Delivered:
    connection, date = session.connection(), asked.date or desk.today()
    by_row = {order.draft.id: order for order in prepared.orders}
    leaving: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for one in prepared.deliveries:
        for line, quantity in zip(one.planned.lines, one.stock, strict=True):
            if quantity:
                leaving[one.items[line.line.item]] -= quantity
    move_own_stock(session, prepared.deliveries[0].warehouse, leaving)
    kind = prepared.type
    documents: list[tuple[int, str]] = []
    for one in prepared.deliveries:
        header = one.planned.header
        customer = customer_id_of(session, header.customer, entering=False)
        taken = take_number(session, kind.numbering, date, kind.code, desk.user)
        warehouse = one.warehouse if any(one.stock) else ""
        new = NewDelivery(one.planned, kind.kind, date, customer, one.items, one.stock, kind, taken, warehouse)
        documents.append((insert_delivery(session, new, desk.now(), desk.user), taken.number))
    counts: Counts = []
    for one, (_, number) in zip(prepared.deliveries, documents, strict=True):
        _execute(desk, session, one.planned, by_row, _told(kind.kind, number, one.planned, asked.reason), counts)
    count_documents(connection, ORDER_KIND, counts)
    _record_issued(desk, session, prepared, documents, asked.reason)
    count_documents(connection, KIND, [(FulfilmentStatus.ISSUED.value, len(documents), 0)])
    return Delivered(
        kind.kind,
        tuple(documents),
        _orders_now(connection, [order.draft for order in prepared.orders]),
        prepared.notices,
    )


def _told(kind: FulfilmentKind, number: str, planned: PlannedDelivery, reason: str) -> str:
    forced = any(line.forced for line in planned.lines)
    return f"{kind.value} {number}" + (f": {reason.strip() or REST_FORCED}" if forced else "")


def _execute(
    desk: Desk,
    session: Session,
    planned: PlannedDelivery,
    orders: Mapping[int, DeliverableOrder],
    comment: str,
    counts: Counts,
) -> None:
    """Let the lines, their supply and their orders follow what one document delivers."""
    executed: dict[LineRef, Decimal] = {}
    closing: dict[LineRef, Closing] = {}
    still: dict[LineRef, Decimal] = {}
    for line in planned.lines:
        ref = LineRef(DocumentKind.ORDER, line.order.id, line.line.id, line.order.number)
        so_far = executed.get(ref, ZERO) + line.quantity
        order = orders[line.order.id]
        one = order.lines[line.position - 1]
        tolerated = line.line.executed + most_deliverable(one, line.order.type.over_delivery)
        forced = line.forced or (ref in closing and closing[ref].forced)
        executed[ref], closing[ref] = so_far, Closing(forced=forced, most=tolerated)
        left = ZERO if forced else max(line.line.quantity - line.line.executed - so_far, ZERO)
        still[ref] = EXACT.multiply(left, line.line.uom.factor)
    # What was on its way on demand for a line served from stock becomes stock itself (P-163).
    fit_links(session, still)
    settle_lines(desk, session, executed, executed, comment, closing, counts)


def _record_issued(
    desk: Desk, session: Session, prepared: _Prepared, documents: Sequence[tuple[int, str]], reason: str
) -> None:
    events = []
    for one, (row, number) in zip(prepared.deliveries, documents, strict=True):
        told = {
            "customer": one.planned.header.customer,
            "orders": ", ".join(order.number for order in one.planned.orders),
            "lines": len(one.planned.lines),
        }
        forced = reason if any(line.forced for line in one.planned.lines) else ""
        events.append(Event(KIND, row, number, "entered", "", FulfilmentStatus.ISSUED.value, forced, after=told))
    record(session, desk.now(), desk.user, events)


def move_own_stock(session: Session, warehouse: str, quantities: Mapping[int, Decimal]) -> None:
    """Add to what a warehouse (its code) holds of items by their row; less than nothing leaves it."""
    if not any(quantities.values()):
        return
    connection = session.connection()
    row = warehouse_id(connection, warehouse)
    if row is None:
        raise Refused(f"There is no warehouse {warehouse!r} any more.", field="warehouse", rule="D-15.1")
    add_stock(connection, row, quantities)


def _orders_now(connection: Connection, orders: Iterable[OrderDraft]) -> tuple[tuple[int, str, OrderStatus], ...]:
    found = []
    for order in orders:
        status = order_state(connection, order.id).status
        found.append((order.id, order.number, OrderStatus(status)))
    return tuple(found)
