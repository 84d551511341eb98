"""*Update prices* (D-4.9) and *recalculate commissions* (D-10.2): one order, some, or all that a filter shows.

Both are changes like those of `line_changes`: previewed, applied, stopped and taken back by `mass_changes`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from fluorders_tui.data.store import Connection
from fluorders_tui.domain.errors import Refused
from fluorders_tui.domain.forcing import renew_agents
from fluorders_tui.domain.money import fixed, plain
from fluorders_tui.domain.order import AgentShare, OrderDraft, OrderStatus
from fluorders_tui.domain.order_listing import OPEN_ORDERS, OrderFilter
from fluorders_tui.domain.permissions import Permission
from fluorders_tui.domain.price_updates import PriceChange, PriceDate, PriceUpdate, update_prices
from fluorders_tui.domain.totals import document_totals
from fluorders_tui.services.desk import Desk, check_permission
from fluorders_tui.services.line_changes import Amendment
from fluorders_tui.services.mass_changes import ChangedOrder, Difference, Meant
from fluorders_tui.services.order_list import OrderWindow
from fluorders_tui.services.orders import find_order
from fluorders_tui.services.pricing_sources import PricingSources

__all__ = [
    "CommissionsRenewed",
    "PriceDate",
    "PricesUpdated",
    "orders_by_number",
    "orders_of_filter",
    "renewed_draft",
    "updated_draft",
]

#: Orders that one update may concern.
MOST_ORDERS = 100_000

#: Orders whose rows are read at once.
_PAGE = 1_000

_WITH_COMMISSION = frozenset(OrderStatus) - {OrderStatus.DRAFT, OrderStatus.CANCELLED, OrderStatus.ARCHIVED}


@dataclass(frozen=True, slots=True)
class PricesUpdated(Amendment):
    """Lines priced again `by` document or delivery date (D-4.9), only those without executed parts unless asked.

    `with_manual` includes prices typed by hand or agreed in another document.
    """

    by: PriceDate = PriceDate.DOCUMENT
    only_unexecuted: bool = True
    with_manual: bool = False

    @property
    def about(self) -> str:
        also = [] if self.only_unexecuted else ["partially executed lines too"]
        also += ["manual prices too"] if self.with_manual else []
        return ", ".join([f"prices updated by {self.by.value}", *also])

    @property
    def permission(self) -> Permission:
        return Permission.HAND_PRICES

    def apply(
        self, desk: Desk, connection: Connection, sources: PricingSources, draft: OrderDraft, indexes: Sequence[int]
    ) -> ChangedOrder:
        made = self.priced(desk, connection, sources, draft)
        if len(indexes) < len(draft.lines):
            made = _only(draft, made, set(indexes))
        shown = tuple(_difference(made.draft, change) for change in made.changes)
        # Lines that the options leave alone are no refusals: nobody meant them.
        refused = tuple(one for one in made.kept if one.error.rule not in ("D-4.9", "D-4.6"))
        return ChangedOrder(made.draft, shown, refused)

    def priced(self, desk: Desk, connection: Connection, sources: PricingSources, draft: OrderDraft) -> PriceUpdate:
        """The draft priced again, with what the options keep."""
        conditions = sources.conditions(connection, draft.customer)
        cards = sources.cards(connection, conditions, [line.item for line in draft.lines])
        return update_prices(
            draft,
            conditions,
            cards,
            by=self.by,
            only_unexecuted=self.only_unexecuted,
            with_manual=self.with_manual,
            checks=desk.checks,
        )


def _only(draft: OrderDraft, made: PriceUpdate, indexes: set[int]) -> PriceUpdate:
    lines = tuple(
        new if place in indexes else old
        for place, (old, new) in enumerate(zip(draft.lines, made.draft.lines, strict=True))
    )
    return PriceUpdate(
        replace(made.draft, lines=lines),
        tuple(one for one in made.changes if one.number - 1 in indexes),
        tuple(one for one in made.kept if one.number - 1 in indexes),
    )


def _difference(draft: OrderDraft, change: PriceChange) -> Difference:
    line = draft.lines[change.number - 1]
    decimals = draft.currency.decimals

    def shown(price: Decimal, discounts: str, net: Decimal) -> str:
        return f"{plain(price)}{f' less {discounts}' if discounts else ''} = {fixed(net, decimals)}"

    return Difference(
        change.number,
        line.item,
        line.description,
        shown(change.old_price, change.old_discounts, change.old_net),
        shown(change.new_price, change.new_discounts, change.new_net),
        change.reason,
    )


def updated_draft(desk: Desk, draft: OrderDraft, change: PricesUpdated) -> PriceUpdate:
    """A draft that is being typed, priced again; nothing is written. Raises `Invalid` for an unknown customer."""
    with desk.store.read() as connection:
        return change.priced(desk, connection, PricingSources(desk), draft)


@dataclass(frozen=True, slots=True)
class CommissionsRenewed(Amendment):
    """The agents that the customer's conditions give an order on its date, and their commissions (D-10.2, P-72).

    `own_too` puts lines with agents of their own under the header's again. What the customer pays stays, so
    executed orders may be renewed, and no revision is made.
    """

    own_too: bool = False

    @property
    def about(self) -> str:
        return f"commissions recalculated{', agents of lines too' if self.own_too else ''}"

    @property
    def permission(self) -> Permission:
        return Permission.RECALCULATE

    @property
    def allowed(self) -> frozenset[OrderStatus]:
        return _WITH_COMMISSION

    @property
    def revised(self) -> bool:
        return False

    def apply(
        self, desk: Desk, connection: Connection, sources: PricingSources, draft: OrderDraft, indexes: Sequence[int]
    ) -> ChangedOrder:
        made = self.renewed(connection, sources, draft)
        if (made.agents, made.lines) == (draft.agents, draft.lines):
            return ChangedOrder(draft)
        before, after = _commissions(desk, draft), _commissions(desk, made)
        return ChangedOrder(made, (Difference(0, "", "agents", before, after),))

    def renewed(self, connection: Connection, sources: PricingSources, draft: OrderDraft) -> OrderDraft:
        """The draft with its agents renewed."""
        conditions = sources.conditions(connection, draft.customer, draft.date)
        return renew_agents(draft, conditions.agents, own_too=self.own_too)


def renewed_draft(desk: Desk, draft: OrderDraft, change: CommissionsRenewed) -> OrderDraft:
    """A draft that is being typed, with its agents renewed; nothing is written.

    Raises `NotAllowed` (P-72) as for many orders, and `Invalid` for an unknown customer.
    """
    check_permission(desk, change.permission, rule="P-72", field="agents")
    with desk.store.read() as connection:
        return change.renewed(connection, PricingSources(desk), draft)


def _commissions(desk: Desk, draft: OrderDraft) -> str:
    company = desk.company
    totals = document_totals(
        draft,
        company_decimals=company.currency_decimals,
        commission_on_give_aways=company.commission_give_aways,
    )
    percents: dict[str, AgentShare] = {share.agent: share for share in draft.agents}
    told = []
    for one in totals.commissions:
        share = percents.get(one.agent)
        percent = f" {plain(share.percent)} %" if share is not None and share.percent is not None else ""
        amount = "none" if one.amount is None else fixed(one.amount, draft.currency.decimals)
        told.append(f"{one.agent}{percent}: {amount}")
    return ", ".join(told) or "no agent"


def orders_by_number(desk: Desk, numbers: Sequence[str]) -> Meant:
    """All lines of the orders with these numbers. Raises `Invalid` for an unknown one."""
    with desk.store.read() as connection:
        return dict.fromkeys(find_order(connection, number) for number in numbers)


def orders_of_filter(desk: Desk, wanted: OrderFilter = OPEN_ORDERS) -> Meant:
    """All lines of the orders that a filter shows. Raises `Refused` beyond `MOST_ORDERS` (P-75)."""
    window = OrderWindow(desk, wanted)
    found: dict[int, None] = {}
    start = 0
    while rows := window.rows(start, start + _PAGE):
        found.update((row.id, None) for row in rows)
        start += _PAGE
        if len(found) > MOST_ORDERS:
            raise Refused(
                f"These are more than {MOST_ORDERS:,} orders.",
                field="orders",
                rule="P-75",
                hint="Narrow the filter, and change them in several steps.",
            )
    return found
