"""Customers and items found while they are typed, among 100,000 of each."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.line import BACKSPACE, ENTER, Line
from benchmarks.measured import Measured
from benchmarks.opened import entering, here
from benchmarks.surroundings import Surroundings
from benchmarks.timing import median, p95
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.registries import find, find_items

TERMS = 40
AT_MOST = 60
LIMIT = 20


def run(surroundings: Surroundings) -> Iterator[Measured]:
    """The first hit on the screen, from the last key of a term typed in one go; the wait for more keys included."""
    database = surroundings.big()
    with here(database) as desk, entering(surroundings, database) as line:
        customers = measure(line, terms(database, "customer", "name"), first_customer(desk))
        line.send(code_of(database) + ENTER)
        line.settle(0.5)
        items = measure(line, terms(database, "item", "description"), first_item(desk, code_of(database)))
    for what, taken in (("customer", customers), ("item", items)):
        yield Measured(f"{what} lookup, first hit on the screen, median", median(taken))
        yield Measured(f"{what} lookup, first hit on the screen, 95 of 100", p95(taken), limit=AT_MOST)


def measure(line: Line, typed: list[str], first: Callable[[str], str | None]) -> list[float]:
    """Milliseconds from the keys of each term to the code of its first hit."""
    taken = []
    for term in typed:
        expected = first(term)
        if expected is None:
            continue
        line.send(term)
        taken.append(line.wait_for(expected, seconds=10))
        line.settle(0.15)
        line.send(BACKSPACE * len(term))
        line.settle(0.15)
    return taken


def terms(database: Path, table: str, column: str) -> list[str]:
    """Beginnings of 2 to 6 characters and fragments from within, of names drawn at random, the same each time."""
    chance = random.Random(7)
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        (most,) = connection.execute(f"SELECT max(id) FROM {table}").fetchone()
        ids = [chance.randrange(1, most) for _ in range(TERMS * 2)]
        marks = ",".join("?" * len(ids))
        names = [name for (name,) in connection.execute(f"SELECT {column} FROM {table} WHERE id IN ({marks})", ids)]
    chance.shuffle(names)
    found = []
    for place, name in enumerate(name for name in names if name.isascii()):
        words = [word for word in name.split() if len(word) > 5 and word.isalpha()]
        if place % 2:
            found.append(name[: chance.randrange(2, 7)].strip())
        elif words:
            found.append(chance.choice(words)[1:6])
    return [term for term in found if len(term) > 1][:TERMS]


def code_of(database: Path) -> str:
    """The first customer's code."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        (code,) = connection.execute("SELECT code FROM customer WHERE active ORDER BY id LIMIT 1").fetchone()
    return str(code)


def first_customer(desk: Desk) -> Callable[[str], str | None]:
    """What the customer field has to show first."""
    return lambda term: next((one.code for one in find(desk, "customers", term, LIMIT)), None)


def first_item(desk: Desk, customer: str) -> Callable[[str], str | None]:
    """What the item field has to show first."""
    return lambda term: next((one.code for one in find_items(desk, term, customer, LIMIT)), None)
