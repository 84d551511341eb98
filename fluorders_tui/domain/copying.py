"""Copies: a whole order for the same or another customer, or lines of any earlier document (D-12.8).

A copy starts as a draft without number, dates and history, and with nothing executed. The clerk is
asked once whether prices are kept or looked up again:

- *Kept*: price and discounts stand as in the document and stay so (D-3.5); a price typed by hand stays
  manual. Another customer changes the header and the VAT codes, and the currency converts.
- *Re-priced*: every line with an item is priced as if it were typed now, prices and discounts typed by
  hand included. A line without an item keeps its price.

What belongs to the one earlier order does not go over: the customer's reference, the external number,
the deposit paid for it, and the days its payments started. Blocked and inactive items are left out,
and told. A copy for the same customer keeps the header as it was agreed (D-3.5).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from fluorders_tui.domain.amounts import with_amounts
from fluorders_tui.domain.conditions import CustomerConditions, ItemCard, LineChecks
from fluorders_tui.domain.entry import price_again
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.exchange import to_currency
from fluorders_tui.domain.header import NO_CARDS, choose_customer
from fluorders_tui.domain.line_checks import USUAL_CHECKS, check_sellable, quantity_notices
from fluorders_tui.domain.money import ZERO
from fluorders_tui.domain.notices import Notice, texts, without_rules
from fluorders_tui.domain.order import (
    NO_PRICE,
    Currency,
    LineType,
    OrderDraft,
    OrderLine,
    OrderStatus,
    PriceOrigin,
    VatCode,
)
from fluorders_tui.domain.totals import vat_mode_warning


@dataclass(frozen=True, slots=True)
class CopiedOrder:
    """The copy, and what the clerk is told about it; `Notice.line` is the line's number in the source, from 1."""

    draft: OrderDraft
    notices: tuple[Notice, ...] = ()


def copy_order(
    draft: OrderDraft,
    *,
    date: dt.date,
    conditions: CustomerConditions | None = None,
    cards: Mapping[str, ItemCard] = NO_CARDS,
    reprice: bool = False,
    currency: Currency | None = None,
    checks: LineChecks = USUAL_CHECKS,
) -> CopiedOrder:
    """A new draft of `date` like `draft`, for the customer of `conditions`, else for the same one (D-12.8).

    `currency` is the order's currency at the rate of `date`, for a copy in the same currency; without
    it the rate stays. `cards` are the items with their prices in the lists of `conditions`.

    Raises `Refused` to re-price without conditions, for an inactive customer (D-2.5), a missing rate
    (D-7.2), and where new discounts take more than a line is worth (D-5.5).
    """
    _check_conditions(reprice, conditions)
    base = _fresh(draft, date)
    if currency is not None and currency.code == base.currency.code:
        base = replace(base, currency=currency)
    if conditions is not None and conditions.code != draft.customer:
        source = to_currency(replace(base, lines=draft.lines), conditions.currency)
        base = choose_customer(base, conditions)
    else:
        source = replace(base, lines=draft.lines)
    lines, notices = _copied(base, source, range(len(draft.lines)), draft.customer, conditions, cards, reprice, checks)
    if not reprice:
        notices = (*_converted(draft, base, lines), *notices)
    return CopiedOrder(replace(base, lines=lines), notices)


def copy_lines(
    draft: OrderDraft,
    source: OrderDraft,
    indexes: Iterable[int],
    *,
    conditions: CustomerConditions | None = None,
    cards: Mapping[str, ItemCard] = NO_CARDS,
    reprice: bool = False,
    checks: LineChecks = USUAL_CHECKS,
) -> CopiedOrder:
    """`draft` with lines of `source`, by index from 0 and in the order given, at its end (D-12.8).

    They get the draft's dates and its customer's VAT code. Kept prices are converted to the draft's
    currency (D-7.2); from a document with the other VAT mode they keep their figure, with a warning (D-7.1b).

    Raises `Refused` as `copy_order`, `Invalid` for a line that isn't there.
    """
    _check_conditions(reprice, conditions)
    places = list(indexes)
    for index in places:
        if not 0 <= index < len(source.lines):
            raise Invalid(f"There is no line {index + 1}.", field="lines")
    moved = to_currency(source, draft.currency)
    lines, notices = _copied(draft, moved, places, source.customer, conditions, cards, reprice, checks)
    if not reprice:
        notices = (*_converted(source, draft, lines), *notices)
    told = "" if reprice else vat_mode_warning(source.vat_included, draft.vat_included)
    if told and lines:
        notices = (Notice("D-7.1b", told), *notices)
        draft = replace(draft, warnings=(*without_rules(draft.warnings, "D-7.1b"), Notice("D-7.1b", told).text))
    return CopiedOrder(replace(draft, lines=(*draft.lines, *lines)), notices)


