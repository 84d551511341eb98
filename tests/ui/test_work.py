"""Reads and changes in threads: newest answer only, one change at a time, the keys in order behind them."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from typing import Any, cast

import pytest

from fluorders_tui.app import FluordersApp
from fluorders_tui.domain.errors import Refused, Unreachable
from fluorders_tui.work import DeskFailed, DeskOpened
from tests.ui.conftest import Running
from tests.ui.desk_demo import DemoSettings, EntryDemo, demo_app
from tests.ui.raw_keys import burst, until


class Listening(EntryDemo):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Any] = []

    def on_desk_opened(self, message: DeskOpened) -> None:
        self.heard.append(message.desk)

    def on_desk_failed(self, message: DeskFailed) -> None:
        self.heard.append(message.error)


async def test_the_first_frame_comes_before_the_database() -> None:
    go, screen = threading.Event(), Listening()

    def opener(settings: DemoSettings) -> str:
        assert go.wait(5)
        return f"desk in {settings.language}"

    app = demo_app(screen, opener=opener)
    async with app.run_test() as pilot:
        await burst(pilot, "C00")
        assert screen.field("customer").text == "C00"
        assert app.desk is None
        go.set()
        await until(lambda: screen.heard)
        assert app.desk == screen.heard[0] == "desk in en_GB"


async def test_a_database_that_cannot_be_opened_is_told() -> None:
    def opener(settings: DemoSettings) -> str:
        raise Unreachable("There is no such host.", hint="Check the address.")

    screen = Listening()
    async with demo_app(screen, opener=opener).run_test():
        await until(lambda: screen.heard)
        assert screen.message_line.text == "There is no such host. Check the address."


async def test_only_the_newest_read_is_shown(running: Running) -> None:
    screen = EntryDemo()
    async with running(screen) as pilot:
        app, first = cast(FluordersApp, pilot.app), threading.Event()
        shown: list[object] = []
        app.run_read(screen, lambda: first.wait(5) and "old", shown.append, group="list")
        app.run_read(screen, lambda: "new", shown.append, group="list")
        await until(lambda: shown)
        first.set()
        await asyncio.sleep(0.05)
        assert shown == ["new"]


async def test_a_second_change_waits_its_turn_and_none_is_abandoned(running: Running) -> None:
    screen = EntryDemo()
    async with running(screen) as pilot:
        app, go = cast(FluordersApp, pilot.app), threading.Event()
        written: list[int] = []

        def change() -> str:
            go.wait(5)
            written.append(1)
            return "saved"

        first = asyncio.create_task(app.run_write(change))
        await asyncio.sleep(0.01)
        with pytest.raises(Refused):
            await app.run_write(change)
        first.cancel()
        go.set()
        await until(lambda: written and not app.is_writing)
        assert await app.run_write(change) == "saved"


async def test_keys_wait_behind_a_save(running: Running) -> None:
    screen = EntryDemo(delay=0.2)
    async with running(screen) as pilot:
        await burst(pilot, "{tab}{tab}{f10}after")
        assert screen.saves == 1
        assert screen.field("reference").text == "after"


async def test_a_dead_database_gives_the_keys_back(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fluorders_tui.patience.ANSWER_SECONDS", 0.05)
    screen = EntryDemo(delay=0.4)
    async with running(screen) as pilot:
        await burst(pilot, "ros{enter}{f12}{tab}t")
        assert screen.field("delivery_date").text == "t"
        assert screen.field("customer").value is None


def test_drawing_the_first_frame_needs_no_database_library() -> None:
    script = (
        "import sys, fluorders_tui.app; print([n for n in ('sqlmodel', 'sqlalchemy', 'alembic') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
