"""Exact amounts: rounding half up, away from zero (D-6.2), and scaled integers.

Binary floats never touch an amount, a quantity, a rate or a percentage. Amounts of a document
have their currency's decimals; unit prices, quantities and percentages have up to six.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal

from fluorders_tui.domain.errors import Invalid

ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED = Decimal(100)
MICRO_DECIMALS = 6
NANO_DECIMALS = 9

#: Wide enough that a product of the largest price and quantity keeps every digit.
EXACT = Context(prec=60)

#: Beyond this an amount would not fit the 64-bit integer columns; no trade needs it.
LARGEST = Decimal(10) ** 12

_MOST_DECIMALS = 12
_QUANTA = tuple(Decimal(1).scaleb(-n) for n in range(_MOST_DECIMALS + 1))


def round_half_up(value: Decimal, decimals: int) -> Decimal:
    """Round to `decimals` places, a half going away from zero (D-6.2)."""
    return value.quantize(_QUANTA[decimals], ROUND_HALF_UP, EXACT)


def round_down(value: Decimal, decimals: int) -> Decimal:
    """Cut to `decimals` places, towards zero."""
    return value.quantize(_QUANTA[decimals], ROUND_DOWN, EXACT)


def to_scaled(value: Decimal, decimals: int) -> int:
    """The integer stored for `value` in a column of `decimals` places.

    Raises `Invalid` where digits would be lost or the column would overflow.
    """
    scaled = value.scaleb(decimals, EXACT)
    whole = int(scaled)
    if whole != scaled:
        raise Invalid(f"{value} has more than {decimals} decimals.")
    if abs(whole) >= 1 << 63:
        raise Invalid(f"{value} is too large.")
    return whole


def from_scaled(number: int, decimals: int) -> Decimal:
    """The `Decimal` that `to_scaled` stored; it keeps `decimals` places."""
    return Decimal(number).scaleb(-decimals, EXACT)


def plain(value: Decimal) -> str:
    """The shortest exact text without exponent: `12`, `0.5`; used in JSON and CSV."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def fixed(value: Decimal, decimals: int) -> str:
    """Text with exactly `decimals` places: `1234.50`."""
    return f"{round_half_up(value, decimals):f}"


def shares(total: Decimal, weights: Sequence[Decimal], decimals: int) -> list[Decimal]:
    """Split `total` in proportion to `weights` so that the parts add up exactly (D-7 step 3).

    Each share is rounded down to the currency's decimals; the missing units go one each to the
    largest remainders, on a tie to the earlier one. A negative total is split as its opposite.
    Weights must not be negative and have at most 12 decimals; when all are zero everything goes to
    the first.

    Raises `Invalid` when `total` itself has more than `decimals` places.
    """
    if not weights:
        return []
    # Whole numbers: a remainder cut at some digit would settle ties by chance instead of by place.
    scaled = [int(weight.scaleb(_MOST_DECIMALS, EXACT)) for weight in weights]
    units = to_scaled(total, decimals)
    whole = sum(scaled)
    if whole == 0:
        scaled, whole = [1, *([0] * (len(weights) - 1))], 1
    sign = -1 if units < 0 else 1
    parts: list[int] = []
    remainders: list[int] = []
    for weight in scaled:
        part, remainder = divmod(abs(units) * weight, whole)
        parts.append(part)
        remainders.append(remainder)
    missing = abs(units) - sum(parts)
    for place in sorted(range(len(parts)), key=lambda i: (-remainders[i], i))[:missing]:
        parts[place] += 1
    return [from_scaled(sign * part, decimals) for part in parts]
