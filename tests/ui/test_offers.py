"""The offers list: filters, selection, and what is done to offers from their rows (D-13)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from textual.app import ComposeResult
from textual.pilot import Pilot

from fluorders_tui import app
from fluorders_tui.domain.links import DocumentKind
from fluorders_tui.screens.base import DeskScreen
from fluorders_tui.screens.offers import OffersScreen
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.offer_list import OfferRow, each_offer
from fluorders_tui.services.offers import offer_story_of
from fluorders_tui.widgets.message_line import MessageLine
from fluorders_tui.widgets.reading_pane import ReadingPane
from fluorders_tui.widgets.title_bar import TitleBar
from tests.services.offer_shop import TODAY, fill_offers
from tests.ui.orders_desk import desk_on, opens
from tests.ui.raw_keys import burst, slowly, until

Typing = Callable[[Pilot[Any], str], Any]


class Elsewhere(DeskScreen):
    """Stands for the screen that an action opens, to see with what it is opened."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__()
        self.arguments = arguments

    def compose(self) -> ComposeResult:
        yield TitleBar("Elsewhere")
        yield MessageLine()
        yield ReadingPane()


@pytest.fixture(name="desk")
def offers_desk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The shop with seven offers; other screens are only looked at from outside."""
    fill_offers(desk)
    there = dict.fromkeys(("offer_entry", "convert_offers", "order_status"), f"{__name__}:Elsewhere")
    monkeypatch.setattr(app, "SCREENS", {**app.SCREENS, **there})
    return desk


def offers(pilot: Pilot[Any]) -> OffersScreen:
    screen = pilot.app.screen
    assert isinstance(screen, OffersScreen)
    return screen


def opened(pilot: Pilot[Any]) -> dict[str, Any]:
    screen = pilot.app.screen
    assert isinstance(screen, Elsewhere)
    return screen.arguments


def listed(pilot: Pilot[Any]) -> list[str]:
    table = offers(pilot).table
    rows = table.source.rows(0, table.source.count)
    assert rows is not None
    return [row.cells[0][-1] for row in rows]


def stored(desk: Desk) -> dict[str, OfferRow]:
    return {row.number[-1]: row for row in each_offer(desk)}


@pytest.mark.parametrize(
    ("word", "numbers"),
    [
        ("open", "7632"),
        ("expiring", "2"),
        ("convertible", "6"),
        ("confirmed", "6"),
        ("converted", "4"),
        ("lost", "5"),
        ("expired", "1"),
        ("prospects", "6"),
        ("versions", "77654321"),
    ],
)
async def test_what_is_shown_is_chosen_by_a_word(desk: Desk, word: str, numbers: str) -> None:
    async with desk_on(opens(desk)) as pilot:
        await burst(pilot, "5{f4}" + word + "{enter}")
        assert "".join(listed(pilot)) == numbers


async def test_a_row_says_until_when_and_what_became_of_it(desk: Desk) -> None:
    async with desk_on(opens(desk), size=(132, 43)) as pilot:
        await burst(pilot, "5{f8}")
        table = offers(pilot).table
        rows = {row.cells[0][-1]: row.cells for row in table.source.rows(0, 7) or ()}
        assert rows["2"][5] == f"! {offers(pilot).day(TODAY + dt.timedelta(7))}"
        assert rows["3"][5].startswith("  ")
        assert (rows["4"][7], rows["5"][7], rows["7"][1]) == (stored(desk)["4"].orders[0], "Price too high", "2")


@pytest.mark.parametrize("typing", [burst, slowly])
async def test_space_selects_and_f9_takes_the_selected_ones_to_conversion(desk: Desk, typing: Typing) -> None:
    async with desk_on(opens(desk)) as pilot:
        await typing(pilot, "5{space}{down}{space}{f9}")
        assert opened(pilot) == {"numbers": ("OF2026-00005", "OF2026-00007")}
        await typing(pilot, "{f3}nuova srl{f9}")
        assert opened(pilot) == {"numbers": ("OF2026-00006",)}


async def test_a_space_in_a_text_is_a_space(desk: Desk) -> None:
    async with desk_on(opens(desk)) as pilot:
        await burst(pilot, "5nuova srl")
        screen = offers(pilot)
        assert screen.field("find").text == "nuova srl"
        assert not screen.table.marks
        await burst(pilot, "{tab}{space}")
        assert len(screen.table.marks) == 1
        assert "1 found · 1 selected" in screen.title_bar.left
        await burst(pilot, "{ctrl+f}{f12}")
        assert not screen.table.marks


@pytest.mark.parametrize("typing", [burst, slowly])
async def test_an_offer_is_lost_with_a_reason_and_taken_up_again(desk: Desk, typing: Typing) -> None:
    async with desk_on(opens(desk)) as pilot:
        await typing(pilot, "500002{insert}lose{enter}{enter}")
        assert stored(desk)["2"].status.value == "entered"
        assert "why" in offers(pilot).message_line.text
        await typing(pilot, "too dear [b]{enter}")
        row = stored(desk)["2"]
        assert (row.status.value, row.reason) == ("lost", "too dear [b]")
        assert offers(pilot).message_line.text == "OF2026-00002 lost."
        await typing(pilot, "{insert}reopen{enter}{enter}")
        assert stored(desk)["2"].status.value == "entered"
        await typing(pilot, "{insert}lose{enter}pri{enter}")
        assert stored(desk)["2"].reason == "Price too high"


async def test_several_are_confirmed_after_a_question_and_a_refusal_leaves_the_others(desk: Desk) -> None:
    async with desk_on(opens(desk)) as pilot:
        await burst(pilot, "5{f4}all{enter}{space}{down}{space}{insert}confirm{enter}{enter}")
        assert stored(desk)["7"].status.value == "entered"
        await burst(pilot, "y")
        assert stored(desk)["7"].status.value == "confirmed"
        message = offers(pilot).message_line.text
        assert "OF2026-00007: confirmed" in message
        assert "OF2026-00005: " in message
        assert not offers(pilot).table.marks


async def test_validity_is_extended_by_a_short_date_and_a_wrong_one_is_told(desk: Desk) -> None:
    async with desk_on(opens(desk)) as pilot:
        await burst(pilot, "500001{insert}extend{enter}never{enter}")
        assert offers(pilot).field("action_value").error is not None
        await burst(pilot, "{ctrl+u}+30{enter}")
        row = stored(desk)["1"]
        assert (row.status.value, row.valid_until) == ("entered", TODAY + dt.timedelta(30))


async def test_opening_the_list_marks_what_has_expired(desk: Desk) -> None:
    """P-108: it counts as expired anyway; the journal tells it from then on."""

    def told() -> list[str]:
        return [entry.text for entry in offer_story_of(desk, "1")]

    assert not any("expired" in text for text in told())
    async with desk_on(opens(desk)) as pilot:
        await burst(pilot, "5")
        await until(lambda: any("expire" in text for text in told()))
        await until(lambda: listed(pilot)[-1:] == ["1"])


async def test_copies_and_versions_open_where_they_are_typed(desk: Desk) -> None:
    async with desk_on(opens(desk)) as pilot:
        await burst(pilot, "500003{f7}c0002{enter}")
        copied = opened(pilot)["copied"]
        assert (copied.draft.customer, copied.draft.number, len(copied.draft.lines)) == ("C0002", "", 1)
        # Of several at once nothing could be typed on: nothing is said to be done that isn't.
        await burst(pilot, "{f3}{ctrl+f}{ctrl+u}{space}{down}{space}{f7}{enter}")
        assert "one at a time" in offers(pilot).message_line.text
        await burst(pilot, "{f12}{f12}3{insert}version{enter}")
        made = next(row for row in each_offer(desk) if row.number[-1] == "3")
        assert (opened(pilot), made.version) == ({"row": made.id}, 2)
        await burst(pilot, "{f3}{f2}")
        assert opened(pilot) == {"row": made.id}
        await burst(pilot, "{f3}{enter}")
        assert opened(pilot) == {"kind": DocumentKind.OFFER, "row": made.id}


async def test_the_cursor_goes_to_the_number_and_a_filter_is_kept_under_a_name(desk: Desk) -> None:
    async with desk_on(opens(desk)) as pilot:
        await burst(pilot, "5{f4}open{enter}{f8}{f8}{f10}Week{enter}{f3}5{f4}week{enter}")
        screen = offers(pilot)
        assert "by end of validity" in screen.title_bar.left
        assert listed(pilot)[0] == "2"
        await burst(pilot, "{insert}{f12}")
        await until(lambda: screen.field("find").input.has_focus)
        assert not screen.is_doing
