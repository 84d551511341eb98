"""One way to work in all registries: list, find as you type, read one row (D-2).

Changing rows is in `registry_saving`, history in `registry_history`, files in `imports` and `exports`.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fluorders_tui.data import registry_search as search
from fluorders_tui.data.registries import registries
from fluorders_tui.data.registry_codes import Codes
from fluorders_tui.data.registry_rows import (
    RowState,
    Transaction,
    Values,
    children_of,
    key_of,
    name_field,
    row_by_id,
    rows_by_keys,
)
from fluorders_tui.data.registry_search import RowQuery
from fluorders_tui.domain.errors import Invalid, Unreadable
from fluorders_tui.domain.folding import nearest
from fluorders_tui.domain.registry import RegistrySpec, Value
from fluorders_tui.services.desk import Desk

#: Where an error of a row that belongs to another one is: `item-units[2].factor`.
CHILD_PLACE = re.compile(r"(?P<registry>[a-z-]+)\[(?P<row>\d+)\]\.(?P<field>\w+)")

#: Rows between two remembered places of a long list.
_ANCHOR_STEP = 1000


@dataclass(frozen=True)
class RegistryRecord:
    """A row as it was read: `values` by field name, references as codes, decimals as `Decimal`.

    `version` goes back with the changed values, so that nobody overwrites somebody else's change (D-12.7).
    """

    registry: str
    id: int
    version: int
    values: Mapping[str, Value]
    children: Mapping[str, tuple[RegistryRecord, ...]] = field(default_factory=dict)

    @property
    def active(self) -> bool:
        """Whether the row may be used in new documents (D-2.5)."""
        return self.values.get("active") is not False

    @property
    def code(self) -> str:
        """The code, or the parts of the key of rows without one."""
        return code_of(self.registry, self.values)

    @property
    def name(self) -> str:
        """What the row is in words."""
        return str(self.values.get(name_field(self.registry)) or "")


@dataclass(frozen=True, slots=True)
class Found:
    """A hit of a lookup. `extra` are the other values that lists show.

    Of items, `via` says what was typed when it was not the item's own code: `barcode` or `customer code`,
    with the text in `typed_code` and the `unit` that a barcode sells.
    """

    id: int
    code: str
    name: str
    extra: Mapping[str, Value] = field(default_factory=dict)
    active: bool = True
    via: str = ""
    typed_code: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A piece of a list, the number of all its rows, and where to go on (None at the end)."""

    rows: tuple[RegistryRecord, ...]
    total: int
    next: object = None


def all_specs() -> tuple[RegistrySpec, ...]:
    """The specifications of all registries."""
    return tuple(stored.spec for stored in registries().values())


def registry_spec(name: str) -> RegistrySpec:
    """The specification of one registry. Raises `Unreadable` with the nearest name."""
    stored = registries().get(name) or registries().get(name.lower().replace("_", "-").replace(" ", "-"))
    if stored is None:
        close = nearest(name, registries())
        hint = f"Did you mean {close}?" if close else f"They are {', '.join(registries())}."
        raise Unreadable(f"There is no table “{name[:40]}”.", hint=hint)
    return stored.spec


def place_in_words(registry: str, field: str) -> str:
    """Where an error is, as people see it: `Factor`, or `Alternative units, row 2, Factor`; empty for no field."""
    spec = registry_spec(registry)
    if field in spec.by_name:
        return spec.by_name[field].label
    place = CHILD_PLACE.fullmatch(field)
    if place is None:
        return ""
    child = registry_spec(place["registry"])
    label = child.by_name[place["field"]].label if place["field"] in child.by_name else place["field"]
    return f"{child.title}, row {place['row']}, {label}"


def code_of(registry: str, values: Mapping[str, Value]) -> str:
    """What names a row: its code, or the parts of its key."""
    stored = registries()[registry]
    return " / ".join(str(part) for part in key_of(stored, values) if part not in (None, ""))


def record_of(registry: str, state: RowState) -> RegistryRecord:
    """A stored row as a record without children."""
    return RegistryRecord(registry, state.id, state.version, state.values)


def row_query(
    connection: Transaction,
    registry: str,
    *,
    find: str = "",
    include_inactive: bool = False,
    parent: str | int | None = None,
    filters: Mapping[str, str] | None = None,
) -> RowQuery:
    """A query with codes resolved. Raises `Invalid` for an unknown parent, filter or code."""
    spec = registry_spec(registry)
    codes = Codes(connection)
    if isinstance(parent, str):
        parent = _code_id(codes, spec, spec.parent, parent)
    ids = {name: _code_id(codes, spec, name, code) for name, code in (filters or {}).items()}
    return RowQuery(spec.name, find, include_inactive, parent, ids)


