"""`fluorders numbering preview CODE`: the next numbers as they would look; none is taken (D-9.3b)."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from fluorders_tui.shell.result import add_format, write_rows

if TYPE_CHECKING:
    from fluorders_tui.config import Settings


def register(parser: ArgumentParser) -> None:
    """Describe the command's words."""
    actions = parser.add_subparsers(dest="action", required=True)
    preview = actions.add_parser("preview", help="show the next numbers of a numbering")
    preview.add_argument("code", metavar="CODE", help="the numbering's code")
    preview.add_argument("--date", type=dt.date.fromisoformat, help="the document's date, today when left out")
    preview.add_argument("--count", type=int, default=5, help="how many (5)")
    add_format(preview)


def run(args: Namespace, settings: Settings) -> int:
    """Show them; returns 0."""
    from fluorders_tui.services.orders import upcoming_numbers
    from fluorders_tui.shell.opening import open_desk

    desk = open_desk(settings)
    date = args.date or desk.today()
    numbers = upcoming_numbers(desk, args.code, date, max(1, min(args.count, 1000)))
    write_rows([(date, number) for number in numbers], ["date", "number"], args)
    return 0
