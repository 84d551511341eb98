"""One change to many lines (D-17.4): what changes, and what each line's rules refuse."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluorders_tui.domain import mass_changes
from fluorders_tui.domain.calendars import Calendar
from fluorders_tui.domain.conditions import PriceAssignment
from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.entry import change_quantity, free_line, make_give_away, make_line
from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.mass_changes import MassChange
from fluorders_tui.domain.order import AgentShare, LineType, OrderDraft, PriceOrigin
from fluorders_tui.domain.price_raising import PriceBracket, Variation, parse_mask
from fluorders_tui.domain.pricing import explain_price
from tests.unit.strategies import drafts
from tests.unit.trade_samples import TODAY, customer, d, dated, item, listed, order_for

A_WEEK = dt.timedelta(7)
CARD = item(listed("10", 1), listed("8", 2), listed("6", 2, "10"))
CONDITIONS = customer(
    dated("A", 1), dated("B", 2), PriceAssignment("A", 1), PriceAssignment("B", 2, discounts=d("5")), discounts=d("10")
)


def sample() -> OrderDraft:
    """A sale, one with a date of its own, one partly executed, a note, a give-away."""
    draft = replace(order_for(CONDITIONS), agents=(AgentShare("WEBER", Decimal(5)),))
    line = make_line(draft, CONDITIONS, CARD, Decimal(2))
    dated_line = replace(line, delivery_date=TODAY + A_WEEK, ready_date=TODAY + A_WEEK)
    executed = replace(line, executed=Decimal(1))
    note = free_line(draft, LineType.NOTE, "As agreed")
    return replace(draft, lines=(line, dated_line, executed, note, make_give_away(draft, line)))


ALL = range(5)


def told(change: MassChange) -> tuple[list[tuple[int, str, str]], list[tuple[int, str]]]:
    changed = [(one.number, one.before, one.after) for one in change.changed]
    return changed, [(one.number, one.error.rule) for one in change.refused]


def test_a_fixed_delivery_date():
    """D-6.4; executed lines and notes are refused (D-12.6, D-6.1)."""
    change = mass_changes.move_delivery(sample(), ALL, to=TODAY + 2 * A_WEEK)
    assert told(change) == (
        [(1, "", "2026-12-08"), (2, "2026-12-01", "2026-12-08"), (5, "", "2026-12-08")],
        [(3, "D-12.6"), (4, "D-6.1")],
    )
    assert [line.delivery_date for line in change.draft.lines[2:4]] == [None, None]
    early = mass_changes.move_delivery(sample(), [1], to=TODAY)
    assert (told(early), early.draft) == (([], [(2, "D-6.4")]), sample())


def test_deliveries_moved_by_days_take_the_ready_date_along():
    """D-6.4; a closed day moves on."""
    change = mass_changes.move_delivery(sample(), [0, 1], days=-3, calendar=Calendar())
    assert told(change) == ([(2, "2026-12-01", "2026-11-30")], [(1, "D-6.4")])
    assert change.draft.lines[1].ready_date == TODAY + dt.timedelta(4)
    far = mass_changes.move_delivery(sample(), [1], days=10**9)
    assert told(far) == ([], [(2, "D-6.4")])


@pytest.mark.parametrize("both", [{}, {"to": TODAY, "days": 1}])
def test_a_move_needs_a_date_or_days(both):
    with pytest.raises(Invalid, match="either a date or a number of days"):
        mass_changes.move_delivery(sample(), ALL, **both)


def test_agents_and_commission():
    """D-10.1: none is not 0 %; give-aways earn nothing (D-5.6)."""
    rossi = (AgentShare("ROSSI"), AgentShare("WEBER", Decimal(2)))
    change = mass_changes.set_line_agents(sample(), [0, 2, 3, 4], rossi)
    before = "WEBER 5 % (as in the header)"
    assert told(change) == (
        [(1, before, "ROSSI, WEBER 2 %"), (3, before, "ROSSI, WEBER 2 %")],
        [(4, "D-6.1"), (5, "D-5.6")],
    )
    back = mass_changes.set_line_agents(change.draft, [0, 2], None)
    assert back.draft == sample()
    zero = mass_changes.set_commission(change.draft, [0, 1], "ROSSI", Decimal(0))
    assert told(zero) == ([(1, "ROSSI, WEBER 2 %", "ROSSI 0 %, WEBER 2 %")], [(2, "D-10.1")])
    assert zero.draft.lines[0].agents == (AgentShare("ROSSI", Decimal(0)), rossi[1])
    header = mass_changes.set_commission(sample(), [0], "WEBER", None)
    assert header.draft.lines[0].agents == (AgentShare("WEBER"),)
    with pytest.raises(Invalid, match="from 0 to 100"):
        mass_changes.set_commission(sample(), ALL, "WEBER", Decimal(101))


def test_discounts_and_the_lines_they_would_bring_below_zero():
    """D-5.5, D-5.6."""
    draft = sample()
    cheap = replace(draft, lines=(*draft.lines, free_line(draft, LineType.UNCODED, "x", price=Decimal(3))))
    change = mass_changes.set_discounts(cheap, range(6), "5#")
    assert told(change) == (
        [(1, "10", "5#"), (2, "10", "5#")],
        [(3, "D-12.6"), (4, "D-6.1"), (5, "D-5.6"), (6, "D-5.5")],
    )
    assert change.draft.lines[0].net == Decimal("15.00")
    with pytest.raises(Invalid, match="Position 3"):
        mass_changes.set_discounts(cheap, [], "5+")


def test_one_price_for_all():
    """D-4.6: a manual one."""
    change = mass_changes.set_price(sample(), [0, 2], Decimal(9))
    assert told(change) == ([(1, "10 less 10", "9 less 10")], [(3, "D-12.6")])
    assert change.draft.lines[0].price_source.origin is PriceOrigin.MANUAL
    below = mass_changes.set_price(sample(), [0, 1], Decimal(-1))
    assert (told(below), below.draft) == (([], [(1, "D-6.2"), (2, "D-6.2")]), sample())


def test_prices_raised_by_percent_and_amount():
    """D-4.10."""
    nines = (PriceBracket(parse_mask("[=],[9][9]")),)
    up = mass_changes.vary_price(sample(), [0], Variation(Decimal(5)), nines)
    assert told(up)[0] == [(1, "10 less 10", "10.99 less 10")]
    down = mass_changes.vary_price(sample(), [0, 1, 3], Variation(Decimal(-11), is_amount=True))
    assert told(down) == ([], [(1, "D-4.10"), (2, "D-4.10"), (4, "D-6.1")])


def test_notes():
    change = mass_changes.set_note(sample(), [2, 3], "Ring twice")
    assert told(change) == ([(3, "", "Ring twice"), (4, "", "Ring twice")], [])
    more = mass_changes.set_note(change.draft, [1, 2], "Mind the dog", append=True)
    assert [line.note for line in more.draft.lines[1:3]] == ["Mind the dog", "Ring twice\nMind the dog"]


def test_a_list_chosen_for_some_lines_stays_chosen():
    """D-4.5, D-4.8b: with its discounts and break; the customer's usual list does not come back."""
    change = mass_changes.take_list(sample(), ALL, "B", CONDITIONS, {"BOLT": CARD})
    assert told(change) == (
        [(1, "10 less 10", "8 less 10+5"), (2, "10 less 10", "8 less 10+5"), (5, "10", "8")],
        [(3, "D-12.6"), (4, "D-6.1")],
    )
    line = change.draft.lines[0]
    assert explain_price(line)[:2] == [
        "8 per PC was typed by hand.",
        "Taken from price list B of 2026-01-01 on demand.",
    ]
    again = change_quantity(change.draft, line, Decimal(20), CONDITIONS, CARD)
    assert (again.price, format_discounts(again.discounts)) == (8, "10+5")


