"""One order's story: where it stands, its lines, and what happened to it; or that of an offer or supplier order.

As text for people, as JSON with everything, or as CSV with one row for each line.
"""

from __future__ import annotations

import datetime as dt
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from fluorders_tui.config import Settings
from fluorders_tui.domain.errors import Invalid
from fluorders_tui.shell.result import write_json

if TYPE_CHECKING:
    from fluorders_tui.data.status_reader import OrderState
    from fluorders_tui.domain.story_words import StoryEntry

_WIDTH = 80
_CSV = (
    "number", "order_status", "line", "line_type", "status", "item", "description", "quantity", "uom", "executed",
    "remaining", "price", "discounts", "net", "currency", "delivery_date",
)  # fmt: skip
_LIST = ("number", "type", "date", "status", "customer", "customer_name", "total", "currency")
_CLOSED = ("executed", "forcibly executed", "cancelled", "rejected", "archived")


def register(parser: ArgumentParser) -> None:
    """Describe the arguments of `fluorders status`."""
    parser.add_argument(
        "number",
        help="the order's number, or only its last figures; else an offer's or a supplier order's whole number",
    )
    parser.add_argument("--format", choices=("text", "json", "csv"), default="text", help="text (default), json, csv")


def run(args: Namespace, settings: Settings) -> int:
    """Print the order; of several orders with these figures the list. Raises `Invalid` for an unknown number."""
    from fluorders_tui.data.status_reader import read_status, zone_named

    answer = read_status(settings.database, args.number)
    today = dt.datetime.now(zone_named(answer.zone)).date()
    if answer.others:
        from fluorders_tui.shell.other_status import write_others

        write_others(answer.others, args.format, today)
        return 0
    if not answer.orders:
        near = f"Near are {', '.join(answer.near)}." if answer.near else "There are no orders yet."
        raise Invalid(f"There is no order {args.number!r}.", field="number", rule="D-9.3", hint=near)
    if args.format == "json":
        found = [_data(state, today) for state in answer.orders]
        write_json(found if len(found) > 1 else found[0])
    elif args.format == "csv":
        write_rows_of((row for state in answer.orders for row in _line_rows(state)), _CSV, "csv")
    elif len(answer.orders) > 1:
        sys.stdout.write(f"{len(answer.orders)} orders have the number {safe(args.number)}:\n")
        write_rows_of((state.order for state in answer.orders), _LIST, "text")
    else:
        sys.stdout.writelines(f"{line}\n" for line in _text(answer.orders[0], today))
    return 0


def write_rows_of(rows: Iterable[dict[str, Any]], columns: tuple[str, ...], form: str) -> None:
    """Rows by column name, as text or CSV."""
    from fluorders_tui.documents.table_writing import write_table

    write_table(([row[column] for column in columns] for row in rows), columns, form, sys.stdout)


def _late(order: dict[str, Any], today: dt.date) -> bool:
    due = order["delivery_date"]
    return due is not None and due < today and order["status"] not in _CLOSED


def _data(state: OrderState, today: dt.date) -> dict[str, Any]:
    journal = [asdict(entry) for entry in state.journal]
    whole = {
        **state.order,
        "late": _late(state.order, today),
        "lines": list(state.lines),
        "links": list(state.links),
        "journal": journal,
    }
    plain: dict[str, Any] = plain_json(whole)
    return plain


