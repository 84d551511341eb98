"""Reading whose desk this is, and what the person at it may do."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from fluorders_tui.data.tables import desk
from fluorders_tui.data.tables.base import table
from fluorders_tui.domain.calendars import Calendar, parse_weekend
from fluorders_tui.domain.permissions import Role


def company_row(connection: Connection) -> Row[Any] | None:
    """The company's row with the `decimals` of its currency, None before the fast start."""
    company, currency = table(desk.Company), table(desk.Currency)
    return connection.execute(
        select(company, currency.c.decimals)
        .outerjoin(currency, currency.c.code == company.c.currency)
        .order_by(company.c.id)
        .limit(1)
    ).first()


def role_of(connection: Connection, user: str) -> str:
    """The role a person has (P-181).

    As long as nobody administers the database everybody does; then people the desk doesn't know are clerks,
    and those it no longer lets work only look.
    """
    person = table(desk.DeskUser)
    found = connection.execute(select(person.c.role, person.c.active).where(person.c.code == user)).first()
    if found is not None and found.active and found.role == Role.ADMINISTRATOR:
        return Role.ADMINISTRATOR.value
    administrators = select(person.c.id).where(person.c.role == Role.ADMINISTRATOR.value, person.c.active).limit(1)
    if connection.execute(administrators).first() is None:
        return Role.ADMINISTRATOR.value
    if found is None:
        return Role.CLERK.value
    return str(found.role) if found.active else Role.VIEWER.value


def calendar_named(connection: Connection, code: str) -> Calendar | None:
    """A calendar with its closing days, None where there is none of that code."""
    calendar, day = table(desk.Calendar), table(desk.CalendarDay)
    row = connection.execute(select(calendar).where(calendar.c.code == code)).first()
    if row is None:
        return None
    days = connection.execute(select(day).where(day.c.calendar_id == row.id)).all()
    return Calendar(
        row.code,
        row.name,
        parse_weekend(row.weekend),
        {found.day: found.name for found in days if found.closed},
        frozenset(found.day for found in days if not found.closed),
    )
