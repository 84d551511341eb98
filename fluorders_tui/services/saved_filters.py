"""Filters of a list of documents that a person keeps under a name, in a file of their own for each list."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from fluorders_tui.domain.errors import Unreadable

__all__ = ["SavedFilter", "load_filters", "save_filters"]

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class SavedFilter(Generic[S]):
    """What is shown (`all`, `open`, a status, …), the text searched for, and the sort (`field`, `descending`)."""

    show: str
    find: str
    sort: S


def load_filters(state: Path, of: str, sort_named: Callable[[str, bool], S]) -> dict[str, SavedFilter[S]]:
    """The filters of the list of `of` (`order`, `offer`) in the folder `state`, by name.

    `sort_named` makes a sort of its field and direction. Raises `Unreadable` for a file that holds no filters.
    """
    path = _file(state, of)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): _filter(values, sort_named) for name, values in data.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise Unreadable("The saved filters can't be read.", field=str(path), hint="Delete the file.") from error


def _filter(values: Mapping[str, Any], sort_named: Callable[[str, bool], S]) -> SavedFilter[S]:
    sort = values["sort"]
    return SavedFilter(
        str(values["show"]), str(values["find"]), sort_named(str(sort["field"]), bool(sort["descending"]))
    )


def save_filters(state: Path, of: str, filters: Mapping[str, SavedFilter[Any]]) -> None:
    """Write them all; a crash leaves the old file or the new one. Raises `Unreadable` where it can't be written."""
    path = _file(state, of)
    new = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        new.write_text(json.dumps({name: asdict(one) for name, one in filters.items()}, indent=1), encoding="utf-8")
        new.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)
        raise Unreadable(f"The filters can't be saved: {error.strerror}.", field=str(path)) from error


def _file(state: Path, of: str) -> Path:
    return state / f"{of.replace(' ', '-')}-filters.json"
