"""Deliver orders by delivery notes or invoices (§15): all that is open of them, or single lines of one.

fluorders deliver NUMBER…                          all that is open; orders of one customer share a document
fluorders deliver NUMBER --line 1=5 --line 3=2     5 of line 1 and 2 of line 3
fluorders deliver NUMBER --line 1=5 --force-rest   and what is left of line 1 is closed; --line 2=0 closes line 2 too
fluorders deliver NUMBER… --dry-run                the documents that would come; nothing is written
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from fluorders_tui.config import Settings
from fluorders_tui.domain.errors import Invalid, Several, Unreadable

if TYPE_CHECKING:
    from fluorders_tui.services.deliveries import Asked, Delivered, Preview
    from fluorders_tui.services.desk import Desk

_FORMATS = ("text", "json", "csv")
_PREVIEW_COLUMNS = (
    "document", "order", "order_line", "item", "description", "quantity", "uom", "in_warehouse", "forced",
)  # fmt: skip


def register(parser: ArgumentParser) -> None:
    """Describe the arguments of `fluorders deliver`."""
    parser.add_argument("numbers", metavar="NUMBER", nargs="+", help="the order's number")
    parser.add_argument("--line", metavar="N=QTY", action="append", default=[], help="QTY of line N; else all open")
    parser.add_argument("--force-rest", action="store_true", help="close what is left of the lines delivered or named")
    parser.add_argument("--reason", metavar="TEXT", default="", help="why the rest is closed")
    parser.add_argument("--type", metavar="CODE", default="", help="fulfilment type, else the company's usual one")
    parser.add_argument("--warehouse", metavar="CODE", default="", help="goods leave from it, else from the type's")
    parser.add_argument("--date", metavar="DATE", help="of the documents, today if not said")
    parser.add_argument("--dry-run", action="store_true", help="show what would come, and write nothing")
    parser.add_argument("--format", choices=_FORMATS, default="text", help="text (default), json, csv: a row per line")


def run(args: Namespace, settings: Settings) -> int:
    """Deliver, or show what would be delivered, and write the documents."""
    if args.line and len(args.numbers) > 1:
        raise Unreadable("Lines are those of one order.", field="--line", hint="Deliver the orders one by one.")
    from fluorders_tui.shell.opening import open_desk

    desk = open_desk(settings)
    from fluorders_tui.services.deliveries import deliver, preview

    asked = _asked(desk, args)
    seen = preview(desk, asked)
    if seen.refusals:
        raise seen.refusals[0] if len(seen.refusals) == 1 else Several(seen.refusals)
    if not args.dry_run:
        made = deliver(desk, asked)
        _tell(desk, made, args.format)
    else:
        _show(desk, seen, asked, args.format)
    for notice in seen.notices:
        sys.stderr.write(f"fluorders: warning: {notice.text}\n")
    return 0


def _asked(desk: Desk, args: Namespace) -> Asked:
    from fluorders_tui.domain.fulfilment import Part
    from fluorders_tui.services.deliveries import Asked
    from fluorders_tui.services.orders import open_order
    from fluorders_tui.shell.orders import day
    from fluorders_tui.shell.typed_lines import line_quantity

    orders = [open_order(desk, number).draft for number in dict.fromkeys(args.numbers)]
    parts: tuple[Part, ...] | None = None
    if args.line:
        order = orders[0]
        given = [line_quantity(text) for text in args.line]
        for place, _ in given:
            if place >= len(order.lines):
                raise Invalid(
                    f"Order {order.number} has {len(order.lines)} lines, no line {place + 1}.",
                    field="--line",
                    rule="D-15.1",
                )
        parts = tuple(Part(order.id, order.lines[place].id, much, args.force_rest) for place, much in given)
    return Asked(
        tuple(order.id for order in orders),
        parts,
        args.force_rest,
        args.reason,
        args.type,
        day(args.date, "--date", desk.today()),
        args.warehouse,
        {order.id: order.version for order in orders},
    )


def _tell(desk: Desk, made: Delivered, form: str) -> None:
    from fluorders_tui.services.delivery_list import open_delivery_row
    from fluorders_tui.shell.delivery import delivery_text, write_lines

    opened = [open_delivery_row(desk, row) for row, _ in made.documents]
    if form == "json":
        from fluorders_tui.documents.delivery_json import delivery_to_json
        from fluorders_tui.shell.result import write_json

        write_json(
            {
                "deliveries": [delivery_to_json(one.row, one.lines) for one in opened],
                "orders": [{"number": number, "status": status.value} for _, number, status in made.orders],
                "warnings": [{"rule": one.rule, "message": one.message} for one in made.notices],
            }
        )
    elif form == "csv":
        write_lines(opened)
    else:
        sys.stdout.write("\n".join(delivery_text(one) for one in opened))
        sys.stdout.writelines(f"Order {number}: {status.value}\n" for _, number, status in made.orders)


def _show(desk: Desk, seen: Preview, asked: Asked, form: str) -> None:
    from fluorders_tui.documents.table_writing import shown, write_table
    from fluorders_tui.domain.money import plain

    date = asked.date or desk.today()
    if form == "json":
        from fluorders_tui.documents.delivery_json import planned_to_json
        from fluorders_tui.shell.result import write_json

        made = [planned_to_json(one.planned, seen.type.kind.value, date, one.warehouse) for one in seen.deliveries]
        warnings = [{"rule": one.rule, "message": one.message} for one in seen.notices]
        write_json({"deliveries": made, "orders": [], "warnings": warnings})
        return
    rows = [
        [place, line.order.number, line.position, line.line.item, line.line.description, line.quantity,
         line.line.uom.code, held, line.forced]
        for place, one in enumerate(seen.deliveries, 1)
        for line, held in zip(one.planned.lines, one.held, strict=True)
    ]  # fmt: skip
    if form == "csv":
        write_table(rows, _PREVIEW_COLUMNS, "csv", sys.stdout)
        return
    for place, one in enumerate(seen.deliveries, 1):
        why = f" ({'; '.join(one.planned.reasons)})" if one.planned.reasons else ""
        sys.stdout.write(f"{seen.type.kind.value} {place} for {shown(one.planned.references + why)}\n")
        for line, held in zip(one.planned.lines, one.held, strict=True):
            what = f"{plain(line.quantity)} {line.line.uom.code} {line.line.item} {line.line.description}"
            closes = "; the rest is closed" if line.forced else ""
            there = f"; {one.warehouse} holds {plain(held)}" if held is not None else ""
            sys.stdout.write(f"{line.position:>4} {shown(what)}{there}{closes}\n")
