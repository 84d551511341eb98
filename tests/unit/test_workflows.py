"""Conditions and steps of workflows (D-16.1–16.3): typed, bounded, explained, and written back as they were read."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluorders_tui.domain.errors import DeskError, Invalid, Refused, Several
from fluorders_tui.domain.permissions import Role
from fluorders_tui.domain.workflow_conditions import Facts, compile_condition, moment
from fluorders_tui.domain.workflow_names import ALL_NAMES, CHANGE, CUSTOMER, LINE, NEVER, ORDER, USER, Kind, Name
from fluorders_tui.domain.workflow_steps import (
    SETTABLE,
    SIMPLE,
    Approval,
    Confirm,
    Escalation,
    JournalNote,
    Lock,
    Notice,
    Setting,
    Simple,
    read_steps,
    write_steps,
)
from fluorders_tui.domain.workflows import Trigger, Workflow, check_workflow, due

TODAY = dt.date(2026, 11, 24)
EMPTY = {Kind.TEXT: "", Kind.NUMBER: Decimal(0), Kind.DATE: NEVER, Kind.YES_NO: False, Kind.TEXTS: ()}


def blank(names: dict[str, Name] | Any, **values: Any) -> dict[str, Any]:
    return {**{name: EMPTY[one.kind] for name, one in names.items()}, **values}


FACTS = Facts(
    order=blank(
        ORDER, total=Decimal(12_000), delivery_date=moment(dt.date(2026, 11, 20)), country="CH", status="entered"
    ),
    lines=[
        blank(LINE, item="A-100", net=Decimal("0.1"), discount_percent=Decimal(35)),
        blank(LINE, item="B-900", net=Decimal("0.2")),
    ],
    customer=blank(CUSTOMER, credit_limit=Decimal(1_000), exposure=Decimal(900)),
    user=blank(USER, role="clerk"),
    change=blank(CHANGE, changed=("delivery_date",), today=moment(TODAY), never=NEVER),
    old=blank(ORDER, total=Decimal(8_000)),
)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("", True),
        ("order.total > 10000", True),
        ("order.total > 10000 and user.role != 'clerk'", False),
        ("old.total < order.total", True),
        ("order.delivery_date < today", True),
        ("order.date < today", False),
        ("order.delivery_date == d'2026-11-20'", True),
        ("order.date == never", True),
        ("'delivery_date' in changed", True),
        ("is_new", False),
        ("order.country in ['CH', 'GB']", True),
        ("any([line.discount_percent > 30 for line in lines])", True),
        ("all([line.discount_percent > 30 for line in lines])", False),
        ("sum([line.net for line in lines]) == 0.3", True),
        ("sum([line.net for line in lines if line.item == 'A-100']) == 0.1", True),
        ("customer.exposure > 0.8 * customer.credit_limit", True),
        ("abs(old.total - order.total) >= 4000 or false", True),
    ],
)
def test_what_a_condition_says(text: str, holds: bool) -> None:
    assert compile_condition(text).holds(FACTS) is holds


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("order.totl > 1", "“order.totl” (character 7). (D-16.3) The nearest is order.total."),
        ("customr.code == 'x'", "The nearest is customer."),
        ("any([line.itm == 'A' for line in lines])", "“line.itm” (character 11). (D-16.3) The nearest is line.item."),
        ("order.status > 5", "The types don't fit together"),
        ("order.total == 'much'", "A number is never a text."),
        ("any([line.item == 5 for line in lines])", "A text is never a number."),
        ("order.total in ['CH', 'GB']", "A number is never a text."),
        ("'total' in changed and order.date == 'today'", "A date is never a text."),
        ("order.total", "gives a number, not yes or no"),
        ("order.total = 5", "“=” at character 13 means nothing here. (D-16.3) Equal is written =="),
        ("order.status == 'x", "no closing quote"),
        ("order.total > 1 or", "can't be read at its end"),
        ("order.total > ) 1", "can't be read before “)”"),
        ("open('/etc/passwd') == 1", "There is no function “open” (character 1)"),
        ("__import__('os')", "There is no function"),
        ("order.__class__ == 'x'", "There is no name “order.__class__”"),
        ("$range(10) == 1", "“$” at character 1 means nothing here"),
    ],
)
def test_what_is_wrong_is_said_when_it_is_typed_with_its_place(text: str, says: str) -> None:
    with pytest.raises(Invalid) as told:
        compile_condition(text)
    assert says in str(told.value)
    assert told.value.field == "condition"


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5_000 + "true" + ")" * 5_000,
        "[" * 40 + "]" * 40,
        "not " * 3_000 + "true",
        "1+" * 900 + "1 > 1",
        "order.total > " + "9" * 3_000,
        "9**9**9**9 > 1",
        "order.total * * 2 > 1",
        "order.description =~ '(a+)+$'",
        "any([any([one.net > two.net for one in lines]) for two in lines])",
        "any([any([any([true for a in lines]) for b in lines]) for c in lines])",
        "'" + "x" * 100_000 + "' == order.note",
        "1 / 0 > 1",
        "\x00",
        "for for for",
    ],
)
def test_what_an_adversary_writes_is_refused_within_a_second(text: str) -> None:
    began = time.perf_counter()
    with pytest.raises(DeskError):
        compile_condition(text)
    assert time.perf_counter() - began < 1


def test_the_dearest_condition_on_the_longest_order_is_bounded() -> None:
    facts = replace(FACTS, lines=FACTS.lines[:1] * 1_000)
    condition = compile_condition(" or ".join(["any([line.net > 5 for line in lines])"] * 8))
    began = time.perf_counter()
    assert not condition.holds(facts)
    assert time.perf_counter() - began < 1


def test_a_division_by_nothing_names_the_condition_when_it_runs() -> None:
    with pytest.raises(Refused, match=r"order\.total / order\.weight > 1.*division by zero"):
        compile_condition("order.total / order.weight > 1").holds(FACTS)


def test_a_dry_run_says_which_part_decided() -> None:
    condition = compile_condition("order.total > 10000 and (user.role == 'viewer' or is_new)")
    parts = condition.explain(FACTS)
    assert condition.joined == "and"
    assert [(part.text, part.holds) for part in parts] == [
        ("order.total > 10000", True), ("(user.role == 'viewer' or is_new)", False),
    ]  # fmt: skip
    assert dict(parts[0].values) == {"order.total": Decimal(12_000)}
    assert dict(parts[1].values) == {"user.role": "clerk", "is_new": False}


def test_every_example_of_the_help_can_be_used() -> None:
    for names in ALL_NAMES.values():
        for one in names.values():
            if one.example:
                compile_condition(one.example).holds(FACTS)


# -- steps -------------------------------------------------------------------------------------------------------

words = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r\n"), max_size=20)
users = st.lists(words, min_size=1, max_size=4, unique=True).map(tuple)
roles = st.sampled_from([one.value for one in Role])
levels = st.integers(1, 9)
by_roles = st.lists(roles, min_size=1, max_size=2, unique=True).map(tuple)
receivers = st.sampled_from(["author", "customer", "role supervisor", "user anna", "a@b.example"])
steps = st.one_of(
    st.builds(Approval, roles=by_roles, needed=st.integers(1, 3), level=levels),
    users.flatmap(
        lambda names: st.builds(Approval, users=st.just(names), needed=st.integers(1, len(names)), level=levels)
    ),
    st.builds(Notice, st.just("email"), receivers, st.one_of(st.just(""), words), st.booleans()),
    st.builds(Notice, st.just("inbox"), st.sampled_from(["author", "approvers", "role administrator"])),
    st.builds(Notice, st.sampled_from(["webhook", "service"]), words),
    st.builds(Setting, st.sampled_from(list(SETTABLE)), texts),
    st.just(Confirm()),
    st.builds(Lock, texts),
    st.builds(Escalation, st.integers(1, 1000), roles),
    st.builds(JournalNote, texts),
    st.sampled_from([Simple(name) for name in SIMPLE]),
)


@given(st.lists(steps, max_size=6).map(tuple))
def test_steps_are_read_as_they_are_written(made: tuple[Any, ...]) -> None:
    assert read_steps(write_steps(made)) == made


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("requre approval by supervisor", "A step looks like this: require approval by supervisor level 1"),
        ("require approval by superviser", "There is no role “superviser”. (D-16.2) The nearest is supervisor."),
        ("require approval by user anna, bruno 3 of 2", "3 can't approve where only 2 may"),
        ("confirm\nnotify inbox customer", "steps, line 2: A customer has no inbox."),
        ("notify inbox nobody", "“nobody” is nobody"),
        ("set total to '0'", "“total” can't be set"),
        ("escalate after 0 hours to supervisor", "Between 1 and 1000 working hours."),
        ("note 'unfinished", "is no step"),
    ],
)
def test_a_step_that_is_no_step_is_named_with_its_line(text: str, says: str) -> None:
    with pytest.raises(Several) as told:
        read_steps(text)
    assert says in str(told.value)


def test_semicolons_and_line_ends_inside_quotes_are_text() -> None:
    assert read_steps("note 'a; b'; confirm;;\n\nlock because 'it\\'s late'") == (
        JournalNote("a; b"), Confirm(), Lock("it's late"),
    )  # fmt: skip


# -- whole workflows ---------------------------------------------------------------------------------------------


def test_everything_wrong_with_a_workflow_is_said_at_once() -> None:
    with pytest.raises(Several) as told:
        check_workflow("enterd", "order.totl > 1", "confrm")
    assert [error.field for error in told.value.errors] == ["trigger", "condition", "steps, line 1"]


@pytest.mark.parametrize(
    ("trigger", "written", "says"),
    [
        ("entered", "", "does nothing"),
        ("entered", "escalate after 4 hours to supervisor", "nothing to escalate"),
        ("entered", "confirm\nlock because 'x'", "confirmed and held"),
        ("executed", "require approval by supervisor", "nothing left to hold"),
        ("changed", "take supplier date", "Only after “supplier date changed”"),
    ],
)
def test_steps_that_make_no_sense_there(trigger: str, written: str, says: str) -> None:
    with pytest.raises(Several, match=says):
        check_workflow(trigger, "", written)


def test_workflows_are_looked_at_in_their_order_on_every_desk() -> None:
    def one(code: str, order: int = 100, **more: Any) -> Workflow:
        return Workflow(code, code, Trigger.ENTERED, "", (Confirm(),), order=order, **more)

    made = [
        one("b"), one("a"), one("first", 10), one("off", active=False), one("past", valid_to=dt.date(2026, 11, 23)),
        one("future", valid_from=dt.date(2026, 11, 25)), replace(one("other"), trigger=Trigger.CHANGED),
    ]  # fmt: skip
    assert [found.code for found in due(made, Trigger.ENTERED, TODAY)] == ["first", "a", "b"]
