"""Proposals, runs and exceptions on the real screens: keys typed ahead act on what they mean (D-14.2, D-14.4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from fluorders_tui.domain.order import LineStatus
from fluorders_tui.domain.supplier_orders import SupplierOrderStatus
from fluorders_tui.screens.board import BoardScreen
from fluorders_tui.screens.home import HomeScreen
from fluorders_tui.screens.supplier_order_steps import SupplierOrderStepsScreen
from fluorders_tui.screens.supply_exceptions import SupplyExceptionsScreen
from fluorders_tui.screens.supply_proposals import SupplyProposalsScreen
from fluorders_tui.screens.supply_runs import SupplyRunsScreen
from fluorders_tui.services.board import Lane
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.orders import open_order
from fluorders_tui.services.supplier_order_list import each_supplier_order
from fluorders_tui.services.supplier_orders import SavedSupplierOrder, cancel, move_dates, open_supplier_order
from fluorders_tui.services.supply_exceptions import exceptions
from fluorders_tui.services.supply_proposals import Asked, StockUse, order_supply, proposals
from fluorders_tui.widgets.question import Question
from tests.services.supply_shop import bought, links, ordered, set_stock
from tests.ui.orders_desk import needs
from tests.ui.raw_keys import burst, slowly, until
from tests.ui.supply_desk import Showing

Typing = Callable[[Pilot[Any], str], Any]
LATER = dt.date(2027, 3, 1)


def supplier_orders(desk: Desk) -> list[tuple[str, int, SupplierOrderStatus]]:
    return [(row.supplier, row.lines, row.status) for row in each_supplier_order(desk)]


def supplied(desk: Desk, *lines: tuple[str, int]) -> SavedSupplierOrder:
    """A supplier order for all of a customer's order."""
    order = ordered(desk, *lines)
    asked = Asked(orders=(order.number,), stock_use=StockUse.ALWAYS)
    return order_supply(desk, proposals(desk, asked).rows).orders[0]


@pytest.mark.parametrize("typing", [burst, slowly])
async def test_ticked_lines_are_corrected_shown_and_ordered(
    showing: Showing, supply_desk: Desk, typing: Typing
) -> None:
    set_stock(supply_desk, "A-100", "5")
    ordered(supply_desk, ("A-100", 20), ("A-110", 4), ("B-900", 3))
    async with showing(SupplyProposalsScreen) as buyer:
        assert [row[9] for row in buyer.cells("#proposals")] == ["15", "4", "3"]
        await typing(buyer.pilot, "{enter}18{enter}S2{enter}{f12}{home}{space}{space}{f9}{f10}")
        await until(lambda: "Ordered" in buyer.message)
    assert sorted(supplier_orders(supply_desk)) == [
        ("S1", 1, SupplierOrderStatus.ENTERED), ("S2", 1, SupplierOrderStatus.ENTERED),
    ]  # fmt: skip
    assert sorted(link[0] for link in links(supply_desk)) == [4, 18]


async def test_all_lines_are_asked_about_added_and_taken_back(showing: Showing, supply_desk: Desk) -> None:
    open_one = bought(supply_desk, ("A-100", 7))
    sold = ordered(supply_desk, ("A-110", 4), ("B-900", 3))
    async with showing(SupplyProposalsScreen) as buyer:
        await buyer.types("{f10}")
        assert buyer.screen.query_one(Question).text == "Order all 2 lines from 1 supplier?"
        await buyer.types("y")
        await until(lambda: f"Ordered: {open_one.number}" in buyer.message)
        assert len(open_supplier_order(supply_desk, open_one.number).draft.lines) == 3
        await buyer.types("{ctrl+z}")
        assert isinstance(buyer.screen, SupplyRunsScreen)
        await buyer.types("y")
        await until(lambda: "was taken back" in buyer.message)
    assert len(open_supplier_order(supply_desk, open_one.number).draft.lines) == 1
    assert links(supply_desk) == []
    assert {line.executed for line in open_order(supply_desk, sold.number).draft.lines} == {0}


async def test_shipping_to_the_customer_is_chosen_line_by_line(showing: Showing, supply_desk: Desk) -> None:
    ordered(supply_desk, ("A-110", 4), ("B-900", 3))
    async with showing(SupplyProposalsScreen) as buyer:
        await buyer.types("{enter}{enter}{enter}y{enter}")
        assert [row[3].endswith("→") for row in buyer.cells("#proposals")] == [True, False]
        await buyer.types("{f12}{f10}y")
        await until(lambda: "Ordered" in buyer.message)
    drops = {row.drop_ship: row.lines for row in each_supplier_order(supply_desk)}
    assert drops == {True: 1, False: 1}