def test_a_list_without_the_item_is_refused():
    """D-4.5: the item's own price is not the list's."""
    draft = sample()
    free = replace(draft, lines=(*draft.lines, free_line(draft, LineType.UNCODED, "x")))
    change = mass_changes.take_list(free, [0, 5], "B", CONDITIONS, {"BOLT": item(listed("10", 1))})
    assert told(change) == ([], [(1, "D-4.5"), (6, "D-4.5")])
    assert change.refused[0].error.hint == "B of 2026-01-01: no price for 2 PC."
    assert change.draft is free


def test_a_line_that_is_not_there():
    with pytest.raises(Invalid, match="There is no line 6"):
        mass_changes.set_note(sample(), [0, 5], "x")


@given(drafts(), st.sets(st.integers(0, 4)), st.sampled_from(["5", "50+10#", "-3", ""]))
def test_only_the_chosen_lines_change_and_each_is_accounted_for(draft, chosen, text):
    """D-17.4: a line not chosen, or refused, is the same afterwards."""
    chosen = {index for index in chosen if index < len(draft.lines)}
    change = mass_changes.set_discounts(draft, chosen, text)
    refused = {one.number - 1 for one in change.refused}
    changed = {one.number - 1 for one in change.changed}
    assert not refused & changed
    assert refused | changed <= chosen
    for index, (old, new) in enumerate(zip(draft.lines, change.draft.lines, strict=True)):
        assert (old == new) == (index not in changed)


def test_the_headers_discounts_are_given_to_lines_that_were_there_before():
    """D-3.2: lines with discounts by hand keep them, give-aways and notes take none, executed lines stay (D-12.6)."""
    draft = replace(sample(), discounts=d("7"))
    by_hand = mass_changes.set_discounts(draft, [1], "1", ()).draft
    change = mass_changes.take_header_discounts(by_hand, ALL)
    assert told(change) == ([(1, "10", "7")], [(2, "D-3.2"), (3, "D-12.6"), (4, "D-6.1"), (5, "D-5.6")])
    assert change.draft.lines[0].net == Decimal("18.60")
    assert change.draft.lines[1:] == by_hand.lines[1:]
    none = mass_changes.take_header_discounts(replace(draft, discounts=()), [0])
    assert (told(none)[0], none.draft.lines[0].net) == ([(1, "10", "")], Decimal("20.00"))
    again = mass_changes.take_header_discounts(change.draft, [0])
    assert (told(again), again.draft) == (([], []), change.draft)
