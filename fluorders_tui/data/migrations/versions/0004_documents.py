"""Documents: customer orders and the journal."""

import sqlalchemy as sa
from alembic import op

from fluorders_tui.data.migrations.types import KEY, KEY_TEXT, UTCDateTime, key_text

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Documents: customer orders and the journal."""
    op.create_table(
        "held_draft",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("user", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("held_at", UTCDateTime(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_draft")),
    )
    op.create_index("ix_held_draft_user", "held_draft", ["user", "id"], unique=False)
    op.create_table(
        "journal",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("user", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("event", sa.String(length=30), nullable=False),
        sa.Column("from_status", sa.String(length=24), nullable=False),
        sa.Column("to_status", sa.String(length=24), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
    )
    op.create_index("ix_journal_document", "journal", ["kind", "document_id", "id"], unique=False)
    op.create_table(
        "status_counter",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("company_total_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_counter")),
        sa.UniqueConstraint("kind", "status", name=op.f("uq_status_counter_kind_status")),
    )
    op.create_table(
        "customer_order",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", key_text(60), nullable=False),
        sa.Column("numbering_id", KEY, nullable=False),
        sa.Column("period", key_text(20), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("status", key_text(24), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("customer_code", sa.String(length=30), nullable=False),
        sa.Column("customer_name", key_text(120), nullable=False),
        sa.Column("vat_number", sa.String(length=30), nullable=False),
        sa.Column("order_date", sa.Date(), nullable=False),
        sa.Column("delivery_date", sa.Date(), nullable=True),
        sa.Column("ready_date", sa.Date(), nullable=True),
        sa.Column("reference", sa.String(length=60), nullable=False),
        sa.Column("reference_key", key_text(60), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("zone", sa.String(length=30), nullable=False),
        sa.Column("category", sa.String(length=30), nullable=False),
        sa.Column("agent", sa.String(length=30), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("currency_decimals", sa.Integer(), nullable=False),
        sa.Column("rate_nano", sa.BigInteger(), nullable=False),
        sa.Column("rate_date", sa.Date(), nullable=True),
        sa.Column("vat_included", sa.Boolean(), nullable=False),
        sa.Column("destination_code", sa.String(length=30), nullable=False),
        sa.Column("destination_name", sa.String(length=120), nullable=False),
        sa.Column("destination_street", sa.String(length=120), nullable=False),
        sa.Column("destination_postcode", sa.String(length=16), nullable=False),
        sa.Column("destination_city", sa.String(length=120), nullable=False),
        sa.Column("destination_region", sa.String(length=40), nullable=False),
        sa.Column("destination_country", sa.String(length=2), nullable=False),
        sa.Column("payment_type", sa.String(length=30), nullable=False),
        sa.Column("payment_terms", sa.String(length=30), nullable=False),
        sa.Column("carrier", sa.String(length=30), nullable=False),
        sa.Column("shipping_method", sa.String(length=30), nullable=False),
        sa.Column("delivery_terms", sa.String(length=8), nullable=False),
        sa.Column("delivery_place", sa.String(length=120), nullable=False),
        sa.Column("packing", sa.String(length=30), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("internal_note", sa.Text(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("items_gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("discounts_minor", sa.BigInteger(), nullable=False),
        sa.Column("items_net_minor", sa.BigInteger(), nullable=False),
        sa.Column("final_discounts_minor", sa.BigInteger(), nullable=False),
        sa.Column("charges_minor", sa.BigInteger(), nullable=False),
        sa.Column("expenses_minor", sa.BigInteger(), nullable=False),
        sa.Column("taxable_minor", sa.BigInteger(), nullable=False),
        sa.Column("vat_minor", sa.BigInteger(), nullable=False),
        sa.Column("give_away_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("deposit_minor", sa.BigInteger(), nullable=False),
        sa.Column("company_total_minor", sa.BigInteger(), nullable=False),
        sa.Column("cost_minor", sa.BigInteger(), nullable=True),
        sa.Column("weight_micro", sa.BigInteger(), nullable=False),
        sa.Column("entered_by", sa.String(length=60), nullable=False),
        sa.Column("entered_at", UTCDateTime(), nullable=False),
        sa.Column("confirmed_at", UTCDateTime(), nullable=True),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("order_type", sa.String(length=12), nullable=False),
        sa.Column("execution", sa.String(length=24), nullable=False),
        sa.Column("customer_id", KEY, nullable=False),
        sa.Column("printed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_customer_order_customer_id")),
        sa.ForeignKeyConstraint(["numbering_id"], ["numbering.id"], name=op.f("fk_customer_order_numbering_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_order")),
        sa.UniqueConstraint(
            "numbering_id", "period", "sequence", name=op.f("uq_customer_order_numbering_id_period_sequence")
        ),
    )
    op.create_index(
        "ix_customer_order_company_total_minor", "customer_order", ["company_total_minor", "id"], unique=False
    )
    op.create_index("ix_customer_order_customer_id", "customer_order", ["customer_id", "id"], unique=False)
    op.create_index("ix_customer_order_customer_name", "customer_order", ["customer_name", "id"], unique=False)
    op.create_index("ix_customer_order_delivery_date", "customer_order", ["delivery_date", "id"], unique=False)
    op.create_index("ix_customer_order_number", "customer_order", ["number", "id"], unique=False)
    op.create_index("ix_customer_order_order_date", "customer_order", ["order_date", "id"], unique=False)
    op.create_index("ix_customer_order_reference_key", "customer_order", ["reference_key", "id"], unique=False)
    op.create_index("ix_customer_order_sequence", "customer_order", ["sequence"], unique=False)
    op.create_index("ix_customer_order_status_delivery", "customer_order", ["status", "delivery_date"], unique=False)
    op.create_index("ix_customer_order_status_id", "customer_order", ["status", "id"], unique=False)
    op.create_table(
        "customer_order_line",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line_type", sa.String(length=12), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("item_id", KEY, nullable=True),
        sa.Column("item_code", sa.String(length=40), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("quantity_micro", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=12), nullable=False),
        sa.Column("unit_factor_micro", sa.BigInteger(), nullable=False),
        sa.Column("unit_decimals", sa.Integer(), nullable=False),
        sa.Column("unit_price_micro", sa.BigInteger(), nullable=False),
        sa.Column("price_origin", sa.String(length=12), nullable=False),
        sa.Column("discounts", sa.String(length=200), nullable=False),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("final_discount_minor", sa.BigInteger(), nullable=False),
        sa.Column("vat_code", sa.String(length=12), nullable=False),
        sa.Column("vat_rate_micro", sa.BigInteger(), nullable=False),
        sa.Column("vat_kind", sa.String(length=20), nullable=False),
        sa.Column("vat_recourse", sa.Boolean(), nullable=False),
        sa.Column("ready_date", sa.Date(), nullable=True),
        sa.Column("delivery_date", sa.Date(), nullable=True),
        sa.Column("unit_cost_micro", sa.BigInteger(), nullable=False),
        sa.Column("weight_micro", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("order_id", KEY, nullable=False),
        sa.Column("executed_micro", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_customer_order_line_item_id")),
        sa.ForeignKeyConstraint(["order_id"], ["customer_order.id"], name=op.f("fk_customer_order_line_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_order_line")),
        sa.UniqueConstraint("order_id", "position", name=op.f("uq_customer_order_line_order_id_position")),
    )
    op.create_index("ix_customer_order_line_item_id", "customer_order_line", ["item_id", "order_id"], unique=False)
