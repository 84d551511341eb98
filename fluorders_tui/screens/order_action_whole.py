"""Actions on the whole order: lines of another one, a duplicate, prices and commissions again (D-4.9, D-12.8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from fluorders_tui.domain.copying import CopiedOrder, copy_lines
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.mass_changes import LineRefusal
from fluorders_tui.domain.order import OrderDraft, OrderLine
from fluorders_tui.domain.price_updates import PriceDate
from fluorders_tui.screens.order_action_plan import Plan, Planning, counted
from fluorders_tui.screens.order_action_text import line_indexes, read_duplicate
from fluorders_tui.services.offers import open_offer
from fluorders_tui.services.order_copies import Copied, duplicate
from fluorders_tui.services.orders import open_order
from fluorders_tui.services.price_update import CommissionsRenewed, PricesUpdated, renewed_draft, updated_draft

__all__ = ["ORDER_ACTIONS"]


def _copy(planning: Planning) -> Plan:
    """Lines of any earlier order or offer, marked; the clerk says once whether prices are kept (D-12.8)."""
    words = planning.words.split()
    reprice = len(words) > 1 and "reprice".startswith(words[-1].casefold())
    words = words[:-1] if reprice else words
    if not words or len(words) > 2 or (len(words) == 2 and words[0].casefold() not in ("order", "offer")):
        raise Invalid("Say which document, as in /copy 2026-00012 or /copy offer 12 reprice #1-3.", field="item",
                      rule="D-12.8")  # fmt: skip
    planning.need_customer()
    source = _document(planning, words[-1], words[0].casefold() if len(words) == 2 else "")
    indexes = line_indexes(planning.action, len(source.lines), range(len(source.lines)))
    cards = planning.cards(line.item for line in source.lines)
    conditions = planning.conditions if reprice else planning.session.conditions
    made = copy_lines(
        planning.draft, source, indexes, conditions=conditions, cards=cards, reprice=reprice, checks=planning.checks
    )
    copied = made.draft.lines[len(planning.draft.lines) :]
    if not copied:
        raise Refused(" ".join(one.message for one in made.notices) or "It has no lines.", field="item", rule="D-12.8")
    how = "prices looked up again" if reprice else "prices kept"
    return Plan(
        made.draft,
        f"{counted(len(copied), 'line')} of {source.number} copied, {how}. Ctrl+Z takes it back.",
        f"{counted(len(copied), 'line')} of {source.number}, {how}",
        (
            f"{source.name}, {planning.day(source.date)}",
            *_marked(planning, source, indexes, copied),
            "",
            *_asked(reprice),
            *_told(made),
        ),
        warn=bool(made.notices),
        cursor=len(made.draft.lines) - 1,
        cards=cards,
    )


def _document(planning: Planning, number: str, word: str) -> OrderDraft:
    """The order or offer of that number: of the kind on the screen first, unless `word` says which (P-105)."""
    desk = planning.session.desk
    known: dict[str, Callable[[], OrderDraft]] = {
        "order": lambda: open_order(desk, number).draft,
        "offer": lambda: open_offer(desk, number).draft,
    }
    if word:
        return known[word]()
    own = known.pop(planning.session.kind.word)
    try:
        return own()
    except Invalid:
        for other in known.values():
            with suppress(Invalid):
                return other()
        raise


def _marked(planning: Planning, source: OrderDraft, indexes: Sequence[int], copied: Sequence[OrderLine]) -> list[str]:
    """The lines of the source; those that are copied are marked, with the price they get."""
    coming = list(copied)
    becoming: dict[int, OrderLine] = {}
    for index in indexes:
        # What is left out is left out by its item: the next copy belongs to the next line of another item.
        old = source.lines[index]
        if coming and (coming[0].item, coming[0].description) == (old.item, old.description):
            becoming[index] = coming.pop(0)
    shown = []
    for index, old in enumerate(source.lines):
        new = becoming.get(index)
        worth = planning.price(old.price)
        if new is not None and new.price != old.price:
            worth = f"{worth} → {planning.price(new.price)}"
        text = (old.item or old.description)[:14]
        shown.append(f"{'✓' if new else ' '} {index + 1:>3}  {text:<14} {planning.quantity(old):>12}  {worth}")
    return shown


def _asked(reprice: bool) -> list[str]:
    keeping = "Without reprice the prices stay as they were." if reprice else "With reprice they are looked up again."
    return [f"{keeping} #1-3,5 takes only some lines."]


def _told(made: CopiedOrder | Copied) -> list[str]:
    return [f"! Line {one.line}: {one.text}" if one.line else f"! {one.text}" for one in made.notices]


def _duplicate(planning: Planning) -> Plan:
    """The order on the screen, or another one, as a new draft of today; for another customer too (D-12.8)."""
    session, desk = planning.session, planning.session.desk
    if session.dirty:
        raise Refused("This order is not saved yet.", field="item", rule="D-12.8",
                      hint="F10 saves it, Ctrl+K puts it on hold.")  # fmt: skip
    number, customer, reprice = read_duplicate(planning.words)
    source = open_order(desk, number).draft if number else planning.draft
    if not source.number:
        raise Refused("Say which order, as in /duplicate 2026-00012.", field="item", rule="D-12.8")
    made = duplicate(desk, source, customer=customer, reprice=reprice)
    how = "prices looked up again" if reprice else "prices kept"
    total = session.totals_of(made.draft).total
    return Plan(
        made.draft,
        f"A new order like {source.number}, {how}. F10 enters it, Ctrl+Z takes it back.",
        f"A new order like {source.number}",
        (
            f"{made.draft.name}, {counted(len(made.draft.lines), 'line')}, {how}",
            f"Total {planning.amount(total)} {made.draft.currency.code}",
            "Without number, dates, deposit and the customer's reference.",
            "",
            "With reprice the prices are looked up again." if not reprice else "Without reprice the prices stay.",
            *_told(made),
        ),
        warn=bool(made.notices),
        cursor=len(made.draft.lines) - 1,
        cards=made.cards,
        conditions=made.conditions,
    )


def _need_conditions(planning: Planning) -> None:
    """Raise `Refused` where nobody is chosen, or a prospect, who has no conditions in any registry (P-101)."""
    planning.need_customer()
    if not planning.draft.customer:
        raise Refused("A prospect has no lists, discounts or agents.", field="item", rule="P-101",
                      hint="F6 in the customer field makes them a customer.")  # fmt: skip


def _reprice(planning: Planning) -> Plan:
    """D-4.9, each line's price before and after, and what stays and why."""
    _need_conditions(planning)
    indexes, draft = planning.many(), planning.draft
    wanted = PricesUpdated(
        by=PriceDate.DELIVERY if planning.wants("delivery") else PriceDate.DOCUMENT,
        only_unexecuted=not planning.wants("executed"),
        with_manual=planning.wants("manual"),
    )
    made = updated_draft(planning.session.desk, draft, wanted)
    numbers = {index + 1 for index in indexes}
    changes = [one for one in made.changes if one.number in numbers]
    kept: list[LineRefusal] = [one for one in made.kept if one.number in numbers]
    if not changes:
        reasons = " ".join(f"Line {one.number}: {one.error}" for one in kept[:3])
        raise Refused(f"No price changes. {reasons}".strip(), field="item", rule="D-4.9")
    changed = {one.number for one in changes}
    new = replace(
        draft,
        lines=tuple(
            made.draft.lines[place] if place + 1 in changed else line for place, line in enumerate(draft.lines)
        ),
    )
    rows = []
    for one in changes:
        before, after = draft.lines[one.number - 1], new.lines[one.number - 1]
        rows.append(f"{planning.named(one.number, before)}  {planning.worth(before)} → {planning.worth(after)}")
        rows.append(f"{'':<26}{one.reason}")
    told = counted(len(changes), "price")
    return Plan(
        new,
        f"{told} changed. Ctrl+Z takes it back.",
        f"{told} will change, by {wanted.by.value}",
        (*rows, *planning.totals(new), *planning.refusals(kept)),
        warn=bool(kept),
    )


def _recalculate(planning: Planning) -> Plan:
    """D-10.2: the agents that the customer has on the order's date, and what each earns."""
    _need_conditions(planning)
    draft, session = planning.draft, planning.session
    made = renewed_draft(session.desk, draft, CommissionsRenewed(own_too=planning.wants("own")))
    if made == draft:
        raise Refused("The agents are those of the customer already.", field="item", rule="D-10.2")
    before, after = _earned(planning, draft), _earned(planning, made)
    rows = [f"{agent:<20} {before.get(agent, 'no share'):>12} → {after.get(agent, 'no share')}"
            for agent in sorted({*before, *after})]  # fmt: skip
    return Plan(made, "The commissions are recalculated. Ctrl+Z takes it back.", "Commissions", tuple(rows))


def _earned(planning: Planning, draft: OrderDraft) -> dict[str, str]:
    return {
        f"{one.agent} {one.name}"[:20]: "none" if one.amount is None else planning.amount(one.amount)
        for one in planning.session.totals_of(draft).commissions
    }


ORDER_ACTIONS: dict[str, Callable[[Planning], Plan]] = {
    "copy": _copy,
    "duplicate": _duplicate,
    "reprice": _reprice,
    "recalculate": _recalculate,
}
