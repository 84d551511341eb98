"""Links between documents and the runs that made them (D-13.5, D-14.3), in the caller's transaction."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, insert, select, update
from sqlalchemy.orm import Session

from fluorders_tui.data.bulk import insert_many
from fluorders_tui.data.tables import supply
from fluorders_tui.data.tables.base import table
from fluorders_tui.data.terms import micro
from fluorders_tui.domain.links import DocumentKind, LineRef, Link, LinkKind, SupplyMode
from fluorders_tui.domain.money import MICRO_DECIMALS, to_scaled

LINK = table(supply.DocumentLink)
RUN = table(supply.ConversionRun)

_BATCH = 400


@dataclass(frozen=True, slots=True)
class Run:
    """One conversion, sharing or proposal that was written as a whole; times are UTC."""

    id: int
    kind: str
    at: dt.datetime
    user: str
    note: str
    undone_at: dt.datetime | None = None
    undone_by: str = ""


def links_of(connection: Connection, refs: Iterable[LineRef]) -> tuple[Link, ...]:
    """All links with one of these lines at either end, those made first coming first."""
    lines: dict[DocumentKind, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for ref in refs:
        lines[ref.kind][ref.document].add(ref.line)
    found: dict[int, Link] = {}
    for kind, documents in lines.items():
        ids = sorted(documents)
        for start in range(0, len(ids), _BATCH):
            for row in _at(connection, kind, ids[start : start + _BATCH]):
                ends = ((row.source_kind, row.source_document, row.source_line),
                        (row.target_kind, row.target_document, row.target_line))  # fmt: skip
                if any(end[0] == kind.value and end[2] in documents.get(end[1], ()) for end in ends):
                    found[row.id] = link_from(row)
    return tuple(found[row_id] for row_id in sorted(found))


def links_of_documents(connection: Connection, kind: DocumentKind, documents: Iterable[int]) -> tuple[Link, ...]:
    """All links of all lines of these documents, and of their headers, those made first coming first."""
    ids = sorted(set(documents))
    found: dict[int, Link] = {}
    for start in range(0, len(ids), _BATCH):
        found.update((row.id, link_from(row)) for row in _at(connection, kind, ids[start : start + _BATCH]))
    return tuple(found[row_id] for row_id in sorted(found))


def links_of_run(connection: Connection, run_id: int) -> tuple[Link, ...]:
    """What a run linked, in its order."""
    rows = connection.execute(select(LINK).where(LINK.c.run_id == run_id).order_by(LINK.c.id))
    return tuple(link_from(row) for row in rows)


def _at(connection: Connection, kind: DocumentKind, documents: Sequence[int]) -> Sequence[Row[Any]]:
    """The rows at these documents; each end has an index of its own."""
    rows: list[Any] = []
    for end in ("source", "target"):
        rows += connection.execute(
            select(LINK).where(LINK.c[f"{end}_kind"] == kind.value, LINK.c[f"{end}_document"].in_(documents))
        ).all()
    return rows


def link_from(row: Any) -> Link:
    """The link of a row."""
    return Link(
        LinkKind(row.kind),
        LineRef(DocumentKind(row.source_kind), row.source_document, row.source_line),
        LineRef(DocumentKind(row.target_kind), row.target_document, row.target_line),
        micro(row.quantity_micro),
        SupplyMode(row.mode) if row.mode else None,
        micro(row.done_micro),
        tuple(Decimal(part) for part in json.loads(row.amounts)) if row.amounts else (),
    )


def _key(link: Link) -> dict[str, Any]:
    return {
        "kind": link.kind.value,
        "source_kind": link.source.kind.value,
        "source_document": link.source.document,
        "source_line": link.source.line,
        "target_kind": link.target.kind.value,
        "target_document": link.target.document,
        "target_line": link.target.line,
    }


_ENDS = (
    "kind", "source_kind", "source_document", "source_line", "target_kind", "target_document", "target_line",
)  # fmt: skip


def at_link(link: Link) -> ColumnElement[bool]:
    """The condition that finds a link's row by its ends."""
    return and_(*(LINK.c[name] == value for name, value in _key(link).items()))


def _values(link: Link) -> dict[str, Any]:
    return {
        "quantity_micro": to_scaled(link.quantity, MICRO_DECIMALS),
        "done_micro": to_scaled(link.done, MICRO_DECIMALS),
        "mode": link.mode.value if link.mode else "",
        "amounts": json.dumps([str(part) for part in link.amounts]) if link.amounts else "",
    }


