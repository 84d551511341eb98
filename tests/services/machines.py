"""Hypothesis machines on desks of their own: every example begins with a fresh copy of a filled database."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from fluorders_tui.data.store import Store
from fluorders_tui.services.desk import Desk, open_desk
from tests.conftest import FixedClock


@contextmanager
def copies_of(filled: Desk, user: str = "anna") -> Iterator[Callable[[], Desk]]:
    """Makes desks of `user` on copies of a filled SQLite database, as many as are asked for."""
    filled.store.dispose()
    source, made = filled.store.path, 0
    assert source is not None
    with tempfile.TemporaryDirectory() as folder:

        def desk() -> Desk:
            nonlocal made
            made += 1
            copy = Path(folder) / f"{made}.db"
            shutil.copyfile(source, copy)
            return open_desk(Store(f"sqlite:///{copy}"), user, clock=FixedClock())

        yield desk


def run_on_desks(
    machine: type[RuleBasedStateMachine], desk: Callable[[], Desk], examples: int, steps: int, **more: Any
) -> None:
    """Run a machine that has a `desk`, one for each example; `more` are further settings of Hypothesis."""

    class Machine(machine):  # type: ignore[misc,valid-type]
        def __init__(self) -> None:
            super().__init__()
            self.desk = desk()

        def teardown(self) -> None:
            self.desk.store.dispose()

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            **more,
        ),
    )
