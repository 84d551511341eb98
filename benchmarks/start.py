"""The desk opens: its first frame and its first data, against a minimal app with as many widgets."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Sequence

from benchmarks.line import Line
from benchmarks.measured import Measured
from benchmarks.surroundings import Surroundings
from benchmarks.timing import interleaved, run_time

FRAME = "Commands"
"""Stands at the end of the command bar, the last line of the first frame."""

DATA = "confirmed"
"""One of the statuses that are counted when the database has answered."""

_BARE = "import textual.app, textual.widgets, sqlite3, sqlalchemy.dialects.sqlite, sqlmodel"


def run(surroundings: Surroundings) -> Iterator[Measured]:
    """First frame, data on the screen, and the same without a screen."""
    widgets = str(count_widgets())
    desk = surroundings.desk(surroundings.big())
    surroundings.forget_drafts()
    minimal = [sys.executable, "-m", "benchmarks.floors.minimal_app", widgets]
    data = [
        sys.executable, "-c",
        "from fluorders_tui.loading import start_loading; start_loading();"
        "import textual.app, textual.widgets; from fluorders_tui.config import load;"
        "from fluorders_tui.shell.opening import open_desk; from fluorders_tui.services.needs import needs_now;"
        f"open_desk(load({{'database': {str(surroundings.big())!r}, 'user': 'bench'}}))",
    ]  # fmt: skip
    taken = interleaved(
        {
            "minimal": lambda: until(surroundings, minimal, "all there"),
            "frame": lambda: until(surroundings, desk, FRAME),
            "imports": lambda: until(surroundings, [*minimal, "imports"], "imports done"),
            "data": lambda: until(surroundings, desk, FRAME, DATA),
            "bare": lambda: run_time(surroundings, [sys.executable, "-c", _BARE]),
            "opened": lambda: run_time(surroundings, data),
        },
        surroundings.rounds,
    )
    yield Measured(
        "first frame of the desk", taken["frame"], floor=taken["minimal"], limit=1.3, of_floor=True,
        note=f"against a minimal Textual app with {widgets} widgets",
    )  # fmt: skip
    yield Measured(
        "data of the desk ready", taken["opened"], floor=taken["bare"], limit=1.3, of_floor=True,
        note="imports and opened database, without a screen, against the bare imports of Textual, SQLModel, driver",
    )  # fmt: skip
    yield Measured(
        "data of the desk on the screen", taken["data"], floor=taken["imports"], limit=1.3, of_floor=True,
        note="against the minimal app importing SQLModel and driver in a thread after its first frame",
    )  # fmt: skip


def until(surroundings: Surroundings, argv: Sequence[str], *marks: str) -> float:
    """Milliseconds from starting a program to all marks on its terminal."""
    with Line(surroundings, argv) as line:
        return line.wait_for(*marks)


def count_widgets() -> int:
    """How many widgets the first screen of the desk has, itself included."""
    from fluorders_tui.app import FluordersApp
    from fluorders_tui.config import load

    async def count() -> int:
        app = FluordersApp(load({}, environ={}))
        async with app.run_test():
            return len(app.screen.query("*")) + 1

    return asyncio.run(count())


def demo(surroundings: Surroundings) -> Iterator[Measured]:
    """`fluorders --demo` for the first time: the made-up wholesaler is on the screen."""
    surroundings.forget_drafts()
    argv = [*surroundings.desk("unused.db")[:-4], "--demo"]
    seconds = []
    for _ in range(3):
        surroundings.forget_drafts()
        seconds.append(until(surroundings, argv, FRAME, DATA) / 1000)
    surroundings.forget_drafts()
    yield Measured("`fluorders --demo` for the first time", sorted(seconds)[1], "s", limit=5)
    filled = surroundings.filling_seconds(surroundings.big())
    if filled is not None:
        yield Measured(f"`fluorders demo --orders {surroundings.orders}`", filled, "s", note="when it was made")
