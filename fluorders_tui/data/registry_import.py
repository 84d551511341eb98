"""What writing very many rows at once needs beside `registry_rows`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal

from sqlalchemy import Connection, select, text

from fluorders_tui.data.registries import registries
from fluorders_tui.data.registry_rows import IN_LIST
from fluorders_tui.data.search_schema import SEARCHED
from fluorders_tui.domain.money import MICRO_DECIMALS, from_scaled


@contextmanager
def filled_at_once(connection: Connection, registry: str) -> Iterator[None]:
    """Index the search texts of all rows added in the block together when it ends.

    SQLite's full-text trigger, one row at a time, costs six times the rows themselves. It is gone
    only inside this transaction, which holds the file's lock; a failure rolls everything back.
    """
    table = registries()[registry].table.name
    if connection.dialect.name != "sqlite" or table not in SEARCHED:
        yield
        return
    name = f"{table}_fragments"
    statement = text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = :name")
    trigger = connection.execute(statement, {"name": f"{name}_added"}).scalar_one()
    last = connection.execute(text(f"SELECT coalesce(max(id), 0) FROM {table}")).scalar_one()
    connection.exec_driver_sql(f"DROP TRIGGER {name}_added")
    yield
    added = text(f"INSERT INTO {name}(rowid, search_text) SELECT id, search_text FROM {table} WHERE id > :last")
    connection.execute(added, {"last": last})
    connection.exec_driver_sql(trigger)


def lock_for_change(connection: Connection, registry: str) -> None:
    """Keep other desks from changing rows of a registry until the transaction ends; they may go on reading.

    On SQLite the writing transaction holds the whole file already.
    """
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(f"LOCK TABLE {registries()[registry].table.name} IN SHARE ROW EXCLUSIVE MODE")


def first_unit(connection: Connection) -> str | None:
    """The active unit that was made first."""
    unit = registries()["units"].table
    query = select(unit.c.code).where(unit.c.active).order_by(unit.c.id).limit(1)
    return connection.execute(query).scalar()


def list_types(connection: Connection) -> dict[str, str]:
    """The list type's code of each price list, by the list's code."""
    price_list, list_type = registries()["price-lists"].table, registries()["price-list-types"].table
    query = select(price_list.c.code, list_type.c.code).join(list_type, list_type.c.id == price_list.c.list_type_id)
    return {row[0]: row[1] for row in connection.execute(query)}


def discount_types(connection: Connection) -> list[str]:
    """The codes of the active discount types in the order they apply (D-5.2)."""
    types = registries()["discount-types"].table
    query = select(types.c.code).where(types.c.active).order_by(types.c.priority, types.c.id)
    return list(connection.execute(query).scalars())


def agent_commissions(connection: Connection) -> dict[str, Decimal | None]:
    """Each agent's usual commission in percent, by code."""
    agents = registries()["agents"].table
    return {
        code: None if percent is None else from_scaled(percent, MICRO_DECIMALS)
        for code, percent in connection.execute(select(agents.c.code, agents.c.commission_micro))
    }


def barcode_items(connection: Connection, barcodes: Iterable[str]) -> dict[str, str]:
    """The item's code of each existing barcode."""
    item, barcode = registries()["items"].table, registries()["barcodes"].table
    wanted, found = sorted(set(barcodes)), {}
    for start in range(0, len(wanted), IN_LIST):
        query = select(barcode.c.barcode, item.c.code).join(item, item.c.id == barcode.c.item_id)
        rows = connection.execute(query.where(barcode.c.barcode.in_(wanted[start : start + IN_LIST])))
        found.update({row[0]: row[1] for row in rows})
    return found


def main_units(connection: Connection, items: Iterable[str]) -> dict[str, str]:
    """The main unit's code of each item, by item code."""
    item, unit = registries()["items"].table, registries()["units"].table
    wanted, found = sorted(set(items)), {}
    for start in range(0, len(wanted), IN_LIST):
        query = select(item.c.code, unit.c.code).join(unit, unit.c.id == item.c.unit_id)
        rows = connection.execute(query.where(item.c.code.in_(wanted[start : start + IN_LIST])))
        found.update({row[0]: row[1] for row in rows})
    return found
