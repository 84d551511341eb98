"""Offers with their lines and versions (D-13): the columns of orders, and what only an offer has."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, Boolean, Date, Index, String, UniqueConstraint
from sqlmodel import Field

from fluorders_tui.data.tables.base import BigKey, key_text
from fluorders_tui.data.tables.documents import SalesDocument, SalesLine


class Offer(SalesDocument, table=True):
    """One version of an offer; versions share number and `sequence`, `newest` marks the last one (D-13.2).

    A prospect has no customer row yet: name and address stand in the snapshot. `order_date` is the
    offer's own date, `revision` counts changes within a version.
    """

    __table_args__ = (
        UniqueConstraint("numbering_id", "period", "sequence", "offer_version", name="uq_offer_number_version"),
        Index("ix_offer_number", "number", "id"),
        Index("ix_offer_status_id", "status", "id"),
        Index("ix_offer_customer_id", "customer_id", "id"),
        Index("ix_offer_order_date", "order_date", "id"),
        Index("ix_offer_valid_until", "valid_until", "id"),
        Index("ix_offer_search_text", "search_text"),
        Index("ix_offer_entry_id", "entry_id", unique=True),
    )
    offer_version: int = Field(default=1, nullable=False)
    newest: bool = Field(default=True, sa_type=Boolean, nullable=False)
    offer_type: str = Field(default="", sa_type=String(12), nullable=False)
    order_type: str = Field(default="", sa_type=String(12), nullable=False)
    customer_id: int | None = Field(default=None, foreign_key="customer.id", sa_type=BigKey)
    prospect: bool = Field(default=False, sa_type=Boolean, nullable=False)
    valid_until: dt.date | None = Field(default=None, sa_type=Date)
    confirmed_on: dt.date | None = Field(default=None, sa_type=Date)
    closed_on: dt.date | None = Field(default=None, sa_type=Date)
    lost_reason: str = Field(default="", sa_type=String(120), nullable=False)
    expected_delivery: dt.date | None = Field(default=None, sa_type=Date)
    probability_micro: int | None = Field(default=None, sa_type=BigInteger)
    project: str = Field(default="", sa_type=String(60), nullable=False)
    entry_id: str | None = Field(default=None, sa_type=key_text(32), nullable=True)


class OfferLine(SalesLine, table=True):
    """A line of an offer; `converted_micro` is the sum of its links, kept in the same transaction."""

    __tablename__ = "offer_line"
    __table_args__ = (
        UniqueConstraint("offer_id", "position"),
        Index("ix_offer_line_item_id", "item_id", "offer_id"),
    )
    offer_id: int = Field(foreign_key="offer.id", sa_type=BigKey, nullable=False)
    converted_micro: int = Field(default=0, sa_type=BigInteger, nullable=False)
