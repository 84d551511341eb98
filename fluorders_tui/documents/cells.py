"""A cell of a table as the file held it, and the names of columns; `domain.cell_values` makes fields of cells."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import lru_cache

from fluorders_tui.domain.folding import fold
from fluorders_tui.domain.money import plain

#: What reading gives: text from CSV, typed values from spreadsheets and JSON, None for an empty cell.
Cell = str | Decimal | dt.date | bool | None


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
