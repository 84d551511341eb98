"""The nine steps of the document totals (D-7)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given

from fluorders_tui.domain.amounts import with_amounts
from fluorders_tui.domain.discounts import parse_discounts
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.money import LARGEST, round_half_up
from fluorders_tui.domain.order import (
    Application,
    Currency,
    Expense,
    LineType,
    OrderDraft,
    OrderLine,
    OrderType,
    Uom,
    VatCode,
    VatKind,
)
from fluorders_tui.domain.totals import Totals, check_totals, document_totals, vat_mode_warning, vat_percent
from tests.unit.strategies import drafts

V22 = VatCode("22", Decimal(22))
V10 = VatCode("10", Decimal(10))
N1 = VatCode("N1", Decimal(0), VatKind.EXEMPT)
N2 = VatCode("N2", Decimal(0), VatKind.EXEMPT)

ITEMS = (LineType.CODED, LineType.UNCODED)


def line(
    price: str,
    quantity: str = "1",
    discounts: str = "",
    vat: VatCode | None = V22,
    line_type: LineType = LineType.CODED,
    decimals: int = 2,
    **more: object,
) -> OrderLine:
    base = OrderLine(
        line_type, quantity=Decimal(quantity), price=Decimal(price), discounts=parse_discounts(discounts), vat=vat
    )
    return with_amounts(replace(base, **more), decimals)  # type: ignore[arg-type]


def order(*lines: OrderLine, final: str = "", **more: object) -> OrderDraft:
    base = OrderDraft(OrderType("ORD"), dt.date(2026, 11, 24), lines=lines, final_discounts=parse_discounts(final))
    return replace(base, **more)  # type: ignore[arg-type]


def test_every_figure_of_one_document() -> None:
    """D-7 steps 1–8 on a document with a line of every type, worked out by hand."""
    totals = document_totals(
        order(
            line("100", "5"),  # 500.00
            line("100", "10", "10", V10, LineType.UNCODED),  # 1,000.00 − 100.00
            line("30", vat=V22, line_type=LineType.CHARGE),
            line("1", line_type=LineType.NOTE),
            line("20", vat=V10, line_type=LineType.GIVE_AWAY, vat_recourse=True),
            line("7", vat=V22, line_type=LineType.GIVE_AWAY),
            final="10",
            expenses=(
                Expense("FREIGHT", V22, "Freight", percent=Decimal("1.5")),
                Expense("STAMP", N1, "Stamp duty", amount=Decimal(2)),
                Expense("PACK", V22, "Packing", percent=Decimal("0.1"), minimum=Decimal(5)),
            ),
            deposit=Decimal(500),
        )
    )
    assert totals.items_gross == 1500
    assert totals.discounts == 100
    assert totals.items_net == 1400
    assert totals.final_discounts == 140
    assert totals.final_shares == (50, 90, 0, 0, 0, 0)
    assert totals.charges == 30
    assert [(one.type, one.amount) for one in totals.expenses] == [
        ("FREIGHT", Decimal("18.90")),
        ("STAMP", 2),
        ("PACK", 5),
    ]
    assert totals.expenses_total == totals.expenses_taxable == Decimal("25.90")
    assert totals.taxable == Decimal("1315.90")
    rows = [(row.vat.code, row.taxable, row.tax, row.give_away, row.give_away_tax) for row in totals.vat_summary]
    assert rows == [
        ("10", 810, 83, 20, 2),
        ("22", Decimal("503.90"), Decimal("110.86"), 0, 0),
        ("N1", 2, 0, 0, 0),
    ]
    assert totals.vat == Decimal("193.86")
    assert totals.give_away == 27
    assert totals.give_away_vat == 2
    assert totals.total == Decimal("1509.76")
    assert totals.deposit == 500
    assert totals.balance_due == Decimal("1009.76")


def test_an_empty_document_is_all_zero() -> None:
    totals = document_totals(order(final="5+10#"))
    assert (totals.total, totals.final_discounts, totals.vat_summary, totals.final_shares) == (0, 0, (), ())
    assert totals.margin is None


# Step 3


def test_final_discount_of_the_rule() -> None:
    """D-7 step 3: 100 over nets of 500 and 1,000 → 33.33 and 66.67."""
    assert document_totals(order(line("500"), line("1000"), final="100#")).final_shares == (
        Decimal("33.33"),
        Decimal("66.67"),
    )


def test_final_discounts_cascade_on_items_net_and_on_gross_on_items_gross() -> None:
    """D-7 step 3: items gross 200, net 100."""
    draft = order(line("200", discounts="50"), final="10+10")
    assert document_totals(draft).final_discounts == 19
    first, second = draft.final_discounts
    mixed = replace(draft, final_discounts=(first, replace(second, application=Application.GROSS)))
    assert document_totals(mixed).final_discounts == 30


def test_final_discounts_are_rounded_once() -> None:
    """D-7 step 3: 0.333 + 0.333 on 9.99 is 0.67, not 0.66."""
    draft = order(line("9.99"), final="3.3333+3.3333")
    on_gross = tuple(replace(one, application=Application.GROSS) for one in draft.final_discounts)
    assert document_totals(replace(draft, final_discounts=on_gross)).final_discounts == Decimal("0.67")


def test_only_coded_and_uncoded_lines_bear_final_discounts() -> None:
    """D-7 step 3, step 4: charges, notes and give-aways take no share."""
    totals = document_totals(
        order(
            line("100", line_type=LineType.CHARGE),
            line("100"),
            line("100", line_type=LineType.GIVE_AWAY),
            line("50", line_type=LineType.UNCODED),
            final="10",
        )
    )
    assert totals.final_shares == (0, 10, 0, 5)


def test_a_credit_line_among_sales_takes_no_share() -> None:
    """D-7 step 3: even where sales and credits nearly cancel out, no share explodes."""
    totals = document_totals(order(line("1000"), line("-990"), line("50"), final="6#"))
    assert totals.final_shares == (Decimal("5.71"), 0, Decimal("0.29"))


def test_a_credit_document_is_the_mirror_of_a_sale() -> None:
    """D-7, D-6.2: rounding half away from zero treats both alike."""
    sale = document_totals(order(line("10.05"), line("0.99", vat=V10), final="7.77"))
    credit = document_totals(order(line("-10.05"), line("-0.99", vat=V10), final="7.77"))
    assert credit.total == -sale.total
    assert credit.final_shares == tuple(-share for share in sale.final_shares)


def test_final_discounts_beyond_items_net_are_shown_but_not_entered() -> None:
    """D-5.5 for the document: totals of a half-typed order never fail, entering it does."""
    totals = document_totals(order(line("10"), final="100#"))
    assert totals.taxable == -90
    with pytest.raises(Refused) as caught:
        check_totals(totals)
    assert (caught.value.field, caught.value.rule) == ("final_discounts", "D-5.5")
    check_totals(document_totals(order(line("100"), final="100#")))


def test_a_negative_deposit_is_not_entered() -> None:
    """D-7 step 8."""
    with pytest.raises(Refused) as caught:
        check_totals(document_totals(order(line("10"), deposit=Decimal(-1))))
    assert caught.value.field == "deposit"


# Step 4


@pytest.mark.parametrize(
    ("expense", "amount"),
    [
        (Expense("E", V22, percent=Decimal("0.05")), "0.05"),
        (Expense("E", V22, percent=Decimal(10)), "9.00"),
        (Expense("E", V22, percent=Decimal(10), minimum=Decimal(12)), "12.00"),
        (Expense("E", V22, percent=Decimal(10), minimum=Decimal(5)), "9.00"),
        (Expense("E", V22, amount=Decimal("4.005")), "4.01"),
        (Expense("E", V22, amount=Decimal(4), minimum=Decimal(5)), "5.00"),
        (Expense("E", V22), "0.00"),
    ],
)
def test_expenses(expense: Expense, amount: str) -> None:
    """D-7 step 4: percent of items net − final discounts (90), rounded; or an amount; with a minimum."""
    totals = document_totals(
        order(line("100"), line("900", line_type=LineType.CHARGE), final="10", expenses=(expense,))
    )
    assert str(totals.expenses[0].amount) == amount


# Steps 5 and 6


def test_vat_is_never_rounded_per_line() -> None:
    """D-7 step 6: 2 lines of 1.24 at 10 % → 0.25."""
    assert document_totals(order(line("1.24", vat=V10), line("1.24", vat=V10))).vat == Decimal("0.25")


def test_vat_is_kept_per_code_not_per_rate() -> None:
    """D-7 step 6: two exempt codes stay apart; a code at one rate is not mixed with it at another."""
    old22 = VatCode("22", Decimal(21))
    rows = document_totals(order(line("1", vat=N2), line("2", vat=N1), line("3", vat=V22), line("4", vat=old22)))
    assert [(row.vat.code, row.vat.rate, row.taxable) for row in rows.vat_summary] == [
        ("22", 21, 4),
        ("22", 22, 3),
        ("N1", 0, 2),
        ("N2", 0, 1),
    ]


def test_equal_codes_from_different_snapshots_are_one_row() -> None:
    """D-2.5, D-7 step 6: the description doesn't part them."""
    totals = document_totals(order(line("1.24", vat=V10), line("1.24", vat=replace(V10, description="reduced"))))
    assert [row.tax for row in totals.vat_summary] == [Decimal("0.25")]


