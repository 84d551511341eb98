"""The head of an order: opening it, choosing the customer, changing a field (D-3).

Each function gives a new draft. What a change means for lines that are there already is decided
once, in `price_lines_again`: lines without a manual price follow, the others stay, and a line whose
item card is not at hand says that its price was not looked up again. `cards` are the items of the
draft with their prices in the lists of the customer given, by item code.

Where the rules are silent, an experienced clerk's expectation holds:

- Another customer refills the whole header. What was typed about this order itself stays:
  reference, external number, dates, deposit and note. Lines keep quantity, dates and manual prices.
- Lines of which something was executed keep price and discounts whatever happens to the header.
- Of several payment lines the first decides the payment type's discounts.
- Lines that had the header's delivery date move with it; lines with a date of their own stay.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from fluorders_tui.domain.amounts import ITEM_LINES, check_size, with_amounts
from fluorders_tui.domain.conditions import CustomerConditions, ItemCard, LineChecks
from fluorders_tui.domain.discounts import collect_discounts, from_source
from fluorders_tui.domain.entry import keeps_price, price_again
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.exchange import to_currency
from fluorders_tui.domain.line_checks import USUAL_CHECKS, check_dates, delivery_notices
from fluorders_tui.domain.money import EXACT, ONE, ZERO
from fluorders_tui.domain.notices import Notice, without_rules
from fluorders_tui.domain.order import (
    Address,
    AgentShare,
    Currency,
    Discount,
    DiscountSource,
    Expense,
    LineType,
    OrderDraft,
    OrderLine,
    OrderType,
    PaymentLine,
    VatCode,
)
from fluorders_tui.domain.totals import vat_mode_warning

Cards = Mapping[str, ItemCard]
NO_CARDS: Cards = MappingProxyType({})

#: Header fields that are plain text and touch nothing else.
TEXT_FIELDS = (
    "reference",
    "language",
    "zone",
    "commercial_category",
    "carrier",
    "shipping_method",
    "delivery_terms",
    "delivery_place",
    "packing",
    "note",
    "internal_note",
    "external_number",
)

_HEADER_SOURCES = (DiscountSource.CUSTOMER, DiscountSource.PAYMENT_TYPE)


def start_order(order_type: OrderType, date: dt.date, *, currency: Currency | None = None) -> OrderDraft:
    """An empty draft of this type: VAT mode from the type (D-12.4), `currency` else euro until a customer brings it."""
    draft = OrderDraft(type=order_type, date=date, vat_included=order_type.vat_included)
    return draft if currency is None else replace(draft, currency=currency)


def choose_customer(draft: OrderDraft, conditions: CustomerConditions, cards: Cards = NO_CARDS) -> OrderDraft:
    """The draft with every field that the customer brings (D-3.1), and its lines under their conditions.

    Recipient and destination default by D-3.4. Raises `Refused` for an inactive customer (D-2.5) and
    where new discounts exceed the worth of a line (D-5.5).
    """
    if not conditions.active:
        raise Refused(
            f"{conditions.name} is no longer active.",
            field="customer",
            rule="D-2.5",
            hint="Choose another customer, or have this one activated in the registry.",
        )
    note = conditions.internal_note
    if not draft.customer and draft.internal_note:
        note = draft.internal_note
    moved = to_currency(draft, conditions.currency) if draft.lines or draft.deposit else draft
    filled = replace(
        moved,
        customer=conditions.code,
        name=conditions.name,
        vat_number=conditions.vat_number,
        tax_code=conditions.tax_code,
        email=conditions.email,
        address=conditions.address,
        recipient=_by_code(conditions.recipients, conditions.default_recipient),
        destination=_by_code(conditions.destinations, conditions.default_destination) or conditions.address,
        language=conditions.language,
        zone=conditions.zone,
        commercial_category=conditions.commercial_category,
        currency=conditions.currency,
        customer_vat=conditions.vat,
        payments=conditions.payments,
        discounts=_header_discounts(from_source(conditions.discounts, DiscountSource.CUSTOMER), conditions.payments),
        final_discounts=conditions.final_discounts,
        expenses=conditions.expenses,
        agents=conditions.agents,
        carrier=conditions.carrier,
        shipping_method=conditions.shipping_method,
        delivery_terms=conditions.delivery_terms,
        delivery_place=conditions.delivery_place,
        packing=conditions.packing,
        minimum_value=conditions.minimum_value,
        internal_note=note,
    )
    lines = tuple(_under_vat(_unsettled(line), draft.customer_vat, conditions.vat, cards) for line in filled.lines)
    return price_lines_again(replace(filled, lines=lines), conditions, cards, discounts_too=True)


def price_lines_again(
    draft: OrderDraft,
    conditions: CustomerConditions | None,
    cards: Cards,
    *,
    discounts_too: bool = False,
    checks: LineChecks = USUAL_CHECKS,
) -> OrderDraft:
    """All lines under the header as it stands; `discounts_too` also renews what the header gave them (D-3.2).

    Raises `Refused` naming the line where its discounts exceed its worth (D-5.5).
    """
    lines: list[OrderLine] = []
    for number, line in enumerate(draft.lines, 1):
        card = cards.get(line.item)
        try:
            if line.executed or line.line_type is LineType.NOTE:
                lines.append(line)
            elif card is not None and conditions is not None:
                lines.append(price_again(draft, line, conditions, card, discounts_too=discounts_too, checks=checks))
            else:
                renewed = _with_header_discounts(draft, line) if discounts_too else line
                lines.append(_not_looked_up(renewed) if line.item and not keeps_price(line) else renewed)
        except Refused as error:
            field = f"lines[{number}].{error.field}"
            raise type(error)(error.message, field=field, rule=error.rule, hint=error.hint) from error
    return replace(draft, lines=tuple(lines))


def choose_destination(
    draft: OrderDraft, destination: Address, conditions: CustomerConditions | None = None, cards: Cards = NO_CARDS
) -> OrderDraft:
    """The draft delivered elsewhere (D-3.4); lines follow the prices of that destination (D-4.5)."""
    if destination == draft.destination:
        return draft
    moved = replace(draft, destination=destination)
    if destination.code == draft.destination.code:
        return moved
    return price_lines_again(moved, conditions, cards)


def set_address(draft: OrderDraft, address: Address) -> OrderDraft:
    """The draft of a prospect who lives elsewhere (D-13.1); what is delivered to their address goes along (D-3.4)."""
    destination = address if draft.destination == draft.address else draft.destination
    return replace(draft, address=address, destination=destination)


def choose_recipient(draft: OrderDraft, recipient: Address | None) -> OrderDraft:
    """The draft with another party receiving the goods, or the customer again with None."""
    return replace(draft, recipient=recipient)


def change_type(draft: OrderDraft, order_type: OrderType) -> OrderDraft:
    """The draft under another order type (D-12.4); its VAT mode comes along only while there is no line (D-7.1b)."""
    included = draft.vat_included if draft.lines else order_type.vat_included
    return replace(draft, type=order_type, vat_included=included)


def change_date(
    draft: OrderDraft,
    date: dt.date,
    *,
    currency: Currency | None = None,
    conditions: CustomerConditions | None = None,
    cards: Cards = NO_CARDS,
) -> OrderDraft:
    """The draft on another date, with `currency` at that date's rate; lines follow the lists valid then (D-4.1)."""
    if date == draft.date:
        return draft
    moved = replace(draft, date=date)
    if currency is not None:
        moved = to_currency(moved, currency)
    return price_lines_again(moved, conditions, cards)


