"""Say where configuration, database and log of this run are."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from fluorders_tui.addresses import shown_url
from fluorders_tui.config import Settings
from fluorders_tui.places import config_path, log_path

PLACES = ("config", "database", "log")


def register(parser: ArgumentParser) -> None:
    """Describe the arguments of `fluorders locate`."""
    parser.add_argument("what", nargs="?", choices=PLACES, help="only this one, as a bare path")


def run(args: Namespace, settings: Settings) -> int:
    """Print the paths; a server's database is shown as its address without password."""
    found = {
        "config": str(settings.file or config_path()),
        "database": shown_url(settings.database).removeprefix("sqlite:///"),
        "log": str(log_path()),
    }
    if args.what:
        sys.stdout.write(found[args.what] + "\n")
    else:
        sys.stdout.writelines(f"{name:8}  {place}\n" for name, place in found.items())
    return 0
