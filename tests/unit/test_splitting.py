"""Splitting a line into deliveries (D-6.4)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fluorders_tui.domain.calendars import Calendar
from fluorders_tui.domain.conditions import LineChecks
from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.entry import change_discounts, change_quantity, make_line, price_again
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.money import round_half_up
from fluorders_tui.domain.order import LineType, OrderDraft, OrderLine, PriceOrigin, Uom
from fluorders_tui.domain.pricing import explain_price
from fluorders_tui.domain.splitting import (
    Delivery,
    Every,
    delivery_dates,
    equal_parts,
    plan_deliveries,
    split_in_draft,
    split_line,
)
from fluorders_tui.domain.totals import document_totals
from tests.unit.strategies import drafts
from tests.unit.trade_samples import KILO, PIECE, TODAY, customer, dated, item, listed, order_for

DAY = dt.date.fromisoformat
CARD = item(listed("5"), listed("4", min_quantity="50"), listed("3", min_quantity="100"), uoms=(PIECE, KILO))
CONDITIONS = customer(dated("A"))
DRAFT = order_for(CONDITIONS)


def line_of(quantity: str = "120", **fields) -> OrderLine:
    return replace(make_line(DRAFT, CONDITIONS, CARD, Decimal(quantity)), **fields)


def parts(*quantities: str, date: dt.date = TODAY) -> list[Delivery]:
    return [Delivery(date + dt.timedelta(place * 7), Decimal(one)) for place, one in enumerate(quantities)]


@pytest.mark.parametrize(
    ("quantity", "uom", "count", "expected"),
    [
        ("10", PIECE, 3, ("4", "3", "3")),
        ("1", KILO, 3, ("0.334", "0.333", "0.333")),
        ("12", PIECE, 4, ("3", "3", "3", "3")),
    ],
)
def test_equal_parts_add_up(quantity, uom, count, expected):
    """D-6.4."""
    found = equal_parts(Decimal(quantity), uom, count)
    assert found == tuple(map(Decimal, expected))


@given(st.integers(1, 10**6), st.integers(0, 3), st.integers(2, 30))
def test_equal_parts_of_anything_add_up_and_differ_by_one_unit_at_most(units, places, count):
    quantity, uom = Decimal(units).scaleb(-places), Uom("X", Decimal(1), places)
    if units < count:
        with pytest.raises(Invalid, match="can't be divided"):
            equal_parts(quantity, uom, count)
        return
    found = equal_parts(quantity, uom, count)
    assert sum(found) == quantity
    assert max(found) - min(found) <= Decimal(1).scaleb(-places)


def test_one_part_is_no_split():
    with pytest.raises(Invalid, match="2 to 200 parts"):
        equal_parts(Decimal(5), PIECE, 1)


@pytest.mark.parametrize(
    ("start", "step", "every", "expected"),
    [
        ("2026-12-30", 1, Every.DAYS, ["2026-12-30", "2026-12-31", "2027-01-01"]),
        ("2026-12-24", 2, Every.WEEKS, ["2026-12-24", "2027-01-07", "2027-01-21"]),
        ("2027-01-31", 1, Every.MONTHS, ["2027-01-31", "2027-02-28", "2027-03-31"]),
        ("2027-11-30", 3, Every.MONTHS, ["2027-11-30", "2028-02-29", "2028-05-30"]),
    ],
)
def test_dates_at_equal_steps(start, step, every, expected):
    """D-6.4: a short month clips its own date only."""
    assert [str(date) for date in delivery_dates(DAY(start), 3, step, every)] == expected


def test_closed_days_move_one_delivery_and_not_those_after_it():
    shop = Calendar(closing={DAY("2026-12-25"): "Christmas"})
    found = delivery_dates(DAY("2026-12-18"), 3, 1, Every.WEEKS, shop)
    assert [str(date) for date in found] == ["2026-12-18", "2026-12-28", "2027-01-01"]


def test_steps_that_cannot_be():
    with pytest.raises(Invalid, match="at least 1"):
        delivery_dates(TODAY, 3, 0, Every.DAYS)
    with pytest.raises(Invalid, match="beyond the year 9999"):
        delivery_dates(TODAY, 200, 10_000, Every.MONTHS)
    with pytest.raises(Invalid, match="beyond the year 9999"):
        delivery_dates(TODAY, 200, 10**12, Every.DAYS)


def test_the_parts_of_a_line():
    """D-6.4: the first stays the stored line; the break price is the whole line's."""
    line = line_of(id=7, version=3, executed=Decimal(10), delivery_date=TODAY, ready_date=TODAY - dt.timedelta(2))
    split = split_line(DRAFT, line, plan_deliveries(line, TODAY, 3, 1, Every.MONTHS), CARD)
    assert [(one.quantity, str(one.delivery_date), str(one.ready_date)) for one in split.lines] == [
        (40, "2026-11-24", "2026-11-22"),
        (40, "2026-12-24", "2026-12-22"),
        (40, "2027-01-24", "2027-01-22"),
    ]
    assert [(one.id, one.version, one.executed) for one in split.lines] == [(7, 3, 10), (0, 0, 0), (0, 0, 0)]
    assert {one.price for one in split.lines} == {3}
    assert split.difference == 0
    draft = split_in_draft(replace(DRAFT, lines=(line, line)), 0, split)
    assert draft.lines == (*split.lines, line)


