"""The list of supplier orders: what is overdue, and what is done to several of them at once (§14)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from fluorders_tui.screens.order_status import OrderStatusScreen
from fluorders_tui.screens.supplier_order_entry import SupplierOrderEntryScreen
from fluorders_tui.screens.supplier_orders import SupplierOrdersScreen
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.supplier_order_list import SupplierRow, each_supplier_order
from fluorders_tui.services.supplier_orders import confirm, enter_supplier_order
from tests.services.supply_shop import bought, fill_suppliers, supply_draft
from tests.ui.orders_desk import desk_on, opens
from tests.ui.raw_keys import burst, until


@pytest.fixture(name="desk")
def supplier_desk(desk: Desk) -> Desk:
    """Three orders: overdue and late, confirmed, and one of another supplier."""
    fill_suppliers(desk)
    past = desk.today() - dt.timedelta(30)
    old = supply_draft(desk, ("A-100", 5))
    lines = tuple(replace(line, delivery_date=past) for line in old.lines)
    enter_supplier_order(desk, replace(old, date=past, delivery_date=past, lines=lines))
    confirm(desk, bought(desk, ("A-110", 2)).draft.id)
    bought(desk, ("A-120", 100), supplier="S2")
    return desk


def listed(pilot: Pilot[Any]) -> list[tuple[str, ...]]:
    screen = pilot.app.screen
    assert isinstance(screen, SupplierOrdersScreen)
    return [row.cells for row in screen.table.source.rows(0, screen.table.source.count) or ()]


def stored(desk: Desk) -> dict[str, SupplierRow]:
    return {row.number[-1]: row for row in each_supplier_order(desk)}


async def test_what_is_late_or_not_confirmed_is_shown_and_told(desk: Desk) -> None:
    async with desk_on(opens(desk), size=(132, 43)) as pilot:
        await burst(pilot, "6")
        await until(lambda: len(listed(pilot)) == 3)
        first = listed(pilot)[2]
        assert (first[1], first[4][:2]) == ("? entered", "! ")
        for word, numbers in (("late", "1"), ("unconfirmed", "1"), ("confirmed", "2"), ("open", "321")):
            await burst(pilot, "{f4}" + word + "{enter}")
            assert "".join(row[0][-1] for row in listed(pilot)) == numbers, word


async def test_selected_orders_are_received_together_and_one_is_cancelled_with_a_reason(desk: Desk) -> None:
    async with desk_on(opens(desk)) as pilot:
        await burst(pilot, "6{space}{space}{insert}receive{enter}")
        assert {row.status.value for row in stored(desk).values()} == {"entered", "confirmed"}
        await burst(pilot, "y")
        assert [row.status.value for row in stored(desk).values()] == ["received", "received", "entered"]
        await burst(pilot, "so2026-00001{insert}move{enter}+9{enter}")
        assert stored(desk)["1"].delivery_date == desk.today() + dt.timedelta(9)
        await burst(pilot, "{insert}cancel{enter}{enter}no longer made{enter}")
        assert stored(desk)["1"].status.value == "cancelled"


async def test_a_row_opens_its_story_and_its_entry(desk: Desk) -> None:
    async with desk_on(opens(desk)) as pilot:
        await burst(pilot, "6beta{enter}")
        screen = pilot.app.screen
        assert isinstance(screen, OrderStatusScreen)
        assert screen.title_bar.left.startswith("Supplier order SO2026-00003 · entered · Beta")
        await burst(pilot, "{f3}{f2}")
        assert isinstance(pilot.app.screen, SupplierOrderEntryScreen)
