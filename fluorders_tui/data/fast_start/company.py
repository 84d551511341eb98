"""The company's row, its first administrator, and what an earlier fast start has made already."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select, update
from sqlalchemy.orm import Session

from fluorders_tui.data.tables import desk, documents
from fluorders_tui.data.tables.base import table

#: The comment of the journal entries that a fast start writes.
COMMENT = "fast start"

_COMPANY = table(desk.Company)
_USER = table(desk.DeskUser)
_JOURNAL = table(documents.JournalEntry)


def company_of(connection: Connection) -> tuple[str, str] | None:
    """Country and name of the company, None before the first start."""
    row = connection.execute(select(_COMPANY.c.country, _COMPANY.c.name).order_by(_COMPANY.c.id).limit(1)).first()
    return (row.country, row.name) if row else None


def add_company(session: Session, values: dict[str, str]) -> None:
    """Write the company's one row."""
    session.add(desk.Company.model_validate(values))
    session.flush()


def name_company(session: Session, name: str) -> None:
    """Give a company that has no name yet its name."""
    session.execute(update(_COMPANY).where(_COMPANY.c.name == "").values(name=name))


def has_administrator(connection: Connection) -> bool:
    """Whether somebody may already administer this database."""
    wanted = select(_USER.c.id).where(_USER.c.role == "administrator", _USER.c.active).limit(1)
    return connection.execute(wanted).first() is not None


def made_before(connection: Connection, registries: Iterable[str]) -> set[tuple[str, str]]:
    """Registry and code of all that an earlier fast start made, even when people have renamed or deleted it since."""
    rows = connection.execute(
        select(_JOURNAL.c.kind, _JOURNAL.c.number).where(
            _JOURNAL.c.kind.in_(list(registries)), _JOURNAL.c.comment == COMMENT
        )
    )
    return {(row.kind, row.number) for row in rows}
