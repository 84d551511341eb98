"""The next step of orders on screen: from the list, the status page and the order, typed ahead and by raw keys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from fluorders_tui.app import FluordersApp
from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.order import LineStatus, OrderStatus
from fluorders_tui.screens.deliver import DeliverScreen
from fluorders_tui.screens.order_entry import OrderEntryScreen
from fluorders_tui.screens.order_status import OrderStatusScreen
from fluorders_tui.screens.order_steps import OrderStepsScreen, line_numbers
from fluorders_tui.screens.orders import OrdersScreen
from fluorders_tui.services.conditions import order_type
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.orders import enter_order, open_order
from tests.shop import draft
from tests.ui.desk_demo import DemoSettings
from tests.ui.raw_keys import burst, settled, until


@asynccontextmanager
async def on(desk: Desk, home: Any, size: tuple[int, int] = (100, 30)) -> AsyncIterator[Pilot[Any]]:
    app = FluordersApp(DemoSettings(), lambda _: desk, home=home, calm=False)
    async with app.run_test(size=size) as pilot:
        await until(lambda: app.desk is not None)
        await settled(app)
        yield pilot
    app.close_threads()


def status(desk: Desk, number: str) -> OrderStatus:
    return open_order(desk, number).draft.status


def shown(pilot: Pilot[Any]) -> str:
    screen = pilot.app.screen
    assert isinstance(screen, OrderStepsScreen)
    return "\n".join(" ".join(row.cells) for row in screen.table.source.rows(0, 99) if row is not None)


async def test_from_the_list_one_or_many_typed_ahead(desk: Desk) -> None:
    numbers = [enter_order(desk, draft(desk, ("A-100", 2), ("A-110", 1))).number for _ in range(3)]
    async with on(desk, OrdersScreen) as pilot:
        # The newest stands first: F9 shows, F9 again confirms.
        await burst(pilot, "{f9}{f9}")
        assert isinstance(pilot.app.screen, OrdersScreen)
        assert pilot.app.screen.message_line.text == f"Order {numbers[2]} confirmed."
        assert [status(desk, number).value for number in numbers] == ["entered", "entered", "confirmed"]
        await burst(pilot, "{space}{space}{space}{f9}")
        assert "● confirmed" in shown(pilot)
        assert "✗" in shown(pilot)
        await burst(pilot, "{f9}")
        assert {status(desk, number) for number in numbers} == {OrderStatus.CONFIRMED}
        # Cancelling is never proposed, wants a reason of the table, and frees the selection.
        await burst(pilot, "{f9}")
        await burst(pilot, "cancel{enter}nothing{enter}")
        assert isinstance(pilot.app.screen, OrderStepsScreen)
        await burst(pilot, "{f12}stock{enter}{f9}")
        assert isinstance(pilot.app.screen, OrdersScreen)
        assert not pilot.app.screen.table.marks


async def test_lines_of_one_order_and_what_becomes_of_it(desk: Desk) -> None:
    number = enter_order(desk, draft(desk, ("A-100", 2), ("A-110", 1), ("A-120", 4))).number
    async with on(desk, lambda: OrderStatusScreen(number=number), (80, 24)) as pilot:
        await burst(pilot, "{f9}")
        assert "A-110 Hex bolt M11" in shown(pilot)
        await burst(pilot, "{f12}")
        assert status(desk, number) is OrderStatus.ENTERED
        await burst(pilot, "{f9}cancel{enter}CUSTOMER{enter}")
        screen = pilot.app.screen
        assert isinstance(screen, OrderStepsScreen)
        screen.field("lines").focus()
        await burst(pilot, "2-3{enter}")
        assert "Total" in shown(pilot)
        await burst(pilot, "{f9}")
        assert isinstance(pilot.app.screen, OrderStatusScreen)
        assert open_order(desk, number).line_statuses == (
            LineStatus.INSERTED, LineStatus.CANCELLED, LineStatus.CANCELLED,
        )  # fmt: skip
        # The page tells it in words.
        await until(lambda: "Customer changed their mind" in _page(pilot))


def _page(pilot: Pilot[Any]) -> str:
    from fluorders_tui.widgets.page import Page

    return pilot.app.screen.query_one(Page).text


async def test_on_the_order_itself_only_what_is_stored_is_confirmed(desk: Desk) -> None:
    number = enter_order(desk, draft(desk)).number
    async with on(desk, lambda: OrderEntryScreen(number=number)) as pilot:
        await until(lambda: pilot.app.screen._session is not None)
        await burst(pilot, "A-110{enter}3{enter}{f9}")
        assert isinstance(pilot.app.screen, OrderEntryScreen)
        assert "F10 saves the changes first" in pilot.app.screen.message_line.text
        await burst(pilot, "{f12}{f10}")
        await burst(pilot, "{f9}{f9}")
        assert isinstance(pilot.app.screen, OrderEntryScreen)
        assert status(desk, number) is OrderStatus.CONFIRMED
        assert pilot.app.screen.session.draft.status is OrderStatus.CONFIRMED
        assert len(pilot.app.screen.session.draft.lines) == 2
        # It goes on as an amendment of what is stored now.
        await burst(pilot, "A-120{enter}1{enter}{f10}")
        assert open_order(desk, number).draft.revision == 1


async def test_a_confirmed_order_goes_on_to_be_delivered(desk: Desk) -> None:
    number = enter_order(desk, replace(draft(desk), type=order_type(desk, "WEB"))).number
    async with on(desk, OrdersScreen) as pilot:
        # Typed ahead: the delivery is proposed, never cancelling or closing.
        await burst(pilot, "{f9}{f9}")
        assert isinstance(pilot.app.screen, DeliverScreen)
        await burst(pilot, "{f3}")
        assert isinstance(pilot.app.screen, OrderStepsScreen)
        assert status(desk, number) is OrderStatus.CONFIRMED


def test_numbers_of_lines() -> None:
    assert line_numbers(" 2,4-6 #9") == (2, 4, 5, 6, 9)
    assert line_numbers("") == ()
    for wrong in ("x", "3-1", "1--2"):
        with pytest.raises(Invalid):
            line_numbers(wrong)
