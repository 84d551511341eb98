"""What a supervisor sets, from the shell: the next numbers; numberings, order types and parameters in and out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fluorders_tui.data.store import Store
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.fast_start import fast_start
from fluorders_tui.services.orders import enter_order
from tests.shell.conftest import Run
from tests.shop import draft, fill_shop


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    store = Store(database_url)
    fast_start(store, country="IT", company="Prova Srl", user="anna")
    desk = open_desk(store, "anna")
    fill_shop(desk)
    yield desk
    store.dispose()


def test_the_next_numbers_are_shown_and_none_is_taken(desk: Desk, run: Run) -> None:
    """D-9.3b."""
    year = desk.today().year
    enter_order(desk, draft(desk))
    for _ in range(2):
        code, out, _ = run("numbering", "preview", "ORD", "--count", "2", "--format", "json")
        assert code == 0
        assert [row["number"] for row in json.loads(out)] == [f"{year}-00002", f"{year}-00003"]
    _, out, _ = run("numbering", "preview", "ORD", "--date", f"{year + 1}-02-28", "--count", "1", "--format", "csv")
    assert out.split() == ["date,number", f"{year + 1}-02-28,{year + 1}-00001"]
    code, out, error = run("numbering", "preview", "NOPE")
    assert (code, out) == (1, "")
    assert "NOPE" in error


@pytest.mark.parametrize("table", ["numberings", "order-types", "company"])
def test_what_goes_out_comes_in_again_and_changes_nothing(run: Run, table: str, tmp_path: Path) -> None:
    """Interfaces §3."""
    file = tmp_path / f"{table}.csv"
    assert run("export", table, "--format", "csv", "-o", str(file))[0] == 0
    code, out, error = run("import", table, str(file), "--format", "json")
    assert (code, error) == (0, "")
    done = json.loads(out)
    assert (done["inserted"], done["changed"], done["errors"], done["warnings"]) == (0, 0, [], [])
    assert done["unchanged"] > 0
    assert run("import", table, "--template")[1].startswith(("code,", "name,"))


def test_a_format_that_repeats_a_number_names_row_and_column(run: Run, tmp_path: Path) -> None:
    """D-9.2, and a type without a numbering, a parameter without a row."""
    files = {
        "numberings": ("code,format,period\nN1,{year}-{number},yearly\nN2,{number},yearly\n", 3, "format", "D-9.2"),
        "order-types": ("code,name,numbering\nT1,Good,ORD\nT2,Bad,NOPE\n", 3, "numbering", "D-2"),
        "company": ("code,vat_code\ncompany,77\n", 2, "vat_code", "D-2"),
    }
    for table, (text, row, column, rule) in files.items():
        file = tmp_path / f"{table}.csv"
        file.write_text(text, encoding="utf-8")
        code, out, _ = run("import", table, str(file), "--format", "json")
        done = json.loads(out)
        assert (code, done["stored"]) == (1, False)
        assert [(one["row"], one["column"], one["rule"]) for one in done["errors"]] == [(row, column, rule)]


def test_a_new_type_is_numbered_at_once(desk: Desk, run: Run, tmp_path: Path) -> None:
    files = {
        "numberings": "code,format,period,start\nWEB,W{yy}-{number:03d},yearly,500\n",
        "order-types": "code,name,numbering,automatic_confirmation\nSHOP,Web shop,WEB,yes\n",
        "company": "code,order_type,minimum_order_value\ncompany,SHOP,\n",
    }
    for table, text in files.items():
        file = tmp_path / f"{table}.csv"
        file.write_text(text, encoding="utf-8")
        code, _, error = run("import", table, str(file))
        assert (code, error) == (0, "")
    number = enter_order(desk.refreshed(), draft(desk.refreshed())).number
    assert number == f"W{desk.today().year % 100:02d}-500"
