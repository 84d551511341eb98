"""What a supplier does to their order, typed line by line: in one burst and slowly, and from two desks (D-14.4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from textual.pilot import Pilot

from fluorders_tui.domain.supplier_orders import SupplierOrderStatus
from fluorders_tui.screens.order_status import OrderStatusScreen
from fluorders_tui.screens.supplier_order_entry import SupplierOrderEntryScreen
from fluorders_tui.screens.supplier_order_steps import SupplierOrderStepsScreen
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.orders import open_order
from fluorders_tui.services.supplier_orders import (
    Confirmation,
    SavedSupplierOrder,
    confirm,
    move_dates,
    open_supplier_order,
)
from fluorders_tui.services.supply_proposals import Asked, StockUse, order_supply, proposals
from fluorders_tui.widgets.page import Page
from fluorders_tui.widgets.question import Question
from tests.services.supply_shop import bought, ordered, stock
from tests.ui.raw_keys import burst, slowly, until
from tests.ui.supply_desk import Showing

Typing = Callable[[Pilot[Any], str], Any]


def steps(number: str, step: str = "") -> Callable[[], SupplierOrderStepsScreen]:
    return lambda: SupplierOrderStepsScreen(number=number, step=step)


def stored(desk: Desk, order: SavedSupplierOrder) -> SavedSupplierOrder:
    return open_supplier_order(desk, order.number)


@pytest.mark.parametrize("typing", [burst, slowly])
async def test_a_short_and_late_confirmation_is_typed_at_once(
    showing: Showing, supply_desk: Desk, typing: Typing
) -> None:
    order = bought(supply_desk, ("A-100", 20), ("A-110", 5), ("B-900", 3))
    async with showing(lambda: SupplierOrderEntryScreen(number=order.number)) as buyer:
        await typing(buyer.pilot, "{f9}{enter}{enter}15{enter}+20{enter}{enter}{enter}0{enter}{enter}{f10}")
        await until(lambda: "Confirmed" in buyer.message)
        assert isinstance(buyer.screen, SupplierOrderStepsScreen)
        assert buyer.text("step") == "receive"
        assert "confirmed the supplier order" in buyer.screen.query_one(Page).text.lower()
    draft = stored(supply_desk, order).draft
    later = supply_desk.today() + dt.timedelta(20)
    assert [(line.confirmed_quantity, line.confirmed_date) for line in draft.lines] == [
        (15, later), (None, None), (0, None),
    ]  # fmt: skip
    assert draft.status is SupplierOrderStatus.CONFIRMED


async def test_more_than_was_to_come_needs_a_yes(showing: Showing, supply_desk: Desk) -> None:
    order = bought(supply_desk, ("A-100", 20), ("A-110", 5))
    async with showing(steps(order.number, "receive")) as buyer:
        await buyer.types("{enter}22{enter}{f10}n")
        assert stored(supply_desk, order).draft.lines[0].received == 0
        await buyer.types("{f10}")
        assert "22 came, but only 20 were to come" in buyer.screen.query_one(Question).text
        await buyer.types("y")
        await until(lambda: "Received" in buyer.message)
        await buyer.types("{f10}")
        await until(lambda: "is received" in buyer.message)
    draft = stored(supply_desk, order).draft
    assert [line.received for line in draft.lines] == [22, 5]
    assert stock(supply_desk) == {"A-100": 22, "A-110": 5}


async def test_what_is_drop_shipped_executes_the_customers_line(showing: Showing, supply_desk: Desk) -> None:
    sold = ordered(supply_desk, ("A-100", 20))
    asked = Asked(stock_use=StockUse.ALWAYS, drop_ship=True)
    order = order_supply(supply_desk, proposals(supply_desk, asked).rows).orders[0]
    async with showing(steps(order.number, "receive")) as buyer:
        assert f"{sold.number} line 1" in buyer.screen.query_one(Page).text
        await buyer.types("{enter}8{enter}{f10}")
        await until(lambda: "Received" in buyer.message)
        assert open_order(supply_desk, sold.number).draft.lines[0].executed == 8
        await buyer.types("give{enter}{f10}y")
        await until(lambda: "Taken back" in buyer.message)
        assert open_order(supply_desk, sold.number).draft.lines[0].executed == 0
        await buyer.types("{ctrl+e}")
        assert isinstance(buyer.screen, OrderStatusScreen)
    assert stock(supply_desk).get("A-100", Decimal(0)) == 0


async def test_cancelling_wants_a_reason_and_all_of_it_a_yes(showing: Showing, supply_desk: Desk) -> None:
    order = bought(supply_desk, ("A-100", 20), ("A-110", 5))
    async with showing(steps(order.number)) as buyer:
        await buyer.types("{ctrl+u}can{enter}{f10}")
        assert (buyer.field, "why" in buyer.message.lower()) == ("reason", True)
        await buyer.types("Too late{enter}{enter}y{enter}{f10}")
        await until(lambda: "Cancelled" in buyer.message)
        assert [line.cancelled for line in stored(supply_desk, order).draft.lines] == [False, True]
        await buyer.types("{ctrl+u}cancel{enter}Gone{enter}{f10}")
        assert buyer.screen.query_one(Question).text == "Cancel all that is to come, 1 line?"
        await buyer.types("y")
        await until(lambda: "is cancelled" in buyer.message)
    assert stored(supply_desk, order).draft.reason == "Gone"


async def test_what_was_typed_outlives_the_desk_and_another_desks_change(showing: Showing, supply_desk: Desk) -> None:
    order = bought(supply_desk, ("A-100", 20), ("A-110", 5))
    async with showing(steps(order.number, "receive")) as buyer:
        await buyer.types("{enter}12{enter}3")
    confirm(supply_desk, order.draft.id, {1: Confirmation(Decimal(4))})
    async with showing(steps(order.number)) as buyer:
        assert (buyer.field, buyer.text("quantity"), buyer.text("step")) == ("quantity", "3", "receive")
        assert buyer.screen.answers.of(0).quantity == 12
        await buyer.types("{enter}")
        move_dates(supply_desk, order.draft.id, {0: dt.date(2027, 2, 1)})
        await buyer.types("{f10}")
        assert "D-12.7" in buyer.message
        assert buyer.screen.answers.of(0).quantity == 12
        await buyer.types("{f10}")
        await until(lambda: "Received" in buyer.message)
        assert buyer.screen.answers.is_empty
    assert stored(supply_desk, order).draft.lines[0].received == 12


async def test_one_day_for_all_flags_the_customers_lines(showing: Showing, supply_desk: Desk) -> None:
    ordered(supply_desk, ("A-100", 20), ("A-110", 5))
    order = order_supply(supply_desk, proposals(supply_desk).rows).orders[0]
    async with showing(steps(order.number), size=(80, 24)) as buyer:
        await buyer.types("{ctrl+u}dates{enter}+60{enter}{f10}")
        await until(lambda: "Moved" in buyer.message)
        assert "2 customer lines wait for a decision" in buyer.message
    later = supply_desk.today() + dt.timedelta(60)
    assert {line.due for line in stored(supply_desk, order).draft.lines} == {later}
