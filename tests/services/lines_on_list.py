"""Orders with several lines each, for the tests of the list of lines and of changes to many of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import func, select, update

from fluorders_tui.data.order_rows import LINE, ORDER
from fluorders_tui.data.status_counters import counted
from fluorders_tui.data.tables import items
from fluorders_tui.data.tables.base import table
from fluorders_tui.domain.draft_lines import add_line
from fluorders_tui.domain.entry import change_dates, change_price, free_line, make_line
from fluorders_tui.domain.header import choose_customer
from fluorders_tui.domain.order import LineType, OrderDraft, OrderLine
from fluorders_tui.services.conditions import customer_conditions, item_card, new_draft, order_type
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.orders import change_order, enter_orders, open_order_row
from tests.services.orders_on_list import DAY

ITEMS = ("A-100", "A-200", "B-300")


def draft(desk: Desk, customer: str, lines: Sequence[tuple[str, int, int]], *, confirmed: bool = False) -> OrderDraft:
    """An order with (item, quantity, days until delivery) for each line; confirmed at once where asked."""
    conditions = customer_conditions(desk, customer)
    made = choose_customer(new_draft(desk), conditions)
    kind = order_type(desk)
    made = replace(made, type=replace(kind, automatic_confirmation=confirmed))
    for item, quantity, days in lines:
        line = make_line(made, conditions, item_card(desk, item, conditions), Decimal(quantity))
        made = add_line(made, change_dates(made, line, DAY + dt.timedelta(days), None))
    return made


def fill_lines(desk: Desk, orders: int) -> list[int]:
    """Orders of two customers, every second confirmed, each of two coded lines and a note; gives their rows."""
    drafts = []
    for number in range(orders):
        customer = "C0001" if number % 2 else "C0002"
        first, second = ITEMS[number % 3], ITEMS[(number + 1) % 3]
        lines = [(first, number + 1, number % 7 - 3), (second, 10, number % 5)]
        made = draft(desk, customer, lines, confirmed=number % 2 == 0)
        if number % 5 == 0:
            made = replace(made, lines=(change_price(made, made.lines[0], Decimal("7.77")), *made.lines[1:]))
        drafts.append(add_line(made, free_line(made, LineType.NOTE, "Ring [twice]")))
    return [saved.draft.id for saved in enter_orders(desk, drafts)]


def set_sales_price(desk: Desk, item: str, price: str) -> None:
    """Another price on the item's card."""
    card = table(items.Item)
    with desk.store.write() as session:
        micro = int(Decimal(price) * 1_000_000)
        session.connection().execute(update(card).where(card.c.code == item).values(sales_price_micro=micro))


def execute(desk: Desk, order_id: int, place: int, quantity: int, status: str) -> None:
    """Deliver a part of a line as a delivery note would leave it."""
    with desk.store.write() as session:
        session.connection().execute(
            update(LINE)
            .where(LINE.c.order_id == order_id, LINE.c.position == place)
            .values(executed_micro=quantity * 1_000_000, status=status)
        )


def change_by_hand(desk: Desk, order_id: int) -> None:
    """What somebody at another desk does to an order."""
    opened = open_order_row(desk, order_id).draft
    change_order(desk, replace(opened, reference="by hand"))


def plain_lines(desk: Desk, order_id: int) -> tuple[OrderLine, ...]:
    """The lines of an order as they stand, but for the version that every saving raises."""
    return tuple(replace(line, version=0) for line in open_order_row(desk, order_id).draft.lines)


def counters_hold(desk: Desk) -> bool:
    """Whether the counters of the statuses say what counting the orders says."""
    with desk.store.read() as connection:
        rows = connection.execute(
            select(ORDER.c.status, func.count(), func.sum(ORDER.c.company_total_minor)).group_by(ORDER.c.status)
        )
        truth = {status: (number, int(minor)) for status, number, minor in rows}
        return counted(connection, "order") == truth
