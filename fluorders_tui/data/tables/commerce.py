"""VAT codes, payment, discounts, expenses, order types and numberings: the tables that carry rules."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field

from fluorders_tui.data.tables.base import (
    BigKey,
    ChildRow,
    Registry,
    RegistryRow,
    Row,
    choice,
    code,
    day,
    discounts,
    flag,
    key_text,
    optional_whole,
    reference,
    scaled,
    text,
    whole,
)


class VatCode(RegistryRow, table=True):
    __tablename__ = "vat_code"
    outside: ClassVar = Registry("vat-codes", "VAT codes", "VAT code", "Tables")
    code: str = code(length=12)
    description: str = text("Description", in_list=True, aliases=("name",))
    rate_micro: int = scaled("Rate %", in_list=True)
    kind: str = choice("Kind", ("normal", "exempt", "reverse charge", "intra-EU"), in_list=True)


class DiscountType(RegistryRow, table=True):
    __tablename__ = "discount_type"
    outside: ClassVar = Registry(
        "discount-types", "Discount types", "discount type", "Tables",
        help="The n-th discount typed on a line is of the n-th type by priority (D-5.2).",
    )  # fmt: skip
    code: str = code()
    name: str = text("Name", in_list=True)
    priority: int = whole("Priority", default=10, in_list=True, help="Applied in ascending order (D-5.2).")
    application: str = choice(
        "Application", ("cascade", "on gross"), in_list=True, help="On what the earlier ones left, or on the gross."
    )
    excluded_from_commission: bool = flag("Excluded from commission", help="Lowers the agents' base (D-10.1).")


class ExpenseType(RegistryRow, table=True):
    __tablename__ = "expense_type"
    outside: ClassVar = Registry("expense-types", "Expense types", "expense type", "Tables")
    code: str = code()
    name: str = text("Name", in_list=True)
    vat_code_id: int | None = reference("vat_code", "VAT code", registry="vat-codes", in_list=True)


class PaymentType(RegistryRow, table=True):
    __tablename__ = "payment_type"
    outside: ClassVar = Registry("payment-types", "Payment types", "payment type", "Tables")
    code: str = code()
    name: str = text("Name", in_list=True)
    discounts: str = discounts(in_list=True, help="Given on every line of an order paid this way (D-5.3).")


class PaymentTerm(RegistryRow, table=True):
    __tablename__ = "payment_term"
    outside: ClassVar = Registry("payment-terms", "Payment terms", "payment term", "Tables")
    code: str = code()
    name: str = text("Name", in_list=True)
    commercial: bool = flag("Commercial months", help="30 days are one month (D-8.1).", in_list=True)
    monthly_settlement: bool = flag("End of month", help="Due dates move to the end of their month.", in_list=True)
    weekly_settlement: bool = flag("Weekly", help="Due dates move to the next Friday (D-8.2).")
    extra_days: int = whole("Extra days", help="Added after the end of the month (D-8.2).")


class PaymentTermInstalment(ChildRow, table=True):
    __tablename__ = "payment_term_instalment"
    __table_args__ = (UniqueConstraint("payment_term_id", "days"),)
    outside: ClassVar = Registry(
        "payment-term-instalments", "Instalments", "instalment", "Tables", ("payment_term", "days"), "payment_term"
    )
    payment_term_id: int = reference(
        "payment_term", "Payment term", registry="payment-terms", required=True, in_list=True
    )
    days: int = whole("Days", in_list=True, required=True)
    share_taxable_micro: int = scaled("Share of taxable %", in_list=True, help="All zero: equal shares (D-8.1).")
    share_vat_micro: int = scaled("Share of VAT %", in_list=True)
    share_expenses_micro: int = scaled("Share of expenses %", in_list=True)


class PaymentTermExcludedMonth(ChildRow, table=True):
    __tablename__ = "payment_term_excluded_month"
    __table_args__ = (UniqueConstraint("payment_term_id", "month"),)
    outside: ClassVar = Registry(
        "payment-term-excluded-months", "Excluded months", "excluded month", "Tables",
        ("payment_term", "month"), "payment_term", help="Nothing falls due in these months (D-8.3b).",
    )  # fmt: skip
    payment_term_id: int = reference(
        "payment_term", "Payment term", registry="payment-terms", required=True, in_list=True
    )
    month: int = whole("Month", required=True, in_list=True)
    to_month: int = whole("Moved to month", required=True, in_list=True)
    to_day: int = whole("Moved to day", required=True, in_list=True)


class Numbering(RegistryRow, table=True):
    outside: ClassVar = Registry("numberings", "Numberings", "numbering", "Settings")
    code: str = code()
    name: str = text("Name", in_list=True)
    format: str = text(
        "Format",
        length=80,
        default="{year}-{number:05d}",
        in_list=True,
        help="Over year, month, day, number, type, user (D-9.2).",
    )


PERIODS = ("none", "yearly", "monthly", "daily")


class NumberingPolicy(ChildRow, table=True):
    __tablename__ = "numbering_policy"
    __table_args__ = (UniqueConstraint("numbering_id", "code"),)
    outside: ClassVar = Registry(
        "numbering-policies", "Numbering policies", "numbering policy", "Settings", ("numbering", "code"), "numbering"
    )
    numbering_id: int = reference("numbering", "Numbering", registry="numberings", required=True, in_list=True)
    code: str = code("Policy", unique=False)
    valid_from: dt.date | None = day("Valid from", in_list=True)
    valid_to: dt.date | None = day("Valid to", in_list=True)
    period: str = choice(
        "Period", PERIODS, default="yearly", in_list=True, help="Numbers start again each period (D-9.1)."
    )
    shift_months: int = whole("Shift in months", help="A fiscal year that starts in June has a shift of 5 months.")
    shift_days: int = whole("Shift in days")
    progressive_by_date: bool = flag("Progressive by date", help="No higher number with an earlier date (D-9.4).")
    recover_gaps: bool = flag("Recover gaps", help="Numbers given back are offered again (D-9.5).")
    format: str = text("Format", length=80, help="Empty: the numbering's own (D-9.1).")


class NumberingRange(ChildRow, table=True):
    __tablename__ = "numbering_range"
    __table_args__ = (UniqueConstraint("numbering_id", "policy", "start"),)
    outside: ClassVar = Registry(
        "numbering-ranges", "Numbering ranges", "numbering range", "Settings",
        ("numbering", "policy", "start"), "numbering",
    )  # fmt: skip
    numbering_id: int = reference("numbering", "Numbering", registry="numberings", required=True, in_list=True)
    policy: str = text("Policy", length=30, required=True, in_list=True)
    start: int = whole("First number", default=1, in_list=True, required=True)
    search_start: int | None = optional_whole("Search from", help="Free numbers are looked for from here on.")
    end: int | None = optional_whole("Last number", in_list=True)
    external: bool = flag("External", help="The clerk types the number (D-9.6).")
    format: str = text("Format", length=80, help="Empty: the policy's (D-9.1).")


class NumberingCounter(Row, table=True):
    """The last number given in a period; it changes in the transaction that enters the order (D-9.3)."""

    __tablename__ = "numbering_counter"
    __table_args__ = (UniqueConstraint("numbering_id", "period"),)
    numbering_id: int = Field(foreign_key="numbering.id", sa_type=BigKey, nullable=False)
    period: str = Field(sa_type=key_text(20), nullable=False)
    last_number: int = Field(default=0, sa_type=BigInteger, nullable=False)


class OrderType(RegistryRow, table=True):
    __tablename__ = "order_type"
    outside: ClassVar = Registry("order-types", "Order types", "order type", "Settings")
    code: str = code(length=12)
    name: str = text("Name", in_list=True)
    numbering_id: int = reference("numbering", "Numbering", registry="numberings", required=True, in_list=True)
    vat_included: bool = flag("VAT included", help="Prices contain VAT (D-7 step 6).", in_list=True)
    automatic_confirmation: bool = flag(
        "Automatic confirmation", help="Entered orders are confirmed at once.", in_list=True
    )
    credit: bool = flag("Counts for credit", default=True, help="Open orders add to the exposure (D-11.1).")
    exclude_lock: bool = flag("Never locked", help="Passes over the credit limit (D-11.2).")
    block_when_printed: bool = flag("Blocked when printed", help="Printed orders change only by a supervisor (D-12.4).")
    execution_needs_print: bool = flag(
        "Execution only when printed and confirmed", tab="Fulfilment", help="Nothing is delivered before (D-12.4)."
    )
    over_delivery_micro: int = scaled(
        "Over-delivery %", tab="Fulfilment", help="So much more than ordered may be delivered (D-15.4)."
    )
    same_line_apart: bool = flag(
        "Same line stays apart",
        tab="Fulfilment",
        help="A line delivered twice in one document has two lines there; else it adds up (D-15.4).",
    )


class OfferType(RegistryRow, table=True):
    __tablename__ = "offer_type"
    outside: ClassVar = Registry("offer-types", "Offer types", "offer type", "Settings")
    code: str = code(length=12)
    name: str = text("Name", in_list=True)
    numbering_id: int = reference("numbering", "Numbering", registry="numberings", required=True, in_list=True)
    order_type_id: int | None = reference(
        "order_type", "Order type", registry="order-types", in_list=True,
        help="Of the orders made from such offers; without one none can be made (D-13.3).",
    )  # fmt: skip
    vat_included: bool = flag("VAT included", help="Prices contain VAT (D-7 step 6).", in_list=True)
    validity_days: int = whole(
        "Valid for days", default=30, in_list=True, help="From the offer's date; 0: no end (P-102)."
    )


class SupplierOrderType(RegistryRow, table=True):
    __tablename__ = "supplier_order_type"
    outside: ClassVar = Registry("supplier-order-types", "Supplier-order types", "supplier-order type", "Settings")
    code: str = code(length=12)
    name: str = text("Name", in_list=True)
    numbering_id: int = reference("numbering", "Numbering", registry="numberings", required=True, in_list=True)


FULFILMENT_KINDS = ("delivery note", "invoice")


class FulfilmentType(RegistryRow, table=True):
    """What a fulfilment document's type decides: its numbers, and whether goods leave the warehouse with it (§15)."""

    __tablename__ = "fulfilment_type"
    outside: ClassVar = Registry("fulfilment-types", "Fulfilment types", "fulfilment type", "Settings")
    code: str = code(length=12)
    name: str = text("Name", in_list=True)
    numbering_id: int = reference("numbering", "Numbering", registry="numberings", required=True, in_list=True)
    kind: str = choice("Kind", FULFILMENT_KINDS, in_list=True)
    moves_stock: bool = flag(
        "Moves stock", default=True, in_list=True, help="Goods leave the warehouse with it (D-15.1)."
    )
    warehouse_id: int | None = reference(
        "warehouse", "Warehouse", registry="warehouses", help="Goods leave from it; empty: the first one."
    )
