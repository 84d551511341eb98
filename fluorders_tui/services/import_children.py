"""Rows of other tables that an import touches: those its shortcut columns ask for, and what parents' journals say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from fluorders_tui.data.journal import Event
from fluorders_tui.data.registry_codes import Codes
from fluorders_tui.data.registry_import import agent_commissions, barcode_items, discount_types, list_types
from fluorders_tui.data.registry_rows import (
    RowState,
    Transaction,
    Values,
    children_of,
    delete_rows,
    insert_rows,
    update_rows,
)
from fluorders_tui.domain.errors import DeskError, Invalid
from fluorders_tui.domain.registry import RegistrySpec, Value
from fluorders_tui.services.import_columns import Column
from fluorders_tui.services.registry_checks import RowChecker
from fluorders_tui.services.registry_saving import add_child_changes
from fluorders_tui.services.registry_shortcuts import (
    SHORTCUT_TABLES,
    ChildChange,
    ShortcutContext,
    barcodes_in,
    child_changes,
)

#: Registries whose rows need others to work, so that a row without them gets the usual ones.
_ALWAYS = ("payment-terms", "numberings")

#: Changes that the journal entry of one parent shows in full; of more it gives the number.
_MOST_SHOWN = 20


class Importing(Protocol):
    """What this needs of a row under way."""

    number: int
    state: RowState | None
    values: Values


def shortcut_context(connection: Transaction, registry: str, codes: Codes) -> ShortcutContext:
    """What the shortcuts of a registry look up."""
    if registry != "customers":
        return ShortcutContext(codes)
    return ShortcutContext(
        codes,
        list_types=list_types(connection),
        discount_types=discount_types(connection),
        agent_commissions=agent_commissions(connection),
    )


class ChildRows:
    """The rows of other tables that shortcut columns add, change or remove, chunk by chunk."""

    def __init__(self, connection: Transaction, spec: RegistrySpec, columns: Sequence[Column], codes: Codes) -> None:
        self.active = spec.name in _ALWAYS or any(not column.own for column in columns)
        self.tables = SHORTCUT_TABLES.get(spec.name, ()) if self.active else ()
        self._connection = connection
        self._spec = spec
        self._codes = codes
        self._checkers = {name: RowChecker(name, codes) for name in self.tables}
        self._context = shortcut_context(connection, spec.name, codes) if self.active else ShortcutContext(codes)
        self._cells: Mapping[int, Values] = {}
        self._existing: dict[str, dict[int, list[RowState]]] = {}
        self._changes: dict[int, list[ChildChange]] = {}
        self.asked_by: dict[str, str] = {}
        """The shortcut column that asked for rows of a table, by the table's registry."""

    def prepare(self, rows: Sequence[Importing], cells: Mapping[int, Values]) -> None:
        """Read at once what belongs to the rows of a chunk; `cells` are those of its shortcut columns."""
        self._cells, self._changes = cells, {}
        if not self.active:
            return
        ids = [row.state.id for row in rows if row.state is not None]
        self._existing = {name: children_of(self._connection, name, ids) for name in self.tables}
        if self._spec.name == "items":
            typed = [barcode for of in cells.values() for barcode in barcodes_in(of)]
            # What earlier rows of the file took counts too.
            self._context.barcode_items.update(barcode_items(self._connection, typed))

    def changes(
        self, number: int, values: Mapping[str, Value], state: RowState | None, errors: list[DeskError]
    ) -> Sequence[ChildChange]:
        """What a checked row asks for; what is wrong with it goes into `errors`."""
        if not self.active:
            return ()
        existing = {name: rows[state.id] if state else [] for name, rows in self._existing.items()}
        try:
            changes = child_changes(self._spec.name, values, self._cells.get(number, {}), existing, self._context)
        except Invalid as error:
            errors.append(error)
            return ()
        self._codes.expect(self._spec.name, str(values["code"]))
        for change in changes:
            self.asked_by.setdefault(change.registry, change.column)
            if change.values is not None:
                before = change.state.values if change.state else None
                wrong = self._checkers[change.registry].check(change.values, before)
                errors.extend(Invalid(of.message, field=change.column, rule=of.rule, hint=of.hint) for of in wrong)
        self._changes[number] = changes
        return changes

    def write(self, numbers: Sequence[int]) -> None:
        """Store what the rows with these numbers asked for; the rows themselves are stored."""
        for name in self.tables:
            changes = [
                change for number in numbers for change in self._changes.get(number, ()) if change.registry == name
            ]
            gone = [change.state.id for change in changes if change.state and change.values is None]
            delete_rows(self._connection, name, gone)
            kept = [(change.state, change.values) for change in changes if change.state and change.values is not None]
            update_rows(self._connection, name, kept, self._codes.id_of)
            new = [change.values for change in changes if change.state is None and change.values is not None]
            insert_rows(self._connection, name, new, self._codes.id_of)

    def tell(self, number: int, before: dict[str, Any], after: dict[str, Any]) -> None:
        """Add a row's changes in other tables to its journal entry."""
        for change in self._changes.get(number, ()):
            add_child_changes(before, after, change.registry, [(change.state, change.values)])


@dataclass
class _ParentChanges:
    new: int = 0
    changed: int = 0
    shown: list[tuple[RowState | None, Values | None]] = field(default_factory=list)


class ParentJournal:
    """One journal entry for each parent of imported rows that belong to others."""

    def __init__(self, spec: RegistrySpec) -> None:
        self._spec = spec
        self._parents: dict[str, _ParentChanges] = {}

    def add(self, state: RowState | None, values: Values) -> None:
        """Remember a row that was written."""
        changes = self._parents.setdefault(str(values[self._spec.parent]), _ParentChanges())
        changes.new += state is None
        changes.changed += state is not None
        if len(changes.shown) <= _MOST_SHOWN:
            changes.shown.append((state, values))

    def events(self, codes: Codes) -> list[Event]:
        """The entries: every change of a few rows, the numbers of many."""
        return [self._event(codes, parent, changes) for parent, changes in self._parents.items()]

    def _event(self, codes: Codes, parent: str, changes: _ParentChanges) -> Event:
        before: dict[str, Any] = {}
        after: dict[str, Any] = {}
        comment = "import"
        if changes.new + changes.changed <= _MOST_SHOWN:
            add_child_changes(before, after, self._spec.name, changes.shown)
        else:
            comment = f"import of {self._spec.title.lower()}: {changes.new} new, {changes.changed} changed"
        owner = self._spec.parent_registry
        return Event(owner, codes.id_of(owner, parent), parent, "changed", comment=comment, before=before, after=after)
