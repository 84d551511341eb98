"""Desks in processes of their own that enter and change orders: `python -m tests.faults.entering URL DESKS COUNT`.

They print the number of every order once it is entered. Between its own orders each raises the quantity of the
first order by one, against all others who do the same.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace

from fluorders_tui.data.store import Store
from fluorders_tui.domain.draft_lines import replace_line
from fluorders_tui.domain.entry import change_quantity
from fluorders_tui.domain.errors import Conflict
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.orders import change_order, enter_order, open_order
from tests.shop import draft


def raise_first(desk: Desk, number: str) -> None:
    """Add one to the first line of an order, again and again until nobody was faster."""
    while True:
        opened = open_order(desk, number).draft
        line = change_quantity(opened, opened.lines[0], opened.lines[0].quantity + 1)
        try:
            change_order(desk, replace_line(opened, 0, line))
        except Conflict:
            continue
        return


def enter(url: str, user: str, count: int) -> None:
    """Enter `count` orders of three lines, and one change of the first order for every five of them."""
    desk = replace(open_desk(Store(url), user), role="supervisor")
    made = draft(desk, ("A-100", 12), ("A-120", 3), ("A-110", 1))
    for place in range(count):
        number = enter_order(desk, made).number
        os.write(1, f"{number}\n".encode())
        if place % 5 == 4:
            raise_first(desk, number[:-5] + "00001")


def main(url: str, desks: int, count: int) -> int:
    """Start the desks, all from this process, which has read the program once; 1 when one of them failed."""
    children = []
    for number in range(desks):
        child = os.fork()
        if not child:
            enter(url, f"desk{number}", count)
            os._exit(0)
        children.append(child)
    return int(any(os.waitpid(child, 0)[1] for child in children))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
