"""How columns are declared: one factory for each kind of value.

The column's name says its unit (`…_micro`, `…_minor`, `…_nano`), its `info` says how people see it:
the registries, the import files and the forms are all derived from these declarations.
Amounts are plain scaled integers, because SQLite would store a decimal as a float.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Boolean, Date, Integer, MetaData, String, Table, Text
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

from fluorders_tui.domain.registry import FieldKind

metadata: MetaData = SQLModel.metadata
metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

#: SQLite only numbers rows by itself when the key is declared exactly INTEGER.
BigKey = BigInteger().with_variant(Integer(), "sqlite")


def key_text(length: int) -> Any:
    """Text compared byte by byte on both databases, so that a range scan finds prefixes."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


#: Free text of any length, compared byte by byte.
KeyText = Text().with_variant(Text(collation="C"), "postgresql")

SCALES = {"_micro": 6, "_minor": 2, "_nano": 9}


@dataclass(frozen=True)
class Seen:
    """How people see a column: label, kind, tab of the form, help, where it is required."""

    kind: FieldKind
    label: str
    help: str = ""
    tab: str = "General"
    required: bool = False
    length: int = 0
    choices: tuple[str, ...] = ()
    target: str = ""
    in_list: bool = False
    aliases: tuple[str, ...] = ()
    codes_of: str = ""


def _column(seen: Seen, sa_type: Any, default: Any, *, nullable: bool = False, **extra: Any) -> Any:
    return Field(
        default=default, sa_type=sa_type, nullable=nullable, sa_column_kwargs={"info": {"seen": seen}, **extra}
    )


def code(label: str = "Code", *, length: int = 30, unique: bool = True, **seen: Any) -> Any:
    """A code people type: unique unless said otherwise, and required."""
    info = Seen(FieldKind.CODE, label, required=True, length=length, in_list=True, **seen)
    return Field(sa_type=key_text(length), nullable=False, unique=unique, sa_column_kwargs={"info": {"seen": info}})


def single_code(only: str) -> Any:
    """The code of a table that has one row."""
    info = Seen(FieldKind.CODE, "Code", required=True, length=30)
    return Field(
        default=only, sa_type=key_text(30), nullable=False, unique=True, sa_column_kwargs={"info": {"seen": info}}
    )


def text(label: str, *, length: int = 120, default: str = "", **seen: Any) -> Any:
    """One line of text, empty by default."""
    return _column(Seen(FieldKind.TEXT, label, length=length, **seen), String(length), default)


def long_text(label: str, **seen: Any) -> Any:
    """Text of several lines."""
    return _column(Seen(FieldKind.LONG_TEXT, label, **seen), Text(), "")


def flag(label: str, *, default: bool = False, **seen: Any) -> Any:
    """Yes or no."""
    return _column(Seen(FieldKind.FLAG, label, **seen), Boolean(), default)


def whole(label: str, *, default: int = 0, **seen: Any) -> Any:
    """A whole number."""
    return _column(Seen(FieldKind.WHOLE, label, **seen), Integer(), default)


def optional_whole(label: str, **seen: Any) -> Any:
    """A whole number that may be missing, which is not zero."""
    return _column(Seen(FieldKind.WHOLE, label, **seen), Integer(), None, nullable=True)


def scaled(label: str, *, default: int = 0, **seen: Any) -> Any:
    """An exact decimal as a scaled integer; the column's suffix says the scale."""
    return _column(Seen(FieldKind.DECIMAL, label, **seen), BigInteger(), default)


def optional_scaled(label: str, **seen: Any) -> Any:
    """An exact decimal that may be missing, which is not zero."""
    return _column(Seen(FieldKind.DECIMAL, label, **seen), BigInteger(), None, nullable=True)


def day(label: str, **seen: Any) -> Any:
    """A date that may be missing."""
    return _column(Seen(FieldKind.DATE, label, **seen), Date(), None, nullable=True)


def required_day(label: str, **seen: Any) -> Any:
    """A date that must be there."""
    return Field(
        sa_type=Date(),
        nullable=False,
        sa_column_kwargs={"info": {"seen": Seen(FieldKind.DATE, label, required=True, **seen)}},
    )


def choice(label: str, choices: tuple[str, ...], *, default: str = "", length: int = 20, **seen: Any) -> Any:
    """One of a few words."""
    return _column(
        Seen(FieldKind.CHOICE, label, choices=choices, length=length, **seen), String(length), default or choices[0]
    )


def discounts(label: str = "Discounts", **seen: Any) -> Any:
    """A chain of discounts in the trade's notation (D-5.1)."""
    return _column(Seen(FieldKind.DISCOUNTS, label, length=120, **seen), String(120), "")


def reference(table: str, label: str, *, registry: str, required: bool = False, index: bool = True, **seen: Any) -> Any:
    """A row of another registry; outside the database it is that row's code."""
    info = Seen(FieldKind.REFERENCE, label, target=registry, required=required, **seen)
    kwargs: dict[str, Any] = {} if required else {"default": None}
    return Field(
        **kwargs,
        sa_type=BigKey,
        foreign_key=f"{table}.id",
        nullable=not required,
        index=index,
        sa_column_kwargs={"info": {"seen": info}},
    )


class Row(SQLModel):
    """Every stored row: a number of its own, and a version that grows with each change (D-12.7)."""

    id: int | None = Field(default=None, primary_key=True, sa_type=BigKey)
    version: int = Field(default=1, nullable=False)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805
        return {"version_id_col": cls.__table__.c.version} if hasattr(cls, "__table__") else {}


@dataclass(frozen=True)
class Registry:
    """What a table is called outside: registry name, titles, key, and the parent it belongs to."""

    name: str
    title: str
    singular: str
    group: str
    key: tuple[str, ...] = ("code",)
    parent: str = ""
    help: str = ""


def name_key() -> Any:
    """The folded name, so that one or two typed characters find names that begin with them."""
    return Field(default="", sa_type=key_text(60), nullable=False)


class RegistryRow(Row):
    """A row of a registry; never deleted once a document used it, only deactivated (D-2.5).

    `search_text` is the folded code, a line feed, and what else the row is found by.
    """

    outside: ClassVar[Registry]
    active: bool = flag("Active", default=True, help="Inactive rows stay readable in old documents.")
    search_text: str = Field(default="", sa_type=KeyText, nullable=False)


class ChildRow(Row):
    """A row that belongs to a registry row and goes with it."""

    outside: ClassVar[Registry]


def table(model: type[SQLModel]) -> Table:
    """The Core table of a model, for column queries and executemany inserts."""
    found: Table = model.__table__  # type: ignore[attr-defined]
    return found
