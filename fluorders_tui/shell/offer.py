"""Enter offers that a program hands over as JSON, show them, take them through their steps, and make orders of them.

fluorders offer new FILE|-        enter the offer in FILE, or the list of offers: all or none
fluorders offer show NUMBER…      show offers; what comes out may go in again
fluorders offer confirm NUMBER…   the customers confirmed them
fluorders offer version NUMBER…   begin a new version of each; the old ones are read-only from then on
fluorders offer lose NUMBER…      they, or what is left of them, are lost
fluorders offer duplicate NUMBER… enter copies, at the same prices or priced again
fluorders offer convert NUMBER…   make customer orders of them, or show with --dry-run what would come
fluorders offer undo RUN          take a conversion back; its orders are cancelled
fluorders offer runs              list the conversions: who made which orders of which offers
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from fluorders_tui.config import Settings
from fluorders_tui.domain.errors import Unreadable
from fluorders_tui.shell import offer_conversion

if TYPE_CHECKING:
    from fluorders_tui.services.desk import Desk
    from fluorders_tui.services.saved_offer import SavedOffer

_FORMATS = ("text", "json", "csv")


def register(parser: ArgumentParser) -> None:
    """Describe the arguments of `fluorders offer`."""
    commands = parser.add_subparsers(
        dest="action", metavar="new|show|confirm|version|lose|duplicate|convert|undo|runs", required=True
    )

    def command(name: str, about: str, *, numbers: bool = True) -> ArgumentParser:
        made = commands.add_parser(name, prog=f"fluorders offer {name}", help=about)
        if numbers:
            made.add_argument("numbers", metavar="NUMBER", nargs="+", help="the offer's number")
        made.add_argument(
            "--format", choices=_FORMATS, default="json", help="json (default), text, csv: a row per line"
        )
        return made

    new = command("new", "enter offers from a JSON file", numbers=False)
    new.add_argument("file", metavar="FILE|-", help="JSON file, - for standard input")
    new.add_argument("--dry-run", action="store_true", help="complete them, but write nothing and take no number")
    show = command("show", "show offers")
    show.add_argument("--version", dest="offer_version", type=int, metavar="N", help="an old version instead")
    confirm = command("confirm", "the customer confirmed them")
    confirm.add_argument("--on", metavar="DATE", help="when; today if not said")
    command("version", "begin a new version")
    lose = command("lose", "they are lost")
    lose.add_argument("--reason", metavar="TEXT", required=True, help="why")
    lose.add_argument("--on", metavar="DATE", help="when; today if not said")
    duplicate = command("duplicate", "enter copies")
    duplicate.add_argument("--customer", metavar="CODE", default="", help="for this customer")
    duplicate.add_argument("--reprice", action="store_true", help="price them again instead of keeping the prices")
    offer_conversion.register(
        command, lambda name, about: commands.add_parser(name, prog=f"fluorders offer {name}", help=about)
    )


def run(args: Namespace, settings: Settings) -> int:
    """Do what was asked for and write the completed documents; a list, or several numbers, give a list."""
    if args.action == "new":
        return _new(args, settings)
    from fluorders_tui.shell.opening import open_desk

    desk = open_desk(settings)
    if args.action in ("convert", "undo", "runs"):
        return offer_conversion.run_conversion(desk, args)
    from fluorders_tui.services.offers import open_offer

    found = [open_offer(desk, number, getattr(args, "offer_version", None)) for number in args.numbers]
    done = found if args.action == "show" else _act(desk, found, args)
    write_offers(desk, done, args.format, as_list=len(args.numbers) > 1)
    return 0


def _new(args: Namespace, settings: Settings) -> int:
    from fluorders_tui.documents.offer_json import read_offers

    if args.file == "-":
        sys.stdin.reconfigure(encoding="utf-8", errors="strict")  # type: ignore[union-attr]
        given, as_list = read_offers(sys.stdin)
    else:
        try:
            with open(args.file, encoding="utf-8") as source:
                given, as_list = read_offers(source, args.file)
        except OSError as error:
            raise Unreadable(f"The file can't be read: {error.strerror}.", field=args.file) from None
    from fluorders_tui.services.offer_intake import enter_offer_inputs
    from fluorders_tui.shell.opening import open_desk

    desk = open_desk(settings)
    saved = enter_offer_inputs(desk, given, as_list=as_list, dry_run=args.dry_run)
    write_offers(desk, saved, args.format, as_list=as_list)
    return 0


def _act(desk: Desk, found: Sequence[SavedOffer], args: Namespace) -> list[SavedOffer]:
    """The step on each offer; where one is refused, those before it are done."""
    from fluorders_tui.services import offer_steps as steps
    from fluorders_tui.services.offer_drafts import duplicate
    from fluorders_tui.services.offers import enter_offer
    from fluorders_tui.shell.orders import day

    done: list[SavedOffer] = []
    for one in found:
        row, version = one.draft.id, one.draft.version
        match args.action:
            case "confirm":
                done.append(steps.confirm(desk, row, day(args.on, "--on", desk.today()), version=version))
            case "lose":
                done.append(steps.lose(desk, row, args.reason, day(args.on, "--on", desk.today()), version=version))
            case "version":
                done.append(steps.new_version(desk, row, version=version))
            case _:
                copy = duplicate(desk, one.offer, customer=args.customer, reprice=args.reprice)
                for notice in copy.notices:
                    sys.stderr.write(f"fluorders: {one.number}: {notice.text}\n")
                done.append(enter_offer(desk, copy.offer))
    return done


def write_offers(desk: Desk, saved: Sequence[SavedOffer], form: str, *, as_list: bool) -> None:
    """Write completed offers in the form asked for, with the orders they led to."""
    if form == "json":
        from fluorders_tui.documents.offer_json import offer_to_json
        from fluorders_tui.documents.order_json import document_text
        from fluorders_tui.domain.links import DocumentKind
        from fluorders_tui.services.linked import chain, links_in_json

        made = [offer_to_json(one, links=links_in_json(chain(desk, DocumentKind.OFFER, one.draft.id))) for one in saved]
        sys.stdout.write(document_text(made, as_list=as_list))
    elif form == "csv":
        from fluorders_tui.documents.table_writing import write_table
        from fluorders_tui.shell.offer_text import COLUMNS, offer_rows

        write_table((row for one in saved for row in offer_rows(one)), COLUMNS, "csv", sys.stdout)
    else:
        from fluorders_tui.shell.offer_text import offer_text

        sys.stdout.write("\n".join(offer_text(one) for one in saved))
