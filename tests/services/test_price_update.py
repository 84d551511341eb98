"""*Update prices* with all its options, and *recalculate commissions* (D-4.9, D-10.2)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from fluorders_tui.data.tables import basics, parties
from fluorders_tui.domain.errors import Invalid, NotAllowed, Refused
from fluorders_tui.domain.order import AgentShare, OrderStatus
from fluorders_tui.domain.order_listing import ALL_ORDERS, OPEN_ORDERS, OrderFilter
from fluorders_tui.services import price_update
from fluorders_tui.services.conditions import customer_conditions
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.line_changes import Forced, meant_lines, meant_orders
from fluorders_tui.services.line_list import LineFilter, each_line
from fluorders_tui.services.mass_changes import apply, apply_unseen, preview, undo
from fluorders_tui.services.orders import change_order, enter_order, open_order_row
from fluorders_tui.services.price_update import (
    CommissionsRenewed,
    PriceDate,
    PricesUpdated,
    orders_by_number,
    orders_of_filter,
    renewed_draft,
    updated_draft,
)
from fluorders_tui.services.registry_saving import save_row
from tests.services.lines_on_list import (
    change_by_hand,
    counters_hold,
    draft,
    execute,
    fill_lines,
    plain_lines,
    set_sales_price,
)
from tests.services.orders_on_list import fill_registries


@pytest.fixture
def desk(italian_desk: Desk) -> Desk:
    fill_registries(italian_desk)
    return italian_desk


@pytest.fixture
def rows(desk: Desk) -> list[int]:
    return fill_lines(desk, 6)


def _prices(desk: Desk, item: str) -> list[Decimal]:
    return sorted(row.price for row in each_line(desk, LineFilter(item=item)))


def test_open_orders_follow_the_new_price_and_typed_prices_stay(desk: Desk, rows: list[int]) -> None:
    before = {row: plain_lines(desk, row) for row in rows}
    set_sales_price(desk, "A-100", "12.5")
    shown = preview(desk, PricesUpdated(), orders_of_filter(desk))
    assert {one.item for order in shown.orders for one in order.differences} == {"A-100"}
    assert all("= " in one.after and one.why.startswith("12.5 per pc") for o in shown.orders for one in o.differences)
    done = apply(desk, shown)
    assert done.lines == shown.changed_lines == 3
    assert _prices(desk, "A-100") == [Decimal("7.77"), Decimal("12.5"), Decimal("12.5"), Decimal("12.5")]
    assert counters_hold(desk)
    assert preview(desk, PricesUpdated(), orders_of_filter(desk)).changed_lines == 0
    undo(desk, done.change_id)
    assert {row: plain_lines(desk, row) for row in rows} == before


def test_manual_prices_only_where_asked(desk: Desk, rows: list[int]) -> None:
    apply_unseen(desk, PricesUpdated(with_manual=True), orders_of_filter(desk))
    assert set(_prices(desk, "A-100")) == {Decimal(10)}


def test_partially_executed_lines_only_where_asked_and_executed_ones_never(desk: Desk, rows: list[int]) -> None:
    execute(desk, rows[3], 1, 2, "partially executed")
    execute(desk, rows[2], 2, 10, "executed")
    set_sales_price(desk, "A-100", "20")
    meant = meant_orders([rows[2], rows[3]])
    assert preview(desk, PricesUpdated(), meant).changed_lines == 0
    shown = preview(desk, PricesUpdated(only_unexecuted=False), meant)
    assert [(order.order_id, one.number) for order in shown.orders for one in order.differences] == [(rows[3], 1)]


def test_by_delivery_date_the_list_of_that_day_counts(desk: Desk) -> None:
    save_row(desk, "price-list-types", {"code": "L", "name": "L"})
    for code, price, since, until in (
        ("L1", "5", "2026-01-01", "2026-11-30"),
        ("L2", "6", "2026-12-01", None),
    ):
        values = {"code": code, "name": code, "list_type": "L", "currency": "EUR", "valid_from": since}
        save_row(
            desk,
            "price-lists",
            values | ({"valid_to": until} if until else {}),
            children={"price-list-lines": [{"item": "A-100", "price": price}]},
        )
    save_row(
        desk,
        "customers",
        {"code": "C0009", "name": "Verdi", "country": "IT"},
        children={"customer-price-lists": [{"list_type": "L", "priority": 1}]},
    )
    order = enter_order(desk, draft(desk, "C0009", [("A-100", 1, 1), ("A-100", 1, 20)])).draft.id
    assert [line.price for line in plain_lines(desk, order)] == [5, 5]
    assert preview(desk, PricesUpdated(), meant_orders([order])).changed_lines == 0
    apply_unseen(desk, PricesUpdated(PriceDate.DELIVERY), meant_orders([order]))
    assert [line.price for line in plain_lines(desk, order)] == [5, 6]


def test_some_lines_of_an_order(desk: Desk, rows: list[int]) -> None:
    set_sales_price(desk, "A-100", "9")
    set_sales_price(desk, "A-200", "9")
    row = next(row for row in each_line(desk, LineFilter(item="A-200")))
    done = apply(desk, preview(desk, PricesUpdated(), meant_lines(desk, [row.id])))
    assert done.lines == 1
    assert [one.price for one in each_line(desk) if one.price == 9] == [Decimal(9)]


def test_a_price_that_changes_after_the_preview_is_shown_again(desk: Desk, rows: list[int]) -> None:
    set_sales_price(desk, "A-100", "11")
    shown = preview(desk, PricesUpdated(), orders_of_filter(desk))
    set_sales_price(desk, "A-100", "99")
    done = apply(desk, shown)
    assert done.orders == 0
    assert {one.error.rule for one in done.left} == {"D-12.7"}
    assert Decimal(99) not in _prices(desk, "A-100")


def test_closed_orders_are_told_and_open_ones_done(desk: Desk, rows: list[int]) -> None:
    apply_unseen(desk, Forced("x"), meant_orders([rows[2]]))
    set_sales_price(desk, "B-300", "8")
    set_sales_price(desk, "A-100", "8")
    done = apply_unseen(desk, PricesUpdated(with_manual=True), orders_of_filter(desk, ALL_ORDERS))
    assert [(one.order_id, one.error.rule) for one in done.left] == [(rows[2], "D-12.3")]
    assert done.orders == len(rows) - 1


def test_stopped_and_conflicting_leave_no_half_order(desk: Desk, rows: list[int]) -> None:
    set_sales_price(desk, "A-100", "11")
    set_sales_price(desk, "A-200", "11")
    set_sales_price(desk, "B-300", "11")
    shown = preview(desk, PricesUpdated(with_manual=True), orders_of_filter(desk))
    change_by_hand(desk, rows[0])
    done = apply(desk, shown, lambda at, total: at < 4)
    assert done.stopped
    for row in rows:
        assert len({line.price == 11 for line in plain_lines(desk, row)[:2]}) == 1
    assert counters_hold(desk)


def test_a_draft_that_is_being_typed(desk: Desk) -> None:
    typed = draft(desk, "C0001", [("A-100", 2, 3)])
    set_sales_price(desk, "A-100", "12")
    made = updated_draft(desk, typed, PricesUpdated())
    assert made.draft.lines[0].price == 12
    assert made.changes[0].old_price == 10


def test_orders_by_number_and_by_filter(desk: Desk, rows: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    number = open_order_row(desk, rows[1]).number
    assert list(orders_by_number(desk, [number])) == [rows[1]]
    with pytest.raises(Invalid):
        orders_by_number(desk, [number, "NONE"])
    assert set(orders_of_filter(desk, OPEN_ORDERS)) == set(rows)
    only = orders_of_filter(desk, OrderFilter(statuses=(OrderStatus.CONFIRMED,)))
    assert set(only) == set(rows[::2])
    monkeypatch.setattr(price_update, "MOST_ORDERS", 2)
    with pytest.raises(Refused) as caught:
        orders_of_filter(desk)
    assert caught.value.rule == "P-75"


# -- commissions -----------------------------------------------------------------------------------


@pytest.fixture
def with_agent(desk: Desk) -> Desk:
    save_row(desk, "agents", {"code": "AG1", "name": "Neri"})
    with desk.store.write() as session:
        agent = session.query(basics.Agent.id).scalar()
        customer = session.query(parties.Customer.id).filter(parties.Customer.code == "C0001").scalar()
        session.add(parties.CustomerAgent(customer_id=customer, agent_id=agent, commission_micro=5_000_000))
    return desk


def test_commissions_follow_the_conditions_also_on_closed_orders_without_a_revision(with_agent: Desk) -> None:
    desk = with_agent
    mine = [row for row in fill_lines(desk, 4) if open_order_row(desk, row).draft.customer == "C0001"]
    assert customer_conditions(desk, "C0001").agents[0].percent == 5
    bare = [replace(open_order_row(desk, row).draft, agents=()) for row in mine]
    for one in bare:
        change_order(desk, one)
    totals = [open_order_row(desk, row).totals.total for row in mine]
    revisions = [open_order_row(desk, row).draft.revision for row in mine]
    shown = preview(desk, CommissionsRenewed(), orders_of_filter(desk, ALL_ORDERS))
    assert [order.order_id for order in shown.orders] == mine
    assert shown.orders[0].differences[0].before == "no agent"
    assert shown.orders[0].differences[0].after.startswith("AG1 5 %: ")
    done = apply(desk, shown)
    assert done.orders == len(mine)
    for row, total, revision in zip(mine, totals, revisions, strict=True):
        saved = open_order_row(desk, row)
        assert saved.draft.agents[0].agent == "AG1"
        assert saved.totals.commissions[0].amount
        assert (saved.totals.total, saved.draft.revision) == (total, revision)
    undo(desk, done.change_id)
    assert all(open_order_row(desk, row).draft.agents == () for row in mine)


def test_commissions_are_a_supervisors(desk: Desk, rows: list[int]) -> None:
    """P-72: of many orders and of one that is open."""
    clerk, draft = replace(desk, role="clerk"), open_order_row(desk, rows[0]).draft
    with pytest.raises(NotAllowed):
        apply_unseen(clerk, CommissionsRenewed(), meant_orders(rows))
    with pytest.raises(NotAllowed) as refused:
        renewed_draft(clerk, draft, CommissionsRenewed())
    assert refused.value.rule == "P-72"
    agents = (AgentShare("OLD", None),)
    assert renewed_draft(replace(desk, role="supervisor"), replace(draft, agents=agents), CommissionsRenewed()) == draft
