"""Due dates and amounts (D-8)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fluorders_tui.domain.errors import Refused
from fluorders_tui.domain.order import (
    ExcludedMonth,
    Expense,
    Instalment,
    LineType,
    OrderDraft,
    OrderLine,
    OrderType,
    PaymentLine,
    PaymentTerm,
    VatCode,
)
from fluorders_tui.domain.payment_terms import (
    DueDate,
    add_commercial_days,
    check_term,
    document_due_dates,
    due_date,
    due_dates,
)
from fluorders_tui.domain.totals import document_totals
from tests.unit.strategies import dates, drafts, payment_lines, payment_terms

DAY = dt.date.fromisoformat
AUGUST_AND_DECEMBER = (ExcludedMonth(8, 9, 5), ExcludedMonth(12, 1, 7))
ZERO = Decimal(0)


def term(*days: int, **more: object) -> PaymentTerm:
    return replace(PaymentTerm("T", "Term", tuple(Instalment(n) for n in days)), **more)  # type: ignore[arg-type]


def instalment(days: int, taxable: int, vat: int, expenses: int = 0) -> Instalment:
    return Instalment(days, Decimal(taxable), Decimal(vat), Decimal(expenses))


def schedule(found: tuple[DueDate, ...]) -> list[tuple[str, str]]:
    return [(due.date.isoformat(), str(due.amount)) for due in found]


def paid(*payments: PaymentLine, taxable: str = "100", vat: str = "22", expenses: str = "0") -> list[tuple[str, str]]:
    found = due_dates(payments, DAY("2026-01-31"), Decimal(taxable), Decimal(vat), Decimal(expenses), 2)
    return schedule(found)


def percent(value: str, of: PaymentTerm, **more: object) -> PaymentLine:
    return replace(PaymentLine("BANK", of, Decimal(value)), **more)  # type: ignore[arg-type]


def fixed(value: str, of: PaymentTerm) -> PaymentLine:
    return PaymentLine("CASH", of, amount=Decimal(value))


# Dates


@pytest.mark.parametrize(
    ("commercial", "start", "due"),
    [
        (True, "2023-01-31", "2023-02-28"),
        (True, "2024-01-31", "2024-02-29"),
        (False, "2023-01-31", "2023-03-31"),
    ],
)
def test_the_example_of_the_rule(commercial: bool, start: str, due: str) -> None:
    """D-8.3: 31 January, 30 days, end of month."""
    assert due_date(term(30, commercial=commercial, monthly_settlement=True), 30, DAY(start)) == DAY(due)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-01-31", 30, "2026-02-28"),
        ("2026-01-31", 60, "2026-03-31"),
        ("2026-11-15", 90, "2027-02-15"),
        ("2026-01-31", 45, "2026-03-15"),
        ("2026-01-10", 15, "2026-01-25"),
        ("2026-01-10", 0, "2026-01-10"),
        ("2026-12-31", 360, "2027-12-31"),
    ],
)
def test_commercial_days(start: str, days: int, due: str) -> None:
    """D-8.2: a month for every 30 days, the last day clipped, then the remaining days."""
    assert add_commercial_days(DAY(start), days) == DAY(due)


@pytest.mark.parametrize(
    ("settings", "days", "due"),
    [
        ({}, 30, "2026-02-19"),
        ({"monthly_settlement": True}, 30, "2026-02-28"),
        ({"monthly_settlement": True, "extra_days": 10}, 30, "2026-03-10"),
        ({"extra_days": 10}, 30, "2026-03-01"),
        ({"weekly_settlement": True}, 30, "2026-02-20"),
        ({"weekly_settlement": True}, 31, "2026-02-20"),
        ({"weekly_settlement": True}, 32, "2026-02-27"),
        ({"monthly_settlement": True, "extra_days": 1, "weekly_settlement": True}, 30, "2026-03-06"),
    ],
)
def test_steps_in_their_order(settings: dict[str, object], days: int, due: str) -> None:
    """D-8.2: days, then end of month, then extra days, then the next Friday on or after."""
    assert due_date(term(days, **settings), days, DAY("2026-01-20")) == DAY(due)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-07-31", "2026-07-31"),
        ("2026-08-01", "2026-09-05"),
        ("2026-08-31", "2026-09-05"),
        ("2026-12-24", "2027-01-07"),
        ("2027-01-01", "2027-01-01"),
    ],
)
def test_excluded_months_of_the_rule(start: str, due: str) -> None:
    """D-8.3b: August → 5 September; December → 7 January of the next year."""
    assert due_date(term(0, excluded_months=AUGUST_AND_DECEMBER), 0, DAY(start)) == DAY(due)


def test_a_friday_in_an_excluded_month_moves_to_the_agreed_day() -> None:
    """D-8.2 before D-8.3b: the Friday after Saturday 31 July 2027 is in August, so 5 September, though a Sunday."""
    weekly = term(0, weekly_settlement=True, excluded_months=AUGUST_AND_DECEMBER)
    assert due_date(weekly, 0, DAY("2026-07-28")) == DAY("2026-07-31")
    assert due_date(weekly, 0, DAY("2027-07-31")) == DAY("2027-09-05")


def test_the_day_of_a_moved_date_is_clipped_to_its_month() -> None:
    """D-8.3b: 29 February outside leap years is the 28th."""
    moved = term(0, excluded_months=(ExcludedMonth(1, 2, 29),))
    assert due_date(moved, 0, DAY("2027-01-15")) == DAY("2027-02-28")
    assert due_date(moved, 0, DAY("2028-01-15")) == DAY("2028-02-29")


@given(payment_terms(), st.integers(0, 720), dates)
def test_dates_never_go_back_and_never_fall_into_excluded_months(one: PaymentTerm, days: int, start: dt.date) -> None:
    """D-8.2, D-8.3b."""
    due = due_date(one, days, start)
    assert due >= start
    assert due.month not in {row.month for row in one.excluded_months}
    if one.weekly_settlement and not one.excluded_months:
        assert due.weekday() == 4
    if one.monthly_settlement and not (one.extra_days or one.weekly_settlement or one.excluded_months):
        assert (due + dt.timedelta(days=1)).day == 1


def test_a_date_beyond_the_calendar_is_refused() -> None:
    """D-8.2."""
    for settings in ({"commercial": True}, {}, {"weekly_settlement": True, "extra_days": 30}):
        with pytest.raises(Refused, match="beyond the calendar"):
            due_date(term(60, **settings), 60, DAY("9999-12-20"))


# Amounts of one term


def test_equal_shares_when_all_are_zero() -> None:
    """D-8.1, D-8.4: the last takes the remainder."""
    assert paid(percent("100", term(0, 30, 60)), taxable="100", vat="0") == [
        ("2026-01-31", "33.33"),
        ("2026-03-02", "33.33"),
        ("2026-04-01", "33.34"),
    ]


def test_vat_at_once_and_the_rest_later() -> None:
    """D-8.1: shares of taxable, VAT and expenses apart."""
    shared = term(0, instalments=(instalment(0, 0, 100, 100), instalment(30, 40, 0), instalment(60, 60, 0)))
    assert paid(percent("100", shared), expenses="5") == [
        ("2026-01-31", "27.00"),
        ("2026-03-02", "40.00"),
        ("2026-04-01", "60.00"),
    ]


def test_a_part_left_at_zero_throughout_is_shared_equally() -> None:
    """D-8.1."""
    shared = term(0, instalments=(instalment(0, 30, 0), instalment(30, 70, 0)))
    assert paid(percent("100", shared)) == [("2026-01-31", "41.00"), ("2026-03-02", "81.00")]


def test_no_instalment_goes_below_zero_for_a_remainder() -> None:
    """D-8.4: five cents over ten instalments."""
    found = paid(percent("100", term(*range(10))), taxable="0.05", vat="0")
    assert [amount for _date, amount in found] == ["0.01"] * 5 + ["0.00"] * 5


# Payment lines


def test_fixed_amounts_first_then_percents_of_the_rest() -> None:
    """D-8.3b: 122 = 22 in cash + 40 % and 60 % of the 100 left, wherever the fixed line stands."""
    lines = (percent("40", term(30)), fixed("22", term(0)), percent("60", term(60)))
    assert paid(*lines) == [("2026-01-31", "22.00"), ("2026-03-02", "40.00"), ("2026-04-01", "60.00")]


def test_a_fixed_line_ignores_its_percent() -> None:
    """D-8.3b: a payment line's percent is 100 unless said otherwise; an amount stands before it."""
    line = PaymentLine("CASH", term(0), Decimal(100), Decimal(22))
    assert paid(line, percent("100", term(0))) == [("2026-01-31", "22.00"), ("2026-01-31", "100.00")]


