"""List the orders that wait for an approval or a release: why, by how much they are over, their margin, since when.

Those asked for stand first, then the longest waiting. See also `fluorders approve` and `fluorders reject`.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from fluorders_tui.config import Settings
from fluorders_tui.shell.result import add_format, write_rows

if TYPE_CHECKING:
    from fluorders_tui.services.approvals import WaitingOrder
    from fluorders_tui.services.desk import Desk

COLUMNS = (
    "number", "status", "customer", "customer_name", "total", "currency", "company_total", "excess", "margin", "since",
    "hours", "entered_by", "asked_by", "comment", "kinds", "reason", "mine",
)  # fmt: skip
_TEXT = ("number", "customer", "total", "excess", "waiting", "asked", "reason")


def register(parser: ArgumentParser) -> None:
    """Describe the arguments of `fluorders approvals`."""
    parser.add_argument("--mine", action="store_true", help="only what you may decide on now")
    add_format(parser)


def run(args: Namespace, settings: Settings) -> int:
    """Write one row for each order that waits."""
    from fluorders_tui.services.approvals import waiting
    from fluorders_tui.shell.opening import open_desk

    desk = open_desk(settings)
    found = waiting(desk, mine=args.mine)
    if args.format == "text":
        write_rows((_text(one) for one in found), _TEXT, args)
        if not found:
            sys.stderr.write("Nothing waits for an approval.\n")
    else:
        write_rows((_cells(desk, one) for one in found), COLUMNS, args)
    return 0


def _hours(one: WaitingOrder) -> int:
    return int(one.waited.total_seconds() // 3600)


def _cells(desk: Desk, one: WaitingOrder) -> list[Any]:
    return [
        one.number, one.status.value, one.customer, one.customer_name, one.total, one.currency, one.company_total,
        one.excess, one.margin, desk.local(one.since), _hours(one), one.entered_by, one.asked_by, one.comment,
        ", ".join(dict.fromkeys(reason.kind for reason in one.reasons)), one.why, one.mine,
    ]  # fmt: skip


def _text(one: WaitingOrder) -> list[Any]:
    total = f"{one.total:>10f} {one.currency}"
    return [one.number, one.customer, total, one.excess or "", f"{_hours(one)} h", one.asked_by, one.why]
