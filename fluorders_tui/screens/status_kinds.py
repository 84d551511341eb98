"""Which documents the status page shows: how each kind is found, told and opened, and where its chain leads (U-3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fluorders_tui.domain.links import DocumentKind
from fluorders_tui.domain.statuses import OfferStatus
from fluorders_tui.screens.delivery_story_page import DeliveryPage
from fluorders_tui.screens.offer_story_page import OfferPage
from fluorders_tui.screens.order_story_page import StoryPage
from fluorders_tui.screens.status_words import OFFER_STATUS, ORDER_STATUS, SUPPLIER_STATUS
from fluorders_tui.screens.story_page import Forms
from fluorders_tui.screens.supplier_status_page import SupplierPage
from fluorders_tui.services.approvals import heard
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.document_stories import delivery_story, offer_story, supplier_order_story
from fluorders_tui.services.linked import ChainLink
from fluorders_tui.services.offer_list import find_offers
from fluorders_tui.services.order_list import find
from fluorders_tui.services.order_story import story_of_row
from fluorders_tui.services.supplier_order_list import find_supplier_orders
from fluorders_tui.widgets.choices import Choice
from fluorders_tui.widgets.page import Line
from fluorders_tui.widgets.row_sources import Row
from fluorders_tui.widgets.table_layout import Column

__all__ = ["CHAIN_COLUMNS", "Told", "chain_rows", "choices", "tell"]

LONG_ENOUGH = 3
"""Letters from which on the other kinds are searched too."""

_CONVERTED_NEXT = (OfferStatus.ENTERED, OfferStatus.CONFIRMED, OfferStatus.PARTLY)
"""Conversion confirms on the spot what is only entered (D-13.3)."""

CHAIN_COLUMNS = (
    Column("document", "Document", 18),
    Column("number", "Number", 12),
    Column("status", "Status", 14, flex=True),
    Column("line", "Line", 4, align="right"),
    Column("other_line", "Its line", 8, align="right", drop=3),
    Column("quantity", "Quantity", 9, align="right"),
    Column("done", "Came", 7, align="right", drop=4),
    Column("date", "Date", 10, drop=5),
    Column("due", "Due", 10, drop=1),
    Column("party", "Party", 18, drop=6),
    Column("via", "Behind", 12, drop=2),
)


@dataclass(frozen=True)
class Told:
    """A document as the page shows it: number, title, chain, the page, and the screens behind F2 and F9, if any."""

    kind: DocumentKind
    id: int
    number: str
    title: str
    page: Callable[[int], Sequence[Line]]
    links: tuple[ChainLink, ...]
    opens: tuple[str, dict[str, Any]] | None
    steps: tuple[str, dict[str, Any]] | None
    """Where the document is taken a step on."""
    held: bool = False
    """An order that waits to be released or approved."""


def tell(desk: Desk, kind: DocumentKind, row: int, forms: Forms) -> Told:
    """Read a document's story, in a thread. Raises `Invalid` for one that is not there any more."""
    if kind is DocumentKind.OFFER:
        offered = offer_story(desk, row)
        offer = offered.offer
        goes_on = offer.newest and offer.status in _CONVERTED_NEXT
        version = f" version {offer.offer.terms.version}" if offer.offer.terms.version > 1 or not offer.newest else ""
        return Told(
            kind, row, offer.number,
            f"Offer {offer.number}{version} · {offer.status.value} · {offer.draft.name or offer.draft.customer}",
            OfferPage(offered, forms, margin=desk.sees_margin), offered.links, ("offer_entry", {"row": row}),
            ("convert_offers", {"numbers": (offer.number,)}) if goes_on else None,
        )  # fmt: skip
    if kind is DocumentKind.SUPPLIER_ORDER:
        bought = supplier_order_story(desk, row)
        order = bought.order.draft
        return Told(
            kind, row, order.number,
            f"Supplier order {order.number} · {order.status.value} · {order.name or order.supplier}",
            SupplierPage(bought, forms), bought.links, ("supplier_order_entry", {"number": order.number}),
            ("supplier_order_steps", {"number": order.number}),
        )  # fmt: skip
    if kind is DocumentKind.DELIVERY:
        sent = delivery_story(desk, row)
        title = f"{sent.kind.capitalize()} {sent.number} · {sent.status} · {sent.customer_name or sent.customer}"
        return Told(kind, row, sent.number, title, DeliveryPage(sent, forms), sent.links, None, None)
    story = story_of_row(desk, row)
    heard(desk, row)
    draft = story.order.draft
    return Told(
        kind, row, draft.number, f"Order {draft.number} · {draft.status.value} · {draft.name or draft.customer}",
        StoryPage(story, forms, margin=desk.sees_margin), story.links, ("order_entry", {"number": draft.number}),
        ("order_steps", {"orders": (row,)}), bool(story.held),
    )  # fmt: skip


def choices(desk: Desk, text: str, first: DocumentKind, forms: Forms, limit: int) -> list[Choice]:
    """The documents that a text may mean, those of the kind `first` before the others."""
    found: dict[DocumentKind, list[Choice]] = {}
    others = len(text) >= LONG_ENOUGH
    if others or first is DocumentKind.ORDER:
        found[DocumentKind.ORDER] = [
            Choice(one.number, f"{forms.day(one.date)}  {one.customer_name}", str(ORDER_STATUS[one.status]),
                   (DocumentKind.ORDER, one.id))
            for one in find(desk, text, limit)
        ]  # fmt: skip
    if others or first is DocumentKind.OFFER:
        found[DocumentKind.OFFER] = [
            Choice(one.number, f"{forms.day(one.date)}  {one.customer_name}", str(OFFER_STATUS[one.status]),
                   (DocumentKind.OFFER, one.id))
            for one in find_offers(desk, text, limit)
        ]  # fmt: skip
    if others or first is DocumentKind.SUPPLIER_ORDER:
        found[DocumentKind.SUPPLIER_ORDER] = [
            Choice(one.number, f"{forms.day(one.date)}  {one.supplier_name}", str(SUPPLIER_STATUS[one.status]),
                   (DocumentKind.SUPPLIER_ORDER, one.id))
            for one in find_supplier_orders(desk, text, limit)
        ]  # fmt: skip
    ordered = [*found.pop(first, []), *(one for rest in found.values() for one in rest)]
    return ordered[:limit]


def chain_rows(links: Sequence[ChainLink], forms: Forms) -> list[Row]:
    """A row for each link, keyed by its place: arrows say how many steps the other end is away."""
    return [
        Row(
            place,
            (
                f"{('←' if one.came_from else '→') * one.depth} {one.other.called}",
                one.other.number,
                one.other.status,
                str(one.line) if one.line else "",
                str(one.other.line) if one.other.line else "",
                forms.number(one.quantity) if one.line else "",
                forms.number(one.done) if one.mode else "",
                forms.day(one.other.date),
                forms.day(one.other.due),
                one.other.party_name or one.other.party,
                one.via,
            ),
        )
        for place, one in enumerate(links)
    ]
