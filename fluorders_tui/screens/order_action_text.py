"""Actions typed into the item field: `/split 3 2w`, `/date +7 #1-5`, `/copy 2026-00012`; only the reading of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.folding import nearest

__all__ = ["ACTIONS", "ACTION_MARK", "OrderAction", "action_help", "line_indexes", "read_action", "split_step"]

ACTION_MARK = "/"

#: Each action: what is typed after it, and what it does.
ACTIONS: dict[str, tuple[str, str]] = {
    "split": ("3 2w  or  12@15.12 8@+30", "the line into deliveries: parts every so many d, w or m, or quantities"),
    "kit": ("[prices]", "explode a kit into its components; with prices each is sold by its own"),
    "copy": ("NUMBER [#1-3] [reprice]", "lines of an earlier order, prices kept or looked up"),
    "date": ("15.12  or  +7  [#1-5]", "delivery date of many lines; +7 moves each by a week"),
    "price": ("9,90  or  +5%  or  -0,10  [#1-5]", "prices of many lines"),
    "discount": ("50+10  [#1-5]", "discounts of many lines"),
    "agent": ("A01 5; A02  or  header  [#1-5]", "agents of many lines; none by: /agent none"),
    "note": ("TEXT [#1-5]", "a note on many lines"),
    "list": ("CODE [#1-5]", "prices of one price list"),
    "reprice": ("[delivery] [executed] [manual]", "update the order's prices (D-4.9)"),
    "free": ("[vat]", "the line free of charge; with vat the customer pays its VAT"),
    "move": ("3", "the line to another place"),
    "instead": ("CODE", "another item in place of the line's, quantity kept"),
}

_LINES = re.compile(r"#([0-9,\-\s]*)$")


@dataclass(frozen=True, slots=True)
class OrderAction:
    """A typed action: its name, its words, and the lines it names (from 1), None where it names none."""

    name: str
    words: str
    lines: tuple[int, ...] | None = None


def action_help() -> list[str]:
    """One line an action, for the help."""
    return [f"  /{name} {words:<34} {what}" for name, (words, what) in ACTIONS.items()]


def read_action(text: str) -> OrderAction:
    """The action that `text` (with its mark) means; a unique beginning of the name is enough.

    Raises `Invalid` with the nearest name, or for lines that can't be read.
    """
    typed, _, words = text.strip().removeprefix(ACTION_MARK).strip().partition(" ")
    typed = typed.casefold()
    fitting = [typed] if typed in ACTIONS else [name for name in ACTIONS if name.startswith(typed)]
    if not typed or len(fitting) != 1:
        near = nearest(typed, ACTIONS) if typed and not fitting else ", ".join(fitting or ACTIONS)
        raise Invalid(f"There is no action {typed!r}.", field="item", hint=f"Did you mean {near}?")
    words = words.strip()
    lines: tuple[int, ...] | None = None
    if found := _LINES.search(words):
        lines, words = _numbers(found[1]), words[: found.start()].strip()
    return OrderAction(fitting[0], words, lines)


def _numbers(text: str) -> tuple[int, ...]:
    numbers: list[int] = []
    for part in text.replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()) or len(part) > 12:
            raise Invalid(f"#{text} names no lines.", field="item", hint="Lines are named like #1-5,8.")
        numbers += range(int(first), min(int(last or first), int(first) + 10_000) + 1)
    return tuple(dict.fromkeys(numbers))


def line_indexes(action: OrderAction, count: int, usual: Iterable[int]) -> list[int]:
    """The lines an action concerns, from 0: those it names, else the `usual` ones. Raises `Invalid`."""
    if action.lines is None:
        return list(usual)
    for number in action.lines:
        if not 1 <= number <= count:
            raise Invalid(f"There is no line {number}.", field="item")
    return [number - 1 for number in action.lines]


def split_step(words: str) -> tuple[int, int, str] | None:
    """`3 2w` as parts, step and unit (`d`, `w`, `m`; weeks when left out); None for another notation."""
    found = re.fullmatch(r"(\d{1,3})(?:\s+(?:every\s+)?(\d{1,3})\s*([dwm])?)?", words.casefold())
    if not found:
        return None
    return int(found[1]), int(found[2] or 1), found[3] or "w"
