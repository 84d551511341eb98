"""What the desk holds in memory after a working day's tour on a million orders."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.line import CTRL_END, CTRL_F, CTRL_HOME, ENTER, ESCAPE, PAGE_DOWN
from benchmarks.measured import Measured
from benchmarks.opened import NEW_ORDER, ORDERS, here, on_a_terminal
from benchmarks.order_lines import begin
from benchmarks.shell import newest_number
from benchmarks.surroundings import Surroundings


def run(surroundings: Surroundings) -> Iterator[Measured]:
    """List, paging, both ends, find, an order's story, and a new order with lines."""
    big = surroundings.big()
    number = newest_number(big)
    with here(big) as desk:
        session, codes = begin(desk, big)
    with on_a_terminal(surroundings, big) as line:
        first = line.memory()
        line.send(ORDERS)
        line.wait_for(number)
        for keys in (*[PAGE_DOWN] * 60, CTRL_END, *[PAGE_DOWN] * 5, CTRL_HOME):
            line.send(keys)
            line.settle(0.1)
        line.send(CTRL_F + number)
        line.settle(0.5)
        line.send(ENTER)
        line.wait_for("entered the order")
        for _ in range(4):
            line.send(ESCAPE)
            line.settle(0.5)
        line.send(NEW_ORDER)
        line.wait_for("(provisional)")
        line.send(session.draft.customer + ENTER)
        line.settle(0.5)
        for code in codes[:20]:
            line.send(f"{code}{ENTER}3{ENTER}")
            line.settle()
        last = line.memory()
    yield Measured("resident memory of the desk, first screen", first, "MB")
    yield Measured(
        f"resident memory of the desk on {surroundings.orders:,} orders, after list, find, status and entry",
        last, "MB", limit=150,
    )  # fmt: skip
