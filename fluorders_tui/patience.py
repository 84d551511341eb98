"""How long a person's keys may wait behind a database that doesn't answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from fluorders_tui.domain.errors import Unreachable

__all__ = ["ANSWER_SECONDS", "answered"]

T = TypeVar("T")

ANSWER_SECONDS = 15.0
"""Longer than any lookup takes, short enough that nobody kills the program."""


async def answered(question: Awaitable[T]) -> T:
    """The answer to a read; `Unreachable` if there is none within `ANSWER_SECONDS`. The late answer is dropped."""
    try:
        return await asyncio.wait_for(question, ANSWER_SECONDS)
    except TimeoutError:
        raise Unreachable("The database doesn't answer.", hint="Try again in a moment.") from None
