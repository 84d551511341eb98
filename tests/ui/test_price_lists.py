"""Keeping a price list with the keys of an impatient clerk: nothing is written that was not shown (D-4.10, U-1.1)."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from fluorders_tui.screens.price_lists import PriceListsScreen
from fluorders_tui.screens.registry import RegistryScreen
from fluorders_tui.services import price_list_raising
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.price_lists import price_list
from fluorders_tui.services.registries import list_rows
from fluorders_tui.services.registry_saving import save_row
from fluorders_tui.widgets.totals_bar import TotalsBar
from tests.desks import desk_on_copy, filled_file
from tests.ui.conftest import Running
from tests.ui.raw_keys import burst, settled, slowly, until

Typing = Callable[[Pilot[Any], str], Any]
BEFORE = {"A-1": "10", "A-2": "19", "B-1": "100"}
#: Percent, then Enter through the other fields into the first bracket, a second one, and Enter shows it.
RAISE = "3{enter}" + "{enter}" * 11 + "[=],[9][9]{enter}20{enter}2{enter}[=]{enter}{enter}{enter}{enter}"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with one price list of three prices."""
    return filled_file(tmp_path_factory.mktemp("price_lists") / "filled.db", fill)


def fill(desk: Desk) -> None:
    for code in BEFORE:
        save_row(desk, "items", {"code": code, "description": f"Item [{code}]", "unit": "pc"})
    save_row(desk, "price-list-types", {"code": "L", "name": "List"})
    values = {"code": "L-2026", "name": "Listino [/b]", "list_type": "L", "currency": "EUR", "valid_from": "2026-01-01"}
    lines = [{"item": item, "price": price} for item, price in BEFORE.items()]
    save_row(desk, "price-lists", values, children={"price-list-lines": lines})


@pytest.fixture
def desk(filled: Path, tmp_path: Path) -> Iterator[Desk]:
    with desk_on_copy(filled, tmp_path) as desk:
        yield desk


@pytest.fixture
def at(running: Running, desk: Desk) -> Callable[..., Any]:
    """Run the desk on the screen of one list."""

    def run(**options: Any) -> Any:
        return running(PriceListsScreen("L-2026"), opener=lambda _: desk, **options)

    return run


async def ready(pilot: Pilot[Any]) -> PriceListsScreen:
    """The screen once it knows its list."""
    screen = pilot.app.screen
    assert isinstance(screen, PriceListsScreen)
    await until(lambda: screen.current_field is not None and screen.current_field.field_name == "percent")
    await settled(pilot.app)
    return screen


def prices(desk: Desk, code: str = "L-2026") -> dict[str, str]:
    rows = list_rows(desk, "price-list-lines", parent=code).rows
    return {str(row.values["item"]): f"{row.values['price'].normalize():f}" for row in rows}  # type: ignore[union-attr]


def shown(screen: PriceListsScreen) -> list[tuple[str, ...]]:
    return [row.cells for row in screen.table.source.rows(0, 20) or ()]


@pytest.mark.parametrize("typing", [burst, slowly])
@pytest.mark.parametrize("size", [(80, 24), (132, 43)])
async def test_prices_are_raised_by_keys_alone(at: Any, desk: Desk, typing: Typing, size: tuple[int, int]) -> None:
    async with at(size=size) as pilot:
        screen = await ready(pilot)
        await typing(pilot, RAISE)
        await until(lambda: len(shown(screen)) == 3)
        assert [(cells[0], cells[6], cells[8]) for cells in shown(screen)] == [
            ("A-1", "10.99", "too far"), ("A-2", "19.99", "too far"), ("B-1", "103.00", ""),
        ]  # fmt: skip
        bar = screen.query_one(TotalsBar)
        assert [bar.figure(name) for name in ("rows", "chosen", "changed", "left", "beyond")] == [
            "3",
            "3",
            "3",
            "2",
            "2",
        ]
        assert prices(desk) == BEFORE
        await typing(pilot, "{down} {f10}")
        await until(lambda: "changed" in screen.message_line.text)
        assert screen.message_line.text == "L-2026: 3 prices, 2 changed, 1 left as they were."
    assert prices(desk) == {"A-1": "10", "A-2": "19.99", "B-1": "103"}


async def test_f10_shows_first_and_again_after_a_change(at: Any, desk: Desk) -> None:
    async with at() as pilot:
        screen = await ready(pilot)
        await burst(pilot, "3{f10}")
        await until(lambda: len(shown(screen)) == 3)
        await burst(pilot, "{f12}5{f10}")
        await until(lambda: shown(screen) and shown(screen)[0][6] == "10.50")
        assert prices(desk) == BEFORE
        await burst(pilot, "{f10}")
        await until(lambda: "3 changed" in screen.message_line.text)
    assert prices(desk)["A-1"] == "10.5"


async def test_only_what_is_too_far_can_be_marked(at: Any) -> None:
    async with at() as pilot:
        screen = await ready(pilot)
        await burst(pilot, RAISE)
        await until(lambda: len(shown(screen)) == 3)
        await burst(pilot, "{end} {home} ")
        assert [key[0] for key in screen.table.marks] == [screen.table.row_at(0).key[0]]  # type: ignore[index, union-attr]
        assert screen.query_one(TotalsBar).figure("left") == "1"


