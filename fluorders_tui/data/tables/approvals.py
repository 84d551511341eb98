"""Requests for approval and what people said to them (D-11.4, D-16.2)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, Boolean, Index, String, Text, UniqueConstraint, text
from sqlmodel import Field

from fluorders_tui.data.tables.base import BigKey, Row, key_text


class Approval(Row, table=True):
    """One thing somebody has to agree to before an order goes on, with the figures it was decided by (D-11.3b).

    `content` is what it is bound to, as JSON; `users` a list of names between commas, empty for a role.
    """

    __table_args__ = (
        Index("ix_approval_order", "order_id", "id"),
        Index(
            "ix_approval_waiting",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_approval_unheard",
            "caused_by",
            "id",
            sqlite_where=text("heard_at IS NULL AND decided_at IS NOT NULL"),
            postgresql_where=text("heard_at IS NULL AND decided_at IS NOT NULL"),
        ),
    )
    order_id: int = Field(foreign_key="customer_order.id", sa_type=BigKey, nullable=False)
    kind: str = Field(sa_type=String(60), nullable=False)
    about: str = Field(default="", sa_type=String(120), nullable=False)
    reason: str = Field(default="", sa_type=Text, nullable=False)
    rule: str = Field(default="", sa_type=String(12), nullable=False)
    locks: bool = Field(default=False, sa_type=Boolean, nullable=False)
    bound: str = Field(default="content", sa_type=String(12), nullable=False)
    level: int = Field(default=1, nullable=False)
    role: str = Field(default="", sa_type=String(20), nullable=False)
    users: str = Field(default="", sa_type=Text, nullable=False)
    needed: int = Field(default=1, nullable=False)
    state: str = Field(sa_type=key_text(12), nullable=False)
    content: str = Field(default="", sa_type=Text, nullable=False)
    policy: str = Field(default="", sa_type=String(12), nullable=False)
    limit_minor: int | None = Field(default=None, sa_type=BigInteger)
    balance_minor: int = Field(default=0, sa_type=BigInteger, nullable=False)
    orders_minor: int = Field(default=0, sa_type=BigInteger, nullable=False)
    own_minor: int = Field(default=0, sa_type=BigInteger, nullable=False)
    excess_minor: int = Field(default=0, sa_type=BigInteger, nullable=False)
    caused_by: str = Field(default="", sa_type=String(60), nullable=False)
    caused_at: dt.datetime
    asked_by: str = Field(default="", sa_type=String(60), nullable=False)
    asked_at: dt.datetime | None = None
    asked_comment: str = Field(default="", sa_type=Text, nullable=False)
    decided_at: dt.datetime | None = None
    heard_at: dt.datetime | None = None


class ApprovalVote(Row, table=True):
    __tablename__ = "approval_vote"
    __table_args__ = (UniqueConstraint("approval_id", "user"),)
    approval_id: int = Field(foreign_key="approval.id", sa_type=BigKey, nullable=False)
    user: str = Field(sa_type=String(60), nullable=False)
    at: dt.datetime
    approved: bool = Field(sa_type=Boolean, nullable=False)
    comment: str = Field(default="", sa_type=Text, nullable=False)
