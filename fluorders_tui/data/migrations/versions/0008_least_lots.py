"""The least a supplier delivers of an item, and exceptions found without looking at every link."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """The least a supplier delivers of an item, and exceptions found without looking at every link."""
    op.add_column("item_supplier", sa.Column("min_lot_micro", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_index(
        "ix_document_link_exception",
        "document_link",
        ["id"],
        unique=False,
        sqlite_where=sa.text("exception <> ''"),
        postgresql_where=sa.text("exception <> ''"),
    )
