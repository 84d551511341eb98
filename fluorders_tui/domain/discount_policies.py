"""Discount policies: which discounts a customer and an item earn by agreement or by what they are (D-5.4).

A policy sets some of five criteria; a combination says at which of them to look, and in which turn.
A policy belongs to the one combination that looks at exactly the criteria it sets. The first
combination with a policy that matches and is valid supplies all discounts. Where the rule is silent:

- Of several valid policies in that combination the one that started last counts, as with dated
  price lists (D-4.1); one without a start is the oldest.
- Those that started on the same day are a tie, unless they give the same (D-4.8): the first by code
  stands in, and the line says that nobody decided.
- A policy of a combination that is not in the table is never used; `check_policies` names it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from fluorders_tui.domain.errors import DeskError, Invalid, Refused, Several
from fluorders_tui.domain.order import Discount, DiscountSource

if TYPE_CHECKING:
    from fluorders_tui.domain.conditions import ItemCard

#: The criteria in the order in which they are shown, by their name in code and on screen.
CRITERIA = {
    "customer": "customer",
    "category": "commercial category",
    "item_class": "item class",
    "discount_category": "discount category",
    "item": "item",
}

Values = tuple[str, str, str, str, str]
Looks = tuple[bool, bool, bool, bool, bool]


@dataclass(frozen=True, slots=True)
class DiscountPolicy:
    """One policy: discounts for all that its criteria match, from and to a day, both included (D-5.4).

    An empty criterion is not looked at. `category` is the customer's commercial category. A start or
    end of None is open.
    """

    code: str
    customer: str = ""
    category: str = ""
    item_class: str = ""
    discount_category: str = ""
    item: str = ""
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    discounts: tuple[Discount, ...] = ()

    @property
    def values(self) -> Values:
        """The criteria in the order of `CRITERIA`."""
        return (self.customer, self.category, self.item_class, self.discount_category, self.item)

    @property
    def looks(self) -> Looks:
        """Which criteria are set."""
        return _set(self.values)


@dataclass(frozen=True, slots=True)
class DiscountCombination:
    """A row of the combination table: which criteria are looked at together; lower `priority` comes first (D-5.4)."""

    priority: int
    customer: bool = False
    category: bool = False
    item_class: bool = False
    discount_category: bool = False
    item: bool = False

    @property
    def looks(self) -> Looks:
        """The flags in the order of `CRITERIA`."""
        return (self.customer, self.category, self.item_class, self.discount_category, self.item)

    @property
    def name(self) -> str:
        """`customer and item class`, as a person reads it."""
        return _named(self.looks)


@dataclass(frozen=True, slots=True)
class PolicyHit:
    """What the policies give: `discounts`, the `policy` they are from, and the codes `tied` with it (D-4.8)."""

    discounts: tuple[Discount, ...] = ()
    policy: str = ""
    tied: tuple[str, ...] = ()


NO_HIT = PolicyHit()


@dataclass(frozen=True, slots=True)
class PolicyIndex:
    """Policies by combination and criteria, so that a look-up costs one step a combination however many there are.

    Make it with `index_policies`; one index serves all customers.
    """

    policies: tuple[DiscountPolicy, ...] = ()
    combinations: tuple[DiscountCombination, ...] = ()
    steps: tuple[tuple[Looks, Mapping[Values, tuple[DiscountPolicy, ...]]], ...] = field(
        default=(), compare=False, repr=False
    )

    def __bool__(self) -> bool:
        return bool(self.steps)


NO_POLICIES = PolicyIndex()


def index_policies(policies: Iterable[DiscountPolicy], combinations: Iterable[DiscountCombination]) -> PolicyIndex:
    """The index of `policies` for `policy_discounts`; their discounts are marked as a policy's (D-5.3)."""
    given = tuple(policies)
    in_turn = tuple(sorted(combinations, key=lambda one: (one.priority, one.looks)))
    cells: dict[Looks, dict[Values, list[DiscountPolicy]]] = {}
    for policy in given:
        marked = tuple(replace(one, source=DiscountSource.POLICY) for one in policy.discounts)
        cell = cells.setdefault(policy.looks, {}).setdefault(policy.values, [])
        cell.append(replace(policy, discounts=marked))
    steps = tuple(
        (
            one.looks,
            MappingProxyType({values: tuple(sorted(cell, key=_newest_first)) for values, cell in found.items()}),
        )
        for one in in_turn
        if (found := cells.get(one.looks))
    )
    return PolicyIndex(given, in_turn, steps)


def policy_discounts(index: PolicyIndex, customer: str, category: str, card: ItemCard, date: dt.date) -> PolicyHit:
    """The discounts that the policies valid on `date` give a customer on an item (D-5.4), with ties named (D-4.8).

    `category` is the customer's commercial category. Nothing is raised: no policy gives `NO_HIT`.
    """
    values = (customer, category, card.item_class, card.discount_category, card.code)
    for looks, cells in index.steps:
        a, b, c, d, e = looks
        key = (
            values[0] if a else "",
            values[1] if b else "",
            values[2] if c else "",
            values[3] if d else "",
            values[4] if e else "",
        )
        valid = [policy for policy in cells.get(key, ()) if _valid(policy, date)]
        if valid:
            return _decided(valid)
    return NO_HIT


