"""The steps of a workflow, and how people write them, one a line (D-16.2):

    require approval by supervisor level 1
    notify inbox author
    notify email customer template confirmation with pdf
    set internal_note to 'check the address'
    escalate after 4 hours to administrator

`read_steps` and `write_steps` are each other's inverse.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from fluorders_tui.domain.errors import DeskError, Invalid, Several
from fluorders_tui.domain.permissions import Role

__all__ = [
    "CHANNELS", "RECEIVERS", "SETTABLE", "SIMPLE", "Approval", "Confirm", "Escalation", "JournalNote", "Lock", "Notice",
    "Setting", "Simple", "Step", "read_steps", "write_steps",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Approval:
    """Nobody goes on before `needed` of these people have approved (D-16.2); the author's word never counts."""

    roles: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    needed: int = 1
    level: int = 1


@dataclass(frozen=True, slots=True)
class Notice:
    """Tell somebody. `channel` is inbox, email, webhook or service; `to` says who, or which webhook or service."""

    channel: str
    to: str
    template: str = ""
    with_pdf: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """Give a field of the order a value."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Confirm:
    """Confirm the order, if nothing holds it."""


@dataclass(frozen=True, slots=True)
class Lock:
    """Lock the order until somebody authorises it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Escalation:
    """After so many working hours of the company's calendar without a decision, ask others."""

    hours: int
    role: str


@dataclass(frozen=True, slots=True)
class JournalNote:
    """Write a sentence into the order's journal."""

    text: str


@dataclass(frozen=True, slots=True)
class Simple:
    """A step without anything to say: what it does is its name (§16, order updates by themselves)."""

    name: str


Step = Approval | Notice | Setting | Confirm | Lock | Escalation | JournalNote | Simple

#: Steps of one phrase, with what they do.
SIMPLE: Mapping[str, str] = {
    "send again": "mark the confirmation to be sent again",
    "take supplier date": "take over the supplier's new date as the delivery date",
    "close rest": "close what is left of the lines by force",
    "archive": "archive the order",
}

#: Fields that a step may set, with the values they take ("" for any text).
SETTABLE: Mapping[str, str] = {
    "internal_note": "",
    "note": "",
    "carrier": "carriers",
    "shipping_method": "shipping-methods",
    "delivery_terms": "delivery-terms",
    "packing": "packings",
}

#: Who a notice can be for, beside `role NAME` and `user NAME`.
RECEIVERS = ("author", "approvers", "customer", "agent")
CHANNELS = ("inbox", "email", "webhook", "service")


# -- steps as text -----------------------------------------------------------------------------------------------


_TEXT = r"'((?:[^'\\]|\\.)*)'"
_NAMES = r"[\w.@-]+(?:\s*,\s*[\w.@-]+)*"


def _approval(match: re.Match[str]) -> Step:
    names = tuple(re.split(r"\s*,\s*", match["names"]))
    needed, count = int(match["needed"] or 1), int(match["count"] or 0)
    if match["count"] and not match["user"]:
        raise Invalid("“n of m” counts named users; for a role write how many are needed: “2 of 2”.")
    if match["user"]:
        if count and count != len(names):
            raise Invalid(f"“of {count}” doesn't fit {len(names)} users.")
        if needed > len(names):
            raise Invalid(f"{needed} can't approve where only {len(names)} may.")
        roles: tuple[str, ...] = ()
    else:
        roles, names = names, ()
        for role in roles:
            _check_role(role)
    level = int(match["level"] or 1)
    if not 1 <= level <= 9 or needed < 1:
        raise Invalid("A level is 1 to 9, and at least one has to approve.")
    return Approval(roles, names, needed, level)


def _check_role(role: str) -> str:
    if role not in set(Role):
        near = difflib.get_close_matches(role, list(Role), n=1, cutoff=0)
        raise Invalid(f"There is no role “{role}”.", hint=f"The nearest is {near[0]}.")
    return role


def _notice(match: re.Match[str]) -> Step:
    channel, to = match["channel"], match["to"]
    if channel in ("inbox", "email"):
        kind, _, name = to.partition(" ")
        if kind == "role":
            _check_role(name)
        elif kind != "user" and to not in RECEIVERS and not (channel == "email" and "@" in to):
            raise Invalid(f"“{to}” is nobody.", hint=f"Say {', '.join(RECEIVERS)}, role NAME, user NAME.")
        if channel == "inbox" and to == "customer":
            raise Invalid("A customer has no inbox.", hint="Notify them by email.")
    if channel == "inbox" and (match["template"] or match["pdf"]):
        raise Invalid("Templates and attachments are for email.")
    return Notice(channel, to, match["template"] or "", bool(match["pdf"]))


