"""The rows of customers and of the people and companies around them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from random import Random
from typing import Any

from fluorders_tui.data.demo.catalogue import Item, read_toml
from fluorders_tui.data.demo.known import Known
from fluorders_tui.data.demo.parties import Customer
from fluorders_tui.data.demo.writing import Bulk, insert_values
from fluorders_tui.data.registry_rows import search_columns
from fluorders_tui.data.tables import basics, desk, parties
from fluorders_tui.data.tables.base import table
from fluorders_tui.domain.folding import fold
from fluorders_tui.domain.money import MICRO_DECIMALS, to_scaled


def write_people(bulk: Bulk, known: Known) -> None:
    """Write agents, carriers and the users who enter the orders."""
    words = read_toml("words.toml")
    agents = {code: (name, *percent) for code, name, *percent in words["people"]["agents"]}
    rows: list[dict[str, Any]] = []
    for code, row_id in known.add("agents", list(agents)).items():
        name, *percent = agents[code]
        row = {
            "id": row_id,
            "code": code,
            "name": name,
            "commission_micro": _micro(Decimal(str(percent[0]))) if percent else None,
            "email": f"{fold(name).replace(' ', '.')}@agents.example",
        }
        rows.append(row | search_columns("agents", row))
    insert_values(bulk, table(basics.Agent), rows)
    rows = []
    for code, row_id in known.add("carriers", list(words["carriers"])).items():
        name, city = words["carriers"][code]
        row = {"id": row_id, "code": code, "name": name, "city": city, "email": f"{code.lower()}@carriers.example"}
        rows.append(row | search_columns("carriers", row))
    insert_values(bulk, table(basics.Carrier), rows)
    rows = []
    for code, row_id in known.add("users", words["people"]["clerks"]).items():
        row = {
            "id": row_id,
            "code": code,
            "name": code.capitalize(),
            "role": "supervisor" if code == "carla" else "clerk",
        }
        rows.append(row | search_columns("users", row))
    insert_values(bulk, table(desk.DeskUser), rows)


def write_customers(bulk: Bulk, known: Known, customers: list[Customer], items: list[Item], rng: Random) -> None:
    """Write the customers with all their conditions."""
    ids = known.ids
    insert_values(bulk, table(parties.Customer), (_customer_row(known, one) for one in customers))
    insert_values(
        bulk,
        table(parties.CustomerPriceList),
        (
            {
                "customer_id": one.id,
                "list_type_id": ids["price-list-types"][kind],
                "priority": priority,
                "default": default,
                "discounts": text,
            }
            for one in customers
            for kind, priority, default, text in one.lists
        ),
    )
    insert_values(
        bulk,
        table(parties.CustomerDiscount),
        (
            {
                "customer_id": one.id,
                "discount_type_id": ids["discount-types"][kind],
                "value_micro": percent * 1_000_000,
                "priority": 0,
            }
            for one in customers
            for kind, percent in one.discounts
        ),
    )
    insert_values(
        bulk,
        table(parties.CustomerExpense),
        (
            {
                "customer_id": one.id,
                "expense_type_id": ids["expense-types"][expense.type],
                "percent_micro": _micro(expense.percent),
                "amount_micro": _micro(expense.amount),
                "minimum_micro": _micro(expense.minimum),
            }
            for one in customers
            for expense in one.expenses
        ),
    )
    insert_values(
        bulk,
        table(parties.CustomerAgent),
        (
            {"customer_id": one.id, "agent_id": ids["agents"][agent.agent], "commission_micro": _micro(agent.percent)}
            for one in customers
            for agent in one.agents
        ),
    )
    insert_values(bulk, table(parties.Destination), _destination_rows(known, customers))
    insert_values(
        bulk,
        table(parties.CustomerCarrier),
        (
            {"customer_id": one.id, "carrier_id": ids["carriers"][one.carrier], "default": True}
            for one in customers
            if one.carrier
        ),
    )
    insert_values(bulk, table(parties.CustomerItem), _item_rows(customers, items, rng))


def _micro(value: Decimal | None) -> int | None:
    return None if value is None else to_scaled(value, MICRO_DECIMALS)


def _customer_row(known: Known, one: Customer) -> dict[str, Any]:
    ids = known.ids
    row: dict[str, Any] = {
        "id": one.id,
        "code": one.code,
        "name": one.name,
        "vat_number": one.vat_number,
        "street": one.address.street,
        "postcode": one.address.postcode,
        "city": one.address.city,
        "region": one.address.region,
        "country_id": ids["countries"][one.address.country],
        "phone": one.phone,
        "email": one.email,
        "language_id": ids["languages"].get(one.language),
        "zone_id": ids["zones"].get(one.zone),
        "category_id": ids["categories"].get(one.category),
        "currency_id": ids["currencies"][one.currency],
        "vat_code_id": ids["vat-codes"].get(one.vat),
        "order_type_id": ids["order-types"].get(one.order_type),
        "payment_type_id": ids["payment-types"].get(one.payment_type),
        "payment_terms_id": ids["payment-terms"].get(one.payment_terms),
        "search_by_priority": one.search_by_priority,
        "best_price": one.best_price,
        "final_discounts": one.final_discounts,
        "minimum_order_value_minor": one.minimum_minor or None,
        "shipping_method_id": ids["shipping-methods"].get(one.shipping_method),
        "delivery_terms_id": ids["delivery-terms"].get(one.delivery_terms),
        "delivery_place": one.delivery_place,
        "packing_id": ids["packings"].get(one.packing),
        "pop_up_note": one.pop_up_note,
        "internal_note": one.internal_note,
        "active": one.active,
    }
    return row | search_columns("customers", row)


def _destination_rows(known: Known, customers: Iterable[Customer]) -> Iterator[dict[str, Any]]:
    for one in customers:
        for place in one.destinations:
            yield {
                "customer_id": one.id,
                "code": place.code,
                "name": place.name,
                "street": place.street,
                "postcode": place.postcode,
                "city": place.city,
                "region": place.region,
                "country_id": known.ids["countries"][place.country],
                "destination": True,
                "recipient": False,
                "default_destination": place.code == one.default_destination,
            }


def _item_rows(customers: list[Customer], items: list[Item], rng: Random) -> Iterator[dict[str, Any]]:
    """Every tenth customer has own codes for some items; the row of the pair is unique."""
    for one in customers:
        if one.id % 10 != 1 or not items:
            continue
        for place in sorted({rng.randrange(len(items)) for _ in range(12)}):
            code = f"{one.code[-3:]}-{items[place].code[2:]}-{items[place].item_class}"
            yield {
                "customer_id": one.id,
                "item_id": items[place].id,
                "code": code,
                "code_key": fold(code, 40),
            }
