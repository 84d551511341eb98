"""Making a line and changing it: every function gives a new, priced line (D-3.2–3.3, D-4.6, D-5.3, D-6).

A line keeps the price and the discounts that were typed by hand or came with another document
(D-3.5); all others follow quantity, unit and header through `pricing`. Where the rules are silent:

- A manual price goes along when the unit changes: 10 a piece becomes 120 a box of 12, with a warning.
- A discount typed by hand makes the whole chain manual: no part of it follows a break any more.
- Discount policies are looked up with the price; a line that keeps its price keeps theirs too, until
  another customer renews what the line carries.
- A charge takes neither header discounts nor any other unless typed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from fluorders_tui.domain.amounts import with_amounts
from fluorders_tui.domain.conditions import CustomerConditions, DiscountType, ItemCard, LineChecks
from fluorders_tui.domain.discount_policies import NO_POLICIES, policy_discounts
from fluorders_tui.domain.discounts import collect_discounts, format_discounts, parse_discounts
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.line_checks import (
    USUAL_CHECKS,
    check_dates,
    check_price,
    check_quantity,
    check_sellable,
    delivery_notices,
    price_notices,
    proposed_quantity,
    quantity_notices,
    uom_of,
)
from fluorders_tui.domain.money import EXACT, MICRO_DECIMALS, ONE, ZERO, plain, round_half_up
from fluorders_tui.domain.notices import Notice, notice_from, texts, without_rules
from fluorders_tui.domain.order import (
    DiscountSource,
    LineType,
    OrderDraft,
    OrderLine,
    PriceOrigin,
    PriceSource,
    Uom,
    VatCode,
)
from fluorders_tui.domain.pricing import Price, policy_warnings, price_of

#: The sources whose discounts are looked up together with the price.
_LOOKED_UP = (DiscountSource.PRICE_LIST, DiscountSource.PRICE_LINE, DiscountSource.POLICY)
_PRICE_RULES = ("D-4.",)

#: The unit of a line without an item that is counted in nothing particular.
NO_UNIT = Uom("", ONE, MICRO_DECIMALS)


def make_line(
    draft: OrderDraft,
    conditions: CustomerConditions,
    card: ItemCard,
    quantity: Decimal | None = None,
    uom: str = "",
    *,
    checks: LineChecks = USUAL_CHECKS,
) -> OrderLine:
    """A coded line, priced and checked. `quantity` is in `uom`; None takes the proposed one.

    VAT by D-3.3, discounts in the order of D-5.3, dates from the header (D-6.4).
    Raises `Refused` or `Invalid` for a blocked item, an unknown unit, a bad quantity (D-6.3, D-2.2)
    and for discounts beyond the line's worth (D-5.5).
    """
    check_sellable(card)
    unit = uom_of(card, uom)
    if quantity is None:
        quantity = proposed_quantity(card, unit, checks)
    check_quantity(quantity, unit)
    line = OrderLine(
        line_type=LineType.CODED,
        description=card.description,
        item=card.code,
        quantity=quantity,
        uom=unit,
        vat=draft.customer_vat or card.vat,
        ready_date=draft.ready_date,
        delivery_date=draft.delivery_date,
        cost=card.cost,
        weight=card.weight,
        warnings=texts(quantity_notices(card, unit, quantity, checks)),
        discounts=draft.discounts,
    )
    return _priced(draft, line, _lookup(draft, conditions, card, line), checks)


def free_line(
    draft: OrderDraft,
    line_type: LineType,
    description: str,
    quantity: Decimal = ONE,
    price: Decimal = ZERO,
    vat: VatCode | None = None,
    *,
    uom: Uom = NO_UNIT,
    vat_recourse: bool = False,
    checks: LineChecks = USUAL_CHECKS,
) -> OrderLine:
    """A line without an item (D-6.1): uncoded, charge, note, or give-away. `price` in document currency.

    The customer's VAT code goes before `vat` (D-3.3); `vat_recourse` concerns give-aways. A note has
    neither quantity nor price. Raises `Invalid` for an empty description, a bad quantity or price.
    """
    if not description.strip():
        raise Invalid("A line without an item needs a description.", field="description", rule="D-6.1")
    if line_type is LineType.CODED:
        raise Invalid("A coded line needs an item.", field="item", rule="D-6.1")
    if line_type is LineType.NOTE:
        return with_amounts(OrderLine(LineType.NOTE, description), draft.currency.decimals)
    check_quantity(quantity, uom)
    check_price(price, line_type)
    line = OrderLine(
        line_type=line_type,
        description=description,
        quantity=quantity,
        uom=uom,
        price=price,
        price_source=PriceSource(PriceOrigin.MANUAL, uom=uom.code),
        vat=draft.customer_vat or vat,
        vat_recourse=vat_recourse and line_type is LineType.GIVE_AWAY,
        ready_date=draft.ready_date,
        delivery_date=draft.delivery_date,
        discounts=draft.discounts if line_type is LineType.UNCODED else (),
        agents=() if line_type is LineType.GIVE_AWAY else None,
        warnings=texts(price_notices(price, line_type, checks)),
    )
    return with_amounts(line, draft.currency.decimals)


def make_give_away(draft: OrderDraft, line: OrderLine, *, vat_recourse: bool = False) -> OrderLine:
    """The goods of `line` free of charge (D-6.1): no discount and no commission (D-5.6); the price is their value.

    With `vat_recourse` the customer pays their VAT. Raises `Refused` for a charge or a note.
    """
    if line.line_type in (LineType.CHARGE, LineType.NOTE):
        raise Refused(f"A {line.line_type.value} line can't be given away.", field="line_type", rule="D-6.1")
    given = replace(
        _without_policy(line), line_type=LineType.GIVE_AWAY, discounts=(), agents=(), vat_recourse=vat_recourse
    )
    return with_amounts(given, draft.currency.decimals)


def change_quantity(
    draft: OrderDraft,
    line: OrderLine,
    quantity: Decimal,
    conditions: CustomerConditions | None = None,
    card: ItemCard | None = None,
    *,
    checks: LineChecks = USUAL_CHECKS,
) -> OrderLine:
    """The line with another quantity; its break is looked up again unless the price is manual (D-4.6).

    Raises `Invalid`/`Refused` as `make_line`, and below what was executed already (D-15.2).
    """
    _refuse_note(line, "quantity")
    check_quantity(quantity, line.uom)
    if quantity < line.executed:
        raise Refused(
            f"{plain(line.executed)} were executed already.",
            field="quantity",
            rule="D-15.2",
            hint=f"Type at least {plain(line.executed)}.",
        )
    return _requantified(draft, line, quantity, line.uom, conditions, card, checks)


def change_uom(
    draft: OrderDraft,
    line: OrderLine,
    uom: str,
    conditions: CustomerConditions,
    card: ItemCard,
    *,
    checks: LineChecks = USUAL_CHECKS,
) -> OrderLine:
    """The line with the same number of another unit (D-6.3), priced again; a manual price is converted.

    Raises `Invalid` when the item has no such unit or its decimals can't hold the quantity,
    `Refused` once a part is executed.
    """
    unit = uom_of(card, uom)
    if unit == line.uom:
        return line
    if line.executed:
        raise Refused("A part was executed: its unit stays.", field="uom", rule="D-15.2", hint="Add a new line.")
    check_quantity(line.quantity, unit)
    moved = line
    if keeps_price(line):
        price = EXACT.divide(EXACT.multiply(line.price, unit.factor), line.uom.factor)
        moved = replace(line, price=round_half_up(price, MICRO_DECIMALS))
    changed = _requantified(draft, moved, line.quantity, unit, conditions, card, checks)
    if moved.price == line.price:
        return changed
    told = Notice("D-4.6", f"The manual price was converted from {line.uom.code} to {unit.code}.").text
    return replace(changed, warnings=(*changed.warnings, told))


def change_price(
    draft: OrderDraft, line: OrderLine, price: Decimal, *, agreed: bool = False, checks: LineChecks = USUAL_CHECKS
) -> OrderLine:
    """The line with a price typed by hand, in document currency per unit; its discounts stay (D-4.6, D-4.8b).

    The price that stands there already changes nothing, unless it is `agreed`: given in a file, or
    confirmed as such. Raises `Invalid` (D-6.2), `Refused` (D-5.5).
    """
    _refuse_note(line, "price")
    check_price(price, line.line_type)
    if price == line.price and not agreed:
        return line
    return _manual(draft, line, price, _before(line), checks)


def take_last_price(draft: OrderDraft, line: OrderLine, card: ItemCard) -> OrderLine:
    """The line at what this customer paid last, discounts included, as a manual price (D-6.7).

    Converted where it was per another unit. Raises `Refused` when they never bought the item.
    """
    last = card.last_price
    if last is None:
        raise Refused(f"This customer never bought {card.code}.", field="price", rule="D-6.7", hint="Type the price.")
    factor = uom_of(card, last.uom).factor
    price = round_half_up(EXACT.divide(EXACT.multiply(last.price, line.uom.factor), factor), MICRO_DECIMALS)
    told = (f"Taken from order {last.number} of {last.date}.", *_before(line))
    priced = replace(line, discounts=() if line.line_type is LineType.GIVE_AWAY else parse_discounts(last.discounts))
    return _manual(draft, priced, price, told, USUAL_CHECKS)


def choose_list(
    draft: OrderDraft,
    line: OrderLine,
    price_list: str,
    conditions: CustomerConditions,
    card: ItemCard,
    *,
    checks: LineChecks = USUAL_CHECKS,
) -> OrderLine:
    """The line with its tie settled by the clerk for `price_list` (D-4.8).

    It stays settled when the quantity changes. Raises `Refused` when the list is not in the tie.
    """
    if price_list not in line.price_source.tied:
        tied = ", ".join(line.price_source.tied) or "none"
        raise Refused(
            f"{price_list} is not among the tied lists.", field="price", rule="D-4.8", hint=f"They are: {tied}."
        )
    return _priced(draft, line, _lookup(draft, conditions, card, line, price_list), checks)


def change_discounts(
    draft: OrderDraft, line: OrderLine, text: str, types: Sequence[DiscountType] = (), *, agreed: bool = False
) -> OrderLine:
    """The line with discounts as typed (D-5.1): all become manual.

    The text that stands there already changes nothing, unless it is `agreed`: given in a file. Raises
    `Invalid` with the position of an error, `Refused` for notes and give-aways (D-5.6) and below
    zero (D-5.5).
    """
    typed = parse_discounts(text, types=types)
    if format_discounts(typed) == format_discounts(line.discounts) and not agreed:
        return line
    if typed and line.line_type in (LineType.NOTE, LineType.GIVE_AWAY):
        raise Refused(f"A {line.line_type.value} line takes no discount.", field="discounts", rule="D-5.6")
    line = _without_policy(line)
    return with_amounts(replace(line, discounts=typed), draft.currency.decimals)


def change_dates(
    draft: OrderDraft,
    line: OrderLine,
    delivery: dt.date | None,
    ready: dt.date | None,
    *,
    checks: LineChecks = USUAL_CHECKS,
) -> OrderLine:
    """The line with its own dates (D-6.4).

    Raises `Refused` when ready is after delivery, or for a past delivery where the parameter says so.
    """
    check_dates(ready, delivery, "delivery_date" if ready == line.ready_date else "ready_date")
    notices = delivery_notices(delivery, draft.date, checks)
    kept = without_rules(line.warnings, "D-6.4")
    return replace(line, delivery_date=delivery, ready_date=ready, warnings=(*kept, *texts(notices)))


def change_vat(line: OrderLine, vat: VatCode) -> OrderLine:
    """The line under another VAT code; a note has none (D-3.3)."""
    _refuse_note(line, "vat")
    return replace(line, vat=vat)


def change_description(line: OrderLine, description: str) -> OrderLine:
    """The line with another text; `Invalid` when nothing is left to read (D-6.1)."""
    if not description.strip():
        raise Invalid("A line needs a description.", field="description", rule="D-6.1")
    return replace(line, description=description)


def keeps_price(line: OrderLine) -> bool:
    """Whether the price stays when quantity or header change: manual (D-4.6) or from a document (D-3.5)."""
    return line.price_source.origin in (PriceOrigin.MANUAL, PriceOrigin.DOCUMENT)


def price_again(
    draft: OrderDraft,
    line: OrderLine,
    conditions: CustomerConditions,
    card: ItemCard,
    *,
    discounts_too: bool = False,
    checks: LineChecks = USUAL_CHECKS,
) -> OrderLine:
    """A line priced under the draft's present header, unless it keeps its price or has no item.

    With `discounts_too` the header discounts replace those that an earlier header brought, and the
    policies are looked up even where the price stays (D-5.4); a manual chain stays.
    """
    if not line.item or line.item != card.code:
        return line
    renewed = discounts_too and line.line_type is LineType.CODED and not _manual_chain(line)
    if renewed:
        kept = tuple(discount for discount in line.discounts if discount.source in _LOOKED_UP)
        line = replace(line, discounts=collect_discounts(draft.discounts, kept))
    if keeps_price(line):
        line = _under_policies(draft, line, conditions, card) if renewed else line
        return with_amounts(line, draft.currency.decimals)
    return _priced(draft, line, _lookup(draft, conditions, card, line), checks)


def _lookup(
    draft: OrderDraft, conditions: CustomerConditions, card: ItemCard, line: OrderLine, preferred: str = ""
) -> Price:
    source = line.price_source
    if conditions.policies and (line.line_type is LineType.GIVE_AWAY or _manual_chain(line)):
        conditions = replace(conditions, policies=NO_POLICIES)
    others = tuple(discount for discount in line.discounts if discount.source not in _LOOKED_UP)
    return price_of(
        card,
        line.uom,
        line.quantity,
        conditions,
        draft.date,
        draft.currency,
        draft.vat_included,
        draft.destination.code,
        vat=line.vat,
        header_discounts=others,
        preferred=preferred or (source.price_list if source.settled else ""),
    )


def _priced(draft: OrderDraft, line: OrderLine, price: Price, checks: LineChecks) -> OrderLine:
    """`line` at `price`: the discounts of the former list go, those of the new one come (D-5.3)."""
    discounts = line.discounts
    if line.line_type is LineType.GIVE_AWAY:
        discounts = ()
    elif not _manual_chain(line):
        others = tuple(discount for discount in discounts if discount.source not in _LOOKED_UP)
        discounts = collect_discounts(others, price.discounts)
    warnings = (*without_rules(line.warnings, *_PRICE_RULES), *price.warnings)
    if not any(notice_from(text).rule == "D-4.7" for text in price.warnings):
        warnings += texts(price_notices(price.value, line.line_type, checks))
    priced = replace(line, price=price.value, price_source=price.source, discounts=discounts, warnings=warnings)
    return with_amounts(priced, draft.currency.decimals)


def _requantified(
    draft: OrderDraft,
    line: OrderLine,
    quantity: Decimal,
    uom: Uom,
    conditions: CustomerConditions | None,
    card: ItemCard | None,
    checks: LineChecks,
) -> OrderLine:
    if card is None or conditions is None:
        changed = replace(line, quantity=quantity, uom=uom)
        if line.item and not keeps_price(line):
            told = Notice("D-4.6", "The price was not looked up for this quantity.").text
            changed = replace(changed, warnings=(*without_rules(line.warnings, "D-4.6"), told))
        return with_amounts(changed, draft.currency.decimals)
    kept = without_rules(line.warnings, "D-6.3", "D-4.6")
    warnings = (*texts(quantity_notices(card, uom, quantity, checks)), *kept)
    changed = replace(line, quantity=quantity, uom=uom, warnings=warnings)
    if keeps_price(line):
        return with_amounts(changed, draft.currency.decimals)
    return _priced(draft, changed, _lookup(draft, conditions, card, changed), checks)


def _manual(
    draft: OrderDraft, line: OrderLine, price: Decimal, tried: tuple[str, ...], checks: LineChecks
) -> OrderLine:
    kept = without_rules(line.warnings, *_PRICE_RULES)
    notices = texts(price_notices(price, line.line_type, checks))
    source = PriceSource(PriceOrigin.MANUAL, uom=line.uom.code, tried=tried)
    if any(discount.source is DiscountSource.POLICY for discount in line.discounts):
        former = line.price_source
        source = replace(source, policy=former.policy, policies_tied=former.policies_tied)
        notices += policy_warnings(former.policies_tied)
    changed = replace(line, price=price, price_source=source, warnings=(*kept, *notices))
    return with_amounts(changed, draft.currency.decimals)


def _under_policies(draft: OrderDraft, line: OrderLine, conditions: CustomerConditions, card: ItemCard) -> OrderLine:
    """A line that keeps its price, with the discounts of the policies valid for this customer and date (D-5.4)."""
    granted = policy_discounts(conditions.policies, conditions.code, conditions.commercial_category, card, draft.date)
    bare = _without_policy(line)
    others = (one for one in line.discounts if one.source is not DiscountSource.POLICY)
    return replace(
        bare,
        discounts=collect_discounts(others, granted.discounts),
        price_source=replace(bare.price_source, policy=granted.policy, policies_tied=granted.tied),
        warnings=bare.warnings + policy_warnings(granted.tied),
    )


def _without_policy(line: OrderLine) -> OrderLine:
    """The line no longer told to have its discounts from a policy; the discounts themselves are the caller's."""
    source = line.price_source
    if not source.policy:
        return line
    told = policy_warnings(source.policies_tied)
    return replace(
        line,
        price_source=replace(source, policy="", policies_tied=()),
        warnings=tuple(text for text in line.warnings if text not in told),
    )


def _before(line: OrderLine) -> tuple[str, ...]:
    """What the price was before a hand changed it, for *why this price?* (D-4.8b)."""
    source = line.price_source
    if source.origin in (PriceOrigin.NONE, PriceOrigin.MANUAL):
        return source.tried
    where = f"price list {source.price_list}" if source.origin is PriceOrigin.LIST else f"the {source.origin.value}"
    return (f"Before, it was {plain(line.price)} from {where}.",)


def _manual_chain(line: OrderLine) -> bool:
    return any(discount.source is DiscountSource.MANUAL for discount in line.discounts)


def _refuse_note(line: OrderLine, field: str) -> None:
    if line.line_type is LineType.NOTE:
        raise Refused(f"A note has no {field}.", field=field, rule="D-6.1")
