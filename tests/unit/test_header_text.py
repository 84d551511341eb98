"""Expenses and agents as one line of text."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.header_text import format_agents, format_expenses, parse_agents, parse_expenses
from fluorders_tui.domain.order import AgentShare, Expense, VatCode

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
