"""Frozen dataclasses to JSON and back, exactly: for snapshots, autosaved and held drafts.

Only fields that differ from their default are written, so that a snapshot of an ordinary line is a
few bytes and a new field with a default can be added without touching what is stored.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


def dumps(value: Any, *, only: Iterable[str] | None = None, beside: Mapping[str, Any] | None = None) -> str:
    """JSON of a dataclass; with `only`, just those of its fields. All defaults give an empty text.

    `beside` are more names with plain values, which `loads` ignores.
    """
    data = to_data(value) if only is None else _changed(value, only)
    if beside:
        data = {**data, **beside}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")) if data else ""


def loads(kind: type[T], text: str) -> T:
    """The dataclass that `dumps` wrote; raises `ValueError` for anything else."""
    return from_data(kind, json.loads(text) if text else {})


def to_data(value: Any) -> Any:
    """Plain JSON values of a dataclass, enum, decimal, date or tuple of them."""
    if value is None or isinstance(value, bool | int) or type(value) is str:
        return value
    if isinstance(value, tuple):
        return [to_data(part) for part in value]
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dt.date):
        return value.isoformat()
    return _changed(value, _defaults(cast(Any, type(value))))


def _changed(value: Any, names: Iterable[str]) -> dict[str, Any]:
    """Those of the fields called `names` that differ from their default; the others cost nothing."""
    defaults = _defaults(cast(Any, type(value)))
    result = {}
    for name in names:
        field, default = getattr(value, name), defaults[name]
        if field is not default and field != default:
            result[name] = to_data(field)
    return result


def from_data(kind: type[T], data: Any) -> T:
    """The `kind` that `to_data` was given; unknown names are ignored, so older programs can read."""
    try:
        made: T = _decoder(cast(Any, kind))(data)
    except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError) as error:
        raise ValueError(f"not a stored {kind.__name__}: {error}") from error
    return made


_MISSING = object()


@cache
def _defaults(kind: type[Any]) -> dict[str, Any]:
    return {
        field.name: _MISSING if field.default is dataclasses.MISSING else field.default
        for field in dataclasses.fields(kind)
    }


def _same(value: Any) -> Any:
    return value


@cache
def _decoder(kind: Any) -> Callable[[Any], Any]:
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        inner = _decoder(next(part for part in get_args(kind) if part is not NoneType))
        return lambda data: None if data is None else inner(data)
    if origin is tuple:
        part = _decoder(get_args(kind)[0])
        return lambda data: tuple(part(item) for item in data)
    if kind is Decimal or (isinstance(kind, type) and issubclass(kind, Enum)):
        made: Callable[[Any], Any] = kind
        return made
    if kind is dt.date:
        return dt.date.fromisoformat
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        parts = {field.name: _decoder(hints[field.name]) for field in dataclasses.fields(kind)}
        return lambda data: kind(**{name: parts[name](value) for name, value in data.items() if name in parts})
    return _same
