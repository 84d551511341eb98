"""Take a change of many orders back: your last one, or the one with the number that the change told.

For example: fluorders undo-change 1234, fluorders undo-change --list
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from fluorders_tui.config import Settings
from fluorders_tui.shell.mass_change import stoppable, told
from fluorders_tui.shell.result import add_format, write_rows

COLUMNS = ("change", "at", "user", "about", "orders", "undone")


def register(parser: ArgumentParser) -> None:
    """Describe the arguments of `fluorders undo-change`."""
    parser.add_argument("change", type=int, nargs="?", metavar="CHANGE", help="its number; without, your last one")
    parser.add_argument("--list", action="store_true", help="list the last changes, and undo nothing")
    add_format(parser)


def run(args: Namespace, settings: Settings) -> int:
    """Undo one change, an order at a time; what somebody changed since stays and is told."""
    from fluorders_tui.shell.opening import open_desk

    desk = open_desk(settings)
    from fluorders_tui.domain.errors import Refused
    from fluorders_tui.services.mass_changes import last_change_to_undo, last_changes, undo

    if args.list:
        found = last_changes(desk)
        write_rows(
            ([one.id, desk.local(one.at), one.user, one.about, one.orders, one.undone] for one in found), COLUMNS, args
        )
        return 0
    change_id = args.change
    if change_id is None:
        last = last_change_to_undo(desk)
        if last is None:
            raise Refused("There is no mass change of yours to undo.", field="CHANGE", rule="P-73")
        change_id = last.id
    with stoppable() as progress:
        return told(undo(desk, change_id, progress), "Undone")
