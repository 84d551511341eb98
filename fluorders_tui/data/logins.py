"""Who is logged in to a PostgreSQL database, where people have logins of their own (P-184).

Read whenever a desk opens, so it knows no tables.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from fluorders_tui.domain.permissions import Role

#: Where the views without costs and the guards live.
SCHEMA = "desk_roles"

_GROUPS = text(
    "SELECT g.rolname FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles u ON u.oid = m.member"
    " WHERE u.rolname = :name AND g.rolname = ANY(:groups)"
)


def database_name(connection: Connection) -> str:
    """The name of the database."""
    return str(connection.execute(text("SELECT current_database()")).scalar_one())


def group(database: str, role: str) -> str:
    """The name of the database role of all people of a role; servers have one list for all their databases."""
    return f"{database}_{role}"


def in_use(connection: Connection) -> bool:
    """Whether people log in to this database with roles of their own."""
    if connection.dialect.name != "postgresql":
        return False
    query = text("SELECT 1 FROM pg_namespace WHERE nspname = :name")
    return connection.execute(query, {"name": SCHEMA}).first() is not None


def groups_of(connection: Connection, user: str) -> set[str]:
    """The groups of this database that a login is in."""
    names = [group(database_name(connection), role) for role in Role]
    return set(connection.execute(_GROUPS, {"name": user, "groups": names}).scalars())


def has_login(connection: Connection, user: str) -> bool:
    """Whether somebody is in one of the groups of this database."""
    return in_use(connection) and bool(groups_of(connection, user))


def personal_login(connection: Connection) -> str:
    """Who is logged in, where the login is that of one person of this database; empty for any other."""
    if not in_use(connection):
        return ""
    user = str(connection.execute(text("SELECT session_user")).scalar_one())
    return user if groups_of(connection, user) else ""
