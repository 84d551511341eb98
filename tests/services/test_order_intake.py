"""Orders handed over as JSON: what is left out comes from the conditions, what is wrong is told at once, in place."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from fluorders_tui.documents.order_json import order_to_json, read_orders
from fluorders_tui.domain.errors import DeskError, Several
from fluorders_tui.domain.order import PriceOrigin
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.order_intake import enter_inputs
from fluorders_tui.services.order_list import OrderWindow
from fluorders_tui.services.orders import enter_order, open_order
from tests.services.orders_on_list import draft, fill_registries


@pytest.fixture
def desk(italian_desk: Desk) -> Desk:
    fill_registries(italian_desk)
    return italian_desk


def _enter(desk: Desk, document: Any, **options: bool) -> list[Any]:
    given, as_list = read_orders(json.dumps(document))
    return enter_inputs(desk, given, as_list=as_list, **options)


def _errors(desk: Desk, document: Any) -> dict[str, DeskError]:
    with pytest.raises(DeskError) as told:
        _enter(desk, document)
    errors = told.value.errors if isinstance(told.value, Several) else (told.value,)
    return {error.field: error for error in errors}


def test_customer_item_and_quantity_are_enough(desk: Desk) -> None:
    saved = _enter(desk, {"customer": "C0001", "lines": [{"item": "A-100", "quantity": "12"}]})[0]
    typed = enter_order(desk, draft(desk, "C0001", "A-100", 12))
    assert saved.number
    assert saved.totals == typed.totals
    assert saved.draft.lines[0].price_source.origin is PriceOrigin.ITEM


def test_everything_given_is_taken(desk: Desk) -> None:
    document = {
        "customer": "C0001", "reference": "PO 4711", "delivery_date": "2026-12-01", "final_discounts": "5+2",
        "currency": "EUR", "deposit": "10.00", "note": "Ring twice", "vat": None,
        "destination": {"name": "Yard", "city": "Lodi", "country": "IT"},
        "lines": [
            {"item": "A-100", "quantity": "12", "price": "10.00", "discounts": "50+10+5",
             "delivery_date": "2026-12-05"},
            {"item": "8001234567890", "quantity": 2}, {"item": "XY 9", "quantity": 1},
            {"line_type": "note", "description": "Fragile"},
            {"line_type": "charge", "description": "Packing", "price": "5"},
            {"line_type": "give-away", "item": "A-200", "quantity": 1},
            {"line_type": "uncoded", "description": "Repair", "quantity": "1.5", "price": "30"},
        ],
    }  # fmt: skip
    saved = _enter(desk, document)[0].draft
    assert [line.item for line in saved.lines] == ["A-100", "A-200", "B-300", "", "", "A-200", ""]
    assert (saved.reference, saved.note, saved.destination.city, saved.deposit) == (
        "PO 4711", "Ring twice", "Lodi", Decimal(10),
    )  # fmt: skip
    first = saved.lines[0]
    assert first.price_source.origin is PriceOrigin.MANUAL
    assert first.net == Decimal("51.30")
    assert (str(first.delivery_date), str(saved.lines[1].delivery_date)) == ("2026-12-05", "2026-12-01")


def test_what_comes_out_goes_in_again_with_the_same_figures(desk: Desk) -> None:
    document = {
        "customer": "C0001", "delivery_date": "2026-12-01", "final_discounts": "5", "discounts": "3",
        "lines": [
            {"item": "A-100", "quantity": "7", "discounts": "10"}, {"item": "A-200", "quantity": "3"},
            {"line_type": "note", "description": "Fragile"},
            {"line_type": "give-away", "item": "A-200", "quantity": 1, "vat_recourse": True},
        ],
    }  # fmt: skip
    first = order_to_json(_enter(desk, document)[0])
    again = order_to_json(_enter(desk, first)[0])
    shown = order_to_json(open_order(desk, again["number"]))
    assert shown == again
    for name in ("totals", "vat_summary", "due_dates", "commissions", "reference", "discounts", "final_discounts"):
        assert again[name] == first[name], name
    own = {"price_source", "price_details"}
    assert [{key: value for key, value in line.items() if key not in own} for line in again["lines"]] == [
        {key: value for key, value in line.items() if key not in own} for line in first["lines"]
    ]


def test_a_dry_run_completes_the_order_and_writes_nothing(desk: Desk) -> None:
    saved = _enter(desk, {"customer": "C0001", "lines": [{"item": "A-100", "quantity": "2"}]}, dry_run=True)[0]
    assert saved.number == ""
    assert saved.totals.items_net == Decimal(20)
    assert OrderWindow(desk).count() == 0


def test_everything_wrong_is_told_at_once_with_its_place_rule_and_the_nearest_code(desk: Desk) -> None:
    errors = _errors(
        desk,
        {
            "customer": "C0001", "currency": "XXX", "payment_terms": "NOPE", "agents": [{"agent": "Z"}],
            "expenses": [{"type": "NONE", "amount": "1"}], "destination": "D9", "discounts": "5++",
            "lines": [
                {"item": "A-101", "quantity": "1"}, {"item": "A-100", "quantity": "0"},
                {"item": "A-100", "quantity": "1", "uom": "zz"}, {"item": "A-100", "quantity": "1", "discounts": "11#"},
                {"item": "A-100", "quantity": "1", "vat": "99"}, {"item": "A-200", "quantity": "2"},
            ],
        },
    )  # fmt: skip
    assert set(errors) == {
        "currency", "payment_terms", "agents[1].agent", "expenses[1].type", "destination", "discounts",
        "lines[1].item", "lines[2].quantity", "lines[3].uom", "lines[4].discounts", "lines[5].vat",
    }  # fmt: skip
    assert all(error.rule for error in errors.values())
    assert "A-100" in errors["lines[1].item"].hint
    assert errors["lines[4].discounts"].rule == "D-5.5"
    assert OrderWindow(desk).count() == 0


def test_an_unknown_customer_gives_the_near_ones(desk: Desk) -> None:
    errors = _errors(desk, {"customer": "C0009", "lines": [{"item": "A-100", "quantity": "1"}]})
    assert "C0001" in errors["customer"].hint


def test_a_list_is_entered_whole_or_not_at_all(desk: Desk) -> None:
    good = {"customer": "C0001", "lines": [{"item": "A-100", "quantity": "1"}]}
    bad = {"customer": "C0002", "lines": [{"item": "A-100", "quantity": "1"}, {"item": "Q", "quantity": "1"}]}
    errors = _errors(desk, [good, bad, {**good, "lines": []}])
    assert set(errors) == {"[2].lines[2].item", "[3].lines"}
    assert OrderWindow(desk).count() == 0
    assert len(_enter(desk, [good, good])) == 2
    assert OrderWindow(desk).count() == 2
