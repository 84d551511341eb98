"""What suppliers bring: least lots in proposals, purchase lists that must be there, and exceptions decided together."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from fluorders_tui.domain.errors import Invalid, NotAllowed
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.holding import discard_held, held
from fluorders_tui.services.needs import needs_now
from fluorders_tui.services.registry_saving import save_row
from fluorders_tui.services.supplier_drafts import find_purchased, new_supplier_order, supplier_line
from fluorders_tui.services.supplier_holding import SupplierTyping, hold_supply, resume_supply
from fluorders_tui.services.supplier_orders import move_dates
from fluorders_tui.services.supply_exceptions import Choice, exceptions, resolve_many
from fluorders_tui.services.supply_proposals import Asked, StockUse, order_supply, proposals
from tests.services.supply_shop import fill_supply_shop, ordered, supply_draft

LATER = dt.date(2027, 1, 11)


@pytest.fixture
def desk(italian_desk: Desk) -> Desk:
    fill_supply_shop(italian_desk)
    return italian_desk


def test_the_last_proposal_takes_what_the_least_lot_misses(desk: Desk) -> None:
    known = {"item": "B-900", "supplier": "S3", "price": "3", "min_lot": "50", "default": False}
    save_row(desk, "item-suppliers", known)
    ordered(desk, ("B-900", 10))
    ordered(desk, ("B-900", 15), customer="C0002")
    asked = Asked(without=frozenset({"S1"}), stock_use=StockUse.ALWAYS)
    rows = proposals(desk, asked).rows
    assert [row.quantity for row in rows] == [10, 40]
    assert "least lot 50" in rows[1].reason
    assert [row.quantity for row in proposals(desk, replace(asked, drop_ship=True)).rows] == [10, 15]
    made = order_supply(desk, rows).orders[0]
    assert (made.draft.lines[0].quantity, made.promised(made.draft.lines[0])) == (50, 25)


def test_a_purchase_list_must_be_there_in_the_suppliers_currency(desk: Desk) -> None:
    save_row(desk, "suppliers", {"code": "S7", "name": "Seven", "price_list": "L1"})
    save_row(desk, "suppliers", {"code": "S8", "name": "Eight", "price_list": "L1-2026", "currency": "EUR"})
    for code, currency in (("NIX", ""), ("L1", "USD")):
        values = {"code": "S9", "name": "Nine", "price_list": code, "currency": currency or None}
        with pytest.raises(Invalid) as told:
            save_row(desk, "suppliers", values)
        assert (told.value.field, told.value.rule) == ("price_list", "P-123")
    line = supplier_line(desk, new_supplier_order(desk, "S7"), "B-900", Decimal(3))
    assert line.price == Decimal("7.5")


def test_an_item_is_found_by_what_the_supplier_calls_it(desk: Desk) -> None:
    first = find_purchased(desk, "s1-a-110", "S1")[0]
    assert (first.code, first.typed_code) == ("A-110", "s1-a-110")
    assert [one.code for one in find_purchased(desk, "s1-a-110", "S2")] == []
    assert find_purchased(desk, "A-100", "S1")[0].via == ""


def test_a_held_supplier_order_is_taken_up_once(desk: Desk) -> None:
    draft = supply_draft(desk, ("A-100", 5))
    typing = SupplierTyping("quantity", "7", -1, True, draft.lines[0])
    aside = hold_supply(desk, draft, typing)
    assert [(one.supply, one.offer) for one in held(desk)] == [(True, False)]
    assert resume_supply(desk, aside.row, lambda *_: None) == (draft, typing)
    with pytest.raises(Invalid):
        resume_supply(desk, aside.row, lambda *_: None)
    again = hold_supply(desk, draft)
    discard_held(desk, again.row)
    assert held(desk) == ()


def test_several_exceptions_are_decided_each_by_itself(desk: Desk, tmp_path: object) -> None:
    from pathlib import Path

    for item in ("A-100", "A-110"):
        ordered(desk, (item, 5))
    made = order_supply(desk, proposals(desk).rows).orders[0]
    move_dates(replace(desk, user="berta"), made.draft.id, {0: LATER, 1: LATER})
    needs = needs_now(desk, Path(str(tmp_path)))
    assert (needs.supply_count, [one.order for one in needs.supply]) == (2, ["2026-00001", "2026-00002"])
    found = exceptions(desk)
    with pytest.raises(NotAllowed):
        resolve_many(replace(desk, role="clerk"), found, Choice.FORCE)
    first = resolve_many(desk, found[:1], Choice.ACCEPT)
    both = resolve_many(desk, found, Choice.ACCEPT)
    assert (len(first.done), len(both.done), [one.order for one, _ in both.refused]) == (1, 1, ["2026-00001"])
    assert exceptions(desk) == []
    assert needs_now(desk, Path(str(tmp_path))).supply == ()
