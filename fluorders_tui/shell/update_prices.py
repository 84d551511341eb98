"""Price orders again from today's lists, discount policies and items, by document or by delivery date.

For example: fluorders update-prices 2026-00042 --dry-run, fluorders update-prices --status open --by delivery-date
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from fluorders_tui.config import Settings
from fluorders_tui.shell.mass_change import add_orders, run_change


def register(parser: ArgumentParser) -> None:
    """Describe the arguments of `fluorders update-prices`."""
    parser.add_argument("--by", choices=("document-date", "delivery-date"), default="document-date",
                        help="the day whose lists count: the order's (default), or each line's delivery")  # fmt: skip
    parser.add_argument("--partly-executed", action="store_true", help="lines of which a part was executed too")
    parser.add_argument("--manual", action="store_true", help="prices that were typed or agreed too")
    add_orders(parser)


def run(args: Namespace, settings: Settings) -> int:
    """Price the orders chosen again, each in a transaction of its own."""
    from fluorders_tui.shell.opening import open_desk

    desk = open_desk(settings)
    from fluorders_tui.services.price_update import PriceDate, PricesUpdated

    by = PriceDate.DELIVERY if args.by == "delivery-date" else PriceDate.DOCUMENT
    change = PricesUpdated(by, only_unexecuted=not args.partly_executed, with_manual=args.manual)
    return run_change(args, desk, change)
