"""Changes that turn one line into another: a substitute, goods free of charge, a tie of policies settled.

None of them touches a line of which something was executed (D-12.6): what was delivered stays what it was.
"""

from __future__ import annotations

from dataclasses import replace

from fluorders_tui.domain.amounts import with_amounts
from fluorders_tui.domain.conditions import CustomerConditions, ItemCard, LineChecks
from fluorders_tui.domain.discounts import collect_discounts
from fluorders_tui.domain.entry import make_give_away, make_line
from fluorders_tui.domain.errors import Refused
from fluorders_tui.domain.line_checks import USUAL_CHECKS
from fluorders_tui.domain.money import plain
from fluorders_tui.domain.order import DiscountSource, LineType, OrderDraft, OrderLine
from fluorders_tui.domain.pricing import policy_warnings

__all__ = ["choose_policy", "give_away", "substitute"]


def substitute(
    draft: OrderDraft,
    line: OrderLine,
    conditions: CustomerConditions,
    card: ItemCard,
    *,
    checks: LineChecks = USUAL_CHECKS,
) -> OrderLine:
    """The item of `card` in place of the line's, with its quantity, dates, note and agents (D-6.7), priced anew.

    The unit stays where the item has it, else its main unit counts. Goods free of charge stay so.
    Raises `Refused`, `Invalid` as `make_line`, and once a part is executed.
    """
    _refuse_executed(line, "item")
    if line.line_type is LineType.NOTE:
        raise Refused("A note has no item.", field="item", rule="D-6.1")
    unit = line.uom.code if any(uom.code == line.uom.code for uom in card.uoms) else ""
    made = make_line(draft, conditions, card, line.quantity, unit, checks=checks)
    if line.line_type is LineType.GIVE_AWAY:
        made = make_give_away(draft, made, vat_recourse=line.vat_recourse)
    return replace(
        made, ready_date=line.ready_date, delivery_date=line.delivery_date, note=line.note, agents=line.agents
    )


def give_away(draft: OrderDraft, line: OrderLine, *, vat_recourse: bool) -> OrderLine:
    """The goods of a line of the order free of charge, the customer paying their VAT or not (D-6.1, D-7 step 7).

    Raises `Refused` as `make_give_away`, and once a part is executed.
    """
    _refuse_executed(line, "line_type")
    return make_give_away(draft, line, vat_recourse=vat_recourse)


def choose_policy(draft: OrderDraft, line: OrderLine, policy: str, conditions: CustomerConditions) -> OrderLine:
    """The line with a tie of discount policies settled by the clerk (D-4.8, P-130).

    A decision by hand: the line's discounts stay as they are now, like typed ones, so that no later look-up
    undoes it. Raises `Refused` for a policy that isn't in the tie, and once a part is executed.
    """
    _refuse_executed(line, "discounts")
    source = line.price_source
    tied = source.policies_tied
    granted = next((one for one in conditions.policies.policies if one.code == policy), None)
    if policy not in tied or granted is None:
        raise Refused(
            f"{policy} is not among the tied policies.",
            field="discounts",
            rule="D-4.8",
            hint=f"They are: {', '.join(tied) or 'none'}.",
        )
    others = (one for one in line.discounts if one.source is not DiscountSource.POLICY)
    chain = collect_discounts(others, (replace(one, source=DiscountSource.POLICY) for one in granted.discounts))
    told, former = f"Discount policy {policy} was chosen at the desk among {', '.join(tied)}.", policy_warnings(tied)
    settled = replace(
        line,
        discounts=tuple(replace(one, source=DiscountSource.MANUAL) for one in chain),
        price_source=replace(source, policy="", policies_tied=(), tried=(told, *source.tried)),
        warnings=tuple(text for text in line.warnings if text not in former),
    )
    return with_amounts(settled, draft.currency.decimals)


def _refuse_executed(line: OrderLine, field: str) -> None:
    if line.executed:
        raise Refused(
            f"{plain(line.executed)} were executed already.",
            field=field,
            rule="D-12.6",
            hint="Split off what is left, and change that line.",
        )
