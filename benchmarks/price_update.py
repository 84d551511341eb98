"""*Update prices* over 10,000 open orders (D-4.9): one transaction per order, telling how far it is."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from sqlalchemy import delete, func, select, update

from benchmarks.measured import Measured
from benchmarks.servers import postgres
from benchmarks.surroundings import USER, Surroundings
from fluorders_tui.data.status_counters import count_documents
from fluorders_tui.data.store import Store
from fluorders_tui.data.tables import documents, items
from fluorders_tui.data.tables.base import table
from fluorders_tui.services.demo import fill_demo
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.mass_changes import apply_unseen
from fluorders_tui.services.price_update import PricesUpdated, orders_of_filter

ORDERS = 10_000

_ORDER, _LINE = table(documents.CustomerOrder), table(documents.CustomerOrderLine)


def run(surroundings: Surroundings) -> Iterator[Measured]:
    """On both databases, after all prices were raised by 3 %."""
    with surroundings.scratch() as folder, contextlib.ExitStack() as stack:
        addresses = {"SQLite": str(folder / "orders.db")}
        server = stack.enter_context(postgres(surroundings))
        if server is not None:
            addresses["PostgreSQL"] = server.create()
        for database, address in addresses.items():
            store = Store(address)
            fill_demo(store, orders=ORDERS, user=USER)
            desk = open_desk(store, USER)
            reopen(desk)
            meant = orders_of_filter(desk)
            told: list[int] = []

            def progress(done: int, _all: int, told: list[int] = told) -> bool:
                told.append(done)
                return True

            started = time.perf_counter()
            outcome = apply_unseen(desk, PricesUpdated(), meant, progress)
            seconds = time.perf_counter() - started
            note = f"{outcome.lines:,} lines, {len(outcome.left)} orders left alone, {len(told):,} times told how far"
            yield Measured(f"prices of {outcome.orders:,} open orders updated, {database}", seconds, "s", note=note)
            each = seconds * 1000 / max(1, outcome.orders)
            yield Measured(f"of it one order, the longest wait after stopping, {database}", each)
            store.dispose()


def reopen(desk: Desk) -> None:
    """Make all orders of the demo open again, and raise every price."""
    price, item = table(items.PriceListLine), table(items.Item)
    with desk.store.write() as session:
        connection = session.connection()
        connection.execute(update(_ORDER).values(status="confirmed", execution="not executed"))
        connection.execute(update(_LINE).values(status="confirmed", executed_micro=0))
        connection.execute(update(price).values(price_micro=price.c.price_micro * 103 // 100))
        connection.execute(update(item).values(sales_price_micro=item.c.sales_price_micro * 103 // 100))
        count, value = connection.execute(select(func.count(), func.sum(_ORDER.c.company_total_minor))).one()
        connection.execute(delete(table(documents.StatusCounter)))
        count_documents(connection, "order", [("confirmed", count, int(value))])
