"""Whether a draft can be entered as an order: what is wrong with it, and what is only worth a look.

Line numbers in fields and notices count from 1, as on screen: `lines[3].quantity` is the third line.
"""

from __future__ import annotations

from collections.abc import Iterator

from fluorders_tui.domain.conditions import LineChecks
from fluorders_tui.domain.errors import DeskError, Invalid, Refused
from fluorders_tui.domain.line_checks import USUAL_CHECKS, check_dates, check_price, check_quantity, delivery_notices
from fluorders_tui.domain.money import plain
from fluorders_tui.domain.notices import Notice, notice_from
from fluorders_tui.domain.order import LineType, OrderDraft, OrderLine
from fluorders_tui.domain.payment_terms import document_due_dates
from fluorders_tui.domain.totals import Totals, check_totals, document_totals


def draft_problems(
    draft: OrderDraft,
    checks: LineChecks = USUAL_CHECKS,
    totals: Totals | None = None,
    *,
    document: str = "order",
) -> tuple[DeskError, ...]:
    """Everything that must be put right before the order is entered, in the order of the screen; none means it may be.

    Looks at customer (D-3.1), dates (D-6.4), each line (D-3.3, D-5.5, D-6), the document's totals (D-7)
    and the payment lines (D-8). `totals` spares computing them again; `document` is what a person calls it.
    Nothing is raised.
    """
    return tuple(_problems(draft, checks, totals, document))


def undecided_prices(draft: OrderDraft) -> tuple[Refused, ...]:
    """The lines whose price lists are tied (D-4.8): whoever types the order decides before it is entered."""
    return tuple(
        Refused(
            f"{' and '.join(line.price_source.tied)} have the same priority and different prices.",
            field=f"lines[{number}].price",
            rule="D-4.8",
            hint="Choose the list for this line, or type the price.",
        )
        for number, line in enumerate(draft.lines, 1)
        if line.price_source.tied and not line.executed
    )


def draft_warnings(
    draft: OrderDraft,
    checks: LineChecks = USUAL_CHECKS,
    totals: Totals | None = None,
    *,
    document: str = "order",
) -> tuple[Notice, ...]:
    """What the clerk should have seen, header first, then line by line; none of it stops the order.

    To the warnings kept in header and lines come a past delivery date (D-6.4), a missing payment
    (D-8.1) and a value below the customer's minimum (D-2.1), measured after final discounts in
    document currency.
    """
    found = [notice_from(text) for text in draft.warnings]
    if checks.past_delivery == "warn":
        found += delivery_notices(draft.delivery_date, draft.date, checks)
    if draft.customer and not draft.payments:
        found.append(Notice("D-8.1", f"The {document} has no payment terms."))
    if draft.minimum_value > 0 and any(line.line_type is not LineType.NOTE for line in draft.lines):
        try:
            figures = totals or document_totals(draft)
        except Refused:
            # Such a draft has a problem, which `draft_problems` names; its value is unknown.
            figures = None
        if figures is not None and figures.items_net - figures.final_discounts < draft.minimum_value:
            value = plain(figures.items_net - figures.final_discounts)
            code, minimum = draft.currency.code, plain(draft.minimum_value)
            message = f"The {document} is worth {value} {code}, the minimum is {minimum}."
            found.append(Notice("D-2.1", message))
    for number, line in enumerate(draft.lines, 1):
        found += [notice_from(text, number) for text in line.warnings]
    return tuple(found)


def _problems(draft: OrderDraft, checks: LineChecks, totals: Totals | None, document: str) -> Iterator[DeskError]:
    if not draft.customer:
        said = f"The {document} has no customer."
        yield Refused(said, field="customer", rule="D-3.1", hint="Choose the customer first.")
    try:
        check_dates(draft.ready_date, draft.delivery_date)
        if checks.past_delivery == "refuse":
            delivery_notices(draft.delivery_date, draft.date, checks)
    except Refused as error:
        yield error
    if all(line.line_type is LineType.NOTE for line in draft.lines):
        said = f"The {document} has no line."
        yield Refused(said, field="lines", rule="D-6.1", hint="Add at least one that is no note.")
    for number, line in enumerate(draft.lines, 1):
        for wrong in _line_problems(line, checks):
            place = f"lines[{number}].{wrong.field}"
            yield type(wrong)(wrong.message, field=place, rule=wrong.rule, hint=wrong.hint)
    try:
        figures = totals or document_totals(draft)
        check_totals(figures)
        document_due_dates(draft, figures)
    except Refused as error:
        yield error


def _line_problems(line: OrderLine, checks: LineChecks) -> Iterator[Refused]:
    if line.line_type is LineType.NOTE:
        return
    if line.line_type is LineType.CODED and not line.item:
        yield Invalid("A coded line needs an item.", field="item", rule="D-6.1")
    try:
        check_quantity(line.quantity, line.uom)
    except Refused as error:
        yield error
    try:
        check_price(line.price, line.line_type)
    except Refused as error:
        yield error
    if line.price == 0 and line.line_type in (LineType.CODED, LineType.UNCODED) and checks.zero_price == "refuse":
        hint = "Type the price, or make it a give-away."
        yield Refused("The price is 0.", field="price", rule="D-4.7", hint=hint)
    if line.net < 0 <= line.gross:
        yield Refused("The discounts take more than the line is worth.", field="discounts", rule="D-5.5")
    if line.vat is None:
        yield Refused("The line has no VAT code.", field="vat", rule="D-3.3", hint="Type one on the line.")
    try:
        check_dates(line.ready_date, line.delivery_date)
    except Refused as error:
        yield error
