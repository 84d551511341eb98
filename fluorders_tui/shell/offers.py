"""List offers: the newest versions of all of them, or those that the options let through.

For example: fluorders offers --expiring, fluorders offers --convertible --customer C0001 --format csv
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from fluorders_tui.config import Settings
from fluorders_tui.shell.result import Layout, add_format, check_limit, write_list

if TYPE_CHECKING:
    from fluorders_tui.domain.offers import OfferStatus
    from fluorders_tui.services.offer_list import OfferRow

_SORTS = ("newest", "number", "date", "valid_until", "customer", "total")
#: Sorts that begin with the smallest unless turned round.
_ASCENDING = ("number", "valid_until", "customer")

COLUMNS = (
    "number", "version", "type", "status", "customer", "customer_name", "prospect", "date", "valid_until",
    "confirmed_on", "expected_delivery", "probability", "project", "reference", "lines", "total", "currency",
)  # fmt: skip
_TEXT_COLUMNS = ("number", "v", "status", "customer", "valid until", "total")

#: Of a name, so that a row fits into 80 columns.
_NAME = 20
_WEEK = 7


def register(parser: ArgumentParser) -> None:
    """Describe the arguments of `fluorders offers`."""
    parser.add_argument("--status", metavar="S[,S]", help="only these statuses, such as entered or expired")
    parser.add_argument(
        "--expiring", type=int, nargs="?", const=_WEEK, metavar="DAYS", help="whose validity ends in so many days (7)"
    )
    parser.add_argument("--convertible", action="store_true", help="only confirmed ones of which something is left")
    parser.add_argument("--customer", metavar="CODE", default="", help="only this customer's")
    parser.add_argument("--prospects", action="store_true", help="only those for prospects")
    parser.add_argument("--type", metavar="CODE", default="", help="only of this offer type")
    parser.add_argument("--agent", metavar="CODE", default="", help="only this agent's")
    parser.add_argument("--item", metavar="CODE", default="", help="only with this item")
    parser.add_argument("--since", metavar="DATE", help="only from this offer date on")
    parser.add_argument("--until", metavar="DATE", help="only up to this offer date")
    parser.add_argument("--find", metavar="TEXT", default="", help="number, reference or name, or a part")
    parser.add_argument("--all-versions", action="store_true", help="old versions too")
    parser.add_argument("--sort", choices=_SORTS, default="newest", help="newest (default), number, date, …")
    parser.add_argument("--reverse", action="store_true", help="turn the sort round")
    parser.add_argument("--limit", type=int, metavar="N", default=0, help="at most N, 0 (default) for all")
    add_format(parser)


def run(args: Namespace, settings: Settings) -> int:
    """Write the offers one by one as they are read."""
    from fluorders_tui.domain.errors import Unreadable
    from fluorders_tui.shell.opening import open_desk
    from fluorders_tui.shell.orders import day

    check_limit(args)
    if args.expiring is not None and not 0 <= args.expiring <= 3650:
        raise Unreadable("Days are from 0 to 3650.", field="--expiring")
    chosen = statuses(args.status) if args.status else ()
    desk = open_desk(settings)
    from fluorders_tui.services.offer_list import OfferFilter, OfferSort, each_offer

    if args.customer:
        from fluorders_tui.services.order_intake import check_customer

        check_customer(desk, args.customer)
    wanted = OfferFilter(
        statuses=chosen,
        expiring=args.expiring,
        convertible=args.convertible,
        customer=args.customer,
        prospects=args.prospects,
        type=args.type,
        agent=args.agent,
        since=day(args.since, "--since", desk.today()),
        until=day(args.until, "--until", desk.today()),
        item=args.item,
        text=args.find,
        old_versions=args.all_versions,
    )
    descending = (args.sort not in _ASCENDING) != args.reverse
    rows = each_offer(desk, wanted, OfferSort(args.sort), descending=descending, limit=args.limit)
    write_list(rows, args, Layout(COLUMNS, _cells), Layout(_TEXT_COLUMNS, _text_cells), "No offer fits.")
    return 0


def _cells(rows: Iterable[OfferRow]) -> Iterator[list[Any]]:
    for row in rows:
        cells = (getattr(row, column) for column in COLUMNS)
        yield [cell.value if isinstance(cell, StrEnum) else cell for cell in cells]


def _text_cells(rows: Iterable[OfferRow]) -> Iterator[list[Any]]:
    for row in rows:
        name = row.customer_name if len(row.customer_name) <= _NAME else row.customer_name[: _NAME - 1] + "…"
        total = f"{row.total:>10f} {row.currency}"
        yield [row.number, row.version, row.status.value, name, row.valid_until, total]


def statuses(text: str, option: str = "--status") -> tuple[OfferStatus, ...]:
    """Statuses by name. Raises `Unreadable` with the nearest."""
    from fluorders_tui.domain.errors import Unreadable
    from fluorders_tui.domain.folding import nearest
    from fluorders_tui.domain.offers import OfferStatus

    found: list[OfferStatus] = []
    for name in (part.strip().lower().replace("-", " ").replace("_", " ") for part in text.split(",")):
        if name in [status.value for status in OfferStatus]:
            found.append(OfferStatus(name))
        elif name != "all":
            known = ["all", *(status.value for status in OfferStatus if status is not OfferStatus.DRAFT)]
            close = nearest(name, known)
            hint = f"Did you mean “{close}”?" if close else f"Known: {', '.join(known)}."
            raise Unreadable(f"There is no status “{name}”.", field=option, hint=hint)
    return tuple(dict.fromkeys(found))
