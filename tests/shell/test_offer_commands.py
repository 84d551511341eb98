"""The shell's commands about offers: in and out as JSON, their steps, conversion and back, the list, the story."""

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
from tests.services.supply_shop import rows
from tests.shell.conftest import Run
from tests.shop import fill_shop

DOCUMENT: dict[str, Any] = {
    "customer": "C0001",
    "reference": "RFQ\x1b[31m 1",
    "project": "Bridge",
    "probability": "40",
    "lines": [
        {"item": "A-100", "quantity": "12", "price": "8.00"},
        {"line_type": "note", "description": "Delivery as agreed"},
        {"item": "A-110", "quantity": "5"},
    ],
}
PROSPECT: dict[str, Any] = {
    "prospect": True,
    "name": "Nuova Srl",
    "address": {"city": "Torino", "country": "IT"},
    "lines": [{"item": "A-100", "quantity": "1"}],
}


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    store = Store(database_url)
    fast_start(store, country="IT", company="Prova Srl", user="anna")
    desk = open_desk(store, "anna")
    fill_shop(desk)
    yield desk
    store.dispose()


def document(tmp_path: Path, content: object) -> str:
    path = tmp_path / "given.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return str(path)


def made(run: Run, tmp_path: Path, content: object) -> Any:
    code, out, err = run("offer", "new", document(tmp_path, content))
    assert (code, err) == (0, "")
    return json.loads(out)


def test_an_offer_goes_in_and_comes_out_in_every_form(run: Run, tmp_path: Path) -> None:
    offer = made(run, tmp_path, DOCUMENT)
    assert (offer["type"], offer["status"], offer["version"], offer["prospect"]) == ("STD", "entered", 1, False)
    assert (offer["project"], offer["probability"], offer["confirmed_on"], offer["links"]) == ("Bridge", "40", None, [])
    assert offer["totals"]["items_net"] == "151.00"
    assert [(line["left"], line["conversion"]) for line in offer["lines"]] == [
        ("12", "open"), (None, None), ("5", "open"),
    ]  # fmt: skip
    assert json.loads(run("offer", "show", offer["number"])[1]) == offer
    again = json.loads(run("offer", "new", document(tmp_path, [offer]), "--dry-run")[1])
    assert (again[0]["number"], again[0]["status"]) == (None, "draft")
    assert again[0]["lines"][0]["price"] == "8.00"
    text = run("offer", "show", offer["number"], "--format", "text")[1]
    assert f"Offer {offer['number']}, version 1: entered" in text
    assert "\x1b" not in text
    table = list(csv.DictReader(io.StringIO(run("offer", "show", offer["number"], "--format", "csv")[1])))
    assert [(row["item"], row["left"]) for row in table] == [("A-100", "12"), ("", ""), ("A-110", "5")]


def test_a_prospect_goes_in_and_comes_out(run: Run, tmp_path: Path) -> None:
    offer = made(run, tmp_path, PROSPECT)
    assert (offer["prospect"], offer["customer"], offer["name"]) == (True, None, "Nuova Srl")
    assert offer["address"] == {"name": "Nuova Srl", "city": "Torino", "country": "IT"}
    again = json.loads(run("offer", "new", document(tmp_path, offer), "--dry-run")[1])
    assert (again["name"], again["address"]) == (offer["name"], offer["address"])
    code, out, _ = run("offer", "convert", offer["number"], "--confirm", "--dry-run")
    assert (code, json.loads(out)[0]["customer"]) == (0, "C0004")
    assert json.loads(out)[0]["conversion"]["new_customer"] == "C0004"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"probabilty": "1"}, 2, "probabilty"),
        ({"probability": "120"}, 1, "probability"),
        ({"valid_until": "2020-01-01"}, 1, "valid_until"),
        ({"prospect": True}, 2, "name"),
        ({"customer": "C9"}, 1, "customer"),
        ({"type": "NONE"}, 1, "type"),
        ({"lines": [{"item": "A-100", "quantity": "1"}, {"item": "NONE", "quantity": "1"}]}, 1, "lines[2].item"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    run: Run, tmp_path: Path, desk: Desk, change: dict[str, Any], code: int, field: str
) -> None:
    found, out, err = run("offer", "new", document(tmp_path, DOCUMENT | change))
    assert (found, out) == (code, "")
    assert field in err
    assert rows(desk, "SELECT id FROM offer") == []


