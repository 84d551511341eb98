"""What a command writes, and where."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from decimal import Decimal
from pathlib import Path

import pytest

from fluorders_tui.domain.errors import Unreadable
from fluorders_tui.shell.result import add_format, write_json, write_rows

COLUMNS = ("number", "total")
ROWS = [("1", Decimal("12.75")), ("=1+1", Decimal("1E+3"))]


def _write(options: str) -> None:
    parser = ArgumentParser()
    add_format(parser)
    write_rows(iter(ROWS), COLUMNS, parser.parse_args(options.split()))


def test_rows_go_to_standard_output_in_the_format_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    _write("")
    assert capsys.readouterr().out == "number  total\n1       12.75\n=1+1     1000\n"
    _write("--format csv")
    assert capsys.readouterr().out == "number,total\n1,12.75\n'=1+1,1000\n"
    _write("--format json")
    assert json.loads(capsys.readouterr().out)[0] == {"number": "1", "total": "12.75"}


def test_rows_go_into_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _write(f"--format csv -o {tmp_path}/orders.csv")
    assert capsys.readouterr().out == ""
    assert (tmp_path / "orders.csv").read_text() == "number,total\n1,12.75\n'=1+1,1000\n"
    _write(f"--format xlsx -o {tmp_path}/orders.xlsx")
    assert (tmp_path / "orders.xlsx").read_bytes().startswith(b"PK")


def test_a_spreadsheet_needs_a_file() -> None:
    with pytest.raises(Unreadable, match="-o FILE"):
        _write("--format xlsx")


def test_a_document_is_json_with_its_keys_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    write_json({"number": "2026-1", "customer": "Società", "lines": []})
    assert json.loads(capsys.readouterr().out) == {"number": "2026-1", "customer": "Società", "lines": []}
