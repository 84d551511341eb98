"""The one list of what can be set, and the check of a value.

The configuration file, the environment, `config.example.toml` and `fluorders check` all follow `SETTINGS`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from fluorders_tui.addresses import normal_url
from fluorders_tui.domain.errors import Unreadable

PREFIX = "FLUORDERS_"


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that can be set.

    `key` is the name in the file, with its table before the dot. `default` None means that it is found out
    on the machine. `choices` limits a text; `least` and `most` limit a whole number.
    """

    key: str
    kind: type
    default: str | int | bool | None
    help: str
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int = 0

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return PREFIX + self.key.replace(".", "_").upper()


SETTINGS: tuple[Setting, ...] = (
    Setting("database", str, None, "where the orders are: sqlite:///FILE or postgresql://USER@HOST/NAME"),
    Setting("user", str, None, "who works here; the operating system's user when left out"),
    Setting("language", str, None, "how numbers and dates are written and which language texts are read in"),
    Setting("theme", str, "fluorders-dark", "colours of the desk: dark, light, contrast, ansi"),
    Setting("mouse", bool, True, "false leaves the mouse to the terminal, to select and copy text"),
    Setting("log_level", str, "INFO", "how much goes into the log", choices=("DEBUG", "INFO", "WARNING", "ERROR")),
    Setting("templates", str, None, "folder of your own templates for printed papers"),
    Setting("print_command", str, "lp", "what prints a PDF that it gets on its standard input"),
    Setting(
        "lookups.debounce",
        int,
        20,
        "milliseconds without a key before a lookup asks the database",
        least=0,
        most=2000,
    ),
    Setting("lookups.rows", int, 20, "rows a lookup shows at most", least=5, most=200),
)
BY_KEY: dict[str, Setting] = {setting.key: setting for setting in SETTINGS}
FREE_TABLES = ("keys",)


def from_text(setting: Setting, text: str) -> str | int | bool:
    """A value as the environment gives it. Raises `Unreadable` naming the variable."""
    where = setting.variable
    if setting.kind is bool:
        word = text.strip().lower()
        if word not in ("1", "0", "true", "false", "yes", "no", "on", "off"):
            raise Unreadable(f"“{text}” is neither true nor false.", field=where)
        return word in ("1", "true", "yes", "on")
    if setting.kind is int:
        try:
            return checked(setting, int(text), where)
        except ValueError:
            raise Unreadable(f"“{text}” is not a whole number.", field=where) from None
    return checked(setting, text, where)


_KINDS = {str: "a text", int: "a whole number", bool: "true or false"}


def checked(setting: Setting, value: Any, where: str) -> str | int | bool:
    """The value if it is one that `setting` takes. Raises `Unreadable` naming `where` and what would be right."""
    right_kind = type(value) is setting.kind  # exactly: true is a whole number to isinstance
    if not right_kind:
        raise Unreadable(f"{value!r} is not {_KINDS[setting.kind]}.", field=where)
    if setting.choices and value not in setting.choices:
        raise Unreadable(f"“{value}” is not one of {', '.join(setting.choices)}.", field=where)
    if setting.kind is int and not setting.least <= value <= setting.most:
        raise Unreadable(f"{value} is not between {setting.least} and {setting.most}.", field=where)
    if setting.key == "language" and value and not re.fullmatch(r"[a-z]{2,3}([_-][A-Z]{2})?", value):
        raise Unreadable(f"“{value}” is not a language such as it_IT or de.", field=where)
    if setting.key == "database" and value:
        normal_url(value)
    if setting.key == "user" and len(value) > 64:
        raise Unreadable("A user's name has at most 64 characters.", field=where)
    good: str | int | bool = value.replace("-", "_") if setting.key == "language" else value
    return good


def way_out(name: str, names: Collection[str], kind: str) -> str:
    """The hint for a wrong name: the likeliest of `names`, or all of them when none is near and they are few."""
    from fluorders_tui.domain.folding import nearest

    if close := nearest(name, names):
        return f"Did you mean {close}?"
    if names and len(names) <= 30:
        return f"Known: {', '.join(names)}."
    return f"There is no {kind} with a similar name."
