"""Priced orders without number and date, made with the domain's own functions: what `orders` repeats."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random
from typing import Any

from fluorders_tui.data.demo.catalogue import Item
from fluorders_tui.data.demo.known import Known
from fluorders_tui.data.demo.parties import Customer
from fluorders_tui.data.demo.shelf import Shelf
from fluorders_tui.data.order_rows import LINE, ORDER, header_values, line_values
from fluorders_tui.domain.conditions import CustomerConditions
from fluorders_tui.domain.entry import change_discounts, free_line, make_give_away, make_line
from fluorders_tui.domain.header import choose_customer, start_order
from fluorders_tui.domain.order import LineType, OrderDraft, OrderLine, Uom
from fluorders_tui.domain.totals import document_totals

#: What differs between two orders with the same basket; everything else is the basket's.
ORDER_OWN = (
    "id", "number", "numbering_id", "period", "sequence", "status", "execution", "order_date", "delivery_date",
    "reference", "reference_key", "entered_by", "entered_at", "confirmed_at", "changed_at", "search_text",
    "company_open_minor",
)  # fmt: skip
LINE_OWN = ("order_id", "status", "executed_micro", "delivery_date")

_ORDER_FIXED = {"version": 1, "revision": 0, "printed_at": None, "resend_confirmation": False, "entry_id": None}
ORDER_BASKET = tuple(column.name for column in ORDER.c if column.name not in ORDER_OWN)
LINE_BASKET = tuple(column.name for column in LINE.c if column.name not in ("id", *LINE_OWN))

#: How many orders have one line, two, … twelve, in percent.
_LINE_COUNTS = (22, 20, 16, 12, 9, 6, 4, 3, 2, 2, 2, 2)
_NOTES = (
    "Please deliver between 8 and 12.",
    "Call before delivery.",
    "To the attention of the site manager.",
    "Partial delivery is welcome.",
)


@dataclass(frozen=True, slots=True)
class BasketLine:
    """A line: its columns in the order of `LINE_BASKET`, and what its execution is derived from (D-12.1)."""

    columns: tuple[Any, ...]
    quantity_micro: int
    half_micro: int
    counts: bool


@dataclass(frozen=True, slots=True)
class Basket:
    """An order: its columns in the order of `ORDER_BASKET`, its lines, and what the journal tells about it."""

    columns: tuple[Any, ...]
    lines: tuple[BasketLine, ...]
    order_type: str
    company_total_minor: int
    story: str


class BasketMaker:
    """Fills baskets for one quarter of a year, in which neither prices nor rates change."""

    def __init__(self, known: Known, shelf: Shelf, customers: list[Customer], items: list[Item], rng: Random) -> None:
        self._known = known
        self._shelf = shelf
        self._rng = rng
        self._customers = [one for one in customers if one.active]
        self._items = [item for item in items if item.sellable]
        rng.shuffle(self._customers)
        rng.shuffle(self._items)
        self._conditions: dict[int, CustomerConditions] = {}
        self._date = dt.date.min

    def make(self, date: dt.date, count: int) -> list[Basket]:
        """`count` baskets with the prices and rates of `date`."""
        if date != self._date:
            self._date, self._conditions = date, {}
        return [self._basket() for _ in range(count)]

    def _some(self, rows: list[Any]) -> Any:
        """One of `rows`, the first ones more often than the last."""
        return rows[int(len(rows) * self._rng.random() ** 1.6)]

    def _basket(self) -> Basket:
        customer: Customer = self._some(self._customers)
        conditions = self._conditions.get(customer.id)
        if conditions is None:
            conditions = self._conditions[customer.id] = self._shelf.conditions(customer, self._date)
        draft = choose_customer(start_order(self._type(customer), self._date), conditions)
        if self._rng.random() < 0.06:
            draft = replace(draft, note=self._rng.choice(_NOTES))
        lines: list[OrderLine] = []
        items: dict[str, int] = {}
        for _ in range(self._rng.choices(range(1, 13), _LINE_COUNTS)[0]):
            item: Item = self._some(self._items)
            if item.code not in items:
                items[item.code] = item.id
                lines.append(self._line(draft, conditions, customer, item))
        lines += self._extra_lines(draft, lines[0])
        return _packed(replace(draft, lines=tuple(lines)), customer.id, items)

    def _type(self, customer: Customer) -> Any:
        types = self._known.order_types
        chance = self._rng.random()
        code = customer.order_type
        if code == "STD":
            code = "WEB" if chance < 0.15 else "SAMPLE" if chance > 0.99 else "STD"
        return types.get(code) or next(iter(types.values()))

    def _line(self, draft: OrderDraft, conditions: CustomerConditions, customer: Customer, item: Item) -> OrderLine:
        chance = self._rng.random()
        larger = bool(item.larger_unit) and chance < 0.15
        uom = item.larger_unit if larger else item.unit
        quantity = Decimal(self._rng.randrange(1, 9)) if larger else self._quantity(item)
        line = make_line(draft, conditions, self._shelf.card(item, customer), quantity, uom)
        if chance > 0.97 and not item.net_price:
            line = change_discounts(draft, line, self._rng.choice(("10", "20", "30+5", "5+2")), self._known.discounts)
        return line

    def _quantity(self, item: Item) -> Decimal:
        rng = self._rng
        if item.pack:
            return Decimal(item.pack * rng.choice((1, 2, 2, 3, 4, 5, 8, 10, 20)))
        if self._known.decimals[item.unit]:
            return Decimal(rng.randrange(2, 400)) / 4 if rng.random() < 0.3 else Decimal(rng.randrange(1, 120))
        if item.box >= 100:
            return Decimal(rng.choice((20, 25, 50, 50, 100, 100, 200, 250, 500)))
        return Decimal(rng.choice((1, 1, 2, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 24, 30, 48)))

    def _extra_lines(self, draft: OrderDraft, first: OrderLine) -> list[OrderLine]:
        """The lines without an item of their own, on some orders only (D-6.1)."""
        rng = self._rng
        vat = self._known.vat.get(self._known.usual_vat)
        found = []
        piece = Uom("pc", decimals=self._known.decimals.get("pc", 0))
        if rng.random() < 0.03:
            price = Decimal(rng.randrange(500, 9000)) / 100
            found.append(
                free_line(draft, LineType.UNCODED, "Special cut as per drawing", price=price, vat=vat, uom=piece)
            )
        if rng.random() < 0.03:
            price = Decimal(rng.choice((5, 8, 12)))
            found.append(free_line(draft, LineType.CHARGE, "Cutting to length", price=price, vat=vat, uom=piece))
        if rng.random() < 0.02:
            found.append(make_give_away(draft, replace(first, quantity=Decimal(1)), vat_recourse=rng.random() < 0.3))
        if rng.random() < 0.05:
            found.append(free_line(draft, LineType.NOTE, rng.choice(_NOTES)))
        return found


def _packed(draft: OrderDraft, customer_id: int, items: dict[str, int]) -> Basket:
    totals = document_totals(draft)
    header = _ORDER_FIXED | header_values(draft, totals, customer_id) | {"counts_credit": draft.type.credit}
    decimals = draft.currency.decimals
    lines = []
    for position, (line, share) in enumerate(zip(draft.lines, totals.final_shares, strict=True), 1):
        row = {"version": 1} | line_values(line, position, decimals, "", share, items.get(line.item))
        step: int = 10 ** (6 - line.uom.decimals)
        quantity: int = row["quantity_micro"]
        lines.append(
            BasketLine(
                tuple(map(_stored, map(row.__getitem__, LINE_BASKET))),
                quantity,
                quantity // 2 // step * step,
                line.line_type is not LineType.NOTE,
            )
        )
    return Basket(
        columns=tuple(map(_stored, map(header.__getitem__, ORDER_BASKET))),
        lines=tuple(lines),
        order_type=draft.type.code,
        company_total_minor=header["company_total_minor"],
        story=json.dumps(
            {
                "customer": draft.customer,
                "lines": len(draft.lines),
                "total": f"{totals.total:f}",
                "currency": draft.currency.code,
            },
            separators=(",", ":"),
        ),
    )


def _stored(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value
