"""Both sides of supply in one transaction: what happens to a supplier order, and to the customer lines behind it.

Every use case here locks supplier orders before customer orders, so that two desks never wait in a circle.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from fluorders_tui.data.item_rows import item_ids
from fluorders_tui.data.link_rows import links_of, remove_links, update_link
from fluorders_tui.data.order_progress import Counts, LineStep, lock_orders, write_progress
from fluorders_tui.data.order_writing import KIND as ORDER_KIND
from fluorders_tui.data.status_counters import count_documents
from fluorders_tui.data.store import Connection, Session
from fluorders_tui.data.supplier_order_rows import load_supplier_order, lock_supplier_orders, supplier_order_ids
from fluorders_tui.data.supplier_order_writing import SupplierWriting
from fluorders_tui.data.supply_rows import (
    WAITING,
    add_stock,
    coming_lines,
    customer_lines,
    open_lines,
    stock_of,
    supplier_terms,
    usual_warehouse,
    warehouse_id,
)
from fluorders_tui.data.terms import micro, optional_micro
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.lifecycle import line_status_after_entering
from fluorders_tui.domain.links import DocumentKind, LineRef, Link, SupplyMode, outstanding_quantity
from fluorders_tui.domain.money import EXACT, ZERO, plain
from fluorders_tui.domain.order import LineStatus, OrderDraft, OrderStatus, Uom
from fluorders_tui.domain.supplier_orders import SupplierOrderDraft
from fluorders_tui.domain.supply_exceptions import CustomerLine
from fluorders_tui.domain.supply_proposals import reserved_quantity
from fluorders_tui.domain.supply_sharing import supplier_line_ref
from fluorders_tui.services.desk import Desk

_SETTLED = frozenset({LineStatus.FORCED, LineStatus.CANCELLED})
_MOVED = frozenset({LineStatus.PARTIAL, LineStatus.EXECUTED, LineStatus.FORCED})


@dataclass(frozen=True, slots=True)
class Sides:
    """The supply links of every customer line that a supplier order serves, and those lines."""

    links: tuple[Link, ...]
    rows: Mapping[LineRef, Any]

    @property
    def lines(self) -> dict[LineRef, CustomerLine]:
        """The customer lines as the rules see them."""
        return {ref: customer_line(ref, row) for ref, row in self.rows.items()}


def line_ref(row: Any) -> LineRef:
    """A customer line's row as an end of links."""
    return LineRef(DocumentKind.ORDER, row.order_id, row.id, row.number)


def customer_line(ref: LineRef, row: Any) -> CustomerLine:
    """A customer line's row as the rules of supply see it."""
    return CustomerLine(
        ref,
        row.item_code,
        micro(row.quantity_micro),
        Uom(row.unit, micro(row.unit_factor_micro), row.unit_decimals),
        micro(row.executed_micro),
        row.delivery_date or row.order_delivery,
        LineStatus(row.status) in _SETTLED,
    )


def supply_links(connection: Connection, refs: Iterable[LineRef]) -> tuple[Link, ...]:
    """The supply links of lines, those made first coming first; where an offer went is none of them."""
    return tuple(link for link in links_of(connection, refs) if link.supplier_line is not None)


def sides_of(connection: Connection, draft: SupplierOrderDraft) -> Sides:
    """What a stored supplier order serves."""
    own = supply_links(connection, [supplier_line_ref(draft, line) for line in draft.lines if line.id])
    refs = dict.fromkeys(link.customer_line for link in own)
    rows = {line_ref(row): row for row in customer_lines(connection, [ref.line for ref in refs])}
    return Sides(supply_links(connection, refs), rows)


def held_sides(session: Session, draft: SupplierOrderDraft) -> Sides:
    """What a supplier order serves, and no customer order among it changes until the transaction ends.

    The caller holds the supplier order already.
    """
    connection = session.connection()
    sides = sides_of(connection, draft)
    if not sides.rows:
        return sides
    lock_orders(session, {ref.document for ref in sides.rows})
    # Somebody may have changed an order between the reading and the lock.
    return sides_of(connection, draft)


