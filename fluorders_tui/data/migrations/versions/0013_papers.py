"""What stands on the company's printed papers: its address, how to reach it, its foot and logo."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_TEXTS = {
    "street": 120, "postcode": 16, "city": 120, "region": 40, "phone": 40, "email": 120, "web": 120, "vat_number": 30,
    "bank": 120, "paper_footer": 200, "logo": 80,
}  # fmt: skip


def upgrade() -> None:
    """What stands on the company's printed papers: its address, how to reach it, its foot and logo."""
    for name, length in _TEXTS.items():
        op.add_column("company", sa.Column(name, sa.String(length=length), nullable=False, server_default=""))
    op.add_column("company", sa.Column("paper_size", sa.String(length=20), nullable=False, server_default="a4"))
    op.execute("UPDATE company SET paper_size = 'us-letter' WHERE country IN ('US', 'CA')")
