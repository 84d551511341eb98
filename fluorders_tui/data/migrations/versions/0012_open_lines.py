"""All that availability reads of an open line stands in its index, so that every database takes that one."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """The index of open lines anew, with the columns that are read."""
    lines = sa.text("status IN ('inserted', 'confirmed', 'on supply', 'ready', 'partially executed')")
    op.drop_index("ix_customer_order_line_open_item", "customer_order_line")
    op.create_index(
        "ix_customer_order_line_open_item",
        "customer_order_line",
        [
            "item_id",
            "order_id",
            "ready_date",
            "delivery_date",
            "unit_factor_micro",
            "quantity_micro",
            "executed_micro",
            "status",
        ],
        sqlite_where=lines,
        postgresql_where=lines,
    )
