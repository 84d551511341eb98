"""An order as JSON for other programs (interfaces §2): completed on the way out, read again by `read_orders`.

Decimals are strings: amounts with their currency's decimals, prices with at least as many, all else in its shortest
form. Dates are ISO 8601. What is not there is null, never left out.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

from fluorders_tui.documents.order_input import (
    AgentInput,
    ExpenseInput,
    LineInput,
    OrderInput,
    PaymentInput,
    read_orders,
)
from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.lifecycle import LineProgress
from fluorders_tui.domain.money import HUNDRED, fixed, plain
from fluorders_tui.domain.notices import Notice
from fluorders_tui.domain.order import (
    Address,
    AgentShare,
    Currency,
    Execution,
    Expense,
    LineStatus,
    LineType,
    OrderDraft,
    OrderLine,
    PaymentLine,
    PriceOrigin,
    PriceSource,
)
from fluorders_tui.domain.payment_terms import DueDate
from fluorders_tui.domain.totals import Totals

__all__ = [
    "AgentInput",
    "ExpenseInput",
    "LineInput",
    "OrderInput",
    "PaymentInput",
    "SavedDocument",
    "document_text",
    "order_to_json",
    "read_orders",
]

Json = dict[str, Any]


class SavedDocument(Protocol):
    """A completed order; `line_statuses` and `totals.final_shares` are aligned to the draft's lines."""

    @property
    def draft(self) -> OrderDraft: ...
    @property
    def totals(self) -> Totals: ...
    @property
    def due_dates(self) -> tuple[DueDate, ...]: ...
    @property
    def execution(self) -> Execution: ...
    @property
    def line_statuses(self) -> tuple[LineStatus, ...]: ...
    @property
    def warnings(self) -> tuple[Notice, ...]: ...


def document_text(documents: Sequence[Json], *, as_list: bool) -> str:
    """The JSON text of one document, or of a list of them, with a line end."""
    return json.dumps(list(documents) if as_list else documents[0], ensure_ascii=False, indent=2) + "\n"


def order_to_json(
    document: SavedDocument, *, locks: Sequence[str] = (), links: Sequence[Mapping[str, str | None]] = ()
) -> Json:
    """The completed document, its keys in the order of interfaces §2; every value is plain JSON.

    `locks` are the reasons that keep the order locked (D-11); `links` name the documents it came from or led to.
    """
    draft, totals = document.draft, document.totals
    decimals = draft.currency.decimals
    return {
        "number": draft.number or None,
        "status": draft.status.value,
        "execution": document.execution.value,
        "revision": draft.revision,
        **_header(draft),
        "lines": [
            _line(number, line, draft.currency, share, status)
            for number, (line, share, status) in enumerate(
                zip(draft.lines, totals.final_shares, document.line_statuses, strict=True), 1
            )
        ],
        "totals": _totals(draft, totals),
        "vat_summary": [
            {
                "vat": row.vat.code or None,
                "rate": plain(row.vat.rate),
                "kind": row.vat.kind.value,
                "taxable": fixed(row.taxable, decimals),
                "tax": fixed(row.tax, decimals),
            }
            for row in totals.vat_summary
        ],
        "due_dates": [
            {
                "date": due.date.isoformat(),
                "amount": fixed(due.amount, decimals),
                "payment_type": due.payment_type or None,
                "payment_terms": due.term or None,
            }
            for due in document.due_dates
        ],
        "commissions": [
            {
                "agent": row.agent,
                "base": fixed(row.base, decimals),
                "amount": None if row.amount is None else fixed(row.amount, decimals),
            }
            for row in totals.commissions
        ],
        "warnings": [
            {"rule": notice.rule or None, "line": notice.line or None, "message": notice.message}
            for notice in document.warnings
        ],
        "locks": list(locks),
        "links": [dict(link) for link in links],
    }


def _header(draft: OrderDraft) -> Json:
    decimals = draft.currency.decimals
    return {
        "type": draft.type.code or None,
        "customer": draft.customer,
        "name": draft.name or None,
        "date": draft.date.isoformat(),
        "delivery_date": _date(draft.delivery_date),
        "ready_date": _date(draft.ready_date),
        "reference": draft.reference or None,
        "currency": draft.currency.code,
        "exchange_rate": plain(draft.currency.rate),
        "vat_included": draft.vat_included,
        "vat": draft.customer_vat.code if draft.customer_vat else None,
        "language": draft.language or None,
        "zone": draft.zone or None,
        "commercial_category": draft.commercial_category or None,
        "recipient": _place(draft.recipient),
        "destination": _place(draft.destination),
        **_payments(draft.payments, decimals),
        "discounts": format_discounts(draft.discounts),
        "final_discounts": format_discounts(draft.final_discounts),
        "expenses": [_expense(expense, decimals) for expense in draft.expenses],
        "agents": [_agent(share) for share in draft.agents],
        "carrier": draft.carrier or None,
        "shipping_method": draft.shipping_method or None,
        "delivery_terms": draft.delivery_terms or None,
        "delivery_place": draft.delivery_place or None,
        "packing": draft.packing or None,
        "deposit": fixed(draft.deposit, decimals),
        "minimum_value": fixed(draft.minimum_value, decimals),
        "note": draft.note or None,
        "internal_note": draft.internal_note or None,
        "external_number": draft.external_number or None,
    }


