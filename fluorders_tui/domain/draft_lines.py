"""The list of lines of a draft: adding, replacing, deleting, moving, repeating (U-2).

`index` counts from 0; the last line may also be meant by -1. Every function gives a new draft and
raises `Invalid` (field `lines`) for a line that isn't there.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.money import ZERO, plain
from fluorders_tui.domain.order import LineType, OrderDraft, OrderLine, Uom, VatCode

LineValue = str | Decimal | dt.date | Uom | VatCode | None

#: The fields of a line that *copy the value above* knows; discounts are copied as text.
COPIED_FIELDS = (
    "item",
    "description",
    "quantity",
    "uom",
    "price",
    "discounts",
    "vat",
    "ready_date",
    "delivery_date",
    "note",
)


def add_line(draft: OrderDraft, line: OrderLine, at: int | None = None) -> OrderDraft:
    """The draft with `line` at its end, or before the line that is at position `at`."""
    place = len(draft.lines) if at is None else at
    if not 0 <= place <= len(draft.lines):
        raise Invalid(f"There is no line {place + 1}.", field="lines")
    return replace(draft, lines=(*draft.lines[:place], line, *draft.lines[place:]))


def replace_line(draft: OrderDraft, index: int, line: OrderLine) -> OrderDraft:
    """The draft with `line` in place of another; the stored row, its version and what was executed stay with it."""
    place = _place(draft, index)
    old = draft.lines[place]
    kept = replace(line, id=old.id, version=old.version, executed=old.executed)
    return replace(draft, lines=(*draft.lines[:place], kept, *draft.lines[place + 1 :]))


def delete_line(draft: OrderDraft, index: int) -> OrderDraft:
    """The draft without a line. Raises `Refused` once a part of it was executed (D-12.6)."""
    place = _place(draft, index)
    executed = draft.lines[place].executed
    if executed:
        raise Refused(
            f"{plain(executed)} of this line were executed already.",
            field=f"lines[{place + 1}]",
            rule="D-12.6",
            hint="Lower its quantity, or force the line to close what is left.",
        )
    return replace(draft, lines=draft.lines[:place] + draft.lines[place + 1 :])


def move_line(draft: OrderDraft, index: int, to: int) -> OrderDraft:
    """The draft with a line moved so that it stands at position `to`."""
    place, target = _place(draft, index), _place(draft, to)
    rest = draft.lines[:place] + draft.lines[place + 1 :]
    return replace(draft, lines=(*rest[:target], draft.lines[place], *rest[target:]))


def repeat_line(draft: OrderDraft, index: int = -1) -> OrderDraft:
    """The draft with a copy of a line added at the end: as typed and priced, but not stored and not executed yet."""
    return add_line(draft, replace(draft.lines[_place(draft, index)], id=0, version=0, executed=ZERO))


def value_above(draft: OrderDraft, index: int, field: str) -> LineValue:
    """What `field` holds in the nearest line above `index` that is no note; `len(draft.lines)` is the line being typed.

    Raises `Invalid` when there is none, or for a field that is not in `COPIED_FIELDS`.
    """
    if field not in COPIED_FIELDS:
        raise Invalid(f"{field} can't be copied from the line above.", field=field)
    for line in reversed(draft.lines[: max(index, 0)]):
        if line.line_type is not LineType.NOTE:
            if field == "discounts":
                return format_discounts(line.discounts)
            value: LineValue = getattr(line, field)
            return value
    raise Invalid("There is no line above.", field=field)


def _place(draft: OrderDraft, index: int) -> int:
    place = index + len(draft.lines) if index < 0 else index
    if not 0 <= place < len(draft.lines):
        raise Invalid(f"There is no line {index + 1}." if index >= 0 else "There is no line yet.", field="lines")
    return place
