"""Discount policies: which one counts, what a line keeps of it, and what is refused (D-5.4, D-4.8)."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluorders_tui.domain import entry
from fluorders_tui.domain.conditions import PriceAssignment
from fluorders_tui.domain.discount_policies import (
    CRITERIA,
    NO_HIT,
    DiscountCombination,
    DiscountPolicy,
    PolicyHit,
    PolicyIndex,
    check_combination,
    check_policy,
    index_policies,
    policy_discounts,
)
from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.entry import make_line
from fluorders_tui.domain.header import change_date, choose_customer, set_header_discounts
from fluorders_tui.domain.order import Application, DiscountSource
from fluorders_tui.domain.pricing import explain_price
from tests.unit.trade_samples import TODAY, ask, customer, d, dated, item, listed, order_for

COMBINATIONS = (
    DiscountCombination(10, customer=True, item=True),
    DiscountCombination(20, customer=True),
    DiscountCombination(30, category=True, item_class=True),
    DiscountCombination(40, discount_category=True),
)
CARD = item(listed("100"), item_class="METAL", discount_category="A")
DAY = dt.timedelta(1)


def policy(code: str, discounts: str = "5", **fields: Any) -> DiscountPolicy:
    return DiscountPolicy(code, discounts=d(discounts), **fields)


def index(*policies: DiscountPolicy) -> PolicyIndex:
    return index_policies(policies, COMBINATIONS)


def hit(*policies: DiscountPolicy, date: dt.date = TODAY, card=CARD) -> tuple[str, str, tuple[str, ...]]:
    found = policy_discounts(index(*policies), "ROSSI", "TRADE", card, date)
    return found.policy, format_discounts(found.discounts), found.tied


OWN_ITEM = policy("P1", "11", customer="ROSSI", item="BOLT")
OWN = policy("P2", "12", customer="ROSSI")
TRADE = policy("P3", "13", category="TRADE", item_class="METAL")
GROUP = policy("P4", "14", discount_category="A")


def test_the_first_combination_with_a_hit_supplies_the_discounts():
    """D-5.4: and only that one."""
    everything = [GROUP, TRADE, OWN, OWN_ITEM]
    for expected in ("P1", "P2", "P3", "P4"):
        assert hit(*everything)[0] == expected
        everything.pop()
    assert policy_discounts(index(), "ROSSI", "TRADE", CARD, TODAY) == NO_HIT


@pytest.mark.parametrize(
    "other",
    [
        policy("X", customer="BIANCHI"),
        policy("X", customer="ROSSI", item="NUT"),
        policy("X", category="RETAIL", item_class="METAL"),
        policy("X", discount_category="B"),
        # No combination looks at exactly these.
        policy("X", item="BOLT"),
        policy("X", customer="ROSSI", item="BOLT", discount_category="A"),
        policy("X"),
    ],
)
def test_criteria_must_match_and_a_combination_must_look_at_exactly_them(other):
    """D-5.4."""
    assert hit(other)[0] == ""
    assert hit(other, GROUP)[0] == "P4"


def test_an_item_without_a_class_matches_no_policy_on_classes():
    """D-5.4: an empty value is not the same as an empty criterion."""
    assert hit(TRADE, card=replace(CARD, item_class=""))[0] == ""


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "found"),
    [
        (None, None, True),
        (TODAY, TODAY, True),
        (TODAY + DAY, None, False),
        (None, TODAY - DAY, False),
    ],
)
def test_both_days_of_a_policy_count(valid_from, valid_to, found):
    """D-5.4: an expired policy leaves the next combination its turn."""
    own = replace(OWN, valid_from=valid_from, valid_to=valid_to)
    assert hit(own, GROUP)[0] == ("P2" if found else "P4")


def test_of_several_the_one_that_started_last_counts():
    """D-4.1's way with dated lists; without a start it is the oldest."""
    old, new = replace(OWN, code="OLD", valid_from=TODAY - 9 * DAY), replace(OWN, code="NEW", valid_from=TODAY - DAY)
    assert hit(OWN, new, old) == ("NEW", "12", ())
    assert hit(OWN, new, old, date=TODAY - 2 * DAY)[0] == "OLD"
    assert hit(OWN, new, old, date=TODAY - 20 * DAY)[0] == "P2"


def test_a_tie_is_shown_not_settled():
    """D-4.8: the same stand-in whatever the order of rows."""
    rival = policy("P0", "20", customer="ROSSI", valid_to=TODAY)
    assert hit(OWN, rival) == hit(rival, OWN) == ("P0", "20", ("P0", "P2"))
    assert hit(OWN, rival, date=TODAY + DAY) == ("P2", "12", ())


def test_no_tie_where_the_same_is_given():
    """D-4.8 speaks of what can't be decided."""
    assert hit(OWN, replace(OWN, code="P0")) == ("P0", "12", ())


