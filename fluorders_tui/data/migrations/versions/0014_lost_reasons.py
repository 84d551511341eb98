"""Why offers are lost."""

import sqlalchemy as sa
from alembic import op

from fluorders_tui.data.migrations.types import KEY, KEY_TEXT, key_text

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """The table of reasons; offers keep their words, as before."""
    op.create_table(
        "lost_reason",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(30), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lost_reason"),
        sa.UniqueConstraint("code", name="uq_lost_reason_code"),
    )
