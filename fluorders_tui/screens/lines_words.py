"""What is typed to change many lines, as the change it means (D-17.4)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.line_listing import LATE_LINES, LineFilter
from fluorders_tui.domain.order import LineStatus, PriceOrigin
from fluorders_tui.domain.shorthand import parse_date, parse_decimal
from fluorders_tui.screens.status_words import LINE_STATUS
from fluorders_tui.services.line_changes import (
    DeliveryMoved,
    DiscountsSet,
    Forced,
    LineAgentSet,
    ListTaken,
    NoteSet,
    PriceSet,
    PriceVaried,
    QuantitySet,
)
from fluorders_tui.services.mass_changes import Change
from fluorders_tui.services.price_update import CommissionsRenewed, PriceDate, PricesUpdated

__all__ = ["KINDS", "SHOWN", "Kind", "change_typed"]

_DAYS = re.compile(r"[+-]\s*\d{1,5}")


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that can be done to lines: what it is, what is typed for it, and what that means."""

    about: str
    typed: str
    read: Callable[[str, dt.date, bool], Change]


SHOWN: Mapping[str, tuple[LineFilter, str]] = {
    "open": (LineFilter(open_only=True), "something is still to be delivered"),
    "late": (LATE_LINES, "open, and the line's delivery date is past"),
    "all": (LineFilter(), "every line of every order"),
    "manual": (
        LineFilter(open_only=True, origins=(PriceOrigin.MANUAL, PriceOrigin.DOCUMENT)),
        "open, with a price that was typed or agreed",
    ),
    "unpriced": (LineFilter(open_only=True, origins=(PriceOrigin.NONE,)), "open, and no price was found"),
    **{
        look.word: (LineFilter(line_statuses=(status,)), "" if look.word == status.value else status.value)
        for status, look in LINE_STATUS.items()
        if status is not LineStatus.INSERTED
    },
    "inserted": (LineFilter(line_statuses=(LineStatus.INSERTED,)), "not confirmed yet"),
}
"""What can be shown, by the word that is typed for it."""


def _delivery(text: str, today: dt.date, day_first: bool) -> Change:
    if _DAYS.fullmatch(text):
        return DeliveryMoved(days=int(text.replace(" ", "")))
    return DeliveryMoved(to=parse_date(text, today, day_first=day_first))


def _price(text: str, today: dt.date, day_first: bool) -> Change:
    number = text.removesuffix("%").strip()
    if text.endswith("%"):
        return PriceVaried(parse_decimal(number.removeprefix("+")))
    if text.startswith(("+", "-")):
        return PriceVaried(parse_decimal(number.removeprefix("+")), is_amount=True)
    return PriceSet(parse_decimal(text))


def _note(text: str, today: dt.date, day_first: bool) -> Change:
    return NoteSet(text[1:].strip(), append=True) if text.startswith("+") else NoteSet(text)


def _agent(text: str, today: dt.date, day_first: bool) -> Change:
    code, _, percent = text.partition(" ")
    percent = percent.strip().removesuffix("%").strip()
    return LineAgentSet(code, parse_decimal(percent) if percent else None)


def _words(text: str, known: tuple[str, ...]) -> set[str]:
    found = set(text.casefold().replace(",", " ").split())
    wrong = sorted(found.difference(known))
    if wrong:
        raise Invalid(f"“{wrong[0]}” is no option.", field="value", hint=f"They are: {', '.join(known)}.")
    return found


def _prices(text: str, today: dt.date, day_first: bool) -> Change:
    options = _words(text, ("document", "delivery", "partial", "manual"))
    by = PriceDate.DELIVERY if "delivery" in options else PriceDate.DOCUMENT
    return PricesUpdated(by, only_unexecuted="partial" not in options, with_manual="manual" in options)


def _commissions(text: str, today: dt.date, day_first: bool) -> Change:
    return CommissionsRenewed(own_too="lines" in _words(text, ("lines",)))


KINDS: Mapping[str, Kind] = {
    "delivery": Kind("move the delivery", "a date, or +7 / -3 days", _delivery),
    "prices": Kind("update prices from the lists", "document or delivery (date); partial; manual", _prices),
    "price": Kind("another price", "12.50, or +5% / -3%, or +0.50 / -0.50", _price),
    "discount": Kind(
        "other discounts", "as on a line: 50+10; empty takes all away", lambda text, *_: DiscountsSet(text)
    ),
    "quantity": Kind(
        "another quantity", "the quantity, in each line's unit", lambda text, *_: QuantitySet(parse_decimal(text))
    ),
    "list": Kind("prices of one list", "the type of the price list", lambda text, *_: ListTaken(text)),
    "note": Kind("another note", "the note; +text adds a line to it", _note),
    "agent": Kind("another agent", "code and percent: AG1 5; empty: as in the header", _agent),
    "close": Kind("close what is left by force", "the reason", lambda text, *_: Forced(text)),
    "commissions": Kind("agents and commissions as the customer has them", "lines: those of lines too", _commissions),
}
"""What can be done, by the word that is typed for it."""

_NEEDS_VALUE = frozenset({"delivery", "price", "quantity", "list", "close"})


def change_typed(kind: str, text: str, today: dt.date, *, day_first: bool = True) -> Change:
    """The change that is meant. Raises `Invalid` for what can't be read."""
    text = text.strip()
    if not text and kind in _NEEDS_VALUE:
        raise Invalid(f"Type {KINDS[kind].typed}.", field="value")
    return KINDS[kind].read(text, today, day_first)
