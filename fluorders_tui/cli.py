"""The command `fluorders`: finds the command asked for, hands over to its file in `shell/`, shows what went wrong.

Only what every run needs is imported at the top, so that `--version` and `--help` answer at once; each command
pays for its own imports.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from fluorders_tui import __version__
from fluorders_tui.domain.errors import DeskError, Unreadable

if TYPE_CHECKING:
    from argparse import Namespace
    from types import ModuleType

INTERNAL_ERROR = 70
"""Exit code of a fault in the program itself (EX_SOFTWARE)."""

INTERRUPTED = 130
BROKEN_PIPE = 141


class Command(NamedTuple):
    """A command of the shell: its file in `fluorders_tui.shell` and its line in the help."""

    module: str
    summary: str


COMMANDS: dict[str, Command] = {
    "init": Command("init", "create or migrate the database and fill its tables for a country"),
    "demo": Command("demo", "fill a new database with plausible data"),
    "status": Command("status", "tell one order's story"),
    "orders": Command("orders", "list orders"),
    "lines": Command("lines", "list the lines of all orders"),
    "order": Command("order", "enter, show, confirm, cancel, reopen, force, unforce or archive orders"),
    "deliver": Command("deliver", "deliver orders: all that is open, or single lines"),
    "deliveries": Command("deliveries", "list deliveries"),
    "delivery": Command("delivery", "show deliveries, or undo them"),
    "availability": Command("availability", "say what of an item is free, and when"),
    "approvals": Command("approvals", "list the orders that wait for an approval or a release"),
    "approve": Command("approve", "approve or release orders, one or many"),
    "reject": Command("reject", "send orders back to their clerks, with a reason"),
    "offers": Command("offers", "list offers"),
    "offer": Command("offer", "enter, show, confirm, lose, duplicate or convert offers"),
    "supplier-orders": Command("supplier_orders", "list supplier orders"),
    "supplier-order": Command("supplier_order", "enter, show, confirm, receive, cancel or convert supplier orders"),
    "supply-proposals": Command("supply_proposals", "say what to order from whom for customers, and order it"),
    "supply-exceptions": Command("supply_exceptions", "list customer lines that suppliers let down, and decide"),
    "update-prices": Command("update_prices", "price orders again, by document or delivery date"),
    "recalculate-commissions": Command("recalculate_commissions", "renew the agents and commissions of orders"),
    "undo-change": Command("undo_change", "take a change of many orders back"),
    "print": Command("print_", "print documents as PDF, or show them as text"),
    "import": Command("import_", "read a table from CSV, XLSX or JSON"),
    "export": Command("export", "write a table as CSV, JSON, XLSX or text"),
    "user": Command("user", "add people, list them, and say what they may do: user add, user list, user role"),
    "numbering": Command("numbering", "show the next numbers of a numbering"),
    "price-list": Command("price_list", "copy, raise, open and close price lists"),
    "check": Command("check", "say what is wrong here and how to mend it"),
    "backup": Command("backup", "copy the database into a file"),
    "restore": Command("restore", "put a backup in place of the database"),
    "locate": Command("locate", "say where configuration, database and log are"),
}

USAGE = """\
usage: fluorders [--demo] [OPTIONS]            open the desk
       fluorders COMMAND [OPTIONS] …           do one thing and return

commands:
{commands}

options, before or after the command:
  --database URL    sqlite:///FILE or postgresql://USER@HOST/NAME
  --config FILE     configuration file
  --profile NAME    a [profiles.NAME] of the configuration
  --user NAME       who works here, instead of the operating system's user
  --demo            work on demo data, apart from any real database
  --version         show the version and return
  -h, --help        show this help, or that of the command

Results go to standard output, everything else to standard error. Exit codes: 0 done, 1 refused by a rule of the
trade, 2 wrong usage or unreadable input, 3 not allowed, 4 conflict, 5 database unreachable or of another version.
"""


def main(argv: list[str] | None = None) -> int:
    """Run `fluorders` with `argv` (the process's own arguments when None) and return the exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    try:
        code = _run(arguments)
        sys.stdout.flush()
        return code
    except DeskError as error:
        return _refuse(error)
    except BrokenPipeError:
        # The reader has gone (`fluorders orders | head`); nothing is left to say, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        return _fault(error)


def _run(arguments: list[str]) -> int:
    if arguments and arguments[0] in ("--version", "-V"):
        sys.stdout.write(f"fluorders {__version__}\n")
        return 0
    if not arguments or arguments[0] not in ("--help", "-h"):
        return _dispatch(arguments)
    width = max(len(name) for name in COMMANDS)
    lines = (f"  {name:{width}}  {command.summary}" for name, command in COMMANDS.items())
    sys.stdout.write(USAGE.format(commands="\n".join(lines)))
    return 0


def _dispatch(arguments: list[str]) -> int:
    from fluorders_tui.shell import usage

    given, rest = usage.split_global(arguments)
    if not rest:
        return _open_desk(given)
    name = rest[0]
    if name in ("--version", "-V", "--help", "-h"):
        return _run([name])
    if name not in COMMANDS:
        raise usage.unknown(name, list(COMMANDS))
    module = _command_module(COMMANDS[name])
    parser = usage.CommandParser(prog=f"fluorders {name}", description=module.__doc__)
    module.register(parser)
    asked = parser.read(rest[1:])
    code: int = module.run(asked, usage.settings(given))
    return code


def _command_module(command: Command) -> ModuleType:
    from importlib import import_module

    return import_module(f"fluorders_tui.shell.{command.module}")


def _open_desk(given: Namespace) -> int:
    from fluorders_tui.shell import usage

    settings = usage.settings(given)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Unreadable("The desk needs a terminal.", hint="See fluorders --help for what works without one.")
    from fluorders_tui.app import run_desk
    from fluorders_tui.shell.opening import open_desk

    return run_desk(settings, open_desk)


def _refuse(error: DeskError) -> int:
    from fluorders_tui.addresses import shown_url

    _say(shown_url(str(error)))
    return error.exit_code


def _fault(error: Exception) -> int:
    import logging

    from fluorders_tui import log

    path = log.start()
    logging.getLogger("fluorders").error("unexpected fault", exc_info=error)
    where = f"Details are in {path}." if path else f"The log can't be written, so here is all: {error!r}."
    _say(f"Something unexpected happened; nothing half done was kept. {where}")
    return INTERNAL_ERROR


def _say(text: str) -> None:
    """One message on standard error, its further lines indented; silent when standard error has gone."""
    try:
        sys.stderr.write("fluorders: " + text.replace("\n", "\n  ") + "\n")
        sys.stderr.flush()
    except OSError:
        pass
