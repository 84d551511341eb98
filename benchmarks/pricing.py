"""Pricing where it is hard: 20 assigned lists, 500,000 price rows, 2,000 policies; and a long order priced again."""

from __future__ import annotations

import contextlib
import datetime as dt
import statistics
import time
from collections.abc import Callable, Iterator
from decimal import Decimal

from sqlalchemy import insert, select

from benchmarks.measured import Measured
from benchmarks.servers import postgres
from benchmarks.surroundings import USER, Surroundings
from fluorders_tui.data.bulk import insert_many
from fluorders_tui.data.schema import migrate
from fluorders_tui.data.store import Store
from fluorders_tui.data.tables import basics, desk, items, parties
from fluorders_tui.data.tables.base import table
from fluorders_tui.domain.draft_lines import add_line
from fluorders_tui.domain.entry import change_quantity, make_line
from fluorders_tui.domain.header import choose_customer
from fluorders_tui.domain.price_updates import update_prices
from fluorders_tui.services.conditions import customer_conditions, item_card, item_cards, new_draft
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.fast_start import fast_start

LISTS = 20
PRICED_ITEMS = 25_000
POLICIES = 2_000


def run(surroundings: Surroundings) -> Iterator[Measured]:
    """On both databases; warm means that the data are in the system's cache, the item's card is read each time."""
    with surroundings.scratch() as folder, contextlib.ExitStack() as stack:
        addresses = {"SQLite": str(folder / "prices.db")}
        server = stack.enter_context(postgres(surroundings))
        if server is not None:
            addresses["PostgreSQL"] = server.create()
        for database, address in addresses.items():
            desk = filled(address)
            yield from measured(desk, database)
            desk.store.dispose()


def measured(desk: Desk, database: str) -> Iterator[Measured]:
    """One line and a long order."""
    started = time.perf_counter()
    conditions = customer_conditions(desk, "C0001")
    took = (time.perf_counter() - started) * 1000
    yield Measured(f"customer with 20 lists and 2,000 policies chosen, {database}", took)
    draft = choose_customer(new_draft(desk), conditions)
    codes = [f"P-{number:05}" for number in range(0, PRICED_ITEMS, PRICED_ITEMS // 1000)]
    item_card(desk, codes[0], conditions)

    def from_database(code: str) -> None:
        make_line(draft, conditions, item_card(desk, code, conditions), Decimal(12))

    slow = timed(from_database, codes[:200])
    note = f"{LISTS} lists, {LISTS * PRICED_ITEMS:,} prices, {POLICIES:,} policies"
    median = statistics.median(slow)
    yield Measured(f"one line priced, card read, median, {database}", median, limit=5, note=note)
    late = sorted(slow)[int(len(slow) * 0.95)]
    yield Measured(f"one line priced, card read, 95 of 100, {database}", late, limit=5)
    card = item_card(desk, codes[0], conditions)
    line = make_line(draft, conditions, card, Decimal(12))

    def in_memory(code: str) -> None:
        change_quantity(draft, line, Decimal(13), conditions, card)

    quick = timed(in_memory, codes[:200])
    yield Measured(f"the same line with another quantity, median, {database}", statistics.median(quick), limit=5)
    cards = item_cards(desk, codes, conditions)
    for code in codes:
        draft = add_line(draft, make_line(draft, conditions, cards[code], Decimal(3)))
    started = time.perf_counter()
    update_prices(draft, conditions, item_cards(desk, codes, conditions))
    seconds = time.perf_counter() - started
    yield Measured(f"an order of {len(codes):,} lines priced again, cards read, {database}", seconds, "s", limit=1)


def timed(call: Callable[[str], None], codes: list[str]) -> list[float]:
    """Milliseconds of a call for each code."""
    found = []
    for code in codes:
        started = time.perf_counter()
        call(code)
        found.append((time.perf_counter() - started) * 1000)
    return found


def filled(address: str) -> Desk:
    """A company whose customer C0001 has all the lists."""
    store = Store(address)
    migrate(store)
    fast_start(store, country="IT", company="Bench", user=USER)
    item, kind, lists = table(items.Item), table(items.PriceListType), table(items.PriceList)
    with store.write() as session:
        connection = session.connection()

        def row(named: type, code: str) -> int:
            found = table(named)
            return int(connection.execute(select(found.c.id).where(found.c.code == code)).scalar_one())

        unit, euro, italy = row(basics.Unit, "pc"), row(desk.Currency, "EUR"), row(basics.Country, "IT")
        session.add(parties.Customer(code="C0001", name="Bench", country_id=italy, currency_id=euro, best_price=True))
        session.flush()
        customer = row(parties.Customer, "C0001")
        connection.execute(
            insert(item),
            [
                {
                    "version": 1, "active": True, "search_text": f"p-{number:05}\n", "name_key": "", "unit_id": unit,
                    "code": f"P-{number:05}", "description": f"Priced item {number}", "sales_price_micro": 9_000_000,
                    "standard_cost_micro": 0, "last_cost_micro": 0, "weight_micro": 0, "pack_quantity_micro": 0,
                    "economic_lot_micro": 0, "running_out": False, "blocked": False,
                }
                for number in range(PRICED_ITEMS)
            ],
        )  # fmt: skip
        item_ids = list(connection.execute(select(item.c.id).order_by(item.c.id)).scalars())
        for number in range(LISTS):
            code = f"L{number:02}"
            session.add(items.PriceListType(code=code))
            session.flush()
            kind_id = int(connection.execute(select(kind.c.id).where(kind.c.code == code)).scalar_one())
            session.add(
                items.PriceList(
                    code=f"{code}-26", list_type_id=kind_id, currency_id=euro, valid_from=dt.date(2026, 1, 1)
                )
            )
            session.add(parties.CustomerPriceList(customer_id=customer, list_type_id=kind_id, priority=number + 1))
            session.flush()
            list_id = int(connection.execute(select(lists.c.id).where(lists.c.code == f"{code}-26")).scalar_one())
            insert_many(
                connection,
                table(items.PriceListLine),
                [
                    {
                        "version": 1, "price_list_id": list_id, "item_id": one, "unit_id": unit, "variant": "",
                        "destination": "", "min_quantity_micro": 0, "discounts": "",
                        "price_micro": 1_000_000 * (number + one % 90 + 1),
                    }
                    for one in item_ids
                ],
            )  # fmt: skip
        session.add_all(
            items.DiscountPolicy(code=f"D{number}", item_id=item_ids[number], discounts=f"{number % 30 + 1}")
            for number in range(POLICIES)
        )
    return open_desk(store, USER)
