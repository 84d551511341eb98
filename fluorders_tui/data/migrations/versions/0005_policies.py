"""Policies of discounts."""

import sqlalchemy as sa
from alembic import op

from fluorders_tui.data.migrations.types import KEY, KEY_TEXT, key_text

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Policies of discounts."""
    op.create_table(
        "discount_combination",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(30), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("customer", sa.Boolean(), nullable=False),
        sa.Column("category", sa.Boolean(), nullable=False),
        sa.Column("item_class", sa.Boolean(), nullable=False),
        sa.Column("discount_category", sa.Boolean(), nullable=False),
        sa.Column("item", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discount_combination")),
        sa.UniqueConstraint("code", name=op.f("uq_discount_combination_code")),
    )
    op.create_table(
        "discount_policy",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(30), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("customer_id", KEY, nullable=True),
        sa.Column("category_id", KEY, nullable=True),
        sa.Column("item_class_id", KEY, nullable=True),
        sa.Column("discount_category_id", KEY, nullable=True),
        sa.Column("item_id", KEY, nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("discounts", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"], ["commercial_category.id"], name=op.f("fk_discount_policy_category_id")
        ),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_discount_policy_customer_id")),
        sa.ForeignKeyConstraint(
            ["discount_category_id"], ["discount_category.id"], name=op.f("fk_discount_policy_discount_category_id")
        ),
        sa.ForeignKeyConstraint(["item_class_id"], ["item_class.id"], name=op.f("fk_discount_policy_item_class_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_discount_policy_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discount_policy")),
        sa.UniqueConstraint("code", name=op.f("uq_discount_policy_code")),
    )
    op.create_index(op.f("ix_discount_policy_category_id"), "discount_policy", ["category_id"], unique=False)
    op.create_index(op.f("ix_discount_policy_customer_id"), "discount_policy", ["customer_id"], unique=False)
    op.create_index(
        op.f("ix_discount_policy_discount_category_id"), "discount_policy", ["discount_category_id"], unique=False
    )
    op.create_index(op.f("ix_discount_policy_item_class_id"), "discount_policy", ["item_class_id"], unique=False)
    op.create_index(op.f("ix_discount_policy_item_id"), "discount_policy", ["item_id"], unique=False)
