"""Codes of a registry and what they stand for: the newest ones, which are taken, what they are called."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from fluorders_tui.data.registries import registries
from fluorders_tui.data.registry_rows import IN_LIST, Transaction, name_field


def newest_codes(connection: Transaction, registry: str, limit: int) -> list[str]:
    """The codes given last, the newest first."""
    table = registries()[registry].table
    return list(connection.execute(select(table.c.code).order_by(table.c.id.desc()).limit(limit)).scalars())


def taken_codes(connection: Transaction, registry: str, codes: Iterable[str]) -> set[str]:
    """Which of `codes` (at most `IN_LIST`) exist already."""
    table = registries()[registry].table
    return set(connection.execute(select(table.c.code).where(table.c.code.in_(list(codes)))).scalars())


def names_by_code(connection: Transaction, registry: str, codes: Iterable[str]) -> dict[str, str]:
    """What the rows with these codes are called, for a registry whose rows have names."""
    table, column = registries()[registry].table, name_field(registry)
    if not column:
        return {}
    wanted = sorted(set(codes))
    found: dict[str, str] = {}
    for start in range(0, len(wanted), IN_LIST):
        query = select(table.c.code, table.c[column]).where(table.c.code.in_(wanted[start : start + IN_LIST]))
        found.update((row[0], row[1]) for row in connection.execute(query))
    return found
