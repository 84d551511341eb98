"""Import a table from CSV, XLSX or JSON: rows with a new key are inserted, others changed.

All of it or nothing: every bad row is listed with row, column and reason. What the file leaves out stays
as it is, and importing the same file twice changes nothing.

A column that shows its decimal mark (12,50 or 1.234,50) is read by that mark. One that doesn't (1.234 beside
12) is read by the mark of the file's other columns; where none shows it, a single mark is the decimal one.
"""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from fluorders_tui.config import Settings
from fluorders_tui.shell.opening import open_desk
from fluorders_tui.shell.result import add_format, write_json, write_rows

if TYPE_CHECKING:
    from fluorders_tui.services.imports import ImportResult, RowError

_SHOWN_EVERY = 0.2
_TOLD_EVERY = 20_000


def register(parser: ArgumentParser) -> None:
    """Describe the arguments of `fluorders import`."""
    parser.add_argument("table", metavar="TABLE", help="customers, items, price-lists, price-list-lines, …")
    parser.add_argument("file", metavar="FILE", nargs="?", help="the file, or - for standard input")
    parser.add_argument("--dry-run", action="store_true", help="check everything, store nothing")
    parser.add_argument("--keep-good", action="store_true", help="store the good rows although others are bad")
    parser.add_argument("--template", action="store_true", help="write all columns with one example row")
    parser.add_argument("--sheet", metavar="NAME", default="", help="which sheet of a spreadsheet")
    add_format(parser)


def run(args: Namespace, settings: Settings) -> int:
    """Import and say what was done; 1 when rows were refused."""
    from fluorders_tui.documents.tabular import read_table
    from fluorders_tui.domain.errors import Unreadable
    from fluorders_tui.services.imports import import_table
    from fluorders_tui.services.registries import registry_spec

    spec = registry_spec(args.table)
    if args.template:
        return _template(args, settings)
    if not args.file:
        raise Unreadable("Which file?", hint=f"fluorders import {spec.name} FILE, or - for standard input.")
    if args.format not in ("text", "json"):
        raise Unreadable("What an import did is told as text or json.", field="--format")
    source = sys.stdin.buffer if args.file == "-" else args.file
    progress = _Progress()
    with read_table(source, sheet=args.sheet) as table:
        result = import_table(
            open_desk(settings),
            spec.name,
            table,
            dry_run=args.dry_run,
            keep_good=args.keep_good,
            progress=progress,
            columns=table.columns,
        )
    progress.end()
    for error in result.errors:
        sys.stderr.write(f"fluorders: {error}\n")
    for warning in result.warnings:
        sys.stderr.write(f"fluorders: warning: {warning}\n")
    _tell(result, args)
    return 1 if result.errors else 0


def _template(args: Namespace, settings: Settings) -> int:
    from fluorders_tui.services.exports import template

    columns, example = template(open_desk(settings), args.table)
    if args.format == "text":
        args.format = "csv"
    write_rows([example], columns, args)
    return 0


def _tell(result: ImportResult, args: Namespace) -> None:
    if args.format == "json":
        write_json(
            {
                "table": result.table,
                "inserted": result.inserted,
                "changed": result.changed,
                "unchanged": result.unchanged,
                "stored": result.stored,
                "errors": _rows(result.errors),
                "warnings": _rows(result.warnings),
            }
        )
        return
    would = "" if result.stored else "would be "
    counts = f"{would}{result.inserted} inserted, {result.changed} changed, {result.unchanged} unchanged"
    bad = len({error.row for error in result.errors})
    if result.stored:
        end = f"; {bad} bad rows were left out" if bad else ""
    elif bad:
        end = f"; nothing was stored because of {bad} bad row{'s' if bad > 1 else ''}"
    else:
        end = "; this was a dry run, nothing was stored"
    sys.stdout.write(f"{result.table}: {counts}{end}.\n")


def _rows(told: Sequence[RowError]) -> list[dict[str, object]]:
    return [{"row": one.row, "column": one.column, "reason": one.reason, "rule": one.rule} for one in told]


class _Progress:
    """Shows on standard error how far an import is: in place on a terminal, else a line now and then."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._next = 0.0
        self._told = 0

    def __call__(self, phase: str, done: int, total: int) -> None:
        of = f" of {total:,}" if total else ""
        if not self._terminal:
            if done % _TOLD_EVERY == 0:
                sys.stderr.write(f"{phase} {done:,}{of} rows\n")
            return
        now = time.monotonic()
        if now >= self._next or done == total:
            self._next = now + _SHOWN_EVERY
            sys.stderr.write(f"\r\x1b[K{phase} {done:,}{of} rows")
            sys.stderr.flush()
            self._told += 1

    def end(self) -> None:
        """Take the line away."""
        if self._terminal and self._told:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
