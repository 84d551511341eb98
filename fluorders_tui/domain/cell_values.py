"""Values as files and forms bring them: text, or whatever a spreadsheet or JSON made of it.

How numbers and dates of a file are to be read is decided by looking at all of them: one `1.234` can be
anything, but not beside `12,50`.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NoReturn

from fluorders_tui.domain.discounts import format_discounts, parse_discounts
from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.folding import fold, nearest
from fluorders_tui.domain.money import plain, round_half_up, to_scaled
from fluorders_tui.domain.registry import FieldKind, FieldSpec, Value
from fluorders_tui.domain.shorthand import parse_decimal

_SMALLEST, _LARGEST = -(1 << 31), (1 << 31) - 1
_YES = frozenset(
    {
        "1",
        "y",
        "yes",
        "true",
        "t",
        "on",
        "x",
        "si",
        "s",
        "ja",
        "j",
        "oui",
        "o",
        "vero",
        "wahr",
        "vrai",
        "sim",
        "verdadero",
    }
)
_NO = frozenset({"0", "n", "no", "false", "f", "off", "nein", "non", "falso", "falsch", "faux", "nao", "-"})
_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,9})?")
_PLAIN_WITH_COMMA = re.compile(r"-?[0-9]{1,12},[0-9]{1,9}")
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?")
_WRITTEN_DATE = re.compile(r"(\d{1,2})[./ -](\d{1,2})[./ -](\d{4}|\d{2})\.?")


@dataclass(frozen=True, slots=True)
class Reading:
    """How ambiguous numbers and dates are read.

    `decimal_mark` is `,` or `.` where the file shows which one it uses, else empty: then a single mark
    is the decimal one, as everywhere at the desk (U-1.8).
    """

    decimal_mark: str = ""
    day_first: bool = True


TYPED = Reading()


def decimal_mark(texts: Iterable[object]) -> str:
    """The decimal mark that a column of numbers shows, empty when it doesn't tell or contradicts itself.

    A mark followed by anything but three digits, or the last of two different ones, is the decimal one; a
    mark that comes twice is not, so the other one must be.
    """
    marks: set[str] = set()
    for text in texts:
        if not isinstance(text, str) or ("," not in text and "." not in text):
            continue
        points, commas = text.count("."), text.count(",")
        if points and commas:
            marks.add("," if text.rindex(",") > text.rindex(".") else ".")
        elif points > 1 or commas > 1:
            marks.add("," if points > 1 else ".")
        elif not re.fullmatch(r"\s*[-+]?[1-9]\d{0,2}[.,]\d{3}\s*", text):
            marks.add("," if commas else ".")
        if len(marks) == 2:
            return ""
    return marks.pop() if marks else ""


def day_first(texts: Iterable[object], usual: bool) -> bool:
    """Whether a column of dates writes the day before the month; `usual` when it doesn't tell."""
    for text in texts:
        match = _WRITTEN_DATE.fullmatch(text.strip()) if isinstance(text, str) else None
        if match and int(match[1]) > 12:
            return True
        if match and int(match[2]) > 12:
            return False
    return usual


def read_value(spec: FieldSpec, raw: object, reading: Reading = TYPED) -> Value:
    """The value of a field, None for an empty cell.

    Raises `Invalid` with the field's name. References are returned as typed: whether they exist is for
    whoever has the database.
    """
    if raw is None or (raw.__class__ is str and not raw.strip()):
        return None
    try:
        return _READERS[spec.kind](spec, raw, reading)
    except Invalid as error:
        raise Invalid(error.message, field=spec.name, rule=error.rule, hint=error.hint) from error


def _refuse(message: str, hint: str = "") -> NoReturn:
    raise Invalid(message, hint=hint)


def _text(raw: object) -> str:
    if isinstance(raw, str):
        return raw.strip()
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    if isinstance(raw, float):
        return plain(Decimal(repr(raw)))
    if isinstance(raw, Decimal):
        return plain(raw)
    if isinstance(raw, dt.datetime):
        return raw.date().isoformat() if raw.time() == dt.time() else raw.isoformat(sep=" ")
    if isinstance(raw, list | tuple):
        return " ".join(_text(part) for part in raw)
    return str(raw).strip()


def _storable(text: str, kept: str = "") -> str:
    """The text without control characters, which neither lists nor PostgreSQL can take."""
    if text.isprintable():
        return text
    made = []
    for char in text:
        category = unicodedata.category(char)
        if category == "Cs":
            _refuse("It holds half a character: the file is damaged or read in the wrong encoding.")
        made.append(char if category != "Cc" or char in kept else " ")
    return "".join(made).strip()


