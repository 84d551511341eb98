"""Customer orders, their lines, the journal, status counters and held drafts.

Whatever is searched, listed or summed has a column of its own; the other parts of what an order
took from the registries stand in `snapshot` as JSON (D-2.5).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, Index, String, Text, UniqueConstraint, text
from sqlmodel import Field

from fluorders_tui.data.tables.base import BigKey, KeyText, Row, key_text

#: What is open, word for word as the partial indexes have it: only so the databases use them.
OPEN_LINE = "status IN ('inserted', 'confirmed', 'on supply', 'ready', 'partially executed')"
OPEN_ORDER = "status IN ('entered', 'waiting for approval', 'locked', 'confirmed', 'partially executed')"

#: Orders that may use up credit (D-11.1).
USES_CREDIT = "counts_credit AND company_open_minor > 0"


def _minor(*, nullable: bool = False) -> Any:
    return Field(default=None if nullable else 0, sa_type=BigInteger, nullable=nullable)


def _text(length: int = 120) -> Any:
    return Field(default="", sa_type=String(length), nullable=False)


def _day(*, nullable: bool = True) -> Any:
    return Field(default=None, sa_type=Date, nullable=nullable)


class SalesDocument(Row):
    """The header that customer orders and offers share."""

    number: str = Field(sa_type=key_text(60), nullable=False)
    numbering_id: int = Field(foreign_key="numbering.id", sa_type=BigKey, nullable=False)
    period: str = Field(sa_type=key_text(20), nullable=False)
    sequence: int = Field(sa_type=BigInteger, nullable=False)
    status: str = Field(sa_type=key_text(24), nullable=False)
    revision: int = Field(default=0, nullable=False)
    customer_code: str = _text(30)
    customer_name: str = Field(default="", sa_type=key_text(120), nullable=False)
    vat_number: str = _text(30)
    order_date: dt.date = Field(sa_type=Date, nullable=False)
    delivery_date: dt.date | None = _day()
    ready_date: dt.date | None = _day()
    reference: str = _text(60)
    reference_key: str = Field(default="", sa_type=key_text(60), nullable=False)
    language: str = _text(8)
    zone: str = _text(30)
    category: str = _text(30)
    agent: str = _text(30)
    currency: str = _text(3)
    currency_decimals: int = Field(default=2, nullable=False)
    rate_nano: int = Field(default=1_000_000_000, sa_type=BigInteger, nullable=False)
    rate_date: dt.date | None = _day()
    vat_included: bool = Field(default=False, sa_type=Boolean, nullable=False)
    destination_code: str = _text(30)
    destination_name: str = _text()
    destination_street: str = _text()
    destination_postcode: str = _text(16)
    destination_city: str = _text()
    destination_region: str = _text(40)
    destination_country: str = _text(2)
    payment_type: str = _text(30)
    payment_terms: str = _text(30)
    carrier: str = _text(30)
    shipping_method: str = _text(30)
    delivery_terms: str = _text(8)
    delivery_place: str = _text()
    packing: str = _text(30)
    note: str = Field(default="", sa_type=Text, nullable=False)
    internal_note: str = Field(default="", sa_type=Text, nullable=False)
    line_count: int = Field(default=0, nullable=False)
    items_gross_minor: int = _minor()
    discounts_minor: int = _minor()
    items_net_minor: int = _minor()
    final_discounts_minor: int = _minor()
    charges_minor: int = _minor()
    expenses_minor: int = _minor()
    taxable_minor: int = _minor()
    vat_minor: int = _minor()
    give_away_minor: int = _minor()
    total_minor: int = _minor()
    deposit_minor: int = _minor()
    company_total_minor: int = _minor()
    cost_minor: int | None = _minor(nullable=True)
    weight_micro: int = _minor()
    entered_by: str = _text(60)
    entered_at: dt.datetime
    confirmed_at: dt.datetime | None = None
    changed_at: dt.datetime
    snapshot: str = Field(default="", sa_type=Text, nullable=False)
    search_text: str = Field(default="", sa_type=KeyText, nullable=False)


class SalesLine(Row):
    """The line that customer orders and offers share."""

    position: int = Field(nullable=False)
    line_type: str = _text(12)
    status: str = _text(24)
    item_id: int | None = Field(default=None, foreign_key="item.id", sa_type=BigKey)
    item_code: str = _text(40)
    description: str = Field(default="", sa_type=Text, nullable=False)
    quantity_micro: int = _minor()
    unit: str = _text(12)
    unit_factor_micro: int = Field(default=1_000_000, sa_type=BigInteger, nullable=False)
    unit_decimals: int = Field(default=0, nullable=False)
    unit_price_micro: int = _minor()
    price_origin: str = _text(12)
    discounts: str = _text(200)
    gross_minor: int = _minor()
    net_minor: int = _minor()
    final_discount_minor: int = _minor()
    vat_code: str = _text(12)
    vat_rate_micro: int = _minor()
    vat_kind: str = _text(20)
    vat_recourse: bool = Field(default=False, sa_type=Boolean, nullable=False)
    ready_date: dt.date | None = _day()
    delivery_date: dt.date | None = _day()
    unit_cost_micro: int = _minor()
    weight_micro: int = _minor()
    note: str = Field(default="", sa_type=Text, nullable=False)
    snapshot: str = Field(default="", sa_type=Text, nullable=False)


class CustomerOrder(SalesDocument, table=True):
    __tablename__ = "customer_order"
    __table_args__ = (
        UniqueConstraint("numbering_id", "period", "sequence"),
        Index("ix_customer_order_number", "number", "id"),
        Index("ix_customer_order_sequence", "sequence"),
        Index("ix_customer_order_status_id", "status", "id"),
        Index("ix_customer_order_customer_id", "customer_id", "id"),
        Index("ix_customer_order_order_date", "order_date", "id"),
        Index("ix_customer_order_delivery_date", "delivery_date", "id"),
        Index("ix_customer_order_customer_name", "customer_name", "id"),
        Index("ix_customer_order_company_total_minor", "company_total_minor", "id"),
        Index("ix_customer_order_reference_key", "reference_key", "id"),
        Index("ix_customer_order_status_delivery", "status", "delivery_date"),
        Index("ix_customer_order_entry_id", "entry_id", unique=True),
        Index(
            "ix_customer_order_exposure", "customer_id", "status", "company_open_minor",
            sqlite_where=text(USES_CREDIT), postgresql_where=text(USES_CREDIT),
        ),
        Index(
            "ix_customer_order_open_customer", "customer_id", "delivery_date",
            sqlite_where=text(OPEN_ORDER), postgresql_where=text(OPEN_ORDER),
        ),
    )  # fmt: skip
    order_type: str = _text(12)
    execution: str = _text(24)
    counts_credit: bool = Field(default=True, sa_type=Boolean, nullable=False)
    company_open_minor: int = _minor()
    customer_id: int = Field(foreign_key="customer.id", sa_type=BigKey, nullable=False)
    printed_at: dt.datetime | None = None
    resend_confirmation: bool = Field(default=False, sa_type=Boolean, nullable=False)
    entry_id: str | None = Field(default=None, sa_type=key_text(32), nullable=True)


class CustomerOrderLine(SalesLine, table=True):
    __tablename__ = "customer_order_line"
    __table_args__ = (
        UniqueConstraint("order_id", "position"),
        Index("ix_customer_order_line_item_id", "item_id", "order_id"),
        Index(
            "ix_customer_order_line_open_item", "item_id", "order_id", "ready_date", "delivery_date",
            "unit_factor_micro", "quantity_micro", "executed_micro", "status",
            sqlite_where=text(OPEN_LINE), postgresql_where=text(OPEN_LINE),
        ),
    )  # fmt: skip
    order_id: int = Field(foreign_key="customer_order.id", sa_type=BigKey, nullable=False)
    executed_micro: int = _minor()


class JournalEntry(Row, table=True):
    """Everything that happened to every document and registry row: who, when, what, before, after.

    `kind` is `order` or a registry's name; `before` and `after` are JSON objects of the fields that
    changed. Entries are only ever added.
    """

    __tablename__ = "journal"
    __table_args__ = (Index("ix_journal_document", "kind", "document_id", "id"),)
    at: dt.datetime
    user: str = _text(60)
    kind: str = _text(40)
    document_id: int = Field(sa_type=BigInteger, nullable=False)
    number: str = _text(60)
    event: str = _text(30)
    from_status: str = _text(24)
    to_status: str = _text(24)
    comment: str = Field(default="", sa_type=Text, nullable=False)
    before: str = Field(default="", sa_type=Text, nullable=False)
    after: str = Field(default="", sa_type=Text, nullable=False)


class StatusCounter(Row, table=True):
    """How many documents stand in a status and what they are worth, kept in each saving transaction."""

    __tablename__ = "status_counter"
    __table_args__ = (UniqueConstraint("kind", "status"),)
    kind: str = _text(20)
    status: str = _text(24)
    count: int = Field(default=0, sa_type=BigInteger, nullable=False)
    company_total_minor: int = _minor()


class Presence(Row, table=True):
    """Who has a document open; a desk that is not heard of for a while is gone (D-12.7b).

    `desk` names one open screen, `place` the machine it runs on.
    """

    __table_args__ = (
        UniqueConstraint("desk", "kind", "document_id"),
        Index("ix_presence_document", "kind", "document_id"),
    )
    desk: str = Field(sa_type=key_text(32), nullable=False)
    kind: str = _text(20)
    document_id: int = Field(sa_type=BigInteger, nullable=False)
    user: str = _text(60)
    place: str = _text(60)
    opened_at: dt.datetime
    seen_at: dt.datetime


class HeldDraft(Row, table=True):
    """An order put aside while another call comes in (D-12.9); `payload` is the draft as JSON."""

    __tablename__ = "held_draft"
    __table_args__ = (Index("ix_held_draft_user", "user", "id"),)
    user: str = _text(60)
    title: str = _text(200)
    held_at: dt.datetime
    payload: str = Field(default="", sa_type=Text, nullable=False)
