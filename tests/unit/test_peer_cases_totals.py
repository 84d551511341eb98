"""Published figures of other programs, computed by our rules; where ours differ the test says which and why."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fluorders_tui.domain.amounts import with_amounts
from fluorders_tui.domain.order import (
    AgentShare,
    Application,
    Discount,
    Instalment,
    LineType,
    OrderDraft,
    OrderLine,
    OrderType,
    PaymentLine,
    PaymentTerm,
    VatCode,
)
from fluorders_tui.domain.payment_terms import due_date, due_dates
from fluorders_tui.domain.totals import Totals, document_totals

CASES: dict[str, dict[str, Any]] = {
    case["id"]: case
    for case in json.loads((Path(__file__).parents[1] / "cases" / "peers.json").read_text(encoding="utf-8"))
}


def case(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    return CASES[name]["inputs"], CASES[name]["expected"]


def row(name: str, wanted: str) -> tuple[dict[str, Any], dict[str, Any]]:
    inputs, expected = case(name)
    return tuple(next(one for one in side["rows"] if one["id"] == wanted) for side in (inputs, expected))  # type: ignore[return-value]


def vat(rate: str) -> VatCode:
    return VatCode(rate, Decimal(rate))


def lines_of(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The lines of a case; a mere count means that many equal ones."""
    found = data["lines"]
    return [data] * found if isinstance(found, int) else found


def priced(data: dict[str, Any], vat_code: VatCode | None, discounts: tuple[Discount, ...] = ()) -> OrderLine:
    line_type = LineType.NOTE if data.get("type") == "note" else LineType.CODED
    line = OrderLine(
        line_type,
        quantity=Decimal(data.get("qty", "0")),
        price=Decimal(data.get("price", "0")),
        discounts=discounts,
        vat=vat_code,
    )
    return with_amounts(line, 2)


def totals_of(data: dict[str, Any], **more: Any) -> Totals:
    code = vat(data["vat_rate"]) if "vat_rate" in data else None
    discounts = (Discount(Decimal(data["discount_pct"])),) if "discount_pct" in data else ()
    return document_totals(
        OrderDraft(
            OrderType("ORD"),
            dt.date(2026, 1, 1),
            lines=tuple(priced(one, code, discounts) for one in lines_of(data)),
            vat_included=data.get("price_includes_vat", False),
            **more,
        )
    )


def figures(totals: Totals) -> tuple[Decimal, Decimal, Decimal]:
    return totals.taxable, totals.vat, totals.total


def published(expected: dict[str, Any]) -> tuple[Decimal, Decimal, Decimal]:
    return Decimal(expected["untaxed"]), Decimal(expected["vat"]), Decimal(expected["total"])


def test_try_totals_1() -> None:
    """D-7 steps 1, 5, 6, 8; D-6.1: a note counts for nothing."""
    inputs, expected = case("TRY-TOTALS-1")
    assert figures(totals_of(inputs)) == published(expected)


def test_odoo_global_discount_without_vat() -> None:
    """D-6.2: six lines of 23.575 are 23.58 each, so 141.48 + 29.71; theirs rounds the document once: 141.45."""
    inputs, expected = row("ODOO-TOTALS-DISC-GLOBAL", "excl")
    ours = figures(totals_of(inputs))
    assert ours == (Decimal("141.48"), Decimal("29.71"), Decimal("171.19"))
    assert ours != published(expected)


def test_odoo_global_discount_with_vat_included() -> None:
    """D-6.2, D-7 step 6: 141.48 contains 24.55; the lines are rounded first here too, theirs are not."""
    inputs, expected = row("ODOO-TOTALS-DISC-GLOBAL", "incl")
    ours = figures(totals_of(inputs))
    assert ours == (Decimal("116.93"), Decimal("24.55"), Decimal("141.48"))
    assert ours != published(expected)
    assert ours[1] == Decimal(expected["vat"])


