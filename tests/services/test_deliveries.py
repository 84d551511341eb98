"""Delivery notes from confirmed orders: what goes, what follows, what undoing gives back (D-15)."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

import pytest

from fluorders_tui.data.fulfilment_rows import executed_by_documents
from fluorders_tui.data.order_progress import write_progress
from fluorders_tui.data.status_counters import counted
from fluorders_tui.domain.approvals import Requirement
from fluorders_tui.domain.errors import Conflict, DeskError, Invalid, NotAllowed, Refused, Several
from fluorders_tui.domain.fulfilment import FulfilmentStatus, Part
from fluorders_tui.domain.grouping import GroupingParameters
from fluorders_tui.domain.order import Execution, LineStatus, OrderStatus
from fluorders_tui.services.conditions import order_type
from fluorders_tui.services.deliveries import Asked, Delivered, deliver, preview
from fluorders_tui.services.delivery_undo import undo
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.order_gate import Decision, Passing, Step
from fluorders_tui.services.order_life import Asked as StepAsked
from fluorders_tui.services.order_life import OrderStep, reasons, take
from fluorders_tui.services.order_story import story
from fluorders_tui.services.orders import change_order, enter_order, open_order
from fluorders_tui.services.registry_saving import save_row
from fluorders_tui.services.saved_order import SavedOrder
from fluorders_tui.services.supplier_orders import receive_goods, take_back
from fluorders_tui.services.supply_proposals import Asked as SupplyAsked
from fluorders_tui.services.supply_proposals import StockUse, order_supply, proposals
from tests.services.supply_shop import again, check_counters, fill_supply_shop, links, rows, set_stock, stock
from tests.shop import draft

KIND = {"numbering": "ORD", "automatic_confirmation": True}


@pytest.fixture
def desk(italian_desk: Desk) -> Desk:
    fill_supply_shop(italian_desk)
    return italian_desk


def ordered(desk: Desk, *lines: tuple[str, int | str], customer: str = "C0001", kind: str = "WEB") -> SavedOrder:
    """A confirmed order, opened again so that its lines have rows."""
    made = enter_order(desk, replace(draft(desk, *lines, customer=customer), type=order_type(desk, kind)))
    return open_order(desk, made.number)


def part(order: SavedOrder, line: int, quantity: int | str | None = None, *, force: bool = False) -> Part:
    """So much of a line (from 1), all that is open with None."""
    amount = None if quantity is None else Decimal(quantity)
    return Part(order.draft.id, order.draft.lines[line - 1].id, amount, force)


def delivered(desk: Desk, order: SavedOrder, *parts: Part, force: bool = False) -> Delivered:
    return deliver(desk, Asked((order.draft.id,), parts or None, force))


def executed(desk: Desk, order: SavedOrder) -> list[Decimal]:
    """What is executed of each line, which the documents must say as well."""
    now = again(desk, order).draft
    with desk.store.read() as connection:
        told = executed_by_documents(connection, now.id)
    assert [told.get(line.id, 0) for line in now.lines] == [line.executed for line in now.lines]
    return [line.executed for line in now.lines]


def check_deliveries_counted(desk: Desk) -> None:
    found = rows(desk, "SELECT status, count(*) AS n FROM fulfilment_document GROUP BY status")
    with desk.store.read() as connection:
        assert counted(connection, "delivery") == {row["status"]: (row["n"], 0) for row in found}


def test_a_part_and_then_the_rest(desk: Desk) -> None:
    set_stock(desk, "A-100", "30")
    order = ordered(desk, ("A-100", 10), ("A-110", 4))
    first = delivered(desk, order, part(order, 1, 6))
    assert [number for _, number in first.documents] == ["DN2026-00001"]
    assert first.orders == ((order.draft.id, order.number, OrderStatus.PARTIAL),)
    now = again(desk, order)
    assert (now.execution, now.line_statuses) == (Execution.PARTIAL, (LineStatus.PARTIAL, LineStatus.CONFIRMED))
    second = delivered(desk, order)
    assert second.documents[0][1] == "DN2026-00002"
    now = again(desk, order)
    assert (now.draft.status, now.execution) == (OrderStatus.EXECUTED, Execution.EXECUTED)
    assert executed(desk, order) == [10, 4]
    # A-110 has no stock anybody keeps, so none falls.
    assert stock(desk) == {"A-100": 20}
    check_deliveries_counted(desk)


def test_undoing_gives_back_exactly(desk: Desk) -> None:
    set_stock(desk, "A-100", "30")
    order = ordered(desk, ("A-100", 10), ("A-110", 4))
    before = again(desk, order)
    made = delivered(desk, order)
    gone = undo(desk, made.documents[0][0], reason="wrong van")
    assert (gone.status, gone.orders[0][2]) == (FulfilmentStatus.UNDONE, OrderStatus.CONFIRMED)
    after = again(desk, order)
    assert replace(after.draft, version=0, lines=()) == replace(before.draft, version=0, lines=())
    assert [replace(line, version=0) for line in after.draft.lines] == [
        replace(line, version=0) for line in before.draft.lines
    ]
    assert (after.execution, after.line_statuses) == (before.execution, before.line_statuses)
    assert (executed(desk, order), stock(desk)) == ([0, 0], {"A-100": 30})
    check_deliveries_counted(desk)
    with pytest.raises(Conflict, match="anna undid"):
        undo(desk, made.documents[0][0])
    told = [one.comment for one in story(desk, order.number).entries]
    assert told[-2:] == ["delivery note DN2026-00001", "delivery note DN2026-00001 undone: wrong van"]


def test_goods_that_come_back_in_part(desk: Desk) -> None:
    """The rows of ERP-RESERVE-LIFECYCLE, `return`: 6, 9, 6, 5."""
    set_stock(desk, "A-100", "30")
    order = ordered(desk, ("A-100", 10))
    seen = []
    first = delivered(desk, order, part(order, 1, 6))
    seen.append(executed(desk, order)[0])
    second = delivered(desk, order, part(order, 1, 3))
    seen.append(executed(desk, order)[0])
    line = {
        name: rows(desk, f"SELECT id FROM fulfilment_line WHERE document_id = {row}")[0]["id"]
        for row, name in (*first.documents, *second.documents)
    }
    back = undo(desk, second.documents[0][0], {line["DN2026-00002"]: Decimal(3)})
    assert back.status is FulfilmentStatus.UNDONE
    seen.append(executed(desk, order)[0])
    back = undo(desk, first.documents[0][0], {line["DN2026-00001"]: Decimal(1)})
    assert back.status is FulfilmentStatus.PARTLY_UNDONE
    seen.append(executed(desk, order)[0])
    assert seen == [6, 9, 6, 5]
    assert stock(desk) == {"A-100": 25}
    with pytest.raises(Refused, match="5 are left"):
        undo(desk, first.documents[0][0], {line["DN2026-00001"]: Decimal(6)})
    check_deliveries_counted(desk)


def test_forcing_the_rest_and_undoing_it(desk: Desk) -> None:
    order = ordered(desk, ("A-100", 10), ("A-110", 4))
    made = deliver(
        desk, Asked((order.draft.id,), (part(order, 1, 7, force=True), part(order, 2)), reason="no more of it")
    )
    now = again(desk, order)
    assert (now.draft.status, now.execution) == (OrderStatus.FORCED, Execution.FORCED)
    assert now.line_statuses == (LineStatus.FORCED, LineStatus.EXECUTED)
    assert story(desk, order.number).entries[-1].comment == "delivery note DN2026-00001: no more of it"
    undo(desk, made.documents[0][0])
    now = again(desk, order)
    assert now.draft.status is OrderStatus.CONFIRMED
    assert now.line_statuses == (LineStatus.CONFIRMED, LineStatus.CONFIRMED)


def test_force_closes_what_is_named_only(desk: Desk) -> None:
    order = ordered(desk, ("A-100", 10), ("A-110", 4))
    delivered(desk, order, part(order, 1, 7, force=True))
    assert again(desk, order).line_statuses == (LineStatus.FORCED, LineStatus.CONFIRMED)
    assert again(desk, order).draft.status is OrderStatus.PARTIAL


def test_a_clerk_delivers_but_does_not_force(desk: Desk) -> None:
    order = ordered(desk, ("A-100", 10))
    clerk = replace(desk, role="clerk")
    with pytest.raises(NotAllowed):
        deliver(clerk, Asked((order.draft.id,), (part(order, 1, 7, force=True),)))
    assert deliver(clerk, Asked((order.draft.id,))).documents
    with pytest.raises(NotAllowed):
        deliver(replace(desk, role="viewer"), Asked((order.draft.id,)))


def refusals(raised: pytest.ExceptionInfo[DeskError]) -> list[tuple[str, str]]:
    error = raised.value
    return [(one.field, one.rule) for one in (error.errors if isinstance(error, Several) else (error,))]


def test_what_is_refused_and_where(desk: Desk) -> None:
    order = ordered(desk, ("A-100", 10), ("A-110", 4))
    entered = ordered(desk, ("A-100", 1), kind="STD")
    number = order.number
    with pytest.raises(DeskError) as raised:
        deliver(
            desk,
            Asked(
                (order.draft.id, entered.draft.id),
                (part(order, 1, 11), part(order, 2, "1.5"), part(order, 2, 0), part(entered, 1, 1)),
            ),
        )
    assert refusals(raised) == [
        (f"{number}: lines[1].quantity", "D-15.4"),
        (f"{number}: lines[2].quantity", "D-6.3"),
        (f"{number}: lines[2].quantity", "D-6.3"),
        (f"{entered.number}: status", "D-15.1"),
    ]
    assert executed(desk, order) == [0, 0]
    with pytest.raises(Invalid, match="not there any more"):
        deliver(desk, Asked((10**9,)))
    delivered(desk, order)
    with pytest.raises(Refused, match="executed: only confirmed"):
        delivered(desk, order)


def test_only_printed_orders_where_the_type_says_so(desk: Desk) -> None:
    save_row(desk, "order-types", {"code": "PRINT", **KIND, "execution_needs_print": True})
    order = ordered(desk, kind="PRINT")
    with pytest.raises(Refused, match="only when printed") as raised:
        delivered(desk, order)
    assert raised.value.rule == "D-12.4"
    with desk.store.write() as session:
        session.connection().exec_driver_sql("UPDATE customer_order SET printed_at = entered_at")
    assert delivered(desk, order).documents


def test_over_delivery_within_the_tolerance_of_the_type(desk: Desk) -> None:
    """The rows of ERP-RESERVE-LIFECYCLE, `over`: 10 ordered, 15 delivered at 50 %, and taken back."""
    save_row(desk, "order-types", {"code": "MORE", **KIND, "over_delivery": "50"})
    order = ordered(desk, ("A-100", 10), kind="MORE")
    with pytest.raises(Refused, match="15 with the type's tolerance of 50 %"):
        delivered(desk, order, part(order, 1, 16))
    made = delivered(desk, order, part(order, 1, 15))
    assert executed(desk, order) == [15]
    assert again(desk, order).draft.status is OrderStatus.EXECUTED
    undo(desk, made.documents[0][0])
    assert (executed(desk, order), again(desk, order).draft.status) == ([0], OrderStatus.CONFIRMED)


def test_an_order_delivered_beyond_a_line_can_still_be_changed(desk: Desk) -> None:
    save_row(desk, "order-types", {"code": "MORE", **KIND, "over_delivery": "50"})
    order = ordered(desk, ("A-100", 10), ("A-110", 3), kind="MORE")
    delivered(desk, order, part(order, 1, 12))
    changed = change_order(desk, replace(again(desk, order).draft, note="call first"))
    assert changed.draft.note == "call first"
    assert executed(desk, order) == [12, 0]


def test_the_same_line_twice_adds_up_or_stays_apart(desk: Desk) -> None:
    order = ordered(desk, ("A-100", 10))
    delivered(desk, order, part(order, 1, 2), part(order, 1, 3))
    assert [row["quantity_micro"] for row in rows(desk, "SELECT quantity_micro FROM fulfilment_line")] == [5_000_000]
    save_row(desk, "order-types", {"code": "APART", **KIND, "same_line_apart": True})
    apart = ordered(desk, ("A-100", 10), kind="APART")
    with pytest.raises(Refused, match="8 pc open"):
        delivered(desk, apart, part(apart, 1, 2), part(apart, 1, 9))
    delivered(desk, apart, part(apart, 1, 2), part(apart, 1, 3))
    found = rows(desk, f"SELECT quantity_micro FROM fulfilment_line WHERE order_id = {apart.draft.id} ORDER BY id")
    assert [row["quantity_micro"] // 10**6 for row in found] == [2, 3]
    assert executed(desk, apart) == [5]


def test_many_orders_of_many_customers(desk: Desk) -> None:
    one, two = ordered(desk, ("A-100", 1)), ordered(desk, ("A-110", 2))
    other = ordered(desk, ("A-100", 3), customer="C0002")
    seen = preview(desk, Asked((one.draft.id, other.draft.id, two.draft.id)))
    assert [[order.number for order in made.planned.orders] for made in seen.deliveries] == [
        [one.number, two.number],
        [other.number],
    ]
    made = deliver(desk, Asked((one.draft.id, other.draft.id, two.draft.id), versions=seen.versions))
    header = rows(desk, f"SELECT * FROM fulfilment_document WHERE id = {made.documents[0][0]}")[0]
    assert (header["order_references"], header["customer_code"], header["line_count"]) == (
        f"{one.number}, {two.number}",
        "C0001",
        2,
    )


def test_what_keeps_documents_apart(desk: Desk) -> None:
    one = ordered(desk, ("A-100", 1))
    elsewhere = enter_order(
        desk,
        replace(
            draft(desk, ("A-100", 2)),
            type=order_type(desk, "WEB"),
            destination=replace(one.draft.destination, code="D9", city="Lodi"),
        ),
    )
    orders = (one.draft.id, elsewhere.draft.id)
    apart = preview(desk, Asked(orders)).deliveries
    assert [len(made.planned.reasons) for made in apart] == [1, 1]
    assert apart[1].planned.reasons[0].startswith("destination and carrier: D9")
    together = preview(desk, Asked(orders, parameters=GroupingParameters(by_destination=False))).deliveries
    assert len(together) == 1
    single = preview(desk, Asked(orders, parameters=GroupingParameters(by_destination=False, summary=False))).deliveries
    assert [made.planned.reasons for made in single] == [(f"order: {one.number}",), (f"order: {elsewhere.number}",)]


def test_an_order_that_changed_since_is_a_conflict(desk: Desk) -> None:
    order = ordered(desk, ("A-100", 10))
    seen = preview(desk, Asked((order.draft.id,)))
    change_order(desk, replace(again(desk, order).draft, note="x"))
    with pytest.raises(Conflict):
        deliver(desk, Asked((order.draft.id,), versions=seen.versions))


def test_more_than_the_warehouse_holds(desk: Desk) -> None:
    set_stock(desk, "A-100", "4")
    save_row(desk, "warehouses", {"code": "ZZ", "name": "Second"})
    save_row(desk, "stock", {"item": "A-100", "warehouse": "ZZ", "quantity": "9"})
    order = ordered(desk, ("A-100", 10))
    seen = preview(desk, Asked((order.draft.id,)))
    assert "10 go" in seen.notices[0].message
    assert "Elsewhere: ZZ 9." in seen.notices[0].message
    refusing = replace(desk, company=replace(desk.company, short_stock="refuse"))
    with pytest.raises(Refused) as raised:
        deliver(refusing, Asked((order.draft.id,)))
    assert raised.value.rule == "P-161"
    deliver(desk, Asked((order.draft.id,), (part(order, 1, 9),), warehouse="ZZ"))
    assert stock(desk) == {"A-100": 4}
    with pytest.raises(Invalid, match="no warehouse 'NO'"):
        preview(desk, Asked((order.draft.id,), warehouse="NO"))


def test_an_invoice_without_goods_moves_no_stock(desk: Desk) -> None:
    set_stock(desk, "A-100", "4")
    order = ordered(desk, ("A-100", 3))
    made = deliver(desk, Asked((order.draft.id,), type="SERVICE"))
    assert made.documents[0][1] == "IN2026-00001"
    assert stock(desk) == {"A-100": 4}
    undo(desk, made.documents[0][0])
    assert (stock(desk), executed(desk, order)) == ({"A-100": 4}, [0])
    with pytest.raises(Invalid, match="no fulfilment type 'NO'"):
        deliver(desk, Asked((order.draft.id,), type="NO"))


def supplied(desk: Desk, order: SavedOrder, line: int, *, drop_ship: bool = True) -> int:
    """A supplier order for one line of an order; gives its row."""
    wanted = order.draft.lines[line - 1].id
    asked = SupplyAsked(stock_use=StockUse.ALWAYS, drop_ship=drop_ship)
    mine = [one for one in proposals(desk, asked).rows if one.demand.line.line == wanted]
    return order_supply(desk, mine).orders[0].draft.id


def test_what_a_supplier_ships_leaves_a_trace_and_no_stock(desk: Desk) -> None:
    """The steps of ERP-DROPSHIP: one line from the supplier, one from stock; only that is in our note."""
    set_stock(desk, "A-100", "9")
    set_stock(desk, "A-110", "9")
    order = ordered(desk, ("A-100", 2), ("A-110", 2))
    supplier = supplied(desk, order, 1)
    with pytest.raises(Refused, match="2 are shipped by a supplier"):
        delivered(desk, order, part(order, 1, 1))
    delivered(desk, order)
    note = rows(desk, "SELECT item_code FROM fulfilment_line ORDER BY id")
    assert [row["item_code"] for row in note] == ["A-110"]
    receive_goods(desk, supplier, {0: Decimal(1)})
    receive_goods(desk, supplier)
    assert (executed(desk, order), again(desk, order).draft.status) == ([2, 2], OrderStatus.EXECUTED)
    assert stock(desk) == {"A-100": 9, "A-110": 7}
    kinds = rows(desk, "SELECT kind, number FROM fulfilment_document ORDER BY id")
    assert [row["kind"] for row in kinds] == ["delivery note", "supplier shipment", "supplier shipment"]
    shipment = rows(desk, "SELECT id FROM fulfilment_document WHERE kind = 'supplier shipment'")[0]["id"]
    with pytest.raises(Refused, match="taken back on the supplier order"):
        undo(desk, shipment)
    take_back(desk, supplier, {0: Decimal(1)})
    assert executed(desk, order) == [1, 2]
    found = rows(desk, "SELECT status FROM fulfilment_document WHERE kind = 'supplier shipment' ORDER BY id")
    assert [row["status"] for row in found] == ["issued", "undone"]
    check_deliveries_counted(desk)
    check_counters(desk)


def test_serving_from_stock_what_was_to_come_frees_it(desk: Desk) -> None:
    order = ordered(desk, ("A-100", 10))
    supplied(desk, order, 1, drop_ship=False)
    assert again(desk, order).line_statuses == (LineStatus.ON_SUPPLY,)
    made = delivered(desk, order, part(order, 1, 4))
    assert links(desk) == [(6, 0, "")]
    assert again(desk, order).line_statuses == (LineStatus.PARTIAL,)
    undo(desk, made.documents[0][0])
    assert again(desk, order).line_statuses == (LineStatus.ON_SUPPLY,)
    assert links(desk) == [(6, 0, "")]


def test_a_shipment_that_was_cancelled_and_ignored(desk: Desk) -> None:
    """The steps of TRY-CANCELLED-LINE: undone, then what is left is closed; the order is done, nothing is open."""
    order = ordered(desk, ("A-100", 1), ("A-110", 1))
    made = delivered(desk, order)
    undo(desk, made.documents[0][0])
    deliver(desk, Asked((order.draft.id,), (part(order, 1, 0, force=True), part(order, 2, 1))))
    now = again(desk, order)
    assert (now.execution, now.line_statuses) == (Execution.FORCED, (LineStatus.FORCED, LineStatus.EXECUTED))
    other = ordered(desk, ("A-100", 1))
    with pytest.raises(Invalid, match="only forced"):
        deliver(desk, Asked((other.draft.id,), (part(other, 1, 0, force=True),)))


def test_a_part_and_what_is_left_ship_as_two(desk: Desk) -> None:
    """TRY-PART-SHIP: 5 ordered, 3 picked, then 1 of what is left, then 1: all add up to what was ordered."""
    order = ordered(desk, ("A-100", 5))
    for quantity in (3, 1, 1):
        delivered(desk, order, part(order, 1, quantity))
    assert executed(desk, order) == [5]
    assert len(rows(desk, "SELECT id FROM fulfilment_document")) == 3


def test_two_desks_deliver_the_same_order_at_once(desk: Desk) -> None:
    order = ordered(desk, ("A-100", 10))

    def one(_: int) -> str:
        try:
            return deliver(desk, Asked((order.draft.id,))).documents[0][1]
        except Refused as error:
            return error.rule

    with ThreadPoolExecutor(2) as both:
        said = sorted(both.map(one, range(2)))
    assert said == ["D-15.1", "DN2026-00001"]
    assert executed(desk, order) == [10]


def test_documents_may_share_a_numbering_with_orders(desk: Desk) -> None:
    policy = {"code": "P", "period": "none", "recover_gaps": True}
    save_row(desk, "numberings", {"code": "ALL", "name": "All"}, children={"numbering-policies": [policy]})
    save_row(desk, "order-types", {"code": "ALL", "numbering": "ALL", "automatic_confirmation": True})
    save_row(desk, "fulfilment-types", {"code": "ALL", "name": "A", "numbering": "ALL"})
    numbers = []
    for _ in range(2):
        order = ordered(desk, kind="ALL")
        made = deliver(desk, Asked((order.draft.id,), type="ALL"))
        numbers += [order.number, made.documents[0][1]]
    assert [number[-5:] for number in numbers] == ["00001", "00002", "00003", "00004"]


def test_what_the_gate_holds_is_locked_and_not_delivered(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    order, other = ordered(desk, ("A-100", 10)), ordered(desk, ("A-110", 10))

    def held(_desk: Desk, _session: object, step: Step, passing: Sequence[Passing]) -> list[Decision]:
        assert step is Step.DELIVER
        why = (Requirement("credit limit", "10 over the limit.", "D-11.2", lock=True),)
        return [Decision(missing=why) if one.draft.id == order.draft.id else Decision() for one in passing]

    monkeypatch.setattr("fluorders_tui.services.deliveries.decide", held)
    with pytest.raises(Refused, match="locked now and not delivered") as raised:
        deliver(desk, Asked((order.draft.id, other.draft.id)))
    assert raised.value.rule == "D-11.2"
    assert again(desk, order).draft.status is OrderStatus.LOCKED
    assert (again(desk, other).draft.status, executed(desk, other)) == (OrderStatus.CONFIRMED, [0])
    check_counters(desk)


def test_an_order_locked_after_a_delivery_still_gives_it_back(desk: Desk) -> None:
    order = ordered(desk, ("A-100", 10))
    made = delivered(desk, order, part(order, 1, 4))
    with desk.store.write() as session:
        write_progress(session, order.draft.id, {}, desk.now(), "anna", header=OrderStatus.LOCKED)
    undo(desk, made.documents[0][0])
    now = again(desk, order)
    assert (now.draft.status, now.line_statuses, executed(desk, order)) == (
        OrderStatus.LOCKED,
        (LineStatus.CONFIRMED,),
        [0],
    )


def test_a_line_cancelled_with_a_part_delivered_keeps_that_delivery(desk: Desk) -> None:
    """P-141: it counts with what was delivered of it, so taking that back would change the order's amounts unseen."""
    order = ordered(desk, ("A-100", 10), ("A-110", 1))
    made = delivered(desk, order, part(order, 1, 4))
    take(desk, order.draft.id, StepAsked(OrderStep.CANCEL, (1,), next(iter(reasons(desk)))))
    before = again(desk, order)
    assert before.draft.lines[0].gross == 40
    with pytest.raises(Refused, match="was cancelled") as raised:
        undo(desk, made.documents[0][0])
    assert raised.value.rule == "P-165"
    assert (again(desk, order), executed(desk, order)) == (before, [4, 0])
