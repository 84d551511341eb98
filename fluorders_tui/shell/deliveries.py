"""List deliveries: all of them, or those that the options let through.

For example: fluorders deliveries --since -7 --format csv, fluorders deliveries --order 2026-00012
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from fluorders_tui.config import Settings
from fluorders_tui.shell.result import Layout, add_format, check_limit, write_list

if TYPE_CHECKING:
    from fluorders_tui.services.delivery_list import DeliveryRow

_STATUSES = ("issued", "partly undone", "undone")
_SORTS = ("newest", "number", "date", "customer")
COLUMNS = (
    "number", "kind", "type", "status", "date", "customer", "customer_name", "orders", "destination", "carrier",
    "warehouse", "lines", "weight", "entered_by", "undone_by", "undone_reason",
)  # fmt: skip
_TEXT_COLUMNS = ("number", "kind", "status", "date", "customer", "orders")
_NAME = 20


def register(parser: ArgumentParser) -> None:
    """Describe the arguments of `fluorders deliveries`."""
    parser.add_argument("--status", choices=_STATUSES, help="only these")
    parser.add_argument("--customer", metavar="CODE", default="", help="only this customer's")
    parser.add_argument("--order", metavar="NUMBER", default="", help="only those of this order")
    parser.add_argument("--item", metavar="CODE", default="", help="only those with this item")
    parser.add_argument("--since", metavar="DATE", help="only from this date on")
    parser.add_argument("--until", metavar="DATE", help="only up to this date")
    parser.add_argument("--find", metavar="TEXT", default="", help="number, customer or order, or a part")
    parser.add_argument("--sort", choices=_SORTS, default="newest", help="newest (default), number, date, customer")
    parser.add_argument("--reverse", action="store_true", help="turn the sort round")
    parser.add_argument("--limit", type=int, metavar="N", default=0, help="at most N; 0 for all")
    add_format(parser)


def run(args: Namespace, settings: Settings) -> int:
    """Write the deliveries as they are read."""
    from fluorders_tui.shell.opening import open_desk
    from fluorders_tui.shell.orders import day

    check_limit(args)
    desk = open_desk(settings)
    from fluorders_tui.domain.fulfilment import FulfilmentStatus
    from fluorders_tui.services.delivery_list import DeliveryFilter, DeliverySort, each_delivery

    wanted = DeliveryFilter(
        (FulfilmentStatus(args.status),) if args.status else (),
        (),
        args.customer,
        day(args.since, "--since", desk.today()),
        day(args.until, "--until", desk.today()),
        args.order,
        args.item,
        args.find,
    )
    descending = (args.sort == "newest") != args.reverse
    rows = each_delivery(desk, wanted, DeliverySort(args.sort), descending=descending, limit=args.limit)
    write_list(rows, args, Layout(COLUMNS, _cells), Layout(_TEXT_COLUMNS, _text_cells), "No delivery fits.")
    return 0


def _cells(rows: Iterable[DeliveryRow]) -> Iterator[list[Any]]:
    for row in rows:
        cells = (getattr(row, column) for column in COLUMNS)
        yield [cell.value if isinstance(cell, StrEnum) else cell for cell in cells]


def _text_cells(rows: Iterable[DeliveryRow]) -> Iterator[list[Any]]:
    for row in rows:
        name = row.customer_name if len(row.customer_name) <= _NAME else row.customer_name[: _NAME - 1] + "…"
        yield [row.number, row.kind.value, row.status.value, row.date, name, row.orders]
