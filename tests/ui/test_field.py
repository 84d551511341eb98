"""One field: formats on leaving, keeps the focus on an error, survives whatever is pasted (U-1.6, U-1.8)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from tests.ui.conftest import Running
from tests.ui.desk_demo import EntryDemo
from tests.ui.raw_keys import burst, paste, settled

NASTY = [
    "x" * 10_000, "👩\u200d👩\u200d👧\u200d👦" * 200, "שלום " * 300, "[b][/]$x", "\x00\x1b[2J\x07\u202e", "\n\r\n",
    "a\x0bb\x1cc", "日本" * 600,
]  # fmt: skip


async def test_shorthand_becomes_a_value_on_leaving(running: Running) -> None:
    screen = EntryDemo()
    async with running(screen) as pilot:
        await burst(pilot, "{tab}+7{tab}")
        field = screen.field("delivery_date")
        assert field.value == dt.date(2026, 12, 1)
        assert field.text == "2026-12-01"
        screen.field("quantity").focus()
        await burst(pilot, "3*12,5{tab}")
        assert screen.field("quantity").value == Decimal("37.5")


async def test_an_error_keeps_the_focus_and_says_so_twice(running: Running) -> None:
    screen = EntryDemo()
    async with running(screen) as pilot:
        for key in ("{enter}", "{tab}"):
            await burst(pilot, "{tab}" if screen.field("customer").input.has_focus else "")
            field = screen.field("delivery_date")
            await burst(pilot, "99" + key)
            assert screen.current_field is field
            assert "✗" in field.render_line(0).text
            assert screen.message_line.kind == "error"
            assert field.value is None
            await burst(pilot, "{f12}")
            assert field.text == ""
            assert field.error is None
            assert screen.message_line.text == ""


async def test_typing_takes_the_error_away(running: Running) -> None:
    screen = EntryDemo()
    async with running(screen) as pilot:
        await burst(pilot, "zzz{enter}")
        assert screen.field("customer").error is not None
        await burst(pilot, "y")
        assert screen.field("customer").error is None


async def test_a_refusal_of_the_trade_keeps_the_text_and_the_old_value(running: Running) -> None:
    screen = EntryDemo()
    async with running(screen) as pilot:
        field = screen.field("quantity")
        field.set_value(Decimal(5))
        field.focus()
        await burst(pilot, "{ctrl+u}99999{enter}")
        assert (field.text, field.value) == ("99999", Decimal(5))
        assert "(D-6.1)" in screen.message_line.text
        await burst(pilot, "{f12}")
        assert field.text == "5"


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
async def test_anything_may_be_pasted_anywhere(running: Running, text: str) -> None:
    screen = EntryDemo()
    async with running(screen) as pilot:
        for name in ("customer", "delivery_date", "reference", "item", "quantity"):
            screen.field(name).focus()
            await paste(pilot, text)
            await burst(pilot, "{enter}{f12}{f12}{ctrl+u}")
        await settled(pilot.app)
        assert screen.is_running


async def test_a_click_elsewhere_formats_what_was_typed(running: Running) -> None:
    screen = EntryDemo()
    async with running(screen) as pilot:
        screen.field("delivery_date").focus()
        await burst(pilot, "t")
        await pilot.click(screen.field("reference").input)
        assert screen.field("delivery_date").text == "2026-11-24"