def test_a_line_without_vat_code_counts_at_zero() -> None:
    totals = document_totals(order(line("10", vat=None)))
    assert [(row.vat.code, row.taxable, row.tax) for row in totals.vat_summary] == [("", 10, 0)]


@pytest.mark.parametrize("kind", [VatKind.EXEMPT, VatKind.REVERSE_CHARGE, VatKind.INTRA_EU])
@pytest.mark.parametrize("vat_included", [False, True])
def test_no_tax_is_charged_on_other_kinds_whatever_their_rate(kind: VatKind, vat_included: bool) -> None:
    """D-2.4, D-7 step 6."""
    totals = document_totals(order(line("122", vat=VatCode("X", Decimal(22), kind)), vat_included=vat_included))
    assert (totals.taxable, totals.vat, totals.total) == (122, 0, 122)


def test_vat_included() -> None:
    """D-7 step 6: taxable = round(gross / (1 + rate)) per code, VAT = gross − taxable."""
    totals = document_totals(
        order(
            line("9.99"),
            line("10.01"),
            line("11", vat=V10),
            final="1#",
            expenses=(Expense("E", V10, amount=Decimal("1.10")),),
            vat_included=True,
        )
    )
    assert totals.final_shares == (Decimal("0.32"), Decimal("0.32"), Decimal("0.36"))
    assert totals.total == Decimal("31.10")
    assert [(row.vat.code, row.taxable, row.tax) for row in totals.vat_summary] == [
        ("10", Decimal("10.67"), Decimal("1.07")),
        ("22", Decimal("15.87"), Decimal("3.49")),
    ]
    assert totals.expenses_taxable == 1


