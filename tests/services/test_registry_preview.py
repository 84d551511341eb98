"""What a form's values would do, from the values alone."""

from __future__ import annotations

import datetime as dt

import pytest

from fluorders_tui.data.store import Store
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.fast_start import fast_start
from fluorders_tui.services.orders import enter_order, upcoming_numbers
from fluorders_tui.services.registries import get_row
from fluorders_tui.services.registry_preview import PREVIEWED, registry_preview
from tests.conftest import FixedClock
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


@pytest.mark.parametrize("registry", sorted(PREVIEWED))
def test_every_preview_works_on_what_the_fast_start_made(desk: Desk, registry: str) -> None:
    codes = {
        "numberings": "ORD", "payment-terms": "30EOM", "discount-types": "D1", "order-types": "STD",
        "calendars": "IT", "company": "company",
    }  # fmt: skip
    values, children = {}, {}
    if registry in codes:
        row = get_row(desk, registry, codes[registry])
        values, children = (
            dict(row.values),
            {name: [dict(one.values) for one in rows] for name, rows in row.children.items()},
        )
    told = registry_preview(desk, registry, values, children)
    assert told
    assert not any(line.startswith("✗") for line in told)


def test_upcoming_numbers_follow_the_counter_and_take_none(desk: Desk) -> None:
    """D-9.3b."""
    fill_shop(desk)
    assert enter_order(desk, draft(desk)).number == "2026-00001"
    for _ in range(2):
        assert upcoming_numbers(desk, "ORD", dt.date(2026, 11, 24), 2) == ["2026-00002", "2026-00003"]
    assert upcoming_numbers(desk, "ORD", dt.date(2027, 1, 1), 1) == ["2027-00001"]
    assert enter_order(desk, draft(desk)).number == "2026-00002"
