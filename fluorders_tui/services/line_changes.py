"""What can be done to many lines at once (D-17.4): date, price, quantity, discounts, note, list, agent, and forcing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from fluorders_tui.data.order_line_list import orders_of_lines
from fluorders_tui.data.order_rows import line_statuses
from fluorders_tui.data.price_list_rows import lists_of_type
from fluorders_tui.data.store import Connection
from fluorders_tui.data.terms import agent_names
from fluorders_tui.domain.amounts import check_size
from fluorders_tui.domain.discounts import parse_discounts
from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.forcing import force_lines
from fluorders_tui.domain.mass_changes import (
    LineChange,
    MassChange,
    move_delivery,
    set_commission,
    set_discounts,
    set_line_agents,
    set_note,
    set_price,
    set_quantity,
    take_list,
    vary_price,
)
from fluorders_tui.domain.money import ZERO, plain
from fluorders_tui.domain.order import AgentShare, OrderDraft, OrderStatus
from fluorders_tui.domain.permissions import Permission
from fluorders_tui.domain.price_raising import Variation
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.mass_changes import ChangedOrder, Difference, Meant
from fluorders_tui.services.orders import CHANGEABLE
from fluorders_tui.services.pricing_sources import PricingSources

__all__ = [
    "Amendment",
    "DeliveryMoved",
    "DiscountsSet",
    "Forced",
    "LineAgentSet",
    "ListTaken",
    "NoteSet",
    "PriceSet",
    "PriceVaried",
    "QuantitySet",
    "meant_lines",
    "meant_orders",
]

_EXECUTABLE = frozenset({OrderStatus.CONFIRMED, OrderStatus.PARTIAL})


def meant_lines(desk: Desk, line_ids: Sequence[int]) -> Meant:
    """These lines, by their orders."""
    with desk.store.read() as connection:
        return orders_of_lines(connection, line_ids)


def meant_orders(order_ids: Iterable[int]) -> Meant:
    """All lines of these orders."""
    return dict.fromkeys(order_ids)


class Amendment:
    """What most changes share: they amend orders that may still be changed (D-12.5)."""

    __slots__ = ()

    @property
    def permission(self) -> Permission:
        return Permission.CHANGE

    @property
    def allowed(self) -> frozenset[OrderStatus]:
        return CHANGEABLE

    @property
    def revised(self) -> bool:
        return True

    def check(self, desk: Desk, connection: Connection) -> None:
        """Nothing that was typed can be wrong for all lines."""


class _PriceChange(Amendment):
    """Those that set prices or discounts."""

    __slots__ = ()

    @property
    def permission(self) -> Permission:
        return Permission.HAND_PRICES


def _changed(made: MassChange) -> ChangedOrder:
    return ChangedOrder(made.draft, differences(made.draft, made.changed), made.refused)


def differences(draft: OrderDraft, changed: Iterable[LineChange]) -> tuple[Difference, ...]:
    """The changes of lines with what the lines are."""
    found = []
    for one in changed:
        line = draft.lines[one.number - 1]
        found.append(Difference(one.number, line.item, line.description, one.before, one.after))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class DeliveryMoved(Amendment):
    """Delivery on the day `to`, or `days` later (earlier when negative); to the next open day of the calendar."""

    to: dt.date | None = None
    days: int = 0

    @property
    def about(self) -> str:
        if self.to is not None:
            return f"delivery on {self.to}"
        return f"delivery {abs(self.days)} days {'later' if self.days > 0 else 'earlier'}"

    @property
    def permission(self) -> Permission:
        return Permission.MOVE_DELIVERIES

    def check(self, desk: Desk, connection: Connection) -> None:
        if (self.to is None) == (self.days == 0):
            raise Invalid("Give either a date or a number of days.", field="delivery_date", rule="D-6.4")

    def apply(
        self, desk: Desk, connection: Connection, sources: PricingSources, draft: OrderDraft, indexes: Sequence[int]
    ) -> ChangedOrder:
        calendar = desk.checks.calendar if self.to is None else None
        return _changed(
            move_delivery(draft, indexes, to=self.to, days=self.days, calendar=calendar, checks=desk.checks)
        )


@dataclass(frozen=True, slots=True)
class PriceSet(_PriceChange):
    """The same price on every line, in its order's currency and its own unit (D-4.6)."""

    price: Decimal

    @property
    def about(self) -> str:
        return f"price {plain(self.price)}"

    def check(self, desk: Desk, connection: Connection) -> None:
        check_size(self.price, "price")

    def apply(
        self, desk: Desk, connection: Connection, sources: PricingSources, draft: OrderDraft, indexes: Sequence[int]
    ) -> ChangedOrder:
        return _changed(set_price(draft, indexes, self.price, checks=desk.checks))


