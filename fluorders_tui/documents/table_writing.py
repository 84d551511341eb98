"""Tables written as CSV, JSON, XLSX or aligned text for a terminal (interfaces §1, §3)."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, BinaryIO, TextIO, cast

from fluorders_tui.documents.cells import Cell, cell_text
from fluorders_tui.documents.spreadsheets import SheetWriter
from fluorders_tui.documents.text_files import with_quote
from fluorders_tui.domain.errors import Unreadable

FORMATS = ("text", "csv", "json", "xlsx")

#: What writing takes besides `Cell`: whole numbers too.
Value = Cell | int
Rows = Iterable[Sequence[Value]]

# Controls and direction marks would move a terminal's cursor or turn the line round.
_UNSHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_COLUMN_GAP = "  "


def write_table(rows: Rows, columns: Sequence[str], kind: str, target: Path | TextIO | BinaryIO) -> int:
    """Write `rows`, each as long as `columns`, as one `kind` of `FORMATS`, and give their number.

    - `csv`: UTF-8, commas, one heading row, decimals with a point and dates ISO. Text that a spreadsheet would run as
      a formula gets an apostrophe before it (`text_files.with_quote`); `read_table` takes it away again.
    - `json`: a list of objects; decimals are strings, dates ISO.
    - `xlsx`: real numbers and dates, text never a formula, headings frozen. Needs a path or a binary stream.
    - `text`: aligned columns for a terminal, numbers to the right.

    A path is replaced only when everything is written. Raises `Unreadable` for an unknown format or when the file
    can't be written.
    """
    if kind not in FORMATS:
        raise Unreadable(f"There is no format {kind!r}.", field="format", hint=f"Use {', '.join(FORMATS)}.")
    if not isinstance(target, Path):
        return _write(rows, columns, kind, target)
    try:
        with _replacing(target, binary=kind == "xlsx") as stream:
            return _write(rows, columns, kind, stream, target.stem)
    except OSError as error:
        raise Unreadable(f"The file can't be written: {error.strerror or error}.", field=str(target)) from None


@contextmanager
def _replacing(path: Path, *, binary: bool) -> Iterator[IO[Any]]:
    """A new file beside `path` that takes its place at the end, and goes away after any error."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        mode, text = ("wb", {}) if binary else ("w", {"encoding": "utf-8", "newline": ""})
        with os.fdopen(handle, mode, **text) as stream:  # type: ignore[call-overload]
            yield stream
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _write(rows: Rows, columns: Sequence[str], kind: str, target: IO[Any], title: str = "") -> int:
    match kind:
        case "csv":
            return _write_csv(rows, columns, cast(TextIO, target))
        case "json":
            return _write_json(rows, columns, cast(TextIO, target))
        case "xlsx":
            return _write_xlsx(rows, columns, cast(BinaryIO, target), title)
    return _write_text(rows, columns, cast(TextIO, target))


class _LineFeeds:
    """Ends rows with a line feed alone. The writer is told of both characters, so that it quotes either in a cell."""

    def __init__(self, target: TextIO) -> None:
        self._write = target.write

    def write(self, row: str) -> int:
        return self._write(row[:-2] + "\n")


def _write_csv(rows: Rows, columns: Sequence[str], target: TextIO) -> int:
    writer = csv.writer(_LineFeeds(target), lineterminator="\r\n")
    writer.writerow(columns)
    count = 0
    for row in rows:
        writer.writerow([with_quote(cell) if isinstance(cell, str) else _plain(cell) for cell in row])
        count += 1
    return count


def _plain(cell: Value) -> str:
    """As `cell_text`; a moment keeps its time."""
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    return str(cell) if isinstance(cell, int) and not isinstance(cell, bool) else cell_text(cell)


def _json_value(cell: Value) -> str | int | bool | None:
    return cell if cell is None or isinstance(cell, bool | int | str) else _plain(cell)


def _write_json(rows: Rows, columns: Sequence[str], target: TextIO) -> int:
    count = 0
    for row in rows:
        target.write(",\n" if count else "[\n")
        record = {name: _json_value(cell) for name, cell in zip(columns, row, strict=True)}
        target.write(json.dumps(record, ensure_ascii=False))
        count += 1
    target.write("\n]\n" if count else "[]\n")
    return count


def _write_xlsx(rows: Rows, columns: Sequence[str], target: BinaryIO, title: str) -> int:
    count = 0
    with SheetWriter(target, columns, title) as sheet:
        for row in rows:
            sheet.write(row)
            count += 1
    return count


def _write_text(rows: Rows, columns: Sequence[str], target: TextIO) -> int:
    # Only the whole table tells the widths, so its texts are kept.
    table = [[shown(_plain(cell)) for cell in columns]]
    right = [True] * len(columns)
    for row in rows:
        table.append([shown(_plain(cell)) for cell in row])
        for at, cell in enumerate(row):
            if cell is not None and (isinstance(cell, bool) or not isinstance(cell, int | Decimal)):
                right[at] = False
    widths = [max(width(row[at]) for row in table) for at in range(len(columns))]
    for row_texts in table:
        padded = [
            " " * (widths[at] - width(text)) + text if right[at] else text + " " * (widths[at] - width(text))
            for at, text in enumerate(row_texts)
        ]
        target.write(_COLUMN_GAP.join(padded).rstrip() + "\n")
    return len(table) - 1


def shown(text: str) -> str:
    """`text` on one line and without any character a terminal would obey."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSHOWN.sub(lambda match: " " if match.group() in "\t\n\r" else "\N{REPLACEMENT CHARACTER}", text)


def width(text: str) -> int:
    """The columns `text` takes in a terminal: wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    columns = 0
    for char in text:
        if unicodedata.category(char) in ("Mn", "Me", "Cf"):
            continue
        columns += 2 if unicodedata.east_asian_width(char) in "WF" else 1
    return columns
