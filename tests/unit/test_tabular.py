"""Tables in and out (interfaces §3): the files people really have."""

from __future__ import annotations

import datetime as dt
import io
import json
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluorders_tui.documents.tabular import (
    Cell,
    cell_text,
    heading,
    read_table,
    write_table,
)
from fluorders_tui.documents.text_files import with_quote, without_quote
from fluorders_tui.domain.errors import Unreadable
from fluorders_tui.domain.money import plain


def rows_of(content: bytes | str, encoding: str = "utf-8", **how: str) -> list[tuple[int, Any]]:
    data = content.encode(encoding) if isinstance(content, str) else content
    with read_table(io.BytesIO(data), **how) as table:
        return [(number, str(row) if isinstance(row, Unreadable) else row) for number, row in table]


ITALIAN = "Codice;Nome;Prezzo\n007;Società Città;1.234,50\n8;Müller;12\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_encoding_separator_and_line_end(encoding: str, separator: str, line_end: str) -> None:
    text = ITALIAN.replace("1.234,50", '"1.234,50"').replace(";", separator).replace("\n", line_end)
    data = text.encode(encoding)
    with read_table(io.BytesIO(data)) as table:
        assert table.columns == ("codice", "nome", "prezzo")
        assert table.separator == separator
        assert list(table) == [
            (2, {"codice": "007", "nome": "Società Città", "prezzo": "1.234,50"}),
            (3, {"codice": "8", "nome": "Müller", "prezzo": "12"}),
        ]
        assert table.progress == 1.0


def test_quotes_line_breaks_and_short_rows() -> None:
    assert rows_of('\n\ncode,note,extra,\nA,"two\nlines, and ""quotes""",x\nB\n , ,\nC,5" pipe,,\n') == [
        (4, {"code": "A", "note": 'two\nlines, and "quotes"', "extra": "x"}),
        (5, {"code": "B", "note": None, "extra": None}),
        (7, {"code": "C", "note": '5" pipe', "extra": None}),
    ]


def test_a_separator_inside_the_cells_is_not_taken_for_it() -> None:
    assert rows_of("name, first;city\nRossi, Anna;Roma\nBianchi, Ugo;Bari\n")[0][1] == {
        "name,_first": "Rossi, Anna",
        "city": "Roma",
    }
    assert rows_of("price\n12,50\n1,5\n") == [(2, {"price": "12,50"}), (3, {"price": "1,5"})]


def test_a_declared_separator_is_believed() -> None:
    assert rows_of("sep=,\ncode,name\nA,x;y\n") == [(3, {"code": "A", "name": "x;y"})]
    assert rows_of("\ufeffsep=;\r\ncode;name\r\nA;x,y\r\n") == [(3, {"code": "A", "name": "x,y"})]


def test_a_bad_row_is_told_and_the_others_come() -> None:
    assert rows_of('code,name\nA,x\nB,y,z\nC,"d"e\nD,w\nE,"open\n', name="items.csv") == [
        (2, {"code": "A", "name": "x"}),
        (
            3,
            "items.csv, row 3, column 3: This cell has no heading above it. "
            "Perhaps a text with the separator in it has no quotes.",
        ),
        (
            4,
            "items.csv, row 4: After a closing quotation mark comes ',' or the end of the row; "
            "quotes inside are doubled.",
        ),
        (5, {"code": "D", "name": "w"}),
        (6, "items.csv, row 6: A quotation mark is opened and never closed."),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\r\n \n", "is empty"),
        (b"code,code\n1,2\n", "Two columns are called code"),
        (b"\x89PNG\r\n\x1a\n\x00\x01\x02\x03code", "neither a text file nor a spreadsheet"),
        (b"PK\x03\x04broken", "workbook can't be read"),
        (b"\xd0\xcf\x11\xe0broken", "workbook can't be read"),
        (b"\xff\xfea", "breaks off"),
        (b'{"code": 1}', "list of objects"),
        (b'[{"code": 1}', "line 1, column 13"),
        (b'[{"code": 1}]x', "after the end"),
        (b'[{"code": 1},]', "no JSON"),
        (b"[" * 100_000, "no JSON: Nested too deeply"),
    ],
)
def test_files_that_are_no_tables(content: bytes, said: str) -> None:
    with pytest.raises(Unreadable) as refused:
        list(read_table(io.BytesIO(content), name="f"))
    assert said in refused.value.message
    assert refused.value.field.startswith("f")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="No such file"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(Unreadable, match="can't be opened"):
        read_table(tmp_path)


def test_headings_are_normalised() -> None:
    for text in ("VAT Number", "vat-number", " VAT__NUMBER ", "vat\u00a0number"):
        assert heading(text) == "vat_number"


