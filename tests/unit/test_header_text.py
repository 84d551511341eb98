"""Expenses and agents as one line of text."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.header_text import (
    format_agents,
    format_expenses,
    format_payments,
    parse_agents,
    parse_expenses,
    parse_payments,
)
from fluorders_tui.domain.order import AgentShare, Discount, Expense, Instalment, PaymentLine, PaymentTerm, VatCode
from tests.unit.strategies import dates, shared_out

VAT = VatCode("22", Decimal(22))
KNOWN = {code: Expense(code, VAT, code.title()) for code in ("TRANSPORT", "PACKING", "COLLECTION")}
NAMES = {"A01": "Anna", "A02": "Bruno", "A03": ""}
amounts = st.decimals(min_value=0, max_value=99999, places=2, allow_nan=False)


@given(
    st.lists(
        st.builds(
            lambda code, percent, value, least: Expense(
                code,
                VAT,
                code.title(),
                percent=value if percent else None,
                amount=None if percent else value,
                minimum=least if percent else None,
            ),
            st.sampled_from(sorted(KNOWN)),
            st.booleans(),
            amounts,
            st.none() | amounts,
        ),
        max_size=4,
    ).map(tuple)
)
def test_expenses_round_trip(expenses: tuple[Expense, ...]) -> None:
    assert parse_expenses(format_expenses(expenses), KNOWN) == expenses


@given(
    st.dictionaries(
        st.sampled_from(sorted(NAMES)), st.none() | st.decimals(min_value=0, max_value=100, places=3, allow_nan=False)
    )
)
def test_agents_round_trip_and_none_is_not_zero(shares: dict[str, Decimal | None]) -> None:
    """D-10.1: no percentage is not 0 %."""
    agents = tuple(AgentShare(code, percent, NAMES[code]) for code, percent in shares.items())
    assert parse_agents(format_agents(agents), NAMES) == agents


def test_people_type_it_loosely() -> None:
    assert parse_expenses(" transport 12,50 ;; packing 3 % ", KNOWN) == (
        Expense("TRANSPORT", VAT, "Transport", amount=Decimal("12.50")),
        Expense("PACKING", VAT, "Packing", percent=Decimal(3)),
    )
    assert parse_agents("a01 5%", NAMES) == (AgentShare("A01", Decimal(5), "Anna"),)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("TRANSPRT 12", "expenses[1]"),
        ("TRANSPORT", "expenses[1]"),
        ("TRANSPORT 12; PACKING x", "expenses[2]"),
        ("TRANSPORT 12 min 3", "expenses[1]"),
        ("TRANSPORT -1", "expenses[1]"),
    ],
)
def test_bad_expenses_name_the_place(text: str, place: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_expenses(text, KNOWN)
    assert refused.value.field == place


@pytest.mark.parametrize("text", ["A09 5", "A01 101", "A01 5; A01 3", "A01 -1"])
def test_bad_agents_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_agents(text, NAMES)


TYPES = {"BT": (), "CASH": (Discount(Decimal(2)),), "RIBA": ()}
TERMS = {
    code: PaymentTerm(code, code, (Instalment(days),), monthly_settlement=code.endswith("EOM"))
    for code, days in (("30", 30), ("30EOM", 30), ("60EOM", 60), ("IMM", 0))
}


@st.composite
def _payments(draw: st.DrawFn) -> tuple[PaymentLine, ...]:
    fixed = draw(st.lists(amounts, max_size=2))
    shares = draw(st.integers(1, 3).flatmap(shared_out)) if not fixed or draw(st.booleans()) else ()
    found = []
    for amount, percent in [*((one, None) for one in fixed), *((None, one) for one in shares)]:
        kind = draw(st.sampled_from(["", *TYPES]))
        term = TERMS[draw(st.sampled_from(sorted(TERMS)))]
        since = draw(st.none() | dates)
        found.append(PaymentLine(kind, term, percent, amount, since, TYPES.get(kind, ())))
    return tuple(found)


@given(_payments())
def test_payments_round_trip(payments: tuple[PaymentLine, ...]) -> None:
    text = format_payments(payments)
    assert parse_payments(text, TYPES, TERMS) == payments
    assert format_payments(parse_payments(text, TYPES, TERMS)) == text


def test_payments_as_a_clerk_types_them() -> None:
    cash, bank, riba = parse_payments("cash 500; BT 30EOM 40%; riba 60eom from 2026-12-01", TYPES, TERMS)
    assert (cash.payment_type, cash.term.code, cash.amount, cash.percent) == ("CASH", "IMM", 500, None)
    assert cash.discounts == TYPES["CASH"]
    assert (bank.percent, riba.percent, str(riba.apply_from)) == (40, 60, "2026-12-01")
    assert parse_payments("BT 30 30", TYPES, TERMS)[0].amount == 30
    assert parse_payments("30EOM", TYPES, TERMS)[0].percent == 100
    assert parse_payments("", TYPES, TERMS) == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("BT 30EOM 40%", "make 40, not 100"),
        ("BT 30EOM 70%; BT IMM 40%", "make 110, not 100"),
        ("BT 30EOM; BT IMM", "Only one part"),
        ("BT ZZ", "no payment term"),
        ("XX 30EOM", "no payment term"),
        ("BT 30EOM x", "no part of a number"),
        ("BT 30EOM from tomorrow", "no date"),
        ("BT 30EOM -5", "negative"),
    ],
)
def test_payments_that_cant_be_read(text: str, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        parse_payments(text, TYPES, TERMS)
