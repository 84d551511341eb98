"""Put a backup in place of the database. The database as it is now stays in a file beside it.

The backup is read through first: a damaged one, or one of a newer program, changes nothing.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from fluorders_tui.addresses import shown_url
from fluorders_tui.config import Settings
from fluorders_tui.domain.errors import Unreadable


def register(parser: ArgumentParser) -> None:
    """Describe the arguments of `fluorders restore`."""
    parser.add_argument("file", metavar="FILE", help="a file that fluorders backup wrote")
    parser.add_argument("--yes", action="store_true", help="don't ask")


def run(args: Namespace, settings: Settings) -> int:
    """Examine the backup, ask on a terminal, restore, and say where the old state is."""
    from fluorders_tui.data.store import Store
    from fluorders_tui.services.backups import examine, restore

    store, source = Store(settings.database), Path(args.file)
    backup = examine(store, source)
    place = shown_url(settings.database)
    if not args.yes:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise Unreadable(f"This replaces everything in {place}.", field="--yes", hint="Add --yes to do it.")
        sys.stderr.write(f"Replace everything in {place} by {backup.path}? y/N ")
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            sys.stderr.write("Nothing was changed.\n")
            return 0
    done = restore(store, source)
    sys.stdout.write(f"{place} is as in {backup.path}, schema version {done.version}.\n")
    if done.kept is not None:
        sys.stdout.write(f"As it was before, it is in {done.kept}.\n")
    if done.needs_migration:
        sys.stderr.write("The backup is of an older version: run fluorders init to migrate it.\n")
    return 0
