"""A desk on each database, empty or with the working set of a country."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from fluorders_tui.data.store import Store
from fluorders_tui.services.desk import Desk, open_desk
from tests.conftest import FixedClock
from tests.desks import desk_at


@pytest.fixture
def italian_desk(new_database: Callable[..., str], clock: FixedClock) -> Iterator[Desk]:
    """An administrator's desk of an Italian company after the fast start."""
    with desk_at(new_database(started=True), clock) as desk:
        yield desk


@pytest.fixture
def new_italian_desk(new_database: Callable[..., str], clock: FixedClock) -> Iterator[Callable[[], Desk]]:
    """Make such desks, each on a database of its own."""
    stores: list[Store] = []

    def make() -> Desk:
        stores.append(Store(new_database(started=True)))
        return open_desk(stores[-1], "anna", clock=clock)

    yield make
    for store in stores:
        store.dispose()


@pytest.fixture
def sqlite_desk(new_sqlite: Callable[..., str], clock: FixedClock) -> Iterator[Desk]:
    """The same on SQLite alone, for rules that no database changes."""
    with desk_at(new_sqlite(started=True), clock) as desk:
        yield desk
