"""The life of orders: confirmations to send again, what a desk calls an entry, and who has a document open."""

import sqlalchemy as sa
from alembic import op

from fluorders_tui.data.migrations.types import KEY, UTCDateTime, key_text
from fluorders_tui.data.views import renewed_views

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """The life of orders: confirmations to send again, what a desk calls an entry, and who has a document open."""
    op.add_column(
        "customer_order", sa.Column("resend_confirmation", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("customer_order", sa.Column("entry_id", key_text(32), nullable=True))
    op.create_index("ix_customer_order_entry_id", "customer_order", ["entry_id"], unique=True)
    op.create_table(
        "presence",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("desk", key_text(32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("user", sa.String(length=60), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presence")),
        sa.UniqueConstraint("desk", "kind", "document_id", name=op.f("uq_presence_desk")),
    )
    op.create_index("ix_presence_document", "presence", ["kind", "document_id"], unique=False)
    for statement in renewed_views(op.get_bind().dialect.name, revision):
        op.get_bind().exec_driver_sql(statement)
