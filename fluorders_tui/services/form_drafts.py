"""What stands in a registry form and isn't saved yet, on disk after every key (U-1.1, U-1.7).

One file for each form: the row it changes, or what a new row started with. It is locked while the form is
open; a file that nobody locks belongs to a desk that died, and its form begins with what was typed there.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from typing import Any

from fluorders_tui.domain.registry import Value
from fluorders_tui.places import state_dir
from fluorders_tui.services.autosave import drafts_folder
from fluorders_tui.services.desk import Desk

_SUFFIX = ".form"


@dataclass(frozen=True, slots=True)
class FormTyping:
    """The values that differ from what was read, the lists of rows that do, and the text being typed."""

    values: Mapping[str, Value] = field(default_factory=dict)
    children: Mapping[str, Sequence[Mapping[str, Value]]] = field(default_factory=dict)
    field: str = ""
    text: str = ""

    @property
    def is_empty(self) -> bool:
        """Nothing would be lost."""
        return not (self.values or self.children or self.text)


class FormDraft:
    """The file of one open form; `found` is what a desk that died left there."""

    def __init__(self, desk: Desk, registry: str, row: int | None, start: Mapping[str, Value] | None = None) -> None:
        """Raises `OSError` when the file can't be made, `BlockingIOError` when another desk has the same form open."""
        folder = drafts_folder(state_dir(), desk.store.shown_url, desk.user)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        which = str(row) if row is not None else f"new-{_digest(start or {})}"
        self.path = folder / f"{registry}-{which}{_SUFFIX}"
        self._file = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._file)
            raise
        self.found = _last(self.path.read_bytes())
        self.written = self.found or FormTyping()
        """What the file says now."""

    def save(self, typing: FormTyping) -> None:
        """Add what stands in the form now. Raises `OSError` when the disk is full."""
        if typing == self.written:
            return
        line = json.dumps(
            [
                {name: _to_data(value) for name, value in typing.values.items()},
                {
                    name: [{key: _to_data(value) for key, value in row.items()} for row in rows]
                    for name, rows in typing.children.items()
                },
                typing.field,
                typing.text,
            ],
            ensure_ascii=False,
        )
        data = f"{line}\n".encode("utf-8", "surrogatepass")
        size = os.fstat(self._file).st_size
        if os.write(self._file, data) != len(data):
            os.ftruncate(self._file, size)
            raise OSError("the disk is full")
        self.written = typing

    def close(self, *, keep: bool) -> None:
        """Give the file up; with `keep` the form begins with it the next time."""
        if self._file < 0:
            return
        if not keep:
            self.path.unlink(missing_ok=True)
        os.close(self._file)
        self._file = -1


def _digest(start: Mapping[str, Value]) -> str:
    told = json.dumps(sorted((name, str(value)) for name, value in start.items()), ensure_ascii=False)
    return sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _last(data: bytes) -> FormTyping | None:
    """The last whole record: the process may have died inside one."""
    for row in reversed(data.split(b"\n")):
        try:
            values, children, name, text = json.loads(row.decode("utf-8", "surrogatepass"))
            found = FormTyping(
                {key: _from_data(value) for key, value in values.items()},
                {
                    key: [{of: _from_data(value) for of, value in one.items()} for one in rows]
                    for key, rows in children.items()
                },
                name,
                text,
            )
        except (ValueError, AttributeError, ArithmeticError):
            continue
        return None if found.is_empty else found
    return None


def _to_data(value: Value) -> Any:
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    return {"date": value.isoformat()} if isinstance(value, dt.date) else value


def _from_data(data: Any) -> Value:
    if not isinstance(data, dict):
        return data  # type: ignore[no-any-return]
    return Decimal(data["decimal"]) if "decimal" in data else dt.date.fromisoformat(data["date"])
