"""Stored offers and their conversion in few words, for the tests of offers, grouping and links."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from fluorders_tui.domain.amounts import with_amounts
from fluorders_tui.domain.conversion import ConversionPlan, plan_conversion
from fluorders_tui.domain.grouping import GroupingParameters
from fluorders_tui.domain.links import Link, StoredDocument, stored_links
from fluorders_tui.domain.offers import Offer, OfferStatus, OfferTerms, OfferType
from fluorders_tui.domain.order import (
    Address,
    LineType,
    OrderDraft,
    OrderLine,
    OrderStatus,
    OrderType,
    PriceOrigin,
    PriceSource,
)
from tests.unit.trade_samples import CASH, PIECE, TODAY, VAT_22, d

ORDER_TYPE = OrderType("STD", "Order")
OFFER_TYPE = OfferType("OFF", "Offer", "OFFERS", ORDER_TYPE)
MILAN = Address("D1", "Rossi", "Via Roma 1", "20100", "Milano", "MI", "IT")


def priced(item: str, quantity: str, price: str, discounts: str = "", row: int = 0, **fields: Any) -> OrderLine:
    """A coded line at a list price."""
    usual: dict[str, Any] = {
        "description": f"Item {item}",
        "item": item,
        "quantity": Decimal(quantity),
        "uom": PIECE,
        "price": Decimal(price),
        "price_source": PriceSource(PriceOrigin.LIST, "A", TODAY, uom="PC"),
        "discounts": d(discounts),
        "vat": VAT_22,
        "id": row,
    }
    return with_amounts(OrderLine(**{"line_type": LineType.CODED, **usual, **fields}), 2)


def note(text: str, row: int = 0) -> OrderLine:
    """A line of text only."""
    return with_amounts(OrderLine(LineType.NOTE, text, id=row), 2)


def offer(number: int, *lines: OrderLine, terms: dict[str, Any] | None = None, **fields: Any) -> Offer:
    """A confirmed offer with this number and row; lines without a row get 100 × number + 1, + 2, …"""
    rows = itertools.count(number * 100 + 1)
    usual: dict[str, Any] = {
        "customer": "ROSSI",
        "name": "Rossi",
        "destination": MILAN,
        "payments": (CASH,),
        "number": f"O-{number}",
        "id": number,
        "lines": tuple(line if line.id else replace(line, id=next(rows)) for line in lines),
    }
    usual_terms: dict[str, Any] = {"confirmed_on": TODAY, "status": OfferStatus.CONFIRMED}
    draft = OrderDraft(**{"type": ORDER_TYPE, "date": TODAY, **usual, **fields})
    return Offer(draft, OfferTerms(**{"type": OFFER_TYPE, **usual_terms, **(terms or {})}))


def plan(offers: Sequence[Offer], selection: dict[int, str], links: Sequence[Link] = (), **more: Any) -> ConversionPlan:
    """`plan_conversion` today, by the usual grouping."""
    quantities = {row: Decimal(quantity) for row, quantity in selection.items()}
    parameters = more.pop("parameters", GroupingParameters())
    return plan_conversion(offers, quantities, parameters, TODAY, links=links, **more)


def stored(made: ConversionPlan, first_id: int = 1) -> tuple[list[OrderDraft], tuple[Link, ...]]:
    """The plan carried out: orders with numbers and rows, entered, and the links between the rows."""
    orders = [
        replace(
            planned.draft,
            id=number,
            number=f"C-{number}",
            status=OrderStatus.ENTERED,
            lines=tuple(replace(line, id=number * 1000 + at) for at, line in enumerate(planned.draft.lines, 1)),
        )
        for number, planned in enumerate(made.orders, first_id)
    ]
    rows = [StoredDocument(one.id, one.number, tuple(line.id for line in one.lines)) for one in orders]
    return orders, stored_links(made.links, rows)
