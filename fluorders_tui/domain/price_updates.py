"""*Update prices*: an order priced again by document date or by each line's delivery date (D-4.9).

Looked up again are price, the discounts that come with it, and discount policies; discounts of the
header stay (D-3.2), and so do those typed on a line. Where the rule is silent:

- A line executed in full is never priced again: it was delivered at its price.
- Prices from another document were agreed like those typed by hand: both follow `with_manual`.
- The value put on a give-away by hand stays always; components included in a kit are such lines.
- By delivery date the line's date counts, else the header's, else the document's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from fluorders_tui.domain.conditions import CustomerConditions, ItemCard, LineChecks
from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.entry import keeps_price, price_again
from fluorders_tui.domain.errors import Refused
from fluorders_tui.domain.line_checks import USUAL_CHECKS
from fluorders_tui.domain.mass_changes import LineRefusal
from fluorders_tui.domain.money import plain
from fluorders_tui.domain.order import NO_PRICE, LineType, OrderDraft, OrderLine, PriceOrigin
from fluorders_tui.domain.pricing import explain_price


class PriceDate(StrEnum):
    """The day whose lists and policies count (D-4.9)."""

    DOCUMENT = "document date"
    DELIVERY = "delivery date"


@dataclass(frozen=True, slots=True)
class PriceChange:
    """A line priced again, by number from 1: unit price, discounts as text, and net, before and after.

    `reason` says where the new price is from, as *why this price?* does.
    """

    number: int
    old_price: Decimal
    old_discounts: str
    old_net: Decimal
    new_price: Decimal
    new_discounts: str
    new_net: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class PriceUpdate:
    """The draft priced again. `kept` are lines with an item that stay as they are, and why.

    A line that was looked up and found unchanged is in neither list.
    """

    draft: OrderDraft
    changes: tuple[PriceChange, ...] = ()
    kept: tuple[LineRefusal, ...] = ()


def update_prices(
    draft: OrderDraft,
    conditions: CustomerConditions,
    cards: Mapping[str, ItemCard],
    *,
    by: PriceDate = PriceDate.DOCUMENT,
    only_unexecuted: bool = True,
    with_manual: bool = False,
    checks: LineChecks = USUAL_CHECKS,
) -> PriceUpdate:
    """The draft with its lines priced again (D-4.9); nothing is raised, what can't be is `kept` with its reason.

    `only_unexecuted` leaves lines alone of which a part was executed; `with_manual` includes prices typed
    by hand or taken from a document. Amounts stay in the draft's currency at its rate.
    """
    lines: list[OrderLine] = []
    changes: list[PriceChange] = []
    kept: list[LineRefusal] = []
    for number, line in enumerate(draft.lines, 1):
        if not line.item or line.line_type is LineType.NOTE:
            lines.append(line)
            continue
        try:
            _check(line, cards.get(line.item), only_unexecuted, with_manual)
            new = _priced(draft, line, conditions, cards[line.item], by, checks)
        except Refused as error:
            kept.append(LineRefusal(number, error))
            lines.append(line)
            continue
        lines.append(new)
        if (new.price, new.discounts, new.net) != (line.price, line.discounts, line.net):
            changes.append(_change(number, line, new))
    return PriceUpdate(replace(draft, lines=tuple(lines)), tuple(changes), tuple(kept))


_AGREED = {
    PriceOrigin.MANUAL: "Its price was typed by hand.",
    PriceOrigin.DOCUMENT: "Its price is the one of the document it was made from.",
}


def _check(line: OrderLine, card: ItemCard | None, only_unexecuted: bool, with_manual: bool) -> None:
    if line.executed and line.executed >= line.quantity:
        raise Refused("It was executed at its price.", field="executed", rule="D-4.9")
    if line.executed and only_unexecuted:
        raise Refused(
            f"{plain(line.executed)} of {plain(line.quantity)} were executed already.",
            field="executed",
            rule="D-4.9",
            hint="Include lines that are partially executed.",
        )
    if keeps_price(line) and line.line_type is LineType.GIVE_AWAY:
        raise Refused("The value of this give-away was set by hand.", field="price", rule="D-4.6")
    if keeps_price(line) and not with_manual:
        raise Refused(
            _AGREED[line.price_source.origin],
            field="price",
            rule="D-4.6",
            hint="Include lines with manual prices.",
        )
    if card is None:
        raise Refused(f"{line.item} is no longer in the registry.", field="item", rule="D-2.5")


def _priced(
    draft: OrderDraft,
    line: OrderLine,
    conditions: CustomerConditions,
    card: ItemCard,
    by: PriceDate,
    checks: LineChecks,
) -> OrderLine:
    bare = replace(line, price_source=NO_PRICE) if keeps_price(line) else line
    return price_again(replace(draft, date=_date(draft, line, by)), bare, conditions, card, checks=checks)


def _date(draft: OrderDraft, line: OrderLine, by: PriceDate) -> dt.date:
    if by is PriceDate.DOCUMENT:
        return draft.date
    return line.delivery_date or draft.delivery_date or draft.date


def _change(number: int, old: OrderLine, new: OrderLine) -> PriceChange:
    return PriceChange(
        number,
        old.price,
        format_discounts(old.discounts),
        old.net,
        new.price,
        format_discounts(new.discounts),
        new.net,
        explain_price(new)[0],
    )