def test_a_part_below_the_break_keeps_its_price_whatever_happens():
    """D-4.6, D-3.5: and says where it is from; a part that reaches the break follows its list."""
    large, small = split_line(DRAFT, line_of(), parts("100", "20"), CARD).lines
    assert (large.price_source.origin, small.price_source.origin) == (PriceOrigin.LIST, PriceOrigin.DOCUMENT)
    assert price_again(DRAFT, small, CONDITIONS, CARD).price == 3
    assert change_quantity(DRAFT, large, Decimal(60), CONDITIONS, CARD).price == 4
    assert explain_price(small) == [
        "3 per PC stands in the document this line was made from.",
        "Price list A of 2026-01-01, from 100 PC on: the line had 120 PC before it was split.",
    ]


def test_amounts_are_shared_out_and_percents_stay():
    """D-5.1: 10 for the whole line is 10 for its parts together."""
    line = change_discounts(DRAFT, line_of(), "5+10#")
    split = split_line(DRAFT, line, parts("40", "40", "40"), CARD)
    assert [format_discounts(one.discounts) for one in split.lines] == ["5+3.34#", "5+3.33#", "5+3.33#"]
    assert sum(one.net for one in split.lines) == line.net == Decimal("332.00")
    fine = change_discounts(DRAFT, line_of(), "0.005#")
    assert sum(one.discounts[0].value for one in split_line(DRAFT, fine, parts("60", "60")).lines) == Decimal("0.005")


def test_cents_that_rounding_moves_are_told():
    """D-6.2: a third of a kilo at 10.00, three times."""
    card = item(listed("10", uom="KG"), uoms=(KILO,))
    line = make_line(DRAFT, CONDITIONS, card, Decimal("0.999"))
    third = make_line(DRAFT, CONDITIONS, replace(card, prices=(listed("9.985", uom="KG"),)), Decimal("1"))
    assert split_line(DRAFT, line, parts("0.333", "0.333", "0.333")).difference == 0
    halves = split_line(DRAFT, third, parts("0.5", "0.5"))
    assert [one.net for one in halves.lines] == [Decimal("4.99"), Decimal("4.99")]
    assert (third.net, halves.difference) == (Decimal("9.99"), Decimal("-0.01"))


