"""A supplier order's lines shared out over customers by keys, in one burst and slowly, and from two desks (D-14.1)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from textual.pilot import Pilot

from fluorders_tui.domain.links import SupplyMode
from fluorders_tui.screens.supplier_order_steps import SupplierOrderStepsScreen
from fluorders_tui.screens.supply_sharing import SupplySharingScreen
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.order_list import each_order
from fluorders_tui.services.orders import open_order
from fluorders_tui.services.registry_saving import save_row
from fluorders_tui.services.supply_sharing import Share, Sharing, share_out
from tests.services.supply_shop import bought, links
from tests.ui.raw_keys import burst, slowly, until
from tests.ui.supply_desk import Showing

Typing = Callable[[Pilot[Any], str], Any]


def sharing(number: str) -> Callable[[], SupplySharingScreen]:
    return lambda: SupplySharingScreen(number=number)


def entered(desk: Desk) -> list[tuple[str, list[tuple[str, Decimal, Decimal]]]]:
    """Customer, and item, quantity and price of each line, of the orders in the order of their numbers."""
    found = sorted(each_order(desk), key=lambda row: row.number)
    drafts = [open_order(desk, row.number).draft for row in found]
    return [(one.customer, [(line.item, line.quantity, line.price) for line in one.lines]) for one in drafts]


@pytest.mark.parametrize("typing", [burst, slowly])
async def test_lines_are_shared_over_customers_at_their_prices(
    showing: Showing, supply_desk: Desk, typing: Typing
) -> None:
    number = bought(supply_desk, ("A-100", 200), ("A-110", 50)).number
    async with showing(sharing(number)) as buyer:
        await typing(buyer.pilot, "C0001{enter}{enter}120{enter}C0002{enter}{enter}{enter}{enter}{enter}30{enter}{f9}")
        assert [row[0] for row in buyer.cells("#orders") if row[6].endswith("EUR")] == [
            "C0001 Rossi [Milano]", "C0002 Rossi & Figli [/b]",
        ]  # fmt: skip
        await typing(buyer.pilot, "{f10}")
        await until(lambda: "Entered" in buyer.message)
        assert [row[6] for row in buyer.cells("#supply")] == ["0", "20"]
    assert entered(supply_desk) == [
        ("C0001", [("A-100", 120, 10)]),
        ("C0002", [("A-100", 80, 10), ("A-110", 30, 11)]),
    ]
    assert sorted(link[0] for link in links(supply_desk)) == [30, 80, 120]


async def test_all_that_is_left_goes_out_at_cost_plus_markup_and_is_drop_shipped(
    showing: Showing, supply_desk: Desk
) -> None:
    places = [{"code": "D1", "name": "Yard", "city": "Lodi", "country": "IT"}]
    values = {"code": "C0009", "name": "Verdi", "country": "IT", "payment_type": "BT", "payment_terms": "30EOM"}
    save_row(supply_desk, "customers", values, children={"destinations": places})
    number = bought(supply_desk, ("A-100", 20), ("A-110", 5)).number
    async with showing(lambda: SupplierOrderStepsScreen(number=number)) as buyer:
        await buyer.types("{ctrl+u}sell{enter}")
        assert isinstance(buyer.screen, SupplySharingScreen)
        await buyer.types("C0009{tab}d1{tab}{ctrl+u}*{enter}")
        assert [(one.place, one.quantity) for one in buyer.screen._shares] == [("D1", 20), ("D1", 5)]
        for name, value in (("mode", "drop-ship"), ("markup", Decimal(25))):
            buyer.screen.field(name).set_value(value)
        await buyer.types("{f10}")
        await until(lambda: "Entered" in buyer.message)
    assert entered(supply_desk) == [("C0009", [("A-100", 20, Decimal("7.5")), ("A-110", 5, Decimal("8.75"))])]
    made = open_order(supply_desk, next(each_order(supply_desk)).number).draft
    assert made.destination.code == "D1"


async def test_more_than_is_left_stays_in_its_field_and_shares_are_changed(showing: Showing, supply_desk: Desk) -> None:
    number = bought(supply_desk, ("A-100", 20)).number
    async with showing(sharing(number), size=(80, 24)) as buyer:
        await buyer.types("C0001{enter}{enter}15{enter}C0002{enter}{enter}6{enter}")
        assert (buyer.field, "Only 5 are left" in buyer.message) == ("quantity", True)
        await buyer.types("{f12}{f12}{up}20{enter}")
        assert [(one.customer, one.quantity) for one in buyer.screen._shares] == [("C0001", 20)]
        await buyer.types("{ctrl+t}{f10}")
        assert (buyer.field, "Nothing is shared out" in buyer.message) == ("customer", True)
    assert entered(supply_desk) == []


async def test_what_was_typed_outlives_the_desk_and_what_another_desk_took_is_refused(
    showing: Showing, supply_desk: Desk
) -> None:
    order = bought(supply_desk, ("A-100", 20))
    async with showing(sharing(order.number)) as buyer:
        await buyer.types("C0001{enter}{enter}15{enter}C00")
    async with showing(sharing(order.number)) as buyer:
        assert [(one.customer, one.quantity) for one in buyer.screen._shares] == [("C0001", 15)]
        assert (buyer.field, buyer.text("customer")) == ("customer", "C00")
        share_out(supply_desk, order.draft.id, Sharing((Share(0, "C0002", Decimal(10)),), SupplyMode.ON_DEMAND))
        await buyer.types("{f12}{f12}{f10}")
        assert "more than the 10 still open" in buyer.message
        assert [one.quantity for one in buyer.screen._shares] == [15]
        await buyer.types("{ctrl+u}10{enter}{f10}")
        await until(lambda: "Entered" in buyer.message)
    assert [customer for customer, _ in entered(supply_desk)] == ["C0002", "C0001"]
