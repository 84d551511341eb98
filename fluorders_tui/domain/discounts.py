"""Discounts as typed in the trade, and what they leave of a gross amount (D-5).

Text such as `50+10-3+5#` and rows of `Discount` are two forms of one thing: parsing and formatting
are inverse to each other, so a saved line shows what was typed on it (D-5.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Context, Decimal
from typing import NoReturn

from fluorders_tui.domain.conditions import DiscountType
from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.money import HUNDRED, LARGEST, MICRO_DECIMALS, plain
from fluorders_tui.domain.order import Application, Discount, DiscountSource

#: Longer chains are a slip of the hand or a wrong paste, and would leave exact arithmetic.
MOST_DISCOUNTS = 12

#: The gap between priorities given without types, so that a type can later go in between.
PRIORITY_STEP = 10

#: The largest gross and twelve percentages of six decimals need 114 digits: nothing is rounded on the way.
_FULL = Context(prec=130)

_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)?|[.,][0-9]+")
_HINT = "For example 50+10+5, -3 for a surcharge, 5# for an amount."
_SOURCE_ORDER = {source: place for place, source in enumerate(DiscountSource)}


def _priority(discount: Discount) -> int:
    return discount.priority


def _refuse(position: int, what: str) -> NoReturn:
    raise Invalid(f"Position {position + 1}: {what}.", field="discounts", rule="D-5.1", hint=_HINT)


def _skip_spaces(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _expected(text: str, at: int, what: str) -> NoReturn:
    found = repr(text[at]) if at < len(text) else "the end"
    _refuse(at, f"expected {what}, found {found}")


def _value(text: str, at: int) -> tuple[Decimal, int]:
    match = _NUMBER.match(text, at)
    if match is None:
        _expected(text, at, "a number")
    digits = match.group().replace(",", ".")
    decimals = len(digits.partition(".")[2].rstrip("0"))
    if decimals > MICRO_DECIMALS:
        _refuse(at, f"a discount has at most {MICRO_DECIMALS} decimals")
    value = Decimal(digits)
    if value > LARGEST:
        _refuse(at, "this number is too large")
    return Decimal(plain(value)), match.end()


def _typed(text: str) -> list[tuple[Decimal, bool]]:
    """The values of `text` in the order typed, each with whether it is an amount."""
    found: list[tuple[Decimal, bool]] = []
    at = _skip_spaces(text, 0)
    while at < len(text):
        negative = text[at] == "-"
        if negative:
            at = _skip_spaces(text, at + 1)
        start = at
        value, at = _value(text, at)
        at = _skip_spaces(text, at)
        is_amount = text.startswith("#", at)
        if is_amount:
            at = _skip_spaces(text, at + 1)
        elif value > HUNDRED and not negative:
            _refuse(start, "a discount can't be over 100 %")
        found.append((-value if negative and value else value, is_amount))
        if len(found) > MOST_DISCOUNTS:
            _refuse(start, f"there can't be more than {MOST_DISCOUNTS} discounts")
        if at == len(text):
            break
        if text[at] == "+":
            at = _skip_spaces(text, at + 1)
            if at == len(text):
                _expected(text, at, "a number")
        elif text[at] != "-":
            _expected(text, at, "+ or -" if is_amount else "+, - or #")
    return found


def parse_discounts(
    text: str,
    *,
    types: Sequence[DiscountType] = (),
    source: DiscountSource = DiscountSource.MANUAL,
) -> tuple[Discount, ...]:
    """The discounts of a typed text (D-5.1): `50+10+5` percents, `-3` a surcharge, `5#` an amount.

    Values are in percent or, with `#`, in document currency for the whole line; decimal comma or
    point, spaces anywhere. A surcharge may follow directly or after a plus: `10-3` and `10+-3` are
    both 10 % off, then 3 % on. Empty text means no discounts.

    `types` are taken in ascending priority, the first one for the first discount and so on, so that
    the text always reads in the order of application; further discounts work in cascade after
    them. Without types the priorities are 10, 20, 30….

    Raises `Invalid` (field `discounts`, D-5.1) naming the position, counted from 1, and what was
    expected there.
    """
    in_order = sorted(types, key=lambda row: row.priority)
    discounts: list[Discount] = []
    priority = 0
    for place, (value, is_amount) in enumerate(_typed(text)):
        if place < len(in_order):
            row = in_order[place]
            priority = row.priority
            discount = Discount(
                value, is_amount, row.application, priority, source, row.code, row.excluded_from_commission
            )
        else:
            priority += PRIORITY_STEP
            discount = Discount(value, is_amount, Application.CASCADE, priority, source)
        discounts.append(discount)
    return tuple(discounts)


def format_discounts(discounts: Iterable[Discount]) -> str:
    """The text of `discounts` in ascending priority, shortest form, decimal point: `50+10-3+5#` (D-5.2)."""
    text = ""
    for discount in sorted(discounts, key=_priority):
        sign = "-" if discount.value < 0 else "+" if text else ""
        text += f"{sign}{plain(abs(discount.value))}{'#' if discount.is_amount else ''}"
    return text


def net_after(gross: Decimal, discounts: Sequence[Discount], *, left: Decimal | None = None) -> Decimal:
    """What `discounts` leave of `gross`, unrounded (D-5.2).

    Applied in ascending priority, equal priorities in the order given: a percent in cascade works
    on what the earlier ones left, a percent on gross on `gross`, an amount is taken off as it is.
    `left` is where the cascade starts when something was taken off before (final discounts start
    at items net, D-7 step 3). The result may be below zero: `amounts` refuses that (D-5.5).
    """
    rest = gross if left is None else left
    for discount in discounts if len(discounts) < 2 else sorted(discounts, key=_priority):
        if discount.is_amount:
            taken = discount.value
        else:
            base = gross if discount.application is Application.GROSS else rest
            taken = _FULL.multiply(base, discount.value).scaleb(-2, _FULL)
        rest = _FULL.subtract(rest, taken)
    return rest


def from_source(discounts: Iterable[Discount], source: DiscountSource) -> tuple[Discount, ...]:
    """The same discounts marked as coming from `source` (D-5.3)."""
    return tuple(discount if discount.source is source else replace(discount, source=source) for discount in discounts)


def collect_discounts(*groups: Iterable[Discount]) -> tuple[Discount, ...]:
    """All discounts of a line in the order of D-5.3: customer, payment type, price list, its line, policy, manual.

    Each discount knows its source, so the groups may come in any order. The order of sources
    settles only equal priorities: `net_after` applies by priority (D-5.2).
    """
    return tuple(sorted((discount for group in groups for discount in group), key=lambda d: _SOURCE_ORDER[d.source]))


def without_excluded(discounts: Sequence[Discount]) -> tuple[Discount, ...]:
    """The discounts that lower an agent's commission: those not excluded from it (D-10.1)."""
    return tuple(discount for discount in discounts if not discount.excluded_from_commission)
