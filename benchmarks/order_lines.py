"""Enter on the quantity with a thousand lines on the order: the line is priced and the totals are right."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from benchmarks.line import ENTER
from benchmarks.measured import Measured
from benchmarks.opened import entering, here, shown_total
from benchmarks.surroundings import Surroundings
from benchmarks.timing import median, p95
from fluorders_tui.domain.order import LineType
from fluorders_tui.screens.order_session import OrderSession
from fluorders_tui.services.conditions import new_draft
from fluorders_tui.services.desk import Desk

LINES = 1000
MEASURED = 60
PASTE_BEGIN, PASTE_END = "\x1b[200~", "\x1b[201~"


def run(surroundings: Surroundings) -> Iterator[Measured]:
    """Each Enter is waited for until the total of the same order, kept in this process, is on the screen."""
    database = surroundings.big()
    with here(database) as desk, entering(surroundings, database) as line:
        session, codes = begin(desk, database)
        line.send(session.draft.customer + ENTER)
        line.wait_for(session.draft.name[:10])
        line.settle()
        block = [(row, codes[row % len(codes)], Decimal(row % 7 + 1), "") for row in range(LINES)]
        session.add_block(block, [])
        line.send(PASTE_BEGIN + "\n".join(f"{code}\t{quantity}" for _, code, quantity, _ in block) + PASTE_END)
        pasted = line.wait_for(total(session))
        line.settle()
        taken, after, sizes = [], [], []
        for place in range(MEASURED):
            quantity = Decimal(place % 11 + 2)
            session.start_item(codes[place % len(codes)], None, "", LineType.CODED)
            session.set_quantity(quantity)
            session.put_line()
            line.send(codes[place % len(codes)] + ENTER)
            line.settle(0.12)
            line.send(str(quantity))
            line.settle(0.08)
            line.send(ENTER)
            taken.append(line.wait_for(total(session), seconds=10))
            line.settle(0.08)
            sizes.append(len(line.output))
            after.append((line.last - line.started) * 1000)
    yield Measured(f"{LINES:,} pasted lines priced, totals on the screen", pasted)
    what = f"Enter on the quantity with {LINES:,} lines, totals right on the screen"
    yield Measured(f"{what}, median", median(taken))
    yield Measured(f"{what}, 95 of 100", p95(taken), limit=50)
    yield Measured("the same Enter, key to last byte, 95 of 100", p95(after))
    yield Measured("bytes of that Enter", median(sizes), "B")


def begin(desk: Desk, database: Path) -> tuple[OrderSession, list[str]]:
    """An order of a customer, and items whose quantities the desk does not question."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        (customer,) = connection.execute("SELECT code FROM customer WHERE active ORDER BY id LIMIT 1").fetchone()
        found = connection.execute(
            "SELECT code FROM item WHERE active AND NOT blocked AND NOT running_out AND pack_quantity_micro = 0"
            " AND economic_lot_micro = 0 ORDER BY id LIMIT 40"
        )
        codes = [code for (code,) in found]
    session = OrderSession(desk, new_draft(desk), None, lambda: None)
    session.discount_types, session.usual_vat = session.read_tables()
    session.take_customer(session.read_customer(customer))
    session.cards |= session.read_cards(codes)
    return session, codes


def total(session: OrderSession) -> str:
    """The session's total as the screen shows it."""
    currency = session.draft.currency
    return shown_total(session.totals, currency.code, currency.decimals)
