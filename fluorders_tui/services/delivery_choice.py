"""What a delivery is chosen from: orders with what is open of their lines, and what the warehouse holds (D-15.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from fluorders_tui.data.fulfilment_rows import stock_by_warehouse
from fluorders_tui.data.item_rows import item_ids
from fluorders_tui.data.supply_rows import usual_warehouse
from fluorders_tui.domain.errors import DeskError, Refused
from fluorders_tui.domain.fulfilment import DeliverableOrder, check_deliverable
from fluorders_tui.services.deliveries import deliverable_within, fulfilment_type
from fluorders_tui.services.desk import Desk

__all__ = ["DeliveryChoice", "delivery_choice"]


@dataclass(frozen=True, slots=True)
class DeliveryChoice:
    """Orders as a delivery sees them; `refusals` says by row which can't be delivered as they are, and why.

    `stock` is what every warehouse holds of each item by code, in main units; items nobody keeps a stock of are
    left out. Goods leave from `warehouse` unless another one is said.
    """

    orders: tuple[DeliverableOrder, ...]
    refusals: Mapping[int, DeskError]
    stock: Mapping[str, Mapping[str, Decimal]]
    warehouse: str

    def held(self, item: str, warehouse: str) -> Decimal | None:
        """What a warehouse holds of an item, None where nobody keeps its stock."""
        kept = self.stock.get(item)
        return None if kept is None else kept.get(warehouse, Decimal(0))


def delivery_choice(desk: Desk, orders: Sequence[int], type_code: str = "") -> DeliveryChoice:
    """The orders in these rows of the database; those that are gone are left out."""
    with desk.store.read() as connection:
        kind = fulfilment_type(desk, connection, type_code)
        found = tuple(deliverable_within(connection, orders))
        codes = {one.line.item for order in found for one in order.lines if one.line.item}
        ids = item_ids(connection, sorted(codes))
        kept = stock_by_warehouse(connection, ids.values())
        stock = {code: kept[row] for code, row in ids.items() if row in kept}
        warehouse = kind.warehouse or usual_warehouse(connection)
    refusals = {order.draft.id: error for order in found if (error := _refusal(order)) is not None}
    return DeliveryChoice(found, refusals, stock, warehouse)


def _refusal(order: DeliverableOrder) -> DeskError | None:
    try:
        check_deliverable(order)
    except Refused as error:
        return error
    return None if order.open else Refused("Nothing of it is left to deliver.", field="lines", rule="D-15.1")
