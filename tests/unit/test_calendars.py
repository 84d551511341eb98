"""Calendars: weekends, closing days, working days (D-2.4, D-6.4)."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluorders_tui.domain.calendars import (
    Calendar,
    closed_because,
    closing_notices,
    is_closed,
    next_open,
    parse_weekend,
)
from fluorders_tui.domain.errors import Invalid, Refused

DAY = dt.date.fromisoformat
# 25 December 2026 is a Friday; Sunday the 27th is opened for the sales.
CHRISTMAS = Calendar(
    "IT",
    "Italy",
    closing={DAY("2026-12-25"): "Christmas", DAY("2026-12-28"): ""},
    opened=frozenset({DAY("2026-12-27")}),
)


@pytest.mark.parametrize(
    ("date", "why"),
    [
        ("2026-12-24", ""),
        ("2026-12-25", "Christmas"),
        ("2026-12-26", "Saturday"),
        ("2026-12-27", ""),
        ("2026-12-28", "a closing day"),
        ("2027-01-03", "Sunday"),
    ],
)
def test_why_a_day_is_closed(date, why):
    assert closed_because(CHRISTMAS, DAY(date)) == why
    assert is_closed(CHRISTMAS, DAY(date)) == bool(why)


def test_the_open_days_around_a_closed_one():
    assert next_open(CHRISTMAS, DAY("2026-12-25")) == DAY("2026-12-27")
    assert next_open(CHRISTMAS, DAY("2026-12-24")) == DAY("2026-12-24")
    assert next_open(Calendar(weekend=parse_weekend("5, 6")), DAY("2026-12-25")) == DAY("2026-12-27")


DATES = st.dates(DAY("2026-01-01"), DAY("2026-04-30"))
CALENDARS = st.builds(
    Calendar,
    weekend=st.frozensets(st.integers(1, 7), max_size=6),
    closing=st.dictionaries(DATES, st.sampled_from(["", "Feast"]), max_size=8),
    opened=st.frozensets(DATES, max_size=8),
)


@given(CALENDARS, DATES)
def test_the_next_open_day_is_the_first_that_is_open(calendar, start):
    end = next_open(calendar, start)
    assert not is_closed(calendar, end)
    assert all(is_closed(calendar, start + dt.timedelta(n)) for n in range((end - start).days))


def test_a_calendar_that_never_opens_is_refused_not_searched_for_ever():
    never = Calendar("X", weekend=frozenset(range(1, 8)))
    with pytest.raises(Refused, match="Calendar X has no open day within a year of 2026-12-25"):
        next_open(never, DAY("2026-12-25"))
    with pytest.raises(Refused, match="within a year of 9999-12-31"):
        next_open(never, dt.date.max)


@pytest.mark.parametrize(
    ("text", "weekdays"), [("6 7", {6, 7}), ("5,6", {5, 6}), ("", set()), ("7 7", {7}), (" 6 ", {6})]
)
def test_weekends_as_typed(text, weekdays):
    assert parse_weekend(text) == weekdays


@pytest.mark.parametrize(
    ("text", "says"), [("8", "8 is no weekday"), ("Sat", "Sat is no weekday"), ("1 2 3 4 5 6 7", "without an open day")]
)
def test_a_weekend_that_cannot_be(text, says):
    with pytest.raises(Invalid, match=says) as caught:
        parse_weekend(text)
    assert (caught.value.field, caught.value.rule) == ("weekend", "D-2.4")


def test_a_delivery_on_a_closed_day_warns_or_is_refused():
    """D-6.4, by parameter."""
    christmas = DAY("2026-12-25")
    (notice,) = closing_notices(CHRISTMAS, christmas)
    assert notice.text == "2026-12-25 is closed: Christmas. The next open day is 2026-12-27. (D-6.4)"
    with pytest.raises(Refused) as caught:
        closing_notices(CHRISTMAS, christmas, "refuse", field="lines[2].delivery_date")
    assert (caught.value.field, caught.value.hint) == ("lines[2].delivery_date", "The next open day is 2026-12-27.")
    assert closing_notices(CHRISTMAS, christmas, "off") == []
    assert closing_notices(CHRISTMAS, DAY("2026-12-24"), "refuse") == []
    assert closing_notices(CHRISTMAS, None, "refuse") == []
