"""Raising prices by percent or amount, rounded by a mask per price bracket (D-4.10).

A mask has one box per digit, `[=][=][=],[=][+(9)]`: as many decimals as it has boxes after the comma
are what the price is rounded to, half up; then the boxes change single digits. Where the rule is
silent:

- Boxes count from the comma outwards; digits of the price beyond the first box are kept.
- `[+]` and `[-]` work first, with carry; digits that are set come last, so that they read as set.
  `[9]` alone is the short form of `[+(9)]`, and `[+(3)]` and `[-(3)]` set the same digit.
- The bracket is found with the price before rounding. Without one the price has six decimals.
- The deviation is what rounding moved, in percent of the price before rounding.
- `[-]` never leads below 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import NoReturn

from fluorders_tui.domain.amounts import check_size
from fluorders_tui.domain.errors import DeskError, Invalid, Refused, Several
from fluorders_tui.domain.money import EXACT, HUNDRED, MICRO_DECIMALS, ONE, ZERO, plain, round_half_up

#: More digits before the comma than the largest price has.
MOST_WHOLE_DIGITS = 12

_HINT = "For example [=][=][=],[=][+(9)]: one box per digit, with =, +, -, +(9), -(3) or a digit."
_BOX = re.compile(r"\[(=|[+-](?:\([0-9]\))?|[0-9])\]")
_KEEP = "="


@dataclass(frozen=True, slots=True)
class RoundingMask:
    """What is done to each digit: `whole` before the comma and `decimals` after it, from left to right.

    Each is the text inside one box: `=`, `+`, `-`, `9`, `+(9)` or `-(3)`. Made by `parse_mask`.
    """

    whole: tuple[str, ...]
    decimals: tuple[str, ...] = ()

    def __str__(self) -> str:
        before, after = ("".join(f"[{box}]" for box in part) for part in (self.whole, self.decimals))
        return f"{before},{after}" if after else before


@dataclass(frozen=True, slots=True)
class PriceBracket:
    """Prices up to `up_to`, itself included (None: all), get `mask`.

    Where rounding moves a price by more than `most_deviation` percent (None: any), it is marked.
    """

    mask: RoundingMask
    up_to: Decimal | None = None
    most_deviation: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Variation:
    """How prices change: by `value` percent, or by that amount of the list's currency; negative lowers them."""

    value: Decimal
    is_amount: bool = False


@dataclass(frozen=True, slots=True)
class RaisedPrice:
    """A price before and after: `deviation` in percent of `unrounded`, with two decimals and its sign.

    `beyond` says that rounding moved it further than its bracket allows. What rounding makes of 0
    counts as 100 percent.
    """

    old: Decimal
    unrounded: Decimal
    new: Decimal
    deviation: Decimal = ZERO
    beyond: bool = False


def parse_mask(text: str) -> RoundingMask:
    """The mask of a typed text (D-4.10): boxes, then perhaps a comma or point and boxes for the decimals.

    Raises `Invalid` (field `mask`) naming the position, counted from 1, and what was expected there.
    """
    parts: list[list[str]] = [[]]
    at = _skip_spaces(text, 0)
    while at < len(text):
        if text[at] in ",." and len(parts) == 1 and parts[0]:
            parts.append([])
            at = _skip_spaces(text, at + 1)
            if at == len(text):
                _refuse(at, "expected a box after the comma, found the end")
            continue
        found = _BOX.match(text, at)
        if found is None:
            _wrong_box(text, at)
        most = MOST_WHOLE_DIGITS if len(parts) == 1 else MICRO_DECIMALS
        if len(parts[-1]) == most:
            _refuse(at, f"a price has at most {most} {'decimals' if len(parts) == 2 else 'digits before the comma'}")
        parts[-1].append(found[1])
        at = _skip_spaces(text, found.end())
    if not parts[0]:
        _refuse(at, "expected a box, found the end")
    return RoundingMask(tuple(parts[0]), tuple(parts[1]) if len(parts) == 2 else ())


def apply_mask(mask: RoundingMask, price: Decimal) -> Decimal:
    """`price`, 0 or more, rounded half up to the mask's decimals and its digits changed; never below 0 (D-4.10)."""
    places = len(mask.decimals)
    rounded = round_half_up(price, places)
    boxes = list(enumerate(reversed((*mask.whole, *mask.decimals)), -places))
    for exponent, box in boxes:
        if box in ("+", "-"):
            step = ONE.scaleb(exponent)
            rounded = EXACT.add(rounded, step if box == "+" else -step)
    if rounded < 0:
        rounded = round_half_up(ZERO, places)
    for exponent, box in boxes:
        digit = box.strip("+-()")
        if digit not in ("", _KEEP):
            shown = rounded.scaleb(-exponent, EXACT).to_integral_value(ROUND_FLOOR, EXACT) % 10
            rounded = EXACT.add(rounded, (Decimal(digit) - shown).scaleb(exponent))
    return rounded


