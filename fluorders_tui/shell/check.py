"""Look at configuration, database, clock, disk, terminal and log: say what is wrong and how to mend it.

Returns 0 when people can work, 5 when the database can't be used.
"""

from __future__ import annotations

import locale
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING

from fluorders_tui.config import Settings
from fluorders_tui.places import config_path, log_path
from fluorders_tui.shell.result import write_json

if TYPE_CHECKING:
    from fluorders_tui.services.checkup import Finding

#: Smaller terminals show the screens cut off (U-1).
_LEAST_COLUMNS, _LEAST_ROWS = 80, 24


def register(parser: ArgumentParser) -> None:
    """Describe the arguments of `fluorders check`."""
    parser.add_argument("--full", action="store_true", help="read every page of the database, which takes a while")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="text (default), json")


def run(args: Namespace, settings: Settings) -> int:
    """Print what was found, and return the code of the first thing that is wrong."""
    from fluorders_tui.services.checkup import State

    found: list[Finding] = []
    for finding in _findings(args, settings):
        found.append(finding)
        if args.format == "text":
            _say(finding)
    if args.format == "json":
        write_json(
            [{"subject": one.subject, "state": one.state, "message": one.message, "hint": one.hint} for one in found]
        )
    wrong = [one for one in found if one.state is State.WRONG]
    if args.format == "text":
        warnings = sum(one.state is State.WARNING for one in found)
        sys.stdout.write(f"\n{len(wrong)} wrong, {warnings} to look at, {len(found)} checked.\n")
    return wrong[0].exit_code if wrong else 0


def _findings(args: Namespace, settings: Settings) -> Iterator[Finding]:
    from fluorders_tui.data.store import Store
    from fluorders_tui.services import checkup

    yield _configuration(settings)
    store = Store(settings.database)
    try:
        yield from checkup.check_database(store, full=args.full)
    finally:
        store.dispose()
    yield from _terminal()
    yield checkup.check_log(log_path())


def _configuration(settings: Settings) -> Finding:
    from fluorders_tui.services.checkup import Finding, State

    # A file with a mistake in it never comes here: reading the settings has refused it with file and key.
    given = sorted(key for key, source in settings.sources.items() if source in ("environment", "argument"))
    beside = f" Given outside it: {', '.join(given)}." if given else ""
    if settings.file is None:
        return Finding("configuration", State.OK, f"There is none at {config_path()}: the defaults hold.{beside}")
    profile = f", profile {settings.profile}" if settings.profile else ""
    return Finding("configuration", State.OK, f"{settings.file}{profile}.{beside}")


def _terminal() -> Iterator[Finding]:
    from fluorders_tui.services.checkup import Finding, State

    encoding = locale.getpreferredencoding(False)
    if encoding.lower().replace("-", "") == "utf8":
        yield Finding("language", State.OK, f"Text is {encoding}.")
    else:
        yield Finding(
            "language", State.WARNING, f"Text is {encoding}: names with other letters can't be shown.",
            "Set LANG to a UTF-8 language, for example LANG=C.UTF-8.",
        )  # fmt: skip
    if not sys.stdout.isatty():
        yield Finding("terminal", State.OK, "There is none: only the shell commands work here.")
        return
    kind, size = os.environ.get("TERM", ""), os.get_terminal_size(sys.stdout.fileno())
    shown = f"{kind or 'unknown kind'}, {size.columns}×{size.lines}"
    if kind in ("", "dumb"):
        hint = "Set TERM to what your terminal is, for example xterm-256color."
        yield Finding("terminal", State.WARNING, f"{shown}: it can't place text.", hint)
    elif size.columns < _LEAST_COLUMNS or size.lines < _LEAST_ROWS:
        hint = f"Make it at least {_LEAST_COLUMNS}×{_LEAST_ROWS}."
        yield Finding("terminal", State.WARNING, f"{shown}: it is small.", hint)
    else:
        yield Finding("terminal", State.OK, f"{shown}.")


def _say(finding: Finding) -> None:
    sys.stdout.write(f"{finding.state:<8} {finding.subject}: {finding.message}\n")
    if finding.hint:
        sys.stdout.write(f"{'':8} {finding.hint}\n")
    sys.stdout.flush()
