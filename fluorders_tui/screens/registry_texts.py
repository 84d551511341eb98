"""How values of registries look in lists: texts by locale and the widths of columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

from fluorders_tui.domain.locales import LocaleForm, format_date, format_decimal
from fluorders_tui.domain.registry import FieldKind, FieldSpec, RegistrySpec, Value
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.registries import RegistryRecord
from fluorders_tui.services.registry_names import names_of
from fluorders_tui.widgets.row_sources import Row
from fluorders_tui.widgets.table_layout import Column

__all__ = [
    "LINE_BREAK",
    "NAMES",
    "Names",
    "column_of",
    "list_columns",
    "name_key",
    "named",
    "row_of",
    "shown_rows",
    "value_text",
]

Names = dict[tuple[str, str], str]
"""What codes stand for, by registry and code."""

LINE_BREAK = "↵"
"""Stands for a line break where a text has only one line on the screen."""

STATE = "state"
INACTIVE = "inactive"

WIDTHS: Mapping[FieldKind, int] = {
    FieldKind.CODE: 10, FieldKind.TEXT: 14, FieldKind.LONG_TEXT: 20, FieldKind.FLAG: 5, FieldKind.WHOLE: 6,
    FieldKind.DECIMAL: 11, FieldKind.DATE: 10, FieldKind.CHOICE: 11, FieldKind.REFERENCE: 8, FieldKind.DISCOUNTS: 10,
}  # fmt: skip
WIDEST_TITLE = 13
NAMES = ("name", "description", "text")
RIGHT = (FieldKind.WHOLE, FieldKind.DECIMAL)
BIG = ("items", "customers", "suppliers")
"""Registries whose codes say little without the name beside them."""


def value_text(value: Value, form: LocaleForm, *, group: bool = True) -> str:
    """A value as people read it; fields take `group` False, so that a thousand's point is never read as decimal."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return format_decimal(value, form, group=group)
    if isinstance(value, dt.date):
        return format_date(value, form)
    return str(value).replace("\n", f" {LINE_BREAK} ") if group else str(value).replace("\n", LINE_BREAK)


def column_of(spec: FieldSpec, *, drop: int = 0, flex: bool = False) -> Column:
    """The column of a field."""
    width = WIDTHS[spec.kind]
    if spec.kind is FieldKind.CODE and spec.length:
        width = max(4, min(spec.length, 13))
    width = max(width, min(len(spec.label), WIDEST_TITLE))
    return Column(spec.name, spec.label, width, "right" if spec.kind in RIGHT else "left", flex=flex, drop=drop)


def named(spec: FieldSpec) -> bool:
    """Whether a reference is shown with the name of what it refers to."""
    return spec.kind is FieldKind.REFERENCE and spec.target in BIG


def name_key(spec: FieldSpec) -> str:
    """The key of the column with the name of a reference."""
    return f"{spec.name} name"


def list_columns(spec: RegistrySpec, *, without: str = "", inactive: bool = False) -> tuple[Column, ...]:
    """The columns of a registry's list, the last ones given up first on a narrow screen.

    `without` is a field all rows share; `inactive` adds the word for rows that are not active.
    """
    fields = [one for one in spec.fields if one.in_list and one.name != without]
    flexible = next((one for one in fields if one.name in NAMES), None)
    columns: list[Column] = []
    for place, one in enumerate(fields):
        # Key and name stay; of the rest what stands farther right goes first.
        kept = one.name in spec.key or one is flexible
        columns.append(column_of(one, drop=0 if kept else place + 1, flex=one is flexible))
        if named(one):
            columns.append(Column(name_key(one), "", 16, flex=flexible is None, drop=0 if kept else place + 1))
            flexible = flexible or one
    if inactive:
        columns.append(Column(STATE, "", len(INACTIVE)))
    return tuple(columns)


def row_of(
    record: RegistryRecord,
    spec: RegistrySpec,
    columns: Sequence[Column],
    form: LocaleForm,
    names: Mapping[tuple[str, str], str],
) -> Row:
    """The row of a record under `columns`; its key is the record's id."""
    by_key = {name_key(one): one for one in spec.fields if named(one)}
    cells: list[str] = []
    for column in columns:
        if column.key == STATE:
            cells.append("" if record.active else INACTIVE)
        elif column.key in by_key:
            reference = by_key[column.key]
            cells.append(names.get((reference.target, str(record.values.get(reference.name))), ""))
        else:
            cells.append(value_text(record.values.get(column.key), form))
    return Row(record.id, tuple(cells), "" if record.active else "muted")


def shown_rows(
    desk: Desk, spec: RegistrySpec, columns: Sequence[Column], form: LocaleForm, records: Sequence[RegistryRecord]
) -> list[Row]:
    """The rows of `records`, with the names that their references stand for. Asks the database."""
    shown = {column.key for column in columns}
    wanted: dict[str, set[str]] = {}
    for one in spec.fields:
        if named(one) and name_key(one) in shown:
            codes = {str(code) for record in records if (code := record.values.get(one.name))}
            wanted.setdefault(one.target, set()).update(codes)
    names = names_of(desk, wanted) if any(wanted.values()) else {}
    return [row_of(record, spec, columns, form, names) for record in records]
