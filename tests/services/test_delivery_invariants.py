"""Whatever is delivered, shipped, undone, forced or reopened in whatever order: execution is what documents say."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from random import Random

import pytest

from fluorders_tui.data.fulfilment_rows import executed_by_documents
from fluorders_tui.data.status_counters import counted
from fluorders_tui.domain.errors import Conflict, DeskError, Refused
from fluorders_tui.domain.fulfilment import Part
from fluorders_tui.domain.lifecycle import LineProgress, execution_of, order_status_after
from fluorders_tui.domain.order import LineStatus
from fluorders_tui.services.deliveries import Asked, deliver
from fluorders_tui.services.delivery_undo import undo
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.order_life import Asked as StepAsked
from fluorders_tui.services.order_life import OrderStep, take
from fluorders_tui.services.orders import open_order_row
from fluorders_tui.services.supplier_orders import receive_goods, take_back
from fluorders_tui.services.supply_proposals import Asked as SupplyAsked
from fluorders_tui.services.supply_proposals import StockUse, order_supply, proposals
from tests.services.supply_shop import check_counters, fill_supply_shop, ordered, rows, set_stock, stock

_STATES = """
    SELECT o.id, o.status, o.execution, l.executed FROM customer_order o
    JOIN (SELECT order_id, sum(executed_micro) AS executed FROM customer_order_line GROUP BY order_id) l
    ON l.order_id = o.id ORDER BY o.id
"""


class Expediter:
    """Does one thing after another as chance has it; what the rules refuse is not done."""

    def __init__(self, desk: Desk, chance: Random) -> None:
        self.desk, self.chance = desk, chance
        self.received = Decimal(0)
        self.done: set[str] = set()

    def one(self, table: str, where: str = "1 = 1") -> int:
        return self.chance.choice(
            [int(row["id"]) for row in rows(self.desk, f"SELECT id FROM {table} WHERE {where} ORDER BY id")]
        )

    def sell(self) -> None:
        ordered(self.desk, ("A-100", self.chance.randint(1, 9)), ("A-110", self.chance.randint(1, 9)))

    def deliver_all(self) -> None:
        deliver(self.desk, Asked((self.one("customer_order"), self.one("customer_order"))))

    def deliver_part(self) -> None:
        order = open_order_row(self.desk, self.one("customer_order")).draft
        line = self.chance.choice(order.lines)
        force = self.chance.random() < 0.3
        deliver(self.desk, Asked((order.id,), (Part(order.id, line.id, Decimal(self.chance.randint(1, 5)), force),)))

    def undo_all(self) -> None:
        undo(self.desk, self.one("fulfilment_document"))

    def undo_part(self) -> None:
        document = self.one("fulfilment_document")
        lines = rows(self.desk, f"SELECT id FROM fulfilment_line WHERE document_id = {document}")
        undo(self.desk, document, {int(self.chance.choice(lines)["id"]): Decimal(self.chance.randint(1, 3))})

    def step(self) -> None:
        kind = self.chance.choice([OrderStep.FORCE, OrderStep.UNFORCE, OrderStep.CANCEL, OrderStep.ARCHIVE])
        reason = str(rows(self.desk, "SELECT code FROM cancel_reason ORDER BY code")[0]["code"])
        take(self.desk, self.one("customer_order"), StepAsked(kind, reason=reason))

    def drop_ship(self) -> None:
        found = proposals(self.desk, SupplyAsked(stock_use=StockUse.ALWAYS, drop_ship=True)).rows
        order_supply(self.desk, [self.chance.choice(found)])

    def receive(self) -> None:
        receive_goods(self.desk, self.one("supplier_order"), {0: Decimal(self.chance.randint(1, 4))})

    def give_back(self) -> None:
        take_back(self.desk, self.one("supplier_order"), {0: Decimal(self.chance.randint(1, 4))})

    def act(self) -> None:
        acts = [
            self.sell, self.deliver_all, self.deliver_part, self.deliver_part, self.undo_all, self.undo_part, self.step,
            self.drop_ship, self.receive, self.give_back,
        ]  # fmt: skip
        act = self.chance.choice(acts)
        with suppress(DeskError, IndexError):
            act()
            self.done.add(act.__name__)

    def check(self) -> None:
        for row in rows(self.desk, "SELECT id, status, execution FROM customer_order"):
            saved = open_order_row(self.desk, row["id"])
            with self.desk.store.read() as connection:
                told = executed_by_documents(connection, row["id"])
            assert [told.get(line.id, 0) for line in saved.draft.lines] == [one.executed for one in saved.draft.lines]
            progress = [
                LineProgress(
                    line.line_type,
                    line.quantity,
                    line.executed,
                    forced=status is LineStatus.FORCED,
                    cancelled=status is LineStatus.CANCELLED,
                )
                for line, status in zip(saved.draft.lines, saved.line_statuses, strict=True)
            ]
            assert saved.execution is execution_of(progress)
            assert saved.draft.status is order_status_after(saved.draft.status, saved.execution)
            assert all(0 <= one.executed <= one.quantity for one in progress)
        out = rows(self.desk, "SELECT coalesce(sum(stock_micro), 0) AS out FROM fulfilment_line")[0]["out"]
        # Drop-ship brings nothing into stock: what is not there is with customers.
        assert sum(stock(self.desk).values()) + Decimal(int(out)).scaleb(-6) == 2000
        check_counters(self.desk)
        found = rows(self.desk, "SELECT status, count(*) AS n FROM fulfilment_document GROUP BY status")
        with self.desk.store.read() as connection:
            assert counted(connection, "delivery") == {one["status"]: (one["n"], 0) for one in found}


@pytest.mark.parametrize("seed", [3, 11])
def test_execution_is_what_documents_say_and_nothing_is_lost(italian_desk: Desk, seed: int) -> None:
    fill_supply_shop(italian_desk)
    for item in ("A-100", "A-110"):
        set_stock(italian_desk, item, "1000")
    expediter = Expediter(italian_desk, Random(seed))
    expediter.sell()
    for turn in range(60):
        expediter.act()
        if turn % 6 == 5:
            expediter.check()
    assert len(expediter.done) >= 8, expediter.done


def test_undoing_everything_leaves_everything_as_it_was(italian_desk: Desk) -> None:
    fill_supply_shop(italian_desk)
    set_stock(italian_desk, "A-100", "2000")
    expediter = Expediter(italian_desk, Random(5))
    for _ in range(4):
        expediter.sell()
    before = rows(italian_desk, _STATES)
    for _ in range(12):
        with suppress(DeskError):
            expediter.chance.choice([expediter.deliver_all, expediter.deliver_part])()
    for row in rows(italian_desk, "SELECT id FROM fulfilment_document ORDER BY id DESC"):
        with suppress(Conflict, Refused):
            undo(italian_desk, row["id"])
    after = rows(italian_desk, _STATES)
    assert after == before
    assert stock(italian_desk) == {"A-100": 2000}
    assert {row["status"] for row in rows(italian_desk, "SELECT status FROM customer_order_line")} == {"confirmed"}
