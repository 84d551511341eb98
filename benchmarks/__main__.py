"""Measure and print a table: `python -m benchmarks [NAME …] [--orders N] [--rounds N] [--folder F] [--write]`."""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
from pathlib import Path

from benchmarks.measured import Measured, table
from benchmarks.report import write
from benchmarks.surroundings import Surroundings

BENCHMARKS = {
    "shell": "shell:run",
    "start": "start:run",
    "demo": "start:demo",
    "typing": "typing_keys:run",
    "lines": "order_lines:run",
    "lookups": "lookups:run",
    "list": "order_list:run",
    "board": "board:run",
    "memory": "memory:run",
    "saving": "saving:run",
    "pricing": "pricing:run",
    "update": "price_update:run",
    "conversion": "conversion:run",
    "import": "importing:run",
}


def main() -> int:
    """Run the benchmarks asked for; 1 when a limit was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--orders", type=int, default=1_000_000, metavar="N", help="in the big database")
    parser.add_argument("--rounds", type=int, default=9, metavar="N", help="of each comparison")
    parser.add_argument(
        "--folder", type=Path, default=Path(tempfile.gettempdir()) / "fluorders-benchmarks", metavar="FOLDER",
        help="keeps the big databases for the next run",
    )  # fmt: skip
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    given = parser.parse_args()
    unknown = [name for name in given.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]!r}; there are {', '.join(BENCHMARKS)}")
    surroundings = Surroundings(given.folder.resolve(), given.orders, given.rounds)
    rows: list[Measured] = []
    for name in given.names or BENCHMARKS:
        surroundings.say(f"— {name}")
        module, _, function = BENCHMARKS[name].partition(":")
        for row in getattr(importlib.import_module(f"benchmarks.{module}"), function)(surroundings):
            rows.append(row)
            surroundings.say(f"  {' | '.join(row.cells())}")
    print(table(rows))
    if given.write:
        write(rows, whole=not given.names)
    return 1 if any(row.kept is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
