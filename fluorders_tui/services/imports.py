"""Importing a table from a file (interfaces §3): every row checked, all of it stored or nothing.

The file is read and its values are understood first, without touching the database; then one
transaction compares, checks and writes. So others wait only for the second part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from fluorders_tui.data.journal import Event, record
from fluorders_tui.data.registry_codes import Code, Codes
from fluorders_tui.data.registry_import import filled_at_once, lock_for_change
from fluorders_tui.data.registry_rows import IN_LIST, RowState, Values, insert_rows, rows_by_keys, update_rows
from fluorders_tui.domain.cell_values import Reading, read_value
from fluorders_tui.domain.errors import DeskError, Invalid, NotAllowed, Refused
from fluorders_tui.domain.registry import FieldKind, RegistrySpec, Value
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.fitting_checks import Misfit, check_together, together
from fluorders_tui.services.import_children import ChildRows, ParentJournal
from fluorders_tui.services.import_columns import Column, match_columns, readings
from fluorders_tui.services.import_doubts import Doubts
from fluorders_tui.services.registries import code_of, registry_spec
from fluorders_tui.services.registry_checks import RowChecker, default_values, merged
from fluorders_tui.services.registry_defaults import Defaults
from fluorders_tui.services.registry_history import changed_values, journal_value
from fluorders_tui.services.registry_saving import check_allowed, check_values_allowed, follow_logins

#: Rows checked and written together.
CHUNK = IN_LIST

#: Kinds of which nearly every cell is another one.
_ALWAYS_NEW = (FieldKind.CODE, FieldKind.TEXT, FieldKind.LONG_TEXT)
_MOST_KNOWN = 5000

#: From so many rows on their search texts are indexed together.
_MANY = 300

#: phase (`reading`, `checking`, `writing`), rows done, rows in all (0 while unknown).
Progress = Callable[[str, int, int], None]
SourceRow = tuple[int, Mapping[str, Any] | DeskError]


class _Absent:
    """A cell whose column the row doesn't have; unlike an empty one it keeps what is there."""


