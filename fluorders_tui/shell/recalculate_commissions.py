"""Give orders the agents and commissions that their customers have on the order's date, executed orders too.

For example: fluorders recalculate-commissions --since 2026-01-01 --dry-run
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from fluorders_tui.config import Settings
from fluorders_tui.shell.mass_change import add_orders, run_change


def register(parser: ArgumentParser) -> None:
    """Describe the arguments of `fluorders recalculate-commissions`."""
    parser.add_argument("--lines", action="store_true", help="lines with agents of their own too")
    add_orders(parser)


def run(args: Namespace, settings: Settings) -> int:
    """Renew the agents of the orders chosen, each in a transaction of its own."""
    from fluorders_tui.shell.opening import open_desk

    desk = open_desk(settings)
    from fluorders_tui.services.price_update import CommissionsRenewed

    return run_change(args, desk, CommissionsRenewed(own_too=args.lines))
