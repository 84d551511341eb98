"""What a lookup offers, and what a typed text turned out to mean."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = ["Choice", "Resolution", "Resolver", "Suggester"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One hit: what is written into the field, what is shown beside it, and the value behind it."""

    code: str
    description: str = ""
    extra: str = ""
    value: object = None


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a text means: an `exact` code, the only (`one`) hit, `many` hits to choose from, or `none`."""

    kind: Literal["exact", "one", "many", "none"]
    choices: tuple[Choice, ...] = ()

    @classmethod
    def of(cls, text: str, choices: Sequence[Choice]) -> Resolution:
        """Judge hits by the rule of the desk: the exact code (whatever its case) first, then the only hit."""
        wanted = text.strip().casefold()
        for choice in choices:
            if choice.code.casefold() == wanted:
                return cls("exact", (choice,))
        if not choices:
            return cls("none")
        return cls("one" if len(choices) == 1 else "many", tuple(choices))


Resolver = Callable[[str], Awaitable[Resolution]]
"""Says what a text means; it may wait for the database. `DeskError` is shown at the field."""

Suggester = Callable[[str], Sequence[Choice]]
"""The first hits for a fragment; called in a thread, so it may ask the database. "" asks for the usual ones."""
