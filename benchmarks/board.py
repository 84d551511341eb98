"""The board with 500 orders that wait, a million orders behind it: opening, reading again, and hearing of a change."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.measured import Measured
from benchmarks.opened import here, on_a_terminal
from benchmarks.surroundings import Surroundings
from benchmarks.timing import interleaved, median, milliseconds
from fluorders_tui.domain.order import OrderStatus
from fluorders_tui.services.board import Lane, lane_counts, open_lane
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.order_life import Asked, OrderStep, take_many
from fluorders_tui.services.order_list import OrderFilter, OrderSort, SortField, each_order
from fluorders_tui.services.orders import enter_order, open_order

WAITING = 500
BOARD = "4"
PAGE = 100
CHANGES = 20


def run(surroundings: Surroundings) -> Iterator[Measured]:
    """Opening against an empty board, reading again, and the time from another desk's commit to the screen."""
    big, small = surroundings.big(), surroundings.small()
    with here(big) as desk:
        hold(desk, WAITING)
        waiting = lane_counts(desk)[Lane.WAITING].count
        again = [milliseconds(lambda: reading(desk)) for _ in range(CHANGES)]
    opened = interleaved(
        {"big": lambda: opening(surroundings, big), "small": lambda: opening(surroundings, small)},
        max(3, surroundings.rounds // 2),
    )
    behind = f"board with {waiting:,} waiting, {surroundings.orders:,} orders behind"
    yield Measured(
        f"{behind}: opens", opened["big"], floor=opened["small"], limit=1.3, of_floor=True,
        note="against a board of 100 orders, none waiting",
    )  # fmt: skip
    yield Measured(f"{behind}: reads again, median", median(again), limit=30)
    heard = hearing(surroundings, big)
    yield Measured("board: another desk's commit to its last byte, SQLite, median", median(heard), limit=1000)
    yield Measured("board: the same, slowest", max(heard), limit=1000)


def hold(desk: Desk, count: int) -> None:
    """Let so many orders wait, by asking for every order of some customers to be authorised; they stay so."""
    missing = count - lane_counts(desk)[Lane.WAITING].count
    if missing <= 0:
        return
    entered = OrderFilter(statuses=(OrderStatus.ENTERED,))
    rows = list(each_order(desk, entered, OrderSort(SortField.NEWEST, descending=False), limit=2 * missing))
    with sqlite3.connect(str(desk.store.path)) as connection:
        codes = sorted({row.customer for row in rows})
        connection.executemany("UPDATE customer SET always_authorise = 1 WHERE code = ?", [(code,) for code in codes])
    clerk = replace(desk, role="clerk")
    take_many(clerk, [(row.id, None) for row in rows[:missing]], Asked(OrderStep.CONFIRM))


def reading(desk: Desk) -> None:
    """What a board reads when something changed: the page of its lane that is shown, how many there are, the counts."""
    lane = open_lane(desk, Lane.WAITING)
    lane.rows(0, PAGE)
    lane.count()
    lane_counts(desk)


def opening(surroundings: Surroundings, database: Path) -> float:
    """Milliseconds from the key on the first screen to the board's list."""
    with on_a_terminal(surroundings, database) as line:
        line.send(BOARD)
        return line.wait_for("Number", "Customer")


def hearing(surroundings: Surroundings, database: Path) -> list[float]:
    """Milliseconds from a commit in this process to the new count of entered orders on a board."""
    taken = []
    with here(database) as desk, on_a_terminal(surroundings, database) as line:
        made = next(iter(each_order(desk, OrderFilter(statuses=(OrderStatus.ENTERED,)), limit=1)))
        draft = replace(open_order(desk, made.number).draft, number="", id=0, version=0, status=OrderStatus.DRAFT)
        line.send(BOARD)
        line.settle(1)
        for _ in range(CHANGES):
            line.output = b""
            count = lane_counts(desk)[Lane.ENTERED].count + 1
            enter_order(desk, draft)
            line.started = time.perf_counter()
            taken.append(line.wait_for(f"{count:,}", seconds=10))
            line.settle(0.4)
    return taken
