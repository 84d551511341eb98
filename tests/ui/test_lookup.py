"""Lists of hits: fed late, never stale, chosen without leaving the field."""

from __future__ import annotations

import pytest
from textual.geometry import Region

from fluorders_tui.domain.errors import Unreachable
from fluorders_tui.widgets.choices import Choice, Resolution
from fluorders_tui.widgets.lookup import Lookup
from tests.ui.conftest import Running
from tests.ui.desk_demo import CUSTOMERS, EntryDemo
from tests.ui.raw_keys import burst, until


async def test_hits_appear_when_typing_stops_and_typing_never_waits(running: Running) -> None:
    screen = EntryDemo(delay=0.2, debounce=0.01)
    async with running(screen) as pilot:
        await burst(pilot, "ro")
        field, hits = screen.field("customer"), screen.query_one(Lookup)
        assert field.text == "ro"
        await until(lambda: field.request_id > 0)
        await burst(pilot, "s")
        assert field.text == "ros"
        await until(lambda: hits.is_open)
        assert hits.source.count == 2
        assert hits.picked is None
        await burst(pilot, "{f12}")
        assert not hits.is_open
        assert field.text == "ros"
        await burst(pilot, "{f12}")
        assert field.text == ""


async def test_an_answer_to_an_older_question_is_dropped(running: Running) -> None:
    screen = EntryDemo(debounce=60)
    async with running(screen) as pilot:
        await burst(pilot, "r")
        field, hits = screen.field("customer"), screen.query_one(Lookup)
        old = field.next_request()
        new = field.next_request()
        assert not hits.offer(field, old, CUSTOMERS)
        assert not hits.is_open
        assert hits.offer(field, new, CUSTOMERS[:1])
        assert hits.is_open


async def test_an_exact_code_never_needs_the_list(running: Running) -> None:
    screen = EntryDemo()
    async with running(screen) as pilot:
        await burst(pilot, "c0001{enter}")
        assert screen.field("customer").choice == CUSTOMERS[0]
        assert screen.current_field is screen.field("item")


async def test_the_list_stays_on_the_screen(running: Running) -> None:
    screen = EntryDemo()
    async with running(screen, size=(40, 12)) as pilot:
        hits = screen.query_one(Lookup)
        for keys in ("{f4}", "{f12}C0001{enter}A-1{f4}"):
            await burst(pilot, keys)
            await pilot.pause()
            assert hits.is_open
            assert Region(0, 0, 40, 12).contains_region(hits.region)
            anchor = screen.current_field.input.region if screen.current_field else Region()
            assert not hits.region.overlaps(anchor)


async def test_a_click_chooses(running: Running) -> None:
    screen = EntryDemo()
    async with running(screen) as pilot:
        await burst(pilot, "ros{down}")
        await pilot.pause()
        await pilot.click(Lookup, offset=(4, 2))
        await pilot.click(Lookup, offset=(4, 2))
        await until(lambda: screen.field("customer").choice == CUSTOMERS[1])


async def test_a_database_that_fails_is_told_at_the_field(running: Running) -> None:
    async def gone(text: str) -> Resolution:
        raise Unreachable("The database doesn't answer.", hint="Try again.")

    screen = EntryDemo()
    async with running(screen) as pilot:
        screen.field("customer").resolver = gone
        await burst(pilot, "x{enter}")
        assert screen.current_field is screen.field("customer")
        assert screen.message_line.kind == "error"
        assert "Try again." in screen.message_line.text


@pytest.mark.parametrize(
    ("text", "codes", "kind"),
    [("a1", ["A1", "A10"], "exact"), ("a", ["A1"], "one"), ("a", ["A1", "A2"], "many"), ("a", [], "none")],
)
def test_the_exact_code_comes_first(text: str, codes: list[str], kind: str) -> None:
    found = Resolution.of(text, [Choice(code) for code in codes])
    assert found.kind == kind
    assert len(found.choices) == (1 if kind in ("exact", "one") else len(codes))
