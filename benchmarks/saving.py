"""Entering an order, against the same rows written through SQLAlchemy Core in one transaction of the same engine."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import insert, select, update

from benchmarks.measured import Measured
from benchmarks.servers import postgres
from benchmarks.surroundings import USER, Surroundings
from benchmarks.timing import interleaved, milliseconds
from fluorders_tui.data.store import Store
from fluorders_tui.data.tables import commerce, documents
from fluorders_tui.data.tables.base import table
from fluorders_tui.domain.draft_lines import add_line
from fluorders_tui.domain.entry import make_line
from fluorders_tui.domain.header import choose_customer
from fluorders_tui.domain.order import OrderDraft
from fluorders_tui.services.conditions import customer_conditions, item_cards, new_draft
from fluorders_tui.services.demo import fill_demo
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.orders import enter_order

SIZES = (5, 100)

ORDER, LINE = table(documents.CustomerOrder), table(documents.CustomerOrderLine)
JOURNAL, COUNTER = table(documents.JournalEntry), table(documents.StatusCounter)
NUMBER = table(commerce.NumberingCounter)


def run(surroundings: Surroundings) -> Iterator[Measured]:
    """Orders of 5 and of 100 lines on both databases."""
    with surroundings.scratch() as folder, contextlib.ExitStack() as stack:
        addresses = {"SQLite": str(folder / "saving.db")}
        server = stack.enter_context(postgres(surroundings))
        if server is not None:
            addresses["PostgreSQL"] = server.create()
        for database, address in addresses.items():
            store = Store(address)
            fill_demo(store, orders=50, user=USER)
            desk = open_desk(store, USER)
            for size in SIZES:
                draft = order_of(desk, size)
                rows = Rows(desk, draft)
                taken = interleaved(
                    {
                        "order": partial(milliseconds, partial(enter_order, desk, draft)),
                        "core": partial(milliseconds, rows.write),
                    },
                    surroundings.rounds * 5,
                )
                yield Measured(
                    f"saving an order of {size} lines, {database}", taken["order"], floor=taken["core"], limit=4,
                    of_floor=True, note="against the same rows through SQLAlchemy Core",
                )  # fmt: skip
            store.dispose()


def order_of(desk: Desk, size: int) -> OrderDraft:
    """A new order of the first customers' conditions with so many lines of different items."""
    from fluorders_tui.services.registries import find

    draft = new_draft(desk)
    conditions = customer_conditions(desk, find(desk, "customers", "C0001", 1)[0].code, draft.date)
    found = [one.code for letter in "ABCDEFGH" for one in find(desk, "items", f"{letter}-", 200)]
    cards = item_cards(desk, found, conditions)
    draft = choose_customer(draft, conditions, cards)
    plain = [card for card in cards.values() if not card.pack_quantity and not card.economic_lot]
    for place in range(size):
        card = plain[place % len(plain)]
        draft = add_line(draft, make_line(draft, conditions, card, Decimal(place % 9 + 1), checks=desk.checks))
    return draft


class Rows:
    """What entering a draft leaves in the database, to be written again without thinking."""

    def __init__(self, desk: Desk, draft: OrderDraft) -> None:
        entered = enter_order(desk, replace(draft))
        self._store = desk.store
        with desk.store.read() as connection:

            def read(query: Any) -> list[dict[str, Any]]:
                rows = [dict(row) for row in connection.execute(query).mappings()]
                for row in rows:
                    row.pop("id")
                return rows

            order_id = entered.draft.id
            (self._header,) = read(select(ORDER).where(ORDER.c.id == order_id))
            self._lines = read(select(LINE).where(LINE.c.order_id == order_id))
            self._journal = read(
                select(JOURNAL).where(JOURNAL.c.kind == "order", JOURNAL.c.document_id == order_id)
            )  # fmt: skip
        # Numbers of its own, so that they stay unique.
        self._sequence = 10_000_000 + 100_000 * len(draft.lines)

    def write(self) -> None:
        """One durable transaction with all of them and the two counters."""
        self._sequence += 1
        number = f"F-{self._sequence}"
        header = self._header | {"number": number, "sequence": self._sequence}
        with self._store.write() as session:
            connection = session.connection()
            connection.execute(
                update(NUMBER)
                .where(NUMBER.c.numbering_id == header["numbering_id"], NUMBER.c.period == header["period"])
                .values(version=NUMBER.c.version + 1)
            )
            order_id = connection.execute(insert(ORDER).values(header).returning(ORDER.c.id)).scalar_one()
            connection.execute(insert(LINE), [line | {"order_id": order_id} for line in self._lines])
            connection.execute(
                insert(JOURNAL), [entry | {"document_id": order_id, "number": number} for entry in self._journal]
            )
            connection.execute(
                update(COUNTER)
                .where(COUNTER.c.kind == "order", COUNTER.c.status == header["status"])
                .values({"count": COUNTER.c["count"] + 1})
            )
