"""Keys in the order they were typed (U-1.1), and errors that don't end the program (U-1.6).

Textual hands a key to the widget that has the focus when the key arrives, while the keys before it
may still wait in that widget's queue: typed ahead, `ABC Enter 12` ends up in one field. Here every
key that may do more than add a character waits until the focused widget has done the keys before
it, and its command is run to the end before the next key is looked at.

This is the only file that touches Textual's internals; `tests/ui/test_keyflow.py` fails when a
Textual version changes them.
"""

from __future__ import annotations

import asyncio
from typing import Any, Protocol, runtime_checkable

from textual import events
from textual.app import App, ReturnType
from textual.dom import DOMNode
from textual.message import Message
from textual.message_pump import MessagePump
from textual.reactive import Reactive
from textual.screen import Screen, ScreenResultType
from textual.widget import Widget

__all__ = ["CalmScreen", "OrderedKeys", "TakesPaste", "drain"]

DRAIN_SECONDS = 5.0
"""How long a key waits for a widget that doesn't answer: a broken widget must not freeze the desk."""

MOVES = 4
"""How often the focus may move while a key waits for the keys before it."""


@runtime_checkable
class TakesPaste(Protocol):
    """A widget that wants pasted text before its parts do (a block of lines for the item field)."""

    async def take_paste(self, text: str) -> bool:
        """Use the text and return True, or return False to let the focused widget have it."""
        ...


async def drain(pump: MessagePump) -> None:
    """Wait until `pump` has handled everything that was in its queue."""
    done = asyncio.Event()
    if pump.call_later(done.set):
        try:
            await asyncio.wait_for(done.wait(), DRAIN_SECONDS)
        except TimeoutError:
            return


class OrderedKeys(App[ReturnType]):
    """App mixin: keys and pastes act in the order they were typed; see the module's text."""

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and not event.is_forwarded:
            await self._key_in_order(event)
        elif isinstance(event, events.Paste) and not event.is_forwarded:
            await self._paste_in_order(event)
        else:
            await super().on_event(event)

    def command_failed(self, error: Exception) -> None:
        """A command given by key raised `error`; the app decides what the person sees."""
        raise error

    def unexpected(self, error: Exception) -> bool:
        """A message handler raised `error`. True: it was dealt with. False: Textual ends the program."""
        return False

    async def _key_in_order(self, event: events.Key) -> None:
        if (character := _typed_after_escape(event)) and not self._is_bound(event.key):
            await self._key_in_order(events.Key("escape", "\x1b"))
            await self._key_in_order(events.Key(character, character))
            return
        target: DOMNode = self.focused or self.screen
        if _is_text(event) and target.check_consume_key(event.key, event.character):
            await super().on_event(event)
            return
        target = await self._settled_target()
        if target.check_consume_key(event.key, event.character) and not _is_chord(event):
            await super().on_event(event)
            return
        try:
            if await self._check_bindings(event.key, priority=True) or await self._check_bindings(event.key):
                return
        except Exception as error:
            self.command_failed(error)
            return
        if not _is_chord(event):
            await super().on_event(event)

    async def _paste_in_order(self, event: events.Paste) -> None:
        target = await self._settled_target()
        node: DOMNode | None = target
        try:
            while node is not None:
                if isinstance(node, TakesPaste) and await node.take_paste(event.text):
                    return
                node = node.parent if isinstance(node.parent, DOMNode) else None
        except Exception as error:
            self.command_failed(error)
            return
        await super().on_event(event)

    async def _settled_target(self) -> DOMNode:
        """The node that has the focus once it has done everything that was typed before."""
        target: DOMNode = self.focused or self.screen
        for _ in range(MOVES):
            await drain(target)
            now: DOMNode = self.focused or self.screen
            if now is target:
                break
            target = now
        return target

    async def _dispatch_message(self, message: Message) -> None:
        # A pump whose handler raises is stopped for good; the app's own pump must outlive any error.
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            if not self.unexpected(error):
                raise

    def _is_bound(self, key: str) -> bool:
        return any(key in bindings.key_to_bindings for _, bindings in self.screen._binding_chain)

    def _handle_exception(self, error: Exception) -> None:
        if not self.unexpected(error):
            super()._handle_exception(error)

    async def run_command(self, action: str, namespace: DOMNode) -> Any:
        """Run an action as a key would, for a click on the command bar or a choice in the palette."""
        try:
            return await self.run_action(action, namespace)
        except Exception as error:
            self.command_failed(error)
            return False


class CalmScreen(Screen[ScreenResultType]):
    """A screen that goes on working when one of its message handlers fails (U-1.6).

    It also keeps the focus from repainting the whole screen: a Tab costs the two fields it touches (U-1.3).
    """

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def _on_timer_update(self) -> None:
        # Values put into hidden fields paint nothing, yet each would have the whole screen laid out again.
        hidden = [one for one in self._dirty_widgets if not all(node.display for node in one.ancestors_with_self)]
        self._dirty_widgets.difference_update(hidden)
        super()._on_timer_update()

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            app = self.app
            if not (isinstance(app, OrderedKeys) and app.unexpected(error)):
                raise


def _typed_after_escape(event: events.Key) -> str:
    """The letter of an Alt chord: a terminal sends the same bytes for Esc and a letter typed in one burst.

    Before digits and signs Textual has already lost the difference; there only F12 is exact.
    """
    return event.character or "" if event.key.startswith("alt+") and event.is_printable else ""


def _is_text(event: events.Key) -> bool:
    """A character that only adds to the field: it can go straight into the field's own queue."""
    return event.is_printable and not _is_chord(event)


def _is_chord(event: events.Key) -> bool:
    """Ctrl or Alt held: never text, even where the terminal sends a character with it."""
    return event.key.startswith(("ctrl+", "alt+"))
