"""A hundred thousand items from a file."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measured import Measured
from benchmarks.servers import postgres
from benchmarks.surroundings import ITEMS, Surroundings


def run(surroundings: Surroundings) -> Iterator[Measured]:
    """Into a new database after the fast start, as a command of the shell, with progress."""
    with surroundings.scratch() as folder:
        file = write_items(folder / "items.csv")
        sqlite = imported(surroundings, str(folder / "import.db"), file)
        yield Measured(f"import of {ITEMS:,} items, SQLite", sqlite, "s", limit=20)
        with contextlib.ExitStack() as stack:
            server = stack.enter_context(postgres(surroundings))
            if server is not None:
                seconds = imported(surroundings, server.create(schema=False), file)
                yield Measured(f"import of {ITEMS:,} items, PostgreSQL", seconds, "s", limit=20)


def imported(surroundings: Surroundings, database: str, file: Path) -> float:
    """Seconds that the import takes."""
    subprocess.run(
        surroundings.desk(database, "init", "--country", "IT"), check=True, env=surroundings.variables,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    started = time.perf_counter()
    subprocess.run(
        surroundings.desk(database, "import", "items", str(file)), check=True, env=surroundings.variables,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    return time.perf_counter() - started


def write_items(path: Path) -> Path:
    """A file as spreadsheets save it: semicolons and decimal commas."""
    with path.open("w", encoding="utf-8") as file:
        file.write("code;description;unit;vat_code;sales_price;standard_cost;weight;barcode\n")
        for number in range(ITEMS):
            price, cost = number % 9000 + 100, number % 5000 + 50
            file.write(
                f"ART-{number:06};Hexagon bolt zinc M{number % 30} × {number % 400} mm, type {number};pc;22;"
                f"{price // 100},{price % 100:02};{cost // 100},{cost % 100:02};0,{number % 900 + 100};"
                f"{2_900_000_000_000 + number}\n"
            )
    return path
