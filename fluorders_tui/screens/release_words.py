"""How the desk says that an order is held back, and that its release was asked for (D-11.2, U-1.6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fluorders_tui.services.approvals import WaitingReason


def release_asked(reasons: Sequence[WaitingReason]) -> str:
    """What asking came to."""
    whom = ", ".join(dict.fromkeys(", ".join(one.users) or one.role or "a supervisor" for one in reasons))
    return f"Asked {whom or 'a supervisor'}. The first screen tells you what was decided."


def held_back(reasons: Sequence[WaitingReason]) -> str:
    """Why an order that was just saved goes no further."""
    return "; ".join(one.short for one in reasons) or "somebody has to look at it"
