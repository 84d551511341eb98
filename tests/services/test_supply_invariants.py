"""Whatever happens in whatever order: no more is promised than is open, and both sides tell the same (D-14.3)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest

from fluorders_tui.data.link_rows import LINK, link_from
from fluorders_tui.data.store import Store
from fluorders_tui.domain.errors import Conflict, Refused
from fluorders_tui.domain.links import DocumentKind, Link, SupplyMode, link_problems
from fluorders_tui.domain.money import ZERO
from fluorders_tui.domain.order import LineStatus
from fluorders_tui.domain.supplier_orders import OPEN, Confirmation
from fluorders_tui.domain.supply_sharing import supplier_line_ref
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.fast_start import fast_start
from fluorders_tui.services.linked import chain
from fluorders_tui.services.orders import change_order, open_order_row
from fluorders_tui.services.supplier_orders import (
    cancel,
    confirm,
    move_dates,
    open_supplier_order_row,
    receive_goods,
    take_back,
)
from fluorders_tui.services.supply_exceptions import exceptions, resolve
from fluorders_tui.services.supply_proposals import Asked, StockUse, order_supply, proposals
from fluorders_tui.services.supply_runs import supply_runs, undo_run
from fluorders_tui.services.supply_sharing import Share, Sharing, share_out
from tests.conftest import FixedClock
from tests.services.supply_shop import bought, check_counters, fill_supply_shop, ordered, rows, stock

DAY = dt.date(2026, 11, 24)
_CLOSED = (LineStatus.FORCED, LineStatus.CANCELLED)


class Clerk:
    """Does one thing after another as chance has it; what the rules refuse is not done."""

    def __init__(self, desk: Desk, chance: Random) -> None:
        self.desk, self.chance = desk, chance

    def any_of(self, table: str) -> int:
        return self.chance.choice([int(row["id"]) for row in rows(self.desk, f"SELECT id FROM {table} ORDER BY id")])

    def sell(self) -> None:
        ordered(self.desk, (self.chance.choice(["A-100", "A-110"]), self.chance.randint(1, 9)))

    def buy(self) -> None:
        bought(self.desk, ("A-100", self.chance.randint(1, 20)), ("A-110", 5))

    def propose(self) -> None:
        asked = Asked(
            stock_use=self.chance.choice([StockUse.ALWAYS, StockUse.SHORTAGE]), drop_ship=self.chance.random() < 0.4
        )
        order_supply(self.desk, proposals(self.desk, asked).rows)

    def share(self) -> None:
        mode = self.chance.choice(list(SupplyMode))
        part = Share(self.chance.randint(0, 1), self.chance.choice(["C0001", "C0002"]), Decimal(3))
        order_type = self.chance.choice(["STD", "WEB"])
        share_out(self.desk, self.any_of("supplier_order"), Sharing((part,), mode, order_type=order_type))

    def hear(self) -> None:
        """The supplier confirms less, or for another day."""
        said = Confirmation(Decimal(self.chance.randint(0, 9)), DAY + dt.timedelta(self.chance.randint(1, 40)))
        confirm(self.desk, self.any_of("supplier_order"), {0: said})

    def delay(self) -> None:
        move_dates(self.desk, self.any_of("supplier_order"), {0: DAY + dt.timedelta(self.chance.randint(1, 60))})

    def drop(self) -> None:
        cancel(self.desk, self.any_of("supplier_order"), "sold out", self.chance.choice([[0], None]))

    def receive(self) -> None:
        quantities = self.chance.choice([None, {0: Decimal(self.chance.randint(1, 6))}])
        receive_goods(self.desk, self.any_of("supplier_order"), quantities, consent=self.chance.random() < 0.3)

    def give_back(self) -> None:
        take_back(self.desk, self.any_of("supplier_order"), {0: Decimal(self.chance.randint(1, 4))})

    def change(self) -> None:
        draft = open_order_row(self.desk, self.any_of("customer_order")).draft
        line = replace(draft.lines[0], quantity=Decimal(self.chance.randint(1, 9)))
        change_order(self.desk, replace(draft, lines=(line, *draft.lines[1:])))

    def decide(self) -> None:
        waiting = exceptions(self.desk)
        if waiting:
            one = self.chance.choice(waiting)
            resolve(self.desk, one.link_id, one.exception.kind, self.chance.choice(one.exception.choices))

    def undo(self) -> None:
        found = [run for run in supply_runs(self.desk) if run.undone_at is None]
        if found:
            undo_run(self.desk, self.chance.choice(found).id)

    def act(self) -> None:
        does: Callable[[], None] = self.chance.choice(
            [self.sell, self.propose, self.share, self.hear, self.delay, self.drop, self.receive, self.receive,
             self.give_back, self.change, self.decide, self.decide, self.undo, self.buy]
        )  # fmt: skip
        with suppress(Refused):
            does()


def stored_links(desk: Desk) -> list[Link]:
    with desk.store.read() as connection:
        return [link_from(row) for row in connection.execute(LINK.select().order_by(LINK.c.id))]


def check(desk: Desk) -> None:
    """No line is linked beyond what is open; what came through links was received, and what was shipped executed."""
    links = [link for link in stored_links(desk) if link.supplier_line is not None]
    limits = {}
    received: dict[int, Decimal] = {}
    kept: dict[str, Decimal] = defaultdict(lambda: ZERO)
    shipped: dict[int, Decimal] = defaultdict(lambda: ZERO)
    through: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for link in links:
        line = link.supplier_line
        assert line is not None
        through[line.line] += link.done
        if link.mode is SupplyMode.DROP_SHIP:
            shipped[link.customer_line.line] += link.done
    for row in rows(desk, "SELECT id FROM supplier_order"):
        draft = open_supplier_order_row(desk, row["id"]).draft
        for bought_line in draft.lines:
            limits[supplier_line_ref(draft, bought_line)] = bought_line.open_in_main if draft.status in OPEN else ZERO
            received[bought_line.id] = bought_line.received
            kept[bought_line.item] += bought_line.received
    ends = {link.customer_line for link in links}
    for ref in ends:
        order = open_order_row(desk, ref.document)
        for sold, status in zip(order.draft.lines, order.line_statuses, strict=True):
            if sold.id == ref.line:
                limits[ref] = ZERO if status in _CLOSED else sold.quantity - sold.executed
                assert sold.executed == shipped[sold.id]
    assert link_problems(links, limits) == ()
    for line_id, quantity in through.items():
        assert quantity <= received.get(line_id, ZERO)
    for item, quantity in stock(desk).items():
        assert ZERO <= quantity <= kept[item]
    check_counters(desk)


@pytest.mark.parametrize("seed", [0, 3, 7, 23])
def test_both_sides_stay_true(sqlite_desk: Desk, seed: int) -> None:
    fill_supply_shop(sqlite_desk)
    clerk = Clerk(sqlite_desk, Random(seed))
    clerk.sell()
    clerk.buy()
    for _ in range(60):
        clerk.act()
        check(sqlite_desk)
    orders = rows(sqlite_desk, "SELECT id FROM customer_order")
    seen = [one for row in orders for one in chain(sqlite_desk, DocumentKind.ORDER, row["id"])]
    assert len(seen) == len(stored_links(sqlite_desk))


def test_four_desks_at_once(postgres_url: str, clock: FixedClock) -> None:
    """They wait for each other's rows, never in a circle, and are told what another one decided first."""
    store = Store(postgres_url)
    fast_start(store, country="IT", company="Prova Srl", user="anna", clock=clock)
    desk = open_desk(store, "anna", clock=clock)
    fill_supply_shop(desk)
    first = Clerk(desk, Random(1))
    first.sell()
    first.buy()
    first.propose()

    def work(number: int) -> None:
        clerk = Clerk(replace(desk, user=f"clerk {number}"), Random(number))
        for _ in range(25):
            with suppress(Conflict):
                clerk.act()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    check(desk)
    store.dispose()
