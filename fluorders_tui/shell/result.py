"""A command's result: rows in the format asked for, or one document as JSON."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from fluorders_tui.domain.errors import Unreadable

if TYPE_CHECKING:
    from fluorders_tui.documents.table_writing import Value

T = TypeVar("T")

FORMATS = ("text", "json", "csv", "xlsx")


def add_format(parser: ArgumentParser, formats: Sequence[str] = FORMATS) -> None:
    """Describe `--format` and `-o`, for a command that gives rows."""
    parser.add_argument("--format", choices=formats, default="text", help=f"{', '.join(formats)} (default: text)")
    parser.add_argument("-o", "--output", metavar="FILE", help="write to this file instead of standard output")


def write_rows(rows: Iterable[Sequence[Value]], columns: Sequence[str], args: Namespace) -> int:
    """Write rows, each as long as `columns`, where and how `add_format`'s options say; gives their number.

    Raises `Unreadable` for a spreadsheet without a file, and for a file that can't be written.
    """
    from fluorders_tui.documents.table_writing import write_table

    if args.output:
        return write_table(rows, columns, args.format, Path(args.output))
    if args.format == "xlsx":
        raise Unreadable("A spreadsheet needs a file.", field="--format", hint="Add -o FILE.xlsx.")
    return write_table(rows, columns, args.format, sys.stdout)


def check_limit(args: Namespace) -> None:
    """Raise `Unreadable` for a `--limit` below 0."""
    if args.limit is not None and args.limit < 0:
        raise Unreadable("The limit is 0 or more.", field="--limit")


@dataclass(frozen=True, slots=True)
class Layout(Generic[T]):
    """Columns of a list, and what turns its rows into cells."""

    columns: Sequence[str]
    cells: Callable[[Iterable[T]], Iterable[Sequence[Value]]]


def write_list(rows: Iterable[T], args: Namespace, whole: Layout[T], text: Layout[T], nothing: str) -> int:
    """Write a list as text for people or whole for programs; gives the number of its rows.

    Where nothing is listed a person is told `nothing`. Raises as `write_rows`.
    """
    layout = text if args.format == "text" else whole
    written = write_rows(layout.cells(rows), layout.columns, args)
    if layout is text and not written:
        sys.stderr.write(f"{nothing}\n")
    return written


def write_json(document: Any) -> None:
    """Write one document, or a list of them, as JSON; amounts in it are strings already (interfaces §2)."""
    import json

    json.dump(document, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")
