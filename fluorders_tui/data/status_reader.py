"""Reading one order's state through the bare driver from the views of `interfaces.md` §4.

Nothing of the object layer is imported: the answer is there before that would be. Amounts are taken from the exact
`…_minor` integers.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from fluorders_tui.data.views import ORDER_AMOUNTS
from fluorders_tui.domain.errors import Unreachable
from fluorders_tui.domain.money import MICRO_DECIMALS, from_scaled, plain, round_half_up
from fluorders_tui.domain.story_words import StoryEntry, story_entry

if TYPE_CHECKING:
    from fluorders_tui.data.other_status import OtherState

_ORDER = (
    "id", "number", "type", "status", "execution", "revision", "customer", "customer_name", "date", "delivery_date",
    "ready_date", "reference", "currency", "currency_decimals", "destination", "destination_name",
    "destination_city", "destination_country", "payment_type", "payment_terms", "carrier", "lines", "entered_by",
    "entered_at", "confirmed_at", "changed_at", "printed_at",
    "resend_confirmation",
)  # fmt: skip
_LINE = (
    "line", "line_type", "status", "item", "description", "quantity", "uom", "executed", "remaining", "price",
    "discounts", "vat", "delivery_date", "note",
)  # fmt: skip
_LINE_AMOUNTS = ("gross", "net", "final_discount")
_DATES = ("date", "delivery_date", "ready_date")
_MOMENTS = ("entered_at", "confirmed_at", "changed_at", "printed_at")
_EXACT = ("quantity", "executed", "remaining", "price")
_MOST_SAME = 20


@dataclass(frozen=True, slots=True)
class OrderState:
    """An order as the views show it: header and lines by the views' column names, journal in words.

    Amounts are in document currency with its decimals, moments in the company's zone. `links` are the documents it
    came from and led to, line by line and step by step (D-14.3): of one behind another document `via` is the number
    of that, and `line` its line.
    """

    order: dict[str, Any]
    lines: tuple[dict[str, Any], ...]
    journal: tuple[StoryEntry, ...]
    links: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class StatusAnswer:
    """The orders that a number means, else the `others` that bear it, else the numbers near it.

    `zone` is the company's time zone by name.
    """

    orders: tuple[OrderState, ...]
    near: tuple[str, ...]
    zone: str
    others: tuple[OtherState, ...] = ()


class _Reader:
    """One connection of either driver; a statement's places are `?`."""

    def __init__(self, url: str) -> None:
        if url.startswith("sqlite:"):
            import sqlite3

            path = url.removeprefix("sqlite:///").partition("?")[0]
            if not os.path.exists(path):
                raise FileNotFoundError(path)
            self._connection: Any = sqlite3.connect(path, timeout=5)
            self._place = "?"
        else:
            import psycopg

            self._connection = psycopg.connect(url, connect_timeout=10, prepare_threshold=None)
            self._place = "%s"

    def rows(self, columns: Sequence[str], rest: str, *values: object) -> list[dict[str, Any]]:
        """The columns of all rows that `FROM …` gives."""
        quoted = ", ".join(f'"{column}"' for column in columns)
        statement = f"SELECT {quoted} {rest}".replace("?", self._place)
        return [dict(zip(columns, row, strict=True)) for row in self._connection.execute(statement, values).fetchall()]

    def close(self) -> None:
        self._connection.close()


def read_status(url: str, number: str) -> StatusAnswer:
    """The orders with this number (a bare figure also means the sequence), or the numbers near it.

    Raises `Unreachable`, also for a database of another version.
    """
    try:
        reader = _Reader(url)
        try:
            return _answer(reader, number.strip())
        finally:
            reader.close()
    except Exception as error:
        raise _told(url, error) from error


def _told(url: str, error: Exception) -> Exception:
    """The driver's error in the words of the whole desk; a fault of our own stays what it is."""
    if not isinstance(error, OSError) and type(error).__module__.partition(".")[0] not in ("sqlite3", "psycopg"):
        return error
    from fluorders_tui.data.schema import check_version
    from fluorders_tui.data.store import Store

    if isinstance(error, FileNotFoundError):
        return Unreachable("There is no database here.", field=str(error), hint="Run `fluorders init`.")
    store = Store(url)
    try:
        check_version(store)
    except Unreachable as unreachable:
        return unreachable
    finally:
        store.dispose()
    return Unreachable(f"The database can't be read: {error}", field=store.shown_url)


