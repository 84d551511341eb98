"""The offers and supplier orders of the demo company: a few, as people would have entered them in the last weeks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from random import Random

from fluorders_tui.data.store import Store
from fluorders_tui.documents.offer_json import OfferInput
from fluorders_tui.documents.order_input import LineInput, OrderInput
from fluorders_tui.documents.supplier_order_json import SupplierLineInput, SupplierOrderInput
from fluorders_tui.domain.order import Address
from fluorders_tui.domain.supplier_orders import Confirmation
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.offer_intake import enter_offer_inputs
from fluorders_tui.services.offer_steps import confirm, lose, new_version
from fluorders_tui.services.registries import list_rows
from fluorders_tui.services.supplier_intake import enter_supplier_inputs
from fluorders_tui.services.supplier_orders import confirm as confirm_supply
from fluorders_tui.services.supplier_orders import receive_goods

__all__ = ["add_offers", "add_supplier_orders"]

#: Offers by age in days, days they are valid, chance in percent, and what became of them.
_OFFERS = (
    (40, 15, 20, ""), (33, 30, 60, "confirmed"), (27, 30, 10, "lost"), (25, 30, 50, ""), (24, 30, 70, "confirmed"),
    (19, 20, 40, ""), (16, 30, 30, "version"), (13, 30, 80, "confirmed"), (10, 14, 50, ""), (6, 30, 20, "lost"),
    (4, 30, 90, "confirmed"), (3, 7, 60, ""), (1, 30, 40, ""), (0, 30, 50, ""),
)  # fmt: skip
_LOST = ("PRICE", "COMPETITOR they deliver a week earlier")
_PROSPECTS = (("Ferramenta Nuova S.r.l.", "Torino", "IT"), ("Baustoffe Rhein GmbH", "Köln", "DE"))
#: Supplier orders by age in days, and what became of them.
_BOUGHT = ((18, "received"), (12, "partly"), (9, "short"), (5, "confirmed"), (2, ""), (0, ""))
_QUANTITIES = (10, 20, 25, 50, 100)
MOST_KNOWN = 500
"""Rows of a registry that are chosen from."""


def _desk_of(store: Store, end: dt.datetime) -> Callable[[int], Desk]:
    """A desk at ten o'clock of so many days before the end, on a Friday where that is a weekend."""
    desk = open_desk(store, "anna", clock=lambda: end)

    def on(age: int) -> Desk:
        at = (end - dt.timedelta(days=age)).replace(hour=10, minute=0)
        at -= dt.timedelta(days=max(at.weekday() - 4, 0))
        return replace(desk, clock=lambda: at, user=("anna", "bruno", "carla")[age % 3])

    return on


def _codes(desk: Desk, registry: str) -> list[str]:
    """Codes of rows that may be used in a document (D-6.3)."""
    return [row.code for row in list_rows(desk, registry, limit=MOST_KNOWN).rows if not row.values.get("blocked")]


def add_offers(store: Store, seed: int, end: dt.datetime) -> int:
    """Enter them, some for prospects; confirm and lose a few. The same for the same registries, seed and day."""
    rng, on = Random(f"offers {seed}"), _desk_of(store, end)
    customers, items = _codes(on(0), "customers"), _codes(on(0), "items")
    for place, (age, valid, chance, then) in enumerate(_OFFERS):
        desk = on(age)
        lines = tuple(
            LineInput(item=item, quantity=Decimal(rng.choice(_QUANTITIES)))
            for item in rng.sample(items, min(len(items), rng.randrange(1, 5)))
        )
        order = OrderInput(customer=rng.choice(customers), lines=lines, reference=f"RFQ {rng.randrange(100, 999)}")
        given = OfferInput(order, desk.today() + dt.timedelta(days=valid), probability=Decimal(chance))
        if place % 8 == 5:
            name, city, country = _PROSPECTS[place % 2]
            given = replace(
                given, order=replace(order, customer=""), prospect=True, name=name,
                address=Address(city=city, country=country),
            )  # fmt: skip
        (saved,) = enter_offer_inputs(desk, [given], as_list=False)
        later, row = on(max(age - 2, 0)), saved.draft.id
        if then == "confirmed":
            confirm(later, row)
        elif then == "lost":
            lose(later, row, _LOST[place % 2])
        elif then == "version":
            new_version(later, row)
    return len(_OFFERS)


def add_supplier_orders(store: Store, seed: int, end: dt.datetime) -> int:
    """Enter them with items of their suppliers; confirm some, one of them short, and receive some."""
    rng, on = Random(f"supplier orders {seed}"), _desk_of(store, end)
    items = set(_codes(on(0), "items"))
    known = sorted(
        (str(row.values["supplier"]), str(row.values["item"]))
        for row in list_rows(on(0), "item-suppliers", limit=MOST_KNOWN).rows
        if row.values["item"] in items
    )
    sold = {supplier: [item for _, item in rows] for supplier, rows in groupby(known, key=lambda pair: pair[0])}
    suppliers = rng.sample(sorted(sold), min(len(sold), len(_BOUGHT)))
    for (age, then), supplier in zip(_BOUGHT, suppliers, strict=False):
        desk = on(age)
        lines = tuple(
            SupplierLineInput(item, Decimal(rng.choice(_QUANTITIES) * 4))
            for item in rng.sample(sold[supplier], min(len(sold[supplier]), 3))
        )
        (saved,) = enter_supplier_inputs(desk, [SupplierOrderInput(supplier, lines)], as_list=False)
        _what_came(on, age, saved.draft.id, [line.quantity for line in lines], then)
    return len(suppliers)


def _what_came(on: Callable[[int], Desk], age: int, order: int, ordered: Sequence[Decimal], then: str) -> None:
    if then:
        said = {0: Confirmation(quantity=ordered[0] / 2)} if then == "short" else None
        confirm_supply(on(age - 1), order, said)
    if then in ("received", "partly"):
        came = None if then == "received" else {0: ordered[0] / 2}
        receive_goods(on(age - 4), order, came)
