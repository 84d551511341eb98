"""The head of an order made from offers: what goes over whole, in parts, and added up (D-13.5).

An offer can be converted little by little, so the amounts of its header (deposit, final discounts,
expenses and payments given as amounts) go over in proportion to the value converted, and the last
order takes what is left: the parts add up to the whole exactly. Percents go over as they are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from fluorders_tui.domain.money import EXACT, ZERO, round_half_up
from fluorders_tui.domain.notices import Notice
from fluorders_tui.domain.offers import Offer
from fluorders_tui.domain.order import Discount, Expense, LineType, OrderDraft, OrderLine, OrderStatus, PaymentLine


@dataclass(frozen=True, slots=True)
class ConvertedPart:
    """The lines of one offer that go into an order, and the parts of `header_amounts` that go with them.

    `rows` are the offer's rows of `lines`.
    """

    offer: Offer
    lines: tuple[OrderLine, ...]
    rows: tuple[int, ...]
    amounts: tuple[Decimal, ...]


def part_of(whole: Decimal, after: Decimal, total: Decimal, given: Decimal, decimals: int) -> Decimal:
    """What of `whole` goes over when `after` of `total` will have been converted and `given` went over already.

    Never beyond what is left of it, never in the other direction; all that is left once everything is
    converted. In document currency, rounded half up to `decimals`.
    """
    if after >= total:
        return whole - given
    aim = round_half_up(EXACT.divide(EXACT.multiply(whole, after), total), decimals)
    part, left = aim - given, whole - given
    return max(min(part, left), ZERO) if whole >= 0 else min(max(part, left), ZERO)


def header_amounts(draft: OrderDraft) -> tuple[Decimal, ...]:
    """Deposit, then final discounts, expenses and payments that are amounts, in document currency."""
    return (
        draft.deposit,
        *(one.value for one in draft.final_discounts if one.is_amount),
        *(_at_least(one) for one in draft.expenses if one.amount is not None),
        *(one.amount for one in draft.payments if one.amount is not None),
    )


def order_of(parts: Sequence[ConvertedPart], date: dt.date) -> tuple[OrderDraft, tuple[int, ...]]:
    """The order made of `parts`, all of one group, and where in its lines each part begins.

    With several offers each one's lines stand under a note with its number. Texts are joined, none
    twice; agents of the header stay with the lines they earn on.
    """
    first = parts[0].offer
    drafts = [_with_parts(part) for part in parts]
    head = drafts[0]
    order = replace(
        head,
        type=first.terms.type.order_type or head.type,
        date=date,
        external_number="",
        number="",
        status=OrderStatus.DRAFT,
        revision=0,
        id=0,
        version=0,
    )
    if head.delivery_date is None and first.terms.expected_delivery is not None:
        order = replace(order, delivery_date=first.terms.expected_delivery)
    if len(parts) == 1:
        return replace(order, lines=parts[0].lines), (0,)
    lines: list[OrderLine] = []
    starts: list[int] = []
    agents_differ = any(draft.agents != head.agents for draft in drafts)
    for part, draft in zip(parts, drafts, strict=True):
        lines.append(_heading(part.offer))
        starts.append(len(lines))
        lines += [_own(line, draft, agents_differ) for line in part.lines]
    dated = min(drafts, key=lambda draft: draft.delivery_date or dt.date.max)
    newest = max(drafts, key=lambda draft: draft.currency.rate_date or dt.date.min)
    merged = replace(
        order,
        lines=tuple(lines),
        currency=newest.currency,
        delivery_date=dated.delivery_date or order.delivery_date,
        ready_date=dated.ready_date,
        reference=_same(draft.reference for draft in drafts),
        note=_joined(draft.note for draft in drafts),
        internal_note=_joined(draft.internal_note for draft in drafts),
        warnings=(*dict.fromkeys(text for draft in drafts for text in draft.warnings), *_told(drafts)),
        deposit=sum((draft.deposit for draft in drafts), ZERO),
        minimum_value=max(draft.minimum_value for draft in drafts),
        final_discounts=_added_discounts(drafts),
        expenses=_added_expenses(drafts),
        payments=_added_payments(drafts),
    )
    return merged, tuple(starts)


def _at_least(expense: Expense) -> Decimal:
    return max(expense.amount or ZERO, expense.minimum or ZERO)


def _with_parts(part: ConvertedPart) -> OrderDraft:
    """The offer's header with its part of each amount; what comes to nothing stays away."""
    draft = part.offer.draft
    amounts = iter(part.amounts)
    deposit = next(amounts)
    discounts = tuple(replace(one, value=next(amounts)) if one.is_amount else one for one in draft.final_discounts)
    expenses = tuple(
        one if one.amount is None else replace(one, amount=next(amounts), minimum=None) for one in draft.expenses
    )
    payments = tuple(one if one.amount is None else replace(one, amount=next(amounts)) for one in draft.payments)
    return replace(
        draft,
        deposit=deposit,
        final_discounts=tuple(one for one in discounts if one.value or not one.is_amount),
        expenses=tuple(one for one in expenses if one.amount or one.amount is None),
        payments=tuple(one for one in payments if one.amount or one.amount is None),
    )


