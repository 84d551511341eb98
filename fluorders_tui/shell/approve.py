"""Approve or release orders that wait: each in a transaction of its own, the result of each is told.

For example: fluorders approve 2026-00012 2026-00013 --comment "Paid this morning"
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import Any

from fluorders_tui.config import Settings
from fluorders_tui.shell.order_steps import refusal_of, rows_named, told_refusals
from fluorders_tui.shell.result import add_format, write_rows

COLUMNS = ("number", "status", "done", "message")


def register(parser: ArgumentParser) -> None:
    """Describe the arguments of `fluorders approve`."""
    add_decision(parser, comment_needed=False)


def add_decision(parser: ArgumentParser, *, comment_needed: bool) -> None:
    """Describe the arguments of a decision on orders."""
    parser.add_argument("numbers", metavar="NUMBER", nargs="+", help="the order's number")
    parser.add_argument("--comment", metavar="TEXT", default="", required=comment_needed, help="told to the clerk")
    add_format(parser)


def run(args: Namespace, settings: Settings) -> int:
    """Agree to each order, and write what became of it."""
    return decide_on(args, settings, agree=True)


def decide_on(args: Namespace, settings: Settings, *, agree: bool) -> int:
    """Approve or reject each order named; the exit code is that of the gravest refusal."""
    from fluorders_tui.services.approvals import approve, reject
    from fluorders_tui.shell.opening import open_desk

    desk = open_desk(settings)
    rows, errors = rows_named(desk, args.numbers)
    decide = approve if agree else reject
    done = decide(desk, list(rows), args.comment)
    if args.format == "text" and not args.output:
        sys.stdout.writelines(f"{one.number}: {one.text}\n" for one in done if one.error is None)
    else:
        cells: Iterator[list[Any]] = (
            [one.number, one.status.value if one.status else rows[one.order_id], one.error is None, one.text]
            for one in done
        )
        write_rows(cells, COLUMNS, args)
    errors += [refusal_of(one.number, one.error) for one in done if one.error is not None]
    return told_refusals(errors)