@dataclass(frozen=True, slots=True)
class PriceVaried(_PriceChange):
    """Prices raised, or lowered when negative, by percent or by an amount of the order's currency.

    A price keeps as many decimals as it had, at least those of the currency and of the amount (P-77).
    """

    value: Decimal
    is_amount: bool = False

    @property
    def about(self) -> str:
        sign = "+" if self.value > 0 else ""
        return f"price {sign}{plain(self.value)}{'' if self.is_amount else ' %'}"

    def check(self, desk: Desk, connection: Connection) -> None:
        check_size(self.value, "price")
        if self.value == ZERO:
            raise Invalid("By 0 no price changes.", field="price", rule="D-4.10")

    def apply(
        self, desk: Desk, connection: Connection, sources: PricingSources, draft: OrderDraft, indexes: Sequence[int]
    ) -> ChangedOrder:
        variation = Variation(self.value, self.is_amount)
        return _changed(vary_price(draft, indexes, variation, None, checks=desk.checks))


def _together(draft: OrderDraft, parts: Sequence[MassChange]) -> ChangedOrder:
    """Several changes, each of the draft that the one before made, as one."""
    made = parts[-1].draft if parts else draft
    changed = sorted((one for part in parts for one in part.changed), key=lambda one: one.number)
    refused = sorted((one for part in parts for one in part.refused), key=lambda one: one.number)
    return ChangedOrder(made, differences(made, changed), tuple(refused))


@dataclass(frozen=True, slots=True)
class QuantitySet(Amendment):
    """The same quantity on every line, in its own unit; breaks are looked up again (D-4.6)."""

    quantity: Decimal

    @property
    def about(self) -> str:
        return f"quantity {plain(self.quantity)}"

    def check(self, desk: Desk, connection: Connection) -> None:
        if self.quantity <= 0:
            raise Invalid("The quantity must be more than 0.", field="quantity", rule="D-6.3")

    def apply(
        self, desk: Desk, connection: Connection, sources: PricingSources, draft: OrderDraft, indexes: Sequence[int]
    ) -> ChangedOrder:
        conditions = sources.conditions(connection, draft.customer)
        cards = sources.cards(connection, conditions, [draft.lines[index].item for index in indexes])
        return _changed(set_quantity(draft, indexes, self.quantity, conditions, cards, checks=desk.checks))


@dataclass(frozen=True, slots=True)
class DiscountsSet(_PriceChange):
    """Discounts as typed (D-5.1) on every line; an empty text takes all away."""

    text: str

    @property
    def about(self) -> str:
        return f"discount {self.text}" if self.text.strip() else "no discounts"

    def check(self, desk: Desk, connection: Connection) -> None:
        parse_discounts(self.text)

    def apply(
        self, desk: Desk, connection: Connection, sources: PricingSources, draft: OrderDraft, indexes: Sequence[int]
    ) -> ChangedOrder:
        return _changed(set_discounts(draft, indexes, self.text, sources.discount_types(connection)))


