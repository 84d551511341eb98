"""Orders of every kind for the tests of the list: written as the desk writes them, then moved to other statuses."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import update
from sqlalchemy.orm import Session

from fluorders_tui.data.order_rows import ORDER
from fluorders_tui.data.status_counters import count_documents
from fluorders_tui.data.tables import basics, items, parties
from fluorders_tui.domain.draft_lines import add_line
from fluorders_tui.domain.entry import make_line
from fluorders_tui.domain.header import choose_customer, set_delivery_date, set_text
from fluorders_tui.domain.order import OrderDraft, OrderStatus
from fluorders_tui.services.conditions import customer_conditions, item_card, new_draft
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.orders import enter_orders

DAY = dt.date(2026, 11, 24)
STATUSES = (OrderStatus.ENTERED, OrderStatus.CONFIRMED, OrderStatus.EXECUTED, OrderStatus.CANCELLED)


def _rows_of(session: Session, model: type) -> int:
    return session.query(model.id).order_by(model.id).first()[0]  # type: ignore[attr-defined, index]


def fill_registries(desk: Desk) -> None:
    """Two customers and three items with a barcode and a code of the customer's."""
    with desk.store.write() as session:
        country = _rows_of(session, basics.Country)
        unit = session.query(basics.Unit.id).filter(basics.Unit.code == "pc").scalar() or _rows_of(session, basics.Unit)
        customers = [
            parties.Customer(
                code=code,
                name=name,
                country_id=country,
                search_text=f"{code.lower()}\n{name.lower()}",
                name_key=name.lower(),
            )
            for code, name in (("C0001", "Rossi [Milano]"), ("C0002", "Bianchi"))
        ]
        things = [
            items.Item(
                code=code, description=name, unit_id=unit, sales_price_micro=10_000_000,
                search_text=f"{code.lower()}\n{name.lower()}", name_key=name.lower(),
            )
            for code, name in (("A-100", "Screw"), ("A-200", "Nut"), ("B-300", "Washer"))
        ]  # fmt: skip
        session.add_all([*customers, *things])
        session.flush()
        session.add(items.Barcode(barcode="8001234567890", item_id=things[1].id))
        session.add(
            parties.CustomerItem(customer_id=customers[0].id, item_id=things[2].id, code="XY 9", code_key="xy 9")
        )


def draft(desk: Desk, customer: str = "C0001", item: str = "A-100", quantity: int = 1, **texts: str) -> OrderDraft:
    """An order of one line, ready to be entered."""
    conditions = customer_conditions(desk, customer)
    empty = choose_customer(new_draft(desk), conditions)
    for name, text in texts.items():
        empty = set_text(empty, name, text)
    return add_line(empty, make_line(empty, conditions, item_card(desk, item, conditions), Decimal(quantity)))


def fill_orders(desk: Desk, count: int) -> None:
    """Orders over all statuses, customers, references and delivery dates; every seventh without a delivery date."""
    first = [draft(desk, "C0001"), draft(desk, "C0002", "A-200")]
    drafts = []
    for number in range(count):
        one = replace(first[number % 2], date=DAY - dt.timedelta(days=number % 11))
        one = set_text(one, "reference", f"PO {number * 37 % 1000}" if number % 3 else "")
        if number % 7:
            one = set_delivery_date(one, DAY + dt.timedelta(days=number % 13 - 6))
        drafts.append(one)
    saved = enter_orders(desk, drafts)
    with desk.store.write() as session:
        connection = session.connection()
        for place, one in enumerate(saved):
            status = STATUSES[place % len(STATUSES)]
            connection.execute(update(ORDER).where(ORDER.c.id == one.draft.id).values(status=status.value))
            worth = int(one.totals.company_total * 100)
            count_documents(connection, "order", [(one.draft.status.value, -1, -worth), (status.value, 1, worth)])
