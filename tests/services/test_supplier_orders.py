"""Supplier orders on both databases: prices, numbers, confirmation, receipt, dates, cancellation (§14, D-2.3)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from fluorders_tui.domain.errors import Conflict, Invalid, Refused, Several
from fluorders_tui.domain.supplier_orders import Confirmation, SupplierOrderStatus
from fluorders_tui.services.conditions import order_type
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.orders import enter_order
from fluorders_tui.services.registry_saving import save_row
from fluorders_tui.services.supplier_drafts import new_supplier_order, supplier_line, with_warehouse
from fluorders_tui.services.supplier_orders import (
    cancel,
    change_supplier_order,
    confirm,
    enter_supplier_order,
    enter_supplier_orders,
    move_dates,
    next_supplier_number,
    open_supplier_order,
    receive_goods,
    take_back,
)
from tests.services.supply_shop import bought, check_counters, fill_supply_shop, rows, stock, supply_draft
from tests.shop import draft

S = SupplierOrderStatus
DAY = dt.date(2026, 11, 24)


@pytest.fixture
def desk(italian_desk: Desk) -> Desk:
    fill_supply_shop(italian_desk)
    return italian_desk


def test_a_new_order_has_the_suppliers_terms_and_prices(desk: Desk) -> None:
    made = new_supplier_order(desk, "S1")
    assert (made.name, made.payment_terms, made.currency.code, made.drop_ship_allowed) == ("Acme", "30EOM", "EUR", True)
    assert (made.delivery_date, made.warehouse) == (DAY + dt.timedelta(10), "MAIN")
    line = supplier_line(desk, made, "A-100", Decimal(2), "box")
    assert (line.price, line.supplier_item, line.net, line.delivery_date) == (
        72, "S1-A-100", Decimal("144.00"), DAY + dt.timedelta(10),
    )  # fmt: skip
    assert line.vat is not None
    assert line.vat.code == "22"
    theirs = supplier_line(desk, made, "S1-A-110", Decimal(1), price=Decimal("6.9"), discounts="10")
    assert (theirs.item, theirs.net) == ("A-110", Decimal("6.21"))
    for wrong, field in (("NONE", "item"), ("A-100", "uom")):
        with pytest.raises(Invalid) as told:
            supplier_line(desk, made, wrong, Decimal(1), "crate" if field == "uom" else "")
        assert told.value.field == field
    with pytest.raises(Invalid):
        new_supplier_order(desk, "S9")
    with pytest.raises(Refused) as refused:
        new_supplier_order(desk, "S2", drop_ship=True)
    assert refused.value.rule == "D-2.3"


def test_the_suppliers_list_prices_what_the_item_does_not(desk: Desk) -> None:
    save_row(desk, "price-list-types", {"code": "BUY", "name": "Purchases"})
    for code, since, price in (("BUY-2025", "2025-01-01", "1"), ("BUY-2026", "2026-01-01", "0.3")):
        breaks = [{"item": "A-120", "price": price}, {"item": "A-120", "price": "0.25", "min_quantity": "100"}]
        save_row(
            desk,
            "price-lists",
            {"code": code, "name": code, "list_type": "BUY", "currency": "EUR", "valid_from": since},
            children={"price-list-lines": breaks},
        )
    save_row(desk, "suppliers", {"code": "S4", "name": "Delta", "price_list": "BUY"})
    made = new_supplier_order(desk, "S4")
    prices = [supplier_line(desk, made, "A-120", Decimal(n), uom).price for n, uom in ((5, ""), (100, ""), (9, "box"))]
    assert prices == [Decimal("0.3"), Decimal("0.25"), Decimal(3)]
    assert supplier_line(desk, made, "A-100", Decimal(1)).price == 0


def test_what_was_entered_is_what_is_opened(desk: Desk) -> None:
    made = replace(supply_draft(desk, ("A-100", 12), ("B-900", "3")), reference="PO [b]", note="n")
    assert next_supplier_number(desk, made) == "SO2026-00001"
    saved = enter_supplier_order(desk, made)
    assert (saved.number, saved.draft.status) == ("SO2026-00001", S.ENTERED)
    assert saved == open_supplier_order(desk, "1")
    stored = replace(saved.draft, number="", id=0, version=0, status=S.DRAFT)
    assert replace(stored, lines=tuple(replace(line, id=0, version=0) for line in stored.lines)) == made
    assert saved.totals.net == Decimal("84.00")
    (entry,) = rows(desk, "SELECT * FROM journal WHERE kind = 'supplier order'")
    assert (entry["event"], entry["from_status"], entry["to_status"], entry["user"]) == (
        "entered", "draft", "entered", "anna",
    )  # fmt: skip
    check_counters(desk)


def test_all_or_none_and_a_dry_run_takes_no_number(desk: Desk) -> None:
    good = supply_draft(desk, ("A-100", 1))
    assert enter_supplier_orders(desk, [good, good], dry_run=True)[1].number == ""
    for bad in (replace(good, lines=()), replace(good, lines=(replace(good.lines[0], item="X"),))):
        with pytest.raises(Refused):
            enter_supplier_orders(desk, [good, bad])
    with pytest.raises(Refused) as told:
        enter_supplier_order(desk, replace(good, lines=(replace(good.lines[0], quantity=Decimal(0)),)))
    assert told.value.field == "lines[1].quantity"
    with pytest.raises(Invalid):
        with_warehouse(desk, good, "NOWHERE")
    assert [enter_supplier_order(desk, good).number for _ in "12"] == ["SO2026-00001", "SO2026-00002"]


def test_supplier_orders_and_customer_orders_may_share_a_numbering(desk: Desk) -> None:
    """D-9.4: what the other kind of document took is no gap."""
    policy = {"code": "P", "period": "none", "recover_gaps": True}
    save_row(desk, "numberings", {"code": "ALL", "name": "All"}, children={"numbering-policies": [policy]})
    save_row(desk, "supplier-order-types", {"code": "ALL", "name": "A", "numbering": "ALL"})
    save_row(desk, "order-types", {"code": "ALL", "name": "A", "numbering": "ALL"})
    kind = new_supplier_order(desk, "S1", "ALL").type
    first = enter_supplier_order(desk, replace(supply_draft(desk, ("A-100", 1)), type=kind)).number
    second = enter_order(desk, replace(draft(desk), type=order_type(desk, "ALL"))).number
    third = enter_supplier_order(desk, replace(supply_draft(desk, ("A-100", 1)), type=kind)).number
    assert len({first, second, third}) == 3


def test_goods_received_in_parts_are_in_the_warehouse(desk: Desk) -> None:
    order = bought(desk, ("A-100", 10), ("A-110", 4)).draft
    before = stock(desk)
    part = receive_goods(desk, order.id, {0: Decimal(6)})
    assert (part.draft.status, part.draft.lines[0].received, stock(desk)["A-100"]) == (S.PARTIAL, 6, 6)
    with pytest.raises(Several) as told:
        receive_goods(desk, order.id, {0: Decimal(5)})
    assert told.value.errors[0].rule == "D-14.4"
    whole = receive_goods(desk, order.id)
    assert (whole.draft.status, stock(desk)) == (S.RECEIVED, {**before, "A-100": Decimal(10), "A-110": Decimal(4)})
    with pytest.raises(Refused):
        receive_goods(desk, order.id)
    more = receive_goods(desk, order.id, {0: Decimal(3)}, consent=True)
    assert (more.draft.lines[0].received, stock(desk)["A-100"]) == (13, 13)
    back = take_back(desk, order.id, {0: Decimal(3), 1: Decimal(4)})
    assert (back.draft.status, stock(desk)["A-100"], stock(desk)["A-110"]) == (S.PARTIAL, 10, 0)
    events = [row["event"] for row in rows(desk, "SELECT event FROM journal WHERE kind = 'supplier order' ORDER BY id")]
    assert events == ["entered", "received", "received", "received", "receipt undone"]
    check_counters(desk)


def test_boxes_are_received_in_main_units(desk: Desk) -> None:
    made = new_supplier_order(desk, "S1")
    saved = enter_supplier_order(desk, replace(made, lines=(supplier_line(desk, made, "A-100", Decimal(2), "box"),)))
    receive_goods(desk, saved.draft.id, {0: Decimal(1)})
    assert stock(desk)["A-100"] == 12


def test_a_supplier_confirms_less_and_later(desk: Desk) -> None:
    order = bought(desk, ("A-100", 10), ("A-110", 4)).draft
    later = DAY + dt.timedelta(30)
    saved = confirm(desk, order.id, {0: Confirmation(Decimal(7), later)}).draft
    assert (saved.status, saved.confirmed_on, saved.lines[0].open, saved.lines[0].due) == (S.CONFIRMED, DAY, 7, later)
    moved = move_dates(desk, order.id, {1: later}).draft
    assert (moved.lines[1].confirmed_date, moved.lines[1].delivery_date) == (later, order.lines[1].delivery_date)
    with pytest.raises(Invalid):
        cancel(desk, order.id, " ")
    part = cancel(desk, order.id, "sold out", [0]).draft
    assert (part.status, part.lines[0].cancelled, part.reason) == (S.CONFIRMED, True, "sold out")
    assert cancel(desk, order.id, "all of it").draft.status is S.CANCELLED
    with pytest.raises(Refused):
        confirm(desk, order.id)
    check_counters(desk)


def test_a_change_is_told_and_what_came_stays(desk: Desk) -> None:
    order = receive_goods(desk, bought(desk, ("A-100", 10), ("A-110", 4)).draft.id, {0: Decimal(6)}).draft
    first, second = order.lines
    fewer = change_supplier_order(desk, replace(order, lines=(replace(first, quantity=Decimal(8)), second)))
    assert (fewer.draft.lines[0].open, fewer.draft.lines[0].net) == (2, Decimal("48.00"))
    entry = rows(desk, "SELECT * FROM journal WHERE kind = 'supplier order' AND event = 'changed'")[0]
    assert '"lines[1].quantity":"10"' in entry["before"]
    with pytest.raises(Conflict):
        change_supplier_order(desk, order)
    now = fewer.draft
    for wrong in (
        replace(now, lines=now.lines[1:]),
        replace(now, lines=(replace(now.lines[0], quantity=Decimal(5)), now.lines[1])),
        replace(now, supplier="S2"),
    ):
        with pytest.raises(Refused):
            change_supplier_order(desk, wrong)
    shorter = change_supplier_order(desk, replace(now, lines=(now.lines[0],)))
    assert shorter.draft.status is S.PARTIAL
    added = change_supplier_order(
        desk, replace(shorter.draft, lines=(supplier_line(desk, now, "B-900", Decimal(1)), *shorter.draft.lines))
    )
    assert [line.item for line in added.draft.lines] == ["B-900", "A-100"]
    assert added.draft.lines[1].id == first.id
    check_counters(desk)


def test_of_two_desks_the_second_is_told(desk: Desk) -> None:
    order = bought(desk, ("A-100", 10)).draft
    receive_goods(desk, order.id, {0: Decimal(10)}, version=order.version)
    with pytest.raises(Conflict) as told:
        receive_goods(replace(desk, user="bruno"), order.id, {0: Decimal(10)}, version=order.version)
    assert told.value.rule == "D-12.7"
    assert stock(desk)["A-100"] == 10
