"""The chain offer → order → supplier order, from any of its documents: what it came from, what it led to (D-14.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from fluorders_tui.data.link_rows import links_of_documents
from fluorders_tui.data.linked_documents import LinkedLine, linked_lines
from fluorders_tui.data.store import Connection
from fluorders_tui.domain.links import DocumentKind, LineRef, Link, LinkKind, SupplyMode
from fluorders_tui.domain.money import plain
from fluorders_tui.services.desk import Desk

__all__ = ["ChainLink", "LinkedLine", "chain", "chain_of", "links_in_json"]


@dataclass(frozen=True, slots=True)
class ChainLink:
    """A link as seen from one document: its own line (0 for the header) and the line at the other end.

    `came_from` says that this document was made from the other one. Quantities are those of the link: in the lines'
    common unit for an offer's, in the item's main unit for supply; `done` is what was received through it.
    """

    kind: LinkKind
    line: int
    other: LinkedLine
    came_from: bool
    quantity: Decimal
    done: Decimal
    mode: SupplyMode | None


def chain(desk: Desk, kind: DocumentKind, document: int) -> tuple[ChainLink, ...]:
    """The links of a document by its lines, what it came from first."""
    with desk.store.read() as connection:
        return chain_of(connection, kind, document)


def chain_of(connection: Connection, kind: DocumentKind, document: int) -> tuple[ChainLink, ...]:
    """As `chain`, in the caller's transaction."""
    links = links_of_documents(connection, kind, [document])
    ends = linked_lines(connection, (end for link in links for end in (link.source, link.target)))
    found = [made for link in links if (made := _seen(link, kind, document, ends)) is not None]
    return tuple(sorted(found, key=lambda one: (not one.came_from, one.line)))


def _seen(link: Link, kind: DocumentKind, document: int, ends: Mapping[LineRef, LinkedLine]) -> ChainLink | None:
    came_from = (link.target.kind, link.target.document) == (kind, document)
    own, other = (link.target, link.source) if came_from else (link.source, link.target)
    there, here = ends.get(other), ends.get(own)
    if there is None:
        return None
    return ChainLink(link.kind, here.line if here else 0, there, came_from, link.quantity, link.done, link.mode)


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
