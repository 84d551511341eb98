"""What a workflow's condition sees of an order: its figures by the names of `workflow_names` (D-16.1).

Amounts are in company currency at the order's rate and have the company's decimals, so that one rule fits every
currency. What is not there is empty: a text '', a number 0, a date never, and a margin without a cost 100 %.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fluorders_tui.domain.money import HUNDRED, ZERO, round_half_up
from fluorders_tui.domain.order import LineType, OrderDraft, OrderLine, PriceOrigin
from fluorders_tui.domain.totals import Totals
from fluorders_tui.domain.workflow_conditions import Facts, moment
from fluorders_tui.domain.workflow_names import CHANGE, CUSTOMER, NEVER, ORDER, USER, Kind, Name

__all__ = ["Seen", "facts_of"]

_EMPTY: Mapping[Kind, Any] = {
    Kind.TEXT: "", Kind.NUMBER: ZERO, Kind.DATE: NEVER, Kind.YES_NO: False, Kind.TEXTS: (),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """An order with its totals, as it is or as it was before a change."""

    draft: OrderDraft
    totals: Totals


def facts_of(
    now: Seen,
    before: Seen | None,
    *,
    today: dt.date,
    user: str,
    role: str,
    customer: Mapping[str, Any] | None = None,
    changed: Iterable[str] = (),
    moved_days: int = 0,
    decimals: int = 2,
) -> Facts:
    """What a condition looks at. `before` is None for an order that was only now entered.

    `customer` has what only the registry and the other orders know, by the names of `workflow_names.CUSTOMER`.
    """
    known = customer or {}
    draft = now.draft
    return Facts(
        order=_order(now, today, decimals),
        lines=tuple(_line(number, line, draft, decimals) for number, line in enumerate(draft.lines, 1)),
        customer=_filled(
            CUSTOMER,
            {
                "code": draft.customer, "name": draft.name, "country": draft.address.country,
                "category": draft.commercial_category, "language": draft.language, **known,
            },
        ),
        user=_filled(USER, {"name": user, "role": role}),
        change=_filled(
            CHANGE,
            {
                "changed": tuple(changed), "is_new": before is None, "moved_days": Decimal(moved_days),
                "today": moment(today), "never": NEVER,
            },
        ),
        old=_filled(ORDER, {}) if before is None else _order(before, today, decimals),
    )  # fmt: skip


def _filled(names: Mapping[str, Name], values: Mapping[str, Any]) -> dict[str, Any]:
    """A value for every name, the empty one of its kind where there is none."""
    return {name: _EMPTY[one.kind] if values.get(name) is None else values[name] for name, one in names.items()}


def _order(seen: Seen, today: dt.date, decimals: int) -> dict[str, Any]:
    draft, totals = seen.draft, seen.totals

    def company(amount: Decimal) -> Decimal:
        return round_half_up(amount * draft.currency.rate, decimals)

    discount = totals.discounts + totals.final_discounts
    open_lines = [line for line in draft.lines if _remaining(line) > 0]
    delivery = draft.delivery_date
    late = (today - delivery).days if delivery and open_lines and delivery < today else 0
    payment = draft.payments[0] if draft.payments else None
    values = {
        "number": draft.number,
        "type": draft.type.code,
        "status": draft.status.value,
        "revision": Decimal(draft.revision),
        "date": moment(draft.date),
        "delivery_date": moment(delivery),
        "reference": draft.reference,
        "currency": draft.currency.code,
        "total": totals.company_total,
        "taxable": totals.company_taxable,
        "gross": company(totals.items_gross),
        "discount": company(discount),
        "discount_percent": _percent(discount, totals.items_gross),
        "margin": totals.margin if totals.margin is not None else totals.company_taxable,
        "margin_percent": totals.margin_percent if totals.margin_percent is not None else HUNDRED,
        "deposit": company(totals.deposit),
        "weight": totals.weight,
        "lines": Decimal(len(draft.lines)),
        "payment_type": payment.payment_type if payment else "",
        "payment_terms": payment.term.code if payment else "",
        "agent": draft.agents[0].agent if draft.agents else "",
        "country": draft.destination.country,
        "zone": draft.zone,
        "carrier": draft.carrier,
        "shipping_method": draft.shipping_method,
        "hand_prices": Decimal(sum(line.price_source.origin is PriceOrigin.MANUAL for line in draft.lines)),
        "open": company(sum((line.net * _remaining(line) / line.quantity for line in open_lines), ZERO)),
        "lead_days": Decimal((delivery - draft.date).days) if delivery else ZERO,
        "late_days": Decimal(late),
    }
    return _filled(ORDER, values)


def _remaining(line: OrderLine) -> Decimal:
    """Still to be delivered; nothing of notes and of what was cancelled (D-15.2)."""
    if line.cancelled or line.line_type is LineType.NOTE:
        return ZERO
    return max(line.quantity - line.executed, ZERO)


def _line(number: int, line: OrderLine, draft: OrderDraft, decimals: int) -> dict[str, Any]:
    rate = draft.currency.rate
    net = line.net * rate
    cost = line.cost * line.quantity * line.uom.factor
    return {
        "number": Decimal(number),
        "type": line.line_type.value,
        "item": line.item,
        "description": line.description,
        "quantity": line.quantity,
        "remaining": _remaining(line),
        "price": line.price * rate,
        "price_origin": line.price_source.origin.value,
        "gross": round_half_up(line.gross * rate, decimals),
        "net": round_half_up(net, decimals),
        "discount_percent": _percent(line.gross - line.net, line.gross),
        "margin_percent": _percent(net - cost, net) if cost and net else HUNDRED,
        "delivery_date": moment(line.delivery_date or draft.delivery_date),
    }


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    return round_half_up(part * HUNDRED / whole, 2) if whole else ZERO
