"""Discount policies: which discounts a customer and an item earn by agreement or by what they are (D-5.4).

A policy sets some of five criteria; a combination says at which of them to look, and in which turn.
A policy belongs to the one combination that looks at exactly the criteria it sets. The first
combination with a policy that matches and is valid supplies all discounts. Where the rule is silent:

- Of several valid policies in that combination the one that started last counts, as with dated
  price lists (D-4.1); one without a start is the oldest.
- Those that started on the same day are a tie, unless they give the same (D-4.8): the first by code
  stands in, and the line says that nobody decided.
- A policy of a combination that is not in the table is never used; `check_policy` refuses it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from fluorders_tui.domain.errors import DeskError, Invalid, Refused
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


def check_policy(policy: DiscountPolicy, combinations: Sequence[DiscountCombination]) -> list[DeskError]:
    """What is wrong with a policy beside the table of combinations when it is saved (D-5.4, P-15), by its fields.

    Two policies with the same criteria and start are no error: where both are valid the tie is shown (D-4.8).
    """
    errors: list[DeskError] = []
    code = policy.code
    if not any(policy.looks):
        hint = f"Set one of {', '.join(CRITERIA.values())}."
        message = f"{code} matches nothing: it has no criterion."
        errors.append(Invalid(message, field=next(iter(CRITERIA)), rule="D-5.4", hint=hint))
    elif policy.looks not in {one.looks for one in combinations}:
        field = next(name for name, used in zip(CRITERIA, policy.looks, strict=True) if used)
        message = f"{code} would never be used: no combination looks at {_named(policy.looks)}."
        errors.append(
            Refused(message, field=field, rule="D-5.4", hint="Add that combination under Discount combinations first.")
        )
    if not policy.discounts:
        errors.append(Invalid(f"{code} gives no discount.", field="discounts", rule="D-5.4"))
    if policy.valid_from and policy.valid_to and policy.valid_to < policy.valid_from:
        message = f"{code} ends on {policy.valid_to}, before it starts on {policy.valid_from}."
        errors.append(Invalid(message, field="valid_to", rule="D-5.4"))
    return errors


def check_combination(combination: DiscountCombination, others: Sequence[DiscountCombination]) -> list[DeskError]:
    """What is wrong with a combination beside the `others` when it is saved (D-5.4, P-15), by its fields."""
    errors: list[DeskError] = []
    if not any(combination.looks):
        hint = "Mark at least one criterion."
        message = "A combination that looks at nothing gives nothing."
        errors.append(Invalid(message, field=next(iter(CRITERIA)), rule="D-5.4", hint=hint))
    elif any(one.looks == combination.looks for one in others):
        field = next(name for name, used in zip(CRITERIA, combination.looks, strict=True) if used)
        errors.append(Invalid(f"{combination.name.capitalize()} is there twice.", field=field, rule="D-5.4"))
    if any(one.priority == combination.priority for one in others):
        message = f"Another combination has priority {combination.priority}: which comes first is not decided."
        errors.append(Invalid(message, field="priority", rule="D-5.4"))
    return errors


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