def _line(spec: FieldSpec, raw: object, _reading: Reading) -> str:
    text = _storable(raw.strip() if raw.__class__ is str else _text(raw))
    if spec.length and len(text) > spec.length:
        _refuse(f"At most {spec.length} characters, this has {len(text)}.")
    return text


def _code(spec: FieldSpec, raw: object, reading: Reading) -> str:
    text = _line(spec, raw, reading)
    if not fold(text):
        _refuse("A code needs a letter or a digit.")
    return text


def _reference(_spec: FieldSpec, raw: object, _reading: Reading) -> str:
    return _storable(_text(raw))


def _lines(_spec: FieldSpec, raw: object, _reading: Reading) -> str:
    return _storable(_text(raw).replace("\r\n", "\n").replace("\r", "\n"), kept="\n\t")


def _flag(_spec: FieldSpec, raw: object, _reading: Reading) -> bool:
    if isinstance(raw, bool):
        return raw
    word = fold(_text(raw))
    if word in _YES:
        return True
    if word not in _NO:
        _refuse(f"“{_text(raw)[:30]}” is neither yes nor no.")
    return False


def _choice(spec: FieldSpec, raw: object, _reading: Reading) -> str:
    text = _text(raw)
    known = {re.sub(r"[\W_]+", "", fold(choice)): choice for choice in spec.choices}
    found = known.get(re.sub(r"[\W_]+", "", fold(text)))
    if found is None:
        close = nearest(text, spec.choices)
        hint = f"Did you mean {close}?" if close else f"It is one of {', '.join(spec.choices)}."
        _refuse(f"There is no {spec.label.lower()} “{text[:30]}”.", hint)
    return found


def _decimal(spec: FieldSpec, raw: object, reading: Reading) -> Decimal:
    value = _number(raw, reading, spec.decimals)
    to_scaled(value, spec.decimals)
    return value


def _number(raw: object, reading: Reading, decimals: int) -> Decimal:
    if isinstance(raw, bool):
        _refuse("A number is needed here.")
    if isinstance(raw, float):
        # A spreadsheet's 12.3 may come as 12.299999999999999.
        if not abs(raw) < 1e15:
            _refuse("This number is too large.")
        return Decimal(plain(round_half_up(Decimal(repr(raw)), decimals)))
    if isinstance(raw, int | Decimal):
        value = Decimal(raw)
        return value if value.is_finite() else _refuse("A number is needed here.")
    text = _text(raw)
    if _PLAIN_NUMBER.fullmatch(text) and reading.decimal_mark != ",":
        return Decimal(text)
    if _PLAIN_WITH_COMMA.fullmatch(text) and reading.decimal_mark == ",":
        return Decimal(text.replace(",", "."))
    text = text.removesuffix("%").strip()
    return parse_decimal(text, decimals=decimals, decimal_mark=reading.decimal_mark)


def _whole(_spec: FieldSpec, raw: object, reading: Reading) -> int:
    value = _number(raw, reading, 9)
    if value != int(value) or not _SMALLEST <= value <= _LARGEST:
        _refuse(f"“{_text(raw)[:30]}” is no whole number.")
    return int(value)


def _date(_spec: FieldSpec, raw: object, reading: Reading) -> dt.date:
    if isinstance(raw, dt.datetime):
        return raw.date()
    if isinstance(raw, dt.date):
        return raw
    text = _text(raw)
    if iso := _ISO_DATE.fullmatch(text):
        year, month, day = int(iso[1]), int(iso[2]), int(iso[3])
    elif written := _WRITTEN_DATE.fullmatch(text):
        first, second, year = int(written[1]), int(written[2]), int(written[3])
        day, month = (first, second) if reading.day_first else (second, first)
        if len(written[3]) == 2:
            year += 2000 if year < 70 else 1900
    else:
        _refuse(f"“{text[:30]}” is no date.", "Write it as 2026-12-31 or 31.12.2026.")
    try:
        return dt.date(year, month, day)
    except ValueError:
        _refuse(f"There is no {text}.", "Write it as 2026-12-31 or 31.12.2026.")


def _discounts(spec: FieldSpec, raw: object, _reading: Reading) -> str:
    text = format_discounts(parse_discounts(_text(raw).replace("%", "")))
    if len(text) > spec.length:
        _refuse(f"At most {spec.length} characters.")
    return text


_READERS: dict[FieldKind, Callable[[FieldSpec, object, Reading], Value]] = {
    FieldKind.CODE: _code,
    FieldKind.TEXT: _line,
    FieldKind.LONG_TEXT: _lines,
    FieldKind.FLAG: _flag,
    FieldKind.WHOLE: _whole,
    FieldKind.DECIMAL: _decimal,
    FieldKind.DATE: _date,
    FieldKind.CHOICE: _choice,
    FieldKind.REFERENCE: _reference,
    FieldKind.DISCOUNTS: _discounts,
}
