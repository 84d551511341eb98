"""Create or migrate the database and run the fast start: tables filled so that the first order can be typed.

Running it again is safe: it changes nothing that is there, and adds what a new year or version brings.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from fluorders_tui.config import Settings
from fluorders_tui.shell.opening import open_desk, prepare_store
from fluorders_tui.shell.result import add_format, write_rows


def register(parser: ArgumentParser) -> None:
    """Describe the arguments of `fluorders init`."""
    parser.add_argument("--country", metavar="CODE", help="DE, ES, FR, GB, IT or US; the session's when left out")
    parser.add_argument("--company", metavar="NAME", default="", help="the company's name, as documents show it")
    add_format(parser)


def run(args: Namespace, settings: Settings) -> int:
    """Prepare the database and list how many rows each table got (D-2.6)."""
    from fluorders_tui.addresses import shown_url
    from fluorders_tui.data.schema import HEAD
    from fluorders_tui.services.fast_start import COUNTRIES, fast_start, working_set

    if args.country:
        working_set(args.country)  # a wrong country is told before anything is created
    store, before = prepare_store(settings)
    state = "created" if before is None else "up to date" if before == HEAD else f"migrated from version {before}"
    country = args.country or open_desk(settings).company.country or settings.language[-2:]
    if country not in COUNTRIES and not args.country:
        country = "GB"
    done = fast_start(store, country=country, company=args.company, user=settings.user)
    store.dispose()
    write_rows(done.created.items(), ("table", "added"), args)
    sys.stderr.write(f"{shown_url(settings.database)}: {state}, version {HEAD}, country {done.country}.\n")
    if not args.country and before is None:
        sys.stderr.write(f"The country is a guess; for another one start with --country {'|'.join(COUNTRIES)}.\n")
    return 0
