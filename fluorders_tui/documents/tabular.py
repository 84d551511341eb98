"""Tables from files people really have, and back: CSV, XLSX, JSON and plain text (interfaces §3)."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Any, BinaryIO, cast

from fluorders_tui.documents.cells import Cell, cell_text, heading
from fluorders_tui.documents.spreadsheets import SIGNATURES, Sheet
from fluorders_tui.documents.strict_json import BadNumber, JsonObject, broken, parse_at, skip_blanks
from fluorders_tui.documents.table_writing import FORMATS, write_table
from fluorders_tui.documents.text_files import (
    SAMPLE_BYTES,
    declared_separator,
    encoding_of,
    records,
    separator_of,
    without_quote,
)
from fluorders_tui.domain.errors import Unreadable

__all__ = [
    "FORMATS",
    "Cell",
    "Table",
    "cell_text",
    "heading",
    "read_table",
    "write_table",
]

_IN_MEMORY = 32 * 1024 * 1024

Row = tuple[int, dict[str, Cell] | Unreadable]


class Table:
    """A table being read: once over its rows, each with its number as a spreadsheet counts (headings are row 1).

    A row that can't be read is an `Unreadable` in place of its cells, and the rest still comes; an error of the
    whole file is raised. Cells are keyed by their column's normalised name (`heading`); empty ones are None.
    `columns` are the names in order, of JSON those of the first row.
    """

    def __init__(self, stream: BinaryIO, name: str, sheet: str = "") -> None:
        self.name = name
        self.format = ""
        self.encoding = ""
        self.separator = ""
        self.columns: tuple[str, ...] = ()
        self._stream = stream
        self._size = stream.seek(0, io.SEEK_END)
        stream.seek(0)
        self._read = 0.0
        self._rows = self._opened(sheet)

    def __iter__(self) -> Iterator[Row]:
        return self._rows

    def __enter__(self) -> Table:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; reading on gives nothing more."""
        self._rows = iter(())
        self._stream.close()

    @property
    def progress(self) -> float:
        """How much was read, from 0 to 1."""
        if self.format == "csv" and self._read == 0 and not self._stream.closed:
            return self._stream.tell() / self._size
        return self._read

    def _opened(self, sheet: str) -> Iterator[Row]:
        start = self._stream.read(4)
        self._stream.seek(0)
        if start in SIGNATURES:
            self.format = "xlsx"
            return self._from_sheet(Sheet(self._stream, self.name, sheet))
        self.encoding = encoding_of(self._stream)
        text = io.TextIOWrapper(self._stream, encoding=self.encoding, newline="")
        sample = text.read(SAMPLE_BYTES)
        if not sample.strip("\ufeff\r\n\t ;,"):
            raise Unreadable("The file is empty.", field=self.name)
        if sample.lstrip("\ufeff \t\r\n")[:1] in ("[", "{"):
            self.format = "json"
            return self._from_json((sample + text.read()).lstrip("\ufeff"))
        if "\x00" in sample:
            raise Unreadable(
                "This is neither a text file nor a spreadsheet.", field=self.name, hint="Save it as CSV or XLSX."
            )
        self.format = "csv"
        text.seek(0)
        return self._from_csv(text, sample)

    # --- CSV ----------------------------------------------------------------------------------------------------------

    def _from_csv(self, text: io.TextIOWrapper, sample: str) -> Iterator[Row]:
        self.separator = separator_of(sample)
        numbered = enumerate(records(text, self.separator, self.name), 1)
        for number, record in numbered:
            if isinstance(record, Unreadable):
                raise record
            if not any(record) or (number == 1 and declared_separator(self.separator.join(record))):
                continue
            self._set_columns(record, number)
            return self._csv_rows(numbered)
        raise Unreadable("The file is empty.", field=self.name)

    def _csv_rows(self, numbered: Iterator[tuple[int, list[str] | Unreadable]]) -> Iterator[Row]:
        columns = self.columns
        width = len(columns)
        for number, record in numbered:
            if isinstance(record, Unreadable):
                yield number, record
                continue
            cells: list[Cell] = []
            filled = False
            for text in record:
                cell = text.strip()
                if cell:
                    filled = True
                    cells.append(without_quote(cell) if cell[0] == "'" else cell)
                else:
                    cells.append(None)
            if not filled:
                continue
            if len(cells) == width and "" not in columns:
                yield number, dict(zip(columns, cells, strict=True))
            else:
                yield number, self._keyed(number, cells)
        self._read = 1.0

    # --- spreadsheets -------------------------------------------------------------------------------------------------

    def _from_sheet(self, sheet: Sheet) -> Iterator[Row]:
        numbered = enumerate(sheet, 1)
        for number, cells in numbered:
            if any(cell is not None for cell in cells):
                self._set_columns([cell_text(cell) for cell in cells], number)
                return self._sheet_rows(numbered, sheet.rows)
        raise Unreadable("The sheet is empty.", field=self.name)

    def _sheet_rows(self, numbered: Iterator[tuple[int, list[Cell]]], rows: int) -> Iterator[Row]:
        for number, cells in numbered:
            self._read = number / max(rows, number)
            if any(cell is not None for cell in cells):
                yield number, self._keyed(number, cells)
        self._read = 1.0

    # --- JSON ---------------------------------------------------------------------------------------------------------

    def _from_json(self, text: str) -> Iterator[Row]:
        at = skip_blanks(text, 0)
        if text[at] != "[":
            raise Unreadable("A table in JSON is a list of objects: [{…}, {…}].", field=self.name)
        rows = self._json_rows(text, at + 1)
        first = next(rows, None)
        if first is None:
            return iter(())
        if isinstance(first[1], dict):
            self.columns = tuple(first[1])
        return itertools.chain((first,), rows)

    def _json_rows(self, text: str, at: int) -> Iterator[Row]:
        # One row after the other is decoded: the text is in memory, its rows are not.
        at = skip_blanks(text, at)
        for number in itertools.count(1):
            if number == 1 and text[at : at + 1] == "]":
                break
            value, at = parse_at(text, at, self.name)
            yield number, self._json_row(number, value)
            at = skip_blanks(text, at)
            self._read = at / len(text)
            if text[at : at + 1] == "]":
                break
            if text[at : at + 1] != ",":
                raise broken(text, at, self.name, "Expecting ',' or ']'")
            at = skip_blanks(text, at + 1)
        at = skip_blanks(text, at + 1)
        if at < len(text):
            raise broken(text, at, self.name, "There is something after the end")
        self._read = 1.0

    def _json_row(self, number: int, value: Any) -> dict[str, Cell] | Unreadable:
        if not isinstance(value, JsonObject):
            return self._wrong(number, "", "A row is an object such as {…}.")
        if value.repeated:
            return self._wrong(number, value.repeated[0], "It is there more than once.")
        row: dict[str, Cell] = {}
        for key, cell in value.items():
            column = heading(key)
            if column in row:
                return self._wrong(number, key, "It is there more than once.")
            if isinstance(cell, BadNumber):
                return self._wrong(number, key, f"{cell} is no number to calculate with.")
            if isinstance(cell, list | dict):
                return self._wrong(number, key, "A cell holds one value, no list and no object.")
            row[column] = (cell.strip() or None) if isinstance(cell, str) else cell
        return row

    # --- all of them --------------------------------------------------------------------------------------------------

    def _set_columns(self, headings: Sequence[str], number: int) -> None:
        names = [heading(without_quote(text.strip())) for text in headings]
        while names and not names[-1]:
            names.pop()
        for name in names:
            if name and names.count(name) > 1:
                raise Unreadable(
                    f"Two columns are called {name}.", field=f"{self.name}, row {number}", hint="Rename one of them."
                )
        self.columns = tuple(names)

    def _keyed(self, number: int, cells: Sequence[Cell]) -> dict[str, Cell] | Unreadable:
        row: dict[str, Cell] = dict.fromkeys((name for name in self.columns if name), None)
        for at, cell in enumerate(cells):
            name = self.columns[at] if at < len(self.columns) else ""
            if name:
                row[name] = cell
            elif cell is not None:
                hint = "Perhaps a text with the separator in it has no quotes." if self.format == "csv" else ""
                return self._wrong(number, str(at + 1), "This cell has no heading above it.", hint)
        return row

    def _wrong(self, number: int, column: str, message: str, hint: str = "") -> Unreadable:
        place = f"{self.name}, row {number}" + (f", column {column}" if column else "")
        return Unreadable(message, field=place, hint=hint)


