"""The one-line entry inside a field: quiet on the wire, and it leaves command keys alone."""

from __future__ import annotations

from textual.binding import Binding
from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input

from fluorders_tui.widgets.plain_text import plain

__all__ = ["FieldInput"]


class FieldInput(Input, inherit_bindings=False):
    """A compact `Input` without a blinking cursor that keeps only the keys that edit its text.

    Enter and the other command keys belong to the screen: there they run in the order they were typed.
    """

    BINDINGS = [
        Binding("left", "cursor_left", show=False),
        Binding("right", "cursor_right", show=False),
        Binding("shift+left", "cursor_left(True)", show=False),
        Binding("shift+right", "cursor_right(True)", show=False),
        Binding("ctrl+left", "cursor_left_word", show=False),
        Binding("ctrl+right", "cursor_right_word", show=False),
        Binding("home", "home", show=False),
        Binding("end", "end", show=False),
        Binding("shift+home", "home(True)", show=False),
        Binding("shift+end", "end(True)", show=False),
        Binding("backspace", "delete_left", show=False),
        Binding("delete", "delete_right", show=False),
        Binding("ctrl+w", "delete_left_word", show=False),
        Binding("ctrl+u", "empty", show=False),
        Binding("ctrl+x", "cut", show=False),
        Binding("ctrl+c", "copy", show=False),
        Binding("ctrl+v", "paste", show=False),
    ]
    DEFAULT_CSS = """
    FieldInput, FieldInput.-textual-compact {
        background: $surface; color: $foreground;
        &:focus { background: $input-focus; background-tint: $foreground 0%; }
        &.-invalid { text-style: underline; }
        &:ansi {
            background: ansi_bright_black; color: ansi_bright_white;
            &:focus { background: ansi_blue; color: ansi_bright_white; }
        }
    }
    """

    # The field's place never depends on its text, so a character must not lay out the whole screen again.
    virtual_size: Reactive[Size] = Reactive(Size(0, 0))

    def __init__(self, text: str, *, max_length: int) -> None:
        super().__init__(plain(text), compact=True, select_on_focus=True, max_length=max_length)
        self.cursor_blink = False
        self.gives_first_space = False
        """A space in the empty field is a command's: no text begins with one."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        if character == " " and not self.value and self.gives_first_space:
            return False
        return super().check_consume_key(key, character)

    def action_empty(self) -> None:
        """Delete everything in the field."""
        self.value = ""
