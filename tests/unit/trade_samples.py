"""A customer, an item and price lists in few words, for the tests of pricing and order entry."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from fluorders_tui.domain.conditions import (
    CustomerConditions,
    ItemCard,
    ListPrice,
    PriceAssignment,
    PriceListVersion,
)
from fluorders_tui.domain.discounts import parse_discounts
from fluorders_tui.domain.header import choose_customer, start_order
from fluorders_tui.domain.order import (
    Address,
    Currency,
    Discount,
    Instalment,
    OrderDraft,
    OrderType,
    PaymentLine,
    PaymentTerm,
    Uom,
    VatCode,
    VatKind,
)
from fluorders_tui.domain.pricing import Price, price_of

TODAY = dt.date(2026, 11, 24)
NEW_YEAR = dt.date(2026, 1, 1)
EUR = Currency("EUR")
USD = Currency("USD", 2, Decimal("0.8"), TODAY)
PIECE = Uom("PC")
BOX = Uom("BOX", Decimal(12))
KILO = Uom("KG", Decimal(1), 3)
VAT_22 = VatCode("22", Decimal(22))
VAT_10 = VatCode("10", Decimal(10))
EXEMPT = VatCode("N3", Decimal(0), VatKind.EXEMPT)
AT_ONCE = PaymentTerm("NOW", "At once", (Instalment(0),))
CASH = PaymentLine("CASH", AT_ONCE)


def d(text: str) -> tuple[Discount, ...]:
    """Discounts as typed."""
    return parse_discounts(text)


def dated(code: str, number: int = 1, **fields: Any) -> PriceListVersion:
    """A dated list in euro, without VAT, from New Year on."""
    return PriceListVersion(**{"id": number, "code": code, "currency": "EUR", "valid_from": NEW_YEAR, **fields})


def listed(price: str, number: int = 1, min_quantity: str = "0", uom: str = "PC", **fields: Any) -> ListPrice:
    """A price in the dated list with this id."""
    return ListPrice(number, Decimal(price), uom, Decimal(min_quantity), **fields)


def item(*prices: ListPrice, **fields: Any) -> ItemCard:
    """An item sold in pieces and boxes of 12, at 10 without any list."""
    usual = {
        "code": "BOLT",
        "description": "Bolt M8",
        "uoms": (PIECE, BOX),
        "vat": VAT_22,
        "sales_price": Decimal(10),
        "cost": Decimal(4),
        "weight": Decimal("0.2"),
        "prices": prices,
    }
    return ItemCard(**{**usual, **fields})


def customer(*lists: PriceListVersion | PriceAssignment, **fields: Any) -> CustomerConditions:
    """A customer with these dated lists, and an assignment for each code unless some are given."""
    versions = tuple(one for one in lists if isinstance(one, PriceListVersion))
    given = tuple(one for one in lists if isinstance(one, PriceAssignment))
    codes = dict.fromkeys(version.code for version in versions)
    usual = {
        "code": "ROSSI",
        "name": "Rossi [Milano]",
        "address": Address("", "Rossi", "Via Roma 1", "20100", "Milano", "MI", "IT"),
        "assignments": given or tuple(PriceAssignment(code, place) for place, code in enumerate(codes)),
        "versions": versions,
        "payments": (CASH,),
    }
    return CustomerConditions(**{**usual, **fields})


def ask(card: ItemCard, conditions: CustomerConditions, quantity: str = "1", uom: Uom = PIECE, **fields: Any) -> Price:
    """`price_of` today, in euro, without VAT."""
    usual: dict[str, Any] = {"date": TODAY, "currency": EUR, "vat_included": False}
    return price_of(card, uom, Decimal(quantity), conditions, **{**usual, **fields})


def order_for(conditions: CustomerConditions, **type_fields: Any) -> OrderDraft:
    """An order of today with this customer chosen."""
    return choose_customer(start_order(OrderType("ORD", **type_fields), TODAY), conditions)