def change_currency(
    draft: OrderDraft, currency: Currency, conditions: CustomerConditions | None = None, cards: Cards = NO_CARDS
) -> OrderDraft:
    """The draft in another currency (D-7.2): lists of that currency, everything agreed as a figure converted.

    Raises `Refused` when a rate is missing.
    """
    if currency == draft.currency:
        return draft
    return price_lines_again(to_currency(draft, currency), conditions, cards)


def change_vat_mode(
    draft: OrderDraft, vat_included: bool, conditions: CustomerConditions | None = None, cards: Cards = NO_CARDS
) -> OrderDraft:
    """The draft with or without VAT in its prices, and never without a warning once it holds anything (D-7.1b).

    Lists of the other mode are searched (D-4.1); manual prices keep their figure.
    """
    warning = vat_mode_warning(draft.vat_included, vat_included)
    if not warning:
        return draft
    kept = without_rules(draft.warnings, "D-7.1b")
    told = (Notice("D-7.1b", warning).text,) if draft.lines or draft.expenses or draft.final_discounts else ()
    moved = replace(draft, vat_included=vat_included, warnings=(*kept, *told))
    return price_lines_again(moved, conditions, cards)


def set_customer_vat(draft: OrderDraft, vat: VatCode | None, cards: Cards = NO_CARDS) -> OrderDraft:
    """The draft under another VAT code of the customer; lines get it, or with None their item's again (D-3.3)."""
    lines = tuple(_under_vat(line, draft.customer_vat, vat, cards) for line in draft.lines)
    return replace(draft, customer_vat=vat, lines=lines)


