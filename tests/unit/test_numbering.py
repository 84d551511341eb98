"""D-9: policies, periods, formats, ranges and the next number."""

from __future__ import annotations

import datetime as dt
from functools import cache
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fluorders_tui.domain.errors import Invalid, Refused, Several
from fluorders_tui.domain.number_format import check_format, format_number, parse_template
from fluorders_tui.domain.numbering import (
    GREATEST,
    Numbering,
    NumberingPolicy,
    NumberingRange,
    Period,
    check_external_number,
    check_numbering,
    choose_number,
    next_number,
    number_text,
    period_key,
    policy_for,
    preview,
    range_for,
    same_series,
)

DAY = dt.date(2026, 11, 24)


# --- format -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{year}-{number:05d}-{type}", "2026-00042-STD"),
        ("{number}", "42"),
        ("{yy}{month:02d}{day}/{number:4}", "261124/0042"),
        ("SO {{{number:03d}}} {user}", "SO {042} ann"),
        ("{period}-{number:1d}", "202611-42"),
    ],
)
def test_template_filled_in(template: str, text: str) -> None:
    assert format_number(template, DAY, 42, "STD", "ann", "2026-11") == text


def test_a_number_wider_than_its_digits_is_printed_whole() -> None:
    assert format_number("{number:03d}", DAY, 12345) == "12345"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{number.__class__}", "more than a field"),
        ("{number[0]}", "more than a field"),
        ("{number!r}", "more than a field"),
        ("{number:999999999d}", "more than a field"),
        ("{number:999d}", "1 to 18 digits"),
        ("{number:0d}", "1 to 18 digits"),
        ("{number:05.2f}", "more than a field"),
        ("{number:{year}}", "more than a field"),
        ("{}", "no field ''"),
        ("{0}", "no field '0'"),
        ("{yaer}-{number}", "no field 'yaer' (position 1)"),
        ("x{number", "position 2 is never closed"),
        ("{number}}", "position 9 closes nothing"),
        ("{year:6}{number}", "always has 4 digits"),
        ("{type:3}-{number}", "takes no number of digits"),
        ("a\x1b{number}", "position 2 can't be printed"),
        ("{number}" + "x" * 60, "at most 60"),
    ],
)
def test_templates_reach_nothing_but_their_fields(template: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_format(template, Period.NONE)
    assert said in refused.value.message
    assert refused.value.rule == "D-9.2"


def test_an_unknown_field_names_the_nearest() -> None:
    with pytest.raises(Invalid) as refused:
        parse_template("{numbr}")
    assert refused.value.hint == "Did you mean {number}?"


@pytest.mark.parametrize(
    ("template", "period", "months", "days"),
    [
        ("{number:05d}", Period.NONE, 0, 0),
        ("{year}{number}", Period.YEARLY, 0, 0),
        ("{month}{yy}-{number:04d}", Period.YEARLY, 0, 0),
        ("{year}{month}-{number}", Period.YEARLY, 5, 0),
        ("{period}-{number}", Period.YEARLY, 3, 5),
        ("{year}{month}{day}-{number}", Period.YEARLY, 3, 5),
        ("{number}-{user}-{year}{month}", Period.MONTHLY, 0, 0),
        ("{number}{month}-{type}-{year}", Period.MONTHLY, 0, 0),
        ("{type}{year}-{number}", Period.YEARLY, 0, 0),
        ("{type}-{number}{year}", Period.YEARLY, 0, 0),
        ("{period}/{number}", Period.DAILY, 0, 0),
    ],
)
def test_formats_that_can_not_repeat_a_number(template: str, period: Period, months: int, days: int) -> None:
    check_format(template, period, months, days)


@pytest.mark.parametrize(
    ("template", "period", "months", "days", "said"),
    [
        ("{year}-{type}", Period.NONE, 0, 0, "no {number}"),
        ("{number}-{number}", Period.NONE, 0, 0, "more than once"),
        ("{number}", Period.YEARLY, 0, 0, "without {year}"),
        ("{month}-{number}", Period.YEARLY, 0, 0, "without {year}"),
        ("{year}-{number}", Period.MONTHLY, 0, 0, "without {month}"),
        ("{year}{month}-{number}", Period.DAILY, 0, 0, "without {day}"),
        # A fiscal year from June: 2031-03 and 2031-08 are two periods of one calendar year.
        ("{year}-{number}", Period.YEARLY, 5, 0, "without {month}"),
        ("{year}{month}-{number}", Period.YEARLY, 3, 5, "without {day}"),
        ("{type}{number}", Period.NONE, 0, 0, "told apart"),
        ("{number}{user}", Period.NONE, 0, 0, "told apart"),
        ("{number}5{type}", Period.NONE, 0, 0, "told apart"),
        ("{number}{month}{type}", Period.NONE, 0, 0, "told apart"),
        ("{type}-{number}-{user}", Period.NONE, 0, 0, "both sides"),
        ("{type}-{year}-{user}-{number}", Period.YEARLY, 0, 0, "without {year}"),
    ],
)
def test_formats_that_could_repeat_a_number_are_refused(
    template: str, period: Period, months: int, days: int, said: str
) -> None:
    with pytest.raises(Invalid) as refused:
        check_format(template, period, months, days)
    assert said in refused.value.message


_PIECES = ("{year}", "{yy}{month}", "{day}", "{period}", "{number:02d}", "{type}", "{user}", "-", "1")
_SERIES = (
    NumberingPolicy(),
    NumberingPolicy(period=Period.YEARLY),
    NumberingPolicy(period=Period.YEARLY, shift_months=5),
    NumberingPolicy(period=Period.YEARLY, shift_months=3, shift_days=5),
    NumberingPolicy(period=Period.MONTHLY),
    NumberingPolicy(period=Period.MONTHLY, shift_days=10),
    NumberingPolicy(period=Period.DAILY),
)
# Dates, numbers and texts made of the same few characters, so that whatever can look alike does.
_DOCUMENTS = [
    (dt.date.fromisoformat(date), number, type_code, user)
    for date in ("2011-01-01", "2011-01-11", "2011-11-01", "2011-11-11", "2012-01-01", "2012-04-05", "2012-04-06")
    for number in (1, 2, 11, 111, 1101)
    for type_code in ("", "1", "11", "-1", "1-", "2011-01-1")
    for user in ("", "1", "-11", "1-2012-")
]


@cache
def _accepted(policy: NumberingPolicy) -> list[str]:
    found = []
    for length in range(1, 6):
        for pieces in combinations(_PIECES * 2, length):
            template = "".join(pieces)
            try:
                check_format(template, policy.period, policy.shift_months, policy.shift_days)
            except Invalid:
                continue
            found.append(template)
    return found


@pytest.mark.parametrize("policy", _SERIES)
@settings(max_examples=30)
@given(data=st.data())
def test_an_accepted_format_never_prints_two_numbers_alike(policy: NumberingPolicy, data: st.DataObject) -> None:
    template = data.draw(st.sampled_from(_accepted(policy)))
    seen: dict[str, tuple[str, int]] = {}
    for date, number, type_code, user in _DOCUMENTS:
        key = period_key(policy, date)
        text = format_number(template, date, number, type_code, user, key)
        assert seen.setdefault(text, (key, number)) == (key, number)


# --- periods and policies ---------------------------------------------------------------------------------------------


def test_period_keys() -> None:
    def key(period: Period, **shift: int) -> str:
        return period_key(NumberingPolicy(period=period, **shift), DAY)

    assert key(Period.NONE) == ""
    assert key(Period.YEARLY) == "2026"
    assert key(Period.MONTHLY) == "2026-11"
    assert key(Period.DAILY) == "2026-11-24"
    assert key(Period.YEARLY, shift_months=-3) == "2027"
    assert key(Period.MONTHLY, shift_days=24) == "2026-10"
    assert key(Period.MONTHLY, shift_days=23) == "2026-11"


def test_a_shifted_year_starts_on_its_day() -> None:
    british = NumberingPolicy(period=Period.YEARLY, shift_months=3, shift_days=5)
    assert period_key(british, dt.date(2026, 4, 5)) == "2025"
    assert period_key(british, dt.date(2026, 4, 6)) == "2026"


def test_a_date_before_all_periods_is_refused_not_an_overflow() -> None:
    with pytest.raises(Invalid):
        period_key(NumberingPolicy(period=Period.YEARLY, shift_days=40), dt.date(1, 1, 2))


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)), st.integers(-23, 23), st.integers(-366, 366))
def test_periods_follow_one_another_without_coming_back(date: dt.date, months: int, days: int) -> None:
    for period in (Period.YEARLY, Period.MONTHLY):
        policy = NumberingPolicy(period=period, shift_months=months, shift_days=days)
        assert period_key(policy, date) <= period_key(policy, date + dt.timedelta(days=1))


