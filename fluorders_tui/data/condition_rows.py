"""Reading what a customer brings to an order, in the few queries that one choice of customer costs."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Connection, Date, Row, Select, bindparam, func, or_, select

from fluorders_tui.data.policy_rows import load_policies
from fluorders_tui.data.tables import basics, commerce, desk, documents, items, parties
from fluorders_tui.data.tables.base import table
from fluorders_tui.data.terms import (
    NO_VAT,
    currency_on,
    discount_types,
    micro,
    optional_micro,
    payment_terms,
    payment_type_discounts,
    vat_codes,
)
from fluorders_tui.domain.conditions import CustomerConditions, DiscountType, PriceAssignment, PriceListVersion
from fluorders_tui.domain.discounts import parse_discounts
from fluorders_tui.domain.money import from_scaled
from fluorders_tui.domain.order import (
    Address,
    AgentShare,
    Application,
    Discount,
    DiscountSource,
    Expense,
    OrderStatus,
    PaymentLine,
    VatCode,
)

_CUSTOMER = table(parties.Customer)
_COUNTRY = table(basics.Country)
_CURRENCY = table(desk.Currency)
_RATE = table(desk.CurrencyRate)
_VAT = table(commerce.VatCode)
_DISCOUNT_TYPE = table(commerce.DiscountType)
_ORDER = table(documents.CustomerOrder)

#: Orders that still have something to deliver.
OPEN_STATUSES = tuple(
    status.value
    for status in (
        OrderStatus.ENTERED,
        OrderStatus.WAITING,
        OrderStatus.LOCKED,
        OrderStatus.CONFIRMED,
        OrderStatus.PARTIAL,
    )
)


def load_conditions(
    connection: Connection, code: str, date: dt.date, *, company_currency: str, search_all_lists: bool
) -> CustomerConditions | None:
    """Everything customer `code` brings to an order of `date` (D-2.1, D-3.1); None for an unknown code."""
    row = connection.execute(_customer(), {"code": code}).first()
    if row is None:
        return None
    types = discount_types(connection)
    addresses = _addresses(connection, row.id)
    vat = vat_codes(connection)
    assignments, versions = _price_lists(connection, row.id, row.code, types)
    payments = _payments(connection, row, types)
    mine = {"customer": row.id}
    open_count, open_value = connection.execute(_open_orders(), mine).one()
    return CustomerConditions(
        code=row.code,
        name=row.name,
        vat_number=row.vat_number,
        tax_code=row.tax_code,
        address=_address(row, row.country, code="", name=row.name),
        language=row.language or "",
        zone=row.zone or "",
        commercial_category=row.category or "",
        currency=currency_on(connection, row.currency or company_currency, date, company_currency),
        active=row.active,
        pop_up_note=row.pop_up_note,
        internal_note=row.internal_note,
        vat=vat.get(row.vat_code_id),
        order_type=row.order_type or "",
        assignments=assignments,
        versions=versions,
        search_by_priority=row.search_by_priority,
        best_price=row.best_price,
        search_all_lists=search_all_lists,
        discounts=_customer_discounts(connection, row.id),
        policies=load_policies(connection, row.id, row.category_id, types),
        final_discounts=parse_discounts(row.final_discounts, types=types, source=DiscountSource.CUSTOMER),
        expenses=_expenses(connection, row.id, vat),
        agents=_agents(connection, row.id, date),
        payments=payments,
        recipients=tuple(address for _, address, place in addresses if place.recipient),
        destinations=tuple(address for _, address, place in addresses if place.destination),
        default_recipient=next((code for code, _, place in addresses if place.default_recipient), ""),
        default_destination=next((code for code, _, place in addresses if place.default_destination), ""),
        carrier=connection.execute(_carrier(), mine).scalar() or "",
        shipping_method=row.shipping_method or "",
        delivery_terms=row.delivery_terms or "",
        delivery_place=row.delivery_place,
        packing=row.packing or "",
        minimum_value=from_scaled(row.minimum_order_value_minor or 0, 2),
        open_orders=open_count,
        open_value=from_scaled(int(open_value), 2),
    )


_REFERENCES = (
    ("country", _COUNTRY, "country_id"),
    ("language", table(basics.Language), "language_id"),
    ("zone", table(basics.Zone), "zone_id"),
    ("category", table(basics.CommercialCategory), "category_id"),
    ("currency", _CURRENCY, "currency_id"),
    ("order_type", table(commerce.OrderType), "order_type_id"),
    ("payment_type", table(commerce.PaymentType), "payment_type_id"),
    ("payment_terms", table(commerce.PaymentTerm), "payment_terms_id"),
    ("shipping_method", table(basics.ShippingMethod), "shipping_method_id"),
    ("delivery_terms", table(basics.DeliveryTerm), "delivery_terms_id"),
    ("packing", table(basics.Packing), "packing_id"),
)


# The statements are made once: making one takes several times longer than the database to answer it.
_MINE: BindParameter[int] = bindparam("customer")


@cache
def _customer() -> Select[Any]:
    statement: Any = _CUSTOMER
    columns: list[Any] = [_CUSTOMER]
    for label, other, column in _REFERENCES:
        alias = other.alias(f"r_{label}")
        statement = statement.outerjoin(alias, alias.c.id == _CUSTOMER.c[column])
        columns.append(alias.c.code.label(label))
    return select(*columns).select_from(statement).where(_CUSTOMER.c.code == bindparam("code"))


@cache
def _open_orders() -> Select[Any]:
    return select(func.count(), func.coalesce(func.sum(_ORDER.c.company_total_minor), 0)).where(
        _ORDER.c.customer_id == _MINE, _ORDER.c.status.in_(OPEN_STATUSES)
    )


@cache
def _carrier() -> Select[Any]:
    carrier, given = table(basics.Carrier), table(parties.CustomerCarrier)
    return (
        select(carrier.c.code)
        .join(given, given.c.carrier_id == carrier.c.id)
        .where(given.c.customer_id == _MINE, given.c.default)
        .limit(1)
    )


@cache
def _places() -> Select[Any]:
    place = table(parties.Destination)
    return (
        select(place, _COUNTRY.c.code.label("country"))
        .outerjoin(_COUNTRY, _COUNTRY.c.id == place.c.country_id)
        .where(place.c.customer_id == _MINE, place.c.active)
        .order_by(place.c.code)
    )


@cache
def _discounts() -> Select[Any]:
    given, kind = table(parties.CustomerDiscount), _DISCOUNT_TYPE
    return (
        select(
            given.c.value_micro,
            given.c.priority,
            kind.c.code,
            kind.c.application,
            kind.c.priority.label("usual_priority"),
            kind.c.excluded_from_commission,
        )
        .join(kind, kind.c.id == given.c.discount_type_id)
        .where(given.c.customer_id == _MINE)
    )


@cache
def _assigned() -> Select[Any]:
    given, kind = table(parties.CustomerPriceList), table(items.PriceListType)
    return (
        select(given, kind.c.code)
        .join(kind, kind.c.id == given.c.list_type_id)
        .where(given.c.customer_id == _MINE)
        .order_by(given.c.priority, kind.c.code)
    )


@cache
def _versions() -> Select[Any]:
    price_list, kind = table(items.PriceList), table(items.PriceListType)
    return (
        select(price_list, kind.c.code.label("list_type"), _CURRENCY.c.code.label("currency"))
        .join(kind, kind.c.id == price_list.c.list_type_id)
        .join(_CURRENCY, _CURRENCY.c.id == price_list.c.currency_id)
        .where(
            price_list.c.list_type_id.in_(bindparam("types", expanding=True)),
            price_list.c.active,
            or_(price_list.c.customer_id.is_(None), price_list.c.customer_id == _MINE),
        )
        .order_by(price_list.c.code)
    )


@cache
def _given_expenses() -> Select[Any]:
    given, kind = table(parties.CustomerExpense), table(commerce.ExpenseType)
    return (
        select(given, kind.c.code, kind.c.name, kind.c.vat_code_id)
        .join(kind, kind.c.id == given.c.expense_type_id)
        .where(given.c.customer_id == _MINE)
        .order_by(kind.c.code)
    )


@cache
def _agents_on() -> Select[Any]:
    given, agent, date = table(parties.CustomerAgent), table(basics.Agent), bindparam("date", type_=Date())
    return (
        select(given.c.commission_micro, agent.c.code, agent.c.name)
        .join(agent, agent.c.id == given.c.agent_id)
        .where(
            given.c.customer_id == _MINE,
            or_(given.c.valid_from.is_(None), given.c.valid_from <= date),
            or_(given.c.valid_to.is_(None), given.c.valid_to >= date),
        )
        .order_by(given.c.id)
    )


def _address(row: Row[Any], country: str | None, *, code: str, name: str) -> Address:
    return Address(code, name, row.street, row.postcode, row.city, row.region, country or "")


def _addresses(connection: Connection, customer_id: int) -> list[tuple[str, Address, Row[Any]]]:
    rows = connection.execute(_places(), {"customer": customer_id})
    return [(row.code, _address(row, row.country, code=row.code, name=row.name), row) for row in rows]


def _customer_discounts(connection: Connection, customer_id: int) -> tuple[Discount, ...]:
    rows = connection.execute(_discounts(), {"customer": customer_id})
    found = [
        Discount(
            micro(row.value_micro),
            application=Application(row.application),
            priority=row.priority or row.usual_priority,
            source=DiscountSource.CUSTOMER,
            type=row.code,
            excluded_from_commission=row.excluded_from_commission,
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda discount: discount.priority))


def _price_lists(
    connection: Connection, customer_id: int, code: str, types: tuple[DiscountType, ...]
) -> tuple[tuple[PriceAssignment, ...], tuple[PriceListVersion, ...]]:
    assigned = connection.execute(_assigned(), {"customer": customer_id}).all()
    types_of = [row.list_type_id for row in assigned]
    versions = connection.execute(_versions(), {"customer": customer_id, "types": types_of}).all()
    return (
        tuple(
            PriceAssignment(
                row.code,
                row.priority,
                row.default,
                row.valid_from,
                parse_discounts(row.discounts, types=types, source=DiscountSource.PRICE_LIST),
            )
            for row in assigned
        ),
        tuple(
            PriceListVersion(
                row.id,
                row.list_type,
                row.currency,
                row.valid_from or dt.date.min,
                row.valid_to,
                row.vat_included,
                code if row.customer_id else "",
                row.code,
            )
            for row in versions
        ),
    )


def _payments(connection: Connection, row: Row[Any], types: tuple[DiscountType, ...]) -> tuple[PaymentLine, ...]:
    if not row.payment_terms:
        return ()
    term = payment_terms(connection, (row.payment_terms,))[row.payment_terms]
    granted = payment_type_discounts(connection, row.payment_type, types) if row.payment_type else ()
    return (PaymentLine(row.payment_type or "", term, discounts=granted),)


def _expenses(connection: Connection, customer_id: int, vat: dict[int, VatCode]) -> tuple[Expense, ...]:
    rows = connection.execute(_given_expenses(), {"customer": customer_id})
    return tuple(
        Expense(
            row.code,
            vat.get(row.vat_code_id, NO_VAT),
            row.name,
            optional_micro(row.percent_micro),
            optional_micro(row.amount_micro),
            optional_micro(row.minimum_micro),
        )
        for row in rows
    )


def _agents(connection: Connection, customer_id: int, date: dt.date) -> tuple[AgentShare, ...]:
    rows = connection.execute(_agents_on(), {"customer": customer_id, "date": date})
    return tuple(AgentShare(row.code, optional_micro(row.commission_micro), row.name) for row in rows)
