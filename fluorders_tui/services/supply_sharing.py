"""Customer orders from a supplier order (D-14.1): shown first, then written as one, with a link from line to line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from fluorders_tui.data.link_rows import add_links, add_run
from fluorders_tui.data.order_rows import line_statuses
from fluorders_tui.data.store import Connection, IntegrityError, Session
from fluorders_tui.data.supplier_order_rows import load_supplier_order
from fluorders_tui.domain.errors import Conflict, Invalid, Refused, Several
from fluorders_tui.domain.links import StoredDocument, SupplyMode, stored_links
from fluorders_tui.domain.money import EXACT
from fluorders_tui.domain.order import Address, OrderType
from fluorders_tui.domain.permissions import Permission
from fluorders_tui.domain.supplier_orders import SupplierOrderDraft
from fluorders_tui.domain.supply_sharing import (
    Buyer,
    Share,
    SharingPlan,
    plan_shares,
    supplier_line_ref,
    unlinked,
)
from fluorders_tui.services.conditions import customer_conditions, item_cards, order_type
from fluorders_tui.services.desk import Desk, check_permission
from fluorders_tui.services.orders import checked_totals, enter_within, open_order_row
from fluorders_tui.services.saved_order import SavedOrder
from fluorders_tui.services.supply_runs import RunKind, undo_run
from fluorders_tui.services.supply_sides import held_supplier_order, settle_lines, supply_links

__all__ = [
    "Share",
    "SharedOrders",
    "Sharing",
    "SharingPlan",
    "SupplyMode",
    "destination_of",
    "preview_sharing",
    "share_out",
    "undo_run",
    "unpromised",
]


@dataclass(frozen=True, slots=True)
class Sharing:
    """How lines of a supplier order are shared out: `markup` in percent on cost, None for the customers' own prices."""

    shares: tuple[Share, ...]
    mode: SupplyMode = SupplyMode.ON_DEMAND
    markup: Decimal | None = None
    order_type: str = ""
    date: dt.date | None = None


@dataclass(frozen=True, slots=True)
class SharedOrders:
    """The customer orders a sharing made, in the plan's order, and the run that undoes it."""

    run_id: int
    orders: tuple[SavedOrder, ...]


def unpromised(desk: Desk, order_id: int) -> tuple[Decimal, ...]:
    """What of each line is to come and promised to nobody yet, in the line's unit (D-14.3)."""
    with desk.store.read() as connection:
        draft = _loaded(connection, order_id)
        links = supply_links(connection, [supplier_line_ref(draft, line) for line in draft.lines])
    return tuple(EXACT.divide(unlinked(draft, line, links), line.uom.factor) for line in draft.lines)


def destination_of(desk: Desk, customer: str, code: str) -> Address:
    """One of a customer's destinations by code. Raises `Invalid`."""
    places = {place.code: place for place in customer_conditions(desk, customer).destinations if place.code}
    if code not in places:
        raise Invalid(
            f"{customer} has no destination {code!r}.",
            field="destination",
            rule="D-2.1",
            hint=f"Known: {', '.join(places)}." if places else "",
        )
    return places[code]


def preview_sharing(desk: Desk, order_id: int, sharing: Sharing) -> SharingPlan:
    """The customer orders that would come, and what is refused; nothing is written (D-14.1).

    Raises `Invalid` for an unknown order type, `Refused` for a customer who is not active any more.
    """
    with desk.store.read() as connection:
        draft = _loaded(connection, order_id)
    buyers, kind = _buyers(desk, draft, sharing), order_type(desk, sharing.order_type)
    with desk.store.read() as connection:
        return _plan(desk, connection, draft, sharing, buyers, kind)


def share_out(desk: Desk, order_id: int, sharing: Sharing, *, version: int = 0) -> SharedOrders:
    """Enter the customer orders of a sharing, all or none, each line linked to its supplier line (D-14.1).

    With `version` the supplier order must still be the one that was opened. Raises `Several` with every share that
    is refused, also where another desk shared the same goods out in the same moment, and what entering raises.
    """
    with desk.store.read() as connection:
        before = _loaded(connection, order_id)
    buyers, kind = _buyers(desk, before, sharing), order_type(desk, sharing.order_type)
    check_permission(desk, Permission.SUPPLY)
    try:
        with desk.store.write() as session:
            draft = held_supplier_order(session, order_id)
            if version and draft.version != version:
                raise Conflict(
                    "Somebody else changed this supplier order in the meantime.", rule="D-12.7", field="order"
                )
            plan = _plan(desk, session.connection(), draft, sharing, buyers, kind)
            if plan.refusals:
                raise plan.refusals[0] if len(plan.refusals) == 1 else Several(plan.refusals)
            if not plan.orders:
                raise Invalid("There is nothing to share out.", field="shares", rule="D-14.1")
            run_id, stored = _write(desk, session, draft, plan)
    except IntegrityError as error:
        raise Refused(
            "Another order got this number in the same moment.", rule="D-9.3b", field="number", hint="Save again."
        ) from error
    return SharedOrders(run_id, tuple(open_order_row(desk, one.id) for one in stored))


def _loaded(connection: Connection, order_id: int) -> SupplierOrderDraft:
    draft = load_supplier_order(connection, order_id)
    if draft is None:
        raise Invalid("This supplier order is not there any more.", field="number")
    return draft


def _buyers(desk: Desk, draft: SupplierOrderDraft, sharing: Sharing) -> Mapping[str, Buyer]:
    """The customers that there are; the plan refuses the shares of the others."""
    items = sorted({draft.lines[share.line].item for share in sharing.shares if 0 <= share.line < len(draft.lines)})
    found: dict[str, Buyer] = {}
    for customer in dict.fromkeys(share.customer for share in sharing.shares):
        try:
            conditions = customer_conditions(desk, customer, sharing.date)
        except Invalid:
            continue
        found[customer] = Buyer(conditions, item_cards(desk, items, conditions))
    return found


def _plan(
    desk: Desk,
    connection: Connection,
    draft: SupplierOrderDraft,
    sharing: Sharing,
    buyers: Mapping[str, Buyer],
    kind: OrderType,
) -> SharingPlan:
    links = supply_links(connection, [supplier_line_ref(draft, line) for line in draft.lines])
    return plan_shares(
        draft,
        sharing.shares,
        buyers,
        kind,
        sharing.date or desk.today(),
        sharing.mode,
        links=links,
        markup=sharing.markup,
        checks=desk.checks,
    )


def _write(
    desk: Desk, session: Session, draft: SupplierOrderDraft, plan: SharingPlan
) -> tuple[int, Sequence[StoredDocument]]:
    connection = session.connection()
    stored: list[StoredDocument] = []
    for number, order in enumerate(plan.orders, 1):
        totals = checked_totals(desk, order, f"[{number}]." if len(plan.orders) > 1 else "")
        saved = enter_within(desk, session, order, totals).draft
        stored.append(StoredDocument(saved.id, saved.number, tuple(line_statuses(connection, saved.id))))
    numbers = ", ".join(one.number for one in stored)
    run_id = add_run(session, RunKind.SHARING.value, desk.now(), desk.user, f"{draft.number}: {numbers}")
    links = stored_links(plan.links, stored)
    add_links(session, run_id, links)
    settle_lines(desk, session, [link.customer_line for link in links], {}, f"supplier order {draft.number}")
    return run_id, stored
