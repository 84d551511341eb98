"""Copy the whole database into one file, while the desk may be open.

An SQLite database becomes a database file, PostgreSQL a file of pg_dump. The copy is checked before it takes its name.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from fluorders_tui.config import Settings


def register(parser: ArgumentParser) -> None:
    """Describe the arguments of `fluorders backup`."""
    parser.add_argument("file", metavar="FILE", help="the file to write")
    parser.add_argument("--force", action="store_true", help="overwrite the file if it is there")


def run(args: Namespace, settings: Settings) -> int:
    """Make the backup and say where it is."""
    from fluorders_tui.data.store import Store
    from fluorders_tui.services.backups import back_up

    done = back_up(Store(settings.database), Path(args.file), overwrite=args.force)
    sys.stdout.write(f"{done.path}: {done.size / 1e6:.1f} MB, schema version {done.version}, checked.\n")
    return 0