def test_the_steps_of_an_offer(run: Run, tmp_path: Path) -> None:
    number = made(run, tmp_path, DOCUMENT)["number"]
    assert json.loads(run("offer", "confirm", number)[1])["status"] == "confirmed"
    assert run("offer", "confirm", number)[0] == 1
    newer = json.loads(run("offer", "version", number)[1])
    assert (newer["number"], newer["version"], newer["status"]) == (number, 2, "entered")
    old = json.loads(run("offer", "show", number, "--version", "1")[1])
    assert (old["status"], old["newest"]) == ("superseded", False)
    copy = json.loads(run("offer", "duplicate", number, "--customer", "C0002", "--reprice")[1])
    assert (copy["customer"], copy["version"], copy["lines"][0]["price"]) == ("C0002", 1, "10.00")
    lost = json.loads(run("offer", "lose", number, copy["number"], "--reason", "price")[1])
    assert [(one["status"], one["lost_reason"]) for one in lost] == [
        ("lost", "Price too high"),
        ("lost", "Price too high"),
    ]
    assert run("offer", "show", "99")[0] == 1
    assert run("offer", "lose", number)[0] == 2


def test_an_offer_is_converted_and_taken_back(run: Run, tmp_path: Path, desk: Desk) -> None:
    number = made(run, tmp_path, DOCUMENT)["number"]
    assert run("offer", "convert", number)[0] == 1
    code, out, _ = run("offer", "convert", number, "--confirm", "--dry-run")
    assert (code, json.loads(out)[0]["number"]) == (0, None)
    assert rows(desk, "SELECT id FROM customer_order") == []
    code, out, err = run("offer", "convert", number, "--confirm")
    (order,) = json.loads(out)
    assert code == 0
    assert [link["number"] for link in order["links"]] == [number] * 3
    offer = json.loads(run("offer", "show", number)[1])
    assert (offer["status"], offer["conversion"]) == ("converted", "fully converted")
    assert (offer["lines"][0]["left"], offer["lines"][0]["orders"]) == ("0", [order["number"]])
    assert {link["number"] for link in offer["links"]} == {order["number"]}
    again = run("offer", "convert", number)
    assert again[0] == 1
    assert f"anna made {order['number']} of it" in again[2]
    story = json.loads(run("status", order["number"], "--format", "json")[1])
    told = [(link["line"], link["direction"], link["number"], link["quantity"]) for link in story["links"]]
    assert [one for one in told if one[0]] == [(1, "from", number, "12"), (3, "from", number, "5")]
    assert f"line 1: 12 from offer {number}, line 1; converted" in run("status", order["number"])[1]
    other = json.loads(run("status", number.lower(), "--format", "json")[1])
    assert (other["kind"], other["status"], other["customer"]) == ("offer", "converted", "C0001")
    assert [(one["done"], one["item"]) for one in other["lines"] if one["item"]] == [("12", "A-100"), ("5", "A-110")]
    assert {one["number"] for one in other["links"]} == {order["number"]}
    text = run("status", number)[1]
    assert f"line 3: 5 to customer order {order['number']}, line 3; entered" in text
    assert "anna converted the offer" in text
    assert f"fluorders offer show {number}" in text
    assert len(list(csv.DictReader(io.StringIO(run("status", number, "--format", "csv")[1])))) == 3
    assert run("offer", "undo", err.split()[-1])[:2] == (0, f"{order['number']} cancelled\n")
    assert run("offer", "undo", err.split()[-1])[0] == 4
    assert run("offer", "undo", "x")[0] == 2
    assert json.loads(run("offer", "show", number)[1])["status"] == "confirmed"