def _code_id(codes: Codes, spec: RegistrySpec, name: str, code: str) -> int:
    wanted = spec.by_name.get(name)
    if wanted is None or not wanted.target:
        raise Invalid(f"The {spec.title.lower()} can't be narrowed by “{name}”.", field=name)
    found = codes.find(wanted.target, code)
    if found is None:
        close = codes.nearest(wanted.target, code)
        hint = f"Did you mean {close}?" if close else ""
        raise Invalid(f"There is no {wanted.label.lower()} “{code[:40]}”.", field=name, hint=hint)
    return found.id


def list_rows(
    desk: Desk,
    registry: str,
    *,
    find: str = "",
    include_inactive: bool = False,
    parent: str | int | None = None,
    after: object = None,
    limit: int = 100,
    filters: Mapping[str, str] | None = None,
) -> Page:
    """A page of a registry by code; `after` is the `next` of the page before.

    `find` keeps rows that contain all its words; `parent` is the code or id of the row they belong to.
    """
    with desk.store.read() as connection:
        query = row_query(
            connection, registry, find=find, include_inactive=include_inactive, parent=parent, filters=filters
        )
        rows = search.page(connection, query, limit + 1, start=after, after=True)
        total = search.count(connection, query)
    shown = rows[:limit]
    more = _order_value(query, shown[-1]) if len(rows) > limit else None
    return Page(tuple(record_of(query.registry, row) for row in shown), total, more)


def _order_value(query: RowQuery, row: RowState) -> object:
    key = query.stored.spec.key
    return row.values[key[0]] if len(key) == 1 else row.id


