"""An order as it stands, and what somebody else did to it, as lines to read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from fluorders_tui.domain.amounts import ITEM_LINES
from fluorders_tui.domain.errors import DeskError
from fluorders_tui.domain.locales import LocaleForm, format_date
from fluorders_tui.domain.money import ZERO
from fluorders_tui.domain.order import OrderDraft
from fluorders_tui.domain.payment_terms import document_due_dates
from fluorders_tui.domain.totals import Totals
from fluorders_tui.screens.order_session import OrderSession

__all__ = ["conflict_text", "summary"]

Amount = Callable[[Decimal | None, int], str]
Day = Callable[[dt.date | None], str]


def summary(session: OrderSession, amount: Amount, day: Day) -> list[str]:
    """Every figure of D-7 in its order, VAT by code, due dates, commissions, warnings."""
    draft, totals = session.draft, session.totals
    decimals = draft.currency.decimals

    def row(label: str, value: Decimal) -> str:
        return f"{label:<34}{amount(value, decimals):>16}"

    lines = "1 line" if len(draft.lines) == 1 else f"{len(draft.lines)} lines"
    text = [f"{draft.name or 'No customer yet'} · {lines} · {draft.currency.code}", ""]
    text += [row("Items gross", totals.items_gross), row("less discounts", totals.discounts)]
    text.append(row("Items net", totals.items_net))
    if totals.final_discounts:
        text.append(row("less final discounts", totals.final_discounts))
        text += [
            f"  on VAT {vat or 'none'}, net {amount(net, decimals)}"[:33].ljust(34) + f"{amount(share, decimals):>16}"
            for vat, net, share in _spread(draft, totals)
        ]
    if totals.charges:
        text.append(row("Charges", totals.charges))
    text += [row(f"{one.type} {one.description}"[:33], one.amount) for one in totals.expenses]
    text.append(row("Taxable", totals.taxable))
    text += [row(f"  VAT {one.vat.code} on {amount(one.taxable, decimals)}", one.tax) for one in totals.vat_summary]
    if totals.give_away:
        text.append(row("Goods free of charge (value)", totals.give_away))
    if totals.give_away_vat:
        text.append(row("  their VAT, in the total", totals.give_away_vat))
    text.append(row("Total", totals.total))
    if totals.deposit:
        text += [row("on account", totals.deposit), row("Balance due", totals.balance_due)]
    if draft.currency.code != session.desk.company.currency:
        whole = f"{amount(totals.company_total, 2)} {session.desk.company.currency}"
        text.append(f"{'in company currency':<34}{whole:>16}")
    try:
        dues = document_due_dates(draft, totals)
        if dues:
            text.append("")
        text += [
            f"{f'due {day(due.date)}  {due.payment_type} {due.term}'[:33]:<34}{amount(due.amount, decimals):>16}"
            for due in dues
        ]
    except DeskError as error:
        text += ["", f"! {error}"]
    # No commission is not 0 % (D-10.1).
    text += [
        f"{f'Commission {one.agent} {one.name}'[:33]:<34}"
        f"{'none' if one.amount is None else amount(one.amount, decimals):>16}"
        for one in totals.commissions
    ]
    if session.desk.sees_margin and totals.margin is not None:
        percent = "" if totals.margin_percent is None else f" ({amount(totals.margin_percent, 1)} %)"
        text.append(row(f"Margin{percent}", totals.margin))
    problems = [f"✗ {problem}" for problem in session.problems()]
    warnings = [f"! {warning}" for warning in session.warnings()]
    if problems or warnings:
        text += ["", *problems, *warnings]
    return text


def _spread(draft: OrderDraft, totals: Totals) -> list[tuple[str, Decimal, Decimal]]:
    """How the final discounts fall on several VAT codes: code, net before them, share (D-7 step 3)."""
    nets: dict[str, Decimal] = {}
    found: dict[str, Decimal] = {}
    for line, share in zip(draft.lines, totals.final_shares, strict=True):
        if line.line_type in ITEM_LINES:
            code = line.vat.code if line.vat else ""
            nets[code] = nets.get(code, ZERO) + line.net
            found[code] = found.get(code, ZERO) + share
    return [(code, nets[code], share) for code, share in found.items()] if len(found) > 1 else []


def conflict_text(session: OrderSession, form: LocaleForm) -> list[str]:
    """Who changed it while it was open here, and every field that differs (D-12.7); runs in a thread."""
    desk, kind, mine = session.desk, session.kind, session.typed
    who, when = kind.last_change(desk, mine.draft.id)
    was, becomes = kind.changes(kind.read_row(desk, mine.draft.id), mine)
    local = desk.local(when)
    text = [f"{who} saved it on {format_date(local.date(), form)} at {local:%H:%M}. Nothing was overwritten.", ""]
    text += [f"{name}: theirs {was.get(name)!s}, yours {becomes.get(name)!s}" for name in sorted({*was, *becomes})]
    return [
        *text,
        "",
        "F3 leaves and puts your version on hold: nothing typed is lost. "
        f"Open the {session.kind.word} again for theirs.",
    ]