def test_the_policy_that_started_last_counts() -> None:
    old = NumberingPolicy(valid_from=dt.date(2020, 1, 1))
    new = NumberingPolicy(valid_from=dt.date(2026, 1, 1), valid_to=dt.date(2026, 12, 31), period=Period.YEARLY)
    numbering = Numbering("SO", policies=(new, old))
    assert policy_for(numbering, DAY) is new
    assert policy_for(numbering, dt.date(2025, 12, 31)) is old
    assert policy_for(numbering, dt.date(2027, 1, 1)) is old
    with pytest.raises(Refused) as refused:
        policy_for(numbering, dt.date(2019, 12, 31))
    assert refused.value.rule == "D-9.1"


def test_the_most_specific_format_wins() -> None:
    policy = NumberingPolicy(
        format="P{number}", ranges=(NumberingRange(1, end=9), NumberingRange(10, format="R{number}"))
    )
    assert number_text(Numbering("SO", format="N{number}", policies=(policy,)), DAY, 9) == "P9"
    assert number_text(Numbering("SO", format="N{number}", policies=(policy,)), DAY, 10) == "R10"
    assert number_text(Numbering("SO", format="N{number}"), DAY, 9) == "N9"


# --- the next number --------------------------------------------------------------------------------------------------

RANGES = NumberingPolicy(
    ranges=(
        NumberingRange(200, end=202),
        NumberingRange(1, search_start=5, end=7),
        NumberingRange(100, end=150, external=True),
    )
)


