"""Gross and net of one line (D-6.2, D-5.5, D-5.6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from fluorders_tui.domain.discounts import net_after
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.money import EXACT, LARGEST, MICRO_DECIMALS, ZERO, plain, round_half_up
from fluorders_tui.domain.order import LineType, OrderLine

#: The lines whose amounts make up items gross and items net and bear final discounts (D-7 steps 1–3).
ITEM_LINES = frozenset({LineType.CODED, LineType.UNCODED})

#: The lines that stand for goods: they weigh and cost something.
GOODS_LINES = frozenset({LineType.CODED, LineType.UNCODED, LineType.GIVE_AWAY})


def check_size(value: Decimal, field: str, rule: str = "D-6.2") -> None:
    """Raise `Invalid` when `value` is not a number or beyond `money.LARGEST`, which no stored column could hold."""
    if not value.is_finite():
        raise Invalid("This is not a number.", field=field, rule=rule)
    if abs(value) > LARGEST:
        raise Invalid(f"{value:.6g} is too large: the most is {LARGEST:,}.", field=field, rule=rule)


def counted_quantity(line: OrderLine) -> Decimal:
    """What a line counts with in amounts, weight and cost: of a cancelled one, what was executed (P-141)."""
    return line.executed if line.cancelled else line.quantity


def with_amounts(line: OrderLine, decimals: int, *, discount_give_aways: bool = False) -> OrderLine:
    """`line` with its gross and net, in document currency with `decimals` places (D-6.2).

    Gross = round(price × quantity), half up. Net = round(gross after all discounts), rounded once.
    Note lines are worth 0. A give-away is worth its gross and takes no discount unless the
    parameter `discount_give_aways` says so (D-5.6); the totals keep its value apart.

    Raises `Refused` (field `discounts`, D-5.5) when discounts bring the line below zero, `Invalid`
    when the price has more than six decimals or a figure is beyond `money.LARGEST` (D-6.2).
    A line with a negative price is a credit: D-5.5 doesn't speak of it.
    """
    if line.line_type is LineType.NOTE:
        zero = round_half_up(ZERO, decimals)
        return replace(line, gross=zero, net=zero)
    check_size(line.quantity, "quantity")
    check_size(line.price, "price")
    if line.price != line.price.quantize(Decimal(1).scaleb(-MICRO_DECIMALS), context=EXACT):
        raise Invalid(f"A price has at most {MICRO_DECIMALS} decimals.", field="price", rule="D-6.2")
    # Adding zero turns the -0.00 that rounding a small negative amount leaves into 0.00.
    gross = round_half_up(EXACT.multiply(line.price, counted_quantity(line)), decimals) + ZERO
    check_size(gross, "quantity")
    if not line.discounts or (line.line_type is LineType.GIVE_AWAY and not discount_give_aways):
        return replace(line, gross=gross, net=gross)
    exact = net_after(gross, line.discounts)
    if exact < 0 <= gross and line.cancelled:
        # An amount was granted on more than was delivered in the end.
        exact = ZERO
    if exact < 0 <= gross:
        raise Refused(
            f"The discounts take more than the line is worth: {plain(gross)} would become "
            f"{plain(round_half_up(exact, decimals))}.",
            field="discounts",
            rule="D-5.5",
            hint="Lower the discounts, or make it a give-away line.",
        )
    check_size(exact, "discounts")
    return replace(line, gross=gross, net=round_half_up(exact, decimals) + ZERO)


def discount_total(lines: Iterable[OrderLine]) -> Decimal:
    """Σ line discounts of the coded and uncoded lines, in document currency (D-7 step 2)."""
    return sum((line.gross - line.net for line in lines if line.line_type in ITEM_LINES), ZERO)
