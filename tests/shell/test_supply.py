"""The shell's commands about supplier orders: in and out as JSON, what suppliers do, convert, propose, decide."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fluorders_tui.data.store import Store
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.fast_start import fast_start
from tests.conftest import FixedClock
from tests.services.supply_shop import bought, fill_supply_shop, ordered, rows
from tests.shell.conftest import Run

DOCUMENT: dict[str, Any] = {
    "supplier": "S1",
    "reference": "PO\x1b[31m 1",
    "lines": [{"item": "A-100", "quantity": "10"}, {"item": "S1-A-110", "quantity": "2", "uom": "box", "price": "80"}],
}


@pytest.fixture
def desk(sqlite_url: str, clock: FixedClock) -> Iterator[Desk]:
    store = Store(sqlite_url)
    fast_start(store, country="IT", company="Prova Srl", user="anna", clock=clock)
    desk = open_desk(store, "anna", clock=clock)
    fill_supply_shop(desk)
    yield desk
    store.dispose()


def document(tmp_path: Path, content: object) -> str:
    path = tmp_path / "given.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return str(path)


def test_a_supplier_order_goes_in_and_comes_out_in_every_form(run: Run, tmp_path: Path) -> None:
    code, out, err = run("supplier-order", "new", document(tmp_path, DOCUMENT))
    made = json.loads(out)
    assert (code, err, made["status"], made["totals"]["net"]) == (0, "", "entered", "220.00")
    assert [(line["item"], line["supplier_item"], line["net"]) for line in made["lines"]] == [
        ("A-100", "S1-A-100", "60.00"), ("A-110", "S1-A-110", "160.00"),
    ]  # fmt: skip
    assert json.loads(run("supplier-order", "show", made["number"])[1]) == made
    again = json.loads(run("supplier-order", "new", document(tmp_path, [made]), "--dry-run")[1])
    assert (again[0]["number"], again[0]["status"]) == (None, "draft")
    assert again[0]["lines"] == made["lines"]
    text = run("supplier-order", "show", made["number"], "--format", "text")[1]
    assert "Supplier order SO" in text
    assert "\x1b" not in text
    table = list(csv.DictReader(io.StringIO(run("supplier-order", "show", made["number"], "--format", "csv")[1])))
    assert [(row["item"], row["open"]) for row in table] == [("A-100", "10"), ("A-110", "2")]


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"suplier": "S1"}, 2, "suplier"),
        ({"lines": [{"item": "A-100"}]}, 2, "lines[1].quantity"),
        ({"destination": "D1"}, 2, "destination"),
        ({"supplier": "S9"}, 1, "supplier"),
        ({"lines": [{"item": "A-100", "quantity": "1"}, {"item": "NONE", "quantity": "1"}]}, 1, "lines[2].item"),
        ({"warehouse": "NOWHERE"}, 1, "warehouse"),
        ({"drop_ship": True}, 1, "destination"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    run: Run, desk: Desk, tmp_path: Path, change: dict[str, Any], code: int, field: str
) -> None:
    done = run("supplier-order", "new", document(tmp_path, {**DOCUMENT, **change}))
    assert (done[0], done[1]) == (code, "")
    assert field in done[2]
    assert rows(desk, "SELECT id FROM supplier_order") == []


def test_what_the_supplier_does(run: Run, desk: Desk) -> None:
    number = bought(desk, ("A-100", 10), ("A-110", 4)).number
    code, out, _ = run(
        "supplier-order", "confirm", number, "--line", "1=8", "--date", "2=2027-01-11", "--format", "json"
    )
    lines = json.loads(out)["lines"]
    assert code == 0
    assert (lines[0]["confirmed_quantity"], lines[1]["confirmed_date"]) == ("8", "2027-01-11")
    assert run("supplier-order", "receive", number, "--line", "1=9")[0] == 1
    assert "8 received" in run("supplier-order", "receive", number, "--line", "1=8")[1]
    assert run("supplier-order", "receive", number, "--line", "1")[0] == 2
    assert run("supplier-order", "receive", number, "--line", "0=1")[0] == 2
    assert run("supplier-order", "cancel", number)[0] == 2
    assert "received" in run("supplier-order", "cancel", number, "--line", "2", "--reason", "sold out")[1]
    assert "confirmed" in run("supplier-order", "receive", number, "--undo")[1]
    assert run("supplier-order", "show", "SO2026-99999")[0] == 1


def test_the_list_is_filtered_sorted_and_found(run: Run, desk: Desk) -> None:
    first, second = bought(desk, ("A-100", 10)), bought(desk, ("A-120", 5), supplier="S2")

    def numbers(*options: str) -> list[str]:
        return [row["number"] for row in json.loads(run("supplier-orders", *options, "--format", "json")[1])]

    assert numbers() == [second.number, first.number]
    assert numbers("--sort", "number") == [first.number, second.number]
    assert numbers("--sort", "total", "--limit", "1") == [first.number]
    assert numbers("--supplier", "S2") == numbers("--item", "A-120") == numbers("--find", "beta") == [second.number]
    assert numbers("--find", first.number) == numbers("--find", "1") == [first.number]
    assert numbers("--status", "received") == numbers("--late") == numbers("--until", "2026-01-01") == []
    assert numbers("--status", "open", "--find", "so2026") == [second.number, first.number]
    assert run("supplier-orders", "--status", "opn")[0] == 2
    assert first.number in run("supplier-orders")[1]


def test_a_supplier_order_becomes_customer_orders(run: Run, desk: Desk) -> None:
    number = bought(desk, ("A-100", 10), ("A-110", 4)).number
    options = ("supplier-order", "convert", number, "--customer", "C0001", "--line", "1=6", "--markup", "25")
    shown = json.loads(run(*options, "--dry-run")[1])
    assert [line["price"] for line in shown[0]["lines"]] == ["7.50"]
    assert rows(desk, "SELECT id FROM customer_order") == []
    code, out, err = run(*options, "--drop-ship")
    (made,) = json.loads(out)
    assert (code, made["lines"][0]["status"]) == (0, "on supply")
    assert err.startswith("fluorders: run ")
    (link,) = made["links"]
    assert (link["direction"], link["number"], link["status"], link["quantity"], link["mode"]) == (
        "from", number, "entered", "6", "drop-ship",
    )  # fmt: skip
    other = json.loads(run("supplier-order", "show", number)[1])
    assert [(one["direction"], one["number"], one["due"]) for one in other["links"]] == [
        ("to", made["number"], "2026-12-04")
    ]
    assert other["lines"][0]["promised"] == "6"
    told = json.loads(run("status", number, "--format", "json")[1])
    assert (told["kind"], told["supplier"], told["status"]) == ("supplier order", "S1", "entered")
    assert [(one["direction"], one["number"], one["quantity"]) for one in told["links"]] == [
        ("to", made["number"], "6")
    ]
    assert "entered the supplier order" in run("status", number)[1]
    rest = json.loads(run("supplier-order", "convert", number, "--customer", "C0002")[1])
    assert [line["quantity"] for line in rest[0]["lines"]] == ["4", "4"]
    assert run("supplier-order", "convert", number, "--customer", "C0002")[0] == 1
    assert run("supplier-order", "convert", number, "--customer", "C9")[0] == 1


def test_proposals_are_listed_ordered_and_taken_back(run: Run, desk: Desk) -> None:
    order = ordered(desk, ("A-100", 3), ("A-110", 2))
    (first, second) = json.loads(run("supply-proposals", "--strategy", "best-price", "--format", "json")[1])
    assert (first["order"], first["supplier"], first["quantity"], second["supplier"]) == (order.number, "S2", "3", "S3")
    assert "A-110" in run("supply-proposals", "--item", "A-110")[1]
    assert run("supply-proposals", "--dry-run")[1].count("Acme") == 1
    assert rows(desk, "SELECT id FROM supplier_order") == []
    code, out, err = run("supply-proposals", "--write", "--format", "csv")
    assert (code, out.splitlines()[1].split(",")[:2]) == (0, ["SO2026-00001", "S1"])
    run_id = err.split()[-1]
    assert run("supply-proposals")[2] == "Nothing is to be ordered.\n"
    assert run("supply-proposals", "--undo", run_id)[0] == 0
    assert run("supply-proposals", "--undo", run_id)[0] == 4
    assert "anna" in run("supply-proposals", "--runs")[1]
    assert run("supply-proposals", "--write", "--item", "B-900")[0] == 1


def test_exceptions_are_listed_and_decided(run: Run, desk: Desk) -> None:
    order = ordered(desk, ("A-100", 10))
    run("supply-proposals", "--write")
    run("supplier-order", "confirm", "1", "--line", "1=4")
    (one,) = json.loads(run("supply-exceptions", "--format", "json")[1])
    assert (one["order"], one["kind"], one["quantity"], one["choices"]) == (
        order.number, "confirmed short", "6", "elsewhere force",
    )  # fmt: skip
    assert "confirmed short" in run("supply-exceptions", "--urgent")[1]
    link = str(one["link"])
    assert run("supply-exceptions", "--decide", link, "nothing")[0] == 2
    assert run("supply-exceptions", "--decide", link, "accept")[0] == 1
    code, _, err = run("supply-exceptions", "--decide", link, "elsewhere")
    assert code == 0
    assert f"--order {order.number} --item A-100 --without S1" in err
    assert run("supply-exceptions")[2] == "Nothing waits for a decision.\n"
