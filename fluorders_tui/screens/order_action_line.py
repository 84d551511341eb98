"""Actions on one line: deliveries, kits, goods free of charge, substitutes, ties, its place (D-6, D-4.8)."""

from __future__ import annotations

from collections.abc import Callable

from fluorders_tui.domain.draft_lines import move_line, replace_line
from fluorders_tui.domain.entry import choose_list
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.kits import explode_kit
from fluorders_tui.domain.line_actions import choose_policy, give_away, substitute
from fluorders_tui.domain.money import ZERO
from fluorders_tui.domain.order import OrderLine
from fluorders_tui.domain.shorthand import parse_date, parse_decimal
from fluorders_tui.domain.splitting import Delivery, Every, plan_deliveries, split_in_draft, split_line
from fluorders_tui.screens.order_action_plan import Plan, Planning, counted
from fluorders_tui.screens.order_action_text import split_step, typed_deliveries
from fluorders_tui.services.conditions import kit_components

__all__ = ["LINE_ACTIONS"]

_EVERY = {"d": Every.DAYS, "w": Every.WEEKS, "m": Every.MONTHS}


def _split(planning: Planning) -> Plan:
    """D-6.4: the parts add up exactly; they are seen before they are made."""
    index, draft = planning.one(), planning.draft
    line, checks = draft.lines[index], planning.checks
    if (equal := split_step(planning.words)) is not None:
        parts, step, unit = equal
        start = line.delivery_date or draft.delivery_date or planning.today
        deliveries = plan_deliveries(line, start, parts, step, _EVERY[unit], checks.calendar)
    else:
        deliveries = _typed(planning, line)
    made = split_line(draft, line, deliveries, planning.cards([line.item]).get(line.item), checks=checks)
    shown = [
        f"{planning.quantity(part):>14}  {planning.day(part.delivery_date):<10}  {planning.amount(part.net):>14}"
        for part in made.lines
    ]
    warned = dict.fromkeys(text for part in made.lines for text in part.warnings if text not in line.warnings)
    shown += [f"! {text}" for text in warned]
    if made.difference:
        shown.append(
            f"! Each part is rounded for itself: the net changes by {planning.amount(made.difference)} (D-6.2)."
        )
    return Plan(
        split_in_draft(draft, index, made),
        f"Line {index + 1} is now {counted(len(made.lines), 'delivery')}. Ctrl+Z takes it back.",
        f"Line {index + 1}, {line.item or line.description[:20]}: {planning.quantity(line)} in "
        f"{counted(len(made.lines), 'delivery')}",
        tuple(shown),
        cursor=index,
    )


def _typed(planning: Planning, line: OrderLine) -> tuple[Delivery, ...]:
    found: list[Delivery] = []
    left = line.quantity
    for quantity, date in typed_deliveries(planning.words):
        part = parse_decimal(quantity) if quantity else max(left, ZERO)
        left -= part
        found.append(Delivery(parse_date(date, planning.today, day_first=planning.form.day_first), part))
    return tuple(found)


def _kit(planning: Planning) -> Plan:
    """D-6.5: without prices the kit keeps its own; with them each component is sold by its own."""
    index = planning.one()
    code = planning.draft.lines[index].item
    components = kit_components(planning.session.desk, code)
    cards = planning.cards(one.item for one in components)
    made = explode_kit(
        planning.draft, index, components, planning.conditions, cards,
        commercial=planning.wants("prices"), checks=planning.checks,
    )  # fmt: skip
    done = f"{code} is exploded into {counted(len(components), 'component')}. Ctrl+Z takes it back."
    return Plan(made, done, cursor=index, cards=cards)


def _free(planning: Planning) -> Plan:
    """D-6.1, D-7 step 7."""
    index, recourse = planning.one(), planning.wants("vat")
    line = give_away(planning.draft, planning.draft.lines[index], vat_recourse=recourse)
    about = ", the customer pays its VAT" if recourse else ""
    return _replaced(planning, index, line, f"Line {index + 1} is free of charge{about}.")


def _instead(planning: Planning) -> Plan:
    """A substitute takes the line's place, with its quantity (D-6.7)."""
    index, code = planning.one(), planning.words
    if not code:
        raise Invalid("Say which item, as in /instead A-120.", field="item", rule="D-6.6", hint="F4 lists substitutes.")
    cards = planning.cards([code])
    card = cards.get(code) or next((one for one in cards.values() if one.code.casefold() == code.casefold()), None)
    if card is None:
        raise Invalid(f"There is no item {code!r}.", field="item", rule="D-6.6")
    old = planning.draft.lines[index]
    line = substitute(planning.draft, old, planning.conditions, card, checks=planning.checks)
    return _replaced(planning, index, line, f"{card.code} instead of {old.item or old.description[:30]}.")


def _settle(planning: Planning) -> Plan:
    """One of the price lists or discount policies between which no rule decides (D-4.8)."""
    index, code = planning.one(), planning.words
    line = planning.draft.lines[index]
    source = line.price_source
    named = {one.casefold(): one for one in (*source.tied, *source.policies_tied)}
    if not named:
        raise Refused(f"Nothing is undecided on line {index + 1}.", field="item", rule="D-4.8")
    chosen = named.get(code.casefold())
    if chosen is None:
        raise Invalid("Say which one.", field="item", rule="D-4.8", hint=f"They are: {', '.join(named.values())}.")
    if chosen in source.tied:
        card = planning.cards([line.item]).get(line.item)
        if card is None:
            raise Refused(f"{line.item} is no longer in the registry.", field="item", rule="D-2.5")
        settled = choose_list(planning.draft, line, chosen, planning.conditions, card, checks=planning.checks)
    else:
        settled = choose_policy(planning.draft, line, chosen, planning.conditions)
    return _replaced(planning, index, settled, f"Line {index + 1} is settled for {chosen}: {planning.worth(settled)}.")


def _move(planning: Planning) -> Plan:
    index, words = planning.one(), planning.words.casefold()
    if words in ("up", "u", "down", "d"):
        to = index + (-1 if words.startswith("u") else 1)
        if not 0 <= to < len(planning.draft.lines):
            raise Refused(f"Line {index + 1} is the {'first' if to < 0 else 'last'} one.", field="item")
    elif words.isdecimal() and len(words) < 7 and int(words):
        to = int(words) - 1
    else:
        raise Invalid("Say where to: up, down, or the place, as in /move 3.", field="item")
    moved = move_line(planning.draft, index, to)
    return Plan(moved, f"Line {index + 1} is line {to + 1} now.", cursor=to)


def _replaced(planning: Planning, index: int, line: OrderLine, done: str) -> Plan:
    told = f" {line.warnings[0]}" if line.warnings else ""
    return Plan(
        replace_line(planning.draft, index, line), done + told, warn=bool(told), cursor=index,
        cards=planning.cards([line.item]),
    )  # fmt: skip


LINE_ACTIONS: dict[str, Callable[[Planning], Plan]] = {
    "split": _split,
    "kit": _kit,
    "free": _free,
    "instead": _instead,
    "settle": _settle,
    "move": _move,
}