_ABSENT = _Absent()


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a row can't be imported: `row` as a spreadsheet counts, `column` as the file calls it."""

    row: int
    column: str
    reason: str
    rule: str = ""

    def __str__(self) -> str:
        where = f"row {self.row}" + (f", {self.column}" if self.column else "")
        return f"{where}: {self.reason}" + (f" ({self.rule})" if self.rule else "")


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did or, when not `stored`, would do. `warnings` are about rows that are written all the same."""

    table: str
    inserted: int = 0
    changed: int = 0
    unchanged: int = 0
    errors: tuple[RowError, ...] = ()
    stored: bool = False
    warnings: tuple[RowError, ...] = ()

    @property
    def rows(self) -> int:
        """The good rows."""
        return self.inserted + self.changed + self.unchanged


class _Source(NamedTuple):
    """A row of the file: its number there, and its values by column."""

    number: int
    cells: list[Any]


class _RollBack(Exception):
    """Nothing of this transaction is wanted."""


@dataclass(slots=True)
class _Row:
    """A row on its way through the transaction."""

    number: int
    given: Values
    key: tuple[Value, ...] = ()
    state: RowState | None = None
    values: Values = field(default_factory=dict)
    errors: list[DeskError] = field(default_factory=list)


def import_table(
    desk: Desk,
    registry: str,
    rows: Iterable[SourceRow],
    *,
    dry_run: bool = False,
    keep_good: bool = False,
    progress: Progress | None = None,
    columns: Sequence[str] = (),
    decimal_mark: str = "",
) -> ImportResult:
    """Insert the rows whose key is new and update the others; what a file leaves out stays as it is.

    `rows` are numbers and cells by heading, as `documents.tabular.read_table` yields them; `columns` and
    `decimal_mark` are what it knows about the whole file. Every bad row
    is in the result's `errors`, and then nothing is stored unless `keep_good`; with `dry_run` nothing is
    stored in any case. Rows that are the same already are left alone: no version, no journal entry.

    Raises `Unreadable` for an unknown table or column, `NotAllowed`, `Unreachable`.
    """
    spec = registry_spec(registry)
    tell = progress or _silent
    file = _File(spec, desk.company.country, decimal_mark, columns)
    file.read(rows, tell)
    bad: dict[int, list[RowError]] = file.errors
    while True:
        attempt = _Attempt(desk, spec, file, tell, writing=keep_good or not bad, keep_good=keep_good)
        try:
            with desk.store.write() as session:
                attempt.run(session)
                if dry_run or attempt.late or (bad and not keep_good) or (attempt.errors and not keep_good):
                    raise _RollBack
            stored = True
        except _RollBack:
            stored = False
        for number, errors in (attempt.late if attempt.late and keep_good else {}).items():
            # Rows that don't fit each other: without them the others may.
            file.drop(number, errors)
        if not (attempt.late and keep_good):
            break
    errors = [error for found in (bad, attempt.errors, attempt.late) for of in found.values() for error in of]
    errors.sort(key=lambda error: error.row)
    counts = (attempt.inserted, attempt.changed, attempt.unchanged)
    return ImportResult(spec.name, *counts, tuple(errors), stored, tuple(attempt.warnings))


def _silent(_phase: str, _done: int, _total: int) -> None:
    pass


class _File:
    """The rows of a file with their values understood; `errors` are the rows that can't be, by number."""

    def __init__(self, spec: RegistrySpec, country: str, decimal_mark: str, headings: Sequence[str]) -> None:
        self.columns: tuple[Column, ...] = ()
        self.rows: list[_Source] = []
        self.errors: dict[int, list[RowError]] = {}
        self._spec = spec
        self._country = country
        self._mark = decimal_mark
        self._known: dict[str, dict[Any, Value]] = {}
        self._places = {heading: place for place, heading in enumerate(name for name in headings if name)}

    def read(self, rows: Iterable[SourceRow], tell: Progress) -> None:
        """Take all rows in."""
        for done, (number, cells) in enumerate(rows, 1):
            if isinstance(cells, DeskError):
                self._wrong(number, cells.field.rpartition("column ")[2] if "column " in cells.field else "", cells)
            else:
                self._take(number, cells)
            if done % CHUNK == 0:
                tell("reading", done, 0)
        if self._places:
            self.columns = match_columns(self._spec, self._places)
        width = len(self.columns)
        for row in self.rows:
            row.cells.extend([_ABSENT] * (width - len(row.cells)))
        self._understand(tell)

    def drop(self, number: int, errors: Sequence[RowError]) -> None:
        """Leave a row out."""
        self.errors.setdefault(number, []).extend(errors)
        self.rows = [row for row in self.rows if row.number != number]

    def heading(self, name: str) -> str:
        """What the file calls a field."""
        return next((column.heading for column in self.columns if column.field.name == name), name)

    def _take(self, number: int, cells: Mapping[str, Any]) -> None:
        if tuple(cells) == tuple(self._places):
            self.rows.append(_Source(number, list(cells.values())))
            return
        for heading in cells:
            self._places.setdefault(heading, len(self._places))
        row: list[Any] = [_ABSENT] * len(self._places)
        for heading, cell in cells.items():
            row[self._places[heading]] = cell
        self.rows.append(_Source(number, row))

    def _understand(self, tell: Progress) -> None:
        found = readings(self.columns, [row.cells for row in self.rows], country=self._country, file_mark=self._mark)
        plan = [(place, column, found.get(column.heading, Reading())) for place, column in enumerate(self.columns)]
        good = []
        for done, row in enumerate(self.rows, 1):
            cells = row.cells
            for place, column, reading in plan:
                raw = cells[place]
                if raw is None or raw is _ABSENT:
                    continue
                try:
                    cells[place] = self._value(column, raw, reading)
                except Invalid as error:
                    self._wrong(row.number, column.heading, error)
            if row.number not in self.errors:
                good.append(row)
            if done % CHUNK == 0:
                tell("checking", done, len(self.rows))
        self.rows = good

    def _value(self, column: Column, raw: object, reading: Reading) -> Value:
        if column.field.kind in _ALWAYS_NEW or raw.__class__ is not str:
            return read_value(column.field, raw, reading)
        # Units, rates and prices repeat: understood once, and once in memory.
        known = self._known.setdefault(column.heading, {})
        if raw not in known:
            if len(known) >= _MOST_KNOWN:
                known.clear()
            known[raw] = read_value(column.field, raw, reading)
        return known[raw]

    def _wrong(self, number: int, heading: str, error: DeskError) -> None:
        self.errors.setdefault(number, []).append(row_error(number, heading, error))


