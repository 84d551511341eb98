"""Opens the database of a run for a command or for the desk's screens: the one place where settings meet services."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fluorders_tui.config import Settings
    from fluorders_tui.data.store import Store
    from fluorders_tui.services.desk import Desk


def prepare_store(settings: Settings) -> tuple[Store, str | None]:
    """The database of the settings, created or migrated to this program's version, and the version it had before.

    Raises `Unreachable`, also for a newer database.
    """
    from fluorders_tui.data.schema import migrate
    from fluorders_tui.data.store import Store

    store = Store(settings.database)
    return store, migrate(store)


def open_desk(settings: Settings) -> Desk:
    """The desk of the settings' user on their database; with `--demo` its data are made on first use.

    Raises `Unreachable`, also for another version's database.
    """
    from fluorders_tui.data.store import Store
    from fluorders_tui.services.desk import open_desk as open_on

    store = Store(settings.database)
    if settings.demo:
        from fluorders_tui.services.demo import ensure_demo

        ensure_demo(store, user=settings.user)
    return open_on(store, settings.user)
