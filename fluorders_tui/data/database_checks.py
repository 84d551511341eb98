"""Looking whether a database is fit to work on: version, right to write, time, contents."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select, text

from fluorders_tui.data.context_rows import company_row
from fluorders_tui.data.schema import HEAD, check_version, schema_version
from fluorders_tui.data.store import Store
from fluorders_tui.data.tables import commerce, desk
from fluorders_tui.data.tables.base import table
from fluorders_tui.data.tables.documents import JournalEntry

__all__ = ["HEAD", "Contents", "check_version", "check_writable", "read_contents", "version_found", "whole"]


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database of the right version holds; `server_time` is the server's, None for a file."""

    company: str | None
    country: str
    time_zone: str
    order_types: int
    users: int
    last_event: dt.datetime | None
    server_time: dt.datetime | None
    fragments: str


def version_found(store: Store) -> str | None:
    """The schema version, None for a database without the desk's tables. Raises `Unreachable`."""
    with store.read() as connection:
        return schema_version(connection)


def check_writable(store: Store) -> None:
    """Begin to write and leave it at that. Raises `Unreachable` where writing is not possible."""
    with store.write() as session:
        session.connection().execute(text("UPDATE numbering_counter SET version = version WHERE id < 0"))
        session.rollback()


def read_contents(store: Store) -> Contents:
    """Company, tables and times. Raises `Unreachable`."""
    order_type, user, journal = table(commerce.OrderType), table(desk.DeskUser), table(JournalEntry)
    with store.read() as connection:
        company = company_row(connection)
        last = connection.execute(select(journal.c.at).order_by(journal.c.id.desc()).limit(1)).scalar()
        return Contents(
            company=None if company is None else company.name,
            country="" if company is None else company.country,
            time_zone="UTC" if company is None else company.time_zone,
            order_types=connection.execute(
                select(func.count()).select_from(order_type).where(order_type.c.active)
            ).scalar_one(),
            users=connection.execute(select(func.count()).select_from(user).where(user.c.active)).scalar_one(),
            last_event=last,
            server_time=None if store.is_sqlite else connection.execute(text("SELECT now()")).scalar_one(),
            fragments=_fragments(store, connection),
        )


def _fragments(store: Store, connection: object) -> str:
    if store.is_sqlite:
        return "full-text trigrams"
    from sqlalchemy import Connection

    assert isinstance(connection, Connection)
    found = connection.execute(
        text("SELECT indexdef LIKE '%gin_trgm_ops%' FROM pg_indexes WHERE indexname = 'ix_customer_order_fragments'")
    ).scalar()
    return "pg_trgm" if found else "the desk's own trigrams"


def whole(store: Store) -> list[str]:
    """What is damaged in an SQLite file, read page by page; nothing for a whole one, and for a server."""
    if not store.is_sqlite:
        return []
    with store.read() as connection:
        told = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(5)")]
        told += [
            f"row {row[1]} of {row[0]} points nowhere" for row in connection.exec_driver_sql("PRAGMA foreign_key_check")
        ]
    return [line for line in told if line != "ok"]
