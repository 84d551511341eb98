"""What keeps a draft from being entered, and what is only worth a look."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from fluorders_tui.domain import header
from fluorders_tui.domain.conditions import LineChecks
from fluorders_tui.domain.draft_lines import add_line
from fluorders_tui.domain.entry import free_line, make_line
from fluorders_tui.domain.notices import Notice, notice_from, texts, without_rules
from fluorders_tui.domain.order import Currency, LineType, OrderType, PaymentLine, Uom
from fluorders_tui.domain.readiness import draft_problems, draft_warnings
from fluorders_tui.domain.totals import document_totals
from tests.unit.trade_samples import AT_ONCE, TODAY, VAT_22, customer, d, dated, item, listed, order_for

CONDITIONS = customer(dated("A"))
TOMORROW = TODAY + dt.timedelta(1)
YESTERDAY = TODAY - dt.timedelta(1)
DRAFT = order_for(CONDITIONS)
GOOD = add_line(DRAFT, make_line(DRAFT, CONDITIONS, item(listed("10")), Decimal(2)))
NOTE = free_line(DRAFT, LineType.NOTE, "Ring twice")
LINE = GOOD.lines[0]


def with_line(**fields):
    return replace(GOOD, lines=(NOTE, replace(LINE, **fields)))


def half(percent: int) -> PaymentLine:
    return PaymentLine("BANK", AT_ONCE, Decimal(percent))


def fixed(amount: str) -> PaymentLine:
    return PaymentLine("BANK", AT_ONCE, None, Decimal(amount))


def test_a_good_order_has_neither():
    assert draft_problems(GOOD) == ()
    assert draft_warnings(GOOD) == ()
    totals = document_totals(GOOD)
    assert draft_problems(GOOD, totals=totals) == draft_warnings(GOOD, totals=totals) == ()


@pytest.mark.parametrize(
    ("draft", "field", "rule"),
    [
        (replace(GOOD, customer=""), "customer", "D-3.1"),
        (DRAFT, "lines", "D-6.1"),
        (add_line(DRAFT, NOTE), "lines", "D-6.1"),
        (replace(GOOD, ready_date=TOMORROW, delivery_date=TODAY), "ready_date", "D-6.4"),
        (with_line(ready_date=TOMORROW, delivery_date=TODAY), "lines[2].ready_date", "D-6.4"),
        (with_line(vat=None), "lines[2].vat", "D-3.3"),
        (with_line(item=""), "lines[2].item", "D-6.1"),
        (with_line(quantity=Decimal(0)), "lines[2].quantity", "D-6.3"),
        (with_line(quantity=Decimal("1.5"), uom=Uom("PC")), "lines[2].quantity", "D-6.3"),
        (with_line(price=Decimal(-1)), "lines[2].price", "D-6.2"),
        (with_line(net=Decimal(-1)), "lines[2].discounts", "D-5.5"),
        (replace(GOOD, final_discounts=d("21#")), "final_discounts", "D-5.5"),
        (replace(GOOD, deposit=Decimal(-1)), "deposit", "D-7"),
        (replace(GOOD, currency=Currency("USD", 2, Decimal(0))), "currency", "D-7.2"),
        (replace(GOOD, payments=(half(50), half(40))), "payments", "D-8.3b"),
        (replace(GOOD, payments=(fixed("10"),)), "payments", "D-8.3b"),
        (replace(GOOD, payments=(half(100), fixed("24.41"))), "payments[2].amount", "D-8.3b"),
    ],
)
def test_one_problem_at_a_time(draft, field, rule):
    problems = draft_problems(draft)
    assert (field, rule) in [(problem.field, problem.rule) for problem in problems]
    if field != "lines[2].discounts":
        assert len(problems) == 1


def test_goods_at_a_hundred_percent_off_may_be_ordered():
    """D-5.5 forbids only what is below zero, be it from a gross of zero."""
    assert draft_problems(with_line(net=Decimal(0))) == ()
    assert "lines[2].discounts" in [one.field for one in draft_problems(with_line(gross=Decimal(0), net=Decimal(-1)))]


@pytest.mark.parametrize("payments", [(half(50), half(50)), (fixed("24.40"),), (fixed("24.39"), half(100)), ()])
def test_payments_that_make_the_whole(payments):
    """D-8.3b: 2 × 10 and 22 % VAT are 24.40."""
    assert draft_problems(replace(GOOD, payments=payments)) == ()


def test_all_problems_come_at_once_in_the_order_of_the_screen():
    draft = replace(with_line(vat=None, quantity=Decimal(0)), customer="", payments=(half(50),))
    assert [problem.field for problem in draft_problems(draft)] == [
        "customer",
        "lines[2].quantity",
        "lines[2].vat",
        "payments",
    ]


def test_what_the_parameters_refuse():
    """D-4.7, D-6.4: else the same is a warning, or nothing."""
    draft = replace(with_line(price=Decimal(0)), delivery_date=YESTERDAY)
    refusing = LineChecks(zero_price="refuse", past_delivery="refuse")
    assert [(one.field, one.rule) for one in draft_problems(draft, refusing)] == [
        ("delivery_date", "D-6.4"),
        ("lines[2].price", "D-4.7"),
    ]
    assert draft_problems(draft) == ()
    assert [(one.rule, one.line) for one in draft_warnings(draft)] == [("D-6.4", 0)]
    assert draft_warnings(draft, LineChecks(past_delivery="off")) == ()


def test_warnings_carry_rule_and_line():
    """D-2.1 after final discounts, D-8.1, D-7.1b, D-4.7."""
    draft = header.change_vat_mode(replace(GOOD, payments=(), minimum_value=Decimal("19.01")), True)
    draft = header.set_final_discounts(draft, d("5"))
    draft = add_line(draft, make_line(draft, CONDITIONS, item(sales_price=Decimal(0)), Decimal(1)))
    found = draft_warnings(draft)
    assert [(one.rule, one.line) for one in found] == [
        ("D-7.1b", 0),
        ("D-8.1", 0),
        ("D-2.1", 0),
        ("D-4.6", 1),
        ("D-4.7", 2),
    ]
    assert found[2].message == "The order is worth 19 EUR, the minimum is 19.01."
    reached = replace(draft, minimum_value=Decimal(19))
    assert "D-2.1" not in [one.rule for one in draft_warnings(reached)]


def test_an_empty_draft_is_not_nagged():
    """Nothing is below its minimum before anything is ordered."""
    empty = header.start_order(OrderType("ORD"), TODAY)
    assert draft_warnings(replace(empty, minimum_value=Decimal(50))) == ()


def test_a_draft_that_cannot_be_added_up_still_shows_its_warnings():
    """D-7.2."""
    draft = replace(GOOD, currency=Currency("USD", 2, Decimal(0)), minimum_value=Decimal(50), warnings=("x (D-7.1b)",))
    assert draft_warnings(draft) == (Notice("D-7.1b", "x"),)


@pytest.mark.parametrize("rule", ["D-4.7", "D-7.1b", "D-12.6", "D-7", "D-4.10"])
def test_a_notice_survives_as_text(rule):
    notice = Notice(rule, "Line one (of two)\nand two", 3)
    assert notice_from(notice.text, 3) == notice
    assert texts([notice, Notice(rule, notice.message)]) == (notice.text,)
    assert without_rules((notice.text, "plain"), rule) == ("plain",)


def test_text_without_a_rule_is_a_notice_all_the_same():
    assert notice_from("(D-4.7) first") == Notice("", "(D-4.7) first")


def test_vat_is_asked_of_free_lines_too():
    """D-3.3."""
    draft = add_line(DRAFT, free_line(DRAFT, LineType.CHARGE, "Pallet", price=Decimal(5)))
    assert [one.field for one in draft_problems(draft)] == ["lines[1].vat"]
    assert draft_problems(replace(draft, lines=(replace(draft.lines[0], vat=VAT_22),))) == ()
