"""Offers become orders: the preview, converting many at once, and taking it back, on both databases (D-13.3–13.6)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from benchmarks.measured import Measured
from benchmarks.saving import COUNTER, JOURNAL, LINE, ORDER, order_of
from benchmarks.servers import postgres
from benchmarks.surroundings import USER, Surroundings
from benchmarks.timing import milliseconds
from fluorders_tui.data.link_rows import LINK
from fluorders_tui.data.offer_rows import OFFER, OFFER_LINE
from fluorders_tui.data.store import Store
from fluorders_tui.domain.grouping import GroupingParameters
from fluorders_tui.domain.offers import Offer
from fluorders_tui.services.conversion_runs import undo
from fluorders_tui.services.conversions import Asked, convert, convertible, preview
from fluorders_tui.services.demo import fill_demo
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.offer_drafts import new_offer
from fluorders_tui.services.offer_steps import confirm
from fluorders_tui.services.offers import enter_offers

OFFERS, PREVIEWED, LINES = 500, 200, 20

EACH_ITS_OWN = GroupingParameters(summary=False)
"""An order for each offer: the most there is to write."""


def run(surroundings: Surroundings, offers: int = OFFERS, previewed: int = PREVIEWED) -> Iterator[Measured]:
    """So many offers of 20 lines, each to an order of its own."""
    with surroundings.scratch() as folder, contextlib.ExitStack() as stack:
        addresses = {"SQLite": str(folder / "conversion.db")}
        server = stack.enter_context(postgres(surroundings))
        if server is not None:
            addresses["PostgreSQL"] = server.create()
        for database, address in addresses.items():
            store = Store(address)
            fill_demo(store, orders=50, user=USER)
            desk = open_desk(store, USER)
            rows = filled(desk, offers)
            yield from _measured(desk, rows, database, previewed)
            store.dispose()


def filled(desk: Desk, count: int) -> tuple[int, ...]:
    """Confirmed offers of one customer, by row."""
    made = new_offer(desk)
    draft = replace(order_of(desk, LINES), type=made.draft.type)
    entered = enter_offers(desk, [Offer(draft, made.terms)] * count)
    return tuple(confirm(desk, one.draft.id).draft.id for one in entered)


def _measured(desk: Desk, rows: tuple[int, ...], database: str, previewed: int) -> Iterator[Measured]:
    few = rows[:previewed]
    opened = milliseconds(lambda: convertible(desk, few))
    yield Measured(f"lines of {previewed} offers of {LINES} lines with what is left, {database}", opened)
    shown = min(milliseconds(lambda: preview(desk, Asked(few))) for _ in range(3))
    yield Measured(f"preview of {previewed} offers of {LINES} lines, {database}", shown, limit=1000)
    told: list[int] = []
    made: list[Any] = []

    def converted() -> None:
        made.append(convert(desk, Asked(rows, parameters=EACH_ITS_OWN), progress=told.append))

    taken = milliseconds(converted) / 1000
    assert told == list(range(1, len(rows) + 1))
    # The same rows again, then the same undone, without thinking: what no program could do without.
    floor = Floor(desk, [row for row, _ in made[0].orders])
    written = milliseconds(floor.write) / 1000
    yield Measured(
        f"converting {len(rows)} offers of {LINES} lines with progress, {database}", taken, "s", floor=written,
        limit=10, note="against the same rows through SQLAlchemy Core",
    )  # fmt: skip
    undone = milliseconds(lambda: undo(desk, made[0].run_id)) / 1000
    yield Measured(
        f"taking that back, {database}", undone, "s", floor=milliseconds(floor.take_back) / 1000, limit=3,
        note="SQLite has one writer, who waits no longer than 5 s",
    )  # fmt: skip


class Floor:
    """What a conversion leaves in the database, written again in one durable transaction, and taken back in another."""

    def __init__(self, desk: Desk, orders: list[int]) -> None:
        self._store = desk.store
        self._orders: list[int] = []
        with desk.store.read() as connection:

            def read(query: Any) -> list[dict[str, Any]]:
                return [dict(row) for row in connection.execute(query).mappings()]

            self._headers = read(select(ORDER).where(ORDER.c.id.in_(orders)))
            self._lines = read(select(LINE).where(LINE.c.order_id.in_(orders)))
            self._journal = read(select(JOURNAL).where(JOURNAL.c.kind == "order", JOURNAL.c.document_id.in_(orders)))
            self._links = read(select(LINK).where(LINK.c.target_document.in_(orders)))
            self._offers = read(select(OFFER.c.id, OFFER.c.status))
            offer_journal = (JOURNAL.c.kind == "offer", JOURNAL.c.event == "converted")
            self._offer_journal = read(select(JOURNAL).where(*offer_journal))

    def _within(self, work: Callable[[Session], None]) -> None:
        with self._store.write() as session:
            work(session)

    def write(self) -> None:
        """The orders with lines, links and journal, and their offers brought in line."""
        self._within(self._write)

    def _write(self, session: Session) -> None:
        connection = session.connection()
        new: dict[int, int] = {}
        for place, header in enumerate(self._headers):
            own = {"number": f"F-{place}", "sequence": 10_000_000 + place}
            query = insert(ORDER).values(_without_id(header) | own).returning(ORDER.c.id)
            new[header["id"]] = connection.execute(query).scalar_one()
        self._orders = list(new.values())
        connection.execute(
            insert(LINE), [_without_id(line) | {"order_id": new[line["order_id"]]} for line in self._lines]
        )
        rows = [_without_id(one) | {"document_id": new[one["document_id"]]} for one in self._journal]
        connection.execute(insert(JOURNAL), rows + [_without_id(one) for one in self._offer_journal])
        connection.execute(
            insert(LINK),
            [_without_id(link) | {"target_document": new[link["target_document"]]} for link in self._links],
        )
        self._offers_again(connection, "converted")

    def _offers_again(self, connection: Any, status: str) -> None:
        ids = [row["id"] for row in self._offers]
        connection.execute(update(OFFER).where(OFFER.c.id.in_(ids)).values(status=status))
        lines = update(OFFER_LINE).where(OFFER_LINE.c.offer_id.in_(ids))
        connection.execute(lines.values(version=OFFER_LINE.c.version + 1))
        connection.execute(update(COUNTER).values(version=COUNTER.c.version + 1))

    def take_back(self) -> None:
        """Cancel the orders written last, free their offers."""
        self._within(self._take_back)

    def _take_back(self, session: Session) -> None:
        connection = session.connection()
        connection.execute(update(ORDER).where(ORDER.c.id.in_(self._orders)).values(status="cancelled"))
        connection.execute(update(LINE).where(LINE.c.order_id.in_(self._orders)).values(status="cancelled"))
        connection.execute(delete(LINK).where(LINK.c.target_document.in_(self._orders)))
        connection.execute(insert(JOURNAL), [_without_id(one) for one in (*self._journal, *self._offer_journal)])
        self._offers_again(connection, "confirmed")


def _without_id(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "id"}