def _heading(offer: Offer) -> OrderLine:
    number = offer.draft.number or str(offer.draft.id)
    text = f"Offer {number} of {offer.draft.date}, version {offer.terms.version}"
    zero = round_half_up(ZERO, offer.draft.currency.decimals)
    note = f"Reference {offer.draft.reference}" if offer.draft.reference else ""
    return OrderLine(LineType.NOTE, text, note=note, gross=zero, net=zero)


def _own(line: OrderLine, draft: OrderDraft, agents_differ: bool) -> OrderLine:
    """The line with what its own offer's header gave it, now that it stands under another one."""
    if line.line_type is LineType.NOTE:
        return line
    agents = line.agents
    if agents is None and agents_differ and line.line_type is not LineType.CHARGE:
        agents = draft.agents
    delivery, ready = line.delivery_date or draft.delivery_date, line.ready_date or draft.ready_date
    if (agents, delivery, ready) == (line.agents, line.delivery_date, line.ready_date):
        return line
    return replace(line, agents=agents, delivery_date=delivery, ready_date=ready)


def _same(texts: Iterable[str]) -> str:
    found = set(texts)
    return found.pop() if len(found) == 1 else ""


def _joined(texts: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys(text for text in texts if text))


def _told(drafts: Sequence[OrderDraft]) -> tuple[str, ...]:
    """What differed and now stands as in one of the offers, because the parameters let it."""
    head = drafts[0]
    places = {(draft.recipient, draft.destination, draft.carrier) for draft in drafts}
    terms = {tuple(replace(one, amount=None) for one in draft.payments) for draft in drafts}
    differing = {
        "exchange rate": len({draft.currency.rate for draft in drafts}) > 1,
        "payment": len(terms) > 1,
        "destination and carrier": len(places) > 1,
    }
    where = f"offer {head.number}" if head.number else "the first offer"
    return tuple(
        Notice(
            "D-13.4",
            f"The offers differ in {name}: it stands as in "
            f"{'the one with the newest rate' if name == 'exchange rate' else where}.",
        ).text
        for name, differs in differing.items()
        if differs
    )


def _added_discounts(drafts: Sequence[OrderDraft]) -> tuple[Discount, ...]:
    """Percents as they are in all the offers, amounts of one kind added up, each in its place by priority."""
    percents = tuple(one for one in drafts[0].final_discounts if not one.is_amount)
    sums: dict[Discount, Decimal] = {}
    for draft in drafts:
        for one in draft.final_discounts:
            if one.is_amount:
                kind = replace(one, value=ZERO)
                sums[kind] = sums.get(kind, ZERO) + one.value
    amounts = (replace(kind, value=value) for kind, value in sums.items())
    return tuple(sorted((*percents, *amounts), key=lambda one: one.priority))


def _added_expenses(drafts: Sequence[OrderDraft]) -> tuple[Expense, ...]:
    percents = tuple(one for one in drafts[0].expenses if one.percent is not None)
    sums: dict[Expense, Decimal] = {}
    for draft in drafts:
        for one in draft.expenses:
            if one.amount is not None:
                kind = replace(one, amount=ZERO)
                sums[kind] = sums.get(kind, ZERO) + one.amount
    return (*percents, *(replace(kind, amount=value) for kind, value in sums.items()))


def _added_payments(drafts: Sequence[OrderDraft]) -> tuple[PaymentLine, ...]:
    """The first offer's payments; fixed amounts of one kind are added up."""
    sums: dict[PaymentLine, Decimal] = {}
    for draft in drafts:
        for one in draft.payments:
            if one.amount is not None:
                kind = replace(one, amount=ZERO)
                sums[kind] = sums.get(kind, ZERO) + one.amount
    fixed = (replace(kind, amount=value) for kind, value in sums.items())
    return (*fixed, *(one for one in drafts[0].payments if one.amount is None))
