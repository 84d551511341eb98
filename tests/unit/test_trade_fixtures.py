"""Documents figured by hand, for rules that meet in one place: cascades, shares, months, numbers, lists."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from fluorders_tui.domain.amounts import with_amounts
from fluorders_tui.domain.conditions import PriceAssignment
from fluorders_tui.domain.discount_policies import DiscountCombination, DiscountPolicy, index_policies
from fluorders_tui.domain.entry import change_quantity, make_line
from fluorders_tui.domain.errors import Refused
from fluorders_tui.domain.numbering import NumberingPolicy, choose_number
from fluorders_tui.domain.order import (
    Application,
    ExcludedMonth,
    Instalment,
    LineType,
    OrderDraft,
    OrderLine,
    OrderType,
    PaymentLine,
    PaymentTerm,
    VatCode,
)
from fluorders_tui.domain.payment_terms import document_due_dates, due_date
from fluorders_tui.domain.totals import document_totals
from tests.unit.trade_samples import PIECE, TODAY, VAT_10, VAT_22, ask, customer, d, dated, item, listed, order_for

DAY = dt.date.fromisoformat
VAT_4 = VatCode("4", Decimal(4))


def line(price: str, quantity: str = "1", discounts: str = "", vat: VatCode = VAT_22) -> OrderLine:
    made = OrderLine(
        LineType.CODED, "x", "X", Decimal(quantity), PIECE, Decimal(price), discounts=d(discounts), vat=vat
    )
    return with_amounts(made, 2)


def order(*lines: OrderLine, final: str = "", **fields) -> OrderDraft:
    return OrderDraft(OrderType("ORD"), TODAY, lines=lines, final_discounts=d(final), **fields)


# --- D-5.2: cascades of three steps with amounts ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("discounts", "on_gross", "net"),
    [
        # 99.99 → 89.991 → 84.991 → 82.44127
        ("10+5#+3", (), "82.44"),
        # The amount first: 94.99 → 85.491 → 82.92627
        ("5#+10+3", (), "82.93"),
        # The amount last: 99.99 → 89.991 → 87.29127 → 82.29127
        ("10+3+5#", (), "82.29"),
        # The second of the price itself: 89.991 − 4.9995 = 84.9915, less 2.50
        ("10+5+2.5#", (1,), "82.49"),
        # A surcharge in between: 89.991 → 92.69073 → 87.69073
        ("10-3+5#", (), "87.69"),
        # An amount put on: 99.99 − 10 % + 5 = 94.991, less 3 %
        ("10-5#+3", (), "92.14"),
    ],
)
def test_three_steps_with_an_amount(discounts, on_gross, net):
    """D-5.2: 3 × 33.33, full precision between the steps, one rounding at the end."""
    made = line("33.33", "3")
    chain = tuple(
        replace(one, application=Application.GROSS) if place in on_gross else one
        for place, one in enumerate(d(discounts))
    )
    assert with_amounts(replace(made, discounts=chain), 2).net == Decimal(net)


# --- D-7 step 3: a final discount over three VAT codes ----------------------------------------------------------------


def test_a_remainder_cent_goes_to_the_earlier_of_equal_lines():
    """D-7 steps 3, 5, 6: 100 off three times 100; VAT of 66.66, 66.67 and 66.67 at 22, 10 and 4 percent."""
    totals = document_totals(order(line("100"), line("100", vat=VAT_10), line("100", vat=VAT_4), final="100#"))
    assert totals.final_shares == (Decimal("33.34"), Decimal("33.33"), Decimal("33.33"))
    assert {row.vat.code: (row.taxable, row.tax) for row in totals.vat_summary} == {
        "22": (Decimal("66.66"), Decimal("14.67")),
        "10": (Decimal("66.67"), Decimal("6.67")),
        "4": (Decimal("66.67"), Decimal("2.67")),
    }
    assert (totals.taxable, totals.vat, totals.total) == (Decimal("200.00"), Decimal("24.01"), Decimal("224.01"))


def test_remainder_cents_go_to_the_largest_remainders():
    """D-7 step 3: 10 over 40, 20 and 10 is 5.71|43, 2.85|71 and 1.42|86: the two smaller lines get a cent each."""
    totals = document_totals(order(line("40"), line("20", vat=VAT_10), line("10", vat=VAT_4), final="10#"))
    assert totals.final_shares == (Decimal("5.71"), Decimal("2.86"), Decimal("1.43"))
    taxes = {row.vat.code: row.tax for row in totals.vat_summary}
    assert taxes == {"22": Decimal("7.54"), "10": Decimal("1.71"), "4": Decimal("0.34")}
    assert totals.total == Decimal("69.59")


def test_percents_of_a_final_discount_are_rounded_once_before_they_are_spread():
    """D-7 step 3: 3 % and then 2 % of 100.03 is 4.941482, so 4.94; spread over 33.35, 33.34 and 33.34."""
    totals = document_totals(order(line("33.35"), line("33.34", vat=VAT_10), line("33.34", vat=VAT_4), final="3+2"))
    assert totals.final_discounts == Decimal("4.94")
    assert totals.final_shares == (Decimal("1.65"), Decimal("1.65"), Decimal("1.64"))
    assert totals.taxable == Decimal("95.09")


# --- D-8.3b: excluded months across a year end ------------------------------------------------------------------------

NOT_IN_DECEMBER = (ExcludedMonth(8, 9, 5), ExcludedMonth(12, 1, 7))


@pytest.mark.parametrize(
    ("start", "days", "fields", "due"),
    [
        ("2026-10-31", 30, {}, "2026-11-30"),
        ("2026-10-31", 60, {}, "2027-01-07"),
        ("2026-10-31", 90, {}, "2027-01-31"),
        # The extra days lead into December, and on into January.
        ("2026-10-31", 30, {"extra_days": 10}, "2027-01-07"),
        # The Friday after 30 November 2027, a Tuesday, is in December.
        ("2027-10-31", 30, {"weekly_settlement": True}, "2028-01-07"),
        # December moves to January, and January of the next year to March: two moves, one year end.
        ("2026-10-31", 60, {"excluded_months": (ExcludedMonth(12, 3, 1), ExcludedMonth(1, 3, 1))}, "2027-03-01"),
        ("2026-12-31", 0, {}, "2027-01-07"),
    ],
)
def test_excluded_months_across_a_year_end(start, days, fields, due):
    """D-8.2 before D-8.3b: commercial months, end of month."""
    usual = {"commercial": True, "monthly_settlement": True, "excluded_months": NOT_IN_DECEMBER}
    term = PaymentTerm("T", "Term", (Instalment(days),), **{**usual, **fields})
    assert due_date(term, days, DAY(start)) == DAY(due)


def test_two_instalments_on_the_same_day_after_the_year_end():
    """D-8.3b, D-8.4: 15 and 30 December both come to 7 January; the last third of 122.00 takes the rest."""
    term = PaymentTerm("T", "Term", (Instalment(30), Instalment(45), Instalment(90)), excluded_months=NOT_IN_DECEMBER)
    draft = order(line("100"), payments=(PaymentLine("BANK", term),))
    draft = replace(draft, date=DAY("2026-11-15"))
    found = document_due_dates(draft, document_totals(draft))
    assert sum(one.amount for one in found) == Decimal("122.00")
    assert [str(one.date) for one in found] == ["2027-01-07", "2027-01-07", "2027-02-13"]
    assert [str(one.amount) for one in found] == ["40.67", "40.67", "40.66"]


# --- D-9.4, D-9.5: progressive numbers with gaps and dates in the past ------------------------------------------------

#: Number and day in January of what was entered; 3, 5 and 6 are free.
ENTERED = {1: 1, 2: 5, 4: 10, 7: 20}


@pytest.mark.parametrize(
    ("day", "recover", "number"),
    [
        (7, False, 3),
        (15, False, 5),
        # Documents of one day are in no order among themselves: 3 may stand beside 4, and beside 2.
        (10, False, 3),
        (5, False, 3),
        (3, False, None),
        (20, False, 8),
        (25, False, 8),
        # Before 20 January nothing above 4 is dated earlier, so gaps there keep the order; after it they don't.
        (20, True, 5),
        (25, True, 8),
        (15, True, 5),
        (3, True, None),
    ],
)
def test_progressive_numbers_with_gaps_and_dates_in_the_past(day, recover, number):
    """D-9.4, D-9.5: no higher number on an earlier date, whatever gaps there are."""
    policy = NumberingPolicy(progressive_by_date=True, recover_gaps=recover)
    above = max((taken for taken, when in ENTERED.items() if when < day), default=0)
    below = min((taken for taken, when in ENTERED.items() if when > day), default=None)
    if number is None:
        with pytest.raises(Refused) as caught:
            choose_number(policy, 7, free=[3, 5, 6], above=above, below=below)
        assert caught.value.rule == "D-9.4"
        return
    found = choose_number(policy, 7, free=[3, 5, 6], above=above, below=below)
    assert found == number
    for taken, when in ENTERED.items():
        assert when == day or (taken < found) == (when < day)


# --- D-4.3, D-4.4: best price against priority ------------------------------------------------------------------------

LISTS = (dated("A", 1), dated("B", 2))
CARD = item(listed("10", 1), listed("8", 1, "100"), listed("9.5", 2), listed("9.4", 2, "100"))


@pytest.mark.parametrize(
    ("best", "quantity", "expected"),
    [(False, "1", ("A", 10)), (True, "1", ("B", Decimal("9.5"))), (False, "100", ("A", 8)), (True, "100", ("A", 8))],
)
def test_best_price_against_priority(best, quantity, expected):
    """D-4.3, D-4.4: the better list changes with the break."""
    price = ask(CARD, customer(*LISTS, best_price=best), quantity)
    assert (price.source.price_list, price.value) == expected


def test_best_price_changes_the_list_when_the_quantity_does():
    """D-4.4, D-4.6: and the discount of the assignment goes with its list: 10 less 8 % beats 9.50."""
    assignments = (PriceAssignment("A", 1, discounts=d("8")), PriceAssignment("B", 2))
    conditions = customer(*LISTS, *assignments, best_price=True)
    card = replace(CARD, prices=(listed("10", 1), listed("9.5", 2), listed("9", 2, "100")))
    draft = order_for(conditions)
    one = make_line(draft, conditions, card, Decimal(1))
    hundred = change_quantity(draft, one, Decimal(100), conditions, card)
    assert (one.price_source.price_list, one.net) == ("A", Decimal("9.20"))
    assert (hundred.price_source.price_list, hundred.net, hundred.discounts) == ("B", Decimal("900.00"), ())


# --- D-4.8, D-5.4: policies with ties ---------------------------------------------------------------------------------


def test_two_ties_on_one_line_are_told_apart():
    """D-4.8: lists and policies, each with its own question; settling one leaves the other."""
    policies = [DiscountPolicy(code, item="BOLT", discounts=d(value)) for code, value in (("P1", "5"), ("P2", "7"))]
    conditions = customer(
        *LISTS,
        PriceAssignment("A", 1),
        PriceAssignment("B", 1),
        policies=index_policies(policies, [DiscountCombination(1, item=True)]),
    )
    made = make_line(order_for(conditions), conditions, CARD, Decimal(1))
    assert made.warnings == (
        "A and B have the same priority and different prices. Choose the list for this line. (D-4.8)",
        "P1 and P2 match alike and give different discounts. Check the discount of this line. (D-4.8)",
    )
    assert (made.price_source.tied, made.price_source.policies_tied, made.net) == (
        ("A", "B"),
        ("P1", "P2"),
        Decimal("9.50"),
    )
    settled = ask(CARD, conditions, preferred="B")
    assert (settled.source.tied, settled.source.policies_tied, len(settled.warnings)) == ((), ("P1", "P2"), 1)