def workbook(*rows: list[Any]) -> io.BytesIO:
    book = openpyxl.Workbook()
    hidden = book.active
    assert hidden is not None
    hidden.title = "hidden"
    hidden.append(["not", "this"])
    hidden.sheet_state = "hidden"
    book.create_sheet("empty")
    sheet = book.create_sheet("items")
    for row in rows:
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    stream.seek(0)
    return stream


def test_spreadsheets_give_typed_cells() -> None:
    stream = workbook(
        [],
        ["Code", "Price", "Valid From", "Active", None],
        ["007", 12.0, dt.date(2026, 3, 15), True, None],
        [12.0, 0.1 + 0.2, dt.datetime.fromisoformat("2026-03-15T10:30"), None, None],
        [],
        [8001234567890, 1e-7, "  ", "=1+1", "x"],
    )
    with read_table(stream, name="items.xlsx") as table:
        assert table.format == "xlsx"
        rows = list(table)
        assert table.progress == 1.0
    assert rows[0] == (3, {"code": "007", "price": Decimal(12), "valid_from": dt.date(2026, 3, 15), "active": True})
    first = rows[1][1]
    assert isinstance(first, dict)
    assert cell_text(first["code"]) == "12"
    assert first["price"] == Decimal("0.3")
    assert first["valid_from"] == dt.datetime.fromisoformat("2026-03-15T10:30")
    assert isinstance(rows[2][1], Unreadable)
    assert str(rows[2][1]) == "items.xlsx, row 6, column 5: This cell has no heading above it."


def test_large_numbers_of_a_spreadsheet_show_no_exponent() -> None:
    rows = list(read_table(workbook(["ean", "price"], [8001234567890, 1e-5])))
    cells = rows[0][1]
    assert isinstance(cells, dict)
    assert cell_text(cells["ean"]) == "8001234567890"
    assert cell_text(cells["price"]) == "0.00001"


def test_a_named_sheet() -> None:
    stream = workbook(["a"], [1])
    assert list(read_table(stream, sheet="hidden")) == []
    stream.seek(0)
    with pytest.raises(Unreadable, match="no sheet 'nope'") as refused:
        read_table(stream, sheet="nope")
    assert "hidden, empty, items" in refused.value.hint


def test_json_rows_are_exact_and_bad_ones_are_told() -> None:
    assert rows_of(
        '[{"Code": " A ", "price": 0.10, "on": true, "none": null, "blank": ""},\n'
        '{"a": NaN}, {"a": 1e999999}, {"a": 1, "a": 2}, {"a b": 1, "a_b": 2}, {"a": [1]}, 5,\n'
        '{"n": 12345678901234567890}]',
        name="f",
    ) == [
        (1, {"code": "A", "price": Decimal("0.10"), "on": True, "none": None, "blank": None}),
        (2, "f, row 2, column a: NaN is no number to calculate with."),
        (3, "f, row 3, column a: 1e999999 is no number to calculate with."),
        (4, "f, row 4, column a: It is there more than once."),
        (5, "f, row 5, column a_b: It is there more than once."),
        (6, "f, row 6, column a: A cell holds one value, no list and no object."),
        (7, "f, row 7: A row is an object such as {…}."),
        (8, {"n": Decimal("12345678901234567890")}),
    ]
    assert rows_of(" [ ] ") == []


# --- writing ----------------------------------------------------------------------------------------------------------

COLUMNS = ("code", "name", "price", "valid_from", "active", "count")
SAMPLE: list[list[Cell | int]] = [
    ["007", "=cmd|' /C calc'!A0", Decimal("-12.50"), dt.date(2026, 3, 15), True, 3],
    ["-3", "naïve 日本\x1b[2J", None, None, False, None],
]


def test_csv_never_runs_in_a_spreadsheet() -> None:
    target = io.StringIO()
    assert write_table(SAMPLE, COLUMNS, "csv", target) == 2
    assert target.getvalue() == (
        "code,name,price,valid_from,active,count\n"
        "007,'=cmd|' /C calc'!A0,-12.5,2026-03-15,yes,3\n"
        "-3,naïve 日本\x1b[2J,,,no,\n"
    )


def test_json_has_decimals_as_strings() -> None:
    target = io.StringIO()
    write_table(SAMPLE, COLUMNS, "json", target)
    assert json.loads(target.getvalue())[0] == {
        "code": "007",
        "name": "=cmd|' /C calc'!A0",
        "price": "-12.5",
        "valid_from": "2026-03-15",
        "active": True,
        "count": 3,
    }
    empty = io.StringIO()
    assert write_table([], COLUMNS, "json", empty) == 0
    assert json.loads(empty.getvalue()) == []


