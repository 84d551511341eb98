"""Changing registry rows: each call is one transaction with its checks and its journal entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fluorders_tui.data.journal import Event, record
from fluorders_tui.data.journal_reading import entries_of
from fluorders_tui.data.logins import has_login, in_use
from fluorders_tui.data.registries import registries
from fluorders_tui.data.registry_codes import Code, Codes
from fluorders_tui.data.registry_rows import (
    RowState,
    Transaction,
    Values,
    children_of,
    delete_rows,
    insert_rows,
    key_of,
    row_by_id,
    rows_by_keys,
    update_row,
)
from fluorders_tui.data.registry_use import named_by, used_by
from fluorders_tui.data.store import Session
from fluorders_tui.domain.cell_values import read_value
from fluorders_tui.domain.errors import Conflict, DeskError, Invalid, Refused, Several
from fluorders_tui.domain.folding import nearest
from fluorders_tui.domain.permissions import CREDIT_FIELDS, Permission, permission_of
from fluorders_tui.domain.registry import RegistrySpec, Value
from fluorders_tui.services.desk import Desk, check_permission
from fluorders_tui.services.fitting_checks import Misfit, check_together
from fluorders_tui.services.registries import RegistryRecord, code_of, get_row, read_record, registry_spec
from fluorders_tui.services.registry_checks import RowChecker, default_values, merged
from fluorders_tui.services.registry_defaults import Defaults
from fluorders_tui.services.registry_history import changed_values, child_prefix

Children = Mapping[str, Sequence[Mapping[str, object]]]

#: What a copy leaves behind: what is unique to its row, and what was counted.
_NOT_COPIED = ("barcodes", "stock")


def check_allowed(desk: Desk, registry: str) -> None:
    """Raise `NotAllowed` where this person's role may not change the rows of a registry (P-180)."""
    check_permission(desk, permission_of(registry), field=registry)


def check_values_allowed(desk: Desk, registry: str, before: Values, after: Values) -> None:
    """Raise `NotAllowed` where a change of a customer touches its credit and this person's role may not (P-182)."""
    if registry != "customers" or desk.may(Permission.CREDIT):
        return
    for name in sorted(CREDIT_FIELDS):
        if before.get(name) != after.get(name):
            check_permission(desk, Permission.CREDIT, rule="P-182", field=name)


def follow_logins(connection: Transaction, registry: str, rows: Iterable[Mapping[str, Value]]) -> None:
    """Let the database's logins of users that were written follow their roles (P-184)."""
    if registry != "users" or not in_use(connection):
        return
    from fluorders_tui.data.database_roles import give_role

    for values in rows:
        name = str(values["code"])
        if has_login(connection, name):
            give_role(connection, name, str(values["role"]) if values["active"] else "")


def raise_all(errors: Sequence[DeskError]) -> None:
    """Raise one error as it is, many as `Several`."""
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise Several(list(errors))


def save_row(
    desk: Desk,
    registry: str,
    values: Mapping[str, object],
    *,
    row_id: int | None = None,
    version: int | None = None,
    children: Children | None = None,
) -> RegistryRecord:
    """Store a new row, or new values of the row `row_id`; values may be typed or as somebody wrote them.

    What is left out keeps its value (or takes its default). `children` holds, for each registry it names,
    all rows that belong to this one: others are removed. Everything is stored or nothing.

    Raises `Conflict` (D-12.7) naming the fields that differ when `version` is no longer the stored one;
    else one error for each thing that is wrong, together as `Several`, each with its field.
    """
    spec = registry_spec(registry)
    with desk.store.write() as session:
        saved = save_within(desk, session, registry, values, row_id=row_id, version=version, children=children)
        return read_record(session.connection(), spec.name, saved)


def save_within(
    desk: Desk,
    session: Session,
    registry: str,
    values: Mapping[str, object],
    *,
    row_id: int | None = None,
    version: int | None = None,
    children: Children | None = None,
) -> int:
    """As `save_row`, in the caller's transaction; the row's id."""
    spec = registry_spec(registry)
    connection = session.connection()
    check_allowed(desk, spec.name)
    saving = _Saving(desk, connection, spec)
    saved = saving.run(values, row_id, version, children or {})
    follow_logins(connection, spec.name, [saving.values])
    record(session, desk.now(), desk.user, saving.events(saved))
    return saved


