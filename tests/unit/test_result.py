"""What a command writes: the same rows for people and for programs."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from decimal import Decimal

import pytest

from fluorders_tui.shell.result import plain_text, write_rows

ROWS = [
    {
        "number": "1",
        "customer": "Rossi [Milano]",
        "total": Decimal("12.50"),
        "date": dt.date(2026, 11, 24),
        "late": True,
    },
    {"number": "10", "customer": "日本", "total": Decimal("1E+3"), "date": None, "late": False},
]
COLUMNS = list(ROWS[0])


def _written(capsys: pytest.CaptureFixture[str], rows: list[dict[str, object]], form: str) -> str:
    write_rows(iter(rows), COLUMNS, form)
    return capsys.readouterr().out


def test_text_is_aligned_also_with_wide_characters(capsys: pytest.CaptureFixture[str]) -> None:
    assert _written(capsys, ROWS, "text").splitlines() == [
        "number  customer        total  date        late",
        "1       Rossi [Milano]  12.50  2026-11-24  yes",
        "10      日本             1000              no",
    ]


def test_json_keeps_amounts_exact_and_order_of_columns(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(_written(capsys, ROWS, "json"))
    assert [row["total"] for row in found] == ["12.50", "1000"]
    assert list(found[0]) == COLUMNS
    assert found[0]["date"] == "2026-11-24"
    assert (found[0]["late"], found[1]["date"]) == (True, None)


def test_csv_round_trips_and_starts_no_formula(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [*ROWS, ROWS[0] | {"customer": '=HYPERLINK("x")', "total": Decimal("-3.00")}]
    found = list(csv.DictReader(io.StringIO(_written(capsys, rows, "csv"))))
    assert found[0] == {
        "number": "1",
        "customer": "Rossi [Milano]",
        "total": "12.50",
        "date": "2026-11-24",
        "late": "yes",
    }
    assert found[2]["customer"] == '\'=HYPERLINK("x")'
    assert found[2]["total"] == "-3.00"


@pytest.mark.parametrize(
    ("form", "nothing"), [("json", "[]\n"), ("csv", "number,customer,total,date,late\n"), ("text", "")]
)
def test_no_rows(capsys: pytest.CaptureFixture[str], form: str, nothing: str) -> None:
    assert _written(capsys, [], form) == nothing


@pytest.mark.parametrize("told", ["\x1b[2J", "a\nb", "\x9b31m", "\u202ecba", "\r"])
def test_text_from_data_can_t_command_the_terminal(told: str) -> None:
    assert plain_text(told).isprintable()


@pytest.mark.parametrize("name", ["Müller & Söhne", "日本", "שלום", "🚚", "[b]"])
def test_ordinary_text_stays_as_it_is(name: str) -> None:
    assert plain_text(name) == name
