"""The column types of the revisions, as they were when the revisions were written."""

from typing import Any

import sqlalchemy as sa
from sqlmodel.sql.sqltypes import UTCDateTime

__all__ = ["KEY", "KEY_TEXT", "UTCDateTime", "key_text"]

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def key_text(length: int) -> Any:
    """Text compared byte by byte on both databases."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
