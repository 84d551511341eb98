"""Fulfilment documents, what order types say about deliveries, and the indexes that availability is read by."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from fluorders_tui.data.migrations.types import KEY, KEY_TEXT, UTCDateTime, key_text

revision = "0010"
down_revision = "0009"


def _text(name: str, length: int) -> Any:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _big(name: str) -> Any:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def upgrade() -> None:
    """Three tables, two flags of order types, two parameters, two partial indexes."""
    op.create_table(
        "fulfilment_type",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(12), nullable=False),
        _text("name", 120),
        sa.Column("numbering_id", KEY, nullable=False),
        _text("kind", 20),
        sa.Column("moves_stock", sa.Boolean(), nullable=False),
        sa.Column("warehouse_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["numbering_id"], ["numbering.id"], name="fk_fulfilment_type_numbering_id"),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name="fk_fulfilment_type_warehouse_id"),
        sa.PrimaryKeyConstraint("id", name="pk_fulfilment_type"),
        sa.UniqueConstraint("code", name="uq_fulfilment_type_code"),
    )
    op.create_index("ix_fulfilment_type_numbering_id", "fulfilment_type", ["numbering_id"])
    op.create_index("ix_fulfilment_type_warehouse_id", "fulfilment_type", ["warehouse_id"])
    op.create_table(
        "fulfilment_document",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", key_text(60), nullable=False),
        sa.Column("numbering_id", KEY, nullable=True),
        sa.Column("period", key_text(20), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        _text("kind", 20),
        _text("fulfilment_type", 12),
        sa.Column("status", key_text(24), nullable=False),
        sa.Column("document_date", sa.Date(), nullable=False),
        sa.Column("customer_id", KEY, nullable=False),
        _text("customer_code", 30),
        sa.Column("customer_name", key_text(120), nullable=False),
        sa.Column("supplier_order_id", KEY, nullable=True),
        _text("warehouse", 30),
        _text("destination_code", 30),
        sa.Column("destination_text", sa.Text(), nullable=False),
        sa.Column("recipient_text", sa.Text(), nullable=False),
        _text("currency", 3),
        _text("language", 8),
        _text("payment_type", 30),
        _text("payment_terms", 30),
        _text("carrier", 30),
        _text("shipping_method", 30),
        _text("delivery_terms", 8),
        _text("delivery_place", 120),
        _text("packing", 30),
        sa.Column("order_references", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        _big("weight_micro"),
        _text("entered_by", 60),
        sa.Column("entered_at", UTCDateTime(), nullable=False),
        _text("undone_by", 60),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.Column("undone_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["numbering_id"], ["numbering.id"], name="fk_fulfilment_document_numbering_id"),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name="fk_fulfilment_document_customer_id"),
        sa.ForeignKeyConstraint(
            ["supplier_order_id"], ["supplier_order.id"], name="fk_fulfilment_document_supplier_order_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_fulfilment_document"),
        sa.UniqueConstraint(
            "numbering_id", "period", "sequence", name="uq_fulfilment_document_numbering_id_period_sequence"
        ),
    )
    for column in ("number", "status", "customer_id", "document_date", "supplier_order_id"):
        name = "status_id" if column == "status" else column
        op.create_index(f"ix_fulfilment_document_{name}", "fulfilment_document", [column, "id"])
    op.create_table(
        "fulfilment_line",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("order_id", KEY, nullable=False),
        _big("order_line_id"),
        _text("order_number", 60),
        sa.Column("order_position", sa.Integer(), nullable=False),
        sa.Column("item_id", KEY, nullable=True),
        _text("item_code", 40),
        sa.Column("description", sa.Text(), nullable=False),
        _big("quantity_micro"),
        _big("undone_micro"),
        _text("unit", 12),
        _big("unit_factor_micro"),
        sa.Column("unit_decimals", sa.Integer(), nullable=False),
        _big("stock_micro"),
        sa.Column("forced", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["fulfilment_document.id"], name="fk_fulfilment_line_document_id"),
        sa.ForeignKeyConstraint(["order_id"], ["customer_order.id"], name="fk_fulfilment_line_order_id"),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_fulfilment_line_item_id"),
        sa.PrimaryKeyConstraint("id", name="pk_fulfilment_line"),
        sa.UniqueConstraint("document_id", "position", name="uq_fulfilment_line_document_id_position"),
    )
    op.create_index("ix_fulfilment_line_order_line_id", "fulfilment_line", ["order_line_id", "document_id"])
    op.create_index("ix_fulfilment_line_order_id", "fulfilment_line", ["order_id", "document_id"])
    _more_columns()
    _open_indexes()


def _more_columns() -> None:
    for table, name, kind, default in (
        ("order_type", "over_delivery_micro", sa.BigInteger(), "0"),
        ("order_type", "same_line_apart", sa.Boolean(), sa.false()),
        ("company", "fulfilment_type", sa.String(length=12), "DN"),
        ("company", "short_stock", sa.String(length=20), "warn"),
    ):
        op.add_column(table, sa.Column(name, kind, nullable=False, server_default=default))


def _open_indexes() -> None:
    """What is open is a few per cent of all: an item's and a customer's open lines are found without the rest."""
    lines = sa.text("status IN ('inserted', 'confirmed', 'on supply', 'ready', 'partially executed')")
    orders = sa.text("status IN ('entered', 'waiting for approval', 'locked', 'confirmed', 'partially executed')")
    op.create_index(
        "ix_customer_order_line_open_item",
        "customer_order_line",
        ["item_id", "order_id"],
        sqlite_where=lines,
        postgresql_where=lines,
    )
    op.create_index(
        "ix_customer_order_open_customer",
        "customer_order",
        ["customer_id", "delivery_date"],
        sqlite_where=orders,
        postgresql_where=orders,
    )
