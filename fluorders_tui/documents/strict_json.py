"""JSON read exactly: decimals as they stand, repeated keys and impossible numbers kept for a clear error."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from typing import Any

from fluorders_tui.domain.errors import Unreadable

#: Exponents beyond this can be no amount; written out they would fill the memory.
MOST_DIGITS = 40


class JsonObject(dict[str, Any]):
    """An object with the keys it had more than once."""

    repeated: tuple[str, ...] = ()


class BadNumber(str):
    """A number no amount can be: `NaN`, `Infinity`, `1e999999`."""

    __slots__ = ()


def _object(pairs: list[tuple[str, Any]]) -> JsonObject:
    found = JsonObject(pairs)
    if len(found) != len(pairs):
        times = Counter(key for key, _ in pairs)
        found.repeated = tuple(key for key, count in times.items() if count > 1)
    return found


def _number(text: str) -> Decimal | BadNumber:
    if len(text) > MOST_DIGITS:
        return BadNumber(text[:MOST_DIGITS] + "…")
    value = Decimal(text)
    return value if abs(value.adjusted()) <= MOST_DIGITS else BadNumber(text)


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=_number, parse_int=_number, parse_constant=BadNumber)
_BLANKS = " \t\r\n"


def skip_blanks(text: str, at: int) -> int:
    """The place of the next character that isn't blank."""
    while at < len(text) and text[at] in _BLANKS:
        at += 1
    return at


def parse_at(text: str, at: int, name: str) -> tuple[Any, int]:
    """The value that starts at `at`, and where it ends.

    Objects are `JsonObject`, numbers `Decimal` or `BadNumber`. Raises `Unreadable` with line and column.
    """
    try:
        return _DECODER.raw_decode(text, at)
    except json.JSONDecodeError as error:
        raise broken(text, error.pos, name, error.msg) from None
    except RecursionError:
        raise broken(text, at, name, "Nested too deeply") from None


def parse(text: str, name: str) -> Any:
    """The one value of a JSON text; see `parse_at`."""
    value, at = parse_at(text, skip_blanks(text, 0), name)
    at = skip_blanks(text, at)
    if at < len(text):
        raise broken(text, at, name, "There is something after the end")
    return value


def broken(text: str, at: int, name: str, message: str) -> Unreadable:
    """The error for text that is no JSON, with the place as line and column from 1."""
    line = text.count("\n", 0, at) + 1
    column = at - text.rfind("\n", 0, at)
    return Unreadable(f"This is no JSON: {message} (line {line}, column {column}).", field=name)