def _line(number: int, line: OrderLine, currency: Currency, share: Decimal, status: LineStatus) -> Json:
    decimals = currency.decimals
    is_note = line.line_type is LineType.NOTE
    progress = LineProgress(
        line.line_type,
        line.quantity,
        line.executed,
        forced=status is LineStatus.FORCED,
        cancelled=status is LineStatus.CANCELLED,
    )
    return {
        "number": number,
        "line_type": line.line_type.value,
        "item": line.item or None,
        "description": line.description or None,
        "quantity": None if is_note else plain(line.quantity),
        "uom": line.uom.code or None,
        "price": None if is_note else _price(line.price, decimals),
        "price_source": line.price_source.origin.value,
        "price_details": _price_details(line.price_source),
        "discounts": format_discounts(line.discounts),
        "vat": line.vat.code or None if line.vat else None,
        "vat_recourse": line.vat_recourse,
        "delivery_date": _date(line.delivery_date),
        "ready_date": _date(line.ready_date),
        "note": line.note or None,
        "agents": None if line.agents is None else [_agent(agent) for agent in line.agents],
        "gross": fixed(line.gross, decimals),
        "net": fixed(line.net, decimals),
        "final_discount": fixed(share, decimals),
        "status": status.value,
        "executed": plain(line.executed),
        "remaining": plain(progress.remaining),
    }


def _totals(draft: OrderDraft, totals: Totals) -> Json:
    figures = {
        "items_gross": totals.items_gross,
        "discounts": totals.discounts,
        "items_net": totals.items_net,
        "final_discounts": totals.final_discounts,
        "charges": totals.charges,
        "expenses": totals.expenses_total,
        "taxable": totals.taxable,
        "vat": totals.vat,
        "total": totals.total,
        "give_away": totals.give_away,
        "give_away_vat": totals.give_away_vat,
        "deposit": totals.deposit,
        "balance_due": totals.balance_due,
    }
    return {
        **{name: fixed(amount, draft.currency.decimals) for name, amount in figures.items()},
        # In company currency, whose decimals the figures already have (D-7.2).
        "company_taxable": f"{totals.company_taxable:f}",
        "company_vat": f"{totals.company_vat:f}",
        "company_total": f"{totals.company_total:f}",
        "weight": plain(totals.weight),
    }


def _price(price: Decimal, decimals: int) -> str:
    shortest = plain(price)
    shown = len(shortest.partition(".")[2])
    return shortest if shown > decimals else fixed(price, decimals)


def _price_details(source: PriceSource) -> Json | None:
    if source.origin is not PriceOrigin.LIST:
        return None
    return {
        "price_list": source.price_list,
        "version": _date(source.version),
        "min_quantity": None if source.min_quantity is None else plain(source.min_quantity),
        "uom": source.uom or None,
        "destination": source.destination or None,
    }


def _payments(payments: Sequence[PaymentLine], decimals: int) -> Json:
    """One plain payment line in the short form, several or unusual ones as a list; never both, as on the way in."""
    if not payments:
        return {"payment_terms": None, "payment_type": None}
    first = payments[0]
    if len(payments) == 1 and first.amount is None and first.percent == HUNDRED and first.apply_from is None:
        return {"payment_terms": first.term.code, "payment_type": first.payment_type or None}
    return {
        "payments": [
            {
                "payment_terms": line.term.code,
                "payment_type": line.payment_type or None,
                "percent": None if line.percent is None or line.amount is not None else plain(line.percent),
                "amount": None if line.amount is None else fixed(line.amount, decimals),
                "apply_from": _date(line.apply_from),
            }
            for line in payments
        ]
    }


def _expense(expense: Expense, decimals: int) -> Json:
    by_percent = expense.percent is not None
    return {
        "type": expense.type,
        "description": expense.description or None,
        "percent": plain(expense.percent) if expense.percent is not None else None,
        "amount": None if by_percent or expense.amount is None else fixed(expense.amount, decimals),
        "minimum": None if expense.minimum is None else fixed(expense.minimum, decimals),
        "vat": expense.vat.code or None,
    }


def _agent(share: AgentShare) -> Json:
    return {"agent": share.agent, "percent": None if share.percent is None else plain(share.percent)}


def _place(address: Address | None) -> str | Json | None:
    """The code of a registered place, else the address as it stands on the document."""
    if address is None or address == Address():
        return None
    if address.code:
        return address.code
    return {
        name: getattr(address, name)
        for name in ("name", "street", "postcode", "city", "region", "country")
        if getattr(address, name)
    }


def _date(date: dt.date | None) -> str | None:
    return date.isoformat() if date else None