def add_links(session: Session, run_id: int | None, links: Iterable[Link]) -> None:
    """Store new links; those between lines that a link of this kind joins already must be updated instead."""
    rows = [
        {"version": 1, "run_id": run_id, "exception": "", "exception_note": ""} | _key(link) | _values(link)
        for link in links
    ]
    insert_many(session.connection(), LINK, rows)


def update_link(session: Session, link: Link) -> None:
    """Write quantity, what was received, mode and amounts of a stored link."""
    session.connection().execute(
        update(LINK).where(at_link(link)).values(_values(link) | {"version": LINK.c.version + 1})
    )


def remove_links(session: Session, links: Iterable[Link]) -> None:
    """Take stored links away."""
    connection = session.connection()
    wanted_links = list(links)
    gone = {tuple(_key(link).values()) for link in wanted_links}
    targets: dict[DocumentKind, set[int]] = defaultdict(set)
    for link in wanted_links:
        targets[link.target.kind].add(link.target.document)
    ids: list[int] = []
    for kind, documents in targets.items():
        wanted = sorted(documents)
        for start in range(0, len(wanted), _BATCH):
            at = (LINK.c.target_kind == kind.value, LINK.c.target_document.in_(wanted[start : start + _BATCH]))
            for row in connection.execute(select(LINK.c.id, *(LINK.c[name] for name in _ENDS)).where(*at)):
                if tuple(row[1:]) in gone:
                    ids.append(row.id)
    for start in range(0, len(ids), _BATCH):
        connection.execute(LINK.delete().where(LINK.c.id.in_(ids[start : start + _BATCH])))


def remove_links_to(session: Session, kind: LinkKind, target: DocumentKind, documents: Iterable[int]) -> None:
    """Take away every link of a kind that ends in these documents."""
    connection, wanted = session.connection(), sorted(set(documents))
    for start in range(0, len(wanted), _BATCH):
        at = (LINK.c.target_kind == target.value, LINK.c.target_document.in_(wanted[start : start + _BATCH]))
        connection.execute(LINK.delete().where(LINK.c.kind == kind.value, *at))


def documents_of_run(connection: Connection, run_id: int) -> tuple[int, ...]:
    """The documents that a run made, by row: the targets of its links that are still there."""
    query = select(LINK.c.target_document).distinct().where(LINK.c.run_id == run_id)
    return tuple(connection.execute(query.order_by(LINK.c.target_document)).scalars())


def sources_of_run(connection: Connection, run_id: int) -> tuple[int, ...]:
    """The documents that a run took from, by row."""
    query = select(LINK.c.source_document).distinct().where(LINK.c.run_id == run_id)
    return tuple(connection.execute(query).scalars())


def add_run(session: Session, kind: str, at: dt.datetime, user: str, note: str = "") -> int:
    """Begin a run; gives its row."""
    values = {"version": 1, "kind": kind, "at": at, "user": user, "note": note, "undone_by": ""}
    run_id: int = session.connection().execute(insert(RUN).values(values).returning(RUN.c.id)).scalar_one()
    return run_id


def open_run(connection: Connection, run_id: int, *, lock: bool = False) -> Run | None:
    """A run by its row, None when there is none; with `lock` nobody else can undo it until the transaction ends."""
    query = select(RUN).where(RUN.c.id == run_id)
    if lock and connection.dialect.name != "sqlite":
        query = query.with_for_update()
    row = connection.execute(query).first()
    return _run(row) if row else None


def runs(connection: Connection, kinds: Iterable[str], limit: int) -> list[Run]:
    """The newest runs of these kinds, the newest first."""
    rows = connection.execute(select(RUN).where(RUN.c.kind.in_(list(kinds))).order_by(RUN.c.id.desc()).limit(limit))
    return [_run(row) for row in rows]


def _run(row: Any) -> Run:
    return Run(row.id, row.kind, row.at, row.user, row.note, row.undone_at, row.undone_by)


def mark_undone(session: Session, run_id: int, at: dt.datetime, user: str) -> None:
    """Remember that a run was taken back, when and by whom."""
    session.connection().execute(
        update(RUN).where(RUN.c.id == run_id).values(undone_at=at, undone_by=user, version=RUN.c.version + 1)
    )