def raise_price(price: Decimal, variation: Variation, brackets: Sequence[PriceBracket] = ()) -> RaisedPrice:
    """A price of a list changed by `variation` and rounded by the bracket it falls in (D-4.10).

    Raises `Refused` (field `price`) when it would go below 0, `Invalid` beyond `money.LARGEST`.
    """
    if variation.is_amount:
        unrounded = EXACT.add(price, variation.value)
    else:
        unrounded = EXACT.multiply(price, HUNDRED + variation.value).scaleb(-2, EXACT)
    if unrounded < 0:
        raise Refused(
            f"{plain(price)} would become {plain(unrounded)}.",
            field="price",
            rule="D-4.10",
            hint="Lower prices by less.",
        )
    bracket = _bracket(unrounded, brackets)
    new = round_half_up(unrounded, MICRO_DECIMALS) if bracket is None else apply_mask(bracket.mask, unrounded)
    check_size(new, "price", "D-4.10")
    moved = EXACT.multiply(EXACT.subtract(new, unrounded), HUNDRED)
    beyond = False
    if bracket is not None and bracket.most_deviation is not None:
        beyond = abs(moved) > EXACT.multiply(bracket.most_deviation, unrounded)
    deviation = HUNDRED if moved else ZERO
    if unrounded:
        deviation = round_half_up(EXACT.divide(moved, unrounded), 2) + ZERO
    return RaisedPrice(price, unrounded, new, deviation, beyond)


def check_brackets(brackets: Sequence[PriceBracket]) -> None:
    """Refuse brackets among which a price could not be told its mask (D-4.10).

    Raises `Several` with each place (`brackets[2].up_to`).
    """
    errors = list(_bracket_errors(brackets))
    if errors:
        raise Several(errors)


def check_variation(variation: Variation) -> None:
    """Raise `Invalid` (field `variation`, D-4.10) for no change, or for one that leaves no price above 0."""
    check_size(variation.value, "variation", "D-4.10")
    if not variation.value:
        raise Invalid(
            "The prices would not change.", field="variation", rule="D-4.10", hint="Type a percent or amount."
        )
    if not variation.is_amount and variation.value <= -HUNDRED:
        raise Invalid("Nothing would be left of the prices.", field="variation", rule="D-4.10")


def _bracket(price: Decimal, brackets: Sequence[PriceBracket]) -> PriceBracket | None:
    """The bracket with the lowest limit that holds `price`, whatever order they come in."""
    best: PriceBracket | None = None
    for one in brackets:
        if one.up_to is None:
            best = best or one
        elif price <= one.up_to and (best is None or best.up_to is None or one.up_to < best.up_to):
            best = one
    return best


def _bracket_errors(brackets: Sequence[PriceBracket]) -> Iterator[DeskError]:
    limits: set[Decimal | None] = set()
    for number, one in enumerate(brackets, 1):
        place = f"brackets[{number}]"
        if one.up_to in limits:
            limit = "no upper limit" if one.up_to is None else f"the upper limit {plain(one.up_to)}"
            yield Invalid(f"Two brackets have {limit}.", field=f"{place}.up_to", rule="D-4.10")
        limits.add(one.up_to)
        if one.up_to is not None and one.up_to <= 0:
            yield Invalid("An upper limit is above 0.", field=f"{place}.up_to", rule="D-4.10")
        if one.most_deviation is not None and one.most_deviation < 0:
            yield Invalid("The highest deviation is 0 or more.", field=f"{place}.most_deviation", rule="D-4.10")


def _skip_spaces(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _wrong_box(text: str, at: int) -> NoReturn:
    if text[at] != "[":
        _refuse(at, f"expected a box, found {text[at]!r}")
    end = text.find("]", at)
    if end < 0:
        _refuse(at, "this box is not closed")
    inside = text[at + 1 : end]
    _refuse(at + 1, f"a box can't hold {inside!r}" if inside else "this box is empty")


def _refuse(position: int, what: str) -> NoReturn:
    raise Invalid(f"Position {position + 1}: {what}.", field="mask", rule="D-4.10", hint=_HINT)
