"""Boards that watch while other desks write: in the end each shows what is in the database (U-3).

`make soak` runs ten boards and four writers.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from fluorders_tui.data.schema import create_schema
from fluorders_tui.domain.order_listing import OrderFilter, OrderSort, SortField
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.order_list import OrderStatus, each_order
from fluorders_tui.services.orders import enter_order
from tests.faults.test_many_desks import EACH, desks_at
from tests.postgres import Server
from tests.pty.terminal import Terminal
from tests.services.conftest import italian_desk  # noqa: F401 - a fixture
from tests.shop import draft, fill_shop, shop_at

BOARDS = int(os.environ.get("FLUORDERS_TEST_BOARDS", "2"))
WRITERS = int(os.environ.get("FLUORDERS_TEST_WRITERS", "2"))
NUMBER = re.compile(r"\d{4}-\d{5}")
OLDEST_FIRST = OrderSort(SortField.NEWEST, descending=False)


@pytest.fixture
def desk(italian_desk: Desk) -> Desk:  # noqa: F811
    fill_shop(italian_desk)
    enter_order(italian_desk, draft(italian_desk, ("A-100", 1)))
    return italian_desk


def url_of(desk: Desk) -> str:
    return desk.store.url.set(drivername=desk.store.url.get_backend_name()).render_as_string(hide_password=False)


def boards(stack: ExitStack, desk: Desk, home: Path, count: int) -> Iterator[Terminal]:
    """So many desks with the board's lane of entered orders on the screen."""
    for number in range(count):
        argv = [sys.executable, "-m", "fluorders_tui", "--database", url_of(desk), "--user", f"board{number}"]
        places = {f"XDG_{name}_HOME": str(home / f"{number}-{name}") for name in ("STATE", "CONFIG", "DATA", "CACHE")}
        board = stack.enter_context(Terminal(argv, env=places))
        board.wait_for("Order by number")
        board.send("44")
        yield board


def entered(desk: Desk) -> list[str]:
    return [row.number for row in each_order(desk, OrderFilter(statuses=(OrderStatus.ENTERED,)), OLDEST_FIRST)]


def shown(board: Terminal) -> list[str]:
    return NUMBER.findall(board.text)


def counted(board: Terminal) -> int:
    """How many orders the lane has by the board's first line, however the language groups figures."""
    found = re.search(r"entered · ([\d.,'\u202f\u00a0]+)", board.text)
    return int(re.sub(r"\D", "", found[1])) if found else 0


def until(board: Terminal, condition: Callable[[Terminal], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition(board):
        assert time.monotonic() < end, f"it never came true:\n{board.text}"
        board.read(0.05)


def check(watching: list[Terminal], desk: Desk) -> None:
    """Every board comes to show all of the lane, without a key; then its end, row by row."""
    there = entered(desk)
    for board in watching:
        until(board, lambda board: counted(board) == len(there))
        board.send("{end}")
        until(board, lambda board: shown(board) == there[-len(shown(board)) :])
        assert len(shown(board)) >= min(len(there), 10)


def test_boards_end_equal_to_the_database(desk: Desk, tmp_path: Path) -> None:
    with ExitStack() as stack:
        watching = list(boards(stack, desk, tmp_path, BOARDS))
        writers = desks_at(desk, WRITERS, EACH)
        while writers.poll() is None:
            for board in watching:
                board.read(0.02)
        assert (writers.returncode, writers.communicate()[1]) == (0, "")
        assert len(entered(desk)) == 1 + WRITERS * EACH
        check(watching, desk)


def test_boards_come_back_with_the_server(own_postgres: Server, tmp_path: Path) -> None:
    with psycopg.connect(own_postgres.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE shop")
    create_schema(own_postgres.url("shop"))
    desk = shop_at(own_postgres.url("shop"))
    enter_order(desk, draft(desk, ("A-100", 1)))
    with ExitStack() as stack:
        watching = list(boards(stack, desk, tmp_path, 1))
        watching[0].wait_for("entered · 1")
        own_postgres.kill()
        watching[0].wait_for("can't be reached")
        own_postgres.start()
        watching[0].wait_for("is back")
        desk.store.dispose()
        enter_order(desk, draft(desk, ("A-100", 1)))
        check(watching, desk)
    desk.store.dispose()