def test_fixed_amounts_may_make_the_whole() -> None:
    """D-8.3b."""
    assert paid(fixed("100", term(0)), fixed("22", term(30))) == [("2026-01-31", "100.00"), ("2026-03-02", "22.00")]


def test_apply_from_starts_the_days() -> None:
    """D-8.2."""
    assert paid(percent("100", term(30), apply_from=DAY("2026-03-01"))) == [("2026-03-31", "122.00")]


def test_without_payment_lines_nothing_is_scheduled() -> None:
    assert paid() == []


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ((percent("40", term(0)), percent("50", term(0))), "make 90 % of the rest, not 100 %"),
        ((percent("60", term(0)), percent("40.01", term(0))), "make 100.01 % of the rest"),
        ((percent("-10", term(0)), percent("110", term(0))), "not 100 %"),
        ((fixed("100", term(0)),), "leave 22 unpaid"),
        ((fixed("122.01", term(0)), percent("100", term(0))), "122.01 doesn't fit into the 122"),
        ((fixed("-1", term(0)), percent("100", term(0))), "-1 doesn't fit"),
    ],
)
def test_payment_lines_must_make_the_whole(lines: tuple[PaymentLine, ...], message: str) -> None:
    """D-8.3b: refused naming the sum."""
    with pytest.raises(Refused, match=message) as caught:
        paid(*lines)
    assert caught.value.rule == "D-8.3b"
    assert caught.value.field.startswith("payments")


