"""Eight desks at once on both databases, and desks that die while they write (D-9.3, D-12.7, E-2).

`make soak` runs the same with 200 orders a desk.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from fluorders_tui.data.status_counters import counted
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.orders import enter_order, open_order
from tests.services.conftest import italian_desk  # noqa: F401 - a fixture
from tests.shop import draft, fill_shop

DESKS = 8
EACH = int(os.environ.get("FLUORDERS_TEST_ORDERS", "25"))
ROOT = Path(__file__).parents[2]


@pytest.fixture
def desk(italian_desk: Desk) -> Desk:  # noqa: F811
    fill_shop(italian_desk)
    return italian_desk


def desks_at(desk: Desk, desks: int, count: int) -> subprocess.Popen[str]:
    """So many other desks that enter `count` orders each, in a process group of their own."""
    url = desk.store.url.set(drivername=desk.store.url.get_backend_name()).render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.faults.entering", url, str(desks), str(count)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True, start_new_session=True)


def rows(desk: Desk, statement: str) -> list[Mapping[str, Any]]:
    with desk.store.read() as connection:
        return [dict(row) for row in connection.execute(text(statement)).mappings()]


def check_whole(desk: Desk) -> int:
    """Every order whole, its number without gap or double, journal and counters as the orders say; returns how many."""
    found = rows(desk, "SELECT number, line_count, sequence FROM customer_order ORDER BY sequence")
    assert [row["sequence"] for row in found] == list(range(1, len(found) + 1))
    assert len({row["number"] for row in found}) == len(found)
    assert rows(desk, "SELECT last_number FROM numbering_counter WHERE last_number > 0") == [
        {"last_number": len(found)}
    ]
    lines = rows(
        desk, "SELECT o.number, count(*) AS n FROM customer_order o JOIN customer_order_line l ON l.order_id = o.id "
        "GROUP BY o.number",
    )  # fmt: skip
    assert {row["number"]: row["n"] for row in lines} == {row["number"]: row["line_count"] for row in found}
    entered = rows(desk, "SELECT number FROM journal WHERE kind = 'order' AND event = 'entered'")
    assert sorted(row["number"] for row in entered) == sorted(row["number"] for row in found)
    recount = rows(
        desk, "SELECT status, count(*) AS n, sum(company_total_minor) AS worth FROM customer_order GROUP BY status"
    )
    with desk.store.read() as connection:
        assert counted(connection, "order") == {row["status"]: (row["n"], int(row["worth"])) for row in recount}
        if desk.store.is_sqlite:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").first() is None
    return len(found)


def test_eight_desks_enter_without_gap_double_or_lost_update(desk: Desk) -> None:
    first = enter_order(desk, draft(desk, ("A-100", 1)))
    desks = desks_at(desk, DESKS, EACH)
    output, errors = desks.communicate()
    assert (desks.returncode, errors) == (0, "")
    numbers = output.split()
    assert len(numbers) == len(set(numbers)) == DESKS * EACH
    assert check_whole(desk) == DESKS * EACH + 1
    changes = DESKS * (EACH // 5)
    assert open_order(desk, first.number).draft.lines[0].quantity == 1 + changes
    assert len(rows(desk, "SELECT id FROM journal WHERE event = 'changed'")) == changes


def test_kill_9_of_writers_leaves_no_torn_order(desk: Desk) -> None:
    enter_order(desk, draft(desk, ("A-100", 1)))
    dice = random.Random(7)
    heard: set[str] = set()
    for _ in range(3):
        desks = desks_at(desk, 2, 10_000)
        assert desks.stdout is not None
        heard.add(desks.stdout.readline().strip())
        time.sleep(dice.uniform(0.05, 0.4))
        os.killpg(desks.pid, signal.SIGKILL)
        # The last line may have been cut off; all before it were told to have been entered.
        heard |= set(desks.communicate()[0].split("\n")[:-1])
        check_whole(desk)
    stored = {row["number"] for row in rows(desk, "SELECT number FROM v_order")}
    assert heard - {""} <= stored, "what a clerk was told to be entered is there"
