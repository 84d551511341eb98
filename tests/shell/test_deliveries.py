"""The shell's commands about deliveries and availability."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

import pytest

from fluorders_tui.data.store import Store
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.fast_start import fast_start
from fluorders_tui.services.orders import enter_order
from fluorders_tui.services.registry_saving import save_row
from tests.conftest import FixedClock
from tests.services.supply_shop import bought, fill_supply_shop, ordered, set_stock
from tests.shell.conftest import Run
from tests.shop import draft


@pytest.fixture
def desk(sqlite_url: str, clock: FixedClock) -> Iterator[Desk]:
    store = Store(sqlite_url)
    fast_start(store, country="IT", company="Prova Srl", user="anna", clock=clock)
    desk = open_desk(store, "anna", clock=clock)
    fill_supply_shop(desk)
    set_stock(desk, "A-100", "30")
    yield desk
    store.dispose()


def test_an_order_is_delivered_shown_listed_and_taken_back(run: Run, desk: Desk) -> None:
    number = ordered(desk, ("A-100", 10), ("A-110", 4)).number
    code, out, err = run("deliver", number, "--line", "1=4", "--line", "1=2", "--dry-run", "--format", "json")
    seen = json.loads(out)["deliveries"][0]
    assert (code, err, seen["number"], [line["quantity"] for line in seen["lines"]]) == (0, "", None, ["6"])
    made = json.loads(run("deliver", number, "--line", "1=6", "--format", "json")[1])
    assert made["orders"] == [{"number": number, "status": "partially executed"}]
    assert made["deliveries"][0]["number"] == "DN2026-00001"
    code, out, err = run("deliver", number, "--line", "1=1", "--force-rest", "--reason", "sold\x1b out")
    assert (code, "\x1b" in out, "; the rest is closed" in out) == (0, False, True)
    assert json.loads(run("order", "show", number)[1])["lines"][0]["status"] == "forcibly executed"
    text = run("delivery", "show", "DN2026-00001")[1]
    assert text.startswith("Delivery note DN2026-00001: issued\n")
    assert "6 pc A-100 Hex bolt M10" in text
    code, out, err = run("delivery", "undo", "DN2026-00002", "--reason", "wrong", "--format", "json")
    assert (code, json.loads(out)["status"], err) == (0, "undone", f"fluorders: order {number}: partially executed\n")
    assert run("delivery", "undo", "DN2026-00001", "--line", "1=2", "--format", "json")[0] == 0
    assert json.loads(run("order", "show", number)[1])["lines"][0]["executed"] == "4"
    rows = list(csv.DictReader(io.StringIO(run("deliveries", "--order", number, "--format", "csv")[1])))
    assert [(row["number"], row["status"]) for row in rows] == [
        ("DN2026-00002", "undone"),
        ("DN2026-00001", "partly undone"),
    ]
    assert "DN2026-00001" in run("deliveries", "--find", "rossi", "--status", "partly undone")[1]
    assert run("deliveries", "--item", "B-900")[2] == "No delivery fits.\n"


def test_all_orders_of_a_customer_in_one_note(run: Run, desk: Desk) -> None:
    numbers = [ordered(desk, ("A-100", 1)).number for _ in range(2)]
    assert "DN2026-00001" in run("deliver", *numbers)[1]
    assert run("deliver", *numbers, "--line", "1=1")[0] == 2


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--line", "1=11"), 1, "D-15.4"),
        (("--line", "9=1"), 1, "no line 9"),
        (("--line", "x=1"), 2, "no line's number"),
        (("--line", "1"), 2, "names no quantity"),
        (("--type", "NO"), 1, "no fulfilment type"),
        (("--warehouse", "NO"), 1, "no warehouse"),
    ],
)
def test_what_is_refused_says_why(run: Run, desk: Desk, arguments: tuple[str, ...], code: int, said: str) -> None:
    number = ordered(desk, ("A-100", 10)).number
    result = run("deliver", number, *arguments)
    assert (result[0], said in result[2]) == (code, True), result


def test_only_confirmed_orders_and_unknown_numbers(run: Run, desk: Desk) -> None:
    number = enter_order(desk, draft(desk)).number
    code, _, err = run("deliver", number)
    assert (code, "D-15.1" in err, "Confirm it first." in err) == (1, True, True)
    assert run("deliver", "NOBODY")[0] == 1
    assert run("delivery", "show", "NOBODY")[0] == 1


def test_more_than_there_is_warns(run: Run, desk: Desk) -> None:
    number = ordered(desk, ("A-100", 31)).number
    assert "warning: A-100: 31 go" in run("deliver", number)[2]


def test_what_is_free_and_when(run: Run, desk: Desk) -> None:
    ordered(desk, ("A-100", 40))
    bought(desk, ("A-100", 50))
    found = json.loads(run("availability", "A-100", "--quantity", "20", "--format", "json")[1])
    assert (found["stock"], found["free_now"], found["free_from"]) == ("30", "-10", "2026-12-04")
    later = json.loads(run("availability", "A-100", "--date", "2026-12-31", "--format", "json")[1])
    assert (later["available"], later["available_to_promise"], later["free_from"]) == ("40", "40", None)
    days = list(csv.DictReader(io.StringIO(run("availability", "A-100", "--format", "csv")[1])))
    assert [row["available_to_promise"] for row in days] == ["-10", "40"]
    text = run("availability", "A-100", "--date", "+14", "--quantity", "99")[1]
    assert "Free now    -10 pc" in text
    assert "Free from   not known" in text
    assert run("availability", "NOBODY")[0] == 1
    assert "not known" in run("availability", "B-900")[1]


def test_a_viewer_does_not_deliver(run: Run, desk: Desk) -> None:
    number = ordered(desk, ("A-100", 1)).number
    save_row(desk, "users", {"code": "vera", "role": "viewer"})
    assert run("deliver", number, "--user", "vera")[0] == 3
