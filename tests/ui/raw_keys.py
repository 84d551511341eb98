"""Keys as a terminal delivers them: many at once, without waiting for the screen in between (U-1.1)."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

from textual import events
from textual.app import App
from textual.keys import _character_to_key
from textual.pilot import Pilot

TOKEN = re.compile(r"\{([^{}]+)\}|(.)", re.DOTALL)
CHARACTERS = {"enter": "\r", "tab": "\t", "space": " ", "ctrl+j": "\n", "escape": "\x1b", "backspace": "\x7f"}


def keys_of(text: str) -> Iterator[events.Key]:
    """Key events of a text in which `{enter}`, `{f4}`, `{ctrl+s}` stand for keys."""
    for match in TOKEN.finditer(text):
        name, character = match.groups()
        if name:
            yield events.Key(name, CHARACTERS.get(name))
        else:
            yield events.Key(_character_to_key(character), character)


async def burst(pilot: Pilot[Any], text: str) -> None:
    """Deliver all keys at once, then wait until the app has dealt with them."""
    for event in keys_of(text):
        pilot.app.post_message(event)
    await settled(pilot.app)


async def slowly(pilot: Pilot[Any], text: str) -> None:
    """Deliver the same keys one by one, each after the screen has come to rest and lists of hits are shown."""
    for event in keys_of(text):
        pilot.app.post_message(event)
        await settled(pilot.app)
        await asyncio.sleep(0.01)
        await settled(pilot.app)


async def paste(pilot: Pilot[Any], text: str) -> None:
    """Deliver a bracketed paste."""
    pilot.app.post_message(events.Paste(text))
    await settled(pilot.app)


async def settled(app: App[Any]) -> None:
    """Wait until every queue is empty, the app's own first: an action may be waiting for the database."""
    for _ in range(3):
        for pump in (app, app.screen, *app.screen.walk_children(with_self=False)):
            done = asyncio.Event()
            if pump.call_later(done.set):
                await asyncio.wait_for(done.wait(), 10)


async def until(condition: Callable[[], object], seconds: float = 20) -> None:
    """Wait until `condition()` is true; AssertionError after `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came true"
        await asyncio.sleep(0.005)
