"""The screen of conversions: who did what, and taking one back after a look, by keys typed ahead (D-13.6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from textual.pilot import Pilot

from fluorders_tui.domain.offers import OfferStatus
from fluorders_tui.domain.order import OrderStatus
from fluorders_tui.screens.conversion_runs import ConversionRunsScreen
from fluorders_tui.services.conversion_runs import undo
from fluorders_tui.services.conversions import Asked, convert
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.offers import open_offer
from fluorders_tui.services.orders import change_order, open_order, open_order_row
from fluorders_tui.widgets.question import Question
from tests.services.offer_shop import check_offers, confirmed, offer_draft, offer_type_row, offered
from tests.shop import with_line
from tests.ui.orders_desk import desk_on, opens
from tests.ui.raw_keys import burst, slowly, until

Typing = Callable[[Pilot[Any], str], Any]


def screen_of(pilot: Pilot[Any]) -> ConversionRunsScreen:
    screen = pilot.app.screen
    assert isinstance(screen, ConversionRunsScreen)
    return screen


def cells(screen: ConversionRunsScreen, table: str = "table") -> list[tuple[str, ...]]:
    rows = getattr(screen, table).source.rows(0, 50)
    return [row.cells for row in rows or ()]


@pytest.mark.parametrize("typing", [burst, slowly])
async def test_a_conversion_is_found_looked_at_and_taken_back(desk: Desk, typing: Typing) -> None:
    offers = [offered(desk, customer=customer) for customer in ("C0001", "C0002")]
    for offer, user in zip(offers, ("bruno", "carla"), strict=True):
        convert(replace(desk, user=user), Asked((offer.draft.id,)))
    async with desk_on(opens(desk)) as pilot:
        await typing(pilot, "{ctrl+o}conversions{enter}bruno{enter}{f9}{f10}")
        screen = screen_of(pilot)
        assert cells(screen)[0][2:5] == ("bruno", "2026-00001", "OF2026-00001")
        assert [row[0] for row in cells(screen, "orders")] == ["2026-00001"]
        assert "cancel its order?" in screen.query_one(Question).text
        await typing(pilot, "y")
        await until(lambda: "Taken back: 2026-00001 cancelled" in screen.message_line.text)
        assert cells(screen)[0][5].startswith("anna ")
        # Once more is refused with who did it.
        await typing(pilot, "{ctrl+z}")
        assert "anna took this run back already." in screen.message_line.text
    assert open_order(desk, "2026-00001").draft.status is OrderStatus.CANCELLED
    assert open_offer(desk, "OF2026-00001").status is OfferStatus.CONFIRMED
    assert open_offer(desk, "OF2026-00002").status is OfferStatus.CONVERTED
    check_offers(desk)


async def test_what_stands_in_the_way_is_shown_and_nothing_is_taken_back(desk: Desk) -> None:
    offer_type_row(desk, "WEB", "WEB")
    went_on = confirmed(desk, offer_draft(desk, type_code="WEB"))
    changed = offered(desk, ("A-110", 2))
    made = convert(desk, Asked((went_on.draft.id, changed.draft.id)))
    order = open_order_row(desk, made.orders[1][0]).draft
    change_order(desk, with_line(desk, order, "A-120", 3))
    async with desk_on(opens(desk), size=(80, 24)) as pilot:
        await burst(pilot, "{ctrl+o}conversions{enter}{enter}{f10}")
        screen = screen_of(pilot)
        said = {row[0]: row[2] for row in cells(screen, "orders")}
        assert "The order is confirmed" in said[made.orders[0][1]]
        assert "1 line typed since go" in said[made.orders[1][1]]
        assert screen.query_one(Question).text == ""
        assert "confirmed" in screen.message_line.text
        await burst(pilot, "{f12}")
        assert screen.focused is screen.table
        assert not screen.orders.display
    assert open_order_row(desk, made.orders[1][0]).draft.status is OrderStatus.ENTERED


async def test_another_desk_that_was_faster_is_named(desk: Desk) -> None:
    made = convert(desk, Asked((offered(desk, ("A-100", 4)).draft.id,)))
    async with desk_on(opens(desk)) as pilot:
        await burst(pilot, "{ctrl+o}conversions{enter}{f9}")
        undo(replace(desk, user="bruno"), made.run_id)
        await burst(pilot, "{f10}y")
        screen = screen_of(pilot)
        await until(lambda: "bruno took this run back already." in screen.message_line.text)
        assert cells(screen)[0][5].startswith("bruno ")
    assert [line.quantity for line in open_order_row(desk, made.orders[0][0]).draft.lines] == [Decimal(4)]