amounts = st.integers(0, 10**8).map(lambda cents: Decimal(cents).scaleb(-2))


@given(payment_lines(), dates, amounts, amounts, amounts, st.booleans())
def test_due_amounts_add_up(
    lines: tuple[PaymentLine, ...], start: dt.date, taxable: Decimal, vat: Decimal, expenses: Decimal, credit: bool
) -> None:
    """D-8.4, D-7.1: to the cent, for sales and credits, no instalment against the direction of the whole."""
    sign = -1 if credit else 1
    found = due_dates(lines, start, sign * taxable, sign * vat, sign * expenses, 2)
    assert sum(due.amount for due in found) == sign * (taxable + vat + expenses)
    assert all(due.amount * sign >= 0 for due in found)
    assert [due.date for due in found] == sorted(due.date for due in found)
    assert len(found) == sum(len(line.term.instalments) for line in lines)


@given(payment_lines(), amounts, amounts, st.lists(st.integers(1, 50), max_size=3))
def test_due_amounts_add_up_with_fixed_amounts(
    lines: tuple[PaymentLine, ...], taxable: Decimal, vat: Decimal, parts: list[int]
) -> None:
    """D-8.3b: what is fixed is fixed, the rest follows."""
    total = taxable + vat
    cash = tuple(fixed(str((total / part / 4).quantize(Decimal("0.01"), "ROUND_DOWN")), term(0)) for part in parts)
    found = due_dates((*lines, *cash), DAY("2026-01-31"), taxable, vat, ZERO, 2)
    assert sum(due.amount for due in found) == total
    assert sorted(due.amount for due in found if due.payment_type == "CASH") == sorted(line.amount for line in cash)


# Terms that can't work


