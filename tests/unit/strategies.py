"""Hypothesis strategies for orders of any mixture; every draft they make is one the desk could hold."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal

from hypothesis import assume
from hypothesis import strategies as st

from fluorders_tui.domain.amounts import with_amounts
from fluorders_tui.domain.errors import Refused
from fluorders_tui.domain.order import (
    AgentShare,
    Application,
    Currency,
    Discount,
    DiscountSource,
    ExcludedMonth,
    Expense,
    Instalment,
    LineType,
    OrderDraft,
    OrderLine,
    OrderType,
    PaymentLine,
    PaymentTerm,
    Uom,
    VatCode,
    VatKind,
)

VAT_CODES = (
    VatCode("22", Decimal(22)),
    VatCode("10", Decimal(10)),
    VatCode("5.5", Decimal("5.5")),
    VatCode("4", Decimal(4)),
    VatCode("N1", Decimal(0), VatKind.EXEMPT),
    VatCode("N2", Decimal(0), VatKind.EXEMPT),
    VatCode("RC", Decimal(22), VatKind.REVERSE_CHARGE),
    VatCode("EU", Decimal(22), VatKind.INTRA_EU),
)

ORDER_TYPE = OrderType("ORD", "Order")

dates = st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31))


def decimals(low: int | str, high: int | str, places: int) -> st.SearchStrategy[Decimal]:
    """Decimals from `low` to `high` with at most `places` places."""
    return st.decimals(Decimal(low), Decimal(high), places=places, allow_nan=False, allow_infinity=False)


def percents() -> st.SearchStrategy[Decimal]:
    """Percents of a discount or surcharge, up to six decimals, often the round ones of the trade."""
    return st.one_of(
        st.sampled_from([Decimal(n) for n in (50, 10, 5, 3, -3, 0, 100)]), decimals(-20, 60, 2), decimals(-20, 100, 6)
    )


@st.composite
def discounts(draw: st.DrawFn, *, most: int = 4, amounts_up_to: int = 5) -> tuple[Discount, ...]:
    """A few discounts in percent and amounts, in cascade and on gross, some excluded from commission."""
    found = []
    for _ in range(draw(st.integers(0, most))):
        is_amount = draw(st.integers(0, 4)) == 0
        found.append(
            Discount(
                value=draw(decimals(-amounts_up_to, amounts_up_to, 2)) if is_amount else draw(percents()),
                is_amount=is_amount,
                application=draw(st.sampled_from(Application)),
                priority=draw(st.sampled_from((10, 20, 30))),
                source=draw(st.sampled_from(DiscountSource)),
                type=draw(st.sampled_from(("", "TRADE", "CASH"))),
                excluded_from_commission=draw(st.booleans()),
            )
        )
    return tuple(found)


def agents() -> st.SearchStrategy[tuple[AgentShare, ...]]:
    """Up to two agents, some of them without commission."""
    share = st.builds(
        AgentShare, st.sampled_from(("ROSSI", "WEBER", "DUPONT")), st.one_of(st.none(), decimals(0, 20, 2))
    )
    return st.lists(share, max_size=2).map(tuple)


@st.composite
def order_lines(draw: st.DrawFn, places: int = 2) -> OrderLine:
    """One line of any type with its amounts; what D-5.5 refuses is left out."""
    line = OrderLine(
        line_type=draw(st.sampled_from(LineType)),
        description="line",
        quantity=draw(st.one_of(st.integers(1, 500).map(Decimal), decimals("0.001", 999, 3))),
        uom=Uom("pc", draw(st.sampled_from((Decimal(1), Decimal(12), Decimal("0.001")))), 3),
        price=draw(st.one_of(decimals(0, 200, 2), decimals(0, 5000, 6), decimals(-50, 0, 2))),
        discounts=draw(discounts(most=3)),
        vat=draw(st.one_of(st.none(), st.sampled_from(VAT_CODES))),
        vat_recourse=draw(st.booleans()),
        agents=draw(st.one_of(st.none(), agents())),
        cost=draw(st.one_of(st.just(Decimal(0)), decimals(0, 100, 4))),
        weight=draw(st.one_of(st.just(Decimal(0)), decimals(0, 30, 3))),
    )
    try:
        return with_amounts(line, places)
    except Refused:
        assume(False)
        raise


def expenses() -> st.SearchStrategy[Expense]:
    """A header expense in percent or as an amount, perhaps with a minimum."""
    minimum = st.one_of(st.none(), decimals(0, 50, 2))
    kind, vat = st.sampled_from(("FREIGHT", "PACKING", "STAMP")), st.sampled_from(VAT_CODES)
    return st.one_of(
        st.builds(Expense, kind, vat, percent=decimals(0, 15, 3), minimum=minimum),
        st.builds(Expense, kind, vat, amount=decimals(0, 200, 4), minimum=minimum),
    )


@st.composite
def currencies(draw: st.DrawFn) -> Currency:
    """Currencies of 0, 2 and 3 decimals at any sensible rate."""
    code, places = draw(st.sampled_from((("EUR", 2), ("JPY", 0), ("KWD", 3), ("USD", 2))))
    rate = Decimal(1) if code == "EUR" else draw(decimals("0.0001", 4, 6))
    return Currency(code, places, rate, dt.date(2026, 1, 2))


@st.composite
def shared_out(draw: st.DrawFn, count: int) -> tuple[Decimal, ...]:
    """`count` percents from 0 to 100 with two decimals that make 100."""
    cuts = sorted(draw(st.lists(st.integers(0, 10_000), min_size=count - 1, max_size=count - 1)))
    edges = [0, *cuts, 10_000]
    return tuple(Decimal(b - a).scaleb(-2) for a, b in itertools.pairwise(edges))


@st.composite
def payment_terms(draw: st.DrawFn) -> PaymentTerm:
    """Terms that `check_term` accepts."""
    count = draw(st.integers(1, 5))
    columns = [
        draw(st.one_of(st.just((Decimal(0),) * count), shared_out(count))) for _part in ("taxable", "VAT", "expenses")
    ]
    days = sorted(draw(st.lists(st.integers(0, 360), min_size=count, max_size=count)))
    months = draw(st.lists(st.integers(1, 12), unique=True, max_size=3))
    allowed = [month for month in range(1, 13) if month not in months]
    return PaymentTerm(
        "T",
        "Term",
        tuple(Instalment(days[i], columns[0][i], columns[1][i], columns[2][i]) for i in range(count)),
        commercial=draw(st.booleans()),
        monthly_settlement=draw(st.booleans()),
        weekly_settlement=draw(st.booleans()),
        extra_days=draw(st.sampled_from((0, 5, 10, 15))),
        excluded_months=tuple(
            ExcludedMonth(month, draw(st.sampled_from(allowed)), draw(st.integers(1, 28))) for month in months
        ),
    )


@st.composite
def payment_lines(draw: st.DrawFn) -> tuple[PaymentLine, ...]:
    """Payment lines in percent that make 100."""
    count = draw(st.integers(1, 3))
    return tuple(
        PaymentLine("BANK", draw(payment_terms()), percent, apply_from=draw(st.one_of(st.none(), dates)))
        for percent in draw(shared_out(count))
    )


@st.composite
def drafts(draw: st.DrawFn, *, most_lines: int = 5) -> OrderDraft:
    """An order of any mixture of lines, VAT codes, discounts, expenses, agents and currencies."""
    currency = draw(currencies())
    return OrderDraft(
        type=ORDER_TYPE,
        date=draw(dates),
        customer="C1",
        currency=currency,
        vat_included=draw(st.booleans()),
        payments=draw(payment_lines()),
        final_discounts=draw(discounts(most=2, amounts_up_to=50)),
        expenses=tuple(draw(st.lists(expenses(), max_size=2))),
        agents=draw(agents()),
        deposit=draw(st.sampled_from((Decimal(0), Decimal(10), Decimal(100)))),
        lines=tuple(draw(st.lists(order_lines(currency.decimals), max_size=most_lines))),
    )
