"""The desk opened on a terminal, and the same database opened in this process to know what is right."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from benchmarks.line import Line
from benchmarks.start import DATA, FRAME
from benchmarks.surroundings import USER, Surroundings
from fluorders_tui.data.store import Store
from fluorders_tui.domain.locales import format_decimal, locale_form
from fluorders_tui.domain.totals import Totals
from fluorders_tui.services.desk import Desk, open_desk

LANGUAGE = "en_GB"
NEW_ORDER, ORDERS = "1", "2"
"""Keys of the first screen."""


@contextlib.contextmanager
def on_a_terminal(surroundings: Surroundings, database: Path) -> Iterator[Line]:
    """The desk with its first screen complete and quiet."""
    surroundings.forget_drafts()
    surroundings.variables["FLUORDERS_LANGUAGE"] = LANGUAGE
    with Line(surroundings, surroundings.desk(database)) as line:
        line.wait_for(FRAME, DATA)
        line.settle(0.5)
        yield line
    surroundings.forget_drafts()


@contextlib.contextmanager
def entering(surroundings: Surroundings, database: Path) -> Iterator[Line]:
    """The desk on a new order, the caret in the customer field."""
    with on_a_terminal(surroundings, database) as line:
        line.send(NEW_ORDER)
        line.wait_for("(provisional)")
        line.settle()
        yield line


@contextlib.contextmanager
def here(database: str | Path) -> Iterator[Desk]:
    """A desk without a screen."""
    store = Store(str(database))
    try:
        yield open_desk(store, USER)
    finally:
        store.dispose()


def shown_total(totals: Totals, currency: str, decimals: int) -> str:
    """The order's total as the totals bar shows it."""
    return f"{format_decimal(totals.total, locale_form(LANGUAGE), decimals)} {currency}"