@pytest.mark.parametrize(
    ("bad", "message", "field", "rule"),
    [
        (term(), "at least one instalment", "instalments", "D-8.1"),
        (
            term(0, instalments=(instalment(0, 50, 100), instalment(30, 40, 0))),
            "taxable make 90 %",
            "instalments[2].share_taxable",
            "D-8.1",
        ),
        (
            term(0, instalments=(instalment(0, 50, 60), instalment(30, 50, 60))),
            "VAT make 120 %",
            "instalments[2].share_vat",
            "D-8.1",
        ),
        (
            term(0, instalments=(instalment(0, 0, 0, 99), instalment(30, 0, 0))),
            "expenses make 99 %",
            "instalments[2].share_expenses",
            "D-8.1",
        ),
        (
            term(0, instalments=(instalment(0, -10, 0), instalment(30, 110, 0))),
            "negative",
            "instalments[1].share_taxable",
            "D-8.1",
        ),
        (term(0, -1), "Instalment 2: days", "instalments[2].days", "D-8.1"),
        (term(10_000), "days go from 0", "instalments[1].days", "D-8.1"),
        (term(0, extra_days=-1), "Extra days", "extra_days", "D-8.2"),
        (
            term(0, excluded_months=(ExcludedMonth(8, 9, 5), ExcludedMonth(9, 10, 5))),
            "August can't move to September",
            "excluded_months[1].to_month",
            "D-8.3b",
        ),
        (
            term(0, excluded_months=(ExcludedMonth(8, 8, 5),)),
            "August can't move",
            "excluded_months[1].to_month",
            "D-8.3b",
        ),
        (
            term(0, excluded_months=(ExcludedMonth(8, 9, 5), ExcludedMonth(8, 10, 5))),
            "excluded twice",
            "excluded_months[2].month",
            "D-8.3b",
        ),
        (
            term(0, excluded_months=(ExcludedMonth(8, 9, 31),)),
            "September has no day 31",
            "excluded_months[1].to_day",
            "D-8.3b",
        ),
        (term(0, excluded_months=(ExcludedMonth(13, 1, 1),)), "Months go from 1", "excluded_months[1].month", "D-8.3b"),
        (
            term(0, excluded_months=(ExcludedMonth(8, 0, 1),)),
            "Months go from 1",
            "excluded_months[1].to_month",
            "D-8.3b",
        ),
    ],
)
def test_a_term_that_cannot_work_is_refused(bad: PaymentTerm, message: str, field: str, rule: str) -> None:
    """D-8.1–8.3b: when it is saved, and again when an order uses it."""
    with pytest.raises(Refused) as caught:
        check_term(bad)
    assert message in caught.value.message
    assert (caught.value.field, caught.value.rule) == (field, rule)
    with pytest.raises(Refused):
        paid(percent("100", bad))


@given(payment_terms())
def test_sound_terms_pass(one: PaymentTerm) -> None:
    check_term(one)


# The document


def order(deposit: str = "0", *, vat_included: bool = False) -> OrderDraft:
    v22 = VatCode("22", Decimal(22))
    line = OrderLine(LineType.CODED, gross=Decimal(100), net=Decimal(100), vat=v22)
    shared = term(0, instalments=(instalment(0, 0, 100, 100), instalment(30, 100, 0)))
    return OrderDraft(
        OrderType("ORD"),
        DAY("2026-01-31"),
        lines=(line,),
        expenses=(Expense("FREIGHT", v22, amount=Decimal(10)),),
        payments=(percent("100", shared),),
        deposit=Decimal(deposit),
        vat_included=vat_included,
    )


def test_expenses_are_shared_apart_from_the_taxable_of_lines() -> None:
    """D-8.1: taxable 100, VAT 24.20, expenses 10."""
    draft = order()
    found = document_due_dates(draft, document_totals(draft))
    assert schedule(found) == [("2026-01-31", "34.20"), ("2026-03-02", "100.00")]


def test_with_vat_included_the_vat_within_expenses_is_vat() -> None:
    """D-8.1, D-7 step 6: 110 = 81.96 + 8.20 of expenses + 19.84 of VAT."""
    draft = order(vat_included=True)
    totals = document_totals(draft)
    assert (totals.taxable, totals.vat, totals.expenses_taxable) == (
        Decimal("90.16"),
        Decimal("19.84"),
        Decimal("8.20"),
    )
    assert schedule(document_due_dates(draft, totals)) == [("2026-01-31", "28.04"), ("2026-03-02", "81.96")]


def test_a_deposit_is_taken_off_all_parts_in_proportion() -> None:
    """D-8 on the balance due: half is paid, half of each instalment stays."""
    draft = order("67.10")
    found = document_due_dates(draft, document_totals(draft))
    assert schedule(found) == [("2026-01-31", "17.10"), ("2026-03-02", "50.00")]


@pytest.mark.parametrize("deposit", ["134.20", "200"])
def test_a_deposit_that_covers_everything_leaves_nothing_due(deposit: str) -> None:
    draft = order(deposit)
    assert document_due_dates(draft, document_totals(draft)) == ()


@given(drafts(most_lines=4))
def test_the_due_amounts_make_the_balance(draft: OrderDraft) -> None:
    """D-7.1, D-8.4: for any order whose balance is open."""
    totals = document_totals(draft)
    assume(abs(totals.deposit) < abs(totals.total) or not totals.deposit)
    found = document_due_dates(draft, totals)
    assert sum(due.amount for due in found) == totals.balance_due
