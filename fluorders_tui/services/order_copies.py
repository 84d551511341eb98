"""A new order like an earlier one, for the same or another customer (D-12.8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fluorders_tui.domain.conditions import CustomerConditions, ItemCard
from fluorders_tui.domain.copying import copy_order
from fluorders_tui.domain.errors import Refused
from fluorders_tui.domain.notices import Notice
from fluorders_tui.domain.order import OrderDraft
from fluorders_tui.services.conditions import currency, customer_conditions, item_cards
from fluorders_tui.services.desk import Desk

__all__ = ["Copied", "duplicate"]


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy to be entered, what is told about it, and the conditions and cards it was made under."""

    draft: OrderDraft
    notices: tuple[Notice, ...]
    conditions: CustomerConditions
    cards: Mapping[str, ItemCard]


def duplicate(desk: Desk, source: OrderDraft, *, customer: str = "", reprice: bool = False) -> Copied:
    """A draft of today like `source`: unapproved, unlocked, undated, without links; nothing is written.

    Raises `Invalid` for an unknown customer, `Refused` for an inactive one and where nothing of it can be sold.
    """
    conditions = customer_conditions(desk, customer or source.customer)
    cards = item_cards(desk, list(dict.fromkeys(line.item for line in source.lines if line.item)), conditions)
    made = copy_order(
        source,
        date=desk.today(),
        conditions=conditions,
        cards=cards,
        reprice=reprice,
        currency=currency(desk, source.currency.code, desk.today()),
        checks=desk.checks,
    )
    if not made.draft.lines:
        why = " ".join(one.text for one in made.notices) or "It has no lines."
        raise Refused(why, field="lines", rule="D-12.8")
    return Copied(made.draft, made.notices, conditions, cards)
