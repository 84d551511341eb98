"""Who may see and do what: one table of roles and permissions (P-180), read by services, screens, docs and grants."""

from __future__ import annotations

from enum import StrEnum

from fluorders_tui.domain.errors import NotAllowed


class Role(StrEnum):
    """What somebody is at the desk."""

    CLERK = "clerk"
    SUPERVISOR = "supervisor"
    EXPEDITER = "expediter"
    VIEWER = "viewer"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """One thing that not everybody may do; the value says it in words, after *may*."""

    LOOK = "look at documents, registries and the board"
    MARGINS = "see costs and margins"
    ENTER = "enter and duplicate orders"
    CHANGE = "change orders"
    HAND_PRICES = "change prices and discounts by hand"
    CHANGE_PRINTED = "change orders that are blocked when printed"
    MOVE_DELIVERIES = "move delivery dates and write notes in orders"
    CONFIRM = "confirm orders"
    CANCEL = "cancel orders and lines"
    REOPEN = "reopen confirmed orders"
    ARCHIVE = "archive orders"
    DELIVER = "deliver orders and print their papers"
    UNDO_DELIVERY = "undo deliveries"
    FORCE = "close what is left by force"
    UNFORCE = "open again what was closed by force"
    ASK_RELEASE = "ask for a release"
    APPROVE = "approve, reject and release orders"
    OFFERS = "enter, change and convert offers"
    SUPPLY = "order from suppliers, receive goods and decide on what suppliers change"
    MASS_CHANGES = "change many orders at once"
    UNDO_MASS_CHANGES = "undo other people's mass changes"
    RECALCULATE = "recalculate commissions"
    CUSTOMERS = "add and change customers"
    CREDIT = "change credit limits, balances and blocks of customers"
    ITEMS = "add and change items, stock and suppliers"
    PRICES = "change price lists, discount policies and exchange rates"
    TABLES = "change tables, types, numberings, parameters and workflows"
    USERS = "add users and change their roles"


_P = Permission

_CLERK = frozenset(
    {
        _P.LOOK, _P.ENTER, _P.CHANGE, _P.HAND_PRICES, _P.MOVE_DELIVERIES, _P.CONFIRM, _P.CANCEL, _P.DELIVER,
        _P.ASK_RELEASE, _P.OFFERS, _P.SUPPLY, _P.MASS_CHANGES, _P.CUSTOMERS,
    }
)  # fmt: skip
_EXPEDITER = frozenset(
    {
        _P.LOOK, _P.MOVE_DELIVERIES, _P.DELIVER, _P.UNDO_DELIVERY, _P.FORCE, _P.UNFORCE, _P.ASK_RELEASE, _P.SUPPLY,
        _P.MASS_CHANGES,
    }
)  # fmt: skip

#: What each role may do (P-180): the only place that knows.
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.CLERK: _CLERK,
    Role.SUPERVISOR: frozenset(Permission) - {_P.USERS},
    Role.EXPEDITER: _EXPEDITER,
    Role.VIEWER: frozenset({_P.LOOK}),
    Role.ADMINISTRATOR: frozenset(Permission),
}


def role_may(role: str, permission: Permission) -> bool:
    """Whether a role has a permission; a word that is no role has none."""
    return role in PERMISSIONS and permission in PERMISSIONS[Role(role)]


def roles_with(permission: Permission) -> tuple[Role, ...]:
    """The roles that have a permission, in the order of the table."""
    return tuple(role for role, granted in PERMISSIONS.items() if permission in granted)


def who_may(permission: Permission) -> str:
    """The roles that have a permission as words: `supervisor or administrator`."""
    *others, last = roles_with(permission)
    return f"{', '.join(others)} or {last}" if others else str(last)


def check_role(role: str, permission: Permission, *, rule: str = "P-180", field: str = "") -> None:
    """Raise `NotAllowed` with who may instead, unless the role has the permission."""
    if role_may(role, permission):
        return
    # Who may comes first: on one row of 80 columns the end of the sentence may be cut.
    raise NotAllowed(f"Only {who_may(permission)} may {permission}.", field=field, rule=rule, hint=f"You are {role}.")


_ITEMS = "items item-units barcodes item-descriptions item-substitutes item-suppliers item-components stock suppliers"
_PRICES = (
    "price-list-types price-lists price-list-lines discount-policies discount-combinations discount-types"
    " currency-rates"
)

#: The permission that a registry's rows take; all others take *tables*.
_OF_REGISTRY: dict[str, Permission] = {
    **dict.fromkeys(_ITEMS.split(), _P.ITEMS),
    **dict.fromkeys(_PRICES.split(), _P.PRICES),
    "users": _P.USERS,
}

#: Registries that say how far customers are trusted.
_CREDIT_REGISTRIES = frozenset({"customer-groups", "customer-blocks"})

#: Fields of a customer that say so (D-11, P-182).
CREDIT_FIELDS = frozenset({"credit_limit", "credit_policy", "group", "balance", "balance_date", "always_authorise"})


def permission_of(registry: str) -> Permission:
    """What somebody needs to change rows of a registry."""
    if registry in _CREDIT_REGISTRIES:
        return _P.CREDIT
    if registry in ("customers", "destinations") or registry.startswith("customer-"):
        return _P.CUSTOMERS
    return _OF_REGISTRY.get(registry, _P.TABLES)
