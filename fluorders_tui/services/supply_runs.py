"""The runs that made documents from documents on the supply side: their history, and taking one back (D-14)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum

from fluorders_tui.data.link_rows import Run, links_of_run, mark_undone, open_run, remove_links, runs
from fluorders_tui.data.order_progress import LineStep, lock_orders, write_progress
from fluorders_tui.data.order_rows import line_statuses, load_order
from fluorders_tui.data.store import Connection, Session
from fluorders_tui.data.supplier_order_rows import load_supplier_orders, lock_supplier_orders
from fluorders_tui.data.supplier_order_writing import SupplierEvent, update_supplier_order
from fluorders_tui.domain.errors import Conflict, Invalid, Refused
from fluorders_tui.domain.links import DocumentKind, LineRef, Link
from fluorders_tui.domain.money import plain
from fluorders_tui.domain.order import LineStatus, OrderStatus
from fluorders_tui.domain.permissions import Permission
from fluorders_tui.domain.supplier_orders import SupplierOrderDraft, SupplierOrderStatus, cancel_lines
from fluorders_tui.services.desk import Desk, check_permission
from fluorders_tui.services.supply_sides import settle_lines, supplier_writing, supply_links

__all__ = ["Run", "RunKind", "supply_runs", "undo_run"]


class RunKind(StrEnum):
    """What a run made from what."""

    SHARING = "customer orders from supplier order"
    PROPOSALS = "supplier orders from customer orders"


def supply_runs(desk: Desk, limit: int = 100) -> list[Run]:
    """The newest runs first, those taken back among them; times are UTC."""
    with desk.store.read() as connection:
        return runs(connection, [kind.value for kind in RunKind], limit)


def undo_run(desk: Desk, run_id: int) -> None:
    """Take a run back as a whole, in one transaction: its links go, and what it made is cancelled or removed.

    Customer orders it made are cancelled, and so are supplier orders; lines it added to an open supplier order go.
    Raises `Refused` where anything went on since: goods came, a supplier confirmed, an order was confirmed or got
    other lines; `Conflict` when it was taken back already.
    """
    check_permission(desk, Permission.SUPPLY)
    with desk.store.write() as session:
        connection = session.connection()
        links = links_of_run(connection, run_id)
        lock_supplier_orders(connection, [line.document for line in map(_supplier_line, links)])
        lock_orders(session, {link.customer_line.document for link in links})
        run = open_run(connection, run_id, lock=True)
        if run is None or run.kind not in [kind.value for kind in RunKind]:
            raise Invalid("There is no such run.", field="run", rule="D-14.2")
        if run.undone_at is not None:
            raise Conflict(f"{run.undone_by or 'Somebody'} took this run back already.", field="run", rule="D-14.2")
        links = links_of_run(connection, run_id)
        if came := next((link for link in links if link.done), None):
            raise Refused(
                f"{plain(came.done)} of it were received already.",
                field="run",
                rule="D-14.2",
                hint="Undo the receipt first.",
            )
        if run.kind == RunKind.SHARING.value:
            _check_untouched(connection, links)
            remove_links(session, links)
            _cancel_orders(desk, session, links)
        else:
            _check_supplier_side(connection, links)
            remove_links(session, links)
            _take_from_suppliers(desk, session, links)
            settle_lines(desk, session, [link.customer_line for link in links], {}, "run taken back")
        mark_undone(session, run_id, desk.now(), desk.user)


def _supplier_line(link: Link) -> LineRef:
    return link.source if link.source.kind is DocumentKind.SUPPLIER_ORDER else link.target


def _lines_by_document(refs: Iterable[LineRef]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for ref in refs:
        found[ref.document].add(ref.line)
    return found


def _check_untouched(connection: Connection, links: Iterable[Link]) -> None:
    """Customer orders that a run made can go as long as they are entered, and its own (D-13.6)."""
    for order_id, lines in _lines_by_document(link.customer_line for link in links).items():
        draft = load_order(connection, order_id)
        if draft is None:
            continue
        if draft.status is not OrderStatus.ENTERED:
            raise Refused(
                f"Order {draft.number} is {draft.status.value}.",
                field="run",
                rule="D-13.6",
                hint="Only orders that are still entered can be taken back.",
            )
        if {line.id for line in draft.lines} != lines:
            raise Refused(
                f"Order {draft.number} got other lines since.", field="run", rule="D-13.6", hint="Change it by hand."
            )
        _check_no_others(connection, DocumentKind.ORDER, order_id, lines, links, draft.number)


def _check_no_others(
    connection: Connection,
    kind: DocumentKind,
    document: int,
    lines: Iterable[int],
    links: Iterable[Link],
    number: str,
) -> None:
    mine = {(link.source, link.target) for link in links}
    refs = [LineRef(kind, document, line) for line in lines]
    if any((link.source, link.target) not in mine for link in supply_links(connection, refs)):
        raise Refused(
            f"Lines of {number} were linked to others since.", field="run", rule="D-14.3", hint="Undo that first."
        )


def _cancel_orders(desk: Desk, session: Session, links: Iterable[Link]) -> None:
    for order_id in sorted({link.customer_line.document for link in links}):
        steps = {line: LineStep(status=LineStatus.CANCELLED) for line in line_statuses(session.connection(), order_id)}
        write_progress(session, order_id, steps, desk.now(), desk.user, "run taken back", header=OrderStatus.CANCELLED)


def _check_supplier_side(connection: Connection, links: Iterable[Link]) -> None:
    mine = _lines_by_document(_supplier_line(link) for link in links)
    for order_id, draft in load_supplier_orders(connection, mine).items():
        if draft.status is not SupplierOrderStatus.ENTERED:
            raise Refused(
                f"Supplier order {draft.number} is {draft.status.value}.",
                field="run",
                rule="D-14.2",
                hint="Cancel its lines instead.",
            )
        _check_no_others(connection, DocumentKind.SUPPLIER_ORDER, order_id, mine[order_id], links, draft.number)


def _take_from_suppliers(desk: Desk, session: Session, links: Iterable[Link]) -> None:
    mine = _lines_by_document(_supplier_line(link) for link in links)
    for order_id, draft in sorted(load_supplier_orders(session.connection(), mine).items()):
        after = _without(draft, mine[order_id])
        cancelled = after.status is SupplierOrderStatus.CANCELLED
        event = SupplierEvent(
            "cancelled" if cancelled else "changed",
            "run taken back",
            before={"lines": len(draft.lines)},
            after={"lines": 0 if cancelled else len(after.lines)},
        )
        update_supplier_order(session, after, supplier_writing(desk, session, after), event)


def _without(draft: SupplierOrderDraft, lines: set[int]) -> SupplierOrderDraft:
    """An order without lines; one with nothing else is cancelled, for its number was given (D-12.6)."""
    kept = tuple(line for line in draft.lines if line.id not in lines)
    return replace(draft, lines=kept) if kept else cancel_lines(draft, "run taken back")
