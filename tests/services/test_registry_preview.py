"""What a form's values would do, from the values alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from fluorders_tui.data.store import Store
from fluorders_tui.domain.permissions import Role
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.fast_start import fast_start
from fluorders_tui.services.orders import enter_order, upcoming_numbers
from fluorders_tui.services.registries import get_row, list_rows
from fluorders_tui.services.registry_preview import PREVIEWED, registry_preview
from tests.conftest import FixedClock
from tests.services.supply_shop import fill_supply_shop
from tests.shop import draft, fill_shop


@pytest.fixture
def desk(database_url: str, clock: FixedClock) -> Desk:
    store = Store(database_url)
    fast_start(store, country="IT", company="Prova Srl", user="anna", clock=clock)
    return open_desk(store, "anna", clock=clock)


def test_numbers_over_a_year_end_and_a_shifted_year(desk: Desk) -> None:
    """D-9.1, D-9.2: a fiscal year from June is one period over New Year's Eve."""
    policy = {"code": "P", "period": "yearly", "shift_months": 5}
    told = registry_preview(
        desk,
        "numberings",
        {"code": "N", "format": "{period}-{number:04d}"},
        {"numbering-policies": [policy], "numbering-ranges": []},
    )
    assert told[2] == "2026-12-31   2026-0001, 2026-0002, 2026-0003"
    assert told[3] == "2027-01-01   2026-0001, 2026-0002, 2026-0003"
    assert told[4] == "2027-06-01   2027-0001, 2027-0002, 2027-0003"


def test_a_format_that_repeats_says_so_before_it_is_saved(desk: Desk) -> None:
    children = {"numbering-policies": [{"code": "P", "period": "yearly"}], "numbering-ranges": []}
    told = registry_preview(desk, "numberings", {"code": "N", "format": "{number}"}, children)
    assert [line[:1] for line in told] == ["✗"]
    assert "D-9.2" in told[0]


def test_due_dates_of_an_example(desk: Desk) -> None:
    """D-8.3b: nothing falls due in August."""
    children = {
        "payment-term-instalments": [{"days": 30}, {"days": 60}],
        "payment-term-excluded-months": [{"month": 8, "to_month": 9, "to_day": 5}],
    }
    values = {"code": "X", "name": "", "commercial": True, "monthly_settlement": True}
    told = registry_preview(desk, "payment-terms", values, children)
    assert told[3] == "2026-07-01   610.00 on 2026-09-05, 610.00 on 2026-09-30"


@pytest.mark.parametrize("registry", sorted(set(PREVIEWED) - {"discount-policies", "customers", "suppliers"}))
def test_every_preview_works_on_what_the_fast_start_made(desk: Desk, registry: str) -> None:
    row = get_row(desk, registry, list_rows(desk, registry).rows[0].id)
    children = {name: [dict(one.values) for one in rows] for name, rows in row.children.items()}
    told = registry_preview(desk, registry, dict(row.values), children)
    assert told
    assert not any(line.startswith("✗") for line in told)


def test_a_policy_says_which_combination_it_belongs_to(desk: Desk) -> None:
    """D-5.4: and what is looked at before it; P-15: one that would never be used says so."""
    fill_shop(desk)
    own = {"code": "P", "customer": "C0001", "item": "A-100", "discounts": "10"}
    told = "\n".join(registry_preview(desk, "discount-policies", own, {}))
    assert "For this customer C0001 and this item A-100, from ever to further notice:" in told
    assert "of 100.00 there remain 90.00." in told
    assert "the combination customer and item, 1 of" in told
    later = "\n".join(registry_preview(desk, "discount-policies", {**own, "customer": None}, {}))
    assert "the combination item, " in later
    assert "Before it come: customer and item" in later
    lost = {"code": "P", "category": "X", "item_class": "Y", "discount_category": "Z", "item": "Q", "discounts": "1"}
    (wrong,) = registry_preview(desk, "discount-policies", lost, {})
    assert wrong.startswith("✗ Customer's category: P would never be used: no combination looks at")


