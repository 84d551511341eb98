"""The first screen: typed on before the database is there, and everything one keystroke away."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

from fluorders_tui.domain.errors import Unreachable
from fluorders_tui.places import state_dir
from fluorders_tui.screens.home import HomeScreen
from fluorders_tui.screens.order_entry import OrderEntryScreen
from fluorders_tui.screens.order_status import OrderStatusScreen
from fluorders_tui.screens.orders import OrdersScreen
from fluorders_tui.services.autosave import Autosave, Typing, abandoned, drafts_folder
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.holding import hold
from tests.services.orders_on_list import draft
from tests.ui.orders_desk import desk_on, needs, opens
from tests.ui.raw_keys import burst, until


async def test_keys_typed_before_the_database_is_there_act_in_their_order(orders_desk: Desk) -> None:
    go = threading.Event()

    def opener(settings: Any) -> Desk:
        assert go.wait(5)
        return orders_desk

    threading.Timer(0.3, go.set).start()
    async with desk_on(opener, wait=False) as pilot:
        await burst(pilot, "1C0002{enter}A-200")
        screen = pilot.app.screen
        assert isinstance(screen, OrderEntryScreen)
        assert screen.field("customer").text == "C0002"
        assert screen.field("item").text == "A-200"


async def test_what_needs_me_is_listed_as_plain_text_and_opens_with_its_letter(orders_desk: Desk) -> None:
    hold(orders_desk, replace(draft(orders_desk), name="Held [/b] by me"))
    async with desk_on(opens(orders_desk), size=(132, 43)) as pilot:
        told = needs(pilot)
        assert "a Held [/b] by me" in told
        assert "Late today:" in told
        await burst(pilot, "a")
        screen = pilot.app.screen
        assert isinstance(screen, OrderEntryScreen)
        assert screen.field("customer").text == "C0001"


async def test_a_letter_of_a_status_lists_its_orders(orders_desk: Desk) -> None:
    async with desk_on(opens(orders_desk)) as pilot:
        await burst(pilot, "w")
        screen = pilot.app.screen
        assert isinstance(screen, OrdersScreen)
        await until(lambda: screen.title_bar.left.startswith("Orders · confirmed · 10 orders"))
        await burst(pilot, "{f3}z")
        late = pilot.app.screen
        assert isinstance(late, OrdersScreen)
        await until(lambda: late.title_bar.left.startswith("Orders · late · "))


def left_by_a_crash(desk: Desk) -> None:
    lost = Autosave(drafts_folder(state_dir(), desk.store.shown_url, desk.user))
    lost.save(draft(desk, "C0002", "A-200"), Typing("item", "A-1"))
    lost.close(keep=True)


async def test_what_a_crash_left_is_offered_first_and_enter_takes_it_up(orders_desk: Desk) -> None:
    left_by_a_crash(orders_desk)
    async with desk_on(opens(orders_desk)) as pilot:
        assert needs(pilot).startswith("Not finished")
        await burst(pilot, "{enter}")
        screen = pilot.app.screen
        assert isinstance(screen, OrderEntryScreen)
        await until(lambda: screen.field("item").text == "A-1")
        assert screen.field("customer").text == "C0002"


async def test_a_draft_is_thrown_away_only_when_asked_twice(orders_desk: Desk) -> None:
    left_by_a_crash(orders_desk)
    folder = drafts_folder(state_dir(), orders_desk.store.shown_url, orders_desk.user)
    async with desk_on(opens(orders_desk)) as pilot:
        await burst(pilot, "{delete}{down}{up}{delete}")
        assert list(abandoned(folder))
        await burst(pilot, "{delete}")
        assert not list(abandoned(folder))
        assert "Not finished" not in needs(pilot)


async def test_a_database_that_cannot_be_opened_is_told_and_tried_again(orders_desk: Desk) -> None:
    tries: list[int] = []

    def opener(settings: Any) -> Desk:
        tries.append(1)
        if len(tries) == 1:
            raise Unreachable("There is no such host.", hint="Check the address.")
        return orders_desk

    async with desk_on(opener, wait=False) as pilot:
        await until(lambda: "There is no such host." in needs(pilot))
        await burst(pilot, "2")
        assert isinstance(pilot.app.screen, HomeScreen)
        await burst(pilot, "r2")
        assert isinstance(pilot.app.screen, OrdersScreen)


async def test_jump_goes_anywhere_and_leads_back_to_what_was_typed(orders_desk: Desk) -> None:
    async with desk_on(opens(orders_desk)) as pilot:
        await burst(pilot, "1C00{ctrl+o}2{enter}{ctrl+o}2026-00007{enter}")
        assert isinstance(pilot.app.screen, OrderStatusScreen)
        await burst(pilot, "{f3}{f3}")
        screen = pilot.app.screen
        assert isinstance(screen, OrderEntryScreen)
        assert screen.field("customer").text == "C00"
