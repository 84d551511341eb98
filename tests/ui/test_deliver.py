"""Delivering on the screen: a figure typed at once is meant for its line, and what was made can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from fluorders_tui.domain.order import OrderStatus
from fluorders_tui.screens.deliver import DeliverScreen
from fluorders_tui.screens.deliveries import DeliveriesScreen
from fluorders_tui.screens.order_steps import OrderStepsScreen
from fluorders_tui.screens.orders import OrdersScreen
from fluorders_tui.services.deliveries import Asked, deliver
from fluorders_tui.services.delivery_list import each_delivery
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.orders import open_order_row
from fluorders_tui.widgets.reading_pane import ReadingPane
from tests.services.supply_shop import ordered, set_stock
from tests.ui.raw_keys import burst, slowly
from tests.ui.supply_desk import Showing

Typing = Callable[..., Any]


def executed(desk: Desk, row: int) -> list[Decimal]:
    return [line.executed for line in open_order_row(desk, row).draft.lines]


@pytest.mark.parametrize("typing", [burst, slowly])
async def test_a_part_of_one_line_and_all_of_another(supply_desk: Desk, showing: Showing, typing: Typing) -> None:
    set_stock(supply_desk, "A-100", "30")
    row = ordered(supply_desk, ("A-100", 10), ("A-110", 4)).draft.id
    async with showing(lambda: DeliverScreen(orders=[row])) as buyer:
        await typing(buyer.pilot, "6{enter}{f10}")
        assert executed(supply_desk, row) == [6, 4]
        assert buyer.screen.made is not None
        assert "DN2026-00001" in buyer.screen.title_bar.left


@pytest.mark.parametrize("typing", [burst, slowly])
async def test_space_leaves_a_line_out_and_undo_gives_back(supply_desk: Desk, showing: Showing, typing: Typing) -> None:
    row = ordered(supply_desk, ("A-100", 10), ("A-110", 4)).draft.id
    async with showing(lambda: DeliverScreen(orders=[row])) as buyer:
        await typing(buyer.pilot, "{space}{f9}")
        assert executed(supply_desk, row) == [0, 4]
        await typing(buyer.pilot, "{ctrl+z}y")
        assert executed(supply_desk, row) == [0, 0]
        assert open_order_row(supply_desk, row).draft.status is OrderStatus.CONFIRMED
        await typing(buyer.pilot, "{f10}")
        assert executed(supply_desk, row) == [10, 4]


async def test_a_reason_closes_the_rest(supply_desk: Desk, showing: Showing) -> None:
    row = ordered(supply_desk, ("A-100", 10)).draft.id
    async with showing(lambda: DeliverScreen(orders=[row])) as buyer:
        buyer.screen.field("force").input.value = "sold out"
        await burst(buyer.pilot, "7{enter}{f10}")
        order = open_order_row(supply_desk, row)
        assert (order.draft.status, order.draft.lines[0].executed) == (OrderStatus.FORCED, 7)


async def test_too_much_is_refused_where_it_is(supply_desk: Desk, showing: Showing) -> None:
    row = ordered(supply_desk, ("A-100", 10)).draft.id
    async with showing(lambda: DeliverScreen(orders=[row])) as buyer:
        await burst(buyer.pilot, "11{enter}{f10}")
        assert "D-15.4" in buyer.screen.message_line.text
        assert executed(supply_desk, row) == [0]


async def test_many_orders_what_is_picked_and_what_is_short(supply_desk: Desk, showing: Showing) -> None:
    set_stock(supply_desk, "A-100", "12")
    rows = [ordered(supply_desk, ("A-100", 8)).draft.id for _ in range(2)]
    async with showing(lambda: DeliverScreen(orders=rows)) as buyer:
        await burst(buyer.pilot, "{ctrl+k}")
        said = buyer.screen.query_one(ReadingPane).text
        assert "16 pc A-100" in said
        assert "! 4 short" in said
        await burst(buyer.pilot, "{f12}{ctrl+t}{f10}")
        assert [executed(supply_desk, row) for row in rows] == [[0], [8]]


async def test_somebody_else_was_faster(supply_desk: Desk, showing: Showing) -> None:
    row = ordered(supply_desk, ("A-100", 10)).draft.id
    async with showing(lambda: DeliverScreen(orders=[row])) as buyer:
        line = open_order_row(supply_desk, row).draft.lines[0].id
        from fluorders_tui.domain.fulfilment import Part

        deliver(supply_desk, Asked((row,), (Part(row, line, Decimal(4)),)))
        await burst(buyer.pilot, "{f10}")
        assert "changed since" in buyer.screen.message_line.text
        assert executed(supply_desk, row) == [4]
        await burst(buyer.pilot, "{f10}")
        assert executed(supply_desk, row) == [10]


async def test_the_list_of_deliveries_takes_one_back_with_a_reason(supply_desk: Desk, showing: Showing) -> None:
    first, second = (ordered(supply_desk, ("A-100", 3)).draft.id for _ in range(2))
    for row in (first, second):
        deliver(supply_desk, Asked((row,)))
    async with showing(lambda: DeliveriesScreen()) as buyer:
        await burst(buyer.pilot, "00001{ctrl+t}wrong van{enter}")
        assert [(one.number, one.status.value) for one in each_delivery(supply_desk)] == [
            ("DN2026-00002", "issued"),
            ("DN2026-00001", "undone"),
        ]
        assert executed(supply_desk, first) == [0]
        await burst(buyer.pilot, "{enter}")
        assert "DN2026-00001" in buyer.screen.title_bar.left


@pytest.mark.parametrize("typing", [burst, slowly])
async def test_f9_leads_from_the_list_to_the_delivery(supply_desk: Desk, showing: Showing, typing: Typing) -> None:
    """Selected orders, one F9 for the step, one for the screen, one to do it; then back on the list."""
    rows = [ordered(supply_desk, ("A-100", number)).draft.id for number in (1, 2, 3)]
    async with showing(OrdersScreen) as buyer:
        await typing(buyer.pilot, "{tab}{space}{space}{f9}{f9}{f9}")
        assert [executed(supply_desk, row) for row in rows] == [[0], [2], [3]]
        assert isinstance(buyer.screen, DeliverScreen)
        await typing(buyer.pilot, "{f9}")
        assert isinstance(buyer.screen, OrdersScreen)


async def test_another_step_is_typed_over_it(supply_desk: Desk, showing: Showing) -> None:
    row = ordered(supply_desk, ("A-100", 1)).draft.id
    async with showing(lambda: OrderStepsScreen(orders=[row])) as buyer:
        assert buyer.screen.field("step").text == "deliver"
        await burst(buyer.pilot, "force{enter}sold out{enter}{f9}")
        assert open_order_row(supply_desk, row).draft.status is OrderStatus.FORCED
