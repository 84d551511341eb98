"""List orders: all of them, or those that the options let through.

For example: fluorders orders --late --format csv, fluorders orders --status confirmed --sort delivery_date --limit 20
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from fluorders_tui.config import Settings
from fluorders_tui.shell.result import Layout, add_format, check_limit, write_list

if TYPE_CHECKING:
    import datetime as dt

    from fluorders_tui.domain.order import OrderStatus
    from fluorders_tui.domain.order_listing import OrderRow

_SORTS = ("newest", "number", "date", "delivery_date", "customer", "total", "reference")
#: Sorts that begin with the smallest unless turned round.
_ASCENDING = ("number", "delivery_date", "customer", "reference")

COLUMNS = (
    "number", "type", "status", "execution", "late", "customer", "customer_name", "date", "delivery_date", "reference",
    "lines", "total", "currency",
)  # fmt: skip
_TEXT_COLUMNS = ("number", "status", "late", "customer", "delivery", "total")

#: Of a customer's name, so that a row fits into 80 columns.
_NAME = 20

#: On a terminal, unless another limit is given.
_SCREENFUL = 100


def register(parser: ArgumentParser) -> None:
    """Describe the arguments of `fluorders orders`."""
    parser.add_argument("--status", metavar="S[,S]", help="only these statuses; “open” is all that is still to be done")
    parser.add_argument("--late", action="store_true", help="only open orders whose delivery date has passed")
    parser.add_argument("--customer", metavar="CODE", default="", help="only this customer's")
    parser.add_argument("--since", metavar="DATE", help="only from this order date on")
    parser.add_argument("--until", metavar="DATE", help="only up to this order date")
    parser.add_argument("--find", metavar="TEXT", default="", help="number, reference, customer or item, or a part")
    parser.add_argument("--agent", metavar="CODE", default="", help="only this agent's")
    parser.add_argument("--type", metavar="CODE", default="", help="only of this order type")
    parser.add_argument("--sort", choices=_SORTS, default="newest", help="newest (default), number, date, …")
    parser.add_argument("--reverse", action="store_true", help="turn the sort round")
    parser.add_argument("--limit", type=int, metavar="N", help=f"at most N; on a terminal {_SCREENFUL}, 0 for all")
    add_format(parser)


def run(args: Namespace, settings: Settings) -> int:
    """Write the orders one by one as they are read, however many; the text form needs them all for its widths."""
    from fluorders_tui.shell.opening import open_desk

    check_limit(args)
    chosen = statuses(args.status) if args.status else ()
    desk = open_desk(settings)
    from fluorders_tui.services.order_list import OrderFilter, OrderSort, SortField, each_order

    wanted = OrderFilter(
        statuses=chosen,
        late=args.late,
        customer=args.customer,
        since=day(args.since, "--since", desk.today()),
        until=day(args.until, "--until", desk.today()),
        text=args.find,
        agent=args.agent,
        type=args.type,
    )
    if args.customer:
        _check_customer(desk, args.customer)
    sort = OrderSort(SortField(args.sort), (args.sort not in _ASCENDING) != args.reverse)
    screenful = args.limit is None and args.format == "text" and not args.output and sys.stdout.isatty()
    limit = _SCREENFUL if screenful else args.limit or 0
    rows = each_order(desk, wanted, sort, limit)
    written = write_list(rows, args, Layout(COLUMNS, _cells), Layout(_TEXT_COLUMNS, _text_cells), "No order fits.")
    if screenful and written == limit:
        sys.stderr.write(f"These are the first {limit}; --limit 0 shows all.\n")
    return 0


def _cells(rows: Iterable[OrderRow]) -> Iterator[list[Any]]:
    for row in rows:
        cells = (getattr(row, column) for column in COLUMNS)
        yield [cell.value if isinstance(cell, StrEnum) else cell for cell in cells]


def _text_cells(rows: Iterable[OrderRow]) -> Iterator[list[Any]]:
    for row in rows:
        name = row.customer_name if len(row.customer_name) <= _NAME else row.customer_name[: _NAME - 1] + "…"
        total = f"{row.total:>10f} {row.currency}"
        yield [row.number, row.status.value, "late" if row.late else "", name, row.delivery_date, total]


def statuses(text: str, option: str = "--status") -> tuple[OrderStatus, ...]:
    """Statuses by name. Raises `Unreadable` with the nearest."""
    from fluorders_tui.domain.errors import Unreadable
    from fluorders_tui.domain.folding import nearest
    from fluorders_tui.domain.order import OrderStatus
    from fluorders_tui.domain.order_listing import OPEN

    found: list[OrderStatus] = []
    for name in (part.strip().lower().replace("-", " ").replace("_", " ") for part in text.split(",")):
        if name == "open":
            found += OPEN
        elif name in [status.value for status in OrderStatus]:
            found.append(OrderStatus(name))
        elif name != "all":
            known = ["open", "all", *(status.value for status in OrderStatus if status is not OrderStatus.DRAFT)]
            close = nearest(name, known)
            hint = f"Did you mean “{close}”?" if close else f"Known: {', '.join(known)}."
            raise Unreadable(f"There is no status “{name}”.", field=option, hint=hint)
    return tuple(dict.fromkeys(found))


def day(text: str | None, option: str, today: dt.date) -> dt.date | None:
    """A date as people type it. Raises `Unreadable`."""
    if text is None:
        return None
    from fluorders_tui.domain.errors import Invalid, Unreadable
    from fluorders_tui.domain.shorthand import parse_date

    try:
        return parse_date(text, today)
    except Invalid as error:
        raise Unreadable(error.message, field=option, hint=error.hint or "Write it as 2026-11-24.") from None


def _check_customer(desk: Any, code: str) -> None:
    """Raises `Invalid` for a customer nobody has, so that a slip is no empty list."""
    from fluorders_tui.services.order_intake import check_customer

    check_customer(desk, code)
