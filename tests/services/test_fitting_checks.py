"""Rows that don't fit the others are refused with the place and the reason, on both databases."""

from __future__ import annotations

import pytest

from fluorders_tui.data.store import Store
from fluorders_tui.domain.errors import DeskError, Several
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.fast_start import fast_start
from fluorders_tui.services.imports import import_table
from fluorders_tui.services.registries import get_row
from fluorders_tui.services.registry_saving import save_row
from tests.conftest import FixedClock


@pytest.fixture
def desk(database_url: str, clock: FixedClock) -> Desk:
    store = Store(database_url)
    fast_start(store, country="IT", company="Prova Srl", user="anna", clock=clock)
    desk = open_desk(store, "anna", clock=clock)
    save_row(desk, "items", {"code": "A", "description": "Bolt", "unit": "pc", "vat_code": "22"})
    save_row(desk, "price-list-types", {"code": "P"})
    save_row(desk, "price-lists", {"code": "P1", "list_type": "P", "currency": "EUR", "valid_from": "2026-01-01"})
    save_row(desk, "discount-policies", {"code": "D0", "item": "A", "discounts": "5"})
    return desk


BAD = [
    ("price-lists", {"code": "P2", "list_type": "P", "currency": "EUR", "valid_from": "2026-01-01"}, "D-4.1"),
    ("discount-policies", {"code": "D1", "discounts": "5"}, "D-5.4"),
    ("discount-policies", {"code": "D1", "item": "A", "discounts": ""}, "D-5.4"),
    ("discount-combinations", {"code": "X", "priority": "500", "item": "yes"}, "D-5.4"),
    ("discount-combinations", {"code": "X", "priority": "10", "customer": "yes", "category": "yes"}, "D-5.4"),
    ("item-units", {"item": "A", "unit": "pc", "factor": "2"}, "D-2.2"),
    ("company", {"code": "company", "vat_code": "99"}, "D-2"),
    ("company", {"code": "company", "time_zone": "Mars/Base"}, "D-2.4"),
]


def rules(error: DeskError) -> set[str]:
    return {one.rule for one in error.errors} if isinstance(error, Several) else {error.rule}


@pytest.mark.parametrize(("registry", "values", "rule"), BAD)
def test_an_import_names_row_and_reason_and_writes_nothing(
    desk: Desk, registry: str, values: dict[str, str], rule: str
) -> None:
    result = import_table(desk, registry, [(2, dict(values))])
    assert not result.stored
    assert rule in str(result.errors)
    assert import_table(desk, registry, [(2, dict(values))], dry_run=True).errors


@pytest.mark.parametrize(
    ("registry", "values", "rule"), [bad for bad in BAD if bad[0] not in ("item-units", "company")]
)
def test_a_form_is_refused(desk: Desk, registry: str, values: dict[str, str], rule: str) -> None:
    with pytest.raises(DeskError) as refused:
        save_row(desk, registry, dict(values))
    assert rule in rules(refused.value)


def test_what_fits_is_written(desk: Desk) -> None:
    """D-4.1: an old list needs no end date when a newer one follows."""
    save_row(desk, "price-lists", {"code": "P2", "list_type": "P", "currency": "EUR", "valid_from": "2027-01-01"})
    save_row(desk, "discount-policies", {"code": "D1", "item": "A", "discounts": "7", "valid_from": "2026-06-01"})


def fields(error: DeskError) -> list[str]:
    return [one.field for one in error.errors] if isinstance(error, Several) else [error.field]


