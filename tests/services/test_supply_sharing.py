"""Customer orders from a supplier order on both databases (D-14.1): shares, prices, links, undo, two desks at once."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

import pytest

from fluorders_tui.domain.errors import Conflict, DeskError, Invalid, Refused, Several
from fluorders_tui.domain.order import LineStatus, OrderStatus
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.orders import change_order, open_order
from fluorders_tui.services.registry_saving import save_row
from fluorders_tui.services.supplier_orders import change_supplier_order, open_supplier_order_row, receive_goods
from fluorders_tui.services.supply_runs import supply_runs
from fluorders_tui.services.supply_sharing import (
    Share,
    Sharing,
    SupplyMode,
    destination_of,
    preview_sharing,
    share_out,
    undo_run,
    unpromised,
)
from tests.services.supply_shop import again, bought, check_counters, fill_supply_shop, links, rows, stock
from tests.shop import with_line

ARRIVES = dt.date(2026, 12, 4)
DROP_SHIP = SupplyMode.DROP_SHIP


@pytest.fixture
def desk(italian_desk: Desk) -> Desk:
    fill_supply_shop(italian_desk)
    return italian_desk


def sharing(*shares: tuple[int, str, int], mode: SupplyMode = SupplyMode.ON_DEMAND, **more: object) -> Sharing:
    parts = tuple(Share(line, customer, Decimal(quantity)) for line, customer, quantity in shares)
    return Sharing(parts, mode, **more)  # type: ignore[arg-type]


def test_a_preview_writes_nothing_and_the_run_writes_what_it_showed(desk: Desk) -> None:
    order = bought(desk, ("A-100", 100), ("A-110", 20)).draft
    shared = sharing((0, "C0001", 60), (0, "C0002", 30), (1, "C0001", 20))
    plan = preview_sharing(desk, order.id, shared)
    assert [(one.customer, [line.net for line in one.lines]) for one in plan.orders] == [
        ("C0001", [Decimal("600.00"), Decimal("220.00")]), ("C0002", [Decimal("300.00")]),
    ]  # fmt: skip
    assert rows(desk, "SELECT id FROM customer_order") == []
    made = share_out(desk, order.id, shared)
    assert [one.number for one in made.orders] == ["2026-00001", "2026-00002"]
    first = made.orders[0]
    assert [(line.net, line.cost, line.delivery_date, line.ready_date) for line in first.draft.lines] == [
        (Decimal("600.00"), 6, ARRIVES, ARRIVES), (Decimal("220.00"), 7, ARRIVES, ARRIVES),
    ]  # fmt: skip
    assert first.line_statuses == (LineStatus.ON_SUPPLY, LineStatus.ON_SUPPLY)
    assert links(desk) == [(60, 0, ""), (30, 0, ""), (20, 0, "")]
    saved = open_supplier_order_row(desk, order.id)
    assert [saved.promised(line) for line in saved.draft.lines] == [90, 20]
    assert unpromised(desk, order.id) == (10, 0)
    check_counters(desk)


def test_never_more_than_is_open_and_promised_to_nobody(desk: Desk) -> None:
    order = bought(desk, ("A-100", 10)).draft
    share_out(desk, order.id, sharing((0, "C0001", 6)))
    too_much = sharing((0, "C0001", 3), (0, "C0002", 2), (0, "C0009", 1))
    assert [one.field for one in preview_sharing(desk, order.id, too_much).refusals] == [
        "shares[2].quantity", "shares[3].customer",
    ]  # fmt: skip
    with pytest.raises(Several):
        share_out(desk, order.id, too_much)
    with pytest.raises(Invalid):
        share_out(desk, order.id, sharing())
    with pytest.raises(Refused) as told:
        share_out(desk, order.id, sharing((0, "C0001", 5)))
    assert told.value.rule == "D-14.3"
    assert links(desk) == [(6, 0, "")]
    assert len(rows(desk, "SELECT id FROM customer_order")) == 1


def test_cost_plus_markup_and_another_destination(desk: Desk) -> None:
    save_row(desk, "destinations", {"customer": "C0001", "code": "D2", "name": "Depot", "city": "Monza"})
    order = bought(desk, ("A-100", 10)).draft
    depot = destination_of(desk, "C0001", "D2")
    with pytest.raises(Invalid):
        destination_of(desk, "C0001", "D9")
    shares = (Share(0, "C0001", Decimal(4)), Share(0, "C0001", Decimal(5), depot))
    made = share_out(desk, order.id, Sharing(shares, DROP_SHIP, Decimal(25)))
    assert [(one.draft.destination.city, one.draft.lines[0].price) for one in made.orders] == [
        ("Milano", Decimal("7.5")), ("Monza", Decimal("7.5")),
    ]  # fmt: skip


def test_drop_ship_needs_a_supplier_who_does(desk: Desk) -> None:
    order = bought(desk, ("A-100", 10), supplier="S2").draft
    with pytest.raises(Refused) as told:
        share_out(desk, order.id, sharing((0, "C0001", 4), mode=DROP_SHIP))
    assert told.value.rule == "D-2.3"


def test_goods_on_demand_come_into_stock_and_are_ready(desk: Desk) -> None:
    order = bought(desk, ("A-100", 10)).draft
    made = share_out(desk, order.id, sharing((0, "C0001", 6), (0, "C0002", 3)))
    receive_goods(desk, order.id, {0: Decimal(7)})
    first, second = (again(desk, one) for one in made.orders)
    assert (first.line_statuses, second.line_statuses) == ((LineStatus.READY,), (LineStatus.ON_SUPPLY,))
    assert (links(desk), stock(desk)["A-100"]) == ([(6, 6, ""), (3, 1, "")], 7)


def test_undo_restores_exactly(desk: Desk) -> None:
    order = bought(desk, ("A-100", 10)).draft
    kept = share_out(desk, order.id, sharing((0, "C0001", 2)))
    before = (open_supplier_order_row(desk, order.id), unpromised(desk, order.id), links(desk))
    made = share_out(desk, order.id, sharing((0, "C0001", 6), (0, "C0002", 1), mode=DROP_SHIP))
    undo_run(desk, made.run_id)
    assert (open_supplier_order_row(desk, order.id), unpromised(desk, order.id), links(desk)) == before
    assert {again(desk, one).draft.status for one in made.orders} == {OrderStatus.CANCELLED}
    assert again(desk, kept.orders[0]).draft.status is OrderStatus.ENTERED
    with pytest.raises(Conflict):
        undo_run(desk, made.run_id)
    newest, oldest = supply_runs(desk)
    assert (newest.undone_by, oldest.undone_at, oldest.note) == ("anna", None, "SO2026-00001: 2026-00001")
    check_counters(desk)


def test_a_run_that_went_on_stays(desk: Desk) -> None:
    order = bought(desk, ("A-100", 10)).draft
    made = share_out(desk, order.id, sharing((0, "C0001", 6)))
    changed = change_order(desk, with_line(desk, made.orders[0].draft, "A-110", 1)).draft
    with pytest.raises(Refused, match="other lines"):
        undo_run(desk, made.run_id)
    change_order(desk, replace(changed, lines=changed.lines[:1]))
    receive_goods(desk, order.id, {0: Decimal(1)})
    with pytest.raises(Refused, match="received"):
        undo_run(desk, made.run_id)
    confirmed = share_out(desk, order.id, sharing((0, "C0002", 1), order_type="WEB"))
    assert confirmed.orders[0].line_statuses == (LineStatus.ON_SUPPLY,)
    with pytest.raises(Refused) as told:
        undo_run(desk, confirmed.run_id)
    assert told.value.rule == "D-13.6"


def test_a_customer_who_wants_less_leaves_the_rest_for_stock(desk: Desk) -> None:
    """D-14.3 from the customer's side: on demand the link shrinks, drop-shipped goods are the supplier's word."""
    order = bought(desk, ("A-100", 20)).draft
    made = share_out(desk, order.id, sharing((0, "C0001", 6)))
    opened = made.orders[0].draft
    fewer = change_order(desk, replace(opened, lines=(replace(opened.lines[0], quantity=Decimal(4)),)))
    assert (links(desk), unpromised(desk, order.id)) == ([(4, 0, "")], (16,))
    more = with_line(desk, fewer.draft, "A-110", 1)
    without = change_order(desk, replace(more, lines=more.lines[1:]))
    assert (links(desk), without.line_statuses) == ([], (LineStatus.INSERTED,))
    shipped = share_out(desk, order.id, sharing((0, "C0002", 6), mode=DROP_SHIP)).orders[0].draft
    with pytest.raises(Refused) as told:
        change_order(desk, replace(shipped, lines=(replace(shipped.lines[0], quantity=Decimal(5)),)))
    assert told.value.rule == "D-14.3"
    assert open_order(desk, shipped.number).draft.lines[0].quantity == 6


def test_what_is_promised_keeps_its_item_and_its_way(desk: Desk) -> None:
    order = bought(desk, ("A-100", 10)).draft
    share_out(desk, order.id, sharing((0, "C0001", 6)))
    now = open_supplier_order_row(desk, order.id).draft
    other = replace(bought(desk, ("A-110", 10)).draft.lines[0], id=now.lines[0].id)
    for wrong in (replace(now, lines=(other,)), replace(now, drop_ship=True, destination=now.address)):
        with pytest.raises(Refused) as told:
            change_supplier_order(desk, wrong)
        assert told.value.rule == "D-14.3"


def test_two_desks_share_the_same_line_at_once(desk: Desk) -> None:
    """Six of ten for each: one of them gets them, the other is told, and no more is linked than is open."""
    order = bought(desk, ("A-100", 10)).draft

    def take(customer: str) -> str:
        try:
            share_out(desk, order.id, sharing((0, customer, 6)))
        except DeskError as error:
            return error.rule
        return "done"

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(take, ("C0001", "C0002")))
    assert told == ["D-14.3", "done"]
    assert links(desk) == [(6, 0, "")]
