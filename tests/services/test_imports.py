"""Importing tables: files as people have them, all or nothing, twice the same; on both databases."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from fluorders_tui.domain.errors import Unreadable
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.imports import ImportResult, import_table
from fluorders_tui.services.registries import find, get_row, list_rows
from fluorders_tui.services.registry_history import history
from fluorders_tui.services.registry_saving import save_row

Rows = list[dict[str, Any]]


def load(desk: Desk, registry: str, rows: Rows, **options: Any) -> ImportResult:
    return import_table(desk, registry, list(enumerate(rows, 2)), **options)


def counts(result: ImportResult) -> tuple[int, int, int]:
    return result.inserted, result.changed, result.unchanged


def children(desk: Desk, registry: str, code: str, table: str) -> list[Any]:
    return [row.values for row in get_row(desk, registry, code).children[table]]


def test_a_row_needs_only_what_the_trade_needs(italian_desk: Desk) -> None:
    assert counts(load(italian_desk, "customers", [{"code": "C1", "name": "Rossi", "country": "IT"}])) == (1, 0, 0)
    assert counts(load(italian_desk, "items", [{"code": "A", "description": "Bolt"}])) == (1, 0, 0)
    item = get_row(italian_desk, "items", "A")
    assert (item.values["unit"], item.values["vat_code"]) == ("pc", italian_desk.company.vat_code)


def test_headings_are_matched_leniently(italian_desk: Desk) -> None:
    rows = [{"CODE": "A", "Name": "Bolt", "Main UoM": "pc", "vat-code": "22", "SALES PRICE": "1", "E A N": "800"}]
    assert load(italian_desk, "items", rows).stored
    assert find(italian_desk, "items", "bolt")[0].extra["sales_price"] == Decimal(1)


def test_an_unknown_column_is_refused_by_name(italian_desk: Desk) -> None:
    with pytest.raises(Unreadable, match=r"“Desciption”.*Did you mean description"):
        load(italian_desk, "items", [{"code": "A", "Desciption": "x"}])
    with pytest.raises(Unreadable, match="mean the same"):
        load(italian_desk, "items", [{"code": "A", "description": "x", "name": "y"}])
    with pytest.raises(Unreadable, match="column code is missing"):
        load(italian_desk, "items", [{"description": "x"}])


def test_one_bad_row_and_nothing_is_stored(italian_desk: Desk) -> None:
    rows = [
        {"code": "A", "description": "good", "unit": "pc", "price": "1,5"},
        {"code": "B", "description": "bad", "unit": "pcx", "price": "-1"},
        {"code": "", "description": "no code", "unit": "pc", "price": "x"},
        {"code": "A", "description": "again", "unit": "pc", "price": "1"},
    ]
    result = load(italian_desk, "items", rows)
    assert not result.stored
    assert [(error.row, error.column) for error in result.errors] == [
        (3, "unit"), (3, "price"), (4, "price"), (5, "code"),
    ]  # fmt: skip
    assert "Did you mean pc?" in result.errors[0].reason
    assert "row 2 already" in result.errors[3].reason
    assert list_rows(italian_desk, "items").total == 0


def test_keep_good_stores_the_others(italian_desk: Desk) -> None:
    rows = [{"code": "A", "description": "x"}, {"code": "B", "description": ""}, {"code": "C", "description": "z"}]
    result = load(italian_desk, "items", rows, keep_good=True)
    assert (counts(result), result.stored, [error.row for error in result.errors]) == ((2, 0, 0), True, [3])
    assert [row.code for row in list_rows(italian_desk, "items").rows] == ["A", "C"]


def test_keep_good_leaves_out_rows_that_do_not_fit_each_other(italian_desk: Desk) -> None:
    load(italian_desk, "items", [{"code": code, "description": code} for code in "ABC"])
    rows = [
        {"item": "A", "component": "B", "quantity": "1"},
        {"item": "C", "component": "C", "quantity": "1"},
        {"item": "B", "component": "A", "quantity": "1"},
    ]
    result = load(italian_desk, "item-components", rows, keep_good=True)
    assert {error.row for error in result.errors} == {2, 3, 4}
    assert not load(italian_desk, "item-components", rows).stored
    assert list_rows(italian_desk, "item-components").total == 0
    assert load(italian_desk, "item-components", rows[:1]).stored


def test_a_dry_run_tells_the_same_and_stores_nothing(italian_desk: Desk) -> None:
    rows: Rows = [{"code": "RETAIL"}, {"code": "TRADE", "name": "Trade"}]
    tried = load(italian_desk, "price-lists", rows, dry_run=True)
    assert (counts(tried), tried.stored) == ((2, 0, 0), False)
    assert list_rows(italian_desk, "price-lists").total == 0
    assert find(italian_desk, "price-list-types", "RETAIL") == []
    assert counts(load(italian_desk, "price-lists", rows)) == counts(tried)


def test_twice_the_same_changes_nothing(italian_desk: Desk) -> None:
    rows = [{"code": "A", "description": "Bolt", "price": "1,50", "barcode": "800 801", "active": "x"}]
    assert counts(load(italian_desk, "items", rows)) == (1, 0, 0)
    before = get_row(italian_desk, "items", "A")
    assert counts(load(italian_desk, "items", rows)) == (0, 0, 1)
    after = get_row(italian_desk, "items", "A")
    assert after == before
    assert len(history(italian_desk, "items", after.id)) == 1


def test_absent_columns_keep_and_empty_cells_clear(italian_desk: Desk) -> None:
    load(
        italian_desk,
        "customers",
        [{"code": "C1", "name": "R", "country": "IT", "city": "Como", "phone": "1", "email": "a@b"}],
    )
    result = load(italian_desk, "customers", [{"code": "C1", "city": "Lecco", "phone": None}])
    assert counts(result) == (0, 1, 0)
    row = get_row(italian_desk, "customers", "C1")
    assert [row.values[name] for name in ("name", "city", "phone", "email")] == ["R", "Lecco", "", "a@b"]
    assert row.version == 2
    assert history(italian_desk, "customers", row.id)[0].changes == ("City: Como → Lecco", "Phone: 1 → empty")


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1.234", "12,50"], ["1234", "12.5"]),
        (["1,234", "12.50"], ["1234", "12.5"]),
        (["1.234", "0.5"], ["1.234", "0.5"]),
        (["1.234,56", "1.000"], ["1234.56", "1000"]),
        (["1.234.567", "12"], ["1234567", "12"]),
        (["1.234", "12"], ["1.234", "12"]),
        (["1 234,5", "7"], ["1234.5", "7"]),
        ([Decimal("1.234"), 5], ["1.234", "5"]),
    ],
)
def test_numbers_are_read_by_the_mark_their_column_shows(
    sqlite_desk: Desk, cells: list[Any], values: list[str]
) -> None:
    rows = [{"code": f"I{n}", "description": "x", "price": cell} for n, cell in enumerate(cells)]
    assert load(sqlite_desk, "items", rows).stored
    found = [row.values["sales_price"] for row in list_rows(sqlite_desk, "items").rows]
    assert found == [Decimal(value) for value in values]


def test_a_column_that_shows_no_mark_follows_the_others(sqlite_desk: Desk) -> None:
    load(sqlite_desk, "items", [{"code": "A", "description": "x", "price": "1.234", "weight": "0,5"}])
    assert get_row(sqlite_desk, "items", "A").values["sales_price"] == 1234


def test_dates_are_read_by_what_their_column_shows(sqlite_desk: Desk) -> None:
    rows: Rows = [
        {"code": "A", "currency": "EUR", "valid_from": "02/01/2026", "valid_to": dt.date(2026, 3, 1)},
        {"code": "B", "currency": "EUR", "valid_from": "12/31/2026", "valid_to": "2026-12-31"},
    ]
    assert load(sqlite_desk, "price-lists", rows).stored
    assert get_row(sqlite_desk, "price-lists", "A").values["valid_from"] == dt.date(2026, 2, 1)


def test_a_customer_with_lists_discounts_and_agent_in_one_row(italian_desk: Desk) -> None:
    load(italian_desk, "price-lists", [{"code": "RETAIL", "list_type": None}, {"code": "TRADE"}])
    load(italian_desk, "agents", [{"code": "AG", "name": "Verdi", "commission": "3"}])
    row = {
        "code": "C1",
        "name": "R",
        "country": "IT",
        "price_lists": "TRADE RETAIL",
        "discounts": "50+10",
        "agent": "AG",
    }
    assert load(italian_desk, "customers", [row]).errors == ()
    lists = children(italian_desk, "customers", "C1", "customer-price-lists")
    assert [(one["list_type"], one["priority"], one["default"]) for one in lists] == [
        ("TRADE", 10, True),
        ("RETAIL", 20, False),
    ]
    assert [one["value"] for one in children(italian_desk, "customers", "C1", "customer-discounts")] == [50, 10]
    (agent,) = children(italian_desk, "customers", "C1", "customer-agents")
    assert (agent["agent"], agent["commission"]) == ("AG", Decimal(3))
    assert counts(load(italian_desk, "customers", [row])) == (0, 0, 1)
    assert counts(load(italian_desk, "customers", [row | {"discounts": "40"}])) == (0, 1, 0)
    assert [one["value"] for one in children(italian_desk, "customers", "C1", "customer-discounts")] == [40]
    (error,) = load(italian_desk, "customers", [row | {"price_lists": "TRADD"}]).errors
    assert (error.column, "Did you mean TRADE?" in error.reason) == ("price_lists", True)


def test_flat_terms_and_numberings_work(italian_desk: Desk) -> None:
    terms: Rows = [
        {"code": "T1", "instalments": "30/60/90"},
        {"code": "T2", "instalments": "30:50 60:50"},
        {"code": "T3", "instalments": None},
    ]
    assert load(italian_desk, "payment-terms", terms).errors == ()
    assert [one["days"] for one in children(italian_desk, "payment-terms", "T1", "payment-term-instalments")] == [
        30,
        60,
        90,
    ]
    assert [one["days"] for one in children(italian_desk, "payment-terms", "T3", "payment-term-instalments")] == [0]
    (error,) = load(italian_desk, "payment-terms", [{"code": "T4", "instalments": "30:50 60:40"}]).errors
    assert "90 %" in error.reason
    assert load(
        italian_desk, "numberings", [{"code": "N", "format": "{year}-{number:05d}", "period": "yearly", "start": "100"}]
    ).stored
    assert [one["period"] for one in children(italian_desk, "numberings", "N", "numbering-policies")] == ["yearly"]
    assert [one["start"] for one in children(italian_desk, "numberings", "N", "numbering-ranges")] == [100]
    (error,) = load(italian_desk, "numberings", [{"code": "M", "format": "{number}", "period": "yearly"}]).errors
    assert error.rule == "D-9.2"


def test_prices_take_the_items_unit_and_tell_their_list(italian_desk: Desk) -> None:
    load(italian_desk, "items", [{"code": f"I{n}", "description": "x", "unit": "kg"} for n in range(30)])
    load(italian_desk, "price-lists", [{"code": "RETAIL", "valid_from": "2026-01-01"}])
    rows = [{"price_list": "RETAIL", "item": f"I{n}", "price": "1.5"} for n in range(30)]
    assert counts(load(italian_desk, "price-list-lines", rows)) == (30, 0, 0)
    assert counts(load(italian_desk, "price-list-lines", rows)) == (0, 0, 30)
    assert {row.values["unit"] for row in list_rows(italian_desk, "price-list-lines").rows} == {"kg"}
    price_list = get_row(italian_desk, "price-lists", "RETAIL", children=False)
    assert "30 new" in history(italian_desk, "price-lists", price_list.id)[0].comment
    (error,) = load(italian_desk, "price-list-lines", [{"price_list": "RETAIL", "item": "I1"}]).errors or [None]
    assert error is None
    (error,) = load(
        italian_desk, "price-list-lines", [{"price_list": "RETAIL", "item": "I1", "min_quantity": 5}]
    ).errors
    assert error is not None
    assert error.column == "price"


def test_a_barcode_belongs_to_one_item(italian_desk: Desk) -> None:
    rows = [{"code": "A", "description": "x", "barcode": "800"}, {"code": "B", "description": "y", "barcode": "800"}]
    (error,) = load(italian_desk, "items", rows).errors
    assert (error.row, error.column) == (3, "barcode")
    assert load(italian_desk, "items", rows[:1]).stored
    (error,) = load(italian_desk, "items", rows[1:]).errors
    assert "belongs to the item A" in error.reason


def test_rows_imported_in_bulk_are_found_by_fragments(italian_desk: Desk) -> None:
    rows = [{"code": f"I{n:04d}", "description": f"Widget number {n} grün"} for n in range(1200)]
    assert load(italian_desk, "items", rows).inserted == 1200
    assert [hit.code for hit in find(italian_desk, "items", "mber 777 grun")] == ["I0777"]
    save_row(italian_desk, "items", {"code": "Z", "description": "Trigger still works"})
    assert [hit.code for hit in find(italian_desk, "items", "igger")] == ["Z"]
    load(italian_desk, "items", [{"code": "I0777", "description": "Renamed gadget"}])
    assert [hit.code for hit in find(italian_desk, "items", "gadget")] == ["I0777"]
    assert find(italian_desk, "items", "mber 777 grun") == []


def test_rows_of_a_file_may_have_different_columns(italian_desk: Desk) -> None:
    load(
        italian_desk,
        "items",
        [{"code": "A", "description": "x", "price": 1}, {"code": "B", "description": "y", "price": 2}],
    )
    rows: Rows = [{"code": "A", "price": 3}, {"code": "B", "description": "z"}]
    assert counts(load(italian_desk, "items", rows)) == (0, 2, 0)
    assert [row.values["sales_price"] for row in list_rows(italian_desk, "items").rows] == [3, 2]


def test_unreadable_rows_are_listed_with_the_others(italian_desk: Desk) -> None:
    broken = Unreadable("This cell has no heading above it.", field="a.csv, row 2, column 3")
    result = import_table(italian_desk, "items", [(2, broken), (3, {"code": "A", "description": ""})])
    assert [(error.row, error.column) for error in result.errors] == [(2, "3"), (3, "description")]
    assert not result.stored


def test_progress_is_told(sqlite_desk: Desk) -> None:
    told: list[tuple[str, int, int]] = []
    rows = [{"code": f"I{n}", "description": "x"} for n in range(2500)]
    load(sqlite_desk, "items", rows, progress=lambda *step: told.append(step))
    assert ("reading", 2000, 0) in told
    assert told[-1] == ("writing", 2500, 2500)


def test_what_is_doubtful_is_told_and_written_all_the_same(italian_desk: Desk) -> None:
    """P-131: not about rows that are there already."""
    items = [
        {"code": "A", "description": "Bolt", "barcode": "8001234567897"},
        {"code": "B", "description": "Nut", "barcode": "8001234567890"},
        {"code": "C", "description": "Pin", "barcode": "96385074 96385074"},
        {"code": "D", "description": "Ring", "barcode": "RING-1"},
    ]
    result = load(italian_desk, "items", items)
    assert result.stored
    assert [(one.row, one.column, one.reason) for one in result.warnings] == [
        (3, "barcode", "The check digit of the barcode 8001234567890 is wrong."),
        (4, "barcode", "The barcode 96385074 is there twice."),
    ]
    assert not load(italian_desk, "items", items).warnings
    customers = [
        {"code": "C1", "name": "Rossi", "country": "IT", "vat_number": "00743110157"},
        {"code": "C2", "name": "Rossi Roma", "country": "IT", "vat_number": "00743110157"},
    ]
    result = load(italian_desk, "customers", customers, dry_run=True)
    assert [(one.row, one.column) for one in result.warnings] == [(3, "vat_number")]
    assert "in row 2 too" in str(result.warnings[0])
