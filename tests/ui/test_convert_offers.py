"""The screen that converts offers: keys typed ahead land right, nothing is converted twice, nothing chosen is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from textual.pilot import Pilot

from fluorders_tui.domain.offers import OfferStatus
from fluorders_tui.domain.order import OrderStatus
from fluorders_tui.screens import convert_offers
from fluorders_tui.screens.convert_offers import ConvertOffersScreen
from fluorders_tui.screens.order_status import OrderStatusScreen
from fluorders_tui.services.conversions import Asked, convert
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.offers import enter_offer, open_offer
from fluorders_tui.services.order_list import each_order
from fluorders_tui.services.orders import open_order, open_order_row
from fluorders_tui.widgets.question import Question
from tests.services.offer_shop import check_offers, offer_draft, offered, prospect_offer
from tests.ui.orders_desk import desk_on, opens
from tests.ui.raw_keys import burst, slowly, until

Typing = Callable[[Pilot[Any], str], Any]


def screen_of(pilot: Pilot[Any]) -> ConvertOffersScreen:
    screen = pilot.app.screen
    assert isinstance(screen, ConvertOffersScreen)
    return screen


async def arrive(pilot: Pilot[Any], *numbers: str) -> ConvertOffersScreen:
    """The screen with offers that were chosen elsewhere."""
    await pilot.app.open_screen("convert_offers", numbers=numbers)  # type: ignore[attr-defined]
    await burst(pilot, "")
    return screen_of(pilot)


def made(desk: Desk) -> list[tuple[str, list[tuple[str, Decimal]]]]:
    """The orders there are, the oldest first, with items and quantities."""
    orders = [open_order_row(desk, row.id) for row in each_order(desk)]
    return [(one.number, [(line.item, line.quantity) for line in one.draft.lines if line.item]) for one in orders[::-1]]


@pytest.mark.parametrize("typing", [burst, slowly])
async def test_offers_are_picked_lowered_and_converted_by_keys_typed_ahead(desk: Desk, typing: Typing) -> None:
    offered(desk, ("A-100", 12), ("A-110", 5), customer="C0002")
    offered(desk, ("A-120", 9))
    offered(desk, ("B-900", 3))
    async with desk_on(opens(desk)) as pilot:
        # The newest stand first; the last key of each row moves on, as everywhere.
        await typing(pilot, "{ctrl+o}convert{enter}{down}{space}{space}{f9}7{enter}{space}{f10}")
        screen = screen_of(pilot)
        await until(lambda: screen.made is not None)
        assert made(desk) == [("2026-00001", [("A-100", Decimal(7))]), ("2026-00002", [("A-120", Decimal(9))])]
        assert "Made 2026-00001, 2026-00002." in screen.message_line.text
        await typing(pilot, "{enter}")
        assert isinstance(pilot.app.screen, OrderStatusScreen)
    assert open_offer(desk, "OF2026-00003").status is OfferStatus.CONFIRMED
    check_offers(desk)


@pytest.mark.parametrize("typing", [burst, slowly])
async def test_what_is_typed_on_the_list_finds_and_one_offer_opens_at_once(desk: Desk, typing: Typing) -> None:
    for customer in ("C0002", "C0001", "C0002"):
        offered(desk, customer=customer)
    async with desk_on(opens(desk)) as pilot:
        await typing(pilot, "{ctrl+o}convert{enter}OF2026-00001{enter}3,5{enter}")
        screen = screen_of(pilot)
        assert screen.take.error is not None
        assert "no decimals" in screen.message_line.text
        # What was refused stays to be corrected, and F10 does not convert behind it.
        await typing(pilot, "{f10}")
        assert screen.current_field is screen.take
        await typing(pilot, "{ctrl+u}13{enter}{f10}")
        assert "13 are more than the 12 left" in screen.message_line.text
        assert made(desk) == []
        await typing(pilot, "{f12}3{enter}{f10}")
        await until(lambda: screen.made is not None)
    assert made(desk) == [("2026-00001", [("A-100", Decimal(3))])]


async def test_the_orders_stand_beside_with_what_keeps_them_apart(desk: Desk) -> None:
    enter_offer(desk, offer_draft(desk))
    offered(desk, ("A-120", 9), carrier="DHL")
    enter_offer(desk, prospect_offer(desk))
    async with desk_on(opens(desk), size=(132, 43)) as pilot:
        screen = await arrive(pilot, "OF2026-00001", "OF2026-00002", "OF2026-00003")
        await screen.caught_up()
        rows = screen.orders.source.rows(0, 50)
        texts = "\n".join(row.cells[0] for row in rows or ())
        assert "apart by destination and carrier: DHL, Rossi [Milano], Milano, IT" in texts
        assert "prospect becomes new customer C0004" in texts
        assert "confirms OF2026-00001, OF2026-00003 on" in screen.message_line.text
        # Emptied, the day of confirmation confirms nothing, and F10 says so.
        await burst(pilot, "{shift+tab}{ctrl+u}{enter}{f10}")
        assert "The customer has not confirmed it." in screen.message_line.text
        assert made(desk) == []
        await burst(pilot, "{shift+tab}t{enter}{tab}{tab}{end}{f2}NUOVA{enter}{f10}")
        await until(lambda: screen.made is not None)
    customers = [open_order(desk, number).draft.customer for number, _ in made(desk)]
    assert customers == ["C0001", "C0001", "NUOVA"]
    check_offers(desk)


async def test_a_conflict_says_who_and_keeps_what_was_lowered(desk: Desk) -> None:
    first = offered(desk, ("A-100", 12), ("A-110", 5))
    second = offered(desk, ("A-120", 9), carrier="DHL")
    lines = [line.id for line in first.draft.lines]
    async with desk_on(opens(desk)) as pilot:
        screen = await arrive(pilot, first.number, second.number)
        await burst(pilot, "8{enter}2{enter}{down}4{enter}")
        await screen.caught_up()
        convert(replace(desk, user="bruno"), Asked((first.draft.id,), selection={lines[0]: Decimal(6)}))
        await burst(pilot, "{f10}")
        await until(lambda: "bruno made 2026-00001 of it" in screen.message_line.text)
        kept = {lines[0]: Decimal(6), lines[1]: Decimal(2), second.draft.lines[0].id: Decimal(4)}
        assert dict(screen.choice.quantities) == kept
        assert len(made(desk)) == 1
        await burst(pilot, "{f10}")
        await until(lambda: screen.made is not None)
    assert [lines for _, lines in made(desk)][1:] == [
        [("A-100", Decimal(6)), ("A-110", Decimal(2))],
        [("A-120", Decimal(4))],
    ]
    check_offers(desk)


async def test_f12_stops_before_anything_is_written(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    offer = offered(desk)
    reached, go_on = threading.Event(), threading.Event()

    def slow(*arguments: Any) -> Any:
        reached.set()
        assert go_on.wait(10)
        return convert(*arguments)

    monkeypatch.setattr(convert_offers, "convert", slow)
    monkeypatch.setattr("fluorders_tui.screens.long_work.QUICK_SECONDS", 0.05)
    async with desk_on(opens(desk)) as pilot:
        screen = await arrive(pilot, offer.number)
        await burst(pilot, "{f10}")
        await until(reached.is_set)
        await burst(pilot, "{f10}{f3}")
        await burst(pilot, "{f12}")
        go_on.set()
        await until(lambda: "Stopped: nothing was written." in screen.message_line.text)
        assert made(desk) == []
        await burst(pilot, "{f10}")
        await until(lambda: screen.made is not None)
    assert len(made(desk)) == 1


async def test_the_conversion_is_taken_back_from_its_result(desk: Desk) -> None:
    offer = offered(desk)
    async with desk_on(opens(desk)) as pilot:
        screen = await arrive(pilot, offer.number)
        await burst(pilot, "{f9}{ctrl+z}")
        assert "cancel its order?" in screen.query_one(Question).text
        await burst(pilot, "y")
        await until(lambda: "Taken back: 2026-00001 cancelled" in screen.message_line.text)
        assert screen.is_picking
    assert [row.status for row in each_order(desk)] == [OrderStatus.CANCELLED]
    assert open_offer(desk, offer.number).status is OfferStatus.CONFIRMED


async def test_back_leads_to_the_list_and_what_was_chosen_is_there_again(desk: Desk) -> None:
    offered(desk, ("A-100", 12), ("A-110", 5))
    offered(desk)
    async with desk_on(opens(desk), size=(80, 24)) as pilot:
        await burst(pilot, "{ctrl+o}convert{enter}{down}{space}{f9}7{enter}{space}-")
        screen = screen_of(pilot)
        assert screen.lines.source.count == 1
        await burst(pilot, "{f12}{home}{space}{f9}")
        quantities = sorted(screen.choice.quantities.values())
        assert quantities == [Decimal(7), Decimal(12)]
        await burst(pilot, "{down}{ctrl+t}")
        assert len(screen.offers) == 1