def _answer(reader: _Reader, number: str) -> StatusAnswer:
    company = reader.rows(("time_zone",), "FROM company ORDER BY id LIMIT 1")
    zone = company[0]["time_zone"] if company else "UTC"
    found = reader.rows(_columns(), "FROM v_order WHERE number = ? ORDER BY id DESC LIMIT ?", number, _MOST_SAME)
    if not found and number.isascii() and number.isdecimal() and len(number) < 19:
        found = _numbered(reader, int(number))
    if found:
        orders = tuple(_state(reader, row, zone) for row in found)
        return StatusAnswer(orders, (), zone)
    if others := _others(reader, number, zone):
        return StatusAnswer((), (), zone, others)
    return StatusAnswer((), _near(reader, number), zone)


def _others(reader: _Reader, number: str, zone: str) -> tuple[OtherState, ...]:
    """The offers and supplier orders with this number, whatever its case."""
    # Orders are asked for far more often: they don't wait for this.
    from fluorders_tui.data.other_status import other_documents

    for wanted in dict.fromkeys((number, number.upper())):
        found = other_documents(
            reader,
            wanted,
            date=_date,
            journal=lambda kind, row: _journal(reader, row, zone, kind),
            links=lambda kind, row: _links(reader, row, kind),
        )
        if others := tuple(found):
            return others
    return ()


def _columns() -> tuple[str, ...]:
    return (*_ORDER, *(f"{name}_minor" for name in ORDER_AMOUNTS), "company_total_minor")


def _numbered(reader: _Reader, sequence: int) -> list[dict[str, Any]]:
    ids = reader.rows(("id",), "FROM customer_order WHERE sequence = ? ORDER BY id DESC LIMIT ?", sequence, _MOST_SAME)
    return [row for found in ids for row in reader.rows(_columns(), "FROM v_order WHERE id = ?", found["id"])]


def _near(reader: _Reader, number: str) -> tuple[str, ...]:
    """Numbers somebody may have meant: same figures at the end, then the neighbours in order."""
    near: list[str] = []
    figures = number[len(number.rstrip("0123456789")) :]
    if figures and len(figures) < 19:
        near += [row["number"] for row in _numbered(reader, int(figures))[:3]]
    for rest in (
        "FROM v_order WHERE number = ? LIMIT 1",
        "FROM v_order WHERE number < ? ORDER BY number DESC LIMIT 1",
        "FROM v_order WHERE number > ? ORDER BY number LIMIT 1",
    ):
        wanted = number.upper() if "=" in rest else number
        near += [row["number"] for row in reader.rows(("number",), rest, wanted)]
    return tuple(dict.fromkeys(near))


def _state(reader: _Reader, row: dict[str, Any], zone: str) -> OrderState:
    order_id, decimals = row.pop("id"), row.pop("currency_decimals")
    for name in ORDER_AMOUNTS:
        row[name] = from_scaled(row.pop(f"{name}_minor"), decimals)
    row["company_total"] = from_scaled(row.pop("company_total_minor"), 2)
    for name in _DATES:
        row[name] = _date(row[name])
    # SQLite has no booleans.
    row["resend_confirmation"] = bool(row["resend_confirmation"])
    for name in _MOMENTS:
        row[name] = None if row[name] is None else _local(row[name], zone)
    columns = (*_LINE, *(f"{name}_minor" for name in _LINE_AMOUNTS))
    lines = reader.rows(columns, "FROM v_order_line WHERE order_id = ? ORDER BY line", order_id)
    for line in lines:
        for name in _LINE_AMOUNTS:
            line[name] = from_scaled(line.pop(f"{name}_minor"), decimals)
        for name in _EXACT:
            line[name] = _exact(line[name])
        line["delivery_date"] = _date(line["delivery_date"])
    return OrderState(row, tuple(lines), _journal(reader, order_id, zone), _links(reader, order_id))


#: The tables of what is linked, with the day on which a line of it is to come.
_LINKED = {
    "offer": ("offer", "offer_line", "line.delivery_date"),
    "customer order": ("customer_order", "customer_order_line", "line.delivery_date"),
    "supplier order": ("supplier_order", "supplier_order_line", "coalesce(line.confirmed_date, line.delivery_date)"),
}
_LINK = (
    "document", "other", "number", "status", "date", "due", "line", "other_line", "quantity", "received", "mode",
)  # fmt: skip
#: Steps that a chain is followed.
_LONGEST = 4