async def test_what_was_corrected_outlives_the_desk(showing: Showing, supply_desk: Desk) -> None:
    ordered(supply_desk, ("A-110", 4))
    async with showing(SupplyProposalsScreen) as buyer:
        await buyer.types("{enter}9{enter}")
    async with showing(SupplyProposalsScreen, size=(80, 24)) as buyer:
        assert buyer.cells("#proposals")[0][9] == "*9"
        await buyer.types("{f10}")
        await until(lambda: "Ordered" in buyer.message)
    assert links(supply_desk) == [(4, 0, "")]


async def test_what_somebody_else_ordered_is_not_ordered_again(showing: Showing, supply_desk: Desk) -> None:
    ordered(supply_desk, ("A-110", 4))
    async with showing(SupplyProposalsScreen) as buyer:
        order_supply(supply_desk, proposals(supply_desk).rows)
        await buyer.types("{f10}")
        assert "D-14.3" in buyer.message
        assert buyer.cells("#proposals") == []
    assert len(supplier_orders(supply_desk)) == 1


@pytest.mark.parametrize("typing", [burst, slowly])
async def test_a_moved_line_is_accepted_and_another_ordered_elsewhere(
    showing: Showing, supply_desk: Desk, typing: Typing
) -> None:
    moved, gone = supplied(supply_desk, ("A-100", 5)), supplied(supply_desk, ("A-110", 6))
    move_dates(supply_desk, moved.draft.id, {0: LATER})
    async with showing(SupplyExceptionsScreen) as buyer:
        await typing(buyer.pilot, "{enter}acc{enter}")
        await until(lambda: "1 line decided" in buyer.message)
        cancel(supply_desk, gone.draft.id, "Gone")
        await typing(buyer.pilot, "{f5}{f9}else{enter}")
        await until(lambda: isinstance(buyer.screen, SupplyProposalsScreen))
        await until(lambda: "to order elsewhere" in buyer.message)
        assert [row[:2] for row in buyer.cells("#proposals")] == [("S3", "A-110")]
        # The whole quantity, whatever is in stock: serving from stock was another choice.
        assert buyer.screen.field("stock").text == "always"
    assert exceptions(supply_desk, urgent=True) == []
    assert open_order(supply_desk, "2026-00001").draft.lines[0].delivery_date == LATER


async def test_many_are_decided_at_once_and_what_is_refused_stays(showing: Showing, supply_desk: Desk) -> None:
    one, two = supplied(supply_desk, ("A-100", 5)), supplied(supply_desk, ("A-100", 6))
    for order in (one, two):
        move_dates(supply_desk, order.draft.id, {0: LATER})
    async with showing(SupplyExceptionsScreen) as buyer:
        await buyer.types("{space}{space}{f9}stock{enter}")
        assert "can be decided so" in buyer.message
        await buyer.types("{ctrl+u}force{enter}")
        assert buyer.screen.query_one(Question).text == "2 lines: close what won't come?"
        await buyer.types("y")
        await until(lambda: "2 lines decided" in buyer.message)
        assert buyer.cells("#exceptions") == []
    statuses = [open_order(supply_desk, number).line_statuses for number in ("2026-00001", "2026-00002")]
    assert statuses == [(LineStatus.FORCED,), (LineStatus.FORCED,)]


async def test_the_first_screen_tells_the_clerk_and_leads_there(showing: Showing, supply_desk: Desk) -> None:
    order = supplied(supply_desk, ("A-100", 5))
    move_dates(replace(supply_desk, user="berta"), order.draft.id, {0: LATER})
    async with showing(HomeScreen) as buyer:
        await until(lambda: "Supply" in needs(buyer.pilot))
        assert "2026-00001/1" in needs(buyer.pilot)
        letter = next(
            one.key for one in buyer.screen.query_one("#needs").shortcuts if one.text.startswith("2026-00001/1")
        )
        await buyer.types(letter)
        assert isinstance(buyer.screen, SupplyExceptionsScreen)
        await buyer.types("{f2}")
        assert isinstance(buyer.screen, SupplierOrderStepsScreen)


async def test_the_board_leads_to_what_is_decided(showing: Showing, supply_desk: Desk) -> None:
    order = supplied(supply_desk, ("A-100", 5))
    move_dates(supply_desk, order.draft.id, {0: LATER})
    async with showing(lambda: BoardScreen(lane=Lane.EXCEPTIONS.value)) as buyer:
        table = buyer.screen.table
        await until(lambda: table.source.count == 1)
        table.focus()
        await buyer.types("{enter}")
        assert isinstance(buyer.screen, SupplyExceptionsScreen)
        assert len(buyer.cells("#exceptions")) == 1