def find_supplier_order(connection: Connection, number: str) -> int:
    """The row of the supplier order with `number`. Raises `Invalid` where there is none or more than one."""
    rows = supplier_order_ids(connection, number)
    if not rows:
        raise Invalid(f"There is no supplier order {number!r}.", field="number", rule="D-9.3")
    if len(rows) > 1:
        raise Invalid(
            f"Several supplier orders have the number {number!r}.", field="number", hint="Give the whole number."
        )
    return rows[0]


def held_supplier_order(session: Session, order_id: int) -> SupplierOrderDraft:
    """A supplier order as it stands, which nobody else changes until the transaction ends."""
    lock_supplier_orders(session.connection(), [order_id])
    draft = load_supplier_order(session.connection(), order_id)
    if draft is None:
        raise Invalid("This supplier order is not there any more.", field="number")
    return draft


def supplier_writing(desk: Desk, session: Session, draft: SupplierOrderDraft) -> SupplierWriting:
    """Who writes a supplier order and the rows behind its codes. Raises `Invalid` for a code nobody has."""
    connection = session.connection()
    terms = supplier_terms(connection, [draft.supplier]).get(draft.supplier)
    if terms is None:
        raise Invalid(f"There is no supplier {draft.supplier!r}.", field="supplier", rule="D-2.3")
    ids = item_ids(connection, [line.item for line in draft.lines])
    for place, line in enumerate(draft.lines, 1):
        if line.item not in ids:
            raise Invalid(f"There is no item {line.item!r}.", field=f"lines[{place}].item", rule="D-2.2")
    return SupplierWriting(desk.now(), desk.user, terms.id, ids, desk.company.currency_decimals)


def write_links(
    session: Session, before: Iterable[Link], after: Iterable[Link], keeping: Collection[Link] = ()
) -> None:
    """Store what became of links; one that went stays with nothing to come where it is in `keeping`."""
    becoming = {_ends(link): link for link in after}
    kept = {_ends(link) for link in keeping}
    gone: list[Link] = []
    for link in before:
        now = becoming.get(_ends(link))
        if now is None and _ends(link) not in kept:
            gone.append(link)
        elif now is None:
            update_link(session, _emptied(link))
        elif now != link:
            update_link(session, now)
    remove_links(session, gone)


def _ends(link: Link) -> tuple[object, ...]:
    return link.kind, link.source, link.target


def _emptied(link: Link) -> Link:
    return Link(link.kind, link.source, link.target, link.done, link.mode, link.done, link.amounts)


def uncovered(connection: Connection, refs: Iterable[LineRef]) -> dict[LineRef, Decimal]:
    """What is open of customer lines and neither to come nor waiting for them, in main units."""
    wanted = list(dict.fromkeys(refs))
    links = supply_links(connection, wanted)
    found: dict[LineRef, Decimal] = {}
    for row in customer_lines(connection, [ref.line for ref in wanted]):
        ref = line_ref(row)
        line = customer_line(ref, row)
        reserved = reserved_quantity(links, ref, EXACT.multiply(line.executed, line.uom.factor))
        found[ref] = max(line.remaining_in_main - outstanding_quantity(links, ref) - reserved, ZERO)
    return found


def supply_status(row: Any, links: Iterable[Link], executed: Decimal = ZERO, *, reopened: bool = False) -> LineStatus:
    """A customer line's status as its supply has it (D-12.2), `executed` of it (its unit) more being done.

    A line that was forced or cancelled stays so, unless it is `reopened` after being forced. On supply while anything
    is to come, ready once what came covers what is open, else as it was entered or confirmed.
    """
    was = LineStatus(row.status)
    if was in _SETTLED and not (reopened and was is LineStatus.FORCED):
        return was
    ref, own = line_ref(row), tuple(links)
    if outstanding_quantity(own, ref) > 0:
        return LineStatus.ON_SUPPLY
    factor = micro(row.unit_factor_micro)
    done = EXACT.multiply(micro(row.executed_micro) + executed, factor)
    reserved = reserved_quantity(own, ref, done)
    if reserved > 0 and reserved >= EXACT.multiply(micro(row.quantity_micro), factor) - done:
        return LineStatus.READY
    # What was executed was confirmed before, also when its order waits for somebody by now.
    return LineStatus.CONFIRMED if was in _MOVED else line_status_after_entering(OrderStatus(row.order_status))


