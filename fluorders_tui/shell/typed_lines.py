"""What people write after --line: the number of a line, from 1, with a quantity."""

from __future__ import annotations

from decimal import Decimal

from fluorders_tui.domain.errors import DeskError, Unreadable


def line_place(text: str, option: str = "--line") -> int:
    """The index of a line by its number, from 1. Raises `Unreadable`."""
    if not text.strip().isdecimal() or int(text) < 1:
        raise Unreadable(f"“{text[:40]}” is no line's number.", field=option, hint="Lines count from 1.")
    return int(text) - 1


def line_quantity(text: str, option: str = "--line") -> tuple[int, Decimal]:
    """The index and the quantity of `1=20`. Raises `Unreadable`."""
    line, equals, much = text.partition("=")
    if not equals:
        raise Unreadable(f"“{text[:40]}” names no quantity.", field=option, hint=f"Such as {option} 1=20.")
    return line_place(line, option), typed_number(much, option)


def typed_number(text: str, option: str) -> Decimal:
    """A number as people type it. Raises `Unreadable`."""
    from fluorders_tui.domain.shorthand import parse_decimal

    try:
        return parse_decimal(text)
    except DeskError as error:
        raise Unreadable(error.message, field=option, hint=error.hint) from None
