"""Rows that don't fit the others are refused with the place and the reason, on both databases."""

from __future__ import annotations

import pytest

from fluorders_tui.data.store import Store
from fluorders_tui.domain.errors import DeskError, Several
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.fast_start import fast_start
from fluorders_tui.services.imports import import_table
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
    ("company", {"code": "company", "vat_code": "99"}, "D-2.4"),
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
