"""Which kits contain which items, as far as the kits that were just written reach (D-6.5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from fluorders_tui.data.registry_rows import IN_LIST
from fluorders_tui.data.tables import items
from fluorders_tui.data.tables.base import table


@dataclass(frozen=True, slots=True)
class KitRows:
    """A kit's item, and the row of each component by its code."""

    id: int
    rows: dict[str, int] = field(default_factory=dict)


def kit_edges(connection: Connection, kits: Iterable[int]) -> dict[str, KitRows]:
    """The items `kits` and all they contain at any depth, by code; items without components are left out."""
    component, kit, part = table(items.ItemComponent), table(items.Item), table(items.Item).alias("part")
    found: dict[str, KitRows] = {}
    asked: set[int] = set()
    waiting = set(kits)
    while waiting:
        some = sorted(waiting)[:IN_LIST]
        asked.update(some)
        query = (
            select(kit.c.id, kit.c.code, component.c.component_id, part.c.code, component.c.id)
            .join(kit, kit.c.id == component.c.item_id)
            .join(part, part.c.id == component.c.component_id)
            .where(component.c.item_id.in_(some))
        )
        for kit_id, code, component_id, contained, row_id in connection.execute(query):
            found.setdefault(code, KitRows(kit_id)).rows[contained] = row_id
            waiting.add(component_id)
        waiting -= asked
    return found
