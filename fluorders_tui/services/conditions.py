"""What the registries bring to an order: a customer's conditions, an item's card, the tables behind both."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from fluorders_tui.data import item_rows
from fluorders_tui.data.condition_rows import load_conditions
from fluorders_tui.data.credit_rows import standings
from fluorders_tui.data.item_rows import load_item_cards, usual_vat_code
from fluorders_tui.data.terms import (
    agent_names,
    currency_on,
    discount_types,
    expense_types,
    order_types,
    payment_terms,
    payment_type_discounts,
    payment_types,
    vat_codes,
)
from fluorders_tui.domain.conditions import CustomerConditions, DiscountType, ItemCard
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.header import start_order
from fluorders_tui.domain.kits import KitComponent
from fluorders_tui.domain.order import Currency, Discount, Expense, OrderDraft, OrderType, PaymentTerm, VatCode
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.pricing_sources import PricingSources


def customer_conditions(desk: Desk, code: str, date: dt.date | None = None) -> CustomerConditions:
    """Everything customer `code` brings to an order of `date`, today when None (D-3.1).

    Raises `Invalid` for an unknown code, `Refused` for a customer who is not active any more (D-2.5).
    """
    with desk.store.read() as connection:
        found = load_conditions(
            connection,
            code,
            date or desk.today(),
            company_currency=desk.company.currency,
            search_all_lists=desk.company.search_all_lists,
        )
        party = standings(connection, [code]).get(code) if found is not None else None
    if found is None:
        raise Invalid(f"There is no customer {code!r}.", field="customer", rule="D-3.1")
    if not found.active:
        raise Refused(f"Customer {code} is not active any more.", field="customer", rule="D-2.5")
    return replace(found, standing=party.standing) if party is not None else found


def item_card(desk: Desk, code: str, conditions: CustomerConditions | None = None) -> ItemCard:
    """An item as an order line of this customer needs it (D-6.7). Raises `Invalid` for an unknown code."""
    card = item_cards(desk, [code], conditions).get(code)
    if card is None:
        raise Invalid(f"There is no item {code!r}.", field="item", rule="D-6.6")
    return card


def item_cards(desk: Desk, codes: Sequence[str], conditions: CustomerConditions | None = None) -> dict[str, ItemCard]:
    """The cards of several items at once, by code; unknown codes are left out."""
    with desk.store.read() as connection:
        return load_item_cards(connection, codes, conditions, usual_vat=desk.company.vat_code, today=desk.today())


def order_type(desk: Desk, code: str = "") -> OrderType:
    """An order type, the company's usual one when no code is given. Raises `Invalid`."""
    with desk.store.read() as connection:
        known = order_types(connection)
    wanted = code or desk.company.order_type
    if wanted in known:
        return known[wanted]
    if not code and known:
        return next(iter(known.values()))
    raise Invalid(f"There is no order type {wanted!r}.", field="type", rule="D-2.4", hint=f"Known: {', '.join(known)}.")


def new_draft(desk: Desk, type_code: str = "", date: dt.date | None = None) -> OrderDraft:
    """An empty order of today in the company's currency."""
    return start_order(
        order_type(desk, type_code),
        date or desk.today(),
        currency=Currency(desk.company.currency, desk.company.currency_decimals),
    )


def known_discount_types(desk: Desk) -> tuple[DiscountType, ...]:
    """The discount types by priority (D-5.2)."""
    with desk.store.read() as connection:
        return discount_types(connection)


def vat_code(desk: Desk, code: str) -> VatCode:
    """A VAT code. Raises `Invalid` for an unknown one."""
    with desk.store.read() as connection:
        found = {vat.code: vat for vat in vat_codes(connection).values()}
    if code not in found:
        raise Invalid(f"There is no VAT code {code!r}.", field="vat", rule="D-2.4", hint=f"Known: {', '.join(found)}.")
    return found[code]


def payment_term(desk: Desk, code: str) -> PaymentTerm:
    """A payment term. Raises `Invalid` for an unknown one."""
    with desk.store.read() as connection:
        found = payment_terms(connection, (code,)).get(code)
    if found is None:
        raise Invalid(f"There are no payment terms {code!r}.", field="payment_terms", rule="D-2.4")
    return found


def payment_discounts(desk: Desk, payment_type: str) -> tuple[Discount, ...]:
    """What a payment type grants on every line (D-5.3). Raises `Invalid` for an unknown one."""
    with desk.store.read() as connection:
        return payment_type_discounts(connection, payment_type, discount_types(connection))


def known_payments(desk: Desk) -> tuple[dict[str, tuple[Discount, ...]], dict[str, PaymentTerm]]:
    """The payment types with the discounts they grant, and the payment terms, by code (D-8.3b)."""
    with desk.store.read() as connection:
        return payment_types(connection, discount_types(connection)), payment_terms(connection)


def currency(desk: Desk, code: str, date: dt.date) -> Currency:
    """A currency with its rate of `date` (D-7.2). Raises `Invalid` for an unknown one."""
    with desk.store.read() as connection:
        return currency_on(connection, code, date, desk.company.currency)


def usual_vat(desk: Desk) -> VatCode | None:
    """The company's usual VAT code, for lines without an item; None where it names none."""
    with desk.store.read() as connection:
        return usual_vat_code(connection, desk.company.vat_code)


def known_expenses(desk: Desk) -> dict[str, Expense]:
    """The expense types by code, as expenses without an amount yet (D-7 step 4)."""
    with desk.store.read() as connection:
        return expense_types(connection)


def known_agents(desk: Desk) -> dict[str, str]:
    """The agents' names by code."""
    with desk.store.read() as connection:
        return agent_names(connection)


def kit_components(desk: Desk, code: str) -> tuple[KitComponent, ...]:
    """The first-level components of a kit, () for an item that is none (D-6.5)."""
    with desk.store.read() as connection:
        return item_rows.kit_components(connection, code)


def order_sources(
    desk: Desk, draft: OrderDraft, price_list: str = ""
) -> tuple[CustomerConditions, dict[str, ItemCard]]:
    """The conditions of the draft's customer on its date and the cards of its items, read again (P-76).

    With `price_list` they know its dated lists and prices too, assigned or not (D-17.4). Raises `Invalid` for an
    unknown customer.
    """
    sources = PricingSources(desk)
    with desk.store.read() as connection:
        conditions = sources.conditions(connection, draft.customer, draft.date, price_list)
        return conditions, sources.cards(connection, conditions, [line.item for line in draft.lines])
