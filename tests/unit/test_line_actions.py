"""A line turned into another one: a substitute, goods free of charge, a tie settled (D-6.7, D-6.1, D-4.8)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from fluorders_tui.domain.discount_policies import DiscountCombination, DiscountPolicy, index_policies
from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.entry import change_quantity, free_line, make_line
from fluorders_tui.domain.errors import DeskError, Invalid, Refused
from fluorders_tui.domain.line_actions import choose_policy, give_away, substitute
from fluorders_tui.domain.order import AgentShare, DiscountSource, LineType, OrderLine
from tests.unit.trade_samples import BOX, PIECE, TODAY, VAT_10, customer, d, dated, item, listed, order_for

TIED = index_policies(
    [
        DiscountPolicy("P1", item="BOLT", discounts=d("10")),
        DiscountPolicy("P2", item="BOLT", valid_to=TODAY, discounts=d("20+5")),
    ],
    [DiscountCombination(1, item=True)],
)
CONDITIONS = customer(dated("A"), discounts=d("3"))
WITH_POLICIES = customer(dated("A"), discounts=d("3"), policies=TIED)
CARD = item(listed("8"))
OTHER = item(listed("9"), code="NUT", description="Nut M8", uoms=(PIECE,), vat=VAT_10)
DRAFT = order_for(CONDITIONS)
WEEK = dt.timedelta(7)


def line_of(**fields: object) -> OrderLine:
    return replace(make_line(DRAFT, CONDITIONS, CARD, Decimal(12)), **fields)  # type: ignore[arg-type]


def test_a_substitute_takes_the_line_over_and_is_priced_by_its_own_lists() -> None:
    """D-6.7: quantity, dates, note and agents are the line's; item, price and VAT the substitute's."""
    agents = (AgentShare("WEBER", Decimal(5)),)
    before = line_of(ready_date=TODAY, delivery_date=TODAY + WEEK, note="Urgent", agents=agents)
    after = substitute(DRAFT, before, CONDITIONS, OTHER)
    assert (after.item, after.description, after.vat) == ("NUT", "Nut M8", VAT_10)
    assert (after.quantity, after.price, after.net) == (12, 9, Decimal("104.76"))
    assert (after.ready_date, after.delivery_date, after.note, after.agents) == (
        TODAY, TODAY + WEEK, "Urgent", agents,
    )  # fmt: skip


def test_a_substitute_keeps_the_unit_where_it_has_it() -> None:
    boxes = make_line(DRAFT, CONDITIONS, CARD, Decimal(2), "BOX")
    assert substitute(DRAFT, boxes, CONDITIONS, item(code="NUT")).uom == BOX
    assert substitute(DRAFT, boxes, CONDITIONS, OTHER).uom == PIECE


def test_a_substitute_of_goods_free_of_charge_is_free_of_charge() -> None:
    """D-6.1, with the customer paying the VAT as before."""
    free = give_away(DRAFT, line_of(), vat_recourse=True)
    after = substitute(DRAFT, free, CONDITIONS, OTHER)
    assert (after.line_type, after.vat_recourse, after.discounts) == (LineType.GIVE_AWAY, True, ())


@pytest.mark.parametrize("vat_recourse", [True, False])
def test_goods_free_of_charge_take_no_discount_and_no_commission(vat_recourse: bool) -> None:
    """D-5.6."""
    before = line_of(agents=(AgentShare("WEBER", Decimal(5)),))
    assert before.discounts
    after = give_away(DRAFT, before, vat_recourse=vat_recourse)
    assert (after.line_type, after.discounts, after.agents) == (LineType.GIVE_AWAY, (), ())
    assert (after.vat_recourse, after.quantity, after.price) == (vat_recourse, 12, 8)


def test_a_settled_tie_of_policies_is_a_decision_by_hand() -> None:
    """P-130: a later quantity neither opens the tie nor changes the discounts."""
    draft = order_for(WITH_POLICIES)
    tied = make_line(draft, WITH_POLICIES, CARD, Decimal(10))
    assert tied.price_source.policies_tied == ("P1", "P2")
    assert any("D-4.8" in text for text in tied.warnings)
    settled = choose_policy(draft, tied, "P2", WITH_POLICIES)
    assert format_discounts(settled.discounts) == "3+20+5"
    assert {one.source for one in settled.discounts} == {DiscountSource.MANUAL}
    assert settled.net == Decimal("58.98")
    assert settled.price_source.policies_tied == ()
    assert not any("D-4.8" in text for text in settled.warnings)
    assert "P2 was chosen at the desk among P1, P2" in settled.price_source.tried[0]
    more = change_quantity(draft, settled, Decimal(20), WITH_POLICIES, CARD)
    assert (format_discounts(more.discounts), more.price_source.policies_tied) == ("3+20+5", ())


def test_only_a_tied_policy_can_be_chosen() -> None:
    """D-4.8: the error says which ones there are."""
    draft = order_for(WITH_POLICIES)
    tied = make_line(draft, WITH_POLICIES, CARD, Decimal(10))
    with pytest.raises(Refused, match="P9 is not among") as refused:
        choose_policy(draft, tied, "P9", WITH_POLICIES)
    assert (refused.value.field, refused.value.hint) == ("discounts", "They are: P1, P2.")
    with pytest.raises(Refused) as refused:
        choose_policy(DRAFT, line_of(), "P1", CONDITIONS)
    assert refused.value.hint == "They are: none."


def test_what_was_executed_stays_what_it_was() -> None:
    """D-12.6."""
    executed = line_of(executed=Decimal(5))
    for change in (
        lambda: substitute(DRAFT, executed, CONDITIONS, OTHER),
        lambda: give_away(DRAFT, executed, vat_recourse=False),
        lambda: choose_policy(DRAFT, executed, "P1", WITH_POLICIES),
    ):
        with pytest.raises(Refused, match="5 were executed already") as refused:
            change()
        assert refused.value.rule == "D-12.6"


def test_what_has_no_goods_is_neither_replaced_nor_given_away() -> None:
    """D-6.1; an item that may not be sold is no substitute (D-6.3)."""
    note = free_line(DRAFT, LineType.NOTE, "As agreed")
    errors: list[type[DeskError]] = [Refused, Invalid]
    with pytest.raises(tuple(errors)):
        substitute(DRAFT, note, CONDITIONS, OTHER)
    with pytest.raises(Refused):
        give_away(DRAFT, note, vat_recourse=False)
    with pytest.raises(Refused, match="blocked"):
        substitute(DRAFT, line_of(), CONDITIONS, replace(OTHER, blocked=True))
