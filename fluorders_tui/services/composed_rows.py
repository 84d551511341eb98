"""The numbering or the payment term that a row and the rows that belong to it describe, and what is wrong row by row.

The rows come from a form that is being typed or from the database: here they are only values by field name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from fluorders_tui.domain.errors import DeskError, Invalid, Refused, Several
from fluorders_tui.domain.numbering import Numbering, NumberingPolicy, NumberingRange, Period, check_numbering
from fluorders_tui.domain.order import ExcludedMonth, Instalment, PaymentTerm
from fluorders_tui.domain.payment_terms import check_term
from fluorders_tui.domain.registry import Value

__all__ = ["Placed", "numbering_errors", "numbering_of", "term_errors", "term_of"]

Values = Mapping[str, Value]
Rows = Sequence[Values]

_POLICY_PLACE = re.compile(r"policies(?:\[(\d+)\])?(?:\.ranges\[(\d+)\])?(?:\.(\w+))?")
_TERM_PLACE = re.compile(r"(instalments|excluded_months)(?:\[(\d+)\])?(?:\.(\w+))?")
_TERM_TABLES = {
    "instalments": ("payment-term-instalments", "days"),
    "excluded_months": ("payment-term-excluded-months", "month"),
}


class Placed(NamedTuple):
    """An error and where it is: row `row`, from 0, of `registry`, or the row's own field when that is empty.

    The error's field is a field of that row.
    """

    registry: str
    row: int
    error: DeskError


def _made(kind: Any, values: Values) -> dict[str, Any]:
    return {name: values[name] for name in kind.__dataclass_fields__ if values.get(name) is not None}


def _at(error: DeskError, field: str) -> DeskError:
    return type(error)(error.message, field=field, rule=error.rule, hint=error.hint)


def numbering_of(values: Values, policies: Rows, ranges: Rows) -> Numbering:
    """The numbering that these rows describe."""
    made = []
    for row in policies:
        own = tuple(
            NumberingRange(**_made(NumberingRange, one)) for one in ranges if one.get("policy") == row.get("code")
        )
        fields = _made(NumberingPolicy, row) | {"period": Period(str(row.get("period") or "none")), "ranges": own}
        made.append(NumberingPolicy(**fields))
    return Numbering(str(values.get("code") or ""), format=str(values.get("format") or ""), policies=tuple(made))


def numbering_errors(values: Values, policies: Rows, ranges: Rows) -> Iterator[Placed]:
    """What keeps a numbering from working (D-9.1, D-9.2), row by row."""
    known = {row.get("code") for row in policies}
    for index, row in enumerate(ranges):
        if row.get("policy") not in known:
            message = f"The numbering {values.get('code') or ''} has no policy {row.get('policy')}."
            yield Placed("numbering-ranges", index, Invalid(message, field="policy", rule="D-9.1"))
    try:
        check_numbering(numbering_of(values, policies, ranges))
    except Several as several:
        for error in several.errors:
            yield _in_numbering(error, policies, ranges)


def _in_numbering(error: DeskError, policies: Rows, ranges: Rows) -> Placed:
    place = _POLICY_PLACE.fullmatch(error.field)
    if place is None:
        return Placed("", 0, error)
    policy, of_policy, field = int(place[1] or 1) - 1, place[2], place[3]
    if of_policy is None:
        return Placed("numbering-policies", policy, _at(error, field or "code"))
    code = policies[policy].get("code")
    own = [index for index, row in enumerate(ranges) if row.get("policy") == code]
    return Placed("numbering-ranges", own[int(of_policy) - 1], _at(error, field))


def term_of(values: Values, instalments: Rows, months: Rows) -> PaymentTerm:
    """The payment term that these rows describe."""
    parts = {
        "instalments": tuple(Instalment(**_made(Instalment, row)) for row in instalments),
        "excluded_months": tuple(ExcludedMonth(**_made(ExcludedMonth, row)) for row in months),
    }
    return PaymentTerm(**{"code": "", "name": ""} | _made(PaymentTerm, values) | parts)


def term_errors(values: Values, instalments: Rows, months: Rows) -> Iterator[Placed]:
    """What keeps a payment term from working (D-8.1–8.3b), with its row."""
    try:
        check_term(term_of(values, instalments, months))
    except Refused as error:
        place = _TERM_PLACE.fullmatch(error.field)
        if place is None:
            yield Placed("", 0, error)
        else:
            registry, usual = _TERM_TABLES[place[1]]
            yield Placed(registry, int(place[2] or 1) - 1, _at(error, place[3] or usual))
