"""Credit of customers and their groups, dated blocks, and requests for approval."""

import sqlalchemy as sa
from alembic import op

from fluorders_tui.data.migrations.types import KEY, KEY_TEXT, UTCDateTime, key_text
from fluorders_tui.domain.credit import OpenPart, open_value
from fluorders_tui.domain.money import from_scaled, to_scaled

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Credit of customers and their groups, dated blocks, and requests for approval."""
    _customers()
    _orders()
    _approvals()


def _customers() -> None:
    op.create_table(
        "customer_group",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", KEY_TEXT, nullable=False),
        sa.Column("code", key_text(30), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("credit_limit_minor", sa.BigInteger(), nullable=True),
        sa.Column("credit_policy", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_group")),
        sa.UniqueConstraint("code", name=op.f("uq_customer_group_code")),
    )
    for column in (
        sa.Column("credit_limit_minor", sa.BigInteger(), nullable=True),
        sa.Column("credit_policy", sa.String(length=20), nullable=False, server_default="block"),
        sa.Column("balance_minor", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("balance_date", sa.Date(), nullable=True),
        sa.Column("always_authorise", sa.Boolean(), nullable=False, server_default=sa.false()),
    ):
        op.add_column("customer", column)
    if op.get_bind().dialect.name == "sqlite":
        # Making the table again, as other changes of constraints need there, would drop what finds fragments.
        op.execute("ALTER TABLE customer ADD COLUMN group_id INTEGER REFERENCES customer_group (id)")
    else:
        op.add_column("customer", sa.Column("group_id", KEY, nullable=True))
        op.create_foreign_key("fk_customer_group_id", "customer", "customer_group", ["group_id"], ["id"])
    op.create_index(op.f("ix_customer_group_id"), "customer", ["group_id"], unique=False)
    op.create_table(
        "customer_block",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("customer_id", KEY, nullable=False),
        sa.Column("blocked_for", sa.String(length=20), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_customer_block_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_block")),
        sa.UniqueConstraint("customer_id", "blocked_for", "valid_from", name=op.f("uq_customer_block_customer_id")),
    )
    op.create_index(op.f("ix_customer_block_customer_id"), "customer_block", ["customer_id"], unique=False)


def _orders() -> None:
    op.add_column("customer_order", sa.Column("counts_credit", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column(
        "customer_order", sa.Column("company_open_minor", sa.BigInteger(), nullable=False, server_default="0")
    )
    connection = op.get_bind()
    connection.execute(
        sa.text(
            "UPDATE customer_order SET counts_credit = false"
            " WHERE order_type IN (SELECT code FROM order_type WHERE NOT credit)"
        )
    )
    connection.execute(
        sa.text(
            "UPDATE customer_order SET company_open_minor = company_total_minor"
            " WHERE execution = 'not executed' AND company_total_minor > 0"
            " AND status NOT IN ('cancelled', 'archived', 'executed', 'forcibly executed')"
        )
    )
    _open_rest(connection)
    op.create_index(
        "ix_customer_order_exposure",
        "customer_order",
        ["customer_id", "status", "company_open_minor"],
        unique=False,
        sqlite_where=sa.text("counts_credit AND company_open_minor > 0"),
        postgresql_where=sa.text("counts_credit AND company_open_minor > 0"),
    )


def _open_rest(connection: sa.Connection) -> None:
    """What is left of orders of which a part was executed, line by line."""
    lines = connection.execute(
        sa.text(
            "SELECT o.id, o.company_total_minor, l.net_minor, l.quantity_micro, l.executed_micro, l.status"
            " FROM customer_order o JOIN customer_order_line l ON l.order_id = o.id"
            " WHERE o.execution = 'partially executed' AND l.line_type <> 'note' ORDER BY o.id"
        )
    ).all()
    parts: dict[tuple[int, int], list[OpenPart]] = {}
    for order_id, total, net, quantity, executed, status in lines:
        closed = status in ("executed", "forcibly executed", "cancelled")
        left = 0 if closed else max(quantity - executed, 0)
        part = OpenPart(from_scaled(net, 2), from_scaled(quantity, 6), from_scaled(left, 6))
        parts.setdefault((order_id, total), []).append(part)
    for (order_id, total), of in parts.items():
        value = to_scaled(open_value(from_scaled(total, 2), of), 2)
        connection.execute(
            sa.text("UPDATE customer_order SET company_open_minor = :value WHERE id = :id"),
            {"value": value, "id": order_id},
        )


def _approvals() -> None:
    op.create_table(
        "approval",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("order_id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("about", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("rule", sa.String(length=12), nullable=False),
        sa.Column("locks", sa.Boolean(), nullable=False),
        sa.Column("bound", sa.String(length=12), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("users", sa.Text(), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("state", key_text(12), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("policy", sa.String(length=12), nullable=False),
        sa.Column("limit_minor", sa.BigInteger(), nullable=True),
        sa.Column("balance_minor", sa.BigInteger(), nullable=False),
        sa.Column("orders_minor", sa.BigInteger(), nullable=False),
        sa.Column("own_minor", sa.BigInteger(), nullable=False),
        sa.Column("excess_minor", sa.BigInteger(), nullable=False),
        sa.Column("caused_by", sa.String(length=60), nullable=False),
        sa.Column("caused_at", UTCDateTime(), nullable=False),
        sa.Column("asked_by", sa.String(length=60), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=True),
        sa.Column("asked_comment", sa.Text(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("heard_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["customer_order.id"], name=op.f("fk_approval_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    op.create_index("ix_approval_order", "approval", ["order_id", "id"], unique=False)
    for name, columns, where in (
        ("ix_approval_waiting", ["id"], "state = 'waiting'"),
        ("ix_approval_unheard", ["caused_by", "id"], "heard_at IS NULL AND decided_at IS NOT NULL"),
    ):
        op.create_index(
            name, "approval", columns, unique=False, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
        )
    op.create_table(
        "approval_vote",
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("approval_id", KEY, nullable=False),
        sa.Column("user", sa.String(length=60), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["approval_id"], ["approval.id"], name=op.f("fk_approval_vote_approval_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_vote")),
        sa.UniqueConstraint("approval_id", "user", name=op.f("uq_approval_vote_approval_id")),
    )
