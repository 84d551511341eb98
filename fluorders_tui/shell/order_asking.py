"""Ask that orders which are held back be let go: `fluorders order ask`, as F9 does on the screens (D-11.2)."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import Any

from fluorders_tui.config import Settings
from fluorders_tui.domain.errors import DeskError
from fluorders_tui.shell.order_steps import refusal_of, rows_named, told_refusals
from fluorders_tui.shell.result import add_format, write_rows

_COLUMNS = ("number", "status", "done", "message")


def add_asking(commands: Any) -> None:
    """Describe the arguments of `fluorders order ask`."""
    parser = commands.add_parser("ask", prog="fluorders order ask", help="ask that orders held back be let go")
    parser.add_argument("numbers", metavar="NUMBER", nargs="+", help="the order's number")
    parser.add_argument("--comment", metavar="TEXT", default="", help="what whoever decides should know")
    add_format(parser)


def ask(args: Namespace, settings: Settings) -> int:
    """Ask for each order, and say what it waits for; the exit code is that of the gravest refusal."""
    from fluorders_tui.services.approvals import ask_release
    from fluorders_tui.shell.opening import open_desk

    desk = open_desk(settings)
    errors: list[DeskError] = []
    found: list[list[Any]] = []
    for number in dict.fromkeys(args.numbers):
        rows, unknown = rows_named(desk, [number])
        errors += unknown
        for row, status in rows.items():
            try:
                said = " ".join(reason.text for reason in ask_release(desk, row, args.comment.strip()))
                found.append([number, status, True, said])
            except DeskError as error:
                found.append([number, status, False, str(error)])
                errors.append(refusal_of(number, error))
    if args.format == "text" and not args.output:
        sys.stdout.writelines(f"{number}: asked. {said}\n" for number, _, done, said in found if done)
    else:
        write_rows(found, _COLUMNS, args)
    return told_refusals(errors)