def copy_row(
    desk: Desk, registry: str, row_id: int, code: str, changes: Mapping[str, object] | None = None
) -> RegistryRecord:
    """Store a copy of a row under a new code, with the rows that belong to it except barcodes and stock.

    Raises as `save_row` does.
    """
    spec = registry_spec(registry)
    source = get_row(desk, spec.name, row_id)
    own: dict[str, object] = dict(source.values)
    if not desk.may(Permission.CREDIT):
        # How far a customer is trusted is not copied by who may not say so (P-182).
        own = {name: value for name, value in own.items() if name not in CREDIT_FIELDS}
    values: dict[str, object] = {**own, "active": True, **(changes or {}), "code": code}
    children: dict[str, list[Mapping[str, object]]] = {
        name: [{key: value for key, value in row.values.items() if key != _parent(name)} for row in rows]
        for name, rows in source.children.items()
        if rows and name not in _NOT_COPIED and desk.may(permission_of(name))
    }
    return save_row(desk, spec.name, values, children=children)


def deactivate(desk: Desk, registry: str, row_id: int, version: int | None = None) -> RegistryRecord:
    """Keep a row out of new documents; old ones still show it (D-2.5)."""
    return save_row(desk, registry, {"active": False}, row_id=row_id, version=version)


def reactivate(desk: Desk, registry: str, row_id: int, version: int | None = None) -> RegistryRecord:
    """Take a row back into use."""
    return save_row(desk, registry, {"active": True}, row_id=row_id, version=version)


def delete(desk: Desk, registry: str, row_id: int, version: int | None = None) -> None:
    """Remove a row that was never used; raises `Refused` (D-2.5) for one that was."""
    spec = registry_spec(registry)
    with desk.store.write() as session:
        connection = session.connection()
        check_allowed(desk, spec.name)
        state = _existing(connection, spec, row_id)
        if version is not None and version != state.version:
            raise _conflict(connection, spec, state, {})
        refuse_if_used(connection, spec.name, state)
        if spec.parent:
            event = _child_event(connection, spec, [(state, None)])
        else:
            _, gone = changed_values({}, state.values)
            event = Event(spec.name, row_id, code_of(spec.name, state.values), "deleted", before=_given_only(gone))
        delete_rows(connection, spec.name, [row_id])
        if spec.parent:
            raise_all([one.error for one in check_together(connection, spec.name, [event.document_id])])
        record(session, desk.now(), desk.user, [event])


def refuse_if_used(connection: Transaction, registry: str, state: RowState) -> None:
    """Raise `Refused` (D-2.5) when something uses a row."""
    used = used_by(connection, registry, state)
    if used:
        spec = registries()[registry].spec
        raise Refused(
            f"The {spec.singular} {code_of(registry, state.values)} is used: {used}.",
            field=spec.key[-1],
            rule="D-2.5",
            hint="Deactivate it instead." if "active" in spec.by_name else "It stays.",
        )


def _given_only(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "")}


def _parent(registry: str) -> str:
    return registries()[registry].spec.parent


def _existing(connection: Transaction, spec: RegistrySpec, row_id: int) -> RowState:
    state = row_by_id(connection, spec.name, row_id)
    if state is None:
        raise Conflict(f"This {spec.singular} is no longer there.", rule="D-12.7", hint="Somebody has deleted it.")
    return state


def _conflict(connection: Transaction, spec: RegistrySpec, state: RowState, values: Mapping[str, Value]) -> Conflict:
    """Who changed the row, and where it now differs from what is being saved."""
    last = entries_of(connection, spec.name, state.id, 1)
    who = last[0].user if last else "Somebody else"
    differ = [
        f"{spec.by_name[name].label} is {_shown(state.values[name])}, not {_shown(value)}"
        for name, value in values.items()
        if state.values.get(name) != value
    ]
    what = f" {'; '.join(differ)}." if differ else ""
    return Conflict(
        f"{who} changed this {spec.singular} in the meantime.{what}",
        field=", ".join(name for name, value in values.items() if state.values.get(name) != value),
        rule="D-12.7",
        hint="Load it again and repeat, or give up.",
    )


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "empty" if value in (None, "") else f"“{value}”"


def read_values(spec: RegistrySpec, raw: Mapping[str, object]) -> tuple[Values, list[DeskError]]:
    """The typed values of what somebody wrote, and what can't be read."""
    values: Values = {}
    errors: list[DeskError] = []
    for name, cell in raw.items():
        own = spec.by_name.get(name)
        if own is None:
            close = nearest(name, spec.by_name)
            hint = f"Did you mean {close}?" if close else ""
            errors.append(Invalid(f"A {spec.singular} has no “{name}”.", field=name, hint=hint))
            continue
        try:
            values[name] = read_value(own, cell)
        except Invalid as error:
            errors.append(error)
    return values, errors