@dataclass(frozen=True, slots=True)
class NoteSet(Amendment):
    """Another note on every line, or one more line of it."""

    note: str
    append: bool = False

    @property
    def about(self) -> str:
        return f"note {'added' if self.append else 'set'}: {self.note}" if self.note else "no note"

    @property
    def permission(self) -> Permission:
        return Permission.MOVE_DELIVERIES

    def apply(
        self, desk: Desk, connection: Connection, sources: PricingSources, draft: OrderDraft, indexes: Sequence[int]
    ) -> ChangedOrder:
        return _changed(set_note(draft, indexes, self.note, append=self.append))


@dataclass(frozen=True, slots=True)
class ListTaken(_PriceChange):
    """Prices and discounts of one price list, whether the customers have it or not (D-4.5, D-17.4)."""

    price_list: str

    @property
    def about(self) -> str:
        return f"prices of list {self.price_list}"

    def check(self, desk: Desk, connection: Connection) -> None:
        if not lists_of_type(connection, self.price_list):
            raise Invalid(f"There is no price list of type {self.price_list!r}.", field="price_list", rule="D-4.1")

    def apply(
        self, desk: Desk, connection: Connection, sources: PricingSources, draft: OrderDraft, indexes: Sequence[int]
    ) -> ChangedOrder:
        conditions = sources.conditions(connection, draft.customer, price_list=self.price_list)
        cards = sources.cards(connection, conditions, [draft.lines[index].item for index in indexes])
        return _changed(take_list(draft, indexes, self.price_list, conditions, cards, checks=desk.checks))


@dataclass(frozen=True, slots=True)
class LineAgentSet(Amendment):
    """One agent on every line, with a commission in percent or None for none (D-10.1); '' is the header's agents.

    Where the agent has the line already, only the commission changes, and other agents of the line stay.
    """

    agent: str = ""
    percent: Decimal | None = None

    @property
    def about(self) -> str:
        if not self.agent:
            return "agents as in the header"
        return f"agent {self.agent}, {'no commission' if self.percent is None else f'{plain(self.percent)} %'}"

    def check(self, desk: Desk, connection: Connection) -> None:
        if self.agent and self.agent not in agent_names(connection):
            raise Invalid(f"There is no agent {self.agent!r}.", field="agents", rule="D-10.1")
        if self.percent is not None and not ZERO <= self.percent <= 100:
            raise Invalid("A commission is from 0 to 100 %.", field="agents", rule="D-10.1")

    def apply(
        self, desk: Desk, connection: Connection, sources: PricingSources, draft: OrderDraft, indexes: Sequence[int]
    ) -> ChangedOrder:
        if not self.agent:
            return _changed(set_line_agents(draft, indexes, None))
        has = [index for index in indexes if any(one.agent == self.agent for one in _agents_of(draft, index))]
        others = set(indexes).difference(has)
        share = AgentShare(self.agent, self.percent, agent_names(connection)[self.agent])
        first = set_commission(draft, has, self.agent, self.percent)
        second = set_line_agents(first.draft, others, (share,))
        return _together(draft, (first, second))


def _agents_of(draft: OrderDraft, index: int) -> Sequence[AgentShare]:
    own = draft.lines[index].agents
    return draft.agents if own is None else own


@dataclass(frozen=True, slots=True)
class Forced(Amendment):
    """What is left of every line is closed, for a reason (D-15.2); supervisors and expediters do that (P-71)."""

    reason: str

    @property
    def about(self) -> str:
        return f"the rest closed: {self.reason}"

    @property
    def permission(self) -> Permission:
        return Permission.FORCE

    @property
    def allowed(self) -> frozenset[OrderStatus]:
        return _EXECUTABLE

    def check(self, desk: Desk, connection: Connection) -> None:
        if not self.reason.strip():
            raise Invalid("Closing what is left needs a reason.", field="reason", rule="D-15.2")

    def apply(
        self, desk: Desk, connection: Connection, sources: PricingSources, draft: OrderDraft, indexes: Sequence[int]
    ) -> ChangedOrder:
        made = force_lines(draft, line_statuses(connection, draft.id), indexes)
        return ChangedOrder(draft, differences(draft, made.changed), made.refused, made.statuses)
