"""Actions typed into the item field: `/split 3 2w`, `/date +7 #1-5`, `/copy 2026-00012`; only the reading of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.folding import nearest

__all__ = [
    "ACTIONS",
    "ACTION_MARK",
    "FROM_ORDERS",
    "OF_OFFERS",
    "ActionText",
    "Known",
    "OrderAction",
    "action_help",
    "fitting_actions",
    "line_indexes",
    "read_action",
    "read_duplicate",
    "split_step",
    "typed_deliveries",
]

ACTION_MARK = "/"


@dataclass(frozen=True, slots=True)
class Known:
    """What is typed after an action's name, what the action does in a few words, and the rest of it."""

    words: str
    what: str
    more: str = ""


ACTIONS: dict[str, Known] = {
    "split": Known("3 2w  or  12@15.12; 8@+30", "a line into deliveries",
                   "3 parts every 2 weeks (d, w or m), or quantities with their dates"),
    "kit": Known("[prices]", "a kit into its components", "with prices each component is sold by its own"),
    "copy": Known("NUMBER [reprice] [#1-3]", "lines of any order or offer", "with reprice prices are looked up again"),
    "date": Known("15.12  or  +7  [#1-5]", "delivery date of lines", "+7 moves each by a week"),
    "price": Known("9,90  or  +5%  or  -0,10  [#1-5]", "prices of lines", "new, or raised by percent or amount"),
    "discount": Known("50+10  or  header  [#1-5]", "discounts of lines", "header gives them those of the header"),
    "agent": Known("A01 5; A02  or  header  or  none  [#1-5]", "agents of lines", "their own, the header's, or none"),
    "commission": Known("A01 5  or  A01 none  [#1-5]", "one agent's commission", "on their lines; none is not 0"),
    "note": Known("TEXT [#1-5]", "a note on lines"),
    "list": Known("CODE [#1-5]", "prices of one price list", "whatever else the customer is assigned"),
    "reprice": Known("[delivery] [executed] [manual] [#1-5]", "the order's prices again",
                     "by delivery date; partially executed lines too; manual prices too (D-4.9)"),
    "recalculate": Known("[own]", "agents as the customer has them", "and with own those of single lines too"),
    "settle": Known("CODE", "a tie of lists or policies", "which of them it is (D-4.8)"),
    "free": Known("[vat]", "a line free of charge", "with vat the customer pays its VAT"),
    "instead": Known("CODE", "another item in its place", "the quantity stays"),
    "move": Known("up  or  down  or  3", "a line to another place"),
    "duplicate": Known("[NUMBER] [for CUSTOMER] [reprice]", "it as a new one", "this one, or the one named"),
}  # fmt: skip

FROM_ORDERS: dict[str, Known] = {
    "offer": Known("[TYPE]", "an offer with these lines", "at their prices, unconfirmed and undated"),
}
"""What is done to orders only."""

OF_OFFERS: dict[str, Known] = {
    "confirm": Known("[24.11]", "the customer confirmed it", "today, or on the day typed"),
    "withdraw": Known("[COMMENT]", "its confirmation is taken back", "to change it"),
    "lose": Known("REASON [WORDS]", "it is lost", "a reason of the table, or any words"),
    "reopen": Known("[COMMENT]", "a lost one is taken up again"),
    "extend": Known("+30  or  31.12", "it is valid for longer", "an expired one is open again"),
    "version": Known("", "a new version of it", "the old one is read-only from then on"),
    "versions": Known("", "its versions side by side", "and what each changed"),
    "convert": Known("", "orders from it", "its lines, what is left of them, and the orders that would come"),
    "story": Known("", "what happened to it", "and what became of it"),
}
"""What is done to offers only."""

#: Lines stand apart, before the words or after them: the `#` of an amount, as in `/discount 5#`, names none.
_LINES = re.compile(r"(?:^|\s)#([0-9,\-\s]*)$")
_LINES_FIRST = re.compile(r"^#([0-9][0-9,\-]*)\s+(?=\S)")


@dataclass(frozen=True, slots=True)
class OrderAction:
    """A typed action: its name, its words, and the lines it names (from 1), None where it names none."""

    name: str
    words: str
    lines: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class ActionText:
    """What choosing a hit puts into the field; more may be typed after it before Enter does the action."""

    text: str