def _child_event(
    connection: Transaction, spec: RegistrySpec, changes: Sequence[tuple[RowState | None, Values | None]]
) -> Event:
    """The entry in the parent's journal for changed rows that belong to it."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    add_child_changes(before, after, spec.name, changes)
    values = next(new or (old.values if old else {}) for old, new in changes)
    owner = Codes(connection).find(spec.parent_registry, str(values[spec.parent]))
    assert owner is not None
    return Event(spec.parent_registry, owner.id, owner.code, "changed", before=before, after=after)


def add_child_changes(
    before: dict[str, Any],
    after: dict[str, Any],
    registry: str,
    changes: Sequence[tuple[RowState | None, Values | None]],
) -> None:
    """Add rows that belong to a parent to what its journal entry shows: new, changed and removed ones."""
    parent = _parent(registry)
    for old, new in changes:
        prefix = child_prefix(registry, new or (old.values if old else {}))
        was, now = changed_values(
            old.values if old else {}, new if new is not None else dict.fromkeys(old.values if old else ())
        )
        for name in now:
            if name != parent and (was[name] not in (None, "") or now[name] not in (None, "")):
                before[f"{prefix}.{name}"], after[f"{prefix}.{name}"] = was[name], now[name]


@dataclass
class _Saving:
    """One `save_row` under way."""

    desk: Desk
    connection: Transaction
    spec: RegistrySpec
    codes: Codes = field(init=False)
    before: RowState | None = None
    values: Values = field(default_factory=dict)
    changes: dict[str, list[tuple[RowState | None, Values | None]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.codes = Codes(self.connection)

    def run(self, raw: Mapping[str, object], row_id: int | None, version: int | None, children: Children) -> int:
        """Check everything, then write it; the row's id."""
        given, errors = read_values(self.spec, raw)
        defaults = Defaults(self.desk, self.connection, self.codes)
        if row_id is None:
            self.values = merged(self.spec, default_values(self.spec), given)
            check_values_allowed(self.desk, self.spec.name, default_values(self.spec), self.values)
            defaults.fill(self.spec.name, self.values)
        else:
            self.before = _existing(self.connection, self.spec, row_id)
            if version is not None and version != self.before.version:
                raise _conflict(self.connection, self.spec, self.before, given)
            self.values = merged(self.spec, self.before.values, given)
            check_values_allowed(self.desk, self.spec.name, self.before.values, self.values)
        checker = RowChecker(self.spec.name, self.codes)
        errors.extend(checker.resolve(self.values))
        wrong = {error.field for error in errors}
        old = self.before.values if self.before else None
        errors.extend(error for error in checker.check(self.values, old, given) if error.field not in wrong)
        if not errors:
            errors.extend(self._check_key())
        if self.spec.coded and self.values.get("code"):
            # Rows that belong to this one are checked before it has a number.
            self.codes.add(self.spec.name, Code(row_id or 0, str(self.values["code"]), True))
        for registry, rows in children.items():
            errors.extend(self._check_children(registry, rows))
        raise_all(errors)
        defaults.make_types()
        return self._write()

    def _check_key(self) -> list[DeskError]:
        stored = registries()[self.spec.name]
        key = key_of(stored, self.values)
        if self.before is not None and key == key_of(stored, self.before.values):
            return []
        name = self.spec.key[-1]
        if key in rows_by_keys(self.connection, self.spec.name, [key], self.codes.id_of):
            message = f"There is already a {self.spec.singular} {code_of(self.spec.name, self.values)}."
            return [Refused(message, field=name, rule="D-2", hint="Choose another code or change that one.")]
        used = named_by(self.connection, self.spec.name, self.before) if self.before else ""
        if used:
            message = f"Its {name} can't change any more: {used} name it."
            return [Refused(message, field=name, rule="D-2.5", hint="Copy it under the new code instead.")]
        return []

    def _check_children(self, registry: str, rows: Sequence[Mapping[str, object]]) -> list[DeskError]:
        if registry not in self.spec.children:
            raise Invalid(f"A {self.spec.singular} has no “{registry}”.", field=registry)
        stored = registries()[registry]
        spec, checker = stored.spec, RowChecker(registry, self.codes)
        old: dict[tuple[Value, ...], RowState] = {}
        if self.before is not None:
            for row in children_of(self.connection, registry, [self.before.id])[self.before.id]:
                old[self._child_key(registry, row.values)] = row
        errors: list[DeskError] = []
        seen: set[tuple[Value, ...]] = set()
        changes = self.changes.setdefault(registry, [])
        defaults = Defaults(self.desk, self.connection, self.codes)
        for place, raw in enumerate(rows, 1):
            given, wrong = read_values(spec, raw)
            given[spec.parent] = self.values.get("code")
            typed = default_values(spec) | {name: value for name, value in given.items() if value is not None}
            wrong.extend(checker.resolve(typed))
            defaults.fill(registry, typed)
            key = self._child_key(registry, typed)
            state: RowState | None = old.pop(key, None)
            values = merged(spec, state.values, given | {name: typed[name] for name in spec.key}) if state else typed
            known = {error.field for error in wrong}
            found = checker.check(values, state.values if state else None, given)
            wrong.extend(error for error in found if error.field not in known)
            if key in seen:
                wrong.append(Refused(f"This {spec.singular} is there twice.", field=spec.key[-1], rule="D-2"))
            seen.add(key)
            errors.extend(_placed(error, f"{registry}[{place}]") for error in wrong)
            changes.append((state, values))
        for gone in old.values():
            if registry == "destinations":
                refuse_if_used(self.connection, registry, gone)
            changes.append((gone, None))
        return errors

    def _child_key(self, registry: str, values: Mapping[str, Value]) -> tuple[Value, ...]:
        """The key without the parent, whose code may be changing."""
        spec = registries()[registry].spec
        return tuple(values.get(name) for name in spec.key if name != spec.parent)

    def _write(self) -> int:
        name, resolve = self.spec.name, self.codes.id_of
        for registry in self.changes:
            if self._differ(registry):
                check_allowed(self.desk, registry)
        if self.before is None:
            (row_id,) = insert_rows(self.connection, name, [self.values], resolve)
        else:
            row_id = self.before.id
            if self.values != self.before.values or any(self._differ(registry) for registry in self.changes):
                update_row(self.connection, name, self.before, self.values, resolve)
        if self.spec.coded:
            self.codes.add(name, Code(row_id, str(self.values["code"]), True))
        written = {name: {row_id: 0}}
        for registry, changes in self.changes.items():
            # Removed ones first: a new row may take their key.
            delete_rows(self.connection, registry, [old.id for old, new in changes if old and new is None])
            for old, new in changes:
                if old is not None and new is not None and old.values != new:
                    update_row(self.connection, registry, old, new, resolve)
            made = iter(
                insert_rows(self.connection, registry, [new for old, new in changes if old is None and new], resolve)
            )
            kept = [old.id if old else next(made) for old, new in changes if new is not None]
            written[registry] = {row: place for place, row in enumerate(kept, 1)}
        misfits = [misfit for of in (name, *self.changes) for misfit in self._together(of, row_id)]
        errors = [self._in_place(misfit, written) for misfit in misfits]
        raise_all(list({str(error): error for error in errors}.values()))
        return row_id

    def _together(self, registry: str, row_id: int) -> list[Misfit]:
        own = registries()[registry].spec
        if registry == self.spec.name and own.parent:
            owner = self.codes.id_of(own.parent_registry, str(self.values[own.parent]))
            return check_together(self.connection, registry, [owner])
        return check_together(self.connection, registry, [row_id])

    def _in_place(self, misfit: Misfit, written: dict[str, dict[int, int]]) -> DeskError:
        """The error with the row it is in, counted as the caller gave the rows, or as they are stored."""
        registry, error = misfit.registry, misfit.error
        if not registry:
            # Of a row that was written alone the fields of its owner are somewhere else.
            return _placed(error, self.spec.parent) if self.spec.parent else error
        if registry not in written:
            stored = children_of(self.connection, registry, [misfit.owner])[misfit.owner]
            written[registry] = {row.id: place for place, row in enumerate(stored, 1)}
        places = written[registry]
        known = [row for row in misfit.rows if row in places] or misfit.rows
        place = places.get(known[0], 0) if known else 1
        return _placed(error, f"{registry}[{place}]") if place else error

    def _differ(self, registry: str) -> bool:
        return any(old is None or new is None or old.values != new for old, new in self.changes[registry])

    def events(self, row_id: int) -> list[Event]:
        """What goes into the journal; nothing where nothing changed."""
        if self.spec.parent:
            if self.before is not None and self.before.values == self.values:
                return []
            return [_child_event(self.connection, self.spec, [(self.before, self.values)])]
        old = self.before.values if self.before else {}
        before, after = changed_values(old, self.values)
        if self.before is None:
            before, after = {}, _given_only(after)
        for registry, changes in self.changes.items():
            add_child_changes(before, after, registry, changes)
        if self.before is not None and not after:
            return []
        return [Event(self.spec.name, row_id, str(self.values["code"]), self._event(after), before=before, after=after)]

    def _event(self, after: Mapping[str, Any]) -> str:
        if self.before is None:
            return "created"
        if set(after) == {"active"}:
            return "reactivated" if after["active"] else "deactivated"
        return "changed"


def _placed(error: DeskError, place: str) -> DeskError:
    """The same error with the row it is in."""
    return type(error)(error.message, field=f"{place}.{error.field}", rule=error.rule, hint=error.hint)
