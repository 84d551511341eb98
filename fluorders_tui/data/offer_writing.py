"""Writing offers: header and lines, versions, what became of them, with journal and counters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from fluorders_tui.data.bulk import insert_many
from fluorders_tui.data.journal import Event, record
from fluorders_tui.data.numberings import TakenNumber
from fluorders_tui.data.offer_rows import OFFER, OFFER_LINE, offer_line_values, offer_values, term_values
from fluorders_tui.data.order_rows import search_text
from fluorders_tui.data.order_writing import write_lines
from fluorders_tui.data.status_counters import count_documents
from fluorders_tui.domain.errors import Conflict
from fluorders_tui.domain.folding import fold
from fluorders_tui.domain.money import MICRO_DECIMALS, to_scaled
from fluorders_tui.domain.offers import Offer
from fluorders_tui.domain.totals import Totals

KIND = "offer"

_BATCH = 400


@dataclass(frozen=True, slots=True)
class OfferWriting:
    """Who writes an offer, when (UTC), and the rows behind its codes; a prospect has no customer row."""

    at: dt.datetime
    user: str
    customer_id: int | None
    item_ids: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class OfferEvent:
    """What happened, for the journal; `before` and `after` hold the changed fields."""

    name: str
    from_status: str
    comment: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OfferMove:
    """An offer whose terms change while header and lines stay as they are, and what its journal says of it.

    `customer` is the row and the code of the customer that a prospect became.
    """

    offer: Offer
    event: OfferEvent
    newest: bool | None = None
    customer: tuple[int, str] | None = None


def offer_story(offer: Offer, totals: Totals) -> dict[str, Any]:
    """What the journal says of an offer that was entered."""
    draft = offer.draft
    return {
        "customer": draft.customer or draft.name,
        "version": offer.terms.version,
        "lines": len(draft.lines),
        "total": f"{totals.total:f}",
        "currency": draft.currency.code,
    }


def insert_offer(
    session: Session,
    offer: Offer,
    totals: Totals,
    taken: TakenNumber,
    writing: OfferWriting,
    event: OfferEvent,
    *,
    entry_id: str = "",
) -> int:
    """Write a new offer, or a new version with the number of the old one; returns its row."""
    connection = session.connection()
    draft = offer.draft
    values = offer_values(offer, totals, writing.customer_id) | {
        "version": 1,
        "number": taken.number,
        "numbering_id": taken.numbering_id,
        "period": taken.period,
        "sequence": taken.sequence,
        "offer_version": offer.terms.version,
        "newest": True,
        "revision": 0,
        "entered_by": writing.user,
        "entered_at": writing.at,
        "changed_at": writing.at,
        "search_text": _search_text(taken.number, offer),
        "entry_id": entry_id or None,
    }
    offer_id: int = connection.execute(insert(OFFER).values(values).returning(OFFER.c.id)).scalar_one()
    decimals = draft.currency.decimals
    insert_many(
        connection,
        OFFER_LINE,
        [
            {"version": 1, "offer_id": offer_id, "converted_micro": 0}
            | offer_line_values(line, position, decimals, share, writing.item_ids.get(line.item))
            for position, (line, share) in enumerate(zip(draft.lines, totals.final_shares, strict=True), 1)
        ],
    )
    _record(session, writing.at, writing.user, [(offer_id, taken.number, values["status"], event)])
    count_documents(connection, KIND, [(values["status"], 1, values["company_total_minor"])])
    return offer_id


def _search_text(number: str, offer: Offer) -> str:
    """Number and reference, and for a prospect, whom no registry finds, their name."""
    draft = offer.draft
    return f"{search_text(number, draft.reference)}\n{fold(draft.name, 60)}"


def update_offer(session: Session, offer: Offer, totals: Totals, writing: OfferWriting, event: OfferEvent) -> int:
    """Write a changed offer over the version it was opened at; returns the new one. The caller holds its row.

    Raises `Conflict` (D-12.7) when somebody saved it in between.
    """
    connection, draft = session.connection(), offer.draft
    columns = (OFFER.c.version, OFFER.c.number, OFFER.c.status, OFFER.c.company_total_minor)
    was = connection.execute(select(*columns).where(OFFER.c.id == draft.id)).first()
    if was is None or was.version != draft.version:
        raise Conflict("Somebody else changed this offer in the meantime.", rule="D-12.7", field="offer")
    values = offer_values(offer, totals, writing.customer_id) | {
        "revision": draft.revision + 1,
        "changed_at": writing.at,
        "search_text": _search_text(was.number, offer),
        "version": was.version + 1,
    }
    connection.execute(update(OFFER).where(OFFER.c.id == draft.id).values(values))
    rows: list[tuple[int, dict[str, Any]]] = []
    for position, line in enumerate(draft.lines, 1):
        share: Decimal = totals.final_shares[position - 1]
        item_id = writing.item_ids.get(line.item)
        rows.append((line.id, offer_line_values(line, position, draft.currency.decimals, share, item_id)))
    write_lines(connection, OFFER_LINE, "offer_id", draft.id, rows)
    _record(session, writing.at, writing.user, [(draft.id, was.number, values["status"], event)])
    count_documents(
        connection,
        KIND,
        [(was.status, -1, -was.company_total_minor), (values["status"], 1, values["company_total_minor"])],
    )
    version: int = was.version + 1
    return version


def move_offers(session: Session, moves: Sequence[OfferMove], at: dt.datetime, user: str) -> None:
    """Write new terms of offers that the caller holds; versions grow, so that a desk with one open is told (D-12.7)."""
    if not moves:
        return
    connection = session.connection()
    ids = [move.offer.draft.id for move in moves]
    worth: dict[int, Any] = {}
    for start in range(0, len(ids), _BATCH):
        query = select(OFFER.c.id, OFFER.c.status, OFFER.c.newest, OFFER.c.company_total_minor)
        rows = connection.execute(query.where(OFFER.c.id.in_(ids[start : start + _BATCH])))
        worth |= {row.id: row for row in rows}
    values: list[dict[str, Any]] = []
    counts: list[tuple[str, int, int]] = []
    for move in moves:
        was = worth[move.offer.draft.id]
        status = move.offer.terms.status.value
        newest = was.newest if move.newest is None else move.newest
        values.append({"row_id": was.id, "newest": newest, "changed_at": at} | term_values(move.offer.terms))
        counts += [(was.status, -1, -was.company_total_minor), (status, 1, was.company_total_minor)]
    columns: dict[str, Any] = {name: bindparam(name) for name in values[0] if name != "row_id"}
    connection.execute(
        update(OFFER).where(OFFER.c.id == bindparam("row_id")).values(columns | {"version": OFFER.c.version + 1}),
        values,
    )
    known = [(move.offer.draft.id, *move.customer) for move in moves if move.customer]
    if known:
        connection.execute(
            update(OFFER)
            .where(OFFER.c.id == bindparam("row_id"))
            .values(customer_id=bindparam("customer"), customer_code=bindparam("code")),
            [{"row_id": row, "customer": customer, "code": code} for row, customer, code in known],
        )
    told = [(move.offer.draft.id, move.offer.draft.number, move.offer.terms.status.value, move.event) for move in moves]
    _record(session, at, user, told)
    count_documents(connection, KIND, counts)


def write_converted(session: Session, quantities: Mapping[int, Decimal]) -> None:
    """Keep what was converted of each offer line, by row, in its unit: the sum of its links."""
    connection = session.connection()
    alike: dict[int, list[int]] = {}
    for row, quantity in quantities.items():
        alike.setdefault(to_scaled(quantity, MICRO_DECIMALS), []).append(row)
    # Lines that become alike go in one statement: most lines have a quantity that others have too.
    for converted, rows in alike.items():
        for start in range(0, len(rows), _BATCH):
            lines = update(OFFER_LINE).where(OFFER_LINE.c.id.in_(rows[start : start + _BATCH]))
            connection.execute(lines.values(converted_micro=converted, version=OFFER_LINE.c.version + 1))


def _record(session: Session, at: dt.datetime, user: str, told: Iterable[tuple[int, str, str, OfferEvent]]) -> None:
    record(
        session,
        at,
        user,
        [
            Event(KIND, row, number, event.name, event.from_status, status, event.comment, event.before, event.after)
            for row, number, status, event in told
        ],
    )