def _step_query(kind: str, other_kind: str, *, upward: bool) -> str:
    """The links of a document of one kind to those of another: their columns are those of `_LINK`."""
    own, other = ("target", "source") if upward else ("source", "target")
    header, lines, due = _LINKED[other_kind]
    return f"""FROM (
        SELECT k.{other}_kind AS document, h.id AS other, h.number, h.status, h.order_date AS date,
            coalesce({due}, h.delivery_date) AS due, coalesce(own.position, 0) AS line,
            coalesce(line.position, 0) AS other_line, k.quantity_micro AS quantity, k.done_micro AS received, k.mode
        FROM document_link k JOIN {header} h ON h.id = k.{other}_document
        LEFT JOIN {lines} line ON line.id = k.{other}_line
        LEFT JOIN {_LINKED[kind][1]} own ON own.id = k.{own}_line
        WHERE k.{own}_kind = '{kind}' AND k.{other}_kind = '{other_kind}' AND k.{own}_document = ?
    ) AS link ORDER BY line, number, other_line"""


#: What deliveries executed of an order, less what was given back, as links of it (D-15.2).
_DELIVERIES = """FROM (
    SELECT h.kind AS document, h.id AS other, h.number, h.status, h.document_date AS date, NULL AS due,
        k.order_position AS line, k.position AS other_line, k.quantity_micro - k.undone_micro AS quantity,
        0 AS received, '' AS mode
    FROM fulfilment_line k JOIN fulfilment_document h ON h.id = k.document_id WHERE k.order_id = ?
) AS link ORDER BY line, number, other_line"""


def _links(reader: _Reader, row: int, kind: str = "customer order") -> tuple[dict[str, Any], ...]:
    """All that a document came from, the first one first, then all that it led to, as `services.linked.whole_chain`."""
    found: list[dict[str, Any]] = []
    for upward in (True, False):
        here = {(kind, row): ""}
        passed = {kind}
        steps: list[list[dict[str, Any]]] = []
        for depth in range(1, _LONGEST + 1):
            links = [
                link | {"direction": "from" if upward else "to", "depth": depth, "via": number if depth > 1 else ""}
                for (of_kind, document), number in here.items()
                for other_kind in _LINKED
                if other_kind not in passed
                for link in reader.rows(_LINK, _step_query(of_kind, other_kind, upward=upward), document)
            ]
            if not upward:
                links += [
                    link | {"direction": "to", "depth": depth, "via": number if depth > 1 else ""}
                    for (of_kind, document), number in here.items()
                    if of_kind == "customer order"
                    for link in reader.rows(_LINK, _DELIVERIES, document)
                ]
            here = {(link["document"], link["other"]): link["number"] for link in links if link["document"] in _LINKED}
            passed.update(of_kind for of_kind, _ in here)
            told = {(link["via"], link["document"], link["other"]) for link in links if link["line"]}
            links = [
                link for link in links if link["line"] or (link["via"], link["document"], link["other"]) not in told
            ]
            steps.append(
                sorted(links, key=lambda link: (link["via"], link["line"], link["number"], link["other_line"]))
            )
            if not here:
                break
        found += [_exactly(link) for links in (reversed(steps) if upward else steps) for link in links]
    return tuple(found)


def _place(link: dict[str, Any]) -> tuple[str, int, str, int]:
    return link["via"], link["line"], link["number"], link["other_line"]


def _exactly(link: dict[str, Any]) -> dict[str, Any]:
    del link["other"]
    for name in ("quantity", "received"):
        link[name] = Decimal(plain(from_scaled(link[name], MICRO_DECIMALS)))
    if not link["mode"]:
        # Only what a supplier sends is received.
        link["received"] = None
    for name in ("date", "due"):
        link[name] = _date(link[name])
    return link


def _journal(reader: _Reader, row_id: int, zone: str, kind: str = "order") -> tuple[StoryEntry, ...]:
    columns = ("at", "user", "event", "from_status", "to_status", "comment", "before", "after")
    return tuple(
        story_entry(
            _local(row["at"], zone),
            row["user"],
            row["event"],
            row["from_status"],
            row["to_status"],
            row["comment"],
            json.loads(row["before"]) if row["before"] else {},
            json.loads(row["after"]) if row["after"] else {},
            document=kind,
        )
        for row in reader.rows(columns, "FROM v_journal WHERE kind = ? AND document_id = ? ORDER BY id", kind, row_id)
    )


def _date(value: Any) -> dt.date | None:
    found: dt.date | None = dt.date.fromisoformat(value) if isinstance(value, str) else value
    return found


def _local(value: Any, zone: str) -> dt.datetime:
    """UTC as the driver gives it, in the company's zone."""
    moment: dt.datetime = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return moment.astimezone(zone_named(zone))


def zone_named(name: str) -> dt.tzinfo:
    """A time zone by name, UTC where this machine does not know it."""
    if name == "UTC":
        return dt.UTC
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return dt.UTC


def _exact(value: Any) -> Decimal:
    """A quantity or price of the view, which SQLite has as the float nearest to its six decimals."""
    return Decimal(plain(round_half_up(Decimal(str(value)), MICRO_DECIMALS)))
