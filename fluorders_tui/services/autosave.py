"""The draft on disk after every key: it survives kill −9, a hang-up and a database that is gone (U-1.1, U-1.7).

One file for each desk that is open, kept locked while its process lives; a file that nobody locks
belongs to a desk that died and is offered again on the next start. Records are only appended, each
one small: the header when it changed, the lines that changed, the text being typed. So an order of a
thousand lines costs no more to save than one of two. What was appended outlives the process at once;
`sync` makes it outlive a power failure too.
"""

from __future__ import annotations

import fcntl
import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from fluorders_tui.domain import codec
from fluorders_tui.domain.order import OrderDraft, OrderLine

_SUFFIX = ".draft"


@dataclass(frozen=True, slots=True)
class Typing:
    """What stood in the field being typed, by the field's name, and which line was being edited (−1: a new one)."""

    field: str = ""
    text: str = ""
    line: int = -1


@dataclass(frozen=True, slots=True)
class Recovered:
    """A draft that a desk left behind when it died."""

    draft: OrderDraft
    typing: Typing
    saved_at: float
    path: Path


def drafts_folder(state: Path, database: str, user: str) -> Path:
    """Where the drafts of `user` on `database` (its URL without password) are kept."""
    name = sha256(f"{database}\n{user}".encode()).hexdigest()[:16]
    return state / "drafts" / name


class Autosave:
    """The file of one open desk. Not for several threads at once."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = folder / f"{uuid.uuid4().hex}{_SUFFIX}"
        self._file = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._draft: OrderDraft | None = None
        self._typing = Typing()

    def save(self, draft: OrderDraft, typing: Typing) -> None:
        """Append what changed since the last call. Raises `OSError` when the disk is full."""
        record: dict[str, Any] = {}
        before = self._draft
        if before is not draft:
            record.update(_changed(before, draft))
        if typing != self._typing:
            record["typing"] = [typing.field, typing.text, typing.line]
        if not record:
            return
        line = json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"
        data = line.encode("utf-8", "surrogatepass")
        size = os.fstat(self._file).st_size
        try:
            if os.write(self._file, data) != len(data):
                raise OSError("the disk is full")
        except OSError:
            os.ftruncate(self._file, size)
            raise
        self._draft, self._typing = draft, typing

    def sync(self) -> None:
        """Wait until the disk has it; may be called from another thread."""
        os.fdatasync(self._file)

    def clear(self) -> None:
        """Forget the draft: it was entered, held or discarded."""
        os.ftruncate(self._file, 0)
        self._draft, self._typing = None, Typing()

    def close(self, *, keep: bool) -> None:
        """Give the file up; with `keep` the draft is offered on the next start."""
        if not keep or self._draft is None:
            self.path.unlink(missing_ok=True)
        os.close(self._file)


def _changed(before: OrderDraft | None, after: OrderDraft) -> dict[str, Any]:
    record: dict[str, Any] = {}
    header = replace(after, lines=())
    if before is None or replace(before, lines=()) != header:
        record["header"] = codec.to_data(header)
    old = before.lines if before else ()
    lines = [
        [index, codec.to_data(line)]
        for index, line in enumerate(after.lines)
        if index >= len(old) or old[index] is not line
    ]
    if lines:
        record["lines"] = lines
    if len(after.lines) != len(old):
        record["count"] = len(after.lines)
    return record


def abandoned(folder: Path) -> Iterator[Recovered]:
    """The drafts that dead desks left in `folder`, newest first; empty ones are swept away."""
    files = sorted(folder.glob(f"*{_SUFFIX}"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in files:
        with path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                continue
            found = _replay(path, file.read())
        if found is None:
            path.unlink(missing_ok=True)
        else:
            yield found


def discard(recovered: Recovered) -> None:
    """Throw a recovered draft away, once its owner has said so or has taken it up again."""
    recovered.path.unlink(missing_ok=True)


def _replay(path: Path, data: bytes) -> Recovered | None:
    header: OrderDraft | None = None
    lines: list[OrderLine] = []
    typing = Typing()
    for row in data.split(b"\n"):
        if not row:
            continue
        try:
            record = json.loads(row.decode("utf-8", "surrogatepass"))
            if "header" in record:
                header = codec.from_data(OrderDraft, record["header"])
            for index, line in record.get("lines", ()):
                lines[index : index + 1] = [codec.from_data(OrderLine, line)]
            if "count" in record:
                del lines[record["count"] :]
            if "typing" in record:
                typing = Typing(*record["typing"])
        except ValueError:
            # The process died inside this write: everything before it is whole.
            break
    if header is None or (not header.customer and not lines and not typing.text and not header.reference):
        return None
    return Recovered(replace(header, lines=tuple(lines)), typing, path.stat().st_mtime, path)
