"""The orders list: what is typed decides which row Enter opens, however fast it is typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from fluorders_tui.domain.order import OrderStatus
from fluorders_tui.screens.offer_entry import OfferEntryScreen
from fluorders_tui.screens.order_entry import OrderEntryScreen
from fluorders_tui.screens.order_status import OrderStatusScreen
from fluorders_tui.screens.orders import OrdersScreen
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.order_list import each_order
from fluorders_tui.services.orders import enter_order
from tests.services.orders_on_list import draft
from tests.ui.orders_desk import desk_on, opens
from tests.ui.raw_keys import burst, slowly, until

Typing = Callable[[Pilot[Any], str], Any]


def orders(pilot: Pilot[Any]) -> OrdersScreen:
    screen = pilot.app.screen
    assert isinstance(screen, OrdersScreen)
    return screen


@pytest.mark.parametrize("typing", [burst, slowly])
async def test_a_number_typed_at_once_opens_its_order(orders_desk: Desk, typing: Typing) -> None:
    async with desk_on(opens(orders_desk)) as pilot:
        await typing(pilot, "27{enter}")
        screen = pilot.app.screen
        assert isinstance(screen, OrderStatusScreen)
        assert screen.field("number").text.endswith("00007")


@pytest.mark.parametrize("typing", [burst, slowly])
async def test_filter_and_sort_act_on_what_was_typed_before(orders_desk: Desk, typing: Typing) -> None:
    async with desk_on(opens(orders_desk)) as pilot:
        await typing(pilot, "2rossi{f8}{f4}exe{enter}{down}")
        screen = orders(pilot)
        expected = [
            row.number
            for row in each_order(orders_desk)
            if row.customer_name == "Rossi [Milano]" and row.status is OrderStatus.EXECUTED
        ][::-1]
        assert screen.table.source.count == len(expected)
        current = screen.table.current
        assert current is not None
        assert current.cells[0] == expected[1]
        assert f"executed · {len(expected)} found · oldest first" in screen.title_bar.left


async def test_the_cursor_stays_on_its_order_when_new_ones_come(orders_desk: Desk) -> None:
    async with desk_on(opens(orders_desk)) as pilot:
        await burst(pilot, "2{down}{down}")
        screen = orders(pilot)
        before = screen.table.current
        enter_order(orders_desk, draft(orders_desk))
        await burst(pilot, "{f5}")
        after = screen.table.current
        assert before is not None
        assert after is not None
        assert (after.cells[0], screen.table.cursor, screen.table.source.count) == (before.cells[0], 3, 41)
        await burst(pilot, "{enter}{f3}")
        await until(lambda: screen.table.current is not None)
        assert screen.table.cursor == 3


async def test_a_saved_filter_comes_back_and_an_emptied_name_removes_it(orders_desk: Desk) -> None:
    async with desk_on(opens(orders_desk)) as pilot:
        await burst(pilot, "2bianchi{f4}open{enter}{f8}{f10}Mine [b]{enter}")
        assert "Saved" in orders(pilot).message_line.text
        title = orders(pilot).title_bar.left
        await burst(pilot, "{f3}2{f4}mine{enter}")
        assert orders(pilot).title_bar.left == title
        assert orders(pilot).field("find").text == "bianchi"
        await burst(pilot, "{f10}{ctrl+u}{enter}{f4}")
        hits = orders(pilot).lookup_list
        assert hits is not None
        assert not any("Mine" in row.cells[0] for row in hits.source.rows(0, hits.source.count) or ())


async def test_nothing_found_opens_nothing_and_a_step_back_shows_all_again(orders_desk: Desk) -> None:
    async with desk_on(opens(orders_desk)) as pilot:
        await burst(pilot, "2nobody{enter}")
        assert orders(pilot).table.source.count == 0
        await burst(pilot, "{f12}")
        assert orders(pilot).table.source.count == 40


@pytest.mark.parametrize("typing", [burst, slowly])
async def test_a_row_becomes_a_new_order_or_an_offer(orders_desk: Desk, typing: Typing) -> None:
    """D-12.8: from the list as from the order screen; nothing is written before F10."""
    newest = next(iter(each_order(orders_desk)))
    async with desk_on(opens(orders_desk)) as pilot:
        await typing(pilot, "2{f7}{enter}")
        screen = pilot.app.screen
        assert isinstance(screen, OrderEntryScreen)
        assert (screen.session.draft.customer, screen.session.draft.number) == (newest.customer, "")
        assert len(screen.session.draft.lines) == newest.lines
        await typing(pilot, "{f3}{insert}offer{enter}{enter}")
        screen = pilot.app.screen
        assert isinstance(screen, OfferEntryScreen)
        assert (screen.session.draft.customer, len(screen.session.draft.lines)) == (newest.customer, newest.lines)
        await typing(pilot, "{f3}{space}{down}{space}{f7}{enter}")
        assert "one at a time" in orders(pilot).message_line.text
    assert len(list(each_order(orders_desk))) == 40
