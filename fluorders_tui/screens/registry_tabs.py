"""The fields of one tab of a registry form, in two columns where there is room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll

from fluorders_tui.domain.registry import FieldSpec, RegistrySpec
from fluorders_tui.screens.registry_draft import Values
from fluorders_tui.screens.registry_fields import FieldMaker
from fluorders_tui.screens.registry_texts import Names
from fluorders_tui.widgets.field import Field

__all__ = ["FieldTab", "child_registries", "tab_fields", "tab_names"]

WIDEST_LABEL = 27
FEW = 8
"""So many fields stand in one column on any screen."""

ON_THEIR_OWN = ("price-list-lines",)
"""Rows that may be too many for a form: they have a list of their own."""


def tab_names(spec: RegistrySpec) -> list[str]:
    """The names of a registry's tabs of fields."""
    return list(dict.fromkeys(one.tab for one in spec.fields))


def tab_fields(spec: RegistrySpec, tab: str) -> list[FieldSpec]:
    """The fields of a tab."""
    return [one for one in spec.fields if one.tab == tab]


def child_registries(spec: RegistrySpec) -> list[str]:
    """The registries whose rows are typed in the form."""
    return [name for name in spec.children if name not in ON_THEIR_OWN]


class FieldTab(VerticalScroll, can_focus=False):
    """One tab of fields."""

    def __init__(
        self, spec: RegistrySpec, fields: Sequence[FieldSpec], maker: FieldMaker, values: Values, names: Names
    ) -> None:
        super().__init__()
        self._specs = list(fields)
        self._maker = maker
        label_width = min(WIDEST_LABEL, max(len(one.label) for one in fields) + 3)
        self.fields: dict[str, Field] = {
            one.name: maker.make(spec.name, one, label_width=label_width) for one in fields
        }
        self.show(values, names)

    def compose(self) -> ComposeResult:
        with Horizontal(classes="columns"):
            for column in self._columns():
                with Vertical():
                    yield from column

    def _columns(self) -> Iterator[list[Field]]:
        fields = list(self.fields.values())
        half = len(fields) if len(fields) <= FEW else (len(fields) + 1) // 2
        yield fields[:half]
        if fields[half:]:
            yield fields[half:]

    def show(self, values: Values, names: Names) -> None:
        """Show other values."""
        for one in self._specs:
            value = values.get(one.name)
            name = names.get((one.names, str(value)), "") if one.names and value else ""
            self._maker.put(self.fields[one.name], one, value, name)
