"""Approvals and people from the shell: what is told, and exit codes (interfaces §1)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator

import pytest

from fluorders_tui.cli import main
from fluorders_tui.data.store import Store
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.fast_start import fast_start
from fluorders_tui.services.registry_saving import save_row
from tests.services.credit_shop import entered, set_customer
from tests.shop import fill_shop

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def desk(sqlite_url: str) -> Iterator[Desk]:
    store = Store(sqlite_url)
    fast_start(store, country="IT", company="Prova Srl", user="anna")
    desk = open_desk(store, "anna")
    fill_shop(desk)
    save_row(desk, "users", {"code": "carla", "name": "Carla", "role": "supervisor"})
    yield desk
    store.dispose()


@pytest.fixture
def run(desk: Desk, sqlite_url: str, capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: str, user: str = "anna") -> tuple[int, str, str]:
        code = main(["--database", sqlite_url, "--user", user, *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


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