@pytest.mark.parametrize("wanted", ["one_line", "two_lines_vat_per_rate", "qty2", "credit"])
def test_dolibarr_one_cent(wanted: str) -> None:
    """D-7 step 6: VAT on the sum per code, a credit like a sale."""
    inputs, expected = row("DOL-VAT-1CENT", wanted)
    assert figures(totals_of(inputs)) == published(expected)


def test_dolibarr_vat_per_line_is_not_ours() -> None:
    """D-7 step 6, "never per line": 0.25, not 0.24."""
    inputs, expected = row("DOL-VAT-1CENT", "two_lines_vat_per_line")
    assert figures(totals_of(inputs)) == published(row("DOL-VAT-1CENT", "two_lines_vat_per_rate")[1])
    assert totals_of(inputs).vat != Decimal(expected["vat"])


@pytest.mark.parametrize("policy", ["line", "document"])
def test_tryton_a_hundred_lines(policy: str) -> None:
    """D-6.2: each line of 1.001 is 1.00, so the VAT is 20.00 as in their line policy; 20.02 needs unrounded lines."""
    inputs, expected = row("TRY-VAT-ROUND-100", policy)
    totals = totals_of(inputs)
    assert totals.taxable == Decimal(expected["base"])
    assert totals.vat == Decimal("20.00")
    assert (totals.vat == Decimal(expected["vat"])) == (policy == "line")


def test_tryton_half_even_is_not_ours() -> None:
    """D-6.2, half up: 1.07 + 1.01 = 2.08, as the case's own note says; half even makes 2.07."""
    inputs, expected = row("TRY-VAT-ROUND-100", "half_even")
    totals = totals_of(inputs)
    assert (totals.taxable, totals.vat) == (Decimal("2.08"), Decimal("2.08"))
    assert totals.taxable != Decimal(expected["base"])


def test_tryton_vat_per_rate() -> None:
    """D-7 steps 5, 6: our lines have one VAT code, so the line under two taxes is two lines of the same base."""
    inputs, expected = case("TRY-VAT-PER-RATE")
    lines = tuple(priced(one, vat(rate)) for one in inputs["lines"] for rate in one["vat_rates"])
    summary = document_totals(OrderDraft(OrderType("ORD"), dt.date(2026, 1, 1), lines=lines)).vat_summary
    assert [(found.vat.code, found.taxable, found.tax) for found in summary] == [
        (one["rate"], Decimal(one["base"]), Decimal(one["vat"])) for one in expected["vat_summary"]
    ]


def test_erpnext_header_discount_on_net() -> None:
    """D-7 step 3: 100 over 500 and 1,000 → 33.33 and 66.67."""
    inputs, expected = row("ERP-HEADER-DISC", "net")
    final = (Discount(Decimal(inputs["final_discount_amount"]), is_amount=True),)
    totals = totals_of(inputs, final_discounts=final)
    assert totals.items_gross == Decimal(expected["gross"])
    assert totals.final_shares == tuple(Decimal(one) for one in expected["spread"])
    assert [totals.items_net * part / 3 - share for part, share in zip((1, 2), totals.final_shares, strict=True)] == [
        Decimal(one) for one in expected["line_net"]
    ]
    assert (totals.taxable, totals.total) == (Decimal(expected["untaxed"]), Decimal(expected["total"]))


def test_erpnext_header_discount_with_vat_included() -> None:
    """D-7 steps 3, 6: same totals; our shares contain VAT as the lines do: 33.33 is their 30.30 + 10 %."""
    inputs, expected = row("ERP-HEADER-DISC", "incl_vat")
    final = (Discount(Decimal(inputs["final_discount_amount"]), is_amount=True),)
    totals = totals_of(inputs, final_discounts=final)
    assert totals.items_gross == Decimal(expected["gross"])
    assert (totals.taxable, totals.total) == (Decimal(expected["untaxed"]), Decimal(expected["total"]))
    assert totals.final_shares == (Decimal("33.33"), Decimal("66.67"))
    without_vat = [round(share / Decimal("1.1"), 2) for share in totals.final_shares]
    assert without_vat == [Decimal(one) for one in expected["spread"]]


