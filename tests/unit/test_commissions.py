"""Commissions per line and agent (D-10)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from hypothesis import given

from fluorders_tui.domain.amounts import with_amounts
from fluorders_tui.domain.commissions import commission_base, line_agents, line_commissions, sum_per_agent
from fluorders_tui.domain.discounts import parse_discounts
from fluorders_tui.domain.order import AgentShare, Discount, LineType, OrderDraft, OrderLine, OrderType, VatCode
from fluorders_tui.domain.totals import document_totals
from tests.unit.strategies import drafts

ROSSI = AgentShare("ROSSI", Decimal(10), "Mario Rossi")
WEBER = AgentShare("WEBER", Decimal("2.5"))
UNPAID = AgentShare("DUPONT", None)
ZERO_PERCENT = AgentShare("ZERO", Decimal(0))


def excluded(discounts: tuple[Discount, ...], *places: int) -> tuple[Discount, ...]:
    return tuple(replace(one, excluded_from_commission=place in places) for place, one in enumerate(discounts))


def line(price: str, discounts: tuple[Discount, ...] = (), **more: object) -> OrderLine:
    base = OrderLine(LineType.CODED, quantity=Decimal(1), price=Decimal(price), discounts=discounts)
    return with_amounts(replace(base, **more), 2)  # type: ignore[arg-type]


def order(*lines: OrderLine, **more: object) -> OrderDraft:
    return replace(OrderDraft(OrderType("ORD"), dt.date(2026, 1, 1), lines=lines), **more)  # type: ignore[arg-type]


def amounts(draft: OrderDraft, *, on_give_aways: bool = False) -> dict[str, Decimal | None]:
    return {one.agent: one.amount for one in document_totals(draft, commission_on_give_aways=on_give_aways).commissions}


def test_percent_of_net_after_final_discounts() -> None:
    """D-10.1: 100 − 10 % − 5 % of the 90 left = 85.50."""
    draft = order(line("100", parse_discounts("10")), final_discounts=parse_discounts("5"), agents=(ROSSI, WEBER))
    assert amounts(draft) == {"ROSSI": Decimal("8.55"), "WEBER": Decimal("2.14")}


def test_rounded_once_per_line_and_agent() -> None:
    """D-10.1, D-10.2: 0.125 twice is 0.13 + 0.13."""
    draft = order(line("1.25"), line("1.25"), agents=(ROSSI,))
    (found,) = document_totals(draft).commissions
    assert (found.amount, found.base, found.name) == (Decimal("0.26"), Decimal("2.50"), "Mario Rossi")


def test_none_is_not_zero_percent() -> None:
    """D-10.1."""
    assert amounts(order(line("100"), agents=(UNPAID, ZERO_PERCENT))) == {"DUPONT": None, "ZERO": Decimal("0.00")}


def test_an_agent_without_percent_on_one_line_earns_on_the_other() -> None:
    """D-10.2."""
    draft = order(line("100", agents=(replace(ROSSI, percent=None),)), line("50"), agents=(ROSSI,))
    (found,) = document_totals(draft).commissions
    assert (found.amount, found.base) == (5, 50)


def test_agents_of_a_line_stand_before_the_headers() -> None:
    """D-10.1: None means the header's, an empty tuple nobody."""
    draft = order(line("100"), line("100", agents=(WEBER,)), line("100", agents=()), agents=(ROSSI,))
    totals = document_totals(draft)
    assert [[one.agent for one in found] for found in totals.line_commissions] == [["ROSSI"], ["WEBER"], []]
    assert amounts(draft) == {"ROSSI": 10, "WEBER": Decimal("2.5")}


def test_an_excluded_line_discount_does_not_lower_the_base() -> None:
    """D-10.1: 100 with 10 + 20 (excluded): the customer pays 72, the agent earns on 90."""
    found = line("100", excluded(parse_discounts("10+20"), 1))
    assert found.net == 72
    assert commission_base(found, Decimal(0)) == 90
    assert commission_base(line("100", excluded(parse_discounts("10+20"))), Decimal(0)) == 72


def test_an_excluded_final_discount_does_not_lower_the_base() -> None:
    """D-10.1: 3 % of cash discount are the house's affair, 10 % of the deal are the agent's too."""
    final = excluded(parse_discounts("10+3"), 1)
    draft = order(line("100"), line("200"), final_discounts=final, agents=(ROSSI,))
    totals = document_totals(draft)
    assert totals.final_shares == (Decimal("12.70"), Decimal("25.40"))
    assert totals.commission_shares == (10, 20)
    assert amounts(draft) == {"ROSSI": 27}


def test_commission_is_never_paid_on_vat() -> None:
    """D-10.1 on a document with VAT included: 122 at 22 % earns on 100."""
    draft = order(line("122", vat=VatCode("22", Decimal(22))), vat_included=True, agents=(ROSSI,))
    assert amounts(draft) == {"ROSSI": 10}


def test_what_earns_commission() -> None:
    """D-5.6, D-10.1: notes never, give-aways by parameter, charges for agents named on them."""
    give_away = line("100", line_type=LineType.GIVE_AWAY)
    charge = line("100", line_type=LineType.CHARGE)
    assert amounts(order(give_away, charge, line("1", line_type=LineType.NOTE), agents=(ROSSI,))) == {}
    assert amounts(order(give_away, agents=(ROSSI,)), on_give_aways=True) == {"ROSSI": 10}
    assert line_agents(replace(charge, agents=(WEBER,)), (ROSSI,)) == (WEBER,)


def test_a_credit_takes_commission_back() -> None:
    """D-10.1."""
    assert amounts(order(line("-1.25"), agents=(ROSSI,))) == {"ROSSI": Decimal("-0.13")}


@given(drafts())
def test_sums_per_agent_are_the_sums_of_the_lines(draft: OrderDraft) -> None:
    """D-10.2: nothing is rounded again, nobody is left out, and no commission exceeds its rounded share."""
    totals = document_totals(draft)
    per_line = [one for found in totals.line_commissions for one in found]
    assert sum(one.amount or 0 for one in totals.commissions) == sum(one.amount or 0 for one in per_line)
    assert {one.agent for one in totals.commissions} == {one.agent for one in per_line}
    assert totals.commissions == sum_per_agent(per_line, draft.currency.decimals)
    half = Decimal(1).scaleb(-draft.currency.decimals) / 2
    for one in per_line:
        assert (one.amount is None) == (one.percent is None)
        if one.amount is not None and one.percent is not None:
            assert abs(one.amount - one.base * one.percent / 100) <= half


def test_the_same_agent_twice_on_a_line_adds_up() -> None:
    """D-10.2."""
    (found,) = sum_per_agent(line_commissions((ROSSI, ROSSI), Decimal(100), 2), 2)
    assert found.amount == 20
