"""Say what of an item is free now, on a day, and from when so much of it is (D-15.3).

For example: fluorders availability A-100, fluorders availability A-100 --date +14 --quantity 50
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from fluorders_tui.config import Settings

if TYPE_CHECKING:
    import datetime as dt
    from decimal import Decimal

    from fluorders_tui.services.availability import ItemAvailability

_FORMATS = ("text", "json", "csv")
COLUMNS = ("item", "date", "supply", "demand", "available", "available_to_promise", "uom")


def register(parser: ArgumentParser) -> None:
    """Describe the arguments of `fluorders availability`."""
    parser.add_argument("item", metavar="ITEM", help="the item's code")
    parser.add_argument("--date", metavar="DATE", help="what is free on that day; today if not said")
    parser.add_argument("--quantity", metavar="QTY", help="say from when so much is free")
    parser.add_argument("--format", choices=_FORMATS, default="text", help="text (default), json, csv: a row per day")


def run(args: Namespace, settings: Settings) -> int:
    """Write what is free."""
    from fluorders_tui.shell.opening import open_desk
    from fluorders_tui.shell.orders import day
    from fluorders_tui.shell.typed_lines import typed_number

    wanted = typed_number(args.quantity, "--quantity") if args.quantity is not None else None
    desk = open_desk(settings)
    from fluorders_tui.services.availability import item_availability

    found = item_availability(desk, args.item)
    date = day(args.date, "--date", desk.today()) or desk.today()
    if args.format == "json":
        from fluorders_tui.documents.delivery_json import availability_to_json
        from fluorders_tui.shell.result import write_json

        write_json(
            availability_to_json(found.code, found.description, found.unit, found.free, found.warehouses, date, wanted)
        )
    elif args.format == "csv":
        from fluorders_tui.documents.table_writing import write_table

        rows: Iterator[list[Any]] = (
            [found.code, one.date, one.supply, one.demand, one.available, one.promise, found.unit]
            for one in found.free.points
        )
        write_table(rows, COLUMNS, "csv", sys.stdout)
    else:
        sys.stdout.writelines(f"{line}\n" for line in _text(found, date, wanted))
    return 0


def _text(found: ItemAvailability, date: dt.date, wanted: Decimal | None) -> Iterator[str]:
    from fluorders_tui.documents.table_writing import shown
    from fluorders_tui.domain.money import plain

    free, unit = found.free, found.unit
    yield shown(f"{found.code} {found.description}")
    if found.warehouses:
        held = ", ".join(f"{name} {plain(much)}" for name, much in found.warehouses.items())
        yield f"{'Stock':<12}{plain(free.stock)} {unit} ({shown(held)})"
    else:
        yield f"{'Stock':<12}not known"
    yield f"{'Free now':<12}{plain(free.free_now)} {unit}"
    if date != free.points[0].date:
        point = free.at(date)
        yield f"{date.isoformat():<12}{plain(point.promise)} {unit} free, {plain(point.available)} there"
    if wanted is not None:
        day = free.free_from(wanted)
        yield f"{'Free from':<12}{day.isoformat() if day else 'not known'} ({plain(wanted)} {unit})"
    for one in free.points:
        if one.supply or one.demand:
            moves = [f"+{plain(one.supply)}"] if one.supply else []
            moves += [f"-{plain(one.demand)}"] if one.demand else []
            left = f"{plain(one.available)} there, {plain(one.promise)} free"
            yield f"{one.date.isoformat():<12}{' '.join(moves)}: {left}"
    if free.undated:
        yield f"{'No date':<12}+{plain(free.undated)} {unit} ordered"
    for need in found.demand:
        due = need.due.isoformat() if need.due else "no date"
        yield f"  {due}  -{plain(need.open)} {need.unit} order {shown(need.number)} {shown(need.customer_name)}"
    for send in found.supply:
        due = send.due.isoformat() if send.due else "no date"
        way = ", shipped to the customer" if send.drop_ship else ""
        what = f"+{plain(send.to_come)} {unit} supplier order {shown(send.number)} {shown(send.supplier_name)}"
        yield f"  {due}  {what}{way}"
