"""The chain offer → order → supplier order, delivery, from any of them: what it came from, what it led to (D-14.3)."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from decimal import Decimal

from fluorders_tui.data.link_rows import links_of_documents
from fluorders_tui.data.linked_documents import LinkedLine, delivered_by, delivered_of_orders, linked_lines
from fluorders_tui.data.store import Connection
from fluorders_tui.domain.links import DocumentKind, Link, LinkKind, SupplyMode
from fluorders_tui.domain.money import ZERO, plain
from fluorders_tui.services.desk import Desk

__all__ = ["ChainLink", "LinkedLine", "chain", "chain_of", "links_in_json", "whole_chain"]


@dataclass(frozen=True, slots=True)
class ChainLink:
    """A link as seen from one document: its own line (0 for the header) and the line at the other end.

    `came_from` says that this document was made from the other one. Quantities are those of the link: in the lines'
    common unit for an offer's, in the item's main unit for supply; `done` is what was received through it.
    In a whole chain `depth` counts the steps from the document, and `via` is the number of the one before, whose line
    `line` then is.
    """

    kind: LinkKind
    line: int
    other: LinkedLine
    came_from: bool
    quantity: Decimal
    done: Decimal
    mode: SupplyMode | None
    depth: int = 1
    via: str = ""


#: Steps that a chain is followed: offer, order, supplier order, delivery, and one to spare.
_LONGEST = 4


def chain(desk: Desk, kind: DocumentKind, document: int) -> tuple[ChainLink, ...]:
    """The links of a document by its lines, what it came from first."""
    with desk.store.read() as connection:
        return chain_of(connection, kind, document)


def chain_of(connection: Connection, kind: DocumentKind, document: int) -> tuple[ChainLink, ...]:
    """As `chain`, in the caller's transaction."""
    start = {(kind, document)}
    found = [*_step(connection, start, upward=True), *_step(connection, start, upward=False)]
    return tuple(sorted(found, key=lambda one: (not one.came_from, one.line)))


def whole_chain(connection: Connection, kind: DocumentKind, document: int) -> tuple[ChainLink, ...]:
    """Everything a document came from, the first one first, then everything it led to, step by step (D-14.3).

    A header's link is left out where lines tell the same. The chain never comes back to a kind it has passed: what else
    a supplier order serves is no part of one customer's order.
    """
    found: list[ChainLink] = []
    for upward in (True, False):
        here, passed = {(kind, document)}, {kind}
        for depth in range(1, _LONGEST + 1):
            links = _step(connection, here, upward=upward, depth=depth)
            links += _deliveries(connection, here, upward=upward, depth=depth)
            links = [one for one in links if one.other.kind not in passed]
            by_line = {(one.via, one.other.kind, one.other.id) for one in links if one.line}
            found += [one for one in links if one.line or (one.via, one.other.kind, one.other.id) not in by_line]
            here = {(one.other.kind, one.other.id) for one in links}
            passed |= {one.other.kind for one in links}
            if not here:
                break
    return tuple(sorted(found, key=_place))


def _place(one: ChainLink) -> tuple[bool, int, str, int, str, int]:
    depth = -one.depth if one.came_from else one.depth
    return (not one.came_from, depth, one.via, one.line, one.other.number, one.other.line)


def _step(
    connection: Connection, documents: Set[tuple[DocumentKind, int]], *, upward: bool, depth: int = 1
) -> list[ChainLink]:
    """The links of these documents in one direction, in the order in which they were made."""
    links: list[Link] = []
    for kind in DocumentKind:
        links += links_of_documents(connection, kind, [row for one, row in documents if one is kind])
    pairs = [(link, *((link.target, link.source) if upward else (link.source, link.target))) for link in links]
    pairs = [(link, own, other) for link, own, other in pairs if (own.kind, own.document) in documents]
    ends = linked_lines(connection, (end for _, own, other in pairs for end in (own, other)))
    return [_seen(link, ends.get(own), ends[other], upward, depth) for link, own, other in pairs if other in ends]


def _deliveries(
    connection: Connection, documents: Set[tuple[DocumentKind, int]], *, upward: bool, depth: int
) -> list[ChainLink]:
    """What was delivered of these orders, or, upward, the orders that these deliveries executed."""
    start = DocumentKind.DELIVERY if upward else DocumentKind.ORDER
    rows = [row for kind, row in documents if kind is start]
    if not rows:
        return []
    found = delivered_by(connection, rows) if upward else delivered_of_orders(connection, rows)
    orders = linked_lines(connection, (one.order for one in found))
    links: list[ChainLink] = []
    for one in found:
        order = orders.get(one.order)
        if order is not None:
            here, there = (one.delivery, order) if upward else (order, one.delivery)
            links.append(
                ChainLink(
                    LinkKind.ORDER_TO_DELIVERY, here.line, there, upward, one.quantity, ZERO, None, depth,
                    here.number if depth > 1 else "",
                )
            )  # fmt: skip
    return links


def _seen(link: Link, here: LinkedLine | None, there: LinkedLine, upward: bool, depth: int) -> ChainLink:
    via = here.number if here is not None and depth > 1 else ""
    line = here.line if here is not None else 0
    return ChainLink(link.kind, line, there, upward, link.quantity, link.done, link.mode, depth, via)


def links_in_json(links: Iterable[ChainLink]) -> list[dict[str, str | None]]:
    """`links[]` of a document in JSON (interfaces §2): what stands at the other end of each."""
    return [
        {
            "kind": one.kind.value,
            "direction": "from" if one.came_from else "to",
            "line": str(one.line) if one.line else None,
            "document": one.other.kind.value,
            "number": one.other.number,
            "other_line": str(one.other.line) if one.other.line else None,
            "status": one.other.status,
            "date": one.other.date.isoformat(),
            "due": one.other.due.isoformat() if one.other.due else None,
            "quantity": plain(one.quantity) if one.line else None,
            "received": plain(one.done) if one.mode else None,
            "mode": one.mode.value if one.mode else None,
        }
        for one in links
    ]
