"""Keeping price lists: copies, dated versions, raising with a preview; on both databases (D-4.1, D-4.10, D-12.7)."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest

from fluorders_tui.data.journal_reading import entries_of
from fluorders_tui.domain.errors import Conflict, DeskError, Invalid, NotAllowed, Refused, Several
from fluorders_tui.domain.price_raising import PriceBracket, Variation, parse_mask
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.price_list_raising import PriceFilter, Raising, preview_raise, write_raised
from fluorders_tui.services.price_lists import (
    NewList,
    close_version,
    duplicate_list,
    open_version,
    plan_close,
    plan_new,
    price_list,
)
from fluorders_tui.services.registries import get_row, list_rows
from fluorders_tui.services.registry_history import history
from fluorders_tui.services.registry_saving import save_row

NEXT_YEAR = dt.date(2027, 1, 1)
NINES = Raising(
    Variation(Decimal(3)),
    (PriceBracket(parse_mask("[=],[9][9]"), Decimal(20), Decimal(2)), PriceBracket(parse_mask("[=],[=]"))),
)
PRICES = (("A-100", "0", "10"), ("A-100", "12", "9.5"), ("A-110", "0", "19"), ("B-900", "0", "100"))


@pytest.fixture
def desk(italian_desk: Desk) -> Desk:
    """Three items in one list of 2026, the first with a quantity break and an amount as discount."""
    save_row(italian_desk, "item-classes", {"code": "BOLTS", "name": "Bolts"})
    for code in ("A-100", "A-110", "B-900"):
        item_class = "BOLTS" if code.startswith("A") else None
        values = {"code": code, "description": f"Item [{code}]", "unit": "pc", "item_class": item_class}
        save_row(italian_desk, "items", values)
    save_row(italian_desk, "price-list-types", {"code": "L", "name": "List"})
    save_row(
        italian_desk,
        "price-lists",
        {"code": "L-2026", "name": "List [2026]", "list_type": "L", "currency": "EUR", "valid_from": "2026-01-01"},
        children={
            "price-list-lines": [
                {
                    "item": item,
                    "min_quantity": quantity,
                    "price": price,
                    "discounts": "10+5#" if quantity != "0" else "",
                }
                for item, quantity, price in PRICES
            ]
        },
    )
    return italian_desk


def prices(desk: Desk, code: str = "L-2026") -> dict[tuple[str, int], str]:
    rows = list_rows(desk, "price-list-lines", parent=code).rows
    return {
        (str(row.values["item"]), int(Decimal(str(row.values["min_quantity"])))): f"{row.values['price']:.2f}"
        for row in rows
    }


def journal(desk: Desk, code: str) -> list[Any]:
    with desk.store.read() as connection:
        return list(entries_of(connection, "price-lists", price_list(desk, code).id, 50))


BEFORE = {("A-100", 0): "10.00", ("A-100", 12): "9.50", ("A-110", 0): "19.00", ("B-900", 0): "100.00"}


def test_a_preview_shows_what_is_too_far_first_and_writes_nothing(desk: Desk) -> None:
    preview = preview_raise(desk, "l-2026", NINES)
    shown = [(row.line.item, row.price.unrounded, row.price.new, row.price.beyond) for row in preview.each(desk)]
    assert shown == [
        ("A-100", Decimal("10.3"), Decimal("10.99"), True),
        ("A-100", Decimal("9.785"), Decimal("9.99"), True),
        ("A-110", Decimal("19.57"), Decimal("19.99"), True),
        ("B-900", Decimal("103"), Decimal("103.0"), False),
    ]
    assert (preview.rows, preview.chosen, preview.changed, preview.beyond) == (4, 4, 4, 3)
    # 9.9 %, 5.157… %, 5.21… % and 3 %
    assert preview.mean_change == Decimal("5.82")
    assert prices(desk) == BEFORE
    assert len(journal(desk, "L-2026")) == 1


def test_pages_of_a_preview_are_its_rows(desk: Desk) -> None:
    preview = preview_raise(desk, "L-2026", NINES)
    whole = list(preview.each(desk))
    assert [row for at in range(5) for row in preview.page(desk, at, at + 1)] == whole
    assert preview.page(desk, 2, 99) == tuple(whole[2:])


def test_rows_too_far_keep_their_price_unless_accepted(desk: Desk) -> None:
    preview = preview_raise(desk, "L-2026", NINES)
    second = preview.page(desk, 1, 2)[0]
    done = write_raised(desk, preview, accepted=[second.id])
    assert (done.code, done.rows, done.changed, done.left) == ("L-2026", 4, 2, 2)
    assert prices(desk) == {**BEFORE, ("A-100", 12): "9.99", ("B-900", 0): "103.00"}
    entry = journal(desk, "L-2026")[0]
    assert (entry.event, entry.user) == ("raised", "anna")
    assert "+3 %" in entry.comment
    assert "2 of 4 prices changed, 2 left" in entry.comment
    assert json.loads(entry.before) == {
        "price-list-lines[A-100/pc/12].price": "9.5",
        "price-list-lines[B-900/pc/0].price": "100",
    }
    assert (
        "Prices, A-100/pc/12: Price: 9.5 → 9.99"
        in history(desk, "price-lists", price_list(desk, "L-2026").id)[0].changes
    )


def test_all_too_far_may_be_accepted(desk: Desk) -> None:
    done = write_raised(desk, preview_raise(desk, "L-2026", NINES), accept_beyond=True)
    assert (done.changed, done.left) == (4, 0)
    assert prices(desk)["A-100", 0] == "10.99"


@pytest.mark.parametrize(
    ("rows", "chosen"),
    [
        (PriceFilter(item_class="bolts"), 3),
        (PriceFilter(item_class="BOLTS", only_breaks=True), 1),
        (PriceFilter(code_prefix="b-"), 1),
        (PriceFilter(code_prefix="A-1", only_breaks=False), 3),
        (PriceFilter(code_prefix="A-100x"), 0),
    ],
)
def test_a_filter_chooses_rows(desk: Desk, rows: PriceFilter, chosen: int) -> None:
    preview = preview_raise(desk, "L-2026", Raising(Variation(Decimal(1), is_amount=True), rows=rows))
    assert (preview.rows, preview.chosen) == (4, chosen)
    assert write_raised(desk, preview).changed == chosen
    changed = {key for key, price in prices(desk).items() if price != BEFORE[key]}
    assert len(changed) == chosen


def test_a_new_version_keeps_the_old_prices_and_takes_all_rows_along(desk: Desk) -> None:
    preview = preview_raise(desk, "L-2026", Raising(Variation(Decimal(10)), rows=PriceFilter(item_class="BOLTS")))
    done = write_raised(desk, preview, new=NewList("L-2027", NEXT_YEAR, close_old=True))
    assert (done.code, done.rows, done.changed) == ("L-2027", 4, 3)
    assert prices(desk) == BEFORE
    assert prices(desk, "L-2027") == {**BEFORE, ("A-100", 0): "11.00", ("A-100", 12): "10.45", ("A-110", 0): "20.90"}
    assert price_list(desk, "L-2026").valid_to == dt.date(2026, 12, 31)
    old = [row.values["discounts"] for row in list_rows(desk, "price-list-lines", parent="L-2027").rows]
    assert sorted(map(str, old)) == ["", "", "", "10+5#"]
    assert "from L-2026: +10 %, item class BOLTS; 3 of 4 prices changed" in journal(desk, "L-2027")[0].comment
    assert json.loads(journal(desk, "L-2026")[0].after) == {"valid_to": "2026-12-31"}


def _row(desk: Desk) -> None:
    row = list_rows(desk, "price-list-lines", parent="L-2026").rows[0]
    save_row(desk, "price-list-lines", {"price": "11"}, row_id=row.id)


def _new_row(desk: Desk) -> None:
    save_row(desk, "price-list-lines", {"price_list": "L-2026", "item": "B-900", "min_quantity": "5", "price": "90"})


def _head(desk: Desk) -> None:
    save_row(desk, "price-lists", {"name": "Other"}, row_id=price_list(desk, "L-2026").id)


@pytest.mark.parametrize("change", [_row, _new_row, _head])
@pytest.mark.parametrize("new", [None, NewList("L-2027", NEXT_YEAR)])
def test_what_somebody_changed_since_the_preview_is_not_overwritten(desk: Desk, change: Any, new: Any) -> None:
    preview = preview_raise(desk, "L-2026", NINES)
    change(desk)
    before = prices(desk)
    with pytest.raises(Conflict, match="anna changed the price list L-2026") as raised:
        write_raised(desk, preview, new=new, accept_beyond=True)
    assert raised.value.rule == "D-12.7"
    assert prices(desk) == before
    assert list_rows(desk, "price-lists").total == 1


@pytest.mark.parametrize("new", [None, NewList("L-2027", NEXT_YEAR, close_old=True)])
def test_stopping_leaves_nothing_half_written(desk: Desk, monkeypatch: pytest.MonkeyPatch, new: Any) -> None:
    monkeypatch.setattr("fluorders_tui.data.price_list_rows.CHUNK", 1)
    told: list[tuple[str, int, int]] = []
    preview = preview_raise(desk, "L-2026", Raising(Variation(Decimal(5))))
    with pytest.raises(Refused, match="Stopped"):
        write_raised(desk, preview, new=new, progress=lambda *at: told.append(at), stop=lambda: len(told) >= 2)
    assert told == [("writing", 1, 4), ("writing", 2, 4)]
    assert prices(desk) == BEFORE
    assert list_rows(desk, "price-lists").total == 1
    assert price_list(desk, "L-2026").valid_to is None
    assert len(journal(desk, "L-2026")) == 1
    with pytest.raises(Refused, match="Stopped"):
        preview_raise(desk, "L-2026", NINES, stop=lambda: True)


@pytest.mark.parametrize(
    ("raising", "error", "field", "words"),
    [
        (Raising(Variation(Decimal(0))), Invalid, "variation", "would not change"),
        (Raising(Variation(Decimal(-100))), Invalid, "variation", "Nothing would be left"),
        (
            Raising(Variation(Decimal("-9.6"), is_amount=True)),
            Refused,
            "variation",
            "1 price can't.*A-100 pc: 9.5 would",
        ),
        (Raising(Variation(Decimal(1)), rows=PriceFilter(brand="X")), Invalid, "brand", "no brand “X”"),
        (Raising(Variation(Decimal(1)), rows=PriceFilter(item_class="BOLT")), Invalid, "item_class", "mean BOLTS"),
        (Raising(Variation(Decimal(1)), (PriceBracket(parse_mask("[=]")),) * 2), Several, "", "brackets.2..up_to"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(
    desk: Desk, raising: Raising, error: type[DeskError], field: str, words: str
) -> None:
    with pytest.raises(error) as raised:
        preview_raise(desk, "L-2026", raising)
    assert raised.value.field == field
    raised.match(words)


def test_an_unknown_list_names_the_nearest(desk: Desk) -> None:
    with pytest.raises(Invalid, match="Did you mean L-2026"):
        preview_raise(desk, "L-2025", NINES)


def test_a_copy_has_all_rows_and_what_was_asked_for(desk: Desk) -> None:
    save_row(desk, "price-list-types", {"code": "K", "name": "Key"})
    done = duplicate_list(
        desk, "L-2026", "K-2026", valid_from=dt.date(2026, 6, 1), list_type="k", name="Key [accounts]"
    )
    assert (done.rows, done.changed) == (4, 0)
    made = get_row(desk, "price-lists", "K-2026", children=False)
    assert (made.name, made.values["list_type"], made.values["valid_from"]) == (
        "Key [accounts]",
        "K",
        dt.date(2026, 6, 1),
    )
    assert prices(desk, "K-2026") == BEFORE
    assert price_list(desk, "L-2026").valid_to is None
    assert journal(desk, "K-2026")[0].comment == "from L-2026: 4 prices"


def test_a_copy_in_another_currency_has_converted_prices_and_amounts(desk: Desk) -> None:
    done = duplicate_list(desk, "L-2026", "L-USD", valid_from=NEXT_YEAR, currency="USD", rate=Decimal("1.0834"))
    assert (done.rows, done.changed) == (4, 4)
    assert prices(desk, "L-USD") == {
        ("A-100", 0): "10.83", ("A-100", 12): "10.29", ("A-110", 0): "20.58", ("B-900", 0): "108.34",
    }  # fmt: skip
    texts = {str(row.values["discounts"]) for row in list_rows(desk, "price-list-lines", parent="L-USD").rows}
    assert texts == {"", "10+5.42#"}


def test_without_a_rate_that_of_the_date_counts(desk: Desk) -> None:
    with pytest.raises(Refused, match="no rate for USD") as raised:
        duplicate_list(desk, "L-2026", "L-USD", valid_from=NEXT_YEAR, currency="USD")
    assert raised.value.field == "rate"
    save_row(desk, "currency-rates", {"currency": "USD", "valid_from": "2026-12-01", "rate": "0.8"})
    planned = plan_new(desk, "L-2026", NewList("L-USD", NEXT_YEAR, currency="USD"))
    assert planned.rate == Decimal("1.25")
    duplicate_list(desk, "L-2026", "L-USD", valid_from=NEXT_YEAR, currency="USD")
    assert prices(desk, "L-USD")["A-100", 0] == "12.50"


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"list_type": "NONE"}, "list_type"),
        ({"currency": "XXX"}, "currency"),
        ({"rate": Decimal(2)}, "rate"),
        ({"currency": "USD", "rate": Decimal(0)}, "rate"),
        ({"valid_to": dt.date(2026, 12, 31)}, "valid_to"),
        ({"customer": "C9"}, "customer"),
    ],
)
def test_a_copy_with_wrong_values_is_refused(desk: Desk, options: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as raised:
        duplicate_list(desk, "L-2026", "X", valid_from=NEXT_YEAR, **options)
    assert raised.value.field == field
    assert list_rows(desk, "price-lists").total == 1


@pytest.mark.parametrize("code", ["L-2026", "", "x" * 31])
def test_a_code_that_is_taken_or_no_code_is_refused(desk: Desk, code: str) -> None:
    with pytest.raises(Refused) as raised:
        duplicate_list(desk, "L-2026", code, valid_from=NEXT_YEAR)
    assert raised.value.field == "code"


def test_dates_that_contradict_each_other_are_told_before_and_refused(desk: Desk) -> None:
    planned = plan_new(desk, "L-2026", NewList("L-B", dt.date(2026, 1, 1)))
    assert planned.plan.refused
    assert planned.rows == 4
    with pytest.raises(Several, match="start on 2026-01-01"):
        duplicate_list(desk, "L-2026", "L-B", valid_from=dt.date(2026, 1, 1))
    assert list_rows(desk, "price-lists").total == 1


def test_a_list_closed_inside_a_later_one_is_refused(desk: Desk) -> None:
    open_version(desk, "L-2026", "L-2027", valid_from=NEXT_YEAR)
    assert price_list(desk, "L-2026").valid_to == dt.date(2026, 12, 31)
    assert plan_close(desk, "L-2026", dt.date(2027, 2, 1)).plan.refused
    with pytest.raises(Several) as raised:
        close_version(desk, "L-2026", dt.date(2027, 2, 1))
    assert raised.value.errors[0].field == "valid_to"
    with pytest.raises(Several):
        close_version(desk, "L-2027", dt.date(2026, 6, 1))
    done = close_version(desk, "L-2026", dt.date(2026, 11, 30))
    assert done.notes == ("No list L in EUR without VAT is valid from 2026-12-01 to 2026-12-31.",)
    assert price_list(desk, "L-2026").valid_to == dt.date(2026, 11, 30)
    close_version(desk, "L-2026", None)
    assert price_list(desk, "L-2026").valid_to is None


def test_an_old_conflict_does_not_keep_others_from_being_mended(desk: Desk) -> None:
    values = {"list_type": "L", "currency": "EUR", "valid_from": "2026-01-01"}
    save_row(desk, "price-lists", {**values, "code": "L-2", "currency": "USD"})
    with desk.store.write() as session:
        # Two lists of one day, as an older program left them.
        from sqlalchemy import text

        session.connection().execute(
            text("UPDATE price_list SET currency_id = (SELECT id FROM currency WHERE code = 'EUR')")
        )
    assert close_version(desk, "L-2", dt.date(2026, 3, 31)).code == "L-2"


def test_closing_a_list_somebody_changed_is_a_conflict(desk: Desk) -> None:
    seen = price_list(desk, "L-2026")
    _head(desk)
    with pytest.raises(Conflict):
        close_version(desk, "L-2026", NEXT_YEAR, version=seen.version)
    assert close_version(desk, "L-2026", NEXT_YEAR, version=seen.version + 1).code == "L-2026"


def test_who_may_only_look_changes_nothing(desk: Desk) -> None:
    from dataclasses import replace

    viewer = replace(desk, role="viewer")
    preview = preview_raise(viewer, "L-2026", NINES)
    for call in (
        lambda: write_raised(viewer, preview),
        lambda: duplicate_list(viewer, "L-2026", "X", valid_from=NEXT_YEAR),
        lambda: close_version(viewer, "L-2026", NEXT_YEAR),
    ):
        with pytest.raises(NotAllowed):
            call()
    assert prices(desk) == BEFORE