def test_xlsx_has_real_values_and_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "items.xlsx"
    write_table([*SAMPLE, ["#N/A", "", Decimal("1234567890123.123456"), None, None, None]], COLUMNS, "xlsx", path)
    sheet = openpyxl.load_workbook(path)["items"]
    assert sheet.freeze_panes == "A2"
    assert sheet["A2"].value == "007"
    assert (sheet["B2"].value, sheet["B2"].data_type) == ("=cmd|' /C calc'!A0", "s")
    assert (sheet["C2"].value, sheet["C2"].data_type) == (-12.5, "n")
    assert sheet["D2"].value.date() == dt.date(2026, 3, 15)
    assert sheet["E2"].value is True
    assert sheet["B3"].value == "naïve 日本\N{REPLACEMENT CHARACTER}[2J"
    assert (sheet["A4"].value, sheet["A4"].data_type) == ("#N/A", "s")
    assert sheet["C4"].value == "1234567890123.123456"
    cells = next(iter(read_table(path)))[1]
    assert isinstance(cells, dict)
    assert cells["price"] == Decimal("-12.5")
    assert cells["valid_from"] == dt.date(2026, 3, 15)


def test_text_is_aligned_and_harmless() -> None:
    target = io.StringIO()
    rows: list[list[Cell | int]] = [
        ["日本", Decimal("12.5")],
        ["e\u0301a\x1b[31m\n!", Decimal("-1234")],
        ["[b]x", None],
    ]
    write_table(rows, ("name", "price"), "text", target)
    assert target.getvalue().split("\n") == [
        "name       price",
        "日本        12.5",
        "e\u0301a�[31m !  -1234",
        "[b]x",
        "",
    ]


def test_a_file_is_replaced_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("old")

    def breaking() -> Any:
        yield ["a"]
        raise RuntimeError

    for kind in ("csv", "xlsx", "json", "text"):
        with pytest.raises(RuntimeError):
            write_table(breaking(), ("code",), kind, path)
    assert path.read_text() == "old"
    assert [found.name for found in tmp_path.iterdir()] == ["f.csv"]
    with pytest.raises(Unreadable, match="can't be written"):
        write_table([], ("code",), "csv", tmp_path / "no" / "f.csv")
    with pytest.raises(Unreadable, match="no format 'pdf'"):
        write_table([], ("code",), "pdf", path)


# Outer blanks are trimmed on reading, an empty text is an empty cell, and no database keeps a zero character.
TEXTS = (
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
    .map(str.strip)
    .map(lambda text: text or None)
)
CELLS = st.one_of(
    TEXTS,
    st.sampled_from(["=1+1", "'=1", "''+x", "-3", "@a", "a\tb", 'a"b', "a,b", "a\r\nb", "\ufeff1", "'x", "-2+3"]),
    st.decimals(-(10**9), 10**9, places=4),
    st.dates(),
    st.none(),
)


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=6))
def test_what_csv_writes_is_read_back(rows: list[list[Cell | int]]) -> None:
    target = io.StringIO()
    write_table(rows, ("one", "two", "three"), "csv", target)
    with read_table(io.BytesIO(target.getvalue().encode())) as table:
        found = list(table)
    expected = []
    for number, row in enumerate(rows, 2):
        cells = {
            name: cell.isoformat() if isinstance(cell, dt.date) else plain(cell) if isinstance(cell, Decimal) else cell
            for name, cell in zip(("one", "two", "three"), row, strict=True)
        }
        if any(cell is not None for cell in cells.values()):
            expected.append((number, cells))
    assert found == expected


@given(st.text("'=+-@\t a1", max_size=6))
def test_quoting_a_formula_is_undone_exactly(text: str) -> None:
    quoted = with_quote(text)
    assert without_quote(quoted) == text
    assert quoted[:1] not in ("=", "@", "\t")


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=4))
def test_what_json_writes_is_read_back(rows: list[list[Cell | int]]) -> None:
    target = io.StringIO()
    write_table(rows, ("one", "two"), "json", target)
    found = [row for _, row in read_table(io.BytesIO(target.getvalue().encode()))]
    assert [[cell_text(cell) for cell in row.values()] for row in found if isinstance(row, dict)] == [
        [cell_text(cell).strip() for cell in row if not isinstance(cell, int)] for row in rows
    ]


@given(st.binary(max_size=200))
def test_any_bytes_are_a_table_or_a_clear_error(data: bytes) -> None:
    try:
        rows = list(read_table(io.BytesIO(data)))
    except Unreadable:
        return
    assert all(isinstance(row, dict | Unreadable) for _, row in rows)


def test_many_rows_stay_fast_and_flat() -> None:
    import tracemalloc

    line = "A{0:06d};Item with a usual description {0};1.234,50;pc;22;2026-03-15\n"
    data = ("code;description;price;uom;vat;from\n" + "".join(line.format(n) for n in range(20_000))).encode()
    stream = io.BytesIO(data)
    start = time.process_time()
    assert sum(1 for _ in read_table(stream)) == 20_000
    # Five times the usual time: this is a guard against a slow way of reading, no benchmark.
    assert time.process_time() - start < 2
    stream.seek(0)
    with read_table(stream) as table:
        tracemalloc.start()
        for _ in table:
            pass
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 1_000_000
