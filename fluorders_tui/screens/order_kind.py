"""What is typed on the order screen: a customer order, or an offer, which is the same and a little more (D-13.1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from fluorders_tui.domain.errors import DeskError
from fluorders_tui.domain.order import OrderDraft
from fluorders_tui.domain.readiness import draft_problems
from fluorders_tui.domain.totals import Totals
from fluorders_tui.screens.order_action_text import ACTIONS, FROM_ORDERS, Known
from fluorders_tui.services.conditions import customer_conditions, new_draft
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.order_changes import changes
from fluorders_tui.services.orders import (
    CHANGEABLE,
    change_order,
    enter_order,
    last_change,
    next_number,
    open_order,
    open_order_row,
)

if TYPE_CHECKING:
    from fluorders_tui.domain.conditions import CustomerConditions
    from fluorders_tui.domain.offers import OfferTerms
    from fluorders_tui.screens.order_action_plan import Plan, Planning

__all__ = ["ORDER", "Day", "Entered", "Kind", "OrderKind", "Typed"]


@dataclass(frozen=True, slots=True)
class Typed:
    """A document as it is typed; `terms` are what an offer has beside its draft, None for an order."""

    draft: OrderDraft
    terms: OfferTerms | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """A document that is in the database now; `again` says that this desk had entered it before (P-143)."""

    typed: Typed
    again: bool = False


Day = Callable[[dt.date | None], str]


class Kind(Protocol):
    """What an order and an offer do in their own ways. Methods that get the desk may ask the database, in a thread.

    They raise `DeskError`; `enter` and `change` write in one transaction.
    """

    @property
    def word(self) -> str:
        """`order`, as sentences have it."""
        ...

    @property
    def nobody(self) -> str:
        """What stands beside it until a customer is chosen."""
        ...

    @property
    def actions(self) -> Mapping[str, Known]:
        """The actions that can be typed into its item field, by name."""
        ...

    def planner(self, name: str) -> Callable[[Planning], Plan] | None:
        """What works out an action of its own; None for those that all documents share."""
        ...

    def title(self, typed: Typed, day: Day) -> str:
        """What a stored one is called on the first line of the screen; `day` writes dates."""
        ...

    def status(self, typed: Typed) -> str:
        """Where it stands, in a word or two."""
        ...

    def read_only(self, typed: Typed) -> str:
        """Why it can be read and not changed, '' where it can."""
        ...

    def start(self, desk: Desk) -> Typed:
        """An empty one of today."""
        ...

    def read(self, desk: Desk, number: str) -> Typed:
        """The stored one with this number."""
        ...

    def read_row(self, desk: Desk, row: int) -> Typed:
        """The stored one in this row as it is now."""
        ...

    def next_number(self, desk: Desk, typed: Typed) -> str:
        """The number it would get now, provisional (D-9.3b)."""
        ...

    def conditions(self, desk: Desk, typed: Typed) -> CustomerConditions | None:
        """What its customer or prospect brings; None where nobody was chosen yet."""
        ...

    def problems(self, desk: Desk, typed: Typed, totals: Totals) -> tuple[DeskError, ...]:
        """What must be put right before it is entered; asks nothing."""
        ...

    def enter(self, desk: Desk, typed: Typed, entry: str) -> Entered:
        """Enter a new one; asked again under the same name, nothing is entered twice."""
        ...

    def change(self, desk: Desk, typed: Typed) -> Typed:
        """Save one that was opened and changed. Raises `Conflict` (D-12.7)."""
        ...

    def changes(self, before: Typed, after: Typed) -> tuple[dict[str, Any], dict[str, Any]]:
        """The fields that differ, as they were and as they become (D-12.7); asks nothing."""
        ...

    def last_change(self, desk: Desk, row: int) -> tuple[str, dt.datetime]:
        """Who saved the one in this row last, and when (UTC)."""
        ...


class OrderKind:
    """Customer orders."""

    word = "order"
    nobody = "Type a code or part of the name. F4 lists customers, F6 adds a new one."

    actions: Mapping[str, Known] = MappingProxyType({**ACTIONS, **FROM_ORDERS})

    def planner(self, name: str) -> Callable[[Planning], Plan] | None:
        """Reversing it into an offer (D-12.8)."""
        # Imported here: the screen opens without them, and the first action can wait a moment.
        from fluorders_tui.screens.order_action_offer import FROM_ORDER_ACTIONS

        return FROM_ORDER_ACTIONS.get(name)

    def title(self, typed: Typed, day: Day) -> str:
        """`Order 2026-00012 · confirmed · revision 2`."""
        draft = typed.draft
        changed = f" · revision {draft.revision}" if draft.revision else ""
        return f"Order {draft.number} · {draft.status.value}{changed}"

    def status(self, typed: Typed) -> str:
        """`confirmed`."""
        return typed.draft.status.value

    def read_only(self, typed: Typed) -> str:
        """Orders that are closed can be read only (D-12.3)."""
        draft = typed.draft
        if not draft.number or draft.status in CHANGEABLE:
            return ""
        return f"Order {draft.number} is {draft.status.value}: it can be read, not changed."

    def start(self, desk: Desk) -> Typed:
        """An empty order."""
        return Typed(new_draft(desk))

    def read(self, desk: Desk, number: str) -> Typed:
        """The order with this number. Raises `Invalid`."""
        return Typed(open_order(desk, number).draft)

    def read_row(self, desk: Desk, row: int) -> Typed:
        """The order in this row. Raises `Invalid`."""
        return Typed(open_order_row(desk, row).draft)

    def next_number(self, desk: Desk, typed: Typed) -> str:
        """Provisional (D-9.3b)."""
        return next_number(desk, typed.draft)

    def conditions(self, desk: Desk, typed: Typed) -> CustomerConditions | None:
        """The customer's. Raises `Invalid`, `Refused`."""
        draft = typed.draft
        return customer_conditions(desk, draft.customer, draft.date) if draft.customer else None

    def problems(self, desk: Desk, typed: Typed, totals: Totals) -> tuple[DeskError, ...]:
        """Everything that is wrong, in the order of the screen."""
        return draft_problems(typed.draft, desk.checks, totals)

    def enter(self, desk: Desk, typed: Typed, entry: str) -> Entered:
        """Number, rows, journal in one transaction (D-9.3)."""
        saved = enter_order(desk, typed.draft, entry)
        return Entered(Typed(saved.draft), saved.again)

    def change(self, desk: Desk, typed: Typed) -> Typed:
        """An amendment after confirmation (D-12.5)."""
        return Typed(change_order(desk, typed.draft).draft)

    def changes(self, before: Typed, after: Typed) -> tuple[dict[str, Any], dict[str, Any]]:
        """Header and lines."""
        return changes(before.draft, after.draft)

    def last_change(self, desk: Desk, row: int) -> tuple[str, dt.datetime]:
        """From the order's journal."""
        return last_change(desk, row)


ORDER: Kind = OrderKind()
