"""The list of orders on a million, against the same list on a hundred."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from benchmarks.line import BACKSPACE, CTRL_END, CTRL_F, CTRL_HOME, ESCAPE, PAGE_DOWN, Line
from benchmarks.measured import Measured
from benchmarks.opened import ORDERS, here, on_a_terminal
from benchmarks.shell import newest_number
from benchmarks.surroundings import Surroundings
from benchmarks.timing import interleaved, median, p95
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.order_list import find

PAGES = 100
JUMPS = 20


def run(surroundings: Surroundings) -> Iterator[Measured]:
    """Opening, paging, the ends, and finding."""
    big, small = surroundings.big(), surroundings.small()
    opened = interleaved(
        {"big": lambda: opening(surroundings, big), "small": lambda: opening(surroundings, small)},
        max(3, surroundings.rounds // 2),
    )
    many = f"orders list on {surroundings.orders:,}"
    yield Measured(
        f"{many}: opens", opened["big"], floor=opened["small"], limit=1.3, of_floor=True, note="against the list on 100"
    )
    with here(big) as desk, on_a_terminal(surroundings, big) as line:
        line.send(ORDERS)
        line.wait_for(newest_number(big))
        line.settle()
        pages = [line.key(PAGE_DOWN) for _ in range(PAGES)]
        ends = [line.key(key).last for _ in range(JUMPS // 2) for key in (CTRL_END, CTRL_HOME)]
        found = finding(line, desk, big)
    yield Measured(f"{many}: PgDn, key to last byte, 95 of 100", p95([page.last for page in pages]), limit=40)
    yield Measured("bytes of PgDn", median([page.size for page in pages]), "B")
    yield Measured(f"{many}: Ctrl+End and Ctrl+Home, 95 of 100", p95(ends))
    yield Measured(f"{many}: find, first order on the screen, median", median(found))
    yield Measured(f"{many}: find, first order on the screen, 95 of 100", p95(found), limit=100)


def opening(surroundings: Surroundings, database: Path) -> float:
    """Milliseconds from the key on the first screen to the newest order in the list."""
    with on_a_terminal(surroundings, database) as line:
        line.send(ORDERS)
        return line.wait_for(newest_number(database))


def finding(line: Line, desk: Desk, database: Path) -> list[float]:
    """Milliseconds from the keys of a term, typed in one go, to its first order."""
    taken = []
    line.send(CTRL_F)
    line.settle()
    for term in sought(database):
        expected = find(desk, term)
        if not expected:
            continue
        line.send(term)
        taken.append(line.wait_for(expected[0].number, seconds=10))
        line.settle(0.2)
        line.send(BACKSPACE * len(term))
        line.settle(0.2)
    line.send(ESCAPE)
    line.settle()
    return taken


def sought(database: Path) -> list[str]:
    """Numbers, their ends, customers, words of their names, references and items, from all over the database."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        (most,) = connection.execute("SELECT max(id) FROM customer_order").fetchone()
        terms: list[str] = []
        for step in range(1, 9):
            row = connection.execute(
                "SELECT o.number, o.customer_code, o.customer_name, o.reference, l.item_code FROM customer_order o"
                " JOIN customer_order_line l ON l.order_id = o.id WHERE o.id >= ? AND l.item_code <> ''"
                " AND o.reference <> '' LIMIT 1",
                (most * step // 10,),
            ).fetchone()
            number, customer, name, reference, item = row
            words = [word for word in name.split() if len(word) > 4 and word.isascii()]
            terms += [number, number[-5:], customer, reference, item, *words[:1]]
    return list(dict.fromkeys(terms))
