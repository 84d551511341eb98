"""Dates and numbers as a clerk types them without looking at the keys (U-1.8)."""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from decimal import Decimal
from typing import NoReturn

from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.money import EXACT, LARGEST, MICRO_DECIMALS, plain

LONGEST_NUMBER = 60
FARTHEST_DAYS = 36_600
_YEARS = range(1900, 3000)

_DATE_HINT = "Type 15, 1503, 15.3, 15/3/2026, +7 or t for today."
_OFFSET = re.compile(r"([+-])\s*(\d+)", re.ASCII)
_DATE_SEPARATOR = re.compile(r"\s*[./\-\s]\s*")


def _no_date(message: str, hint: str = _DATE_HINT) -> NoReturn:
    raise Invalid(message, field="date", rule="U-1.8", hint=hint)


def parse_date(text: str, today: dt.date, *, day_first: bool = True, past_ok: bool = False) -> dt.date:
    """The date typed as `15`, `1503`, `15.3`, `150326`, `15032026`, `15/3/2026`, `2026-03-15`, `+7`, `-3` or `t`.

    A day or a day and month without a year is the next such day, today included: delivery dates lie ahead.
    With `past_ok` it is in the month or year of `today` (a document's date, a filter). Two digits of a year are
    the one from 49 years back to 50 ahead. `day_first` is the locale's order of day and month.

    Raises `Invalid` (field `date`, U-1.8) naming what is wrong and the position, counted from 1.
    """
    typed = text.strip()
    if not typed:
        _no_date("There is no date.")
    if typed.lower() == "t":
        return today
    if offset := _OFFSET.fullmatch(typed):
        days = int(offset.group(2)) if len(offset.group(2)) < 9 else FARTHEST_DAYS + 1
        ordinal = today.toordinal() + (days if offset.group(1) == "+" else -days)
        if days > FARTHEST_DAYS or not 1 <= ordinal <= dt.date.max.toordinal():
            _no_date(f"{typed} days is too far away.")
        return dt.date.fromordinal(ordinal)
    for at, char in enumerate(text):
        if not (char in "0123456789./-" or char.isspace()):
            _no_date(f"{char!r} at position {at + 1} is no part of a date.")
    parts = _DATE_SEPARATOR.split(typed.rstrip("./- \t"))
    if "" in parts:
        _no_date(f"A number is missing in {typed!r}.")
    if len(parts) == 1:
        parts = _cut(parts[0], day_first)
    return _date_of(parts, typed, today, day_first, past_ok)


def _cut(digits: str, day_first: bool) -> list[str]:
    """The parts of a date typed as digits only."""
    match len(digits):
        case 1 | 2:
            return [digits]
        case 4:
            return [digits[:2], digits[2:]]
        case 6:
            return [digits[:2], digits[2:4], digits[4:]]
        case 8:
            day, month = (digits[:2], digits[2:4]) if day_first else (digits[2:4], digits[:2])
            if int(digits[4:]) in _YEARS and 1 <= int(month) <= 12 and 1 <= int(day) <= 31:
                return [digits[:2], digits[2:4], digits[4:]]
            return [digits[:4], digits[4:6], digits[6:]]
    _no_date(f"{len(digits)} digits can't be told apart as a date.")


def _date_of(parts: list[str], typed: str, today: dt.date, day_first: bool, past_ok: bool) -> dt.date:
    if len(parts) > 3 or any(len(part) > 4 for part in parts):
        _no_date(f"{typed!r} has too many digits for a date.")
    if len(parts) == 1:
        return _next_day(int(parts[0]), today, past_ok)
    if len(parts) == 3 and len(parts[0]) == 4:
        year, month, day = (int(part) for part in parts)
        return _exact(year, month, day)
    if any(len(part) > 2 for part in parts[:2]):
        _no_date(f"{typed!r} is no date: day and month have two digits.")
    first, second = int(parts[0]), int(parts[1])
    day, month = (first, second) if day_first else (second, first)
    if len(parts) == 3:
        return _exact(_full_year(parts[2], today), month, day)
    if past_ok:
        return _exact(today.year, month, day)
    # 29 February comes at most eight years later (1900 and 2100 have none).
    for year in range(today.year, min(today.year + 9, dt.MAXYEAR + 1)):
        if 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1] and dt.date(year, month, day) >= today:
            return dt.date(year, month, day)
    return _exact(today.year, month, day)


def _full_year(text: str, today: dt.date) -> int:
    if len(text) == 4:
        return int(text)
    if len(text) != 2:
        _no_date(f"The year {text} has neither two digits nor four.")
    year = today.year - today.year % 100 + int(text)
    if year > today.year + 50:
        return year - 100
    return year + 100 if year < today.year - 49 else year