@dataclass(frozen=True, slots=True)
class Closing:
    """What a delivery does to a line beside executing it: close its rest by force, or open that again (D-15.2).

    `most` is what may be executed of it in all, None for its quantity (D-15.4).
    """

    forced: bool = False
    reopened: bool = False
    most: Decimal | None = None


_AS_IT_IS = Closing()


def settle_lines(
    desk: Desk,
    session: Session,
    refs: Iterable[LineRef],
    executed: Mapping[LineRef, Decimal],
    comment: str,
    closing: Mapping[LineRef, Closing] = MappingProxyType({}),
    counts: Counts | None = None,
) -> bool:
    """Bring customer lines in line with their links: status, and `executed` more of them in their units.

    Gives whether anything changed; with `counts` the counters are the caller's to write. Raises `Refused` where more
    would be executed than was ordered (D-15.4).
    """
    wanted = list(dict.fromkeys(refs))
    lock_orders(session, {ref.document for ref in wanted})
    connection = session.connection()
    links = supply_links(connection, wanted)
    steps: dict[int, dict[int, LineStep]] = defaultdict(dict)
    for row in customer_lines(connection, [ref.line for ref in wanted]):
        ref = line_ref(row)
        more, by_hand = executed.get(ref, ZERO), closing.get(ref, _AS_IT_IS)
        status = supply_status(row, links, more, reopened=by_hand.reopened)
        if by_hand.forced:
            status = LineStatus.FORCED
        steps[row.order_id][row.id] = LineStep(more, status, most=by_hand.most)
    changed = False
    moved: Counts = []
    for order_id in sorted(steps):
        changed |= write_progress(session, order_id, steps[order_id], desk.now(), desk.user, comment, counts=moved)
    if counts is None:
        count_documents(connection, ORDER_KIND, moved)
    else:
        counts += moved
    return changed


def move_stock(session: Session, draft: SupplierOrderDraft, quantities: Mapping[str, Decimal]) -> None:
    """Add what came, in main units by item, to the order's warehouse. Raises `Refused` where there is none."""
    if not any(quantities.values()):
        return
    connection = session.connection()
    code = draft.warehouse or usual_warehouse(connection)
    warehouse = warehouse_id(connection, code) if code else None
    if warehouse is None:
        raise Refused(
            f"There is no warehouse {code!r}." if code else "There is no warehouse yet.",
            field="warehouse",
            rule="D-14.1",
            hint="Add one in the registries.",
        )
    ids = item_ids(connection, list(quantities))
    add_stock(connection, warehouse, {ids[code]: quantity for code, quantity in quantities.items()})


def free_stock(
    connection: Connection, items: Collection[str], *, besides: Collection[int] = (), coming: bool = False
) -> dict[str, Decimal]:
    """What of items nobody is promised, by code, in main units (D-15.3); below 0 where too much is promised.

    That is stock, less what came for customers and waits, less what customers need that no supply covers.
    `besides` are customer lines (rows) whose own need doesn't count; `coming` adds what suppliers send for nobody.
    """
    free = stock_of(connection, items)
    needing = open_lines(connection, WAITING, item_codes=items) if free else []
    links = supply_links(connection, [line_ref(row) for row in needing])
    of_line: dict[LineRef, list[Link]] = defaultdict(list)
    for link in links:
        of_line[link.customer_line].append(link)
    for row in needing:
        ref, own = line_ref(row), of_line[line_ref(row)]
        factor = micro(row.unit_factor_micro)
        executed = EXACT.multiply(micro(row.executed_micro), factor)
        needed = EXACT.multiply(micro(row.quantity_micro), factor) - executed - outstanding_quantity(own, ref)
        reserved = reserved_quantity(own, ref, executed)
        free[row.item_code] -= reserved if row.id in besides else max(needed, reserved)
    if coming:
        _add_coming(connection, free)
    return free


