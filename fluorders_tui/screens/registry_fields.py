"""Fields made from what a registry says about its values: one maker for every form and every strip."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from fluorders_tui.domain.cell_values import read_value
from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.folding import fold
from fluorders_tui.domain.registry import FieldKind, FieldSpec, Value
from fluorders_tui.domain.shorthand import parse_date
from fluorders_tui.screens.registry_texts import LINE_BREAK, value_text
from fluorders_tui.services.registries import Found, find
from fluorders_tui.widgets.choices import Choice, Resolution, Resolver
from fluorders_tui.widgets.field import Field

if TYPE_CHECKING:
    from fluorders_tui.screens.base import DeskScreen

__all__ = ["FieldMaker", "is_needed", "neutral"]

HITS = 20
LONGEST_TEXT = 10_000
TYPED_BREAK = "||"

WIDTHS: Mapping[FieldKind, int] = {
    FieldKind.FLAG: 5, FieldKind.WHOLE: 9, FieldKind.DECIMAL: 15, FieldKind.DATE: 12, FieldKind.CHOICE: 15,
    FieldKind.REFERENCE: 14, FieldKind.DISCOUNTS: 20, FieldKind.LONG_TEXT: 34,
}  # fmt: skip
WIDEST_TEXT = 34

FILLED = (("price-lists", "list_type"), ("price-list-lines", "unit"))
"""Needed fields that saving fills when they are left empty."""

EITHER = {("suppliers", "price_list"): ("price-list-types", "price-lists")}
"""Texts that keep the code of a row of one registry or the other (P-123)."""


def is_needed(registry: str, spec: FieldSpec) -> bool:
    """Whether a person must fill the field."""
    return spec.required and (registry, spec.name) not in FILLED


def neutral(spec: FieldSpec) -> Value:
    """What an emptied field means: nothing where that is possible, else no, the first choice or nought."""
    if spec.kind is FieldKind.FLAG:
        return False
    if spec.kind in (FieldKind.WHOLE, FieldKind.DECIMAL, FieldKind.CHOICE) and not spec.optional and not spec.required:
        return spec.default
    return "" if spec.kind in (FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.DISCOUNTS) else None


class FieldMaker:
    """Makes fields for one screen; lookups ask its desk in a thread."""

    def __init__(self, screen: DeskScreen) -> None:
        self._screen = screen

    def make(self, registry: str, spec: FieldSpec, *, label_width: int = 0, width: int | None = None) -> Field:
        """The field of a value. Without `label_width` it stands under its column and fills it."""
        resolver, suggest = self._lookup(registry, spec)
        typed = not resolver
        return Field(
            spec.name,
            self._label(registry, spec) if label_width else "",
            label_width=label_width,
            width=0 if not label_width else width or _width(spec),
            needed=is_needed(registry, spec),
            parse=self._parser(spec) if typed else None,
            show=(lambda value: value_text(cast(Value, value), self._screen.form, group=False)) if typed else None,
            resolver=resolver,
            suggest=suggest,
            max_length=_longest(spec),
            on_block=self._joined(spec),
            help=_help(spec) if label_width else f"{spec.label}. {_help(spec)}",
        )

    def put(self, field: Field, spec: FieldSpec, value: Value, name: str = "") -> None:
        """Show a value that nobody typed here; `name` is what a reference stands for."""
        if (spec.names or spec.kind is FieldKind.CHOICE) and value:
            field.set_value(value, str(value), note=name, choice=Choice(str(value), name, value=value))
        elif value is None:
            field.clear()
        else:
            field.set_value(value)

    # -- how ---------------------------------------------------------------------------------------

    @staticmethod
    def _label(registry: str, spec: FieldSpec) -> str:
        return f"{spec.label} *" if is_needed(registry, spec) else spec.label

    def _parser(self, spec: FieldSpec) -> Callable[[str], object]:
        if spec.kind is FieldKind.DATE:
            return self._date
        if spec.kind is FieldKind.LONG_TEXT:
            return lambda text: read_value(spec, text.replace(TYPED_BREAK, "\n").replace(LINE_BREAK, "\n"))
        return lambda text: read_value(spec, text)

    def _date(self, text: str) -> dt.date:
        return parse_date(text, self._screen.desk.today(), day_first=self._screen.form.day_first)

    def _lookup(
        self, registry: str, spec: FieldSpec
    ) -> tuple[Resolver | None, Callable[[str], Sequence[Choice]] | None]:
        if named := EITHER.get((registry, spec.name)):
            return self._reference(*named)
        if spec.names:
            return self._reference(spec.names)
        if spec.kind is FieldKind.CHOICE:
            return self._choice(spec)
        return None, None

    def _reference(self, *registries: str) -> tuple[Resolver, Callable[[str], Sequence[Choice]]]:
        def suggest(text: str) -> list[Choice]:
            return [_hit(one) for name in registries for one in find(self._screen.desk, name, text, HITS)]

        async def resolve(text: str) -> Resolution:
            return Resolution.of(text, await self._screen.desk_app.ask(lambda: suggest(text), what="Looking up…"))

        return resolve, suggest

    def _choice(self, spec: FieldSpec) -> tuple[Resolver, Callable[[str], Sequence[Choice]]]:
        def suggest(text: str) -> list[Choice]:
            return [Choice(one) for one in spec.choices if one and fold(one).startswith(fold(text))]

        async def resolve(text: str) -> Resolution:
            found = suggest(text)
            if not found:
                read_value(spec, text)
            return Resolution.of(text, found)

        return resolve, suggest

    def _joined(self, spec: FieldSpec) -> Callable[[str], Awaitable[None]] | None:
        if spec.kind is not FieldKind.LONG_TEXT:
            return None

        async def join(text: str) -> None:
            field: Any = self._screen.current_field
            if field is None:
                return
            joined = text.replace("\n", LINE_BREAK)
            if len(field.text) + len(joined) > field.max_length:
                raise Invalid(f"The field takes {field.max_length} characters.", field=spec.name)
            field.input.replace(joined, *field.input.selection)

        return join


def _hit(found: Found) -> Choice:
    extra = next((str(value) for value in found.extra.values() if isinstance(value, str) and value), "")
    return Choice(found.code, found.name, extra)


def _width(spec: FieldSpec) -> int:
    if spec.names:
        return WIDTHS[FieldKind.REFERENCE]
    return WIDTHS.get(spec.kind) or max(6, min(spec.length + 2, WIDEST_TEXT))


def _longest(spec: FieldSpec) -> int:
    if spec.kind is FieldKind.LONG_TEXT:
        return LONGEST_TEXT
    return spec.length or 200


def _help(spec: FieldSpec) -> str:
    said = [spec.help] if spec.help else []
    match spec.kind:
        case FieldKind.FLAG:
            said.append("Type y or n.")
        case _ if spec.names:
            said.append("Type a code or a part of the name; F4 lists them.")
        case FieldKind.CHOICE:
            said.append(f"One of {', '.join(one for one in spec.choices if one)}.")
        case FieldKind.DATE:
            said.append("Type 15, 1503, 15.3, +7 or t for today.")
        case FieldKind.DISCOUNTS:
            said.append("Type 50+10+5; -3 is a surcharge.")
        case FieldKind.DECIMAL:
            said.append("Type 12,50 or 12.50, or 3*12.")
        case FieldKind.LONG_TEXT:
            said.append(f"{LINE_BREAK} is a line break; type {TYPED_BREAK} for one.")
        case FieldKind.WHOLE | FieldKind.CODE | FieldKind.TEXT | FieldKind.REFERENCE:
            pass
    if spec.required:
        said.append("* is needed.")
    return " ".join(said)