@pytest.mark.parametrize(("wanted", "application"), [("additive", Application.GROSS), ("cascade", Application.CASCADE)])
def test_erpnext_discount_combination(wanted: str, application: Application) -> None:
    """D-5.2: 20 and 10 are 30 % on gross, 28 % in cascade."""
    inputs, expected = row("ERP-DISC-CASCADE", wanted)
    discounts = tuple(
        Discount(Decimal(one), application=application, priority=place)
        for place, one in enumerate(inputs["discounts_pct"])
    )
    line = priced({"qty": "1", "price": "100"}, None, discounts)
    assert line.gross - line.net == Decimal(expected["equivalent_pct"])


@pytest.mark.parametrize("place", [0, 1])
def test_erpnext_margin_and_discount(place: int) -> None:
    """D-5.1, D-5.2: their margin is our surcharge of 10 %; then 10 % or 110 off the 1,100."""
    inputs, expected = case("ERP-MARGIN-DISC")
    variant = inputs["variants"][place]
    margin = Discount(-Decimal(inputs["margin_pct"]), priority=10)
    is_amount = "discount_amount" in variant
    off = Discount(Decimal(variant["discount_amount" if is_amount else "discount_pct"]), is_amount, priority=20)
    with_margin = priced({"qty": "1", "price": inputs["list_price"]}, None, (margin,)).net
    net = priced({"qty": "1", "price": inputs["list_price"]}, None, (margin, off)).net
    assert with_margin == Decimal(expected["price_with_margin"])
    assert with_margin - net == Decimal(expected["discount_amount"])
    assert net == Decimal(expected["net_price"])


def fixed(amount: str, term: PaymentTerm) -> PaymentLine:
    return PaymentLine("BANK", term, amount=Decimal(amount))


def one_date(code: str, days: int, **more: Any) -> PaymentTerm:
    return PaymentTerm(code, code, (Instalment(days),), **more)


def test_tryton_payment_term_mixed() -> None:
    """D-8.3b: the same dates and amounts, said our way.

    Theirs takes percents of the total, fixed amounts and remainders in one term. Ours has fixed
    amounts first and percents of the rest, so their computed 25 % are fixed amounts here and the
    last line takes 100 % of what is left. Their "+ 1 month + 30 days" is 30 days from an own start
    date; their "15th of the month after next + 30 days" likewise.
    """
    inputs, expected = row("TRY-PAYTERM-1", "mixed")
    start = dt.date.fromisoformat(inputs["date"])
    quarter = expected["instalments"][0][1]
    plus_30, plus_month = one_date("30D", 30), one_date("1M", 30, commercial=True)
    payments = (
        fixed(quarter, plus_30),
        fixed(quarter, plus_month),
        PaymentLine("BANK", plus_30, amount=Decimal(inputs["lines"][2]["fixed"]), apply_from=dt.date(2011, 11, 1)),
        PaymentLine("BANK", plus_30, apply_from=dt.date(2011, 12, 15)),
    )
    found = due_dates(payments, start, Decimal(inputs["amount"]), Decimal(0), Decimal(0), 2)
    assert [(due.date.isoformat(), due.amount) for due in found] == [
        (date, Decimal(amount)) for date, amount in expected["instalments"]
    ]