def test_ranges_are_used_one_after_another() -> None:
    given_numbers = []
    last = 0
    for _ in range(6):
        last = next_number(last, RANGES)
        given_numbers.append(last)
    assert given_numbers == [5, 6, 7, 200, 201, 202]
    with pytest.raises(Refused) as refused:
        next_number(last, RANGES)
    assert refused.value.rule == "D-9.1"
    assert preview(Numbering("SO", policies=(RANGES,)), DAY, last=7) == ["200", "201", "202"]


def test_numbers_end_where_the_database_ends() -> None:
    assert next_number(GREATEST - 1, NumberingPolicy()) == GREATEST
    with pytest.raises(Refused):
        next_number(GREATEST, NumberingPolicy())


def test_range_for_and_external_numbers() -> None:
    inside, between = range_for(RANGES, 120), range_for(RANGES, 160)
    assert inside is not None
    assert inside.external
    assert between is None
    check_external_number(RANGES, 100)
    for number in (99, 151, 6):
        with pytest.raises(Refused) as refused:
            check_external_number(RANGES, number)
        assert refused.value.rule == "D-9.6"
    with pytest.raises(Refused, match="typed by hand"):
        next_number(0, NumberingPolicy(ranges=(NumberingRange(external=True),)))


def test_gaps_are_offered_again_only_where_the_policy_says_so() -> None:
    assert choose_number(NumberingPolicy(), 10, free=[3, 4]) == 11
    assert choose_number(NumberingPolicy(recover_gaps=True), 10, free=[3, 4]) == 3
    # D-9.5: only where D-9.4 allows.
    both = NumberingPolicy(recover_gaps=True, progressive_by_date=True)
    assert choose_number(both, 10, free=[3, 8], above=5) == 8
    assert choose_number(both, 10, free=[3], above=10) == 11


