"""Actions that change many lines of an order at once: dates, prices, discounts, agents, notes (D-17.4, D-3.2)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.header_text import parse_agents
from fluorders_tui.domain.mass_changes import (
    MassChange,
    move_delivery,
    set_commission,
    set_discounts,
    set_line_agents,
    set_note,
    set_price,
    take_header_discounts,
    take_list,
    vary_price,
)
from fluorders_tui.domain.order import OrderLine
from fluorders_tui.domain.price_raising import Variation
from fluorders_tui.domain.shorthand import parse_date, parse_decimal
from fluorders_tui.screens.order_action_plan import Plan, Planning
from fluorders_tui.services.conditions import known_agents, order_sources

__all__ = ["plan_change"]

Change = Callable[[Planning, list[int]], MassChange]


def plan_change(planning: Planning) -> Plan:
    """The change that was typed, on the lines it names. Raises `DeskError` when nothing can be changed by it."""
    name = planning.action.name
    change = _CHANGES[name](planning, planning.many())
    return planning.changed(change, _shown(planning, name, change))


def _shown(planning: Planning, name: str, change: MassChange) -> dict[int, str]:
    """What becomes of each line, before and after, by its number."""
    how: Callable[[OrderLine], str] | None = None
    if name == "date":
        how = lambda line: planning.day(line.delivery_date)  # noqa: E731
    elif name in ("price", "discount", "list"):
        how = planning.worth
    shown: dict[int, str] = {}
    for one in change.changed:
        before, after = one.before, one.after
        if how is not None:
            before, after = how(planning.draft.lines[one.number - 1]), how(change.draft.lines[one.number - 1])
        shown[one.number] = f"{before or 'none'} → {after or 'none'}"
    return shown


def _date(planning: Planning, indexes: list[int]) -> MassChange:
    words, checks = planning.words, planning.checks
    if words.startswith(("+", "-")) and words[1:].isdecimal() and len(words) < 8:
        return move_delivery(planning.draft, indexes, days=int(words), calendar=checks.calendar, checks=checks)
    date = parse_date(words, planning.today, day_first=planning.form.day_first)
    return move_delivery(planning.draft, indexes, to=date, checks=checks)


def _price(planning: Planning, indexes: list[int]) -> MassChange:
    words, draft, checks = planning.words, planning.draft, planning.checks
    if words.endswith("%") or words.startswith(("+", "-")):
        sign = -1 if words.startswith("-") else 1
        value: Decimal = parse_decimal(words.strip("+-% ")) * sign
        return vary_price(draft, indexes, Variation(value, not words.endswith("%")), None, checks=checks)
    return set_price(draft, indexes, parse_decimal(words), checks=checks)


def _discount(planning: Planning, indexes: list[int]) -> MassChange:
    if planning.words.casefold() == "header":
        return take_header_discounts(planning.draft, indexes)
    return set_discounts(planning.draft, indexes, planning.words, planning.session.discount_types)


def _agent(planning: Planning, indexes: list[int]) -> MassChange:
    words = planning.words
    if words.casefold() == "header":
        return set_line_agents(planning.draft, indexes, None)
    if words.casefold() == "none":
        return set_line_agents(planning.draft, indexes, ())
    if not words:
        raise Invalid(
            "Say which agents, as in /agent A01 5; A02.", field="item", rule="D-10.1", hint="Or: none, header."
        )
    return set_line_agents(planning.draft, indexes, parse_agents(words, known_agents(planning.session.desk)))


def _commission(planning: Planning, indexes: list[int]) -> MassChange:
    agent, _, percent = planning.words.partition(" ")
    percent = percent.strip().rstrip("% ").casefold()
    if not percent:
        raise Invalid("Say which agent and how much, as in /commission A01 5, or none.", field="item", rule="D-10.1")
    known = known_agents(planning.session.desk)
    code = agent if agent in known else agent.upper()
    return set_commission(planning.draft, indexes, code, None if percent == "none" else parse_decimal(percent))


def _note(planning: Planning, indexes: list[int]) -> MassChange:
    return set_note(planning.draft, indexes, planning.words)


def _list(planning: Planning, indexes: list[int]) -> MassChange:
    code = planning.words
    if not code:
        raise Invalid("Say which price list.", field="item", rule="D-4.5")
    planning.need_customer()
    conditions, cards = order_sources(planning.session.desk, planning.draft, code)
    return take_list(planning.draft, indexes, code, conditions, cards, checks=planning.checks)


_CHANGES: dict[str, Change] = {
    "date": _date,
    "price": _price,
    "discount": _discount,
    "agent": _agent,
    "commission": _commission,
    "note": _note,
    "list": _list,
}
