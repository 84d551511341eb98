"""What the commands that change many orders share: which orders, progress, stopping, and what was done."""

from __future__ import annotations

import signal
import sys
import threading
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fluorders_tui.shell.result import add_format, write_rows

if TYPE_CHECKING:
    from fluorders_tui.services.desk import Desk
    from fluorders_tui.services.mass_changes import Change, Meant, Outcome, Preview, Progress

COLUMNS = ("number", "customer", "line", "item", "description", "before", "after", "why", "total_before", "total_after",
           "currency", "refused")  # fmt: skip
_TEXT_COLUMNS = ("number", "line", "item", "before", "after")

#: Seconds between two reports of progress.
_PAUSE = 1.0


def add_orders(parser: ArgumentParser) -> None:
    """Describe the options that choose orders, `--dry-run` and the formats of what it lists."""
    parser.add_argument("numbers", metavar="NUMBER", nargs="*", help="these orders; without any, those of the options")
    parser.add_argument("--status", metavar="S[,S]", help="orders of these statuses; “open” is all still to be done")
    parser.add_argument("--late", action="store_true", help="open orders whose delivery date has passed")
    parser.add_argument("--customer", metavar="CODE", default="", help="this customer's orders")
    parser.add_argument("--since", metavar="DATE", help="orders from this order date on")
    parser.add_argument("--until", metavar="DATE", help="orders up to this order date")
    parser.add_argument("--find", metavar="TEXT", default="", help="number, reference, customer or item, or a part")
    parser.add_argument("--agent", metavar="CODE", default="", help="this agent's orders")
    parser.add_argument("--type", metavar="CODE", default="", help="orders of this type")
    parser.add_argument("--dry-run", action="store_true", help="list what would change, and write nothing")
    add_format(parser)


def run_change(args: Namespace, desk: Desk, change: Change) -> int:
    """Do a change to the orders chosen, or list what it would do. 1 where orders stayed as they were, 4 on conflicts.

    Interrupted once it stops between two orders; what is done then stays done.
    """
    from fluorders_tui.services.mass_changes import apply_unseen, preview

    meant = _meant(args, desk)
    with stoppable() as progress:
        if args.dry_run:
            return _list(preview(desk, change, meant, progress), args)
        return told(apply_unseen(desk, change, meant, progress))


def _meant(args: Namespace, desk: Desk) -> Meant:
    from fluorders_tui.domain.errors import Unreadable
    from fluorders_tui.domain.order_listing import ALL_ORDERS, OrderFilter
    from fluorders_tui.services.order_intake import check_customer
    from fluorders_tui.services.price_update import orders_by_number, orders_of_filter
    from fluorders_tui.shell.orders import day, statuses

    wanted = OrderFilter(
        statuses=statuses(args.status, "--status") if args.status else (),
        late=args.late,
        customer=args.customer,
        since=day(args.since, "--since", desk.today()),
        until=day(args.until, "--until", desk.today()),
        text=args.find,
        agent=args.agent,
        type=args.type,
    )
    chosen = wanted != ALL_ORDERS or args.status is not None
    if args.numbers and chosen:
        raise Unreadable("Give either numbers or options that choose orders.", field="NUMBER")
    if args.numbers:
        return orders_by_number(desk, args.numbers)
    if not chosen:
        raise Unreadable(
            "Which orders? Give their numbers, or options that choose them.",
            field="NUMBER",
            hint="For all that are open: --status open.",
        )
    if args.customer:
        check_customer(desk, args.customer)
    return orders_of_filter(desk, wanted)


@contextmanager
def stoppable() -> Iterator[Progress]:
    """Progress on standard error, and the first interrupt as a wish to stop between two orders."""
    stop = threading.Event()
    last = time.monotonic()

    def report(done: int, total: int) -> bool:
        nonlocal last
        if time.monotonic() - last >= _PAUSE:
            last = time.monotonic()
            sys.stderr.write(f"{done:,} of {total:,} orders\n")
            sys.stderr.flush()
        return not stop.is_set()

    main = threading.current_thread() is threading.main_thread()
    before: Any = signal.getsignal(signal.SIGINT) if main else None

    def interrupted(number: int, frame: Any) -> None:
        stop.set()
        signal.signal(signal.SIGINT, before)

    if main:
        signal.signal(signal.SIGINT, interrupted)
    try:
        yield report
    finally:
        if main:
            signal.signal(signal.SIGINT, before)


def _list(shown: Preview, args: Namespace) -> int:
    text = args.format == "text"
    written = write_rows(_rows(shown, text), _TEXT_COLUMNS if text else COLUMNS, args)
    if text and not written:
        sys.stderr.write("Nothing would change.\n")
    else:
        sys.stderr.write(f"{_counted(shown.changed_lines, shown.changed_orders)} would change.\n")
    if shown.stopped:
        sys.stderr.write("Stopped; these are not all.\n")
    return 0


def _rows(shown: Preview, text: bool) -> Iterator[list[Any]]:
    for order in shown.orders:
        totals = [order.total_before, order.total_after, order.currency]
        for one in order.differences:
            if text:
                yield [order.number, one.number or "", one.item, one.before, one.after]
            else:
                row = [order.number, order.customer, one.number, one.item, one.description, one.before, one.after]
                yield [*row, one.why, *totals, ""]
        errors = [(one.number, str(one.error)) for one in order.refused]
        errors += [(0, str(order.error))] if order.error is not None else []
        for number, error in errors:
            if text:
                yield [order.number, number or "", "", "stays", error]
            else:
                yield [order.number, order.customer, number, "", "", "", "", "", *totals, error]


def _counted(lines: int, orders: int) -> str:
    return f"{lines:,} {'line' if lines == 1 else 'lines'} of {orders:,} {'order' if orders == 1 else 'orders'}"


def told(done: Outcome, did: str = "Changed") -> int:
    """Say what was done, and what stayed; 1 where orders stayed as they were, 4 where somebody else changed them."""
    from fluorders_tui.domain.errors import Conflict

    number = f" This is mass change {done.change_id}." if done.change_id else ""
    sys.stdout.write(f"{did}: {_counted(done.lines, done.orders)}.{number}\n")
    for one in done.left:
        sys.stderr.write(f"{one.number} stays as it is: {one.error}\n")
    if done.stopped:
        sys.stderr.write("Stopped: the other orders were not looked at.\n")
    if not done.left:
        return 0
    return Conflict.exit_code if any(isinstance(one.error, Conflict) for one in done.left) else 1
