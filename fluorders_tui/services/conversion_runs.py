"""The conversions there were, and taking one back (D-13.6).

Taking a conversion back cancels its orders: their numbers were given, and an entered document is never removed
(D-12.6, P-110). What the customer said stays: the confirmation of the offer, and that a prospect became a customer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fluorders_tui.data.converted_orders import ConvertedOrder, converted_orders
from fluorders_tui.data.link_rows import (
    Run,
    documents_of_run,
    links_of_documents,
    mark_undone,
    open_run,
    remove_links_to,
    runs,
    sources_of_run,
)
from fluorders_tui.data.linked_documents import linked_lines
from fluorders_tui.data.numberings import give_back_numbers
from fluorders_tui.data.offer_rows import StoredOffer, load_offers, lock_offers, offer_versions
from fluorders_tui.data.order_progress import cancel_orders, lock_orders
from fluorders_tui.data.store import Connection
from fluorders_tui.domain.conversion import check_undo, check_undone_link
from fluorders_tui.domain.errors import Conflict, DeskError, Invalid, Refused, Several
from fluorders_tui.domain.links import DocumentKind, LineRef, Link, LinkKind
from fluorders_tui.domain.offers import Offer
from fluorders_tui.domain.order import OrderStatus
from fluorders_tui.domain.permissions import Permission
from fluorders_tui.services.conversions import RUN_KIND, in_short
from fluorders_tui.services.desk import Desk, check_permission
from fluorders_tui.services.offer_links import settle

__all__ = ["Run", "UndoPreview", "UndoneOrder", "conversion_runs", "undo", "undo_preview"]

_UNDONE = "conversion undone"


@dataclass(frozen=True, slots=True)
class UndoneOrder:
    """An order that would be cancelled, made from `offers`; `refusal` says why it can't be.

    `added` counts the lines that no offer knows, typed since: they are cancelled with the order (P-111).
    """

    order: ConvertedOrder
    offers: tuple[str, ...]
    added: int = 0
    refusal: DeskError | None = None


@dataclass(frozen=True, slots=True)
class UndoPreview:
    """What taking a run back would do; nothing was written. With a refusal it is not done at all."""

    run: Run
    orders: tuple[UndoneOrder, ...]

    @property
    def refusals(self) -> tuple[DeskError, ...]:
        """Everything that stands in the way."""
        return tuple(one.refusal for one in self.orders if one.refusal is not None)


def conversion_runs(desk: Desk, limit: int = 100) -> list[Run]:
    """The newest conversions first, those taken back among them; times are UTC."""
    with desk.store.read() as connection:
        return runs(connection, [RUN_KIND], limit)


def undo_preview(desk: Desk, run_id: int) -> UndoPreview:
    """The orders that taking a run back would cancel. Raises `Invalid` and `Conflict` as `undo`."""
    with desk.store.read() as connection:
        run = _open(connection, run_id, lock=False)
        orders, _ = _standing(connection, documents_of_run(connection, run_id))
    return UndoPreview(run, tuple(orders))


def undo(desk: Desk, run_id: int) -> tuple[str, ...]:
    """Take a conversion back as a whole (D-13.6): its orders are cancelled, and what they took is left again.

    Gives the numbers of the orders. Raises `Refused` where one of them is confirmed, executed or linked to a supplier
    order (`Several` for more than one), `Conflict` when the run was taken back already.
    """
    check_permission(desk, Permission.OFFERS)
    # The long part of it, before anything is held: another desk waits only while it is written (P-118).
    with desk.store.read() as connection:
        seen = load_offers(connection, sources_of_run(connection, run_id))
    with desk.store.write() as session:
        connection = session.connection()
        orders = documents_of_run(connection, run_id)
        # Orders before offers, as whoever changes an order holds them.
        lock_orders(session, set(orders))
        _open(connection, run_id, lock=True)
        standing, gone = _standing(connection, orders)
        refusals = [one.refusal for one in standing if one.refusal is not None]
        if refusals:
            raise refusals[0] if len(refusals) == 1 else Several(refusals)
        if not standing:
            raise Refused("Nothing of this conversion is left to undo.", field="run", rule="D-13.6")
        ids = sorted({link.source.document for link in gone})
        lock_offers(connection, ids)
        rows = [one.order.id for one in standing]
        numbers = tuple(one.order.number for one in standing)
        cancel_orders(session, rows, desk.now(), desk.user, _UNDONE)
        give_back_numbers(session, [one.order.given for one in standing if one.order.given is not None])
        remove_links_to(session, LinkKind.OFFER_TO_ORDER, DocumentKind.ORDER, rows)
        offers = _as_they_are(connection, ids, seen)
        changed = {link.source.line for link in gone if link.source.line}
        left = links_of_documents(connection, DocumentKind.OFFER, ids)
        settle(desk, session, offers, left, changed, _UNDONE, in_short(numbers))
        mark_undone(session, run_id, desk.now(), desk.user)
    return numbers


def _as_they_are(connection: Connection, ids: Sequence[int], seen: Mapping[int, StoredOffer]) -> list[Offer]:
    """These offers, which the caller holds: those read before as long as nobody changed them since."""
    versions = offer_versions(connection, ids)
    kept = {row: seen[row].offer for row in ids if row in seen and seen[row].offer.draft.version == versions.get(row)}
    read = load_offers(connection, [row for row in ids if row not in kept])
    return [*kept.values(), *(stored.offer for stored in read.values())]


def _open(connection: Connection, run_id: int, *, lock: bool) -> Run:
    run = open_run(connection, run_id, lock=lock)
    if run is None or run.kind != RUN_KIND:
        raise Invalid("There is no such run.", field="run", rule="D-13.6")
    if run.undone_at is not None:
        raise Conflict(f"{run.undone_by or 'Somebody'} took this run back already.", field="run", rule="D-13.6")
    return run


def _standing(connection: Connection, rows: Sequence[int]) -> tuple[list[UndoneOrder], list[Link]]:
    """The orders that are not cancelled yet with what stands in their way, and their links to offers."""
    mine: dict[int, list[Link]] = defaultdict(list)
    for link in links_of_documents(connection, DocumentKind.ORDER, rows):
        mine[link.customer_line.document].append(link)
    headers = {
        LineRef(DocumentKind.OFFER, link.source.document)
        for links in mine.values()
        for link in links
        if link.source.kind is DocumentKind.OFFER
    }
    numbers = {ref.document: linked.number for ref, linked in linked_lines(connection, headers).items()}
    found: list[UndoneOrder] = []
    gone: list[Link] = []
    for order in converted_orders(connection, rows):
        if order.status is OrderStatus.CANCELLED:
            continue
        links = [link for link in mine[order.id] if link.kind is LinkKind.OFFER_TO_ORDER]
        gone += links
        linked = {link.target.line for link in links}
        found.append(
            UndoneOrder(
                order,
                tuple(dict.fromkeys(numbers.get(link.source.document, "") for link in links)),
                sum(row not in linked for row in order.lines),
                _refusal(order, mine[order.id]),
            )
        )
    return found, gone


def _refusal(order: ConvertedOrder, links: Sequence[Link]) -> DeskError | None:
    try:
        check_undo(order.status, executed=order.executed)
        for link in links:
            check_undone_link(link)
    except Refused as error:
        return type(error)(f"Order {order.number}: {error.message}", field="run", rule=error.rule, hint=error.hint)
    return None