def _add_coming(connection: Connection, free: dict[str, Decimal]) -> None:
    rows = coming_lines(connection, list(free))
    refs = {row.id: LineRef(DocumentKind.SUPPLIER_ORDER, row.order_id, row.id) for row in rows}
    links = supply_links(connection, refs.values())
    for row in rows:
        expected = optional_micro(row.confirmed_quantity_micro)
        expected = micro(row.quantity_micro) if expected is None else expected
        to_come = EXACT.multiply(max(expected - micro(row.received_micro), ZERO), micro(row.unit_factor_micro))
        free[row.item_code] += max(to_come - outstanding_quantity(links, refs[row.id]), ZERO)


def fit_links(
    session: Session, open_quantities: Mapping[LineRef, Decimal], *, shipped_too: bool = False
) -> set[LineRef]:
    """Hold what is to come for customer lines to what is open of them, in main units (D-14.3); the lines that changed.

    What comes on demand beyond it becomes stock, what was promised last first. Raises `Refused` where it is
    drop-shipped, for the supplier would ship it all the same; with `shipped_too` it is unlinked as well.
    """
    links = supply_links(session.connection(), open_quantities)
    becoming = list(links)
    changed: set[LineRef] = set()
    for ref, most in open_quantities.items():
        excess = outstanding_quantity(links, ref) - most
        for place in range(len(becoming) - 1, -1, -1):
            link = becoming[place]
            part = min(excess, link.outstanding)
            if part <= 0 or link.customer_line != ref:
                continue
            if link.mode is SupplyMode.DROP_SHIP and not shipped_too:
                raise Refused(
                    f"{plain(outstanding_quantity(links, ref))} are on a supplier order that ships to the customer.",
                    field="quantity",
                    rule="D-14.3",
                    hint="Change or cancel the supplier order's line first.",
                )
            becoming[place] = replace(link, quantity=link.quantity - part)
            excess -= part
            changed.add(ref)
    # A link of nothing that did not change stands for its exception.
    write_links(session, links, [now for was, now in zip(links, becoming, strict=True) if now.quantity or now == was])
    return changed


def follow_customer(
    session: Session, before: OrderDraft, after: OrderDraft, statuses: Mapping[int, LineStatus]
) -> dict[int, LineStatus]:
    """Hold the supply of a customer order to what a change leaves open of its lines; the statuses that follow, by row.

    `statuses` are those that lines get by hand. Raises `Refused` (D-14.3) where a line that goes, or turns into
    another item, is drop-shipped by a supplier, or less than what is on the way would stay open.
    """
    lock_orders(session, {before.id})
    now = {line.id: line for line in after.lines if line.id}
    open_quantities: dict[LineRef, Decimal] = {}
    for line in before.lines:
        kept = now.get(line.id)
        gone = kept is None or kept.item != line.item or statuses.get(line.id) in _SETTLED
        left = (
            ZERO if gone or kept is None else EXACT.multiply(max(kept.quantity - kept.executed, ZERO), kept.uom.factor)
        )
        open_quantities[LineRef(DocumentKind.ORDER, before.id, line.id, before.number)] = left
    changed = fit_links(session, open_quantities)
    links = supply_links(session.connection(), changed) if changed else ()
    base = line_status_after_entering(before.status)
    return {
        ref.line: base
        for ref in changed
        if ref.line in now and statuses.get(ref.line) not in _SETTLED and not outstanding_quantity(links, ref)
    }
