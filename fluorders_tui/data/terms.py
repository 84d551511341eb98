"""The tables that carry rules, as the values the domain computes with: VAT, discounts, terms, rates."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

from sqlalchemy import Connection, Table, select

from fluorders_tui.data.tables import basics, commerce, desk
from fluorders_tui.data.tables.base import table
from fluorders_tui.domain.conditions import DiscountType
from fluorders_tui.domain.discounts import parse_discounts
from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.money import MICRO_DECIMALS, NANO_DECIMALS, ONE, ZERO, from_scaled
from fluorders_tui.domain.order import (
    Application,
    Currency,
    Discount,
    DiscountSource,
    ExcludedMonth,
    Expense,
    Instalment,
    OrderType,
    PaymentTerm,
    VatCode,
    VatKind,
)

_CURRENCY = table(desk.Currency)
_RATE = table(desk.CurrencyRate)
_VAT = table(commerce.VatCode)
_DISCOUNT_TYPE = table(commerce.DiscountType)

#: Where an expense type names no VAT code.
NO_VAT = VatCode("", ZERO)


def micro(number: int | None) -> Decimal:
    """A `…_micro` column as decimal, without the zeros behind it; nothing is zero."""
    if not number:
        return ZERO
    whole, rest = divmod(number, 1_000_000)
    return from_scaled(number, MICRO_DECIMALS).normalize() if rest else Decimal(whole)


def optional_micro(number: int | None) -> Decimal | None:
    """As `micro`, keeping nothing as nothing."""
    return None if number is None else micro(number)


def discount_types(connection: Connection) -> tuple[DiscountType, ...]:
    """The active discount types by priority: the n-th discount typed is of the n-th type (D-5.2)."""
    rows = connection.execute(
        select(_DISCOUNT_TYPE).where(_DISCOUNT_TYPE.c.active).order_by(_DISCOUNT_TYPE.c.priority, _DISCOUNT_TYPE.c.code)
    )
    return tuple(
        DiscountType(row.code, row.name, row.priority, Application(row.application), row.excluded_from_commission)
        for row in rows
    )


def vat_codes(connection: Connection) -> dict[int, VatCode]:
    """All VAT codes by row."""
    return {
        row.id: VatCode(row.code, micro(row.rate_micro), VatKind(row.kind), row.description)
        for row in connection.execute(select(_VAT))
    }


def order_types(connection: Connection) -> dict[str, OrderType]:
    """The active order types by code."""
    kind, numbering = table(commerce.OrderType), table(commerce.Numbering)
    rows = connection.execute(
        select(kind, numbering.c.code.label("numbering"))
        .join(numbering, numbering.c.id == kind.c.numbering_id)
        .where(kind.c.active)
        .order_by(kind.c.code)
    )
    return {
        row.code: OrderType(
            row.code,
            row.name,
            row.numbering,
            row.automatic_confirmation,
            row.credit,
            row.exclude_lock,
            row.block_when_printed,
            row.execution_needs_print,
            row.vat_included,
            micro(row.over_delivery_micro),
            row.same_line_apart,
        )
        for row in rows
    }


def currency_on(connection: Connection, code: str, date: dt.date, company_currency: str) -> Currency:
    """A currency with its rate of `date` (D-7.2). Raises `Invalid` for an unknown one."""
    row = connection.execute(select(_CURRENCY).where(_CURRENCY.c.code == code)).first()
    if row is None:
        raise Invalid(f"There is no currency {code!r}.", field="currency", rule="D-2.4")
    if code == company_currency:
        return Currency(code, row.decimals)
    rate = connection.execute(
        select(_RATE.c.rate_nano, _RATE.c.valid_from)
        .where(_RATE.c.currency_id == row.id, _RATE.c.valid_from <= date)
        .order_by(_RATE.c.valid_from.desc())
        .limit(1)
    ).first()
    if rate is None:
        return Currency(code, row.decimals, ONE, None)
    return Currency(code, row.decimals, from_scaled(rate.rate_nano, NANO_DECIMALS).normalize(), rate.valid_from)


def payment_terms(connection: Connection, codes: tuple[str, ...] = ()) -> dict[str, PaymentTerm]:
    """Payment terms by code, with instalments and excluded months; all of them when no code is named."""
    term = table(commerce.PaymentTerm)
    instalment = table(commerce.PaymentTermInstalment)
    excluded = table(commerce.PaymentTermExcludedMonth)
    wanted = select(term).where(term.c.code.in_(codes)) if codes else select(term)
    rows = connection.execute(wanted).all()
    ids = [row.id for row in rows]
    parts: dict[int, list[Instalment]] = defaultdict(list)
    for row in connection.execute(
        select(instalment).where(instalment.c.payment_term_id.in_(ids)).order_by(instalment.c.days)
    ):
        shares = (micro(row.share_taxable_micro), micro(row.share_vat_micro), micro(row.share_expenses_micro))
        parts[row.payment_term_id].append(Instalment(row.days, *shares))
    months: dict[int, list[ExcludedMonth]] = defaultdict(list)
    for row in connection.execute(
        select(excluded).where(excluded.c.payment_term_id.in_(ids)).order_by(excluded.c.month)
    ):
        months[row.payment_term_id].append(ExcludedMonth(row.month, row.to_month, row.to_day))
    return {
        row.code: PaymentTerm(
            row.code,
            row.name,
            tuple(parts[row.id]) or (Instalment(0),),
            row.commercial,
            row.monthly_settlement,
            row.weekly_settlement,
            row.extra_days,
            tuple(months[row.id]),
        )
        for row in rows
    }


def payment_type_discounts(connection: Connection, code: str, types: tuple[DiscountType, ...]) -> tuple[Discount, ...]:
    """What paying this way grants on every line (D-5.3). Raises `Invalid` for an unknown type."""
    kind = table(commerce.PaymentType)
    text = connection.execute(select(kind.c.discounts).where(kind.c.code == code)).scalar()
    if text is None:
        raise Invalid(f"There is no payment type {code!r}.", field="payment_type", rule="D-2.4")
    return parse_discounts(text, types=types, source=DiscountSource.PAYMENT_TYPE)


def payment_types(connection: Connection, types: tuple[DiscountType, ...]) -> dict[str, tuple[Discount, ...]]:
    """The active payment types by code, with what each grants on every line (D-5.3)."""
    kind = table(commerce.PaymentType)
    rows = connection.execute(select(kind.c.code, kind.c.discounts).where(kind.c.active).order_by(kind.c.code))
    return {row.code: parse_discounts(row.discounts, types=types, source=DiscountSource.PAYMENT_TYPE) for row in rows}


def expense_types(connection: Connection) -> dict[str, Expense]:
    """The active expense types by code, as expenses without an amount yet."""
    kind = table(commerce.ExpenseType)
    vat = vat_codes(connection)
    rows = connection.execute(select(kind).where(kind.c.active).order_by(kind.c.code))
    return {row.code: Expense(row.code, vat.get(row.vat_code_id, NO_VAT), row.name) for row in rows}


def cancel_reasons(connection: Connection) -> dict[str, str]:
    """The active reasons for cancelling by code (D-12.6)."""
    return _reasons(connection, table(basics.CancelReason))


def lost_reasons(connection: Connection) -> dict[str, str]:
    """The active reasons why offers are lost, by code (P-104)."""
    return _reasons(connection, table(basics.LostReason))


def _reasons(connection: Connection, reason: Table) -> dict[str, str]:
    rows = connection.execute(select(reason.c.code, reason.c.name).where(reason.c.active).order_by(reason.c.code))
    return {row.code: row.name for row in rows}


def agent_names(connection: Connection) -> dict[str, str]:
    """The active agents' names by code."""
    agent = table(basics.Agent)
    rows = connection.execute(select(agent.c.code, agent.c.name).where(agent.c.active))
    return {row.code: row.name for row in rows}