POLICY = {"code": "P", "period": "yearly"}
FORMS = [
    # D-9.2: the format is wrong where it is written.
    ("numberings", {"code": "N", "format": "{number}"}, {"numbering-policies": [POLICY]}, ["format"]),
    (
        "numberings",
        {"code": "N"},
        {"numbering-policies": [POLICY, {**POLICY, "code": "Q", "valid_from": "2027-01-01", "format": "{number}"}]},
        ["numbering-policies[2].format"],
    ),
    (
        "numberings",
        {"code": "N"},
        {
            "numbering-policies": [POLICY],
            "numbering-ranges": [
                {"policy": "P", "start": 1, "end": 20},
                {"policy": "P", "start": 10},
                {"policy": "X", "start": 1},
            ],
        },
        ["numbering-ranges[3].policy", "numbering-ranges[2].start"],
    ),
    ("numberings", {"code": "N"}, {}, ["numbering-policies[1].code"]),
    # D-8.1: the last share is what is missing.
    (
        "payment-terms",
        {"code": "T", "name": "T"},
        {"payment-term-instalments": [{"days": 0, "share_taxable": 50}, {"days": 30, "share_taxable": 49}]},
        ["payment-term-instalments[2].share_taxable"],
    ),
    (
        "payment-terms",
        {"code": "T", "name": "T"},
        {
            "payment-term-instalments": [{"days": 0}],
            "payment-term-excluded-months": [
                {"month": 12, "to_month": 1, "to_day": 7},
                {"month": 8, "to_month": 9, "to_day": 31},
            ],
        },
        ["payment-term-excluded-months[2].to_day"],
    ),
    (
        "items",
        {"code": "A"},
        {"item-units": [{"unit": "kg", "factor": 2}, {"unit": "pc", "factor": 2}]},
        ["item-units[2].unit"],
    ),
    ("items", {"code": "A"}, {"item-units": [{"unit": "kg", "factor": 0}]}, ["item-units[1].factor"]),
    (
        "items",
        {"code": "A"},
        {"item-components": [{"component": "B", "quantity": 1}, {"component": "KIT", "quantity": 1}]},
        ["item-components[2].component"],
    ),
    (
        "customers",
        {"code": "C", "name": "C", "country": "IT"},
        {"customer-price-lists": [{"list_type": "P", "default": "yes"}, {"list_type": "R", "default": "yes"}]},
        ["customer-price-lists[2].default"],
    ),
]  # fmt: skip


@pytest.fixture
def kit_desk(desk: Desk) -> Desk:
    save_row(desk, "items", {"code": "B", "description": "Box", "unit": "pc"})
    kit = {"code": "KIT", "description": "Kit", "unit": "pc"}
    save_row(desk, "items", kit, children={"item-components": [{"component": "A", "quantity": 1}]})
    save_row(desk, "price-list-types", {"code": "R"})
    return desk


def test_a_form_is_told_the_row_and_the_field(kit_desk: Desk) -> None:
    """Each where it is typed: the cursor goes there."""
    for registry, values, children, places in FORMS:
        row_id = get_row(kit_desk, registry, "A").id if registry == "items" else None
        with pytest.raises(DeskError) as refused:
            save_row(kit_desk, registry, dict(values), row_id=row_id, children=children)
        assert fields(refused.value) == places


def test_rows_that_stay_as_they_are_stored_are_counted_as_they_are_shown(kit_desk: Desk) -> None:
    """D-9.2: the second policy has no year of its own, and only the ranges are saved."""
    policies = [POLICY, {**POLICY, "code": "Q", "valid_from": "2027-01-01", "period": "none", "format": "{number}"}]
    made = save_row(kit_desk, "numberings", {"code": "N"}, children={"numbering-policies": policies})
    ranges = [{"policy": "Q", "start": 1, "format": "X"}]
    with pytest.raises(DeskError) as refused:
        save_row(kit_desk, "numberings", {}, row_id=made.id, children={"numbering-ranges": ranges})
    assert fields(refused.value) == ["numbering-ranges[1].format"]
    second = made.children["numbering-policies"][1]
    with pytest.raises(DeskError) as refused:
        save_row(kit_desk, "numbering-policies", {"period": "daily"}, row_id=second.id)
    assert fields(refused.value) == ["format"]


def test_an_import_names_the_bad_row_of_many(kit_desk: Desk) -> None:
    """Not the first one of the same owner."""
    files = {
        "numbering-policies": [
            {"numbering": "ORD", "code": "P2", "valid_from": "2027-01-01"},
            {"numbering": "ORD", "code": "P3", "valid_from": "2028-01-01", "format": "{number}"},
        ],
        "numbering-ranges": [
            {"numbering": "ORD", "policy": "YEAR", "start": "5000", "end": "6000"},
            {"numbering": "ORD", "policy": "NO", "start": "7"},
        ],
        "item-components": [
            {"item": "A", "component": "B", "quantity": "1"},
            {"item": "A", "component": "KIT", "quantity": "1"},
        ],
        "payment-term-instalments": [
            {"payment_term": "30EOM", "days": "60", "share_taxable": "50"},
            {"payment_term": "30EOM", "days": "90", "share_taxable": "49"},
        ],
    }  # fmt: skip
    columns = {}
    for registry, rows in files.items():
        result = import_table(kit_desk, registry, list(enumerate(rows, 2)))
        assert not result.stored
        columns[registry] = [(error.row, error.column) for error in result.errors]
    assert columns == {
        "numbering-policies": [(3, "format")],
        "numbering-ranges": [(3, "policy")],
        "item-components": [(3, "component")],
        "payment-term-instalments": [(3, "share_taxable")],
    }
    result = import_table(kit_desk, "payment-terms", [(2, {"code": "T", "name": "T", "instalments": "0:50 30:49"})])
    assert [(error.row, error.column) for error in result.errors] == [(2, "instalments")]
