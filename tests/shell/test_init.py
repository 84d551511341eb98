"""`fluorders init`: from nothing to a database that takes orders, and again without harm."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from fluorders_tui import cli
from fluorders_tui.data.store import Store
from fluorders_tui.services.desk import open_desk


def _init(database: str, *options: str) -> int:
    return cli.main(["init", "--database", database, *options])


def test_a_database_is_made_and_filled_once(empty_database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert _init(empty_database_url, "--country", "it", "--company", "Rossi [Milano]", "--format", "csv") == 0
    said = capsys.readouterr()
    added = {row["table"]: int(row["added"]) for row in csv.DictReader(io.StringIO(said.out))}
    assert added
    assert all(count > 0 for count in added.values())
    assert "created" in said.err

    store = Store(empty_database_url)
    company = open_desk(store, "anna").company
    store.dispose()
    assert (company.name, company.country, company.currency) == ("Rossi [Milano]", "IT", "EUR")

    assert _init(empty_database_url, "--format", "json") == 0
    again = capsys.readouterr()
    assert again.out == "[]\n"
    assert "up to date" in again.err
    assert "country IT" in again.err


def test_without_a_country_the_session_s_is_taken_and_said(
    new_sqlite, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    assert _init(new_sqlite(schema=False)) == 0
    said = capsys.readouterr().err
    assert "country DE" in said
    assert "guess" in said


def test_a_wrong_country_makes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _init(str(tmp_path / "a.db"), "--country", "ZZ") == 1
    assert "There is no fast start for 'ZZ'" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_nobody_can_write_to_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert _init("/proc/none/a.db", "--country", "IT") == 5
    said = capsys.readouterr().err
    assert said.startswith("fluorders: /proc/none/a.db: ")
    assert "Traceback" not in said
