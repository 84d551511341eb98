"""D-6.6b: one field for item and quantity, and pasted blocks."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.item_entry import ItemEntry, parse_block, parse_item_entry


def readings(text: str) -> list[tuple[str | None, str]]:
    return [
        (str(entry.quantity) if entry.quantity is not None else None, entry.item)
        for entry in parse_item_entry(text).readings()
    ]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("ABC", [(None, "ABC")]),
        ("  ABC ", [(None, "ABC")]),
        ("12*ABC", [("12", "ABC"), (None, "12*ABC")]),
        ("12 * ABC", [("12", "ABC"), (None, "12 * ABC")]),
        ("1,5*red paint", [("1.5", "red paint"), (None, "1,5*red paint")]),
        ("2*12*ABC", [("24", "ABC"), (None, "2*12*ABC")]),
        ("ABC*12", [("12", "ABC"), (None, "ABC*12")]),
        ("12*34", [("12", "34"), (None, "12*34")]),
        ("A*B", [(None, "A*B")]),
        ("*ABC", [(None, "*ABC")]),
        ("ABC 12", [(None, "ABC 12"), ("12", "ABC")]),
        ("red paint 12", [(None, "red paint 12"), ("12", "red paint")]),
        ("12 ABC", [(None, "12 ABC"), ("12", "ABC")]),
        ("12 34", [(None, "12 34"), ("34", "12"), ("12", "34")]),
        ("ABC 0", [(None, "ABC 0")]),
        ("4012345678901", [(None, "4012345678901")]),
        ("[b] x", [(None, "[b] x")]),
    ],
)
def test_readings_in_the_order_they_are_tried(typed: str, expected: list[tuple[str | None, str]]) -> None:
    assert readings(typed) == expected


@pytest.mark.parametrize(
    ("typed", "rule"), [("", "D-6.6b"), ("x" * 201, "D-6.6b"), ("0*ABC", "D-6.3"), ("-2*A", "D-6.3")]
)
def test_what_is_no_entry(typed: str, rule: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_item_entry(typed)
    assert refused.value.rule == rule


def block(text: str) -> list[tuple[int, str | None, str] | tuple[int, str]]:
    found: list[tuple[int, str | None, str] | tuple[int, str]] = []
    for number, entry in parse_block(text):
        if isinstance(entry, Invalid):
            found.append((number, str(entry)))
        else:
            # A row of a table has one reading; a row of plain words the last one, when no exact code is found.
            last = entry.readings()[-1]
            found.append((number, None if last.quantity is None else str(last.quantity), last.item))
    return found


@pytest.mark.parametrize(
    "text",
    [
        "A-100\t12\nB 200\t3,5\n",
        "A-100;12\r\nB 200;3.5\r\n",
        "A-100,12\nB 200,3.5",
        "A-100, 12\nB 200 , 3,5",
        "A-100 12\nB 200 3,5",
        "12\tA-100\n3.5\tB 200",
        '"A-100"\t"12"\n"B 200"\t3.5',
        "A-100|12\nB 200|3.5",
    ],
)
def test_blocks_however_separated(text: str) -> None:
    assert block(text) == [(1, "12", "A-100"), (2, "3.5", "B 200")]


def test_headings_choose_the_columns() -> None:
    assert block("Codice\tDescrizione\tQ.tà\nA-100\tRed\t12\nA-200\tBlue 5\t\n") == [
        (2, "12", "A-100"),
        (3, None, "A-200"),
    ]
    assert block("Menge;Artikel-Nr.\n5;100\n6;200\n") == [(2, "5", "100"), (3, "6", "200")]
    assert block("Posizione A;Colonna B\nA-1;5") == [(2, "5", "A-1")]
    assert block("code,quantity\nA-1,5") == [(2, "5", "A-1")]
    assert block("Code\nA-1") == [(2, None, "A-1")]


def test_a_single_item_that_looks_like_a_heading_stays_an_item() -> None:
    assert block("red paint") == [(1, None, "red paint")]
    assert block("product box\t4") == [(1, "4", "product box")]


def test_all_numbers_follow_the_rows_that_tell_the_columns_apart() -> None:
    assert block("4711\t5\nABC\t3") == [(1, "5", "4711"), (2, "3", "ABC")]
    assert block("5\t4711\n3\tABC") == [(1, "5", "4711"), (2, "3", "ABC")]
    assert block("4711\t5") == [(1, "5", "4711")]


def test_good_rows_are_kept_and_all_errors_listed() -> None:
    hint = "Type 12,50 or 12.50, or 3*12."
    assert block("A\t1\n\nB\tx\nC\t0\n\t\n\t3\nD\t2\tE\nF\t1,2,3") == [
        (1, "1", "A"),
        (3, f"row 3, column 2: 'x' at position 1 is no part of a number. (U-1.8) {hint}"),
        (4, "row 4, column 2: A quantity is greater than zero. (D-6.3)"),
        (6, "row 6: There is a quantity without an item. (D-6.6b)"),
        (7, "row 7: There are more than two columns. (D-6.6b) Copy only item and quantity, or the headings as well."),
        (8, f"row 8, column 2: The marks between the digits don't fit at position 4. (U-1.8) {hint}"),
    ]


def test_an_empty_block_has_no_rows() -> None:
    assert parse_block("") == []
    assert parse_block(" \n\t\n;;\n") == []


def test_a_huge_block_is_cut_with_a_word() -> None:
    found = parse_block("A\t1\n" * 10_500)
    assert len(found) == 10_001
    assert isinstance(found[-1][1], Invalid)


CODES = st.from_regex(r"[A-Z]{1,3}-[0-9]{1,4}", fullmatch=True)


@given(st.lists(st.tuples(CODES, st.integers(1, 9999)), min_size=1, max_size=8), st.sampled_from(["\t", ";", ","]))
def test_written_rows_are_read_back(rows: list[tuple[str, int]], separator: str) -> None:
    text = "\n".join(f"{code}{separator}{quantity}" for code, quantity in rows)
    assert parse_block(text) == [
        (number, ItemEntry(Decimal(quantity), code)) for number, (code, quantity) in enumerate(rows, 1)
    ]


@given(st.text('AB1 \t;,*|\n"x.-', max_size=40))
def test_any_paste_gives_rows_or_clear_errors(text: str) -> None:
    for _, entry in parse_block(text):
        assert entry.message if isinstance(entry, Invalid) else entry.item
