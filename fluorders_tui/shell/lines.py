"""List the lines of all orders: all of them, or those that the options let through.

For example: fluorders lines --open --item A-100, fluorders lines --late --sort delivery_date --format csv
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
    from fluorders_tui.domain.line_listing import LineFilter, LineRow
    from fluorders_tui.services.desk import Desk

_SORTS = ("newest", "oldest", "delivery_date", "item", "customer", "net")

COLUMNS = (
    "number", "line", "order_status", "status", "late", "customer", "customer_name", "order_date", "line_type", "item",
    "description", "quantity", "executed", "remaining", "uom", "price", "price_origin", "discounts", "net", "currency",
    "delivery_date", "note",
)  # fmt: skip
_TEXT_COLUMNS = ("number", "line", "status", "customer", "item", "remaining", "uom", "price", "net", "delivery")

#: On a terminal, unless another limit is given.
_SCREENFUL = 100


def register(parser: ArgumentParser) -> None:
    """Describe the arguments of `fluorders lines`."""
    add_filters(parser)
    parser.add_argument("--sort", choices=_SORTS, default="newest", help="newest (default), delivery_date, item, …")
    parser.add_argument("--limit", type=int, metavar="N", help=f"at most N; on a terminal {_SCREENFUL}, 0 for all")
    add_format(parser)


def add_filters(parser: ArgumentParser) -> None:
    """Describe the options that choose lines."""
    parser.add_argument("--open", action="store_true", help="only lines of which something is still to be delivered")
    parser.add_argument("--late", action="store_true", help="only open lines whose delivery date has passed")
    parser.add_argument("--item", metavar="CODE", default="", help="only this item's")
    parser.add_argument("--item-class", metavar="CODE", default="", help="only items of this class")
    parser.add_argument("--customer", metavar="CODE", default="", help="only this customer's")
    parser.add_argument("--number", metavar="NUMBER", default="", help="only this order's")
    parser.add_argument("--type", metavar="CODE", default="", help="only orders of this type")
    parser.add_argument("--order-status", metavar="S[,S]", help="only orders of these statuses")
    parser.add_argument("--line-status", metavar="S[,S]", help="only lines of these statuses")
    parser.add_argument("--price-from", metavar="O[,O]", help="only prices from: list, item, manual, document, none")
    parser.add_argument("--delivery-since", metavar="DATE", help="only delivered on this day or later")
    parser.add_argument("--delivery-until", metavar="DATE", help="only delivered on this day or earlier")
    parser.add_argument("--since", metavar="DATE", help="only from this order date on")
    parser.add_argument("--until", metavar="DATE", help="only up to this order date")
    parser.add_argument(
        "--find", metavar="TEXT", default="", help="an item, or a part of number, reference or customer"
    )


def run(args: Namespace, settings: Settings) -> int:
    """Write the lines one by one as they are read, however many; the text form needs them all for its widths."""
    from fluorders_tui.shell.opening import open_desk

    check_limit(args)
    desk = open_desk(settings)
    from fluorders_tui.services.line_list import LineSort, each_line

    wanted = line_filter(args, desk)
    screenful = args.limit is None and args.format == "text" and not args.output and sys.stdout.isatty()
    limit = _SCREENFUL if screenful else args.limit or 0
    rows = each_line(desk, wanted, LineSort(args.sort), limit)
    written = write_list(rows, args, Layout(COLUMNS, _cells), Layout(_TEXT_COLUMNS, _text_cells), "No line fits.")
    if screenful and written == limit:
        sys.stderr.write(f"These are the first {limit}; --limit 0 shows all.\n")
    return 0


def line_filter(args: Namespace, desk: Desk) -> LineFilter:
    """The filter that the options of `add_filters` mean. Raises `Unreadable`, and `Invalid` for unknown codes."""
    from fluorders_tui.domain.line_listing import LineFilter
    from fluorders_tui.domain.order import LineStatus, PriceOrigin
    from fluorders_tui.services.conditions import item_card
    from fluorders_tui.services.order_intake import check_customer
    from fluorders_tui.shell.orders import day, statuses

    if args.customer:
        check_customer(desk, args.customer)
    if args.item:
        item_card(desk, args.item)
    today = desk.today()
    return LineFilter(
        open_only=args.open,
        late=args.late,
        item=args.item,
        item_class=args.item_class,
        customer=args.customer,
        number=args.number,
        type=args.type,
        order_statuses=statuses(args.order_status, "--order-status") if args.order_status else (),
        line_statuses=_named(args.line_status, LineStatus, "--line-status"),
        origins=_named(args.price_from, PriceOrigin, "--price-from"),
        delivery_since=day(args.delivery_since, "--delivery-since", today),
        delivery_until=day(args.delivery_until, "--delivery-until", today),
        since=day(args.since, "--since", today),
        until=day(args.until, "--until", today),
        text=args.find,
    )


def _named(text: str | None, kind: Any, option: str) -> tuple[Any, ...]:
    """Members of an enumeration by their words. Raises `Unreadable` with the nearest."""
    from fluorders_tui.domain.errors import Unreadable
    from fluorders_tui.domain.folding import nearest

    found = []
    known = [one.value for one in kind]
    for name in (part.strip().lower().replace("-", " ").replace("_", " ") for part in (text or "").split(",")):
        if name in known:
            found.append(kind(name))
        elif name:
            close = nearest(name, known)
            hint = f"Did you mean “{close}”?" if close else f"Known: {', '.join(known)}."
            raise Unreadable(f"There is no “{name}”.", field=option, hint=hint)
    return tuple(dict.fromkeys(found))


def _cells(rows: Iterable[LineRow]) -> Iterator[list[Any]]:
    for row in rows:
        cells = (getattr(row, column) for column in COLUMNS)
        yield [cell.value if isinstance(cell, StrEnum) else cell for cell in cells]


def _text_cells(rows: Iterable[LineRow]) -> Iterator[list[Any]]:
    for row in rows:
        status = f"{row.status.value}, late" if row.late else row.status.value
        item = row.item or row.line_type.value
        price = f"{row.price:>9f}"
        yield [
            row.number, row.line, status, row.customer, item, row.remaining, row.uom, price,
            f"{row.net:>10f} {row.currency}", row.delivery_date,
        ]  # fmt: skip