def set_delivery_date(draft: OrderDraft, delivery: dt.date | None, *, checks: LineChecks = USUAL_CHECKS) -> OrderDraft:
    """The draft with another delivery date; lines that had the old one follow (D-6.4).

    Raises `Refused` before a ready date, or in the past where the parameter says so.
    """
    check_dates(draft.ready_date, delivery, "delivery_date")
    delivery_notices(delivery, draft.date, checks)
    lines = tuple(
        _dated(line, number, delivery, line.ready_date)
        if line.delivery_date == draft.delivery_date and _has_dates(line)
        else line
        for number, line in enumerate(draft.lines, 1)
    )
    return replace(draft, delivery_date=delivery, lines=lines)


def set_ready_date(draft: OrderDraft, ready: dt.date | None) -> OrderDraft:
    """The draft with another ready date; lines that had the old one follow. Raises `Refused` after delivery (D-6.4)."""
    check_dates(ready, draft.delivery_date)
    lines = tuple(
        _dated(line, number, line.delivery_date, ready)
        if line.ready_date == draft.ready_date and _has_dates(line)
        else line
        for number, line in enumerate(draft.lines, 1)
    )
    return replace(draft, ready_date=ready, lines=lines)


def set_header_discounts(
    draft: OrderDraft, discounts: tuple[Discount, ...], *, apply_to_lines: bool = False
) -> OrderDraft:
    """The draft with other header discounts; existing lines change only where asked (D-3.2).

    Typed ones count as the customer's (D-5.3). Lines with manual discounts or something executed
    stay even then. Raises `Refused` naming the line where discounts exceed its worth (D-5.5).
    """
    sourced = (
        replace(one, source=DiscountSource.CUSTOMER) if one.source not in _HEADER_SOURCES else one for one in discounts
    )
    changed = replace(draft, discounts=collect_discounts(sourced))
    return _apply_discounts(changed) if apply_to_lines else changed


def set_payments(draft: OrderDraft, payments: tuple[PaymentLine, ...], *, apply_to_lines: bool = False) -> OrderDraft:
    """The draft with other payment lines; the first one's discounts replace the former ones in the header (D-5.3).

    Existing lines take them only with `apply_to_lines` (D-3.2). Raises `Refused` (D-5.5) as
    `set_header_discounts`.
    """
    kept = (one for one in draft.discounts if one.source is not DiscountSource.PAYMENT_TYPE)
    changed = replace(draft, payments=payments, discounts=_header_discounts(kept, payments))
    return _apply_discounts(changed) if apply_to_lines else changed


def set_final_discounts(draft: OrderDraft, discounts: tuple[Discount, ...]) -> OrderDraft:
    """The draft with other discounts on the document (D-7 step 3)."""
    return replace(draft, final_discounts=discounts)


def set_expenses(draft: OrderDraft, expenses: tuple[Expense, ...]) -> OrderDraft:
    """The draft with other header expenses (D-7 step 4).

    Raises `Invalid` unless each one has either a percent or an amount.
    """
    for number, expense in enumerate(expenses, 1):
        if (expense.percent is None) == (expense.amount is None):
            raise Invalid(
                f"{expense.type} needs either a percent or an amount.", field=f"expenses[{number}]", rule="D-7"
            )
    return replace(draft, expenses=expenses)


