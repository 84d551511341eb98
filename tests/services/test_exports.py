"""What is exported goes in again unchanged, whatever texts it holds; on both databases."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fluorders_tui.documents.tabular import read_table, write_table
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.exports import export_columns, export_table, template
from fluorders_tui.services.imports import import_table
from fluorders_tui.services.registries import all_specs, get_row
from fluorders_tui.services.registry_saving import save_row

ODD = [
    "=1+1", "+49 30", "-3", "@SUM(A1)", "'quoted", "''=x", 'say "hi"', "a;b,c\td", "line\nfeed", "[b]bold[/b]", "[/]",
    "שלום עולם", "\u200fمرحبا", "👩‍👩‍👧‍👦", "  spaced  ", "0012", "1e5", "NULL", "true", "ÀÉ", "\\", "%s {0}",
    "💶" * 20,
]  # fmt: skip

TREES: dict[str, list[dict[str, Any]]] = {
    "price-lists": [{"code": "RETAIL"}, {"code": "TRADE", "vat_included": True}],
    "agents": [{"code": "AG", "name": "Verdi", "commission": "2,5"}, {"code": "AH", "name": "Neri"}],
    "items": [{"code": "A", "description": "x", "price": "1,123456", "barcode": "800 801"},
              {"code": "B", "description": "y"}],
    "payment-terms": [{"code": "T", "instalments": "30:50 60:50"}],
    "customers": [
        {"code": "C1", "name": "R", "country": "IT", "price_lists": "TRADE", "discounts": "50+10-3", "agent": "AG"},
        {"code": "C2", "name": "S", "country": "DE", "minimum_order_value": "100,50", "active": "no"},
    ],
    "price-list-lines": [{"price_list": "RETAIL", "item": "A", "price": "2", "discounts": "5+2"}],
    "stock": [{"item": "A", "warehouse": "MAIN", "quantity": "-2.5"}],
}  # fmt: skip


def fill(desk: Desk) -> None:
    if not any(True for _ in export_table(desk, "warehouses")):
        save_row(desk, "warehouses", {"code": "MAIN"})
    warehouse = next(iter(export_table(desk, "warehouses")))[0]
    for registry, rows in TREES.items():
        if registry == "stock":
            rows = [row | {"warehouse": warehouse} for row in rows]
        result = import_table(desk, registry, list(enumerate(rows, 2)))
        assert result.stored, result.errors


def exported(desk: Desk, registry: str) -> list[dict[str, Any]]:
    columns = export_columns(registry)
    return [dict(zip(columns, row, strict=True)) for row in export_table(desk, registry)]


def test_exported_rows_change_nothing_when_imported(italian_desk: Desk) -> None:
    fill(italian_desk)
    for spec in all_specs():
        rows = exported(italian_desk, spec.name)
        result = import_table(italian_desk, spec.name, list(enumerate(rows, 2)))
        assert (result.errors, result.inserted, result.changed) == ((), 0, 0), spec.name
        assert result.unchanged == len(rows)
        assert exported(italian_desk, spec.name) == rows


@pytest.mark.parametrize("kind", ["csv", "json", "xlsx"])
def test_odd_texts_survive_a_file(new_italian_desk: Callable[[], Desk], tmp_path: Path, kind: str) -> None:
    desk = new_italian_desk()
    rows = [
        {"code": f"C{n}", "name": text, "country": "IT", "internal_note": text, "street": text}
        for n, text in enumerate(ODD)
    ]
    assert import_table(desk, "customers", list(enumerate(rows, 2))).errors == ()
    path = tmp_path / f"customers.{kind}"
    write_table(export_table(desk, "customers"), export_columns("customers"), kind, path)
    with read_table(path) as table:
        again = import_table(desk, "customers", table, columns=table.columns)
    assert (again.errors, again.changed, again.unchanged) == ((), 0, len(ODD))
    other = new_italian_desk()
    with read_table(path) as table:
        assert import_table(other, "customers", table, columns=table.columns).inserted == len(ODD)
    assert exported(other, "customers") == exported(desk, "customers")


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXTS, min_size=1, max_size=8), price=st.decimals(0, 10**6, places=6))
def test_any_text_is_stored_found_again_and_stable(sqlite_desk: Desk, texts: list[str], price: Decimal) -> None:
    rows = [{"code": f"C{n}", "description": f"x{text}", "sales_price": price} for n, text in enumerate(texts)]
    first = import_table(sqlite_desk, "items", list(enumerate(rows, 2)))
    assert first.errors == ()
    out = exported(sqlite_desk, "items")
    again = import_table(sqlite_desk, "items", list(enumerate(out, 2)))
    assert (again.errors, again.changed, again.inserted) == ((), 0, 0)
    assert get_row(sqlite_desk, "items", "C0").values["sales_price"] == price


@pytest.mark.parametrize("country", ["IT", "US"])
def test_every_template_shows_all_columns_and_imports_itself(sqlite_url: str, clock: Any, country: str) -> None:
    from fluorders_tui.data.store import Store
    from fluorders_tui.services.desk import open_desk
    from fluorders_tui.services.fast_start import fast_start

    store = Store(sqlite_url)
    fast_start(store, country=country, company="Example", user="anna", clock=clock)
    desk = open_desk(store, "anna", clock=clock)
    # First what others refer to, as somebody filling a database would.
    save_row(desk, "items", {"code": "OTHER", "description": "other"})
    for spec in sorted(all_specs(), key=lambda spec: (bool(spec.parent), spec.name in ("price-lists",))):
        columns, example = template(desk, spec.name)
        assert columns == export_columns(spec.name)
        result = import_table(desk, spec.name, [(2, dict(zip(columns, example, strict=True)))])
        assert result.errors == (), spec.name
        assert result.stored
    store.dispose()


def test_exporting_streams(sqlite_desk: Desk) -> None:
    rows = [{"code": f"I{n:05d}", "description": "x"} for n in range(2100)]
    import_table(sqlite_desk, "items", list(enumerate(rows, 2)))
    stream = export_table(sqlite_desk, "items")
    assert next(stream)[0] == "I00000"
    assert [row[0] for row in stream] == [f"I{n:05d}" for n in range(1, 2100)]