FEW = st.sampled_from(["", "A", "B"])
SOME_DAY = st.one_of(st.none(), st.integers(0, 9).map(lambda n: TODAY + n * DAY))
POLICIES = st.lists(
    st.builds(
        DiscountPolicy, st.integers(0, 99).map(str), FEW, FEW, FEW, FEW, FEW, SOME_DAY, SOME_DAY,
        st.sampled_from([d("5"), d("7+1"), d("3#")]),
    ),
    max_size=12,
    unique_by=lambda one: one.code,
)  # fmt: skip
ALL = [
    DiscountCombination(n, *(bool(n >> bit & 1) for bit in range(5))) for n in range(1, 32)
]  # fmt: skip


@given(POLICIES, st.permutations(ALL), st.tuples(FEW, FEW, FEW, FEW, FEW), st.integers(0, 9), st.randoms())
def test_the_index_finds_what_a_search_through_all_finds(policies, table, values, day, chance):
    """D-5.4 against the plain definition; the order of rows never decides (D-4.8)."""
    combinations = [replace(one, priority=place) for place, one in enumerate(table)]
    date = TODAY + day * DAY
    card = item(code=values[4], item_class=values[2], discount_category=values[3])
    expected = None
    for one in combinations:
        hits = [
            found
            for found in policies
            if found.looks == one.looks
            and all(mine in ("", wanted) for mine, wanted in zip(found.values, values, strict=True))
            and (found.valid_from or dt.date.min) <= date <= (found.valid_to or dt.date.max)
        ]  # fmt: skip
        if hits:
            newest = max(found.valid_from or dt.date.min for found in hits)
            expected = sorted(
                (found for found in hits if (found.valid_from or dt.date.min) == newest), key=lambda found: found.code
            )
            break
    chance.shuffle(policies)
    found = policy_discounts(index_policies(policies, combinations), values[0], values[1], card, date)
    if expected is None:
        assert found == NO_HIT
        return
    assert found.policy == expected[0].code
    assert found.tied == (tuple(one.code for one in expected) if len({one.discounts for one in expected}) > 1 else ())
    assert {one.source for one in found.discounts} == {DiscountSource.POLICY}


# --- on a line --------------------------------------------------------------------------------------------------------

CONDITIONS = customer(
    dated("A"),
    PriceAssignment("A", discounts=d("5")),
    commercial_category="TRADE",
    discounts=d("10"),
    policies=index(replace(OWN, valid_from=TODAY), GROUP),
)
DRAFT = order_for(CONDITIONS)


def of_policy(line) -> str:
    return format_discounts(one for one in line.discounts if one.source is DiscountSource.POLICY)


def test_a_line_collects_the_policy_after_the_lists_and_names_it():
    """D-5.3, D-4.8b."""
    line = make_line(DRAFT, CONDITIONS, CARD, Decimal(1))
    assert [one.source for one in line.discounts] == [
        DiscountSource.CUSTOMER, DiscountSource.PRICE_LIST, DiscountSource.POLICY,
    ]  # fmt: skip
    assert line.net == Decimal("75.24")
    assert explain_price(line)[-1] == "Discount 12 from discount policy P2."
    unlisted = make_line(DRAFT, CONDITIONS, item(discount_category="A"), Decimal(1))
    assert (unlisted.price, unlisted.price_source.policy, of_policy(unlisted)) == (10, "P2", "12")


def test_the_policy_is_looked_up_again_with_the_date():
    """D-5.4: the day before its start another combination has its turn; typed discounts stay (D-5.3)."""
    line = make_line(DRAFT, CONDITIONS, CARD, Decimal(1))
    typed = entry.change_discounts(DRAFT, line, "1+2")
    assert (of_policy(typed), typed.price_source.policy) == ("", "")
    moved = change_date(replace(DRAFT, lines=(line, typed)), TODAY - DAY, conditions=CONDITIONS, cards={"BOLT": CARD})
    first, second = moved.lines
    assert (of_policy(first), first.price_source.policy) == ("14", "P4")
    assert (format_discounts(second.discounts), second.price_source.policy) == ("1+2", "")


def test_another_customer_brings_their_own_policies_even_to_typed_prices():
    """D-3.1, D-5.4: nothing of the former customer's agreement stays."""
    line = entry.change_price(DRAFT, make_line(DRAFT, CONDITIONS, CARD, Decimal(1)), Decimal(90))
    assert (of_policy(line), line.price_source.policy) == ("12", "P2")
    assert explain_price(line)[-1] == "Discount 12 from discount policy P2."
    other = replace(CONDITIONS, code="BIANCHI")
    moved = choose_customer(replace(DRAFT, lines=(line,)), other, {"BOLT": CARD}).lines[0]
    assert (moved.price, of_policy(moved), moved.price_source.policy) == (90, "14", "P4")
    none = choose_customer(replace(DRAFT, lines=(line,)), replace(other, policies=index()), {"BOLT": CARD}).lines[0]
    assert (of_policy(none), none.price_source.policy) == ("", "")


def test_header_discounts_on_demand_leave_the_policy():
    """D-3.2."""
    line = make_line(DRAFT, CONDITIONS, CARD, Decimal(1))
    changed = set_header_discounts(replace(DRAFT, lines=(line,)), d("20"), apply_to_lines=True).lines[0]
    assert format_discounts(changed.discounts) == "20+5+12"


