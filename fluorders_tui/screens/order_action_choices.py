"""What can be typed next while an action is typed: the actions themselves, then what they work with."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from fluorders_tui.domain.folding import fold
from fluorders_tui.domain.locales import format_date, format_decimal
from fluorders_tui.domain.order import OrderLine
from fluorders_tui.domain.order_listing import OrderFilter, OrderRow
from fluorders_tui.screens.order_action_plan import Planning
from fluorders_tui.screens.order_action_text import ACTION_MARK, ActionText, fitting_actions
from fluorders_tui.services.offer_list import OfferFilter, each_offer, find_offers
from fluorders_tui.services.offer_steps import reasons_for_losing
from fluorders_tui.services.order_list import each_order
from fluorders_tui.services.order_list import find as find_orders
from fluorders_tui.services.registries import find, find_items
from fluorders_tui.widgets.choices import Choice

__all__ = ["action_choices"]

LIMIT = 20


def action_choices(planning: Planning, text: str) -> list[Choice]:
    """Hits for the action typed so far; runs in a thread. Nothing once lines are named."""
    typed, blank, words = text.lstrip().removeprefix(ACTION_MARK).partition(" ")
    actions = planning.session.kind.actions
    fitting = fitting_actions(typed, actions) if typed else list(actions)
    if not blank:
        return [Choice(one, actions[one].what, "", ActionText(f"{ACTION_MARK}{one} ")) for one in fitting]
    known = _KNOWN.get(fitting[0]) if len(fitting) == 1 else None
    if known is None or "#" in words:
        return []
    # Of several agents only the last is still being typed.
    before, semicolon, last = words.rpartition(";")
    head = f"{ACTION_MARK}{fitting[0]} {before}{semicolon}{' ' if semicolon else ''}"
    last = last.strip()
    if " " in last:
        return []
    return [
        Choice(code, what, extra, ActionText(f"{head}{code} "))
        for code, what, extra in known(planning, last)
        if code != last
    ]


Hits = Iterable[tuple[str, str, str]]


def _orders(planning: Planning, text: str) -> Hits:
    """The customer's latest orders, or those that a text means."""
    desk, customer = planning.session.desk, planning.draft.customer
    rows = find_orders(desk, text, LIMIT) if text else each_order(desk, OrderFilter(customer=customer), limit=LIMIT)
    return [(row.number, _order(planning, row), f"{format_decimal(row.total, planning.form, 2)}") for row in rows]


def _offers(planning: Planning, text: str) -> Hits:
    """The customer's latest offers, or those that a text means."""
    desk, customer = planning.session.desk, planning.draft.customer
    rows = find_offers(desk, text, LIMIT) if text else each_offer(desk, OfferFilter(customer=customer), limit=LIMIT)
    return [
        (
            row.number,
            f"{format_date(row.date, planning.form)} {row.customer_name}",
            format_decimal(row.total, planning.form, 2),
        )
        for row in rows
    ]


def _documents(planning: Planning, text: str) -> Hits:
    """Whatever lines can be copied from, documents of the same kind first (D-12.8)."""
    first, second = (_orders, _offers) if planning.session.terms is None else (_offers, _orders)
    return [*first(planning, text), *second(planning, text)][:LIMIT]


def _own(planning: Planning, text: str) -> Hits:
    return _orders(planning, text) if planning.session.terms is None else _offers(planning, text)


def _order(planning: Planning, row: OrderRow) -> str:
    return f"{format_date(row.date, planning.form)} {row.customer_name}"


def _items(planning: Planning, text: str) -> Hits:
    """The substitutes of the line's item, and once something is typed any item that it means."""
    line = _line(planning)
    card = planning.cards([line.item]).get(line.item) if line is not None and line.item else None
    wanted = fold(text)
    for one in card.substitutes if card is not None else ():
        if wanted in fold(one.code) or wanted in fold(one.description):
            yield one.code, f"substitute: {one.description}", f"free {planning.number(one.free)}" if one.free else ""
    if text:
        for found in find_items(planning.session.desk, text, planning.draft.customer, LIMIT):
            yield found.code, found.name, ""


def _undecided(planning: Planning, text: str) -> Hits:
    """The price lists and discount policies that tie on the line (D-4.8)."""
    line = _line(planning)
    if line is None:
        return []
    source = line.price_source
    lists = [(code, "price list", "") for code in source.tied]
    policies = [(code, "discount policy", "") for code in source.policies_tied]
    return [one for one in (*lists, *policies) if one[0].casefold().startswith(text.casefold())]


def _line(planning: Planning) -> OrderLine | None:
    lines = planning.draft.lines
    return lines[planning.place] if 0 <= planning.place < len(lines) else None


def _coded(registry: str) -> Callable[[Planning, str], Hits]:
    def known(planning: Planning, text: str) -> Hits:
        return [(one.code, one.name, "") for one in find(planning.session.desk, registry, text, LIMIT)]

    return known


def _words(*known: tuple[str, str]) -> Callable[[Planning, str], Hits]:
    def fitting(_: Planning, text: str) -> Hits:
        return [(word, what, "") for word, what in known if word.startswith(text.casefold())]

    return fitting


def _reasons(planning: Planning, text: str) -> Hits:
    """Why offers are lost (P-104)."""
    known = reasons_for_losing(planning.session.desk)
    return [(code, name, "") for code, name in known.items() if fold(text) in fold(code) or fold(text) in fold(name)]


_KNOWN: dict[str, Callable[[Planning, str], Hits]] = {
    "copy": _documents,
    "duplicate": _own,
    "lose": _reasons,
    "offer": _coded("offer-types"),
    "instead": _items,
    "settle": _undecided,
    "list": _coded("price-list-types"),
    "agent": _coded("agents"),
    "commission": _coded("agents"),
    "kit": _words(("prices", "each component is sold by its own price")),
    "free": _words(("vat", "the customer pays the VAT of the goods")),
    "recalculate": _words(("own", "the agents of single lines too")),
    "move": _words(("up", "one line up"), ("down", "one line down")),
    "reprice": _words(
        ("delivery", "by each line's delivery date"),
        ("executed", "partially executed lines too"),
        ("manual", "prices typed by hand too"),
    ),
}