# Step 7


@pytest.mark.parametrize(("recourse", "vat", "total"), [(False, "2.20", "12.20"), (True, "4.40", "14.40")])
def test_vat_of_a_give_away_is_paid_only_with_recourse(recourse: bool, vat: str, total: str) -> None:
    """D-7 step 7: the value is shown apart, never charged."""
    totals = document_totals(order(line("10"), line("10", line_type=LineType.GIVE_AWAY, vat_recourse=recourse)))
    assert totals.give_away == 10
    assert totals.taxable == 10
    assert totals.vat == Decimal(vat)
    assert totals.total == Decimal(total)


def test_recourse_with_vat_included() -> None:
    """D-7 steps 6 and 7: a give-away worth 12.20 with VAT costs the customer its 2.20."""
    totals = document_totals(order(line("12.20", line_type=LineType.GIVE_AWAY, vat_recourse=True), vat_included=True))
    assert (totals.give_away, totals.taxable, totals.vat, totals.total) == (
        Decimal("12.20"),
        0,
        Decimal("2.20"),
        Decimal("2.20"),
    )


# Step 9, D-7.1b, D-7.2


def test_margin_and_weight() -> None:
    """D-7 step 9: cost per main unit in company currency; a give-away costs too; unknown costs stay out."""
    dozen = Uom("dz", Decimal(12))
    totals = document_totals(
        order(
            line("120", "2", uom=dozen, cost=Decimal(8), weight=Decimal("0.25")),  # 240 − 24 × 8 ÷ 2 = 144
            line("50", cost=Decimal(0), weight=Decimal("1.5")),
            line("5", line_type=LineType.GIVE_AWAY, cost=Decimal(4), weight=Decimal(1)),  # −4 ÷ 2
            line("5", line_type=LineType.CHARGE, cost=Decimal(4), weight=Decimal(1)),
            final="10",
            currency=Currency("USD", 2, Decimal(2)),
        )
    )
    assert totals.margin == 240 - 24 - 96 - 2
    assert totals.margin_percent == Decimal("54.63")
    assert totals.weight == Decimal("8.5")


