"""Say what to order from whom for customers' open lines, and order it with --write.

For example: fluorders supply-proposals --strategy best-price, fluorders supply-proposals --supplier S001 --write
fluorders supply-proposals --undo RUN takes a run back, fluorders supply-proposals --runs lists them
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from fluorders_tui.config import Settings
from fluorders_tui.shell.result import Layout, add_format, write_list, write_rows

if TYPE_CHECKING:
    from fluorders_tui.services.desk import Desk
    from fluorders_tui.services.supply_proposals import Proposal

#: The words of the options for the values of `Strategy` and `StockUse`.
_STRATEGIES = ("preferred", "best-price", "shortest-lead-time", "last-used")
_STOCK_USES = ("shortage", "always", "stock-first")
COLUMNS = (
    "order", "customer", "item", "description", "uom", "full", "available", "shortage", "quantity", "supplier",
    "supplier_name", "price", "currency", "needed_by", "arrives", "late", "mode", "reason",
)  # fmt: skip
_TEXT_COLUMNS = ("order", "item", "full", "short", "quantity", "supplier", "needed", "arrives", "late")
RUN_COLUMNS = ("run", "kind", "at", "user", "documents", "undone_at", "undone_by")
ORDER_COLUMNS = ("number", "supplier", "supplier_name", "lines", "net", "currency", "delivery_date")


def register(parser: ArgumentParser) -> None:
    """Describe the arguments of `fluorders supply-proposals`."""
    parser.add_argument("--strategy", choices=_STRATEGIES, default="preferred", help="which supplier (preferred)")
    parser.add_argument(
        "--stock-use", choices=_STOCK_USES, default="shortage",
        help="shortage (default): what free stock doesn't cover; always: all; stock-first: nothing while any is free",
    )  # fmt: skip
    parser.add_argument("--order", metavar="NUMBER", action="append", default=[], help="only for this customer order")
    parser.add_argument("--customer", metavar="CODE", default="", help="only for this customer")
    parser.add_argument("--item", metavar="CODE", action="append", default=[], help="only this item")
    parser.add_argument("--until", metavar="DATE", help="only what is needed by then")
    parser.add_argument("--supplier", metavar="CODE", default="", help="only what would go to this supplier")
    parser.add_argument("--without", metavar="CODE", action="append", default=[], help="nothing from this supplier")
    parser.add_argument("--drop-ship", action="store_true", help="suppliers ship to the customers")
    parser.add_argument("--add", action="store_true", help="add to open supplier orders where one fits")
    parser.add_argument("--apart", action="store_true", help="a line for each demand, instead of one for each item")
    parser.add_argument("--type", metavar="CODE", default="", help="supplier-order type")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--write", action="store_true", help="order what is proposed")
    what.add_argument("--dry-run", action="store_true", help="show the supplier orders that would come")
    what.add_argument("--undo", type=int, metavar="RUN", help="take a run back")
    what.add_argument("--runs", action="store_true", help="list the last runs")
    add_format(parser)


def run(args: Namespace, settings: Settings) -> int:
    """List the proposals, or order them; each demand nobody can meet is told on standard error."""
    from fluorders_tui.shell.opening import open_desk
    from fluorders_tui.shell.orders import day

    desk = open_desk(settings)
    from fluorders_tui.services import supply_proposals as services

    if args.undo is not None:
        services.undo_run(desk, args.undo)
        sys.stderr.write(f"fluorders: run {args.undo} was taken back\n")
        return 0
    if args.runs:
        write_rows(
            (
                [one.id, one.kind, desk.local(one.at), one.user, one.note, one.undone_at, one.undone_by]
                for one in services.supply_runs(desk)
            ),
            RUN_COLUMNS,
            args,
        )
        return 0
    asked = services.Asked(
        services.Strategy(args.strategy.replace("-", " ")),
        services.StockUse(args.stock_use.replace("-", " ")),
        orders=tuple(args.order),
        customer=args.customer,
        items=tuple(args.item),
        until=day(args.until, "--until", desk.today()),
        supplier=args.supplier,
        without=frozenset(args.without),
        drop_ship=args.drop_ship,
    )
    found = services.proposals(desk, asked)
    for refusal in found.refusals:
        sys.stderr.write(f"fluorders: {refusal}\n")
    if args.write or args.dry_run:
        return _order(desk, found.rows, args)
    write_list(
        found.rows, args, Layout(COLUMNS, _cells), Layout(_TEXT_COLUMNS, _text_cells), "Nothing is to be ordered."
    )
    return 0


def _order(desk: Desk, rows: Sequence[Proposal], args: Namespace) -> int:
    from fluorders_tui.domain.supplier_orders import supplier_totals
    from fluorders_tui.services import supply_proposals as services

    suppliers = {row.source.supplier for row in rows if row.quantity}
    add_to = [draft.id for draft in services.addable_orders(desk, suppliers)] if args.add else []
    options: dict[str, Any] = {"type_code": args.type, "sum_items": not args.apart, "add_to": add_to}
    if args.dry_run:
        drafts = [one.draft for one in services.preview_supply(desk, rows, **options).orders]
    else:
        made = services.order_supply(desk, rows, **options)
        drafts = [one.draft for one in made.orders]
        sys.stderr.write(f"fluorders: run {made.run_id}\n")
    write_rows(
        (
            [one.number, one.supplier, one.name, len(one.lines), supplier_totals(one).net, one.currency.code,
             one.delivery_date]
            for one in drafts
        ),
        ORDER_COLUMNS,
        args,
    )  # fmt: skip
    return 0


def _cells(rows: Iterable[Proposal]) -> Iterator[list[Any]]:
    for row in rows:
        demand, source = row.demand, row.source
        yield [
            demand.line.number, demand.customer, demand.item, demand.description, demand.uom.code, row.full,
            row.available, row.shortage, row.quantity, source.supplier, source.name, source.price,
            source.currency.code, demand.needed_by, row.arrives, row.late, demand.mode.value, row.reason,
        ]  # fmt: skip


def _text_cells(rows: Iterable[Proposal]) -> Iterator[list[Any]]:
    for row in rows:
        demand, late = row.demand, "late" if row.late else ""
        yield [demand.line.number, demand.item, row.full, row.shortage, row.quantity, row.source.supplier,
               demand.needed_by, row.arrives, late]  # fmt: skip
