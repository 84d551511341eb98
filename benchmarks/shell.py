"""Commands of the shell against a Python that starts and ends."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from functools import partial

from benchmarks.measured import Measured
from benchmarks.surroundings import FLUORDERS, Surroundings
from benchmarks.timing import interleaved, run_time


def run(surroundings: Surroundings) -> Iterator[Measured]:
    """`--version`, `--help`, and one order's status among many."""
    database = surroundings.big()
    number = newest_number(database)
    commands = {
        "bare": [sys.executable, "-c", "pass"],
        "version": [*FLUORDERS, "--version"],
        "help": [*FLUORDERS, "--help"],
        "status": surroundings.desk(database, "status", number),
    }
    taken = interleaved(
        {name: partial(run_time, surroundings, argv) for name, argv in commands.items()},
        surroundings.rounds * 2,
    )
    bare = taken["bare"]
    against = "against a bare Python"
    yield Measured("`fluorders --version`", taken["version"], floor=bare, limit=4, of_floor=True, note=against)
    yield Measured("`fluorders --help`", taken["help"], floor=bare, limit=4, of_floor=True, note=against)
    yield Measured(
        f"`fluorders status NUMBER` among {surroundings.orders:,} orders",
        taken["status"], floor=bare, limit=10, of_floor=True, note=against,
    )  # fmt: skip


def newest_number(database: object) -> str:
    """The number of the order written last."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        (number,) = connection.execute("SELECT number FROM customer_order ORDER BY id DESC LIMIT 1").fetchone()
    return str(number)
