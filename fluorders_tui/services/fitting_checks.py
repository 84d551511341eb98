"""Whether rows that were just written fit the others: one default per customer, dated lists, a term's shares, kits.

`check_together` runs after writing and before the transaction ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fluorders_tui.data.fitting_rows import (
    company_row_of,
    purchase_lists,
    several_defaults,
    versions_beside,
    with_own_unit,
)
from fluorders_tui.data.kit_rows import kit_edges
from fluorders_tui.data.policy_rows import combination_rows, policy_rows
from fluorders_tui.data.registries import registries
from fluorders_tui.data.registry_rows import RowState, children_of, row_by_id
from fluorders_tui.data.store import Connection
from fluorders_tui.domain.discount_policies import check_combination, check_policy
from fluorders_tui.domain.errors import DeskError, Invalid, Refused
from fluorders_tui.domain.kits import circular_components
from fluorders_tui.domain.price_versions import version_errors
from fluorders_tui.services.composed_rows import Placed, numbering_errors, term_errors

__all__ = ["Misfit", "check_together", "together"]


@dataclass(frozen=True, slots=True)
class Misfit:
    """A row that doesn't fit: the `owner` that was written, or one of its rows in another table.

    `rows` are ids in `registry`, those that would best be put right first; without them the error's field is
    one of the owner's own.
    """

    owner: int
    error: DeskError
    registry: str = ""
    rows: tuple[int, ...] = ()


Found = Iterator[Misfit]

#: Rows of which one parent has at most one (D-2.1, D-2.2).
_ONE_DEFAULT = {
    "customer-price-lists": ("default",),
    "customer-carriers": ("default",),
    "destinations": ("default_destination", "default_recipient"),
    "item-suppliers": ("default",),
}


def together(registry: str) -> bool:
    """Whether rows of this registry must fit others of the same parent, which `check_together` finds out."""
    owner = registries()[registry].spec.parent_registry or registry
    return registry in _ONE_DEFAULT or registry in _FITTING or owner in _COMPOSED


def check_together(connection: Connection, registry: str, parents: Iterable[int]) -> list[Misfit]:
    """What is wrong with the rows of the written `parents` taken together.

    `registry` is the one that was written: its parents are the rows its rows belong to, or its own rows.
    """
    ids = sorted(set(parents))
    if not ids or not together(registry):
        return []
    found: list[Misfit] = list(_defaults(connection, registry, ids)) if registry in _ONE_DEFAULT else []
    if registry in _FITTING:
        found.extend(_FITTING[registry](connection, ids))
    owner = registries()[registry].spec.parent_registry or registry
    if owner in _COMPOSED:
        found.extend(_composed(connection, owner, ids))
    return found


def _defaults(connection: Connection, registry: str, ids: Sequence[int]) -> Found:
    spec = registries()[registry].spec
    singular = registries()[spec.parent_registry].spec.singular
    for flag in _ONE_DEFAULT[registry]:
        label = spec.by_name[flag].label.lower()
        message = f"There can be only one {label} among the {spec.title.lower()} of one {singular}."
        for owner, rows in several_defaults(connection, registry, flag, ids).items():
            yield Misfit(owner, Refused(message, field=flag, rule="D-2.1"), registry, tuple(reversed(rows)))


def _components(connection: Connection, ids: Sequence[int]) -> Found:
    """D-6.5: no kit contains itself."""
    kits = kit_edges(connection, ids)
    edges = {code: tuple(kit.rows) for code, kit in kits.items()}
    written = {code for code, kit in kits.items() if kit.id in set(ids)}
    for code, component, error in circular_components(edges, written):
        yield Misfit(kits[code].id, error, "item-components", (kits[code].rows[component],))


def _price_lists(connection: Connection, ids: Sequence[int]) -> Found:
    """D-4.1: dates that contradict each other are refused where the written list is one of them (P-63)."""
    written = set(ids)
    for version, error in version_errors(versions_beside(connection, ids)):
        if version.id in written:
            yield Misfit(version.id, error)


def _policies(connection: Connection, ids: Sequence[int]) -> Found:
    """D-5.4."""
    combinations = [one for _, one in combination_rows(connection)]
    for row_id, policy in policy_rows(connection, ids):
        yield from (Misfit(row_id, error) for error in check_policy(policy, combinations))


def _combinations(connection: Connection, ids: Sequence[int]) -> Found:
    """D-5.4: each one once, each with a place of its own."""
    rows = combination_rows(connection)
    for row_id, combination in rows:
        if row_id in ids:
            others = [one for other, one in rows if other != row_id]
            yield from (Misfit(row_id, error) for error in check_combination(combination, others))


def _units(connection: Connection, ids: Sequence[int]) -> Found:
    for owner, row_id in with_own_unit(connection, ids):
        message = "This is the item's main unit already: its factor is 1."
        yield Misfit(owner, Refused(message, field="unit", rule="D-2.2"), "item-units", (row_id,))


def _company(connection: Connection, ids: Sequence[int]) -> Found:
    """D-2.4: there is such a time zone."""
    for row_id in ids:
        zone = str(company_row_of(connection, row_id)["time_zone"])
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            message = f"There is no time zone {zone!r}."
            yield Misfit(row_id, Invalid(message, field="time_zone", rule="D-2.4", hint="Such as Europe/Rome."))


def _suppliers(connection: Connection, ids: Sequence[int]) -> Found:
    """P-123: the purchase price list is there, in the supplier's currency."""
    for row_id, code, currency, known in purchase_lists(connection, ids):
        if not known:
            message, hint = f"There is no price list {code!r}.", "The code of a price list, or of a price-list type."
        elif currency and not known & {currency, ""}:
            message, hint = f"Price list {code} is in {', '.join(sorted(known))}, not in {currency}.", ""
        else:
            continue
        yield Misfit(row_id, Invalid(message, field="price_list", rule="P-123", hint=hint))


#: By registry: what is wrong with the rows `ids` (or the rows of the parents `ids`) beside the others.
_FITTING = {
    "price-lists": _price_lists,
    "discount-policies": _policies,
    "discount-combinations": _combinations,
    "item-units": _units,
    "item-components": _components,
    "company": _company,
    "suppliers": _suppliers,
}

#: Rows that mean something only with the rows of two other tables, in this order.
_COMPOSED = {
    "payment-terms": (term_errors, "payment-term-instalments", "payment-term-excluded-months"),
    "numberings": (numbering_errors, "numbering-policies", "numbering-ranges"),
}


def _composed(connection: Connection, owner: str, ids: Sequence[int]) -> Found:
    errors_of, *names = _COMPOSED[owner]
    rows = {name: children_of(connection, name, ids) for name in names}
    for row_id in ids:
        state = row_by_id(connection, owner, row_id)
        if state is None:
            continue
        first, second = (rows[name][row_id] for name in names)
        for placed in errors_of(state.values, [one.values for one in first], [one.values for one in second]):
            yield _misfit(row_id, placed, dict(zip(names, (first, second), strict=True)))


def _misfit(owner: int, placed: Placed, rows: dict[str, list[RowState]]) -> Misfit:
    of = [one.id for one in rows.get(placed.registry, ())]
    return Misfit(owner, placed.error, placed.registry, tuple(of[placed.row : placed.row + 1]))
