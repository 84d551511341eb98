"""`fluorders print`: the file, the preview, the printer, and what is wrong said before anything is marked."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
from pathlib import Path

import pytest

from fluorders_tui.cli import main
from fluorders_tui.data.store import Store
from fluorders_tui.services.desk import open_desk
from fluorders_tui.services.fast_start import fast_start
from fluorders_tui.services.order_list import each_order
from fluorders_tui.services.orders import enter_order
from tests.conftest import FixedClock
from tests.shop import draft, fill_shop


@pytest.fixture
def number(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The number of the one order of the database that commands find."""
    store = Store(sqlite_url)
    fast_start(store, country="IT", company="Prova Srl", user="anna", clock=FixedClock())
    desk = open_desk(store, "anna", clock=FixedClock())
    fill_shop(desk)
    made = enter_order(desk, draft(desk, ("A-100", 12)))
    assert [row.number for row in each_order(desk)] == [made.number]
    store.dispose()
    monkeypatch.setenv("FLUORDERS_DATABASE", sqlite_url)
    monkeypatch.setenv("FLUORDERS_USER", "anna")
    return made.number


def test_a_file_a_folder_and_the_text(number: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["print", "order", number, "--preview", "--language", "de"]) == 0
    assert "Auftragsbestätigung" in capsys.readouterr().out
    file = tmp_path / "one.pdf"
    assert main(["print", "order", number, "-o", str(file)]) == 0
    assert main(["print", "order", number, number, "-o", str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines() == [str(file), *[str(tmp_path / f"{number}.pdf")] * 2]
    assert file.read_bytes().startswith(b"%PDF-")


def test_the_printer_gets_the_page(
    number: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    printer = tmp_path / "printer"
    printer.write_text('#!/bin/sh\n[ "$1" = tray ] || { echo "no paper" >&2; exit 3; }\ncat > "$2"\n')
    printer.chmod(printer.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("FLUORDERS_PRINT_COMMAND", f"{printer} tray '{tmp_path}/out of it.pdf'")
    assert main(["print", "order", number, "--to-printer"]) == 0
    assert (tmp_path / "out of it.pdf").read_bytes().startswith(b"%PDF-")
    monkeypatch.setenv("FLUORDERS_PRINT_COMMAND", f"{printer} other")
    assert main(["print", "order", number, "--to-printer"]) == 2
    assert "refused the paper: no paper" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["order"], 2, "What is to be printed?"),
        (["order", "{number}"], 2, "Where shall the PDF go?"),
        (["order", "{number}", "--to-printer"], 2, "There is no print command “no-such-printer -x” here."),
        (["order", "{number}", "-o", "{tmp}/none/x.pdf"], 2, "There is no such folder."),
        (["memo", "{number}", "-o", "{tmp}/x.pdf"], 1, "There are order, offer"),
        (["order", "9999", "-o", "{tmp}/x.pdf"], 1, "9999"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_marked(
    number: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    code: int,
    says: str,
) -> None:
    monkeypatch.setenv("FLUORDERS_PRINT_COMMAND", "no-such-printer -x")
    asked = [one.format(number=number, tmp=tmp_path) for one in arguments]
    assert main(["print", *asked]) == code
    assert says in capsys.readouterr().err
    with contextlib.closing(sqlite3.connect(os.environ["FLUORDERS_DATABASE"].removeprefix("sqlite:///"))) as database:
        assert database.execute("SELECT printed_at FROM customer_order").fetchall() == [(None,)]


def test_own_templates_are_copied_and_used(
    number: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "own"
    assert main(["print", "--templates", str(folder)]) == 0
    assert str(folder / "order.typ") in capsys.readouterr().out
    (folder / "order.typ").write_text("#oops", encoding="utf-8")
    monkeypatch.setenv("FLUORDERS_TEMPLATES", str(folder))
    assert main(["print", "order", number, "-o", str(tmp_path / "x.pdf")]) == 0
    assert "order.typ, line 1: unknown variable: oops" in capsys.readouterr().err
