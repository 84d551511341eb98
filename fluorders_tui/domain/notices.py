"""Warnings: what the clerk should see, without being stopped. Each one names its rule.

A line and the header keep their warnings as text that ends with the rule in brackets, the way an
error prints itself, so that a saved draft shows them again unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_RULE_AT_END = re.compile(r"(?s)(.*) \((D-[0-9]+(?:\.[0-9]+b?)?)\)\Z")


@dataclass(frozen=True, slots=True)
class Notice:
    """One warning. `line` counts from 1, as on screen; 0 is the header."""

    rule: str
    message: str
    line: int = 0

    @property
    def text(self) -> str:
        """`message (rule)`, as kept in `OrderLine.warnings` and `OrderDraft.warnings`."""
        return f"{self.message} ({self.rule})"


def notice_from(text: str, line: int = 0) -> Notice:
    """The notice whose `text` this is; text without a rule gives an empty rule."""
    found = _RULE_AT_END.match(text)
    return Notice(found[2], found[1], line) if found else Notice("", text, line)


def texts(notices: Iterable[Notice]) -> tuple[str, ...]:
    """Each notice as text, in order, none twice."""
    return tuple(dict.fromkeys(notice.text for notice in notices))


def without_rules(warnings: Iterable[str], *sections: str) -> tuple[str, ...]:
    """`warnings` less those whose rule starts with one of `sections`, for example `D-4.`."""
    return tuple(text for text in warnings if not notice_from(text).rule.startswith(sections))
