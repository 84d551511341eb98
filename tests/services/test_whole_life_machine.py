"""The whole life of orders with what moves it at work: credit, decisions, deliveries and their undoing (D-11 to D-16).

The machine of orders' lives, with the services instead of bare steps: after each step the journal still replays to
what is stored, execution follows from quantities, and no credit is used up without a recorded decision.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

from hypothesis import Phase
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from fluorders_tui.domain.credit import USING_CREDIT
from fluorders_tui.domain.errors import DeskError
from fluorders_tui.domain.fulfilment import Part
from fluorders_tui.domain.order import OrderStatus
from fluorders_tui.services.approvals import approve, ask_release, reject, waiting
from fluorders_tui.services.deliveries import Asked as Delivery
from fluorders_tui.services.deliveries import deliver
from fluorders_tui.services.delivery_undo import undo
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.order_life import Asked, OrderStep, take
from fluorders_tui.services.registries import get_row, list_rows
from fluorders_tui.services.registry_saving import save_row
from tests.services.credit_shop import person, set_customer
from tests.services.machines import copies_of, run_on_desks
from tests.services.supply_shop import rows
from tests.services.test_order_life_machine import Lives, _filled, small

LIMIT = Decimal(120)


class WholeLives(Lives):
    """Beside them a second supervisor, who decides, and goods that really leave and come back."""

    @initialize()
    def begin(self) -> None:
        super().begin()
        self.boss = replace(self.desk, user="carla", role="supervisor")
        self.documents: list[int] = []
        # One that may leave and one that is locked, so that a short history has something to decide.
        take(self.clerk, min(self.entered), Asked(OrderStep.CONFIRM))
        self.enter(0, 6, 6)
        assert self.an_order(1).draft.status is OrderStatus.LOCKED

    @rule(which=small, place=small, quantity=st.integers(-1, 4))
    def deliver(self, which: int, place: int, quantity: int) -> None:
        """All that is open leaves, or so much of one line."""
        order = self.an_order(which)
        line = order.draft.lines[place % len(order.draft.lines)]
        parts = (Part(order.draft.id, line.id, Decimal(quantity)),) if quantity > 0 else None
        with self.refused_without_trace(order.draft.id):
            made = deliver(self.boss, Delivery((order.draft.id,), parts))
            self.documents += [row for row, _ in made.documents]

    @rule(which=small)
    def comes_back(self, which: int) -> None:
        if self.documents:
            document = self.documents[which % len(self.documents)]
            with suppress(DeskError):
                undo(self.boss, document, reason="wrong goods")
                self.documents.remove(document)

    @rule(which=small)
    def asks(self, which: int) -> None:
        row = self.an_order(which).draft.id
        with self.refused_without_trace(row):
            ask_release(self.clerk, row, "please")

    @rule(agree=st.booleans())
    def decides(self, agree: bool) -> None:
        orders = [one.order_id for one in waiting(self.boss)]
        if orders:
            approve(self.boss, orders, "ok") if agree else reject(self.boss, orders, "no")

    @invariant()
    def credit_is_never_exceeded_without_a_decision(self) -> None:
        using = ", ".join(f"'{status.value}'" for status in USING_CREDIT)
        (found,) = rows(
            self.desk,
            f"SELECT coalesce(sum(company_open_minor), 0) AS used FROM customer_order o WHERE status IN ({using})"
            " AND NOT EXISTS (SELECT 1 FROM approval a JOIN approval_vote v ON v.approval_id = a.id"
            " WHERE a.order_id = o.id AND a.state = 'approved' AND v.approved AND v.\"user\" <> o.entered_by)",
        )
        assert Decimal(int(found["used"])).scaleb(-2) <= LIMIT


def _trusting(url: str) -> Desk:
    """The desk of the lives, with a limit, a supervisor and goods on the shelf."""
    desk = _filled(url)
    set_customer(desk, "C0001", credit_limit=str(LIMIT))
    person(desk, "bruno", "clerk")
    person(desk, "carla", "supervisor")
    warehouse = list_rows(desk, "warehouses").rows[0].code
    for code in ("A-100", "A-110", "A-120"):
        item = get_row(desk, "items", code)
        save_row(desk, "items", {}, row_id=item.id, children={"stock": [{"warehouse": warehouse, "quantity": "9999"}]})
    return desk


def test_the_whole_life_on_sqlite(sqlite_url: str) -> None:
    with copies_of(_trusting(sqlite_url)) as desk:
        run_on_desks(WholeLives, desk, 12, 20, phases=[Phase.generate])


def test_the_whole_life_on_postgresql(new_postgres: Callable[..., str]) -> None:
    run_on_desks(WholeLives, lambda: _trusting(new_postgres()), 1, 25, phases=[Phase.generate])
