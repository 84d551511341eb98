"""Orders at random, by a clerk and two supervisors: no credit is exceeded without a recorded decision (D-11, D-16)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal

from hypothesis import Phase
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import text

from fluorders_tui.data.credit_rows import standings
from fluorders_tui.data.store import Store
from fluorders_tui.domain.errors import DeskError
from fluorders_tui.domain.order import LineStatus, OrderStatus
from fluorders_tui.services.approvals import approve, ask_release, reject, waiting
from fluorders_tui.services.deliveries import Asked as Delivery
from fluorders_tui.services.deliveries import deliver
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.fast_start import fast_start
from fluorders_tui.services.order_life import Asked, OrderStep, take
from fluorders_tui.services.orders import enter_order, open_order_row
from fluorders_tui.services.registries import get_row, list_rows
from fluorders_tui.services.registry_saving import save_row
from tests.conftest import FixedClock
from tests.services.credit_shop import person, pieces, set_customer, with_quantity
from tests.services.machines import copies_of, run_on_desks
from tests.shop import fill_shop

S = OrderStatus
USING = (S.ENTERED, S.CONFIRMED, S.PARTIAL)
LIMIT = {"C0001": Decimal("200"), "C0002": Decimal("100")}
GROUP_LIMIT = Decimal("250")
WHICH = st.integers(0, 30)
STEPS = st.sampled_from([OrderStep.CONFIRM, OrderStep.CONFIRM, OrderStep.REOPEN, OrderStep.CANCEL])
BY = st.sampled_from(["anna", "carla", "dario"])


class Trusting(RuleBasedStateMachine):
    desk: Desk

    def __init__(self) -> None:
        super().__init__()
        self.refused = 0

    def by(self, name: str) -> Desk:
        return replace(self.desk, user=name, role="clerk" if name == "anna" else "supervisor")

    def order(self, which: int) -> int | None:
        with self.desk.store.read() as connection:
            rows = list(connection.execute(text("SELECT id FROM customer_order ORDER BY id")).scalars())
        return rows[which % len(rows)] if rows else None

    @contextmanager
    def maybe(self) -> Iterator[None]:
        """A rule may say no; then nothing has happened but an order held back."""
        try:
            yield
        except DeskError:
            self.refused += 1

    @rule(quantity=st.integers(1, 12), customer=st.sampled_from(["C0001", "C0002"]), by=BY)
    def enter(self, quantity: int, customer: str, by: str) -> None:
        assert enter_order(self.by(by), pieces(self.desk, quantity, customer)).draft.status in (S.ENTERED, S.LOCKED)

    @rule(which=WHICH, quantity=st.integers(1, 15), by=BY)
    def amend(self, which: int, quantity: int, by: str) -> None:
        if (row := self.order(which)) is not None:
            with self.maybe():
                with_quantity(self.by(by), open_order_row(self.desk, row).draft, quantity)

    @rule(
        which=WHICH,
        by=BY,
        step=STEPS,
    )
    def step(self, which: int, by: str, step: OrderStep) -> None:
        if (row := self.order(which)) is not None:
            with self.maybe():
                take(self.by(by), row, Asked(step, reason="stock" if step is OrderStep.CANCEL else ""))

    @rule(which=WHICH)
    def goes_out(self, which: int) -> None:
        if (row := self.order(which)) is not None:
            with self.maybe():
                deliver(self.by("carla"), Delivery((row,)))

    @rule(which=WHICH)
    def asks(self, which: int) -> None:
        if (row := self.order(which)) is not None:
            with self.maybe():
                ask_release(self.by("anna"), row)

    @rule(by=st.sampled_from(["carla", "dario"]), agree=st.booleans())
    def decides(self, by: str, agree: bool) -> None:
        orders = [one.order_id for one in waiting(self.by(by))]
        mine = {one.order_id for one in waiting(self.by(by), mine=True)}
        done = approve(self.by(by), orders, "ok") if agree else reject(self.by(by), orders, "no")
        for one in done:
            assert (one.error is None) == (one.order_id in mine), one

    @rule(customer=st.sampled_from(["C0001", "C0002"]), blocked=st.booleans())
    def block(self, customer: str, blocked: bool) -> None:
        set_customer(self.desk, customer, [{"blocked_for": "both", "reason": "unpaid"}] if blocked else [])

    @invariant()
    def credit_is_never_exceeded_without_a_decision(self) -> None:
        with self.desk.store.read() as connection:
            orders = connection.execute(
                text(
                    "SELECT o.id, o.customer_code, o.status, o.company_total_minor, o.company_open_minor, EXISTS ("
                    " SELECT 1 FROM approval a WHERE a.order_id = o.id AND a.state = 'approved'"
                    " AND a.kind = 'credit limit' AND EXISTS (SELECT 1 FROM approval_vote v WHERE v.approval_id = a.id"
                    ' AND v.approved AND v."user" NOT IN (o.entered_by, a.caused_by))) AS authorised,'
                    " EXISTS (SELECT 1 FROM approval a WHERE a.order_id = o.id AND a.state = 'waiting') AS waiting"
                    " FROM customer_order o"
                )
            ).all()
            known = standings(connection, list(LIMIT))
        unauthorised = {code: Decimal(0) for code in LIMIT}
        using = {code: Decimal(0) for code in LIMIT}
        for order in orders:
            held = order.status in (S.LOCKED.value, S.WAITING.value)
            assert bool(order.waiting) == held, "exactly the held orders wait for somebody"
            if order.status not in [one.value for one in USING]:
                continue
            amount = Decimal(order.company_open_minor).scaleb(-2)
            using[order.customer_code] += amount
            unauthorised[order.customer_code] += 0 if order.authorised else amount
        for code, limit in LIMIT.items():
            assert unauthorised[code] <= limit
            own, group = known[code].standing.accounts
            assert own.orders == using[code], "the fast sum is that of the orders"
            assert group.orders == sum(using.values())
        assert sum(unauthorised.values()) <= GROUP_LIMIT

    @invariant()
    def what_is_open_is_what_is_left(self) -> None:
        with self.desk.store.read() as connection:
            orders = connection.execute(
                text("SELECT id, status, company_total_minor, company_open_minor FROM customer_order")
            ).all()
        for order in orders:
            saved = open_order_row(self.desk, order.id)
            (line,), (status,) = saved.draft.lines, saved.line_statuses
            closed = status in (LineStatus.CANCELLED, LineStatus.FORCED, LineStatus.EXECUTED)
            if closed or order.status in (S.CANCELLED.value, S.ARCHIVED.value):
                assert order.company_open_minor == 0
            elif not line.executed:
                assert order.company_open_minor == order.company_total_minor


# Shrinking plays a failed history again for minutes; the history itself says enough.
PHASES = [Phase.generate]


def _filled(url: str) -> Desk:
    store, clock = Store(url), FixedClock()
    fast_start(store, country="IT", company="Prova Srl", user="admin", clock=clock)
    desk = open_desk(store, "admin", clock=clock)
    fill_shop(desk)
    save_row(desk, "customer-groups", {"code": "CHAIN", "name": "Chain", "credit_limit": str(GROUP_LIMIT)})
    for code, limit in LIMIT.items():
        set_customer(desk, code, credit_limit=str(limit), group="CHAIN")
    for name, role in (("anna", "clerk"), ("carla", "supervisor"), ("dario", "supervisor")):
        person(desk, name, role)
    warehouse = list_rows(desk, "warehouses").rows[0].code
    item = get_row(desk, "items", "A-100")
    save_row(desk, "items", {}, row_id=item.id, children={"stock": [{"warehouse": warehouse, "quantity": "10000"}]})
    return desk


def test_no_way_leads_past_the_limit_on_sqlite(sqlite_url: str) -> None:
    with copies_of(_filled(sqlite_url), "admin") as desk:
        run_on_desks(Trusting, desk, 20, 22, phases=PHASES)


def test_no_way_leads_past_the_limit_on_postgresql(new_postgres: Callable[[], str]) -> None:
    run_on_desks(Trusting, lambda: _filled(new_postgres()), 1, 30, phases=PHASES)
