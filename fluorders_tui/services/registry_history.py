"""What happened to a registry row: written to the journal with each change, told in plain words."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fluorders_tui.data.journal_reading import entries_of
from fluorders_tui.data.registries import registries
from fluorders_tui.data.registry_rows import key_of
from fluorders_tui.domain.money import plain
from fluorders_tui.domain.registry import RegistrySpec, Value
from fluorders_tui.services.desk import Desk

_EVENTS = {
    "created": "made",
    "changed": "changed",
    "deactivated": "deactivated",
    "reactivated": "reactivated",
    "deleted": "deleted",
    "copied": "made as a copy",
}
_CHILD_FIELD = re.compile(r"(?P<registry>[a-z-]+)\[(?P<key>.*)\]\.(?P<field>[a-z_]+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One thing that happened: when (UTC), by whom, and each change in words."""

    at: dt.datetime
    user: str
    event: str
    changes: tuple[str, ...] = ()
    comment: str = ""


def journal_value(value: Value) -> Any:
    """A value as the journal keeps it."""
    if isinstance(value, Decimal):
        return plain(value)
    return value.isoformat() if isinstance(value, dt.date) else value


def changed_values(before: Mapping[str, Value], after: Mapping[str, Value]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that differ, as the journal keeps them: before and after."""
    names = [name for name in after if before.get(name) != after[name]]
    return (
        {name: journal_value(before.get(name)) for name in names},
        {name: journal_value(after[name]) for name in names},
    )


def child_prefix(registry: str, values: Mapping[str, Value]) -> str:
    """How the journal names a row that belongs to another: `customer-discounts[D1]`."""
    stored = registries()[registry]
    parts = [
        str(journal_value(value))
        for name, value in zip(stored.spec.key, key_of(stored, values), strict=True)
        if name != stored.spec.parent and value not in (None, "")
    ]
    return f"{registry}[{'/'.join(parts)}]"


def history(desk: Desk, registry: str, row_id: int, *, limit: int = 200) -> tuple[HistoryEntry, ...]:
    """What happened to the row with this id, the newest first."""
    spec = registries()[registry].spec
    with desk.store.read() as connection:
        rows = entries_of(connection, registry, row_id, limit)
    return tuple(
        HistoryEntry(
            at=row.at,
            user=row.user,
            event=_EVENTS.get(row.event, row.event),
            changes=_told(spec, json.loads(row.before or "{}"), json.loads(row.after or "{}")),
            comment=row.comment,
        )
        for row in rows
    )


def _told(spec: RegistrySpec, before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    names = dict.fromkeys([*before, *after])
    return tuple(_change(spec, name, before.get(name), after.get(name)) for name in names)


def _change(spec: RegistrySpec, name: str, old: Any, new: Any) -> str:
    label = spec.by_name[name].label if name in spec.by_name else name
    match = _CHILD_FIELD.fullmatch(name)
    if match and match["registry"] in registries():
        of = registries()[match["registry"]].spec
        field = of.by_name.get(match["field"])
        label = f"{of.title}, {match['key']}: {field.label if field else match['field']}"
    return f"{label}: {_word(old)} → {_word(new)}"


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "empty" if value in (None, "") else str(value)
