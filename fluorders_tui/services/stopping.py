"""Ending something long before it is written, because the person wants that."""

from __future__ import annotations

from collections.abc import Callable

from fluorders_tui.domain.errors import Refused

__all__ = ["Stop", "stop_if"]

Stop = Callable[[], bool]
"""Asked between two steps; True ends the work."""


def stop_if(stop: Stop) -> None:
    """End what is being done, with nothing written, where the person wants that."""
    if stop():
        raise Refused("Stopped: nothing was written.")
