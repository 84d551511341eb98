"""Credit on screen: beside the customer, when an order is locked, on its page and on the first screen (U-3, D-11.2)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fluorders_tui.screens.home import HomeScreen
from fluorders_tui.screens.order_status import OrderStatusScreen
from fluorders_tui.services.approvals import approve, waiting
from fluorders_tui.services.desk import Desk
from fluorders_tui.widgets.page import Page
from fluorders_tui.widgets.shortcut_list import ShortcutList
from fluorders_tui.widgets.side_panel import SidePanel
from tests.services.credit_shop import entered, person, set_customer
from tests.ui.clerk import Typing
from tests.ui.orders_desk import desk_on, opens
from tests.ui.raw_keys import burst, until


async def test_the_clerk_sees_why_an_order_is_locked_and_asks_with_one_key(typing: Typing, desk: Desk) -> None:
    set_customer(desk, "C0001", credit_limit="20", blocks=[{"blocked_for": "deliveries", "reason": "cash only [x]"}])
    async with typing((132, 43)) as clerk:
        await clerk.types("C0001{enter}A-100{enter}2{enter}{ctrl+d}")
        clerk.screen.field("customer").focus()
        await clerk.pilot.pause()
        panel = clerk.screen.query_one(SidePanel).text
        for said in ("! Credit", "Limit", "20.00", "Too much", "4.40", "! Blocked", "cash only [x]"):
            assert said in panel, said
        await clerk.types("{f10}")
        await until(lambda: "locked" in clerk.message)
        assert "4.40 over the limit. F9 asks for release." in clerk.message
        assert (clerk.field, waiting(desk)[0].asked_by) == ("customer", "")
        await clerk.types("{f9}")
        await until(lambda: "Asked a supervisor" in clerk.message)
        assert waiting(desk)[0].asked_by == "anna"
        # Typed ahead, F9 means the next order again.
        await clerk.types("C0002{enter}A-100{enter}1{enter}{f9}")
        assert clerk.screen.pane.is_open


@pytest.mark.parametrize("size", [(80, 24), (132, 43)])
async def test_what_waits_and_what_was_decided_is_on_the_first_screen(orders_desk: Desk, size: tuple[int, int]) -> None:
    set_customer(orders_desk, "C0001", credit_limit="0")
    order = entered(orders_desk, 1)
    boss = person(orders_desk, "carla", "supervisor")

    def needs(screen: HomeScreen) -> str:
        return screen.query_one("#needs", ShortcutList).text

    async with desk_on(opens(boss), size=size) as pilot:
        home = pilot.app.screen
        assert isinstance(home, HomeScreen)
        await until(lambda: "For you to decide: 1" in needs(home))
        assert f"{order.number}" in needs(home)
    approve(boss, [order.id], "fine")
    async with desk_on(opens(orders_desk), size=size) as pilot:
        home = pilot.app.screen
        assert isinstance(home, HomeScreen)
        await until(lambda: "released by carla" in needs(home))
        await burst(pilot, f"3{order.number}{{enter}}")
        assert isinstance(pilot.app.screen, OrderStatusScreen)
        assert "“fine”" in pilot.app.screen.query_one(Page).text
        await burst(pilot, "{f3}")
        await until(lambda: "released by carla" not in needs(home))


async def test_the_page_of_a_locked_order_says_why_and_f9_asks(orders_desk: Desk) -> None:
    set_customer(orders_desk, "C0001", credit_limit="0")
    order = entered(orders_desk, 1)
    async with desk_on(opens(replace(orders_desk, user="bruno", role="clerk"))) as pilot:
        await burst(pilot, f"3{order.number}{{enter}}")
        page = pilot.app.screen.query_one(Page)
        assert "! Credit limit of customer C0001" in page.text
        assert "F9 asks for its release." in page.text
        await burst(pilot, "{f9}")
        await until(lambda: "bruno asked for its release." in page.text)
        assert waiting(orders_desk)[0].asked_by == "bruno"