def check_policies(policies: Sequence[DiscountPolicy], combinations: Sequence[DiscountCombination]) -> None:
    """Refuse policies and a combination table that can't work, when they are saved (D-5.4).

    Raises `Several` with everything that is wrong, each with its place (`policies[2].valid_to`).
    Two policies with the same criteria and start but different ends are no error: where both are valid
    the tie is shown (D-4.8).
    """
    errors = [*_combination_errors(combinations), *_policy_errors(policies, combinations)]
    if errors:
        raise Several(errors)


def check_policy(policy: DiscountPolicy, combinations: Sequence[DiscountCombination]) -> list[DeskError]:
    """What is wrong with one policy beside the table of combinations (D-5.4), by its own fields."""
    return [_own(error) for error in _policy_errors([policy], combinations)]


def check_combination(combination: DiscountCombination, others: Sequence[DiscountCombination]) -> list[DeskError]:
    """What is wrong with one combination beside the `others` (D-5.4), by its own fields."""
    found = _combination_errors([*others, combination])
    return [_own(error) for error in found if error.field.startswith(f"combinations[{len(others) + 1}]")]


def _own(error: DeskError) -> DeskError:
    return type(error)(error.message, field=error.field.partition("].")[2], rule=error.rule, hint=error.hint)


def _set(values: Values) -> Looks:
    a, b, c, d, e = values
    return (a != "", b != "", c != "", d != "", e != "")


def _named(looks: Looks) -> str:
    names = [name for name, used in zip(CRITERIA.values(), looks, strict=True) if used]
    return " and ".join(([", ".join(names[:-1])] if names[1:] else []) + names[-1:])


def _newest_first(policy: DiscountPolicy) -> tuple[int, str]:
    return (-policy.valid_from.toordinal() if policy.valid_from else 0, policy.code)


def _valid(policy: DiscountPolicy, date: dt.date) -> bool:
    return (policy.valid_from is None or policy.valid_from <= date) and (
        policy.valid_to is None or date <= policy.valid_to
    )


def _decided(valid: list[DiscountPolicy]) -> PolicyHit:
    """The policy that started last among those of one cell, which come newest first and then by code."""
    first = valid[0]
    rivals = [one for one in valid if one.valid_from == first.valid_from]
    if all(one.discounts == first.discounts for one in rivals):
        return PolicyHit(first.discounts, first.code)
    return PolicyHit(first.discounts, first.code, tuple(one.code for one in rivals))


def _combination_errors(combinations: Sequence[DiscountCombination]) -> Iterator[DeskError]:
    priorities: set[int] = set()
    looked: set[Looks] = set()
    for number, one in enumerate(combinations, 1):
        place = f"combinations[{number}]"
        if not any(one.looks):
            hint = "Mark at least one criterion."
            yield Invalid("A combination that looks at nothing gives nothing.", field=place, rule="D-5.4", hint=hint)
        elif one.looks in looked:
            yield Invalid(f"{one.name.capitalize()} is there twice.", field=place, rule="D-5.4")
        if one.priority in priorities:
            message = f"Another combination has priority {one.priority}: which comes first is not decided."
            yield Invalid(message, field=f"{place}.priority", rule="D-5.4")
        looked.add(one.looks)
        priorities.add(one.priority)


def _policy_errors(
    policies: Sequence[DiscountPolicy], combinations: Sequence[DiscountCombination]
) -> Iterator[DeskError]:
    looked = {one.looks for one in combinations}
    codes: set[str] = set()
    spans: dict[tuple[Values, dt.date | None, dt.date | None], str] = {}
    for number, policy in enumerate(policies, 1):
        place = f"policies[{number}]"
        code = policy.code or f"Row {number}"
        if not policy.code.strip():
            yield Invalid("A policy needs a code.", field=f"{place}.code", rule="D-5.4")
        elif policy.code in codes:
            yield Invalid(f"{code} is there twice.", field=f"{place}.code", rule="D-5.4")
        codes.add(policy.code)
        if not any(policy.looks):
            names = ", ".join(CRITERIA.values())
            yield Invalid(
                f"{code} matches nothing: it has no criterion.", field=place, rule="D-5.4", hint=f"Set one of {names}."
            )
        elif policy.looks not in looked:
            yield Refused(
                f"{code} would never be used: no combination looks at {_named(policy.looks)}.",
                field=place,
                rule="D-5.4",
                hint="Add that combination to the table first.",
            )
        if not policy.discounts:
            yield Invalid(f"{code} gives no discount.", field=f"{place}.discounts", rule="D-5.4")
        if policy.valid_from and policy.valid_to and policy.valid_to < policy.valid_from:
            yield Invalid(
                f"{code} ends on {policy.valid_to}, before it starts on {policy.valid_from}.",
                field=f"{place}.valid_to",
                rule="D-5.4",
            )
        span = (policy.values, policy.valid_from, policy.valid_to)
        if any(policy.looks) and span in spans:
            yield Invalid(f"{code} has the criteria and dates of {spans[span]}.", field=place, rule="D-5.4")
        spans.setdefault(span, code)
