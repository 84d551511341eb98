"""Spreadsheets in and out: XLSX, XLS, XLSB and ODS read by calamine, XLSX written by openpyxl."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO

from fluorders_tui.documents.cells import Cell
from fluorders_tui.domain.errors import Unreadable

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell as SheetCell

#: How a spreadsheet file starts: a ZIP archive or the older compound file.
SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")

#: Spreadsheets calculate with binary floats of this many digits; more are noise.
DIGITS = 15
LONGEST_CELL = 32_767
MOST_ROWS = 1_048_576

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


class Sheet:
    """One sheet of a workbook: its rows from the top, as cells."""

    def __init__(self, stream: BinaryIO, name: str, sheet: str = "") -> None:
        """Open `sheet`, else the first visible one that has cells. Raises `Unreadable` for a broken or locked file."""
        import python_calamine

        try:
            book = python_calamine.CalamineWorkbook.from_filelike(stream)
            self._sheet = _chosen(book, name, sheet)
        except python_calamine.PasswordError:
            raise Unreadable("The workbook is protected by a password.", field=name) from None
        except python_calamine.CalamineError as error:
            raise Unreadable(f"The workbook can't be read: {error}.", field=name) from None
        self.rows = self._sheet.total_height

    def __iter__(self) -> Iterator[list[Cell]]:
        for row in self._sheet.iter_rows():
            yield [_cell(value) for value in row]


def _chosen(book: Any, name: str, sheet: str) -> Any:
    import python_calamine

    if sheet:
        if sheet not in book.sheet_names:
            raise Unreadable(
                f"There is no sheet {sheet!r}.", field=name, hint=f"The sheets are {', '.join(book.sheet_names)}."
            )
        return book.get_sheet_by_name(sheet)
    visible = [
        book.get_sheet_by_name(meta.name)
        for meta in book.sheets_metadata
        if meta.visible == python_calamine.SheetVisibleEnum.Visible
        and meta.typ == python_calamine.SheetTypeEnum.WorkSheet
    ]
    if not visible:
        raise Unreadable("The workbook has no sheet to read.", field=name)
    return next((found for found in visible if found.height), visible[0])


def _cell(value: Any) -> Cell:
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return Decimal(f"{value:.{DIGITS}g}") if value - value == 0 else None
    if isinstance(value, dt.datetime):
        return value.date() if value.time() == dt.time() else value
    if isinstance(value, dt.date):
        return value
    return str(value)


class SheetWriter:
    """An XLSX file written row by row, so that its size costs no memory.

    Numbers and dates are real ones, text is never a formula, the headings stay in sight. Numbers of more than 15
    digits are written as text: a spreadsheet would cut them. Characters a spreadsheet can't hold become `�`.
    """

    def __init__(self, target: BinaryIO, columns: Sequence[str], title: str = "") -> None:
        import openpyxl
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.styles import Font

        self._target = target
        self._cell = WriteOnlyCell
        self._book = openpyxl.Workbook(write_only=True)
        self._sheet = self._book.create_sheet(re.sub(r"[\\/*?:\[\]]", " ", title)[:31] or "Sheet1")
        self._sheet.freeze_panes = "A2"
        headings = []
        for column in columns:
            cell = self._text(column)
            cell.font = Font(bold=True)
            headings.append(cell)
        self._sheet.append(headings)
        self._rows = 1

    def __enter__(self) -> SheetWriter:
        return self

    def write(self, row: Sequence[Cell | int]) -> None:
        """Add one row. Raises `Unreadable` beyond what a sheet holds."""
        self._rows += 1
        if self._rows > MOST_ROWS:
            raise Unreadable(f"A sheet holds at most {MOST_ROWS} rows.", hint="Write CSV instead, or fewer rows.")
        self._sheet.append([self._value(cell) for cell in row])

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._book.save(self._target)
        else:
            # The rows so far lie in a temporary file that only closing the sheet gives back.
            self._sheet.close()

    def _value(self, cell: Cell | int) -> Any:
        if isinstance(cell, str):
            if cell[:1] in ("=", "#"):
                return self._text(cell)
            return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", cell)[:LONGEST_CELL] or None
        if isinstance(cell, Decimal) and len(cell.normalize().as_tuple().digits) > DIGITS:
            return self._text(f"{cell:f}")
        return cell

    def _text(self, text: str) -> SheetCell:
        # Left to itself the library makes formulas of "=…" and error values of "#N/A".
        cell: SheetCell = self._cell(
            self._sheet, value=_UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)[:LONGEST_CELL]
        )
        cell.data_type = "s"
        return cell
