"""Dated price lists: opening, closing, and what contradicts itself (D-4.1)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluorders_tui.domain.conditions import PriceListVersion
from fluorders_tui.domain.price_versions import (
    ConflictKind,
    close_version,
    find_conflicts,
    open_version,
    series_of,
    version_errors,
)
from tests.unit.trade_samples import NEW_YEAR, dated

DAY = dt.date.fromisoformat
MARCH, JUNE, JULY = DAY("2026-03-01"), DAY("2026-06-30"), DAY("2026-07-01")
YEAR_END = DAY("2026-12-31")


def kinds(*versions: PriceListVersion) -> list[ConflictKind]:
    return [one.kind for one in find_conflicts(versions)]


@pytest.mark.parametrize(
    ("first_to", "second_from", "second_to", "expected"),
    [
        (None, MARCH, None, []),
        (JUNE, JULY, None, []),
        # A list for a few weeks inside a longer one; both end on the same day.
        (YEAR_END, MARCH, JUNE, []),
        (JUNE, MARCH, JUNE, []),
        (JUNE, MARCH, None, [ConflictKind.OVERLAP]),
        (JUNE, MARCH, YEAR_END, [ConflictKind.OVERLAP]),
        (JUNE, JUNE, None, [ConflictKind.OVERLAP]),
        (None, NEW_YEAR, None, [ConflictKind.SAME_START]),
        (JUNE, NEW_YEAR, YEAR_END, [ConflictKind.SAME_START]),
        (DAY("2025-12-31"), MARCH, None, [ConflictKind.ENDS_FIRST]),
        (JUNE, DAY("2026-08-01"), None, [ConflictKind.GAP]),
    ],
)
def test_what_two_versions_say_together(first_to, second_from, second_to, expected):
    """D-4.1: the newest valid one counts, so only contradictions are conflicts."""
    first, second = dated("A", 1, valid_to=first_to), dated("A", 2, valid_from=second_from, valid_to=second_to)
    assert kinds(first, second) == kinds(second, first) == expected


@pytest.mark.parametrize(
    "other", [{"currency": "USD"}, {"vat_included": True}, {"customer": "ROSSI"}, {"code": "B"}], ids=str
)
def test_series_have_nothing_to_do_with_each_other(other):
    """D-4.1, D-4.2."""
    first, second = dated("A", 1), dated("A", 2)
    assert kinds(first, second) == [ConflictKind.SAME_START]
    assert kinds(first, replace(second, **other)) == []


def test_a_gap_is_told_but_not_refused():
    versions = [dated("A", 1, valid_to=JUNE, customer="ROSSI"), dated("A", 2, valid_from=MARCH, valid_to=JUNE)]
    versions.append(dated("A", 3, valid_from=DAY("2026-07-03"), customer="ROSSI"))
    (gap,) = find_conflicts(versions)
    assert gap.message == "No list A of ROSSI in EUR without VAT is valid from 2026-07-01 to 2026-07-02."
    assert not gap.refuses
    assert not list(version_errors(versions))


def test_a_day_covered_by_an_older_list_is_no_gap():
    """D-4.1: after a short list the longer one counts again."""
    assert (
        kinds(dated("A", 1), dated("A", 2, valid_from=MARCH, valid_to=JUNE), dated("A", 3, valid_from=YEAR_END)) == []
    )


def test_contradictions_are_refused_all_at_once():
    """D-4.1, with place and way out."""
    versions = [
        dated("A", 1, valid_to=JUNE),
        dated("A", 2, valid_from=MARCH),
        dated("B", 3),
        dated("B", 4),
        dated("D", 5, valid_to=DAY("2025-01-01")),
    ]
    found = list(version_errors(versions))
    assert [version.id for version, _ in found] == [1, 2, 3, 4, 5]
    errors = [error for version, error in found if version.id in (1, 3, 5)]
    assert [(error.field, error.message, error.rule) for error in errors] == [
        ("valid_to", "A of 2026-01-01 ends on 2026-06-30, after A of 2026-03-01 began.", "D-4.1"),
        ("valid_from", "Two lists B in EUR without VAT start on 2026-01-01.", "D-4.1"),
        ("valid_to", "D of 2026-01-01 ends on 2025-01-01, before it starts.", "D-4.1"),
    ]
    assert all(error.hint for error in errors)


def test_opening_a_version_closes_the_one_before():
    old, other = dated("A", 1), dated("B", 2)
    new = dated("A", 0, valid_from=JULY)
    plan = open_version([old, other], new)
    assert plan.changed == (replace(old, valid_to=JUNE),)
    assert plan.added == (new,)
    assert plan.conflicts == ()
    assert open_version([old], new, close_old=False).changed == ()


def test_a_list_for_a_few_weeks_leaves_the_old_one_open():
    """D-4.1: it counts again afterwards."""
    plan = open_version([dated("A", 1)], dated("A", 0, valid_from=MARCH, valid_to=JUNE))
    assert (plan.changed, plan.refused) == ((), False)


def test_opening_shortens_what_would_have_ended_later():
    old = dated("A", 1, valid_to=YEAR_END)
    plan = open_version([old], dated("A", 0, valid_from=JULY))
    assert plan.changed == (replace(old, valid_to=JUNE),)
    assert not plan.refused
    kept = open_version([old], dated("A", 0, valid_from=JULY), close_old=False)
    assert kept.refused
    assert [one.kind for one in kept.conflicts] == [ConflictKind.OVERLAP]


def test_opening_between_two_versions():
    """The later one stays as it is; the new one, without end, counts until then (D-4.1)."""
    later = dated("A", 2, valid_from=YEAR_END)
    plan = open_version([dated("A", 1), later], dated("A", 0, valid_from=JULY))
    assert [one.id for one in plan.changed] == [1]
    assert plan.conflicts == ()
    assert open_version([later], dated("A", 0, valid_from=YEAR_END)).refused


def test_closing_and_opening_again():
    old, new = dated("A", 1), dated("A", 2, valid_from=JULY)
    closed = close_version([old, new], old, MARCH)
    assert closed.changed == (replace(old, valid_to=MARCH),)
    assert [one.kind for one in closed.conflicts] == [ConflictKind.GAP]
    assert not closed.refused
    assert close_version([old, new], old, DAY("2025-01-01")).refused
    again = close_version([replace(old, valid_to=MARCH), new], replace(old, valid_to=MARCH), None)
    assert again.changed == (old,)
    assert again.conflicts == ()


DATES = st.integers(0, 12).map(lambda n: NEW_YEAR + dt.timedelta(n))
VERSIONS = st.lists(st.tuples(DATES, st.one_of(st.none(), DATES)), max_size=5).map(
    lambda rows: [dated("A", place, valid_from=start, valid_to=end) for place, (start, end) in enumerate(rows, 1)]
)


@given(VERSIONS, DATES, st.booleans())
def test_opening_adds_no_contradiction_but_its_own_start(versions, start, close_old):
    """D-4.1: what was sound stays sound, unless a list starts on that very day."""
    new = dated("A", 99, valid_from=start)
    before = [one for one in find_conflicts(versions) if one.refuses]
    plan = open_version(versions, new)
    if not before:
        assert plan.refused == any(one.valid_from == start for one in versions)
    if not plan.refused:
        ids = {one.id for one in plan.changed}
        after = [*(one for one in versions if one.id not in ids), *plan.changed, *plan.added]
        assert not list(version_errors(after))
    assert {series_of(one) for one in plan.changed} <= {series_of(new)}
    assert open_version(versions, new, close_old=False).changed == ()


@given(VERSIONS)
def test_where_nothing_is_refused_every_end_is_reached(versions):
    """D-4.1, the reason for refusing: on its last day each list with an end counts, or one inside it does."""
    if any(one.refuses for one in find_conflicts(versions)):
        return
    for one in versions:
        if one.valid_to is not None:
            at_end = [
                other
                for other in versions
                if other.valid_from <= one.valid_to and (other.valid_to is None or one.valid_to <= other.valid_to)
            ]
            newest = max(at_end, key=lambda other: other.valid_from)
            assert newest is one or (newest.valid_from > one.valid_from and newest.valid_to == one.valid_to)