def test_margin_is_without_vat() -> None:
    assert document_totals(order(line("122", cost=Decimal(60)), vat_included=True)).margin == 40


def test_totals_in_company_currency() -> None:
    """D-7.2: the parts add up there too."""
    totals = document_totals(order(line("10.01"), currency=Currency("USD", 2, Decimal("0.91"))))
    assert (totals.total, totals.vat) == (Decimal("12.21"), Decimal("2.20"))
    assert (totals.company_total, totals.company_vat, totals.company_taxable) == (
        Decimal("11.11"),
        Decimal("2.00"),
        Decimal("9.11"),
    )


@pytest.mark.parametrize("rate", ["0", "-1"])
def test_a_rate_must_be_above_zero(rate: str) -> None:
    """D-7.2."""
    with pytest.raises(Refused) as caught:
        document_totals(order(currency=Currency("USD", 2, Decimal(rate))))
    assert caught.value.rule == "D-7.2"


def test_a_document_too_large_for_its_columns_is_refused() -> None:
    with pytest.raises(Invalid, match="too large"):
        document_totals(order(line(str(LARGEST)), line("1")))
    with pytest.raises(Invalid, match="too large"):
        document_totals(order(line(str(LARGEST / 2)), currency=Currency("XXX", 2, Decimal(3))))


def test_vat_mode_warning() -> None:
    """D-7.1b."""
    assert vat_mode_warning(False, False) == vat_mode_warning(True, True) == ""
    assert "without VAT: its totals will differ" in vat_mode_warning(True, False)
    assert "VAT included: its totals will differ" in vat_mode_warning(False, True)


# D-7.1


def total_again(draft: OrderDraft, totals: Totals) -> Fraction:
    """What the customer pays, from the lines up in exact fractions, rounding only where D-7 does."""
    codes: dict[tuple[str, Decimal, VatKind], list[Fraction]] = {}

    def of(vat: VatCode | None) -> list[Fraction]:
        code = vat or VatCode("", Decimal(0))
        return codes.setdefault((code.code, vat_percent(code), code.kind), [Fraction(0), Fraction(0)])

    for one, share in zip(draft.lines, totals.final_shares, strict=True):
        if one.line_type in ITEMS:
            of(one.vat)[0] += Fraction(one.net) - Fraction(share)
        elif one.line_type is LineType.CHARGE:
            of(one.vat)[0] += Fraction(one.net)
        elif one.line_type is LineType.GIVE_AWAY and one.vat_recourse:
            of(one.vat)[1] += Fraction(one.net)
    for expense in totals.expenses:
        of(expense.vat)[0] += Fraction(expense.amount)
    unit = Fraction(10) ** draft.currency.decimals

    def rounded(value: Fraction) -> Fraction:
        whole = (abs(value) * unit + Fraction(1, 2)).__floor__()
        return Fraction(whole if value >= 0 else -whole) / unit

    paid = Fraction(0)
    for (_code, percent, _kind), (sold, free) in codes.items():
        rate = Fraction(percent) / 100
        if draft.vat_included:
            paid += sold + (free - rounded(free / (1 + rate)))
        else:
            paid += sold + rounded(sold * rate) + rounded(free * rate)
    return paid


