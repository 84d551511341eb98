"""A cell of a table, however the file held it, as the text, number, date or flag a field needs."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import lru_cache

from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.folding import fold
from fluorders_tui.domain.money import LARGEST, MICRO_DECIMALS, plain
from fluorders_tui.domain.shorthand import parse_date, parse_decimal

#: What reading gives: text from CSV, typed values from spreadsheets and JSON, None for an empty cell.
Cell = str | Decimal | dt.date | bool | None

_YES = frozenset({"yes", "y", "true", "1", "x", "si", "s", "ja", "j", "oui", "o", "vero", "wahr", "vrai", "verdadero"})
_NO = frozenset({"no", "n", "false", "0", "-", "nein", "non", "falso", "falsch", "faux"})

# A date in a file stands for itself; a day without a year would depend on the day of the import.
_WHOLE_DATE = re.compile(r"\d{6}|\d{8}|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
_EPOCH = dt.date(2000, 1, 1)


@lru_cache(maxsize=1024)
def heading(text: str) -> str:
    """The column's name as the vocabulary writes it: `VAT Number`, `vat-number` and `VAT_NUMBER` are `vat_number`."""
    return "_".join(part for part in re.split(r"[\s_\-]+", fold(text)) if part)


def cell_text(cell: Cell) -> str:
    """The cell as text: 12 (a number in a spreadsheet) is `12`, a date ISO, a flag `yes` or `no`, empty ``."""
    match cell:
        case None:
            return ""
        case str():
            return cell
        case bool():
            return "yes" if cell else "no"
        case Decimal():
            return plain(cell)
        case dt.date():
            return cell.isoformat()


def cell_decimal(cell: Cell, *, decimals: int | None = None, decimal_mark: str = "") -> Decimal | None:
    """The cell as an exact number, None when empty; `decimal_mark` is what `Table` recognised.

    A percent sign or a currency sign after the number is passed over. Raises `Invalid`.
    """
    match cell:
        case None:
            return None
        case Decimal():
            allowed = MICRO_DECIMALS if decimals is None else decimals
            if abs(cell) > LARGEST:
                raise Invalid("This number is too large.")
            if cell != round(cell, allowed):
                raise Invalid(f"{plain(cell)} has too many decimals: at most {allowed} here.")
            return Decimal(plain(cell))
        case str():
            return parse_decimal(cell.rstrip("%€$£ \N{NO-BREAK SPACE}"), decimals=decimals, decimal_mark=decimal_mark)
    raise Invalid(f"{cell_text(cell)} is no number.")


def cell_date(cell: Cell, *, day_first: bool = True) -> dt.date | None:
    """The cell as a date, None when empty; the time of day of a spreadsheet's date is dropped. Raises `Invalid`."""
    match cell:
        case None:
            return None
        case dt.datetime():
            return cell.date()
        case bool():
            pass
        case dt.date():
            return cell
        case str() | Decimal():
            typed = cell_text(cell).strip()
            stamp = re.fullmatch(r"(\d{4}-\d{2}-\d{2})[T ][\d:.+Z-]+", typed)
            typed = stamp.group(1) if stamp else typed
            if _WHOLE_DATE.fullmatch(typed):
                return parse_date(typed, _EPOCH, day_first=day_first)
    raise Invalid(f"{cell_text(cell)} is no date.", hint="Write it as 2026-11-24 or 24/11/2026.")


def cell_flag(cell: Cell) -> bool | None:
    """The cell as yes or no, None when empty; the words of the fast start's languages. Raises `Invalid`."""
    if cell is None or isinstance(cell, bool):
        return cell
    word = fold(cell_text(cell))
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise Invalid(f"{cell_text(cell)} is neither yes nor no.", hint="Write yes or no.")
