"""The screen of lines: what is typed decides which lines are changed, however fast it is typed (U-1.1, D-17.4)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from textual.pilot import Pilot

from fluorders_tui.domain.line_listing import LineFilter
from fluorders_tui.domain.order import OrderStatus
from fluorders_tui.screens.lines import LinesScreen
from fluorders_tui.services import mass_changes
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.line_list import OPEN_LINES, LineSort, each_line
from fluorders_tui.services.orders import open_order_row
from fluorders_tui.widgets.question import Question
from tests.conftest import FixedClock
from tests.desks import desk_at
from tests.services.lines_on_list import change_by_hand, fill_lines
from tests.services.orders_on_list import fill_registries
from tests.ui.orders_desk import desk_on, opens
from tests.ui.raw_keys import burst, slowly, until

Typing = Callable[[Pilot[Any], str], Any]


@pytest.fixture
def lines_desk(new_sqlite: Callable[..., str], clock: FixedClock) -> Iterator[Desk]:
    """A desk with eight orders of two coded lines and a note."""
    with desk_at(new_sqlite(started=True), clock) as desk:
        fill_registries(desk)
        fill_lines(desk, 8)
        yield desk


def lines(pilot: Pilot[Any]) -> LinesScreen:
    screen = pilot.app.screen
    assert isinstance(screen, LinesScreen)
    return screen


async def done(pilot: Pilot[Any]) -> LinesScreen:
    """The screen once what runs in the background is over and told."""
    screen = lines(pilot)
    await until(lambda: screen._idle.is_set())
    await burst(pilot, "")
    return screen


@pytest.mark.parametrize("typing", [burst, slowly])
async def test_selected_lines_are_shown_and_changed_by_keys_typed_ahead(lines_desk: Desk, typing: Typing) -> None:
    expected = [row.id for row in each_line(lines_desk, OPEN_LINES)][:2]
    async with desk_on(opens(lines_desk)) as pilot:
        await typing(pilot, "8{enter}{space}{space}{f9}price{enter}3,25{enter}{f10}")
        screen = await done(pilot)
        await until(lambda: "Changed" in screen.message_line.text)
        assert "Changed: 2 lines" in screen.message_line.text
        assert not screen.is_changing
        changed = [row.id for row in each_line(lines_desk) if row.price == Decimal("3.25")]
        assert changed == expected
        await typing(pilot, "{ctrl+z}y")
        await until(lambda: "Undone" in screen.message_line.text)
        assert not [row for row in each_line(lines_desk) if row.price == Decimal("3.25")]


@pytest.mark.parametrize("typing", [burst, slowly])
async def test_without_a_selection_the_number_of_lines_is_asked_first(lines_desk: Desk, typing: Typing) -> None:
    async with desk_on(opens(lines_desk)) as pilot:
        await typing(pilot, "8a-100{f9}discount{enter}10{enter}")
        screen = lines(pilot)
        count = len(list(each_line(lines_desk, LineFilter(item="A-100", open_only=True))))
        assert screen.query_one(Question).text == f"All {count} lines shown: discount 10?"
        await typing(pilot, "y")
        await done(pilot)
        assert screen.preview_table.source.count == count
        assert f"{count} lines of" in screen.message_line.text
        assert all(row.discounts == "" for row in each_line(lines_desk))
        await typing(pilot, "{f10}")
        await done(pilot)
        changed = [row.item for row in each_line(lines_desk) if row.discounts == "10"]
        assert changed == ["A-100"] * count


async def test_moved_dates_are_read_by_locale_and_f10_answers_no_question(lines_desk: Desk) -> None:
    async with desk_on(opens(lines_desk)) as pilot:
        await burst(pilot, "8{enter}{space}{f9}delivery{enter}31.12.2026{enter}")
        screen = await done(pilot)
        (row,) = screen.preview_table.source.rows(0, 5)
        assert row.cells[5] == "31/12/2026"
        await burst(pilot, "{f10}")
        await done(pilot)
        await burst(pilot, "{ctrl+z}{f10}")
        assert screen.query_one(Question).text.endswith(", 1 order?")
        assert screen.message_line.text == "Answer the question first: y or n."


async def test_no_keeps_everything_and_back_leads_through_the_levels(lines_desk: Desk) -> None:
    async with desk_on(opens(lines_desk)) as pilot:
        await burst(pilot, "8{f9}close{enter}gone{enter}n")
        screen = lines(pilot)
        assert screen.is_changing
        await burst(pilot, "{enter}y")
        await done(pilot)
        assert screen.preview_table.display
        assert screen.preview_table.has_focus
        await burst(pilot, "{f12}")
        assert screen.current_field is screen.field("value")
        await burst(pilot, "{f12}")
        assert not screen.is_changing
        assert screen.table.has_focus
        assert all(row.order_status is not OrderStatus.FORCED for row in each_line(lines_desk))


async def test_what_cannot_be_meant_is_told_at_the_field(lines_desk: Desk) -> None:
    async with desk_on(opens(lines_desk)) as pilot:
        await burst(pilot, "8{f9}delivery{enter}{enter}")
        screen = lines(pilot)
        assert screen.field("value").error is not None
        assert screen.current_field is screen.field("value")
        await burst(pilot, "99.99.{enter}")
        assert screen.field("value").error is not None
        await burst(pilot, "{ctrl+u}+3{enter}")
        assert screen.query_one(Question).text.endswith("delivery 3 days later?")


async def test_filters_and_sort_act_on_what_was_typed_before(lines_desk: Desk) -> None:
    async with desk_on(opens(lines_desk), size=(132, 43)) as pilot:
        await burst(pilot, "8{tab}{ctrl+u}all{enter}{ctrl+f}bianchi{f8}{f8}{f8}")
        screen = lines(pilot)
        expected = [row.id for row in each_line(lines_desk, LineFilter(text="bianchi"), LineSort.ITEM)]
        assert screen.table.source.count == len(expected)
        shown = screen.table.source.rows(0, len(expected))
        assert shown is not None
        assert [row.key for row in shown] == expected
        assert "all" in screen.title_bar.left
        assert "by item" in screen.title_bar.left


async def test_a_selection_does_not_outlive_its_filter(lines_desk: Desk) -> None:
    async with desk_on(opens(lines_desk)) as pilot:
        await burst(pilot, "8{enter}{space}{space}{ctrl+f}a-200{enter}")
        screen = lines(pilot)
        assert screen.table.marks == set()
        assert screen.lines_meant()[1] is False


async def test_orders_that_stay_are_listed(lines_desk: Desk) -> None:
    async with desk_on(opens(lines_desk)) as pilot:
        await burst(pilot, "8{f9}note{enter}call{enter}y")
        screen = await done(pilot)
        order = screen._preview.orders[0].order_id if screen._preview else 0
        change_by_hand(lines_desk, order)
        await burst(pilot, "{f10}")
        await done(pilot)
        await until(lambda: screen.pane.is_open)
        assert open_order_row(lines_desk, order).number in screen.pane.text
        assert "Somebody else changed" in screen.pane.text


async def test_f12_stops_between_two_orders(lines_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    reached, go_on = threading.Event(), threading.Event()
    written = mass_changes._write
    calls = []

    def write(*arguments: Any) -> int:
        calls.append(arguments)
        if len(calls) == 3:
            reached.set()
            assert go_on.wait(10)
        return written(*arguments)

    monkeypatch.setattr(mass_changes, "_write", write)
    async with desk_on(opens(lines_desk)) as pilot:
        await burst(pilot, "8{f9}note{enter}call{enter}y")
        await done(pilot)
        await burst(pilot, "{f10}")
        await until(reached.is_set)
        await burst(pilot, "{f12}")
        screen = lines(pilot)
        assert "Stopping" in screen.message_line.text
        go_on.set()
        await done(pilot)
        await until(lambda: "Stopped" in screen.message_line.text)
        assert len(calls) == 3
        noted = {row.order_id for row in each_line(lines_desk) if row.note == "call"}
        assert len(noted) == 3


async def test_a_clerk_is_told_who_may_close_lines(lines_desk: Desk) -> None:
    from dataclasses import replace

    async with desk_on(opens(replace(lines_desk, role="clerk"))) as pilot:
        await burst(pilot, "8{f9}close{enter}gone{enter}")
        screen = lines(pilot)
        assert "Only supervisor, expediter or administrator may close what is left by force" in screen.message_line.text
        assert screen.query_one(Question).text == ""


async def test_the_orders_list_leads_to_the_lines_of_its_order(lines_desk: Desk) -> None:
    async with desk_on(opens(lines_desk)) as pilot:
        await burst(pilot, "2{down}{ctrl+l}")
        screen = lines(pilot)
        await until(lambda: screen.table.source.count == 3)
        await burst(pilot, "{f9}prices{enter}manual{enter}")
        assert screen.query_one(Question).text.startswith("All 3 lines shown: prices updated by document date")


async def test_another_screen_opens_it_on_the_prices_of_one_order(lines_desk: Desk) -> None:
    number = next(iter(each_line(lines_desk))).number
    async with desk_on(opens(lines_desk)) as pilot:
        await pilot.app.open_screen("lines", show="all", number=number, change="prices")  # type: ignore[attr-defined]
        await burst(pilot, "delivery manual{enter}y")
        screen = await done(pilot)
        assert screen.preview_table.display
        assert "prices updated by delivery date, manual prices too" in screen.title_bar.left