@given(drafts())
def test_the_parts_always_make_the_total(draft: OrderDraft) -> None:
    """D-7.1 for any mixture of lines, VAT codes, discounts, expenses, currencies and both VAT modes."""
    totals = document_totals(draft)
    items = [one for one in draft.lines if one.line_type in ITEMS]
    assert totals.items_gross == sum(one.gross for one in items)
    assert totals.items_net == sum(one.net for one in items) == totals.items_gross - totals.discounts
    assert len(totals.final_shares) == len(draft.lines)
    assert sum(totals.final_shares) == totals.final_discounts
    assert all(one in items or not share for one, share in zip(draft.lines, totals.final_shares, strict=True))
    assert totals.expenses_total == sum(one.amount for one in totals.expenses)
    assert totals.taxable == sum(row.taxable for row in totals.vat_summary)
    assert totals.vat == sum(row.tax for row in totals.vat_summary)
    assert totals.give_away_vat == sum(row.give_away_tax for row in totals.vat_summary)
    assert totals.total == totals.taxable + totals.vat
    step_5 = totals.items_net - totals.final_discounts + totals.charges + totals.expenses_total
    assert step_5 == (totals.total - totals.give_away_vat if draft.vat_included else totals.taxable)
    assert totals.balance_due == totals.total - totals.deposit
    assert totals.company_total == totals.company_taxable + totals.company_vat
    assert totals.company_total == round_half_up(totals.total * draft.currency.rate, 2)
    assert Fraction(totals.total) == total_again(draft, totals)


@given(drafts())
def test_every_amount_has_the_currencys_decimals(draft: OrderDraft) -> None:
    """D-6.2: no figure carries a digit the document can't show, nor a minus zero."""
    totals = document_totals(draft)
    figures = [
        *(totals.items_gross, totals.discounts, totals.items_net, totals.final_discounts, *totals.final_shares),
        *(totals.charges, totals.expenses_total, totals.taxable, totals.vat, totals.give_away, totals.give_away_vat),
        *(totals.total, totals.deposit, totals.balance_due),
        *(figure for row in totals.vat_summary for figure in (row.taxable, row.tax, row.give_away, row.give_away_tax)),
        *(one.amount for one in totals.expenses),
    ]
    for figure in figures:
        assert figure.as_tuple().exponent == -draft.currency.decimals
        assert not str(figure).startswith("-0") or figure != 0


@given(drafts())
def test_the_order_of_lines_changes_no_total(draft: OrderDraft) -> None:
    """D-7: moving lines about moves cents between equal remainders at most, never the sums before VAT."""
    totals, turned = document_totals(draft), document_totals(replace(draft, lines=draft.lines[::-1]))
    assert turned.final_discounts == totals.final_discounts
    if draft.final_discounts:
        unit = Decimal(1).scaleb(-draft.currency.decimals)
        assert abs(turned.total - totals.total) <= 2 * unit * len(totals.vat_summary)
    else:
        assert turned == replace(
            totals,
            final_shares=turned.final_shares,
            commissions=turned.commissions,
            commission_shares=turned.commission_shares,
            line_commissions=turned.line_commissions,
        )
