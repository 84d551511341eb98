"""An order as it stands, and what somebody else did to it, as lines to read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from fluorders_tui.domain.errors import DeskError
from fluorders_tui.domain.locales import LocaleForm, format_date
from fluorders_tui.domain.money import ZERO
from fluorders_tui.domain.order import OrderDraft
from fluorders_tui.domain.payment_terms import document_due_dates
from fluorders_tui.screens.order_session import OrderSession
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.order_changes import changes
from fluorders_tui.services.orders import last_change, open_order_row

__all__ = ["conflict_text", "summary"]

Amount = Callable[[Decimal | None, int], str]
Day = Callable[[dt.date | None], str]


def summary(session: OrderSession, amount: Amount, day: Day) -> list[str]:
    """Every figure of D-7 in its order, VAT by code, due dates, commissions, warnings."""
    draft, totals = session.draft, session.totals
    decimals = draft.currency.decimals

    def row(label: str, value: Decimal) -> str:
        return f"{label:<34}{amount(value, decimals):>16}"

    text = [f"{draft.name or 'No customer yet'} · {len(draft.lines)} lines · {draft.currency.code}", ""]
    text += [row("Items gross", totals.items_gross), row("less discounts", totals.discounts)]
    text.append(row("Items net", totals.items_net))
    if totals.final_discounts:
        text.append(row("less final discounts", totals.final_discounts))
    if totals.charges:
        text.append(row("Charges", totals.charges))
    text += [row(f"{one.type} {one.description}"[:33], one.amount) for one in totals.expenses]
    text.append(row("Taxable", totals.taxable))
    text += [row(f"  VAT {one.vat.code} on {amount(one.taxable, decimals)}", one.tax) for one in totals.vat_summary]
    if totals.give_away:
        text.append(row("Goods free of charge (value)", totals.give_away))
    text.append(row("Total", totals.total))
    if totals.deposit:
        text += [row("on account", totals.deposit), row("Balance due", totals.balance_due)]
    if draft.currency.code != session.desk.company.currency:
        whole = f"{amount(totals.company_total, 2)} {session.desk.company.currency}"
        text.append(f"{'in company currency':<34}{whole:>16}")
    try:
        dues = document_due_dates(draft, totals)
        text += ["", *(f"due {day(due.date):<30}{amount(due.amount, decimals):>16}" for due in dues)]
    except DeskError as error:
        text += ["", f"! {error}"]
    text += [
        f"{f'Commission {one.agent} {one.name}'[:33]:<34}{amount(one.amount or ZERO, decimals):>16}"
        for one in totals.commissions
        if one.amount is not None
    ]
    problems = [f"✗ {problem}" for problem in session.problems()]
    warnings = [f"! {warning}" for warning in session.warnings()]
    if problems or warnings:
        text += ["", *problems, *warnings]
    return text


def conflict_text(desk: Desk, mine: OrderDraft, form: LocaleForm) -> list[str]:
    """Who changed the order while it was open here, and every field that differs (D-12.7)."""
    theirs = open_order_row(desk, mine.id).draft
    who, when = last_change(desk, mine.id)
    was, becomes = changes(theirs, mine)
    local = desk.local(when)
    text = [f"{who} saved it on {format_date(local.date(), form)} at {local:%H:%M}. Nothing was overwritten.", ""]
    text += [f"{name}: theirs {was.get(name)!s}, yours {becomes.get(name)!s}" for name in sorted({*was, *becomes})]
    return [
        *text,
        "",
        "F3 leaves and puts your version on hold: nothing typed is lost. Open the order again for theirs.",
    ]
