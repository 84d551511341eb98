"""What all commands share in reading a command line: global options anywhere, errors in the desk's own words."""

from __future__ import annotations

import argparse
from typing import NoReturn

from fluorders_tui.config import Settings, load
from fluorders_tui.domain.errors import Unreadable
from fluorders_tui.settings import way_out


class CommandParser(argparse.ArgumentParser):
    """An argument parser that raises `Unreadable` instead of printing and leaving."""

    def __init__(self, prog: str, description: str | None = None, *, add_help: bool = True) -> None:
        super().__init__(
            prog=prog,
            add_help=add_help,
            description=description,
            epilog="Global options (--database, --config, --profile, --user, --demo) are in fluorders --help.",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )

    def read(self, arguments: list[str]) -> argparse.Namespace:
        """The arguments as `parse_args` gives them, with options allowed between values of one list too."""
        try:
            return self.parse_intermixed_args(arguments)
        except TypeError:
            # A command with commands of its own: there each of them reads what follows it.
            return self.parse_args(arguments)

    def error(self, message: str) -> NoReturn:
        """Raise `Unreadable` with the message and how the command is used."""
        raise Unreadable(f"{message}.", hint=f"See {self.prog} --help.")


def split_global(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Take the global options out of a command line, wherever they stand; the rest starts with the command.

    Raises `Unreadable` for one without its value.
    """
    parser = CommandParser(prog="fluorders", add_help=False)
    parser.add_argument("--database", metavar="URL")
    parser.add_argument("--config", metavar="FILE")
    parser.add_argument("--profile", metavar="NAME")
    parser.add_argument("--user", metavar="NAME")
    parser.add_argument("--demo", action="store_true")
    return parser.parse_known_args(arguments)


def settings(given: argparse.Namespace) -> Settings:
    """The settings of this run, global options included. Raises `Unreadable` as `config.load` does."""
    return load(
        {"database": given.database, "user": given.user},
        config=given.config,
        profile=given.profile,
        demo=given.demo,
    )


def unknown(name: str, commands: list[str]) -> Unreadable:
    """The error for a command or option nobody knows, with the likeliest one."""
    kind = "option" if name.startswith("-") else "command"
    hint = way_out(name, commands, kind) if kind == "command" else "See fluorders --help."
    return Unreadable(f"There is no {kind} “{name}”.", hint=hint)
