"""Which offers share an order: every key alone, and the reasons told (D-13.4)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from fluorders_tui.domain.grouping import GroupingParameters, group_key, group_offers
from fluorders_tui.domain.order import Address, Currency, Expense, OrderType, PaymentLine
from tests.unit.offer_samples import OFFER_TYPE, offer, priced
from tests.unit.trade_samples import AT_ONCE, CASH, TODAY, VAT_22, d

NOTHING = GroupingParameters(True, *([False] * 7))
FIXED = replace(CASH, percent=None, amount=Decimal(5))
OTHER_TERM = replace(AT_ONCE, code="30")


def two(parameters=NOTHING, terms=None, own=None, **fields):
    """Two offers, the second of which differs in these fields."""
    pair = (offer(1, priced("A", "1", "10")), offer(2, priced("A", "1", "10"), terms=terms, **fields))
    return group_offers(pair, parameters, own or {})


def test_equal_offers_share_an_order():
    every = GroupingParameters(True, True, True, True, True, True, True, True)
    (group,) = two(every)
    assert [one.draft.id for one in group.offers] == [1, 2]
    assert group.reasons == ()


@pytest.mark.parametrize(
    ("fields", "terms", "told"),
    [
        ({"currency": Currency("USD")}, {}, "currency: USD"),
        ({"vat_included": True}, {}, "VAT: included"),
        ({}, {"type": replace(OFFER_TYPE, order_type=OrderType("EXP"))}, "order type: EXP"),
        ({"final_discounts": d("5")}, {}, "final discounts: 5"),
        ({"final_discounts": d("5+10#")}, {}, "final discounts: 5+10#"),
        ({"expenses": (Expense("STAMP", VAT_22, percent=Decimal(2)),)}, {}, "expenses: STAMP 2 %"),
        (
            {"payments": (FIXED, CASH)},
            {},
            "payment amounts: CASH NOW fixed, CASH NOW",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_one_order_has_only_one_of_keeps_offers_apart_always(fields, terms, told):
    first, second = two(terms=terms, **fields)
    assert (len(first.offers), len(second.offers)) == (1, 1)
    assert told in second.reasons


def test_different_customers_never_share_an_order():
    first, second = two(customer="BIANCHI")
    assert (first.reasons, second.reasons) == (("customer: ROSSI",), ("customer: BIANCHI",))
    _, prospect = two(terms={"prospect": True})
    assert prospect.reasons == ("customer: prospect Rossi",)
    pair = [offer(n, terms={"prospect": True}, customer="", name=name) for n, name in ((1, "Neri"), (2, "Verdi"))]
    assert len(group_offers(pair, NOTHING)) == 2


@pytest.mark.parametrize(
    ("parameter", "fields", "terms", "told"),
    [
        ("by_type", {}, {"type": replace(OFFER_TYPE, code="PRJ")}, "offer type: PRJ"),
        ("by_year", {"date": TODAY.replace(year=2027)}, {}, "year: 2027"),
        ("by_month", {"date": TODAY.replace(month=12)}, {}, "month: 2026-12"),
        ("by_rate", {"currency": Currency("EUR", rate=Decimal("1.1"))}, {}, "exchange rate: 1.1"),
        ("by_project", {}, {"project": "BRIDGE"}, "project: BRIDGE"),
        ("by_payment", {"payments": (PaymentLine("BANK", AT_ONCE),)}, {}, "payment: BANK NOW"),
        ("by_payment", {"payments": (PaymentLine("CASH", OTHER_TERM),)}, {}, "payment: CASH 30"),
        ("by_destination", {"destination": Address("D2")}, {}, "destination and carrier: D2"),
        ("by_destination", {"carrier": "DHL"}, {}, "destination and carrier: DHL, D1"),
        ("by_destination", {"recipient": Address("R")}, {}, "destination and carrier: R, D1"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_parameter_alone(parameter, fields, terms, told):
    """Off, the difference doesn't matter; on, it is the one reason for two orders."""
    assert len(two(terms=terms, **fields)) == 1
    first, second = two(replace(NOTHING, **{parameter: True}), terms=terms, **fields)
    assert second.reasons == (told,)
    assert len(first.reasons) == 1


def test_a_month_is_one_of_its_year():
    by_month = replace(NOTHING, by_month=True)
    assert len(two(by_month, date=TODAY.replace(year=2027))) == 2
    assert len(two(by_month, date=TODAY + dt.timedelta(1))) == 1


def test_without_summary_each_offer_is_an_order():
    first, second = two(replace(NOTHING, summary=False))
    assert (first.reasons, second.reasons) == (("offer: O-1",), ("offer: O-2",))


def test_amounts_on_the_document_add_up_and_so_share_an_order():
    assert len(two(final_discounts=d("10#"), deposit=Decimal(5))) == 1
    assert len(two(expenses=(Expense("FREIGHT", VAT_22, amount=Decimal(9)),))) == 1


def test_a_customers_own_parameters_go_before_the_general_ones():
    own = {"ROSSI": replace(NOTHING, by_destination=True)}
    assert len(two(own=own, carrier="DHL")) == 2
    assert len(two(GroupingParameters(), own={"ROSSI": NOTHING}, carrier="DHL")) == 1
    assert len(two(own={"BIANCHI": own["ROSSI"]}, carrier="DHL")) == 1


def test_groups_stand_in_the_order_of_their_first_offers():
    offers = [offer(n, carrier=carrier) for n, carrier in enumerate(("A", "B", "A", "C", "B"), 1)]
    groups = group_offers(offers, GroupingParameters())
    assert [[one.draft.id for one in group.offers] for group in groups] == [[1, 3], [2, 5], [4]]
    assert [part.name for part in group_key(offers[0], NOTHING)] == [
        "customer", "currency", "VAT", "order type", "final discounts", "expenses", "payment amounts",
    ]  # fmt: skip
