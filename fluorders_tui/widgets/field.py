"""One value on a screen: its label, the place to type it, and what it turned out to mean."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events, on
from textual.app import ComposeResult
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from fluorders_tui.domain.errors import DeskError, Invalid
from fluorders_tui.widgets.choices import Choice, Resolution, Resolver, Suggester
from fluorders_tui.widgets.field_input import FieldInput
from fluorders_tui.widgets.plain_text import fit, plain

__all__ = ["Field"]

DEBOUNCE_SECONDS = 0.02
LONGEST = 1000
"""Characters a field takes unless told otherwise."""


class Field(Widget):
    """A label, a compact input, and to the right the resolved text or what is wrong (U-1.6).

    `name` is the vocabulary's name, as errors carry it. `parse` turns a typed text into the value
    and raises `DeskError`; `show` turns a value back into text when the field is left (U-1.8).
    With a `resolver` the text is a code or a fragment; with `suggest` hits are listed while typing.
    `on_block` takes a paste of several lines. `width` 0 lets the input fill the field. `debounce` is in
    seconds; without it the setting `lookups.debounce` counts.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"field--label", "field--note", "field--error"}
    DEFAULT_CSS = """
    Field {
        height: 1; width: 1fr; layout: horizontal; background: $background; color: $foreground;
        & .field--label { color: $text-muted; }
        & .field--note { color: $foreground; }
        & .field--error { color: $text-error; text-style: bold; }
        &:ansi {
            background: ansi_default; color: ansi_default;
            & .field--label { background: ansi_default; color: ansi_default; }
            & .field--note { background: ansi_default; color: ansi_default; }
            & .field--error { background: ansi_default; color: ansi_red; text-style: bold; }
        }
    }
    """

    class Edited(Message):
        """A person changed the text; sent for every change, the value follows on leaving."""

        def __init__(self, field: Field, text: str) -> None:
            self.field, self.text = field, text
            super().__init__()

        @property
        def control(self) -> Field:
            return self.field

    class Failed(Message):
        """What was typed can't be accepted; for the message line."""

        def __init__(self, field: Field, error: DeskError) -> None:
            self.field, self.error = field, error
            super().__init__()

        @property
        def control(self) -> Field:
            return self.field

    class LookupRequested(Message):
        """The text stood still for a moment: hits for `text` are wanted, labelled with `request_id`."""

        def __init__(self, field: Field, text: str, request_id: int) -> None:
            self.field, self.text, self.request_id = field, text, request_id
            super().__init__()

        @property
        def control(self) -> Field:
            return self.field

    def __init__(
        self,
        name: str,
        label: str = "",
        *,
        text: str = "",
        label_width: int = 12,
        width: int = 14,
        needed: bool = False,
        parse: Callable[[str], object] | None = None,
        show: Callable[[object], str] | None = None,
        resolver: Resolver | None = None,
        suggest: Suggester | None = None,
        debounce: float | None = None,
        max_length: int = LONGEST,
        on_block: Callable[[str], Awaitable[None]] | None = None,
        missing: Callable[[], str] | None = None,
        help: str = "",  # noqa: A002 - what F1 shows for the field
        id: str | None = None,  # noqa: A002 - Textual's name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.field_name = name
        self.label = label
        self.label_width = label_width if label else 0
        self.input_width = width
        self.needed = needed
        self.resolver = resolver
        self.suggest = suggest
        self.debounce = debounce
        self.max_length = max_length
        self.on_block = on_block
        self.missing = missing
        """The way out when nothing is found; else only that F4 lists."""
        self.help_text = help
        self._parse = parse
        self._show = show
        self.value: object = None
        """The value accepted last."""
        self.choice: Choice | None = None
        """The hit the text stands for, with a resolver."""
        self.note = ""
        self.error: DeskError | None = None
        self.input = FieldInput(text, max_length=max_length)
        self._accepted = self.input.value
        self._looked_up: str | None = None
        self._request_id = 0
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        yield self.input

    def on_mount(self) -> None:
        if self.debounce is None:
            milliseconds = getattr(getattr(self.app, "settings", None), "lookup_debounce", None)
            self.debounce = DEBOUNCE_SECONDS if milliseconds is None else milliseconds / 1000
        self.input.styles.margin = (0, 0, 0, self.label_width)
        self.input.styles.width = self.input_width or "1fr"

    # -- text and value ----------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """What stands in the field now."""
        return self.input.value

    @property
    def dirty(self) -> bool:
        """Something was typed that hasn't been accepted."""
        return self.input.value != self._accepted

    def set_value(
        self, value: object, text: str | None = None, *, note: str = "", choice: Choice | None = None
    ) -> None:
        """Put a value there, as a default or from a draft; nothing is asked and no message is sent."""
        if text is None:
            text = "" if value is None else self._show(value) if self._show else str(value)
        self.value = value
        self.choice = choice
        self._write(plain(text))
        self._tell(note, None)

    def take(self, choice: Choice) -> None:
        """Put a hit there: its code as the text, its description beside it."""
        value = choice.code if choice.value is None else choice.value
        self.set_value(value, choice.code, note=choice.description, choice=choice)

    @property
    def state(self) -> tuple[object, Choice | None, str]:
        """What was accepted last, for `refuse`."""
        return self.value, self.choice, self._accepted

    def refuse(self, error: DeskError, before: tuple[object, Choice | None, str]) -> None:
        """A rule says no to what was just accepted: the text stays to be corrected, undo gives `before`."""
        self.value, self.choice, self._accepted = before
        self.note = ""
        self.show_error(error)

    def clear(self) -> None:
        """Empty the field."""
        self.set_value(None, "")

    def revert(self) -> None:
        """Forget what was typed since the value was accepted."""
        self._write(self._accepted)
        self._tell(self.choice.description if self.choice else "", None)

    async def accept(self) -> Resolution | None:
        """Turn the text into the value; afterwards `error` says whether it worked.

        Returns the hits to choose from when the text means many things, else None. Waits for the
        resolver, so keys typed meanwhile stay in order.
        """
        text = self.input.value.strip()
        self.no_lookup()
        if not text:
            if self.needed:
                self.show_error(
                    Invalid(f"{self.label or self.field_name.capitalize()} is needed.", field=self.field_name)
                )
            else:
                self.set_value(None, "")
            return None
        if not self.dirty and self.error is None and self.value is not None:
            return None
        try:
            if self.resolver is None:
                self.set_value(self._parse(text) if self._parse else text, None if self._parse else text)
                return None
            found = await self.resolver(text)
        except DeskError as error:
            self.show_error(error)
            return None
        if found.kind in ("exact", "one"):
            self.take(found.choices[0])
        elif found.kind == "many":
            return found
        else:
            short = fit(text, 30).rstrip()
            hint = self.missing() if self.missing is not None else "F4 lists values."
            self.show_error(Invalid(f"Nothing found for “{short}”.", field=self.field_name, hint=hint))
        return None

    def show_error(self, error: DeskError) -> None:
        """Say beside the field what is wrong; `Failed` carries it to the message line."""
        self._tell(self.note, error)
        self.post_message(self.Failed(self, error))

    def _write(self, text: str) -> None:
        self.no_lookup()
        self._accepted = self._looked_up = text
        if self.input.value != text:
            with self.input.prevent(Input.Changed):
                self.input.value = text
            # From its beginning, as long as nobody types there; on focus all of it is selected.
            self.input.cursor_position = len(text) if self.input.has_focus else 0

    def _tell(self, note: str, error: DeskError | None) -> None:
        if (note, error) != (self.note, self.error):
            self.note, self.error = plain(note), error
            self.input.set_class(error is not None, "-invalid")
            self.refresh()

    # -- typing ------------------------------------------------------------------------------------

    @on(Input.Changed)
    def _edited(self, message: Input.Changed) -> None:
        message.stop()
        if message.value != self.input.value or not self.dirty:
            return
        self._tell("", None)
        self.post_message(self.Edited(self, message.value))
        if self.suggest is not None and self._looked_up != message.value:
            if self._timer is not None:
                self._timer.stop()
            self._timer = self.set_timer(self.debounce or 0.001, self._ask)

    def _ask(self) -> None:
        self._timer = None
        if self.awaits_lookup:
            self.post_message(self.LookupRequested(self, self.text, self.next_request()))

    @property
    def awaits_lookup(self) -> bool:
        """Hits for what stands in the field are wanted and haven't been shown or refused yet."""
        return self.suggest is not None and self.dirty and self._looked_up != self.text

    @property
    def request_id(self) -> int:
        """The number of the newest request for hits; answers to older ones are out of date."""
        return self._request_id

    def next_request(self) -> int:
        """A number for a new request; what was asked before is out of date from now on."""
        self._request_id += 1
        return self._request_id

    def looked_up(self, text: str) -> None:
        """Hits for `text` have been shown: don't ask again for the same text."""
        self._looked_up = text

    def no_lookup(self) -> None:
        """Forget requests for hits that are under way."""
        self.next_request()
        self._looked_up = self.input.value
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    @on(events.DescendantBlur)
    def _left_by_mouse(self) -> None:
        # Keys leave through `accept`; a click may leave at any moment, and then at least the format is right.
        if self.dirty and self.resolver is None and self._parse is not None and self.text.strip():
            try:
                self.set_value(self._parse(self.text.strip()))
            except DeskError as error:
                self.show_error(error)

    async def take_paste(self, text: str) -> bool:
        """Pasted text: several lines go to `on_block` or become one, which goes into the input (U-1.1)."""
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) > 1 and self.on_block is not None:
            await self.on_block("\n".join(lines))
            return True
        line = " ".join(plain(line).strip() for line in lines)
        if len(self.text) + len(line) > self.max_length:
            self.show_error(
                Invalid(
                    f"{len(line)} characters were pasted; the field takes {self.max_length}.", field=self.field_name
                )
            )
        elif line:
            self.input.replace(line, *self.input.selection)
        return True

    def focus(self, scroll_visible: bool = True, from_app_focus: bool = False) -> Field:
        # At once, not when the app gets to it: keys typed ahead must find the focus here (U-1.1).
        self.screen.set_focus(self.input, scroll_visible, from_app_focus)
        return self

    # -- painting ----------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        label = self.get_component_rich_style("field--error" if self.error else "field--label")
        title = fit(self.label, self.label_width - 1) + " " if self.label_width else ""
        left = self.label_width + (self.input_width or width)
        if self.error is not None:
            beside, style = f"✗ {self.error.message}", self.get_component_rich_style("field--error")
        else:
            beside, style = self.note, self.get_component_rich_style("field--note")
        segments = [Segment(title, label), Segment(" " * (left - cell_len(title) + 1), self.rich_style)]
        if width > left + 1:
            segments.append(Segment(fit(beside, width - left - 1), style))
        return Strip(segments).adjust_cell_length(width, self.rich_style)