def action_help(known: Mapping[str, Known] = ACTIONS) -> list[str]:
    """Two lines an action, for the help."""
    return [
        f"  {ACTION_MARK}{name} {one.words}\n      {one.what}{f': {one.more}' if one.more else ''}"
        for name, one in known.items()
    ]


def fitting_actions(typed: str, known: Mapping[str, Known] = ACTIONS) -> list[str]:
    """The actions that a name or its beginning means, the exact one alone."""
    wanted = typed.casefold()
    return [wanted] if wanted in known else [name for name in known if name.startswith(wanted)]


def read_action(text: str, known: Mapping[str, Known] = ACTIONS) -> OrderAction:
    """The action that `text` (with its mark) means; a unique beginning of the name is enough.

    Raises `Invalid` with the nearest name, or for lines that can't be read.
    """
    typed, _, words = text.strip().removeprefix(ACTION_MARK).strip().partition(" ")
    fitting = fitting_actions(typed, known)
    if not typed or len(fitting) != 1:
        near = nearest(typed.casefold(), known) if typed and not fitting else ", ".join(fitting or known)
        hint = f"Did you mean {near}?" if near else f"There are: {', '.join(known)}."
        raise Invalid(f"There is no action {typed!r}.", field="item", hint=hint)
    words = words.strip()
    lines: tuple[int, ...] | None = None
    if found := _LINES_FIRST.match(words):
        lines, words = _numbers(found[1]), words[found.end() :]
    elif found := _LINES.search(words):
        lines, words = _numbers(found[1]), words[: found.start()].strip()
    return OrderAction(fitting[0], words, lines)


def _numbers(text: str) -> tuple[int, ...]:
    numbers: list[int] = []
    for part in text.replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()) or len(part) > 12:
            raise Invalid(f"#{text} names no lines.", field="item", hint="Lines are named like #1-5,8.")
        numbers += range(int(first), min(int(last or first), int(first) + 10_000) + 1)
    return tuple(dict.fromkeys(numbers))


def read_duplicate(words: str) -> tuple[str, str, bool]:
    """`2026-00012 for C0002 reprice` as number, whom it is for, and whether prices are looked up again.

    Everything may be left out; whom it is for may have several words. Raises `Invalid`.
    """
    parts = words.split()
    reprice = bool(parts) and len(parts[-1]) > 2 and "reprice".startswith(parts[-1].casefold())
    parts = parts[:-1] if reprice else parts
    who = ""
    at = next((place for place, part in enumerate(parts) if part.casefold() == "for"), None)
    if at is not None:
        parts, who = parts[:at], " ".join(parts[at + 1 :])
    if len(parts) > 1 or (at is not None and not who):
        raise Invalid("It is typed as /duplicate 2026-00012 for C0002 reprice.", field="item", rule="D-12.8")
    return (parts[0] if parts else ""), who, reprice


def line_indexes(action: OrderAction, count: int, usual: Iterable[int]) -> list[int]:
    """The lines an action concerns, from 0: those it names, else the `usual` ones. Raises `Invalid`."""
    if action.lines is None:
        return list(usual)
    for number in action.lines:
        if not 1 <= number <= count:
            raise Invalid(f"There is no line {number}.", field="item")
    return [number - 1 for number in action.lines]


def split_step(words: str) -> tuple[int, int, str] | None:
    """`3 2w` as parts, step and unit (`d`, `w`, `m`; weeks when left out); None for another notation."""
    found = re.fullmatch(r"(\d{1,3})(?:\s+(?:every\s+)?(\d{1,3})\s*([dwm])?)?", words.casefold())
    if not found:
        return None
    return int(found[1]), int(found[2] or 1), found[3] or "w"


def typed_deliveries(words: str) -> list[tuple[str, str]]:
    """`12@15.12; 8@+30` as quantity and date of each part, as typed; the last quantity may be left out: the rest.

    Raises `Invalid` for another notation.
    """
    parts = [part.partition("@") for part in re.split(r"[;\s]+", words) if part]
    if not parts or any(not at or not date for _, at, date in parts) or any(not one[0] for one in parts[:-1]):
        raise Invalid(
            f"{words!r} names no deliveries." if words else "Say into which deliveries.",
            field="item",
            rule="D-6.4",
            hint="Type 3 2w, or 12@15.12; 8@+30.",
        )
    return [(quantity, date) for quantity, _, date in parts]
