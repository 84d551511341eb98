"""Moving an order to another currency: what was agreed as a figure is converted at the two rates (D-7.2)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from fluorders_tui.domain.amounts import with_amounts
from fluorders_tui.domain.entry import keeps_price
from fluorders_tui.domain.errors import Refused
from fluorders_tui.domain.money import EXACT, MICRO_DECIMALS, plain, round_half_up
from fluorders_tui.domain.notices import Notice, without_rules
from fluorders_tui.domain.order import Currency, Discount, Expense, OrderDraft, OrderLine, PaymentLine


def exchanged(amount: Decimal, old: Currency, new: Currency, decimals: int) -> Decimal:
    """`amount` of `old` in `new`, through company currency, rounded half up to `decimals`.

    Raises `Refused` (field `currency`, D-7.2) when a rate is missing.
    """
    for currency in (old, new):
        if currency.rate <= 0:
            raise Refused(f"There is no rate for {currency.code}.", field="currency", rule="D-7.2")
    return round_half_up(EXACT.divide(EXACT.multiply(amount, old.rate), new.rate), decimals)


def to_currency(draft: OrderDraft, currency: Currency) -> OrderDraft:
    """The draft in `currency`: prices, amounts of discounts, expenses and payments, deposit and minimum converted.

    With the same code only rate and rate date change. Each line whose price was agreed by hand or in
    a document says that it was converted; the others are to be priced again by the caller.
    Raises `Refused` (D-7.2) when a rate is missing.
    """
    old = draft.currency
    if old.code == currency.code:
        return replace(draft, currency=currency)

    def money(amount: Decimal) -> Decimal:
        return exchanged(amount, old, currency, currency.decimals) if amount else amount

    def discounts(given: tuple[Discount, ...]) -> tuple[Discount, ...]:
        return tuple(replace(one, value=money(one.value)) if one.is_amount else one for one in given)

    def expense(given: Expense) -> Expense:
        return replace(
            given,
            amount=None if given.amount is None else money(given.amount),
            minimum=None if given.minimum is None else money(given.minimum),
        )

    def payment(given: PaymentLine) -> PaymentLine:
        amount = None if given.amount is None else money(given.amount)
        return replace(given, amount=amount, discounts=discounts(given.discounts))

    def line(given: OrderLine) -> OrderLine:
        moved = replace(given, discounts=discounts(given.discounts))
        if given.price:
            price = exchanged(given.price, old, currency, MICRO_DECIMALS)
            moved = replace(moved, price=price)
            if keeps_price(given):
                message = f"The price of {plain(given.price)} {old.code} was converted to {currency.code}."
                told = Notice("D-7.2", message).text
                moved = replace(moved, warnings=(*without_rules(given.warnings, "D-7.2"), told))
        return with_amounts(moved, currency.decimals)

    return replace(
        draft,
        currency=currency,
        discounts=discounts(draft.discounts),
        final_discounts=discounts(draft.final_discounts),
        expenses=tuple(map(expense, draft.expenses)),
        payments=tuple(map(payment, draft.payments)),
        deposit=money(draft.deposit),
        minimum_value=money(draft.minimum_value),
        lines=tuple(map(line, draft.lines)),
    )