def _check_conditions(reprice: bool, conditions: CustomerConditions | None) -> None:
    if reprice and conditions is None:
        raise Refused("Prices can't be looked up without the customer's conditions.", field="customer", rule="D-12.8")


def _fresh(draft: OrderDraft, date: dt.date) -> OrderDraft:
    """The header of a copy: unapproved, unlocked, undated, never saved, without lines (D-12.8)."""
    return replace(
        draft,
        date=date,
        delivery_date=None,
        ready_date=None,
        payments=tuple(replace(one, apply_from=None) for one in draft.payments),
        reference="",
        external_number="",
        deposit=ZERO,
        lines=(),
        warnings=(),
        number="",
        status=OrderStatus.DRAFT,
        revision=0,
        id=0,
        version=0,
    )


def _converted(source: OrderDraft, draft: OrderDraft, lines: tuple[OrderLine, ...]) -> tuple[Notice, ...]:
    if source.currency.code == draft.currency.code or not lines:
        return ()
    return (Notice("D-7.2", f"Prices were converted from {source.currency.code} to {draft.currency.code}."),)


def _copied(
    draft: OrderDraft,
    source: OrderDraft,
    indexes: Iterable[int],
    customer: str,
    conditions: CustomerConditions | None,
    cards: Mapping[str, ItemCard],
    reprice: bool,
    checks: LineChecks,
) -> tuple[tuple[OrderLine, ...], tuple[Notice, ...]]:
    """Copies of lines of `source`, which has the currency of `draft` already; `customer` was theirs."""
    same_customer = draft.customer == customer
    lines: list[OrderLine] = []
    notices: list[Notice] = []
    for index in indexes:
        old, number = source.lines[index], index + 1
        card = cards.get(old.item)
        if card is not None:
            try:
                check_sellable(card)
            except Refused as error:
                notices.append(Notice(error.rule, f"{error.message} It was left out. {error.hint}".rstrip(), number))
                continue
        line = _new_line(draft, old, card, same_customer, checks)
        if reprice and conditions is not None and line.item:
            if card is None:
                message = f"{line.item} is no longer in the registry: its price was kept."
                notices.append(Notice("D-12.8", message, number))
                line = _as_agreed(line)
            else:
                line = _priced(draft, line, conditions, card, number, checks)
        else:
            line = _as_agreed(line)
        lines.append(line)
    return tuple(lines), tuple(notices)


def _new_line(
    draft: OrderDraft, old: OrderLine, card: ItemCard | None, same_customer: bool, checks: LineChecks
) -> OrderLine:
    """The line as one of `draft` that was never stored: its dates, VAT (D-3.3), agents (D-10.1) and warnings."""
    if old.line_type is LineType.NOTE:
        return replace(old, id=0, version=0, warnings=())
    # A copied quantity was accepted once: what the checks say is told, never refused.
    notices = (
        ()
        if card is None
        else texts(
            quantity_notices(card, old.uom, old.quantity, replace(checks, pack_multiple="warn", economic_lot="warn"))
        )
    )
    line = replace(
        old,
        id=0,
        version=0,
        executed=ZERO,
        cancelled=False,
        ready_date=draft.ready_date,
        delivery_date=draft.delivery_date,
        vat=old.vat if same_customer else _vat(draft, old, card),
        warnings=notices,
    )
    if old.cancelled:
        line = with_amounts(line, draft.currency.decimals)
    if same_customer or old.line_type is LineType.GIVE_AWAY:
        return line
    return replace(line, agents=None)


def _vat(draft: OrderDraft, line: OrderLine, card: ItemCard | None) -> VatCode | None:
    return draft.customer_vat or (card.vat if card is not None else line.vat)


def _as_agreed(line: OrderLine) -> OrderLine:
    """The line at its price as the document's (D-3.5); a manual one stays manual, one never found is looked for."""
    source = line.price_source
    if source.origin in (PriceOrigin.MANUAL, PriceOrigin.NONE):
        return line
    return replace(line, price_source=replace(source, origin=PriceOrigin.DOCUMENT, tied=(), settled=False))


def _priced(
    draft: OrderDraft,
    line: OrderLine,
    conditions: CustomerConditions,
    card: ItemCard,
    number: int,
    checks: LineChecks,
) -> OrderLine:
    """The line priced as if it were typed now (D-12.8); a give-away keeps its kind, and a value set by hand."""
    given = line.line_type is LineType.GIVE_AWAY
    if given and line.price_source.origin is PriceOrigin.MANUAL:
        return with_amounts(line, draft.currency.decimals)
    bare = replace(line, price_source=NO_PRICE, discounts=())
    try:
        return price_again(draft, bare, conditions, card, discounts_too=not given, checks=checks)
    except Refused as error:
        field = f"lines[{number}].{error.field}"
        raise type(error)(error.message, field=field, rule=error.rule, hint=error.hint) from error
