"""Show deliveries, or take them back (§15).

fluorders delivery show NUMBER…                   delivery notes and invoices with their lines
fluorders delivery undo NUMBER… [--reason TEXT]   what they delivered is open again, and the goods are in stock
fluorders delivery undo NUMBER --line 1=3         3 of line 1 came back
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from fluorders_tui.config import Settings
from fluorders_tui.domain.errors import Invalid, Unreadable

if TYPE_CHECKING:
    from decimal import Decimal

    from fluorders_tui.services.delivery_list import OpenedDelivery

_FORMATS = ("text", "json", "csv")
COLUMNS = (
    "number", "kind", "status", "date", "customer", "line", "order", "order_line", "item", "description", "quantity",
    "undone", "uom", "forced",
)  # fmt: skip


def register(parser: ArgumentParser) -> None:
    """Describe the arguments of `fluorders delivery`."""
    commands = parser.add_subparsers(dest="action", metavar="show|undo", required=True)
    for name, about in (("show", "show deliveries"), ("undo", "take deliveries back")):
        made = commands.add_parser(name, prog=f"fluorders delivery {name}", help=about)
        made.add_argument("numbers", metavar="NUMBER", nargs="+", help="the delivery's number")
        made.add_argument("--format", choices=_FORMATS, default="text", help="text (default), json, csv")
        if name == "undo":
            made.add_argument("--line", metavar="N=QTY", action="append", default=[], help="only QTY of its line N")
            made.add_argument("--reason", metavar="TEXT", default="", help="why")


def run(args: Namespace, settings: Settings) -> int:
    """Show or undo, and write the deliveries as they are then."""
    from fluorders_tui.shell.opening import open_desk

    if args.action == "undo" and args.line and len(args.numbers) > 1:
        raise Unreadable("Lines are those of one delivery.", field="--line")
    desk = open_desk(settings)
    from fluorders_tui.services.delivery_list import open_delivery, open_delivery_row

    found = [open_delivery(desk, number) for number in args.numbers]
    if args.action == "undo":
        from fluorders_tui.services.delivery_undo import undo

        for one in found:
            done = undo(desk, one.row.id, _quantities(one, args.line), reason=args.reason, version=one.row.version)
            for _, number, status in done.orders:
                sys.stderr.write(f"fluorders: order {number}: {status.value}\n")
        found = [open_delivery_row(desk, one.row.id) for one in found]
    if args.format == "json":
        from fluorders_tui.documents.delivery_json import delivery_to_json
        from fluorders_tui.shell.result import write_json

        documents = [delivery_to_json(one.row, one.lines) for one in found]
        write_json(documents if len(args.numbers) > 1 else documents[0])
    elif args.format == "csv":
        write_lines(found)
    else:
        sys.stdout.write("\n".join(delivery_text(one) for one in found))
    return 0


def _quantities(opened: OpenedDelivery, given: Sequence[str]) -> dict[int, Decimal] | None:
    if not given:
        return None
    from fluorders_tui.shell.typed_lines import line_quantity

    found: dict[int, Decimal] = {}
    for place, much in map(line_quantity, given):
        if place >= len(opened.lines):
            raise Invalid(f"Delivery {opened.row.number} has {len(opened.lines)} lines.", field="--line", rule="D-15.2")
        found[opened.lines[place].id] = much
    return found


def write_lines(opened: Sequence[OpenedDelivery]) -> None:
    """The lines of deliveries as CSV."""
    from fluorders_tui.documents.table_writing import write_table

    rows = (
        [
            one.row.number, one.row.kind.value, one.row.status.value, one.row.date, one.row.customer, line.position,
            line.order, line.order_line, line.item, line.description, line.quantity, line.undone, line.unit,
            line.forced,
        ]
        for one in opened
        for line in one.lines
    )  # fmt: skip
    write_table(rows, COLUMNS, "csv", sys.stdout)


def delivery_text(opened: OpenedDelivery) -> str:
    """A delivery with its lines for people and screen readers."""
    from fluorders_tui.documents.table_writing import shown
    from fluorders_tui.domain.money import plain

    row = opened.row
    lines = [f"{row.kind.value.capitalize()} {shown(row.number)}: {row.status.value}"]
    fields = {
        "Customer": f"{row.customer} {row.customer_name}",
        "Date": row.date.isoformat(),
        "Orders": row.orders,
        "Ship to": row.destination,
        "Carrier": row.carrier,
        "From": row.warehouse,
        "Undone by": " ".join(part for part in (row.undone_by, row.undone_reason) if part),
    }
    lines += [f"{label:<11}{shown(value)}" for label, value in fields.items() if value]
    for line in opened.lines:
        back = f"; {plain(line.undone)} came back" if line.undone else ""
        closes = "; the rest is closed" if line.forced else ""
        what = f"{plain(line.quantity)} {line.unit} {line.item} {line.description}".replace("  ", " ")
        lines.append(
            f"{line.position:>4} {shown(what)} (order {shown(line.order)}, line {line.order_line}{back}{closes})"
        )
    return "".join(f"{line}\n" for line in lines)
