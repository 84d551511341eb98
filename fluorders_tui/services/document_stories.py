"""The stories of offers, supplier orders and deliveries, told as an order is: how it stands, its chain, its journal."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from fluorders_tui.data.fulfilment_rows import KIND as DELIVERY_KIND
from fluorders_tui.data.fulfilment_rows import document_lines, document_row
from fluorders_tui.data.order_story import story_entries
from fluorders_tui.data.terms import micro
from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.links import DocumentKind
from fluorders_tui.domain.story_words import StoryEntry
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.linked import ChainLink, whole_chain
from fluorders_tui.services.offers import offer_story_of, open_offer_row
from fluorders_tui.services.saved_offer import SavedOffer
from fluorders_tui.services.supplier_order_list import supplier_story
from fluorders_tui.services.supplier_orders import SavedSupplierOrder, open_supplier_order_row

__all__ = [
    "DeliveredLine",
    "DeliveryStory",
    "OfferStory",
    "SupplierStory",
    "delivery_story",
    "offer_story",
    "supplier_order_story",
]


@dataclass(frozen=True, slots=True)
class OfferStory:
    """An offer, what happened to it in all its versions, and the orders and supplier orders it led to (D-14.3)."""

    offer: SavedOffer
    entries: tuple[StoryEntry, ...]
    links: tuple[ChainLink, ...]


@dataclass(frozen=True, slots=True)
class SupplierStory:
    """A supplier order, what happened to it, and the orders and offers it came from, or the orders it led to."""

    order: SavedSupplierOrder
    entries: tuple[StoryEntry, ...]
    links: tuple[ChainLink, ...]


@dataclass(frozen=True, slots=True)
class DeliveredLine:
    """So much of a line of an order went along; `undone` of it was given back."""

    order: str
    order_line: int
    item: str
    description: str
    quantity: Decimal
    undone: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class DeliveryStory:
    """A delivery note, an invoice or what a supplier shipped (`kind`), and the orders it executed (D-15)."""

    id: int
    number: str
    kind: str
    type: str
    status: str
    customer: str
    customer_name: str
    date: dt.date
    warehouse: str
    destination: str
    carrier: str
    references: str
    note: str
    undone_reason: str
    lines: tuple[DeliveredLine, ...]
    entries: tuple[StoryEntry, ...]
    links: tuple[ChainLink, ...]


def offer_story(desk: Desk, offer_id: int) -> OfferStory:
    """The story of one version of an offer, by row. Raises `Invalid` when it is not there any more."""
    offer = open_offer_row(desk, offer_id)
    return OfferStory(offer, offer_story_of(desk, offer.number), _chain(desk, DocumentKind.OFFER, offer_id))


def supplier_order_story(desk: Desk, order_id: int) -> SupplierStory:
    """The story of a supplier order, by row. Raises `Invalid` when it is not there any more."""
    order = open_supplier_order_row(desk, order_id)
    return SupplierStory(order, supplier_story(desk, order_id), _chain(desk, DocumentKind.SUPPLIER_ORDER, order_id))


def delivery_story(desk: Desk, document_id: int) -> DeliveryStory:
    """The story of a delivery, by row. Raises `Invalid` when it is not there."""
    with desk.store.read() as connection:
        head = document_row(connection, document_id)
        if head is None:
            raise Invalid("This delivery is not there any more.", field="number")
        lines = tuple(
            DeliveredLine(
                row.order_number, row.order_position, row.item_code, row.description, micro(row.quantity_micro),
                micro(row.undone_micro), row.unit,
            )
            for row in document_lines(connection, document_id)
        )  # fmt: skip
        return DeliveryStory(
            head.id, head.number, head.kind, head.fulfilment_type, head.status, head.customer_code,
            head.customer_name, head.document_date, head.warehouse, head.destination_text, head.carrier,
            head.order_references, head.note, head.undone_reason, lines,
            story_entries(connection, DELIVERY_KIND, document_id, desk.local, document=head.kind),
            whole_chain(connection, DocumentKind.DELIVERY, document_id),
        )  # fmt: skip


def _chain(desk: Desk, kind: DocumentKind, document: int) -> tuple[ChainLink, ...]:
    with desk.store.read() as connection:
        return whole_chain(connection, kind, document)
