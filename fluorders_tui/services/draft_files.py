"""Drafts of documents on disk after every key, whatever the document (U-1.1, U-1.7).

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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from fluorders_tui.domain import codec
from fluorders_tui.domain.errors import Invalid

__all__ = ["Abandoned", "DraftFile", "DraftKind", "drafts_folder", "left_behind"]


class _Typing(Protocol):
    """What was being typed: the text in a field, and the line that isn't in the document yet."""

    @property
    def field(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def line(self) -> int: ...
    @property
    def counted(self) -> bool: ...
    @property
    def pending(self) -> Any: ...
    @property
    def is_empty(self) -> bool: ...


D = TypeVar("D")
T = TypeVar("T", bound=_Typing)


@dataclass(frozen=True, slots=True)
class DraftKind(Generic[D, T]):
    """How drafts of one kind of document are kept: the files' suffix, the classes, and when there is nothing to lose.

    `beside` are more fields of `T` that are kept as they stand, by name with their class. `D` is a frozen
    dataclass with `lines`, each of the class `line`; `word` is what such a document is called.
    """

    word: str
    suffix: str
    draft: type[D]
    line: type[Any]
    nothing: T
    beside: Mapping[str, type[Any]]

    def is_blank(self, draft: Any, typing: T) -> bool:
        """Nobody is chosen and nothing is typed."""
        party = getattr(draft, "customer", None) or getattr(draft, "supplier", None) or draft.name
        return not party and not draft.lines and typing.is_empty and not draft.reference


@dataclass(frozen=True, slots=True)
class Abandoned(Generic[D, T]):
    """A draft that a desk left behind when it died."""

    draft: D
    typing: T
    saved_at: float
    path: Path
    entering: bool = False
    """The desk died between asking the database to enter it and hearing the answer."""
    word: str = "order"
    """What such a document is called."""


def drafts_folder(state: Path, database: str, user: str) -> Path:
    """Where the drafts of `user` on `database` (its URL without password) are kept."""
    name = sha256(f"{database}\n{user}".encode()).hexdigest()[:16]
    return state / "drafts" / name


class DraftFile(Generic[D, T]):
    """The file of one open desk. Not for several threads at once."""

    KIND: ClassVar[DraftKind[Any, Any]]

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = folder / f"{uuid.uuid4().hex}{self.KIND.suffix}"
        # Locked before it has its name: another desk that looks for abandoned drafts must not find it in between.
        unnamed = self.path.with_suffix(".new")
        self._file = os.open(unnamed, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        unnamed.rename(self.path)
        self._draft: D | None = None
        self._typing: T = self.KIND.nothing

    def save(self, draft: D, typing: T) -> None:
        """Append what changed since the last call. Raises `OSError` when the disk is full."""
        record: dict[str, Any] = {}
        before = self._draft
        if before is not draft:
            record.update(_changed(before, draft))
        words = [typing.field, typing.text, typing.line, typing.counted]
        known = self._typing
        if words != [known.field, known.text, known.line, known.counted]:
            record["typing"] = words
        for name in ("pending", *self.KIND.beside):
            value = getattr(typing, name)
            if value is not getattr(known, name):
                record[name] = codec.to_data(value)
        if record:
            self._append(record)
        self._draft, self._typing = draft, typing

    def entering(self, now: bool) -> None:
        """Note that the draft is being entered: from here until the answer nobody knows whether it was."""
        self._append({"entering": now})

    def _append(self, record: dict[str, Any]) -> None:
        line = json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"
        data = line.encode("utf-8", "surrogatepass")
        size = os.fstat(self._file).st_size
        try:
            if os.write(self._file, data) != len(data):
                raise OSError("the disk is full")
        except OSError:
            os.ftruncate(self._file, size)
            raise

    def sync(self) -> None:
        """Wait until the disk has it; may be called from another thread."""
        os.fdatasync(self._file)

    def clear(self) -> None:
        """Forget the draft: it was entered, held or discarded."""
        os.ftruncate(self._file, 0)
        self._draft, self._typing = None, self.KIND.nothing

    def close(self, *, keep: bool) -> None:
        """Give the file up; with `keep` the draft is offered on the next start."""
        if not keep or self._draft is None:
            self.path.unlink(missing_ok=True)
        os.close(self._file)

    def take_up(self, abandoned: Abandoned[D, T]) -> None:
        """Go on with an abandoned draft in the file of this desk.

        Raises `Invalid` when another desk was faster, and `OSError`; the draft is then where it was.
        """
        self.save(abandoned.draft, abandoned.typing)
        try:
            abandoned.path.unlink()
        except FileNotFoundError:
            self.clear()
            raise Invalid("This draft was taken up at another desk.", rule="D-12.9") from None


def _changed(before: Any, after: Any) -> dict[str, Any]:
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


def left_behind(folder: Path, kind: DraftKind[D, T]) -> Iterator[Abandoned[D, T]]:
    """The drafts of a kind that dead desks left in `folder`, newest first; empty ones are swept away."""
    files = sorted(folder.glob(f"*{kind.suffix}"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in files:
        with path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                continue
            data = file.read()
            found, empty = _replay(path, data, kind)
        if found is not None:
            yield found
        elif empty:
            path.unlink(missing_ok=True)


def _replay(path: Path, data: bytes, kind: DraftKind[D, T]) -> tuple[Abandoned[D, T] | None, bool]:
    """The draft in a file, and whether there is nothing in it to lose."""
    header: Any = None
    lines: list[Any] = []
    typing: Any = kind.nothing
    entering = False
    for row in data.split(b"\n"):
        if not row:
            continue
        try:
            record = json.loads(row.decode("utf-8", "surrogatepass"))
            entering = bool(record.get("entering"))
            if "header" in record:
                header = codec.from_data(kind.draft, record["header"])
            for index, line in record.get("lines", ()):
                lines[index : index + 1] = [codec.from_data(kind.line, line)]
            if "count" in record:
                del lines[record["count"] :]
            if "typing" in record:
                field, text, place, counted = record["typing"]
                typing = replace(typing, field=field, text=text, line=place, counted=counted)
            for name, of in {"pending": kind.line, **kind.beside}.items():
                if name in record:
                    value = record[name]
                    typing = replace(typing, **{name: codec.from_data(of, value) if value else None})
        except (ValueError, TypeError, AttributeError):
            # The process died inside this write: everything before it is whole.
            break
    if header is None:
        return None, not data
    draft = replace(header, lines=tuple(lines))
    if kind.is_blank(draft, typing):
        return None, True
    return Abandoned(draft, typing, path.stat().st_mtime, path, entering, kind.word), False