def row_error(number: int, heading: str, error: DeskError) -> RowError:
    """An error of a row, in words."""
    return RowError(number, heading, f"{error.message} {error.hint}".strip(), error.rule)


class _Attempt:
    """One go at checking all rows against the database and writing them."""

    def __init__(
        self, desk: Desk, spec: RegistrySpec, file: _File, tell: Progress, *, writing: bool, keep_good: bool
    ) -> None:
        self.inserted = self.changed = self.unchanged = 0
        self.errors: dict[int, list[RowError]] = {}
        self.late: dict[int, list[RowError]] = {}
        self._desk = desk
        self._spec = spec
        self._file = file
        self._tell = tell
        self._writing = writing
        self._keep_good = keep_good
        self.warnings: list[RowError] = []
        self._doubts = Doubts(spec.name)
        self._seen: dict[tuple[Value, ...], int] = {}
        self._touched: dict[int, int] = {}
        self._numbers: dict[int, int] = {}
        self._blank = default_values(spec)
        self._needs_unit = spec.name == "price-list-lines"

    def run(self, session: Any) -> None:
        """Go through all rows; what is written stays in the transaction of `session`."""
        self._session = session
        self._connection = session.connection()
        check_allowed(self._desk, self._spec.name)
        self._codes = Codes(self._connection, whole=True)
        self._checker = RowChecker(self._spec.name, self._codes)
        self._defaults = Defaults(self._desk, self._connection, self._codes)
        self._children = ChildRows(self._connection, self._spec, self._file.columns, self._codes)
        self._parents = ParentJournal(self._spec)
        rows = self._file.rows
        with ExitStack() as stack:
            for name in (self._spec.name, *self._children.tables):
                lock_for_change(self._connection, name)
            if len(rows) >= _MANY and self._writing:
                stack.enter_context(filled_at_once(self._connection, self._spec.name))
            for start in range(0, len(rows), CHUNK):
                self._chunk(rows[start : start + CHUNK])
                self._tell("writing" if self._writing else "checking", min(start + CHUNK, len(rows)), len(rows))
        if self._writing:
            record(session, self._desk.now(), self._desk.user, self._parents.events(self._codes))
            self._check_together()

    def _row(self, source: _Source) -> _Row:
        given: Values = {}
        for column, cell in zip(self._file.columns, source.cells, strict=True):
            if column.own and cell is not _ABSENT:
                given[column.field.name] = cell
        return _Row(source.number, given)

    def _chunk(self, sources: Sequence[_Source]) -> None:
        rows = [self._row(source) for source in sources]
        for row in rows:
            row.errors = self._checker.resolve(row.given)
        if self._needs_unit:
            self._defaults.prepare(self._spec.name, (row.given for row in rows))
        for row in rows:
            row.key = self._key(row)
        good = [row for row in rows if not row.errors]
        existing = rows_by_keys(self._connection, self._spec.name, (row.key for row in good), self._codes.id_of)
        for row in rows:
            row.state = existing.get(row.key) if not row.errors else None
            self._complete(row)
        cells = self._cells_of(sources)
        self._children.prepare(rows, cells)
        inserts, updates = [], []
        for row in rows:
            changes = self._children.changes(row.number, row.values, row.state, row.errors) if not row.errors else []
            if row.errors:
                self._refuse(row)
            elif row.state is None:
                self.inserted += 1
                inserts.append(row)
            elif row.values != row.state.values or changes:
                self.changed += 1
                updates.append(row)
            else:
                self.unchanged += 1
                continue
            if not row.errors:
                self._doubt(row, cells.get(row.number, {}))
        if self._writing:
            self._write(inserts, updates)

    def _doubt(self, row: _Row, cells: Values) -> None:
        for name, reason, rule in self._doubts.of(row.number, row.values, cells):
            self.warnings.append(RowError(row.number, self._file.heading(name), reason, rule))

    def _cells_of(self, sources: Sequence[_Source]) -> dict[int, Values]:
        """The cells of shortcut columns by row number."""
        places = [(place, column.field.name) for place, column in enumerate(self._file.columns) if not column.own]
        return {
            source.number: {name: source.cells[place] for place, name in places if source.cells[place] is not _ABSENT}
            for source in sources
            if places
        }

    def _key(self, row: _Row) -> tuple[Value, ...]:
        values = {
            name: self._blank[name] if row.given.get(name) is None else row.given[name] for name in self._spec.key
        }
        if self._needs_unit and values["unit"] is None:
            self._defaults.fill(self._spec.name, values)
            row.given["unit"] = values["unit"]
        return tuple(values[name] for name in self._spec.key)

    def _complete(self, row: _Row) -> None:
        """Fill in what the row doesn't give, and check all of it."""
        if row.state is None:
            row.values = merged(self._spec, self._blank, row.given)
            self._defaults.fill(self._spec.name, row.values)
        else:
            row.values = merged(self._spec, row.state.values, row.given)
        try:
            check_values_allowed(
                self._desk, self._spec.name, row.state.values if row.state else self._blank, row.values
            )
        except NotAllowed as error:
            row.errors.append(error)
        wrong = {error.field for error in row.errors}
        if row.state is not None and row.values == row.state.values:
            found: list[DeskError] = []
        else:
            found = self._checker.check(row.values, row.state.values if row.state else None, self._given(row))
        row.errors.extend(error for error in found if error.field not in wrong)
        earlier = self._seen.setdefault(row.key, row.number)
        if earlier != row.number and not row.errors:
            what = code_of(self._spec.name, row.values)
            message = f"The {self._spec.singular} {what} is in row {earlier} already."
            row.errors.append(Refused(message, field=self._spec.key[0]))

    @staticmethod
    def _given(row: _Row) -> list[str]:
        return [name for name, value in row.given.items() if value is not None]

    def _refuse(self, row: _Row) -> None:
        self.errors[row.number] = [
            row_error(row.number, self._file.heading(error.field), error) for error in row.errors
        ]
        # One bad row and nothing is stored: the rest is only checked.
        self._writing = self._writing and self._keep_good

    def _write(self, inserts: Sequence[_Row], updates: Sequence[_Row]) -> None:
        name = self._spec.name
        self._defaults.make_types()
        ids = insert_rows(self._connection, name, [row.values for row in inserts], self._codes.id_of)
        own = [(row.state, row.values) for row in updates if row.state and row.values != row.state.values]
        update_rows(self._connection, name, own, self._codes.id_of)
        written = [*zip(ids, inserts, strict=True), *((row.state.id, row) for row in updates if row.state)]
        if self._children.active and self._spec.coded:
            for row_id, row in zip(ids, inserts, strict=True):
                active = row.values.get("active") is not False
                self._codes.add(name, Code(row_id, str(row.values["code"]), active))
        self._children.write([row.number for row in (*inserts, *updates)])
        follow_logins(self._connection, name, [row.values for row in updates])
        if self._spec.parent:
            if together(name):
                self._numbers.update((row_id, row.number) for row_id, row in written)
            for _, row in written:
                self._parents.add(row.state, row.values)
                owner = self._codes.id_of(self._spec.parent_registry, str(row.values[self._spec.parent]))
                self._touched.setdefault(owner, row.number)
            return
        if together(name) or self._children.active:
            self._touched.update((row_id, row.number) for row_id, row in written)
        events = [self._event(row_id, row) for row_id, row in written]
        record(self._session, self._desk.now(), self._desk.user, events)

    def _event(self, row_id: int, row: _Row) -> Event:
        before: dict[str, Any] = {}
        after: dict[str, Any] = {}
        if row.state is not None:
            before, after = changed_values(row.state.values, row.values)
        else:
            after = {name: journal_value(value) for name, value in row.given.items() if value not in (None, "")}
        self._children.tell(row.number, before, after)
        event = "changed" if row.state is not None else "created"
        return Event(
            self._spec.name, row_id, str(row.values["code"]), event, comment="import", before=before, after=after
        )

    def _check_together(self) -> None:
        for name in (self._spec.name, *self._children.tables):
            for misfit in check_together(self._connection, name, self._touched):
                found = self._late_error(misfit)
                if found not in self.late.setdefault(found.row, []):
                    self.late[found.row].append(found)

    def _late_error(self, misfit: Misfit) -> RowError:
        """What doesn't fit, at the row of the file that says so, else at the first one of the same owner."""
        number = self._touched[misfit.owner]
        if misfit.registry == self._spec.name:
            number = next((self._numbers[row] for row in misfit.rows if row in self._numbers), number)
        field = misfit.error.field
        if misfit.registry != self._spec.name:
            field = self._children.asked_by.get(misfit.registry, field)
        return row_error(number, self._file.heading(field), misfit.error)
