"""People as roles of the PostgreSQL server: made, and given what their role may do (P-184)."""

from __future__ import annotations

from sqlalchemy import Connection, text

from fluorders_tui.data.logins import SCHEMA, database_name, group, groups_of
from fluorders_tui.data.role_grants import grant_statements, mask_statements, quoted, sees_costs
from fluorders_tui.data.role_guards import guard_statements
from fluorders_tui.domain.errors import NotAllowed
from fluorders_tui.domain.permissions import Role

_KNOWN_ROLE = text("SELECT 1 FROM pg_roles WHERE rolname = :name")


def prepare(connection: Connection) -> None:
    """Make groups, views, guards and grants of this database, or make them anew after the schema grew."""
    database = database_name(connection)
    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    for role in Role:
        name = group(database, role)
        if connection.execute(_KNOWN_ROLE, {"name": name}).first() is None:
            _try(connection, f"CREATE ROLE {quoted(name)} NOLOGIN")
    for statement in (*guard_statements(), *mask_statements(), *grant_statements(database)):
        # Straight to the driver: percent signs and colons in them are SQL's own.
        connection.exec_driver_sql(statement.replace("%", "%%"))


def add_login(connection: Connection, user: str, role: str) -> bool:
    """Let somebody log in with what `role` may do; whether a login was made for it. Raises `NotAllowed`."""
    prepare(connection)
    new = connection.execute(_KNOWN_ROLE, {"name": user}).first() is None
    if new:
        _try(connection, f"CREATE ROLE {quoted(user)} LOGIN")
    give_role(connection, user, role)
    return new


def give_role(connection: Connection, user: str, role: str) -> None:
    """Give somebody's login the rights of `role`, and of no other; of none with an empty one. Raises `NotAllowed`."""
    database = database_name(connection)
    wanted = group(database, role) if role else ""
    for name in groups_of(connection, user) - {wanted}:
        _try(connection, f"REVOKE {quoted(name)} FROM {quoted(user)}")
    if not role:
        return
    _try(connection, f"GRANT {quoted(wanted)} TO {quoted(user)}")
    path = "public" if sees_costs(Role(role)) else f"{SCHEMA}, public"
    _try(connection, f"ALTER ROLE {quoted(user)} IN DATABASE {quoted(database)} SET search_path TO {path}")


def _try(connection: Connection, statement: str) -> None:
    from sqlalchemy.exc import ProgrammingError

    try:
        with connection.begin_nested():
            connection.exec_driver_sql(statement.replace("%", "%%"))
    except ProgrammingError as error:
        raise NotAllowed(
            f"The database server refuses this: {str(error.orig).strip().splitlines()[0]}",
            rule="P-184",
            hint="Work as the owner of the database, with the right to create roles (CREATEROLE).",
        ) from error
