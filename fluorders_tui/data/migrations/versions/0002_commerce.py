"""Commerce tables, order types and numberings."""

import sqlalchemy as sa
from alembic import op

from fluorders_tui.data.migrations.types import KEY, KEY_TEXT, key_text

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Commerce tables, order types and numberings."""
    op.create_table(
        "company",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(30), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("time_zone", sa.String(length=40), nullable=False),
        sa.Column("order_type", sa.String(length=12), nullable=False),
        sa.Column("vat_code", sa.String(length=12), nullable=False),
        sa.Column("minimum_value_minor", sa.BigInteger(), nullable=True),
        sa.Column("calendar", sa.String(length=30), nullable=False),
        sa.Column("closing_days", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("search_all_lists", sa.Boolean(), nullable=False),
        sa.Column("zero_price", sa.String(length=20), nullable=False),
        sa.Column("discount_give_aways", sa.Boolean(), nullable=False),
        sa.Column("commission_give_aways", sa.Boolean(), nullable=False),
        sa.Column("pack_multiple", sa.String(length=20), nullable=False),
        sa.Column("economic_lot", sa.String(length=20), nullable=False),
        sa.Column("propose_lot", sa.Boolean(), nullable=False),
        sa.Column("past_delivery", sa.String(length=20), nullable=False),
        sa.Column("group_summary", sa.Boolean(), nullable=False),
        sa.Column("group_by_type", sa.Boolean(), nullable=False),
        sa.Column("group_by_year", sa.Boolean(), nullable=False),
        sa.Column("group_by_month", sa.Boolean(), nullable=False),
        sa.Column("group_by_rate", sa.Boolean(), nullable=False),
        sa.Column("group_by_project", sa.Boolean(), nullable=False),
        sa.Column("group_by_payment", sa.Boolean(), nullable=False),
        sa.Column("group_by_destination", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company")),
        sa.UniqueConstraint("code", name=op.f("uq_company_code")),
    )
    op.create_table(
        "discount_type",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(30), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("application", sa.String(length=20), nullable=False),
        sa.Column("excluded_from_commission", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discount_type")),
        sa.UniqueConstraint("code", name=op.f("uq_discount_type_code")),
    )
    op.create_table(
        "numbering",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(30), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("format", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_numbering")),
        sa.UniqueConstraint("code", name=op.f("uq_numbering_code")),
    )
    op.create_table(
        "payment_term",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(30), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("commercial", sa.Boolean(), nullable=False),
        sa.Column("monthly_settlement", sa.Boolean(), nullable=False),
        sa.Column("weekly_settlement", sa.Boolean(), nullable=False),
        sa.Column("extra_days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_term")),
        sa.UniqueConstraint("code", name=op.f("uq_payment_term_code")),
    )
    op.create_table(
        "payment_type",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(30), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("discounts", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_type")),
        sa.UniqueConstraint("code", name=op.f("uq_payment_type_code")),
    )
    op.create_table(
        "vat_code",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(12), nullable=False),
        sa.Column("description", sa.String(length=120), nullable=False),
        sa.Column("rate_micro", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vat_code")),
        sa.UniqueConstraint("code", name=op.f("uq_vat_code_code")),
    )
    op.create_table(
        "expense_type",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(30), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("vat_code_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["vat_code_id"], ["vat_code.id"], name=op.f("fk_expense_type_vat_code_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expense_type")),
        sa.UniqueConstraint("code", name=op.f("uq_expense_type_code")),
    )
    op.create_index(op.f("ix_expense_type_vat_code_id"), "expense_type", ["vat_code_id"], unique=False)
    op.create_table(
        "numbering_counter",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("numbering_id", KEY, nullable=False),
        sa.Column("period", key_text(20), nullable=False),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["numbering_id"], ["numbering.id"], name=op.f("fk_numbering_counter_numbering_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_numbering_counter")),
        sa.UniqueConstraint("numbering_id", "period", name=op.f("uq_numbering_counter_numbering_id_period")),
    )
    op.create_table(
        "numbering_policy",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("numbering_id", KEY, nullable=False),
        sa.Column("code", key_text(30), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("period", sa.String(length=20), nullable=False),
        sa.Column("shift_months", sa.Integer(), nullable=False),
        sa.Column("shift_days", sa.Integer(), nullable=False),
        sa.Column("progressive_by_date", sa.Boolean(), nullable=False),
        sa.Column("recover_gaps", sa.Boolean(), nullable=False),
        sa.Column("format", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["numbering_id"], ["numbering.id"], name=op.f("fk_numbering_policy_numbering_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_numbering_policy")),
        sa.UniqueConstraint("numbering_id", "code", name=op.f("uq_numbering_policy_numbering_id_code")),
    )
    op.create_index(op.f("ix_numbering_policy_numbering_id"), "numbering_policy", ["numbering_id"], unique=False)
    op.create_table(
        "numbering_range",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("numbering_id", KEY, nullable=False),
        sa.Column("policy", sa.String(length=30), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("search_start", sa.Integer(), nullable=True),
        sa.Column("end", sa.Integer(), nullable=True),
        sa.Column("external", sa.Boolean(), nullable=False),
        sa.Column("format", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["numbering_id"], ["numbering.id"], name=op.f("fk_numbering_range_numbering_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_numbering_range")),
        sa.UniqueConstraint(
            "numbering_id", "policy", "start", name=op.f("uq_numbering_range_numbering_id_policy_start")
        ),
    )
    op.create_index(op.f("ix_numbering_range_numbering_id"), "numbering_range", ["numbering_id"], unique=False)
    op.create_table(
        "order_type",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(12), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("numbering_id", KEY, nullable=False),
        sa.Column("vat_included", sa.Boolean(), nullable=False),
        sa.Column("automatic_confirmation", sa.Boolean(), nullable=False),
        sa.Column("credit", sa.Boolean(), nullable=False),
        sa.Column("exclude_lock", sa.Boolean(), nullable=False),
        sa.Column("block_when_printed", sa.Boolean(), nullable=False),
        sa.Column("execution_needs_print", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["numbering_id"], ["numbering.id"], name=op.f("fk_order_type_numbering_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_type")),
        sa.UniqueConstraint("code", name=op.f("uq_order_type_code")),
    )
    op.create_index(op.f("ix_order_type_numbering_id"), "order_type", ["numbering_id"], unique=False)
    op.create_table(
        "payment_term_excluded_month",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("payment_term_id", KEY, nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("to_month", sa.Integer(), nullable=False),
        sa.Column("to_day", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["payment_term_id"], ["payment_term.id"], name=op.f("fk_payment_term_excluded_month_payment_term_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_term_excluded_month")),
        sa.UniqueConstraint(
            "payment_term_id", "month", name=op.f("uq_payment_term_excluded_month_payment_term_id_month")
        ),
    )
    op.create_index(
        op.f("ix_payment_term_excluded_month_payment_term_id"),
        "payment_term_excluded_month",
        ["payment_term_id"],
        unique=False,
    )
    op.create_table(
        "payment_term_instalment",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("payment_term_id", KEY, nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("share_taxable_micro", sa.BigInteger(), nullable=False),
        sa.Column("share_vat_micro", sa.BigInteger(), nullable=False),
        sa.Column("share_expenses_micro", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["payment_term_id"], ["payment_term.id"], name=op.f("fk_payment_term_instalment_payment_term_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_term_instalment")),
        sa.UniqueConstraint("payment_term_id", "days", name=op.f("uq_payment_term_instalment_payment_term_id_days")),
    )
    op.create_index(
        op.f("ix_payment_term_instalment_payment_term_id"), "payment_term_instalment", ["payment_term_id"], unique=False
    )
    op.create_table(
        "supplier_order_type",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(12), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("numbering_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["numbering_id"], ["numbering.id"], name=op.f("fk_supplier_order_type_numbering_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_order_type")),
        sa.UniqueConstraint("code", name=op.f("uq_supplier_order_type_code")),
    )
    op.create_index(op.f("ix_supplier_order_type_numbering_id"), "supplier_order_type", ["numbering_id"], unique=False)
    op.create_table(
        "offer_type",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(12), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("numbering_id", KEY, nullable=False),
        sa.Column("order_type_id", KEY, nullable=True),
        sa.Column("vat_included", sa.Boolean(), nullable=False),
        sa.Column("validity_days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["numbering_id"], ["numbering.id"], name=op.f("fk_offer_type_numbering_id")),
        sa.ForeignKeyConstraint(["order_type_id"], ["order_type.id"], name=op.f("fk_offer_type_order_type_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_type")),
        sa.UniqueConstraint("code", name=op.f("uq_offer_type_code")),
    )
    op.create_index(op.f("ix_offer_type_numbering_id"), "offer_type", ["numbering_id"], unique=False)
    op.create_index(op.f("ix_offer_type_order_type_id"), "offer_type", ["order_type_id"], unique=False)
