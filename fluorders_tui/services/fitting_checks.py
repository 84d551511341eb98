"""Whether rows that were just written fit the others: dated lists, discount policies, combinations, units."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fluorders_tui.data.fitting_rows import (
    COMPANY_CODES,
    code_exists,
    company_row_of,
    versions_beside,
    with_own_unit,
)
from fluorders_tui.data.policy_rows import combination_rows, policy_rows
from fluorders_tui.data.store import Connection
from fluorders_tui.domain.discount_policies import check_combination, check_policy
from fluorders_tui.domain.errors import DeskError, Invalid, Refused
from fluorders_tui.domain.price_versions import ConflictKind, find_conflicts

__all__ = ["FITTING"]

Found = Iterator[tuple[int, DeskError]]


def _price_lists(connection: Connection, ids: Sequence[int]) -> Found:
    """D-4.1: dates that contradict each other are refused where the written list is one of them (P-63)."""
    written = set(ids)
    for conflict in find_conflicts(versions_beside(connection, ids)):
        if not conflict.refuses:
            continue
        field = "valid_from" if conflict.kind is ConflictKind.SAME_START else "valid_to"
        for version in conflict.versions:
            if version.id in written:
                yield version.id, Refused(conflict.message, field=field, rule="D-4.1")


def _policies(connection: Connection, ids: Sequence[int]) -> Found:
    """D-5.4."""
    combinations = [one for _, one in combination_rows(connection)]
    for row_id, policy in policy_rows(connection, ids):
        for error in check_policy(policy, combinations):
            yield row_id, error


def _combinations(connection: Connection, ids: Sequence[int]) -> Found:
    """D-5.4: each one once, each with a place of its own."""
    rows = combination_rows(connection)
    for row_id, combination in rows:
        if row_id in ids:
            others = [one for other, one in rows if other != row_id]
            for error in check_combination(combination, others):
                yield row_id, error


def _units(connection: Connection, ids: Sequence[int]) -> Found:
    for row_id in with_own_unit(connection, ids):
        yield (
            row_id,
            Refused("This is the item's main unit already: its factor is 1.", field="unit", rule="D-2.2"),
        )


def _company(connection: Connection, ids: Sequence[int]) -> Found:
    """D-2.4: the codes it names exist, and so does the time zone."""
    for row_id in ids:
        row = company_row_of(connection, row_id)
        for field, (what, _) in COMPANY_CODES.items():
            code = str(row[field] or "")
            if code and not code_exists(connection, field, code):
                yield row_id, Invalid(f"There is no {what} {code!r}.", field=field, rule="D-2.4")
        try:
            ZoneInfo(str(row["time_zone"]))
        except (ZoneInfoNotFoundError, ValueError):
            message = f"There is no time zone {row['time_zone']!r}."
            yield row_id, Invalid(message, field="time_zone", rule="D-2.4", hint="Such as Europe/Rome.")


#: By registry: what is wrong with the rows `ids` (or the rows of the parents `ids`) beside the others.
FITTING = {
    "price-lists": _price_lists,
    "discount-policies": _policies,
    "discount-combinations": _combinations,
    "item-units": _units,
    "company": _company,
}
