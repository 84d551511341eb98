"""Customers with all their conditions (D-2.1), and suppliers (D-2.3)."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from fluorders_tui.data.tables.base import (
    ChildRow,
    Registry,
    RegistryRow,
    choice,
    code,
    day,
    discounts,
    flag,
    key_text,
    long_text,
    name_key,
    optional_scaled,
    reference,
    scaled,
    text,
    whole,
)
from fluorders_tui.domain.credit import BlockKind, CreditPolicy

CREDIT_POLICIES = tuple(policy.value for policy in CreditPolicy)
BLOCK_KINDS = tuple(kind.value for kind in BlockKind)


class Customer(RegistryRow, table=True):
    __table_args__ = (
        Index("ix_customer_search_text", "search_text"),
        Index("ix_customer_name_key", "name_key", "id"),
    )
    outside: ClassVar = Registry("customers", "Customers", "customer", "Parties")
    name_key: str = name_key()
    code: str = code()
    name: str = text("Name", required=True, in_list=True)
    vat_number: str = text("VAT number", length=30, help="Checked by the country's rules.", in_list=True)
    tax_code: str = text("Tax code", length=30, help="Checked by the country's rules.")
    street: str = text("Street", aliases=("address",))
    postcode: str = text("Postcode", length=16, aliases=("zip", "postal_code"))
    city: str = text("City", in_list=True)
    region: str = text("Region", length=40, aliases=("province", "state"))
    country_id: int | None = reference("country", "Country", registry="countries", required=True, in_list=True)
    phone: str = text("Phone", length=40)
    email: str = text("E-mail for confirmations", aliases=("e_mail",))
    language_id: int | None = reference("language", "Language", registry="languages")
    zone_id: int | None = reference("zone", "Zone", registry="zones")
    category_id: int | None = reference(
        "commercial_category", "Commercial category", registry="categories", aliases=("commercial_category",)
    )
    currency_id: int | None = reference("currency", "Currency", registry="currencies", tab="Conditions")
    vat_code_id: int | None = reference(
        "vat_code",
        "VAT code",
        registry="vat-codes",
        tab="Conditions",
        help="Overrides the item's (D-3.3).",
        aliases=("vat",),
    )
    order_type_id: int | None = reference("order_type", "Order type", registry="order-types", tab="Conditions")
    payment_type_id: int | None = reference("payment_type", "Payment type", registry="payment-types", tab="Conditions")
    payment_terms_id: int | None = reference(
        "payment_term", "Payment terms", registry="payment-terms", tab="Conditions", aliases=("payment_term",)
    )
    search_by_priority: bool = flag(
        "Search by priority", tab="Conditions", help="Look in all lists by priority (D-4.3)."
    )
    best_price: bool = flag("Best price", tab="Conditions", help="The lowest net price of all lists (D-4.4).")
    final_discounts: str = discounts("Final discounts", tab="Conditions", help="On the whole document (D-7 step 3).")
    minimum_order_value_minor: int | None = optional_scaled("Minimum order value", tab="Conditions")
    shipping_method_id: int | None = reference(
        "shipping_method", "Shipping method", registry="shipping-methods", tab="Conditions"
    )
    delivery_terms_id: int | None = reference(
        "delivery_term", "Delivery terms", registry="delivery-terms", tab="Conditions", aliases=("incoterms",)
    )
    delivery_place: str = text("Delivery place", tab="Conditions")
    packing_id: int | None = reference("packing", "Packing", registry="packings", tab="Conditions")
    own_grouping: bool = flag(
        "Own grouping", tab="Grouping", help="The next ones count instead of the company's (D-13.4)."
    )
    group_summary: bool = flag(
        "One order from many offers", default=True, tab="Grouping", help="Off: one order for each offer (D-13.4)."
    )
    group_by_type: bool = flag(
        "Apart by offer type", default=True, tab="Grouping", help="Offers of two types never share an order."
    )
    group_by_year: bool = flag("Apart by year", tab="Grouping", help="By the year of the offer's date.")
    group_by_month: bool = flag("Apart by month", tab="Grouping", help="By the month of the offer's date.")
    group_by_rate: bool = flag(
        "Apart by exchange rate",
        default=True,
        tab="Grouping",
        help="Off: the rate of the newest rate date counts (P-115).",
    )
    group_by_project: bool = flag("Apart by project", tab="Grouping", help="By the project of the offer.")
    group_by_payment: bool = flag("Apart by payment type and terms", default=True, tab="Grouping")
    group_by_destination: bool = flag("Apart by destination and carrier", default=True, tab="Grouping")
    credit_limit_minor: int | None = optional_scaled(
        "Credit limit", tab="Credit", help="In company currency; empty: no limit (D-11.1).", aliases=("limit",)
    )
    credit_policy: str = choice(
        "Over the limit", CREDIT_POLICIES, default="block", tab="Credit", help="What happens then (D-11.1, D-11.2)."
    )
    group_id: int | None = reference(
        "customer_group",
        "Customer group",
        registry="customer-groups",
        tab="Credit",
        help="Its limit counts beside the customer's own.",
        aliases=("customer_group",),
    )
    balance_minor: int = scaled(
        "Unpaid balance", tab="Credit", help="Executed but unpaid, typed or imported (D-11.1).", aliases=("unpaid",)
    )
    balance_date: dt.date | None = day("Balance of", tab="Credit", help="The day the balance is of.")
    always_authorise: bool = flag(
        "Always authorise", tab="Credit", help="Every order goes to a supervisor first (D-11.3)."
    )
    pop_up_note: str = text(
        "Pop-up note", length=400, tab="Notes", help="Shown to the clerk when the customer is chosen."
    )
    internal_note: str = long_text("Internal note", tab="Notes")


class CustomerGroup(RegistryRow, table=True):
    """Customers that share one limit, such as the shops of a chain (D-11.1)."""

    __tablename__ = "customer_group"
    outside: ClassVar = Registry("customer-groups", "Customer groups", "customer group", "Parties")
    code: str = code()
    name: str = text("Name", in_list=True)
    credit_limit_minor: int | None = optional_scaled(
        "Credit limit", in_list=True, help="Of all its customers together; empty: none (D-11.1)."
    )
    credit_policy: str = choice(
        "Over the limit", CREDIT_POLICIES, default="block", in_list=True, help="What happens then (D-11.1)."
    )


class CustomerPriceList(ChildRow, table=True):
    __tablename__ = "customer_price_list"
    __table_args__ = (UniqueConstraint("customer_id", "list_type_id"),)
    outside: ClassVar = Registry(
        "customer-price-lists", "Price lists", "price-list assignment", "Parties", ("customer", "list_type"), "customer"
    )
    customer_id: int = reference("customer", "Customer", registry="customers", required=True, in_list=True)
    list_type_id: int = reference(
        "price_list_type",
        "List type",
        registry="price-list-types",
        required=True,
        in_list=True,
        aliases=("price_list",),
    )
    priority: int = whole("Priority", default=10, in_list=True, help="Lower comes first (D-4.3).")
    default: bool = flag("Default", in_list=True, help="Looked in first (D-4.3).")
    valid_from: dt.date | None = day("Valid from", in_list=True, help="Older lists are not used (D-4.1).")
    discounts: str = discounts("Extra discounts", in_list=True)


class CustomerBlock(ChildRow, table=True):
    __tablename__ = "customer_block"
    __table_args__ = (UniqueConstraint("customer_id", "blocked_for", "valid_from"),)
    outside: ClassVar = Registry(
        "customer-blocks", "Blocks", "customer block", "Parties", ("customer", "blocked_for", "valid_from"), "customer"
    )
    customer_id: int = reference("customer", "Customer", registry="customers", required=True, in_list=True)
    blocked_for: str = choice(
        "Blocked for", BLOCK_KINDS, default="both", in_list=True, help="Orders, deliveries or both (D-11.3)."
    )
    valid_from: dt.date | None = day("Valid from", in_list=True, help="Empty: from ever.")
    valid_to: dt.date | None = day("Valid to", in_list=True, help="Empty: until it is taken away.")
    reason: str = text("Reason", length=200, required=True, in_list=True, help="What the clerk is told.")


class CustomerDiscount(ChildRow, table=True):
    __tablename__ = "customer_discount"
    __table_args__ = (UniqueConstraint("customer_id", "discount_type_id"),)
    outside: ClassVar = Registry(
        "customer-discounts", "Discounts", "customer discount", "Parties", ("customer", "discount_type"), "customer"
    )
    customer_id: int = reference("customer", "Customer", registry="customers", required=True, in_list=True)
    discount_type_id: int = reference(
        "discount_type", "Discount type", registry="discount-types", required=True, in_list=True
    )
    value_micro: int = scaled("Value", required=True, in_list=True, help="Percent; negative is a surcharge (D-5.1).")
    priority: int = whole("Priority", in_list=True, help="0: the type's own (D-5.2).")


class CustomerExpense(ChildRow, table=True):
    __tablename__ = "customer_expense"
    __table_args__ = (UniqueConstraint("customer_id", "expense_type_id"),)
    outside: ClassVar = Registry(
        "customer-expenses", "Expenses", "customer expense", "Parties", ("customer", "expense_type"), "customer"
    )
    customer_id: int = reference("customer", "Customer", registry="customers", required=True, in_list=True)
    expense_type_id: int = reference(
        "expense_type", "Expense type", registry="expense-types", required=True, in_list=True
    )
    percent_micro: int | None = optional_scaled("Percent", in_list=True)
    amount_micro: int | None = optional_scaled("Amount", in_list=True)
    minimum_micro: int | None = optional_scaled("Minimum", in_list=True)


class CustomerAgent(ChildRow, table=True):
    __tablename__ = "customer_agent"
    __table_args__ = (UniqueConstraint("customer_id", "agent_id", "valid_from"),)
    outside: ClassVar = Registry(
        "customer-agents", "Agents", "customer agent", "Parties", ("customer", "agent", "valid_from"), "customer"
    )
    customer_id: int = reference("customer", "Customer", registry="customers", required=True, in_list=True)
    agent_id: int = reference("agent", "Agent", registry="agents", required=True, in_list=True)
    commission_micro: int | None = optional_scaled("Commission %", in_list=True, help="Empty is none (D-10.1).")
    valid_from: dt.date | None = day("Valid from", in_list=True)
    valid_to: dt.date | None = day("Valid to", in_list=True)


class Destination(ChildRow, table=True):
    """Who receives the goods and where they go; one row may be both (D-2.1)."""

    __table_args__ = (UniqueConstraint("customer_id", "code"),)
    outside: ClassVar = Registry(
        "destinations", "Recipients and destinations", "destination", "Parties", ("customer", "code"), "customer"
    )
    customer_id: int = reference("customer", "Customer", registry="customers", required=True, in_list=True)
    code: str = code(unique=False)
    name: str = text("Name", in_list=True)
    street: str = text("Street", aliases=("address",))
    postcode: str = text("Postcode", length=16, aliases=("zip", "postal_code"))
    city: str = text("City", in_list=True)
    region: str = text("Region", length=40, aliases=("province", "state"))
    country_id: int | None = reference("country", "Country", registry="countries", in_list=True)
    destination: bool = flag("Destination", default=True, in_list=True, help="Goods can be delivered here.")
    recipient: bool = flag("Recipient", in_list=True, help="Can be the recipient.")
    default_destination: bool = flag("Default destination", in_list=True)
    default_recipient: bool = flag("Default recipient")
    active: bool = flag("Active", default=True)


class CustomerCarrier(ChildRow, table=True):
    __tablename__ = "customer_carrier"
    __table_args__ = (UniqueConstraint("customer_id", "carrier_id"),)
    outside: ClassVar = Registry(
        "customer-carriers", "Carriers", "customer carrier", "Parties", ("customer", "carrier"), "customer"
    )
    customer_id: int = reference("customer", "Customer", registry="customers", required=True, in_list=True)
    carrier_id: int = reference("carrier", "Carrier", registry="carriers", required=True, in_list=True)
    default: bool = flag("Default", in_list=True)


class CustomerItem(ChildRow, table=True):
    """The customer's own code and description of an item, and their economic lot (D-2.1, D-6.6)."""

    __tablename__ = "customer_item"
    __table_args__ = (
        UniqueConstraint("customer_id", "item_id"),
        Index("ix_customer_item_code_key", "customer_id", "code_key"),
    )
    outside: ClassVar = Registry(
        "customer-items", "Customer item codes", "customer item code", "Parties", ("customer", "item"), "customer"
    )
    customer_id: int = reference("customer", "Customer", registry="customers", required=True, in_list=True)
    item_id: int = reference("item", "Item", registry="items", required=True, in_list=True)
    code: str = text("Customer's code", length=40, in_list=True)
    description: str = text("Customer's description", in_list=True)
    economic_lot_micro: int | None = optional_scaled("Economic lot", help="Smallest quantity worth delivering (D-6.3).")
    code_key: str = Field(default="", sa_type=key_text(40), nullable=False)


class Supplier(RegistryRow, table=True):
    outside: ClassVar = Registry("suppliers", "Suppliers", "supplier", "Parties")
    code: str = code()
    name: str = text("Name", required=True, in_list=True)
    vat_number: str = text("VAT number", length=30)
    street: str = text("Street", aliases=("address",))
    postcode: str = text("Postcode", length=16, aliases=("zip", "postal_code"))
    city: str = text("City", in_list=True)
    country_id: int | None = reference("country", "Country", registry="countries", in_list=True)
    phone: str = text("Phone", length=40)
    email: str = text("E-mail")
    currency_id: int | None = reference("currency", "Currency", registry="currencies")
    payment_terms_id: int | None = reference("payment_term", "Payment terms", registry="payment-terms")
    price_list: str = text("Purchase price list", length=30)
    lead_time_days: int = whole("Lead time in days", in_list=True)
    drop_ship_allowed: bool = flag("Drop-ship allowed", in_list=True)