class RowWindow:
    """Any part of a long list at once: every thousandth place is remembered, so that row n is found by its code.

    Safe in several threads. What others change shifts rows until `refresh`.
    """

    def __init__(self, desk: Desk, query: RowQuery) -> None:
        self._desk = desk
        self.query = query
        self._lock = threading.Lock()
        self._count: int | None = None
        self._anchors: list[object] = []

    @property
    def count(self) -> int:
        """How many rows there are; asked once."""
        with self._lock:
            if self._count is None:
                with self._desk.store.read() as connection:
                    self._count = search.count(connection, self.query)
            return self._count

    def rows(self, start: int, stop: int) -> tuple[RegistryRecord, ...]:
        """Rows `start` up to `stop`; fewer at the end."""
        if stop <= start:
            return ()
        with self._desk.store.read() as connection:
            anchor, skip = self._nearest(connection, start)
            rows = search.page(connection, self.query, stop - start, start=anchor, skip=skip)
        return tuple(record_of(self.query.registry, row) for row in rows)

    def index_of(self, code: object) -> int:
        """The place of the row with this code, or where it would be."""
        with self._desk.store.read() as connection:
            return search.place(connection, self.query, code)

    def refresh(self) -> None:
        """Forget count and places: something was changed."""
        with self._lock:
            self._count = None
            self._anchors = []

    def _nearest(self, connection: Transaction, start: int) -> tuple[object, int]:
        if start < _ANCHOR_STEP:
            return None, start
        with self._lock:
            if not self._anchors:
                self._anchors = search.anchors(connection, self.query, _ANCHOR_STEP)
            place = min(start // _ANCHOR_STEP, len(self._anchors) - 1)
            anchor = self._anchors[place] if place >= 0 else None
        return anchor, start - max(place, 0) * _ANCHOR_STEP


def window(
    desk: Desk,
    registry: str,
    *,
    find: str = "",
    include_inactive: bool = False,
    parent: str | int | None = None,
    filters: Mapping[str, str] | None = None,
) -> RowWindow:
    """A window over a registry for a virtual table. Raises `Invalid` as `row_query` does."""
    with desk.store.read() as connection:
        query = row_query(
            connection, registry, find=find, include_inactive=include_inactive, parent=parent, filters=filters
        )
    return RowWindow(desk, query)


def find(
    desk: Desk,
    registry: str,
    text: str,
    limit: int = 20,
    *,
    include_inactive: bool = False,
    parent: str | int | None = None,
    **filters: str,
) -> list[Found]:
    """What a typed text may mean, the likeliest first.

    The exact code (whatever its case), codes and names that begin with it, rows that contain all its
    words in any order; fragments count from three characters on.
    """
    with desk.store.read() as connection:
        query = row_query(
            connection, registry, find=text, include_inactive=include_inactive, parent=parent, filters=filters
        )
        rows = search.lookup(connection, query, limit)
    return [_found(query.registry, row) for row in rows]


def _found(registry: str, row: RowState, *, via: str = "", typed_code: str = "", unit: str = "") -> Found:
    named = name_field(registry)
    spec = registries()[registry].spec
    extra = {
        own.name: row.values[own.name]
        for own in spec.fields
        if own.in_list and own.name not in (named, *spec.key) and own.name in row.values
    }
    return Found(
        row.id,
        code_of(registry, row.values),
        str(row.values.get(named) or ""),
        extra,
        row.values.get("active") is not False,
        via,
        typed_code,
        unit,
    )


def find_items(desk: Desk, text: str, customer: str = "", limit: int = 20) -> list[Found]:
    """Items by code, barcode, the customer's own item code or fragments of the description (D-6.6).

    First what fits exactly, in this order; then what begins with the text; then the rest.
    """
    typed = text.strip()
    with desk.store.read() as connection:
        likely = search.lookup(connection, RowQuery("items", typed), limit)
        barcode = search.item_by_barcode(connection, typed) if typed else None
        theirs = search.items_by_customer_code(connection, customer, typed, limit) if customer and typed else []
        others = search.items_by_ids(
            connection, [*([barcode[0]] if barcode else []), *(row_id for row_id, _ in theirs)]
        )
    exact, begins = _hits(typed, barcode, theirs, others)
    own = [_found("items", row) for row in likely]
    head = [hit for hit in own if hit.code.casefold() == typed.casefold()]
    found: dict[int, Found] = {}
    for hit in (*head, *exact, *begins, *own):
        found.setdefault(hit.id, hit)
    return list(found.values())[:limit]


def _hits(
    typed: str, barcode: tuple[int, str] | None, theirs: Sequence[tuple[int, str]], rows: Mapping[int, RowState]
) -> tuple[list[Found], list[Found]]:
    """Hits by barcode and customer's code: those that fit exactly, and those that begin with the text."""
    exact: list[Found] = []
    begins: list[Found] = []
    if barcode and barcode[0] in rows:
        exact.append(_found("items", rows[barcode[0]], via="barcode", typed_code=typed, unit=barcode[1]))
    for row_id, code in theirs:
        if row_id in rows:
            hit = _found("items", rows[row_id], via="customer code", typed_code=code)
            (exact if code.casefold() == typed.casefold() else begins).append(hit)
    return exact, begins


def get_row(desk: Desk, registry: str, key: int | str | Sequence[Value], *, children: bool = True) -> RegistryRecord:
    """One row by id, by code or by the values of its key, with the rows that belong to it.

    Raises `Invalid` with the nearest code where there is none.
    """
    spec = registry_spec(registry)
    with desk.store.read() as connection:
        return read_record(connection, spec.name, key, children=children)


def read_record(
    connection: Transaction, registry: str, key: int | str | Sequence[Value], *, children: bool = True
) -> RegistryRecord:
    """`get_row` inside an open transaction."""
    spec = registries()[registry].spec
    codes = Codes(connection)
    state: RowState | None
    if isinstance(key, int):
        state = row_by_id(connection, registry, key)
    elif isinstance(key, str) and spec.coded:
        found = codes.find(registry, key)
        state = row_by_id(connection, registry, found.id) if found else None
    else:
        whole = (key,) if isinstance(key, str) else tuple(key)
        try:
            state = rows_by_keys(connection, registry, [whole], codes.id_of).get(whole)
        except KeyError:
            state = None
    if state is None:
        close = codes.nearest(registry, key) if isinstance(key, str) and spec.coded else ""
        raise Invalid(
            f"There is no {spec.singular} “{str(key)[:60]}”.",
            field=spec.key[-1],
            rule="D-2",
            hint=f"Did you mean {close}?" if close else "",
        )
    made: dict[str, tuple[RegistryRecord, ...]] = {}
    for child in spec.children if children else ():
        rows = children_of(connection, child, [state.id])[state.id]
        made[child] = tuple(record_of(child, row) for row in rows)
    return RegistryRecord(registry, state.id, state.version, state.values, made)


def blank_values(desk: Desk, registry: str) -> Values:
    """What the form of a new row starts with: defaults, and what the company usually takes."""
    from fluorders_tui.services.registry_checks import default_values
    from fluorders_tui.services.registry_defaults import Defaults

    spec = registry_spec(registry)
    values = default_values(spec)
    with desk.store.read() as connection:
        Defaults(desk, connection, Codes(connection)).fill(spec.name, values)
    return values
