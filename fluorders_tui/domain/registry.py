"""What a registry is made of, as screens, files and services see it: fields with the trade's names.

The specifications are built from the tables in `data/`; nothing here knows how a value is stored.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

#: What a field can hold outside the database: references are the other row's code.
Value = str | bool | int | Decimal | dt.date | None


class FieldKind(StrEnum):
    """How a value is typed, checked and shown."""

    CODE = "code"
    TEXT = "text"
    LONG_TEXT = "long text"
    FLAG = "flag"
    WHOLE = "whole number"
    DECIMAL = "decimal"
    DATE = "date"
    CHOICE = "choice"
    REFERENCE = "reference"
    DISCOUNTS = "discounts"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a registry.

    `name` is the vocabulary's name (`sales_price`); `decimals` the places a decimal may have;
    `target` the registry a reference points to, `codes_of` the one whose codes a text keeps; `default` what an
    absent value becomes.
    """

    name: str
    kind: FieldKind
    label: str
    help: str = ""
    tab: str = "General"
    required: bool = False
    optional: bool = False
    default: Value = None
    decimals: int = 0
    length: int = 0
    choices: tuple[str, ...] = ()
    target: str = ""
    in_list: bool = False
    aliases: tuple[str, ...] = ()
    codes_of: str = ""

    @property
    def names(self) -> str:
        """The registry whose rows the field names: by reference, or by a code kept as text."""
        return self.target or self.codes_of


@dataclass(frozen=True, slots=True)
class RegistrySpec:
    """One registry: `key` names the fields that make a row unique; `children` the registries whose
    rows belong to one row of this one (shown as tabs), each with `parent` naming the field back."""

    name: str
    title: str
    singular: str
    fields: tuple[FieldSpec, ...]
    key: tuple[str, ...]
    parent: str = ""
    parent_registry: str = ""
    children: tuple[str, ...] = ()
    group: str = ""
    help: str = ""
    by_name: dict[str, FieldSpec] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        self.by_name.update({spec.name: spec for spec in self.fields})

    @property
    def coded(self) -> bool:
        """Whether a single code names a row."""
        return self.key == ("code",)
