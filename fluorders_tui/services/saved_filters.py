"""Filters of the orders list that a person keeps under a name, in a file of their own."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fluorders_tui.domain.errors import Unreadable
from fluorders_tui.domain.order_listing import NEWEST_FIRST, OrderSort, SortField

__all__ = ["SavedFilter", "load_filters", "save_filters"]

_FILE = "order-filters.json"


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """What is shown (`all`, `open`, `late` or a status), the text searched for, and the sort."""

    show: str
    find: str = ""
    sort: OrderSort = NEWEST_FIRST


def load_filters(state: Path) -> dict[str, SavedFilter]:
    """The filters in the folder `state`, by name; raises `Unreadable` for a file that isn't one of them."""
    path = state / _FILE
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): _filter(values) for name, values in data.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise Unreadable("The saved filters can't be read.", field=str(path), hint="Delete the file.") from error


def _filter(values: Mapping[str, Any]) -> SavedFilter:
    sort = values["sort"]
    return SavedFilter(
        str(values["show"]), str(values["find"]), OrderSort(SortField(sort["field"]), bool(sort["descending"]))
    )


def save_filters(state: Path, filters: Mapping[str, SavedFilter]) -> None:
    """Write them all; a crash leaves the old file or the new one. Raises `Unreadable` where it can't be written."""
    path, new = state / _FILE, state / f"{_FILE}.{os.getpid()}"
    try:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        new.write_text(json.dumps({name: asdict(one) for name, one in filters.items()}, indent=1), encoding="utf-8")
        new.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)
        raise Unreadable(f"The filters can't be saved: {error.strerror}.", field=str(path)) from error