@pytest.mark.parametrize(
    ("quantities", "field", "says"),
    [
        (["60", "59"], "deliveries", "make 119, the line has 120: 1 is missing"),
        (["60", "61"], "deliveries", "121, the line has 120: 1 too many"),
        (["120", "0"], "deliveries[2].quantity", "more than 0"),
        (["119.5", "0.5"], "deliveries[1].quantity", "no decimals"),
        (["120"], "deliveries", "2 to 200 deliveries"),
        (["20", "100"], "deliveries[1].quantity", "30 were executed already"),
    ],
)
def test_quantities_that_do_not_add_up(quantities, field, says):
    """D-6.4, D-6.3, D-15.2."""
    with pytest.raises(Refused, match=says) as caught:
        split_line(DRAFT, line_of(executed=Decimal(30)), parts(*quantities))
    assert caught.value.field == field


def test_notes_and_lines_that_are_not_there():
    with pytest.raises(Refused, match="A note is not delivered"):
        split_line(DRAFT, OrderLine(LineType.NOTE, "x"), parts("1", "1"))
    with pytest.raises(Invalid, match="There is no line 1"):
        split_in_draft(DRAFT, 0, split_line(DRAFT, line_of(), parts("60", "60")))


def test_dates_of_the_parts_are_checked():
    """D-6.4, with the delivery that is wrong."""
    early = [Delivery(TODAY - dt.timedelta(7), Decimal(60)), Delivery(TODAY, Decimal(60))]
    first, second = split_line(DRAFT, line_of(), early).lines
    assert first.warnings == ("The delivery on 2026-11-17 is before the order's date 2026-11-24. (D-6.4)",)
    assert second.warnings == ()
    with pytest.raises(Refused) as caught:
        split_line(DRAFT, line_of(), early, checks=LineChecks(past_delivery="refuse"))
    assert caught.value.field == "deliveries[1].delivery_date"
    with pytest.raises(Refused) as caught:
        split_line(DRAFT, line_of(ready_date=TODAY), parts("60", "60", date=TODAY - dt.timedelta(1)))
    assert caught.value.field == "deliveries[1].ready_date"


def test_packs_are_looked_at_per_delivery_and_the_lot_is_not():
    """D-6.3."""
    card = replace(CARD, pack_quantity=Decimal(50), economic_lot=Decimal(100))
    line = make_line(DRAFT, CONDITIONS, card, Decimal(120))
    assert len(line.warnings) == 1
    first, second = split_line(DRAFT, line, parts("50", "70"), card).lines
    assert first.warnings == ()
    assert second.warnings == ("70 PC is not a multiple of the pack of 50 PC. Near it: 50 or 100. (D-6.3)",)
    with pytest.raises(Refused) as caught:
        split_line(DRAFT, line, parts("50", "70"), card, checks=LineChecks(pack_multiple="refuse"))
    assert caught.value.field == "deliveries[2].quantity"


@given(drafts(most_lines=1), st.integers(2, 5))
def test_a_split_order_is_worth_the_same_but_for_the_cents_of_rounding(draft: OrderDraft, count: int):
    """D-6.2, D-7.1: quantities add up exactly, and the net to half a cent for each part and the whole."""
    assume(draft.lines and draft.lines[0].line_type is not LineType.NOTE)
    line = draft.lines[0]
    assume(line.quantity >= count * Decimal("0.001"))
    deliveries = plan_deliveries(line, TODAY, count, 1, Every.WEEKS)
    try:
        split = split_line(draft, line, deliveries)
    except Refused:
        # D-5.5: of a line worth a cent or two a part may be worth less than its share of an amount.
        assume(False)
        raise
    assert sum(one.quantity for one in split.lines) == line.quantity
    assert sum(one.net for one in split.lines) - line.net == split.difference
    cent = Decimal(1).scaleb(-draft.currency.decimals)
    assert abs(sum(one.gross for one in split.lines) - line.gross) <= cent * (count + 1) / 2
    after = document_totals(split_in_draft(draft, 0, split))
    assert after.items_gross == round_half_up(
        sum((one.gross for one in split.lines if one.line_type in (LineType.CODED, LineType.UNCODED)), Decimal(0)),
        draft.currency.decimals,
    )