def set_agents(draft: OrderDraft, agents: tuple[AgentShare, ...]) -> OrderDraft:
    """The draft with other agents; lines without agents of their own follow (D-10.1)."""
    return replace(draft, agents=agents)


def set_deposit(draft: OrderDraft, deposit: Decimal) -> OrderDraft:
    """The draft with an amount on account, in document currency (D-7 step 8).

    Raises `Invalid` below 0 or with more decimals than the currency has.
    """
    check_size(deposit, "deposit", "D-7")
    decimals = draft.currency.decimals
    if deposit < ZERO or deposit != deposit.quantize(ONE.scaleb(-decimals), context=EXACT):
        raise Invalid(
            f"A deposit is 0 or more, with at most {decimals} decimals in {draft.currency.code}.",
            field="deposit",
            rule="D-7",
        )
    return replace(draft, deposit=deposit)


def set_text(draft: OrderDraft, field: str, text: str) -> OrderDraft:
    """The draft with another text in one of `TEXT_FIELDS`. Raises `Invalid` for any other field."""
    if field not in TEXT_FIELDS:
        raise Invalid(f"{field} is not a text of the header.", field=field, rule="D-3.1")
    change: dict[str, Any] = {field: text}
    return replace(draft, **change)


def _by_code(addresses: tuple[Address, ...], code: str) -> Address | None:
    return next((address for address in addresses if code and address.code == code), None)


def _header_discounts(customer: Iterable[Discount], payments: tuple[PaymentLine, ...]) -> tuple[Discount, ...]:
    granted = payments[0].discounts if payments else ()
    return collect_discounts(customer, from_source(granted, DiscountSource.PAYMENT_TYPE))


def _apply_discounts(draft: OrderDraft) -> OrderDraft:
    lines: list[OrderLine] = []
    for number, line in enumerate(draft.lines, 1):
        try:
            lines.append(line if line.executed else _with_header_discounts(draft, line))
        except Refused as error:
            field = f"lines[{number}].{error.field}"
            raise Refused(error.message, field=field, rule=error.rule, hint=error.hint) from error
    return replace(draft, lines=tuple(lines))


def _with_header_discounts(draft: OrderDraft, line: OrderLine) -> OrderLine:
    if line.line_type not in ITEM_LINES or any(one.source is DiscountSource.MANUAL for one in line.discounts):
        return line
    kept = tuple(one for one in line.discounts if one.source not in _HEADER_SOURCES)
    return with_amounts(replace(line, discounts=collect_discounts(draft.discounts, kept)), draft.currency.decimals)


def _not_looked_up(line: OrderLine) -> OrderLine:
    told = Notice("D-4.6", "The price was not looked up again after a change in the header.").text
    return replace(line, warnings=(*without_rules(line.warnings, "D-4.6"), told))


def _under_vat(line: OrderLine, old: VatCode | None, new: VatCode | None, cards: Cards) -> OrderLine:
    """The line under the customer's code, else its item's; one typed on the line itself stays (D-3.3)."""
    if line.line_type is LineType.NOTE or line.executed:
        return line
    card = cards.get(line.item)
    usual = old or (card.vat if card else line.vat)
    kept = without_rules(line.warnings, "D-3.3")
    if new is not None:
        return replace(line, vat=new, warnings=kept) if line.vat == usual or line.vat is None else line
    if line.vat != usual or old is None:
        return line
    if card is not None:
        return replace(line, vat=card.vat, warnings=kept)
    told = Notice("D-3.3", f"VAT code {old.code} came from the former conditions: check it.").text
    return replace(line, warnings=(*kept, told))


def _unsettled(line: OrderLine) -> OrderLine:
    """A tie settled for one customer says nothing about another's lists (D-4.8)."""
    if line.executed or not line.price_source.settled:
        return line
    return replace(line, price_source=replace(line.price_source, settled=False))


def _has_dates(line: OrderLine) -> bool:
    return line.line_type is not LineType.NOTE and not line.executed


def _dated(line: OrderLine, number: int, delivery: dt.date | None, ready: dt.date | None) -> OrderLine:
    check_dates(ready, delivery, f"lines[{number}].ready_date")
    return replace(line, delivery_date=delivery, ready_date=ready)
