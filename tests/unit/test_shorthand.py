"""U-1.8: dates and numbers as they are typed, and how they look afterwards."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.locales import NEUTRAL, NO_BREAK_SPACE, LocaleForm, format_date, format_decimal, locale_form
from fluorders_tui.domain.money import plain
from fluorders_tui.domain.shorthand import parse_date, parse_decimal

TODAY = dt.date(2026, 11, 24)


@pytest.mark.parametrize(
    ("typed", "date"),
    [
        ("t", "2026-11-24"),
        (" T ", "2026-11-24"),
        ("+7", "2026-12-01"),
        ("-3", "2026-11-21"),
        ("+ 0", "2026-11-24"),
        ("25", "2026-11-25"),
        ("24", "2026-11-24"),
        ("15", "2026-12-15"),
        ("31", "2026-12-31"),
        ("1503", "2027-03-15"),
        ("2411", "2026-11-24"),
        ("15.3", "2027-03-15"),
        ("15.3.", "2027-03-15"),
        ("15 3", "2027-03-15"),
        ("29.2", "2028-02-29"),
        ("150326", "2026-03-15"),
        ("150399", "1999-03-15"),
        ("15032026", "2026-03-15"),
        ("20260315", "2026-03-15"),
        ("20122015", "2015-12-20"),
        ("15/3/2026", "2026-03-15"),
        ("15-3-26", "2026-03-15"),
        ("2026-03-15", "2026-03-15"),
        ("2026/3/5", "2026-03-05"),
    ],
)
def test_dates_in_shorthand(typed: str, date: str) -> None:
    assert parse_date(typed, TODAY) == dt.date.fromisoformat(date)


def test_month_first_where_the_locale_says_so() -> None:
    assert parse_date("0315", TODAY, day_first=False) == dt.date(2027, 3, 15)
    assert parse_date("3/15/26", TODAY, day_first=False) == dt.date(2026, 3, 15)
    assert parse_date("03152026", TODAY, day_first=False) == dt.date(2026, 3, 15)
    assert parse_date("2026-03-15", TODAY, day_first=False) == dt.date(2026, 3, 15)


def test_dates_that_may_lie_in_the_past_stay_in_this_month_and_year() -> None:
    assert parse_date("15", TODAY, past_ok=True) == dt.date(2026, 11, 15)
    assert parse_date("1503", TODAY, past_ok=True) == dt.date(2026, 3, 15)


def test_a_day_the_month_lacks_is_the_next_month_that_has_it() -> None:
    assert parse_date("31", dt.date(2026, 4, 10)) == dt.date(2026, 5, 31)
    assert parse_date("30", dt.date(2027, 1, 31)) == dt.date(2027, 3, 30)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "no date"),
        ("0", "No month has a day 0"),
        ("32", "No month has a day 32"),
        ("153", "3 digits"),
        ("3113", "no month 13"),
        ("31.4", "no day 31"),
        ("29.2.2026", "2026-02 has no day 29"),
        ("1x5", "'x' at position 2"),
        ("15//3", "number is missing"),
        ("1.2.3.4", "too many digits"),
        ("15.3.202", "neither two digits nor four"),
        ("15.3.0026", "out of reach"),
        ("115.3", "two digits"),
        ("+99999", "too far"),
        ("+" + "9" * 5000, "too far"),
        ("9" * 5000, "5000 digits"),
        ("١٥", "position 1"),
    ],
)
def test_what_is_no_date_says_why(typed: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_date(typed, TODAY)
    assert said in refused.value.message
    assert refused.value.rule == "U-1.8"


@given(st.text("0123456789 ./-+t", max_size=12), st.dates(dt.date(1950, 1, 1), dt.date(2900, 1, 1)), st.booleans())
def test_any_typing_is_a_date_or_a_clear_error(typed: str, today: dt.date, day_first: bool) -> None:
    try:
        date = parse_date(typed, today, day_first=day_first)
    except Invalid:
        return
    assert dt.date(1900, 1, 1) <= date or typed.strip().startswith("-")


@given(st.dates(dt.date(1990, 1, 1), dt.date(2060, 1, 1)), st.sampled_from(["it", "de", "en_US", "en_GB", "fr", ""]))
def test_a_shown_date_is_read_back(date: dt.date, tag: str) -> None:
    form = locale_form(tag)
    assert parse_date(format_date(date, form), TODAY, day_first=form.day_first) == date


@given(st.dates(dt.date(2026, 11, 24), dt.date(2027, 11, 23)))
def test_day_and_month_alone_are_the_next_such_day(date: dt.date) -> None:
    assert parse_date(f"{date:%d%m}", TODAY) == date


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("12,50", "12.5"),
        ("12.50", "12.5"),
        ("1.234,50", "1234.5"),
        ("1,234.50", "1234.5"),
        ("1.234", "1.234"),
        ("1,234", "1.234"),
        ("1.234.567", "1234567"),
        ("1,234,567.8", "1234567.8"),
        ("1 234 567,5", "1234567.5"),
        ("1'234.50", "1234.5"),
        ("1\u202f234", "1234"),
        ("-3", "-3"),
        ("−3,5", "-3.5"),
        ("+3", "3"),
        (" 3*12 ", "36"),
        ("2 * 1,5 * 4", "12"),
        (".5", "0.5"),
        ("5.", "5"),
        ("007", "7"),
        ("-0", "0"),
    ],
)
def test_numbers_as_typed(typed: str, value: str) -> None:
    parsed = parse_decimal(typed)
    assert parsed == Decimal(value)
    assert str(parsed) == value


def test_where_the_decimal_mark_is_known_the_other_one_groups() -> None:
    assert parse_decimal("1.234", decimal_mark=",") == 1234
    assert parse_decimal("-12.345", decimal_mark=",") == -12345
    assert parse_decimal("1.23", decimal_mark=",") == Decimal("1.23")
    assert parse_decimal("0.234", decimal_mark=",") == Decimal("0.234")
    assert parse_decimal("1234.567", decimal_mark=",") == Decimal("1234.567")
    assert parse_decimal("1,234", decimal_mark=".") == 1234
    assert parse_decimal("1,5", decimal_mark=".") == Decimal("1.5")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "number at position 1"),
        ("3*", "number at position 3"),
        ("3**4", "number at position 3"),
        ("12a", "'a' at position 3"),
        ("2*1x", "'x' at position 4"),
        ("1e5", "'e' at position 2"),
        ("nan", "'n' at position 1"),
        ("Infinity", "'I' at position 1"),
        ("--3", "'-' at position 2"),
        ("-", "digit at position 2"),
        (",", "digit at position 1"),
        ("1.23.4", "position 5"),
        ("1,2345.6", "position 2"),
        ("1.234,5,6", "position 6"),
        ("12345,678.9", "position 6"),
        ("1 2", "position 2"),
        ("1'234 567", "don't fit"),
        ("1.1234567", "at most 6 decimals"),
        ("9" * 30, "too large"),
        ("999999999*999999999", "too large"),
        ("1" * 61, "at most 60 characters"),
        ("١٢", "position 1"),
    ],
)
def test_what_is_no_number_says_where(typed: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_decimal(typed)
    assert said in refused.value.message
    assert refused.value.rule == "U-1.8"


def test_decimals_of_the_unit_are_kept() -> None:
    assert parse_decimal("2.50", decimals=1) == Decimal("2.5")
    with pytest.raises(Invalid, match="at most 1 decimal here"):
        parse_decimal("2.55", decimals=1)
    with pytest.raises(Invalid, match="no decimals here"):
        parse_decimal("2.5", decimals=0)


@given(st.text("0123456789.,' *-+", max_size=14), st.sampled_from(["", ",", "."]))
def test_any_typing_is_a_number_or_a_clear_error(typed: str, decimal_mark: str) -> None:
    try:
        value = parse_decimal(typed, decimal_mark=decimal_mark)
    except Invalid:
        return
    assert value.is_finite()
    assert parse_decimal(plain(value)) == value


FORMS = ["it", "de_CH", "fr", "es", "en_US", "en_GB", "sv", "pt_BR", ""]


@given(st.decimals(-(10**9), 10**9, places=2), st.sampled_from(FORMS))
def test_a_shown_amount_is_read_back(value: Decimal, tag: str) -> None:
    shown = format_decimal(value, locale_form(tag), 2)
    assert parse_decimal(shown) == value


@pytest.mark.parametrize(
    ("tag", "number", "date"),
    [
        ("it", "-1.234.567,50", "05/03/2026"),
        ("it_IT.UTF-8", "-1.234.567,50", "05/03/2026"),
        ("de-DE", "-1.234.567,50", "05.03.2026"),
        ("de_CH", "-1’234’567.50", "05.03.2026"),
        ("fr", f"-1{NO_BREAK_SPACE}234{NO_BREAK_SPACE}567,50", "05/03/2026"),
        ("en", "-1,234,567.50", "03/05/2026"),
        ("en_GB", "-1,234,567.50", "05/03/2026"),
        ("sv_SE", f"-1{NO_BREAK_SPACE}234{NO_BREAK_SPACE}567,50", "2026-03-05"),
        ("cs", f"-1{NO_BREAK_SPACE}234{NO_BREAK_SPACE}567,50", "05.03.2026"),
        ("xx_YY", f"-1{NO_BREAK_SPACE}234{NO_BREAK_SPACE}567.50", "2026-03-05"),
        ("../../etc", f"-1{NO_BREAK_SPACE}234{NO_BREAK_SPACE}567.50", "2026-03-05"),
    ],
)
def test_locales(tag: str, number: str, date: str) -> None:
    form = locale_form(tag)
    assert format_decimal(Decimal("-1234567.5"), form, 2) == number
    assert format_date(dt.date(2026, 3, 5), form) == date


def test_numbers_without_noise() -> None:
    assert format_decimal(Decimal("12.500"), NEUTRAL) == "12.5"
    assert format_decimal(Decimal("-0.001"), NEUTRAL, 2) == "0.00"
    assert format_decimal(Decimal("1234"), LocaleForm(",", "."), group=False) == "1234"
    assert format_decimal(Decimal("0.005"), NEUTRAL, 2) == "0.01"
