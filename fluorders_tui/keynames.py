"""The names of keys: as the configuration spells them, as the terminal reports them, as people read them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping

__all__ = ["EDITING_KEYS", "KEYS_THAT_CANNOT_WORK", "display_key", "read_key"]

_SAME: Mapping[str, str] = {
    "+": "plus", "-": "minus", "*": "asterisk", "/": "slash", "?": "question_mark", ".": "full_stop",
    "=": "equals_sign", "esc": "escape", "return": "enter", "del": "delete", "ins": "insert", "pgup": "pageup",
    "pgdn": "pagedown", "pgdown": "pagedown", "page_up": "pageup", "page_down": "pagedown", "backtab": "shift+tab",
    "ctrl+[": "ctrl+left_square_bracket",
}  # fmt: skip
_NAMED = frozenset(
    {
        "enter", "tab", "escape", "space", "backspace", "delete", "insert", "home", "end", "pageup", "pagedown",
        "up", "down", "left", "right", "plus", "minus", "add", "subtract", "multiply", "divide", "decimal",
        "asterisk", "slash", "question_mark", "full_stop", "equals_sign", "left_square_bracket",
    }
)  # fmt: skip
_PLAIN = _NAMED | {f"f{n}" for n in range(1, 25)} | set("abcdefghijklmnopqrstuvwxyz0123456789")
_MODIFIERS = ("ctrl", "alt", "shift")

KEYS_THAT_CANNOT_WORK: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), reason)
    for pattern, reason in (
        (r"ctrl\+i", "a terminal can't tell it from Tab"),
        (r"ctrl\+m", "a terminal can't tell it from Enter"),
        (r"ctrl\+h", "a terminal can't tell it from Backspace"),
        (r"ctrl\+left_square_bracket", "a terminal can't tell it from Esc"),
        (r"(ctrl|shift|alt)\+enter", "most terminals send a plain Enter or nothing"),
        (r"(shift|ctrl)\+f3", "terminals use it to report the cursor's position"),
        (r"alt\+\d", "it arrives as a character and is typed into the field"),
        (r"ctrl\+\d", "most terminals send the digit alone"),
        (r"ctrl\+(plus|minus|asterisk|slash|question_mark|full_stop|equals_sign)", "most terminals don't send it"),
        (r"(ctrl|alt)\+shift\+.*", "terminals drop the Shift"),
        (r"shift\+[a-z0-9]", "it is a character"),
    )
)
"""Keys that are refused by name, each with the reason people are told."""

EDITING_KEYS: Mapping[str, str] = {
    "left": "to move the caret", "right": "to move the caret", "ctrl+left": "to move the caret by words",
    "ctrl+right": "to move the caret by words", "home": "to go to the start", "end": "to go to the end",
    "shift+left": "to select", "shift+right": "to select", "shift+home": "to select", "shift+end": "to select",
    "backspace": "to delete", "delete": "to delete", "ctrl+w": "to delete a word", "ctrl+u": "to empty the field",
    "ctrl+x": "to cut", "ctrl+c": "to copy", "ctrl+v": "to paste",
}  # fmt: skip
"""Keys an entry field keeps for itself, and what for."""

_DISPLAY: Mapping[str, str] = {
    "enter": "Enter", "escape": "Esc", "tab": "Tab", "space": "Space", "pageup": "PgUp", "pagedown": "PgDn",
    "up": "↑", "down": "↓", "left": "←", "right": "→", "home": "Home", "end": "End", "plus": "+", "minus": "-",
    "add": "+", "subtract": "-", "asterisk": "*", "multiply": "*", "slash": "/", "divide": "/", "full_stop": ".",
    "decimal": ".", "question_mark": "?", "equals_sign": "=", "delete": "Del", "insert": "Ins",
    "backspace": "Backspace",
}  # fmt: skip


def read_key(text: str) -> tuple[str | None, str]:
    """A key's name as the terminal layer reports it, or None and the nearest name there is ("" if none is near)."""
    name = text.strip().lower()
    name = _SAME.get(name, name)
    *modifiers, base = name.split("+") if name.count("+") else [name]
    base = _SAME.get(base, base)
    if base in _PLAIN and all(one in _MODIFIERS for one in modifiers) and len(set(modifiers)) == len(modifiers):
        return "+".join([*sorted(modifiers, key=_MODIFIERS.index), base]), ""
    near = difflib.get_close_matches(base, sorted(_PLAIN), n=1, cutoff=0.4)
    known = [one for one in modifiers if one in _MODIFIERS]
    return None, "+".join([*known, near[0]]) if near else ""


def display_key(key: str) -> str:
    """How people read a key: `ctrl+s` → `Ctrl+S`, `pageup` → `PgUp`, `ctrl+j` → `Enter (numpad)`."""
    if key == "ctrl+j":
        return "Enter (numpad)"
    *modifiers, base = key.split("+")
    shown = _DISPLAY.get(base, base.upper() if modifiers or (base[:1] == "f" and base[1:].isdigit()) else base)
    return "+".join([*(one.capitalize() for one in modifiers), shown])