def test_what_would_come_is_shown_and_runs_are_listed(run: Run, tmp_path: Path) -> None:
    first, second = made(run, tmp_path, DOCUMENT)["number"], made(run, tmp_path, PROSPECT)["number"]
    asked = ("offer", "convert", first, second, "--confirm", "--date", "2026-12-01", "--customer", f"{second}=NUOVA")
    code, out, _ = run(*asked, "--dry-run", "--format", "text")
    assert code == 0
    assert f"Made of    {first}\n" in out
    assert "Prospect   Nuova Srl becomes new customer NUOVA" in out
    assert f"Confirms   {second}" in out
    would = json.loads(run(*asked, "--dry-run")[1])
    assert [one["conversion"]["offers"] for one in would] == [[first], [second]]
    assert [(one["date"], one["conversion"]["run"]) for one in would] == [("2026-12-01", None)] * 2
    assert would[1]["conversion"]["new_customer"] == "NUOVA"
    code, out, _ = run(*asked)
    (number, other) = [one["number"] for one in json.loads(out)]
    assert {one["conversion"]["run"] for one in json.loads(out)} == {1}
    (listed,) = json.loads(run("offer", "runs", "--format", "json")[1])
    assert (listed["run"], listed["what"], listed["undone_at"]) == (1, f"{first}, {second} → {number}, {other}", None)
    assert f"{number} would be cancelled, made of {first}\n" in run("offer", "undo", "1", "--dry-run")[1]
    assert run("offer", "undo", "1")[0] == 0
    assert json.loads(run("offer", "runs", "--format", "json")[1])[0]["undone_by"] == "anna"
    assert run("offer", "convert", first, "--on", "2026-12-01")[0] == 2
    assert run("offer", "convert", first, "--customer", "X")[0] == 2


def test_single_lines_are_converted_in_part(run: Run, tmp_path: Path) -> None:
    first, second = made(run, tmp_path, DOCUMENT)["number"], made(run, tmp_path, PROSPECT)["number"]
    (order,) = json.loads(run("offer", "convert", first, "--confirm", "--line", "1=5", "--line", "3=0")[1])
    goods = [(line["item"], line["quantity"]) for line in order["lines"] if line["line_type"] == "coded"]
    assert goods == [("A-100", "5")]
    offer = json.loads(run("offer", "show", first)[1])
    assert (offer["conversion"], [line["left"] for line in offer["lines"]]) == ("partly converted", ["7", None, "5"])
    for wrong, code in (("1=8", 1), ("9=1", 2), ("2=1", 2), ("1", 2), (f"{second}:1=1", 2)):
        assert run("offer", "convert", first, "--line", wrong)[0] == code, wrong
    # Of several offers the line says whose it is; the others go whole.
    assert run("offer", "convert", first, second, "--confirm", "--line", "1=2")[0] == 2
    orders = json.loads(run("offer", "convert", first, second, "--confirm", "--line", f"{first}:3=2")[1])
    goods = [(line["item"], line["quantity"]) for order in orders for line in order["lines"] if line["item"]]
    assert goods == [("A-110", "2"), ("A-100", "1")]


def test_offers_are_listed(run: Run, tmp_path: Path) -> None:
    for content in (DOCUMENT, PROSPECT):
        made(run, tmp_path, content)
    found = json.loads(run("offers", "--format", "json")[1])
    assert [(row["customer_name"], row["status"]) for row in found] == [
        ("Nuova Srl", "entered"), ("Rossi [Milano]", "entered"),
    ]  # fmt: skip
    assert json.loads(run("offers", "--expiring", "--format", "json")[1]) == []
    assert len(json.loads(run("offers", "--expiring", "30", "--format", "json")[1])) == 2
    assert len(json.loads(run("offers", "--customer", "C0001", "--status", "entered", "--format", "json")[1])) == 1
    assert "No offer fits" in run("offers", "--convertible")[2]
    assert run("offers", "--status", "entred")[0] == 2
    assert run("offers", "--customer", "C9")[0] == 1
