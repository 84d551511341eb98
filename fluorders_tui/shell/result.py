"""A command's result on standard output, the same rows as text, JSON or CSV.

Text is for people: aligned, and nothing in it can command the terminal. JSON and CSV are for programs: decimals as
plain strings, dates ISO 8601, and no CSV cell starts a formula (E-2.4).
"""

from __future__ import annotations

import datetime as dt
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

FORMATS = ("text", "json", "csv")


def add_format(parser: ArgumentParser, formats: Sequence[str] = FORMATS) -> None:
    """Describe `--format`, for a command that gives rows."""
    parser.add_argument("--format", choices=formats, default="text", help=f"{', '.join(formats)} (default: text)")


def write_rows(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], form: str) -> None:
    """Write rows with the given columns in the form asked for; CSV and JSON as they come, however many."""
    if form == "csv":
        _write_csv(rows, columns)
    elif form == "json":
        _write_json(rows, columns)
    else:
        _write_text(rows, columns)


def write_json(value: Any) -> None:
    """Write one value, a document for example, as JSON with its keys in their order."""
    sys.stdout.write(_dump(value, indent=2) + "\n")


def plain_text(value: Any) -> str:
    """A value for a person's eyes: one line, with every character that a terminal would obey made visible."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = value.isoformat(sep=" ", timespec="seconds") if isinstance(value, dt.datetime) else _machine(value)
    # Right-to-left marks are not printable to Python either; letters of right-to-left scripts are.
    return text if text.isprintable() else "".join(char if char.isprintable() else "·" for char in text)


def _machine(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)


def _dump(value: Any, indent: int | None = None) -> str:
    import json

    return json.dumps(value, indent=indent, ensure_ascii=False, default=_machine)


def _write_json(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> None:
    separator = "["
    for row in rows:
        sys.stdout.write(f"{separator}\n{_dump({column: row[column] for column in columns})}")
        separator = ","
    sys.stdout.write("[]\n" if separator == "[" else "\n]\n")


def _write_csv(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> None:
    import csv

    from fluorders_tui.documents.text_files import with_quote

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow(_csv_cell(row[column], with_quote) for column in columns)


def _csv_cell(value: Any, with_quote: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(with_quote(value)) if isinstance(value, str) else _machine(value)


def _width(text: str) -> int:
    """Columns on a terminal: two for East Asian wide characters, none for marks that stand on another letter."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, int | Decimal) and not isinstance(value, bool))


def _write_text(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> None:
    kept = list(rows)
    if not kept:
        sys.stderr.write("Nothing found.\n")
        return
    cells = [[plain_text(row[column]) for column in columns] for row in kept]
    titles = [column.replace("_", " ") for column in columns]
    right = [all(_is_number(row[column]) for row in kept) for column in columns]
    widths = [max(map(_width, texts)) for texts in zip(titles, *cells, strict=True)]
    for line in [titles, *cells]:
        padded = (
            " " * (size - _width(text)) + text if to_right else text + " " * (size - _width(text))
            for text, size, to_right in zip(line, widths, right, strict=True)
        )
        sys.stdout.write("  ".join(padded).rstrip() + "\n")