@pytest.mark.parametrize(
    ("keys", "name", "words"),
    [
        ("{f9}", "percent", "By how much?"),
        ("3{tab}2{f9}", "amount", "not both"),
        ("{tab}-10,5{f9}", "amount", "1 price can't"),
        ("0{f9}", "percent", "would not change"),
        ("3{tab}{tab}XX{f9}", "item_class", "Nothing found"),
        ("3" + "{enter}" * 12 + "[=],[x]{enter}", "mask", "Position 6"),
        ("3" + "{enter}" * 12 + "[=]{enter}{enter}{enter}[9]{enter}{enter}{enter}", "up_to", "no upper limit"),
        ("3" + "{tab}" * 8 + "L-2026{f9}", "valid_from", "From when"),
        ("3" + "{tab}" * 8 + "L-2026{tab}1.1.27{f9}", "new_code", "already"),
    ],
)
async def test_what_is_wrong_is_told_at_its_field(at: Any, desk: Desk, keys: str, name: str, words: str) -> None:
    async with at() as pilot:
        screen = await ready(pilot)
        await burst(pilot, keys)
        await until(lambda: words in screen.message_line.text)
        assert screen.current_field is not None
        assert screen.current_field.field_name == name
        assert screen.current_field.error is not None
    assert prices(desk) == BEFORE


async def test_brackets_are_edited_and_deleted_like_lines(at: Any) -> None:
    async with at() as pilot:
        screen = await ready(pilot)
        await burst(
            pilot,
            "3"
            + "{enter}" * 12
            + "[=]{enter}20{enter}{enter}[9]{enter}{enter}{enter}{up}{up}[5]{enter}30{enter}{enter}",
        )
        assert [(str(one.mask), one.up_to) for one in screen.brackets.brackets] == [("[5]", 30), ("[9]", None)]
        await burst(pilot, "{up}{ctrl+t}")
        assert [str(one.mask) for one in screen.brackets.brackets] == ["[5]"]


@pytest.mark.parametrize("typing", [burst, slowly])
async def test_the_next_version_is_opened_and_the_old_one_ends(at: Any, desk: Desk, typing: Typing) -> None:
    async with at() as pilot:
        screen = await ready(pilot)
        await typing(pilot, "{shift+tab}open{enter}L-2027{enter}1.1.27{enter}{f9}")
        await until(lambda: len(shown(screen)) == 3)
        assert shown(screen)[2] == ("L-2026 ends on 31/12/2026.",)
        await typing(pilot, "{f10}")
        await until(lambda: screen.message_line.text == "L-2027: 3 prices.")
    assert prices(desk, "L-2027") == BEFORE
    assert price_list(desk, "L-2026").valid_to == dt.date(2026, 12, 31)


async def test_dates_that_contradict_each_other_are_shown_and_not_written(at: Any, desk: Desk) -> None:
    async with at() as pilot:
        screen = await ready(pilot)
        await burst(pilot, "{shift+tab}dup{enter}L-B{enter}1.1.2026{enter}{f9}")
        await until(lambda: "start on 2026-01-01" in screen.message_line.text)
        assert shown(screen)[-1][0].startswith("✗ Two lists L")
        await burst(pilot, "{f10}")
        assert screen.current_field is not None
        assert screen.current_field.field_name == "valid_from"
    assert list_rows(desk, "price-lists").total == 1


async def test_a_list_is_closed(at: Any, desk: Desk) -> None:
    async with at() as pilot:
        screen = await ready(pilot)
        await burst(pilot, "{shift+tab}close{enter}31.12.2026{f9}{f10}")
        await until(lambda: screen.message_line.text == "L-2026: 3 prices.")
    assert price_list(desk, "L-2026").valid_to == dt.date(2026, 12, 31)


async def test_what_somebody_changed_meanwhile_is_told_and_shown_again(at: Any, desk: Desk) -> None:
    async with at() as pilot:
        screen = await ready(pilot)
        await burst(pilot, "3{f9}")
        await until(lambda: len(shown(screen)) == 3)
        row = list_rows(desk, "price-list-lines", parent="L-2026").rows[0]
        save_row(desk, "price-list-lines", {"price": "50"}, row_id=row.id)
        await burst(pilot, "{f10}")
        await until(lambda: "anna changed the price list L-2026" in screen.message_line.text)
        assert prices(desk)["A-1"] == "50"
        await burst(pilot, "{f10}")
        await until(lambda: len(shown(screen)) == 3)
        await burst(pilot, "{f10}")
        await until(lambda: "3 changed" in screen.message_line.text)
    assert prices(desk)["A-1"] == "51.5"


async def test_what_takes_long_can_be_stopped(at: Any, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    going, shut = threading.Event(), threading.Event()
    monkeypatch.setattr("fluorders_tui.screens.price_lists.QUICK_SECONDS", 0.01)

    def slow(*args: Any) -> None:
        going.set()
        assert shut.wait(5)
        real(*args)

    real = price_list_raising.write_prices
    async with at() as pilot:
        screen = await ready(pilot)
        await burst(pilot, "3{f9}")
        await until(lambda: len(shown(screen)) == 3)
        monkeypatch.setattr(price_list_raising, "write_prices", slow)
        monkeypatch.setattr("fluorders_tui.data.price_list_rows.CHUNK", 1)
        await burst(pilot, "{f10}")
        await until(going.is_set)
        await burst(pilot, "{f10}{f3}{f12}")
        assert pilot.app.screen is screen
        shut.set()
        await until(lambda: screen.message_line.text == "Stopped: nothing was written.")
        await burst(pilot, "{f3}")
    assert prices(desk) == BEFORE


async def test_f9_in_the_registry_leads_here_and_f3_back(running: Running, desk: Desk) -> None:
    async with running(RegistryScreen("price-lists"), opener=lambda _: desk) as pilot:
        list_screen: Any = pilot.app.screen
        await until(lambda: list_screen._listed is not None and list_screen.focused is not None)
        await burst(pilot, "{f9}3{f9}")
        screen = pilot.app.screen
        assert isinstance(screen, PriceListsScreen)
        await until(lambda: len(shown(screen)) == 3)
        await burst(pilot, "{f3}")
        assert pilot.app.screen is list_screen