def read_table(source: Path | str | BinaryIO, *, name: str = "", sheet: str = "") -> Table:
    """Open a table; what kind of file it is shows in its content, never in its name.

    CSV with any of `;`, `,`, tab and `|`, with or without byte-order mark, in UTF-8, UTF-16 or Windows-1252; XLSX,
    XLS, XLSB and ODS (`sheet` names the sheet, else the first visible one with cells); JSON as a list of objects.
    A stream is read in binary, also where it can't be rewound. `name` is what errors call the file.

    Raises `Unreadable` naming file, row and column.
    """
    if isinstance(source, Path | str):
        path = Path(source)
        try:
            stream: BinaryIO = path.open("rb")
        except OSError as error:
            raise Unreadable(f"The file can't be opened: {error.strerror}.", field=str(path)) from None
        name = name or path.name
    else:
        stream = _rewindable(source)
        name = name or "standard input"
    try:
        return Table(stream, name, sheet)
    except UnicodeDecodeError:
        stream.close()
        raise Unreadable("The text breaks off in the middle of a character.", field=name) from None
    except OSError as error:
        stream.close()
        raise Unreadable(f"The file can't be read: {error.strerror}.", field=name) from None
    except BaseException:
        stream.close()
        raise


def _rewindable(source: BinaryIO) -> BinaryIO:
    copy = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the table closes it
    while chunk := source.read(1 << 20):
        copy.write(chunk)
    copy.seek(0)
    return cast(BinaryIO, copy)
