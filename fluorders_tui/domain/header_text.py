"""Expenses and agents of an order in one line of text: `TRANSPORT 12; PACKING 3%`, `A01 5; A02`.

Both round-trip: parse, format, and the same text comes back. Parts are separated by semicolons,
because a comma may be a decimal mark.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TypeVar

from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.folding import nearest
from fluorders_tui.domain.money import HUNDRED, ZERO, plain
from fluorders_tui.domain.order import AgentShare, Expense
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


def _parts(text: str) -> list[str]:
    return [" ".join(part.split()) for part in text.split(";") if part.strip()]


def _known(code: str, known: Mapping[str, T], what: str, place: str) -> T:
    for candidate in (code, code.upper()):
        if candidate in known:
            return known[candidate]
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
