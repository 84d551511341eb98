"""The shell's commands about many lines: list them, price orders again, renew commissions, and undo."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator

import pytest

from fluorders_tui.domain.line_listing import LineFilter
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.line_list import LATE_LINES, each_line
from tests.conftest import FixedClock
from tests.desks import desk_at
from tests.services.lines_on_list import change_by_hand, fill_lines, set_sales_price
from tests.services.orders_on_list import fill_registries
from tests.shell.conftest import Run


@pytest.fixture
def desk(new_sqlite: Callable[..., str], clock: FixedClock) -> Iterator[Desk]:
    with desk_at(new_sqlite(started=True), clock) as desk:
        fill_registries(desk)
        fill_lines(desk, 6)
        yield desk


def test_lines_come_in_every_form(run: Run, desk: Desk) -> None:
    code, out, err = run("lines", "--item", "A-100", "--format", "json")
    rows = json.loads(out)
    assert (code, err) == (0, "")
    expected = list(each_line(desk, LineFilter(item="A-100")))
    assert [(row["number"], row["line"]) for row in rows] == [(one.number, one.line) for one in expected]
    assert rows[0]["price"] == "10"
    table = list(csv.DictReader(io.StringIO(run("lines", "--open", "--sort", "delivery_date", "--format", "csv")[1])))
    dates = [row["delivery_date"] for row in table]
    assert dates == sorted(dates)
    text = run("lines", "--limit", "2")[1]
    assert len(text.splitlines()) == 3


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("lines", "--line-status", "confirme"), 2, "Did you mean “confirmed”?"),
        (("lines", "--item", "NONE"), 1, "no item"),
        (("lines", "--customer", "NONE"), 1, "NONE"),
        (("lines", "--delivery-until", "nonsense"), 2, "--delivery-until"),
        (("lines", "--limit", "-1"), 2, "--limit"),
        (("update-prices",), 2, "Which orders?"),
        (("update-prices", "1", "--late"), 2, "either numbers or options"),
        (("update-prices", "NONE"), 1, "no order"),
        (("undo-change",), 1, "no mass change of yours"),
        (("undo-change", "77"), 1, "no mass change 77"),
    ],
)
def test_what_is_wrong_is_named(run: Run, arguments: tuple[str, ...], code: int, said: str) -> None:
    done = run(*arguments)
    assert (done[0], done[1]) == (code, "")
    assert said in done[2]


def test_a_dry_run_lists_and_writes_nothing_then_the_change_can_be_undone(run: Run, desk: Desk) -> None:
    set_sales_price(desk, "A-100", "12")
    code, out, err = run("update-prices", "--status", "open", "--dry-run", "--format", "csv")
    shown = list(csv.DictReader(io.StringIO(out)))
    assert code == 0
    assert {row["item"] for row in shown} == {"A-100"}
    assert "3 lines of 3 orders would change." in err
    before = [row.price for row in each_line(desk)]
    assert 12 not in before
    code, out, _ = run("update-prices", "--status", "open")
    assert code == 0
    assert out.startswith("Changed: 3 lines of 3 orders. This is mass change ")
    assert [row.price for row in each_line(desk)].count(12) == 3  # type: ignore[arg-type]
    assert "prices updated by document date" in run("undo-change", "--list")[1]
    assert run("undo-change")[:2] == (0, "Undone: 3 lines of 3 orders." + out.split(".", 1)[1])
    assert [row.price for row in each_line(desk)] == before


def test_an_order_that_somebody_changed_since_is_told_with_its_exit_code(run: Run, desk: Desk) -> None:
    set_sales_price(desk, "A-100", "12")
    run("update-prices", "--status", "open", "--manual")
    changed = next(row for row in each_line(desk, LineFilter(item="A-100")))
    change_by_hand(desk, changed.order_id)
    code, out, err = run("undo-change")
    assert code == 4
    assert out.startswith("Undone: 3 lines of 3 orders.")
    assert f"{changed.number} stays as it is" in err


def test_one_order_by_delivery_date(run: Run, desk: Desk) -> None:
    late = next(row for row in each_line(desk, LATE_LINES))
    set_sales_price(desk, late.item, "33")
    code, out, _ = run("update-prices", late.number, "--by", "delivery-date", "--manual", "--partly-executed")
    assert (code, "of 1 order." in out) == (0, True)
    assert {row.number for row in each_line(desk) if row.price == 33} == {late.number}


def test_commissions_are_for_supervisors(run: Run) -> None:
    code, out, err = run("recalculate-commissions", "--status", "all", user="somebody")
    assert (code, out) == (3, "")
    assert "P-71" in err
    assert run("recalculate-commissions", "--status", "open", "--dry-run")[2] == "Nothing would change.\n"
