"""Opens the database of a run for a command or for the desk's screens: the one place where settings meet services."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fluorders_tui.config import Settings
    from fluorders_tui.data.store import Store
    from fluorders_tui.services.desk import Desk


def open_store(settings: Settings) -> Store:
    """The database of the settings, whatever state it is in; nothing is connected yet."""
    from fluorders_tui.data.store import Store

    return Store(settings.database)


def open_desk(settings: Settings) -> Desk:
    """The desk of the settings' user on their database. Raises `Unreachable`, also for another version's database."""
    from fluorders_tui.services.desk import open_desk as open_on

    return open_on(open_store(settings), settings.user, checks=settings.line_checks())
