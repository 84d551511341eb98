"""Delivery notes, invoices and what suppliers shipped: what executed which order line, and what of it was undone (§15)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, Boolean, Date, Index, String, Text, UniqueConstraint
from sqlmodel import Field

from fluorders_tui.data.tables.base import BigKey, Row, key_text


class FulfilmentDocument(Row, table=True):
    """One delivery. What a supplier shipped has no number of its own but that of the supplier order.

    Header texts are those of the first order (D-15.5); `order_references` are all the orders' own.
    """

    __tablename__ = "fulfilment_document"
    __table_args__ = (
        UniqueConstraint("numbering_id", "period", "sequence"),
        Index("ix_fulfilment_document_number", "number", "id"),
        Index("ix_fulfilment_document_status_id", "status", "id"),
        Index("ix_fulfilment_document_customer_id", "customer_id", "id"),
        Index("ix_fulfilment_document_document_date", "document_date", "id"),
        Index("ix_fulfilment_document_supplier_order_id", "supplier_order_id", "id"),
    )
    number: str = Field(sa_type=key_text(60), nullable=False)
    numbering_id: int | None = Field(default=None, foreign_key="numbering.id", sa_type=BigKey)
    period: str = Field(default="", sa_type=key_text(20), nullable=False)
    sequence: int | None = Field(default=None, sa_type=BigInteger)
    kind: str = Field(sa_type=String(20), nullable=False)
    fulfilment_type: str = Field(default="", sa_type=String(12), nullable=False)
    status: str = Field(sa_type=key_text(24), nullable=False)
    document_date: dt.date = Field(sa_type=Date, nullable=False)
    customer_id: int = Field(foreign_key="customer.id", sa_type=BigKey, nullable=False)
    customer_code: str = Field(default="", sa_type=String(30), nullable=False)
    customer_name: str = Field(default="", sa_type=key_text(120), nullable=False)
    supplier_order_id: int | None = Field(default=None, foreign_key="supplier_order.id", sa_type=BigKey)
    warehouse: str = Field(default="", sa_type=String(30), nullable=False)
    destination_code: str = Field(default="", sa_type=String(30), nullable=False)
    destination_text: str = Field(default="", sa_type=Text, nullable=False)
    recipient_text: str = Field(default="", sa_type=Text, nullable=False)
    currency: str = Field(default="", sa_type=String(3), nullable=False)
    language: str = Field(default="", sa_type=String(8), nullable=False)
    payment_type: str = Field(default="", sa_type=String(30), nullable=False)
    payment_terms: str = Field(default="", sa_type=String(30), nullable=False)
    carrier: str = Field(default="", sa_type=String(30), nullable=False)
    shipping_method: str = Field(default="", sa_type=String(30), nullable=False)
    delivery_terms: str = Field(default="", sa_type=String(8), nullable=False)
    delivery_place: str = Field(default="", sa_type=String(120), nullable=False)
    packing: str = Field(default="", sa_type=String(30), nullable=False)
    order_references: str = Field(default="", sa_type=Text, nullable=False)
    note: str = Field(default="", sa_type=Text, nullable=False)
    line_count: int = Field(default=0, nullable=False)
    weight_micro: int = Field(default=0, sa_type=BigInteger, nullable=False)
    entered_by: str = Field(default="", sa_type=String(60), nullable=False)
    entered_at: dt.datetime
    undone_by: str = Field(default="", sa_type=String(60), nullable=False)
    undone_at: dt.datetime | None = None
    undone_reason: str = Field(default="", sa_type=Text, nullable=False)


class FulfilmentLine(Row, table=True):
    """So much of one order line; `undone_micro` of it was given back (D-15.2).

    `stock_micro` is what the line took from the document's warehouse and did not give back, in the item's main unit.
    `forced` says that it closed the rest of its order line as well.
    """

    __tablename__ = "fulfilment_line"
    __table_args__ = (
        UniqueConstraint("document_id", "position"),
        Index("ix_fulfilment_line_order_line_id", "order_line_id", "document_id"),
        Index("ix_fulfilment_line_order_id", "order_id", "document_id"),
    )
    document_id: int = Field(foreign_key="fulfilment_document.id", sa_type=BigKey, nullable=False)
    position: int = Field(nullable=False)
    order_id: int = Field(foreign_key="customer_order.id", sa_type=BigKey, nullable=False)
    order_line_id: int = Field(sa_type=BigInteger, nullable=False)
    order_number: str = Field(default="", sa_type=String(60), nullable=False)
    order_position: int = Field(default=0, nullable=False)
    item_id: int | None = Field(default=None, foreign_key="item.id", sa_type=BigKey)
    item_code: str = Field(default="", sa_type=String(40), nullable=False)
    description: str = Field(default="", sa_type=Text, nullable=False)
    quantity_micro: int = Field(default=0, sa_type=BigInteger, nullable=False)
    undone_micro: int = Field(default=0, sa_type=BigInteger, nullable=False)
    unit: str = Field(default="", sa_type=String(12), nullable=False)
    unit_factor_micro: int = Field(default=1_000_000, sa_type=BigInteger, nullable=False)
    unit_decimals: int = Field(default=0, nullable=False)
    stock_micro: int = Field(default=0, sa_type=BigInteger, nullable=False)
    forced: bool = Field(default=False, sa_type=Boolean, nullable=False)
