"""When an order's amount falls due, and in which parts (D-8).

A due date goes through its steps in this order: days, end of month (monthly settlement), the
term's extra days, the next Friday (weekly settlement), and last the excluded months. The excluded
months come after the Friday because a Friday may itself lie in one; so nothing ever falls due in an
excluded month, and the day it moves to is the agreed one, Friday or not.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from fluorders_tui.domain.errors import Refused
from fluorders_tui.domain.money import EXACT, HUNDRED, ZERO, plain, round_half_up, shares
from fluorders_tui.domain.order import Instalment, OrderDraft, PaymentLine, PaymentTerm
from fluorders_tui.domain.totals import Totals

#: A commercial month has this many days (D-8.1).
COMMERCIAL_MONTH = 30

#: Ten years; a longer term is a slip of the hand.
MOST_DAYS = 3660

_FRIDAY = 4
_LEAP_YEAR = 2024
_MONTHS = (
    "",
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

#: Taxable, VAT and expenses, the three things an instalment may share differently.
_Parts = tuple[Decimal, Decimal, Decimal]
_PART_NAMES = ("taxable", "VAT", "expenses")
_PART_FIELDS = ("share_taxable", "share_vat", "share_expenses")


@dataclass(frozen=True, slots=True)
class DueDate:
    """One amount in document currency, due on `date`; `term` is the code of the payment term."""

    date: dt.date
    amount: Decimal
    payment_type: str
    term: str


def _part_shares(instalment: Instalment) -> _Parts:
    return instalment.share_taxable, instalment.share_vat, instalment.share_expenses


def check_term(term: PaymentTerm) -> None:
    """Raise `Refused` when `term` can't work: instalments and shares (D-8.1), days (D-8.2), excluded months (D-8.3b).

    Each of taxable, VAT and expenses must be shared out to 100 %, or be left at zero throughout,
    which shares it equally. The field names the row (`instalments[2].days`); shares that don't add up are
    told at the last one.
    """
    if not term.instalments:
        raise Refused("A payment term needs at least one instalment.", field="instalments", rule="D-8.1")
    for place, instalment in enumerate(term.instalments, 1):
        if not 0 <= instalment.days <= MOST_DAYS:
            raise Refused(
                f"Instalment {place}: days go from 0 to {MOST_DAYS}, not {instalment.days}.",
                field=f"instalments[{place}].days",
                rule="D-8.1",
            )
        for name, field, share in zip(_PART_NAMES, _PART_FIELDS, _part_shares(instalment), strict=True):
            if share < 0:
                raise Refused(
                    f"Instalment {place}: its share of {name} is negative.",
                    field=f"instalments[{place}].{field}",
                    rule="D-8.1",
                )
    for part, name in enumerate(_PART_NAMES):
        made = sum((_part_shares(instalment)[part] for instalment in term.instalments), ZERO)
        if made not in (ZERO, HUNDRED):
            raise Refused(
                f"The shares of {name} make {plain(made)} %, not 100 %.",
                field=f"instalments[{len(term.instalments)}].{_PART_FIELDS[part]}",
                rule="D-8.1",
                hint="Leave them all at zero for equal shares.",
            )
    if not 0 <= term.extra_days <= MOST_DAYS:
        raise Refused(f"Extra days go from 0 to {MOST_DAYS}.", field="extra_days", rule="D-8.2")
    _check_excluded_months(term)


def _check_excluded_months(term: PaymentTerm) -> None:
    excluded = [row.month for row in term.excluded_months]
    for place, row in enumerate(term.excluded_months, 1):
        message, field = "", "month"
        if not 1 <= row.month <= 12:
            message = "Months go from 1 to 12."
        elif not 1 <= row.to_month <= 12:
            message, field = "Months go from 1 to 12.", "to_month"
        elif not 1 <= row.to_day <= calendar.monthrange(_LEAP_YEAR, row.to_month)[1]:
            message, field = f"{_MONTHS[row.to_month]} has no day {row.to_day}.", "to_day"
        elif row.month in excluded[: place - 1]:
            message = f"{_MONTHS[row.month]} is excluded twice."
        elif row.to_month in excluded:
            message = f"Due dates in {_MONTHS[row.month]} can't move to {_MONTHS[row.to_month]}, which is excluded too."
            field = "to_month"
        if message:
            raise Refused(message, field=f"excluded_months[{place}].{field}", rule="D-8.3b")


def _end_of_month(date: dt.date) -> dt.date:
    return date.replace(day=calendar.monthrange(date.year, date.month)[1])


def add_commercial_days(date: dt.date, days: int) -> dt.date:
    """`date` + a calendar month for every 30 of `days`, the day clipped to the month, + the remaining days (D-8.2)."""
    months, rest = divmod(days, COMMERCIAL_MONTH)
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    day = min(date.day, calendar.monthrange(year, month + 1)[1])
    return dt.date(year, month + 1, day) + dt.timedelta(days=rest)


def due_date(term: PaymentTerm, days: int, start: dt.date) -> dt.date:
    """The date on which an instalment of `days` of a checked `term` falls due, counted from `start` (D-8.2, D-8.3b).

    Raises `Refused` (D-8.2) past the year 9999.
    """
    try:
        date = add_commercial_days(start, days) if term.commercial else start + dt.timedelta(days=days)
        if term.monthly_settlement:
            date = _end_of_month(date)
        date += dt.timedelta(days=term.extra_days)
        if term.weekly_settlement:
            date += dt.timedelta(days=(_FRIDAY - date.weekday()) % 7)
        for row in term.excluded_months:
            if row.month == date.month:
                year = date.year + (row.to_month < row.month)
                last = calendar.monthrange(year, row.to_month)[1]
                return dt.date(year, row.to_month, min(row.to_day, last))
    except (OverflowError, ValueError) as error:
        raise Refused("The due date lies beyond the calendar.", field="payments", rule="D-8.2") from error
    return date


def _instalment_amounts(term: PaymentTerm, parts: _Parts, decimals: int) -> list[Decimal]:
    """What each instalment takes: its shares of the three parts summed and rounded once (D-8.4).

    The last takes the rest. When rounding up has used up a few cents before the last, the
    instalments after that are 0: none of them goes below zero.
    """
    count = len(term.instalments)
    equally = [not any(_part_shares(instalment)[part] for instalment in term.instalments) for part in range(3)]
    total = left = sum(parts, ZERO)
    amounts: list[Decimal] = []
    for instalment in term.instalments[:-1]:
        exact = ZERO
        for part, share in enumerate(_part_shares(instalment)):
            if equally[part]:
                exact = EXACT.add(exact, EXACT.divide(parts[part], Decimal(count)))
            else:
                exact = EXACT.add(exact, EXACT.multiply(parts[part], share).scaleb(-2, EXACT))
        amount = round_half_up(exact, decimals) + ZERO
        if (left - amount) * total < 0:
            amount = left
        amounts.append(amount)
        left -= amount
    return [*amounts, left]


def _fixed_parts(amount: Decimal, left: _Parts, decimals: int) -> _Parts:
    """The fixed `amount` taken from the three parts in proportion to what is left of them."""
    weights = [abs(part) for part in left]
    taxable, vat, expenses = shares(amount, weights, decimals)
    return taxable, vat, expenses


def _minus(left: _Parts, taken: _Parts) -> _Parts:
    return left[0] - taken[0], left[1] - taken[1], left[2] - taken[2]


def _line_parts(payments: Sequence[PaymentLine], whole: _Parts, decimals: int) -> list[_Parts]:
    """What each payment line covers: fixed amounts first, then percents of the rest (D-8.3b)."""
    covered: list[_Parts] = [(ZERO, ZERO, ZERO)] * len(payments)
    left = whole
    for place, payment in enumerate(payments):
        if payment.amount is None:
            continue
        rest = sum(left, ZERO)
        amount = round_half_up(payment.amount, decimals)
        if amount and (abs(amount) > abs(rest) or (amount < 0) != (rest < 0)):
            raise Refused(
                f"The fixed amount of {plain(amount)} doesn't fit into the {plain(rest)} still to be paid.",
                field=f"payments[{place + 1}].amount",
                rule="D-8.3b",
            )
        covered[place] = _fixed_parts(amount, left, decimals)
        left = _minus(left, covered[place])
    percents = [place for place, payment in enumerate(payments) if payment.amount is None]
    if not percents:
        if any(left):
            raise Refused(
                f"The fixed amounts leave {plain(sum(left, ZERO))} unpaid.",
                field="payments",
                rule="D-8.3b",
                hint="Add a payment line with 100 % of the rest.",
            )
        return covered
    made = sum((payments[place].percent or ZERO for place in percents), ZERO)
    if made != HUNDRED or any((payments[place].percent or ZERO) < 0 for place in percents):
        raise Refused(
            f"The payment lines make {plain(made)} % of the rest, not 100 %.", field="payments", rule="D-8.3b"
        )
    rest_parts = left
    for place in percents[:-1]:
        percent = payments[place].percent or ZERO
        taxable, vat, expenses = (
            round_half_up(EXACT.multiply(part, percent).scaleb(-2, EXACT), decimals) + ZERO for part in rest_parts
        )
        covered[place] = (taxable, vat, expenses)
        left = _minus(left, covered[place])
    covered[percents[-1]] = left
    return covered


def due_dates(
    payments: Sequence[PaymentLine],
    document_date: dt.date,
    taxable: Decimal,
    vat: Decimal,
    expenses: Decimal,
    decimals: int,
) -> tuple[DueDate, ...]:
    """What falls due when for `taxable` (without expenses) + `vat` + `expenses`, by date (D-8).

    Amounts are in document currency and already rounded to `decimals`; the result sums up to them
    exactly. Without payment lines nothing is scheduled.

    Raises `Refused`: a term that can't work (`check_term`), or payment lines that don't make up
    the whole amount (field `payments`, D-8.3b).
    """
    if not payments:
        return ()
    found: list[DueDate] = []
    for payment, parts in zip(payments, _line_parts(payments, (taxable, vat, expenses), decimals), strict=True):
        term = payment.term
        check_term(term)
        start = payment.apply_from or document_date
        for instalment, amount in zip(term.instalments, _instalment_amounts(term, parts, decimals), strict=True):
            date = due_date(term, instalment.days, start)
            found.append(DueDate(date, round_half_up(amount, decimals), payment.payment_type, term.code))
    return tuple(sorted(found, key=lambda due: due.date))


def document_due_dates(draft: OrderDraft, totals: Totals) -> tuple[DueDate, ...]:
    """The due dates of the balance due of `draft` (D-8 on D-7 step 8); errors as `due_dates`.

    The deposit is paid already: it is taken off taxable, VAT and expenses in proportion, so that a
    term such as "VAT at once" keeps its shape. A deposit that covers everything leaves nothing due.
    """
    taxable, vat, expenses = totals.taxable - totals.expenses_taxable, totals.vat, totals.expenses_taxable
    if totals.deposit:
        if abs(totals.deposit) >= abs(totals.total):
            return ()
        decimals = draft.currency.decimals
        taken = _fixed_parts(totals.deposit, (taxable, vat, expenses), decimals)
        taxable, vat, expenses = _minus((taxable, vat, expenses), taken)
    return due_dates(draft.payments, draft.date, taxable, vat, expenses, draft.currency.decimals)
