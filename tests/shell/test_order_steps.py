"""Steps of orders from the shell: one or many, dry runs, exit codes of the gravest refusal (interfaces §1)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

import pytest

from fluorders_tui.data.store import Store
from fluorders_tui.domain.header import set_text
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.fast_start import fast_start
from fluorders_tui.services.holding import held
from fluorders_tui.services.orders import enter_order, open_order
from fluorders_tui.services.registry_saving import save_row
from tests.shell.conftest import Run
from tests.shop import draft, fill_shop


@pytest.fixture
def desk(sqlite_url: str) -> Iterator[Desk]:
    store = Store(sqlite_url)
    fast_start(store, country="IT", company="Prova Srl", user="anna")
    desk = open_desk(store, "anna")
    fill_shop(desk)
    save_row(desk, "users", {"code": "carla", "name": "Carla", "role": "clerk"})
    yield desk
    store.dispose()


def test_steps_of_several_orders_and_what_is_refused(desk: Desk, run: Run) -> None:
    first, second = (enter_order(desk, draft(desk, ("A-100", 2), ("A-110", 1))).number for _ in range(2))
    code, said, told = run("order", "confirm", first, second, "--dry-run")
    assert (code, told) == (0, "")
    assert f"{first} Rossi [Milano]: would be entered → confirmed" in said
    assert "line 1 A-100 Hex bolt M10: inserted → confirmed, 2 pc left" in said
    assert open_order(desk, first).draft.status.value == "entered"
    assert run("order", "confirm", first) == (0, f"{first}: entered → confirmed\n", "")
    code, said, told = run("order", "confirm", first, "2026-99999", second)
    assert (code, said) == (1, f"{second}: entered → confirmed\n")
    assert "There is no order '2026-99999'" in told
    assert f"{first}: Order {first} is confirmed" in told
    assert "D-12.3" in told
    # A clerk confirms, but doesn't take it back.
    code, said, told = run("order", "reopen", first, user="carla")
    assert (code, said) == (3, "")
    code, said, _ = run("order", "cancel", first, "--line", "2", "--reason", "stock", "--comment", "gone", user="carla")
    assert (code, said) == (0, f"{first}: confirmed, revision 1\n")
    code, said, told = run("order", "cancel", first, second, "--line", "1", "--reason", "stock")
    assert (code, said) == (2, "")
    code, said, told = run("order", "cancel", second, "--reason", "because")
    assert (code, said) == (1, "")
    assert "CUSTOMER" in told
    code, said, _ = run("order", "force", first, second, "--reason", "no more", "--format", "json")
    assert code == 0
    assert [(row["before"], row["status"], row["done"]) for row in json.loads(said)] == [
        ("confirmed", "forcibly executed", True)
    ] * 2
    code, said, _ = run("order", "unforce", first, "--format", "csv")
    assert next(csv.DictReader(io.StringIO(said)))["status"] == "confirmed"
    assert run("order", "cancel", first, "--reason", "ERROR")[0] == 0
    assert run("order", "archive", first, second)[0] == 0
    code, said, told = run("status", first)
    assert "anna cancelled the order" in said
    assert "Entered by mistake" in said
    assert "put" not in told


def test_a_copy_is_unapproved_unlocked_and_undated_and_one_is_put_aside(desk: Desk, run: Run) -> None:
    """D-12.8."""
    number = enter_order(desk, set_text(draft(desk, ("A-100", 2), ("A-110", 1)), "reference", "PO 7")).number
    run("order", "confirm", number)
    run("order", "cancel", number, "--line", "2", "--reason", "STOCK")
    code, said, _ = run("order", "duplicate", number, "--dry-run")
    assert (code, json.loads(said)["number"]) == (0, None)
    code, said, _ = run("order", "duplicate", number, "--customer", "C0002")
    copy = json.loads(said)
    assert code == 0
    assert (copy["customer"], copy["status"], copy["reference"], copy["revision"]) == ("C0002", "entered", None, 0)
    # The cancelled line is one that may be sold again.
    assert [(line["item"], line["net"], line["status"]) for line in copy["lines"]] == [
        ("A-100", "20.00", "inserted"), ("A-110", "11.00", "inserted"),
    ]  # fmt: skip
    assert copy["links"] == []
    code, said, _ = run("order", "hold", number)
    assert (code, said) == (0, f"On hold: Rossi [Milano] · {number} · 2 lines\n")
    assert [one.title for one in held(desk)] == [f"Rossi [Milano] · {number} · 2 lines"]
    assert run("order", "duplicate", "2026-99999")[0] == 1
