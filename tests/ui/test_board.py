"""The board: what other desks do appears by itself, the cursor stays on its order, keys land in their lane (U-3)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from fluorders_tui.data.store import Store
from fluorders_tui.screens.board import BoardScreen
from fluorders_tui.screens.order_entry import OrderEntryScreen
from fluorders_tui.screens.order_status import OrderStatusScreen
from fluorders_tui.services.board import Lane
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.order_story import story
from fluorders_tui.services.orders import enter_order, open_order
from fluorders_tui.services.registries import list_rows
from fluorders_tui.services.registry_saving import save_row
from tests.services.orders_on_list import draft
from tests.ui.orders_desk import desk_on, opens
from tests.ui.raw_keys import burst, slowly, until

Typing = Callable[[Pilot[Any], str], Any]


def board(pilot: Pilot[Any]) -> BoardScreen:
    screen = pilot.app.screen
    assert isinstance(screen, BoardScreen)
    return screen


def numbers(screen: BoardScreen) -> list[str]:
    rows = screen.table.source.rows(0, screen.table.source.count)
    return [row.cells[0] for row in rows or ()]


def tabs(screen: BoardScreen) -> str:
    from fluorders_tui.widgets.tab_line import TabLine

    return " ".join(screen.query_one(TabLine).titles)


@pytest.mark.parametrize("typing", [burst, slowly])
async def test_keys_act_in_the_lane_they_chose(orders_desk: Desk, typing: Typing) -> None:
    async with desk_on(opens(orders_desk)) as pilot:
        await typing(pilot, "44{right}{down}{space}{enter}")
        assert isinstance(pilot.app.screen, OrderStatusScreen)
        shown = pilot.app.screen.field("number").text
        await typing(pilot, "{f3}")
        screen = board(pilot)
        assert screen._lane is Lane.CONFIRMED
        # The second confirmed order was opened; Space selected it and went on to the third.
        assert shown == numbers(screen)[2]
        assert len(screen.table.marks) == 1
        assert numbers(screen)[1] in {
            row.cells[0] for row in screen.table.source.rows(0, 9) or () if row.key in screen.table.marks
        }
        await typing(pilot, "{f2}")
        assert isinstance(pilot.app.screen, OrderEntryScreen)


async def test_another_desks_order_appears_and_the_cursor_stays_on_its_own(orders_desk: Desk) -> None:
    other = open_desk(Store(orders_desk.store.url), "bruno", clock=orders_desk.clock)
    async with desk_on(opens(orders_desk)) as pilot:
        await burst(pilot, "44{down}{down}")
        screen = board(pilot)
        before, there = screen.table.current, numbers(screen)
        assert before is not None
        made = enter_order(other, draft(other))
        await until(lambda: made.number in numbers(screen))
        assert screen.table.current is not None
        assert screen.table.current.key == before.key
        assert numbers(screen) == [*there, made.number]
        await until(lambda: f"Entered {len(there) + 1}" in tabs(screen))
    other.store.dispose()


async def test_selected_orders_stay_selected_when_others_come_and_go(orders_desk: Desk) -> None:
    async with desk_on(opens(orders_desk)) as pilot:
        await burst(pilot, "44{space}{space}")
        screen = board(pilot)
        marked = set(screen.table.marks)
        assert len(marked) == 2
        threading.Thread(target=lambda: [enter_order(orders_desk, draft(orders_desk)) for _ in range(5)]).start()
        before = screen.table.source.count
        await until(lambda: screen.table.source.count == before + 5)
        assert screen.table.marks == marked


async def test_an_empty_waiting_lane_gives_way_to_what_is_late(orders_desk: Desk) -> None:
    async with desk_on(opens(orders_desk), size=(132, 43)) as pilot:
        await burst(pilot, "4")
        screen = board(pilot)
        assert screen._lane is Lane.LATE
        assert "Board · late" in screen.title_bar.left
        assert [column.key for column in screen.table.columns] == [
            "number", "status", "customer", "date", "delivery", "lines", "total", "currency",
        ]  # fmt: skip


@pytest.fixture
def waiting_desk(orders_desk: Desk) -> Desk:
    """The supervisor Vera's desk, with three orders of Anna's that are over the customer's limit."""
    save_row(orders_desk, "users", {"code": "carl", "name": "Carl", "role": "clerk"})
    save_row(orders_desk, "users", {"code": "vera", "name": "Vera", "role": "supervisor"})
    (customer,) = list_rows(orders_desk, "customers", find="C0002").rows
    save_row(orders_desk, "customers", {"credit_limit": "1", "credit_policy": "block"}, row_id=customer.id)
    clerk = open_desk(orders_desk.store, "carl", clock=orders_desk.clock)
    for _ in range(3):
        enter_order(clerk, draft(clerk, customer="C0002"))
    return open_desk(orders_desk.store, "vera", clock=orders_desk.clock)


@pytest.mark.parametrize("typing", [burst, slowly])
async def test_orders_are_approved_and_rejected_with_a_comment(waiting_desk: Desk, typing: Typing) -> None:
    async with desk_on(opens(waiting_desk)) as pilot:
        await typing(pilot, "4")
        screen = board(pilot)
        assert screen.lane is Lane.WAITING
        held = numbers(screen)
        assert len(held) == 3
        # The digits and letters of a comment are text, not lanes; a reason is needed to reject.
        await typing(pilot, "{space}{space}a1r ok{enter}")
        await until(lambda: numbers(screen) == held[2:])
        assert "2 orders approved" in screen.message_line.text
        await typing(pilot, "r{enter}")
        assert "Say why" in screen.message_line.text
        await typing(pilot, "too much{enter}")
        await until(lambda: numbers(screen) == [])
        assert [open_order(waiting_desk, number).draft.status.value for number in held] == [
            "entered", "entered", "rejected",
        ]  # fmt: skip
        entries = [entry for entry in story(waiting_desk, held[0]).entries if entry.comment == "1r ok"]
        assert entries


async def test_f12_gives_a_comment_up_and_another_lane_has_nothing_to_approve(waiting_desk: Desk) -> None:
    async with desk_on(opens(waiting_desk)) as pilot:
        await burst(pilot, "4aperhaps{f12}")
        screen = board(pilot)
        assert len(numbers(screen)) == 3
        assert screen.table.has_focus
        await burst(pilot, "5a{right}")
        assert screen.lane is Lane.PARTIAL
        assert len(numbers(screen)) == 0
