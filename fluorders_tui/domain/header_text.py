"""Expenses, agents and payment lines in one line of text: `TRANSPORT 12; PACKING 3%`, `A01 5; A02`, `BT 30EOM 40%`.

All round-trip: parse, format, and the same text comes back. Parts are separated by semicolons,
because a comma may be a decimal mark.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.folding import nearest
from fluorders_tui.domain.money import HUNDRED, ZERO, plain
from fluorders_tui.domain.order import AgentShare, Discount, Expense, PaymentLine, PaymentTerm
from fluorders_tui.domain.shorthand import parse_decimal

T = TypeVar("T")


def parse_expenses(text: str, known: Mapping[str, Expense]) -> tuple[Expense, ...]:
    """Header expenses (D-7 step 4): a type of `known` with an amount, or a percent with an optional minimum.

    `COLLECTION 2% min 3` is at least 3. Raises `Invalid` naming the part that can't be read.
    """
    found: list[Expense] = []
    for number, part in enumerate(_parts(text), 1):
        code, _, rest = part.partition(" ")
        place = f"expenses[{number}]"
        expense = _known(code, known, "expense type", place)
        value, _, minimum = (piece.strip() for piece in rest.lower().partition("min"))
        if not value:
            raise Invalid(f"{code} needs an amount or a percent.", field=place, rule="D-7")
        percent = value.endswith("%")
        amount = _positive(value.rstrip("% "), place)
        least = _positive(minimum, place) if minimum else None
        if least is not None and not percent:
            raise Invalid(f"{code}: only a percent has a minimum.", field=place, rule="D-7")
        found.append(
            Expense(
                expense.type,
                expense.vat,
                expense.description,
                percent=amount if percent else None,
                amount=None if percent else amount,
                minimum=least,
            )
        )
    return tuple(found)


def format_expenses(expenses: tuple[Expense, ...]) -> str:
    """The text that `parse_expenses` reads."""
    parts = []
    for expense in expenses:
        value = f"{plain(expense.percent)}%" if expense.percent is not None else plain(expense.amount or ZERO)
        least = f" min {plain(expense.minimum)}" if expense.minimum is not None and expense.percent is not None else ""
        parts.append(f"{expense.type} {value}{least}")
    return "; ".join(parts)


def parse_agents(text: str, names: Mapping[str, str]) -> tuple[AgentShare, ...]:
    """Agents with their percent (D-10.1): `A01 5; A02`; without a figure there is no commission, which is not 0 %.

    `names` are the agents by code. Raises `Invalid` for an unknown one, one named twice, or a percent
    beyond 100.
    """
    found: dict[str, AgentShare] = {}
    for number, part in enumerate(_parts(text), 1):
        typed, _, rest = part.partition(" ")
        place = f"agents[{number}]"
        code = typed if typed in names else typed.upper()
        name = _known(code, names, "agent", place)
        if code in found:
            raise Invalid(f"Agent {code} is named twice.", field=place, rule="D-10.1")
        percent = _positive(rest.strip().rstrip("% "), place) if rest.strip() else None
        if percent is not None and percent > HUNDRED:
            raise Invalid(f"{plain(percent)} % is more than everything.", field=place, rule="D-10.1")
        found[code] = AgentShare(code, percent, name)
    return tuple(found.values())


def format_agents(agents: tuple[AgentShare, ...]) -> str:
    """The text that `parse_agents` reads."""
    return "; ".join(
        share.agent if share.percent is None else f"{share.agent} {plain(share.percent)}" for share in agents
    )


def parse_payments(
    text: str, types: Mapping[str, tuple[Discount, ...]], terms: Mapping[str, PaymentTerm]
) -> tuple[PaymentLine, ...]:
    """Payment lines (D-8.3b): payment type, terms, and an amount or a percent of what the amounts leave.

    `CASH 500; BT 30EOM 40%; RIBA 60EOM 60%`. The type may be left out; a type and an amount without terms
    are paid at once; a part without a figure takes the rest. `from 2026-12-01` counts the days from there.
    `types` are the payment types with the discounts they grant. Raises `Invalid` naming the part that can't be read.
    """
    found = [_payment(part, f"payments[{number}]", types, terms) for number, part in enumerate(_parts(text), 1)]
    shares = [line for line in found if line.amount is None]
    open_ones = [line for line in shares if line.percent is None]
    if len(open_ones) > 1:
        raise Invalid("Only one part may be without a figure.", field="payments", rule="D-8.3b")
    made = sum((line.percent for line in shares if line.percent is not None), ZERO)
    if made > HUNDRED or (shares and not open_ones and made != HUNDRED):
        raise Invalid(f"The percents make {plain(made)}, not 100.", field="payments", rule="D-8.3b")
    return tuple(
        replace(line, percent=HUNDRED - made) if line.amount is None and line.percent is None else line
        for line in found
    )


def _payment(
    part: str, place: str, types: Mapping[str, tuple[Discount, ...]], terms: Mapping[str, PaymentTerm]
) -> PaymentLine:
    agreed, _, since = part.partition(" from ")
    words = agreed.split(" ")
    kind = _code_of(words[0], types)
    if kind and len(words) > 1:
        words = words[1:]
    else:
        kind = ""
    at_once = _at_once(terms) if kind and not _code_of(words[0], terms) and words[0][:1].isdecimal() else None
    term = at_once or _known(words[0], terms, "payment term", place)
    figure = "".join(words if at_once else words[1:])
    percent = figure.endswith("%")
    value = _positive(figure.rstrip("%"), place) if figure else None
    return PaymentLine(
        kind,
        term,
        percent=value if percent else None,
        amount=None if percent else value,
        apply_from=_day(since.strip(), place) if since else None,
        discounts=types[kind] if kind else (),
    )


def _at_once(terms: Mapping[str, PaymentTerm]) -> PaymentTerm | None:
    """The term of what is paid without any days, for `CASH 500`."""
    for code in sorted(terms):
        term = terms[code]
        moved = term.monthly_settlement or term.weekly_settlement or term.extra_days or term.excluded_months
        if not moved and [one.days for one in term.instalments] == [0]:
            return term
    return None


def _day(text: str, place: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise Invalid(f"{text!r} is no date.", field=place, rule="D-8.2", hint="Type it as 2026-12-01.") from None


def format_payments(payments: tuple[PaymentLine, ...]) -> str:
    """The text that `parse_payments` reads."""
    parts = []
    for line in payments:
        figure = ""
        if line.amount is not None:
            figure = plain(line.amount)
        elif line.percent is not None and line.percent != HUNDRED:
            figure = f"{plain(line.percent)}%"
        since = f"from {line.apply_from.isoformat()}" if line.apply_from else ""
        parts.append(" ".join(word for word in (line.payment_type, line.term.code, figure, since) if word))
    return "; ".join(parts)


def _parts(text: str) -> list[str]:
    return [" ".join(part.split()) for part in text.split(";") if part.strip()]


def _code_of(code: str, known: Mapping[str, T]) -> str:
    return next((candidate for candidate in (code, code.upper()) if candidate in known), "")


def _known(code: str, known: Mapping[str, T], what: str, place: str) -> T:
    if found := _code_of(code, known):
        return known[found]
    near = nearest(code, known)
    hint = f"The nearest is {near}." if near else ""
    raise Invalid(f"There is no {what} {code!r}.", field=place, rule="D-2.4", hint=hint)


def _positive(text: str, place: str) -> Decimal:
    try:
        value = parse_decimal(text)
    except Invalid as error:
        raise Invalid(error.message, field=place, rule="D-7", hint=error.hint) from error
    if value < ZERO:
        raise Invalid("It can't be negative.", field=place, rule="D-7")
    return value
