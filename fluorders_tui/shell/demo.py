"""Fill a new database with a made-up wholesaler: customers, items, price lists and twelve months of orders.

The same numbers, seed and day give the same data. A million orders take minutes and about 3.5 GB.
"""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser, Namespace

from fluorders_tui.config import Settings
from fluorders_tui.shell.result import add_format, write_rows

#: Seconds between two reports of progress: on a terminal they replace each other, in a log they are lines.
_TERMINAL_PAUSE = 0.2
_LOG_PAUSE = 10.0


def register(parser: ArgumentParser) -> None:
    """Describe the arguments of `fluorders demo`."""
    for name, usual in (("customers", 400), ("items", 3000), ("orders", 2500)):
        parser.add_argument(f"--{name}", type=int, metavar="N", default=usual, help=f"how many (default: {usual})")
    parser.add_argument("--seed", type=int, metavar="N", default=1, help="another seed gives other data (default: 1)")
    add_format(parser)


def run(args: Namespace, settings: Settings) -> int:
    """Fill the database and list what was made. Raises `Refused` for one that holds data already."""
    from fluorders_tui.data.store import Store
    from fluorders_tui.services.demo import fill_demo

    told = Reports()
    store = Store(settings.database)
    try:
        done = fill_demo(
            store,
            customers=args.customers,
            items=args.items,
            orders=args.orders,
            seed=args.seed,
            user=settings.user,
            progress=told.report,
        )
    finally:
        told.end()
        store.dispose()
    rows = [("customers", done.customers), ("items", done.items), ("orders", done.orders), ("order lines", done.lines)]
    rows += [(f"orders {status}", count) for status, count in done.statuses.items()]
    rows += [("offers", done.offers), ("supplier orders", done.supplier_orders)]
    write_rows(rows, ("what", "made"), args)
    return 0


class Reports:
    """Progress on standard error: one line that changes on a terminal, a line now and then elsewhere."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._last = 0.0
        self._width = 0

    def report(self, message: str) -> None:
        """Say what is being done, unless something was said a moment ago."""
        now = time.monotonic()
        if now - self._last < (_TERMINAL_PAUSE if self._terminal else _LOG_PAUSE):
            return
        self._last = now
        if self._terminal:
            sys.stderr.write(f"\r{message:{self._width}}")
            self._width = len(message)
        else:
            sys.stderr.write(message + "\n")
        sys.stderr.flush()

    def end(self) -> None:
        """Leave the line that changed."""
        if self._width:
            sys.stderr.write("\r" + " " * self._width + "\r")
            sys.stderr.flush()
