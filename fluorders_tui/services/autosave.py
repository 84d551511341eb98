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
from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.offers import OfferTerms
from fluorders_tui.domain.order import OrderDraft, OrderLine

_SUFFIX = ".draft"


@dataclass(frozen=True, slots=True)
class Typing:
    """What was being typed: the text in a field, by the field's name, and the line that isn't in the order yet.

    `line` is the place of the line being changed, −1 for a new one; `pending` is that line as far as it was typed,
    `counted` says that its quantity was. `terms` are what an offer has beside its draft, None for an order.
    """

    field: str = ""
    text: str = ""
    line: int = -1
    counted: bool = False
    pending: OrderLine | None = None
    terms: OfferTerms | None = None

    @property
    def is_empty(self) -> bool:
        """Nothing would be lost."""
        return not self.text and self.pending is None


@dataclass(frozen=True, slots=True)
class Recovered:
    """A draft that a desk left behind when it died."""

    draft: OrderDraft
    typing: Typing
    saved_at: float
    path: Path
    entering: bool = False
    """The desk died between asking the database to enter it and hearing the answer."""


def drafts_folder(state: Path, database: str, user: str) -> Path:
    """Where the drafts of `user` on `database` (its URL without password) are kept."""
    name = sha256(f"{database}\n{user}".encode()).hexdigest()[:16]
    return state / "drafts" / name


class Autosave:
    """The file of one open desk. Not for several threads at once."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = folder / f"{uuid.uuid4().hex}{_SUFFIX}"
        # Locked before it has its name: another desk that looks for abandoned drafts must not find it in between.
        unnamed = self.path.with_suffix(".new")
        self._file = os.open(unnamed, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        unnamed.rename(self.path)
        self._draft: OrderDraft | None = None
        self._typing = Typing()

    def save(self, draft: OrderDraft, typing: Typing) -> None:
        """Append what changed since the last call. Raises `OSError` when the disk is full."""
        record: dict[str, Any] = {}
        before = self._draft
        if before is not draft:
            record.update(_changed(before, draft))
        words = [typing.field, typing.text, typing.line, typing.counted]
        known = self._typing
        if words != [known.field, known.text, known.line, known.counted]:
            record["typing"] = words
        if typing.pending is not known.pending:
            record["pending"] = codec.to_data(typing.pending)
        if typing.terms is not known.terms:
            record["terms"] = codec.to_data(typing.terms)
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
            data = file.read()
            found, empty = _replay(path, data)
        if found is not None:
            yield found
        elif empty:
            path.unlink(missing_ok=True)


def discard(recovered: Recovered) -> None:
    """Throw a recovered draft away, once its owner has said so."""
    recovered.path.unlink(missing_ok=True)


def take_up(recovered: Recovered, autosave: Autosave) -> None:
    """Go on with a recovered draft in the file of this desk.

    Raises `Invalid` when another desk was faster, and `OSError`; the draft is then where it was.
    """
    autosave.save(recovered.draft, recovered.typing)
    try:
        recovered.path.unlink()
    except FileNotFoundError:
        autosave.clear()
        raise Invalid("This draft was taken up at another desk.", rule="D-12.9") from None


def _replay(path: Path, data: bytes) -> tuple[Recovered | None, bool]:
    """The draft in a file, and whether there is nothing in it to lose."""
    header: OrderDraft | None = None
    lines: list[OrderLine] = []
    typing = Typing()
    entering = False
    for row in data.split(b"\n"):
        if not row:
            continue
        try:
            record = json.loads(row.decode("utf-8", "surrogatepass"))
            entering = bool(record.get("entering"))
            if "header" in record:
                header = codec.from_data(OrderDraft, record["header"])
            for index, line in record.get("lines", ()):
                lines[index : index + 1] = [codec.from_data(OrderLine, line)]
            if "count" in record:
                del lines[record["count"] :]
            if "typing" in record:
                field, text, place, counted = record["typing"]
                typing = replace(typing, field=field, text=text, line=place, counted=counted)
            if "pending" in record:
                pending = record["pending"]
                typing = replace(typing, pending=codec.from_data(OrderLine, pending) if pending else None)
            if "terms" in record:
                terms = record["terms"]
                typing = replace(typing, terms=codec.from_data(OfferTerms, terms) if terms else None)
        except (ValueError, TypeError, AttributeError):
            # The process died inside this write: everything before it is whole.
            break
    if header is None:
        return None, not data
    if not header.customer and not header.name and not lines and typing.is_empty and not header.reference:
        return None, True
    draft = replace(header, lines=tuple(lines))
    return Recovered(draft, typing, path.stat().st_mtime, path, entering), False
