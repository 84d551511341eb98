"""Supplier orders, and the links between documents with the runs that made them (D-13.5, D-14)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, Boolean, Date, Index, String, Text, UniqueConstraint, text
from sqlmodel import Field

from fluorders_tui.data.tables.base import BigKey, KeyText, Row, key_text


class SupplierOrder(Row, table=True):
    __tablename__ = "supplier_order"
    __table_args__ = (
        UniqueConstraint("numbering_id", "period", "sequence"),
        Index("ix_supplier_order_number", "number", "id"),
        Index("ix_supplier_order_status_id", "status", "id"),
        Index("ix_supplier_order_supplier_id", "supplier_id", "id"),
        Index("ix_supplier_order_delivery_date", "delivery_date", "id"),
    )
    number: str = Field(sa_type=key_text(60), nullable=False)
    numbering_id: int = Field(foreign_key="numbering.id", sa_type=BigKey, nullable=False)
    period: str = Field(sa_type=key_text(20), nullable=False)
    sequence: int = Field(sa_type=BigInteger, nullable=False)
    order_type: str = Field(default="", sa_type=String(12), nullable=False)
    status: str = Field(sa_type=key_text(24), nullable=False)
    supplier_id: int = Field(foreign_key="supplier.id", sa_type=BigKey, nullable=False)
    supplier_code: str = Field(default="", sa_type=String(30), nullable=False)
    supplier_name: str = Field(default="", sa_type=key_text(120), nullable=False)
    order_date: dt.date = Field(sa_type=Date, nullable=False)
    delivery_date: dt.date | None = Field(default=None, sa_type=Date)
    confirmed_on: dt.date | None = Field(default=None, sa_type=Date)
    reference: str = Field(default="", sa_type=String(60), nullable=False)
    currency: str = Field(default="", sa_type=String(3), nullable=False)
    currency_decimals: int = Field(default=2, nullable=False)
    rate_nano: int = Field(default=1_000_000_000, sa_type=BigInteger, nullable=False)
    rate_date: dt.date | None = Field(default=None, sa_type=Date)
    payment_terms: str = Field(default="", sa_type=String(30), nullable=False)
    warehouse: str = Field(default="", sa_type=String(30), nullable=False)
    drop_ship: bool = Field(default=False, sa_type=Boolean, nullable=False)
    note: str = Field(default="", sa_type=Text, nullable=False)
    line_count: int = Field(default=0, nullable=False)
    net_minor: int = Field(default=0, sa_type=BigInteger, nullable=False)
    company_net_minor: int = Field(default=0, sa_type=BigInteger, nullable=False)
    entered_by: str = Field(default="", sa_type=String(60), nullable=False)
    entered_at: dt.datetime
    changed_at: dt.datetime
    snapshot: str = Field(default="", sa_type=Text, nullable=False)
    search_text: str = Field(default="", sa_type=KeyText, nullable=False)


class SupplierOrderLine(Row, table=True):
    """`confirmed_…` is what the supplier said, empty where they said nothing."""

    __tablename__ = "supplier_order_line"
    __table_args__ = (
        UniqueConstraint("order_id", "position"),
        Index("ix_supplier_order_line_item_id", "item_id", "order_id"),
    )
    order_id: int = Field(foreign_key="supplier_order.id", sa_type=BigKey, nullable=False)
    position: int = Field(nullable=False)
    item_id: int = Field(foreign_key="item.id", sa_type=BigKey, nullable=False)
    item_code: str = Field(default="", sa_type=String(40), nullable=False)
    supplier_item: str = Field(default="", sa_type=String(40), nullable=False)
    description: str = Field(default="", sa_type=Text, nullable=False)
    quantity_micro: int = Field(default=0, sa_type=BigInteger, nullable=False)
    confirmed_quantity_micro: int | None = Field(default=None, sa_type=BigInteger)
    received_micro: int = Field(default=0, sa_type=BigInteger, nullable=False)
    cancelled: bool = Field(default=False, sa_type=Boolean, nullable=False)
    unit: str = Field(default="", sa_type=String(12), nullable=False)
    unit_factor_micro: int = Field(default=1_000_000, sa_type=BigInteger, nullable=False)
    unit_decimals: int = Field(default=0, nullable=False)
    unit_price_micro: int = Field(default=0, sa_type=BigInteger, nullable=False)
    discounts: str = Field(default="", sa_type=String(200), nullable=False)
    gross_minor: int = Field(default=0, sa_type=BigInteger, nullable=False)
    net_minor: int = Field(default=0, sa_type=BigInteger, nullable=False)
    vat_code: str = Field(default="", sa_type=String(12), nullable=False)
    delivery_date: dt.date | None = Field(default=None, sa_type=Date)
    confirmed_date: dt.date | None = Field(default=None, sa_type=Date)
    note: str = Field(default="", sa_type=Text, nullable=False)
    snapshot: str = Field(default="", sa_type=Text, nullable=False)


class ConversionRun(Row, table=True):
    """One conversion, sharing or proposal that was written as a whole, so that it can be undone as one."""

    __tablename__ = "conversion_run"
    kind: str = Field(default="", sa_type=String(40), nullable=False)
    at: dt.datetime
    user: str = Field(default="", sa_type=String(60), nullable=False)
    note: str = Field(default="", sa_type=Text, nullable=False)
    undone_at: dt.datetime | None = None
    undone_by: str = Field(default="", sa_type=String(60), nullable=False)


class DocumentLink(Row, table=True):
    """`quantity` of the target line was made from the source line; line 0 is the header (D-14.3).

    `amounts` is JSON: the parts of amount discounts that went over. `exception` says why the linked
    customer line needs a decision (D-14.4), empty when all is well.
    """

    __tablename__ = "document_link"
    __table_args__ = (
        UniqueConstraint(
            "kind", "source_kind", "source_document", "source_line", "target_kind", "target_document", "target_line",
            name="uq_document_link_ends",
        ),
        Index("ix_document_link_source", "source_kind", "source_document", "source_line"),
        Index("ix_document_link_target", "target_kind", "target_document", "target_line"),
        Index("ix_document_link_run_id", "run_id"),
        Index(
            "ix_document_link_exception", "id", sqlite_where=text("exception <> ''"),
            postgresql_where=text("exception <> ''"),
        ),
    )  # fmt: skip
    run_id: int | None = Field(default=None, foreign_key="conversion_run.id", sa_type=BigKey)
    kind: str = Field(default="", sa_type=String(40), nullable=False)
    source_kind: str = Field(default="", sa_type=String(20), nullable=False)
    source_document: int = Field(sa_type=BigInteger, nullable=False)
    source_line: int = Field(default=0, sa_type=BigInteger, nullable=False)
    target_kind: str = Field(default="", sa_type=String(20), nullable=False)
    target_document: int = Field(sa_type=BigInteger, nullable=False)
    target_line: int = Field(default=0, sa_type=BigInteger, nullable=False)
    quantity_micro: int = Field(default=0, sa_type=BigInteger, nullable=False)
    done_micro: int = Field(default=0, sa_type=BigInteger, nullable=False)
    mode: str = Field(default="", sa_type=String(12), nullable=False)
    amounts: str = Field(default="", sa_type=Text, nullable=False)
    exception: str = Field(default="", sa_type=String(40), nullable=False)
    exception_note: str = Field(default="", sa_type=Text, nullable=False)
