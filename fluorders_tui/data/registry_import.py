"""What writing very many rows at once needs beside `registry_rows`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, func, select, text

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


def other_administrators(connection: Connection, login: str) -> bool:
    """Whether somebody else than `login` administers this database."""
    users = registries()["users"].table
    query = select(users.c.id).where(users.c.active, users.c.role == "administrator", users.c.code != login).limit(1)
    return connection.execute(query).first() is not None


def main_units(connection: Connection, items: Iterable[str]) -> dict[str, str]:
    """The main unit's code of each item, by item code."""
    item, unit = registries()["items"].table, registries()["units"].table
    wanted, found = sorted(set(items)), {}
    for start in range(0, len(wanted), IN_LIST):
        query = select(item.c.code, unit.c.code).join(unit, unit.c.id == item.c.unit_id)
        rows = connection.execute(query.where(item.c.code.in_(wanted[start : start + IN_LIST])))
        found.update({row[0]: row[1] for row in rows})
    return found


def several_defaults(connection: Connection, registry: str, flag: str, parent_ids: Iterable[int]) -> list[int]:
    """Ids of the parents among `parent_ids` that have more than one row with `flag` set."""
    stored = registries()[registry]
    parent, marked = stored.field(stored.spec.parent).column, stored.field(flag).column
    ids = sorted(set(parent_ids))
    found: list[Any] = []
    for start in range(0, len(ids), IN_LIST):
        query = select(parent).where(parent.in_(ids[start : start + IN_LIST]), marked.is_(True))
        found.extend(connection.execute(query.group_by(parent).having(func.count() > 1)).scalars())
    return found


def kit_in_itself(connection: Connection, kits: Iterable[int]) -> str:
    """The code of a kit, among `kits` and what they contain, that contains itself; empty when none does."""
    component = registries()["item-components"].table
    edges: dict[int, list[int]] = {}
    waiting = set(kits)
    while waiting:
        part = sorted(waiting)[:IN_LIST]
        for row_id in part:
            edges[row_id] = []
        query = select(component.c.item_id, component.c.component_id).where(component.c.item_id.in_(part))
        for kit, contained in connection.execute(query):
            edges[kit].append(contained)
        waiting = (waiting | {row_id for kit in part for row_id in edges[kit]}) - edges.keys()
    circular = _in_circle(edges)
    if circular is None:
        return ""
    item = registries()["items"].table
    return str(connection.execute(select(item.c.code).where(item.c.id == circular)).scalar_one())


def _in_circle(edges: dict[int, list[int]]) -> int | None:
    """A node that can be reached from itself; what leads nowhere is taken away until only circles are left."""
    users: dict[int, list[int]] = {}
    for node, contained in edges.items():
        for other in contained:
            users.setdefault(other, []).append(node)
    left = {node: len(contained) for node, contained in edges.items()}
    free = [node for node, number in left.items() if number == 0]
    while free:
        node = free.pop()
        del left[node]
        for user in users.get(node, ()):
            left[user] -= 1
            if left[user] == 0:
                free.append(user)
    return min(left) if left else None
