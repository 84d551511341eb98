"""The message line, the totals bar, the side panel and the command bar."""

from __future__ import annotations

import asyncio

from fluorders_tui.domain.errors import Refused
from fluorders_tui.widgets.command_bar import CommandBar
from fluorders_tui.widgets.message_line import MessageLine
from fluorders_tui.widgets.side_panel import Block, Fact, SidePanel
from fluorders_tui.widgets.totals_bar import TotalsBar
from tests.ui.conftest import Running
from tests.ui.desk_demo import EntryDemo, ListDemo
from tests.ui.raw_keys import burst


async def test_what_is_said_reads_without_colours(running: Running) -> None:
    screen = EntryDemo()
    async with running(screen):
        line = screen.query_one(MessageLine)
        line.tell(Refused("The limit is passed.", rule="D-5.5", hint="Ask for approval."))
        assert line.render_line(0).text.startswith("✗ The limit is passed. Ask for approval. (D-5.5)")
        line.tell(Refused("The discounts take more than the line is worth.", rule="D-5.5", hint="Type fewer; " * 4))
        assert "D-5.5" in line.text
        assert line.render_line(0).text.rstrip().endswith("Type fewer;")
        line.say("[b]saved[/b]", "done")
        assert line.render_line(0).text.startswith("✓ [b]saved[/b]")
        line.clear()
        assert not line.render_line(0).text.strip()


async def test_only_long_waiting_is_mentioned(running: Running) -> None:
    screen = EntryDemo()
    async with running(screen):
        line = screen.query_one(MessageLine)
        line.say("before")
        with line.waiting("Looking up…"):
            await asyncio.sleep(0.02)
            assert line.text == "before"
            await asyncio.sleep(0.2)
            assert (line.text, line.kind) == ("Looking up…", "busy")
        assert (line.text, line.kind) == ("before", "info")


async def test_totals_and_side_panel_show_what_they_are_given(running: Running) -> None:
    screen = EntryDemo()
    async with running(screen, size=(132, 43)):
        bar, panel = screen.query_one(TotalsBar), screen.query_one(SidePanel)
        bar.update_figures({"total": "1,234.00"})
        assert bar.render_line(1).text.rstrip().endswith("1,234.00")
        assert bar.figure("net") == ""
        panel.show([Block("Rossi [b]", (Fact("Credit left", "10.00"), "a sentence " * 9))])
        assert panel.render_line(0).text.startswith(" Rossi [b]")
        assert panel.render_line(1).text.rstrip().endswith("10.00")
        assert all(len(panel.render_line(y).text) == panel.size.width for y in range(9))


async def test_the_bar_shows_what_can_be_done_here(running: Running) -> None:
    screen = EntryDemo()
    async with running(screen, size=(132, 30)) as pilot:
        bar = screen.query_one(CommandBar)
        assert "F4 Look up" in bar.render_line(0).text
        screen.set_focus(None)
        await pilot.pause()
        assert "F4" not in bar.render_line(0).text
        x = bar.render_line(0).text.index("F10")
        await pilot.click(bar, offset=(x, 0))
        assert screen.saves == 1


async def test_the_bar_gives_way_on_a_narrow_screen_and_follows_the_keymap(running: Running) -> None:
    screen = ListDemo()
    async with running(screen, size=(40, 24)) as pilot:
        bar = screen.query_one(CommandBar)
        text = bar.render_line(0).text
        assert "F3 Leave" in text
        assert "Find" not in text
        pilot.app.set_keymap({"leave": "f11"})
        await pilot.pause()
        assert "F11 Leave" in bar.render_line(0).text
        await burst(pilot, "{tab}")
