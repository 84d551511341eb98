"""`fluorders price-list`: what comes out, what is written, and the exit codes (interfaces §1)."""

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
from fluorders_tui.services.price_lists import price_list
from fluorders_tui.services.registries import list_rows
from fluorders_tui.services.registry_saving import save_row

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def desk(sqlite_url: str) -> Iterator[Desk]:
    """A list with two prices."""
    store = Store(sqlite_url)
    fast_start(store, country="IT", company="Prova Srl", user="anna")
    made = open_desk(store, "anna")
    for code in ("A-1", "B-1"):
        save_row(made, "items", {"code": code, "description": code, "unit": "pc"})
    save_row(made, "price-list-types", {"code": "L", "name": "List"})
    save_row(
        made,
        "price-lists",
        {"code": "L-2026", "list_type": "L", "currency": "EUR", "valid_from": "2026-01-01"},
        children={"price-list-lines": [{"item": "A-1", "price": "10"}, {"item": "B-1", "price": "100"}]},
    )
    yield made
    store.dispose()


@pytest.fixture
def run(desk: Desk, sqlite_url: str, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command and give exit code, output and messages."""

    def do(*arguments: str) -> tuple[int, str, str]:
        code = main(["--database", sqlite_url, "--user", "anna", "price-list", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return do


def prices(desk: Desk, code: str = "L-2026") -> list[str]:
    return [f"{row.values['price']:.2f}" for row in list_rows(desk, "price-list-lines", parent=code).rows]


NINES = ("--bracket", "20:[=],[9][9]:2", "--bracket", ":[=]")


def test_a_dry_run_gives_each_price_and_writes_nothing(run: Run, desk: Desk) -> None:
    code, out, err = run("raise", "L-2026", "--percent", "3", *NINES, "--dry-run", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0
    assert [(row["item"], row["new_price"], row["beyond"]) for row in rows] == [
        ("A-1", "10.99", "yes"), ("B-1", "103", "no"),
    ]  # fmt: skip
    assert "nothing was stored" in err
    assert prices(desk) == ["10.00", "100.00"]
    code, out, _ = run("raise", "L-2026", "--percent", "3", *NINES, "--dry-run", "--format", "json")
    assert json.loads(out)[0]["beyond"] is True


def test_prices_rounded_too_far_stay_unless_accepted(run: Run, desk: Desk) -> None:
    code, out, err = run("raise", "L-2026", "--percent", "3", *NINES, "--format", "json")
    assert (code, json.loads(out)) == (
        0,
        [{"price_list": "L-2026", "rows": 2, "changed": 1, "left": 1, "stored": True}],
    )
    assert "--accept-beyond" in err
    assert prices(desk) == ["10.00", "103.00"]
    assert run("raise", "L-2026", "--amount=-0,5", *NINES, "--accept-beyond")[0] == 0
    assert prices(desk) == ["9.99", "103.00"]


def test_a_raise_may_be_a_new_version(run: Run, desk: Desk) -> None:
    arguments = ("raise", "L-2026", "--percent", "10", "--items", "a", "--new", "L-2027", "--from", "1.1.2027")
    assert run(*arguments)[0] == 0
    assert (prices(desk), prices(desk, "L-2027")) == (["10.00", "100.00"], ["11.00", "100.00"])
    assert str(price_list(desk, "L-2026").valid_to) == "2026-12-31"


def test_lists_are_copied_opened_and_closed(run: Run, desk: Desk) -> None:
    assert run("duplicate", "L-2026", "L-USD", "--from", "1.1.2027", "--currency", "USD", "--rate", "1,1")[0] == 0
    assert prices(desk, "L-USD") == ["11.00", "110.00"]
    assert run("open", "L-2026", "L-2027", "--from", "1.1.2027", "--dry-run")[0] == 0
    assert run("open", "L-2026", "L-2027", "--from", "1.1.2027")[0] == 0
    code, _, err = run("close", "L-2026", "--on", "30.11.2026")
    assert code == 0
    assert "No list L in EUR without VAT is valid from 2026-12-01" in err
    assert run("close", "L-2026", "--no-end")[0] == 0
    assert price_list(desk, "L-2026").valid_to is None


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("raise", "L-2O26", "--percent", "3"), 1, "Did you mean L-2026"),
        (("raise", "L-2026", "--percent", "0"), 1, "D-4.10"),
        (("raise", "L-2026", "--percent", "3", "--brand", "X"), 1, "no brand"),
        (("raise", "L-2026"), 2, "--percent"),
        (("raise", "L-2026", "--percent", "three"), 2, "--percent"),
        (("raise", "L-2026", "--percent", "3", "--bracket", "[=]"), 2, "is no bracket"),
        (("raise", "L-2026", "--percent", "3", "--bracket", "20:[=],[x]"), 2, "Position 6"),
        (("raise", "L-2026", "--percent", "3", "--new", "X"), 2, "--from"),
        (("raise", "L-2026", "--percent", "3", "--from", "1.1.2027"), 2, "--new"),
        (("duplicate", "L-2026", "X", "--from", "1.1.2026"), 1, "start on 2026-01-01"),
        (("duplicate", "L-2026", "X", "--from", "1.1.2026", "--dry-run"), 1, "D-4.1"),
        (("duplicate", "L-2026", "X", "--from", "31.2.2027"), 2, "--from"),
        (("close", "L-2026", "--on", "1.1.2025"), 1, "before it starts"),
        (("close", "L-2026"), 2, "--on"),
        (("shut", "L-2026"), 2, "shut"),
    ],
)
def test_what_is_wrong_has_its_exit_code(
    run: Run, desk: Desk, arguments: tuple[str, ...], code: int, words: str
) -> None:
    got, out, err = run(*arguments)
    assert (got, out) == (code, "")
    assert words in err
    assert prices(desk) == ["10.00", "100.00"]
    assert list_rows(desk, "price-lists").total == 1
