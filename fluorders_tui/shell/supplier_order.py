"""Supplier orders: enter them from JSON, show them, tell what the supplier did, sell their goods on (interfaces §1).

fluorders supplier-order new FILE|-         enter the supplier order in FILE, or the list of them: all or none
fluorders supplier-order show NUMBER        show one; what comes out may go in again
fluorders supplier-order confirm NUMBER     the supplier confirmed it: all, less (--line 1=80), later (--date 1=12/3)
fluorders supplier-order receive NUMBER     goods came: all that is open, or --line 1=20; --undo gives them back
fluorders supplier-order cancel NUMBER      what is open won't come, of all lines or of --line 2
fluorders supplier-order convert NUMBER     customer orders from it: --customer C0001 --line 1=20 --markup 25
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from fluorders_tui.config import Settings
from fluorders_tui.domain.errors import Unreadable
from fluorders_tui.shell.typed_lines import line_place, line_quantity, typed_number

if TYPE_CHECKING:
    from fluorders_tui.services.desk import Desk
    from fluorders_tui.services.supplier_orders import SavedSupplierOrder

_FORMATS = ("text", "json", "csv")
COLUMNS = (
    "number", "status", "supplier", "date", "line", "item", "description", "quantity", "uom", "price", "discounts",
    "net", "due", "received", "open", "cancelled", "currency",
)  # fmt: skip


def register(parser: ArgumentParser) -> None:
    """Describe the arguments of `fluorders supplier-order`."""
    commands = parser.add_subparsers(dest="action", metavar="new|show|confirm|receive|cancel|convert", required=True)

    def command(name: str, about: str, default: str) -> ArgumentParser:
        made: ArgumentParser = commands.add_parser(name, prog=f"fluorders supplier-order {name}", help=about)
        made.add_argument("--format", choices=_FORMATS, default=default, help=f"{', '.join(_FORMATS)} ({default})")
        if name == "new":
            made.add_argument("file", metavar="FILE|-", help="JSON file, - for standard input")
        else:
            made.add_argument("number", help="the supplier order's number")
        return made

    new = command("new", "enter supplier orders from a JSON file", "json")
    new.add_argument("--dry-run", action="store_true", help="complete them, but write nothing and take no number")
    command("show", "show one supplier order", "json")
    confirm = command("confirm", "the supplier confirmed it", "text")
    confirm.add_argument("--on", metavar="DATE", help="when; today if not said")
    _lines(confirm, "N=QTY", "the supplier sends QTY of line N; 0 is nothing")
    confirm.add_argument("--date", metavar="N=DATE", action="append", default=[], help="line N comes on DATE")
    receive = command("receive", "goods came", "text")
    _lines(receive, "N=QTY", "QTY of line N came; without, all that is open")
    receive.add_argument("--consent", action="store_true", help="take more than was to come")
    receive.add_argument("--undo", action="store_true", help="it was not received after all")
    cancel = command("cancel", "what is open won't come", "text")
    _lines(cancel, "N", "only line N")
    cancel.add_argument("--reason", metavar="TEXT", required=True, help="why")
    convert = command("convert", "make customer orders from it", "json")
    convert.add_argument("--customer", metavar="CODE", required=True, help="who buys the goods")
    convert.add_argument("--destination", metavar="CODE", help="one of the customer's, else the usual one")
    _lines(convert, "N=QTY", "QTY of line N; without, all that is promised to nobody")
    convert.add_argument("--markup", metavar="PERCENT", help="sell at cost plus this, else at the customer's prices")
    convert.add_argument("--drop-ship", action="store_true", help="the supplier ships to the customer")
    convert.add_argument("--type", metavar="CODE", default="", help="order type, else the company's")
    convert.add_argument("--dry-run", action="store_true", help="show what would come, and write nothing")


def _lines(parser: ArgumentParser, form: str, about: str) -> None:
    parser.add_argument("--line", metavar=form, action="append", default=[], help=about)


def run(args: Namespace, settings: Settings) -> int:
    """Do what was asked for and write the completed documents; a list gives a list."""
    if args.action == "new":
        return _new(args, settings)
    from fluorders_tui.shell.opening import open_desk

    desk = open_desk(settings)
    from fluorders_tui.services.supplier_orders import open_supplier_order

    found = open_supplier_order(desk, args.number)
    if args.action == "convert":
        return _convert(desk, found, args)
    done = found if args.action == "show" else _act(desk, found, args)
    _write(desk, [done], args.format, as_list=False)
    return 0


def _new(args: Namespace, settings: Settings) -> int:
    from fluorders_tui.documents.supplier_order_json import read_supplier_orders

    if args.file == "-":
        sys.stdin.reconfigure(encoding="utf-8", errors="strict")  # type: ignore[union-attr]
        given, as_list = read_supplier_orders(sys.stdin)
    else:
        try:
            with open(args.file, encoding="utf-8") as source:
                given, as_list = read_supplier_orders(source, args.file)
        except OSError as error:
            raise Unreadable(f"The file can't be read: {error.strerror}.", field=args.file) from None
    from fluorders_tui.services.supplier_intake import enter_supplier_inputs
    from fluorders_tui.shell.opening import open_desk

    desk = open_desk(settings)
    saved = enter_supplier_inputs(desk, given, as_list=as_list, dry_run=args.dry_run)
    _write(desk, saved, args.format, as_list=as_list)
    return 0


def _act(desk: Desk, found: SavedSupplierOrder, args: Namespace) -> SavedSupplierOrder:
    from fluorders_tui.services import supplier_orders as services

    order_id, version = found.draft.id, found.draft.version
    if args.action == "cancel":
        lines = [line_place(text) for text in args.line] or None
        return services.cancel(desk, order_id, args.reason, lines, version=version)
    quantities = _quantities(args.line)
    if args.action == "receive":
        if args.undo:
            return services.take_back(desk, order_id, quantities or None, version=version)
        return services.receive_goods(desk, order_id, quantities or None, consent=args.consent, version=version)
    from fluorders_tui.shell.orders import day

    said = {line: services.Confirmation(sends) for line, sends in quantities.items()}
    for text in args.date:
        typed, _, date = text.partition("=")
        line = line_place(typed, "--date")
        sends = said[line].quantity if line in said else None
        said[line] = services.Confirmation(sends, day(date, "--date", desk.today()))
    return services.confirm(desk, order_id, said, on=day(args.on, "--on", desk.today()), version=version)


def _quantities(given: Sequence[str]) -> dict[int, Decimal]:
    return dict(line_quantity(text) for text in given)


def _convert(desk: Desk, found: SavedSupplierOrder, args: Namespace) -> int:
    from fluorders_tui.domain.errors import Several
    from fluorders_tui.services.order_intake import check_customer
    from fluorders_tui.services.saved_order import completed
    from fluorders_tui.services.supply_sharing import (
        Share,
        Sharing,
        SupplyMode,
        destination_of,
        preview_sharing,
        share_out,
        unpromised,
    )
    from fluorders_tui.shell.order import write_orders

    check_customer(desk, args.customer)
    order_id = found.draft.id
    quantities = _quantities(args.line)
    if not args.line:
        quantities = {line: left for line, left in enumerate(unpromised(desk, order_id)) if left > 0}
    where = destination_of(desk, args.customer, args.destination) if args.destination else None
    sharing = Sharing(
        tuple(Share(line, args.customer, share, where) for line, share in quantities.items()),
        SupplyMode.DROP_SHIP if args.drop_ship else SupplyMode.ON_DEMAND,
        None if args.markup is None else typed_number(args.markup, "--markup"),
        args.type,
    )
    if not args.dry_run:
        made = share_out(desk, order_id, sharing, version=found.draft.version)
        write_orders(desk, made.orders, args.format, as_list=True)
        sys.stderr.write(f"fluorders: run {made.run_id}\n")
        return 0
    plan = preview_sharing(desk, order_id, sharing)
    if plan.refusals:
        raise plan.refusals[0] if len(plan.refusals) == 1 else Several(plan.refusals)
    write_orders(desk, [completed(desk, order) for order in plan.orders], args.format, as_list=True)
    return 0


def _write(desk: Desk, saved: Sequence[SavedSupplierOrder], form: str, *, as_list: bool) -> None:
    if form == "json":
        from fluorders_tui.documents.order_json import document_text
        from fluorders_tui.documents.supplier_order_json import supplier_order_to_json
        from fluorders_tui.domain.links import DocumentKind
        from fluorders_tui.services.linked import chain, links_in_json

        made = [
            supplier_order_to_json(
                one.draft,
                one.totals,
                [one.promised(line) for line in one.draft.lines],
                links=links_in_json(chain(desk, DocumentKind.SUPPLIER_ORDER, one.draft.id)),
            )
            for one in saved
        ]
        sys.stdout.write(document_text(made, as_list=as_list))
    elif form == "csv":
        from fluorders_tui.documents.table_writing import write_table

        write_table((row for one in saved for row in _rows(one)), COLUMNS, "csv", sys.stdout)
    else:
        sys.stdout.write("\n".join("".join(f"{line}\n" for line in _text(one)) for one in saved))


def _rows(saved: SavedSupplierOrder) -> Iterator[list[Any]]:
    from fluorders_tui.domain.discounts import format_discounts

    draft = saved.draft
    for place, line in enumerate(draft.lines, 1):
        yield [
            draft.number, draft.status.value, draft.supplier, draft.date, place, line.item, line.description,
            line.quantity, line.uom.code, line.price, format_discounts(line.discounts), line.net, line.due,
            line.received, line.open, line.cancelled, draft.currency.code,
        ]  # fmt: skip


def _text(saved: SavedSupplierOrder) -> Iterator[str]:
    from fluorders_tui.documents.table_writing import shown
    from fluorders_tui.domain.discounts import format_discounts
    from fluorders_tui.domain.money import fixed, plain

    draft = saved.draft
    code, decimals = draft.currency.code, draft.currency.decimals
    yield f"Supplier order {shown(draft.number) or '(no number yet)'}: {draft.status.value}"
    fields = {
        "Supplier": f"{draft.supplier} {draft.name}",
        "Date": draft.date.isoformat(),
        "Confirmed": draft.confirmed_on.isoformat() if draft.confirmed_on else "",
        "Reference": draft.reference,
        "Ship to": draft.destination.one_line() if draft.drop_ship else draft.warehouse,
    }
    for label, value in fields.items():
        if value:
            yield f"{label:<11}{shown(value)}"
    for number, line in enumerate(draft.lines, 1):
        less = f" less {format_discounts(line.discounts)}" if line.discounts else ""
        waited = saved.promised(line)
        states = (
            "cancelled" if line.cancelled else f"due {line.due}" if line.open and line.due else "",
            f"{plain(line.confirmed_quantity)} confirmed" if line.confirmed_quantity is not None else "",
            f"{plain(line.received)} received" if line.received else "",
            f"{plain(waited)} promised" if waited else "",
        )
        told = "; ".join(state for state in states if state)
        what = f"{plain(line.quantity)} {line.uom.code} {line.item} {line.description}"
        text = f"{what} at {plain(line.price)}{less} = {fixed(line.net, decimals)}"
        yield f"{number:>4} {shown(text)}" + (f" ({told})" if told else "")
    yield f"{'Net':<11}{saved.totals.net:f} {code}"
