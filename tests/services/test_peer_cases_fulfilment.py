"""What other order programs do with the same deliveries (tests/cases/peers.json): D-15.1–15.4, D-12.6."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fluorders_tui.domain.fulfilment import Part
from fluorders_tui.domain.order import Execution, OrderStatus
from fluorders_tui.services.availability import item_availability
from fluorders_tui.services.conditions import order_type
from fluorders_tui.services.deliveries import Asked, Delivered, deliver
from fluorders_tui.services.delivery_undo import undo
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.order_life import Asked as StepAsked
from fluorders_tui.services.order_life import OrderStep, reasons, take
from fluorders_tui.services.orders import enter_order, open_order_row
from fluorders_tui.services.registry_saving import save_row
from tests.services.supply_shop import fill_supply_shop, rows
from tests.shop import draft

CASES = {
    case["id"]: case
    for case in json.loads((Path(__file__).parents[1] / "cases" / "peers.json").read_text(encoding="utf-8"))
}


@pytest.fixture
def desk(italian_desk: Desk) -> Desk:
    fill_supply_shop(italian_desk)
    return italian_desk


class Steps:
    """The words of the cases done on one order; `reserved` and `delivered` are what they look at."""

    def __init__(self, desk: Desk, ordered: str, tolerance: str = "") -> None:
        self.desk = desk
        kind = {"code": "CASE", "numbering": "ORD", "over_delivery": tolerance or "0"}
        save_row(desk, "order-types", kind)
        order = draft(desk, ("A-100", ordered))
        self.row = enter_order(desk, replace(order, type=order_type(desk, "CASE"))).draft.id
        self.made: list[Delivered] = []

    @property
    def line(self) -> Any:
        return open_order_row(self.desk, self.row).draft.lines[0]

    @property
    def reserved(self) -> Decimal:
        return item_availability(self.desk, "A-100").free.demand

    def do(self, step: str) -> None:
        word, _, rest = step.partition(" ")
        if word == "deliver":
            part = Part(self.row, self.line.id, Decimal(rest))
            self.made.append(deliver(self.desk, Asked((self.row,), (part,))))
        elif step == "cancel delivery":
            undo(self.desk, self.made.pop().documents[0][0])
        elif word == "return":
            self._give_back(Decimal(rest))
        else:
            kinds = {"confirm": OrderStep.CONFIRM, "close": OrderStep.FORCE, "reopen": OrderStep.UNFORCE}
            kind = kinds.get(word, OrderStep.CANCEL)
            take(self.desk, self.row, StepAsked(kind, reason=next(iter(reasons(self.desk)))))

    def _give_back(self, quantity: Decimal) -> None:
        """Goods come back from the newest delivery that still has some."""
        found = rows(
            self.desk,
            "SELECT id, document_id FROM fulfilment_line WHERE quantity_micro > undone_micro ORDER BY id DESC",
        )
        undo(self.desk, found[0]["document_id"], {found[0]["id"]: quantity})


@pytest.mark.parametrize("name", ["partial", "over", "return"])
def test_what_is_reserved_and_delivered_step_by_step(desk: Desk, name: str) -> None:
    """ERP-RESERVE-LIFECYCLE."""
    case = CASES["ERP-RESERVE-LIFECYCLE"]
    given = next(one for one in case["inputs"]["rows"] if one["id"] == name)
    expected = next(one for one in case["expected"]["rows"] if one["id"] == name)
    steps = Steps(desk, given["ordered"], given.get("over_delivery_tolerance_pct", ""))
    if given["steps"][0] != "confirm":
        steps.do("confirm")
    reserved, delivered = [], []
    for step in given["steps"]:
        steps.do(step)
        reserved.append(f"{steps.reserved:f}")
        delivered.append(f"{steps.line.executed:f}")
    assert reserved == expected.get("reserved", reserved)
    assert delivered == expected.get("delivered", delivered)


def test_a_shipment_cancelled_and_ignored_closes_the_order(desk: Desk) -> None:
    """TRY-CANCELLED-LINE: their *done* without a shipment is our line closed by force."""
    case = CASES["TRY-CANCELLED-LINE"]
    steps = Steps(desk, case["inputs"]["order"]["qty"])
    seen = []
    for step in ("confirm", "deliver 1", "cancel delivery", "close"):
        steps.do(step)
        order = open_order_row(desk, steps.row)
        seen.append((order.draft.status, order.execution, f"{steps.reserved:f}"))
    assert seen[0] == seen[2] == (OrderStatus.CONFIRMED, Execution.NONE, "1")
    assert seen[3] == (OrderStatus.FORCED, Execution.FORCED, "0")
    assert case["expected"]["states"][-1]["state"] == "done"


def test_a_part_is_picked_and_the_rest_follows(desk: Desk) -> None:
    """TRY-PART-SHIP: two shipments, and what they add up to is what was ordered."""
    case = CASES["TRY-PART-SHIP"]
    ordered, picked = case["inputs"]["ordered"], case["inputs"]["picked"]
    steps = Steps(desk, ordered)
    steps.do("confirm")
    steps.do(f"deliver {picked}")
    assert f"{steps.reserved:f}" == str(int(ordered) - int(picked))
    deliver(desk, Asked((steps.row,)))
    documents = rows(desk, "SELECT id FROM fulfilment_document")
    assert len(documents) == case["expected"]["shipments_after_partial"]
    assert f"{steps.line.executed:f}" == case["expected"]["invoiced_total_qty"]