def test_a_combination_stands_where_it_will_be_looked_at(desk: Desk) -> None:
    rows = [row.values for row in list_rows(desk, "discount-combinations").rows]
    last = max(int(str(row["priority"])) for row in rows)
    told = registry_preview(desk, "discount-combinations", {"code": "N", "priority": last, "item": True}, {})
    assert all(line.startswith("✗") for line in told)
    new = {"code": "N", "priority": last + 5, "category": True, "item": True, "item_class": True}
    told = registry_preview(desk, "discount-combinations", new, {})
    assert told[-1] == f"→ {last + 5}  commercial category, item class and item"
    assert len(told) == len(rows) + 2


def test_types_and_numberings_go_on_from_the_numbers_given(desk: Desk) -> None:
    """D-9.3b: what is shown is what the next order gets, and none is taken."""
    fill_shop(desk)
    assert enter_order(desk, draft(desk)).number == "2026-00001"
    stored = get_row(desk, "order-types", "STD")
    told = registry_preview(desk, "order-types", dict(stored.values), {})
    assert told[1] == "2026-11-24   2026-00002, 2026-00003, 2026-00004"
    numbering = get_row(desk, "numberings", "ORD")
    children = {name: [dict(one.values) for one in rows] for name, rows in numbering.children.items()}
    told = registry_preview(desk, "numberings", {**numbering.values, "format": "{yy}/{number:03d}-{type}"}, children)
    assert told[1:4] == [
        "2026-11-24   26/002-STD, 26/003-STD, 26/004-STD",
        "2026-12-31   26/002-STD, 26/003-STD, 26/004-STD",
        "2027-01-01   27/001-STD, 27/002-STD, 27/003-STD",
    ]
    assert enter_order(desk, draft(desk)).number == "2026-00002"


def test_what_is_wrong_names_row_and_field(desk: Desk) -> None:
    """D-9.2, D-8.1: as the form calls them."""
    policies = [{"code": "P", "period": "none"}, {"code": "Q", "period": "yearly", "valid_from": dt.date(2027, 1, 1)}]
    policies[1]["format"] = "{number}"
    (told,) = registry_preview(
        desk, "numberings", {"code": "N", "format": "{number}"}, {"numbering-policies": policies}
    )
    assert told.startswith("✗ Numbering policies, row 2, Format: Numbers start again every year")
    shares = [{"days": 0, "share_taxable": Decimal(50)}, {"days": 30, "share_taxable": Decimal(49)}]
    (told,) = registry_preview(desk, "payment-terms", {"code": "T"}, {"payment-term-instalments": shares})
    assert told.startswith("✗ Instalments, row 2, Share of taxable %: The shares of taxable make 99 %")


def test_upcoming_numbers_follow_the_counter_and_take_none(desk: Desk) -> None:
    """D-9.3b."""
    fill_shop(desk)
    assert enter_order(desk, draft(desk)).number == "2026-00001"
    for _ in range(2):
        assert upcoming_numbers(desk, "ORD", dt.date(2026, 11, 24), 2) == ["2026-00002", "2026-00003"]
    assert upcoming_numbers(desk, "ORD", dt.date(2027, 1, 1), 1) == ["2027-00001"]
    assert enter_order(desk, draft(desk)).number == "2026-00002"


def test_a_supplier_lists_what_they_sell_with_costs_for_those_who_may_see_them(desk: Desk) -> None:
    fill_supply_shop(desk)
    supplier = next(row for row in list_rows(desk, "suppliers").rows if row.code == "S1")
    values = dict(supplier.values)
    told = registry_preview(desk, "suppliers", values, {})
    bought = list_rows(desk, "item-suppliers", filters={"supplier": "S1"})
    assert told[0].startswith(f"{bought.total} items come from them")
    assert len(told) == 1 + bought.total
    assert " EUR " in told[1]
    clerk = replace(desk, role=Role.EXPEDITER.value)
    hidden = registry_preview(clerk, "suppliers", values, {})
    assert " EUR " not in "".join(hidden)
    assert hidden[0].endswith("(item, their code, days):")
    for code in ("", "NEW"):
        (nothing,) = registry_preview(desk, "suppliers", {**values, "code": code}, {})
        assert "No item names them" in nothing
