"""Parties, items and prices."""

import sqlalchemy as sa
from alembic import op

from fluorders_tui.data.migrations.types import KEY, KEY_TEXT, key_text

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Parties, items and prices."""
    op.create_table(
        "price_list_type",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(30), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_list_type")),
        sa.UniqueConstraint("code", name=op.f("uq_price_list_type_code")),
    )
    op.create_table(
        "item",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("name_key", key_text(60), nullable=False),
        sa.Column("code", key_text(40), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column("unit_id", KEY, nullable=False),
        sa.Column("vat_code_id", KEY, nullable=True),
        sa.Column("sales_price_micro", sa.BigInteger(), nullable=False),
        sa.Column("standard_cost_micro", sa.BigInteger(), nullable=False),
        sa.Column("last_cost_micro", sa.BigInteger(), nullable=False),
        sa.Column("item_class_id", KEY, nullable=True),
        sa.Column("item_type_id", KEY, nullable=True),
        sa.Column("category_id", KEY, nullable=True),
        sa.Column("discount_category_id", KEY, nullable=True),
        sa.Column("brand_id", KEY, nullable=True),
        sa.Column("weight_micro", sa.BigInteger(), nullable=False),
        sa.Column("pack_quantity_micro", sa.BigInteger(), nullable=False),
        sa.Column("economic_lot_micro", sa.BigInteger(), nullable=False),
        sa.Column("running_out", sa.Boolean(), nullable=False),
        sa.Column("running_out_date", sa.Date(), nullable=True),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_item_brand_id")),
        sa.ForeignKeyConstraint(["category_id"], ["commercial_category.id"], name=op.f("fk_item_category_id")),
        sa.ForeignKeyConstraint(
            ["discount_category_id"], ["discount_category.id"], name=op.f("fk_item_discount_category_id")
        ),
        sa.ForeignKeyConstraint(["item_class_id"], ["item_class.id"], name=op.f("fk_item_item_class_id")),
        sa.ForeignKeyConstraint(["item_type_id"], ["item_type.id"], name=op.f("fk_item_item_type_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_item_unit_id")),
        sa.ForeignKeyConstraint(["vat_code_id"], ["vat_code.id"], name=op.f("fk_item_vat_code_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("code", name=op.f("uq_item_code")),
    )
    op.create_index(op.f("ix_item_brand_id"), "item", ["brand_id"], unique=False)
    op.create_index(op.f("ix_item_category_id"), "item", ["category_id"], unique=False)
    op.create_index(op.f("ix_item_discount_category_id"), "item", ["discount_category_id"], unique=False)
    op.create_index(op.f("ix_item_item_class_id"), "item", ["item_class_id"], unique=False)
    op.create_index(op.f("ix_item_item_type_id"), "item", ["item_type_id"], unique=False)
    op.create_index("ix_item_name_key", "item", ["name_key", "id"], unique=False)
    op.create_index("ix_item_search_text", "item", ["search_text"], unique=False)
    op.create_index(op.f("ix_item_unit_id"), "item", ["unit_id"], unique=False)
    op.create_index(op.f("ix_item_vat_code_id"), "item", ["vat_code_id"], unique=False)
    op.create_table(
        "barcode",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("item_id", KEY, nullable=False),
        sa.Column("barcode", key_text(48), nullable=False),
        sa.Column("unit_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_barcode_item_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_barcode_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_barcode")),
        sa.UniqueConstraint("barcode", name=op.f("uq_barcode_barcode")),
    )
    op.create_index(op.f("ix_barcode_item_id"), "barcode", ["item_id"], unique=False)
    op.create_index(op.f("ix_barcode_unit_id"), "barcode", ["unit_id"], unique=False)
    op.create_table(
        "customer",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("name_key", key_text(60), nullable=False),
        sa.Column("code", key_text(30), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("vat_number", sa.String(length=30), nullable=False),
        sa.Column("tax_code", sa.String(length=30), nullable=False),
        sa.Column("street", sa.String(length=120), nullable=False),
        sa.Column("postcode", sa.String(length=16), nullable=False),
        sa.Column("city", sa.String(length=120), nullable=False),
        sa.Column("region", sa.String(length=40), nullable=False),
        sa.Column("country_id", KEY, nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=120), nullable=False),
        sa.Column("language_id", KEY, nullable=True),
        sa.Column("zone_id", KEY, nullable=True),
        sa.Column("category_id", KEY, nullable=True),
        sa.Column("currency_id", KEY, nullable=True),
        sa.Column("vat_code_id", KEY, nullable=True),
        sa.Column("order_type_id", KEY, nullable=True),
        sa.Column("payment_type_id", KEY, nullable=True),
        sa.Column("payment_terms_id", KEY, nullable=True),
        sa.Column("search_by_priority", sa.Boolean(), nullable=False),
        sa.Column("best_price", sa.Boolean(), nullable=False),
        sa.Column("final_discounts", sa.String(length=120), nullable=False),
        sa.Column("minimum_order_value_minor", sa.BigInteger(), nullable=True),
        sa.Column("shipping_method_id", KEY, nullable=True),
        sa.Column("delivery_terms_id", KEY, nullable=True),
        sa.Column("delivery_place", sa.String(length=120), nullable=False),
        sa.Column("packing_id", KEY, nullable=True),
        sa.Column("own_grouping", sa.Boolean(), nullable=False),
        sa.Column("group_summary", sa.Boolean(), nullable=False),
        sa.Column("group_by_type", sa.Boolean(), nullable=False),
        sa.Column("group_by_year", sa.Boolean(), nullable=False),
        sa.Column("group_by_month", sa.Boolean(), nullable=False),
        sa.Column("group_by_rate", sa.Boolean(), nullable=False),
        sa.Column("group_by_project", sa.Boolean(), nullable=False),
        sa.Column("group_by_payment", sa.Boolean(), nullable=False),
        sa.Column("group_by_destination", sa.Boolean(), nullable=False),
        sa.Column("pop_up_note", sa.String(length=400), nullable=False),
        sa.Column("internal_note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["category_id"], ["commercial_category.id"], name=op.f("fk_customer_category_id")),
        sa.ForeignKeyConstraint(["country_id"], ["country.id"], name=op.f("fk_customer_country_id")),
        sa.ForeignKeyConstraint(["currency_id"], ["currency.id"], name=op.f("fk_customer_currency_id")),
        sa.ForeignKeyConstraint(
            ["delivery_terms_id"], ["delivery_term.id"], name=op.f("fk_customer_delivery_terms_id")
        ),
        sa.ForeignKeyConstraint(["language_id"], ["language.id"], name=op.f("fk_customer_language_id")),
        sa.ForeignKeyConstraint(["order_type_id"], ["order_type.id"], name=op.f("fk_customer_order_type_id")),
        sa.ForeignKeyConstraint(["packing_id"], ["packing.id"], name=op.f("fk_customer_packing_id")),
        sa.ForeignKeyConstraint(["payment_terms_id"], ["payment_term.id"], name=op.f("fk_customer_payment_terms_id")),
        sa.ForeignKeyConstraint(["payment_type_id"], ["payment_type.id"], name=op.f("fk_customer_payment_type_id")),
        sa.ForeignKeyConstraint(
            ["shipping_method_id"], ["shipping_method.id"], name=op.f("fk_customer_shipping_method_id")
        ),
        sa.ForeignKeyConstraint(["vat_code_id"], ["vat_code.id"], name=op.f("fk_customer_vat_code_id")),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_customer_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("code", name=op.f("uq_customer_code")),
    )
    op.create_index(op.f("ix_customer_category_id"), "customer", ["category_id"], unique=False)
    op.create_index(op.f("ix_customer_country_id"), "customer", ["country_id"], unique=False)
    op.create_index(op.f("ix_customer_currency_id"), "customer", ["currency_id"], unique=False)
    op.create_index(op.f("ix_customer_delivery_terms_id"), "customer", ["delivery_terms_id"], unique=False)
    op.create_index(op.f("ix_customer_language_id"), "customer", ["language_id"], unique=False)
    op.create_index("ix_customer_name_key", "customer", ["name_key", "id"], unique=False)
    op.create_index(op.f("ix_customer_order_type_id"), "customer", ["order_type_id"], unique=False)
    op.create_index(op.f("ix_customer_packing_id"), "customer", ["packing_id"], unique=False)
    op.create_index(op.f("ix_customer_payment_terms_id"), "customer", ["payment_terms_id"], unique=False)
    op.create_index(op.f("ix_customer_payment_type_id"), "customer", ["payment_type_id"], unique=False)
    op.create_index("ix_customer_search_text", "customer", ["search_text"], unique=False)
    op.create_index(op.f("ix_customer_shipping_method_id"), "customer", ["shipping_method_id"], unique=False)
    op.create_index(op.f("ix_customer_vat_code_id"), "customer", ["vat_code_id"], unique=False)
    op.create_index(op.f("ix_customer_zone_id"), "customer", ["zone_id"], unique=False)
    op.create_table(
        "item_component",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("item_id", KEY, nullable=False),
        sa.Column("component_id", KEY, nullable=False),
        sa.Column("quantity_micro", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["component_id"], ["item.id"], name=op.f("fk_item_component_component_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_component_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_component")),
        sa.UniqueConstraint("item_id", "component_id", name=op.f("uq_item_component_item_id_component_id")),
    )
    op.create_index(op.f("ix_item_component_component_id"), "item_component", ["component_id"], unique=False)
    op.create_index(op.f("ix_item_component_item_id"), "item_component", ["item_id"], unique=False)
    op.create_table(
        "item_description",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("item_id", KEY, nullable=False),
        sa.Column("language_id", KEY, nullable=False),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_description_item_id")),
        sa.ForeignKeyConstraint(["language_id"], ["language.id"], name=op.f("fk_item_description_language_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_description")),
        sa.UniqueConstraint("item_id", "language_id", name=op.f("uq_item_description_item_id_language_id")),
    )
    op.create_index(op.f("ix_item_description_item_id"), "item_description", ["item_id"], unique=False)
    op.create_index(op.f("ix_item_description_language_id"), "item_description", ["language_id"], unique=False)
    op.create_table(
        "item_substitute",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("item_id", KEY, nullable=False),
        sa.Column("substitute_id", KEY, nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_substitute_item_id")),
        sa.ForeignKeyConstraint(["substitute_id"], ["item.id"], name=op.f("fk_item_substitute_substitute_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_substitute")),
        sa.UniqueConstraint("item_id", "substitute_id", name=op.f("uq_item_substitute_item_id_substitute_id")),
    )
    op.create_index(op.f("ix_item_substitute_item_id"), "item_substitute", ["item_id"], unique=False)
    op.create_index(op.f("ix_item_substitute_substitute_id"), "item_substitute", ["substitute_id"], unique=False)
    op.create_table(
        "item_unit",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("item_id", KEY, nullable=False),
        sa.Column("unit_id", KEY, nullable=False),
        sa.Column("factor_micro", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_unit_item_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_item_unit_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_unit")),
        sa.UniqueConstraint("item_id", "unit_id", name=op.f("uq_item_unit_item_id_unit_id")),
    )
    op.create_index(op.f("ix_item_unit_item_id"), "item_unit", ["item_id"], unique=False)
    op.create_index(op.f("ix_item_unit_unit_id"), "item_unit", ["unit_id"], unique=False)
    op.create_table(
        "stock",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("item_id", KEY, nullable=False),
        sa.Column("warehouse_id", KEY, nullable=False),
        sa.Column("quantity_micro", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_stock_item_id")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name=op.f("fk_stock_warehouse_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock")),
        sa.UniqueConstraint("item_id", "warehouse_id", name=op.f("uq_stock_item_id_warehouse_id")),
    )
    op.create_index(op.f("ix_stock_item_id"), "stock", ["item_id"], unique=False)
    op.create_index(op.f("ix_stock_warehouse_id"), "stock", ["warehouse_id"], unique=False)
    op.create_table(
        "supplier",
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
        sa.Column("currency_id", KEY, nullable=True),
        sa.Column("payment_terms_id", KEY, nullable=True),
        sa.Column("price_list", sa.String(length=30), nullable=False),
        sa.Column("lead_time_days", sa.Integer(), nullable=False),
        sa.Column("drop_ship_allowed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["country_id"], ["country.id"], name=op.f("fk_supplier_country_id")),
        sa.ForeignKeyConstraint(["currency_id"], ["currency.id"], name=op.f("fk_supplier_currency_id")),
        sa.ForeignKeyConstraint(["payment_terms_id"], ["payment_term.id"], name=op.f("fk_supplier_payment_terms_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier")),
        sa.UniqueConstraint("code", name=op.f("uq_supplier_code")),
    )
    op.create_index(op.f("ix_supplier_country_id"), "supplier", ["country_id"], unique=False)
    op.create_index(op.f("ix_supplier_currency_id"), "supplier", ["currency_id"], unique=False)
    op.create_index(op.f("ix_supplier_payment_terms_id"), "supplier", ["payment_terms_id"], unique=False)
    op.create_table(
        "customer_agent",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("customer_id", KEY, nullable=False),
        sa.Column("agent_id", KEY, nullable=False),
        sa.Column("commission_micro", sa.BigInteger(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_customer_agent_agent_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_customer_agent_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_agent")),
        sa.UniqueConstraint(
            "customer_id", "agent_id", "valid_from", name=op.f("uq_customer_agent_customer_id_agent_id_valid_from")
        ),
    )
    op.create_index(op.f("ix_customer_agent_agent_id"), "customer_agent", ["agent_id"], unique=False)
    op.create_index(op.f("ix_customer_agent_customer_id"), "customer_agent", ["customer_id"], unique=False)
    op.create_table(
        "customer_carrier",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("customer_id", KEY, nullable=False),
        sa.Column("carrier_id", KEY, nullable=False),
        sa.Column("default", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["carrier_id"], ["carrier.id"], name=op.f("fk_customer_carrier_carrier_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_customer_carrier_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_carrier")),
        sa.UniqueConstraint("customer_id", "carrier_id", name=op.f("uq_customer_carrier_customer_id_carrier_id")),
    )
    op.create_index(op.f("ix_customer_carrier_carrier_id"), "customer_carrier", ["carrier_id"], unique=False)
    op.create_index(op.f("ix_customer_carrier_customer_id"), "customer_carrier", ["customer_id"], unique=False)
    op.create_table(
        "customer_discount",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("customer_id", KEY, nullable=False),
        sa.Column("discount_type_id", KEY, nullable=False),
        sa.Column("value_micro", sa.BigInteger(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_customer_discount_customer_id")),
        sa.ForeignKeyConstraint(
            ["discount_type_id"], ["discount_type.id"], name=op.f("fk_customer_discount_discount_type_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_discount")),
        sa.UniqueConstraint(
            "customer_id", "discount_type_id", name=op.f("uq_customer_discount_customer_id_discount_type_id")
        ),
    )
    op.create_index(op.f("ix_customer_discount_customer_id"), "customer_discount", ["customer_id"], unique=False)
    op.create_index(
        op.f("ix_customer_discount_discount_type_id"), "customer_discount", ["discount_type_id"], unique=False
    )
    op.create_table(
        "customer_expense",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("customer_id", KEY, nullable=False),
        sa.Column("expense_type_id", KEY, nullable=False),
        sa.Column("percent_micro", sa.BigInteger(), nullable=True),
        sa.Column("amount_micro", sa.BigInteger(), nullable=True),
        sa.Column("minimum_micro", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_customer_expense_customer_id")),
        sa.ForeignKeyConstraint(
            ["expense_type_id"], ["expense_type.id"], name=op.f("fk_customer_expense_expense_type_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_expense")),
        sa.UniqueConstraint(
            "customer_id", "expense_type_id", name=op.f("uq_customer_expense_customer_id_expense_type_id")
        ),
    )
    op.create_index(op.f("ix_customer_expense_customer_id"), "customer_expense", ["customer_id"], unique=False)
    op.create_index(op.f("ix_customer_expense_expense_type_id"), "customer_expense", ["expense_type_id"], unique=False)
    op.create_table(
        "customer_item",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("customer_id", KEY, nullable=False),
        sa.Column("item_id", KEY, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("description", sa.String(length=120), nullable=False),
        sa.Column("economic_lot_micro", sa.BigInteger(), nullable=True),
        sa.Column("code_key", key_text(40), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_customer_item_customer_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_customer_item_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_item")),
        sa.UniqueConstraint("customer_id", "item_id", name=op.f("uq_customer_item_customer_id_item_id")),
    )
    op.create_index("ix_customer_item_code_key", "customer_item", ["customer_id", "code_key"], unique=False)
    op.create_index(op.f("ix_customer_item_customer_id"), "customer_item", ["customer_id"], unique=False)
    op.create_index(op.f("ix_customer_item_item_id"), "customer_item", ["item_id"], unique=False)
    op.create_table(
        "customer_price_list",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("customer_id", KEY, nullable=False),
        sa.Column("list_type_id", KEY, nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("default", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("discounts", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_customer_price_list_customer_id")),
        sa.ForeignKeyConstraint(
            ["list_type_id"], ["price_list_type.id"], name=op.f("fk_customer_price_list_list_type_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_price_list")),
        sa.UniqueConstraint(
            "customer_id", "list_type_id", name=op.f("uq_customer_price_list_customer_id_list_type_id")
        ),
    )
    op.create_index(op.f("ix_customer_price_list_customer_id"), "customer_price_list", ["customer_id"], unique=False)
    op.create_index(op.f("ix_customer_price_list_list_type_id"), "customer_price_list", ["list_type_id"], unique=False)
    op.create_table(
        "destination",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("customer_id", KEY, nullable=False),
        sa.Column("code", key_text(30), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("street", sa.String(length=120), nullable=False),
        sa.Column("postcode", sa.String(length=16), nullable=False),
        sa.Column("city", sa.String(length=120), nullable=False),
        sa.Column("region", sa.String(length=40), nullable=False),
        sa.Column("country_id", KEY, nullable=True),
        sa.Column("destination", sa.Boolean(), nullable=False),
        sa.Column("recipient", sa.Boolean(), nullable=False),
        sa.Column("default_destination", sa.Boolean(), nullable=False),
        sa.Column("default_recipient", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["country_id"], ["country.id"], name=op.f("fk_destination_country_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_destination_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destination")),
        sa.UniqueConstraint("customer_id", "code", name=op.f("uq_destination_customer_id_code")),
    )
    op.create_index(op.f("ix_destination_country_id"), "destination", ["country_id"], unique=False)
    op.create_index(op.f("ix_destination_customer_id"), "destination", ["customer_id"], unique=False)
    op.create_table(
        "item_supplier",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("item_id", KEY, nullable=False),
        sa.Column("supplier_id", KEY, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("price_micro", sa.BigInteger(), nullable=False),
        sa.Column("lead_time_days", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("default", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_supplier_item_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_item_supplier_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_supplier")),
        sa.UniqueConstraint("item_id", "supplier_id", name=op.f("uq_item_supplier_item_id_supplier_id")),
    )
    op.create_index(op.f("ix_item_supplier_item_id"), "item_supplier", ["item_id"], unique=False)
    op.create_index(op.f("ix_item_supplier_supplier_id"), "item_supplier", ["supplier_id"], unique=False)
    op.create_table(
        "price_list",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(30), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("list_type_id", KEY, nullable=False),
        sa.Column("customer_id", KEY, nullable=True),
        sa.Column("currency_id", KEY, nullable=False),
        sa.Column("vat_included", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["currency_id"], ["currency.id"], name=op.f("fk_price_list_currency_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_price_list_customer_id")),
        sa.ForeignKeyConstraint(["list_type_id"], ["price_list_type.id"], name=op.f("fk_price_list_list_type_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_list")),
        sa.UniqueConstraint("code", name=op.f("uq_price_list_code")),
    )
    op.create_index(op.f("ix_price_list_currency_id"), "price_list", ["currency_id"], unique=False)
    op.create_index(op.f("ix_price_list_customer_id"), "price_list", ["customer_id"], unique=False)
    op.create_index(op.f("ix_price_list_list_type_id"), "price_list", ["list_type_id"], unique=False)
    op.create_table(
        "price_list_line",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("price_list_id", KEY, nullable=False),
        sa.Column("item_id", KEY, nullable=False),
        sa.Column("unit_id", KEY, nullable=False),
        sa.Column("variant", sa.String(length=30), nullable=False),
        sa.Column("destination", sa.String(length=30), nullable=False),
        sa.Column("min_quantity_micro", sa.BigInteger(), nullable=False),
        sa.Column("price_micro", sa.BigInteger(), nullable=False),
        sa.Column("discounts", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_price_list_line_item_id")),
        sa.ForeignKeyConstraint(["price_list_id"], ["price_list.id"], name=op.f("fk_price_list_line_price_list_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_price_list_line_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_list_line")),
        sa.UniqueConstraint(
            "item_id",
            "price_list_id",
            "unit_id",
            "variant",
            "destination",
            "min_quantity_micro",
            name="uq_price_list_line_key",
        ),
    )
    op.create_index(op.f("ix_price_list_line_price_list_id"), "price_list_line", ["price_list_id"], unique=False)
