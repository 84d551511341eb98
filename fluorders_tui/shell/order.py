"""Enter orders that a program hands over as JSON, show one the same way (interfaces §2), or take orders a step on.

fluorders order new FILE|-         enter the order in FILE, or the list of orders: all or none
fluorders order show NUMBER        show an order; what comes out may go in again
fluorders order duplicate NUMBER   enter a copy, at the same prices or priced again, for this or another customer
fluorders order hold NUMBER        put an order aside: the desk's first screen lists it
fluorders order ask NUMBER…        ask that orders which are held back be let go
fluorders order confirm NUMBER…    confirm orders
fluorders order cancel NUMBER…     cancel orders, or single lines of one; --reason says why
fluorders order reopen NUMBER…     take a confirmation back, or enter a rejected order again
fluorders order force NUMBER…      close what is left, of orders or of single lines
fluorders order unforce NUMBER…    open again what was closed by force
fluorders order archive NUMBER…    put orders away with which nothing is left to do
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from fluorders_tui.config import Settings
from fluorders_tui.domain.errors import Unreadable
from fluorders_tui.shell.order_asking import add_asking, ask
from fluorders_tui.shell.order_steps import STEPS, add_steps, run_step

if TYPE_CHECKING:
    from fluorders_tui.documents.order_input import OrderInput
    from fluorders_tui.services.desk import Desk
    from fluorders_tui.services.saved_order import SavedOrder

_FORMATS = ("text", "json", "csv")
_COLUMNS = (
    "number", "status", "customer", "date", "line", "line_type", "item", "description", "quantity", "uom", "price",
    "discounts", "vat", "net", "delivery_date", "total", "currency",
)  # fmt: skip


def register(parser: ArgumentParser) -> None:
    """Describe the arguments of `fluorders order`."""
    commands = parser.add_subparsers(dest="action", metavar="new|show|confirm|cancel|…", required=True)
    new = commands.add_parser("new", prog="fluorders order new", help="enter orders from a JSON file")
    new.add_argument("file", metavar="FILE|-", help="JSON file, - for standard input")
    new.add_argument("--dry-run", action="store_true", help="complete the orders, but write nothing and take no number")
    show = commands.add_parser("show", prog="fluorders order show", help="show one order")
    show.add_argument("number", help="the order's number")
    copy = commands.add_parser("duplicate", prog="fluorders order duplicate", help="enter a copy of an order")
    copy.add_argument("number", help="the order's number")
    copy.add_argument("--customer", metavar="CODE", default="", help="for this customer")
    copy.add_argument("--reprice", action="store_true", help="price it again instead of keeping the prices")
    copy.add_argument("--dry-run", action="store_true", help="show the copy, but write nothing and take no number")
    held = commands.add_parser("hold", prog="fluorders order hold", help="put an order aside, to go on with it later")
    held.add_argument("number", help="the order's number")
    add_asking(commands)
    add_steps(commands, _FORMATS)
    for one in (new, show, copy):
        one.add_argument("--format", choices=_FORMATS, default="json", help="json (default), text, csv: a row per line")


def run(args: Namespace, settings: Settings) -> int:
    """Enter, show or take a step, and write the completed documents; a list gives a list."""
    if args.action == "new":
        return _new(args, settings)
    if args.action in STEPS:
        return run_step(args, settings)
    if args.action == "ask":
        return ask(args, settings)
    if args.action == "duplicate":
        return _duplicate(args, settings)
    from fluorders_tui.services.orders import open_order
    from fluorders_tui.shell.opening import open_desk

    desk = open_desk(settings)
    if args.action == "hold":
        from fluorders_tui.services.holding import hold

        sys.stdout.write(f"On hold: {hold(desk, open_order(desk, args.number).draft).title}\n")
        return 0
    write_orders(desk, [open_order(desk, args.number)], args.format, as_list=False)
    return 0


def _duplicate(args: Namespace, settings: Settings) -> int:
    """Enter a copy; what is told about it goes to standard error."""
    from fluorders_tui.services.order_copies import duplicate
    from fluorders_tui.services.orders import enter_orders, open_order
    from fluorders_tui.shell.opening import open_desk

    desk = open_desk(settings)
    made = duplicate(desk, open_order(desk, args.number).draft, customer=args.customer, reprice=args.reprice)
    for notice in made.notices:
        where = f"line {notice.line}: " if notice.line else ""
        sys.stderr.write(f"fluorders: {args.number}: {where}{notice.text}\n")
    write_orders(desk, enter_orders(desk, [made.draft], dry_run=args.dry_run), args.format, as_list=False)
    return 0


def _new(args: Namespace, settings: Settings) -> int:
    given, as_list = _read(args.file)
    from fluorders_tui.services.order_intake import enter_inputs
    from fluorders_tui.shell.opening import open_desk

    desk = open_desk(settings)
    saved = enter_inputs(desk, given, as_list=as_list, dry_run=args.dry_run)
    write_orders(desk, saved, args.format, as_list=as_list)
    return 0


def _read(name: str) -> tuple[list[OrderInput], bool]:
    from fluorders_tui.documents.order_input import read_orders

    if name == "-":
        sys.stdin.reconfigure(encoding="utf-8", errors="strict")  # type: ignore[union-attr]
        return read_orders(sys.stdin)
    try:
        with open(name, encoding="utf-8") as source:
            return read_orders(source, name)
    except OSError as error:
        raise Unreadable(f"The file can't be read: {error.strerror}.", field=name) from None


def write_orders(desk: Desk, saved: Sequence[SavedOrder], form: str, *, as_list: bool) -> None:
    """Write completed orders in the form asked for, with what they came from and led to."""
    if form == "json":
        from fluorders_tui.documents.order_json import document_text, order_to_json
        from fluorders_tui.domain.links import DocumentKind
        from fluorders_tui.services.linked import chain, links_in_json

        made = [
            order_to_json(
                one,
                locks=_locks(desk, one),
                links=links_in_json(chain(desk, DocumentKind.ORDER, one.draft.id)),
            )
            for one in saved
        ]
        sys.stdout.write(document_text(made, as_list=as_list))
    elif form == "csv":
        from fluorders_tui.documents.table_writing import write_table

        write_table((row for one in saved for row in _rows(one)), _COLUMNS, "csv", sys.stdout)
    else:
        from fluorders_tui.shell.order_text import order_text

        sys.stdout.write("\n".join(order_text(one, _locks(desk, one)) for one in saved))


def _locks(desk: Desk, saved: SavedOrder) -> Sequence[str]:
    """What holds an order back, or would hold back one that a dry run left without a row."""
    if saved.held or not saved.draft.id:
        return saved.held
    from fluorders_tui.services.approvals import reasons_of

    return [reason.text for reason in reasons_of(desk, saved.draft.id)]


def _rows(saved: SavedOrder) -> Iterator[list[Any]]:
    draft = saved.draft
    from fluorders_tui.domain.discounts import format_discounts

    for place, line in enumerate(draft.lines, 1):
        yield [
            draft.number, draft.status.value, draft.customer, draft.date, place, line.line_type.value, line.item,
            line.description, line.quantity, line.uom.code, line.price, format_discounts(line.discounts),
            line.vat.code if line.vat else "", line.net, line.delivery_date, saved.totals.total, draft.currency.code,
        ]  # fmt: skip
