"""An administrator's desk of an Italian company after the fast start, on a fresh database or a copy of a filled one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from fluorders_tui.data.store import Store
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.fast_start import fast_start
from tests.conftest import FixedClock


@contextmanager
def desk_at(url: str, clock: FixedClock) -> Iterator[Desk]:
    """The desk on a database that was started already."""
    store = Store(url)
    try:
        yield open_desk(store, "anna", clock=clock)
    finally:
        store.dispose()


def filled_file(path: Path, fill: Callable[[Desk], None]) -> Path:
    """A database in a new file with what `fill` puts there, to be copied for every test."""
    from fluorders_tui.data.schema import create_schema

    create_schema(f"sqlite:///{path}")
    store = Store(f"sqlite:///{path}")
    fast_start(store, country="IT", company="Prova Srl", user="anna", clock=FixedClock())
    fill(open_desk(store, "anna", clock=FixedClock()))
    store.dispose()
    return path


@contextmanager
def desk_on_copy(filled: Path, folder: Path) -> Iterator[Desk]:
    """The desk on a copy of a filled database."""
    shutil.copyfile(filled, folder / "own.db")
    with desk_at(f"sqlite:///{folder / 'own.db'}", FixedClock()) as desk:
        yield desk
