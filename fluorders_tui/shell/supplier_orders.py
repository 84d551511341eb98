"""List supplier orders: all of them, or those that the options let through.

For example: fluorders supplier-orders --late --format csv, fluorders supplier-orders --supplier S001 --status open
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from fluorders_tui.config import Settings
from fluorders_tui.domain.errors import Unreadable
from fluorders_tui.shell.result import Layout, add_format, check_limit, write_list

if TYPE_CHECKING:
    from fluorders_tui.domain.supplier_orders import SupplierOrderStatus
    from fluorders_tui.services.supplier_order_list import SupplierRow

_SORTS = ("newest", "number", "date", "delivery_date", "supplier", "total")
_ASCENDING = ("number", "delivery_date", "supplier")
COLUMNS = (
    "number", "type", "status", "late", "supplier", "supplier_name", "date", "delivery_date", "confirmed_on",
    "reference", "lines", "total", "currency", "drop_ship",
)  # fmt: skip
_TEXT_COLUMNS = ("number", "status", "late", "supplier", "delivery", "total")
_NAME = 20


def register(parser: ArgumentParser) -> None:
    """Describe the arguments of `fluorders supplier-orders`."""
    parser.add_argument("--status", metavar="S[,S]", help="only these statuses; “open” is all that still brings goods")
    parser.add_argument("--late", action="store_true", help="only open ones whose delivery date has passed")
    parser.add_argument("--unconfirmed", action="store_true", help="only those whose confirmation is overdue")
    parser.add_argument("--supplier", metavar="CODE", default="", help="only this supplier's")
    parser.add_argument("--item", metavar="CODE", default="", help="only those with this item")
    parser.add_argument("--since", metavar="DATE", help="only from this order date on")
    parser.add_argument("--until", metavar="DATE", help="only up to this order date")
    parser.add_argument("--find", metavar="TEXT", default="", help="number, reference or supplier, or a part")
    parser.add_argument("--sort", choices=_SORTS, default="newest", help="newest (default), number, date, …")
    parser.add_argument("--reverse", action="store_true", help="turn the sort round")
    parser.add_argument("--limit", type=int, metavar="N", default=0, help="at most N; 0 for all")
    add_format(parser)


def run(args: Namespace, settings: Settings) -> int:
    """Write the supplier orders as they are read."""
    from fluorders_tui.shell.opening import open_desk
    from fluorders_tui.shell.orders import day

    check_limit(args)
    wanted_statuses = _statuses(args.status) if args.status else ()
    desk = open_desk(settings)
    from fluorders_tui.services.supplier_order_list import SupplierFilter, SupplierSort, each_supplier_order

    wanted = SupplierFilter(
        wanted_statuses,
        args.late,
        args.supplier,
        day(args.since, "--since", desk.today()),
        day(args.until, "--until", desk.today()),
        args.item,
        args.find,
        args.unconfirmed,
    )
    descending = (args.sort not in _ASCENDING) != args.reverse
    rows = each_supplier_order(desk, wanted, SupplierSort(args.sort), descending=descending, limit=args.limit)
    write_list(rows, args, Layout(COLUMNS, _cells), Layout(_TEXT_COLUMNS, _text_cells), "No supplier order fits.")
    return 0


def _cells(rows: Iterable[SupplierRow]) -> Iterator[list[Any]]:
    for row in rows:
        cells = (getattr(row, column) for column in COLUMNS)
        yield [cell.value if isinstance(cell, StrEnum) else cell for cell in cells]


def _text_cells(rows: Iterable[SupplierRow]) -> Iterator[list[Any]]:
    for row in rows:
        name = row.supplier_name if len(row.supplier_name) <= _NAME else row.supplier_name[: _NAME - 1] + "…"
        total = f"{row.total:>10f} {row.currency}"
        yield [row.number, row.status.value, "late" if row.late else "", name, row.delivery_date, total]


def _statuses(text: str) -> tuple[SupplierOrderStatus, ...]:
    """Statuses by name. Raises `Unreadable` with the nearest."""
    from fluorders_tui.domain.folding import nearest
    from fluorders_tui.domain.supplier_orders import OPEN, SupplierOrderStatus

    found: list[SupplierOrderStatus] = []
    for name in (part.strip().lower().replace("-", " ").replace("_", " ") for part in text.split(",")):
        if name == "open":
            found += sorted(OPEN)
        elif name in [status.value for status in SupplierOrderStatus]:
            found.append(SupplierOrderStatus(name))
        elif name != "all":
            known = ["open", "all", *(one.value for one in SupplierOrderStatus if one is not SupplierOrderStatus.DRAFT)]
            close = nearest(name, known)
            hint = f"Did you mean “{close}”?" if close else f"Known: {', '.join(known)}."
            raise Unreadable(f"There is no status “{name}”.", field="--status", hint=hint)
    return tuple(dict.fromkeys(found))
