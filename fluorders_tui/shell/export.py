"""Export a table with all its columns; importing the file again changes nothing."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from fluorders_tui.config import Settings
from fluorders_tui.shell.opening import open_desk
from fluorders_tui.shell.result import add_format, write_rows


def register(parser: ArgumentParser) -> None:
    """Describe the arguments of `fluorders export`."""
    parser.add_argument("table", metavar="TABLE", help="customers, items, price-lists, price-list-lines, …")
    add_format(parser)
    parser.set_defaults(format="csv")


def run(args: Namespace, settings: Settings) -> int:
    """Write all rows, one by one as they are read."""
    from fluorders_tui.services.exports import export_columns, export_table

    columns = export_columns(args.table)
    write_rows(export_table(open_desk(settings), args.table), columns, args)
    return 0