def plain_json(value: Any) -> Any:
    """Plain JSON: decimals as strings, dates ISO 8601 (interfaces §2)."""
    if isinstance(value, dict):
        return {name: plain_json(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain_json(part) for part in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, dt.date) else value


def _line_rows(state: OrderState) -> Iterator[dict[str, Any]]:
    order = state.order
    for line in state.lines:
        yield line | {"number": order["number"], "order_status": order["status"], "currency": order["currency"]}


def _text(state: OrderState, today: dt.date) -> Iterator[str]:
    order = state.order
    revision = f", revision {order['revision']}" if order["revision"] else ""
    yield f"Order {safe(order['number'])}: {order['status']}, {order['execution']}{revision}"
    yield from field("Customer", f"{order['customer']} {order['customer_name']}")
    yield from field("Date", str(order["date"]))
    late = ", late" if _late(order, today) else ""
    yield from field("Delivery", f"{order['delivery_date']}{late}" if order["delivery_date"] else "")
    yield from field("Reference", order["reference"])
    place = (order["destination"], order["destination_name"], order["destination_city"], order["destination_country"])
    yield from field("Ship to", ", ".join(part for part in place if part))
    currency = order["currency"]
    yield from field("Total", f"{order['total']:f} {currency}: {order['taxable']:f} taxable, {order['vat']:f} VAT")
    yield from field("Payment", f"{order['payment_type']} {order['payment_terms']}".strip())
    yield from field("Printed", f"{order['printed_at']:%Y-%m-%d %H:%M}" if order["printed_at"] else "")
    yield from field("To do", "send the confirmation again" if order["resend_confirmation"] else "")
    yield ""
    yield "Lines" if state.lines else "No lines"
    for line in state.lines:
        yield from wrapped(_line_text(line, currency), "  ", "     ")
    yield from chain_and_story(state.links, state.journal, today)


def chain_and_story(links: Iterable[dict[str, Any]], journal: Iterable[StoryEntry], today: dt.date) -> Iterator[str]:
    """What a document came from and led to, and what happened to it."""
    told = [line for link in links for line in wrapped(_link_text(link), "  ", "     ")]
    if told:
        yield ""
        yield "Came from, led to"
        yield from told
    yield ""
    yield "What happened"
    for entry in journal:
        yield from wrapped(entry.headline(today), "  ", "     ")
        for change in entry.changes:
            yield from wrapped(change, "     ", "       ")
        if entry.comment:
            yield from wrapped(f"“{entry.comment}”", "     ", "       ")


def _link_text(link: dict[str, Any]) -> str:
    """`line 1: 12 from offer OF2026-00001, line 2; confirmed`; behind another document that comes first."""
    other = f", line {link['other_line']}" if link["other_line"] else ""
    received = f", {link['received']:f} received" if link["received"] is not None else ""
    mode = f" ({link['mode']})" if link["mode"] else ""
    due = f", due {link['due']}" if link["due"] else ""
    via = f"{link['via']} " if link["via"] else ""
    own = f"{via}line {link['line']}: {link['quantity']:f} " if link["line"] else f"{via.strip()}: " if via else ""
    where = f"{link['direction']} {link['document']} {link['number']}"
    return f"{own}{where}{other}{mode}; {link['status']}{received}{due}"


def field(label: str, value: str) -> Iterator[str]:
    """A label and its value; nothing without a value."""
    if value:
        yield from wrapped(value, f"{label:<11}", " " * 11)


def _line_text(line: dict[str, Any], currency: str) -> str:
    what = " ".join(part for part in (line["item"], line["description"]) if part)
    if line["line_type"] == "note":
        return f"{line['line']}  {what}"
    kind = f" ({line['line_type']})" if line["line_type"] not in ("coded", "uncoded") else ""
    quantity = f"{line['quantity']:f} {line['uom']}".strip()
    discounts = f" less {line['discounts']}" if line["discounts"] else ""
    text = f"{line['line']}  {quantity} {what}{kind} at {line['price']:f}{discounts} = {line['net']:f} {currency}"
    done = f", {line['executed']:f} executed, {line['remaining']:f} left" if line["executed"] else ""
    return f"{text}; {line['status']}{done}"


def wrapped(text: str, first: str, further: str) -> Iterator[str]:
    """A text on lines of the paper's width."""
    from textwrap import wrap

    lines = wrap(safe(" ".join(text.split())), _WIDTH - len(further), break_on_hyphens=False) or [""]
    yield first + lines[0]
    for line in lines[1:]:
        yield further + line


def safe(text: str) -> str:
    """Text from data without any character that a terminal would obey."""
    if text.isprintable():
        return text
    from fluorders_tui.documents.table_writing import shown

    return shown(text)