def test_a_date_in_the_past_finds_a_free_number_or_is_refused() -> None:
    policy = NumberingPolicy(progressive_by_date=True)
    assert choose_number(policy, 20, free=[4, 12, 18], above=10, below=15) == 12
    with pytest.raises(Refused) as refused:
        choose_number(policy, 20, free=[4, 18], above=10, below=15)
    assert refused.value.rule == "D-9.4"
    assert "No number is available on that date" in refused.value.message


def test_gaps_in_external_ranges_or_before_the_search_are_not_recovered() -> None:
    policy = NumberingPolicy(recover_gaps=True, ranges=RANGES.ranges)
    assert choose_number(policy, 201, free=[2, 110, 200]) == 200


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=40), st.booleans())
def test_progressive_by_date_never_puts_a_higher_number_on_an_earlier_date(
    entries: list[tuple[int, bool]], recover: bool
) -> None:
    policy = NumberingPolicy(progressive_by_date=True, recover_gaps=recover)
    taken: dict[int, int] = {}
    last = 0
    for day, delete_one in entries:
        if delete_one and taken:
            taken.pop(min(taken))
        earlier = [number for number, date in taken.items() if date < day]
        later = [number for number, date in taken.items() if date > day]
        free = [number for number in range(1, last + 1) if number not in taken]
        try:
            number = choose_number(
                policy, last, free=free, above=max(earlier, default=0), below=min(later) if later else None
            )
        except Refused:
            assert later
            continue
        assert number not in taken
        taken[number] = day
        last = max(last, number)
        in_order = [taken[key] for key in sorted(taken)]
        assert in_order == sorted(in_order)


# --- saved numberings -------------------------------------------------------------------------------------------------


def test_a_document_keeps_its_number_only_in_the_same_series() -> None:
    yearly = Numbering("SO", "Orders", "{year}-{number}-{type}", (NumberingPolicy(period=Period.YEARLY),))
    other = Numbering("XX")
    tomorrow, next_year = dt.date(2026, 11, 25), dt.date(2027, 1, 1)
    assert same_series(yearly, DAY, yearly, tomorrow, 3, "STD", "STD")
    assert not same_series(yearly, DAY, yearly, next_year, 3, "STD", "STD")
    assert not same_series(yearly, DAY, yearly, tomorrow, 3, "STD", "WEB")
    assert not same_series(yearly, DAY, other, DAY, 3, "STD", "STD")


def test_a_sound_numbering_is_saved() -> None:
    check_numbering(
        Numbering(
            "SO",
            "Orders",
            "{year}-{number:05d}",
            (
                NumberingPolicy(period=Period.YEARLY, ranges=RANGES.ranges),
                NumberingPolicy(valid_from=DAY, period=Period.MONTHLY, format="{period}-{number}"),
            ),
        )
    )


def test_everything_wrong_is_told_at_once_with_its_place() -> None:
    broken = Numbering(
        "SO",
        format="{number}",
        policies=(
            NumberingPolicy(
                valid_from=DAY,
                valid_to=dt.date(2026, 1, 1),
                period=Period.YEARLY,
                shift_months=24,
                shift_days=-400,
                ranges=(NumberingRange(5, end=3), NumberingRange(-1, end=10), NumberingRange(20, search_start=15)),
            ),
            NumberingPolicy(valid_from=DAY, period=Period.DAILY, shift_days=1, format="{period}-{number}"),
        ),
    )
    with pytest.raises(Several) as refused:
        check_numbering(broken)
    assert {error.field for error in refused.value.errors} == {
        "policies[1].valid_to",
        "policies[1].shift_months",
        "policies[1].shift_days",
        "policies[1].ranges[1].end",
        "policies[1].ranges[2].start",
        "policies[1].ranges[3].search_start",
        "policies[1].ranges[1].start",
        "format",
        "policies[2].valid_from",
        "policies[2].period",
    }
    with pytest.raises(Several):
        check_numbering(Numbering("SO", policies=()))
