"""Where the figures are kept: a table in docs/performance.md with what the machine was."""

from __future__ import annotations

import datetime as dt
import os
import platform
import sqlite3
from collections.abc import Sequence
from importlib.metadata import version

from benchmarks.measured import Measured, table
from benchmarks.surroundings import ROOT

PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- measured -->", "<!-- end of what was measured -->"
LIBRARIES = ("textual", "sqlmodel", "sqlalchemy", "pydantic", "psycopg")


def write(rows: Sequence[Measured], *, whole: bool) -> None:
    """Put the table between the markers of the page. Part of the suite is refused: it would drop the rest."""
    if not whole:
        raise SystemExit("Only a run of all benchmarks is written.")
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{machine()}\n\n{table(rows)}\n{END}{after}")


def machine() -> str:
    """What the figures were taken on, without a name or a path."""
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    python = f"{platform.python_implementation()} {platform.python_version()}"
    system = ".".join(platform.release().split(".")[:2])
    return (
        f"{dt.datetime.now(dt.UTC).date()}: {os.cpu_count()} × {processor()}, {platform.system()} "
        f"{system}, {python}, SQLite {sqlite3.sqlite_version}, {versions}."
    )


def processor() -> str:
    """The processor's model."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            models = (line.partition(":")[2].strip() for line in file if line.startswith("model name"))
            return next(models, platform.machine())
    except OSError:
        return platform.machine()
