"""What the codes in a handed-over order stand for, and the codes near one that stands for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from fluorders_tui.data.item_rows import item_ids
from fluorders_tui.data.registry_search import RowQuery, item_by_barcode, items_by_customer_code, lookup
from fluorders_tui.data.tables import basics, items, parties
from fluorders_tui.data.tables.base import table
from fluorders_tui.domain.folding import fold
from fluorders_tui.domain.money import ONE
from fluorders_tui.domain.order import Uom

_CUSTOMER = table(parties.Customer)
_ITEM = table(items.Item)
_UNIT = table(basics.Unit)
_BATCH = 500


def items_meant(connection: Connection, typed: Iterable[str], customer: str) -> dict[str, tuple[str, str]]:
    """The item's code and the unit it is sold in ('' for its own) for each code, barcode or code of the customer's.

    Only what matches exactly, in that order; the others are left out.
    """
    wanted = list(dict.fromkeys(typed))
    found = {code: (code, "") for code in item_ids(connection, wanted)}
    others: dict[str, tuple[int, str]] = {}
    for code in wanted:
        if code in found:
            continue
        if barcode := item_by_barcode(connection, code):
            others[code] = barcode
            continue
        theirs = [row for row in items_by_customer_code(connection, customer, code, 5) if fold(row[1]) == fold(code)]
        if len({item_id for item_id, _ in theirs}) == 1:
            others[code] = (theirs[0][0], "")
    codes = _codes(connection, [item_id for item_id, _ in others.values()])
    found.update({code: (codes[item_id], unit) for code, (item_id, unit) in others.items()})
    return found


def _codes(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for start in range(0, len(ids), _BATCH):
        part = ids[start : start + _BATCH]
        found.update(
            (row.id, row.code)
            for row in connection.execute(select(_ITEM.c.id, _ITEM.c.code).where(_ITEM.c.id.in_(part)))
        )
    return found


def near_codes(connection: Connection, registry: str, typed: str, limit: int = 3) -> list[str]:
    """Codes of a registry that contain `typed` or begin as it does, the likeliest first."""
    key = fold(typed, 40)
    while key:
        rows = lookup(connection, RowQuery(registry, key), limit)
        if rows:
            return [str(row.values["code"]) for row in rows]
        key = key[: len(key) - 1] if len(key) <= 8 else key[: len(key) * 2 // 3]
    return []


def has_customer(connection: Connection, code: str) -> bool:
    """Whether some customer, active or not, has this code."""
    return connection.execute(select(_CUSTOMER.c.id).where(_CUSTOMER.c.code == code)).first() is not None


def known_units(connection: Connection) -> dict[str, Uom]:
    """The active units of measure by code."""
    rows = connection.execute(select(_UNIT.c.code, _UNIT.c.decimals).where(_UNIT.c.active).order_by(_UNIT.c.code))
    return {row.code: Uom(row.code, ONE, row.decimals) for row in rows}
