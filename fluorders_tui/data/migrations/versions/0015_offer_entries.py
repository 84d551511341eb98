"""What a desk calls the entry of an offer, so that none is entered twice."""

import sqlalchemy as sa
from alembic import op

from fluorders_tui.data.migrations.types import key_text

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """What a desk calls the entry of an offer, so that none is entered twice."""
    op.add_column("offer", sa.Column("entry_id", key_text(32), nullable=True))
    op.create_index("ix_offer_entry_id", "offer", ["entry_id"], unique=True)
