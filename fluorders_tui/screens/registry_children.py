"""The rows that belong to a row (a customer's discounts, an item's units): a table and a strip to type in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from fluorders_tui.domain.errors import DeskError, Invalid
from fluorders_tui.domain.locales import LocaleForm
from fluorders_tui.domain.registry import FieldKind, FieldSpec, RegistrySpec, Value
from fluorders_tui.screens.registry_draft import Values, new_values, same
from fluorders_tui.screens.registry_fields import FieldMaker, is_needed, neutral
from fluorders_tui.screens.registry_texts import NAMES, Names, column_of, name_key, value_text
from fluorders_tui.services.registry_checks import default_values
from fluorders_tui.widgets.edit_strip import EditStrip
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.row_sources import ListSource, Row
from fluorders_tui.widgets.table_layout import Column
from fluorders_tui.widgets.virtual_table import VirtualTable

__all__ = ["ChildTab"]

STRIP_CELLS = 78
"""The strip fits the narrowest screen; fields beyond that stand under it."""
NAME_CELLS = 14
LABEL = 22


class ChildTab(Vertical):
    """`rows` is the draft's own list: adding, changing and deleting here changes the draft at once."""

    def __init__(
        self, spec: RegistrySpec, rows: list[Values], maker: FieldMaker, names: Names, form: LocaleForm
    ) -> None:
        super().__init__()
        self.spec = spec
        self.rows = rows
        self.editing: int | None = None
        """The row in the strip; None while a new one is typed."""
        self._maker, self._names, self._form = maker, names, form
        self._blank = new_values(spec, default_values(spec))
        self._fields = [one for one in spec.fields if one.name != spec.parent]
        self._in_strip, self._named = _strip_fields(spec, self._fields)
        self.table = VirtualTable(
            self._columns(), can_focus=False, empty=f"No {spec.title.lower()} yet: type the first one below."
        )
        self._made = {one.name: maker.make(spec.name, one) for one in self._in_strip}
        self._more = {
            one.name: maker.make(spec.name, one, label_width=LABEL) for one in self._fields if one not in self._in_strip
        }
        self.strip = EditStrip(self.table, self._made)

    def compose(self) -> ComposeResult:
        yield self.table
        yield self.strip
        if self._more:
            fields = list(self._more.values())
            half = (len(fields) + 1) // 2
            with Horizontal(classes="columns"):
                for part in (fields[:half], fields[half:]):
                    with Vertical():
                        yield from part

    def on_mount(self) -> None:
        self.show_rows()
        self.load(None)

    @property
    def fields(self) -> dict[str, Field]:
        """The fields by name, in the order of typing."""
        return {**self._made, **self._more}

    @property
    def first(self) -> Field:
        """Where typing a row begins."""
        return next(iter(self.fields.values()))

    def begin(self) -> None:
        """Go to the first field, so that typing replaces what stands there."""
        self.first.focus()
        self.first.input.action_select_all()

    def show_rows(self) -> None:
        """Show the rows as they are now."""
        self.table.refresh(layout=True)
        self.table.refresh_source(ListSource([self._row(place, row) for place, row in enumerate(self.rows)]))
        self._place_cursor()

    def load(self, index: int | None) -> None:
        """Put a row into the strip, or a blank one."""
        self.editing = index
        values = self._blank if index is None else self.rows[index]
        texts: dict[str, str] = {}
        for one in self._fields:
            name = self._name_of(one, values.get(one.name))
            self._maker.put(self.fields[one.name], one, values.get(one.name), name)
            if one is self._named:
                texts[name_key(one)] = name
        self.strip.show_texts(texts)
        self._place_cursor()

    @property
    def typed(self) -> bool:
        """Something stands in the strip that isn't in the table."""
        before = self._blank if self.editing is None else self.rows[self.editing]
        return any(field.dirty for field in self.fields.values()) or any(
            not same(value, before.get(name)) for name, value in self.values.items()
        )

    def accepted(self, field: Field) -> None:
        """A value was accepted: complete an emptied one and show what a code stands for."""
        spec = self.spec.by_name[field.field_name]
        if field.value is None and (empty := neutral(spec)) not in (None, ""):
            self._maker.put(field, spec, empty)
        if field.choice is not None and spec.target:
            self._names[spec.target, field.choice.code] = field.choice.description
        if spec is self._named:
            self.strip.show_texts({name_key(spec): self._name_of(spec, cast(Value, field.value))})

    def commit(self) -> bool:
        """Put the strip into the table; False, with the focus on it, when a needed value is missing."""
        values = self.values
        for one in self._fields:
            field = self.fields[one.name]
            if field.error is not None:
                field.focus()
                return False
            if is_needed(self.spec.name, one) and values[one.name] in (None, ""):
                field.focus()
                field.show_error(Invalid(f"{one.label} is needed.", field=one.name, rule="D-2"))
                return False
        if self.editing is None:
            self.rows.append(values)
        else:
            self.rows[self.editing] = values
        self.load(None)
        self.show_rows()
        return True

    def delete(self) -> bool:
        """Take the row in the strip away; False when there is none."""
        if self.editing is None:
            return False
        del self.rows[self.editing]
        self.load(None)
        self.show_rows()
        return True

    def show_error(self, index: int, name: str, error: DeskError) -> None:
        """Put the row with this index into the strip, or a new one where it is missing, and the error at its field."""
        self.load(index if 0 <= index < len(self.rows) else None)
        field = self.fields.get(name) or self.first
        field.focus()
        field.show_error(error)

    # -- how ---------------------------------------------------------------------------------------

    def _columns(self) -> list[Column]:
        flexible = next((one for one in self._in_strip if one.name in NAMES), None)
        columns: list[Column] = []
        for one in self._in_strip:
            columns.append(column_of(one, flex=one is flexible and self._named is None))
            if one is self._named:
                columns.append(Column(name_key(one), "", NAME_CELLS, flex=True))
        return columns

    @property
    def values(self) -> Values:
        """What stands in the strip and under it."""
        return {name: cast(Value, field.value) for name, field in self.fields.items()}

    def _row(self, place: int, values: Mapping[str, Value]) -> Row:
        cells: list[str] = []
        for one in self._in_strip:
            cells.append(value_text(values.get(one.name), self._form))
            if one is self._named:
                cells.append(self._name_of(one, values.get(one.name)))
        return Row(place, tuple(cells), "" if values.get("active") is not False else "muted")

    def _name_of(self, one: FieldSpec, value: Value) -> str:
        return self._names.get((one.target, str(value)), "") if one.target and value else ""

    def _place_cursor(self) -> None:
        self.table.cursor = -1 if self.editing is None else self.editing
        if self.editing is None and self.rows:
            # The rows typed last stay in sight above the strip.
            self.table.top = max(0, len(self.rows) - max(1, self.table.window))
            self.table.refresh()


def _strip_fields(spec: RegistrySpec, fields: Sequence[FieldSpec]) -> tuple[list[FieldSpec], FieldSpec | None]:
    """The fields that fit under columns, and the reference whose name is shown beside it."""
    named = next((one for one in fields if one.kind is FieldKind.REFERENCE and one.name in spec.key), None)
    room = STRIP_CELLS - (NAME_CELLS + 1 if named else 0)
    kept: list[FieldSpec] = []
    for one in fields:
        cells = column_of(one).width + 1
        if one.in_list and cells <= room:
            kept.append(one)
            room -= cells
    return kept, named if named in kept else None