def test_tryton_payment_term_negative() -> None:
    """D-8.3b: on a credit our fixed amounts carry the credit's sign; theirs turns the sign of a positive one."""
    inputs, expected = row("TRY-PAYTERM-1", "negative")
    start = dt.date.fromisoformat(inputs["date"])
    plus_30, plus_month = one_date("30D", 30), one_date("1M", 30, commercial=True)
    payments = (
        fixed("-2.5", plus_30),
        fixed("-2.5", plus_month),
        PaymentLine("BANK", plus_30, amount=-Decimal(inputs["lines"][2]["fixed"]), apply_from=dt.date(2011, 11, 1)),
        PaymentLine("BANK", plus_30, apply_from=dt.date(2011, 12, 15)),
    )
    found = due_dates(payments, start, Decimal(inputs["amount"]), Decimal(0), Decimal(0), 2)
    assert [(due.date.isoformat(), due.amount) for due in found] == [
        (date, Decimal(amount)) for date, amount in expected["instalments"]
    ]


def test_tryton_payment_term_zero() -> None:
    """D-8.2: one instalment of 0.00 as theirs, but on its own due date a month later, not on the document's date."""
    inputs, expected = row("TRY-PAYTERM-1", "zero")
    start = dt.date.fromisoformat(inputs["date"])
    payments = (PaymentLine("BANK", one_date("1M", 30, commercial=True)),)
    (found,) = due_dates(payments, start, Decimal(inputs["amount"]), Decimal(0), Decimal(0), 2)
    ((date, amount),) = expected["instalments"]
    assert found.amount == Decimal(amount)
    assert found.date == dt.date(2016, 6, 17)
    assert date == inputs["date"]


def test_fluentis_commercial_days() -> None:
    """D-8.2, D-8.3."""
    inputs, expected = case("FLU-PAYTERM-COMMERCIAL")
    start = dt.date.fromisoformat(inputs["document_date"])
    for given, due, before in zip(
        inputs["rows"], expected["due_dates"], expected["before_month_end_shift"], strict=True
    ):
        settings = {"commercial": given["commercial"]}
        end = one_date("T", given["days"], monthly_settlement=given["end_of_month"], **settings)
        assert due_date(end, given["days"], start).isoformat() == due
        if before is not None:
            assert due_date(one_date("T", given["days"], **settings), given["days"], start).isoformat() == before


def test_tryton_commission() -> None:
    """D-10.1: 10 % of a net of 100. When it is paid out is accounting, which is outside the desk."""
    inputs, expected = case("TRY-COMMISSION")
    agent = AgentShare("AGENT", Decimal(inputs["formula"].removesuffix("%")))
    totals = totals_of({"lines": [{"qty": "1", "price": inputs["line_net"]}]}, agents=(agent,))
    (found,) = totals.commissions
    assert found.base == Decimal(expected["base"])
    assert found.amount == Decimal(expected["commission"]) == Decimal(expected["settlement_total"])


def test_try_amendment_totals() -> None:
    """D-7 steps 1, 8 before and after the amendment; its life cycle is tested with D-12.5."""
    inputs, expected = case("TRY-AMENDMENT")
    assert totals_of(inputs).total == Decimal(expected["total_before"])
    first, second = inputs["amendment"][:2]
    amended = [inputs["lines"][0] | first, inputs["lines"][1] | second]
    assert totals_of({"lines": amended}).total == Decimal(expected["total_after"])


def test_every_case_about_totals_is_here() -> None:
    """A case added to the file must be computed here or belong to another room."""
    kinds = {"document_totals", "vat_rounding", "vat_summary", "final_discount_spread", "discount_combination"}
    kinds |= {"payment_terms", "commission"}
    assert {name for name, one in CASES.items() if one["kind"] in kinds} == {
        *("TRY-TOTALS-1", "ODOO-TOTALS-DISC-GLOBAL", "DOL-VAT-1CENT", "TRY-VAT-ROUND-100", "TRY-VAT-PER-RATE"),
        *("ERP-HEADER-DISC", "ERP-DISC-CASCADE", "ERP-MARGIN-DISC", "TRY-PAYTERM-1", "FLU-PAYTERM-COMMERCIAL"),
        "TRY-COMMISSION",
    }
