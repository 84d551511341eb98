"""One order's story, through the object layer and through the bare driver: the same words."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import text

from fluorders_tui.data.status_reader import read_status
from fluorders_tui.domain.draft_lines import add_line, delete_line, replace_line
from fluorders_tui.domain.entry import change_price, change_quantity
from fluorders_tui.domain.errors import Invalid, Unreachable
from fluorders_tui.domain.header import set_delivery_date, set_text
from fluorders_tui.domain.story_words import changes_in_words, moment, story_entry
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.order_story import story, story_of_row
from fluorders_tui.services.orders import change_order, enter_order, open_order
from tests.conftest import FixedClock
from tests.services.orders_on_list import draft, fill_registries


@pytest.fixture
def desk(italian_desk: Desk) -> Desk:
    fill_registries(italian_desk)
    return italian_desk


def _url(desk: Desk) -> str:
    return desk.store.url.set(drivername=desk.store.url.get_backend_name()).render_as_string(hide_password=False)


def test_the_story_tells_who_did_what_when(desk: Desk, clock: FixedClock) -> None:
    saved = enter_order(desk, draft(desk, quantity=42))
    clock.advance(hours=2)
    opened = open_order(desk, saved.number).draft
    line = change_price(opened, change_quantity(opened, opened.lines[0], Decimal(3)), Decimal("9.50"))
    changed = add_line(replace_line(opened, 0, line), replace(line, id=0, item="A-200"))
    changed = set_text(set_delivery_date(changed, dt.date(2026, 12, 1)), "reference", "PO [1]")
    change_order(replace(desk, user="bruno"), changed, "asked by telephone")
    told = story(desk, saved.number)
    assert [entry.headline(desk.today()) for entry in told.entries] == [
        f"Tue 24 Nov 10:30 anna entered the order: 1 line, {saved.totals.total:f} EUR",
        "Tue 24 Nov 12:30 bruno changed the order",
    ]
    entry = told.entries[1]
    assert entry.comment == "asked by telephone"
    assert set(entry.changes) == {
        "delivery date nothing → 2026-12-01",
        "reference nothing → PO [1]",
        "line 2 added: 3 pc A-200 at 9.5",
        "line 1: quantity 42 → 3, price 10 → 9.5, delivery date nothing → 2026-12-01",
    }
    assert told == story_of_row(desk, told.order.draft.id)


def test_the_bare_driver_tells_the_same(desk: Desk, clock: FixedClock) -> None:
    saved = enter_order(desk, draft(desk, quantity=7, reference="PO 4711"))
    opened = open_order(desk, saved.number).draft
    clock.advance(minutes=5)
    change_order(desk, set_text(delete_line(add_line(opened, replace(opened.lines[0], id=0)), 0), "note", "x\ny"))
    answer = read_status(_url(desk), saved.number)
    assert len(answer.orders) == 1
    state, told = answer.orders[0], story(desk, saved.number)
    assert state.journal == told.entries
    totals = told.order.totals
    assert (state.order["total"], state.order["taxable"], state.order["vat"]) == (
        totals.total, totals.taxable, totals.vat,
    )  # fmt: skip
    assert str(state.order["total"]) == f"{totals.total:f}"
    assert state.order["date"] == told.order.draft.date
    assert state.order["entered_at"] == dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)
    line = state.lines[0]
    assert (line["item"], line["quantity"], line["net"]) == ("A-100", Decimal(7), told.order.draft.lines[0].net)
    assert answer.zone == desk.company.time_zone


def test_last_figures_are_enough_and_an_unknown_number_gives_the_near_ones(desk: Desk) -> None:
    numbers = [enter_order(desk, draft(desk)).number for _ in range(3)]
    url = _url(desk)
    assert [state.order["number"] for state in read_status(url, "2").orders] == [numbers[1]]
    nothing = read_status(url, numbers[0].replace("2026", "2025"))
    assert nothing.orders == ()
    assert numbers[0] in nothing.near
    assert read_status(url, "zzz").near == (numbers[-1],)
    assert read_status(url, "' OR 1=1 --").orders == ()
    with pytest.raises(Invalid):
        story(desk, "zzz")


def test_two_orders_with_one_number_are_both_told(desk: Desk) -> None:
    first, second = (enter_order(desk, draft(desk)) for _ in range(2))
    with desk.store.write() as session:
        session.connection().execute(
            text("UPDATE customer_order SET number = :number WHERE id = :id"),
            {"number": first.number, "id": second.draft.id},
        )
    assert len(read_status(_url(desk), first.number).orders) == 2


def test_a_database_without_tables_is_told_in_the_words_of_the_desk(empty_database_url: str) -> None:
    with pytest.raises(Unreachable):
        read_status(empty_database_url, "1")


def test_changes_are_grouped_and_nothing_in_them_breaks_a_line() -> None:
    words = changes_in_words(
        {"note": "a\nb", "lines[3]": "2 pc A at 1", "lines[12].vat": "22", "vat_included": False, "lines[2].uom": "pc"},
        {"note": "x" * 200, "lines[12].vat": "10", "vat_included": True, "lines[2].uom": "box",
         "lines": "in another order"},
    )  # fmt: skip
    assert words == (
        f"note a b → {'x' * 59}…",
        "VAT included no → yes",
        "line 3 removed: 2 pc A at 1",
        "lines in another order",
        "line 2: unit pc → box",
        "line 12: VAT 22 → 10",
    )


def test_an_entry_of_another_year_has_its_year_and_an_unknown_event_its_name() -> None:
    at = dt.datetime(2025, 3, 4, 8, 5, tzinfo=dt.UTC)
    assert moment(at, dt.date(2026, 1, 1)) == "Tue 4 Mar 2025 08:05"
    assert moment(at, dt.date(2025, 1, 1)) == moment(at) == "Tue 4 Mar 08:05"
    entry = story_entry(at, "", "weighed", "", "", "", {}, {})
    assert entry.headline() == "Tue 4 Mar 08:05 somebody weighed the order"
    moved = story_entry(at, "anna", "changed", "confirmed", "executed", "", {}, {})
    assert moved.text == "changed the order, now executed"
