"""Documents handed over in JSON (interfaces §2): read key by key, all that is wrong told at once with its place."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import fields
from decimal import Decimal
from typing import Any, TextIO, TypeVar

from fluorders_tui.documents.strict_json import BadNumber, JsonObject, parse
from fluorders_tui.domain.errors import DeskError, Several, Unreadable
from fluorders_tui.domain.folding import nearest
from fluorders_tui.domain.money import LARGEST, MICRO_DECIMALS, plain
from fluorders_tui.domain.order import Address

MOST_CHARACTERS = 100_000

T = TypeVar("T")


class Wrong(Exception):
    """A value that isn't what its place asks for; the message says what it should be."""


class Reader:
    """Reads objects key by key and gathers what is wrong, each with its place."""

    def __init__(self, errors: list[DeskError], place: str) -> None:
        self._errors = errors
        self.place = place

    def at(self, place: str) -> Reader:
        """A reader of what stands at `place`."""
        return Reader(self._errors, self._path(place))

    def wrong(self, place: str, message: str, hint: str = "") -> None:
        """Remember what is wrong at `place`."""
        self._errors.append(Unreadable(message, field=self._path(place), hint=hint))

    def _path(self, place: str) -> str:
        return f"{self.place}.{place}" if self.place and place and not place.startswith("[") else self.place + place

    def object(self, value: Any, readers: dict[str, Read], passed_over: frozenset[str]) -> dict[str, Any] | None:
        """The values of the known keys that are there and not null; None when `value` is no object."""
        if not isinstance(value, JsonObject):
            self.wrong("", f"Expected an object {{…}}, not {_kind(value)}.")
            return None
        for key in value.repeated:
            self.wrong(key, "This key is there more than once.")
        found: dict[str, Any] = {}
        for key, part in value.items():
            if key not in readers:
                if key not in passed_over:
                    close = nearest(key, readers)
                    self.wrong(key, "There is no such key.", f"Did you mean {close}?" if close else "")
                continue
            if part is None:
                continue
            try:
                found[key] = readers[key](self.at(key), part)
            except Wrong as error:
                self.wrong(key, f"{error}, not {_kind(part)}.")
        return found

    def needed(self, found: dict[str, Any], raw: JsonObject, *keys: str) -> bool:
        """Whether all keys were given; those missing altogether are told (a wrong one was told already)."""
        missing = [key for key in keys if raw.get(key) is None or str(raw[key]).isspace() or raw[key] == ""]
        for key in missing:
            self.wrong(key, "It is missing.")
        return not missing and all(key in found for key in keys)


Read = Callable[[Reader, Any], Any]


def _kind(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case BadNumber():
            return str(value)
        case str():
            return repr(value if len(value) <= 30 else value[:30] + "…")
        case Decimal():
            return str(value)
        case list():
            return "a list"
        case dict():
            return "an object"
    return type(value).__name__


def read_text(_: Reader, value: Any) -> str:
    """A text; at most `MOST_CHARACTERS`."""
    if type(value) is not str:
        raise Wrong("Expected a text in quotes")
    if len(value) > MOST_CHARACTERS:
        raise Wrong(f"Expected at most {MOST_CHARACTERS} characters")
    return value


def read_code(reader: Reader, value: Any) -> str:
    """A text that is not blank, without blanks around it."""
    text = read_text(reader, value).strip()
    if not text:
        raise Wrong("Expected a code")
    return text


def read_flag(_: Reader, value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise Wrong("Expected true or false")
    return value


_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,30}(?:\.\d{1,30})?", re.ASCII)


def read_date(_: Reader, value: Any) -> dt.date:
    """A date in ISO 8601."""
    if type(value) is str and _DATE.fullmatch(value):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            pass
    raise Wrong('Expected a date such as "2026-11-24"')


def read_decimal(_: Reader, value: Any) -> Decimal:
    """A number as JSON has it or as a text; at most six decimals."""
    if type(value) is str and _DECIMAL.fullmatch(value):
        value = Decimal(value)
    if not isinstance(value, Decimal):
        raise Wrong('Expected a number such as "12.50"')
    if abs(value) > LARGEST:
        raise Wrong(f"Expected a number up to {plain(LARGEST)}")
    number = Decimal(plain(value))
    if -int(number.as_tuple().exponent) > MICRO_DECIMALS:
        raise Wrong(f"Expected at most {MICRO_DECIMALS} decimals")
    return number


def list_of(read: Callable[[Reader, Any], T | None]) -> Callable[[Reader, Any], tuple[T, ...]]:
    """A reader of lists, each part read by `read`."""

    def read_list(reader: Reader, value: Any) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise Wrong("Expected a list […]")
        parts = [read(reader.at(f"[{number}]"), part) for number, part in enumerate(value, 1)]
        return tuple(part for part in parts if part is not None)

    return read_list


def read_place(reader: Reader, value: Any) -> str | Address | None:
    """A code, or an address as an object."""
    if not isinstance(value, dict):
        return read_code(reader, value)
    found = reader.object(value, _ADDRESS, frozenset())
    return Address(**found) if found is not None else None


_ADDRESS: dict[str, Read] = {field.name: read_text for field in fields(Address)}


def read_documents(
    source: str | TextIO, read: Callable[[Reader, Any], T | None], name: str = "standard input"
) -> tuple[list[T], bool]:
    """The documents of a JSON text, each read by `read`, and whether they came as a list.

    Unknown and repeated keys, wrong types and impossible numbers are refused with their place, such as
    `lines[2].quantity` (of a list `[1].lines[2].quantity`), all at once. Lines and documents count from 1.

    Raises `Unreadable`, or for more than one error `Several` with the exit code of unreadable input.
    """
    try:
        text = source if isinstance(source, str) else source.read()
    except UnicodeDecodeError:
        raise Unreadable("The text is not in UTF-8.", field=name) from None
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise Unreadable("There is nothing to read.", field=name)
    value = parse(text, name)
    errors: list[DeskError] = []
    was_list = isinstance(value, list)
    documents = value if was_list else [value]
    found = [
        one
        for number, document in enumerate(documents, 1)
        if (one := read(Reader(errors, f"[{number}]" if was_list else ""), document)) is not None
    ]
    if len(errors) == 1:
        raise errors[0]
    if errors:
        several = Several(errors)
        several.exit_code = Unreadable.exit_code
        raise several
    return found, was_list
