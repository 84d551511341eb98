"""People who work here, what they may do, and on PostgreSQL their logins (P-180, P-184)."""

from __future__ import annotations

from dataclasses import dataclass

from fluorders_tui.data import database_roles
from fluorders_tui.data.logins import has_login
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.folding import nearest
from fluorders_tui.domain.permissions import Permission, Role
from fluorders_tui.services.desk import Desk, check_permission
from fluorders_tui.services.registries import RegistryRecord, list_rows
from fluorders_tui.services.registry_saving import save_within


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the registry of users; `login` says that the database knows them as a person of their own."""

    name: str
    full_name: str
    role: str
    email: str
    active: bool
    login: bool


def people(desk: Desk) -> tuple[Person, ...]:
    """Everybody, also those who are no longer active."""
    rows = list_rows(desk, "users", include_inactive=True, limit=100_000).rows
    with desk.store.read() as connection:
        logins = {row.code for row in rows if has_login(connection, row.code)}
    return tuple(
        Person(
            row.code,
            str(row.values["name"] or ""),
            str(row.values["role"]),
            str(row.values["email"] or ""),
            bool(row.values["active"]),
            row.code in logins,
        )
        for row in rows
    )


def add_person(
    desk: Desk, name: str, role: str, *, full_name: str = "", email: str = "", database_login: bool = False
) -> bool:
    """Add somebody, with `database_login` also to the database server; whether a login was made there.

    Raises `NotAllowed`, `Invalid` for an unknown role, `Refused` for somebody who is there already (a login may be
    added to them) or a database without logins.
    """
    check_permission(desk, Permission.USERS)
    check_role_name(role)
    if database_login and desk.store.is_sqlite:
        raise Refused(
            "SQLite has no logins: who may read the file may do everything with it.",
            field="--database-login",
            rule="P-184",
            hint="Use PostgreSQL where people must be kept apart.",
        )
    known = _row(desk, name)
    if known is not None and not database_login:
        raise Refused(f"There is already a user {name}.", field="name", rule="D-2", hint="See `fluorders user role`.")
    with desk.store.write() as session:
        values: dict[str, object] = {"code": name, "role": role, "active": True}
        values |= {key: value for key, value in (("name", full_name or name), ("email", email)) if value}
        row_id = known.id if known is not None else None
        save_within(desk, session, "users", values if known is None else {"role": role, "active": True}, row_id=row_id)
        return database_roles.add_login(session.connection(), name, role) if database_login else False


def change_role(desk: Desk, name: str, role: str) -> str:
    """Give somebody another role, in the database too where they log in there; the role they had."""
    check_role_name(role)
    row = _known(desk, name)
    _keep_an_administrator(desk, row, role)
    with desk.store.write() as session:
        save_within(desk, session, "users", {"role": role}, row_id=row.id, version=row.version)
    return str(row.values["role"])


def let_go(desk: Desk, name: str) -> None:
    """Somebody no longer works here: they only look, and their login to the database may do nothing (P-181)."""
    row = _known(desk, name)
    _keep_an_administrator(desk, row, "")
    with desk.store.write() as session:
        save_within(desk, session, "users", {"active": False}, row_id=row.id, version=row.version)


def check_role_name(role: str) -> None:
    """Raise `Invalid` for a word that is no role."""
    if role not in list(Role):
        close = nearest(role, [one.value for one in Role])
        hint = f"Did you mean {close}?" if close else f"There are: {', '.join(Role)}."
        raise Invalid(f"There is no role “{role}”.", field="role", rule="P-180", hint=hint)


def _row(desk: Desk, name: str) -> RegistryRecord | None:
    rows = list_rows(desk, "users", include_inactive=True, limit=100_000).rows
    return next((row for row in rows if row.code == name), None)


def _known(desk: Desk, name: str) -> RegistryRecord:
    row = _row(desk, name)
    if row is None:
        raise Invalid(f"There is no user {name}.", field="name", hint="See `fluorders user list`.")
    return row


def _keep_an_administrator(desk: Desk, row: RegistryRecord, role: str) -> None:
    if row.values["role"] != Role.ADMINISTRATOR or role == Role.ADMINISTRATOR:
        return
    others = (one for one in people(desk) if one.active and one.role == Role.ADMINISTRATOR and one.name != row.code)
    if next(others, None) is None:
        raise Refused(
            f"{row.code} is the last administrator: without one everybody is.", field="role", rule="P-181",
            hint="Make somebody else an administrator first.",
        )  # fmt: skip