def _setting(match: re.Match[str]) -> Step:
    if match["name"] not in SETTABLE:
        near = difflib.get_close_matches(match["name"], SETTABLE, n=1, cutoff=0)
        raise Invalid(f"“{match['name']}” can't be set.", hint=f"The nearest that can is {near[0]}.")
    return Setting(match["name"], _unquoted(match["value"]))


def _escalation(match: re.Match[str]) -> Step:
    hours = int(match["hours"])
    if not 1 <= hours <= 1000:
        raise Invalid("Between 1 and 1000 working hours.")
    return Escalation(hours, _check_role(match["role"]))


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


_PHRASES: Sequence[tuple[re.Pattern[str], Callable[[re.Match[str]], Step], str]] = [
    (
        re.compile(
            rf"require approval by (?P<user>user )?(?P<names>{_NAMES})"
            r"(?: (?P<needed>\d+)(?: of (?P<count>\d+))?)?(?: level (?P<level>\d+))?"
        ),
        _approval,
        "require approval by supervisor level 1",
    ),
    (
        re.compile(
            rf"notify (?P<channel>{'|'.join(CHANNELS)}) (?P<to>(?:role |user )?[\w.@:/+-]+)"
            r"(?: template (?P<template>[\w-]+))?(?P<pdf> with pdf)?"
        ),
        _notice,
        "notify inbox author",
    ),
    (re.compile(rf"set (?P<name>\w+) to {_TEXT.replace('(', '(?P<value>', 1)}"), _setting, "set carrier to 'DHL'"),
    (re.compile(r"confirm"), lambda _: Confirm(), "confirm"),
    (
        re.compile(rf"lock because {_TEXT.replace('(', '(?P<value>', 1)}"),
        lambda match: Lock(_unquoted(match["value"])),
        "lock because 'first order'",
    ),
    (
        re.compile(r"escalate after (?P<hours>\d+) hours? to (?P<role>\w+)"),
        _escalation,
        "escalate after 4 hours to administrator",
    ),
    (
        re.compile(rf"note {_TEXT.replace('(', '(?P<value>', 1)}"),
        lambda match: JournalNote(_unquoted(match["value"])),
        "note 'looked at'",
    ),
    *((re.compile(name), lambda _, name=name: Simple(name), name) for name in SIMPLE),
]


def read_steps(text: str) -> tuple[Step, ...]:
    """Steps from text, one a line (or between semicolons outside of quotes); empty lines don't count.

    Raises `Several`, each error with its line, what was not understood, and an example of the nearest step.
    """
    steps: list[Step] = []
    errors: list[DeskError] = []
    for number, line in enumerate(_lines(text), 1):
        try:
            steps.append(_step(line))
        except Invalid as error:
            errors.append(Invalid(error.message, field=f"steps, line {number}", rule="D-16.2", hint=error.hint))
    if errors:
        raise Several(errors)
    return tuple(steps)


def _lines(text: str) -> list[str]:
    """Split at line ends and semicolons outside of quotes."""
    found, start, quoted, skip = [], 0, False, False
    for at, character in enumerate(text):
        if skip:
            skip = False
        elif character == "\\" and quoted:
            skip = True
        elif character == "'":
            quoted = not quoted
        elif character in ";\n" and not quoted:
            found.append(text[start:at])
            start = at + 1
    found.append(text[start:])
    return [one.strip() for one in found if one.strip()]


def _step(line: str) -> Step:
    for pattern, make, _ in _PHRASES:
        match = pattern.fullmatch(line)
        if match is not None:
            return make(match)
    examples = [example for _, _, example in _PHRASES]
    near = difflib.get_close_matches(line, examples, n=1, cutoff=0)
    raise Invalid(f"“{line}” is no step.", hint=f"A step looks like this: {near[0]}")


def write_steps(steps: Iterable[Step]) -> str:
    """Steps as text, one a line; `read_steps` gives the same steps back."""
    return "\n".join(_written(step) for step in steps)


def _written(step: Step) -> str:
    match step:
        case Approval(roles, users, needed, level):
            who = f"user {', '.join(users)}" if users else ", ".join(roles)
            how_many = f" {needed} of {len(users)}" if users and needed > 1 else (f" {needed}" if needed > 1 else "")
            return f"require approval by {who}{how_many} level {level}"
        case Notice(channel, to, template, with_pdf):
            return (
                f"notify {channel} {to}{f' template {template}' if template else ''}{' with pdf' if with_pdf else ''}"
            )
        case Setting(name, value):
            return f"set {name} to {_quoted(value)}"
        case Confirm():
            return "confirm"
        case Lock(reason):
            return f"lock because {_quoted(reason)}"
        case Escalation(hours, role):
            return f"escalate after {hours} hours to {role}"
        case JournalNote(text):
            return f"note {_quoted(text)}"
        case Simple(name):
            return name
