"""The shell's commands about orders and databases, as processes of their own."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fluorders_tui.data.store import Store
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.order_list import each_order
from tests.services.orders_on_list import fill_orders, fill_registries

Run = Callable[..., subprocess.CompletedProcess[str]]
DOCUMENT = {"customer": "C0001", "reference": "PO\x1b[31m 1", "lines": [{"item": "A-100", "quantity": "3"}]}


def fluorders(url: str, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command as somebody in a shell does."""
    command = [sys.executable, "-m", "fluorders_tui", "--database", url, "--user", "anna", *arguments]
    return subprocess.run(command, input=given, capture_output=True, text=True, check=False)


@pytest.fixture
def run(italian_desk: Desk) -> Run:
    fill_registries(italian_desk)
    fill_orders(italian_desk, 12)
    url = italian_desk.store.url.set(drivername=italian_desk.store.url.get_backend_name())
    return lambda *arguments, **options: fluorders(url.render_as_string(False), *arguments, **options)


def test_an_order_goes_in_and_comes_out_in_every_form(run: Run) -> None:
    done = run("order", "new", "-", given=json.dumps(DOCUMENT))
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    number = document["number"]
    assert json.loads(run("order", "show", number).stdout) == document
    status = json.loads(run("status", number, "--format", "json").stdout)
    assert (status["number"], status["total"]) == (number, document["totals"]["total"])
    assert [line["net"] for line in status["lines"]] == ["30.00"]
    text = run("status", number).stdout
    assert f"Order {number}" in text
    assert "anna entered the order: 1 line" in text
    assert "\x1b" not in text
    assert "\x1b" not in run("order", "show", number, "--format", "text").stdout
    assert max(map(len, text.splitlines())) <= 80
    rows = list(csv.DictReader(io.StringIO(run("status", number, "--format", "csv").stdout)))
    assert [(row["number"], row["item"], row["quantity"]) for row in rows] == [(number, "A-100", "3")]


def test_a_refused_list_names_every_place_and_enters_nothing(run: Run) -> None:
    bad = {"customer": "C0001", "lines": [{"item": "A-101", "quantity": "1"}, {"item": "A-100", "quantity": "0"}]}
    done = run("order", "new", "-", given=json.dumps([DOCUMENT, bad]))
    assert (done.returncode, done.stdout) == (1, "")
    assert "[2].lines[1].item" in done.stderr
    assert "[2].lines[2].quantity" in done.stderr
    assert len(json.loads(run("orders", "--format", "json").stdout)) == 12
    assert run("order", "new", "-", given='{"custmer": 1}').returncode == 2


def test_orders_are_listed_filtered_and_written(run: Run, italian_desk: Desk, tmp_path: Path) -> None:
    numbers = [row.number for row in each_order(italian_desk)]
    rows = json.loads(run("orders", "--format", "json").stdout)
    assert [row["number"] for row in rows] == numbers
    late = json.loads(run("orders", "--late", "--format", "json").stdout)
    assert late
    assert all(row["late"] for row in late)
    some = list(
        csv.DictReader(io.StringIO(run("orders", "--status", "open", "--limit", "2", "--format", "csv").stdout))
    )
    assert [row["status"] for row in some] <= ["entered", "confirmed"]
    assert len(some) == 2
    assert {row["customer"] for row in json.loads(run("orders", "--find", "bianchi", "--format", "json").stdout)} == {
        "C0002"
    }
    sheet = tmp_path / "orders.xlsx"
    assert run("orders", "--format", "xlsx", "-o", str(sheet)).returncode == 0
    assert sheet.read_bytes()[:2] == b"PK"
    assert max(map(len, run("orders").stdout.splitlines())) <= 80
    wrong = run("orders", "--status", "confrmed")
    assert (wrong.returncode, "confirmed" in wrong.stderr) == (2, True)
    unknown = run("orders", "--customer", "C0009")
    assert (unknown.returncode, "C0001" in unknown.stderr) == (1, True)
    assert run("orders", "--since", "yesterday").returncode == 2


def test_an_unknown_number_is_refused_with_the_near_ones(run: Run) -> None:
    number = json.loads(run("orders", "--format", "json", "--limit", "1").stdout)[0]["number"]
    done = run("status", number.replace("2026", "2020"))
    assert (done.returncode, done.stdout) == (1, "")
    assert number in done.stderr


def test_status_needs_no_object_layer(run: Run, italian_desk: Desk) -> None:
    number = next(iter(each_order(italian_desk))).number
    url = italian_desk.store.url.set(drivername=italian_desk.store.url.get_backend_name()).render_as_string(False)
    code = (
        "import sys; from fluorders_tui.cli import main\n"
        f"assert main(['--database', {url!r}, 'status', {number!r}]) == 0\n"
        "heavy = {'sqlalchemy', 'sqlmodel', 'pydantic', 'babel', 'alembic', 'textual', 'openpyxl'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_check_finds_a_healthy_desk_and_names_what_is_missing(run: Run, tmp_path: Path) -> None:
    done = run("check", "--full")
    assert done.returncode == 0, done.stdout
    assert "0 wrong" in done.stdout
    found = {one["subject"]: one["state"] for one in json.loads(run("check", "--format", "json").stdout)}
    assert {found[name] for name in ("database", "schema", "writing", "company", "clock")} <= {"ok", "warning"}
    nothing = fluorders(f"{tmp_path}/none.db", "check")
    assert nothing.returncode == 5
    assert "fluorders init" in nothing.stdout
    assert not (tmp_path / "none.db").exists()


def test_a_backup_is_made_and_restored_only_when_told(sqlite_url: str, tmp_path: Path) -> None:
    backup = tmp_path / "b"
    assert fluorders(sqlite_url, "backup", str(backup)).returncode == 0
    again = fluorders(sqlite_url, "backup", str(backup))
    assert (again.returncode, "--force" in again.stderr) == (1, True)
    unasked = fluorders(sqlite_url, "restore", str(backup))
    assert (unasked.returncode, "--yes" in unasked.stderr) == (2, True)
    done = fluorders(sqlite_url, "restore", str(backup), "--yes")
    assert done.returncode == 0, done.stderr
    assert "before-restore" in done.stdout
    backup.write_bytes(backup.read_bytes()[:5000])
    assert fluorders(sqlite_url, "restore", str(backup), "--yes").returncode == 2
    with Store(sqlite_url).read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM alembic_version").scalar() == 1
