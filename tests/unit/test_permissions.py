"""Who may do what (P-180): one table, and nothing outside it."""

from __future__ import annotations

import pytest

from fluorders_tui.domain.errors import NotAllowed
from fluorders_tui.domain.permissions import (
    PERMISSIONS,
    Permission,
    Role,
    check_role,
    permission_of,
    role_may,
    roles_with,
)


def test_a_viewer_only_looks_and_an_administrator_may_do_everything() -> None:
    assert PERMISSIONS[Role.VIEWER] == {Permission.LOOK}
    assert PERMISSIONS[Role.ADMINISTRATOR] == set(Permission)
    assert all(Permission.LOOK in granted for granted in PERMISSIONS.values())


@pytest.mark.parametrize(
    "permission",
    [Permission.APPROVE, Permission.PRICES, Permission.MARGINS, Permission.CREDIT, Permission.FORCE, Permission.USERS],
)
def test_a_clerk_may_not(permission: Permission) -> None:
    assert not role_may("clerk", permission)
    with pytest.raises(NotAllowed) as told:
        check_role("clerk", permission)
    assert told.value.exit_code == 3
    assert permission.value in told.value.message
    assert all(role in told.value.message for role in roles_with(permission))
    assert told.value.hint == "You are clerk."


def test_a_word_that_is_no_role_may_nothing() -> None:
    assert not any(role_may("boss", permission) for permission in Permission)


@pytest.mark.parametrize(
    ("registry", "permission"),
    [
        ("customers", Permission.CUSTOMERS),
        ("customer-price-lists", Permission.CUSTOMERS),
        ("customer-blocks", Permission.CREDIT),
        ("price-list-lines", Permission.PRICES),
        ("items", Permission.ITEMS),
        ("users", Permission.USERS),
        ("numberings", Permission.TABLES),
        ("no such registry", Permission.TABLES),
    ],
)
def test_each_registry_has_its_permission(registry: str, permission: Permission) -> None:
    assert permission_of(registry) is permission
