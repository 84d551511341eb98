"""All of the demo company into one database, in one transaction."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from random import Random
from typing import Any

from fluorders_tui.data.demo.baskets import BasketMaker
from fluorders_tui.data.demo.catalogue import make_items, read_toml, write_items, write_suppliers
from fluorders_tui.data.demo.known import read_known
from fluorders_tui.data.demo.orders import OrdersWritten, write_orders
from fluorders_tui.data.demo.parties import Customer, make_customers
from fluorders_tui.data.demo.party_rows import write_customers, write_people
from fluorders_tui.data.demo.prices import make_lists, make_rates, write_list_types, write_prices, write_rates
from fluorders_tui.data.demo.shelf import Shelf
from fluorders_tui.data.demo.writing import Bulk, Progress, bulk_fill, insert_values
from fluorders_tui.data.store import Store
from fluorders_tui.data.tables import commerce, documents
from fluorders_tui.data.tables.base import table


@dataclass(frozen=True, slots=True)
class Size:
    """How much to make."""

    customers: int
    items: int
    orders: int


def fill(store: Store, size: Size, seed: int, now: dt.datetime, progress: Progress) -> OrdersWritten:
    """Fill a database in which the fast start was run and that holds no parties, items and orders.

    The rows depend on `size`, `seed` and the time `now` (UTC) only. Raises `Unreachable`.
    """
    rng = Random(seed)
    known = read_known(store)
    today = now.date()
    progress(f"{size.items:,} items and {size.customers:,} customers")
    items = make_items(size.items, rng, len(read_toml("words.toml")["suppliers"]["names"]))
    customers = make_customers(size.customers, known, rng)
    lists = make_lists(known, today, [one.id for one in customers if one.special])
    rates = make_rates(known, today, rng)
    with bulk_fill(store) as bulk:
        write_people(bulk, known)
        write_list_types(bulk, known)
        write_suppliers(bulk, known)
        write_rates(bulk, known, rates)
        write_items(bulk, known, items, rng, today)
        write_customers(bulk, known, customers, items, rng)
        write_prices(bulk, known, lists, items)
        _write_created(bulk, customers, items, now)
        maker = BasketMaker(known, Shelf(known, lists, rates), customers, items, rng)
        written = write_orders(bulk, known, maker, size.orders, now, rng, progress)
        _write_counters(bulk, written)
        bulk.finish(progress)
    return written


def _write_created(bulk: Bulk, customers: list[Customer], items: list[Any], now: dt.datetime) -> None:
    """The journal's entries of customers and items, older than every order (E-1.4)."""
    at = (now - dt.timedelta(days=400)).strftime("%Y-%m-%d 08:00:00.000000")
    target = table(documents.JournalEntry)
    for kind, rows in (("customers", customers), ("items", items)):
        insert_values(
            bulk,
            target,
            (
                {"at": at, "user": "demo", "kind": kind, "document_id": row.id, "number": row.code, "event": "created"}
                for row in rows
            ),
        )


def _write_counters(bulk: Bulk, written: OrdersWritten) -> None:
    insert_values(
        bulk,
        table(documents.StatusCounter),
        (
            {"kind": "order", "status": status, "count": count, "company_total_minor": total}
            for status, (count, total) in sorted(written.statuses.items())
        ),
    )
    insert_values(
        bulk,
        table(commerce.NumberingCounter),
        (
            {"numbering_id": one.id, "period": period, "last_number": last}
            for one in written.series
            for period, last in sorted(one.last.items())
        ),
    )
