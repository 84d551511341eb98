"""Keys typed ahead act as the same keys typed slowly (U-1.1). Fails when Textual's internals change."""

from __future__ import annotations

import inspect

import pytest
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.message_pump import MessagePump
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widgets import Input

from fluorders_tui.keyflow import OrderedKeys
from fluorders_tui.widgets.error_screen import ErrorScreen
from tests.ui.conftest import Running
from tests.ui.desk_demo import CUSTOMERS, EntryDemo, demo_app
from tests.ui.raw_keys import burst, paste, settled, slowly, until

ENTRY = [
    "C0001{enter}A-100{enter}12{enter}A-110{enter}3*4{enter}",
    "rox{backspace}ssi &{ctrl+j}A-100{ctrl+j}12{ctrl+j}",
    "ros{down}{down}{enter}A-1{down}{down}{enter}7{enter}",
    "zzz{enter}{f12}C0002{tab}t{tab}ref{enter}A-120{enter}1{enter}",
    "C0001{enter}A-100{enter}99999{enter}{f12}5{enter}",
    "ros{enter}{down}{enter}A-100{enter}{shift+tab}A-110{enter}2{enter}{f10}A-130{enter}4{enter}",
    "{f4}{down}{enter}A-100{left}{left}{left}{delete}2{enter}{f12}A-120{enter}1{enter}",
    "ros{down}x{enter}{f12}C0003{enter}A-{down}{escape}{f12}A-150{enter}8{enter}",
]


def outcome(screen: EntryDemo) -> tuple[object, ...]:
    return (
        [(choice.code, number) for choice, number in screen.lines],
        {field.field_name: (field.text, field.value, field.note, field.error is None) for field in screen.fields},
        screen.current_field.field_name if screen.current_field else None,
        screen.saves,
        screen.lookup_list.is_open if screen.lookup_list else None,
        screen.message_line.text,
    )


@pytest.mark.parametrize("keys", ENTRY)
async def test_a_burst_gives_what_slow_fingers_give(running: Running, keys: str) -> None:
    # Slow fingers see every list of hits before the next key; fast ones never see one in time.
    slow, fast = EntryDemo(debounce=0.001), EntryDemo(delay=0.01)
    async with running(slow) as pilot:
        await slowly(pilot, keys)
        expected = outcome(slow)
    async with running(fast) as pilot:
        await burst(pilot, keys)
        assert outcome(fast) == expected
    assert slow.lines


async def test_a_paste_among_keys_keeps_its_place(running: Running) -> None:
    screen = EntryDemo()
    async with running(screen) as pilot:
        await burst(pilot, "C0001{enter}A-")
        await paste(pilot, "100")
        await burst(pilot, "{enter}2{enter}")
        await paste(pilot, "A-100\t5\r\nA-110\t7\r\n")
        assert [choice.code for choice, _ in screen.lines] == ["A-100"]
        assert screen.blocks == ["A-100\t5\nA-110\t7"]


async def test_escape_and_a_letter_in_one_burst_are_two_keys(running: Running) -> None:
    screen = EntryDemo()
    async with running(screen) as pilot:
        await burst(pilot, "zz")
        parser = XTermParser()
        for key in (*parser.feed("\x1bC0001"), *parser.feed("")):
            pilot.app.post_message(key)
        await burst(pilot, "{enter}")
        assert screen.field("customer").choice == CUSTOMERS[0]


async def test_ordinary_textual_code_still_loses_order() -> None:
    """The reason for all this: when it passes with Textual's own dispatch, `keyflow` can go."""

    class Naive(App[None]):
        def compose(self):  # type: ignore[no-untyped-def]
            yield Input(id="a")
            yield Input(id="b")

        def on_input_submitted(self) -> None:
            self.screen.focus_next()

    app = Naive()
    async with app.run_test() as pilot:
        await burst(pilot, "AB{enter}12")
        assert app.screen.query_one("#a", Input).value != "AB"


async def test_an_unexpected_error_shows_a_calm_screen_and_the_desk_goes_on() -> None:
    screens = [EntryDemo(), EntryDemo()]
    app = demo_app(screens[0], calm=True, log_file="the.log")
    homes = iter(screens)
    app._home = lambda: next(homes)
    async with app.run_test(size=(80, 24)) as pilot:
        await burst(pilot, "C0001{enter}A-100{enter}12{enter}{f9}")
        await until(lambda: isinstance(app.screen, ErrorScreen))
        await burst(pilot, "{enter}")
        await until(lambda: app.screen is screens[1])
        await settled(app)
        await burst(pilot, "C0002{enter}")
        assert screens[1].field("customer").note.startswith("Rossi & Figli")
    assert app.return_code in (None, 0)


async def test_a_failing_handler_does_not_stop_its_screen() -> None:
    class Failing(EntryDemo):
        def on_field_edited(self) -> None:
            raise RuntimeError("a defect")

    screen = Failing()
    app = demo_app(screen, calm=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await burst(pilot, "C")
        await until(lambda: isinstance(app.screen, ErrorScreen))
        assert screen.is_running


def test_the_internals_used_are_still_there() -> None:
    assert inspect.iscoroutinefunction(App._check_bindings)
    assert list(inspect.signature(App._check_bindings).parameters) == ["self", "key", "priority"]
    assert list(inspect.signature(App._handle_exception).parameters) == ["self", "error"]
    assert inspect.iscoroutinefunction(MessagePump._dispatch_message)
    assert OrderedKeys._dispatch_message is not MessagePump._dispatch_message
    assert isinstance(Screen.focused, Reactive)
    assert not hasattr(Screen, "watch_focused")
    source = inspect.getsource(MessagePump._process_messages_loop)
    assert "await self._dispatch_message(message)" in source
    assert "_check_bindings(event.key, priority=True)" in inspect.getsource(App.on_event)
    assert "self._dirty_widgets" in inspect.getsource(Screen._on_timer_update)