def _next_day(day: int, today: dt.date, past_ok: bool) -> dt.date:
    if not 1 <= day <= 31:
        _no_date(f"No month has a day {day}.")
    if past_ok:
        return _exact(today.year, today.month, day)
    months = today.year * 12 + today.month - 1
    for index in range(months, months + 3):
        year, month = index // 12, index % 12 + 1
        if year <= dt.MAXYEAR and day <= monthrange(year, month)[1] and dt.date(year, month, day) >= today:
            return dt.date(year, month, day)
    _no_date(f"There is no day {day} ahead.")


def _exact(year: int, month: int, day: int) -> dt.date:
    if year not in _YEARS:
        _no_date(f"The year {year} is out of reach.")
    if not 1 <= month <= 12:
        _no_date(f"There is no month {month}.")
    if not 1 <= day <= monthrange(year, month)[1]:
        _no_date(f"{year}-{month:02d} has no day {day}.")
    return dt.date(year, month, day)


_NUMBER_HINT = "Type 12,50 or 12.50, or 3*12."
_SPACES = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"
_APOSTROPHES = "'’"


def _no_number(message: str, hint: str = _NUMBER_HINT) -> NoReturn:
    raise Invalid(message, field="number", rule="U-1.8", hint=hint)


def parse_decimal(text: str, *, decimals: int | None = None, decimal_mark: str = "") -> Decimal:
    """The number typed as `12,50`, `12.50`, `1.234,50`, `1,234.50`, `1 234`, `-3` or `3*12`.

    The last of two different marks is the decimal one, and a mark that comes twice groups thousands. A single
    mark is always the decimal one, so `1.234` is one and a bit: number pads give a point in every country.
    Only where `decimal_mark` is known (a file that writes all its decimals with it) the other mark groups:
    with `,` the text `1.234` is 1234. The value keeps no trailing zeros.

    Raises `Invalid` (field `number`, U-1.8) naming the position, counted from 1; also for more than `decimals`
    decimals (six where none is given) and for numbers beyond any trade.
    """
    if len(text) > LONGEST_NUMBER:
        _no_number(f"A number has at most {LONGEST_NUMBER} characters.")
    value = Decimal(1)
    at = 0
    for factor in text.split("*"):
        value = EXACT.multiply(value, _factor(factor, at, decimal_mark))
        if abs(value) > LARGEST:
            _no_number("This number is too large.")
        at += len(factor) + 1
    value = Decimal(plain(value))
    allowed = MICRO_DECIMALS if decimals is None else decimals
    if -int(value.as_tuple().exponent) > allowed:
        most = f"at most {allowed} decimal{'s' if allowed != 1 else ''}" if allowed else "no decimals"
        _no_number(f"{plain(value)} has too many decimals: {most} here.", "")
    return value


def _factor(text: str, offset: int, decimal_mark: str) -> Decimal:
    start = len(text) - len(text.lstrip())
    typed = text.strip()
    if not typed:
        _no_number(f"Expected a number at position {offset + start + 1}.")
    sign = ""
    if typed[0] in "+-−":
        sign = "" if typed[0] == "+" else "-"
        start += 1
        typed = typed[1:]
    for at, char in enumerate(typed):
        if char not in f"0123456789.,{_SPACES}{_APOSTROPHES}":
            _no_number(f"{char!r} at position {offset + start + at + 1} is no part of a number.")
    if not any(char.isdigit() for char in typed):
        _no_number(f"Expected a digit at position {offset + start + 1}.")
    whole, fraction = _split(typed, decimal_mark)
    bad = _bad_group(whole)
    if bad is not None or not (fraction == "" or fraction.isdigit()):
        place = bad if bad is not None else len(whole) + 1
        _no_number(f"The marks between the digits don't fit at position {offset + start + place + 1}.")
    digits = "".join(char for char in whole if char.isdigit())
    return Decimal(f"{sign}{digits or '0'}.{fraction or '0'}")


def _split(typed: str, decimal_mark: str) -> tuple[str, str]:
    """The whole part with its group marks, and the digits after the decimal mark."""
    points, commas = typed.count("."), typed.count(",")
    if points and commas:
        mark = "." if typed.rindex(".") > typed.rindex(",") else ","
    elif points + commas == 1:
        mark = "." if points else ","
        if decimal_mark and mark != decimal_mark and re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", typed):
            return typed, ""
    else:
        return typed, ""
    whole, _, fraction = typed.rpartition(mark)
    return whole, fraction


def _bad_group(whole: str) -> int | None:
    """Where the grouping of `whole` is no grouping by threes with one mark; None when all is well."""
    marks = [at for at, char in enumerate(whole) if not char.isdigit()]
    if not marks:
        return None
    expected = len(whole)
    for at in reversed(marks):
        if expected - at != 4 or whole[at] != whole[marks[0]]:
            return at
        expected = at
    return None if 1 <= marks[0] <= 3 else marks[0]
