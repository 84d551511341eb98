"""The stories of offers and supplier orders, told like that of an order: how it stands, its chain, what happened."""

from __future__ import annotations

from dataclasses import dataclass

from fluorders_tui.domain.links import DocumentKind
from fluorders_tui.domain.story_words import StoryEntry
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.linked import ChainLink, whole_chain
from fluorders_tui.services.offers import offer_story_of, open_offer_row
from fluorders_tui.services.saved_offer import SavedOffer
from fluorders_tui.services.supplier_order_list import supplier_story
from fluorders_tui.services.supplier_orders import SavedSupplierOrder, open_supplier_order_row

__all__ = ["OfferStory", "SupplierStory", "offer_story", "supplier_order_story"]


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


def offer_story(desk: Desk, offer_id: int) -> OfferStory:
    """The story of one version of an offer, by row. Raises `Invalid` when it is not there any more."""
    offer = open_offer_row(desk, offer_id)
    return OfferStory(offer, offer_story_of(desk, offer.number), _chain(desk, DocumentKind.OFFER, offer_id))


def supplier_order_story(desk: Desk, order_id: int) -> SupplierStory:
    """The story of a supplier order, by row. Raises `Invalid` when it is not there any more."""
    order = open_supplier_order_row(desk, order_id)
    return SupplierStory(order, supplier_story(desk, order_id), _chain(desk, DocumentKind.SUPPLIER_ORDER, order_id))


def _chain(desk: Desk, kind: DocumentKind, document: int) -> tuple[ChainLink, ...]:
    with desk.store.read() as connection:
        return whole_chain(connection, kind, document)
