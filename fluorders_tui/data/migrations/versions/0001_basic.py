"""Basic tables."""

import sqlalchemy as sa
from alembic import op

from fluorders_tui.data.migrations.types import KEY, KEY_TEXT, key_text

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Basic tables."""
    op.create_table(
        "agent",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(30), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("commission_micro", sa.BigInteger(), nullable=True),
        sa.Column("email", sa.String(length=120), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent")),
        sa.UniqueConstraint("code", name=op.f("uq_agent_code")),
    )
    op.create_table(
        "brand",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(30), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brand")),
        sa.UniqueConstraint("code", name=op.f("uq_brand_code")),
    )
    op.create_table(
        "cancel_reason",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(30), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cancel_reason")),
        sa.UniqueConstraint("code", name=op.f("uq_cancel_reason_code")),
    )
    op.create_table(
        "commercial_category",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(30), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commercial_category")),
        sa.UniqueConstraint("code", name=op.f("uq_commercial_category_code")),
    )
    op.create_table(
        "currency",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(3), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("symbol", sa.String(length=6), nullable=False),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_currency")),
        sa.UniqueConstraint("code", name=op.f("uq_currency_code")),
    )
    op.create_table(
        "delivery_term",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(8), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_term")),
        sa.UniqueConstraint("code", name=op.f("uq_delivery_term_code")),
    )
    op.create_table(
        "desk_user",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("email", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_user")),
        sa.UniqueConstraint("code", name=op.f("uq_desk_user_code")),
    )
    op.create_table(
        "discount_category",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(30), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discount_category")),
        sa.UniqueConstraint("code", name=op.f("uq_discount_category_code")),
    )
    op.create_table(
        "item_class",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(30), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_class")),
        sa.UniqueConstraint("code", name=op.f("uq_item_class_code")),
    )
    op.create_table(
        "item_type",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(30), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_type")),
        sa.UniqueConstraint("code", name=op.f("uq_item_type_code")),
    )
    op.create_table(
        "language",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(8), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_language")),
        sa.UniqueConstraint("code", name=op.f("uq_language_code")),
    )
    op.create_table(
        "packing",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(30), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packing")),
        sa.UniqueConstraint("code", name=op.f("uq_packing_code")),
    )
    op.create_table(
        "shipping_method",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(30), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipping_method")),
        sa.UniqueConstraint("code", name=op.f("uq_shipping_method_code")),
    )
    op.create_table(
        "unit",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(12), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_code")),
    )
    op.create_table(
        "warehouse",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(30), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warehouse")),
        sa.UniqueConstraint("code", name=op.f("uq_warehouse_code")),
    )
    op.create_table(
        "zone",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(30), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone")),
        sa.UniqueConstraint("code", name=op.f("uq_zone_code")),
    )
    op.create_table(
        "coded_note",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(30), nullable=False),
        sa.Column("language_id", KEY, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["language_id"], ["language.id"], name=op.f("fk_coded_note_language_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coded_note")),
        sa.UniqueConstraint("code", name=op.f("uq_coded_note_code")),
    )
    op.create_index(op.f("ix_coded_note_language_id"), "coded_note", ["language_id"], unique=False)
    op.create_table(
        "country",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(2), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("language_id", KEY, nullable=True),
        sa.Column("european_union", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["language_id"], ["language.id"], name=op.f("fk_country_language_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_country")),
        sa.UniqueConstraint("code", name=op.f("uq_country_code")),
    )
    op.create_index(op.f("ix_country_language_id"), "country", ["language_id"], unique=False)
    op.create_table(
        "currency_rate",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("currency_id", KEY, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("rate_nano", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["currency_id"], ["currency.id"], name=op.f("fk_currency_rate_currency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_currency_rate")),
        sa.UniqueConstraint("currency_id", "valid_from", name=op.f("uq_currency_rate_currency_id_valid_from")),
    )
    op.create_index(op.f("ix_currency_rate_currency_id"), "currency_rate", ["currency_id"], unique=False)
    op.create_table(
        "calendar",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(30), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("country_id", KEY, nullable=True),
        sa.Column("weekend", sa.String(length=14), nullable=False),
        sa.ForeignKeyConstraint(["country_id"], ["country.id"], name=op.f("fk_calendar_country_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar")),
        sa.UniqueConstraint("code", name=op.f("uq_calendar_code")),
    )
    op.create_index(op.f("ix_calendar_country_id"), "calendar", ["country_id"], unique=False)
    op.create_table(
        "carrier",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(30), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("vat_number", sa.String(length=30), nullable=False),
        sa.Column("street", sa.String(length=120), nullable=False),
        sa.Column("postcode", sa.String(length=16), nullable=False),
        sa.Column("city", sa.String(length=120), nullable=False),
        sa.Column("country_id", KEY, nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["country_id"], ["country.id"], name=op.f("fk_carrier_country_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier")),
        sa.UniqueConstraint("code", name=op.f("uq_carrier_code")),
    )
    op.create_index(op.f("ix_carrier_country_id"), "carrier", ["country_id"], unique=False)
    op.create_table(
        "calendar_day",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("calendar_id", KEY, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendar.id"], name=op.f("fk_calendar_day_calendar_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_day")),
        sa.UniqueConstraint("calendar_id", "day", name=op.f("uq_calendar_day_calendar_id_day")),
    )
    op.create_index(op.f("ix_calendar_day_calendar_id"), "calendar_day", ["calendar_id"], unique=False)
