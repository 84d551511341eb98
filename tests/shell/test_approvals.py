"""Approvals and people from the shell: what is told, and exit codes (interfaces §1)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fluorders_tui.data.store import Store
from fluorders_tui.services.approvals import waiting
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.fast_start import fast_start
from fluorders_tui.services.registry_saving import save_row
from tests.services.credit_shop import entered, set_customer
from tests.shell.conftest import Run
from tests.shop import fill_shop


@pytest.fixture
def desk(sqlite_url: str) -> Iterator[Desk]:
    store = Store(sqlite_url)
    fast_start(store, country="IT", company="Prova Srl", user="anna")
    desk = open_desk(store, "anna")
    fill_shop(desk)
    save_row(desk, "users", {"code": "carla", "name": "Carla", "role": "supervisor"})
    yield desk
    store.dispose()


def test_what_waits_is_listed_and_decided(desk: Desk, run: Run) -> None:
    assert run("approvals")[::2] == (0, "Nothing waits for an approval.\n")
    set_customer(desk, "C0001", credit_limit="10")
    first, second = entered(desk, 1).number, entered(desk, 2).number
    code, said, _ = run("approvals", "--format", "csv", user="carla")
    rows = list(csv.DictReader(io.StringIO(said)))
    assert code == 0
    assert [(row["number"], row["excess"], row["kinds"], row["mine"]) for row in rows] == [
        (first, "2.2", "credit limit", "yes"),
        (second, "14.4", "credit limit", "yes"),
    ]
    assert json.loads(run("approvals", "--mine", "--format", "json")[1]) == []
    shown = json.loads(run("order", "show", first)[1])
    assert shown["status"] == "locked"
    assert shown["locks"][0].startswith("Credit limit of customer C0001: 12.20 of 10.00")
    code, said, told = run("approve", first, "--comment", "fine")
    assert (code, said) == (3, "")
    assert "Nobody approves their own" in told
    assert run("approve", first, "--comment", "fine", user="carla") == (0, f"{first}: entered\n", "")
    code, said, told = run("reject", second, first, "--comment", "too much", user="carla")
    assert (code, said) == (4, f"{second}: rejected\n")
    assert "nobody has to decide" in told
    assert run("reject", second, user="carla")[0] == 2
    assert run("approve", "2026-99999", user="carla")[0] == 1


def test_what_would_be_held_back_is_told_before_it_is_entered(desk: Desk, run: Run, tmp_path: Path) -> None:
    set_customer(desk, "C0001", credit_limit="10")
    file = tmp_path / "order.json"
    file.write_text(json.dumps({"customer": "C0001", "lines": [{"item": "A-100", "quantity": "1"}]}))
    code, said, _ = run("order", "new", str(file), "--dry-run")
    tried = json.loads(said)
    assert (code, tried["status"], tried["number"]) == (0, "draft", None)
    assert tried["locks"][0].startswith("Credit limit of customer C0001: 12.20 of 10.00")
    assert (
        "Would wait Credit limit of customer C0001"
        in run("order", "new", str(file), "--dry-run", "--format", "text")[1]
    )
    assert "Held back  Credit limit of customer C0001" in run("order", "new", str(file), "--format", "text")[1]
    (waits,) = waiting(desk)
    assert "Held back  Credit limit" in run("order", "show", waits.number, "--format", "text")[1]
    set_customer(desk, "C0001", credit_policy="warn")
    warned = json.loads(run("order", "new", str(file), "--dry-run")[1])
    assert (warned["locks"], [one["rule"] for one in warned["warnings"]]) == ([], ["D-11.1"])


def test_a_clerk_asks_for_releases(desk: Desk, run: Run) -> None:
    set_customer(desk, "C0001", credit_limit="50")
    free, held = entered(desk, 1).number, entered(desk, 9).number
    code, said, told = run("order", "ask", held, free, "2026-99999", "--comment", "He pays tomorrow")
    assert code == 4
    assert said.startswith(f"{held}: asked. Credit limit of customer C0001")
    assert "nobody has to decide" in told
    assert "There is no order" in told
    (one,) = waiting(desk)
    assert (one.asked_by, one.comment) == ("anna", "He pays tomorrow")
    assert run("approve", held, user="carla")[0] == 0
    story = run("status", held)[1]
    assert "kind nothing" not in story
    assert "limit 50.00, unpaid 0.00, other open orders 12.20" in " ".join(story.split())


def test_people(desk: Desk, run: Run) -> None:
    assert run("user", "add", "dario", "--role", "expediter") == (0, "dario: expediter\n", "")
    assert run("user", "role", "dario", "viewer") == (0, "dario: expediter → viewer\n", "")
    assert run("user", "add", "dario")[0] == 1
    code, _, told = run("user", "role", "dario", "supervisr")
    assert (code, "Did you mean supervisor?" in told) == (1, True)
    assert run("user", "add", "eva", user="carla")[0] == 3
    assert run("user", "remove", "dario")[0] == 0
    rows = json.loads(run("user", "list", "--format", "json")[1])
    assert [(row["name"], row["role"], row["active"]) for row in rows] == [
        ("anna", "administrator", True), ("carla", "supervisor", True), ("dario", "viewer", False),
    ]  # fmt: skip
    code, _, told = run("order", "confirm", entered(desk, 1).number, user="dario")
    assert (code, "Only clerk, supervisor or administrator may confirm orders" in told) == (3, True)
