"""The list of deliveries, and one delivery with its lines (§15)."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fluorders_tui.data.delivery_list import DeliveryFilter, DeliveryRow, DeliverySort, delivery_rows, listed_ids
from fluorders_tui.data.fulfilment_rows import KIND, document_lines
from fluorders_tui.data.status_counters import counted
from fluorders_tui.data.store import Connection
from fluorders_tui.data.terms import micro
from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.fulfilment import FulfilmentStatus
from fluorders_tui.domain.order_listing import StatusCount
from fluorders_tui.services.delivery_undo import find_document
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.list_windows import IdWindow, each_row, in_company_currency

__all__ = [
    "ALL_DELIVERIES",
    "DeliveryFilter",
    "DeliveryLine",
    "DeliveryRow",
    "DeliverySort",
    "DeliveryWindow",
    "OpenedDelivery",
    "deliveries_in_rows",
    "delivery_status_counts",
    "each_delivery",
    "find_deliveries",
    "open_delivery",
    "open_delivery_row",
]

ALL_DELIVERIES = DeliveryFilter()


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """A line of a delivery in the unit of its order line; `undone` of the quantity was given back."""

    id: int
    position: int
    order: str
    order_line: int
    item: str
    description: str
    quantity: Decimal
    undone: Decimal
    unit: str
    forced: bool


@dataclass(frozen=True, slots=True)
class OpenedDelivery:
    """A delivery with its lines."""

    row: DeliveryRow
    lines: tuple[DeliveryLine, ...]


class DeliveryWindow(IdWindow[DeliveryRow]):
    """A filtered and sorted list of deliveries."""

    def __init__(
        self,
        desk: Desk,
        filter: DeliveryFilter = ALL_DELIVERIES,  # noqa: A002 - what it is called on every list
        sort: DeliverySort = DeliverySort.NEWEST,
        descending: bool = True,
    ) -> None:
        self.filter, self.sort, self.descending = filter, sort, descending
        super().__init__(desk)

    def _listed(self, connection: Connection) -> array[int]:
        return listed_ids(connection, self.filter, self.sort, self.descending)

    def _read(self, connection: Connection, ids: Sequence[int]) -> list[DeliveryRow]:
        return delivery_rows(connection, ids)


def each_delivery(
    desk: Desk,
    wanted: DeliveryFilter = ALL_DELIVERIES,
    sort: DeliverySort = DeliverySort.NEWEST,
    *,
    descending: bool = True,
    limit: int = 0,
) -> Iterator[DeliveryRow]:
    """All deliveries of a filter one after another, at most `limit` when not 0; a page at a time in memory."""
    return each_row(DeliveryWindow(desk, wanted, sort, descending), limit)


def find_deliveries(desk: Desk, text: str, limit: int = 100) -> list[DeliveryRow]:
    """Deliveries that a typed text means, the newest first; at most `limit`."""
    return DeliveryWindow(desk, DeliveryFilter(text=text)).rows(0, limit)


def deliveries_in_rows(desk: Desk, ids: Sequence[int]) -> list[DeliveryRow]:
    """The deliveries in these rows of the database as they are now, in this order; none of one that is gone."""
    with desk.store.read() as connection:
        return delivery_rows(connection, ids)


def delivery_status_counts(desk: Desk) -> dict[FulfilmentStatus, StatusCount]:
    """Number of the deliveries in each status that has any, from the counters kept by saving; they have no value."""
    with desk.store.read() as connection:
        found = counted(connection, KIND)
    return in_company_currency(desk, {status: found[status] for status in FulfilmentStatus if status in found})


def open_delivery(desk: Desk, number: str) -> OpenedDelivery:
    """A delivery by its number. Raises `Invalid` for an unknown one."""
    with desk.store.read() as connection:
        return _opened(connection, find_document(connection, number))


def open_delivery_row(desk: Desk, document_id: int) -> OpenedDelivery:
    """As `open_delivery`, by row."""
    with desk.store.read() as connection:
        return _opened(connection, document_id)


def _opened(connection: Connection, document_id: int) -> OpenedDelivery:
    found = delivery_rows(connection, [document_id])
    if not found:
        raise Invalid("This delivery is not there any more.", field="number")
    lines = tuple(_line(row) for row in document_lines(connection, document_id))
    return OpenedDelivery(found[0], lines)


def _line(row: Any) -> DeliveryLine:
    return DeliveryLine(
        row.id,
        row.position,
        row.order_number,
        row.order_position,
        row.item_code,
        row.description,
        micro(row.quantity_micro),
        micro(row.undone_micro),
        row.unit,
        row.forced,
    )
