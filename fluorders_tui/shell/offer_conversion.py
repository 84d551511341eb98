"""Making orders of offers from the shell, looking at what would come, and taking a conversion back (D-13.3–13.6)."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fluorders_tui.domain.errors import DeskError, Several, Unreadable

if TYPE_CHECKING:
    from decimal import Decimal

    from fluorders_tui.services.conversion_runs import UndoPreview
    from fluorders_tui.services.conversions import Asked, PreviewedOrder
    from fluorders_tui.services.desk import Desk

_RUN_COLUMNS = ("run", "at", "user", "what", "undone_at", "undone_by")


def register(command: Callable[[str, str], ArgumentParser], plain: Callable[[str, str], ArgumentParser]) -> None:
    """Describe `convert`, `undo` and `runs`; `plain` makes a command that takes no offers."""
    convert = command("convert", "make customer orders of them")
    convert.add_argument(
        "--lines", choices=("all", "open"), default="all", help="what is left of all lines, or only untouched ones"
    )
    convert.add_argument(
        "--line",
        action="append",
        default=[],
        metavar="[OFFER:]N=QTY",
        help="of this offer only QTY of line N, and no line that is not named",
    )
    convert.add_argument("--confirm", action="store_true", help="confirm those that are not")
    convert.add_argument("--on", metavar="DATE", help="with --confirm: when; today if not said")
    convert.add_argument("--date", metavar="DATE", help="the date of the orders; today if not said")
    convert.add_argument(
        "--customer", action="append", default=[], metavar="OFFER=CODE", help="under which code a prospect buys"
    )
    convert.add_argument("--dry-run", action="store_true", help="show what would come, and write nothing")
    undo = plain("undo", "take a conversion back")
    undo.add_argument("run", metavar="RUN", help="the run's number, as convert and runs print it")
    undo.add_argument("--dry-run", action="store_true", help="show which orders would be cancelled")
    runs = plain("runs", "list the conversions")
    runs.add_argument("--limit", type=int, default=100, metavar="N", help="the newest N (default: 100)")
    runs.add_argument("--format", choices=("text", "json", "csv"), default="text", help="text (default), json, csv")


def run_conversion(desk: Desk, args: Namespace) -> int:
    """Do what `convert`, `undo` or `runs` asks for."""
    if args.action == "runs":
        return _runs(desk, args)
    return _undo(desk, args) if args.action == "undo" else _convert(desk, args)


def _convert(desk: Desk, args: Namespace) -> int:
    from dataclasses import replace

    from fluorders_tui.services.conversions import convert, preview

    asked = _asked(desk, args)
    seen = preview(desk, asked)
    if seen.refusals:
        raise seen.refusals[0] if len(seen.refusals) == 1 else Several(seen.refusals)
    confirmed = [offer.draft.number for offer in seen.confirmed]
    if args.dry_run:
        from fluorders_tui.services.saved_order import completed

        would = [completed(desk, one.draft, totals=one.totals) for one in seen.orders]
        _write(desk, would, seen.orders, args.format, {"run": None, "confirmed": confirmed})
        return 0
    from fluorders_tui.services.orders import open_order_row

    made = convert(desk, replace(asked, versions=seen.versions))
    saved = [open_order_row(desk, row) for row, _ in made.orders]
    _write(desk, saved, made.previewed, args.format, {"run": made.run_id, "confirmed": confirmed})
    sys.stderr.write(f"fluorders: run {made.run_id}\n")
    return 0


def _asked(desk: Desk, args: Namespace) -> Asked:
    from fluorders_tui.services.conversions import Asked, Lines
    from fluorders_tui.services.offers import open_offer
    from fluorders_tui.shell.orders import day

    if args.on and not args.confirm:
        raise Unreadable("--on says when the offers are confirmed.", field="--on", hint="Add --confirm.")
    given = [open_offer(desk, number) for number in args.numbers]
    known = {name: one.draft.id for one, typed in zip(given, args.numbers, strict=True) for name in (typed, one.number)}
    customers: dict[int, str] = {}
    for pair in args.customer:
        number, equals, code = pair.partition("=")
        if not equals or not code or number not in known:
            raise Unreadable(
                f"“{pair[:60]}” names no offer given here and a code.", field="--customer", hint="As in OF2026-1=ROSSI."
            )
        customers[known[number]] = code
    offers = tuple(dict.fromkeys(one.draft.id for one in given))
    return Asked(
        offers,
        selection=_selection(desk, offers, known, args) if args.line else None,
        lines=Lines(args.lines),
        date=day(args.date, "--date", desk.today()),
        confirm_on=(day(args.on, "--on", desk.today()) or desk.today()) if args.confirm else None,
        customers=customers,
    )


def _selection(desk: Desk, offers: Sequence[int], known: Mapping[str, int], args: Namespace) -> dict[int, Decimal]:
    """The quantities typed, by the rows of their lines; offers of which no line is typed go as `--lines` says (D-13.3).

    What can't be read raises `Unreadable`, a quantity that the line doesn't have left `Refused` (D-13.5).
    """
    from fluorders_tui.domain.conversion import check_part, select_lines
    from fluorders_tui.services.conversions import Lines, convertible
    from fluorders_tui.shell.typed_lines import line_quantity

    rows = {one.offer.draft.id: one.lines for one in convertible(desk, offers)}
    found: dict[int, dict[int, Decimal]] = {}
    for text in args.line:
        number, colon, typed = text.rpartition(":")
        if colon and number not in known:
            raise Unreadable(f"“{number[:40]}” is no offer given here.", field="--line", hint="As in OF2026-1:2=10.")
        if not colon and len(offers) > 1:
            raise Unreadable("Lines are those of one offer.", field="--line", hint="Say which: OF2026-1:2=10.")
        offer = known[number] if colon else offers[0]
        place, quantity = line_quantity(typed)
        row = next((one for one in rows[offer] if one.position == place + 1), None)
        if row is None:
            raise Unreadable(f"There is nothing to convert in line {place + 1}.", field="--line")
        if quantity:
            try:
                check_part(row, quantity)
            except DeskError as error:
                told = f"Line {place + 1}: {error.message}"
                raise type(error)(told, field="--line", rule=error.rule, hint=error.hint) from error
        found.setdefault(offer, {})[row.ref.line] = quantity
    chosen = [found.get(offer) or select_lines(lines, Lines(args.lines)) for offer, lines in rows.items()]
    return {line: quantity for one in chosen for line, quantity in one.items() if quantity}


def _write(
    desk: Desk, saved: Sequence[Any], orders: Sequence[PreviewedOrder], form: str, conversion: dict[str, Any]
) -> None:
    """The orders, each with what it was made of and why it is its own."""
    if form == "text":
        from fluorders_tui.shell.order_text import order_text

        texts = (
            order_text(one, one.held) + "".join(_grouped(order, conversion["confirmed"]))
            for one, order in zip(saved, orders, strict=True)
        )
        sys.stdout.write("\n".join(texts))
    elif form == "json":
        from fluorders_tui.documents.order_json import document_text, order_to_json
        from fluorders_tui.domain.links import DocumentKind
        from fluorders_tui.services.linked import chain, links_in_json

        sys.stdout.write(
            document_text(
                [
                    order_to_json(
                        one, links=links_in_json(chain(desk, DocumentKind.ORDER, one.draft.id)) if one.draft.id else ()
                    )
                    | {"conversion": _conversion(order, conversion)}
                    for one, order in zip(saved, orders, strict=True)
                ],
                as_list=True,
            )
        )
    else:
        from fluorders_tui.shell.order import write_orders

        write_orders(desk, saved, form, as_list=True)


def _conversion(order: PreviewedOrder, run: dict[str, Any]) -> dict[str, Any]:
    """What JSON says of a conversion beside its orders; `run` is null for what would only come."""
    numbers = [offer.draft.number for offer in order.offers]
    return {
        "run": run["run"],
        "offers": numbers,
        "apart_by": list(order.reasons),
        "confirmed": [number for number in numbers if number in run["confirmed"]],
        "new_customer": order.new_customer if order.new_customer and not order.is_known else None,
    }


def _grouped(order: PreviewedOrder, confirmed: Sequence[str]) -> Iterator[str]:
    from fluorders_tui.shell.order_text import field_text

    numbers = [offer.draft.number for offer in order.offers]
    said = [
        ("Made of", ", ".join(numbers)),
        ("Apart by", "; ".join(order.reasons)),
        ("Confirms", ", ".join(number for number in numbers if number in confirmed)),
    ]
    if order.new_customer:
        known = "the known customer" if order.is_known else "new customer"
        said.append(("Prospect", f"{order.draft.name} becomes {known} {order.new_customer}"))
    for label, value in said:
        yield from (f"{line}\n" for line in field_text(label, value))


def _undo(desk: Desk, args: Namespace) -> int:
    from fluorders_tui.services.conversion_runs import undo, undo_preview

    run = args.run
    if not run.isascii() or not run.isdecimal() or len(run) > 18:
        raise Unreadable(f"“{run[:40]}” is no run's number.", field="RUN", hint="It is what convert and runs print.")
    if not args.dry_run:
        sys.stdout.writelines(f"{number} cancelled\n" for number in undo(desk, int(run)))
        return 0
    shown = undo_preview(desk, int(run))
    sys.stdout.writelines(_would(shown))
    if shown.refusals:
        raise shown.refusals[0] if len(shown.refusals) == 1 else Several(shown.refusals)
    return 0


def _would(shown: UndoPreview) -> Iterator[str]:
    from fluorders_tui.documents.table_writing import shown as safe

    for one in shown.orders:
        if one.refusal is None:
            added = f"; {one.added} of its lines were typed since" if one.added else ""
            yield f"{safe(one.order.number)} would be cancelled, made of {safe(', '.join(one.offers))}{added}\n"


def _runs(desk: Desk, args: Namespace) -> int:
    from fluorders_tui.documents.table_writing import write_table
    from fluorders_tui.services.conversion_runs import conversion_runs
    from fluorders_tui.shell.result import write_json

    def moment(at: Any) -> str | None:
        return None if at is None else f"{desk.local(at):%Y-%m-%d %H:%M}"

    rows: Iterable[list[Any]] = (
        [one.id, moment(one.at), one.user, one.note, moment(one.undone_at), one.undone_by or None]
        for one in conversion_runs(desk, args.limit)
    )
    if args.format == "json":
        write_json([dict(zip(_RUN_COLUMNS, row, strict=True)) for row in rows])
    else:
        write_table(rows, _RUN_COLUMNS, args.format, sys.stdout)
    return 0