def test_a_give_away_has_no_policy():
    """D-5.6."""
    line = make_line(DRAFT, CONDITIONS, CARD, Decimal(1))
    given = entry.make_give_away(DRAFT, line)
    changed = entry.change_quantity(DRAFT, given, Decimal(3), CONDITIONS, CARD)
    assert (changed.discounts, changed.price_source.policy) == ((), "")


TIED = replace(CONDITIONS, policies=index(OWN, policy("P0", "20", customer="ROSSI")))


def test_a_tie_between_policies_is_told_until_the_clerk_types_the_discount():
    """D-4.8."""
    told = "P0 and P2 match alike and give different discounts. Check the discount of this line. (D-4.8)"
    line = make_line(DRAFT, TIED, CARD, Decimal(1))
    assert line.warnings == (told,)
    assert explain_price(line)[-1] == "Undecided: P0 and P2 match alike and give different discounts."
    assert entry.change_quantity(DRAFT, line, Decimal(2), TIED, CARD).warnings == (told,)
    assert entry.change_price(DRAFT, line, Decimal(90)).warnings == (told,)
    assert entry.change_discounts(DRAFT, line, "20").warnings == ()
    assert entry.change_quantity(DRAFT, line, Decimal(2), CONDITIONS, CARD).warnings == ()
    assert entry.make_give_away(DRAFT, line).warnings == ()


def test_best_price_counts_the_policy_too():
    """D-4.4: 8.80 beats 10 less 10 %, but with 50 % on gross as well 4.40 loses against 4.00."""
    half = policy("P4", discount_category="A")
    half = replace(half, discounts=(replace(d("50")[0], application=Application.GROSS, priority=90),))
    card = item(listed("10", 1), listed("8.8", 2), discount_category="A")
    assignments = (PriceAssignment("A", 1, discounts=d("10")), PriceAssignment("B", 2))
    best = customer(dated("A", 1), dated("B", 2), *assignments, best_price=True)
    assert ask(card, best).source.price_list == "B"
    price = ask(card, replace(best, policies=index(half)))
    assert (price.source.price_list, format_discounts(price.discounts)) == ("A", "10+50")


def test_pricing_a_line_among_many_lists_and_policies_is_quick():
    """U-1.2: a look-up among 2,000 policies and 20 lists stays far below the millisecond it may take."""
    policies = [
        policy(f"P{n}", customer=f"C{n % 500}", item=f"I{n}" if n % 2 else "", valid_from=TODAY - n * DAY)
        for n in range(2000)
    ]
    lists = [dated(f"L{n}", n) for n in range(1, 21)]
    card = item(*(listed(str(100 + n), n, str(step)) for n in range(1, 21) for step in (0, 10, 50, 100)))
    conditions = customer(*lists, best_price=True, code="C2", policies=index(*policies))
    fastest = min(_seconds(card, conditions) for _ in range(20))
    assert ask(card, conditions, "60").source.policy == "P2"
    assert fastest < 0.005


def _seconds(card, conditions) -> float:
    start = time.perf_counter()
    ask(card, conditions, "60")
    return time.perf_counter() - start


# --- refused when saved -----------------------------------------------------------------------------------------------


def refused(one: DiscountPolicy, combinations=COMBINATIONS) -> list[tuple[str, str]]:
    return [(error.field, error.message) for error in check_policy(one, combinations)]


def test_sound_policies_are_saved():
    for one in (OWN_ITEM, OWN, TRADE, GROUP, replace(OWN, code="P9", valid_from=TODAY)):
        assert not refused(one)


def test_everything_wrong_with_a_policy_is_told_with_its_field():
    """D-5.4, P-15."""
    assert refused(policy("NONE")) == [("customer", "NONE matches nothing: it has no criterion.")]
    assert refused(replace(TRADE, valid_from=TODAY, valid_to=TODAY - DAY, discounts=())) == [
        ("discounts", "P3 gives no discount."),
        ("valid_to", f"P3 ends on {TODAY - DAY}, before it starts on {TODAY}."),
    ]
    lost = policy("LOST", item="BOLT")
    assert refused(lost) == [("item", "LOST would never be used: no combination looks at item.")]
    assert ", ".join(CRITERIA.values()).startswith("customer, commercial category")


def test_a_combination_that_cannot_decide_is_refused():
    """D-5.4, P-15."""
    others = [DiscountCombination(1, item=True)]

    def wrong(one: DiscountCombination) -> list[tuple[str, str]]:
        return [(error.field, error.message) for error in check_combination(one, others)]

    beside = DiscountCombination(1, customer=True, item_class=True)
    assert wrong(beside) == [
        ("priority", "Another combination has priority 1: which comes first is not decided."),
    ]
    assert wrong(DiscountCombination(2, item=True)) == [("item", "Item is there twice.")]
    assert wrong(DiscountCombination(3)) == [("customer", "A combination that looks at nothing gives nothing.")]
    assert not wrong(DiscountCombination(2, customer=True))
    assert beside.name == "customer and item class"
    assert not PolicyIndex()
    assert PolicyHit() == NO_HIT
